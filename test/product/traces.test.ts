// The way of one request through a bot and a worker as two processes, as a collector is told of it; that nothing of it is
// secret; that nothing is loaded where no collector is named; and that a collector can do what it likes.
// @module-tag long

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { stopBot } from '../../src/sandbox/bot.ts'
import type { Person } from '../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../src/sandbox/slack/render.ts'
import { CHANNELS, startWorld, USERS, type World } from '../../src/sandbox/world.ts'
import { type SeenSpan, startCollector } from '../support/collector.ts'
import { until } from '../support/product.ts'

const SAID = 'wrongVATrate'
const ASK = `/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --shift-by -100 --reason ${SAID}`
/** Of the world, and what people have typed. */
const SECRETS = [
  ...['xoxb-local-bot', 'xapp-1-local-app', 'local-signing-secret', 'AKIDlocal', 'local-secret-key'],
  ...['Signature', 'TC3-HMAC', 'ticket', SAID, 'orders-billing', 'checked with', 'U0ALICE', 'U0BOB', 'Alice'],
]

async function world(env: Record<string, string>): Promise<World> {
  const started = await startWorld({
    ...{ delivery: 'socket', redisUrl: inject('redisUrl'), roles: ['bot', 'worker'] },
    env: { CALL_LATE: '1s', CKAFKA_QUOTA_FACTOR: '100', ...env },
  })
  onTestFinished(() => started.close())
  await started.waitForBot()
  return started
}

async function mainJob({ slack, redisUrl, redisPrefix }: World): Promise<void> {
  const alice = slack.person(USERS.alice)
  const bob = slack.person(USERS.bob)
  const [first] = [() => slack.messages(CHANNELS.kafkaOps)[0]]
  const says = (words: string) =>
    until(() => {
      const card = first()
      return (
        card !== undefined &&
        renderMessage(card, { userName: id => id })
          .join('\n')
          .includes(words)
      )
    }, 20_000)
  const redis = new Redis(redisUrl)
  onTestFinished(() => redis.disconnect())
  // People take longer than the answer to what opens a modal.
  const openedBy = async (person: Person) => {
    const { id } = await person.waitForView()
    await until(async () => (await redis.exists(`{${redisPrefix}}:trace:view:${id}`)) === 1)
  }
  await alice.command(CHANNELS.kafkaOps, ASK)
  await openedBy(alice)
  expect((await alice.submit()).kind).toBe('closed')
  await says('needs 1 approval')
  await bob.press(first() as NonNullable<ReturnType<typeof first>>, 'Review')
  await openedBy(bob)
  await bob.fill('Decision', 'Approve')
  await bob.fill('Note', 'checked with billing').catch(() => {})
  expect((await bob.submit()).kind).toBe('closed')
  await says('· done')
  await until(() => {
    const card = first()
    const replies = card === undefined ? [] : slack.thread(CHANNELS.kafkaOps, card.ts)
    return replies.some(reply =>
      renderMessage(reply, { userName: id => id })
        .join()
        .includes('4 partitions succeeded'),
    )
  }, 20_000)
}

