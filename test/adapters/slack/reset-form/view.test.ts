// The form behind /reset-offsets: always a view Slack accepts, and read back as it was filled in.

import type { InputBlock, ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formMetadataSchema } from '../../../../src/adapters/slack/blocks/ids.ts'
import { fieldErrors } from '../../../../src/adapters/slack/blocks/text.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../../../src/adapters/slack/language/sentences.ts'
import {
  problemsByBlock,
  readAttachment,
  readResetForm,
} from '../../../../src/adapters/slack/reset-form/filled.ts'
import type { GroupStatus } from '../../../../src/adapters/slack/reset-form/group-status.ts'
import { type ResetFormContext, resetForm } from '../../../../src/adapters/slack/reset-form/view.ts'
import type { LongNames } from '../../../../src/ports/chat.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import type { FlagProblem } from '../../../../src/request/flag-problem.ts'
import { parseFlags } from '../../../../src/request/flags.ts'
import type { ResetFields } from '../../../../src/request/reset.ts'
import { enteredState, initialState } from '../../../../src/sandbox/slack/inputs.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import { cpuMsOf } from '../../../support/cpu.ts'
import { HERE } from '../../../support/requests.ts'
import { anyText } from '../../../support/texts.ts'

const words = wordsIn('en')

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
const RULES = { nowMs: NOW, writePartitions: true }
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
  status?: GroupStatus
  writePartitions?: boolean
  files?: 'refused'
  filled?: 'instance'
}
const form = (
  fields: ResetFields = {},
  { instances = [], notes = [], status, writePartitions = true, files, filled }: Change = {},
) =>
  resetForm(words, fields, {
    instances,
    names,
    can: { writePartitions },
    metadata: {
      ...{ askedIn: HERE, cardIn: 'C0OPS', notes },
      ...(files === undefined ? {} : { files }),
      ...(filled === undefined ? {} : { filled }),
    },
    ...(status === undefined ? {} : { status }),
  })

const said = (problems: FlagProblem[]) => problems.map(each => sentenceOf(words.flags, each))
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
  ['time', ['Time', 'If the time is past the newest message']],
  ['earliest', []],
  ['latest', []],
  ['offset', ['Offset']],
  ['group', ['The other group']],
]

