// Asks how much of what a plan replays may expire soon. It must never cost a plan: what is not known of it is left out.

import type { ClusterAbilities, ClusterReader } from '../ports/cluster.ts'
import { type Expiring, expiringOf, expiryToAsk } from '../request/expiring.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { Reset } from '../request/reset.ts'
import { offsetsIn } from './observe.ts'

/** One question for all partitions, where the cluster takes many at once. Null: nothing expires, as far as is known. */
export async function expiringIn(
  { target, strategy }: Reset,
  rows: readonly PlanRow[],
  { atMs, retention }: { atMs: number; retention?: ReadonlyMap<string, number> },
  can: ClusterAbilities,
  reader: ClusterReader,
): Promise<Expiring | null> {
  if (!can.readMany || reader.firstMessagesAt === undefined || retention === undefined) return null
  const asked = expiryToAsk(strategy, rows, retention, atMs)
  if (asked === null) return null
  const firsts = await reader.firstMessagesAt(target.instanceId, asked.partitions, asked.times)
  return firsts.kind === 'read' ? expiringOf(rows, offsetsIn(firsts.value)) : null
}
