// The process is killed at every step of a request's life and started again. It may lose nothing and double nothing.
// @module-tag long

import { describe, expect, inject, it } from 'vitest'
import type { SlackMessage } from '../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../src/sandbox/slack/render.ts'
import { CHANNELS, startWorld, USERS } from '../../src/sandbox/world.ts'
import { until } from '../support/product.ts'

const GROUP = 'orders-billing'
const ASK = `/reset-offsets --instance ckafka-demo0001 --group ${GROUP} --topic orders --shift-by -100 --reason why`
const OPS = CHANNELS.kafkaOps

const textOf = (message: SlackMessage) => renderMessage(message, { userName: id => id }).join('\n')

async function start() {
  const world = await startWorld({
    delivery: 'socket',
    redisUrl: inject('redisUrl'),
    // An unclear call is looked for after the grace, and again after half of it: long enough to be seen on a busy machine.
    env: { CALL_DEADLINE: '2s', CALL_GRACE: '10s', CALL_LATE: '10s', EMPTY_HOLD: '1s' },
  })
  await world.waitForBot()
  const cards = () => world.slack.messages(OPS)
  const replies = () => {
    const [card] = cards()
    return card === undefined ? [] : world.slack.thread(OPS, card.ts)
  }
  const calls = () => world.ckafka.calls('BatchModifyGroupOffsets')

  const planned = () => until(() => cards().some(card => textOf(card).includes('needs 1 approval')), 40_000)

  return {
    world,
    cards,
    calls,
    async killAndRestart() {
      await world.bot.kill('SIGKILL')
      await world.bot.restart()
      await world.waitForBot()
    },
    async submit() {
      const alice = world.slack.person(USERS.alice)
      await alice.command(OPS, ASK)
      await alice.waitForView()
      expect((await alice.submit()).kind).toBe('closed')
    },
    /** The card shows that there is a plan to approve. */
    planned,
    async approve() {
      await planned()
      const bob = world.slack.person(USERS.bob)
      await bob.command(OPS, '/offset-requests R-1')
      await bob.waitForView()
      await bob.fill('Decision', 'Approve')
      expect((await bob.submit()).kind).toBe('closed')
    },
    /** One card, one plan, one word about the decision, one end, at most one call: whatever happened on the way. */
    async expectOneEnd(end: 'done' | 'unclear') {
      const last = end === 'done' ? '4 partitions succeeded' : 'won’t retry blindly'
      await until(() => replies().some(reply => textOf(reply).includes(last)), 60_000)
      await until(() => cards().some(card => textOf(card).includes(`· ${end}`)), 20_000)
      expect(cards()).toHaveLength(1)
      expect(replies().filter(reply => textOf(reply).includes('R-1-plan-1.csv'))).toHaveLength(1)
      expect(replies().filter(reply => textOf(reply).includes('approved R-1'))).toHaveLength(1)
      expect(replies().filter(reply => textOf(reply).includes(last))).toHaveLength(1)
      expect(world.ckafka.cluster.effects(GROUP).length).toBeLessThanOrEqual(1)
      expect(calls().length).toBeLessThanOrEqual(1)
    },
  }
}

/** Each scene is a world of its own, so they can all play at the same time. */
function scene(name: string, play: (stage: Awaited<ReturnType<typeof start>>) => Promise<void>): void {
  it.concurrent(name, { timeout: 100_000 }, async ({ onTestFinished }) => {
    const stage = await start()
    onTestFinished(() => stage.world.close())
    await play(stage)
  })
}

