// What a message could be about: bounded whatever it holds, and the names that are called names come first.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALERT_MAX,
  ALERTS_MAX,
  existing,
  firstLine,
  instanceIn,
  readAlerts,
  shownName,
} from '../../src/request/alert.ts'
import { anyText } from '../support/texts.ts'

/** The group of the first alert, as it most likely is. */
const groupIn = (text: string) => shownName(readAlerts(text).firing[0]?.group ?? [])
const topicsIn = (text: string) =>
  readAlerts(text).firing.flatMap(({ topics }) => topics.map(({ readings }) => shownName(readings)))

describe('the names in an alert', () => {
  for (const [said, group] of [
    ['consumergroup="orders-billing"', 'orders-billing'],
    ['`group.id`: `orders`', 'orders'],
    ['消费组:orders-billing 堆积', 'orders-billing'],
    ['消费者组名称 “orders”', 'orders'],
    ['消费分组：team::orders', 'team::orders'],
    ['the group orders-billing is 12000 messages behind.', 'orders-billing'],
    ['consumer_group: orders billing #2', 'orders billing #2'],
  ] as const) {
    it(`are labelled: the group ${group} in ${said}`, () => {
      expect(groupIn(said)).toBe(group)
    })
  }

  for (const [said, topic] of [
    ['主题 = payments', 'payments'],
    ['*Topic:* payments', 'payments'],
    ['"topic": "orders.v2", "job": "kafka-lag"', 'orders.v2'],
  ] as const) {
    it(`are labelled: the topic ${topic} in ${said}`, () => {
      expect(topicsIn(said)).toEqual([topic])
    })
  }

  it('are never a piece of a labelled value', () => {
    for (const text of [
      'consumer group: principal@test-consumer',
      'group=a#test-consumer',
      'group: my test-consumer',
    ])
      expect(readAlerts(text).firing.flatMap(({ group }) => group)).not.toContain('test-consumer')
    expect(readAlerts('principal@test-consumer is behind on orders').firing).toEqual([])
  })

  it('are the whole value first, where a sentence may go on or a name may', () => {
    expect(readAlerts('Group: orders is behind').firing[0]?.group).toEqual(['orders is behind', 'orders'])
    expect(readAlerts('Group: _orders_').firing[0]?.group).toEqual(['_orders_', 'orders'])
  })

  it('are none of what the message says is over', () => {
    const { firing, resolved, text } = readAlerts('[RESOLVED] ckafka-old00001\ngroup: a\n[FIRING]\ngroup: b')
    expect([firing.map(({ group }) => group), resolved.map(({ group }) => group)]).toEqual([[['b']], [['a']]])
    expect(text).not.toContain('ckafka-old')
  })

  it('never throw, are never more than they may be, and nothing that is not in the text', () => {
    const noise = fc.stringMatching(/^[a-z0-9 .:=_\-消费组主题分区\n*`"#[\](),|]{0,400}$/)
    const piece = fc.constantFrom(
      'group',
      'Topic',
      ': ',
      '=',
      'partition',
      '3',
      'a-b',
      '"',
      '`',
      '_',
      '\n',
      'resolved',
      '[FIRING]',
      ',',
      ' ',
      '\f',
    )
    const pieces = fc.array(piece, { maxLength: 60 }).map(all => all.join(''))
    fc.assert(
      fc.property(fc.oneof(anyText(), noise, pieces), text => {
        const { firing, resolved } = readAlerts(text)
        expect(firing.length + resolved.length).toBeLessThanOrEqual(ALERTS_MAX)
        for (const { group, topics } of [...firing, ...resolved]) {
          for (const name of group ?? []) expect(text).toContain(name)
          for (const { readings, partitions } of topics) {
            for (const name of readings) expect(name).toMatch(/^[A-Za-z0-9._-]{1,249}$/)
            expect(text).toContain(shownName(readings))
            if (partitions !== null) expect(partitions).toMatch(/^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$/)
          }
        }
        expect(firstLine(text).length).toBeLessThanOrEqual(200)
      }),
      { numRuns: 30 },
    )
  })

  it('are read from the longest message in no time', () => {
    const began = process.cpuUsage()
    for (const piece of [
      'group ',
      '"',
      'a-',
      'group: a ',
      'group=',
      'topic: a, ',
      'partition 3, ',
      '_',
      '* ',
      '[',
      '\n',
      'group: a\n',
      '消费组',
      'consumer ',
      '  ',
      '(group: "',
    ])
      readAlerts(piece.repeat(500_000))
    expect(groupIn(`${'x '.repeat(ALERT_MAX)}group: late-one`)).toBe('')
    // Of this process alone, whatever else the machine does.
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(2_000)
  })
})

describe('the instance of an alert', () => {
  const known = [
    { id: 'ckafka-demo0001', name: 'orders-prod' },
    { id: 'ckafka-demo0002', name: 'payments' },
  ]
  it.each([
    ['ckafka-demo0001 lags', 'ckafka-demo0001'],
    ['实例ckafka-demo0001的堆积', 'ckafka-demo0001'],
    ['ckafka-demo0001.ap-guangzhou:9092', 'ckafka-demo0001'],
    ['on orders-prod.', 'ckafka-demo0001'],
    ['orders-prod: lag', 'ckafka-demo0001'],
  ])('is named in %s', (text, id) => {
    expect(instanceIn(text, known)).toEqual({ kind: 'known', id })
  })

  it.each([
    'my-orders-prod-eu',
    'payments.v2',
    'ckafka-demo0001 and ckafka-demo0002',
    'orders-prod or payments',
    'nothing',
  ])('is not guessed from %s', text => {
    expect(instanceIn(text, known)).toEqual({ kind: 'unsaid' })
  })

  it('is never another one than the one that is named, even where there is only one', () => {
    expect(instanceIn('ckafka-other001 lags', known.slice(0, 1))).toEqual({
      kind: 'other',
      id: 'ckafka-other001',
    })
    expect(instanceIn('it lags', known.slice(0, 1))).toEqual({ kind: 'known', id: 'ckafka-demo0001' })
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
