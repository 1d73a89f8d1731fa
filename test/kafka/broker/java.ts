// Java processes that end with the one that started them, whatever ends that.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** Small, and quick to start. */
const SMALL = ['-Xms64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-XX:-UsePerfData']
const QUIET = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
  '-Dorg.slf4j.simpleLogger.logFile=System.err',
]

export interface JavaProcess {
  child: ChildProcess
  /** The last lines it printed. */
  said(): string
  kill(signal?: NodeJS.Signals): Promise<void>
}

export function startJava(
  classPath: string,
  args: readonly string[],
  {
    stdio = ['ignore', 'pipe', 'pipe'],
    remove = '',
    heapMb = 256,
  }: { stdio?: ('ignore' | 'pipe')[]; remove?: string; heapMb?: number } = {},
): JavaProcess {
  const child = spawn('java', [`-Xmx${heapMb}m`, ...SMALL, ...QUIET, '-cp', classPath, ...args], {
    stdio: stdio as ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  watchParent(child, remove)
  const lines: string[] = []
  for (const stream of stdio[0] === 'pipe' ? [child.stderr] : [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', line => {
      lines.push(line)
      if (lines.length > 40) lines.shift()
    })
  }
  return {
    child,
    said: () => lines.join('\n'),
    async kill(signal = 'SIGKILL') {
      if (hasExited(child)) return
      const exited = once(child, 'exit')
      child.kill(signal)
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return
      await exited
    },
  }
}

export const hasExited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

// The kernel closes the pipes of a process that was killed: the shell then reads end-of-file and ends Kafka in its place.
function watchParent(child: ChildProcess, folder: string): void {
  const script = 'read -r _ && exit; kill -9 "$1"; [ -z "$2" ] || { sleep 0.2; rm -rf "$2"; }'
  const watch = spawn('/bin/sh', ['-c', script, 'sh', String(child.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watch.stdin.on('error', () => {})
  watch.unref()
  child.once('exit', () => watch.stdin.end('\n'))
}

/** Below the range from which the kernel takes outgoing ports. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const probe = createServer()
    const free = await new Promise<boolean>(settle => {
      probe.once('error', () => settle(false))
      probe.listen(port, '127.0.0.1', () => settle(true))
    })
    if (!free) continue
    await new Promise(settle => probe.close(settle))
    return port
  }
}
