// Which lists a request is in: nobody is sent to look after what needs nobody.

import { expect, it } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { isInPart, LIST_PARTS } from '../../src/request/list-part.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { asked, everyState, following } from '../support/requests.ts'

const partsOf = (request: ResetRequest) => LIST_PARTS.filter(part => isInPart(request, part))
const unplanned = (cause: string) => following(asked(), { kind: 'prepareFailed', round: 1, cause })

it('what could not be planned has failed; what had nothing to move is closed and needs nobody', () => {
  expect(partsOf(unplanned(causeOf('noGroup')))).toEqual(['any', 'failed', 'over'])
  expect(partsOf(unplanned(causeOf('nothingMoves', '13')))).toEqual(['any', 'over'])
})

it('every request is either open or closed, and what failed or is not known is failed besides', () => {
  for (const [name, request] of everyState()) {
    const parts = partsOf(request)
    expect(parts.includes('open'), name).toBe(!parts.includes('over'))
    if (['partial', 'unclear'].includes(request.state.name)) expect(parts, name).toContain('failed')
    if (['succeeded', 'pending', 'rejected'].includes(request.state.name))
      expect(parts, name).not.toContain('failed')
  }
})
