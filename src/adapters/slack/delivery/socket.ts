// The connection of Socket Mode: made, kept, and made again with growing waits, whatever Slack answers.
// No fault in it may end the process: the client of Slack raises unhandled rejections where it reconnects by itself.

import { type App, type Logger, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Dispatcher } from 'undici'
import type { Report } from '../../../ports/events.ts'
import { proxyFaultIn } from '../../../proxy/fault.ts'
import { createWayOut, type Proxies } from '../../../proxy/proxy.ts'
import { createSlackWay } from '../platform/light-fetch.ts'
import { createThrottle } from '../platform/throttle.ts'
import { SLACK_CALL_MS } from '../platform/web-client.ts'
import { guardFrames } from './frames.ts'

export interface Socket extends Receiver {
  isConnected(): boolean
  /** Why the last try to connect has failed; null while connected, and before the first. */
  trouble(): string | null
}

export interface SocketOptions {
  appToken: string
  address: { slackApiUrl?: string }
  /** On the way to Slack; null: none. */
  proxies: Proxies | null
  logger: Logger
  /** Of connecting: once, and then every ten minutes while it stays the same. */
  onFault(error: Error): void
  onConnected(): void
  /** Of what arrived and could not be worked on. */
  report: Report
}

/** After the end of a connection, and after each try that failed since. */
const WAITS_MS = [200, 1_000, 2_000, 5_000, 10_000, 30_000]
/** A connection that lasted as long was a good one. */
const STEADY_MS = 10_000
/** From the address until Slack says hello. */
const HELLO_MS = 15_000
/** Of each step of connecting through a proxy. */
const CONNECT_MS = 5_000

type Client = SocketModeReceiver['client']

/** Connects once it is started, and goes on until it is stopped. Nothing of it rejects. */
export function createSocket(options: SocketOptions): Socket {
  const { logger, onFault, onConnected, report, proxies } = options
  const { calls } = createSlackWay(proxies)
  const throttle = createThrottle()
  const stopping = new AbortController()
  let app: App | undefined
  let current: Client | undefined
  let connected = false
  let trouble: string | null = null

  async function keep(): Promise<void> {
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      const beganMs = performance.now()
      let waitMs = 0
      try {
        await connectOnce()
        if (performance.now() - beganMs >= STEADY_MS) tries = 0
      } catch (thrown) {
        if (stopping.signal.aborted) return
        const error = asError(thrown)
        trouble = codeOf(error)
        if (throttle.isDue(trouble)) onFault(error)
        waitMs = askedToWaitMs(error)
      }
      connected = false
      await rest(Math.max(waitMs, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0))
    }
  }

  /** Resolves when a connection that was made has ended; rejects when none could be made. */
  async function connectOnce(): Promise<void> {
    const way = proxies === null ? null : wayOf(proxies)
    // A client of its own for each connection: what one leaves behind (timers, listeners) cannot disturb the next.
    const receiver = new SocketModeReceiver({
      appToken: options.appToken,
      logger: withoutErrors(logger),
      autoReconnectEnabled: false,
      // Without one it makes its own, and closes that itself.
      ...(way === null ? {} : { dispatcher: way.dispatcher }),
      installerOptions: {
        clientOptions: {
          ...options.address,
          fetch: calls,
          retryConfig: { retries: 0 },
          timeout: SLACK_CALL_MS,
          rejectRateLimitedCalls: true,
        },
      },
      // Its own would log what it could not read, and acknowledge where nobody catches that there is no connection.
      processEventErrorHandler: async ({ error }) => {
        report({ event: 'fault', where: 'slack request', error })
        return false
      },
    })
    if (app !== undefined) receiver.init(app)
    const { client } = receiver
    current = client
    const ended = new Promise<void>(resolve => {
      client.once('disconnected', () => resolve())
      // Slack ends this connection, and the next can be made before it has closed.
      guardFrames(receiver, { report, onGoodbye: resolve })
    })
    try {
      await inTime(client.start(), SLACK_CALL_MS + HELLO_MS)
    } catch (error) {
      void end(client).then(way?.cut)
      throw way?.fault() ?? error
    }
    if (stopping.signal.aborted) return end(client).then(way?.cut)
    connected = true
    trouble = null
    onConnected()
    await ended
    void end(client).then(way?.cut)
  }

  function rest(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(wake, ms).unref()
      stopping.signal.addEventListener('abort', wake, { once: true })
      function wake() {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', wake)
        resolve()
      }
    })
  }

  return {
    init(of) {
      app = of
    },
    async start() {
      void keep()
    },
    /** In Socket Mode closing can take long; whoever waits for it has to bound that. */
    async stop() {
      stopping.abort()
      if (current !== undefined) await end(current)
    },
    isConnected: () => connected,
    trouble: () => trouble,
  }
}

/**
 * For one connection. What its client does with a socket that it opens itself, cutting it where the other side does not
 * close it, is done here.
 */
function wayOf(proxies: Proxies): {
  dispatcher: Dispatcher
  fault: () => Error | undefined
  cut: () => void
} {
  let fault: Error | undefined
  const sockets: Destroyable[] = []
  const onSocket = (socket: Destroyable) => void sockets.push(socket)
  const onFault = (told: Error) => {
    fault = told
  }
  const dispatcher = createWayOut(proxies, { connectMs: CONNECT_MS, agent: {}, onSocket, onFault })
  return {
    dispatcher,
    fault: () => fault,
    cut() {
      void dispatcher.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}

interface Destroyable {
  destroy(): unknown
}

/** What fails here is said by whoever waits for it, and not each time. */
function withoutErrors(logger: Logger): Logger {
  return Object.assign(Object.create(logger), { error() {} })
}

async function end(client: Client): Promise<void> {
  await client.disconnect().catch(() => {})
}

async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Slack did not say hello in time.')), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The client rejects with nothing when the socket closes before Slack has said hello. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Slack closed the connection before it said hello.')
}

function codeOf(error: Error): string {
  const ofProxy = proxyFaultIn(error)
  if (ofProxy !== null) return ofProxy.message
  const { data } = error as { data?: { error?: unknown } }
  return typeof data?.error === 'string' ? data.error : error.message.slice(0, 200)
}

function askedToWaitMs(error: Error): number {
  const { retryAfter } = error as { retryAfter?: unknown }
  return typeof retryAfter === 'number' && Number.isFinite(retryAfter) ? Math.min(retryAfter, 600) * 1_000 : 0
}
