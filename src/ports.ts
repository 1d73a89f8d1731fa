// What the product needs from the outside world. The comments are the contracts; test/contract holds each adapter to them.

import type { AskedIn } from './request/asked-in.ts'
import type { AuditEvent, Command, Origin } from './request/command.ts'
import type { Difference } from './request/drift.ts'
import type { FollowUps } from './request/follow-up.ts'
import type { Abilities, Group, Instance, LogRange, NamePage, Position } from './request/group.ts'
import type { ListPart } from './request/list-part.ts'
import type { PlanRow } from './request/plan.ts'
import type {
  DocumentName,
  DocumentOf,
  Documents,
  PostKey,
  RefusedRuling,
  RequestId,
  ResetRequest,
  StateName,
} from './request/request.ts'
import type { Asked, NativeStrategy, Target, Targets } from './request/reset.ts'
import type { CallOutcome, PartitionResult, ReadOutcome } from './request/result.ts'
import type { Refusal } from './request/step.ts'
import type { WritePace } from './request/write-time.ts'

/** Milliseconds since the epoch. The only clock the product reads. */
export type Clock = () => number

/** One change of one request, written in a single step or not at all. */
export interface Commit {
  /** The record as it should be; its `version` is already the next one. */
  next: ResetRequest
  /** Version the change was decided on; 0 creates. */
  expectedVersion: number
  /**
   * Of the last audit event then, empty for none: after a failover the record may have come to the same version by other
   * changes, and what was decided on the forgotten ones must not be written over them.
   */
  expectedHash: string
  /** Names this change. The same id arriving again is a replay: answered `applied`, changing nothing. */
  changeId: string
  event: AuditEvent
  /** When the request next needs somebody's work; null when nothing is owed. */
  dueAtMs: number | null
  /** Still to be decided, carried out or cleared up, so that it belongs in the list of open requests. */
  open: boolean
  /** Large facts kept beside the record, written with it. */
  documents?: Documents
  /**
   * The group that an execution writes to: one request at a time may hold it. `untilMs` bounds how long a holder that
   * never comes back keeps the others out. `epoch` is what it was before the group was looked at: who looked while
   * another wrote has seen a world that is gone. A server that has taken the place of another may have forgotten that
   * somebody took it: it lets nobody take any for `settleMs` after it was first seen.
   */
  writer?:
    | { target: Target; act: 'take'; epoch: number; untilMs: number; settleMs: number }
    | { target: Target; act: 'giveBack' }
    /** It is given back by itself then. */
    | { target: Target; act: 'keep'; untilMs: number }
  /** With a create: the submission it came from. A second create from it answers `duplicate`. */
  submissionId?: string
}

/**
 * `busy`: another request is writing to the group, or has written to it since that epoch. `settling`: nobody may take a
 * group for so long. Nothing was changed with either.
 */
export type CommitOutcome =
  | { kind: 'applied' }
  | { kind: 'conflict' }
  | { kind: 'duplicate'; id: RequestId }
  | { kind: 'busy'; id: RequestId }
  | { kind: 'settling'; waitMs: number }

/** Who writes to a group, and a number that grows each time somebody takes it or gives it back. */
export interface Writer {
  holder: RequestId | null
  epoch: number
  /** For how long the holder keeps it at most; 0 where there is none. */
  heldMs: number
}

/** What is stored of what happened to a request, as it is stored: whoever verifies it must see what is there. */
export interface Trail {
  id: RequestId
  /** Of each person, how many refused attempts there were after those that are kept as events. */
  more: Record<string, number>
  /** What the record says; 0 and empty where there is no record, or none that can be read. */
  version: number
  auditHash: string
  /** JSON of each event, oldest first. */
  events: string[]
}

/** What people tried that belongs to no request: the end as a Trail has it, and what comes before, some at a time. */
export interface AttemptTrail {
  version: number
  auditHash: string
  /** How many more there were than are kept as events: of each person and day, like `2026-11-23 U0GUEST`. */
  more: Record<string, number>
  events(): AsyncIterable<string[]>
}

