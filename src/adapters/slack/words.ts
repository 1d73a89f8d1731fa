// Every sentence a person reads about a request: what happened, and what to do next. Rendering is elsewhere.

import type { Refusal } from '../../request/decide.ts'
import type { Group } from '../../request/group.ts'
import { kafkaErrorHint, kafkaErrorName } from '../../request/kafka-errors.ts'
import type { Outcome, ResetRequest, State } from '../../request/request.ts'
import { clip, counted, grouped, type Target } from '../../request/reset.ts'
import type { Counts, RefusalReason } from '../../request/result.ts'

export const STATE_WORDS: Record<State['name'], string> = {
  preparing: 'being checked',
  pending: 'waiting for approval',
  approved: 'approved, on the queue',
  executing: 'running',
  succeeded: 'done',
  partial: 'partly done',
  failed: 'failed',
  unclear: 'unclear, needs a person',
  rejected: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
}

/** What can be said of `R-12` in this state: `R-12 is partly done.` */
export function stateSentence(id: string, state: State): string {
  switch (state.name) {
    case 'rejected':
    case 'cancelled':
      return `${id} was ${STATE_WORDS[state.name]}.`
    case 'expired':
      return `${id} has expired.`
    case 'failed':
      return `${id} has failed.`
    case 'unclear':
      return `${id} is unclear and needs a person.`
    case 'approved':
      return `${id} is approved and on the queue.`
    default:
      return `${id} is ${STATE_WORDS[state.name]}.`
  }
}

export const STORE_AWAY =
  'Rewind could not reach its store just now, so this may not be saved. Wait a moment and try again.'
export const TOO_SLOW =
  'This took too long, so it may not be saved. Look at the card, and press the button again if nothing has changed.'
export const TRIGGER_GONE = 'Slack took too long to open the window. Please try again.'
export const FAULT = 'Something went wrong on our side. If there is a card, look at it before you try again.'

/** Why a click or a decision was refused, for the one who made it. `<@U…>` is a mention in Slack's text format. */
export function refusalSentence(refusal: Refusal, request: ResetRequest): string {
  const { id, requester, state } = request
  switch (refusal) {
    case 'ownRequest':
      return `You asked for ${id} yourself, so somebody else has to decide on it.`
    case 'notApprover':
      return `Only approvers can decide on ${id}. Ask one of them, or the people who run Rewind.`
    case 'notRequester':
      return `Only <@${requester}>, who asked for ${id}, can cancel it. Approvers can reject it.`
    case 'noteMissing':
      return 'Say why you reject it, so that the requester knows what to change.'
    case 'preparing':
      return `${id} is still being checked. Try again in a moment.`
    case 'expired':
      return `${id} has expired, so nothing was done. Ask again with /reset-offsets.`
    case 'decided':
    case 'stale':
      return `Too late: ${pastSentence(id, state)}`
    default:
      return refusal satisfies never
  }
}

function pastSentence(id: string, state: State): string {
  switch (state.name) {
    case 'rejected':
      return `<@${state.decision.by}> has rejected ${id}.`
    case 'cancelled':
      return `<@${state.by}> has cancelled ${id}.`
    case 'expired':
      return `${id} has expired.`
    case 'preparing':
    case 'pending':
      return `${id} has changed meanwhile. Look at the card and try again.`
    case 'approved':
      return `<@${state.decision.by}> has approved ${id}, and it is on the queue.`
    case 'executing':
      return `<@${state.decision.by}> has approved ${id}, and it is running.`
    default:
      return `${stateSentence(id, state)} The thread under its card says more.`
  }
}

/** `4 partitions succeeded · 1 topic failed` */
export function countsInWords(counts: Counts): string {
  const parts = [
    counts.succeededPartitions > 0 && `${counted(counts.succeededPartitions, 'partition')} succeeded`,
    counts.failedPartitions > 0 && `${counted(counts.failedPartitions, 'partition')} failed`,
    counts.failedTopics > 0 && `${counted(counts.failedTopics, 'topic')} failed`,
    counts.unreportedTopics > 0 && `${counted(counts.unreportedTopics, 'topic')} not reported`,
  ].filter(part => part !== false)
  return parts.length === 0 ? 'The API reported no partition at all' : parts.join(' · ')
}

