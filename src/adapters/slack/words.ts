// Every sentence a person reads about a request: what happened, and what to do next. Rendering is elsewhere.

import type { Group } from '../../request/group.ts'
import { kafkaErrorHint, kafkaErrorName } from '../../request/kafka-errors.ts'
import type { Outcome, ResetRequest, State } from '../../request/request.ts'
import { clip, counted, grouped, type Reset, type Target, utc } from '../../request/reset.ts'
import type { Counts, RefusalReason } from '../../request/result.ts'
import type { Refusal } from '../../request/step.ts'
import { placesInWords, skipsInWords } from './plan-words.ts'
import { listed } from './text.ts'

export const STATE_WORDS: Record<State['name'], string> = {
  preparing: 'being planned',
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

/** `approved, waiting for the group to be empty` */
export function stateWords(state: State): string {
  if (state.name === 'unclear' && !state.asked) return 'unclear, being checked'
  return isWaiting(state) ? 'approved, waiting for the group to be empty' : STATE_WORDS[state.name]
}

function isWaiting(state: State): boolean {
  return state.name === 'approved' && state.wait !== null
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
      return state.asked
        ? `${id} is unclear and needs a person.`
        : `${id} is unclear, and its offsets are being read back.`
    case 'approved':
      return isWaiting(state)
        ? `${id} is approved and waits for the group to be empty.`
        : `${id} is approved and on the queue.`
    default:
      return `${id} is ${STATE_WORDS[state.name]}.`
  }
}

export const STORE_AWAY =
  'Rewind could not reach its store just now, so this may not be saved. Wait a moment and try again.'
export const TOO_SLOW =
  'This took too long, so it may not be saved. Look at the card, and press the button again if nothing has changed.'
export const NEWER_VERSION =
  'A newer version of Rewind has written this request, and this one cannot read it. Try again in a minute.'
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
      return state.name === 'approved'
        ? `Only <@${requester}>, who asked for ${id}, or an approver can cancel it now.`
        : `Only <@${requester}>, who asked for ${id}, can cancel it. Approvers can reject it.`
    case 'groupNotTyped':
      return `Type the group’s name exactly as it stands above to approve ${id}: ${lossInWords(request)}.`
    case 'alreadyVoted':
      return `You have approved ${id} already. It needs another approver as well.`
    case 'planChanged':
      return `The plan of ${id} is not the one you saw, so nothing was decided. Review it again from its card.`
    case 'inUse':
      return `The group of ${id} is in use. It runs by itself once the group has stayed empty.`
    case 'checking':
      return `The offsets of ${id} are being read back. The thread says what they show, or asks.`
    case 'noteMissing':
      return 'Say why you reject it, so that the requester knows what to change.'
    case 'preparing':
      return `${id} is still being planned. Try again in a moment.`
    case 'expired':
      return `${id} has expired, so nothing was done. Ask again with /reset-offsets.`
    case 'decided':
    case 'stale':
      return `Too late: ${pastSentence(id, state)}`
    default:
      return refusal satisfies never
  }
}

/** Why approving asks for more than a click: `it skips 12 430 messages, and they will not be delivered` */
export function lossInWords({ plan }: Pick<ResetRequest, 'plan'>): string {
  return plan === null || plan.skips === 0n
    ? 'it may skip messages, and they will not be delivered'
    : `it skips ${skipsInWords(plan)}, and they will not be delivered`
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
      return isWaiting(state)
        ? `<@${state.decision.by}> has approved ${id}, and it waits for the group to be empty.`
        : `<@${state.decision.by}> has approved ${id}, and it is on the queue.`
    case 'executing':
      return `<@${state.decision.by}> has approved ${id}, and it is running.`
    default:
      return `${stateSentence(id, state)} The thread under its card says more.`
  }
}

/** `7 partitions succeeded · 1 clamped · 1 failed` */
export function countsInWords(counts: Counts): string {
  const named: [number, string][] = [
    [counts.succeeded, 'succeeded'],
    [counts.clamped, 'clamped'],
    [counts.failed, 'failed'],
    [counts.unreported, 'unreported'],
    [counts.movedAfter, 'moved after'],
  ]
  const [first, ...rest] = named.filter(([count]) => count > 0)
  if (first === undefined) return 'No partition had to be moved'
  const [count, word] = first
  return [`${counted(count, 'partition')} ${word}`, ...rest.map(([n, each]) => `${grouped(n)} ${each}`)].join(
    ' · ',
  )
}

