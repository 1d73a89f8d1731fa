// Lines 27 to 29 of the fault table: Slack loses answers, asks to wait, fails, or throws us out. Executions go on.

import { describe, expect, it } from 'vitest'
import type { ClusterSeed } from '../../../src/sandbox/cluster/model.ts'
import type { SlackFault } from '../../../src/sandbox/slack/face.ts'
import { DEMO, FALLBACK, OPS, textOf } from '../../support/product.ts'
import { ASK, count, type Stage, startStage, until } from './stage.ts'

const TEST_MS = 90_000

async function approveByCommand({ bob }: Stage, id: string): Promise<void> {
  await bob.command(OPS, `/offset-requests ${id}`)
  await bob.waitForView(view => view.title.text === `Review ${id}`)
  await bob.fill('Decision', 'Approve')
  expect((await bob.submit()).kind).toBe('closed')
}

describe.concurrent('a post whose answer is lost', () => {
  it.for([
    ['and which is there, is found by its metadata and adopted', true, 1],
    ['and which is not there, is posted again', false, 2],
  ] as const)(
    '27: %s; the execution does not wait for it',
    { tags: ['long'], timeout: TEST_MS },
    async ([, afterDoingIt, posts], context) => {
      const stage = await startStage(context)
      const { alice, slack } = stage
      slack.inject('chat.postMessage', { kind: 'cut', afterDoingIt })
      await alice.command(OPS, `/reset-offsets ${ASK}`)
      await alice.waitForView()
      expect((await alice.submit()).kind).toBe('closed')
      await until(async () => (await stage.audited('prepare')).length === 1)
      await approveByCommand(stage, 'R-1')
      await until(() => stage.effects() === 1)
      await until(async () => (await stage.record()).state.name === 'succeeded')
      expect((await stage.record()).posts.card?.state).toBe('claimed')

      await until(() => slack.messages(OPS).length === 1)
      await stage.cardSays('· done')
      await stage.threadSays('4 partitions succeeded')
      expect((await stage.record()).posts.card).toEqual({ state: 'posted', ts: stage.card().ts })
      const cardPosts = slack
        .calls('chat.postMessage')
        .filter(({ args }) => args.channel === OPS && args.thread_ts === undefined)
      expect(cardPosts).toHaveLength(posts)
      expect(slack.messages(OPS)).toHaveLength(1)
      expectInOrder(stage, 'R-1')
      expect(stage.callsToReset()).toBe(1)
    },
  )
})

/** The decision and then the end, once each. */
function expectInOrder(stage: Stage, id: string): void {
  const thread = stage.threadOf(id)
  expect(count(thread, `approved ${id}`)).toBe(1)
  expect(count(thread, `${id} is done`)).toBe(1)
  const text = thread.join('\n')
  expect(text.indexOf(`approved ${id}`)).toBeLessThan(text.indexOf(`${id} is done`))
}

const NUMBERS = [1, 2, 3]
const groupOf = (number: number) => `reader-${number}`

/** A group for each request, so that none has to wait for another. */
function threeGroups(): ClusterSeed {
  const log = {
    start: 0n,
    end: 5_000n,
    written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  }
  const topics = [{ name: 'orders', partitions: [log, log] }]
  const groups = NUMBERS.map(number => ({ name: groupOf(number), commits: { orders: [4_000n, 4_000n] } }))
  return { instances: [{ id: DEMO.instance, name: 'three', topics, groups }] }
}

const RETRY_AFTER_SECONDS = 2
/** A call that is on its way already when Slack answers another. */
const ON_ITS_WAY_MS = 500
const OUTAGE_MS = 5_000