describe('killed and started again, one request is one request', () => {
  scene('when it dies as soon as the form is closed', async stage => {
    await stage.submit()
    await stage.killAndRestart()
    await until(() => stage.cards().length === 1, 40_000)
    await stage.approve()
    await stage.expectOneEnd('done')
  })

  scene('when it dies while the plan is being made', async stage => {
    stage.world.ckafka.inject('DescribeTopicSyncReplica', { kind: 'hang', afterDoingIt: false })
    await stage.submit()
    await until(() => stage.world.ckafka.calls('DescribeTopicSyncReplica').length === 1)
    await stage.killAndRestart()
    await stage.approve()
    await stage.expectOneEnd('done')
  })

  scene('when it dies while it waits for the group to be empty', async stage => {
    await stage.submit()
    await until(() => stage.cards().length === 1)
    stage.world.ckafka.cluster.join(GROUP, { clientId: 'billing-1' })
    await stage.approve()
    await until(() => stage.cards().some(card => textOf(card).includes('waiting for the group to be empty')))
    await stage.killAndRestart()
    stage.world.ckafka.cluster.leave(GROUP, 'billing-1')
    await stage.expectOneEnd('done')
    expect(stage.calls()).toHaveLength(1)
  })

  scene('when it dies while the card is being posted', async stage => {
    stage.world.slack.inject('chat.postMessage', { kind: 'hang', afterDoingIt: true })
    await stage.submit()
    await until(() => stage.cards().length === 1)
    await stage.killAndRestart()
    await stage.approve()
    await stage.expectOneEnd('done')
  })

  scene('when it dies as soon as the decision is taken', async stage => {
    await stage.submit()
    await until(() => stage.cards().length === 1)
    await stage.approve()
    await stage.killAndRestart()
    // Where the kill fell on the call itself nobody can know, and it says so.
    await until(() => stage.cards().some(card => /· (done|unclear)/.test(textOf(card))), 50_000)
    await stage.expectOneEnd(stage.cards().some(card => textOf(card).includes('· done')) ? 'done' : 'unclear')
  })

  scene(
    'when it dies with the call in flight, which has arrived: proved by the offsets, not called again',
    async stage => {
      await stage.submit()
      await until(() => stage.cards().length === 1)
      stage.world.ckafka.inject('BatchModifyGroupOffsets', { kind: 'hang', afterDoingIt: true })
      await stage.approve()
      await until(() => stage.calls().length === 1)
      await stage.killAndRestart()
      await stage.expectOneEnd('done')
      expect(stage.calls()).toHaveLength(1)
    },
  )

  scene('when it dies with the call in flight, which has not: unclear, and not called again', async stage => {
    await stage.submit()
    await until(() => stage.cards().length === 1)
    stage.world.ckafka.inject('BatchModifyGroupOffsets', { kind: 'hang', afterDoingIt: false })
    await stage.approve()
    await until(() => stage.calls().length === 1)
    await stage.killAndRestart()
    await stage.expectOneEnd('unclear')
    expect(stage.calls()).toHaveLength(1)
  })

  scene('when it dies with the result not yet told', async stage => {
    await stage.submit()
    await stage.planned()
    stage.world.slack.inject('chat.postMessage', { kind: 'hang' }, Number.POSITIVE_INFINITY)
    stage.world.slack.inject('chat.update', { kind: 'hang' }, Number.POSITIVE_INFINITY)
    await stage.approve()
    await until(() => stage.world.bot.logs().some(line => line.includes('"finish"')))
    stage.world.slack.clearFaults()
    await stage.killAndRestart()
    await stage.expectOneEnd('done')
    expect(stage.calls()).toHaveLength(1)
  })

  scene('and stopped in order, it lets the call in flight end and exits 0', async stage => {
    await stage.submit()
    await until(() => stage.cards().length === 1)
    stage.world.ckafka.inject('BatchModifyGroupOffsets', { kind: 'delay', ms: 500 })
    await stage.approve()
    await until(() => stage.world.bot.logs().some(line => line.includes('"start"')))
    await stage.world.bot.kill('SIGTERM')
    expect(stage.world.bot.exit).toEqual({ code: 0, signal: null })
    expect(stage.calls()).toHaveLength(1)
    await stage.world.bot.restart()
    await stage.world.waitForBot()
    await stage.expectOneEnd('done')
  })
})
