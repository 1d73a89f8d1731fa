// What a record still owes the outside, paid here: jobs, looks at the group, expiries, cards and replies.
// Paying is repeatable and ends in a receipt, a change like any other. Nothing is remembered but what is under way.
// What only one process may do at a time, it claims before (claims.ts).

import { z } from 'zod'
import type { ChangeOutcome } from '../ports/approvals.ts'
import type { Chat, ChatOutcome, People, PostDocuments } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Report } from '../ports/events.ts'
import type { Store } from '../ports/store.ts'
import { NO_TRACING, type Tracing } from '../ports/tracing.ts'
import type { WorkQueue } from '../ports/work-queue.ts'
import { boundsSchema } from '../request/bounds.ts'
import { causeOfRefusal } from '../request/cause.ts'
import { differenceSchema } from '../request/drift.ts'
import type { Finding } from '../request/evidence.ts'
import { mayHaveMoved } from '../request/follow-up.ts'
import { type Followed, hasDone, owedToParent, undoneSince } from '../request/followed.ts'
import { documentsKeptMs } from '../request/kept.ts'
import { type Debt, nextDueAt, owed, REFUSED_POST_RETRY_MS } from '../request/owed.ts'
import { groupsOfGuard, stillAsked } from '../request/policy.ts'
import { remindAt } from '../request/reminding.ts'
import {
  cardTsOf,
  noteOf,
  type PostKey,
  planDocument,
  type RequestId,
  type ResetRequest,
} from '../request/request.ts'
import { doneOf, type PartitionResult, type ReadOutcome } from '../request/result.ts'
import { backoffAfter } from '../request/step.ts'
import { isProof } from '../request/unclear.ts'
import { untilWindow, waitsForWindow } from '../request/waiting.ts'
import { watchedFor } from '../request/watching.ts'
import { daytimeAt } from '../request/window.ts'
import { type Changes, StoreAway } from './changes.ts'
import { createClaims } from './claims.ts'
import type { Followers } from './followers.ts'
import type { KeptRows } from './kept-rows.ts'
import type { Movers } from './movers.ts'
import type { Plans } from './plans.ts'
import type { Policies } from './policies.ts'
import type { OnProgress } from './so-far.ts'
import type { Watches } from './watches.ts'

export interface DebtsDeps {
  changes: Changes
  store: Store
  queue: WorkQueue
  plans: Plans
  kept: KeptRows
  movers: Movers
  followers: Followers
  /** What the offsets show of a call that nobody answered. */
  lookBack(request: ResetRequest): Promise<Finding>
  /** What has to be changed because the policy says something else by now. */
  reconsider: Policies['reconsider']
  membersOf: Policies['membersOf']
  people: People | null
  chat: Chat
  clock: Clock
  report: Report
  tracing?: Tracing
  /** Names this process in claims. */
  processId: string
  /** How far apart read-backs have to be. */
  graceMs: number
  /** How long a plan waits for a decision, unless its rule says so. */
  requestExpiryMs: number
  /** Looks after a reset; absent: none are made. */
  watches?: Watches
  /** As of the settings of an execution. */
  watchMs?: number
}

export interface Debts {
  /** Starts paying what this request owes, and returns at once. */
  pay(id: RequestId): void
  /** Pays what is due now. Returns how many requests it looked at. */
  payDue(limit: number): Promise<number>
  /** Pays for requests that have no place in the due set, and gives old documents their end, some at a time. */
  payForgotten(): Promise<number>
  /** Resolves once no debt is being paid any more. */
  idle(): Promise<void>
}

const PREPARE_RETRY_MS = 5_000
const PREPARE_RETRY_MAX_MS = 60_000
/** Nobody has more approvers who all have to know; a longer list is a mistake. */
const MOST_REMINDED = 30
const PERSON_MS = 2_000
/** Who is to be reminded is asked for again so long, when Slack does not say who they are. */
const REMIND_PATIENCE_MS = 120_000
/** A plan of many reads says so often how far it is, and is left to whoever makes it for so long after. */
const PROGRESS_MS = 3_000
const PROGRESS_TRUST_MS = 30_000
/** Requests of before documents had an end, looked at in one pass. */
const OLD_AT_ONCE = 200