describe.concurrent('Slack out of order for a while', () => {
  for (const [name, fault] of [
    ['asking to wait', { kind: 'rateLimited', retryAfterSeconds: RETRY_AFTER_SECONDS }],
    ['answering 503 to what it has done', { kind: 'httpStatus', status: 503, afterDoingIt: true }],
    ['cutting every call', { kind: 'cut', afterDoingIt: false }],
  ] as [string, SlackFault][]) {
    // An outage lasts seconds, and what Slack may have done all the same is looked for only when its claim has run out.
    it(`28: (${name}) holds up no execution, and afterwards every result arrives, in order and once`, {
      tags: ['long'],
      timeout: TEST_MS,
    }, async context => {
      const stage = await startStage(context, { seed: threeGroups() })
      const { slack } = stage
      for (const number of NUMBERS) {
        const flags = `--group ${groupOf(number)} --topic orders --shift-by -100 --reason why`
        await stage.ask(`--instance ${DEMO.instance} ${flags}`)
      }
      await until(() => slack.files().length === NUMBERS.length)
      const startedMs = Date.now()
      for (const method of ['chat.postMessage', 'chat.update'])
        slack.inject(method, fault, Number.POSITIVE_INFINITY)
      for (const number of NUMBERS) await approveByCommand(stage, `R-${number}`)
      await until(() => NUMBERS.every(number => stage.effects(groupOf(number)) === 1))
      for (const number of NUMBERS) expect(count(stage.threadOf(`R-${number}`), 'is done')).toBe(0)

      await new Promise(resolve => setTimeout(resolve, Math.max(0, startedMs + OUTAGE_MS - Date.now())))
      slack.clearFaults()
      const isTold = (id: string) =>
        count(stage.threadOf(id), `${id} is done`) > 0 && textOf(stage.cardOf(id)).includes('· done')
      await until(() => NUMBERS.every(number => isTold(`R-${number}`)))
      for (const number of NUMBERS) {
        expectInOrder(stage, `R-${number}`)
        expect(stage.effects(groupOf(number))).toBe(1)
      }
      expect(slack.messages(OPS)).toHaveLength(NUMBERS.length)

      const toChannel = slack.calls().filter(({ method, args }) => {
        return ['chat.postMessage', 'chat.update'].includes(method) && args.channel === OPS
      })
      const told = toChannel.filter(({ error }) => error === 'rateLimited').map(({ atMs }) => atMs)
      expect(told.length > 0).toBe(fault.kind === 'rateLimited')
      const early = toChannel.filter(({ atMs }) =>
        told.some(at => atMs > at + ON_ITS_WAY_MS && atMs < at + RETRY_AFTER_SECONDS * 1_000),
      )
      expect(early).toEqual([])
    })
  }
})

describe.concurrent('Slack that takes nothing any more', () => {
  for (const { name, act, alert, fallback, first = [] } of [
    {
      name: 'the channel is archived',
      act: ({ slack }: Stage) => slack.setChannel(OPS, { archived: true }),
      alert: 'is_archived',
      fallback: 2,
    },
    {
      name: 'the bot is removed from its channel',
      act: ({ slack }: Stage) => slack.setChannel(OPS, { private: true, botIsMember: false }),
      alert: 'channel_not_found',
      fallback: 2,
    },
    {
      name: 'the token is revoked',
      act: ({ slack }: Stage) => slack.revokeToken(),
      alert: 'token_revoked',
      fallback: 0,
      // The user groups of the approvers cannot be read any more, which is on record.
      first: ['reguard'],
    },
  ]) {
    it(`29: because ${name} keeps an approval recorded and carried out, raises an alert, and is told elsewhere where it can be`, {
      tags: name === 'the channel is archived' ? [] : ['long'],
      timeout: TEST_MS,
    }, async context => {
      const stage = await startStage(context, { env: { FALLBACK_CHANNEL: FALLBACK } })
      await stage.ask(ASK)
      await stage.threadSays('R-1-plan-1.csv')
      await stage.openReview(stage.bob)
      act(stage)
      await stage.bob.fill('Decision', 'Approve')
      expect((await stage.bob.submit()).kind).toBe('closed')
      await until(() => stage.effects() === 1)
      await until(async () => (await stage.record()).state.name === 'succeeded')
      expect(await stage.audited('decide')).toMatchObject([{ by: 'U0BOB', verdict: 'approve' }])
      expect(await stage.steps()).toEqual([...first, 'approve', 'start', 'finish done'])

      const told = () => stage.slack.messages(FALLBACK).map(textOf)
      await until(() => told().length >= fallback)
      const isAlert = (event: (typeof stage.events)[number]) =>
        event.event === 'posted' && event.outcome !== 'posted' && event.detail === alert
      await until(() => stage.events.some(isAlert))
      if (fallback > 0) {
        await until(() => count(told(), 'R-1 is done') === 1)
        expect(told()[0]).toContain('approved R-1')
        expect(told()[1]).toContain('4 partitions succeeded')
      }
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(told()).toHaveLength(fallback)
      expect(stage.callsToReset()).toBe(1)
    })
  }
})
