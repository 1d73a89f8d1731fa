// Tests run what was built: where they import a file of src, they get the file that the compiler has made of it, as Node
// loads it in production. Vite would translate each file of src once more, for every run, into code that is slower.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'

const src = fileURLToPath(new URL('../../src/', import.meta.url))
const setup = fileURLToPath(new URL('../../src/sandbox/setup.mjs', import.meta.url))
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

/** What the compiler leaves out, and what the bundler writes over with everything that it imports. */
const isNotAsCompiled = (file: string): boolean => file.startsWith('sandbox/page/') || !file.includes('/')

export const BUILT: Plugin = {
  name: 'built',
  enforce: 'pre',
  // Also where nobody has built before: what is tested is never older than src.
  config() {
    const { status } = spawnSync(process.execPath, [setup, '--build'], { stdio: 'inherit' })
    if (status !== 0) throw new Error('There is nothing to test, as src cannot be built.')
  },
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.') || !source.endsWith('.ts')) return null
    const path = fileURLToPath(new URL(source, `file://${importer}`))
    if (!path.startsWith(src)) return null
    const file = path.slice(src.length)
    return isNotAsCompiled(file) ? null : `${dist}${file.replace(/\.ts$/, '.js')}`
  },
}

/** Node itself imports what BUILT leads to. */
export const BY_NODE = { deps: { external: [new RegExp(`^${dist.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`)] } }
