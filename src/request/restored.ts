// What is not known of a request whose record was restored from a backup: what happened to it since is not in it. Pure.

import type { ResetRequest } from './request.ts'

/**
 * `approved`: it may have run since. `executing`: its call was under way. `unclear`: so it was then, and somebody may have said
 * what it did. Null: nothing is called for it before somebody decides on it, with a plan that is compared with the offsets.
 */
export function unknownOnceRestored({
  state,
}: Pick<ResetRequest, 'state'>): 'approved' | 'executing' | 'unclear' | null {
  switch (state.name) {
    case 'approved':
    case 'executing':
    case 'unclear':
      return state.name
    default:
      return null
  }
}

/** It waits for a person already. */
export function isHeldAfterRestore({ state }: Pick<ResetRequest, 'state'>): boolean {
  return state.name === 'unclear' && state.restored === true
}
