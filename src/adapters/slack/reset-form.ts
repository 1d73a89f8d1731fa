// The modal behind /reset-offsets: drawn from the fields filled in so far, and read back into fields. Pure.

import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import { clip, type Problems, REASON_MAX, type ResetField, type ResetFields } from '../../request/reset.ts'
import { ACTIONS, blockIdOf, CALLBACKS } from './ids.ts'
import { LIMITS } from './limits.ts'
import { bullets, line, paragraph, plain, words } from './text.ts'

export interface Instance {
  id: string
  label: string
}

export interface ResetFormContext {
  /** Offered as a choice; empty: the id is typed. */
  instances: readonly Instance[]
  askedIn: string
  /** What the flags held that could not be understood. */
  notes: readonly string[]
}

const STRATEGIES: [NonNullable<ResetFields['strategy']>, string, string][] = [
  ['shift', 'By a number of messages', 'Replay or skip so many on every partition'],
  ['time', 'To a time', 'The first message at or after it'],
  ['earliest', 'To the earliest message', 'Replays everything that is kept'],
  ['latest', 'To the latest position', 'Skips everything not read yet'],
  ['offset', 'To an offset', 'The same number on every partition'],
]
const SCOPES: [NonNullable<ResetFields['scope']>, string, string][] = [
  ['topics', 'The topics I name', 'Only these are reset'],
  ['allTopics', 'All topics of the group', 'Every topic the group has committed offsets for'],
]
const DIRECTIONS: [NonNullable<ResetFields['direction']>, string, string][] = [
  ['replay', 'Replay', 'Go back: messages are delivered again'],
  ['skip', 'Skip', 'Go forward: messages are never delivered'],
]

export function resetForm(fields: ResetFields, context: ResetFormContext): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.resetForm,
    title: plain('Reset offsets', LIMITS.viewTitle),
    submit: plain('Ask for approval', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    private_metadata: formMetadata(context),
    blocks: [
      ...notesBlocks(context.notes),
      instanceInput(fields.instance, context.instances),
      textInput('group', 'Consumer group', fields.group, { placeholder: 'orders-billing', max: 255 }),
      choice('scope', 'Topics to reset', SCOPES, fields.scope, ACTIONS.scope),
      ...(fields.scope === 'topics'
        ? [
            textInput('topics', 'Topic names', fields.topics, {
              multiline: true,
              hint: 'One a line, or with commas.',
            }),
          ]
        : []),
      strategyInput(fields.strategy),
      ...strategyInputs(fields),
      textInput('reason', 'Reason', fields.reason, {
        multiline: true,
        max: REASON_MAX,
        hint: 'The approver reads this, and it stays in the audit trail.',
      }),
    ],
  }
}

/** Notes are for the eye only: what does not fit Slack's limit is left out rather than refused. */
function formMetadata(context: ResetFormContext): string {
  let notes = context.notes.map(note => clip(note, 200))
  for (;;) {
    const metadata = JSON.stringify({ askedIn: context.askedIn, notes })
    if (metadata.length <= LIMITS.privateMetadata) return metadata
    notes = notes.slice(0, -1)
  }
}

function notesBlocks(notes: readonly string[]): KnownBlock[] {
  if (notes.length === 0) return []
  return [
    paragraph(line(words('Not everything you typed could be understood:'))),
    bullets(notes.slice(0, 10).map(note => line(words(clip(note, 200))))),
  ]
}

function strategyInputs(fields: ResetFields): KnownBlock[] {
  switch (fields.strategy) {
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
          ...(fields.timeSeconds === undefined ? {} : { initial_date_time: fields.timeSeconds }),
        }),
      ]
    case 'offset':
      return [numberInput('offset', 'Offset', fields.offset, '0')]
    default:
      return []
  }
}

function instanceInput(typed: string | undefined, instances: readonly Instance[]): InputBlock {
  if (instances.length === 0) {
    return textInput('instance', 'CKafka instance', typed, { placeholder: 'ckafka-xxooa0', max: 64 })
  }
  const options = instances.slice(0, LIMITS.staticOptions).map(
    ({ id, label }): PlainTextOption => ({
      text: plain(label === id ? id : `${label} (${id})`, LIMITS.optionText),
      value: id,
    }),
  )
  const initial =
    options.find(option => option.value === typed) ?? (options.length === 1 ? options[0] : undefined)
  return input('instance', 'CKafka instance', undefined, {
    type: 'static_select',
    action_id: 'instance',
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  })
}

function strategyInput(chosen: ResetFields['strategy']): InputBlock {
  const options = STRATEGIES.map(([value, text, description]) => option(value, text, description))
  const initial = options.find(each => each.value === chosen)
  return {
    ...input('strategy', 'Where the offsets go', undefined, {
      type: 'static_select',
      action_id: ACTIONS.strategy,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    }),
    dispatch_action: true,
  }
}

function choice(
  field: ResetField,
  label: string,
  choices: [string, string, string][],
  chosen: string | undefined,
  dispatchAs?: string,
): InputBlock {
  const options = choices.map(([value, text, description]) => option(value, text, description))
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

function numberInput(field: ResetField, label: string, typed: string | undefined, min: string): InputBlock {
  return input(field, label, undefined, {
    type: 'number_input',
    action_id: field,
    is_decimal_allowed: false,
    min_value: min,
    ...(typed === undefined ? {} : { initial_value: typed }),
  })
}

interface TextOptions {
  multiline?: boolean
  hint?: string
  placeholder?: string
  max?: number
}

function textInput(
  field: ResetField,
  label: string,
  typed: string | undefined,
  options: TextOptions,
): InputBlock {
  const max = options.max ?? LIMITS.plainTextInput
  return input(field, label, options.hint, {
    type: 'plain_text_input',
    action_id: field,
    max_length: max,
    ...(options.multiline === undefined ? {} : { multiline: true }),
    ...(options.placeholder === undefined ? {} : { placeholder: plain(options.placeholder, 150) }),
    ...(typed === undefined || typed === '' ? {} : { initial_value: clip(typed, max) }),
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
const valueSchema = z.object({ value: z.string().nullish() })
const dateTimeSchema = z.object({ selected_date_time: z.int().nullish() })
const stateSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

/** What the form holds now. Fields that are not shown, or not filled in, are absent. */
export function readResetForm(state: unknown): ResetFields {
  const blocks = stateSchema.catch({}).parse(state)
  const element = (field: ResetField): unknown => Object.values(blocks[blockIdOf(field)] ?? {})[0]
  const selected = (field: ResetField) =>
    selectedSchema.safeParse(element(field)).data?.selected_option?.value
  const value = (field: ResetField) => valueSchema.safeParse(element(field)).data?.value ?? undefined
  const timeSeconds = dateTimeSchema.safeParse(element('timeSeconds')).data?.selected_date_time ?? undefined
  const fields = {
    instance: selected('instance') ?? value('instance'),
    group: value('group'),
    scope: oneOf(SCOPES, selected('scope')),
    topics: value('topics'),
    strategy: oneOf(STRATEGIES, selected('strategy')),
    direction: oneOf(DIRECTIONS, selected('direction')),
    count: value('count'),
    timeSeconds,
    offset: value('offset'),
    reason: value('reason'),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, filled]) => filled !== undefined))
}

function oneOf<T extends string>(choices: [T, string, string][], value: string | undefined): T | undefined {
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
