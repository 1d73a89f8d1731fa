// The setup script in a checkout of its own, with stand-ins for npm, the compiler and the bundler: offline and fast.

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = 'src/sandbox/setup.mjs'
const original = resolve(import.meta.dirname, '../..', script)

let checkout: string

const at = (...names: string[]) => join(checkout, ...names)

function write(name: string, content: string): void {
  mkdirSync(dirname(at(name)), { recursive: true })
  writeFileSync(at(name), content)
}

const readIfAny = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '')

const compiled = 'node_modules/typescript'
const packages = {
  'node_modules/zod': { version: '4.6.7', integrity: 'sha512-zod' },
  [compiled]: { version: '7.0.2', integrity: 'sha512-typescript', dev: true },
}
const otherPlatform = { version: '1.0.0', optional: true, os: ['aix'] }

const asLock = (entries: object) => JSON.stringify({ lockfileVersion: 3, packages: entries })

const compiler = `
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
appendFileSync('calls', 'tsc ' + process.argv.slice(2).join(' ') + '\\n')
if (readFileSync('src/main.ts', 'utf8').includes('broken')) process.exit(2)
mkdirSync('dist')
writeFileSync('dist/main.js', '')`

const bundled = 'node_modules/.bin/esbuild'
const bundler = `#!/usr/bin/env node
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const [entry, outfile] = process.argv.slice(2)
appendFileSync('calls', 'esbuild\\n')
if (readFileSync(entry, 'utf8').includes('broken')) process.exit(1)
mkdirSync('dist/sandbox/page', { recursive: true })
writeFileSync(outfile.replace('--outfile=', ''), '')`

// Does what npm ci would: it empties node_modules, fills it, and writes the list of what it put there last.
const npm = `
const { appendFileSync, mkdirSync, rmSync, writeFileSync } = require('node:fs')
appendFileSync('calls', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
if (process.env.NO_REGISTRY) process.exit(1)
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('${compiled}/bin', { recursive: true })
writeFileSync('${compiled}/package.json', '{"bin":{"tsc":"./bin/tsc"}}')
writeFileSync('${compiled}/bin/tsc', ${JSON.stringify(compiler)})
mkdirSync('${dirname(bundled)}')
writeFileSync('${bundled}', ${JSON.stringify(bundler)}, { mode: 0o755 })
writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(asLock(packages))})`

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'rewind-test-'))
  mkdirSync(at('src/sandbox'), { recursive: true })
  copyFileSync(original, at(script))
  write('src/main.ts', '')
  write('src/bundle.mjs', `import { appendFileSync } from 'node:fs'\nappendFileSync('calls', 'bundle\\n')`)
  write('src/sandbox/page/main.tsx', '')
  write('src/sandbox/page/index.html', '<!doctype html>')
  write('tsconfig.json', '{}')
  write('npm/npm-cli.js', npm)
  write('package-lock.json', asLock({ '': { name: 'x' }, ...packages, 'node_modules/aix': otherPlatform }))
})

afterEach(() => rmSync(checkout, { recursive: true, force: true }))

function setUp({ args = [] as string[], nodeArgs = [] as string[], env = {} } = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...nodeArgs, at(script), ...args], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, npm_execpath: at('npm/npm-cli.js'), ...env },
  })
  const calls = readIfAny('calls')
  rmSync(at('calls'), { force: true })
  return { stdout, stderr, status, calls }
}

const built = 'tsc -p tsconfig.json\nbundle\nesbuild\n'
const build = () => setUp({ args: ['--build'] })
const nothing = { stdout: '', stderr: '', status: 0, calls: '' }

