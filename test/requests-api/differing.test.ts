// The same key with the same words is the same request; with other words it is neither.

import { expect, it } from 'vitest'
import type { Asked, Reset } from '../../src/request/reset.ts'
import { differingFrom } from '../../src/requests-api/differing.ts'
import { asked, someReset, T0 } from '../support/requests.ts'

const wanted = (reset: Partial<Reset> = {}, reason = asked().reason): Asked => ({
  ...{ reset: { ...someReset, ...reset }, reason, skipToEnd: false, targets: null },
})
const ago = (nowMs: number, ms: number) => ({ kind: 'time', timeMs: nowMs - ms }) as const

it('finds nothing in what is asked for again', () => {
  expect(differingFrom(asked(), wanted(), T0)).toEqual([])
  const { topics } = someReset
  expect(differingFrom(asked(), wanted({ topics: topics.toReversed() }), T0)).toEqual([])
  const all: Reset = { ...someReset, scope: 'allTopics', topics: ['orders'] }
  expect(differingFrom(asked({ reset: all }), wanted({ scope: 'allTopics', topics: [] }), T0)).toEqual([])
})

it('counts back a duration from when each try arrived', () => {
  const first = asked({ reset: { ...someReset, strategy: ago(T0, 7_200_000) } })
  const later = T0 + 45_000
  expect(differingFrom(first, wanted({ strategy: ago(later, 7_200_000) }), later)).toEqual([])
  expect(differingFrom(first, wanted({ strategy: ago(later, 3_600_000) }), later)).toEqual([
    'where the offsets go',
  ])
})

it('names what differs', () => {
  const { instanceId } = someReset.target
  const other = wanted(
    { target: { instanceId, group: 'another' }, topics: ['other'], strategy: { kind: 'latest' } },
    'other',
  )
  expect(differingFrom(asked(), other, T0)).toEqual([
    ...['--group', 'the topics or partitions', 'where the offsets go', '--reason'],
  ])
})
