// What the cluster of an instance can, for a form that is in front of somebody. It must never keep them waiting for it.

import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Abilities } from '../../../request/group.ts'

/** Until it is known which cluster it is, all is offered; what that cluster cannot is refused when it is planned. */
const ALL: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }
/** It is known at once but for an instance that nobody has asked about before. */
const KNOWN_MS = 200

export async function abilitiesFor(
  reader: ClusterReader,
  instanceId: string | undefined,
): Promise<Abilities> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(resolve, KNOWN_MS, null)
  })
  const read = await Promise.race([reader.abilitiesOf((instanceId ?? '').trim()), late])
  clearTimeout(timer)
  return read?.kind === 'read' ? read.value : ALL
}
