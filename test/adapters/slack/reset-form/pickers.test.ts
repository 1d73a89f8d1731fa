import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import {
  type Choices,
  groupChoices,
  instanceChoices,
  topicChoices,
  topicSearch,
} from '../../../../src/adapters/slack/reset-form/pickers.ts'
import { groupInWords, noSuchGroup, noSuchInstance } from '../../../../src/adapters/slack/wording/words.ts'
import type { LongNames } from '../../../../src/ports/chat.ts'
import type { ReadOutcome } from '../../../../src/request/api-answer.ts'
import { nearestNames, searchPieces } from '../../../../src/request/nearest.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import { viewWith } from './choices-view.ts'

const words = wordsIn('en')

const names: LongNames = { tokenOf: name => `~${name.length}`, nameOf: async token => token }
const read = <T>(value: T): ReadOutcome<T> => ({ kind: 'read', value })
const page = (all: string[]) => read({ names: all, total: all.length })
const SILENT: ReadOutcome<never> = { kind: 'unavailable', cause: 'no answer within 2 s' }
const CAN = { writePartitions: true }
const REFUSED: ReadOutcome<never> = { kind: 'refused', reason: 'credentials', code: '4100', message: 'no' }

const optionsOf = (choices: Choices) =>
  'options' in choices ? choices.options : choices.option_groups.flatMap(group => group.options)
const textsOf = (choices: Choices) => optionsOf(choices).map(option => option.text.text)
const valuesOf = (choices: Choices) => optionsOf(choices).map(option => option.value)

/** Options obey the same rules where a view brings them along. */
function expectAccepted(choices: Choices): void {
  expect(validateView(viewWith(choices))).toEqual([])
}

describe('a picker', () => {
  it('offers names that Slack accepts, however odd or long, and keeps long ones apart', () => {
    const odd = [
      '报表 a&b @x',
      '<!channel>',
      '%2e',
      'x'.repeat(75),
      `${'y'.repeat(200)}1`,
      `${'y'.repeat(201)}2`,
    ]
    const choices = groupChoices(words, page(odd), '', names)
    expectAccepted(choices)
    expect(valuesOf(choices)).toEqual([...odd.slice(0, 4), '~201', '~202'])
    expect(textsOf(choices)[4]).toMatch(/^y+…y+1$/)
  })

  it('offers at most what Slack takes', () => {
    const many = Array.from({ length: 300 }, (_, index) => `g-${index}`)
    expectAccepted(groupChoices(words, page(many), '', names))
    const topics = topicChoices(
      words,
      read(many),
      page(many.map(name => `t${name}`)),
      topicSearch('', CAN),
      names,
    )
    expectAccepted(topics)
    expect(optionsOf(topics)).toHaveLength(200)
  })

  it('lets the name be typed, and says why, when the cluster cannot be asked', () => {
    expect(textsOf(groupChoices(words, SILENT, 'orders-b', names))).toEqual([
      'orders-b – as typed, CKafka does not answer',
    ])
    expect(textsOf(groupChoices(words, REFUSED, 'orders-b', names))).toEqual([
      'orders-b – as typed, CKafka refused: 4100',
    ])
    const unknown = {
      kind: 'refused',
      reason: 'instanceMissing',
      code: 'none',
      message: 'noInstance',
    } as const
    expect(textsOf(groupChoices(words, unknown, 'orders-b', names))).toEqual([
      'orders-b – as typed, unknown instance',
    ])
    expect(valuesOf(groupChoices(words, SILENT, ' orders-b ', names))).toEqual(['orders-b'])
    expect(optionsOf(groupChoices(words, SILENT, '', names))).toEqual([])
    expectAccepted(groupChoices(words, SILENT, 'z'.repeat(255), names))
  })

  it('puts the topics the group has committed to first, each topic once', () => {
    const choices = topicChoices(
      words,
      read(['orders', 'payments']),
      page(['audit', 'orders']),
      topicSearch('', CAN),
      names,
    )
    expect('option_groups' in choices ? choices.option_groups.map(group => group.label.text) : []).toEqual([
      'The group has committed offsets',
      'Other topics',
    ])
    expect(textsOf(choices)).toEqual(['orders', 'payments', 'audit'])
    expect(
      textsOf(topicChoices(words, read(['orders', 'payments']), page([]), topicSearch('PAY', CAN), names)),
    ).toEqual(['payments'])
  })

  it('offers what is known of the topics when a part of the cluster is silent', () => {
    const choices = topicChoices(words, read(['orders']), SILENT, topicSearch('ord', CAN), names)
    expect(textsOf(choices)).toEqual(['orders', 'ord – as typed, CKafka does not answer'])
  })

  it('finds an instance by its name or its id, also as it is shown', () => {
    const instances = read([
      { id: 'ckafka-a', name: 'Orders prod' },
      { id: 'ckafka-b', name: 'ckafka-b' },
    ])
    expect(textsOf(instanceChoices(words, instances, '', names))).toEqual([
      'Orders prod (ckafka-a)',
      'ckafka-b',
    ])
    expect(valuesOf(instanceChoices(words, instances, 'prod', names))).toEqual(['ckafka-a'])
    expect(valuesOf(instanceChoices(words, instances, 'Orders prod (ckafka-a)', names))).toEqual(['ckafka-a'])
  })
})

