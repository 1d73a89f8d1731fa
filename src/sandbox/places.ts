// Where things of this checkout are. In a folder of its own depth: it is as deep here as in what is built of it, where one
// file holds all of the sandbox.

import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export const AUDIT_ENTRY = at('dist/audit.js')
export const CACHE_DIR = at('.cache')
