// What can be done to a request, as data: the commands, and the audit events that keep them. Shapes only, no decisions.

import type { z } from 'zod'
import type { RefusalReason } from './api-answer.ts'
import type { AttemptsSeen } from './attempts-end.ts'
import type { boundsSchema } from './bounds.ts'
import type { differenceSchema } from './drift.ts'
import type { Evidence } from './evidence.ts'
import type { Group } from './group.ts'
import type { Guard } from './guard.ts'
import type { DriftedAt, PostKey } from './notes.ts'
import type { planSchema } from './plan.ts'
import type { LastRead, Unread } from './policy.ts'
import type { RequestId, ResetRequest, Share, sinceSchema } from './request.ts'
import type { resetSchema } from './reset.ts'
import type { Seal } from './seals.ts'
import type { CallEnd, Distrust, Outcome, RefusedRuling, StateName } from './state.ts'
import type { seenSchema, WatchEnd } from './watch.ts'

/** One change, in the words of the command that made it. Replaying the commands in order gives the record again. */
export interface AuditEvent {
  version: number
  changeId: string
  atMs: number
  command: AuditedCommand
  /** Null: the request was not there before. */
  before: StateName | null
  state: StateName
  /** By which rules it was decided (decide.ts); absent in events of before this was kept. */
  rules?: number
  /** Where there is a key: how far the log of attempts had come then; absent in events of before that was sealed. */
  attempts?: AttemptsSeen
  /** Where there is a key: over the request's id, the hash before, and all of the above. */
  seal?: Seal
}

/** Where in Slack a person did something: the message whose button was pressed, or the channel of a command. */
export interface Origin {
  channel: string | null
  message: string | null
}

/** Nothing of the sort, or it is not known. */
export const NOWHERE: Origin = { channel: null, message: null }

/** Whether a person may do this, and by which rule. */
export interface PolicyVerdict {
  verdict: 'allow' | 'deny'
  rule: string
}

/** What happened, as data; `decide.ts` gives the commands their meaning. */
export type AuditedCommand = Submission | Command

export interface Submission {
  kind: 'submit'
  reset: z.input<typeof resetSchema>
  cluster?: 'kafka' | undefined
  targetsDigest?: string | undefined
  parent: ResetRequest['parent']
  skipToEnd: boolean
  reason: string
  requester: string
  askedIn: string | null
  channel: string
  elsewhere: string | null
  expiresAtMs: number
  guard: Guard
}

/** What people do, and may be refused: whatever says who did it and where. Who may do which says permissions.ts. */
export type PersonsCommand = Exclude<Extract<Command, { by: string; from: Origin }>, { kind: 'attempted' }>

