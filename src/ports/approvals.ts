// What people can do, as the surfaces in Slack ask for it. The comments are the contract.

import type { AskedIn } from '../request/asked-in.ts'
import type { Origin } from '../request/command.ts'
import type { Difference } from '../request/drift.ts'
import type { FollowUps } from '../request/follow-up.ts'
import type { Group } from '../request/group.ts'
import type { ActKind } from '../request/permissions.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { Rehearsal } from '../request/rehearsal.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Asked, Target, Targets } from '../request/reset.ts'
import type { PartitionResult } from '../request/result.ts'
import type { RefusedRuling } from '../request/state.ts'
import type { Refusal } from '../request/step.ts'
import type { Attempt, CommitOutcome, ListFilter, ListPage, ListPlace, TooMany, TooSoon } from './store.ts'

export interface Submittal extends Asked {
  parent: ResetRequest['parent']
  requester: string
  /** Of the click or command that this comes from, and never of another request: rules for channels go by it. */
  askedIn: AskedIn
  /** Where the card goes, unless the policy or the settings say. */
  cardIn: string
  /** The view it was submitted from: the same view twice is one request. */
  submissionId: string
}

/**
 * `notAllowed`: the policy allows no such request, and there is none. `tooMany`: nor is there one. `followed`: nor, as `by`
 * undoes or retries the same already. `gone`: nor is there one, as what it was to follow is not kept any more.
 */
export type Submitted =
  | { kind: 'submitted'; request: ResetRequest }
  | { kind: 'notAllowed'; ruling: RefusedRuling }
  | { kind: 'tooMany'; tooMany: TooMany }
  | { kind: 'followed'; how: 'undo' | 'retry'; id: RequestId; by: RequestId[] }
  | ({ kind: 'gone'; id: RequestId } & Gone)

/** Of a request that is not there. `exportedAtMs`: when it was exported and deleted; null: nothing is known of it. */
export interface Gone {
  exportedAtMs: number | null
}

export type ChangeOutcome =
  | { kind: 'changed'; request: ResetRequest }
  | { kind: 'refused'; refusal: Refusal; request: ResetRequest }
  | ({ kind: 'missing' } & Partial<Gone>)

/** Of an execution that is to start: `busy` and `settling` as the store says. */
export type StartOutcome = ChangeOutcome | Extract<CommitOutcome, { kind: 'busy' | 'settling' }>

/** What a look at the world, with the plan in hand, has found. `moved`: the request has gone back to be planned anew. */
export type Look =
  | {
      kind: 'holds'
      verdict: 'unchanged' | 'harmless' | 'consuming'
      group: Group
      /** At the rate between the plan and this look; absent: none was seen. */
      rehearsal?: Rehearsal
    }
  | { kind: 'moved'; differences: Difference[] }
  | { kind: 'notSeen'; cause: string }

export interface Vote {
  verdict: 'approve' | 'reject'
  by: string
  note: string
  /** Of the plan that was shown to them. */
  digest: string
  /** What they typed where the guard asks for the group's name. */
  typedGroup: string
  from: Origin
}

export interface GlassBreaking {
  by: string
  reason: string
  digest: string
  typedGroup: string
  from: Origin
}

export interface Testimony {
  attempt: number
  by: string
  happened: boolean
  from: Origin
}

/** What people can do. Each may reject with StoreAway when the store does not answer. */
export interface Approvals {
  submit(submittal: Submittal): Promise<Submitted>
  /** Before a file of this person is read: why not now, or null. */
  fileRefusal(userId: string, from: Origin): Promise<TooSoon | null>
  read(id: RequestId): Promise<ResetRequest | undefined>
  /** Of a request that is not there. Rejects likewise. */
  whyGone(id: RequestId): Promise<Gone>
  /** The rows of the plan that the request stands at; empty before there is one, null: they do not match its record. */
  readPlan(request: ResetRequest): Promise<PlanRow[] | null>
  /** What a finished execution came to, row by row; empty where none has, null: as above. */
  readResult(request: ResetRequest): Promise<PartitionResult[] | null>
  /** One page of a list of requests, as the store gives it. */
  list(filter: ListFilter, limit: number, before?: ListPlace): Promise<ListPage>
  /** Every request for this group on this instance, newest first, likewise. */
  history(target: Target, limit: number, before?: ListPlace): Promise<ListPage>
  /**
   * Why this person could not decide on this request now, or null. `decide` asks again when they do.
   * @param from where they asked for it, so that a refusal is kept; absent for who has asked for nothing
   */
  reviewRefusal(request: ResetRequest, userId: string, from?: Origin): Promise<Refusal | null>
  /** Why this person may not have it carried out without approval now, or null. Who may not has tried, which is kept. */
  glassRefusal(request: ResetRequest, userId: string, from: Origin): Promise<Refusal | null>
  /** Likewise of saying, afterwards, what they think of what was carried out without approval. */
  afterwardsRefusal(request: ResetRequest, userId: string, from: Origin): Promise<Refusal | null>
  /** What they could do to it now, so that nobody is offered what they would be refused. */
  actsOpenTo(request: ResetRequest, userId: string): Promise<ReadonlySet<ActKind>>
  /** Grows with every change of any request that people can see; one try, so that who asks often is told at once. */
  changeCount(): Promise<number>
  /** Compares the plan with the world, in at most `patienceMs`. */
  lookAgain(request: ResetRequest, at: 'opened' | 'submitted', patienceMs: number): Promise<Look>
  decide(id: RequestId, vote: Vote): Promise<ChangeOutcome>
  /** Takes one's own approval back. */
  withdraw(id: RequestId, by: string, from: Origin): Promise<ChangeOutcome>
  /** Has it carried out without approval. */
  breakGlass(id: RequestId, breaking: GlassBreaking): Promise<ChangeOutcome>
  /** Says what an approver thinks, afterwards, of what was carried out without approval. */
  review(id: RequestId, said: { by: string; note: string; from: Origin }): Promise<ChangeOutcome>
  cancel(id: RequestId, by: string, from: Origin): Promise<ChangeOutcome>
  /** Has the offsets read back once more, for an execution of which nobody knows what it did. */
  checkAgain(id: RequestId, attempt: number, by: string, from: Origin): Promise<ChangeOutcome>
  /** Says whether that execution happened. */
  testify(id: RequestId, testimony: Testimony): Promise<ChangeOutcome>
  /** What can be asked for after this execution; null when it has no result, `notWhole` when what is kept of it is not what its trail stands for. */
  followUps(request: ResetRequest, kind: 'undo' | 'retry'): Promise<FollowUps | 'notWhole' | null>
  /** Where the partitions of this request of offsets were to go; null when that is not kept, or not as it was sent. */
  readTargets(request: ResetRequest): Promise<Targets | null>
  /** Whether they are kept, and as they were sent. */
  keepsTargets(request: ResetRequest): Promise<'kept' | 'gone' | 'notWhole'>
  /** Keeps who tried what they may not, where no request is there to keep it. Never rejects: a store away is a fault in the log. */
  recordAttempt(attempt: Attempt): Promise<void>
}
