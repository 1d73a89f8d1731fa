// Block Kit read into what is drawn for it: one kind per block and per element, everything defaulted. Pure.
// A block or element that is not known is said to be unknown, never left out.

import { readMrkdwn, readPlain } from './mrkdwn.ts'
import { type Part, plainSpan, readRichText } from './spans.ts'
import { isObject, type Json, numberIn, objectsIn, stringIn } from './wire.ts'

export interface Option {
  text: string
  description: string
}

export interface Confirm {
  title: string
  text: Part[]
  yes: string
  no: string
  danger: boolean
}

export interface Button {
  kind: 'button'
  actionId: string
  text: string
  /** What a screen reader says instead of the text. */
  label: string
  style: 'default' | 'primary' | 'danger'
  url: string
  confirm: Confirm | null
}

/** What a person types into or picks from. */
export type Input = { actionId: string; placeholder: string; focusOnLoad: boolean } & (
  | { kind: 'text'; multiline: boolean; maxLength: number | null }
  | { kind: 'number' }
  | { kind: 'menu'; many: boolean; options: Option[] }
  | { kind: 'typeahead'; many: boolean; minQuery: number }
  | { kind: 'radios'; options: Option[] }
  | { kind: 'checkboxes'; options: Option[] }
  | { kind: 'moment' }
  | { kind: 'files'; types: string[]; most: number }
)

export type Element =
  | Button
  | Input
  | { kind: 'overflow'; actionId: string; options: Option[]; confirm: Confirm | null }
  | { kind: 'image'; alt: string }
  | { kind: 'unknown'; type: string }

export interface Cell {
  parts: Part[]
  align: 'left' | 'center' | 'right'
  wrapped: boolean
}

export type Drawn =
  | { kind: 'header'; text: string }
  | { kind: 'divider' }
  | { kind: 'section'; text: Part[]; fields: Part[][]; accessory: Element | null }
  | { kind: 'context'; elements: Part[][] }
  | { kind: 'alert'; text: Part[]; level: 'default' | 'info' | 'warning' | 'error' | 'success' }
  | { kind: 'actions'; elements: Element[] }
  | { kind: 'richText'; parts: Part[] }
  | { kind: 'table'; rows: Cell[][] }
  | { kind: 'input'; label: string; hint: string; optional: boolean; element: Element }
  /** `file`: Slack's id; null: it shows something on the web, which is out of reach here. */
  | { kind: 'image'; alt: string; file: string | null }
  | { kind: 'unknown'; type: string }

export function readBlock(block: Json): Drawn {
  switch (block.type) {
    case 'header':
      return { kind: 'header', text: plainTextIn(block.text) }
    case 'divider':
      return { kind: 'divider' }
    case 'section':
      return {
        kind: 'section',
        text: readText(block.text),
        fields: objectsIn(block.fields).map(readText),
        accessory: isObject(block.accessory) ? readElement(block.accessory) : null,
      }
    case 'context':
      return { kind: 'context', elements: objectsIn(block.elements).map(readText) }
    case 'alert':
      return { kind: 'alert', text: readText(block.text), level: levelOf(block.level) }
    case 'actions':
      return { kind: 'actions', elements: objectsIn(block.elements).map(readElement) }
    case 'rich_text':
      return { kind: 'richText', parts: readRichText(block) }
    case 'table':
      return { kind: 'table', rows: readRows(block) }
    case 'input':
      return {
        kind: 'input',
        label: plainTextIn(block.label),
        hint: plainTextIn(block.hint),
        optional: block.optional === true,
        element: readElement(isObject(block.element) ? block.element : {}),
      }
    case 'image':
      return { kind: 'image', alt: stringIn(block.alt_text), file: fileIn(block) }
    default:
      return { kind: 'unknown', type: stringIn(block.type) }
  }
}

