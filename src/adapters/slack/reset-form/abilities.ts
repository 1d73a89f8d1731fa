// What the cluster of an instance can, and which instances there are, for a form that is in front of somebody. It must never
// keep them waiting for it.

import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterReader } from '../../../ports/cluster.ts'
import { type Abilities, type Instance, isInUse } from '../../../request/group.ts'

/** Until it is known which cluster it is, all is offered; what that cluster cannot is refused when it is planned. */
const ALL: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }
/** It is known at once but for an instance that nobody has asked about before. */
const KNOWN_MS = 200
const LATER_MS = 60_000
const AGAIN_MS = 1_000

export async function abilitiesFor(
  reader: ClusterReader,
  instanceId: string | undefined,
): Promise<Abilities> {
  const read = await soon(reader.abilitiesOf((instanceId ?? '').trim()))
  return read?.kind === 'read' ? read.value : ALL
}

/** Those that may be reset, else all that the clusters are known to have; null: not all have said so yet. */
export async function listedSoon(
  reader: ClusterReader,
  mayBeReset: readonly Instance[],
): Promise<readonly Instance[] | null> {
  if (mayBeReset.length > 0) return mayBeReset
  const read = await soon(reader.instances())
  return read?.kind === 'read' && read.untold === undefined ? read.value.filter(isInUse) : null
}

/** Likewise of a form that stays open, which is in front of somebody for so long; null: nobody has said. */
export async function listedLater(
  reader: ClusterReader,
  mayBeReset: readonly Instance[],
): Promise<readonly Instance[] | null> {
  for (const endMs = performance.now() + LATER_MS; performance.now() < endMs; ) {
    if (mayBeReset.length > 0) return mayBeReset
    const read = await reader.instances()
    if (read.kind === 'read' && read.untold === undefined) return read.value.filter(isInUse)
    if (read.kind === 'refused') return null
    await delay(AGAIN_MS, undefined, { ref: false })
  }
  return null
}

async function soon<T>(asked: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(resolve, KNOWN_MS, null)
  })
  const read = await Promise.race([asked, late])
  clearTimeout(timer)
  return read
}
