// Owns what the lists of both dialects have in common: pages, totals that may lie, ids, and an order that means nothing.
// It must never know a field's name.

import { createHash } from 'node:crypto'

/** What a list says of how many there are. The items themselves never lie. */
export type Counts = 'honest' | 'doubled' | 'zero'

export function totalOf(found: readonly unknown[], counts: Counts): number {
  switch (counts) {
    case 'honest':
      return found.length
    case 'doubled':
      return found.length * 2
    case 'zero':
      return 0
    default:
      return counts satisfies never
  }
}

export const pageOf = <T>(all: T[], { offset, limit }: { offset: number; limit: number }) =>
  all.slice(offset, offset + limit)

/** From the middle outwards, so that four come as on the page of SetGroupOffsets: 2, 1, 3, 0. */
export function inPageOrder<T>(ordered: T[]): T[] {
  const middle = Math.floor(ordered.length / 2)
  return ordered
    .map((item, index) => ({
      item,
      distance: index >= middle ? 2 * (index - middle) : 2 * (middle - index) - 1,
    }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ item }) => item)
}

export const topicIdOf = (instance: string, topic: string) =>
  `topic-${createHash('sha256').update(`${instance}/${topic}`).digest('hex').slice(0, 8)}`
