// Slack's markup as a person reads it in a terminal: mrkdwn, rich_text, dates, mentions, emoji. Plain text, no colour.
// It must never let a control character of somebody's text reach the terminal.

import { isObject, type Json } from './block-schema.ts'
import { withEmoji as replaceEmoji } from './emoji.ts'
import { objectsIn, textOf } from './fields.ts'

export interface Lookup {
  /** The name to show after an `@`, for a user id. */
  userName(id: string): string
  /** Likewise for a user group: its handle. Absent: ids are shown. */
  groupName?(id: string): string
  /** Milliseconds. Times of the same day are shown without the date. */
  now?: number
}

export function formatUtc(seconds: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return 'an impossible time'
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A plain_text or mrkdwn object. */
export function readText(text: unknown, lookup: Lookup): string {
  if (isObject(text) && text.type === 'mrkdwn') return readMrkdwn(textOf(text), lookup)
  return readPlain(textOf(text))
}

export function readPlain(text: string): string {
  return withEmoji(withoutControls(withoutEscapes(text)))
}

/** Text that Slack shows as it stands: nothing in it is markup. */
export function readRaw(text: string): string {
  return withoutControls(text)
}

export function readMrkdwn(text: string, lookup: Lookup): string {
  // Code keeps its marks: inside it nothing is formatting.
  return withoutControls(text)
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((part, index) => {
      const isCode = index % 2 === 1
      const marked = isCode ? part : withEmoji(withoutMarks(part))
      return withoutEscapes(readEntities(marked, lookup))
    })
    .join('')
}

/** A rich_text block, one string per line. */
export function readRichText(block: Json, lookup: Lookup): string[] {
  return objectsIn(block.elements).flatMap(part => {
    const lines = readInline(part, lookup).split('\n')
    switch (part.type) {
      case 'rich_text_list': {
        const indent = typeof part.indent === 'number' ? part.indent : 0
        const first = typeof part.offset === 'number' ? part.offset : 0
        return objectsIn(part.elements).map((item, index) => {
          const mark = part.style === 'ordered' ? `${first + index + 1}.` : '•'
          return `${'  '.repeat(indent)}${mark} ${readInline(item, lookup)}`
        })
      }
      case 'rich_text_quote':
        return lines.map(line => `> ${line}`)
      case 'rich_text_preformatted':
        return lines.map(line => `    ${line}`)
      default:
        return withoutLast(lines)
    }
  })
}

/** A section often ends in the line break that separates it from the next one. */
function withoutLast(lines: string[]): string[] {
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function readInline(part: Json, lookup: Lookup): string {
  return objectsIn(part.elements)
    .map(element => readElement(element, lookup))
    .join('')
}

function readElement(element: Json, lookup: Lookup): string {
  const value = (key: string): string => withoutControls(String(element[key] ?? ''))
  switch (element.type) {
    case 'text':
      return withEmoji(value('text'))
    case 'link':
      return element.text === undefined ? value('url') : `${value('text')} (${value('url')})`
    case 'user':
      return `@${withoutControls(lookup.userName(value('user_id')))}`
    case 'usergroup':
      return groupMention(value('usergroup_id'), lookup)
    case 'channel':
      return `#${value('channel_id')}`
    case 'team':
      return `@${value('team_id')}`
    case 'broadcast':
      return `@${value('range')}`
    case 'emoji':
      return withEmoji(`:${value('name')}:`)
    case 'date':
      return formatUtc(Number(element.timestamp))
    case 'color':
      return value('value')
    default:
      return `[${value('type')}]`
  }
}

function groupMention(id: string, { groupName = each => each }: Lookup): string {
  return `@${withoutControls(groupName(id))}`
}

/** The bracketed parts of mrkdwn: mentions, dates, links. */
function readEntities(text: string, lookup: Lookup): string {
  return text.replace(/<([^<>]+)>/g, (_, inside: string) => {
    const [target = '', label] = splitOnce(inside, '|')
    if (target.startsWith('@')) return `@${withoutControls(lookup.userName(target.slice(1)))}`
    if (target.startsWith('#')) return `#${label || target.slice(1)}`
    if (target.startsWith('!date^')) return formatUtc(Number(target.split('^')[1]))
    if (target.startsWith('!subteam^')) return label || groupMention(target.slice('!subteam^'.length), lookup)
    if (target.startsWith('!')) return `@${target.slice(1)}`
    return label === undefined || label === target ? target : `${label} (${target})`
  })
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Bold, italic and strike: a mark counts only where it touches its word and stands apart from others, as in Slack. */
function withoutMarks(text: string): string {
  return text.replace(
    /(^|[\s(<>[\]])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,:;!?\]<>])/g,
    (_, before, _mark, inner) => withoutMarks(`${before}${inner}`),
  )
}

/** A terminal draws the same width with and without the mark for colour, and not all know it. */
function withEmoji(text: string): string {
  return replaceEmoji(text).replaceAll('\ufe0f', '')
}

function withoutEscapes(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function withoutControls(text: string): string {
  return text.replaceAll('\t', '    ').replace(/(?!\n)\p{Cc}/gu, '')
}