/**
 * A list is of all requests, of one requester's, of one group's name wherever it is or on one instance alone, and of one
 * part of them (request/list-part.ts).
 */
export interface ListFilter {
  of:
    | { kind: 'all' }
    | { kind: 'requester'; userId: string }
    | { kind: 'group'; group: string }
    | { kind: 'target'; target: Target }
  part: ListPart
  /** Asked for at or after this, and before that. */
  fromMs?: number
  untilMs?: number
}

/** Where a page ended. */
export interface ListPlace {
  createdAtMs: number
  id: RequestId
}

export interface ListPage {
  requests: ResetRequest[]
  /** On all pages together. */
  total: number
  /** Null: that was the last page. */
  next: ListPlace | null
}

/** Somebody tried what they may not, and it belongs to no request. */
export interface Attempt {
  atMs: number
  by: string
  /** What they did, like `reset command`. */
  command: string
  refusal: Refusal | RefusedRuling['why'] | Exclude<Person['standing'], 'member'>
  from: Origin
}

/** The `code` of an error that asking again would not mend. */
export const UNREADABLE_RECORD = 'UNREADABLE_RECORD'

/**
 * Keeps the truth. Every method may reject when the store is away; a rejected commit may or may not have happened,
 * and committing it again with the same change id settles which.
 */
export interface Store {
  /** Never the same twice. Numbers may be skipped. */
  nextRequestId(): Promise<RequestId>
  /** Undefined when there is no such request. Rejects with the code UNREADABLE_RECORD for one written by a newer version. */
  read(id: RequestId): Promise<ResetRequest | undefined>
  readDocument<Name extends DocumentName>(id: RequestId, name: Name): Promise<DocumentOf<Name> | undefined>
  readEvents(id: RequestId): Promise<AuditEvent[]>
  /**
   * The audit trail of every request there is when it begins, oldest first, each as it was at one instant. Holds a few
   * at a time, however many there are.
   */
  readTrails(): AsyncIterable<Trail>
  /** Those that are there when it is called. */
  readAttempts(): Promise<AttemptTrail>
  commit(commit: Commit): Promise<CommitOutcome>
  /** Both as they are at one instant. */
  writerOf(target: Target): Promise<Writer>
  /** Takes requests whose debts are due, oldest first, and moves each out of the way until `leaseUntilMs`. */
  takeDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<RequestId[]>
  /** Ends the lease: due then, or never (null). Does nothing if the request is not at this version any more. */
  settle(id: RequestId, version: number, dueAtMs: number | null): Promise<void>
  /**
   * Requests of a list, newest first, each as it is now; a page costs the same however many there are. `before` goes on
   * after an earlier page; a request that has left the list meanwhile, or that a newer version has written, is skipped.
   */
  list(filter: ListFilter, limit: number, before?: ListPlace): Promise<ListPage>
  /** Grows with every change of any request that people can see. */
  changeCount(): Promise<number>
  /**
   * Keeps what somebody tried and may not, where there is no request to keep it with; chained like the events. The same
   * attempt again, because the answer was lost, is kept once. Of one person only so many a day are kept whole; more are
   * counted.
   */
  recordAttempt(attempt: Attempt): Promise<void>
  /** Somebody was refused again, after so many times that no more of theirs is kept with the request. */
  countAttempt(id: RequestId, by: string): Promise<void>
  /** Open requests, of one group or of all, newest first. */
  openRequests(limit: number, target?: Target): Promise<{ requests: ResetRequest[]; total: number }>
  /** Open requests without a place in the due set. There should never be one; a slow scan makes sure. */
  findForgotten(): Promise<RequestId[]>
  ping(): Promise<void>
}

/** Delivers approved requests to a worker, at least once. It is not memory: the record says what is to be done. */
export interface WorkQueue {
  /** Adds the job named by request and number; adding it again changes nothing. May reject and have landed. */
  enqueue(id: RequestId, dispatch: number, delayMs: number): Promise<void>
  /** Whether that job may still run: waiting, delayed or running. */
  isLive(id: RequestId, dispatch: number): Promise<boolean>
}

