// Puts each file that is started as a process, with everything it imports, into one file of dist, after the compiler:
// Node takes a second to find and load the 900 modules of a start one by one, and half of that to load one file.
// It must never change what runs: nothing is dropped or shortened but blanks and comments, and the maps lead to src for what is
// ours.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { build } from 'esbuild'

// Not the demo: it finds the page, the other commands and its Redis by where its files stand.
const started = [
  ...['main', 'health', 'audit', 'policy', 'clusters', 'doctor', 'requests'],
  // The one that draws is started by the product itself.
  'adapters/picture/drawing-process',
].map(name => fileURLToPath(new URL(`./${name}.ts`, import.meta.url)))

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
  // A file is kept in memory with two bytes for each character once one needs them, and those are all in comments: 18 MB.
  minifyWhitespace: true,
  // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as requireOfNode } from 'node:module'; const require = requireOfNode(import.meta.url);",
  },
  // It comes with a binary for each platform, which stays where npm has put it.
  external: ['@resvg/resvg-js'],
  metafile: true,
  logLevel: 'warning',
})

// Node maps each error that it makes, and keeps every place of a map that it has read. For those of packages, which come by
// the dozen while Redis refuses, that costs milliseconds each and tells nobody anything: one mark says where they begin.
// Of ours a frame needs its line: so much less is 25 MB less for each process.
for (const written of Object.keys(metafile.outputs).filter(name => name.endsWith('.map'))) {
  const map = JSON.parse(readFileSync(written, 'utf8'))
  const isPackage = map.sources.map(source => source.includes('node_modules/'))
  let before
  const lines = decode(map.mappings).map(line =>
    line.flatMap(([column, source, at, to]) => {
      const place = source === undefined || isPackage[source] ? 'package' : `${source} ${at}`
      if (place === before) return []
      before = place
      return [place === 'package' ? [column] : [column, source, at, to]]
    }),
  )
  writeFileSync(written, JSON.stringify({ ...map, names: [], mappings: encode(lines) }))
}

// The fonts that it draws with.
for (const name of ['font-words.ttf', 'font-names.ttf', 'font-names.txt'])
  copyFileSync(
    new URL(`./adapters/picture/font/${name}`, import.meta.url),
    new URL(`../dist/adapters/picture/${name}`, import.meta.url),
  )
