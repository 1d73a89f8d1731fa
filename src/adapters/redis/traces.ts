// Where a trace of one process is found by the next one: beside the record of a request, and beside an open modal. A few
// random digits each, which end by themselves. Nobody waits for them, and nobody misses what cannot be written.

import type { RedisConnection } from './connect.ts'

/** A request that nobody has changed for longer begins a trace without a link to what was before. */
const KEPT_SECONDS = 7 * 86_400
/** As W3C Trace Context has it. Source: w3.org/TR/trace-context, traceparent. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/

export interface TraceMarks {
  /** @param name of a request or a modal: ids alone. Returns at once. */
  keep(name: string, traceparent: string): void
  /** Null: there is none, or Redis cannot be asked. Never rejects. */
  find(name: string): Promise<string | null>
}

export function createTraceMarks(redis: RedisConnection, prefix: string): TraceMarks {
  const keyOf = (name: string) => `{${prefix}}:trace:${name}`
  return {
    keep(name, traceparent) {
      // A Redis that is away has been told of by others.
      redis.set(keyOf(name), traceparent, 'EX', KEPT_SECONDS).catch(() => {})
    },
    async find(name) {
      const text = await redis.get(keyOf(name)).catch(() => null)
      return text !== null && TRACEPARENT.test(text) ? text : null
    },
  }
}
