// What is left to put back of a request, after the undos of it that have run. Reads only.

import type { Store } from '../ports/store.ts'
import { leftToUndo } from '../request/follow-up.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { PartitionResult } from '../request/result.ts'
import type { Changes } from './changes.ts'
import type { KeptRows } from './kept-rows.ts'

/** So many of the group's latest requests are looked through for undos. */
const LOOKED_THROUGH = 100

export interface Undos {
  /**
   * Undefined: the request has left no result; null: what is kept of it does not match its record. `by`: the undos that
   * have put something back, newest first. Rejects when the store is away.
   */
  of(
    request: Pick<ResetRequest, 'id' | 'reset'>,
  ): Promise<{ left: PartitionResult[]; by: RequestId[] } | null | undefined>
}

export function createUndos(deps: { store: Store; kept: KeptRows; patiently: Changes['patiently'] }): Undos {
  const { store, kept, patiently } = deps
  return {
    async of({ id, reset: { target } }) {
      const result = await patiently(() => kept.result(id))
      if (result === undefined || result === null) return result
      const filter = { of: { kind: 'target', target }, part: 'any' } as const
      const { requests } = await patiently(() => store.list(filter, LOOKED_THROUGH))
      let left = result
      const by: RequestId[] = []
      for (const { id: other, parent, state } of requests) {
        if (parent?.id !== id || parent.kind !== 'undo') continue
        if (!('outcome' in state) || state.outcome.kind !== 'done') continue
        const rows = (await patiently(() => kept.result(other))) ?? []
        const rest = leftToUndo(left, rows)
        if (rest.length < left.length) by.push(other)
        left = rest
      }
      return { left, by }
    },
  }
}
