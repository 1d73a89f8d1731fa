// The SDK with a collector of the test, whatever that one does: legs, their links, calls of Kafka's protocol, and an end in time.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { expect, it, onTestFinished } from 'vitest'
import { createKafka } from '../../../src/adapters/kafka/kafka.ts'
import { type Otel, type OtelSettings, startOtel } from '../../../src/adapters/otel/sdk.ts'
import { KAFKA_ACTIONS } from '../../../src/ports/events.ts'
import type { RequestId } from '../../../src/request/request.ts'
import { startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { startKafkaBroker } from '../../../src/sandbox/kafka/start.ts'
import { type Conduct, startCollector } from '../../support/collector.ts'

const R1 = 'R-1' as RequestId

/** What other processes would find in Redis. */
function marksInMemory() {
  const kept = new Map<string, string>()
  return {
    kept,
    keep: (name: string, traceparent: string) => void kept.set(name, traceparent),
    find: async (name: string) => kept.get(name) ?? null,
  }
}

function otelTo(url: string, more: Partial<OtelSettings> = {}, exportMs?: number) {
  const warnings: string[] = []
  const marks = marksInMemory()
  const otel = startOtel(
    {
      ...{ url: `${url}/v1/traces`, protocol: 'http/json', headers: { authorization: 'Bearer hunter2' } },
      ...{ serviceName: 'rewind-test', sampler: 'parentbased_always_on', ratio: 1 },
      ...more,
    },
    {
      ...{ version: '1', role: 'bot', marks: () => marks, warn: (line: string) => warnings.push(line) },
      ...(exportMs === undefined ? {} : { exportMs }),
    },
  )
  onTestFinished(() => otel.stop(1))
  return { otel, marks, warnings }
}

async function oneLeg({ tracing }: Otel): Promise<string> {
  return tracing.leg('change', 'decide', { request: R1 }, async () => {
    tracing.keep(R1)
    tracing.about({ outcome: 'changed' })
    return 'done'
  })
}

it('links what begins a trace to what changed the request last, and nests the rest', async () => {
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  const { otel, marks } = otelTo(collector.url)
  const { tracing } = otel
  await oneLeg(otel)
  await tracing.leg('pay', 'post', { request: R1 }, async () => {
    await oneLeg(otel)
  })
  // What a leg comes across later, and what it does not.
  await tracing.leg('slack', 'block_actions review', {}, async () => {
    tracing.about({ request: R1 })
    tracing.about({ request: 'R-2' as RequestId })
  })
  marks.kept.set('R-3', 'nonsense')
  await tracing.leg('pay', 'post', { request: 'R-3' as RequestId }, async () => {})
  tracing.about({ request: R1 })
  await otel.stop(5_000)

  const spans = collector.spans()
  const [first, nested, paid, pressed, other] = spans.sort((a, b) => (a.name < b.name ? -1 : 1))
  expect(spans.map(({ name }) => name)).toEqual([
    ...['change decide', 'change decide', 'pay post', 'pay post', 'slack block_actions review'],
  ])
  const decisions = spans.filter(({ name }) => name === 'change decide')
  const inner = decisions.find(({ parentSpanId }) => parentSpanId !== '')
  const outer = decisions.find(({ parentSpanId }) => parentSpanId === '')
  const payment = spans.find(({ spanId }) => spanId === inner?.parentSpanId)
  expect(payment?.links.map(({ spanId }) => spanId)).toEqual([outer?.spanId])
  expect([first, nested, paid, pressed, other].every(Boolean)).toBe(true)
  const review = spans.find(({ name }) => name.startsWith('slack'))
  expect(review?.attributes).toMatchObject({ 'rewind.request': 'R-1' })
  expect(review?.links.map(({ spanId }) => spanId)).toEqual([inner?.spanId])
  expect(spans.find(({ attributes }) => attributes['rewind.request'] === 'R-3')?.links).toEqual([])
  expect(collector.received()[0]?.headers.authorization).toBe('Bearer hunter2')
})

it('tells of the calls of Kafka’s protocol where they were asked', async () => {
  const collector = await startCollector()
  const simulator = await startCkafkaSimulator({ secretId: 'AKIDTEST', secretKey: 'SECRETTEST' })
  const broker = await startKafkaBroker(simulator.cluster)
  onTestFinished(async () => {
    await Promise.all([broker.close(), simulator.close(), collector.close()])
  })
  const { otel } = otelTo(collector.url)
  const kafka = createKafka(
    { id: 'own', name: 'Own', bootstrap: broker.bootstrap.split(',') },
    {
      now: Date.now,
      onCall({ api, durationMs }) {
        const action = KAFKA_ACTIONS.find(each => each === api)
        if (action !== undefined) otel.tracing.called({ action, outcome: 'read', code: null, durationMs })
      },
    },
  )
  const reader = kafka.reader({ urgency: 'person', readMs: 5_000 })
  // One that opens the connections, and belongs to nobody.
  await reader.groups('own', '')
  await otel.tracing.leg('pay', 'prepare', { request: R1 }, () => reader.groups('own', ''))
  await kafka.close()
  await otel.stop(5_000)
  const [leg] = collector.spans().filter(({ name }) => name === 'pay prepare')
  const calls = collector.spans().filter(({ name }) => name.startsWith('kafka '))
  expect(calls.map(({ name }) => name)).toContain('kafka ListGroups')
  expect(calls.every(({ parentSpanId }) => parentSpanId === leg?.spanId)).toBe(true)
})

it('sends protobuf unless told otherwise, and nothing of what is not sampled', async () => {
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  const { otel } = otelTo(collector.url, { protocol: 'http/protobuf' })
  await oneLeg(otel)
  await otel.stop(5_000)
  const [sent] = collector.received()
  expect(sent?.headers['content-type']).toBe('application/x-protobuf')
  expect(sent?.body.toString('latin1')).toContain('change decide')

  const { otel: off, marks } = otelTo(collector.url, { sampler: 'traceidratio', ratio: 0 })
  await oneLeg(off)
  await off.stop(5_000)
  expect(collector.received()).toHaveLength(1)
  expect(marks.kept.size).toBe(0)
})

it('ends an answer of the collector that never ends, and says so', async () => {
  const collector = await startCollector('drips')
  onTestFinished(() => collector.close())
  const { otel, warnings } = otelTo(collector.url, {}, 250)
  await oneLeg(otel)
  void otel.stop(5_000)
  await expect
    .poll(() => warnings, { timeout: 5_000 })
    .toEqual(['The collector of traces has not ended its answer within 0.3 s: its spans may be lost.'])
  await expect.poll(() => collector.open()).toBe(0)
})

it.each<Conduct | 'away'>(['away', 'silent', 'refuses', 'nonsense'])(
  'is not held up by a collector that is like this: %s',
  async conduct => {
    const { otel, warnings } = otelTo(await urlOf(conduct))
    const beganMs = performance.now()
    expect(await oneLeg(otel)).toBe('done')
    expect(performance.now() - beganMs).toBeLessThan(500)
    await otel.stop(300)
    expect(performance.now() - beganMs).toBeLessThan(1_500)
    const refused = 'The collector of traces did not take 1 spans: HTTP 401.'
    expect(warnings).toEqual(conduct === 'refuses' ? [refused] : [])
  },
)

it('says that a collector is away', { tags: ['long'] }, async () => {
  const { otel, warnings } = otelTo(await urlOf('away'))
  await oneLeg(otel)
  await otel.stop(8_000)
  expect(warnings).toEqual(['The collector of traces did not take 1 spans: ECONNREFUSED.'])
})

it('takes a job as it comes, whatever it carries of a trace', async () => {
  const { otel } = otelTo('http://127.0.0.1:9')
  const { contextManager, tracer } = otel.queue
  for (const metadata of [
    '',
    'null',
    '7',
    '{',
    '{"traceparent":7}',
    '{"traceparent":"x"}',
    `"${'x'.repeat(5_000)}"`,
  ])
    expect(trace.getSpan(contextManager.fromMetadata(ROOT_CONTEXT, metadata))).toBeUndefined()
  expect(contextManager.root?.()).toBe(ROOT_CONTEXT)
  const idle = tracer.startSpan('getNextJob execute', { kind: 0 })
  expect(trace.getSpan(idle.setSpanOnContext(context.active()))?.isRecording()).toBe(false)
})

it('lets what a leg throws through as it is', async () => {
  const { otel } = otelTo('http://127.0.0.1:9')
  const error = new TypeError('secret')
  await expect(otel.tracing.leg('pay', 'post', {}, () => Promise.reject(error))).rejects.toBe(error)
})

async function urlOf(conduct: Conduct | 'away'): Promise<string> {
  if (conduct === 'away') return `http://127.0.0.1:${await closedPort()}`
  const collector = await startCollector(conduct)
  onTestFinished(() => collector.close())
  return collector.url
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
