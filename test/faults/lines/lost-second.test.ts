// Line 31 of the fault table: another Redis takes over, which lacks what was written last. The offsets know better.
// @module-tag long

import { cp, rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import type { SlackMessage } from '../../../src/sandbox/slack/face.ts'
import { USERS } from '../../../src/sandbox/world.ts'
import { textOf } from '../../support/product.ts'
import { GROUP, startLineFleet } from './line-fleet.ts'

const OTHER_GROUP = 'group-2'

it.concurrent('31: a Redis that lost the last second has no call made twice, and says of a lost request that it was lost', {
  timeout: 120_000,
}, async context => {
  const fleet = await startLineFleet(context, { roles: ['bot', 'worker'] })
  const { redis, slack, jobs } = fleet
  const [, worker] = fleet.processes
  const backup = `${redis.dir}-backup`
  context.onTestFinished(() => rm(backup, { recursive: true, force: true }))

  const id = await fleet.asked()
  await worker?.bot.kill('SIGSTOP')
  await fleet.approve(id)
  await fleet.told(id)
  await cp(redis.dir, backup, { recursive: true })
  await worker?.bot.kill('SIGCONT')
  await fleet.expectOneEffect(id, { steps: ['approve', 'start', 'finish done'] })
  const lost = await fleet.asked(OTHER_GROUP)
  await fleet.until(() => fleet.cards(lost).some(card => textOf(card).includes('waiting for approval')))

  await redis.kill()
  await rm(redis.dir, { recursive: true })
  await cp(backup, redis.dir, { recursive: true })
  await redis.restart()

  const bob = slack.person(USERS.bob)
  await fleet.until(async () => (await fleet.record(id)).state.name === 'unclear', 40_000)
  expect(await fleet.steps(id)).toEqual(['approve', 'alreadyThere'])
  expect((await fleet.record(id)).state).toMatchObject({ asked: true, called: false })
  const question = () => fleet.replies(id).findLast(reply => textOf(reply).includes(`Did ${id} take effect?`))
  await fleet.until(() => question() !== undefined, 20_000)
  expect(fleet.calls()).toBe(1)

  const [card] = fleet.cards(lost)
  await bob.press(card as SlackMessage, 'Review')
  const heard = () => bob.ephemerals().map(textOf).join('\n')
  await fleet.until(() => heard().includes(`No such request: ${lost}`))
  expect(heard()).toContain(
    'Its record was lost, so its card is no longer valid: ask again with /reset-offsets',
  )
  expect(bob.view()).toBeUndefined()
  expect(fleet.effects(OTHER_GROUP)).toHaveLength(0)

  await bob.press(question() as SlackMessage, 'It Happened')
  await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded')
  expect(await fleet.steps(id)).toEqual(['approve', 'alreadyThere', 'it happened'])
  expect(await jobs.states()).toEqual({ [`${id}-1`]: 'completed' })
  expect(fleet.effects(GROUP)).toHaveLength(1)

  const again = await fleet.asked(OTHER_GROUP)
  await fleet.approve(again)
  await fleet.until(async () => (await fleet.record(again)).state.name === 'succeeded', 20_000)
  expect(fleet.effects(OTHER_GROUP)).toHaveLength(1)
  expect(fleet.calls()).toBe(2)
})
