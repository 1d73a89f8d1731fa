// A note of everything that people did and where it went: which of several processes it reached, and how that ended.
// It must never change what is delivered.
import { isObject, type Json } from './block-schema.ts'
import type { Delivery } from './delivery.ts'
import type { SentPayload } from './face.ts'

export function noting(delivery: Delivery, notes: SentPayload[], now: () => number): Delivery {
  return {
    ...delivery,
    async deliver(kind, payload) {
      const note: SentPayload = { kind, userId: userOf(payload), atMs: now(), outcome: 'waiting' }
      notes.push(note)
      const ack = await delivery.deliver(kind, payload)
      note.outcome = ack.kind === 'acked' ? 'acked' : ack.reason
      if (ack.through !== undefined) note.through = ack.through
      return ack
    },
  }
}

/** A command names its user beside everything else, an interaction in an object. */
function userOf({ user, user_id }: Json): string {
  return String(isObject(user) ? user.id : user_id)
}
