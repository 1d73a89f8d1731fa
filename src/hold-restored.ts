// After Redis was restored from a backup: every request that may have run since waits for a person, whatever the offsets show.
// It must run while no process does.

import type { Store } from './ports/store.ts'
import type { RequestId, ResetRequest } from './request/request.ts'
import type { Seals } from './request/seals.ts'
import { createChanges } from './service/changes.ts'

/** `held`: nothing is called for it until an approver has answered in its thread. `not`: it could not be, and why. */
export interface Held {
  held: RequestId[]
  not: { id: RequestId; why: string }[]
}

export async function holdRestored(
  store: Store,
  seals: Seals | null,
  requests: readonly ResetRequest[],
): Promise<Held> {
  const changes = createChanges({ store, clock: Date.now, report: () => {}, seals })
  const found: Held = { held: [], not: [] }
  for (const { id } of requests) {
    try {
      const outcome = await changes.change(id, { kind: 'restored' })
      if (outcome.kind === 'changed') found.held.push(id)
      else found.not.push({ id, why: outcome.kind })
    } catch (error) {
      found.not.push({ id, why: error instanceof Error ? error.message : String(error) })
    }
  }
  return found
}
