// Getting a payload to the app and its acknowledgement back, within Slack's three seconds.
// Only events are ever sent again; a lost command, click or submission is the person's problem, as on Slack.
import type { Json } from './block-schema.ts'

export type PayloadKind = 'command' | 'interactive' | 'event'

/** `through`: the host and port at which the app was reached, or had reached us. Absent: it was not. */
export type Ack = { through?: string } & (
  | { kind: 'acked'; body: Json }
  | { kind: 'failed'; reason: 'timeout' | 'unreachable' | 'status'; retry: 'allowed' | 'refused' }
)

export interface Attempt {
  number: number
  reason: string
}

/** One way of reaching the app, once. */
export interface Route {
  send(kind: PayloadKind, payload: Json, attempt?: Attempt): Promise<Ack>
}

export interface Delivery {
  deliver(kind: Exclude<PayloadKind, 'event'>, payload: Json): Promise<Ack>
  /** Resolves with the first answer; redelivery goes on behind it. */
  deliverEvent(payload: Json): Promise<Ack>
  close(): void
}

// The Events API tries again about at once, after a minute and after five.
const RETRY_DELAYS_MS = [0, 60_000, 300_000]

const retryReasons = { timeout: 'http_timeout', unreachable: 'connection_failed', status: 'http_error' }

export function createDelivery(route: Route, reasonStyle: 'socket' | 'http'): Delivery {
  const timers = new Set<NodeJS.Timeout>()
  let closed = false

  function redeliver(payload: Json, failed: Ack & { kind: 'failed' }, number: number): void {
    const delayMs = RETRY_DELAYS_MS[number - 1]
    if (closed || delayMs === undefined || failed.retry === 'refused') return
    const timer = setTimeout(async () => {
      timers.delete(timer)
      const reason = reasonStyle === 'socket' ? 'timeout' : retryReasons[failed.reason]
      const ack = await route.send('event', payload, { number, reason })
      if (ack.kind === 'failed') redeliver(payload, ack, number + 1)
    }, delayMs)
    timer.unref()
    timers.add(timer)
  }

  return {
    deliver: (kind, payload) => route.send(kind, payload),
    async deliverEvent(payload) {
      const ack = await route.send('event', payload)
      if (ack.kind === 'failed') redeliver(payload, ack, 1)
      return ack
    },
    close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
