// Text that Slack shows: builders that cannot be turned into a mention, a link or a broken layout by what they hold.
// People's words and names go into rich_text or plain_text only, where Slack interprets nothing.

import type { PlainTextElement, RichTextBlock, RichTextElement, RichTextSection } from '@slack/types'
import { clip, utc } from '../../request/reset.ts'

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

export function words(text: string): Piece {
  return { type: 'text', text: shown(text) }
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

/** Shown in the reader's own zone; the fallback is UTC. */
export function moment(timeMs: number): Piece {
  return {
    type: 'date',
    timestamp: Math.floor(timeMs / 1000),
    format: '{date_short_pretty} at {time}',
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

/** Keeps both ends of a long name, because names differ at either. */
export function clipMiddle(text: string, max: number): string {
  const characters = [...text]
  if (characters.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (max - 1 - head)).join('')}`
}
