// The debts that take many reads of the cluster: the plan, and the exact offsets of one of bounds. On the way the record is
// told how far they are, which the card shows.

import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import { backoffAfter } from '../request/backoff.ts'
import { boundsSchema } from '../request/bounds.ts'
import { causeOfRefusal } from '../request/cause.ts'
import { differenceSchema } from '../request/drift.ts'
import { planDocument, type RequestId, type ResetRequest } from '../request/request.ts'
import type { Changes } from './changes.ts'
import { type Payment, paid } from './payment.ts'
import type { Plans } from './plans.ts'
import type { Policies } from './policies.ts'
import type { OnProgress } from './so-far.ts'

export interface PlanDebtsDeps {
  changes: Changes
  plans: Plans
  clock: Clock
  /** What has to be changed because the policy says something else by now. */
  reconsider: Policies['reconsider']
  /** How long a plan waits for a decision, unless its rule says so. */
  requestExpiryMs: number
  /** Starts paying what follows, and returns at once. */
  pay(id: RequestId): void
  /** The same of one lane: what is paid now keeps its own. */
  startLane(id: RequestId, lane: 'chat' | 'settle'): void
}

export interface PlanDebts {
  prepare(request: ResetRequest): Promise<Payment>
  /** The exact offsets within the bounds that may have been decided on meanwhile. */
  settle(request: ResetRequest): Promise<Payment>
}

const PREPARE_RETRY_MS = 5_000
const PREPARE_RETRY_MAX_MS = 60_000
/** A plan of many reads says so often how far it is, and is left to whoever makes it for so long after. */
const PROGRESS_MS = 3_000
const PROGRESS_TRUST_MS = 30_000

export function createPlanDebts(deps: PlanDebtsDeps): PlanDebts {
  const { plans, clock, pay, startLane } = deps
  const { change, read } = deps.changes

  async function prepare(request: ResetRequest): Promise<Payment> {
    const { id, state, round } = request
    if (state.name !== 'preparing') return 'paid'
    const made = await plans.make(request, telling(request))
    switch (made.kind) {
      case 'planned': {
        const planned = await change(id, made.command, { documents: { [planDocument(round)]: made.rows } })
        startLane(id, 'settle')
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
      startLane(id, 'chat')
    }
  }

  async function notMade(
    { id, round }: ResetRequest,
    made: Exclude<ReadOutcome<never>, { kind: 'read' }> | { kind: 'impossible'; cause: string },
    tries: number,
  ): Promise<Payment> {
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

  async function settle(request: ResetRequest): Promise<Payment> {
    const { id, round, plan, settling } = request
    if (plan === null || !settling) return 'paid'
    const begun = { kind: 'progress', round, done: 0, total: plan.partitions } as const
    const mine = await change(id, { ...begun, retryAtMs: clock() + PROGRESS_TRUST_MS }, { known: request })
    if (mine.kind !== 'changed') return 'left'
    startLane(id, 'chat')
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

  return { prepare, settle }
}
