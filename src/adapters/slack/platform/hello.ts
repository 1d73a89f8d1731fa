// How many connections the app has, which Slack says only to a new one: it is opened, and closed as soon as Slack has said
// hello. Until Slack knows that it is closed, what somebody presses can arrive here: that is counted, never acknowledged,
// and goes to nobody. Source: https://docs.slack.dev/apis/events-api/using-socket-mode

import { WebSocket } from 'undici'
import { z } from 'zod'
import { createWayOut, type Proxies } from '../../../proxy/proxy.ts'
import { certificateFaultIn } from './web-client.ts'

export type Hello =
  /** `connections`: with this one. `missed`: so many payloads arrived before it was closed. */
  | { kind: 'said'; connections: number | null; missed: number }
  /** Slack took the connection and ended it: `too_many_websockets`, `link_disabled` and the like. */
  | { kind: 'ended'; reason: string }
  | { kind: 'unasked'; cause: string }

const frameSchema = z.object({
  type: z.string(),
  num_connections: z.number().int().positive().optional(),
  reason: z.string().optional(),
})
/** For Slack to close its side. */
const CLOSING_MS = 2_000

/** Never rejects. @param url of apps.connections.open */
export function readHello(url: string, withinMs: number, proxies: Proxies | null = null): Promise<Hello> {
  return new Promise(resolve => {
    let said: Hello = { kind: 'unasked', cause: 'the connection broke off' }
    let timer = setTimeout(() => {
      said = { kind: 'unasked', cause: `no hello within ${withinMs / 1_000} s` }
      end()
    }, withinMs)
    let socket: WebSocket | undefined
    const end = () => {
      clearTimeout(timer)
      socket?.close()
      resolve(said)
    }
    try {
      const dispatcher = createWayOut(proxies, {
        connectMs: withinMs,
        agent: {},
        onFault({ message: cause }) {
          said = { kind: 'unasked', cause }
        },
      })
      // The socket itself does not say why there is no connection.
      dispatcher.on('connectionError', (_origin, _targets, error) => {
        const cause = certificateFaultIn(error)
        if (cause !== null && said.kind === 'unasked') said = { kind: 'unasked', cause }
      })
      socket = new WebSocket(url, { dispatcher })
    } catch {
      said = { kind: 'unasked', cause: 'the address that it gave is none' }
      return end()
    }
    socket.addEventListener('close', end)
    socket.addEventListener('error', end)
    socket.addEventListener('message', ({ data }) => {
      const frame = readFrame(data)
      if (said.kind === 'said') {
        if (frame?.type !== 'disconnect') said = { ...said, missed: said.missed + 1 }
        return
      }
      if (frame?.type === 'disconnect') {
        said = { kind: 'ended', reason: clipped(frame.reason ?? 'disconnect') }
        return end()
      }
      if (frame?.type !== 'hello') return
      said = { kind: 'said', connections: frame.num_connections ?? null, missed: 0 }
      clearTimeout(timer)
      timer = setTimeout(end, CLOSING_MS)
      socket?.close(1_000)
    })
  })
}

function readFrame(data: unknown): z.output<typeof frameSchema> | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return frameSchema.safeParse(JSON.parse(data)).data
  } catch {
    return undefined
  }
}

function clipped(reason: string): string {
  return reason.slice(0, 60)
}
