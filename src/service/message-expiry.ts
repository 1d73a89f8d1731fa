// Asks how much of what a plan replays may expire soon. It must never cost a plan: what is not known of it is left out.

import type { ClusterAbilities, ClusterReader } from '../ports/cluster.ts'
import { placeOf } from '../request/group.ts'
import { type Expiring, expiringOf, expiryToAsk, oneByOne } from '../request/message-expiry.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { Reset } from '../request/reset.ts'
import { offsetsIn } from './observe.ts'
import { within } from './within.ts'

/**
 * Where each partition is a call, of which others have need as well, so many are made at most, none for which the budget asks
 * to wait, and all of them are waited for so long.
 */
const ASKED_MOST = 3
const ASKED_MS = 2_000

type Known = { atMs: number; retention?: ReadonlyMap<string, number> }

/** One question for all partitions, where the cluster takes many at once. Null: nothing expires, as far as is known. */
export async function expiringIn(
  { target, strategy }: Reset,
  rows: readonly PlanRow[],
  { atMs, retention }: Known,
  can: ClusterAbilities,
  reader: ClusterReader,
): Promise<Expiring | null> {
  if (retention === undefined || !can.firstMessageAt) return null
  const asked = expiryToAsk(strategy, rows, retention, atMs)
  if (asked === null) return null
  if (can.readMany && reader.firstMessagesAt !== undefined) {
    const firsts = await reader.firstMessagesAt(target.instanceId, asked.partitions, asked.times)
    return firsts.kind === 'read' ? expiringOf(rows, offsetsIn(firsts.value)) : null
  }
  const questions = oneByOne(asked, rows)
  const found = new Map<string, bigint | null>()
  let isOver = false
  await within(ASKED_MS, askInTurn(), undefined)
  isOver = true
  const expiring = expiringOf(rows, found)
  if (expiring === null || found.size === questions.length) return expiring
  return { ...expiring, lookedAt: { partitions: found.size, of: questions.length } }

  /** Where the largest replay loses nothing, the others are not asked for. */
  async function askInTurn(): Promise<void> {
    for (const { topic, partition, timeMs } of questions.slice(0, ASKED_MOST)) {
      const read = await reader.firstMessageAt(target.instanceId, topic, partition, timeMs)
      if (isOver || read.kind !== 'read') return
      found.set(placeOf(topic, partition), read.value)
      if (expiringOf(rows, found) === null) return
    }
  }
}
