// What leaves the process of a span: what is on the list, and nothing that an instrumentation or an error adds.

import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { expect, it } from 'vitest'
import { toldAttributes, toldOf } from '../../../src/adapters/otel/allowed-attributes.ts'

it('keeps what is on the list, where it looks as it should', () => {
  const told = {
    'rewind.request': 'R-12',
    'rewind.outcome': 'changed',
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'server.address': 'slack.com',
    'bullmq.job.id': 'R-12-1',
  }
  expect(toldAttributes(told)).toEqual(told)
})

it.each([
  ['url.full', 'https://slack.com/?token=secret'],
  ['url.query', '?Signature=secret'],
  ['url.path', '/upload/v1/secret'],
  ['user_agent.original', 'secret'],
  ['http.request.header.authorization', ['Bearer secret']],
  ['exception.message', 'secret'],
  ['bullmq.job.data', 'secret'],
  ['__proto__', 'secret'],
  ['constructor', 'secret'],
  ['rewind.request', 'the secret'],
  ['rewind.outcome', `secret ${'x'.repeat(500)}`],
  ['http.response.status_code', 'secret'],
])('leaves %s out: %j', (name, value) => {
  expect(toldAttributes({ [name]: value })).toEqual({})
})

it('leaves out messages, events, and what links carry', () => {
  const place = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
  const span: ReadableSpan = {
    name: 'the secret: of somebody',
    kind: SpanKind.INTERNAL,
    spanContext: () => place,
    ...{ startTime: [1, 0], endTime: [2, 0], duration: [1, 0], ended: true },
    status: { code: SpanStatusCode.ERROR, message: 'secret' },
    attributes: { 'rewind.request': 'R-1', note: 'secret' },
    links: [{ context: place, attributes: { note: 'secret' } }],
    events: [{ name: 'exception', time: [1, 0], attributes: { 'exception.message': 'secret' } }],
    resource: resourceFromAttributes({ 'service.name': 'rewind' }),
    instrumentationScope: { name: 'bullmq' },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  }
  const told = toldOf(span)
  expect(JSON.stringify(told)).not.toContain('secret')
  expect(told).toMatchObject({ name: 'other', attributes: { 'rewind.request': 'R-1' }, events: [] })
  expect(told.links).toEqual([{ context: place }])
})
