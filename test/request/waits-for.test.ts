// Which requests wait for a person, in every state: those that ask for something that this person may do.

import { expect, it } from 'vitest'
import { ACTS, type ActKind, asksSomebody, isAct, waitsFor } from '../../src/request/permissions.ts'
import { owesReview } from '../../src/request/request.ts'
import { everyState } from '../support/requests.ts'

const ALL = new Set(Object.keys(ACTS).filter(isAct))
const without = (...acts: ActKind[]) => new Set([...ALL].filter(act => !acts.includes(act)))

it.each(everyState())('%s', (_name, request) => {
  const { state, glass } = request
  const decides = state.name === 'pending'
  const reviews = glass !== null && owesReview(request)
  const testifies = state.name === 'unclear' && state.asked
  expect(asksSomebody(request)).toBe(decides || reviews || testifies)
  // Nothing waits for who may do nothing about it.
  expect(waitsFor(request, new Set())).toBe(false)
  expect(waitsFor(request, ALL)).toBe(asksSomebody(request))
  // Whoever could only cancel, withdraw or look once more is not asked.
  expect(waitsFor(request, without('decide', 'review', 'testify'))).toBe(false)
  expect(waitsFor(request, new Set<ActKind>(['testify']))).toBe(testifies)
})
