// The form behind /reset-offsets: always a view Slack accepts, and read back as it was filled in.

import type { InputBlock, ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFlags } from '../../../src/adapters/slack/flags.ts'
import type { GroupSight } from '../../../src/adapters/slack/group-sight.ts'
import { formMetadataSchema } from '../../../src/adapters/slack/ids.ts'
import {
  problemsByBlock,
  type ResetFormContext,
  readResetForm,
  resetForm,
} from '../../../src/adapters/slack/reset-form.ts'
import type { LongNames } from '../../../src/ports.ts'
import type { ResetFields } from '../../../src/request/reset.ts'
import { enteredState, initialState } from '../../../src/sandbox/slack/inputs.ts'
import { validateView } from '../../../src/sandbox/slack/validate.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
/** Tokens as they are kept elsewhere: the same for the same name. */
const kept = new Map<string, string>()
const names: LongNames = {
  tokenOf(name) {
    const token = `~token-${[...kept.values()].indexOf(name) < 0 ? kept.size : [...kept.values()].indexOf(name)}`
    kept.set(token, name)
    return token
  },
  nameOf: async token => kept.get(token) ?? token,
}
const nameOf = (token: string) => kept.get(token) ?? token
interface Change {
  instances?: ResetFormContext['instances']
  notes?: string[]
  sight?: GroupSight
}
const form = (fields: ResetFields = {}, { instances = [], notes = [], sight }: Change = {}) =>
  resetForm(fields, {
    instances,
    names,
    metadata: { askedIn: 'C0OPS', notes },
    ...(sight === undefined ? {} : { sight }),
  })

const inputs = (view: ModalView) => view.blocks.filter((block): block is InputBlock => block.type === 'input')
const labels = (view: ModalView) => inputs(view).map(({ label }) => label.text)
const elementOf = (view: ModalView, blockId: string) =>
  JSON.parse(JSON.stringify(inputs(view).find(block => block.block_id === blockId)?.element))
const notesOf = (view: ModalView) => formMetadataSchema.parse(JSON.parse(view.private_metadata ?? '')).notes
const instances = (count: number, name = (index: number) => `Instance ${index}`) =>
  Array.from({ length: count }, (_, index) => ({ id: `ckafka-${index}`, name: name(index) }))

/** `view.state.values` as Slack sends it: `typed` by block id, everything else as the form drew it. */
function stateOf(view: ModalView, typed: Record<string, string> = {}) {
  const nobody = { userId: () => undefined, channelId: () => undefined }
  return Object.fromEntries(
    inputs(view).map(block => {
      const element = JSON.parse(JSON.stringify(block.element))
      const value = typed[block.block_id ?? '']
      const state = value === undefined ? initialState(element) : enteredState(element, value, nobody)
      return [block.block_id, { [element.action_id]: state }]
    }),
  )
}

const ALWAYS = ['CKafka instance', 'Consumer group', 'Topics to reset', 'Where the offsets go', 'Reason']
const STRATEGY_FIELDS: [NonNullable<ResetFields['strategy']> | undefined, string[]][] = [
  [undefined, []],
  ['shift', ['Direction', 'Messages per partition']],
  ['time', ['Time']],
  ['earliest', []],
  ['latest', []],
  ['offset', ['Offset']],
]

describe('the fields', () => {
  it.each(STRATEGY_FIELDS)('of the strategy %s are just those it needs', (strategy, own) => {
    const view = form(strategy === undefined ? {} : { strategy })
    expect(labels(view)).toEqual([...ALWAYS.slice(0, 4), ...own, 'Reason'])
    expect(validateView(view)).toEqual([])
  })

  it('of the scope are the topic names, when topics are named', () => {
    expect(labels(form({ scope: 'topics' }))).toContain('Topic names')
    expect(labels(form({ scope: 'allTopics' }))).not.toContain('Topic names')
    expect(labels(form())).not.toContain('Topic names')
  })

  it('keep the names while nobody has chosen between them and all topics', () => {
    const { fields, problems } = parseFlags('--topic orders --all-topics', NOW)
    const view = form(fields, { notes: problems })
    expect(readResetForm(stateOf(view)).topics).toBe('orders')
    const chosen = readResetForm(stateOf(view, { field_scope: 'The topics I name' }))
    expect(chosen).toMatchObject({ scope: 'topics', topics: 'orders' })
    expect(labels(form({ scope: 'allTopics', topics: 'orders' }))).not.toContain('Topic names')
  })

  it('keep their ids whatever is chosen, so that Slack keeps what is typed', () => {
    const idsOf = (view: ModalView) =>
      new Map(
        inputs(view).map(block => [
          block.block_id,
          `${block.element.type}/${(block.element as { action_id?: string }).action_id}`,
        ]),
      )
    const base = idsOf(form())
    for (const [strategy] of STRATEGY_FIELDS) {
      for (const scope of ['topics', 'allTopics', undefined] as const) {
        const ids = idsOf(form({ ...(strategy && { strategy }), ...(scope && { scope }), topics: 'a' }))
        for (const [id, element] of base) expect(ids.get(id)).toBe(element)
      }
    }
  })

  it('are told at once where others follow from them', () => {
    const asking = inputs(form()).filter(block => block.dispatch_action === true)
    expect(asking.map(block => block.block_id)).toEqual([
      'field_instance',
      'field_group',
      'field_scope',
      'field_strategy',
    ])
  })
})

