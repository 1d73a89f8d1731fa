// What Slack does not take where it belongs, told in the other channel: with its request, as there is no thread. Pure.

import type { ResetRequest } from '../../request/request.ts'
import { clip } from '../../request/reset.ts'
import type { Message } from './card.ts'
import { LIMITS } from './limits.ts'
import { clipEscaped, code, line, type Piece, paragraph, spoken, strong, words } from './text.ts'

/** Instead of the card: that there is a request, and how it can be decided all the same. */
export function elsewhereCard(request: ResetRequest): Message {
  const { id, channel, posts } = request
  const why = posts.card?.state === 'refused' ? posts.card.code : 'unknown'
  const pieces: Piece[] = [
    strong(`${id} has no card. `),
    words(
      `Slack does not take it in the channel ${channel} (${clip(why, 100)}). An approver can review it with `,
    ),
    code(`/offset-requests ${id}`),
    words('. What is to be said about it is said here until the channel takes it.'),
  ]
  return { text: clipEscaped(spoken(pieces), LIMITS.messageText), blocks: [paragraph(line(...pieces))] }
}

export function elsewhereReply({ id, channel, reset }: ResetRequest, reply: Message): Message {
  const pieces: Piece[] = [
    strong(`About ${id} `),
    words('on the group '),
    code(clip(reset.target.group, 255)),
    words(`, as Slack does not take it in the channel ${channel}:`),
  ]
  return {
    text: clipEscaped(`${spoken(pieces)}\n${reply.text}`, LIMITS.messageText),
    blocks: [paragraph(line(...pieces)), ...reply.blocks],
  }
}
