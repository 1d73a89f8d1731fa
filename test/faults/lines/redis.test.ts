// Line 32 of the fault table: Redis has no memory left. Nothing is taken that could be lost, and nothing done is forgotten.

import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { startRedis } from '../../../src/sandbox/redis/start.ts'
import { OPS } from '../../support/product.ts'
import { ASK, count, startStage, until } from './stage.ts'

/** Slack waits three seconds for the answer to a form. */
const ANSWER_MS = 3_000

it('32: a Redis out of memory refuses intake politely, and the execution under way is recorded once there is some', async context => {
  const server = await startRedis()
  context.onTestFinished(() => server.close())
  const admin = new Redis(server.url)
  context.onTestFinished(() => admin.disconnect())
  const env = { CALL_DEADLINE: '5s', CALL_GRACE: '30s' }
  const stage = await startStage(context, { redisUrl: server.url, env })
  const { alice, bob, slack } = stage
  await stage.ask(ASK)
  await stage.threadSays('R-1-plan-1.csv')
  stage.ckafka.inject('BatchModifyGroupOffsets', { kind: 'delay', ms: 300 })
  await stage.review(bob, 'Approve')
  await until(async () => (await stage.record()).state.name === 'executing')
  await admin.config('SET', 'maxmemory', '1')

  await alice.command(OPS, `/reset-offsets ${ASK}`)
  await alice.waitForView()
  const sentMs = performance.now()
  const outcome = await alice.submit()
  expect(performance.now() - sentMs).toBeLessThan(ANSWER_MS)
  expect(outcome).toMatchObject({
    kind: 'errors',
    errors: { field_reason: expect.stringContaining('may not have been saved') },
  })
  await until(() => stage.effects() === 1)
  const faults = () =>
    stage.events.flatMap(event =>
      event.event === 'fault' ? [`${event.where}: ${messagesOf(event.error)}`] : [],
    )
  await until(() => faults().some(fault => /^submit: .*OOM/.test(fault)))
  expect(await stage.openIds()).not.toContain('R-2')

  await admin.config('SET', 'maxmemory', '0')
  await stage.cardSays('· done')
  await stage.threadSays('4 partitions succeeded')
  expect(await stage.steps()).toEqual(['approve', 'start', 'finish done'])
  expect(count(stage.threadOf('R-1'), 'R-1 is done')).toBe(1)
  expect(stage.callsToReset()).toBe(1)
  expect(stage.effects()).toBe(1)

  expect((await alice.submit()).kind).toBe('closed')
  await until(() => slack.messages(OPS).length === 2)
  await stage.cardSays('· waiting for approval')
}, 90_000)

/** Of an error and of what caused it. */
function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : ''
}
