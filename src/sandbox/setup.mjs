// Makes a bare checkout ready to run: installs the locked dependencies and, with --build, makes dist out of src.
// It must run on bare Node with nothing installed, say nothing when nothing is to do, and never change the lockfile.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const oldestNode = [20, 18, 1]
const top = fileURLToPath(new URL('../..', import.meta.url))
const at = (...names) => join(top, ...names)

refuseOldNode()
if (!dependenciesAreCurrent()) installDependencies()
if (process.argv.includes('--build')) buildIfStale()

function refuseOldNode() {
  const running = process.versions.node.split('.').map(Number)
  const firstDifference = oldestNode.findIndex((part, i) => part !== running[i])
  if (firstDifference === -1 || running[firstDifference] > oldestNode[firstDifference]) return
  stop(
    `Rewind needs Node ${oldestNode.join('.')} or newer, and this is ${process.versions.node}: install one from https://nodejs.org.`,
  )
}

// npm writes node_modules/.package-lock.json last, so it says what a finished install put there, whoever ran it.
function dependenciesAreCurrent() {
  const installed = readPackages('node_modules', '.package-lock.json')
  if (!installed) return false
  const locked = readPackages('package-lock.json')
  if (!locked)
    stop('package-lock.json is missing or broken: restore it with `git checkout package-lock.json`.')

  const wanted = Object.entries(locked).filter(([path]) => path !== '')
  // Packages for other platforms are locked, optional, and rightly absent.
  const isInPlace = ([path, entry]) =>
    installed[path] ? identity(installed[path]) === identity(entry) : entry.optional === true
  return wanted.every(isInPlace) && Object.keys(installed).every(path => path in locked)
}

function readPackages(...names) {
  try {
    return JSON.parse(readFileSync(at(...names), 'utf8')).packages
  } catch {
    return undefined
  }
}

function identity(entry) {
  return `${entry.version} ${entry.integrity}`
}

function installDependencies() {
  say('Installing the locked dependencies (npm ci)')
  // Dev dependencies are asked for by name because NODE_ENV=production would leave the compiler out.
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--include=dev', '--loglevel=error']
  // npm names itself here; npx and other package managers use the same variable for theirs.
  const npmScript = process.env.npm_execpath ?? ''
  const { status, error } =
    basename(npmScript) === 'npm-cli.js'
      ? run(process.execPath, [npmScript, 'ci', ...flags])
      : run('npm', ['ci', ...flags])
  if (error) stop('npm was not found: install Node with npm from https://nodejs.org, then run this again.')
  if (status !== 0)
    stop('npm ci failed, as said above: check that the npm registry can be reached, then run this again.')
}

function buildIfStale() {
  const stamp = at('dist', '.built')
  const sources = digestOf('src', 'tsconfig.json', 'package-lock.json')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return

  say('Building dist from src (tsc, esbuild)')
  // A file whose source is gone must not live on in dist.
  rmSync(at('dist'), { recursive: true, force: true })
  const compiler = at('node_modules', 'typescript')
  const { bin } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'))
  const { status } = run(process.execPath, [join(compiler, bin.tsc), '-p', 'tsconfig.json'])
  if (status !== 0 || !bundleStarted() || !bundlePage())
    stop('The build failed: correct the errors listed above, then run this again.')
  writeFileSync(stamp, sources)
}

function bundleStarted() {
  return run(process.execPath, [join('src', 'bundle.mjs')]).status === 0
}

// The sandbox's page, for a browser; the compiler leaves it alone.
function bundlePage() {
  const page = join('src', 'sandbox', 'page')
  const bundle = join('dist', 'sandbox', 'page')
  const options = ['--bundle', '--format=esm', '--target=es2022', '--minify', '--sourcemap']
  const { status } = run(join('node_modules', '.bin', 'esbuild'), [
    join(page, 'main.tsx'),
    `--outfile=${join(bundle, 'page.js')}`,
    ...options,
    '--log-level=warning',
  ])
  if (status !== 0) return false
  copyFileSync(at(page, 'index.html'), at(bundle, 'index.html'))
  return true
}

// By content, not by time: a checkout, a copy or a clock can give any file any time.
function digestOf(...names) {
  const hash = createHash('sha256')
  for (const path of names.flatMap(filesOf).sort()) hash.update(`${path}\0`).update(readFileSync(at(path)))
  return hash.digest('hex')
}

function filesOf(name) {
  if (!statSync(at(name)).isDirectory()) return [name]
  return readdirSync(at(name)).flatMap(inside => filesOf(join(name, inside)))
}

function run(command, args) {
  return spawnSync(command, args, {
    cwd: top,
    stdio: 'inherit',
    // There npm and esbuild are scripts of the shell.
    shell: process.platform === 'win32' && command !== process.execPath,
  })
}

function say(line) {
  console.log(line)
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
