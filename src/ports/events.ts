// What the product tells of itself, for logs and metrics: a closed list, with ids and codes, never a secret or a payload.

import type { CallOutcome, ReadOutcome } from '../request/api-answer.ts'
import type { Command } from '../request/command.ts'
import type { WaitedFor } from '../request/gauges.ts'
import type { PostKey } from '../request/notes.ts'
import type { RequestId } from '../request/request.ts'
import type { Distrust, StateName } from '../request/state.ts'
import type { ChatOutcome } from './chat.ts'
import type { Attempt } from './store.ts'

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
  /** A request was ended because nothing vouches for its record; `finding` says what was found. */
  | { event: 'unverified'; requestId: RequestId; why: Distrust; finding: string }
  /** People have to say what became of an execution. */
  | { event: 'asked'; requestId: RequestId; evidence: string }
  /**
   * `decidedMs`: so long after the decision the call began, and what it waited for meanwhile. `apiRequestIds`: what the API
   * calls the calls that it answered.
   */
  | {
      event: 'called'
      requestId: RequestId
      outcome: CallOutcome['kind']
      durationMs: number
      decidedMs: number
      waitedFor: WaitedFor
      apiRequestIds: readonly string[]
    }
  | {
      event: 'posted'
      requestId: RequestId
      key: PostKey | 'cardUpdate'
      outcome: ChatOutcome['kind']
      detail: string
    }
  /** A user group that the policy asks about; `error` null: it could be read. */
  | { event: 'groupRead'; groupId: string; error: unknown }
  /** Whether the store can be used, when it was last looked at; null: it can. */
  | { event: 'store'; trouble: StoreTrouble | null; error: unknown }
  /**
   * `about` is for the log: an id or a name, which a label of a metric must never be. `trouble`: the error is the store's,
   * whoever met it.
   */
  | {
      event: 'fault'
      where: FaultPlace
      about?: string
      requestId?: RequestId
      trouble?: StoreTrouble
      error: unknown
    }

/** Where an unexpected error is caught: all there are, because they are the values of a metric's label. */
export const FAULT_PLACES = [
  ...['redis', 'queue', 'worker', 'pump', 'policy', 'clusters', 'long names', 'port', 'retention'],
  ...['paying debts', 'documents of a post', 'keeping an attempt'],
  ...[
    'connecting to Slack',
    'reaching Slack',
    'slack request',
    'slack payload',
    'listener',
    'address of the workspace',
  ],
  ...['looking up a person', 'requests', 'pictures'],
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
  ...['happened button', 'did_not_happen button', 'check again button', 'question without buttons'],
  ...['history button', 'history', 'history file', 'history update', 'ask button', 'home tab', 'home tabs'],
] as const
export type FaultPlace = (typeof FAULT_PLACES)[number]

/**
 * Why the store cannot be used: all there are, because they are the values of a metric's label. `login`: it does not take
 * user or password; `forbidden`: the user may not; `readOnly`: it is a replica; `memory`: it is full; `replicas`: too few
 * follow it; `disk`: it cannot save; `notServing`: it loads, or has lost its master; `refused`: it says something else.
 */
export const STORE_TROUBLES = [
  ...['away', 'login', 'forbidden', 'readOnly', 'memory', 'replicas', 'disk', 'notServing', 'refused'],
] as const
export type StoreTrouble = (typeof STORE_TROUBLES)[number]

/** Those of Kafka's own protocol. */
export const KAFKA_ACTIONS = [
  ...['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'Metadata', 'FindCoordinator', 'ListOffsets'],
  ...[
    'ListGroups',
    'DescribeGroups',
    'ConsumerGroupDescribe',
    'DescribeConfigs',
    'DescribeProducers',
    'OffsetFetch',
    'OffsetCommit',
  ],
] as const

/** What a cluster is called with, in the names of the CKafka API and of Kafka's protocol: all there are, for the same reason. */
export const CLUSTER_ACTIONS = [
  ...['SetGroupOffsets', 'SetGroupOffset', 'ListInstance', 'ListGroup', 'ListTopic'],
  ...['GetGroupInfo', 'GetGroupOffsets'],
  ...['ModifyGroupOffsets', 'BatchModifyGroupOffsets', 'DescribeInstances', 'DescribeGroup', 'DescribeTopic'],
  ...['DescribeGroupInfo', 'DescribeGroupOffsets', 'DescribeTopicSyncReplica', 'FetchMessageListByTimestamp'],
  'DescribeTopicAttributes',
  ...KAFKA_ACTIONS,
] as const
export type ClusterAction = (typeof CLUSTER_ACTIONS)[number]

/** What Slack is called with over its Web API with the bot token: all there are; `other` is none of ours. */
export const SLACK_METHODS = [
  ...['auth.test', 'chat.postEphemeral', 'chat.postMessage', 'chat.update'],
  ...['conversations.history', 'conversations.open', 'conversations.replies'],
  ...['files.completeUploadExternal', 'files.getUploadURLExternal'],
  ...['usergroups.list', 'usergroups.users.list', 'users.info'],
  ...['views.open', 'views.publish', 'views.update', 'other'],
] as const
export type SlackMethod = (typeof SLACK_METHODS)[number]

/**
 * `refused`: Slack said no, with a code. `limited`: it asked to wait. `failed`: HTTP 500 and above, or an answer that is none
 * of Slack's. `unanswered`: no answer came.
 */
export const SLACK_OUTCOMES = ['ok', 'refused', 'limited', 'failed', 'unanswered'] as const

export type ObservedSlackCall = {
  method: SlackMethod
  outcome: (typeof SLACK_OUTCOMES)[number]
}

/**
 * One try of one call. `code` is the API's, `http 502`, a network error's or `budget`; null: there was none. `apiRequestId`:
 * what the API calls this call, where it says so.
 */
export interface ObservedCall {
  action: ClusterAction
  outcome: CallOutcome['kind'] | ReadOutcome<unknown>['kind']
  code: string | null
  apiRequestId?: string | null
  durationMs: number
}

export type Report = (event: ProductEvent) => void

/** Receipts of what was delivered: many, and only of interest when something is wrong. */
const RECEIPTS: readonly string[] = [
  ...['claimPost', 'posted', 'postLater', 'claimCard', 'cardShown', 'cardLater'],
  ...['dispatched', 'prepareLater', 'reguardLater'],
]

export function isReceipt(command: string): boolean {
  return RECEIPTS.includes(command)
}