export function readElement(element: Json): Element {
  const type = stringIn(element.type)
  const base = {
    actionId: stringIn(element.action_id),
    placeholder: plainTextIn(element.placeholder),
    focusOnLoad: element.focus_on_load === true,
  }
  switch (type) {
    case 'button': {
      const text = plainTextIn(element.text)
      const { style } = element
      return {
        kind: 'button',
        actionId: base.actionId,
        text,
        label: stringIn(element.accessibility_label) || text,
        style: style === 'primary' || style === 'danger' ? style : 'default',
        url: stringIn(element.url),
        confirm: isObject(element.confirm) ? readConfirm(element.confirm) : null,
      }
    }
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input': {
      const multiline = element.multiline === true
      return { ...base, kind: 'text', multiline, maxLength: numberIn(element.max_length) }
    }
    case 'number_input':
      return { ...base, kind: 'number' }
    case 'static_select':
    case 'multi_static_select':
      return { ...base, kind: 'menu', many: type.startsWith('multi_'), options: optionsOf(element) }
    case 'external_select':
    case 'multi_external_select': {
      // Slack's own default is three.
      const minQuery = numberIn(element.min_query_length) ?? 3
      return { ...base, kind: 'typeahead', many: type.startsWith('multi_'), minQuery }
    }
    case 'radio_buttons':
      return { ...base, kind: 'radios', options: optionsOf(element) }
    case 'checkboxes':
      return { ...base, kind: 'checkboxes', options: optionsOf(element) }
    case 'datetimepicker':
      return { ...base, kind: 'moment' }
    case 'file_input': {
      const types = Array.isArray(element.filetypes) ? element.filetypes.map(stringIn).filter(Boolean) : []
      // Slack's own default is ten.
      const most = numberIn(element.max_files) ?? 10
      return { ...base, kind: 'files', types: types.map(type => type.toLowerCase()), most }
    }
    case 'overflow': {
      const confirm = isObject(element.confirm) ? readConfirm(element.confirm) : null
      return { kind: 'overflow', actionId: base.actionId, options: optionsOf(element), confirm }
    }
    case 'image':
      return { kind: 'image', alt: stringIn(element.alt_text) }
    default:
      return { kind: 'unknown', type }
  }
}

const LEVELS = ['info', 'warning', 'error', 'success'] as const

function levelOf(level: unknown): 'default' | (typeof LEVELS)[number] {
  return LEVELS.find(each => each === level) ?? 'default'
}

function fileIn({ slack_file: file }: Json): string | null {
  return isObject(file) && typeof file.id === 'string' ? file.id : null
}

/** plain_text or mrkdwn; an image in a context block shows its description. */
function readText(text: unknown): Part[] {
  if (!isObject(text)) return []
  if (text.type === 'mrkdwn') return readMrkdwn(stringIn(text.text))
  const shown = text.type === 'image' ? stringIn(text.alt_text) : plainTextIn(text)
  return shown === '' ? [] : [{ kind: 'lines', spans: [plainSpan(shown)] }]
}

function plainTextIn(text: unknown): string {
  return isObject(text) ? readPlain(stringIn(text.text)) : ''
}

function optionsOf(menu: Json): Option[] {
  const grouped = objectsIn(menu.option_groups).flatMap(group => objectsIn(group.options))
  return [...objectsIn(menu.options), ...grouped].map(option => ({
    text: plainTextIn(option.text),
    description: plainTextIn(option.description),
  }))
}

function readConfirm(confirm: Json): Confirm {
  return {
    title: plainTextIn(confirm.title) || 'Are you sure?',
    text: readText(confirm.text),
    yes: plainTextIn(confirm.confirm) || 'Yes',
    no: plainTextIn(confirm.deny) || 'Cancel',
    danger: confirm.style === 'danger',
  }
}

function readRows(block: Json): Cell[][] {
  const settings: unknown[] = Array.isArray(block.column_settings) ? block.column_settings : []
  const rows = Array.isArray(block.rows) ? block.rows : []
  return rows.map(row =>
    objectsIn(row).map((cell, column) => {
      const setting = settings[column]
      const { align, is_wrapped } = isObject(setting) ? setting : {}
      return {
        parts:
          cell.type === 'rich_text'
            ? readRichText(cell)
            : [{ kind: 'lines', spans: [plainSpan(cellText(cell))] }],
        align: align === 'right' || align === 'center' ? align : 'left',
        wrapped: is_wrapped === true,
      }
    }),
  )
}

/** raw_text and raw_number: nothing in them is markup. */
function cellText(cell: Json): string {
  return stringIn(cell.text) || (numberIn(cell.value)?.toString() ?? '')
}

export interface Attached {
  id: string
  name: string
  size: number
}

/** What Slack holds for a field, in the words the person reads. */
export interface Entered {
  /** The texts of the picked options. */
  picked: string[]
  text: string
  seconds: number | null
  files: Attached[]
}

export function readEntered(state: unknown): Entered {
  const { selected_option, selected_options, value, selected_date_time, files } = isObject(state) ? state : {}
  const options = isObject(selected_option) ? [selected_option] : objectsIn(selected_options)
  return {
    picked: options.map(option => plainTextIn(option.text)),
    text: stringIn(value),
    seconds: numberIn(selected_date_time),
    files: objectsIn(files).map(({ id, name, size }) => ({
      id: stringIn(id),
      name: stringIn(name),
      size: numberIn(size) ?? 0,
    })),
  }
}
