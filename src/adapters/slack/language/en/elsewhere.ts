// What is told in another channel because Slack does not take it where it belongs, in English.

import { code, type Piece, strong, text } from '../../blocks/text.ts'

export const elsewhere = {
  noCard: (id: string, channel: string, why: string): Piece[] => [
    strong(`${id} has no card. `),
    text(`Slack does not take it in the channel ${channel} (${why}). An approver can review it with `),
    code(`/offset-requests ${id}`),
    text('. What is to be said about it is said here until the channel takes it.'),
  ],
  about: (id: string, group: string, channel: string): Piece[] => [
    strong(`About ${id} `),
    text('on the group '),
    code(group),
    text(`, as Slack does not take it in the channel ${channel}:`),
  ],
}
