// The structure of valid Block Kit as Slack's server and client walk it: filling in ids and defaults, finding what can
// be pressed or filled. Judging whether blocks are valid is validate.ts's job.
import { randomBytes } from 'node:crypto'
import { isObject, type Json } from './block-schema.ts'
import type { SlackBlock } from './face.ts'
import { colonEmoji, rewriteMarkup } from './rewriting.ts'

export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The text of a text object. */
export function textOf(value: unknown): string {
  return isObject(value) && typeof value.text === 'string' ? value.text : ''
}

/** One interactive element and where it stands. `label` is what the person reads on or beside it. */
export interface Field {
  block: SlackBlock
  blockId: string
  actionId: string
  element: Json
  place: 'input' | 'actions' | 'accessory'
  label: string
}

/** Everything that can be pressed or filled, in reading order. */
export function fieldsOf(blocks: SlackBlock[]): Field[] {
  return blocks.flatMap((block): Field[] => {
    const field = (element: unknown, place: Field['place'], label: string): Field[] =>
      isObject(element) && typeof element.action_id === 'string'
        ? [{ block, blockId: block.block_id ?? '', actionId: element.action_id, element, place, label }]
        : []
    switch (block.type) {
      case 'input':
        return field(block.element, 'input', textOf(block.label))
      case 'section':
        return field(block.accessory, 'accessory', textOf(block.text))
      case 'actions':
      case 'context_actions':
        return objectsIn(block.elements).flatMap(one =>
          field(one, 'actions', textOf(one.text) || textOf(one.placeholder)),
        )
      case 'card':
        return objectsIn(block.actions).flatMap(one => field(one, 'actions', textOf(one.text)))
      case 'container':
        return fieldsOf(objectsIn(block.child_blocks) as SlackBlock[])
      case 'carousel':
        return fieldsOf(objectsIn(block.elements) as SlackBlock[])
      default:
        return []
    }
  })
}

/** The options of a menu, its groups flattened. */
export function optionsOf(menu: Json): Json[] {
  return [
    ...objectsIn(menu.options),
    ...objectsIn(menu.option_groups).flatMap(group => objectsIn(group.options)),
  ]
}

// Every element type that a person can press or fill ends in one of these.
const interactive = /(button|_select|buttons|checkboxes|overflow|picker|_input)$/

function shortId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}

/** A copy of valid blocks with what Slack adds: block and action ids, `emoji`, `verbatim`, and its rewriting of text. */
export function fillInBlocks(blocks: unknown): SlackBlock[] {
  return objectsIn(blocks).map(block => {
    const filled = fillIn(block) as SlackBlock
    return filled.block_id ? filled : { ...filled, block_id: shortId() }
  })
}

/** The same for anything inside a block, and for a view's title, submit and close. */
export function fillIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fillIn)
  if (!isObject(value)) return value
  const out: Json = {}
  for (const [key, inner] of Object.entries(value)) out[key] = fillIn(inner)
  if (value.type === 'plain_text' && typeof value.text === 'string') {
    const emoji = value.emoji !== false
    return { ...out, text: emoji ? colonEmoji(value.text) : value.text, emoji }
  }
  if (value.type === 'mrkdwn' && typeof value.text === 'string') {
    const verbatim = value.verbatim === true
    return { ...out, text: verbatim ? colonEmoji(value.text) : rewriteMarkup(value.text), verbatim }
  }
  if (typeof value.type === 'string' && interactive.test(value.type) && !value.action_id)
    out.action_id = shortId()
  return out
}
