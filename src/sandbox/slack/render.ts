// How a person sees a message or a dialog in a terminal: lines of plain text.
// It shows what Slack's client would show and nothing that only the app knows.

import { isObject, type Json } from './block-schema.ts'
import type { SlackBlock, SlackMessage, SlackView } from './face.ts'
import { objectsIn, optionsOf, textOf } from './fields.ts'
import { formatUtc, type Lookup, readMrkdwn, readPlain, readRaw, readRichText, readText } from './markup.ts'
import { type Align, box, columns, pad, widthOf } from './text-layout.ts'

export function renderMessage(message: SlackMessage, lookup: Lookup): string[] {
  const body =
    message.blocks && message.blocks.length > 0
      ? message.blocks.flatMap(block => renderBlock(block, {}, lookup))
      : message.text === ''
        ? []
        : readMrkdwn(message.text, lookup).split('\n')
  const attached = (message.attachments ?? []).flatMap(each => attachmentLines(each).map(line => `│ ${line}`))
  const files = (message.files ?? []).map(describeFile)
  const edited = message.edited ? ' (edited)' : ''
  return [
    ...(message.ephemeralFor === undefined ? [] : ['Only visible to you']),
    `${lookup.userName(message.user)} · ${timeOf(message.ts, lookup)}${edited}`,
    ...[...body, ...attached, ...files].map(line => `  ${line}`.trimEnd()),
  ]
}

/** Where there are blocks in it, they are what it says. */
export function attachmentLines(attachment: Json): string[] {
  const { pretext, title, text, fallback } = attachment
  const said = [pretext, title, text].filter(each => typeof each === 'string' && each !== '')
  const fields = objectsIn(attachment.fields).map(field => `${field.title}: ${field.value}`)
  const lines = [...said, ...fields].length > 0 ? [...said, ...fields] : [fallback ?? '']
  return lines.flatMap(line => readPlain(String(line)).split('\n'))
}

export function renderView(view: SlackView, lookup: Lookup): string[] {
  const title = view.type === 'home' ? 'Home' : readPlain(view.title.text)
  const blocks = view.blocks.flatMap((block, index) => {
    const state = view.state.values[block.block_id ?? ''] ?? {}
    const lines = renderBlock(block, state, lookup)
    const error = view.errors?.[block.block_id ?? '']
    if (error !== undefined)
      lines.push(
        ...readPlain(error)
          .split('\n')
          .map(line => `  ⚠ ${line}`),
      )
    return index > 0 && block.type === 'input' ? ['', ...lines] : lines
  })
  if (view.type === 'home') return box(title, blocks)
  const close = view.close?.text ?? (view.submit ? 'Cancel' : 'Close')
  const buttons = [close, ...(view.submit ? [view.submit.text] : [])].map(text => `[ ${readPlain(text)} ]`)
  return box(title, [...blocks, '', buttons.join('  ')])
}

/** `state` is what has been entered, by action_id; a message shows its initial values. */
function renderBlock(block: SlackBlock, state: Json, lookup: Lookup): string[] {
  switch (block.type) {
    case 'header':
      return [`== ${readText(block.text, lookup)} ==`]
    case 'divider':
      return ['─'.repeat(20)]
    case 'section':
      return renderSection(block, state, lookup)
    case 'context':
      return objectsIn(block.elements)
        .map(element => (element.type === 'image' ? renderImage(element) : readText(element, lookup)))
        .join('  ')
        .split('\n')
    case 'rich_text':
      return readRichText(block, lookup)
    case 'table':
      return renderTable(block, lookup)
    case 'actions':
      return renderActions(objectsIn(block.elements), state, lookup)
    case 'input':
      return renderInput(block, state, lookup)
    case 'image':
      return [renderImage(block)]
    case 'alert':
      return readText(block.text, lookup)
        .split('\n')
        .map(line => `! ${line}`)
    case 'markdown':
      return readPlain(textOf(block)).split('\n')
    default:
      return [`[block ${block.type}]`]
  }
}

function renderSection(block: SlackBlock, state: Json, lookup: Lookup): string[] {
  const text = block.text === undefined ? [] : readText(block.text, lookup).split('\n')
  const fields = objectsIn(block.fields).map(field => readText(field, lookup).split('\n'))
  const accessory = isObject(block.accessory) ? renderActions([block.accessory], state, lookup) : []
  return [...text, ...sideBySide(fields), ...accessory]
}

/** Fields stand in two columns, read from left to right. */
function sideBySide(fields: string[][]): string[] {
  const left = Math.max(0, ...fields.filter((_, at) => at % 2 === 0).flatMap(lines => lines.map(widthOf)))
  return fields.flatMap((lines, at) => {
    if (at % 2 === 1) return []
    const beside = fields[at + 1] ?? []
    return Array.from({ length: Math.max(lines.length, beside.length) }, (_, row) =>
      `${pad(lines[row] ?? '', left)}    ${beside[row] ?? ''}`.trimEnd(),
    )
  })
}

function renderTable(block: SlackBlock, lookup: Lookup): string[] {
  const rows = Array.isArray(block.rows) ? block.rows : []
  const cells = rows.map(row =>
    objectsIn(row).map(cell =>
      cell.type === 'rich_text' ? readRichText(cell, lookup).join(' ') : readRaw(textOf(cell)),
    ),
  )
  const settings: unknown[] = Array.isArray(block.column_settings) ? block.column_settings : []
  return columns(
    cells,
    settings.map(setting => alignOf(isObject(setting) ? setting.align : undefined)),
  )
}