/** What an ended request's outcome means, in one or two sentences. */
export function outcomeSentence(
  outcome: Outcome,
  { reset, plan }: Pick<ResetRequest, 'reset' | 'plan'>,
): string {
  switch (outcome.kind) {
    case 'done':
      return `${countsInWords(outcome.counts)}.`
    case 'refused': {
      const words = outcome.message.trim() === '' ? '' : ` It said: “${clip(outcome.message.trim(), 500)}”`
      const call = outcome.requestId === undefined ? '' : `, request ${clip(outcome.requestId, 100)}`
      const named = `${clip(outcome.code, 100)}${call}`
      return words === ''
        ? `CKafka refused it with code ${named}, and no offset moved. ${refusalHint(outcome.reason)}`
        : `CKafka refused it, and no offset moved.${words} (code ${named}). ${refusalHint(outcome.reason)}`
    }
    case 'notSent':
      return `The reset was not carried out: ${clip(outcome.cause, 500)}. No offset moved. Ask again later.`
    case 'notPrepared':
      return `The plan could not be made: ${clip(outcome.cause, 500)}. Nothing was reset. Check the names, then ask again.`
    case 'unknown':
      return `We called CKafka and do not know what it did: ${clip(outcome.cause, 500)}.`
    case 'wouldJump': {
      const { strategy } = reset
      const since = strategy.kind === 'time' ? `at or after ${utc(strategy.timeMs)}` : 'as late as asked for'
      const where = placesInWords(outcome.first, outcome.partitions)
      const skipped = skipsInWords({ skips: outcome.skips, certainty: plan?.certainty ?? 'exact' })
      return `There is no message ${since} on ${where}: it would jump to the end there and skip ${skipped}. Ask again with an earlier time, or tick the box that says so.`
    }
    case 'neverEmpty':
      return `The group was never empty for long enough: ${connectedInWords(outcome.group)}. Nothing was reset. Ask again when its consumers are stopped.`
    case 'testified':
      return 'The offsets did not tell, and an approver has said that it happened. The thread says who.'
    default:
      return outcome satisfies never
  }
}

export const UNCLEAR_ADVICE =
  'Rewind does not call again on a guess, because that could move the offsets twice. It reads them back within the next minutes. If they show that it happened, it is done; if they show twice that it did not, it is tried again; if they do not tell, you are asked here.'

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

/** The same with the partitions where only some were chosen: `orders (partitions 0, 4–6), payments` */
export function scopeInWords(
  { topics, partitions }: Pick<Reset, 'topics' | 'partitions'>,
  most: number,
): string {
  // A map, as a topic may be called `constructor`.
  const chosenOf = new Map(Object.entries(partitions))
  const named = topics.slice(0, most).map(topic => {
    const chosen = chosenOf.get(topic)
    return chosen === undefined
      ? topic
      : `${topic} (${chosen.length === 1 ? 'partition' : 'partitions'} ${rangesInWords(chosen)})`
  })
  return topicsInWords([...named, ...topics.slice(most)], most)
}

const RANGES_NAMED = 8

/** `0, 4–6`; `chosen` in order */
function rangesInWords(chosen: readonly number[]): string {
  const ranges: { low: number; high: number }[] = []
  for (const partition of chosen) {
    const last = ranges.at(-1)
    if (last !== undefined && last.high + 1 === partition) last.high = partition
    else ranges.push({ low: partition, high: partition })
  }
  const named = ranges
    .slice(0, RANGES_NAMED)
    .map(({ low, high }) =>
      low === high ? `${low}` : high === low + 1 ? `${low}, ${high}` : `${low}–${high}`,
    )
  return ranges.length > RANGES_NAMED ? `${named.join(', ')} …` : named.join(', ')
}

/** `2 consumers are connected: audit-1 (10.0.3.11), …` */
export function connectedInWords({ state, members }: Group): string {
  if (members.length === 0) return `the group is in use (${state})`
  const named = members
    .slice(0, MEMBERS_NAMED)
    .map(({ clientId, host }) => `${clip(clientId, 60)} (${clip(host.replace(/^\//, ''), 60)})`)
  const all = listed(named, members.length - named.length)
  return `${members.length === 1 ? '1 consumer is' : `${grouped(members.length)} consumers are`} connected: ${all}`
}

const MEMBERS_NAMED = 5

/** `2 consumers are connected: audit-1 (10.0.3.11), … Stop them first.` */
export function groupInWords(group: Group): string {
  const { state, members } = group
  if (state === 'Dead') return 'it does not exist.'
  if (members.length === 0 && state === 'Empty') return 'empty. No consumer is connected, so it can be reset.'
  const stop = 'Stop them first: a reset waits until the group is empty.'
  return members.length === 0 ? `in use (${state}). ${stop}` : `${connectedInWords(group)}. ${stop}`
}

export function noSuchGroup({ instanceId, group }: Target, nearest: readonly string[]): string {
  const none = `There is no group “${clip(group, 100)}” on ${instanceId}.`
  return nearest.length === 0
    ? `${none} Check the spelling.`
    : `${none} Did you mean ${nearest.map(name => `“${clip(name, 100)}”`).join(' or ')}?`
}
