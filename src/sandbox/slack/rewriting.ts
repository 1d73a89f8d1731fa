// What Slack does to text it is given: emoji to colons, bare links to angle brackets, a bare & escaped.
// A bot that compares what it posted with what it reads back must meet these differences here first.

import { EMOJI } from './emoji.ts'

// Either spelling of those that have two.
const colons = Object.entries(EMOJI).flatMap(([name, emoji]): [string, string][] => [
  [emoji, `:${name}:`],
  [emoji.replace('\u{fe0f}', ''), `:${name}:`],
])

export function colonEmoji(text: string): string {
  return colons.reduce((out, [emoji, colon]) => out.replaceAll(emoji, colon), text)
}

/** Top-level message text and mrkdwn. */
export function rewriteMarkup(text: string): string {
  return colonEmoji(text)
    .replace(/&(?!amp;|lt;|gt;)/g, '&amp;')
    .replace(/(?<![<|\w])https?:\/\/[^\s<>|`]+/g, '<$&>')
}

/** What a person would compare: what the eye sees of either spelling. */
export function visible(text: string): string {
  return colonEmoji(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim()
}
