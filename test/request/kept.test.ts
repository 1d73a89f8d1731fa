// How long the plan, the offsets of a file and the result of a request are kept, in every state.

import { expect, it } from 'vitest'
import { documentsKeptMs, KEPT_AFTER_END_MS } from '../../src/request/kept.ts'
import { isOpenRequest } from '../../src/request/request.ts'
import { canBeEdited } from '../../src/request/resubmit.ts'
import { BOB, everyState, T0 } from '../support/requests.ts'

it.each(everyState())('of a request that is %s', (_state, request) => {
  const kept = documentsKeptMs(request)
  const moved = ['succeeded', 'partial'].includes(request.state.name)
  expect(kept).toBe(isOpenRequest(request) || moved ? null : KEPT_AFTER_END_MS)
  // As long as something is to be done with it, and for a month where it can only be asked for again.
  if (kept !== null) expect(canBeEdited(request)).toBe(true)
  const unreviewed = { by: BOB, reason: 'paging', atMs: T0, review: null }
  expect(documentsKeptMs({ ...request, glass: unreviewed })).toBeNull()
})
