// What a process has for itself for a while, so that no other does the same and another comes when it died: a claim on the
// message it posts or the card it draws, kept in the record, and a lease on a request whose debts it pays, kept in the due
// set. For how long, is here. It must never post: whoever finds a claim run out looks first whether the message is there.
// The group that an execution writes to is held by its own rules (writingOf in changes.ts).

import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import type { PostKey } from '../request/notes.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Changes } from './changes.ts'

/** Longer than any call to Slack, and short enough that a lost message is looked for soon. */
const CLAIM_MS = 15_000
/** How soon another process may look after a request that one has taken and not settled. */
const LEASE_MS = 20_000

/** What is to be posted or drawn, and until when nobody else does. */
export interface Claim {
  request: ResetRequest
  untilMs: number
}

export interface Claims {
  /** Null: somebody else has it, or there is nothing to draw any more. */
  card(request: ResetRequest): Promise<Claim | null>
  /** Null likewise. */
  post(request: ResetRequest, key: PostKey): Promise<Claim | null>
  /** Of a post of which it is not known yet whether it is there: whoever comes after so long looks again. */
  lookLater(id: RequestId, key: PostKey, afterMs?: number): ReturnType<Changes['change']>
  /** Leases of what is due, oldest first. */
  due(limit: number): Promise<RequestId[]>
}

export function createClaims(deps: {
  change: Changes['change']
  store: Store
  clock: Clock
  /** Names this process in claims. */
  processId: string
}): Claims {
  const { change, store, clock, processId: by } = deps

  async function claim(
    known: ResetRequest,
    what: { kind: 'claimCard' } | { kind: 'claimPost'; key: PostKey },
  ): Promise<Claim | null> {
    const untilMs = clock() + CLAIM_MS
    const claimed = await change(known.id, { ...what, by, untilMs }, { known })
    return claimed.kind === 'changed' ? { request: claimed.request, untilMs } : null
  }

  return {
    card: request => claim(request, { kind: 'claimCard' }),
    post: (request, key) => claim(request, { kind: 'claimPost', key }),
    lookLater: (id, key, afterMs = CLAIM_MS) =>
      change(id, { kind: 'claimPost', key, by, untilMs: clock() + afterMs }),
    due(limit) {
      const nowMs = clock()
      return store.takeDue(nowMs, nowMs + LEASE_MS, limit)
    },
  }
}
