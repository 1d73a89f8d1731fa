// A span's place as one line of text, and back. Source: w3.org/TR/trace-context, traceparent.

import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api'

export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`
}

/** Undefined: it is none. */
export function contextIn(traceparent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$/.exec(traceparent) ?? []
  const found = { traceId, spanId, traceFlags: Number(flags), isRemote: true }
  return isSpanContextValid(found) ? found : undefined
}
