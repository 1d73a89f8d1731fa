// A private Redis for one run: on 127.0.0.1, in its own folder, gone when the process that started it is gone.
// It must never outlive its parent, and never use a configuration file or data of this machine.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { CACHE_DIR } from '../places.ts'
import { findRedisServer } from './find.ts'

// The same depth from src/ and from dist/.

const readyTimeoutMs = 10_000

export type StartRedisOptions = {
  /** `always`: every acknowledged write survives `kill()`. `no` (the default): nothing survives it. */
  appendonly?: 'always' | 'no'
  port?: number
  /** Kept on close when given; otherwise a temporary folder is made and removed. */
  dir?: string
  password?: string
  /** Speaks TLS and nothing else. Paths of PEM files. */
  tls?: TlsFiles
  /** More settings of the server, like `{ 'cluster-enabled': 'yes' }`. */
  settings?: Record<string, string>
  /** Starts a Sentinel instead. What it is to watch, in the words of its configuration file, which it then rewrites. */
  sentinel?: string[]
  /** Gets a line when something takes long: the first run on a bare machine fetches a server. */
  log?(line: string): void
}

export type TlsFiles = { cert: string; key: string; ca: string }

export type PrivateRedis = {
  url: string
  port: number
  dir: string
  readonly pid: number
  /** SIGKILL unless told otherwise. Resolves when the server has exited; at once for SIGSTOP and SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts the server again, killing it first if it runs, on the same port and folder. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startRedis(options: StartRedisOptions = {}): Promise<PrivateRedis> {
  const { appendonly = 'no', log = () => {} } = options
  const binary = await findRedisServer({ cacheDir: CACHE_DIR, log })
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'rewind-redis-')))
  const removeDir = options.dir === undefined

  const startOn = (port: number) => startServer({ ...options, binary, port, dir, removeDir, appendonly })
  const startAnywhere = async () => {
    for (let attempt = 1; ; attempt++) {
      const port = await findFreePort(options.settings?.['cluster-enabled'] === 'yes')
      try {
        return { port, child: await startOn(port) }
      } catch (cause) {
        // Another process may take the port between our look and the server's bind.
        if (attempt === 3) throw cause
      }
    }
  }

  let running: { port: number; child: ChildProcess }
  try {
    running = options.port
      ? { port: options.port, child: await startOn(options.port) }
      : await startAnywhere()
  } catch (cause) {
    if (removeDir) await rm(dir, { recursive: true, force: true })
    throw cause
  }
  const { port } = running
  let { child } = running

  return {
    url: `${options.tls ? 'rediss' : 'redis'}://${options.password ? `:${options.password}@` : ''}127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return pidOf(child)
    },
    kill: (signal = 'SIGKILL') => signalServer(child, signal),
    async restart() {
      await signalServer(child, 'SIGKILL')
      child = await startOn(port)
    },
    async close() {
      await signalServer(child, 'SIGKILL')
      if (removeDir) await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The Redis of `REDIS_URL`, which is left alone on close, or else a private one. */
export async function redisFor(
  env: NodeJS.ProcessEnv,
  options: StartRedisOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  if (env.REDIS_URL) return { url: env.REDIS_URL, close: async () => {} }
  return await startRedis(options)
}

type ServerOptions = Pick<StartRedisOptions, 'password' | 'tls' | 'settings' | 'sentinel'> & {
  binary: string
  port: number
  dir: string
  removeDir: boolean
  appendonly: 'always' | 'no'
}

async function startServer(options: ServerOptions) {
  const { binary, port, dir, removeDir, password, tls } = options
  const args = options.sentinel
    ? [await writeSentinelFile(options, options.sentinel), '--sentinel']
    : Object.entries(settingsOf(options)).flatMap(([name, value]) => [`--${name}`, value])
  // Its own process group: Ctrl-C in a terminal is for the parent, which stops Redis last.
  const child = spawn(binary, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
  })
  const spawned = once(child, 'spawn')
  if (child.pid !== undefined) watchParent(child, removeDir ? dir : '')
  await spawned

  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      lines.push(line)
      if (lines.length > 20) lines.shift()
    })
  }

  const deadlineMs = Date.now() + readyTimeoutMs
  while (!(await isReady({ port, password, tls }, pidOf(child)))) {
    if (hasExited(child)) throw new Error(`The private Redis stopped while starting:\n${lines.join('\n')}`)
    if (Date.now() > deadlineMs) {
      await signalServer(child, 'SIGKILL')
      throw new Error(`The private Redis did not answer within ${readyTimeoutMs} ms:\n${lines.join('\n')}`)
    }
    await delay(10)
  }
  return child
}

