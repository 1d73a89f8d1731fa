// The modal behind /reset-offsets, drawn from the fields filled in so far; filled.ts reads it back. Pure.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import type { LongNames } from '../../../ports/chat.ts'
import type { Abilities, Instance } from '../../../request/group.ts'
import {
  clip,
  parseWhole,
  REASON_MAX,
  type ResetField,
  type ResetFields,
  type Strategy,
  splitTopics,
} from '../../../request/reset.ts'
import { ACTIONS, blockIdOf, CALLBACKS, FILLED_INSTANCE_BLOCK, type FormMetadata } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { bullets, line, paragraph, plain, strong, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { DIRECTIONS, oneOf, SCOPES, SKIP_TO_END, STRATEGIES } from './filled.ts'
import { type GroupStatus, groupStatus } from './group-status.ts'
import { instanceOption, nameOption, topicOption } from './pickers.ts'

const NOTES_SHOWN = 10
const LONGEST_INSTANCE = 64

export interface ResetFormContext {
  /** Those that may be reset; empty: all of the account. */
  instances: readonly Instance[]
  /** Those that can be chosen, with their names, as far as that is known; absent: those. */
  listed?: readonly Instance[]
  names: LongNames
  can: Pick<Abilities, 'writePartitions'>
  /** Where it was asked, what the flags held that could not be understood, and the choices the pickers follow. */
  metadata: FormMetadata
  /** The chosen group as it is now. */
  status?: GroupStatus
}

export function resetForm(words: Words, fields: ResetFields, context: ResetFormContext): ModalView {
  const { form: say } = words
  const notes = notesOf(words, fields, context)
  const strategies = STRATEGIES.filter(kind => isOffered(kind, context))
  const strategy = oneOf(strategies, fields.strategy)
  const { names, instances, listed = instances } = context
  return {
    ...frame(words, { ...context.metadata, notes }),
    blocks: [
      ...leadBlocks(context.metadata),
      ...notesBlocks(words, notes),
      {
        ...instanceInput(words, fields.instance, instances, listed),
        ...(context.metadata.filled === undefined ? {} : { block_id: FILLED_INSTANCE_BLOCK }),
      },
      dispatching(groupInput(words, 'group', say.group, ACTIONS.group, fields.group, names)),
      ...groupStatus(words, context.status),
      // A file names its topics itself.
      ...(strategy === 'offsets' ? [] : scopeInputs(words, fields, names)),
      strategyInput(words, strategies, strategy),
      ...strategyInputs(words, strategy, fields, names, context.metadata.parent !== undefined),
      reasonInput(words, fields.reason),
    ],
  }
}

/**
 * Before the fields can be filled in: Slack takes a first value only for a field that was not there before, and nothing
 * in this one draws the form anew.
 */
export function unfilledForm(
  words: Words,
  lead: string,
  reason: string | undefined,
  metadata: FormMetadata,
): ModalView {
  return { ...frame(words, metadata), blocks: [paragraph(line(strong(lead))), reasonInput(words, reason)] }
}

function frame({ form: say }: Words, metadata: FormMetadata): Omit<ModalView, 'blocks'> {
  return {
    type: 'modal',
    callback_id: CALLBACKS.resetForm,
    title: plain(say.title, LIMITS.viewTitle),
    submit: plain(say.submit, LIMITS.viewTitle),
    close: plain(say.close, LIMITS.viewTitle),
    private_metadata: formMetadata(metadata),
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

function scopeInputs(words: Words, fields: ResetFields, names: LongNames): InputBlock[] {
  // Named but not chosen yet: the names stay until somebody chooses "all topics".
  const named = fields.scope === 'topics' || (fields.scope === undefined && fields.topics !== undefined)
  const { scope, scopes } = words.form
  return [
    choice('scope', scope, optionsOf(SCOPES, scopes), fields.scope, ACTIONS.scope),
    ...(named ? [topicsInput(words, fields.topics, names)] : []),
  ]
}

/** At most as many as a person reads, each cut to a few lines. */
function notesOf(
  { form: say }: Words,
  fields: ResetFields,
  { instances, metadata }: ResetFormContext,
): string[] {
  const { instance = '' } = fields
  const elsewhere = instance !== '' && instances.length > 0 && instances.every(({ id }) => id !== instance)
  const tooMany = splitTopics(fields.topics ?? '').length > LIMITS.options
  const all = [
    ...(elsewhere ? [say.notSetUp(clip(instance, 64))] : []),
    ...(tooMany ? [say.tooManyTopics] : []),
    ...metadata.notes.filter(note => note !== say.tooManyTopics),
  ]
  const shown = all.length <= NOTES_SHOWN ? all : all.slice(0, NOTES_SHOWN - 1)
  const left = all.length - shown.length
  return [...shown.map(note => clip(note, 200)), ...(left > 0 ? [say.moreNotes(left)] : [])]
}

/** Notes are for the eye only: what does not fit Slack's limit is left out rather than refused. */
function formMetadata(metadata: FormMetadata): string {
  const text = JSON.stringify(metadata)
  return text.length <= LIMITS.privateMetadata || metadata.notes.length === 0
    ? text
    : formMetadata({ ...metadata, notes: metadata.notes.slice(0, -1) })
}

function leadBlocks({ lead }: FormMetadata): KnownBlock[] {
  return lead === undefined ? [] : [paragraph(line(strong(lead)))]
}

function notesBlocks({ form: say }: Words, notes: readonly string[]): KnownBlock[] {
  if (notes.length === 0) return []
  return [paragraph(line(text(say.notUnderstood))), bullets(notes.map(note => line(text(note))))]
}

function strategyInputs(
  words: Words,
  strategy: Strategy['kind'] | undefined,
  fields: ResetFields,
  names: LongNames,
  keepsOffsets: boolean,
): KnownBlock[] {
  const { form: say } = words
  switch (strategy) {
    case 'shift':
      return [
        choice('direction', say.direction, optionsOf(DIRECTIONS, say.directions), fields.direction),
        numberInput('count', say.count, fields.count, '1'),
      ]
    case 'time':
      return [
        input('timeSeconds', say.time, say.timeHint, {
          type: 'datetimepicker',
          action_id: 'timeSeconds',
          ...(isPickable(fields.timeSeconds) ? { initial_date_time: fields.timeSeconds } : {}),
        }),
        skipToEndInput(words, fields.skipToEnd),
      ]
    case 'offset':
      return [numberInput('offset', say.offset, fields.offset, '0')]
    case 'group':
      return [groupInput(words, 'otherGroup', say.otherGroup, ACTIONS.otherGroup, fields.otherGroup, names)]
    case 'offsets':
      return [fileInput(words, keepsOffsets)]
    case 'earliest':
    case 'latest':
    case undefined:
      return []
    default:
      return strategy satisfies never
  }
}

function skipToEndInput({ form: say }: Words, chosen: boolean | undefined): InputBlock {
  const ticked = option(SKIP_TO_END, say.skipToEnd)
  return {
    ...input('skipToEnd', say.pastTheEnd, undefined, {
      type: 'checkboxes',
      action_id: 'skipToEnd',
      options: [ticked],
      ...(chosen === true ? { initial_options: [ticked] } : {}),
    }),
    optional: true,
  }
}

/** Slack has no first value for a file; what is attached stays while block and action do. Checked when it is sent. */
function fileInput({ form: say }: Words, keepsOffsets: boolean): InputBlock {
  return {
    ...input('file', say.file, say.fileHint, {
      type: 'file_input',
      action_id: 'file',
      filetypes: ['csv'],
      max_files: 1,
    }),
    // An edit keeps the offsets of what it edits.
    ...(keepsOffsets ? { optional: true } : {}),
  }
}

/** Nobody needs to choose it. */
export function onlyOf(listed: readonly Instance[]): Instance | undefined {
  return listed.length === 1 ? listed[0] : undefined
}

function instanceInput(
  words: Words,
  typed: string | undefined,
  instances: readonly Instance[],
  listed: readonly Instance[],
): InputBlock {
  const known = listed.find(({ id }) => id === typed)
  const only = typed === undefined ? onlyOf(listed) : undefined
  const typedHere =
    instances.length === 0 && typed !== undefined && typed !== '' && typed.length <= LONGEST_INSTANCE
  const initial = known ?? only ?? (typedHere ? { id: typed, name: '' } : undefined)
  return dispatching(
    input('instance', words.form.instance, undefined, {
      type: 'external_select',
      action_id: ACTIONS.instance,
      min_query_length: 0,
      placeholder: plain(words.form.pickInstance, 150),
      ...(initial === undefined ? {} : { initial_option: instanceOption(words, initial) }),
    }),
  )
}

function groupInput(
  { form: say }: Words,
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
    placeholder: plain(say.typeName, 150),
    ...(typed === undefined || typed === '' ? {} : { initial_option: nameOption(typed, names) }),
  })
}

function topicsInput(words: Words, typed: string | undefined, names: LongNames): InputBlock {
  const initial = splitTopics(typed ?? '').slice(0, LIMITS.options)
  return input('topics', words.form.topics, undefined, {
    type: 'multi_external_select',
    action_id: ACTIONS.topics,
    min_query_length: 0,
    placeholder: plain(words.form.typeNames, 150),
    ...(initial.length === 0
      ? {}
      : { initial_options: initial.map(name => topicOption(words, name, names)) }),
  })
}

/** Choosing it is told at once, so that the rest of the form can follow. */
function dispatching(block: InputBlock): InputBlock {
  return { ...block, dispatch_action: true }
}

function strategyInput(
  { form: say }: Words,
  offered: readonly Strategy['kind'][],
  chosen: Strategy['kind'] | undefined,
): InputBlock {
  const options = optionsOf(offered, say.strategies)
  const initial = options.find(each => each.value === chosen)
  return dispatching(
    input('strategy', say.strategy, undefined, {
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
  options: ReturnType<typeof option>[],
  chosen: string | undefined,
  dispatchAs?: string,
): InputBlock {
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

/** How a choice reads. */
interface Choice {
  text: string
  description: string
}

function optionsOf<Value extends string>(
  values: readonly Value[],
  choices: Record<Value, Choice>,
): ReturnType<typeof option>[] {
  return values.map(value => option(value, choices[value]))
}

function option(value: string, { text: label, description }: Choice) {
  return {
    text: plain(label, LIMITS.optionText),
    value,
    description: plain(description, LIMITS.optionText),
  }
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

function reasonInput({ form: say }: Words, typed = ''): InputBlock {
  const value = clip(typed, REASON_MAX)
  return input('reason', say.reason, say.reasonHint, {
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