export type Command =
  | {
      kind: 'prepare'
      round: number
      topics: string[]
      group: Group
      plan: z.input<typeof planSchema>
      guard: Guard
      overlaps: RequestId[]
      /** So many more; absent where there are none. */
      overlapsLeft?: number
      /** As the record has it; absent in older events. */
      holdMs?: number
      /** Of the groups that the policy asks about; absent in older events, as below. */
      lastRead?: LastRead
      unread?: Unread | null
    }
  | {
      kind: 'progress'
      round: number
      done: number
      total: number
      retryAtMs: number
      /** As the record has them; absent where they are not known, and in older events. */
      bounds?: z.input<typeof boundsSchema>
      leftMs?: number
    }
  /** `cause`: why it could not be made now; absent in older events. */
  | { kind: 'prepareLater'; round: number; retryAtMs: number; cause?: string }
  | { kind: 'prepareFailed'; round: number; cause: string; refused?: RefusalReason }
  /** The exact plan within the bounds of this round; it begins the next. */
  | { kind: 'settle'; round: number; topics: string[]; plan: z.input<typeof planSchema> }
  | {
      kind: 'decide'
      verdict: 'approve' | 'reject'
      by: string
      note: string
      policy: PolicyVerdict
      from: Origin
      /** Of the plan that was in front of them. */
      digest: string
      typedGroup: string
      /** Which of the guard's needs they can fill; absent: the first. */
      fills?: number[]
      /** By which of the ids that the guard names: what they fill follows from it, whichever guard is there by then. */
      through?: string[]
      /** A group of those who may decide could not be read. */
      unread?: boolean
    }
  | { kind: 'withdraw'; by: string; from: Origin }
  /** Has it carried out without approval. */
  | {
      kind: 'breakGlass'
      by: string
      reason: string
      policy: PolicyVerdict
      from: Origin
      digest: string
      typedGroup: string
    }
  /** Says, afterwards, what they think of it. */
  | { kind: 'review'; by: string; note: string; policy: PolicyVerdict; from: Origin }
  | {
      kind: 'drifted'
      at: DriftedAt
      digest: string
      differences: z.input<typeof differenceSchema>[]
      expiryMs: number
    }
  | { kind: 'cancel'; by: string; policy: PolicyVerdict; from: Origin }
  /** Was refused: a person who may not do this at all, or a worker that was thought dead; kept because they tried. */
  | { kind: 'attempted'; command: string; by: string; refusal: string; from: Origin }
  | { kind: 'expire' }
  /** `lost`: the job before this one had ended without a trace in the record. */
  | { kind: 'dispatched'; number: number; lost?: boolean }
  /** The present policy asks for something else, or other votes count under it. */
  | {
      kind: 'reguard'
      guard: Guard
      /** Of everybody who had voted. */
      fills: Record<string, number[]>
      expiryMs: number
      /** Of those whose vote stays; absent: of those who fill anything. */
      through?: Record<string, string[]>
      lastRead?: LastRead
      unread?: Unread | null
      /** Of the plan that the guard is for. */
      round?: number
      /** Who broke the glass is not named for it any more. */
      glassRevoked?: true
    }
  /** What could not be read still cannot. */
  | { kind: 'reguardLater' }
  /** Nothing vouches for its record: `why`, and, where that is known, with which event it began. */
  | { kind: 'distrust'; why: Distrust; event: number | null }
  /** The present policy does not allow it at all. */
  | { kind: 'disallow'; ruling: RefusedRuling; version: string }
  /** Approvers are to be told that it waits for them, each not before their day has begun. */
  | { kind: 'remind'; round: number; pings: { to: string; notBeforeMs: number }[] }
  | { kind: 'escalate'; round: number }
  | { kind: 'wait'; digest: string; group: Group; holdMs: number; patienceMs: number }
  /** `retryAfterMs`: the API or its budget asked to wait so long. */
  | { kind: 'postpone'; digest: string; cause: string; retryAfterMs?: number }
  /** It has to wait for others, for at least and, where that is known, at most so long; nothing has been tried. */
  | { kind: 'standBack'; digest: string; cause: string; waitMs: number; atMostMs?: number }
  | { kind: 'alreadyThere'; digest: string }
  /** Redis was restored from a backup: what has become of it since is not known. */
  | { kind: 'restored' }
  | { kind: 'callOff'; digest: string; outcome: Extract<Outcome, { kind: 'refused' }> }
  | {
      kind: 'start'
      worker: string
      digest: string
      group: Group
      holdMs: number
      callMs: number
      graceMs: number
      /** How long after the deadline a call that nobody answered may take effect. */
      lateMs: number
    }
  | {
      kind: 'finish'
      worker: string
      attempt: number
      outcome: CallEnd
      /** The API or its budget asked to wait so long: that is no attempt. */
      retryAfterMs?: number
      /** As the API named them, in the order of the calls; the first few. */
      apiRequestIds?: string[]
      /** SHA-256 of the result's rows, as they are kept. */
      resultDigest?: string
      /** How long the group is watched after that; absent: not at all, as in older events. */
      watchMs?: number
    }
  | { kind: 'abandon' }
  /**
   * What a look after the result has seen. `look`: so many were made before it. `tellsEnd`: that the time is over is told;
   * absent: it is not, as in older events.
   */
  | { kind: 'watched'; look: number; seen: z.input<typeof seenSchema>; tellsEnd?: true }
  /** That look could not be made; `missed`: so many in a row before it. */
  | { kind: 'watchLater'; look: number; missed: number; retryAtMs: number; tellsEnd?: true }
  /** `by`: another request that has reset the group. */
  | { kind: 'watchOver'; why: Exclude<WatchEnd, 'time' | 'caughtUp' | 'gone' | 'undone'>; by?: RequestId }
  /** The offsets were read back, or could not be, and that does not settle it. */
  | { kind: 'looked'; attempt: number; evidence: Evidence; graceMs: number; resultDigest?: string }
  | { kind: 'checkAgain'; attempt: number; by: string; from: Origin }
  | { kind: 'testify'; attempt: number; by: string; happened: boolean; policy: PolicyVerdict; from: Origin }
  /** As `followed` has it of an undo; in events of before that was told. */
  | {
      kind: 'undone'
      by: RequestId
      card: { channel: string; ts: string } | null
      isWhole: boolean
    }
  /**
   * A request that undoes or retries this one is open, or has ended, or was undone since; its card, where it is posted.
   * `isWhole`, `isLeft`: as the record has them after it.
   */
  | {
      kind: 'followed'
      how: 'undo' | 'retry'
      by: RequestId
      card: { channel: string; ts: string } | null
      is: 'open' | 'done' | 'nothing'
      since?: z.output<typeof sinceSchema>
      isWhole: boolean
      isLeft: boolean
      share?: Share
    }
  /**
   * The request that this one follows was told that it is `open`, or else of its end. `revision`: of what it was told;
   * absent in events of before this was kept.
   */
  | { kind: 'parentTold'; open?: true; revision?: number }
  | { kind: 'claimPost'; key: PostKey; by: string; untilMs: number }
  | { kind: 'posted'; key: PostKey; ts: string; revision: number; picture?: string }
  /** `cardTs`: the card that a reply was to go under; absent in events of before this was kept. */
  | { kind: 'postRefused'; key: PostKey; by: string; code: string; retryAtMs: number; cardTs?: string }
  | { kind: 'postLater'; key: PostKey; by: string; retryAtMs: number }
  | { kind: 'claimCard'; by: string; untilMs: number }
  | { kind: 'cardShown'; by: string; revision: number }
  /** Slack did not let this message be changed, for this reason. */
  | { kind: 'cardRefused'; by: string; revision: number; ts: string; code: string }
  | { kind: 'cardLater'; retryAtMs: number }