describe('typing a topic with partitions', () => {
  const choices = (typed: string, all = page(['orders', 'orders-eu']), can = CAN) =>
    topicChoices(words, read(['orders']), all, topicSearch(typed, can), names)

  it('offers just these partitions when the topic is there', () => {
    expect(choices('orders:0,1')).toEqual({
      option_groups: [
        {
          label: expect.objectContaining({ text: 'Only these partitions' }),
          options: [
            { text: expect.objectContaining({ text: 'orders, partitions 0 and 1' }), value: 'orders:0,1' },
          ],
        },
      ],
    })
    expectAccepted(choices('orders:0,1'))
    expect(textsOf(choices('orders-eu:3-5'))).toEqual(['orders-eu, partitions 3–5'])
    for (const typed of [' orders: 0, 1 ', 'orders：0，1', 'orders:0、1', 'orders:0–1'])
      expect(['orders:0,1', 'orders:0-1']).toContain(valuesOf(choices(typed))[0])
  })

  it('offers the topic while the list is not begun, and what there is so far while it goes on', () => {
    expect(valuesOf(choices('orders:'))).toEqual(['orders', 'orders-eu'])
    expect(valuesOf(choices('orders:0,'))).toEqual(['orders:0'])
    expect(valuesOf(choices('orders:0-'))).toEqual(['orders:0'])
  })

  it('looks for the topic alone', () => {
    expect(topicSearch('orders:0,1', CAN)).toEqual({ name: 'orders', partitions: 'orders:0,1' })
    expect(topicSearch(' orders ', CAN)).toEqual({ name: 'orders', partitions: null })
    expect(topicSearch('orders:x', CAN)).toEqual({ name: 'orders', partitions: null })
  })

  it('offers no partitions of a topic that is not there', () => {
    expect(valuesOf(choices('ordrs:0', page([])))).toEqual([])
    expect(valuesOf(choices('order:0'))).toEqual(['orders', 'orders-eu'])
  })

  it('offers them when the topic may be among names that did not come, or nothing can be asked', () => {
    const some = read({ names: ['orders-eu'], total: 51 })
    expect(textsOf(topicChoices(words, read([]), some, topicSearch('orders:0', CAN), names))).toEqual([
      'orders-eu',
      'orders, partition 0',
    ])
    expect(valuesOf(topicChoices(words, SILENT, SILENT, topicSearch('orders:0', CAN), names))).toEqual([
      'orders:0',
    ])
  })

  it('carries a word too long to be a value as a token of all of it', () => {
    const topic = 't'.repeat(100)
    expect(valuesOf(choices(`${topic}:0,1`, page([topic])))).toEqual([`~${topic.length + 4}`])
  })

  it('finds nothing where the API resets whole topics', () => {
    expect(topicSearch('orders:0', { writePartitions: false })).toEqual({
      name: 'orders:0',
      partitions: null,
    })
  })
})

describe('the nearest names', () => {
  it('find the group that was meant', () => {
    const groups = ['orders-audit', 'orders-billing', 'payments', 'orders-billing-eu']
    expect(nearestNames('ordrs-biling', groups)[0]).toBe('orders-billing')
    expect(nearestNames('zzzzzzzz', groups)).toEqual([])
  })

  it('are looked for by the pieces of the name', () => {
    expect(searchPieces('orders-biling.eu')).toEqual(['orders', 'biling', 'ord'])
  })

  it('are said in a sentence that can be acted on', () => {
    const target = { instanceId: 'ckafka-a', group: 'ordrs' }
    expect(noSuchGroup(words, target, ['orders'])).toBe(
      'There is no group “ordrs” on ckafka-a. Did you mean “orders”?',
    )
    expect(noSuchGroup(words, target, [])).toContain('Check the spelling')
    expect(noSuchInstance(words, 'ckafka-dem', ['ckafka-demo'])).toBe(
      'Unknown instance “ckafka-dem”. Did you mean “ckafka-demo”?',
    )
    expect(noSuchInstance(words, 'nope', [])).toBe('Unknown instance “nope”. Check the id.')
    expect(noSuchInstance(wordsIn('zh'), 'nope', ['ckafka-demo'])).toContain('你要找的是不是“ckafka-demo”')
  })
})

describe('a group in words', () => {
  it('says who is connected and what to do', () => {
    const members = [{ clientId: 'audit-1', host: '/10.0.3.11' }]
    expect(groupInWords(words, { state: 'Stable', members })).toMatch(
      /^1 consumer is connected: audit-1 \(10\.0\.3\.11\)\. Stop the group’s consumers first: .+\.$/,
    )
    expect(groupInWords(words, { state: 'Stable', members: [] })).toContain('in use (Stable)')
    expect(groupInWords(words, { state: 'Empty', members: [] })).toBe(
      'empty (no group members), so it can be reset. Consumers that assign partitions themselves (Flink, Spark) do not show here; make sure they are stopped.',
    )
    expect(groupInWords(words, { state: 'Empty', members: [], expiresFromEmpty: true })).toMatch(
      /stopped\. If the group has been empty for days, its offsets may expire soon/,
    )
  })
})
