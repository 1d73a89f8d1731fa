import { expect, it } from 'vitest'
import { decide } from '../../src/request/decide.ts'
import { unknownOnceRestored } from '../../src/request/restored.ts'
import { isFinal, mayBegin } from '../../src/request/state.ts'
import { everyState } from '../support/requests.ts'

it.each(everyState())(
  'of a request that is %s it is unknown only where a call may have been made since',
  (_, request) => {
    const { state } = request
    const mayBeCalled = !isFinal(state) && (!mayBegin(state) || state.name === 'approved')
    expect(unknownOnceRestored(request)).toBe(mayBeCalled ? state.name : null)
    const held = decide(request, { kind: 'restored' }, request.createdAtMs)
    expect(held.ok ? held.next.state.name : held.refusal).toBe(mayBeCalled ? 'unclear' : 'stale')
  },
)