function alignOf(value: unknown): Align {
  return value === 'right' || value === 'center' ? value : 'left'
}

/** Buttons on one line; anything that holds a value on its own lines. */
function renderActions(elements: Json[], state: Json, lookup: Lookup): string[] {
  const lines: string[] = []
  let row: string[] = []
  const finishRow = () => {
    if (row.length > 0) lines.push(row.join('  '))
    row = []
  }
  for (const element of elements) {
    if (element.type === 'image') row.push(renderImage(element))
    else if (isPressable(element)) row.push(renderPressable(element, lookup))
    else {
      finishRow()
      lines.push(...renderValue(element, state[String(element.action_id)], lookup))
    }
  }
  finishRow()
  return lines
}

function isPressable(element: Json): boolean {
  return /button$/.test(String(element.type)) || element.type === 'overflow'
}

function renderPressable(element: Json, lookup: Lookup): string {
  if (element.type !== 'overflow') return `[ ${readText(element.text, lookup)} ]`
  return `[ ⋯ ${optionsOf(element)
    .map(option => readText(option.text, lookup))
    .join(' | ')} ]`
}

function renderInput(block: SlackBlock, state: Json, lookup: Lookup): string[] {
  const element = isObject(block.element) ? block.element : {}
  const optional = block.optional === true ? ' (optional)' : ''
  const hint = block.hint === undefined ? [] : readText(block.hint, lookup).split('\n')
  return [
    `${readText(block.label, lookup)}${optional}`,
    ...renderValue(element, state[String(element.action_id)], lookup),
    ...hint.map(line => `  ${line}`),
  ]
}

const LISTED_CHOICES = 10

function renderValue(element: Json, entered: unknown, lookup: Lookup): string[] {
  const options = optionsOf(element)
  const chosen = chosenValues(element, entered)
  if (element.type === 'radio_buttons' || element.type === 'checkboxes') {
    const [on, off] = element.type === 'radio_buttons' ? ['(•)', '( )'] : ['[x]', '[ ]']
    return options.map(option => {
      const mark = chosen.some(each => isObject(each) && each.value === option.value) ? on : off
      const more = option.description === undefined ? '' : ` – ${readText(option.description, lookup)}`
      return `  ${mark} ${readText(option.text, lookup)}${more}`
    })
  }
  const shown = chosen.map(each => showValue(element, each, lookup)).join('; ')
  const placeholder =
    element.placeholder === undefined ? emptyOf(element) : readText(element.placeholder, lookup)
  const menu = /_select$/.test(String(element.type)) ? ' ▾' : ''
  const value = `${shown === '' ? `(${placeholder})` : shown}${menu}`
  const choices = options.slice(0, LISTED_CHOICES).map(option => readText(option.text, lookup))
  const rest = options.length - choices.length
  return [
    ...value.split('\n').map(line => `  > ${line}`),
    ...(choices.length === 0 ? [] : [`    ${choices.join(' | ')}${rest > 0 ? ` and ${rest} more` : ''}`]),
  ]
}

/** What is entered, or what the element starts with, always as a list. */
function chosenValues(element: Json, entered: unknown): unknown[] {
  const source = isObject(entered) ? entered : element
  const prefix = isObject(entered) ? /^(selected_|value$|rich_text_value$|files$)/ : /^initial_/
  return Object.entries(source)
    .filter(([key, value]) => prefix.test(key) && value !== null && value !== undefined && value !== '')
    .flatMap(([, value]) => value)
}

function emptyOf(element: Json): string {
  if (element.type !== 'file_input') return 'empty'
  const types = Array.isArray(element.filetypes) ? element.filetypes.map(type => `.${String(type)}`) : []
  return ['no file', ...types].join(', ')
}

function showValue(element: Json, value: unknown, lookup: Lookup): string {
  if (isObject(value)) {
    if (element.type === 'file_input')
      return describeFile({ name: String(value.name), size: Number(value.size) })
    return value.type === 'rich_text' ? readRichText(value, lookup).join('\n') : readText(value.text, lookup)
  }
  switch (element.type) {
    case 'datetimepicker':
      return formatUtc(Number(value))
    case 'users_select':
    case 'multi_users_select':
      return `@${lookup.userName(String(value))}`
    default:
      return readPlain(String(value))
  }
}

/** Its description may have many lines, and people see the image. */
function renderImage(image: Json): string {
  const [first = '', ...more] = readPlain(String(image.alt_text ?? '')).split('\n')
  return `[image: ${first}${more.length > 0 ? ' …' : ''}]`
}

export function describeFile(file: { name: string; size: number }): string {
  return `📎 ${readPlain(file.name)} (${formatSize(file.size)})`
}

function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB']
  return `${amount.toFixed(1)} ${unit}`
}

function timeOf(ts: string, lookup: Lookup): string {
  const full = formatUtc(Number(ts))
  if (lookup.now === undefined) return full
  const today = formatUtc(lookup.now / 1000).slice(0, 10)
  return full.startsWith(today) ? full.slice(11) : full
}
