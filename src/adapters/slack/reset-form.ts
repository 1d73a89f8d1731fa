// The modal behind /reset-offsets: drawn from the fields filled in so far, and read back into fields. Pure.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { LongNames } from '../../ports.ts'
import type { Abilities, Instance } from '../../request/group.ts'
import {
  clip,
  type Problems,
  parseWhole,
  REASON_MAX,
  type ResetField,
  type ResetFields,
  type Strategy,
  splitTopics,
} from '../../request/reset.ts'
import { type Attachment, attachmentIn } from './attached-file.ts'
import { type GroupSight, groupSight } from './group-sight.ts'
import { ACTIONS, blockIdOf, CALLBACKS, type FormMetadata } from './ids.ts'
import { LIMITS } from './limits.ts'
import { instanceOption, nameOption, topicOption } from './pickers.ts'
import { bullets, line, paragraph, plain, words } from './text.ts'

const NOTES_SHOWN = 10
const LONGEST_INSTANCE = 64
const TOO_MANY_TOPICS =
  'The form holds at most 100 topics. Ask for the rest in a second request, or choose all.'

export interface ResetFormContext {
  /** Those that may be reset; empty: all of the account. */
  instances: readonly Instance[]
  names: LongNames
  can: Pick<Abilities, 'writePartitions'>
  /** Where it was asked, what the flags held that could not be understood, and the choices the pickers follow. */
  metadata: FormMetadata
  /** The chosen group as it is now. */
  sight?: GroupSight
}

type Choice<Value extends string> = [value: Value, text: string, description: string]

const STRATEGIES: Choice<Strategy['kind']>[] = [
  ['shift', 'By a number of messages', 'Replay or skip so many on every partition'],
  ['time', 'To a time', 'The first message at or after it'],
  ['earliest', 'To the earliest message', 'Replays everything that is kept'],
  ['latest', 'To the latest position', 'Skips everything not read yet'],
  ['offset', 'To an offset', 'The same number on every partition'],
  ['group', 'To where another group is', 'Its offset on each partition'],
  ['offsets', 'To the offsets in a file', 'A CSV with an offset for each partition'],
]
const SCOPES: Choice<NonNullable<ResetFields['scope']>>[] = [
  ['topics', 'The topics I name', 'Only these are reset'],
  ['allTopics', 'All topics of the group', 'Every topic the group has committed offsets for'],
]
const DIRECTIONS: Choice<NonNullable<ResetFields['direction']>>[] = [
  ['replay', 'Replay', 'Go back: messages are delivered again'],
  ['skip', 'Skip', 'Go forward: messages are never delivered'],
]
const SKIP_TO_END: Choice<'skipToEnd'> = [
  'skipToEnd',
  'Skip to the end where no message is that late',
  'Without it, such a request is refused',
]

