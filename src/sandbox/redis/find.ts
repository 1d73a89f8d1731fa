// Finds a Redis server to run: one on the PATH, or Debian's packages unpacked under the project's cache folder.
// It must never need root, and never change anything on the machine outside that folder.

import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const serverNames = ['redis-server', 'valkey-server']

// Where Debian and Ubuntu put shared libraries on 64-bit machines, relative to the unpacked tree.
const libraryFolders = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib', 'lib']

const updateTimeoutMs = 120_000
const downloadTimeoutMs = 120_000

export type FindRedisOptions = {
  cacheDir: string
  env?: NodeJS.ProcessEnv
  log(line: string): void
}

/** The path of a server binary that has been seen to start. Throws one sentence saying how to get one. */
export async function findRedisServer({
  cacheDir,
  env = process.env,
  log,
}: FindRedisOptions): Promise<string> {
  for (const name of serverNames) {
    const installed = await findOnPath(name, env)
    if (installed && (await starts(installed, env))) return installed
  }
  const unpacked = resolve(cacheDir, 'redis')
  const server = join(unpacked, 'redis-server')
  if (await starts(server, env)) return server

  const aptGet = await findOnPath('apt-get', env)
  const dpkg = await findOnPath('dpkg', env)
  if (!aptGet || !dpkg) throw noRedis('there is no redis-server or valkey-server on the PATH')

  log(`No Redis server on the PATH: unpacking Debian's packages under ${unpacked} (once)`)
  try {
    await unpackFromDebian({ aptGet, dpkg, unpacked, env })
  } catch (cause) {
    throw noRedis(`unpacking Debian's packages failed (${lastLine(cause)})`, cause)
  }
  return server
}

function noRedis(why: string, cause?: unknown): Error {
  return new Error(
    `No Redis server to run: ${why}; install one with \`sudo apt-get install redis-server\` or \`brew install redis\`, or set REDIS_URL to one that is running.`,
    { cause },
  )
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const candidate = resolve(folder, name)
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return candidate
  }
  return undefined
}

// A file that exists proves little: a cache folder may come from another machine with other libraries.
function starts(server: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return run(server, ['--version'], { env, timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

type UnpackOptions = { aptGet: string; dpkg: string; unpacked: string; env: NodeJS.ProcessEnv }

async function unpackFromDebian({ aptGet, dpkg, unpacked, env }: UnpackOptions): Promise<void> {
  await mkdir(resolve(unpacked, '..'), { recursive: true })
  // Two test runs may get here together: each works in its own folder, and the rename decides.
  const workDir = await mkdtemp(`${unpacked}-`)
  try {
    const tree = join(workDir, 'tree')
    await mkdir(tree)
    const packages = await downloadPackages({ aptGet, workDir, env })
    for (const file of packages) await run(dpkg, ['-x', file, tree], { env })

    const wrapper = join(tree, 'redis-server')
    await writeFile(wrapper, wrapperScript)
    await chmod(wrapper, 0o755)
    await run(wrapper, ['--version'], { env, timeout: 10_000 })

    await putInPlace(tree, unpacked, env)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

const wrapperScript = `#!/bin/sh
here=\${0%/*}
LD_LIBRARY_PATH="${libraryFolders.map(folder => `$here/${folder}`).join(':')}" exec "$here/usr/bin/redis-server" "$@"
`

type DownloadOptions = { aptGet: string; workDir: string; env: NodeJS.ProcessEnv }

// apt itself works out which libraries this machine lacks: `install --download-only` fetches just those.
// redis-tools is named because the server binary is a link into it, wherever it may already be installed.
async function downloadPackages({ aptGet, workDir, env }: DownloadOptions): Promise<string[]> {
  const archives = join(workDir, 'cache', 'archives')
  await mkdir(join(workDir, 'state', 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  const config = join(workDir, 'apt.conf')
  await writeFile(config, aptConfig(workDir))

  const apt = (timeout: number, ...args: string[]) =>
    run(aptGet, ['-c', config, '-q', ...args], {
      env: { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      cwd: workDir,
      timeout,
      maxBuffer: 16 * 1024 * 1024,
    })

  // One unreachable third-party source fails the whole update although Debian's own lists arrived,
  // so its failure counts only if the download then fails too.
  const updateFailure = await apt(updateTimeoutMs, 'update').then(
    () => undefined,
    (cause: unknown) => cause,
  )
  try {
    const install = ['install', '--download-only', '--reinstall', '--no-install-recommends', '--yes']
    await apt(downloadTimeoutMs, ...install, 'redis-server', 'redis-tools')
  } catch (cause) {
    throw updateFailure ?? cause
  }
  const files = await readdir(archives)
  return files.filter(file => file.endsWith('.deb')).map(file => join(archives, file))
}

// Everything apt writes goes into our folder. The hooks are cleared because a container image's hooks
// delete the system's downloads and fail without root. It is read after the machine's own
// configuration (apt.conf(5)), whose proxies and sources therefore stay in force.
function aptConfig(workDir: string): string {
  return `Dir::State "${join(workDir, 'state')}";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${join(workDir, 'cache')}";
Dir::Cache::archives "archives/";
Dir::Log "${workDir}";
Debug::NoLocking "true";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
`
}

async function putInPlace(tree: string, unpacked: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(tree, unpacked)
    } catch (cause) {
      if (await starts(join(unpacked, 'redis-server'), env)) return
      if (attempt > 0) throw cause
      // What is there does not start: it is from another machine, or half deleted.
      await rm(unpacked, { recursive: true, force: true })
    }
  }
}

function lastLine(cause: unknown): string {
  const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
  const text = stderr.trim() || (cause instanceof Error ? cause.message : String(cause))
  return text.trim().split('\n').at(-1) ?? ''
}
