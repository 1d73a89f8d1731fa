// What one person, or one more channel, is told beside the thread: the thread's own words, with where they belong. Pure.

import { type DirectKey, noteOf } from '../../../request/notes.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { LIMITS } from '../blocks/limits.ts'
import { cardUrl } from '../blocks/links.ts'
import { clipEscaped, escaped, line, paragraph, spoken } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { facts } from '../wording/facts.ts'
import { reviewButton } from './buttons.ts'
import { type Message, spokenFacts, spokenReason, TOPICS_ON_CARD } from './card.ts'
import { directReply } from './elsewhere.ts'
import { noteReply } from './replies.ts'

const KEY = /^(direct|tell|ping)-(\d+)(?:-(.+))?$/

/** Of a user, or of a channel. Null: it is told to nobody in particular. */
export function recipientOf(request: ResetRequest, key: string): string | null {
  const [, kind, index, place] = KEY.exec(key) ?? []
  switch (kind) {
    case 'direct':
      return request.requester
    case 'tell':
      return place ?? null
    case 'ping':
      return request.pings[Number(index)]?.to ?? null
    default:
      return null
  }
}

/** @param base of the link to the card, as links.ts has it */
export function directMessage(
  words: Words,
  request: ResetRequest,
  key: DirectKey,
  base: string | null,
): Message {
  const url = cardUrl(base, request)
  if (key.startsWith('ping-')) return pingMessage(words, request, url)
  const note = noteOf(request, `note-${Number(KEY.exec(key)?.[2])}`)
  if (note === undefined) throw new Error(`There is nothing to tell as ${key}.`)
  const toRequester = key.startsWith('direct-')
  const { text, blocks } = noteReply(words, request, note, {}, { toRequester })
  // The question is for those who may answer it, in the thread.
  return directReply(words, request, url, {
    text,
    blocks: blocks.filter(({ type }) => type !== 'actions'),
  })
}

/** With what is asked for and why, so that it can be judged whether to open the review now. */
function pingMessage(words: Words, request: ResetRequest, url: string | null): Message {
  const { id, pendingSinceMs, createdAtMs, expiresAtMs } = request
  const waits = (to: string | null) =>
    words.direct.waitsForYou(id, to, pendingSinceMs ?? createdAtMs, expiresAtMs)
  const told = [spoken(waits(null)), escaped(spokenFacts(words, request)), spokenReason(words, request)]
  return {
    text: clipEscaped(told.join('\n'), LIMITS.messageText),
    blocks: [
      paragraph(line(...waits(url))),
      facts(words, request, TOPICS_ON_CARD),
      { type: 'actions', elements: [reviewButton(words, id)] },
    ],
  }
}
