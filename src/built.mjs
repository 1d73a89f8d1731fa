// Loaded before what npm starts: says what to do where nothing has been built yet, in place of Node's own words for a file
// that is missing. It must never do anything else.

import { existsSync } from 'node:fs'

const [, entry] = process.argv
if (entry !== undefined && !existsSync(entry)) {
  // What is built holds the packages that it needs.
  const missing = [...(existsSync('node_modules') ? [] : ['npm ci']), 'npm run build']
  console.error(`Rewind is not built yet: run ${missing.join(' && ')} first.`)
  process.exit(1)
}
