// The form as somebody has filled it in, read back into fields, and where what is wrong with it stands. Pure.

import { z } from 'zod'
import type { ResetField, ResetFields, Strategy } from '../../../request/reset.ts'
import { blockIdsOf } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { type Attachment, attachmentIn } from './attached-file.ts'

/** What can be chosen, in the order in which it is offered. */
export const STRATEGIES: Strategy['kind'][] = [
  'shift',
  'time',
  'earliest',
  'latest',
  'offset',
  'group',
  'offsets',
]
export const SCOPES: NonNullable<ResetFields['scope']>[] = ['topics', 'allTopics']
export const DIRECTIONS: NonNullable<ResetFields['direction']>[] = ['replay', 'skip']
export const SKIP_TO_END = 'skipToEnd'

/** Slack keeps to its own limits of a field; more than these is no form of ours, and counts as not filled in. */
const TOPICS_READ = 1_000
const option = z.object({ value: z.string().max(1_000) })
const selectedSchema = z.object({ selected_option: option.nullish() })
const manySelectedSchema = z.object({
  selected_options: z
    .array(z.unknown())
    .transform(chosen => chosen.slice(0, TOPICS_READ))
    .pipe(z.array(option)),
})
const valueSchema = z.object({
  value: z
    .string()
    .max(2 * LIMITS.messageText)
    .nullish(),
})
const dateTimeSchema = z.object({ selected_date_time: z.int().nullish() })
const stateSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

function elementsOf(state: unknown): (field: ResetField) => unknown {
  const blocks = stateSchema.catch({}).parse(state)
  return field => blockIdsOf(field).flatMap(blockId => Object.values(blocks[blockId] ?? {}))[0]
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
  const ticked = manySelected('skipToEnd') === SKIP_TO_END
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

export function oneOf<T extends string>(choices: readonly T[], value: string | undefined): T | undefined {
  return choices.find(each => each === value)
}

/** What is wrong with the form, by field, as each is said. */
export type FieldSentences = Partial<Record<ResetField, string>>

/**
 * The problems by block id, for `response_action: errors`. Null when one belongs to a field the open form does not
 * show (its update was late): then the form has to be drawn again.
 */
export function problemsByBlock(
  problems: FieldSentences,
  shownBlockIds: readonly string[],
): Record<string, string> | null {
  const byBlock: Record<string, string> = {}
  for (const [field, sentence] of Object.entries(problems)) {
    const blockId = blockIdsOf(field as ResetField).find(each => shownBlockIds.includes(each))
    if (blockId === undefined) return null
    byBlock[blockId] = sentence
  }
  return byBlock
}
