// Lines 8, 9 and 10 of the fault table: between the decision and the queue. A request may be put there twice, and runs once.

import { describe, expect, inject, it, type TestContext } from 'vitest'
import { requestIdSchema } from '../../../src/request/request.ts'
import { DEMO, until } from '../../support/product.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { openJobs } from './jobs.ts'
import { startLineFleet } from './line-fleet.ts'
import { approveIt, askFor } from './patient-people.ts'
import { ASK, startStage } from './stage.ts'

const TEST_MS = 90_000
/** What one process has taken up and not settled, the next takes up after twenty seconds. */
const TAKEN_UP_MS = 30_000
/** Every command for the queue names a key of it. */
const QUEUE = ':queue}'

/** `proxy`: between the bot alone and its Redis, which is at `url`. */
async function startBotBehind(context: TestContext, env: Record<string, string> = {}) {
  const url = inject('redisUrl')
  const proxy = await startTcpProxy(Number(new URL(url).port))
  context.onTestFinished(() => proxy.close())
  const redisUrl = `redis://127.0.0.1:${proxy.port}`
  const stage = await startStage(context, { redisUrl, env: { ROLE: 'bot', ...env } })
  return { stage, proxy, url }
}

describe('an approved request', () => {
  it.concurrent('8: whose bot is killed before it could be queued is queued by the next one', {
    tags: ['long'],
    timeout: TEST_MS,
  }, async context => {
    const fleet = await startLineFleet(context, { roles: ['bot', 'worker'] })
    const [bot] = fleet.processes
    const id = await fleet.asked()
    const held = bot?.lines.redis.holdNextRequest(QUEUE)
    await fleet.approve(id)
    expect(await held).toBe('held')
    await bot?.bot.kill()
    expect((await fleet.record(id)).state).toMatchObject({ name: 'approved', dispatch: null })
    expect(await fleet.jobs.states()).toEqual({})
    await bot?.bot.restart()
    await fleet.expectOneEffect(id, {
      steps: ['approve', 'start', 'finish done'],
      withinMs: TAKEN_UP_MS,
    })
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'completed' })
  })

  it.concurrent('9: whose bot is killed before it could note that it is queued is queued again, which changes nothing', {
    tags: ['long'],
    timeout: TEST_MS,
  }, async context => {
    const fleet = await startLineFleet(context, { roles: ['bot', 'worker'] })
    const [bot, worker] = fleet.processes
    const id = await fleet.asked()
    await worker?.bot.kill('SIGSTOP')
    const held = bot?.lines.redis.holdNextRequest('"kind":"dispatched"')
    await fleet.approve(id)
    expect(await held).toBe('held')
    await bot?.bot.kill()
    expect((await fleet.record(id)).state).toMatchObject({ name: 'approved', dispatch: null })
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'waiting' })
    await bot?.bot.restart()
    const dispatched = async () =>
      (await fleet.events(id)).flatMap(({ command }) => (command.kind === 'dispatched' ? [command] : []))
    await fleet.until(async () => (await dispatched()).length > 0, TAKEN_UP_MS)
    expect(await dispatched()).toEqual([{ kind: 'dispatched', number: 1 }])
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'waiting' })
    await worker?.bot.kill('SIGCONT')
    await fleet.expectOneEffect(id, { steps: ['approve', 'start', 'finish done'] })
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'completed' })
  })

  it.concurrent('whose job has run before its bot could note that it is queued is looked at when it has to be, and not half a minute later', {
    timeout: TEST_MS,
  }, async context => {
    const { stage, proxy, url } = await startBotBehind(context, { EMPTY_HOLD: '1s' })
    await stage.startAnother({ ROLE: 'worker', REDIS_URL: url })
    const { cluster } = stage.ckafka
    const joined = { clientId: 'billing-1', host: '/10.0.3.11', assignment: { orders: [0] } }
    await askFor(stage, ASK)
    cluster.join(DEMO.group, joined)
    const held = proxy.holdNextRequest('"kind":"dispatched"')
    const approving = approveIt(stage)
    expect(await held).toBe('held')
    await until(async () => (await stage.audited('wait').catch(() => [])).length === 1)
    proxy.clear()
    await approving
    await until(async () => (await stage.audited('dispatched').catch(() => [])).length >= 2, 10_000)
    cluster.leave(DEMO.group, joined.clientId)
    await stage.cardSays('· done', 20_000)
    expect((await stage.audited('dispatched')).every(({ lost }) => lost !== true)).toBe(true)
    expect(stage.effects()).toBe(1)
  })

  it.concurrent('10: that landed on the queue though nobody answered in time is queued again, which changes nothing', {
    timeout: TEST_MS,
  }, async context => {
    const { stage, proxy, url } = await startBotBehind(context)
    const jobs = openJobs(url, stage.prefix)
    context.onTestFinished(() => jobs.close())
    const id = requestIdSchema.parse('R-1')
    await askFor(stage, ASK)
    const held = proxy.holdNextReply(QUEUE)
    const approving = approveIt(stage)
    expect(await held).toBe('held')
    expect(await jobs.states()).toEqual({ [`${id}-1`]: 'waiting' })
    const gaveUp = () =>
      stage.events.some(
        event => event.event === 'fault' && event.where === 'paying debts' && event.about === 'state',
      )
    await until(gaveUp, 10_000)
    proxy.clear()
    await approving
    await until(async () => (await stage.audited('dispatched').catch(() => [])).length > 0, TAKEN_UP_MS)
    expect(await stage.audited('dispatched')).toEqual([{ kind: 'dispatched', number: 1 }])
    expect(await jobs.states()).toEqual({ [`${id}-1`]: 'waiting' })
    await stage.startAnother({ ROLE: 'worker' })
    await stage.cardSays('· done', 20_000)
    await stage.threadSays('4 partitions succeeded')
    expect(await stage.steps()).toEqual(['approve', 'start', 'finish done'])
    expect(await jobs.states()).toEqual({ [`${id}-1`]: 'completed' })
    expect(stage.callsToReset()).toBe(1)
    expect(stage.effects()).toBe(1)
  })
})
