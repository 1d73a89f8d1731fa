// What is left to put back of a request, and to try again, after the undos and the retries of it. Reads only.

import type { Store } from '../ports/store.ts'
import { mayHaveMoved } from '../request/follow-up.ts'
import { type Followed, type Follower, followedBy, openAlike } from '../request/followed.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Changes } from './changes.ts'
import type { KeptRows } from './kept-rows.ts'

/** So many of the group's latest requests are looked through for what follows it. */
const LOOKED_THROUGH = 100

export interface Followers {
  /**
   * `isKept`: whether the request has left a result; `moved`: of so many partitions it has moved the offset, or may have. Null: what is kept of it does not match its record. Rejects when the
   * store is away.
   */
  of(
    request: Pick<ResetRequest, 'id' | 'reset'>,
  ): Promise<(Followed & { isKept: boolean; moved: number }) | null>
  /** Of an undo or a retry that is about to be asked for: which open ones are about the same, and the newest of all. */
  alike(
    wanted: Pick<ResetRequest, 'parent' | 'reset'>,
  ): Promise<{ open: RequestId[]; newest: RequestId | undefined }>
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
      const moved = (result ?? []).filter(mayHaveMoved).length
      return { ...followedBy(id, result ?? [], followers), isKept: result !== undefined, moved }
    },

    async alike(wanted) {
      const filter = { of: { kind: 'target', target: wanted.reset.target }, part: 'any' } as const
      const { requests } = await patiently(() => store.list(filter, LOOKED_THROUGH))
      const { parent } = wanted
      const newest = requests.find(
        each => each.parent?.id === parent?.id && each.parent?.kind === parent?.kind,
      )
      return { open: openAlike(wanted, requests), newest: newest?.id }
    },
  }
}
