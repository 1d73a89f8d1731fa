// Slack's own markup read into spans: entities, mentions, dates, links, bold, italic, strike, code, quotes. Pure.
// Whatever is not markup stays text: it must never become a link, a mention or HTML by accident.

import { withEmoji } from '../../slack/emoji.ts'
import { type Part, plainSpan, type Span, type Style } from './spans.ts'

const FENCE = /```\n?([\s\S]+?)\n?```/

// Code first, then what stands in angle brackets, then a mark that touches its word and stands apart from others.
const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}*_~])([*_~])(?=\S)((?:`[^`\n]*`|<[^<>\n]*>|[^\n`<])+?)(?<=\S)\3(?![\p{L}\p{N}])/gu

const STYLES: Record<string, Style> = { '*': { bold: true }, _: { italic: true }, '~': { strike: true } }

export function readMrkdwn(text: string): Part[] {
  // Every other piece is what a fence held.
  return text.split(FENCE).flatMap((piece, at): Part[] => {
    if (at % 2 === 1) return [{ kind: 'preformatted', spans: [plainSpan(unescaped(piece))] }]
    const around = at === 0 ? piece.replace(/\n$/, '') : piece.replace(/^\n|\n$/g, '')
    return around === '' ? [] : readLines(around)
  })
}

/** plain_text: no markup, but Slack's three escapes and its emoji. */
export function readPlain(text: string): string {
  return withEmoji(unescaped(text))
}

/** Lines that start with `>` are quotes; neighbours of one kind belong together. */
function readLines(text: string): Part[] {
  const runs: { kind: 'lines' | 'quote'; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const quoted = /^&gt; ?/.test(line)
    const kind = quoted ? 'quote' : 'lines'
    const last = runs.at(-1)
    const content = quoted ? line.replace(/^&gt; ?/, '') : line
    if (last?.kind === kind) last.lines.push(content)
    else runs.push({ kind, lines: [content] })
  }
  return runs.map(({ kind, lines }) => ({ kind, spans: readInline(lines.join('\n'), {}) }))
}

function readInline(text: string, style: Style): Span[] {
  const spans: Span[] = []
  let at = 0
  const addText = (raw: string) => {
    if (raw !== '') spans.push(plainSpan(readPlain(raw), style))
  }
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, entity, mark, inner] = match
    addText(text.slice(at, match.index))
    at = match.index + whole.length
    if (code !== undefined) spans.push(plainSpan(unescaped(code), { ...style, code: true }))
    else if (entity !== undefined) spans.push(readEntity(entity, style))
    else if (mark !== undefined) spans.push(...readInline(inner ?? '', { ...style, ...STYLES[mark] }))
  }
  addText(text.slice(at))
  return spans
}

function readEntity(inside: string, style: Style): Span {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : unescaped(inside.slice(bar + 1))
  if (target.startsWith('@')) return { kind: 'user', id: target.slice(1) }
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1), label }
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = ''] = target.split('^')
    return { kind: 'date', seconds: seconds === '' ? Number.NaN : Number(seconds), format, fallback: label }
  }
  if (target.startsWith('!subteam^'))
    return { kind: 'userGroup', id: target.slice('!subteam^'.length), label }
  if (target.startsWith('!')) return { kind: 'broadcast', range: target.slice(1) }
  const url = unescaped(target)
  return { kind: 'link', url, text: label || url.replace(/^mailto:/, ''), style }
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
