// Of pages that could not all be read, the names most like one that is not there.

import { expect, it } from 'vitest'
import { nearestIn, searchesFor } from '../../src/request/nearest.ts'

it('searches for all names, and for those that hold a piece of the one typed', () => {
  expect(searchesFor('orders-biling.eu')).toEqual(['', 'orders', 'biling', 'ord'])
})

it('takes what could be read, each name once, the likeliest first', () => {
  const page = (...names: string[]) => ({ kind: 'read', value: { names, total: names.length } }) as const
  const pages = [
    page('payments', 'orders-billing'),
    { kind: 'unavailable', cause: 'away' } as const,
    page('orders-billing', 'orders-billing-eu'),
  ]
  expect(nearestIn('orders-biling', pages)).toEqual(['orders-billing', 'orders-billing-eu'])
  expect(nearestIn('orders', [])).toEqual([])
})