describe('dependencies', () => {
  it('are installed from the lock when there are none, and not again', () => {
    const first = setUp()
    expect(first.status).toBe(0)
    expect(first.calls).toMatch(/^npm ci .*--ignore-scripts/)
    expect(first.stdout).toBe('Installing the locked dependencies (npm ci)\n')
    expect(setUp()).toEqual(nothing)
  })

  it.each([
    ['the lock has another version', { ...packages, 'node_modules/zod': { version: '4.6.8' } }],
    [
      'the lock has another content',
      { ...packages, 'node_modules/zod': { version: '4.6.7', integrity: 'x' } },
    ],
    ['the lock has one more', { ...packages, 'node_modules/pino': { version: '10.4.0' } }],
    ['the lock has one less', { [compiled]: packages[compiled] }],
  ])('are installed again when %s', { tags: ['long'] }, (_, locked) => {
    setUp()
    write('package-lock.json', asLock(locked))
    expect(setUp().calls).toMatch(/^npm ci /)
  })

  it('are installed again when an installation never finished, or left the development ones out', {
    tags: ['long'],
  }, () => {
    setUp()
    rmSync(at('node_modules/.package-lock.json'))
    expect(setUp().calls).toMatch(/^npm ci /)
    write('node_modules/.package-lock.json', asLock({ 'node_modules/zod': packages['node_modules/zod'] }))
    expect(setUp().calls).toMatch(/^npm ci .*--include=dev/)
  })

  it('say what to do when they cannot be installed', () => {
    const { status, stderr } = setUp({ env: { NO_REGISTRY: '1' } })
    expect(status).toBe(1)
    expect(stderr).toBe(
      'npm ci failed, as said above: check that the npm registry can be reached, then run this again.\n',
    )
  })

  it('say what to do when there is no npm', () => {
    const { status, stderr } = setUp({ env: { PATH: at('nowhere'), npm_execpath: at('yarn.js') } })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^npm was not found: install Node.*\n$/)
  })
})

describe('--build', () => {
  it('compiles once, and says nothing when nothing has changed', () => {
    const first = build()
    expect(first.status).toBe(0)
    expect(first.calls).toContain(built)
    expect(existsSync(at('dist/main.js'))).toBe(true)
    expect(existsSync(at('dist/sandbox/page/page.js'))).toBe(true)
    expect(readIfAny('dist/sandbox/page/index.html')).toBe('<!doctype html>')
    expect(build()).toEqual(nothing)
  })

  it('is not done unless asked for', () => {
    setUp()
    expect(existsSync(at('dist'))).toBe(false)
  })

  it('compiles again when a source has changed, come or gone, and keeps nothing of the old dist', {
    tags: ['long'],
  }, () => {
    build()
    write('dist/old.js', '')
    write('src/main.ts', 'changed')
    expect(build().calls).toBe(built)
    expect(existsSync(at('dist/old.js'))).toBe(false)

    write('src/more/extra.ts', '')
    expect(build().calls).toBe(built)
    rmSync(at('src/more/extra.ts'))
    expect(build().calls).toBe(built)
  })

  it('compiles nothing again when only the time of a file has changed', { tags: ['long'] }, () => {
    build()
    utimesSync(at('src/main.ts'), 2_000_000_000, 2_000_000_000)
    expect(build()).toEqual(nothing)
  })

  it.each(['src/main.ts', 'src/sandbox/page/main.tsx'])(
    'says what to do when it fails for %s, and tries again the next time',
    { tags: ['long'] },
    name => {
      write(name, 'broken')
      const { status, stderr } = build()
      expect(status).toBe(1)
      expect(stderr).toBe('The build failed: correct the errors listed above, then run this again.\n')
      write(name, '')
      expect(build().status).toBe(0)
    },
  )
})

it('refuses a Node that is too old, in one sentence', () => {
  const pretend = (version: string) =>
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`
  const refused = setUp({ nodeArgs: ['--import', pretend('20.18.0')] })
  expect(refused).toEqual({
    stdout: '',
    stderr: 'Rewind needs Node 20.18.1 or newer, and this is 20.18.0: install one from https://nodejs.org.\n',
    status: 1,
    calls: '',
  })
  for (const version of ['20.18.1', '20.19.0', '24.0.0']) {
    expect(setUp({ nodeArgs: ['--import', pretend(version)] }).status).toBe(0)
  }
})
