// What a message says, in plain text: its text, its blocks and its attachments, as alerts of bots come in any of them.
// What it reads is untrusted and may be anything; it must never throw, nor read more than it is told to.

import { z } from 'zod'

const DEEPEST = 12
/** Texts, lists and objects that are looked at: more than Slack lets a message have. */
const LOOKED_AT = 5_000
/** The fields of blocks and attachments that hold what is shown; ids and links are not among them. */
const SHOWN = ['pretext', 'title', 'text', 'fallback', 'value', 'label'] as const
const NESTED = ['fields', 'elements', 'blocks', 'attachments', 'message_blocks', 'message', 'rows'] as const

const objectSchema = z.record(z.string(), z.unknown())

/** At most so many characters, one part to a line. */
export function alertText(message: unknown, max: number): string {
  const parts = new Set<string>()
  let left = max
  /** The same text again costs reading, but adds nothing. */
  let leftToRead = max * 4
  let leftToLookAt = LOOKED_AT
  const visit = (value: unknown, depth: number): void => {
    if (value === undefined || left <= 0 || depth > DEEPEST) return
    leftToLookAt -= 1
    if (leftToLookAt < 0 || leftToRead <= 0) return
    if (typeof value === 'string') {
      const read = value.slice(0, left)
      leftToRead -= read.length
      const part = unmarked(read)
      if (part !== '' && !parts.has(part)) {
        parts.add(part)
        left -= part.length
      }
    } else if (Array.isArray(value)) {
      for (const each of value.slice(0, LOOKED_AT)) visit(each, depth + 1)
    } else {
      const { data } = objectSchema.safeParse(value)
      if (data === undefined) return
      for (const key of SHOWN) visit(data[key], depth + 1)
      for (const key of NESTED) visit(data[key], depth + 1)
    }
  }
  visit(message, 0)
  return [...parts].join('\n').slice(0, max)
}

/** `<https://…|label>` and its like are read as they are shown; what only links is left out. */
function unmarked(text: string): string {
  return text
    .replace(/<[!@#][^<>|]{0,400}\|([^<>]{0,400})>/g, '$1')
    .replace(/<[a-z]{2,10}:[^<>|]{0,3000}\|([^<>]{0,3000})>/g, '$1')
    .replace(/<[!@#a-z][^<>]{0,3000}>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim()
}
