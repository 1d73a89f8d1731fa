// What a message says, in plain text: its text, its blocks and its attachments, as alerts of bots come in any of them.
// What it reads is untrusted and may be anything; it must never throw, nor read more than it is told to.

import { z } from 'zod'
import { PART } from '../../../request/alert.ts'
import { clip } from '../../../request/reset.ts'

const DEEPEST = 12
/** The fields of blocks and attachments that hold what is shown; ids and links are not among them. */
const SHOWN = ['author_name', 'pretext', 'title', 'text', 'value', 'label'] as const
const NESTED = ['fields', 'elements', 'blocks', 'message_blocks', 'message'] as const
/** Runs of text that Slack shows side by side. */
/** What may be done, and not what is so: "Resolve", "Close". */
const ASKED = ['actions', 'button', 'input', 'overflow', 'static_select', 'datepicker']
const INLINE = ['rich_text_section', 'rich_text_preformatted', 'rich_text_quote']
/** So much of what is inside of anything is looked at, whatever it holds. */
const VISITS_MAX = 5_000

const objectSchema = z.record(z.string(), z.unknown())

/** At most so many characters, one part to a line, and a line with PART alone between attachments. */
export function alertText(message: unknown, max: number): string {
  const { data } = objectSchema.safeParse(message)
  if (data === undefined) return clip(typeof message === 'string' ? unmarked(message, max) : '', max)
  const read = { left: max, visits: VISITS_MAX }
  const { text, attachments, ...rest } = data
  const own = partsOf(text, 1, read)
  const parts = partsOf(rest, 0, read)
  for (const attachment of Array.isArray(attachments) ? attachments : []) {
    const shown = attachmentParts(attachment, read)
    if (shown.length > 0 && (parts.length > 0 || own.length > 0)) parts.push(PART)
    parts.push(...shown)
  }
  // Beside blocks the text is what a notification shows, and mostly says the same.
  const below = parts.join('\n')
  const said = [...own.filter(part => !below.includes(part)), ...parts].join('\n')
  return clip(said.replace(LEADING_PART, ''), max)
}

const LEADING_PART = new RegExp(`^${PART}\\n`)

interface Budget {
  left: number
  visits: number
}

function attachmentParts(attachment: unknown, read: Budget): string[] {
  const shown = partsOf(attachment, 1, read)
  const { footer, fallback } = objectSchema.safeParse(attachment).data ?? {}
  const below = partsOf(footer, 2, read)
  // Slack shows it only where nothing else can be shown.
  return shown.length > 0 ? [...shown, ...below] : [...partsOf(fallback, 2, read), ...below]
}

function partsOf(value: unknown, depth: number, read: Budget): string[] {
  read.visits -= 1
  if (read.left <= 0 || read.visits < 0 || depth > DEEPEST) return []
  if (typeof value === 'string') {
    const part = clip(unmarked(value, read.left), read.left)
    read.left -= part.length + 1
    return part === '' ? [] : [part]
  }
  if (Array.isArray(value)) {
    const parts: string[] = []
    for (const each of value) {
      if (read.left <= 0 || read.visits < 0) break
      parts.push(...partsOf(each, depth + 1, read))
    }
    return parts
  }
  const { data } = objectSchema.safeParse(value)
  if (data === undefined) return []
  if (ASKED.includes(`${data.type}`)) return []
  if (INLINE.includes(`${data.type}`)) return inlineParts(data.elements, read)
  if (data.type === 'rich_text_list') return partsOf(data.elements, depth + 1, read).map(part => `• ${part}`)
  if (typeof data.title === 'string' && typeof data.value === 'string')
    return fieldParts(data.title, data.value, read)
  const rows = Array.isArray(data.rows) ? data.rows : []
  return [
    ...SHOWN.flatMap(key => partsOf(data[key], depth + 1, read)),
    ...NESTED.flatMap(key => partsOf(data[key], depth + 1, read)),
    ...rows.flatMap(row => {
      const cells = partsOf(row, depth + 1, read)
      return cells.length === 0 ? [] : [cells.join(' | ')]
    }),
  ]
}

/** A label with its value. */
function fieldParts(title: string, value: string, read: Budget): string[] {
  const [name = ''] = partsOf(title, DEEPEST, read)
  const [shown = ''] = partsOf(value, DEEPEST, read)
  if (name === '' || shown === '') return [name, shown].filter(part => part !== '')
  const sign = /[:：=]$/.test(name) ? '' : ':'
  return [`${name}${sign}${shown.includes('\n') ? '\n' : ' '}${shown}`]
}

const inlineSchema = z.object({
  type: z.string().catch(''),
  text: z.string().catch(''),
  name: z.string().catch(''),
  fallback: z.string().catch(''),
  style: z
    .object({
      code: z.boolean().catch(false),
      bold: z.boolean().catch(false),
      italic: z.boolean().catch(false),
      strike: z.boolean().catch(false),
    })
    .partial()
    .catch({}),
})

/** One line of what stands side by side, with the marks that it would have in Slack's own spelling. */
function inlineParts(elements: unknown, read: Budget): string[] {
  let line = ''
  /** What is struck through up to here, which may go on. */
  let struck = ''
  for (const element of Array.isArray(elements) ? elements : []) {
    read.visits -= 1
    if (line.length + struck.length >= read.left || read.visits < 0) break
    const { data } = inlineSchema.safeParse(element)
    if (data === undefined) continue
    const { type, text, name, fallback, style } = data
    const shown =
      type === 'emoji' ? `:${name}:` : text === '' ? fallback || ' ' : text.slice(0, read.left + 1)
    const set =
      style.code === true
        ? marked(shown, '`')
        : style.bold === true
          ? marked(shown, '*')
          : style.italic === true
            ? marked(shown, '_')
            : shown
    if (style.strike === true) struck += set
    else {
      line += `${marked(struck, '~')}${set}`
      struck = ''
    }
  }
  line += marked(struck, '~')
  const part = clip(line.trim(), Math.max(read.left, 1))
  read.left -= part.length + 1
  return part === '' ? [] : [part]
}

/** Each line by itself, as marks do not go over lines. */
function marked(text: string, mark: string): string {
  if (text.includes('\n'))
    return text
      .split('\n')
      .map(line => marked(line, mark))
      .join('\n')
  const inner = text.trim()
  if (inner === '') return text
  const at = text.indexOf(inner)
  return `${text.slice(0, at)}${mark}${inner}${mark}${text.slice(at + inner.length)}`
}

/** `<https://…|label>` and its like are read as they are shown; what only links is left out. */
function unmarked(text: string, max: number): string {
  const isCut = text.length > max
  const shown = text
    .slice(0, max)
    .replace(/<[!@#][^<>|]{0,400}\|([^<>]{0,400})>/g, '$1')
    .replace(/<[a-z]{2,10}:[^<>|]{0,3000}\|([^<>]{0,3000})>/g, '$1')
    .replace(/<[!@#a-z][^<>]{0,3000}>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim()
  // Half a value must not pass for a whole one.
  return isCut ? `${shown}…` : shown
}
