// What of a reset's topics and partitions is not there, of any positions.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Position } from '../../src/request/group.ts'
import { notThere } from '../../src/request/named-topics.ts'
import type { Reset } from '../../src/request/reset.ts'

const reset = (topics: string[], partitions: Record<string, number[]> = {}): Reset => ({
  target: { instanceId: 'ckafka-a', group: 'g' },
  scope: 'topics',
  topics,
  partitions,
  strategy: { kind: 'earliest' },
})
const at = (topic: string, ...partitions: number[]): Position[] =>
  partitions.map(partition => ({ topic, partition, committed: null, logStart: null, logEnd: null }))

describe('what a reset names', () => {
  it('is there where the cluster tells of it', () => {
    const positions = [...at('orders', 0, 1), ...at('payments', 0)]
    expect(notThere(reset(['orders', 'payments'], { orders: [1] }), positions)).toEqual({
      topics: [],
      partitions: [],
    })
  })

  it('is missing by topic, and by partition of a topic that is there', () => {
    const asked = reset(['orders', 'ordrs', 'constructor'], { orders: [7, 1, 9], ordrs: [0] })
    expect(notThere(asked, at('orders', 0, 1, 2))).toEqual({
      topics: ['ordrs', 'constructor'],
      partitions: [{ topic: 'orders', missing: [7, 9], highest: 2 }],
    })
  })

  it('is either there or named, whatever there is', () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__')
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        fc.dictionary(name, fc.uniqueArray(fc.nat(9), { minLength: 1 })),
        fc.array(fc.tuple(name, fc.nat(9))),
        (topics, chosen, pairs) => {
          const named = topics.filter(topic => topic !== '__proto__')
          const partitions = Object.fromEntries(
            Object.entries(chosen).filter(([topic]) => named.some(each => each === topic)),
          )
          const there = new Set(pairs.map(([topic, partition]) => `${topic} ${partition}`))
          const found = notThere(
            reset(named, partitions),
            pairs.flatMap(([topic, partition]) => at(topic, partition)),
          )
          for (const topic of named) {
            const isThere = pairs.some(([each]) => each === topic)
            expect(found.topics.includes(topic)).toBe(!isThere)
            const missing = found.partitions.find(each => each.topic === topic)?.missing ?? []
            const expected = (partitions[topic] ?? []).filter(each => !there.has(`${topic} ${each}`))
            expect(missing).toEqual(isThere ? expected.sort((a, b) => a - b) : [])
          }
        },
      ),
    )
  })
})
