// What is left to put back of a request, and to try again, after the undos and the retries of it. Reads only.

import type { Store } from '../ports/store.ts'
import { type Followed, type Follower, followedBy } from '../request/followed.ts'
import type { ResetRequest } from '../request/request.ts'
import type { Changes } from './changes.ts'
import type { KeptRows } from './kept-rows.ts'

/** So many of the group's latest requests are looked through for what follows it. */
const LOOKED_THROUGH = 100

export interface Followers {
  /**
   * `isKept`: whether the request has left a result. Null: what is kept of it does not match its record. Rejects when the
   * store is away.
   */
  of(request: Pick<ResetRequest, 'id' | 'reset'>): Promise<(Followed & { isKept: boolean }) | null>
}

export function createFollowers(deps: {
  store: Store
  kept: KeptRows
  patiently: Changes['patiently']
}): Followers {
  const { store, kept, patiently } = deps
  return {
    async of({ id, reset: { target } }) {
      const result = await patiently(() => kept.result(id))
      if (result === null) return null
      const filter = { of: { kind: 'target', target }, part: 'any' } as const
      const { requests } = await patiently(() => store.list(filter, LOOKED_THROUGH))
      const followed = new Set([id])
      const followers: Follower[] = []
      for (const request of requests.toReversed()) {
        const { parent, state } = request
        if (parent === null || parent.kind === 'edit' || !followed.has(parent.id)) continue
        followed.add(request.id)
        const hasRows = 'outcome' in state && state.outcome.kind === 'done'
        const rows = hasRows ? ((await patiently(() => kept.result(request.id))) ?? []) : []
        followers.push({ request, rows })
      }
      return { ...followedBy(id, result ?? [], followers), isKept: result !== undefined }
    },
  }
}
