// The Dockerfile, read as text: what it copies exists, and what it leaves out is not needed by what it ships.

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin, SourceMap, type SourceMapping } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPictures } from '../src/adapters/picture/pictures.ts'
import { watched } from './adapters/picture/shown.ts'

const run = promisify(execFile)

const top = resolve(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(top, name), 'utf8')

const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ')
const manifest: { scripts: { start: string }; dependencies: Record<string, string> } = JSON.parse(
  read('package.json'),
)

const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
  (names ?? '').split(' '),
)

const shipped = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  name => name.endsWith('.ts') && !name.startsWith('sandbox'),
)

const importsOf = (name: string) =>
  [...read(join('src', name)).matchAll(/(?:\sfrom\s|^import\s|import\()'([^']+)'/gm)].map(
    ([, imported]) => imported ?? '',
  )

/** What somebody starts in the image, by the files that say how. */
const commands = [
  ...new Set(
    [
      'Dockerfile',
      'compose.yml',
      'package.json',
      ...readdirSync(join(top, 'docs')).map(name => `docs/${name}`),
    ]
      .flatMap(name => [...read(name).matchAll(/\bdist\/(\w+)\.js/g)])
      .map(([, name = '']) => name),
  ),
]

/** Packages that a file in this folder of what was built, or one that it loads, imports and the image does not have. */
async function missingFor(dist: string, names: string[]): Promise<string[]> {
  const { metafile } = await build({
    ...{
      entryPoints: names.map(name => join(dist, `${name}.js`)),
      outdir: dist,
      write: false,
      metafile: true,
    },
    ...{
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
    },
  })
  const isThere = (path: string) =>
    isBuiltin(path) || dockerfile.includes(`/app/node_modules/${path.split('/')[0]} `)
  return Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external && !isThere(path) ? [path] : [])),
  )
}

describe('the container image', () => {
  it.each(copied)('copies %s, which exists and which .dockerignore lets in', name => {
    expect(existsSync(join(top, name))).toBe(true)
    expect(read('.dockerignore').split('\n')).toContain(`!${name}`)
  })

  it('leaves out the sandbox, which nothing in the image imports', () => {
    expect(read('.dockerignore').split('\n')).toContain('src/sandbox')
    const importers = shipped.filter(name => importsOf(name).some(imported => imported.includes('sandbox/')))
    expect(importers).toEqual([])
  })

  it('has every package that its code imports among the production dependencies', () => {
    const missing = shipped.flatMap(name =>
      importsOf(name)
        .filter(imported => !imported.startsWith('.') && !isBuiltin(imported))
        .map(imported => imported.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? imported)
        .filter(wanted => !(wanted in manifest.dependencies))
        .map(wanted => `${name} imports ${wanted}`),
    )
    expect(missing).toEqual([])
  })

  describe('with no package beside dist', () => {
    let folder: string
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'image-'))
      cpSync(join(top, 'dist'), join(folder, 'dist'), { recursive: true })
      cpSync(join(top, 'package.json'), join(folder, 'package.json'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    it('draws pictures with what the image has of packages, and does without where that is missing', async () => {
      const draw = async () => {
        const troubles: unknown[] = []
        const pictures = createPictures({
          folder: pathToFileURL(join(folder, 'dist/adapters/picture/')),
          onTrouble: error => troubles.push(error),
          drawMs: 30_000,
        })
        const png = await pictures.draw(watched(5))
        pictures.stop()
        return { isDrawn: png !== null, troubles: troubles.map(String) }
      }
      const without = await draw()
      expect(without.isDrawn).toBe(false)
      expect(without.troubles[0]).toContain("Cannot find package '@resvg/resvg-js'")
      const [, from = ''] = /^COPY --from=build \/app\/(node_modules\S*)/m.exec(dockerfile) ?? []
      cpSync(join(top, from), join(folder, from), { recursive: true })
      expect(await draw()).toEqual({ isDrawn: true, troubles: [] })
      rmSync(join(folder, 'node_modules'), { recursive: true })
    })

    it('has all that is loaded by what somebody starts in it', async () => {
      expect(commands).toEqual(expect.arrayContaining(['main', 'health', 'doctor']))
      expect(await missingFor(join(folder, 'dist'), commands)).toEqual([])
    })

    it.each(commands)('starts %s', { tags: ['long'] }, async name => {
      const { stdout, stderr } = await run(process.execPath, [join(folder, 'dist', `${name}.js`)], {
        env: {},
      }).catch((failure: { stdout: string; stderr: string }) => failure)
      expect(stdout + stderr).toMatch(
        /^(REDIS_URL is missing|connect ECONNREFUSED|Say what to do: export, verify or restored\.|policy check|clusters check|requests list|FAILURE {3}Settings, a problem: REDIS_URL is missing)/,
      )
    })
  })

  it('maps what is ours to its source, and nothing of packages, whose errors are many', () => {
    const built = read('dist/main.js').split('\n')
    const map = new SourceMap(JSON.parse(read('dist/main.js.map')))
    const entryOf = (text: string) => {
      const line = built.findIndex(each => each.includes(text))
      expect(line, text).toBeGreaterThanOrEqual(0)
      return map.findEntry(line, (built[line] ?? '').indexOf(text) + text.length - 3) as SourceMapping
    }
    const { originalSource, originalLine } = entryOf('async function startRewind(')
    expect(originalSource).toMatch(/src\/main\.ts$/)
    expect(read('src/main.ts').split('\n')[originalLine]).toContain('startRewind')
    expect(entryOf('instanceof SocketModeReceiver')).not.toHaveProperty('originalSource', expect.any(String))
  })

  it('starts the product as `npm start` does, without a shell or npm in between', () => {
    const commands = dockerfile.match(/^CMD (\[.+\])$/gm) ?? []
    expect(commands).toEqual([
      // In the image it is built.
      `CMD ${JSON.stringify(manifest.scripts.start.replace('exec ', '').replace('--import ./src/built.mjs ', '').split(' ')).replaceAll(',', ', ')}`,
    ])
  })

  it('runs as a user other than root', () => {
    const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(lastStage).toMatch(/^USER node$/m)
    expect(lastStage).not.toMatch(/^RUN/m)
  })
})