function settingsOf({
  port,
  dir,
  appendonly,
  password,
  tls,
  settings,
}: ServerOptions): Record<string, string> {
  return {
    bind: '127.0.0.1',
    ...(tls ? tlsSettings(port, tls) : { port: String(port) }),
    dir,
    save: '',
    appendonly: appendonly === 'always' ? 'yes' : 'no',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    logfile: '',
    ...(password ? { requirepass: password, masterauth: password } : {}),
    ...settings,
  }
}

function tlsSettings(port: number, { cert, key, ca }: TlsFiles): Record<string, string> {
  return {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': cert,
    'tls-key-file': key,
    'tls-ca-cert-file': ca,
    'tls-auth-clients': 'no',
  }
}

async function writeSentinelFile({ port, dir, password }: ServerOptions, watched: string[]): Promise<string> {
  const file = join(dir, 'sentinel.conf')
  const own = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${dir}`,
    ...(password ? [`requirepass ${password}`] : []),
  ]
  await writeFile(file, `${[...own, ...watched].join('\n')}\n`)
  return file
}

// A process killed with SIGKILL cannot clean up, but the kernel closes its pipes: the shell then reads
// end-of-file and cleans up in its place. A line instead means that Redis has ended and its id may be reused.
function watchParent(child: ChildProcess, dirToRemove: string): void {
  const script = 'read -r _ && exit; kill -9 "$1"; [ -z "$2" ] || rm -rf "$2"'
  const watch = spawn('/bin/sh', ['-c', script, 'sh', String(child.pid), dirToRemove], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watch.stdin.on('error', () => {})
  child.once('exit', () => watch.stdin.end('\n'))
}

async function signalServer(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasExited(child)) return
  const exited = once(child, 'exit')
  child.kill(signal)
  if (signal === 'SIGSTOP' || signal === 'SIGCONT') return
  await exited
}

const hasExited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The private Redis was never started')
  return child.pid
}

// Below the range from which the kernel takes outgoing ports (32768 and up on Linux): a client that keeps
// trying a dead port in that range can connect to itself, or another connection can take it, before a restart.
async function findFreePort(isOfCluster: boolean): Promise<number> {
  // The bus of a cluster listens ten thousand above, which has to stay below where connections get their ports (32768).
  const among = isOfCluster ? 2_700 : 12_000
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * among)
    if ((await isFree(port)) && (!isOfCluster || (await isFree(port + 10_000)))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = await new Promise<boolean>(settle => {
    probe.once('error', () => settle(false))
    probe.listen(port, '127.0.0.1', () => settle(true))
  })
  if (free) await new Promise(settle => probe.close(settle))
  return free
}

type Door = { port: number; password: string | undefined; tls: TlsFiles | undefined }

// The process id tells our server from another one that already holds the port. While it loads its file
// the server answers PING with -LOADING.
function isReady({ port, password, tls }: Door, pid: number): Promise<boolean> {
  return new Promise(settle => {
    const address = { port, host: '127.0.0.1' }
    // Whoever holds the port has to prove the process id, so its certificate need not be looked at.
    const socket = tls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address)
    const answer = (yes: boolean) => {
      socket.destroy()
      settle(yes)
    }
    let received = ''
    socket.setTimeout(1_000, () => answer(false))
    socket.once('error', () => answer(false))
    socket.once('close', () => answer(false))
    const auth = password ? `AUTH ${password}\r\n` : ''
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(`${auth}PING\r\nINFO server\r\n`))
    socket.on('data', data => {
      received += data.toString()
      const processId = /^process_id:(\d+)\r$/m.exec(received)?.[1]
      if (processId) answer(/^\+PONG\r$/m.test(received) && Number(processId) === pid)
    })
  })
}