describe('the fields', () => {
  it.each(STRATEGY_FIELDS)('of the strategy %s are just those it needs', (strategy, own) => {
    const view = form(strategy === undefined ? {} : { strategy })
    expect(labels(view)).toEqual([...ALWAYS.slice(0, 4), ...own, 'Reason'])
    expect(validateView(view)).toEqual([])
  })

  it('of a file are not those of the scope, because a file names its topics', () => {
    for (const scope of ['topics', 'allTopics', undefined] as const) {
      const view = form({ strategy: 'offsets', topics: 'orders', ...(scope && { scope }) })
      expect(labels(view)).toEqual([
        ...ALWAYS.slice(0, 2),
        'Where the offsets go',
        'File of offsets',
        'Reason',
      ])
      expect(validateView(view)).toEqual([])
    }
  })

  it('of the scope are the topic names, when topics are named', () => {
    expect(labels(form({ scope: 'topics' }))).toContain('Topic names')
    expect(labels(form({ scope: 'allTopics' }))).not.toContain('Topic names')
    expect(labels(form())).not.toContain('Topic names')
  })

  it('keep the names while nobody has chosen between them and all topics', () => {
    const { fields, problems } = parseFlags('--topic orders --all-topics', RULES)
    const view = form(fields, { notes: said(problems) })
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

  it('have another block for an instance that is filled in later, so that Slack takes it in an open form', () => {
    const [open, filled] = [form({ instance: 'i' }), form({ instance: 'i' }, { filled: 'instance' })]
    expect(inputs(open)[0]?.block_id).toBe('field_instance')
    expect(inputs(filled)[0]?.block_id).toBe('field_instanceFilled')
    expect(readResetForm(stateOf(filled))).toEqual(readResetForm(stateOf(open)))
    expect(inputs(filled).slice(1)).toEqual(inputs(open).slice(1))
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

describe('a strategy that sets each partition apart', () => {
  const offered = (view: ModalView) =>
    elementOf(view, 'field_strategy').options.map((each: { value: string }) => each.value)

  it('is offered where the API can write it, and nowhere else', () => {
    expect(offered(form())).toEqual(['shift', 'time', 'earliest', 'latest', 'offset', 'group', 'offsets'])
    expect(offered(form({}, { writePartitions: false }))).toEqual([
      'shift',
      'time',
      'earliest',
      'latest',
      'offset',
    ])
    expect(offered(form({}, { files: 'refused' }))).not.toContain('offsets')
  })

  it('that is not offered leaves the form as if none were chosen', () => {
    for (const change of [{ writePartitions: false }, { files: 'refused' as const }]) {
      const view = form({ strategy: 'offsets', scope: 'topics' }, change)
      expect(labels(view)).toEqual([...ALWAYS.slice(0, 3), 'Topic names', ...ALWAYS.slice(3)])
      expect(readResetForm(stateOf(view)).strategy).toBeUndefined()
    }
  })

  it('is read back with the other group, also by its token', () => {
    const otherGroup = 'g'.repeat(200)
    const read = readResetForm(stateOf(form({ strategy: 'group', otherGroup })))
    expect(read).toEqual({ strategy: 'group', otherGroup: expect.stringMatching(/^~token/) })
    expect(nameOf(read.otherGroup ?? '')).toBe(otherGroup)
  })

  it('takes one CSV file', () => {
    const block = inputs(form({ strategy: 'offsets' })).find(each => each.block_id === 'field_file')
    expect(block).toMatchObject({ element: { type: 'file_input', filetypes: ['csv'], max_files: 1 } })
    expect(block?.optional).toBeUndefined()
  })

  it('finds the file that is attached, and none in a state that holds none', () => {
    const stateWith = (element: unknown) => ({ field_file: { file: element } })
    const file = { id: 'F1', name: 'a.csv', size: 42, url_private_download: 'https://files.slack.com/a' }
    expect(readAttachment(stateWith({ type: 'file_input', files: [file] }))).toEqual({
      size: 42,
      url_private_download: 'https://files.slack.com/a',
    })
    for (const none of [{ type: 'file_input', files: [] }, { files: null }, {}, null, 'a.csv'])
      expect(readAttachment(stateWith(none))).toBeUndefined()
    expect(readAttachment(stateWith({ files: [{ id: 'F1' }] }))).toEqual({
      size: 0,
      url_private_download: '',
    })
    expect(readAttachment(undefined)).toBeUndefined()
  })
})

describe('topics with partitions', () => {
  const optionsOf = (topics: string) =>
    elementOf(form({ scope: 'topics', topics }), 'field_topics').initial_options.map(
      ({ text, value }: { text: { text: string }; value: string }) => [text.text, nameOf(value)],
    )

  it('are shown in words and carried as they were typed', () => {
    const topics = ['orders:0,1', 'payments', 'a:3', 'b:0-2,7,9']
    expect(optionsOf(topics.join('\n'))).toEqual([
      ['orders, partitions 0 and 1', 'orders:0,1'],
      ['payments', 'payments'],
      ['a, partition 3', 'a:3'],
      ['b, partitions 0–2, 7 and 9', 'b:0-2,7,9'],
    ])
    expect(readResetForm(stateOf(form({ scope: 'topics', topics: topics.join('\n') }))).topics).toBe(
      topics.join('\n'),
    )
  })

  it('stay apart when name and partitions are too long to be carried', () => {
    const long = 't'.repeat(200)
    const many = Array.from({ length: 60 }, (_, index) => index * 2).join(',')
    const topics = [`${long}:0,1`, `${long}x:0,1`, `orders:${many}`]
    const options = optionsOf(topics.join('\n'))
    expect(options.map(([, value]: string[]) => value)).toEqual(topics)
    expect(options[0][0]).toMatch(/^t+…t+, partitions 0 and 1$/)
    expect(options[2][0]).toBe('orders, 60 partitions')
  })
})

describe('leave to skip to the end', () => {
  it('is asked for with a time, and read back only when it is ticked', () => {
    const ticked = form({ strategy: 'time', skipToEnd: true })
    expect(validateView(ticked)).toEqual([])
    expect(readResetForm(stateOf(ticked))).toEqual({ strategy: 'time', skipToEnd: true })
    const unticked = form({ strategy: 'time' })
    expect(readResetForm(stateOf(unticked))).toEqual({ strategy: 'time' })
    const byHand = stateOf(unticked, { field_skipToEnd: 'If no message is that recent, skip to the end' })
    expect(readResetForm(byHand).skipToEnd).toBe(true)
  })

  it('is not asked for with anything else', () => {
    for (const [strategy] of STRATEGY_FIELDS.filter(([each]) => each !== 'time'))
      expect(labels(form({ ...(strategy && { strategy }), skipToEnd: true }))).not.toContain(
        'If the time is past the newest message',
      )
  })
})

describe('the round trip', () => {
  const text = (max: number) =>
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: max }).filter(each => each.trim() !== '')
  const topics = fc
    .uniqueArray(fc.stringMatching(/^[A-Za-z0-9._-]{1,249}(:\d{1,3}(,\d{1,3}){0,40})?$/), {
      minLength: 1,
      maxLength: 20,
    })
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
    fc.record({ strategy: fc.constant('time' as const), skipToEnd: fc.constant(true) }),
    fc.record({ strategy: fc.constant('offset' as const), offset: whole(0n) }),
    fc.record({ strategy: fc.constant('group' as const), otherGroup: text(255) }),
    fc.constant({ strategy: 'offsets' as const }),
  )
  const anyFields = fc
    .tuple(base, scope, strategy)
    .map(
      ([a, b, c]): ResetFields => ({ ...a, ...('strategy' in c && c.strategy === 'offsets' ? {} : b), ...c }),
    )

  it('reads back what it drew, and draws a view Slack accepts', () => {
    fc.assert(
      fc.property(anyFields, fields => {
        const view = form(fields)
        expect(validateView(view)).toEqual([])
        const read = readResetForm(stateOf(view))
        const { group, otherGroup, topics: typed } = read
        expect({
          ...read,
          ...(group === undefined ? {} : { group: nameOf(group) }),
          ...(otherGroup === undefined ? {} : { otherGroup: nameOf(otherGroup) }),
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
    const known = [
      'field_strategy',
      'field_scope',
      'field_group',
      'field_timeSeconds',
      'field_instance',
      'field_instanceFilled',
      'field_skipToEnd',
      'field_file',
    ]
    const element = fc.oneof(
      fc.anything(),
      fc.record({ value: fc.anything() }),
      fc.record({ selected_option: fc.anything() }),
      fc.record({ selected_option: fc.record({ value: fc.anything() }) }),
      fc.record({ selected_date_time: fc.anything() }),
      fc.record({ selected_options: fc.array(fc.record({ value: fc.anything() })) }),
      fc.record({ files: fc.anything() }),
      fc.record({ files: fc.array(fc.anything()) }),
    )
    const state = fc.dictionary(fc.constantFrom(...known), fc.dictionary(fc.string(), element))
    fc.assert(
      fc.property(fc.oneof(fc.anything(), state), garbage => {
        readAttachment(garbage)
        const fields = readResetForm(garbage)
        const { group, strategy, timeSeconds } = fields
        if (group !== undefined) expect(typeof group).toBe('string')
        if (strategy !== undefined)
          expect(['shift', 'time', 'earliest', 'latest', 'offset', 'group', 'offsets']).toContain(strategy)
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
      '--to-group',
      '--from-file',
      '--allow-skip-to-end',
      'orders:0,1',
      't:0-999',
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
      anyText({ maxLength: 4_000 }),
      fc.array(fc.oneof(flag, anyText()), { maxLength: 60 }).map(all => all.join(' ')),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(0, 1, 3), fc.boolean(), (typed, count, writePartitions) => {
        const { fields, problems } = parseFlags(typed, { nowMs: NOW, writePartitions })
        const view = form(fields, { notes: said(problems), instances: instances(count), writePartitions })
        expect(validateView(view)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('comes of names that were left empty', () => {
    const { fields } = parseFlags('--instance "" --group "" --to-group ""', RULES)
    for (const count of [0, 1, 3]) {
      const empty: ResetFields = { ...fields, instance: '', group: '', topics: '', scope: 'topics' }
      expect(validateView(form(empty, { instances: instances(count) }))).toEqual([])
    }
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
        status: {
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

  it('says of a group on an unknown instance that the instance is unknown, and names no code', () => {
    const message = causeOf('noInstance', 'ckafka-demo')
    const refused = { kind: 'refused', reason: 'instanceMissing', code: 'none', message } as const
    const view = form({}, { status: { kind: 'seen', group: refused, positions: refused } })
    expect(JSON.stringify(view.blocks)).toContain(
      'could not be read (the instance is unknown (did you mean ckafka-demo?)). The plan reads it again.',
    )
    expect(JSON.stringify(view.blocks)).not.toContain('code none')
  })

  it('comes of notes of any number and size, which are still there after a redraw', () => {
    const note = anyText({ maxLength: 4_000 })
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
    expect(cpuMsOf(() => form({}, { notes }))).toBeLessThan(500)
    expect(JSON.stringify(form({}, { notes }).blocks)).toContain('4991 more like these.')
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
      expect(JSON.stringify(view.blocks)).toContain('Unknown instance “ckafka-other”.')
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

  it('of the instance stand under whichever block it has', () => {
    const problems = { instance: 'Choose an instance.' }
    expect(problemsByBlock(problems, shown)).toEqual({ field_instance: 'Choose an instance.' })
    const filled = inputs(form({}, { filled: 'instance' })).map(block => block.block_id ?? '')
    expect(problemsByBlock(problems, filled)).toEqual({ field_instanceFilled: 'Choose an instance.' })
  })

  it('of a field that is not shown ask for a new drawing', () => {
    expect(problemsByBlock({ group: 'wrong', topics: 'Name at least one topic.' }, shown)).toBeNull()
  })

  it('fit where Slack shows them', () => {
    const long = problemsByBlock({ instance: 'x'.repeat(10_000) }, shown)
    expect(fieldErrors(long ?? {}).field_instance).toHaveLength(2_000)
  })
})
