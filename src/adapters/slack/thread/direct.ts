// What one person, or one more channel, is told beside the thread: the thread's own words, with where they belong. Pure.

import type { DirectKey, ResetRequest } from '../../../request/request.ts'
import { noteOf } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { LIMITS } from '../blocks/limits.ts'
import { clipEscaped, line, paragraph, spoken } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { reviewButton } from './buttons.ts'
import type { Message } from './card.ts'
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

export function directMessage(words: Words, request: ResetRequest, key: DirectKey): Message {
  if (key.startsWith('ping-')) return pingMessage(words, request)
  const note = noteOf(request, `note-${Number(KEY.exec(key)?.[2])}`)
  if (note === undefined) throw new Error(`There is nothing to tell as ${key}.`)
  const toRequester = key.startsWith('direct-')
  const { text, blocks } = noteReply(words, request, note, {}, { toRequester })
  // The question is for those who may answer it, in the thread.
  return directReply(words, request, { text, blocks: blocks.filter(({ type }) => type !== 'actions') })
}

function pingMessage(words: Words, request: ResetRequest): Message {
  const { id, requester, reset, pendingSinceMs, createdAtMs, expiresAtMs } = request
  const group = clip(reset.target.group, 255)
  const pieces = words.direct.waitsForYou(id, requester, group, pendingSinceMs ?? createdAtMs, expiresAtMs)
  return {
    text: clipEscaped(spoken(pieces), LIMITS.messageText),
    blocks: [paragraph(line(...pieces)), { type: 'actions', elements: [reviewButton(words, id)] }],
  }
}
