// What a message could be about: bounded whatever it holds, and the names that are called names come first.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALERT_MAX, CANDIDATES_MAX, candidatesIn, existing, firstLine } from '../../src/request/alert.ts'

describe('the names in an alert', () => {
  it('puts what is called a group or a topic before everything else, and never the one for the other', () => {
    const { groups, topics } = candidatesIn(
      'Lag is above-limit on prod-eu\nconsumer group: orders-billing\ntopic=orders.v2 job=kafka-lag',
    )
    expect(groups[0]).toBe('orders-billing')
    expect(topics[0]).toBe('orders.v2')
    expect(groups).not.toContain('orders.v2')
    expect(topics).not.toContain('orders-billing')
  })

  for (const [said, kind, name] of [
    ['consumergroup="orders-billing"', 'groups', 'orders-billing'],
    ['`group.id`: `orders`', 'groups', 'orders'],
    ['消费组:orders-billing 堆积', 'groups', 'orders-billing'],
    ['消费者组名称 “orders”', 'groups', 'orders'],
    ['主题 = payments', 'topics', 'payments'],
    ['*Topic:* payments', 'topics', 'payments'],
    ['the group orders-billing is 12000 messages behind.', 'groups', 'orders-billing'],
  ] as const) {
    it(`reads ${name} in ${said}`, () => {
      expect(candidatesIn(said)[kind][0]).toBe(name)
    })
  }

  it('finds an instance, and takes it for nothing else', () => {
    const found = candidatesIn('instance ckafka-demo0001, ckafka-demo0001: orders')
    expect(found.instances).toEqual(['ckafka-demo0001'])
    expect(found.groups).not.toContain('ckafka-demo0001')
  })

  it('finds the topic where Kafka writes its partition behind it, and at the end of a sentence', () => {
    expect(candidatesIn('stuck at orders-audit-12.').topics.slice(0, 2)).toEqual([
      'orders-audit-12',
      'orders-audit',
    ])
  })

  it('takes numbers for no names', () => {
    expect(candidatesIn('at 2026-11-23 08:00 12.5 of 1200')).toMatchObject({ groups: [], topics: [] })
  })

  it('never throws, never finds more than it may, and nothing that is not in the text', () => {
    const noise = fc.stringMatching(/^[a-z0-9 .:=_\-消费组主题\n*`"]{0,400}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), noise), text => {
        const { instances, groups, topics } = candidatesIn(text)
        for (const found of [groups, topics]) {
          expect(found.length).toBeLessThanOrEqual(CANDIDATES_MAX)
          expect(new Set(found).size).toBe(found.length)
          for (const name of found) {
            expect(text).toContain(name)
            expect(name).toMatch(/^[A-Za-z0-9._-]{1,249}$/)
          }
        }
        expect(instances.length).toBeLessThanOrEqual(5)
        expect(firstLine(text).length).toBeLessThanOrEqual(200)
      }),
      { numRuns: 50 },
    )
  })

  it('reads the longest message in no time', () => {
    const began = performance.now()
    for (const text of ['group '.repeat(200_000), '"'.repeat(1_000_000), 'a-'.repeat(500_000)]) {
      expect(candidatesIn(text).groups.length).toBeLessThanOrEqual(CANDIDATES_MAX)
    }
    expect(candidatesIn(`${'x '.repeat(ALERT_MAX)}group: late-one`).groups).not.toContain('late-one')
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('what exists of it', () => {
  it('is spelled as it is there, in the order of the candidates, and nothing twice', () => {
    expect(existing(['b', 'ORDERS', 'orders', 'x'], ['orders', 'a', 'b'])).toEqual(['b', 'orders'])
  })

  it('is the exact one where two differ by case alone', () => {
    expect(existing(['Orders'], ['orders', 'Orders'])).toEqual(['Orders'])
  })
})

it('the first line is the first that says something', () => {
  expect(firstLine('\n  \n[FIRING:1]   lag  high \nmore')).toBe('[FIRING:1] lag high')
  expect(firstLine('')).toBe('')
})
