// What of a span leaves the process: a closed list of attributes, each with what its value may look like. Whatever an
// instrumentation has put into a span besides (addresses with their queries, headers, messages of errors, what a job holds)
// stays here.

import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

const WORD = /^[\w.-]{1,64}$/
const HOST = /^[\w.:[\]-]{1,255}$/
const NAME = /^[\w ./-]{1,80}$/

const ALLOWED: Record<string, RegExp | 'number'> = {
  'rewind.request': /^R-\d{1,15}$/,
  'rewind.instance': WORD,
  'rewind.outcome': WORD,
  'rewind.state': WORD,
  'rewind.action': WORD,
  'rewind.code': /^[\w. -]{1,64}$/,
  'http.request.method': /^[A-Z]{1,10}$/,
  'http.response.status_code': 'number',
  'server.address': HOST,
  'server.port': 'number',
  'error.type': WORD,
  'rpc.system': WORD,
  'rpc.method': WORD,
  'bullmq.queue.name': WORD,
  'bullmq.queue.operation': WORD,
  'bullmq.job.id': /^R-\d{1,15}-\d{1,9}$/,
  'bullmq.job.name': WORD,
}

export function toldAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name, value]) => isAllowed(name, value)))
}

function isAllowed(name: string, value: AttributeValue | undefined): boolean {
  const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined
  if (allowed === undefined) return false
  if (allowed === 'number') return typeof value === 'number' && Number.isFinite(value)
  return typeof value === 'string' && allowed.test(value)
}

/** The same span with nothing else in it. */
export function toldOf(span: ReadableSpan): ReadableSpan {
  const { parentSpanContext } = span
  return {
    name: NAME.test(span.name) ? span.name : 'other',
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(parentSpanContext === undefined ? {} : { parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    // Its message is that of an error.
    status: { code: span.status.code },
    attributes: toldAttributes(span.attributes),
    links: span.links.map(({ context }) => ({ context })),
    events: [],
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