/** A reset as the API itself knows it: whole topics, and one strategy for all of their partitions. */
export interface NativeReset {
  target: Target
  topics: readonly string[]
  strategy: NativeStrategy
}

/** Where one partition is to go. */
export interface PartitionWrite {
  partition: number
  offset: bigint
}

/**
 * The writes of the CKafka API. Never rejects: every fault is an outcome. `done` holds what the API said and nothing
 * else: each topic and partition it answered for, with the offset it named, or null where it only accepted the call
 * (3.0). Whether that is true is for a read-back to tell (request/proof.ts). Topics and partitions that do not exist
 * are reported with Kafka's code 3.
 */
export interface Cluster {
  readonly writePace: WritePace
  /**
   * Applies the reset to exactly `topics`, once, and ends by `deadlineMs` (epoch) at the latest.
   * Never retries by itself, never sends a call without topics (refused as `badRequest`), and never writes into a group
   * with members (refused as `groupNotEmpty`).
   */
  resetOffsets(reset: NativeReset, deadlineMs: number): Promise<CallOutcome>
  /**
   * Commits an offset for each partition named of one topic, in one call, where `can.writePartitions`; else refused as
   * `badRequest`. Otherwise as resetOffsets.
   */
  writeOffsets(
    target: Target,
    topic: string,
    offsets: readonly PartitionWrite[],
    deadlineMs: number,
  ): Promise<CallOutcome>
}

/** Reads: never an effect. Never rejects; one read, with all its pages, ends within the reader's own patience. */
export interface ClusterReader {
  readonly can: Abilities
  /** Instances of the account in this region, all of them. */
  instances(): Promise<ReadOutcome<Instance[]>>
  /** Groups whose name holds the text, at most 50, in one call. Empty text: the first 50. */
  groups(instanceId: string, search: string): Promise<ReadOutcome<NamePage>>
  /** Topics likewise. */
  topics(instanceId: string, search: string): Promise<ReadOutcome<NamePage>>
  /** `Dead` for a group nobody knows. */
  group(target: Target): Promise<ReadOutcome<Group>>
  /** Committed offset and log end of every partition of these topics (absent: all the group has committed to). */
  positions(target: Target, topics?: readonly string[]): Promise<ReadOutcome<Position[]>>
  /** Log start and end of each partition, where `can.logStart`; else refused as `badRequest`. Empty: no such topic. */
  logRanges(instanceId: string, topic: string): Promise<ReadOutcome<LogRange[]>>
  /** Offset of the first message at or after the time, null when there is none; where `can.firstMessageAt`. */
  firstMessageAt(
    instanceId: string,
    topic: string,
    partition: number,
    timeMs: number,
  ): Promise<ReadOutcome<bigint | null>>
}

/** How many calls in how many seconds; by action, or for all actions together. */
export interface Budget {
  points: number
  seconds: number
}

export interface Budgets {
  /** Names the account, so that two accounts on one Redis do not share. */
  account: string
  /** Every action counts against this one, where the API has one for all. */
  together?: Budget
  perAction: (action: string) => Budget | undefined
}

/** The account's budget of API calls, shared by all processes. */
export interface Quota {
  /**
   * Takes one call of the action. `execution` may use the whole budget, `person` leaves a reserve for executions.
   * When the budget cannot be read (the store is away), the call is allowed: the API's own limit still holds.
   */
  take(
    action: string,
    urgency: 'execution' | 'person',
  ): Promise<{ ok: true } | { ok: false; retryAfterMs: number }>
  /** The API asked to wait: nobody is given a call of this action for so long. Never rejects. */
  pause(action: string, ms: number): Promise<void>
}

/** Names that do not fit where they have to travel. */
export interface LongNames {
  /** A token of 44 characters that stands for the name for a week; always the same for the same name. */
  tokenOf(name: string): string
  /** The name of a token; anything else, and a token that has been forgotten, comes back as it is. */
  nameOf(token: string): Promise<string>
}

