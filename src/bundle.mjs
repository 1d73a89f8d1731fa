// Puts each file that is started as a process, with everything it imports, into one file of dist, after the compiler:
// Node takes a second to find and load the 900 modules of a start one by one, and half of that to load one file.
// It must never change what runs: nothing is dropped or shortened, and the maps lead to src.

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// Not the demo: it finds the page, the other commands and its Redis by where its files stand.
const started = ['main', 'audit', 'policy', 'clusters'].map(name =>
  fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
)

await build({
  entryPoints: started,
  outdir: fileURLToPath(new URL('../dist', import.meta.url)),
  outbase: fileURLToPath(new URL('.', import.meta.url)),
  bundle: true,
  splitting: true,
  chunkNames: 'shared/[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as requireOfNode } from 'node:module'; const require = requireOfNode(import.meta.url);",
  },
  logLevel: 'warning',
})