describe('the round trip', () => {
  const text = (max: number) =>
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: max }).filter(each => each.trim() !== '')
  const topics = fc
    .uniqueArray(fc.stringMatching(/^[A-Za-z0-9._-]{1,249}$/), { minLength: 1, maxLength: 20 })
    .map(all => all.join('\n'))
  const whole = (least: bigint) => fc.bigInt({ min: least, max: 2n ** 63n - 1n }).map(String)
  const base = fc.record({ instance: text(64), group: text(255), reason: text(1_000) }, { requiredKeys: [] })
  const scope = fc.oneof(
    fc.constant({}),
    fc.constant({ scope: 'allTopics' as const }),
    fc.record({ scope: fc.constant('topics' as const), topics }),
    fc.constant({ scope: 'topics' as const }),
  )
  const strategy = fc.oneof(
    fc.constantFrom({}, { strategy: 'earliest' as const }, { strategy: 'latest' as const }),
    fc.record({
      strategy: fc.constant('shift' as const),
      direction: fc.constantFrom('replay' as const, 'skip' as const),
      count: whole(1n),
    }),
    fc.record({
      strategy: fc.constant('time' as const),
      timeSeconds: fc.integer({ min: 1_000_000_000, max: 2_147_483_647 }),
    }),
    fc.record({ strategy: fc.constant('offset' as const), offset: whole(0n) }),
  )
  const anyFields = fc.tuple(base, scope, strategy).map(([a, b, c]): ResetFields => ({ ...a, ...b, ...c }))

  it('reads back what it drew, and draws a view Slack accepts', () => {
    fc.assert(
      fc.property(anyFields, fields => {
        const view = form(fields)
        expect(validateView(view)).toEqual([])
        const read = readResetForm(stateOf(view))
        const { group, topics: typed } = read
        expect({
          ...read,
          ...(group === undefined ? {} : { group: nameOf(group) }),
          ...(typed === undefined ? {} : { topics: typed.split('\n').map(nameOf).join('\n') }),
        }).toEqual(fields)
      }),
    )
  })

  it('reads what a person filled in', () => {
    const picked = { instance: 'ckafka-1', group: 'orders-billing', topics: 'orders\npayments' }
    const view = form({ ...picked, scope: 'topics', strategy: 'shift' }, { instances: instances(3) })
    const filled = readResetForm(
      stateOf(view, {
        field_direction: 'Replay',
        field_count: '12430',
        field_reason: 'wrong VAT rate',
      }),
    )
    expect(filled).toEqual({
      instance: 'ckafka-1',
      group: 'orders-billing',
      scope: 'topics',
      topics: 'orders\npayments',
      strategy: 'shift',
      direction: 'replay',
      count: '12430',
      reason: 'wrong VAT rate',
    })
  })

  it('leaves out what is not filled in', () => {
    expect(readResetForm(stateOf(form({ strategy: 'time', scope: 'topics' })))).toEqual({
      strategy: 'time',
      scope: 'topics',
    })
  })

  it('never throws for a state that is not one, and takes no value of a wrong kind', () => {
    const known = ['field_strategy', 'field_scope', 'field_group', 'field_timeSeconds', 'field_instance']
    const element = fc.oneof(
      fc.anything(),
      fc.record({ value: fc.anything() }),
      fc.record({ selected_option: fc.anything() }),
      fc.record({ selected_option: fc.record({ value: fc.anything() }) }),
      fc.record({ selected_date_time: fc.anything() }),
    )
    const state = fc.dictionary(fc.constantFrom(...known), fc.dictionary(fc.string(), element))
    fc.assert(
      fc.property(fc.oneof(fc.anything(), state), garbage => {
        const fields = readResetForm(garbage)
        const { group, strategy, timeSeconds } = fields
        if (group !== undefined) expect(typeof group).toBe('string')
        if (strategy !== undefined)
          expect(['shift', 'time', 'earliest', 'latest', 'offset']).toContain(strategy)
        if (timeSeconds !== undefined) expect(Number.isInteger(timeSeconds)).toBe(true)
        expect(validateView(form(fields))).toEqual([])
      }),
    )
  })
})

