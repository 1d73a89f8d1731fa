// Which lists of requests a request belongs in, by how far it has come. Pure; where the lists are kept is the store's.

import { isOpenRequest, type ResetRequest } from './request.ts'

/** `failed` holds what failed in part, and what nobody knows, as well; `over` is all that is not open. */
export const LIST_PARTS = ['any', 'open', 'failed', 'over'] as const
export type ListPart = (typeof LIST_PARTS)[number]

export function isInPart(request: Pick<ResetRequest, 'state' | 'glass'>, part: ListPart): boolean {
  switch (part) {
    case 'any':
      return true
    case 'open':
      return isOpenRequest(request)
    case 'failed':
      return ['partial', 'failed', 'unclear'].includes(request.state.name)
    case 'over':
      return !isOpenRequest(request)
    default:
      return part satisfies never
  }
}