describe('the traces of one request', () => {
  it('lead from the command to the thread, and hold nothing else', { timeout: 60_000 }, async () => {
    const collector = await startCollector()
    onTestFinished(() => collector.close())
    const all = await world({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
    })
    await mainJob(all)
    // What is left is sent at the end.
    await Promise.all(all.bots.map(stopBot))

    const spans = collector.spans()
    const byId = new Map(spans.map(span => [span.spanId, span]))
    const parentsOf = (span: SeenSpan): SeenSpan[] => {
      const parent = byId.get(span.parentSpanId)
      return parent === undefined ? [] : [parent, ...parentsOf(parent)]
    }
    /** All that led to it, inside one trace and by links from one to another: who goes on depends on who comes first. */
    const cameFrom = (span: SeenSpan, found = new Set<SeenSpan>()): Set<SeenSpan> => {
      for (const id of [span.parentSpanId, ...span.links.map(({ spanId }) => spanId)]) {
        const before = byId.get(id)
        if (before === undefined || found.has(before)) continue
        found.add(before)
        cameFrom(before, found)
      }
      return found
    }
    const named = (name: string, action?: string) =>
      spans.filter(
        span => span.name === name && (action === undefined || span.attributes['rewind.action'] === action),
      )
    const one = (name: string, action?: string): SeenSpan => {
      const [found] = named(name, action)
      if (found === undefined)
        throw new Error(`No ${name} ${action} among: ${spans.map(each => each.name).join(', ')}`)
      return found
    }
    const inside = (outer: SeenSpan, name: string, action?: string) =>
      named(name, action).filter(span => parentsOf(span).includes(outer))

    // The command opens the modal, and what is sent from it is linked to the command.
    const command = one('slack command /reset-offsets')
    expect(inside(command, 'POST', 'views.open')).toHaveLength(1)
    const sent = one('slack view_submission reset_form')
    expect(cameFrom(sent)).toContain(command)
    const submitted = one('change submit')
    expect(parentsOf(submitted)).toContain(sent)
    expect(submitted.attributes).toMatchObject({
      'rewind.request': 'R-1',
      'rewind.instance': 'ckafka-demo0001',
    })

    // The plan is made by calls of CKafka, and the card shown by one of Slack.
    expect(inside(one('pay prepare'), 'POST', 'DescribeGroupOffsets').length).toBeGreaterThan(0)
    expect(
      named('POST', 'chat.postMessage').some(span => parentsOf(span).some(each => each.name === 'pay post')),
    ).toBe(true)

    // Another delivery: linked to the request as it was, and to the modal.
    const pressed = one('slack block_actions review')
    expect(pressed.attributes['rewind.request']).toBe('R-1')
    expect(cameFrom(pressed)).toContain(sent)
    const decision = one('slack view_submission review_request')
    expect(cameFrom(decision)).toContain(pressed)
    const decided = one('change decide')
    expect(parentsOf(decided)).toContain(decision)
    expect(decided.attributes).toMatchObject({ 'rewind.outcome': 'changed', 'rewind.state': 'approved' })

    // The job takes the trace to the worker, which calls CKafka.
    const added = one('add execute.execute')
    expect(cameFrom(added)).toContain(decision)
    const taken = one('process execute')
    expect(parentsOf(taken)).toContain(added)
    expect([added.role, taken.role]).toEqual(['bot', 'worker'])
    const written = one('POST', 'BatchModifyGroupOffsets')
    expect(parentsOf(written)).toContain(taken)
    expect(written.role).toBe('worker')
    expect(taken.attributes).toMatchObject({ 'rewind.request': 'R-1', 'rewind.outcome': 'done' })

    // What became of it is told in the thread by the bot, linked to where it ended.
    const finished = one('change finish')
    expect(parentsOf(finished)).toContain(taken)
    const told = named('POST', 'chat.postMessage').filter(span => cameFrom(span).has(finished))
    expect(told.length).toBeGreaterThan(0)
    // The whole way of it, from the first to the last.
    for (const each of [command, sent, pressed, decision, added, taken])
      expect(
        told.every(span => cameFrom(span).has(each)),
        each.name,
      ).toBe(true)
    expect(told.every(({ role }) => role === 'bot')).toBe(true)

    const bytes = Buffer.concat(collector.received().map(({ body }) => body)).toString('latin1')
    expect(SECRETS.filter(secret => bytes.includes(secret))).toEqual([])
    for (const { headers, path } of collector.received()) {
      expect(path).toBe('/v1/traces')
      expect(headers.authorization).toBe('Bearer of-the-collector')
    }
    const logs = all.bots.flatMap(bot => bot.logs()).join('\n')
    expect(logs).not.toContain('of-the-collector')
    // Nobody outside is told where a call stands in a trace.
    expect(JSON.stringify(all.ckafka.calls())).not.toContain(written.traceId)
  })

  it('keep nothing from being done where the collector is silent, nor from ending', {
    timeout: 60_000,
    tags: ['long'],
  }, async () => {
    const collector = await startCollector('silent')
    onTestFinished(() => collector.close())
    const all = await world({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    await mainJob(all)
    const beganMs = performance.now()
    await Promise.all(all.bots.map(bot => bot.kill('SIGTERM')))
    expect(performance.now() - beganMs).toBeLessThan(6_000)
    expect(all.bots.map(({ exit }) => exit?.code)).toEqual([0, 0])
  })
})

/** The packages of all that a process of the product has loaded until it was stopped. */
async function packagesLoaded(env: Record<string, string>): Promise<Set<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-loaded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const all = await startWorld({
    ...{ delivery: 'socket', redisUrl: inject('redisUrl') },
    // V8 writes the name of each script that it has run.
    env: { NODE_V8_COVERAGE: folder, ...env },
  })
  onTestFinished(() => all.close())
  await all.waitForBot()
  await stopBot(all.bot)
  const scripts = readdirSync(folder).flatMap(name => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] }
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []))
  })
  expect(scripts.some(path => path.endsWith('dist/main.js'))).toBe(true)
  const sources = scripts.flatMap(path => {
    const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sources: string[] }
    return map.sources
  })
  return new Set(sources.flatMap(source => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []))
}

const OF_TRACES = /^@opentelemetry\/(?!api$)|^bullmq-otel$|^(import|require)-in-the-middle$/

describe('a process without a collector', () => {
  it('loads nothing of OpenTelemetry but the API that metrics bring', async () => {
    const loaded = await packagesLoaded({})
    expect(loaded).toContain('bullmq')
    expect([...loaded].filter(name => OF_TRACES.test(name))).toEqual([])
  })

  it('is told from one with a collector', { tags: ['long'] }, async () => {
    const loaded = await packagesLoaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    expect([...loaded].filter(name => OF_TRACES.test(name))).toContain('bullmq-otel')
  })
})