export function resetForm(fields: ResetFields, context: ResetFormContext): ModalView {
  const notes = notesOf(fields, context)
  const strategies = STRATEGIES.filter(([kind]) => isOffered(kind, context))
  const strategy = oneOf(strategies, fields.strategy)
  return {
    type: 'modal',
    callback_id: CALLBACKS.resetForm,
    title: plain('Reset offsets', LIMITS.viewTitle),
    submit: plain('Ask for approval', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    private_metadata: formMetadata({ ...context.metadata, notes }),
    blocks: [
      ...notesBlocks(notes),
      instanceInput(fields.instance, context.instances),
      dispatching(groupInput('group', 'Consumer group', ACTIONS.group, fields.group, context.names)),
      ...groupSight(context.sight),
      // A file names its topics itself.
      ...(strategy === 'offsets' ? [] : scopeInputs(fields, context.names)),
      strategyInput(strategies, strategy),
      ...strategyInputs(strategy, fields, context.names),
      reasonInput(fields.reason),
    ],
  }
}

function isOffered(kind: Strategy['kind'], { can, metadata }: ResetFormContext): boolean {
  switch (kind) {
    case 'group':
      return can.writePartitions
    case 'offsets':
      return can.writePartitions && metadata.files === undefined
    default:
      return true
  }
}

function scopeInputs(fields: ResetFields, names: LongNames): InputBlock[] {
  // Named but not chosen yet: the names stay until somebody chooses "all topics".
  const named = fields.scope === 'topics' || (fields.scope === undefined && fields.topics !== undefined)
  return [
    choice('scope', 'Topics to reset', SCOPES, fields.scope, ACTIONS.scope),
    ...(named ? [topicsInput(fields.topics, names)] : []),
  ]
}

/** At most as many as a person reads, each cut to a few lines. */
function notesOf(fields: ResetFields, { instances, metadata }: ResetFormContext): string[] {
  const { instance = '' } = fields
  const elsewhere = instance !== '' && instances.length > 0 && instances.every(({ id }) => id !== instance)
  const tooMany = splitTopics(fields.topics ?? '').length > LIMITS.options
  const all = [
    ...(elsewhere ? [`Rewind is not set up for the instance ${clip(instance, 64)}. Pick one below.`] : []),
    ...(tooMany ? [TOO_MANY_TOPICS] : []),
    ...metadata.notes.filter(note => note !== TOO_MANY_TOPICS),
  ]
  const shown = all.length <= NOTES_SHOWN ? all : all.slice(0, NOTES_SHOWN - 1)
  const left = all.length - shown.length
  return [...shown.map(note => clip(note, 200)), ...(left > 0 ? [`${left} more like these.`] : [])]
}

/** Notes are for the eye only: what does not fit Slack's limit is left out rather than refused. */
function formMetadata(metadata: FormMetadata): string {
  const text = JSON.stringify(metadata)
  return text.length <= LIMITS.privateMetadata || metadata.notes.length === 0
    ? text
    : formMetadata({ ...metadata, notes: metadata.notes.slice(0, -1) })
}

function notesBlocks(notes: readonly string[]): KnownBlock[] {
  if (notes.length === 0) return []
  return [
    paragraph(line(words('Not everything you typed could be understood:'))),
    bullets(notes.map(note => line(words(note)))),
  ]
}

function strategyInputs(
  strategy: Strategy['kind'] | undefined,
  fields: ResetFields,
  names: LongNames,
): KnownBlock[] {
  switch (strategy) {
    case 'shift':
      return [
        choice('direction', 'Direction', DIRECTIONS, fields.direction),
        numberInput('count', 'Messages per partition', fields.count, '1'),
      ]
    case 'time':
      return [
        input('timeSeconds', 'Time', 'In your own time zone.', {
          type: 'datetimepicker',
          action_id: 'timeSeconds',
          ...(isPickable(fields.timeSeconds) ? { initial_date_time: fields.timeSeconds } : {}),
        }),
        skipToEndInput(fields.skipToEnd),
      ]
    case 'offset':
      return [numberInput('offset', 'Offset', fields.offset, '0')]
    case 'group':
      return [groupInput('otherGroup', 'The other group', ACTIONS.otherGroup, fields.otherGroup, names)]
    case 'offsets':
      return [fileInput()]
    case 'earliest':
    case 'latest':
    case undefined:
      return []
    default:
      return strategy satisfies never
  }
}

function skipToEndInput(chosen: boolean | undefined): InputBlock {
  const ticked = option(...SKIP_TO_END)
  return {
    ...input('skipToEnd', 'If the time is past the newest message', undefined, {
      type: 'checkboxes',
      action_id: 'skipToEnd',
      options: [ticked],
      ...(chosen === true ? { initial_options: [ticked] } : {}),
    }),
    optional: true,
  }
}

/** Slack has no first value for a file; what is attached stays while block and action do. Checked when it is sent. */
function fileInput(): InputBlock {
  return {
    ...input('file', 'File of offsets', FILE_HINT, {
      type: 'file_input',
      action_id: 'file',
      filetypes: ['csv'],
      max_files: 1,
    }),
    optional: true,
  }
}

const FILE_HINT =
  'Topic, partition and offset in each line, as kafka-consumer-groups.sh --export writes them. A plan or a result that Rewind has posted is understood too.'

function instanceInput(typed: string | undefined, instances: readonly Instance[]): InputBlock {
  const known = instances.find(({ id }) => id === typed)
  const only = instances.length === 1 && typed === undefined ? instances[0] : undefined
  const typedHere =
    instances.length === 0 && typed !== undefined && typed !== '' && typed.length <= LONGEST_INSTANCE
  const initial = known ?? only ?? (typedHere ? { id: typed, name: '' } : undefined)
  return dispatching(
    input('instance', 'CKafka instance', undefined, {
      type: 'external_select',
      action_id: ACTIONS.instance,
      min_query_length: 0,
      placeholder: plain('Pick the instance', 150),
      ...(initial === undefined ? {} : { initial_option: instanceOption(initial) }),
    }),
  )
}

function groupInput(
  field: 'group' | 'otherGroup',
  label: string,
  actionId: string,
  typed: string | undefined,
  names: LongNames,
): InputBlock {
  return input(field, label, undefined, {
    type: 'external_select',
    action_id: actionId,
    min_query_length: 0,
    placeholder: plain('Type a part of its name', 150),
    ...(typed === undefined || typed === '' ? {} : { initial_option: nameOption(typed, names) }),
  })
}

function topicsInput(typed: string | undefined, names: LongNames): InputBlock {
  const initial = splitTopics(typed ?? '').slice(0, LIMITS.options)
  return input('topics', 'Topic names', undefined, {
    type: 'multi_external_select',
    action_id: ACTIONS.topics,
    min_query_length: 0,
    placeholder: plain('Type a part of their names', 150),
    ...(initial.length === 0 ? {} : { initial_options: initial.map(name => topicOption(name, names)) }),
  })
}

/** Choosing it is told at once, so that the rest of the form can follow. */
function dispatching(block: InputBlock): InputBlock {
  return { ...block, dispatch_action: true }
}

function strategyInput(
  offered: Choice<Strategy['kind']>[],
  chosen: Strategy['kind'] | undefined,
): InputBlock {
  const options = offered.map(each => option(...each))
  const initial = options.find(each => each.value === chosen)
  return dispatching(
    input('strategy', 'Where the offsets go', undefined, {
      type: 'static_select',
      action_id: ACTIONS.strategy,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    }),
  )
}

function choice(
  field: ResetField,
  label: string,
  choices: Choice<string>[],
  chosen: string | undefined,
  dispatchAs?: string,
): InputBlock {
  const options = choices.map(each => option(...each))
  const initial = options.find(each => each.value === chosen)
  return {
    ...input(field, label, undefined, {
      type: 'radio_buttons',
      action_id: dispatchAs ?? field,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    }),
    ...(dispatchAs === undefined ? {} : { dispatch_action: true }),
  }
}

function option(value: string, text: string, description: string) {
  return { text: plain(text, LIMITS.optionText), value, description: plain(description, LIMITS.optionText) }
}

/** Slack refuses a view whose first value is not one the field allows; the number typed stays in the open form anyway. */
function numberInput(field: ResetField, label: string, typed: string | undefined, min: string): InputBlock {
  const whole = parseWhole(typed)
  return input(field, label, undefined, {
    type: 'number_input',
    action_id: field,
    is_decimal_allowed: false,
    min_value: min,
    ...(whole === undefined || whole < BigInt(min) ? {} : { initial_value: whole.toString() }),
  })
}

/** Slack's picker takes unix seconds of ten digits. */
function isPickable(timeSeconds: number | undefined): timeSeconds is number {
  return timeSeconds !== undefined && timeSeconds >= 1_000_000_000 && timeSeconds <= 9_999_999_999
}

function reasonInput(typed = ''): InputBlock {
  const value = clip(typed, REASON_MAX)
  return input('reason', 'Reason', 'The approver reads this, and it stays in the audit trail.', {
    type: 'plain_text_input',
    action_id: 'reason',
    multiline: true,
    max_length: REASON_MAX,
    ...(value === '' ? {} : { initial_value: value }),
  })
}

function input(
  field: ResetField,
  label: string,
  hint: string | undefined,
  element: InputBlock['element'],
): InputBlock {
  return {
    type: 'input',
    block_id: blockIdOf(field),
    label: plain(label, LIMITS.errorText),
    ...(hint === undefined ? {} : { hint: plain(hint, LIMITS.errorText) }),
    element,
  }
}

const selectedSchema = z.object({ selected_option: z.object({ value: z.string() }).nullish() })
const manySelectedSchema = z.object({ selected_options: z.array(z.object({ value: z.string() })) })
const valueSchema = z.object({ value: z.string().nullish() })
const dateTimeSchema = z.object({ selected_date_time: z.int().nullish() })
const stateSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

function elementsOf(state: unknown): (field: ResetField) => unknown {
  const blocks = stateSchema.catch({}).parse(state)
  return field => Object.values(blocks[blockIdOf(field)] ?? {})[0]
}

/** The file that is attached; its content is still with Slack. */
export function readAttachment(state: unknown): Attachment | undefined {
  return attachmentIn(elementsOf(state)('file'))
}

/**
 * What the form holds now, long names as tokens and without the content of a file. Fields that are not shown, or not
 * filled in, are absent.
 */
export function readResetForm(state: unknown): ResetFields {
  const element = elementsOf(state)
  const selected = (field: ResetField) =>
    selectedSchema.safeParse(element(field)).data?.selected_option?.value
  const manySelected = (field: ResetField) =>
    manySelectedSchema
      .safeParse(element(field))
      .data?.selected_options.map(option => option.value)
      .join('\n')
  const ticked = manySelected('skipToEnd') === SKIP_TO_END[0]
  const value = (field: ResetField) => valueSchema.safeParse(element(field)).data?.value ?? undefined
  const timeSeconds = dateTimeSchema.safeParse(element('timeSeconds')).data?.selected_date_time ?? undefined
  const fields = {
    instance: selected('instance'),
    group: selected('group'),
    scope: oneOf(SCOPES, selected('scope')),
    topics: manySelected('topics') || undefined,
    strategy: oneOf(STRATEGIES, selected('strategy')),
    direction: oneOf(DIRECTIONS, selected('direction')),
    count: value('count'),
    timeSeconds,
    skipToEnd: ticked || undefined,
    offset: value('offset'),
    otherGroup: selected('otherGroup'),
    reason: value('reason'),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, filled]) => filled !== undefined))
}

function oneOf<T extends string>(choices: Choice<T>[], value: string | undefined): T | undefined {
  return choices.find(([name]) => name === value)?.[0]
}

/**
 * The problems by block id, for `response_action: errors`. Null when one belongs to a field the open form does not
 * show (its update was late): then the form has to be drawn again.
 */
export function problemsByBlock(
  problems: Problems,
  shownBlockIds: readonly string[],
): Record<string, string> | null {
  const byBlock: Record<string, string> = {}
  for (const [field, sentence] of Object.entries(problems)) {
    const blockId = blockIdOf(field as ResetField)
    if (!shownBlockIds.includes(blockId)) return null
    byBlock[blockId] = clip(sentence, LIMITS.errorText)
  }
  return byBlock
}
