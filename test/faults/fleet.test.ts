// The fleet that faults are tried on: it works when nothing is wrong, and a process dies exactly where it is told to.
// @module-tag long

import { expect, it } from 'vitest'
import { startFleet } from './fleet.ts'

it('kills one of several processes exactly before a commit, and the others carry on', async ({
  onTestFinished,
}) => {
  const fleet = await startFleet({ roles: ['bot', 'bot', 'worker', 'worker'] })
  onTestFinished(() => fleet.close())
  await fleet.world.waitForBot()

  const held = fleet.lines.redis.holdNextRequest('"kind":"prepare"')
  const id = await fleet.ask({ group: 'group-3', shiftBy: -7 })
  const process = await held
  if (process === 'cleared') throw new Error('No process came to this commit.')
  await process.bot.kill()
  expect((await fleet.events(id)).map(({ command }) => command.kind)).not.toContain('prepare')
  await fleet.planned(id, 40_000)

  await fleet.approve(id)
  await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded', 20_000)
  await fleet.until(() => fleet.replies(id).length === 3)
  expect(fleet.cards(id)).toHaveLength(1)
  expect(fleet.effects('group-3').map(({ written }) => written)).toMatchObject([
    [
      { from: 5_000n, to: 4_993n },
      { from: 5_000n, to: 4_993n },
    ],
  ])
  await fleet.restartAll()
  expect(fleet.slack.connections()).toBe(2)
}, 80_000)
