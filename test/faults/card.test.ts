// Two bots draw the same card. Whoever comes late, the newest drawing is what stays.

import { expect, it } from 'vitest'
import { startFleet } from './fleet.ts'

const SLOW_MS = 400
const SETTLED_MS = 1_500

it('shows the newest card, although an older drawing reaches Slack after a newer one', async ({
  onTestFinished,
}) => {
  const fleet = await startFleet({ roles: ['bot', 'bot', 'worker'] })
  onTestFinished(() => fleet.close())
  await fleet.world.waitForBot()
  const ids = await Promise.all([1, 2, 3, 4].map(n => fleet.ask({ group: `group-${n}` })))
  for (const id of ids) await fleet.planned(id)
  fleet.processes[0]?.lines.slack?.latency(SLOW_MS)
  for (const id of ids) await fleet.approve(id)
  await fleet.until(async () => {
    const records = await Promise.all(ids.map(id => fleet.record(id)))
    return records.every(
      ({ state, cardRevision, revision }) => state.name === 'succeeded' && cardRevision === revision,
    )
  }, 30_000)
  // What was sent before then has arrived by now.
  await new Promise(resolve => setTimeout(resolve, SETTLED_MS))
  const titles = ids.map(id => JSON.stringify(fleet.cards(id)[0]?.blocks ?? null).includes(`${id} · done`))
  expect(titles).toEqual(ids.map(() => true))
}, 90_000)
