// Text that Slack shows: builders that cannot be turned into a mention, a link or a broken layout by what they hold.
// People's words and names go into rich_text or plain_text only, where Slack interprets nothing. Whatever is no quotation
// stays in its line; what people wrote is one, so that it can never be taken for what the card says itself.

import type {
  AlertBlock,
  ContextBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  RichTextQuote,
  RichTextSection,
} from '@slack/types'
import { clip, utc } from '../../../request/reset.ts'
import { isServiceAccount } from '../../../request/service-account.ts'
import { LIMITS } from './limits.ts'
import { inOneLine, linesOf } from './unseen.ts'

/** What people wrote: set apart, on lines of its own, wherever it stands. */
export interface Quotation {
  type: 'quotation'
  lines: string[]
}

export type Piece = RichTextElement | Quotation

/** Pieces that begin on a line of their own. */
export interface Line {
  pieces: Piece[]
}

/** More lines than this say no more, and hide what stands under them. */
const QUOTED_LINES = 12

/** For top-level `text`, where `& < >` are the only characters with a meaning. */
export function escaped(text: string): string {
  return inOneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Shortens text that is escaped already, without leaving half an entity or half a mention. */
export function clipEscaped(text: string, max: number): string {
  return clip(text, max).replace(/(?:&[a-z]{0,3}|<[^>]{0,40})…$/, '…')
}

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: clip(shown(text), max), emoji: false }
}

/** What is wrong, by the field that it is about: Slack shows it as it comes, whatever it holds. */
export function fieldErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, said]) => [field, clip(shown(said), LIMITS.errorText)]),
  )
}

/** For a place that Slack does not let stay empty. */
export function shown(value: string): string {
  return inOneLine(value) || '–'
}

/** What somebody wrote. Nothing may stand behind it in its line: what follows begins on the next. */
export function quoted(words: string): Piece {
  const lines = linesOf(words, QUOTED_LINES)
  return { type: 'quotation', lines: lines.length === 0 ? ['–'] : lines }
}

/** What somebody wrote, to be written on in a field of a form: line by line, and nothing in it that is not seen. */
export function typed(words: string): string {
  return linesOf(words, Number.POSITIVE_INFINITY).join('\n')
}

/**
 * What is a quotation mark somewhere, or looks like one: primes, ornaments, accents that stand alone, and letters that
 * modify others. Two small ones beside each other look like a large one.
 */
const QUOTATION_MARKS =
  /[\p{Quotation_Mark}\p{Pi}\p{Pf}\u0060\u00b4\u02b9-\u02bf\u02ca\u02cb\u02dd\u02ee\u02f4-\u02f6\u0374\u0384\u0559\u055a\u05f3\u05f4\u07f4\u07f5\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2032-\u2037\u2057\u275b-\u2760\u276e\u276f\u3003\u3008-\u300b\ua78b\ua78c\uff40\u{1f676}-\u{1f678}]+/gu

/** What others have said or named, within a sentence of ours: it cannot end its quotation marks. */
export function inQuotes(words: string): string {
  return `“${words.replace(QUOTATION_MARKS, "'")}”`
}

/** A name within a sentence: what could be a sentence itself, as a group may be called anything, stands in quotation marks. */
export function named(name: string): string {
  return /^[\p{L}\p{N}\p{M}_.:/@#+~…-]*$/u.test(name) ? name : inQuotes(name)
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

/** A mention; a service account is nobody in Slack, and stands there by its name. */
export function person(userId: string): Piece {
  return isServiceAccount(userId) ? text(userId) : { type: 'user', user_id: userId }
}

/** The same where Slack reads text. */
export function mention(userId: string): string {
  return isServiceAccount(userId) ? userId : `<@${userId}>`
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

export function line(...pieces: Piece[]): Line {
  return { pieces }
}

/** One rich_text block with a line each; Slack needs the line breaks spelled out between sections. */
export function paragraph(...lines: Line[]): RichTextBlock {
  const parts = lines.flatMap(({ pieces }) => partsOf(pieces))
  return {
    type: 'rich_text',
    elements: parts.map((part, index) =>
      part.type === 'rich_text_section' && parts[index + 1]?.type === 'rich_text_section'
        ? { ...part, elements: [...part.elements, { type: 'text', text: '\n' }] }
        : part,
    ),
  }
}

/** A quotation ends the line before it. */
function partsOf(pieces: readonly Piece[]): (RichTextSection | RichTextQuote)[] {
  const parts: (RichTextSection | RichTextQuote)[] = []
  let section: RichTextSection | null = null
  for (const piece of pieces) {
    if (piece.type === 'quotation') {
      parts.push({ type: 'rich_text_quote', elements: [{ type: 'text', text: piece.lines.join('\n') }] })
      section = null
    } else if (section === null) {
      section = { type: 'rich_text_section', elements: [piece] }
      parts.push(section)
    } else section.elements.push(piece)
  }
  return parts
}

/** Slack has no quotation in a list: it stands in quotation marks there. */
export function bullets(items: readonly Line[]): RichTextBlock {
  const elements = items.map(
    ({ pieces }): RichTextSection => ({
      type: 'rich_text_section',
      elements: pieces.map(piece =>
        piece.type === 'quotation' ? { type: 'text', text: inQuotes(piece.lines.join(' ')) } : piece,
      ),
    }),
  )
  return { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements }] }
}

/** What is wrong with the whole of a modal, which is the only place that takes it. @param said one sentence or two */
export function alert(level: 'warning' | 'error', said: string): AlertBlock {
  return { type: 'alert', level, text: plain(said, LIMITS.alertText) }
}

/**
 * Small and grey, for who, when and which plan. Slack takes no rich text there, and reads `*`, `_` and the like as markup:
 * only words of ours, ids and moments belong in it.
 */
export function context(...pieces: Piece[]): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: marked(pieces), verbatim: true }] }
}

function marked(pieces: readonly Piece[]): string {
  return pieces
    .map(piece =>
      piece.type === 'date'
        ? `<!date^${piece.timestamp}^${piece.format}|${escaped(piece.fallback ?? '')}>`
        : spoken([piece]),
    )
    .join('')
}

/** The same pieces for a notification or a screen reader, which read only a message's `text`. */
export function spoken(pieces: readonly Piece[]): string {
  const texts = pieces.map((piece, index) => {
    switch (piece.type) {
      case 'text':
        return escaped(piece.text)
      case 'user':
        return `<@${piece.user_id}>`
      case 'usergroup':
        return `<!subteam^${piece.usergroup_id}>`
      case 'date':
        return escaped(piece.fallback ?? '')
      case 'quotation':
        return `\n${spokenQuotation(piece)}${index === pieces.length - 1 ? '' : '\n'}`
      default:
        return ''
    }
  })
  return texts.join('')
}

function spokenQuotation({ lines }: Quotation): string {
  return lines.map(each => `&gt; ${escaped(each)}`).join('\n')
}

/** Keeps both ends of a long name, because names differ at either. */
export function clipMiddle(text: string, max: number): string {
  if (text.length <= max) return text
  // A character has two units at most: what is far too long is cut to its ends before it is taken apart.
  const ends = text.length > 4 * max ? text.slice(0, 2 * max) + text.slice(-2 * max) : text
  const characters = [...ends]
  if (characters.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (max - 1 - head)).join('')}`
}
