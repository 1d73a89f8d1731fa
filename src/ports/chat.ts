// Slack, seen from the product: where things are said, and who people are. The comments are the contracts.

import type { PostKey } from '../request/notes.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { PartitionResult } from '../request/result.ts'

/** Names that do not fit where they have to travel. */
export interface LongNames {
  /**
   * A token of 44 characters, always the same for the same name. It stands for the name for a day from now, unless so
   * many others come that the oldest have to make room.
   */
  tokenOf(name: string): string
  /** The name of a token; anything else, and a token that has been forgotten, comes back as it is. */
  nameOf(token: string): Promise<string>
}

/**
 * How a call to Slack ended. `posted`: `picture` is Slack's id of the picture in it, where there is one. `later`: Slack was not reached or asked to wait; nothing was posted.
 * `refused`: Slack said no and will again (`code` is Slack's own). `unknown`: it may have been posted.
 */
export type ChatOutcome =
  | { kind: 'posted'; ts: string; picture?: string }
  | { kind: 'later'; afterMs: number; cause: string }
  | { kind: 'refused'; code: string }
  | { kind: 'unknown'; cause: string }

/** What a post may show besides the record: the plan it is about, and the result. Absent where it needs none;
 * null: what is kept is not what the record stands for, and is not shown. */
export interface PostDocuments {
  plan?: PlanRow[] | null
  result?: PartitionResult[] | null
  /** Of a result that its calls did not bring as planned: what the API calls them. */
  apiRequestIds?: string[]
  /** The requests that have moved the offsets that a note tells of, newest first. */
  movers?: RequestId[]
}

/** Slack, seen from the product. Never rejects: every fault is an outcome. */
export interface Chat {
  /**
   * Posts what `key` stands for: the card, a reply in its thread, a direct message. Not repeatable by itself, so it
   * has ended by `untilMs`: a call that would have to start too late for that is not made, and answered `later`.
   */
  post(request: ResetRequest, key: PostKey, documents: PostDocuments, untilMs: number): Promise<ChatOutcome>
  /** Finds an earlier post of this key whose answer was lost; null when Slack has none. */
  find(
    request: ResetRequest,
    key: PostKey,
  ): Promise<{ kind: 'found'; ts: string | null; picture?: string } | ChatOutcome>
  /** Renders the card anew from the record. Repeatable; has ended by `untilMs`, as `post` has. */
  updateCard(request: ResetRequest, untilMs: number): Promise<ChatOutcome>
  /** User ids of a user group, as it is `now` or was `lately`, a minute ago at most; null when it cannot be read. */
  groupMembers(groupId: string, as: 'now' | 'lately'): Promise<string[] | null>
}

/** Somebody in Slack, as Slack knows them. */
export interface Person {
  id: string
  /** Only members of our own workspace may use Rewind. */
  membership: 'member' | 'guest' | 'stranger' | 'bot' | 'deactivated'
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