/**
 * How a call to Slack ended. `later`: Slack was not reached or asked to wait; nothing was posted.
 * `refused`: Slack said no and will again (`code` is Slack's own). `unknown`: it may have been posted.
 */
export type ChatOutcome =
  | { kind: 'posted'; ts: string }
  | { kind: 'later'; afterMs: number; cause: string }
  | { kind: 'refused'; code: string }
  | { kind: 'unknown'; cause: string }

/** What a post may show besides the record: the plan it is about, and the result. Absent where it needs none. */
export interface PostDocuments {
  plan?: PlanRow[]
  result?: PartitionResult[]
}

/** Slack, seen from the product. Never rejects: every fault is an outcome. */
export interface Chat {
  /**
   * Posts what `key` stands for: the card, a reply in its thread, a direct message. Not repeatable by itself, so it
   * has ended by `untilMs`: a call that would have to start too late for that is not made, and answered `later`.
   */
  post(request: ResetRequest, key: PostKey, documents: PostDocuments, untilMs: number): Promise<ChatOutcome>
  /** Finds an earlier post of this key whose answer was lost; null when Slack has none. */
  find(request: ResetRequest, key: PostKey): Promise<{ kind: 'found'; ts: string | null } | ChatOutcome>
  /** Renders the card anew from the record. Repeatable; has ended by `untilMs`, as `post` has. */
  updateCard(request: ResetRequest, untilMs: number): Promise<ChatOutcome>
  /** User ids of a user group, as it is `now` or was `lately`, a minute ago at most; null when it cannot be read. */
  groupMembers(groupId: string, as: 'now' | 'lately'): Promise<string[] | null>
}

/** Somebody in Slack, as Slack knows them. */
export interface Person {
  id: string
  /** Only members of our own workspace may use Rewind. */
  standing: 'member' | 'guest' | 'stranger' | 'bot' | 'deactivated'
  /** Like `zh-CN`; null where Slack does not say. */
  locale: string | null
  /** IANA name; null where Slack does not say. */
  timeZone: string | null
}

/** Who people are. Never rejects; remembers for ten minutes at most. */
export interface People {
  /** Null: Slack does not say just now, within `patienceMs`. */
  find(userId: string, patienceMs: number): Promise<Person | null>
}

/** What the product did, for logs and metrics. Holds ids and codes, never a secret and never a raw payload. */
export type ProductEvent =
  | { event: 'submitted'; requestId: RequestId; requester: string }
  | { event: 'changed'; requestId: RequestId; command: Command['kind']; state: StateName; version: number }
  /** `requestId` null: it belongs to no request, and `command` is what they did, like `reset command`. */
  | {
      event: 'refused'
      requestId: RequestId | null
      command: string
      refusal: Attempt['refusal']
      by: string
    }
  /** People have to say what became of an execution. */
  | { event: 'asked'; requestId: RequestId; evidence: string }
  | { event: 'called'; requestId: RequestId; outcome: CallOutcome['kind']; durationMs: number }
  | {
      event: 'posted'
      requestId: RequestId
      key: PostKey | 'cardUpdate'
      outcome: ChatOutcome['kind']
      detail: string
    }
  /** A user group that the policy asks about; `error` null: it could be read. */
  | { event: 'groupRead'; groupId: string; error: unknown }
  /** `about` is for the log: an id or a name, which a label of a metric must never be. */
  | { event: 'fault'; where: FaultPlace; about?: string; requestId?: RequestId; error: unknown }

/** Where an unexpected error is caught: all there are, because they are the values of a metric's label. */
export const FAULT_PLACES = [
  ...['redis', 'queue', 'worker', 'pump', 'policy', 'long names', 'port'],
  ...['paying debts', 'documents of a post', 'keeping an attempt'],
  ...[
    'connecting to Slack',
    'reaching Slack',
    'slack request',
    'slack payload',
    'listener',
    'address of the workspace',
  ],
  ...['looking up a person'],
  ...[
    'reset command',
    'alert shortcut',
    'edit button',
    'form update',
    'field for a file',
    'picker',
    'submit',
  ],
  ...['attached file', 'list command', 'list page', 'review button', 'review update', 'decide'],
  ...['cancel button', 'withdraw button', 'break_glass button', 'review_glass button'],
  ...['break_glass', 'review_glass', 'undo button', 'retry button', 'undo', 'retry'],
  ...['happened button', 'did_not_happen button', 'check again button'],
  ...['history button', 'history', 'history file', 'history update', 'ask button', 'home tab', 'home tabs'],
] as const
export type FaultPlace = (typeof FAULT_PLACES)[number]

