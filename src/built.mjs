// Loaded before what npm starts: says what to do where nothing has been installed or built yet, in place of Node's own
// words for a file that is missing. It must never do anything else.

import { existsSync } from 'node:fs'

const [, entry] = process.argv
const missing = [
  ...(existsSync('node_modules') ? [] : ['npm ci']),
  ...(entry === undefined || existsSync(entry) ? [] : ['npm run build']),
]
if (missing.length > 0) {
  console.error(`Rewind is not built yet: run ${missing.join(' && ')} first.`)
  process.exit(1)
}
