// People in front of the product on a slow machine: they send again what they are told may not be saved.

import { OPS, until } from '../../support/product.ts'
import type { Stage } from './stage.ts'

const SLOW_MS = 30_000

/** Asks, as `alice`, and resolves when there is a plan to decide on. */
export async function askFor(stage: Stage, flags: string): Promise<void> {
  const { alice, slack } = stage
  const before = slack.messages(OPS).length
  await alice.command(OPS, `/reset-offsets ${flags}`)
  await alice.waitForView()
  await until(async () => (await alice.submit()).kind === 'closed', SLOW_MS)
  await until(() => slack.messages(OPS).length === before + 1, SLOW_MS)
  await stage.cardSays('· waiting for approval', SLOW_MS)
}

/** Approves it, as `bob`; the answer may be late, or lost. */
export async function approveIt(stage: Stage, id = 'R-1'): Promise<void> {
  const { bob } = stage
  await bob.press(stage.cardOf(id), 'Review')
  await bob.waitForView(view => view.title.text === `Review ${id}`)
  await bob.fill('Decision', 'Approve')
  await bob.submit()
  await until(async () => (await stage.audited('decide', id).catch(() => [])).length > 0, SLOW_MS)
  if (bob.view() !== undefined) await bob.closeView()
}
