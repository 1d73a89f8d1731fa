// Lines 19 to 22, 25 and 26 of the fault table: the call was sent, and what came back proves nothing.
// Whatever it was, one approval has one effect: the offsets settle it, or people do.
// @module-tag long

import { describe, expect, it } from 'vitest'
import type { CkafkaFault } from '../../../src/sandbox/ckafka/faults.ts'
import { DEMO, textOf } from '../../support/product.ts'
import type { FrontAnswer } from './front.ts'
import { ASK, count, type Stage, startBehind, startStage, until } from './stage.ts'

const TEST_MS = 90_000
/** For calls that the offsets prove at once: nothing there waits for the deadline, and the looks before them have time. */
const ANSWERED = { env: { CALL_DEADLINE: '30s' } }
const WRITES = { v3: 'BatchModifyGroupOffsets', v2: 'SetGroupOffsets' } as const
const TO_OFFSET = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-offset 500000 --reason why`

type Dialect = keyof typeof WRITES

/** Proved at once: the plan named an offset for each partition, and each stands there. */
const PROVED = ['approve', 'start', 'finish done']
/** A reset as the API itself works it out is looked at again, when nothing can be under way any more. */
const PROVED_LATER = ['approve', 'start', 'finish unknown', 'finish done']
const MADE_AGAIN = [
  'approve',
  'start',
  'finish unknown',
  'looked absent',
  'looked absent',
  'start',
  'finish done',
]

/** What the API works out by itself is made again only once the first call can take no effect any more. */
const MADE_AGAIN_LATE = [...MADE_AGAIN.slice(0, 5), 'looked absent', ...MADE_AGAIN.slice(5)]

/** Longer than a busy machine takes for two looks: it goes by on the clock of the test. */
const LATE_MS = 60_000

/** Asked for, approved, and done in the end: once, and told once. */
async function expectOneEffect(stage: Stage, steps: string[], calls: number): Promise<void> {
  await stage.cardSays('· done')
  await stage.threadSays('4 partitions succeeded')
  expect(await stage.steps()).toEqual(steps)
  expect(stage.callsToReset()).toBe(calls)
  expect(stage.effects()).toBe(1)
  expect((await stage.record()).state).toMatchObject({ name: 'succeeded', attempt: calls })
  expect(await stage.audited('decide')).toHaveLength(1)
  const thread = stage.threadOf('R-1')
  expect(count(thread, 'R-1 is done')).toBe(1)
  expect(count(thread, 'R-1 is unclear')).toBe(steps.includes('finish unknown') ? 1 : 0)
  expect(count(thread, 'take effect?')).toBe(0)
}

describe.concurrent('a call that nobody answers', () => {
  for (const [dialect, ask, steps, tags] of [
    ['v3', ASK, PROVED, []],
    ['v2', TO_OFFSET, PROVED_LATER, ['long']],
  ] as [Dialect, string, string[], string[]][]) {
    it(`19: hangs after doing it: with API ${dialect} the offsets prove it, and it is not called again`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const stage = await startStage(context, { dialect })
      await stage.ask(ask)
      stage.ckafka.inject(WRITES[dialect], { kind: 'hang', afterDoingIt: true })
      await stage.review(stage.bob, 'Approve')
      await expectOneEffect(stage, steps, 1)
    })
  }

  for (const [dialect, ask, steps, tags] of [
    ['v3', ASK, MADE_AGAIN, []],
    ['v2', TO_OFFSET, MADE_AGAIN_LATE, ['long']],
  ] as [Dialect, string, string[], string[]][]) {
    it(`20: hangs without doing it: with API ${dialect} it is seen absent twice, and the next attempt has the one effect`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      let aheadMs = 0
      const clock = () => Date.now() + aheadMs
      const stage = await startStage(context, { dialect, clock, env: { CALL_LATE: `${LATE_MS / 1_000}s` } })
      await stage.ask(ask)
      stage.ckafka.inject(WRITES[dialect], { kind: 'hang', afterDoingIt: false })
      await stage.review(stage.bob, 'Approve')
      await stage.cardSays('· unclear, being checked')
      await until(async () => (await stage.steps()).filter(step => step === 'looked absent').length === 2)
      if (steps === MADE_AGAIN_LATE) expect(stage.callsToReset()).toBe(1)
      aheadMs += LATE_MS
      await expectOneEffect(stage, steps, 2)
    })
  }
})

describe.concurrent('an answer that breaks', () => {
  for (const { name, fault, front: broken, steps } of [
    { name: 'cut after it was done', fault: { kind: 'cut', afterDoingIt: true }, steps: PROVED },
    { name: 'cut before it was done', fault: { kind: 'cut', afterDoingIt: false }, steps: MADE_AGAIN },
    { name: 'half a body', fault: { kind: 'halfAnswer' }, steps: PROVED },
    { name: 'reset after it was done', front: { kind: 'reset', work: 'done' }, steps: PROVED },
    { name: 'reset before it was done', front: { kind: 'reset', work: 'not done' }, steps: MADE_AGAIN },
  ] as { name: string; fault?: CkafkaFault; front?: FrontAnswer; steps: string[] }[]) {
    // Made again it takes seconds, in which nothing differs from another call that was not done.
    const tags = steps === PROVED && name !== 'half a body' ? [] : ['long']
    it(`21: off (${name}) is settled by the offsets and never called for again on a guess`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const { stage, front } = await startBehind(context, steps === PROVED ? ANSWERED : {})
      await stage.ask(ASK)
      if (fault !== undefined) stage.ckafka.inject(WRITES.v3, fault)
      if (broken !== undefined) front.answerNext(WRITES.v3, broken)
      await stage.review(stage.bob, 'Approve')
      const calls = steps.filter(step => step === 'start').length
      // A call that was broken off in front of it has never reached the simulator.
      const seen = broken?.work === 'not done' ? calls - 1 : calls
      await stage.cardSays('· done')
      expect(front.calls(WRITES.v3)).toHaveLength(calls)
      expect(stage.callsToReset()).toBe(seen)
      expect(stage.effects()).toBe(1)
      expect(await stage.steps()).toEqual(steps)
      await stage.threadSays('4 partitions succeeded')
      expect(count(stage.threadOf('R-1'), 'R-1 is done')).toBe(1)
    })
  }

  // Which status of these it is, the adapter's own tests look at.
  for (const status of [500, 502, 504]) {
    it(`22: with HTTP ${status} after it was done is proved by the offsets, and it is not called again`, {
      tags: status === 502 ? [] : ['long'],
      timeout: TEST_MS,
    }, async context => {
      const stage = await startStage(context, ANSWERED)
      await stage.ask(ASK)
      stage.ckafka.inject(WRITES.v3, { kind: 'status', status, afterDoingIt: true })
      await stage.review(stage.bob, 'Approve')
      await expectOneEffect(stage, PROVED, 1)
    })
  }
})

const FLOOD_BYTES = 50 * 1_024 * 1_024
/** What is read at most, and what the sockets hold between here and there. */
const TAKEN_BYTES = 28 * 1_024 * 1_024
const OTHER_SCHEMA = '{"Response":{"Result":[{"Code":0,"Data":null}],"RequestId":"r-1"}}'
const PAGE = '<html><body><h1>Welcome to the gateway</h1></body></html>'

describe.concurrent('an answer that is none', () => {
  for (const [name, answer] of [
    ['another schema', { kind: 'answer', work: 'not done', status: 200, body: OTHER_SCHEMA }],
    ['an HTML page', { kind: 'answer', work: 'not done', status: 200, body: PAGE }],
    ['50 MB', { kind: 'flood', work: 'not done', bytes: FLOOD_BYTES }],
  ] as [string, FrontAnswer][]) {
    it(`25: (${name}) leaves the request unclear and the process standing, and no more of it is read than is of use`, {
      tags: ['long'],
      timeout: TEST_MS,
    }, async context => {
      const { stage, front } = await startBehind(context)
      await stage.ask(ASK)
      front.answerNext(WRITES.v3, answer)
      await stage.review(stage.bob, 'Approve')
      await stage.cardSays('· unclear, being checked')
      await stage.threadSays('won’t retry blindly')
      expect(front.calls(WRITES.v3)).toHaveLength(1)
      expect(front.flooded()).toBeLessThan(TAKEN_BYTES)
      const health = await fetch(`http://127.0.0.1:${stage.rewind.port}/readyz`)
      expect(health.status).toBe(200)
      expect(JSON.stringify(await stage.audit()).length).toBeLessThan(100_000)
      expect(stage.threadText()).not.toContain('gateway')

      await stage.cardSays('· done')
      expect(await stage.steps()).toEqual(MADE_AGAIN)
      expect(front.calls(WRITES.v3)).toHaveLength(2)
      expect(stage.effects()).toBe(1)
      expect(textOf(stage.card())).toContain('Approved by @bob')
    })
  }
})