export function createDebts(deps: DebtsDeps): Debts {
  const { store, queue, plans, kept, chat, clock, report, processId, tracing = NO_TRACING } = deps
  const { change, read, patiently } = deps.changes
  const claims = createClaims({ change, store, clock, processId })
  const payments = new Map<string, { again: boolean; done: Promise<void> }>()

  /**
   * State and chat have a lane each, so that Slack never holds up an execution, and what may take minutes while people decide
   * has one as well; looks after a reset hold up nothing.
   */
  function pay(id: RequestId): void {
    startLane(id, 'state', isStateDebt)
    startLane(id, 'settle', isSettleDebt)
    startLane(id, 'chat', isChatDebt)
    startLane(id, 'watch', isWatchDebt)
  }

  function startLane(id: RequestId, lane: string, mine: (debt: Debt) => boolean): void {
    const key = `${lane}:${id}`
    const running = payments.get(key)
    if (running !== undefined) {
      running.again = true
      return
    }
    const payment = { again: true, done: Promise.resolve() }
    payments.set(key, payment)
    payment.done = (async () => {
      try {
        while (payment.again) {
          payment.again = false
          await payAll(id, mine)
        }
      } catch (error) {
        // The lease runs out and the pump comes again.
        report({ event: 'fault', where: 'paying debts', about: lane, requestId: id, error })
      } finally {
        payments.delete(key)
      }
    })()
  }

  async function payAll(id: RequestId, mine: (debt: Debt) => boolean): Promise<void> {
    for (;;) {
      const request = await read(id)
      if (request === undefined) return
      const nowMs = clock()
      const debt = owed(request, nowMs).find(candidate => mine(candidate) && candidate.dueAtMs <= nowMs)
      if (debt === undefined) {
        await store.settle(id, request.version, nextDueAt(request, nowMs))
        return
      }
      const about = { request: id, instance: request.reset.target.instanceId }
      const outcome = await tracing.leg('pay', debt.kind, about, () => payOne(request, debt))
      if (outcome !== 'paid') return
    }
  }

  /** `paid` when the record changed, so that the rest can be looked at; `left` when somebody else or time has to act. */
  async function payOne(request: ResetRequest, debt: Debt): Promise<'paid' | 'left'> {
    const { id } = request
    switch (debt.kind) {
      case 'prepare':
        return prepare(request)
      case 'settle':
        return settle(request)
      case 'expire':
        return paid(await change(id, { kind: 'expire' }, { known: request }))
      case 'abandon':
        return paid(await change(id, { kind: 'abandon' }, { known: request }))
      case 'remind':
        return remind(request)
      case 'reconsider': {
        const command = await deps.reconsider(request, 'lately')
        return paid(await change(id, command ?? { kind: 'reguardLater' }))
      }
      case 'escalate':
        return paid(await change(id, { kind: 'escalate', round: request.round }, { known: request }))
      case 'dispatch':
        return dispatch(request, debt.number, debt.delayMs)
      case 'checkDispatch': {
        if (await queue.isLive(id, debt.number))
          return paid(await change(id, { kind: 'dispatched', number: debt.number }, { known: request }))
        const command = await deps.reconsider(request)
        if (command !== null) return paid(await change(id, command))
        const number = request.dispatches + 1
        await queue.enqueue(id, number, 0)
        return paid(await change(id, { kind: 'dispatched', number, lost: true }, { known: request }))
      }
      case 'readBack':
        return readBack(request)
      case 'tellParent':
        return tellParent(request)
      case 'watch': {
        const command = (await deps.watches?.look(request)) ?? null
        return command === null ? 'left' : paid(await change(id, command))
      }
      case 'updateCard':
      case 'checkCard':
        return updateCard(request)
      case 'post':
        return post(request, debt.key, debt.look)
      default:
        return debt satisfies never
    }
  }

  /** The last moment at which Slack is at hand: a worker cannot look user groups up. */
  async function dispatch(request: ResetRequest, number: number, delayMs: number): Promise<'paid' | 'left'> {
    const { id } = request
    const command = await deps.reconsider(request, 'now')
    if (command !== null) return paid(await change(id, command))
    const runsAtMs = clock() + delayMs
    if (waitsForWindow(request, runsAtMs)) {
      const later = untilWindow(request, runsAtMs)
      return paid(await change(id, { ...later, waitMs: later.waitMs + delayMs }))
    }
    await queue.enqueue(id, number, delayMs)
    return paid(await change(id, { kind: 'dispatched', number }, { known: request }))
  }

  /** Whoever could fill what is lacking, each when their day has begun. */
  async function remind(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, round } = request
    const members = await deps.membersOf(groupsOfGuard(request.guard), 'now')
    const asked = await Promise.all(
      stillAsked(request, members)
        .slice(0, MOST_REMINDED)
        .map(async to => ({ to, person: (await deps.people?.find(to, PERSON_MS)) ?? null })),
    )
    // The message is about somebody's request: only who is known to be a member gets it.
    const isSilent = asked.some(({ person }) => person === null)
    const dueAtMs = remindAt(request)
    if (isSilent && dueAtMs !== null && clock() < dueAtMs + REMIND_PATIENCE_MS) return 'left'
    const pings = asked.map(({ to, person }) =>
      person?.membership === 'member' ? [{ to, notBeforeMs: daytimeAt(person.timeZone, clock()) }] : [],
    )
    return paid(await change(id, { kind: 'remind', round, pings: pings.flat() }))
  }

  async function prepare(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, state, round } = request
    if (state.name !== 'preparing') return 'paid'
    const made = await plans.make(request, telling(request))
    switch (made.kind) {
      case 'planned': {
        const planned = await change(id, made.command, { documents: { [planDocument(round)]: made.rows } })
        startLane(id, 'settle', isSettleDebt)
        return paid(planned)
      }
      case 'notAllowed':
        return paid(await change(id, { kind: 'disallow', ruling: made.ruling, version: made.version }))
      default:
        return notMade(request, made, state.tries)
    }
  }

  /** How far it is, for the card; no faster than anybody reads it. */
  function telling({ id, round }: ResetRequest): OnProgress {
    let told = clock()
    return async ({ done, total, leftMs, bounds: known }) => {
      if (clock() - told < PROGRESS_MS || done === total) return
      told = clock()
      const bounds = await known()
      await change(id, {
        ...{ kind: 'progress', round, done, total, retryAtMs: told + PROGRESS_TRUST_MS },
        ...(bounds === null ? {} : { bounds: z.encode(boundsSchema, bounds) }),
        ...(leftMs === null ? {} : { leftMs }),
      })
      // Nobody else may be waiting on this lane, and the card is to show it now.
      startLane(id, 'chat', isChatDebt)
    }
  }

  async function notMade(
    { id, round }: ResetRequest,
    made: Exclude<ReadOutcome<never>, { kind: 'read' }> | { kind: 'impossible'; cause: string },
    tries: number,
  ): Promise<'paid' | 'left'> {
    switch (made.kind) {
      case 'refused':
        return paid(
          await change(id, {
            kind: 'prepareFailed',
            round,
            cause: causeOfRefusal(made.code, made.message),
            refused: made.reason,
          }),
        )
      case 'impossible':
        return paid(await change(id, { kind: 'prepareFailed', round, cause: made.cause }))
      case 'unavailable': {
        // As long as the request may still be decided on: then it expires.
        const { cause, retryAfterMs = 0 } = made
        const pauseMs = Math.min(backoffAfter(tries + 1), PREPARE_RETRY_MAX_MS)
        const retryAtMs = clock() + Math.max(retryAfterMs, PREPARE_RETRY_MS, pauseMs)
        const later = await change(id, { kind: 'prepareLater', round, retryAtMs, cause })
        // A change that people see, so that the card says why and when.
        if (later.kind === 'changed')
          await change(id, { kind: 'progress', round, done: 0, total: 0, retryAtMs })
        return paid(later)
      }
      default:
        return made satisfies never
    }
  }

  /** The exact offsets within the bounds that may have been decided on meanwhile. */
  async function settle(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, round, plan, settling } = request
    if (plan === null || !settling) return 'paid'
    const begun = { kind: 'progress', round, done: 0, total: plan.partitions } as const
    const mine = await change(id, { ...begun, retryAtMs: clock() + PROGRESS_TRUST_MS }, { known: request })
    if (mine.kind !== 'changed') return 'left'
    startLane(id, 'chat', isChatDebt)
    const made = await plans.settle(request, telling(request))
    const settled = await (async () => {
      switch (made.kind) {
        case 'settled': {
          const documents = { [planDocument(round + 1)]: made.rows }
          return paid(await change(id, made.command, { documents }))
        }
        case 'outside': {
          const differences = z.encode(z.array(differenceSchema), made.differences)
          const expiryMs = request.guard.expiryMs ?? deps.requestExpiryMs
          const { digest } = plan
          return paid(await change(id, { kind: 'drifted', at: 'settling', digest, differences, expiryMs }))
        }
        case 'unavailable': {
          // What is approved does not expire, and nobody waits for it for ever.
          const now = await read(id)
          const isOver = now?.state.name === 'approved' && clock() >= now.expiresAtMs
          const { cause } = made
          return notMade(request, isOver ? { kind: 'impossible', cause } : made, settling.tries)
        }
        default:
          return notMade(request, made, settling.tries)
      }
    })()
    // What follows from it is owed on the other lanes, and the exact plan may ask for fewer approvals than its bounds.
    const after = made.kind === 'settled' ? await read(id) : undefined
    const command = after === undefined ? null : await deps.reconsider(after)
    if (command !== null) await change(id, command)
    pay(id)
    return settled
  }

  async function readBack(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, state } = request
    if (state.name !== 'unclear') return 'paid'
    const { attempt } = state
    const { evidence, result } = await deps.lookBack(request)
    const documents = result.length > 0 ? { documents: { result } } : {}
    if (isProof(state, evidence)) {
      // What is there in part may have more of it to come.
      const unanswered = evidence === 'present' ? 0 : 1
      const outcome = doneOf(result, unanswered)
      const watch = watchedFor(request, deps.watchMs)
      const command = { kind: 'finish', worker: processId, attempt, outcome, ...watch } as const
      return paid(await change(id, command, documents))
    }
    return paid(await change(id, { kind: 'looked', attempt, evidence, graceMs: deps.graceMs }, documents))
  }

  async function tellParent(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, parent, reset, channel, revision } = request
    const owedNow = owedToParent(request)
    if (parent === null || parent.kind === 'edit' || owedNow === undefined) return 'left'
    const found = await deps.followers.of({ id: parent.id, reset })
    const ts = cardTsOf(request)
    const since = undoneSince(request)
    const told = await change(parent.id, {
      kind: 'followed',
      how: parent.kind,
      by: id,
      card: ts === undefined ? null : { channel, ts },
      is: owedNow === 'open' ? 'open' : hasDone(request) ? 'done' : 'nothing',
      ...(since === undefined ? {} : { since }),
      ...standingOf(parent.kind, found, request),
    })
    if (told.kind === 'changed') pay(parent.id)
    return paid(
      await change(id, { kind: 'parentTold', ...(owedNow === 'open' ? { open: true } : {}), revision }),
    )
  }

  async function updateCard(request: ResetRequest): Promise<'paid' | 'left'> {
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

  async function post(request: ResetRequest, key: PostKey, look: boolean): Promise<'paid' | 'left'> {
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

  async function payDue(limit: number): Promise<number> {
    const ids = await claims.due(limit)
    for (const id of ids) pay(id)
    return ids.length
  }

  async function payForgotten(): Promise<number> {
    const ids = await store.findForgotten()
    for (const id of ids) pay(id)
    await store.endOldDocuments(OLD_AT_ONCE, documentsKeptMs)
    return ids.length
  }

  async function idle(): Promise<void> {
    while (payments.size > 0) await Promise.all([...payments.values()].map(payment => payment.done))
  }

  return { pay, payDue, payForgotten, idle }
}

/** The API says that it succeeded, and the offsets do not show it: only who runs the API can say why. */
function isAnsweredInVain({ said, outcome }: PartitionResult): boolean {
  return said?.code === 0 && (outcome === 'failed' || outcome === 'unreported')
}

function isChatDebt({ kind }: Debt): boolean {
  return kind === 'post' || kind === 'updateCard' || kind === 'checkCard'
}

function isSettleDebt({ kind }: Debt): boolean {
  return kind === 'settle'
}

function isWatchDebt({ kind }: Debt): boolean {
  return kind === 'watch'
}

function isStateDebt(debt: Debt): boolean {
  return !isChatDebt(debt) && !isSettleDebt(debt) && !isWatchDebt(debt)
}

function paid(outcome: ChangeOutcome): 'paid' | 'left' {
  return outcome.kind === 'changed' ? 'paid' : 'left'
}

/** Of what is kept of a request and does not match its record, nothing is known to be done. */
function standingOf(
  kind: 'undo' | 'retry',
  found: (Followed & { isKept: boolean; moved: number }) | null,
  { state }: ResetRequest,
) {
  if (found === null) return { isWhole: false, isLeft: true }
  const { undo, retry, isKept, moved } = found
  if (kind === 'undo') {
    const left = undo.left.filter(mayHaveMoved).length
    const share = isKept ? { share: { done: moved - left, of: moved } } : {}
    return { isWhole: isKept && left === 0, isLeft: false, ...share }
  }
  const isTaken = retry.by.length + retry.open.length > 0
  // What came to nothing has no rows: the whole of it is retried.
  if (!isKept) return { isWhole: state.name === 'succeeded', isLeft: !isTaken }
  return { isWhole: retry.isWhole, isLeft: retry.left.length > 0, share: retry.share }
}