describe('a view Slack accepts', () => {
  it('comes of any text after the command', () => {
    const flag = fc.constantFrom(
      '--group',
      '--instance',
      '--topic',
      '--reason',
      '--shift-by',
      '--to-offset',
      '--to-datetime',
      '--by-duration',
      '--to-earliest',
      '--all-topics',
      '"',
      '0',
      '-5',
      '99999999999999999999',
      'P1D',
      '2286-11-20T17:46:40Z',
      ' ',
      '\u0000',
      '\ud800',
      '🙂',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4_000 }),
      fc.array(fc.oneof(flag, fc.string({ unit: 'binary' })), { maxLength: 60 }).map(all => all.join(' ')),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(0, 1, 3), (typed, count) => {
        const { fields, problems } = parseFlags(typed, NOW)
        const view = form(fields, { notes: problems, instances: instances(count) })
        expect(validateView(view)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('comes of more topics than a picker holds, and says that some are left out', () => {
    const topics = Array.from({ length: 101 }, (_, index) => `topic-${index}`).join('\n')
    const view = form({ scope: 'topics', topics })
    expect(validateView(view)).toEqual([])
    expect(JSON.stringify(view.blocks)).toContain('at most 100 topics')
    expect(notesOf(form({ scope: 'topics', topics }, { notes: notesOf(view) }))).toEqual(notesOf(view))
  })

  it('comes of a look at any group', () => {
    const positions = Array.from({ length: 500 }, (_, index) => ({
      topic: `${index}-`.padEnd(249, 't'),
      partition: 0,
      committed: index === 3 ? null : 9_007_199_254_740_993n,
      logStart: null,
      logEnd: 9_223_372_036_854_775_807n,
    }))
    const members = Array.from({ length: 300 }, (_, index) => ({
      clientId: 'c'.repeat(500),
      host: `/10.0.0.${index}`,
    }))
    const view = form(
      {},
      {
        sight: {
          kind: 'seen',
          group: { kind: 'read', value: { state: 'Stable', members } },
          positions: { kind: 'read', value: positions },
        },
      },
    )
    expect(validateView(view)).toEqual([])
    expect(JSON.stringify(view.blocks)).toContain('300 consumers are connected')
    expect(JSON.stringify(view.blocks)).toContain('488 more topics')
  })

  it('comes of notes of any number and size, which are still there after a redraw', () => {
    const note = fc.string({ unit: 'binary', maxLength: 4_000 })
    fc.assert(
      fc.property(fc.array(note, { maxLength: 30 }), notes => {
        const view = form({}, { notes })
        expect(validateView(view)).toEqual([])
        expect(view.private_metadata?.length).toBeLessThanOrEqual(3_000)
        const kept = notesOf(view)
        expect(notesOf(form({}, { notes: kept }))).toEqual(kept)
      }),
    )
  })

  it('comes of notes that grow when they are written down', () => {
    for (const character of ['"', '\\', '\u0001', '\ud800', '🙂']) {
      const view = form({}, { notes: Array.from({ length: 12 }, () => character.repeat(4_000)) })
      expect(validateView(view)).toEqual([])
      expect(notesOf(view).length).toBeGreaterThan(0)
    }
  })

  it('comes of numbers and times that Slack does not take as first values', () => {
    for (const count of ['0', '-5', '1.5', 'ten', '9223372036854775808']) {
      expect(elementOf(form({ strategy: 'shift', count }), 'field_count').initial_value).toBeUndefined()
    }
    expect(elementOf(form({ strategy: 'offset', offset: '0' }), 'field_offset').initial_value).toBe('0')
    for (const timeSeconds of [0, 999_999_999, 10_000_000_000]) {
      expect(validateView(form({ strategy: 'time', timeSeconds }))).toEqual([])
    }
  })

  it('comes in a moment, however many problems the flags have', () => {
    const notes = Array.from({ length: 5_000 }, (_, index) => `--flag${index} is not a flag Rewind knows.`)
    const startMs = performance.now()
    const view = form({}, { notes })
    expect(performance.now() - startMs).toBeLessThan(500)
    expect(JSON.stringify(view.blocks)).toContain('4991 more like these.')
  })
})

describe('an instance', () => {
  it('that is the only one is chosen already', () => {
    expect(readResetForm(stateOf(form({}, { instances: instances(1) }))).instance).toBe('ckafka-0')
  })

  it('that Rewind is not set up for is said, and no other is chosen in its place', () => {
    for (const count of [1, 3]) {
      const view = form({ instance: 'ckafka-other' }, { instances: instances(count) })
      expect(readResetForm(stateOf(view)).instance).toBeUndefined()
      expect(JSON.stringify(view.blocks)).toContain('Rewind is not set up for the instance ckafka-other.')
    }
    expect(JSON.stringify(form({ instance: 'ckafka-other' }).blocks)).not.toContain('not set up')
  })
})

it('a name that does not fit is left out rather than shortened to another name', () => {
  const fields = readResetForm(stateOf(form({ instance: 'i'.repeat(65) })))
  expect(fields).toEqual({})
})

describe('problems', () => {
  const shown = inputs(form({ strategy: 'shift' })).map(block => block.block_id ?? '')

  it('stand under their own fields', () => {
    const problems = { group: 'Give the name of the consumer group.', count: 'Give a whole number.' }
    expect(problemsByBlock(problems, shown)).toEqual({
      field_group: 'Give the name of the consumer group.',
      field_count: 'Give a whole number.',
    })
  })

  it('of a field that is not shown ask for a new drawing', () => {
    expect(problemsByBlock({ group: 'wrong', topics: 'Name at least one topic.' }, shown)).toBeNull()
  })

  it('fit where Slack shows them', () => {
    const long = problemsByBlock({ instance: 'x'.repeat(10_000) }, shown)
    expect(long?.field_instance).toHaveLength(2_000)
  })
})
