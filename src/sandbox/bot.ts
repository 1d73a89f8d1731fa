// One process of the built product, started, watched and stopped from outside, as an operator would.
// It must never outlive the one that started it, however that one ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

// The same depth from src/ and from dist/.
const botEntry = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const clockEntry = new URL('../../dist/sandbox/clock.js', import.meta.url)
const AS_IN_THE_IMAGE = ['--enable-source-maps', '--max-semi-space-size=4']
const LOG_LINES_KEPT = 5_000
const POLL_MS = 20
const STOP_PATIENCE_MS = 5_000

export type Role = 'all' | 'bot' | 'worker'
/** The `movable` one can be put forward. */
export type BotClock = 'real' | 'movable'

export interface Bot {
  readonly role: Role
  readonly pid: number
  /** Where health, metrics and, over HTTP, Slack's requests are answered; unknown until it listens. */
  readonly port: number | undefined
  /** How the present process ended; undefined while it runs. */
  readonly exit: { code: number | null; signal: NodeJS.Signals | null } | undefined
  /** What it has logged, oldest first, restarts included. */
  logs(): string[]
  /** Gets each line as it is logged. Returns the unsubscribe function. */
  onLine(listener: (line: string) => void): () => void
  /** SIGKILL unless told otherwise. Resolves when the process has ended; at once for SIGSTOP and SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again, killing it first if it runs. */
  restart(): Promise<void>
  /** Puts its clock forward, and that of every later start. Throws unless it was started with one that is movable. */
  advance(ms: number): Promise<void>
  /** Resolves when the bot says it is ready. Throws with its last log lines when it ends or takes too long. */
  waitUntilReady(timeoutMs?: number): Promise<void>
}

export async function startBot(
  role: Role,
  env: Record<string, string>,
  clock: BotClock = 'real',
  /** The file to start: of another build, where it is not this one's. */
  entry: string = botEntry,
): Promise<Bot> {
  let aheadMs = 0
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  let run = await startRun()

  async function startRun(): Promise<{ child: ChildProcess; port: number | undefined }> {
    const isMovable = clock === 'movable'
    const preload = isMovable ? ['--import', `${clockEntry}?aheadMs=${aheadMs}`] : []
    const child = spawn(process.execPath, [...AS_IN_THE_IMAGE, ...preload, entry], {
      env: { ...env, ROLE: role },
      stdio: ['ignore', 'pipe', 'pipe', isMovable ? 'ipc' : 'ignore'],
      // Its own process group: Ctrl-C in a terminal is for this process, which stops the bot in order.
      detached: true,
    })
    watch(child)
    await once(child, 'spawn')
    const started: Awaited<ReturnType<typeof startRun>> = { child, port: undefined }
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', line => {
        lines.push(line)
        if (lines.length > LOG_LINES_KEPT) lines.shift()
        started.port ??= portIn(line)
        for (const listener of [...listeners]) listener(line)
      })
    }
    return started
  }

  const exitOf = ({ exitCode: code, signalCode: signal }: ChildProcess) =>
    code === null && signal === null ? undefined : { code, signal }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = run
    if (exitOf(child) !== undefined) return
    // Not `exit`: by then some of what it logged last may not have been read.
    const closed = once(child, 'close')
    child.kill(signal)
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await closed
  }

  return {
    role,
    get pid() {
      return run.child.pid ?? -1
    },
    get port() {
      return run.port
    },
    get exit() {
      return exitOf(run.child)
    },
    logs: () => [...lines],
    onLine(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    kill,
    async restart() {
      await kill()
      run = await startRun()
    },
    async advance(ms) {
      if (clock === 'real') throw new Error('This bot was started with a clock that nobody can move.')
      aheadMs += ms
      const { child } = run
      if (exitOf(child) !== undefined) return
      // Whichever comes first: the other is not listened for any more.
      const listening = new AbortController()
      const { signal } = listening
      const heard = Promise.race([once(child, 'message', { signal }), once(child, 'close', { signal })])
      child.send({ aheadMs })
      await heard
      listening.abort()
    },
    async waitUntilReady(timeoutMs = 15_000) {
      const untilMs = performance.now() + timeoutMs
      const lastLines = () => lines.slice(-20).join('\n') || '(it logged nothing)'
      while (run.port === undefined || !(await isReady(run.port))) {
        const ended = exitOf(run.child)
        if (ended !== undefined) {
          throw new Error(
            `The bot ended (${ended.code ?? ended.signal}) before it was ready:\n${lastLines()}`,
          )
        }
        if (performance.now() > untilMs) {
          throw new Error(`The bot was not ready within ${timeoutMs} ms:\n${lastLines()}`)
        }
        await delay(POLL_MS)
      }
    },
  }
}

const startedSchema = z.object({ event: z.literal('started'), port: z.int() })

function portIn(line: string): number | undefined {
  if (!line.includes('"started"')) return undefined
  try {
    return startedSchema.safeParse(JSON.parse(line)).data?.port
  } catch {
    return undefined
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

export async function stopBot(bot: Bot): Promise<void> {
  const patience = new AbortController()
  const late = delay(STOP_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})
  await Promise.race([bot.kill('SIGTERM'), late])
  patience.abort()
  await bot.kill()
}

const running = new Set<ChildProcess>()

function watch(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killAll)
  running.add(child)
  child.once('exit', () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', killAll)
  })
  if (child.pid === undefined) return
  // A process killed with SIGKILL runs no exit handler, but the kernel closes its pipes: the shell then reads
  // end-of-file and kills the bot. A line instead means that the bot has ended and its id may be reused.
  const shell = spawn('/bin/sh', ['-c', 'read -r _ && exit; kill -9 "$1"', 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.stdin.on('error', () => {})
  child.once('exit', () => shell.stdin.end('\n'))
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
