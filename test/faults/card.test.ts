// Two bots draw the same card. Whoever comes late, the newest drawing is what stays.

import { expect, it } from 'vitest'
import { startFleet } from './fleet.ts'

/** The first drawing is held back so long, and what is drawn in between overtakes it. */
const LATE_MS = 2_500
const SETTLED_MS = 1_000

it('shows the newest card, although an older drawing reaches Slack after a newer one', {
  tags: ['long'],
  timeout: 60_000,
}, async ({ onTestFinished }) => {
  const fleet = await startFleet({ roles: ['bot', 'bot', 'worker'] })
  onTestFinished(() => fleet.close())
  await fleet.world.waitForBot()
  const id = await fleet.ask({ group: 'group-1' })
  await fleet.planned(id)
  fleet.slack.inject('chat.update', { kind: 'delay', ms: LATE_MS })
  await fleet.approve(id)
  await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded', 20_000)
  await new Promise(resolve => setTimeout(resolve, LATE_MS + SETTLED_MS))
  expect(JSON.stringify(fleet.cards(id)[0]?.blocks)).toContain(`${id} · done`)
})
