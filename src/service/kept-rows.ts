// The large facts beside a record, read for whoever shows them or acts on them: rows of a plan and of a result, and the
// offsets of a file. What is not what its digest stands for is given to nobody.

import { z } from 'zod'
import type { Store } from '../ports/store.ts'
import type { AuditEvent } from '../request/command.ts'
import { areRowsOf, digestOfTargets, resultDigestOf } from '../request/digest.ts'
import { distrustOf } from '../request/distrust.ts'
import type { Plan } from '../request/plan.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import {
  type DocumentName,
  type DocumentOf,
  planDocument,
  type RequestId,
  type ResetRequest,
} from '../request/request.ts'
import type { Reset, Targets } from '../request/reset.ts'
import type { PartitionResult } from '../request/result.ts'
import type { Seals } from '../request/seals.ts'
import { isFinal } from '../request/state.ts'
import { resultDigestIn } from '../request/trail-replay.ts'

/** Each gives undefined for what is not kept, or not any more, and null for what is kept and does not match its digest. */
export interface KeptRows {
  /** Of the plan that the request stands at; one that is open needs them, so that none are as bad as others. */
  plan(request: ResetRequest): Promise<PlanRow[] | null | undefined>
  /** Of an earlier plan, or of the present one. */
  planOfRound(request: ResetRequest, round: number): Promise<PlanRow[] | null | undefined>
  /** What the whole trail vouches for. */
  result(id: RequestId): Promise<PartitionResult[] | null | undefined>
  targets(request: ResetRequest): Promise<Targets | null | undefined>
}

export function createKeptRows({ store, seals }: { store: Store; seals: Seals | null }): KeptRows {
  /** Null: it cannot be read as what it should be. */
  async function documentOf<Name extends DocumentName>(
    id: RequestId,
    name: Name,
  ): Promise<DocumentOf<Name> | null | undefined> {
    try {
      return await store.readDocument(id, name)
    } catch (error) {
      if (error instanceof z.core.$ZodError || error instanceof SyntaxError) return null
      throw error
    }
  }

  async function plan(request: ResetRequest): Promise<PlanRow[] | null | undefined> {
    if (request.plan === null) return undefined
    const rows = await documentOf(request.id, planDocument(request.round))
    if (rows === undefined) return isFinal(request.state) ? undefined : null
    return rows !== null && areRowsOf(request.reset, request.plan, rows) ? rows : null
  }

  /** Null: nothing vouches for what they say. */
  async function vouchedEvents(id: RequestId): Promise<AuditEvent[] | null> {
    const stored = await store.readWithTrail(id)
    if (stored === undefined) return null
    const { trail, request, doubt } = stored
    if (distrustOf({ ...trail, auditHash: request.auditHash }, doubt, seals) !== null) return null
    return trail.events.map(json => JSON.parse(json) as AuditEvent)
  }

  return {
    plan,
    async planOfRound(request, round) {
      if (round === request.round && request.plan !== null) return plan(request)
      const rows = await documentOf(request.id, planDocument(round))
      if (rows === undefined || rows === null) return rows
      const made = planMadeIn((await vouchedEvents(request.id)) ?? [], round)
      return made !== null && areRowsOf({ ...request.reset, topics: made.topics }, made.plan, rows)
        ? rows
        : null
    },
    async result(id) {
      const rows = await documentOf(id, 'result')
      if (rows === undefined || rows === null) return rows
      const events = await vouchedEvents(id)
      if (events === null) return null
      const digest = resultDigestIn(events)
      // Of before the digest was kept there is nothing to compare with.
      return digest === undefined || digest === resultDigestOf(rows) ? rows : null
    },
    async targets({ id, targetsDigest }) {
      const targets = await documentOf(id, 'targets')
      if (targets === undefined || targets === null) return targets
      return targetsDigest === undefined || targetsDigest === digestOfTargets(targets) ? targets : null
    },
  }
}

function planMadeIn(
  events: readonly AuditEvent[],
  round: number,
): { topics: Reset['topics']; plan: Pick<Plan, 'digest' | 'execution' | 'rowsDigest'> } | null {
  for (const { command } of events) {
    if (command.kind === 'prepare' && command.round === round) return command
    if (command.kind === 'settle' && command.round + 1 === round) return command
  }
  return null
}
