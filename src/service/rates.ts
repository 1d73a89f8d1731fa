// How fast a group was seen to read, for what a plan has it do afterwards: from what is kept, and from looks that are made anyhow.
// It must never ask anybody for it, nor cost a plan or a look: what is not known is left out.

import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import type { Observation } from '../request/drift.ts'
import { hasMembers } from '../request/group.ts'
import type { Plan } from '../request/plan.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import {
  type Rate,
  type Rehearsal,
  rateBetween,
  rateOfWatch,
  rehearsalOf,
  type StoodAt,
} from '../request/rehearsal.ts'
import type { ResetRequest } from '../request/request.ts'
import type { Target } from '../request/reset.ts'
import type { KeptRows } from './kept-rows.ts'
import { hasWrittenSince } from './watches.ts'

/** So many of the group's latest requests are looked through. */
const LOOKED_THROUGH = 20

export interface RatesDeps {
  store: Store
  kept: KeptRows
  clock: Clock
}

export function createRates({ store, kept, clock }: RatesDeps) {
  /** At the rate since the plan before, or in the last watch. @param now as the plan has it */
  async function rehearsed(
    request: ResetRequest,
    topics: readonly string[],
    now: StoodAt,
    plan: Pick<Plan, 'replays' | 'lagAfter'>,
  ): Promise<Pick<Plan, 'rehearsal'>> {
    if (!isAsked(plan)) return {}
    try {
      const rate =
        (await rateOfLastPlan(request, now)) ?? (await rateOfLastWatch(request.reset.target, topics))
      return rate === null ? {} : { rehearsal: rehearsalOf(rate, plan.lagAfter) }
    } catch {
      return {}
    }
  }

  /** At the rate between the plan and this look; null: none is known. @param rows of the plan */
  async function sincePlan(
    request: ResetRequest,
    rows: readonly PlanRow[],
    { group, facts }: Observation,
  ): Promise<Rehearsal | null> {
    const { plan } = request
    if (plan === null || !isAsked(plan)) return null
    const looked = facts.positions.map(({ topic, partition, committed: from, logEnd }) => ({
      ...{ topic, partition, from, logEnd },
    }))
    const before = { atMs: plan.atMs, group: request.group, rows }
    const rate = rateBetween(before, { atMs: facts.atMs, group, rows: looked })
    try {
      return rate === null || (await wasReset(request, plan.atMs)) ? null : rehearsalOf(rate, plan.lagAfter)
    } catch {
      return null
    }
  }

  async function rateOfLastPlan(request: ResetRequest, now: StoodAt): Promise<Rate | null> {
    const { id, round } = request
    if (round === 1 || now.group === null || !hasMembers(now.group)) return null
    const events = await store.readEvents(id)
    const last = events.map(({ command }) => command).findLast(({ kind }) => kind === 'prepare')
    if (last?.kind !== 'prepare' || last.round !== round - 1) return null
    const rows = await kept.planOfRound(request, round - 1)
    if (rows === undefined || rows === null) return null
    const rate = rateBetween({ atMs: last.plan.atMs, group: last.group, rows }, now)
    return rate === null || (await wasReset(request, last.plan.atMs)) ? null : rate
  }

  /** By another request of ours, which moves offsets as well. */
  async function wasReset({ id, reset }: ResetRequest, sinceMs: number): Promise<boolean> {
    const requests = await latestOf(reset.target)
    return requests.some(other => other.id !== id && hasWrittenSince(other, sinceMs))
  }

  async function rateOfLastWatch(target: Target, topics: readonly string[]): Promise<Rate | null> {
    return rateOfWatch(await latestOf(target), topics, clock())
  }

  async function latestOf(target: Target): Promise<ResetRequest[]> {
    const filter = { of: { kind: 'target', target }, part: 'any' } as const
    return (await store.list(filter, LOOKED_THROUGH)).requests
  }

  return { rehearsed, sincePlan }
}

export type Rates = ReturnType<typeof createRates>

/** Who only skips, or has nothing to read then, waits for nothing. */
function isAsked({ replays, lagAfter }: Pick<Plan, 'replays' | 'lagAfter'>): boolean {
  return replays > 0n && lagAfter > 0n
}
