// What Slack does not take where it belongs, told in the other channel: with its request, as there is no thread. Pure.

import type { ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { LIMITS } from '../blocks/limits.ts'
import { clipEscaped, line, paragraph, spoken } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { Message } from './card.ts'

/** Instead of the card: that there is a request, and how it can be decided all the same. */
export function elsewhereCard(words: Words, request: ResetRequest): Message {
  const { id, channel, posts } = request
  const why = posts.card?.state === 'refused' ? posts.card.code : 'unknown'
  const pieces = words.elsewhere.noCard(id, channel, clip(why, 100))
  return { text: clipEscaped(spoken(pieces), LIMITS.messageText), blocks: [paragraph(line(...pieces))] }
}

export function elsewhereReply(words: Words, { id, channel, reset }: ResetRequest, reply: Message): Message {
  const pieces = words.elsewhere.about(id, clip(reset.target.group, 255), channel)
  return {
    text: clipEscaped(`${spoken(pieces)}\n${reply.text}`, LIMITS.messageText),
    blocks: [paragraph(line(...pieces)), ...reply.blocks],
  }
}
