// Whether Slack would accept a message or a view, in Slack's own words. An empty answer means it would.
// Only what concerns several blocks at once is decided here; one block at a time is blocks.ts.
// It must never repair a payload: the real server refuses it whole.

import { id, plainText, type } from './block-objects.ts'
import { blocksOn } from './block-rules.ts'
import {
  boolean,
  countCharacters,
  isObject,
  type Json,
  object,
  refuseType,
  type Surface,
  string,
  type Walk,
} from './block-schema.ts'

const VIEW_BYTES = 250 * 1024
const TABLE_CHARACTERS = 10_000
// Undocumented: seen on a real workspace at about 13.2k characters (slackapi/bolt-js#2509).
const MESSAGE_CHARACTERS = 13_200
const MARKDOWN_CHARACTERS = 12_000

/** Slack's messages without the leading `[ERROR] `; or the bare error code `msg_blocks_too_long`. */
export function validateMessage(message: { text?: string; blocks?: unknown }): string[] {
  if (message.blocks === undefined) return []
  const { walk, found } = startWalk('message')
  blocksOn('message')(message.blocks, '/blocks', walk)
  const blocks = placedBlocks(message.blocks, '/blocks')
  checkIds(blocks, walk)
  checkTables(blocks, walk)
  checkFocus(blocks, walk)
  const markdown = blocks.filter(({ block }) => block.type === 'markdown')
  if (sum(markdown.map(({ block }) => countText(block))) > MARKDOWN_CHARACTERS && markdown.length > 1) {
    walk.note(`must be less than ${MARKDOWN_CHARACTERS + 1} characters`, '/blocks')
  }
  if (found.length === 0 && countText(message.blocks) > MESSAGE_CHARACTERS) return ['msg_blocks_too_long']
  return found
}

/** Slack's messages without the leading `[ERROR] `; or the bare error code `view_too_large`. */
export function validateView(view: unknown): string[] {
  if (Buffer.byteLength(JSON.stringify(view) ?? '') > VIEW_BYTES) return ['view_too_large']
  const surface = isObject(view) && view.type === 'home' ? 'home' : 'modal'
  const { walk, found } = startWalk(surface)
  if (isObject(view) && typeof view.type === 'string' && view.type !== surface) {
    refuseType(view.type, '/view', walk)
    return found
  }
  viewShape[surface](view, '/view', walk)
  if (!isObject(view)) return found
  const blocks = placedBlocks(view.blocks, '/view/blocks')
  checkIds(blocks, walk)
  checkTables(blocks, walk)
  checkFocus(blocks, walk)
  if (surface === 'modal' && view.submit === undefined) {
    for (const { block, pointer } of blocks) {
      if (block.type === 'input') {
        walk.note('must define `submit` to use an `input` block in modals', `${pointer}/input`)
      }
    }
  }
  return found
}

const viewFields = { private_metadata: string({ max: 3000 }), callback_id: id, external_id: id }
const viewShape = {
  modal: object(
    { type, title: plainText(24), blocks: blocksOn('modal') },
    {
      ...viewFields,
      submit: plainText(24),
      close: plainText(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
    },
  ),
  home: object({ type, blocks: blocksOn('home') }, viewFields),
}

interface PlacedBlock {
  block: Json
  pointer: string
}

function startWalk(surface: Surface): { walk: Walk; found: string[] } {
  const found: string[] = []
  return {
    found,
    walk: { surface, note: (text, pointer) => found.push(`${text} [json-pointer:${pointer}]`) },
  }
}

function placedBlocks(blocks: unknown, pointer: string): PlacedBlock[] {
  if (!Array.isArray(blocks)) return []
  return blocks.flatMap((block, index) =>
    isObject(block) ? [{ block, pointer: `${pointer}/${index}` }] : [],
  )
}

function checkIds(blocks: PlacedBlock[], walk: Walk): void {
  const seenBlocks = new Set<string>()
  for (const { block, pointer } of blocks) {
    noteRepeat(seenBlocks, 'block_id', block, pointer, walk)
    const seenActions = new Set<string>()
    for (const [element, at] of elementsOf(block, pointer)) {
      noteRepeat(seenActions, 'action_id', element, at, walk)
    }
  }
}

function noteRepeat(seen: Set<string>, key: string, owner: Json, pointer: string, walk: Walk): void {
  const value = owner[key]
  if (typeof value !== 'string' || value === '') return
  if (seen.has(value)) walk.note(`\`${key}\` "${value}" already exists`, `${pointer}/${key}`)
  seen.add(value)
}

function elementsOf(block: Json, pointer: string): [Json, string][] {
  const single = ['accessory', 'element'].map(key => [block[key], `${pointer}/${key}`] as const)
  const many = ['elements', 'actions'].flatMap(key => {
    const value = block[key]
    return Array.isArray(value) ? value.map((each, at) => [each, `${pointer}/${key}/${at}`] as const) : []
  })
  return [...single, ...many].flatMap(([element, at]) => (isObject(element) ? [[element, at]] : []))
}

function checkTables(blocks: PlacedBlock[], walk: Walk): void {
  const tables = blocks.filter(({ block }) => block.type === 'table')
  if (walk.surface === 'message') {
    for (const { pointer } of tables.slice(1)) walk.note('only_one_table_allowed', pointer)
  }
  const last = tables.at(-1)
  if (last && sum(tables.map(({ block }) => countText(block.rows))) > TABLE_CHARACTERS) {
    walk.note(`must be less than ${TABLE_CHARACTERS + 1} characters`, `${last.pointer}/rows`)
  }
}

function checkFocus(blocks: PlacedBlock[], walk: Walk): void {
  const focused = blocks
    .flatMap(({ block, pointer }) => elementsOf(block, pointer))
    .filter(([element]) => element.focus_on_load === true)
  for (const [, pointer] of focused.slice(1)) {
    walk.note('only one element may set `focus_on_load`', `${pointer}/focus_on_load`)
  }
}

/** The characters a person could read: every string under a `text` key, however deep. */
function countText(value: unknown): number {
  if (Array.isArray(value)) return sum(value.map(countText))
  if (!isObject(value)) return 0
  return sum(
    Object.entries(value).map(([key, child]) =>
      key === 'text' && typeof child === 'string' ? countCharacters(child) : countText(child),
    ),
  )
}

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0)