/** What an ended request's outcome means, in one or two sentences. */
export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'done':
      return `${countsInWords(outcome.counts)}.`
    case 'refused': {
      const words = outcome.message.trim() === '' ? '' : ` It said: “${clip(outcome.message.trim(), 500)}”`
      const code = clip(outcome.code, 100)
      return words === ''
        ? `CKafka refused it with code ${code}, and no offset moved. ${refusalHint(outcome.reason)}`
        : `CKafka refused it, and no offset moved.${words} (code ${code}). ${refusalHint(outcome.reason)}`
    }
    case 'notSent':
      return `The reset was not carried out: ${clip(outcome.cause, 500)}. No offset moved. Ask again later.`
    case 'notPrepared':
      return `The topics of the group could not be read: ${clip(outcome.cause, 500)}. Nothing was reset. Check the names, then ask again.`
    case 'unknown':
      return `We called CKafka and do not know what it did: ${clip(outcome.cause, 500)}.`
    default:
      return outcome satisfies never
  }
}

export const UNCLEAR_ADVICE =
  'Rewind will not call again by itself, because that could move the offsets twice. Look at the group’s offsets in the CKafka console, then decide whether a new request is needed.'

export function refusalHint(reason: RefusalReason): string {
  switch (reason) {
    case 'groupNotEmpty':
      return 'Consumers are still connected. Stop them, wait for the group to be empty, then ask again.'
    case 'topicMissing':
      return 'A topic does not exist. Check the spelling, then ask again.'
    case 'instanceMissing':
      return 'The instance does not exist or is not this account’s. Check the id and the region.'
    case 'badRequest':
      return 'CKafka did not accept a value. Check the names and the strategy, then ask again.'
    case 'unknownAction':
      return 'The API does not know this call. Check CKAFKA_ENDPOINT and CKAFKA_SET_OFFSETS_ACTION.'
    case 'credentials':
      return 'The API key was not accepted. Ask the people who run Rewind to check it.'
    case 'notAllowed':
      return 'The account may not do this. Ask the people who run Rewind for the permission.'
    case 'clock':
      return 'The clock of the machine that runs Rewind is off. Have it set, then ask again.'
    case 'quota':
      return 'Too many calls for the account’s quota. Ask again in a minute.'
    case 'unavailable':
      return 'CKafka is not available just now. Ask again later.'
    case 'other':
      return 'Look the code up in the CKafka documentation before you ask again.'
    default:
      return reason satisfies never
  }
}

/** `3 UNKNOWN_TOPIC_OR_PARTITION` and what to do about it. */
export function kafkaError(code: number): { name: string; hint: string } {
  return { name: `${code} ${kafkaErrorName(code)}`, hint: kafkaErrorHint(code) }
}

/** `orders, payments, shipments and 4 more` */
export function topicsInWords(topics: readonly string[], most: number): string {
  if (topics.length === 0) return 'all topics of the group'
  const named = topics.slice(0, most).join(', ')
  const rest = topics.length - most
  return rest > 0 ? `${named} and ${grouped(rest)} more` : named
}

/** `2 consumers are connected: audit-1 (10.0.3.11), … Stop them first.` */
export function groupInWords(group: Group): string {
  const { state, members } = group
  if (state === 'Dead') return 'it does not exist.'
  if (state === 'Empty') return 'empty. No consumer is connected, so it can be reset.'
  const stop = 'Stop them first: CKafka refuses to reset a group that is in use.'
  if (members.length === 0) return `in use (${state}). ${stop}`
  const named = members
    .slice(0, MEMBERS_NAMED)
    .map(({ clientId, host }) => `${clip(clientId, 60)} (${clip(host.replace(/^\//, ''), 60)})`)
  const left = members.length - named.length
  const all = left > 0 ? `${named.join(', ')} and ${grouped(left)} more` : named.join(', ')
  return `${members.length === 1 ? '1 consumer is' : `${grouped(members.length)} consumers are`} connected: ${all}. ${stop}`
}

const MEMBERS_NAMED = 5

export function noSuchGroup({ instanceId, group }: Target, nearest: readonly string[]): string {
  const none = `There is no group “${clip(group, 100)}” on ${instanceId}.`
  return nearest.length === 0
    ? `${none} Check the spelling.`
    : `${none} Did you mean ${nearest.map(name => `“${clip(name, 100)}”`).join(' or ')}?`
}
