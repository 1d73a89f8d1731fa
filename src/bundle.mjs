// Puts each file that is started as a process, with everything it imports, into one file of dist, after the compiler:
// Node takes a second to find and load the 900 modules of a start one by one, and half of that to load one file.
// It must never change what runs: nothing is dropped or shortened, and the maps lead to src for what is ours.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { build } from 'esbuild'

// Not the demo: it finds the page, the other commands and its Redis by where its files stand.
const started = ['main', 'audit', 'policy', 'clusters'].map(name =>
  fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
)

const { metafile } = await build({
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
  metafile: true,
  logLevel: 'warning',
})

// Node maps each error that it makes, and reads the source of its first frame: for those of packages, which come by the
// dozen while Redis refuses, that costs milliseconds each and tells nobody anything. Only what is ours keeps its place.
for (const written of Object.keys(metafile.outputs).filter(name => name.endsWith('.map'))) {
  const map = JSON.parse(readFileSync(written, 'utf8'))
  const isPackage = map.sources.map(source => source.includes('node_modules/'))
  const lines = decode(map.mappings).map(line =>
    line
      .map(segment => (isPackage[segment[1]] ? [segment[0]] : segment))
      .filter((segment, at, all) => segment.length > 1 || at === 0 || all[at - 1].length > 1),
  )
  writeFileSync(written, JSON.stringify({ ...map, mappings: encode(lines) }))
}