/** What a cluster is called with, in the API's own names: all there are, for the same reason. */
export const CLUSTER_ACTIONS = [
  ...['SetGroupOffsets', 'SetGroupOffset', 'ListInstance', 'ListGroup', 'ListTopic'],
  ...['GetGroupInfo', 'GetGroupOffsets'],
  ...['ModifyGroupOffsets', 'BatchModifyGroupOffsets', 'DescribeInstances', 'DescribeGroup', 'DescribeTopic'],
  ...['DescribeGroupInfo', 'DescribeGroupOffsets', 'DescribeTopicSyncReplica', 'FetchMessageListByTimestamp'],
] as const
export type ClusterAction = (typeof CLUSTER_ACTIONS)[number]

/** One try of one call. `code` is the API's, `http 502`, a network error's or `budget`; null: there was none. */
export interface ObservedCall {
  action: ClusterAction
  outcome: CallOutcome['kind'] | ReadOutcome<unknown>['kind']
  code: string | null
  durationMs: number
}

export type Report = (event: ProductEvent) => void

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

/** `notAllowed`: the policy allows no such request, and there is none. */
export type Submitted =
  | { kind: 'submitted'; request: ResetRequest }
  | { kind: 'notAllowed'; ruling: RefusedRuling }

export type ChangeOutcome =
  | { kind: 'changed'; request: ResetRequest }
  | { kind: 'refused'; refusal: Refusal; request: ResetRequest }
  | { kind: 'missing' }

/** Of an execution that is to start: `busy` and `settling` as the store says. */
export type StartOutcome = ChangeOutcome | Extract<CommitOutcome, { kind: 'busy' | 'settling' }>

/** What a look at the world, with the plan in hand, has found. `moved`: the request has gone back to be planned anew. */
export type Look =
  | { kind: 'holds'; verdict: 'unchanged' | 'harmless' | 'consuming'; group: Group }
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
  read(id: RequestId): Promise<ResetRequest | undefined>
  /** The rows of the plan that the request stands at; empty before there is one. */
  readPlan(request: ResetRequest): Promise<PlanRow[]>
  /** What a finished execution came to, row by row; empty where none has. */
  readResult(request: ResetRequest): Promise<PartitionResult[]>
  /** One page of a list of requests, as the store gives it. */
  list(filter: ListFilter, limit: number, before?: ListPlace): Promise<ListPage>
  /** Every request for this group on this instance, newest first, likewise. */
  history(target: Target, limit: number, before?: ListPlace): Promise<ListPage>
  /** Why this person could not decide on this request now, or null. `decide` asks again when they do. */
  reviewRefusal(request: ResetRequest, userId: string): Promise<Refusal | null>
  /** Why this person may not have it carried out without approval now, or null. Who may not has tried, which is kept. */
  glassRefusal(request: ResetRequest, userId: string, from: Origin): Promise<Refusal | null>
  /** Whether they could, now, decide on it, review its broken glass, or say what became of it when people are asked. */
  waitsFor(request: ResetRequest, userId: string): Promise<boolean>
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
  /** What can be asked for after this execution; null when it has no result. */
  followUps(request: ResetRequest, kind: 'undo' | 'retry'): Promise<FollowUps | null>
  /** Where the partitions of this request of offsets were to go; null when that is not kept. */
  readTargets(request: ResetRequest): Promise<Targets | null>
  /** Keeps who tried what they may not, where no request is there to keep it. Never rejects: a store away is a fault in the log. */
  recordAttempt(attempt: Attempt): Promise<void>
}
