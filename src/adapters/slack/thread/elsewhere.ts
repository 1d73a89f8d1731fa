// What is told apart from its thread, and so with its request: what Slack does not take where it belongs, and what one
// person or one more channel is told besides. Pure.

import type { ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { LIMITS } from '../blocks/limits.ts'
import { clipEscaped, line, type Piece, paragraph, spoken } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { Message } from './card.ts'

/** Instead of the card: that there is a request, and how it can be decided all the same. */
export function elsewhereCard(words: Words, request: ResetRequest): Message {
  const { id, channel, posts } = request
  const why = posts.card?.state === 'refused' ? posts.card.code : 'unknown'
  const pieces = words.elsewhere.noCard(id, channel, clip(why, 100))
  return { text: clipEscaped(spoken(pieces), LIMITS.messageText), blocks: [paragraph(line(...pieces))] }
}

export function elsewhereReply(words: Words, request: ResetRequest, reply: Message): Message {
  return ledBy(words.elsewhere.about(request.id, groupOf(request), request.channel), reply)
}

/** To one person, or in one more channel, where Slack takes the thread as well. */
export function directReply(
  words: Words,
  request: ResetRequest,
  url: string | null,
  reply: Message,
): Message {
  const about = (to: string | null) => words.direct.about(request.id, to, groupOf(request))
  return ledBy(about(url), reply, about(null))
}

function groupOf({ reset }: ResetRequest): string {
  return clip(reset.target.group, 255)
}

/** @param said the same without its links, which nobody can follow where only the text is read */
function ledBy(pieces: Piece[], reply: Message, said: Piece[] = pieces): Message {
  return {
    text: clipEscaped(`${spoken(said)}\n${reply.text}`, LIMITS.messageText),
    blocks: [paragraph(line(...pieces)), ...reply.blocks],
  }
}
