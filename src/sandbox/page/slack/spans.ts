// Formatted text as data: what rich_text and mrkdwn both become before they are drawn. Pure; nothing here is HTML.

import { emojiNamed, withEmoji } from '../../slack/emoji.ts'
import { isObject, type Json, numberIn, objectsIn, stringIn } from './wire.ts'

export interface Style {
  bold?: boolean
  italic?: boolean
  strike?: boolean
  code?: boolean
}

export type Span =
  | { kind: 'text'; text: string; style: Style }
  | { kind: 'link'; url: string; text: string; style: Style }
  | { kind: 'user'; id: string }
  | { kind: 'userGroup'; id: string; label: string }
  | { kind: 'channel'; id: string; label: string }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; seconds: number; format: string; fallback: string }

/** What stands on lines of its own. */
export type Part =
  | { kind: 'lines'; spans: Span[] }
  | { kind: 'list'; ordered: boolean; first: number; indent: number; items: Span[][] }
  | { kind: 'preformatted'; spans: Span[] }
  | { kind: 'quote'; spans: Span[] }

/** A rich_text block, or a cell of a table that is one. */
export function readRichText(block: Json): Part[] {
  return objectsIn(block.elements).flatMap((part, at, all): Part[] => {
    switch (part.type) {
      case 'rich_text_section': {
        const spans = objectsIn(part.elements).map(readSpan)
        // A section ends in the line break that separates it from the next; the next one's box already does that.
        return [{ kind: 'lines', spans: at < all.length - 1 ? withoutLastBreak(spans) : spans }]
      }
      case 'rich_text_list':
        return [
          {
            kind: 'list',
            ordered: part.style === 'ordered',
            first: (numberIn(part.offset) ?? 0) + 1,
            indent: numberIn(part.indent) ?? 0,
            items: objectsIn(part.elements).map(item => objectsIn(item.elements).map(readSpan)),
          },
        ]
      case 'rich_text_preformatted':
        return [{ kind: 'preformatted', spans: objectsIn(part.elements).map(readSpan) }]
      case 'rich_text_quote':
        return [{ kind: 'quote', spans: objectsIn(part.elements).map(readSpan) }]
      default:
        return []
    }
  })
}

export function plainSpan(text: string, style: Style = {}): Span {
  return { kind: 'text', text, style }
}

/** Only what a browser may open from somebody else's text. */
export function safeUrl(url: string): string | null {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : null
}

function withoutLastBreak(spans: Span[]): Span[] {
  const last = spans.at(-1)
  if (last?.kind !== 'text' || !last.text.endsWith('\n')) return spans
  const text = last.text.slice(0, -1)
  // A line with nothing on it is kept as one.
  if (text === '' && spans.length > 1) return spans.slice(0, -1)
  return [...spans.slice(0, -1), { ...last, text: text === '' ? '\n' : text }]
}

function readSpan(element: Json): Span {
  const style = readStyle(element.style)
  switch (element.type) {
    case 'text':
      return plainSpan(withEmoji(stringIn(element.text)), style)
    case 'link': {
      const url = stringIn(element.url)
      return { kind: 'link', url, text: stringIn(element.text) || url, style }
    }
    case 'user':
      return { kind: 'user', id: stringIn(element.user_id) }
    case 'usergroup':
      return { kind: 'userGroup', id: stringIn(element.usergroup_id), label: '' }
    case 'channel':
      return { kind: 'channel', id: stringIn(element.channel_id), label: '' }
    case 'broadcast':
      return { kind: 'broadcast', range: stringIn(element.range) }
    case 'emoji':
      return plainSpan(emojiNamed(stringIn(element.name)), style)
    case 'date':
      return {
        kind: 'date',
        seconds: numberIn(element.timestamp) ?? Number.NaN,
        format: stringIn(element.format),
        fallback: stringIn(element.fallback),
      }
    case 'color':
      return plainSpan(stringIn(element.value), style)
    default:
      return plainSpan(`[${stringIn(element.type)}]`)
  }
}

function readStyle(style: unknown): Style {
  if (!isObject(style)) return {}
  const { bold, italic, strike, code } = style
  return {
    ...(bold === true ? { bold } : {}),
    ...(italic === true ? { italic } : {}),
    ...(strike === true ? { strike } : {}),
    ...(code === true ? { code } : {}),
  }
}
