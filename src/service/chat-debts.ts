// The debts that Slack takes: the card, drawn anew as the record changes, the replies in its thread and direct messages.
// A post of which nobody knows whether it arrived is looked for before it is made again.

import type { Chat, ChatOutcome, PostDocuments } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Report } from '../ports/events.ts'
import type { Store } from '../ports/store.ts'
import { NO_TRACING, type Tracing } from '../ports/tracing.ts'
import { noteOf, type PostKey } from '../request/notes.ts'
import { REFUSED_POST_RETRY_MS } from '../request/owed.ts'
import { cardTsOf, type RequestId, type ResetRequest } from '../request/request.ts'
import type { PartitionResult } from '../request/result.ts'
import type { Changes } from './changes.ts'
import type { Claims } from './claims.ts'
import type { KeptRows } from './kept-rows.ts'
import type { Movers } from './moved-by.ts'
import { StoreAway } from './patience.ts'
import { type Payment, paid } from './payment.ts'

export interface ChatDebtsDeps {
  changes: Changes
  claims: Claims
  store: Store
  kept: KeptRows
  movers: Movers
  chat: Chat
  clock: Clock
  report: Report
  tracing?: Tracing
  /** Names this process in claims. */
  processId: string
}

export interface ChatDebts {
  updateCard(request: ResetRequest): Promise<Payment>
  /** @param look an earlier post of this key may have arrived */
  post(request: ResetRequest, key: PostKey, look: boolean): Promise<Payment>
}

export function createChatDebts(deps: ChatDebtsDeps): ChatDebts {
  const { store, kept, claims, chat, clock, report, processId, tracing = NO_TRACING } = deps
  const { change, patiently } = deps.changes

  async function updateCard(request: ResetRequest): Promise<Payment> {
    const { id } = request
    const claim = await claims.card(request)
    if (claim === null) return 'left'
    const { revision } = claim.request
    const ts = cardTsOf(claim.request)
    if (ts === undefined) return 'left'
    const outcome = await chat.updateCard(claim.request, claim.untilMs)
    reportPost(request, 'cardUpdate', outcome)
    switch (outcome.kind) {
      case 'posted':
        return paid(
          await change(id, { kind: 'cardShown', by: processId, revision }, { known: claim.request }),
        )
      case 'refused': {
        const { code } = outcome
        return paid(await change(id, { kind: 'cardRefused', by: processId, revision, ts, code }))
      }
      case 'later':
        return paid(await change(id, { kind: 'cardLater', retryAtMs: clock() + outcome.afterMs }))
      case 'unknown':
        return paid(await change(id, { kind: 'cardLater', retryAtMs: clock() + 2_000 }))
      default:
        return outcome satisfies never
    }
  }

  async function post(request: ResetRequest, key: PostKey, look: boolean): Promise<Payment> {
    const { id } = request
    if (look) {
      const found = await chat.find(request, key)
      if (found.kind === 'found' && found.ts !== null) {
        const { ts, picture } = found
        return paid(await change(id, { kind: 'posted', key, ts, revision: 0, ...(picture && { picture }) }))
      }
      if (found.kind === 'later' || found.kind === 'unknown') {
        // Still not known whether it is there: keep the claim, so that the next try looks again.
        const afterMs = found.kind === 'later' ? found.afterMs : undefined
        return paid(await claims.lookLater(id, key, afterMs))
      }
    }
    const claim = await claims.post(request, key)
    if (claim === null) return 'left'
    const documents = await documentsOrNone(claim.request, key)
    const outcome = await chat.post(claim.request, key, documents, claim.untilMs)
    reportPost(request, key, outcome)
    switch (outcome.kind) {
      case 'posted':
        return paid(
          await change(
            id,
            {
              ...{ kind: 'posted', key, ts: outcome.ts, revision: claim.request.revision },
              ...(outcome.picture && { picture: outcome.picture }),
            },
            { known: claim.request },
          ),
        )
      case 'later':
        return paid(
          await change(id, { kind: 'postLater', key, by: processId, retryAtMs: clock() + outcome.afterMs }),
        )
      case 'refused': {
        const retryAtMs = clock() + REFUSED_POST_RETRY_MS
        const cardTs = key.startsWith('note-') ? cardTsOf(claim.request) : undefined
        return paid(
          await change(id, {
            kind: 'postRefused',
            key,
            by: processId,
            code: outcome.code,
            retryAtMs,
            ...(cardTs === undefined ? {} : { cardTs }),
          }),
        )
      }
      case 'unknown':
        return 'left'
      default:
        return outcome satisfies never
    }
  }

  /** A document that cannot be read any more must not silence the thread: it is said without. */
  async function documentsOrNone(request: ResetRequest, key: PostKey): Promise<PostDocuments> {
    try {
      return await patiently(() => documentsFor(request, key))
    } catch (error) {
      if (error instanceof StoreAway) throw error
      report({ event: 'fault', where: 'documents of a post', about: key, requestId: request.id, error })
      return {}
    }
  }

  async function documentsFor(request: ResetRequest, key: PostKey): Promise<PostDocuments> {
    const note = noteOf(request, key)
    if (note?.kind === 'drifted') return { movers: await deps.movers.behind(request, note) }
    if (note?.kind === 'planned') {
      return { plan: (await kept.planOfRound(request, note.round)) ?? null }
    }
    const showsResult = ['ended', 'unclear', 'asked', 'resultFile'].includes(note?.kind ?? '')
    if (!showsResult) return {}
    const result = await kept.result(request.id)
    if (result === undefined) return {}
    const isAnswered = note?.kind === 'ended' && (result?.some(isAnsweredInVain) ?? false)
    return isAnswered ? { result, apiRequestIds: await lastCalls(request.id) } : { result }
  }

  /** What the API calls the calls of the last attempt; empty where it does not. */
  async function lastCalls(id: RequestId): Promise<string[]> {
    const events = await patiently(() => store.readEvents(id))
    const last = events.map(({ command }) => command).findLast(({ kind }) => kind === 'finish')
    return last?.kind === 'finish' ? (last.apiRequestIds ?? []) : []
  }

  function reportPost(request: ResetRequest, key: PostKey | 'cardUpdate', outcome: ChatOutcome): void {
    const detail = 'cause' in outcome ? outcome.cause : 'code' in outcome ? outcome.code : ''
    tracing.about({ outcome: outcome.kind })
    report({ event: 'posted', requestId: request.id, key, outcome: outcome.kind, detail })
  }

  return { updateCard, post }
}

/** The API says that it succeeded, and the offsets do not show it: only who runs the API can say why. */
function isAnsweredInVain({ said, outcome }: PartitionResult): boolean {
  return said?.code === 0 && (outcome === 'failed' || outcome === 'unreported')
}
