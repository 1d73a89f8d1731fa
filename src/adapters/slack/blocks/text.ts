// Text that Slack shows: builders that cannot be turned into a mention, a link or a broken layout by what they hold.
// People's words and names go into rich_text or plain_text only, where Slack interprets nothing.

import type { PlainTextElement, RichTextBlock, RichTextElement, RichTextSection } from '@slack/types'
import { clip, utc } from '../../../request/reset.ts'

export type Piece = RichTextElement

/** For top-level `text`, where `& < >` are the only characters with a meaning. */
export function escaped(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Shortens text that is escaped already, without leaving half an entity or half a mention. */
export function clipEscaped(text: string, max: number): string {
  return clip(text, max).replace(/(?:&[a-z]{0,3}|<[^>]{0,40})…$/, '…')
}

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: clip(shown(text), max), emoji: false }
}

/** For a place that Slack does not let stay empty. */
export function shown(value: string): string {
  return visible(value) || '–'
}

/** Control characters would break the line, and marks of direction could show a name as another one. */
function visible(value: string): string {
  return value.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, character =>
    character === '\n' ? '\n' : ' ',
  )
}

export function text(value: string): Piece {
  return { type: 'text', text: shown(value) }
}

export function strong(text: string): Piece {
  return { type: 'text', text: shown(text), style: { bold: true } }
}

export function code(text: string): Piece {
  return { type: 'text', text: shown(text), style: { code: true } }
}

export function person(userId: string): Piece {
  return { type: 'user', user_id: userId }
}

/** People, and groups of people, with a space between. */
export function mentions(ids: readonly string[]): Piece[] {
  return ids.flatMap((id, index): Piece[] => [
    ...(index === 0 ? [] : [text(' ')]),
    id.startsWith('S') ? { type: 'usergroup', usergroup_id: id } : person(id),
  ])
}

/** Slack shows no time outside of these. */
const LAST_SECOND = 9_999_999_999

/** Shown in the reader’s own zone; the fallback is UTC. @param format Slack’s, whose words between belong to a language */
export function moment(timeMs: number, format: string): Piece {
  const timestamp = Math.floor(timeMs / 1000)
  if (timestamp < 0 || timestamp > LAST_SECOND) return text(utc(timeMs))
  return {
    type: 'date',
    timestamp,
    format,
    fallback: utc(timeMs),
  }
}

export function line(...pieces: Piece[]): RichTextSection {
  return { type: 'rich_text_section', elements: pieces }
}

/** One rich_text block with a line each; Slack needs the line breaks spelled out between sections. */
export function paragraph(...lines: RichTextSection[]): RichTextBlock {
  return {
    type: 'rich_text',
    elements: lines.map((each, index) =>
      index === lines.length - 1
        ? each
        : { ...each, elements: [...each.elements, { type: 'text', text: '\n' }] },
    ),
  }
}

export function bullets(items: RichTextSection[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements: items }] }
}

/** The same pieces for a notification or a screen reader, which read only a message's `text`. */
export function spoken(pieces: readonly Piece[]): string {
  const texts = pieces.map(piece => {
    switch (piece.type) {
      case 'text':
        return escaped(piece.text)
      case 'user':
        return `<@${piece.user_id}>`
      case 'usergroup':
        return `<!subteam^${piece.usergroup_id}>`
      case 'date':
        return escaped(piece.fallback ?? '')
      default:
        return ''
    }
  })
  return texts.join('')
}

/** Keeps both ends of a long name, because names differ at either. */
export function clipMiddle(text: string, max: number): string {
  if (text.length <= max) return text
  const characters = [...text]
  if (characters.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (max - 1 - head)).join('')}`
}
