// The debts of a record's state but its plan: what runs out, who is reminded, what the policy says by now, the jobs, what an
// unclear call has done, and what the card of the request before it is to say.

import type { People } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { WorkQueue } from '../ports/work-queue.ts'
import { groupsOfGuard, stillAsked } from '../request/deciders.ts'
import type { Finding } from '../request/evidence.ts'
import { mayHaveMoved } from '../request/follow-up.ts'
import { type Followed, hasDone, owedToParent, undoneSince } from '../request/followed.ts'
import type { Debt } from '../request/owed.ts'
import { remindAt } from '../request/reminding.ts'
import { cardTsOf, type RequestId, type ResetRequest } from '../request/request.ts'
import { doneOf } from '../request/result.ts'
import { isProof } from '../request/unclear.ts'
import { untilWindow, waitsForWindow } from '../request/waiting.ts'
import { watchedFor } from '../request/watching.ts'
import { daytimeAt } from '../request/window.ts'
import type { Changes } from './changes.ts'
import type { Followers } from './followers.ts'
import { type Payment, paid } from './payment.ts'
import type { Policies } from './policies.ts'

export interface StateDebtsDeps {
  changes: Changes
  queue: WorkQueue
  followers: Followers
  /** What the offsets show of a call that nobody answered. */
  lookBack(request: ResetRequest): Promise<Finding>
  /** What has to be changed because the policy says something else by now. */
  reconsider: Policies['reconsider']
  membersOf: Policies['membersOf']
  people: People | null
  clock: Clock
  /** Names this process in what it finishes. */
  processId: string
  /** How far apart read-backs have to be. */
  graceMs: number
  /** As of the settings of an execution. */
  watchMs?: number
  /** Starts paying what another request owes by now, and returns at once. */
  pay(id: RequestId): void
}

/** The debts that no other file pays. */
export type StateDebt = Exclude<
  Debt,
  { kind: 'prepare' | 'settle' | 'watch' | 'post' | 'updateCard' | 'checkCard' }
>

/** Nobody has more approvers who all have to know; a longer list is a mistake. */
const MOST_REMINDED = 30
const PERSON_MS = 2_000
/** Who is to be reminded is asked for again so long, when Slack does not say who they are. */
const REMIND_PATIENCE_MS = 120_000

export function createStateDebts(deps: StateDebtsDeps): {
  pay(request: ResetRequest, debt: StateDebt): Promise<Payment>
} {
  const { queue, clock, processId } = deps
  const { change } = deps.changes

  async function pay(request: ResetRequest, debt: StateDebt): Promise<Payment> {
    const { id } = request
    switch (debt.kind) {
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
        return enqueue(request, { number: request.dispatches + 1, lost: true }, 0)
      }
      case 'readBack':
        return readBack(request)
      case 'tellParent':
        return tellParent(request)
      default:
        return debt satisfies never
    }
  }

  /** The last moment at which Slack is at hand: a worker cannot look user groups up. */
  async function dispatch(request: ResetRequest, number: number, delayMs: number): Promise<Payment> {
    const { id } = request
    const command = await deps.reconsider(request, 'now')
    if (command !== null) return paid(await change(id, command))
    const runsAtMs = clock() + delayMs
    if (waitsForWindow(request, runsAtMs)) {
      const later = untilWindow(request, runsAtMs)
      return paid(await change(id, { ...later, waitMs: later.waitMs + delayMs }))
    }
    return enqueue(request, { number }, delayMs)
  }

  async function enqueue(
    request: ResetRequest,
    job: { number: number; lost?: true },
    delayMs: number,
  ): Promise<Payment> {
    const { id } = request
    await queue.enqueue(id, job.number, delayMs)
    const noted = await change(id, { kind: 'dispatched', ...job }, { known: request })
    const putOffTo = noted.kind === 'changed' ? putOff(request, noted.request) : null
    if (noted.kind !== 'changed' || putOffTo === null) return paid(noted)
    // The job was faster than the note of it, and found that the request has to wait: for then there is no job yet.
    return dispatch(noted.request, job.number + 1, Math.max(0, putOffTo - clock()))
  }

  /** Whoever could fill what is lacking, each when their day has begun. */
  async function remind(request: ResetRequest): Promise<Payment> {
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

  async function readBack(request: ResetRequest): Promise<Payment> {
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

  async function tellParent(request: ResetRequest): Promise<Payment> {
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
    if (told.kind === 'changed') deps.pay(parent.id)
    return paid(
      await change(id, { kind: 'parentTold', ...(owedNow === 'open' ? { open: true } : {}), revision }),
    )
  }

  return { pay }
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

/** When it is to run, where that is not what it was before. Null: it is, or it is not to run any more. */
function putOff({ state: before }: ResetRequest, { state }: ResetRequest): number | null {
  if (before.name !== 'approved' || state.name !== 'approved') return null
  const isSame = before.notBeforeMs === state.notBeforeMs && before.wait?.looks === state.wait?.looks
  return isSame ? null : state.notBeforeMs
}
