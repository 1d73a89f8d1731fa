// Every sentence a person reads about a request: which one it is, and what it names; of what it came to see outcome.ts. The
// words are in language/.

import type { Gone, Submitted } from '../../../ports/approvals.ts'
import type { ApiCode } from '../../../request/api-answer.ts'
import { readCause } from '../../../request/cause.ts'
import type { Group } from '../../../request/group.ts'
import { kafkaErrorName } from '../../../request/kafka-errors.ts'
import { hadNothingToMove } from '../../../request/list-part.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import { filled } from '../../../request/quorum.ts'
import {
  brokeGlass,
  isHeld,
  owesReview,
  type RequestId,
  type ResetRequest,
} from '../../../request/request.ts'
import { clip, type Reset, type Target } from '../../../request/reset.ts'
import { isOfBounds } from '../../../request/settling.ts'
import { isFinal, type RefusedRuling, type State } from '../../../request/state.ts'
import type { Refusal } from '../../../request/step.ts'
import { type Awaited, awaitedBy } from '../../../request/waiting.ts'
import { escaped, named } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { sentenceOf } from '../language/sentences.ts'
import { CAUSE_MAX } from './cause.ts'
import { skipsInWords } from './plan.ts'
import { deciders, missingTeams, namesOf } from './who-decides.ts'

const AWAITED = {
  window: 'beforeWindow',
  empty: 'waiting',
  stayEmpty: 'staying',
  otherRequest: 'behind',
  nextTry: 'retrying',
  worker: 'approved',
} as const satisfies Record<Awaited, keyof Words['states']['names']>

/** What is approved, as people tell apart what it waits for. */
function approvedKey(
  request: Pick<ResetRequest, 'unread' | 'plan'>,
  state: Extract<State, { name: 'approved' }>,
) {
  if (isHeld(request)) return 'held'
  return isOfBounds(request.plan) ? 'settling' : AWAITED[awaitedBy(state)]
}

/** A state as people tell it apart. */
function stateKey({
  state,
  unread,
  plan,
}: Pick<ResetRequest, 'state' | 'unread' | 'plan'>): keyof Words['states']['names'] {
  if (state.name === 'failed') {
    if (state.outcome.kind === 'notAllowed') return 'notAllowed'
    return hadNothingToMove(state) ? 'nothingToMove' : 'failed'
  }
  if (state.name === 'unclear' && !state.asked) return 'checking'
  return state.name === 'approved' ? approvedKey({ unread, plan }, state) : state.name
}

/** `approved, waiting for the group to be empty` */
export function stateWords(
  words: Words,
  request: Pick<ResetRequest, 'state' | 'unread' | 'glass' | 'plan'>,
): string {
  const { names, unapproved } = words.states
  const key = stateKey(request)
  return brokeGlass(request) ? { ...names, ...unapproved }[key] : names[key]
}

type Standing = Pick<ResetRequest, 'id' | 'state' | 'unread' | 'glass' | 'guard' | 'votes' | 'plan'>

/** Null: it waits for no approval, or only says that it does. */
function pendingWords(words: Words, request: Pick<Standing, 'state' | 'guard' | 'votes'>): string | null {
  const { state, guard, votes } = request
  if (state.name !== 'pending') return null
  const { pendingOf } = words.states
  const missing = teamsMissing(request)
  if (missing.length > 0) return pendingOf.teams(missing)
  const have = filled(guard, votes)
  return have === 0 ? null : pendingOf.votes(have, guard.approvals)
}

const LABEL_MAX = 60

function teamsMissing(request: Pick<ResetRequest, 'guard' | 'votes'>): string[] {
  return missingTeams(request).map(label => named(clip(label, LABEL_MAX)))
}

/** The same where no card is beside it: whose approval is missing, and what nobody has approved, or has still to look at. */
export function stateAlone(words: Words, request: Standing & Pick<ResetRequest, 'notes'>): string {
  const said = pendingWords(words, request) ?? stateWords(words, request)
  if (isFinal(request.state) && owesReview(request)) return words.glass.awaitsReview(said)
  return brokeGlass(request) ? `${said} · ${words.glass.mark}` : said
}

/** What can be said of `R-12` in this state: `R-12 is partly done.` */
export function stateSentence(words: Words, request: Standing): string {
  const { sentences, unapprovedSentences, stillPending } = words.states
  const pending = pendingWords(words, request)
  if (pending !== null) return stillPending(request.id, pending)
  const said = brokeGlass(request) ? { ...sentences, ...unapprovedSentences } : sentences
  return said[stateKey(request)](request.id)
}

/** Why a click or a decision was refused, for the one who made it. `<@U…>` is a mention in Slack's text format. */
export function refusalSentence(words: Words, refusal: Refusal, request: ResetRequest): string {
  const { id, requester, state, guard } = request
  const { refusals } = words
  switch (refusal) {
    case 'ownRequest':
    case 'notApprover':
      return refusals[refusal](id, namesOf(words, deciders(request)))
    case 'notBreakGlass':
      return refusals.notBreakGlass(id, namesOf(words, guard.breakGlass))
    case 'alreadyVoted':
      return refusals.alreadyVoted(id, teamsMissing(request).map(escaped))
    case 'notRequester':
      return state.name === 'approved'
        ? refusals.notRequesterNow(id, requester, namesOf(words, deciders(request)))
        : refusals.notRequester(id, requester)
    case 'groupNotTyped':
      return refusals.groupNotTyped(id, lossInWords(words, request))
    case 'noteMissing':
      return refusals.noteMissing
    case 'decided':
    case 'stale':
      return refusals.tooLate(pastSentence(words, request))
    default:
      return refusals[refusal](id)
  }
}

/** Why approving asks for more than a click: `it skips 12 430 messages, and they will not be delivered` */
export function lossInWords(words: Words, { plan, reset }: Pick<ResetRequest, 'plan' | 'reset'>): string {
  if (plan === null || (plan.certainty === 'unknown' && !isOfBounds(plan))) return words.plan.loss(null)
  if (plan.skips === 0n && !skipsArriving(plan, reset)) {
    if (plan.replays === 0n) return words.plan.wide(plan.partitions)
    const replays = words.plan.messages(plan.replays)
    return words.plan.again(plan.certainty === 'exact' ? replays : words.plan.atMost(replays))
  }
  return words.plan.loss(
    skipsArriving(plan, reset)
      ? words.plan.andArriving(words.plan.messages(plan.skips))
      : skipsInWords(words, plan),
  )
}

function pastSentence(words: Words, request: ResetRequest): string {
  const { refusals } = words
  const { id, state } = request
  switch (state.name) {
    case 'rejected':
      return refusals.hasRejected(id, state.decision.by)
    case 'cancelled':
      return refusals.hasCancelled(id, state.by)
    case 'expired':
      return stateSentence(words, request)
    case 'preparing':
    case 'pending':
      return refusals.hasChanged(id)
    case 'approved':
      if (brokeGlass(request)) return refusals.seeThread(stateSentence(words, request))
      return refusals.hasApproved(id, state.decision.by, approvedKey(request, state))
    case 'executing':
      return refusals.hasApproved(id, state.decision.by, 'executing')
    default:
      return refusals.seeThread(stateSentence(words, request))
  }
}

/** Why the policy allows no such request. */
export function rulingSentence({ outcomes }: Words, { why, rule, reason }: RefusedRuling): string {
  return outcomes.notAllowed[why](rule, clip(reason, CAUSE_MAX))
}

/** Why there is no request of what was sent. */
export function notSubmitted(words: Words, submitted: Exclude<Submitted, { kind: 'submitted' }>): string {
  switch (submitted.kind) {
    case 'notAllowed':
      return rulingSentence(words, submitted.ruling)
    case 'followed':
      return words.followUp[submitted.how].open(submitted.id, submitted.by)
    case 'gone':
      return missingSentence(words, submitted.id, submitted)
    case 'tooMany':
      return sentenceOf(words.limits, submitted.tooMany)
    default:
      return submitted satisfies never
  }
}

/** Of a request that is not there. @param isTyped by somebody, who may have mistyped it: it need not have been there */
export function missingSentence(
  { answers }: Words,
  id: RequestId,
  { exportedAtMs = null }: Partial<Gone>,
  isTyped = false,
): string {
  if (exportedAtMs !== null) return answers.exportedRequest(id, dayOf(exportedAtMs))
  return isTyped ? answers.unknownRequest(id) : answers.noSuchRequest(id)
}

/** In UTC: it stands in plain text too, where Slack shows no date of a reader's own. */
function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** `3 UNKNOWN_TOPIC_OR_PARTITION`, or the API's own word, and what to do about it. */
export function errorInWords(words: Words, code: ApiCode): { name: string; hint: string } {
  if (typeof code === 'string') {
    const name = code === 'none' ? words.results.noCode : clip(code, 100)
    return { name, hint: words.outcomes.refusalHints.other }
  }
  const hint = words.kafka.hints[code] ?? words.kafka.otherHint
  return { name: `${code} ${kafkaErrorName(code)}`, hint }
}

/** `orders, payments, shipments and 4 more` */
export function topicsInWords(words: Words, topics: readonly string[], most: number): string {
  return listedTopics(words, topics, most, named)
}

/** The same with the partitions where only some were chosen: `orders (partitions 0, 4–6), payments` */
export function scopeInWords(
  words: Words,
  { topics, partitions }: Pick<Reset, 'topics' | 'partitions'>,
  most: number,
): string {
  // A map, as a topic may be called `constructor`.
  const chosenOf = new Map(Object.entries(partitions))
  return listedTopics(words, topics, most, topic => {
    const chosen = chosenOf.get(topic)
    return chosen === undefined
      ? named(topic)
      : words.reset.topicWith(named(topic), chosen.length, rangesInWords(words, chosen))
  })
}

function listedTopics(
  { reset: say }: Words,
  topics: readonly string[],
  most: number,
  inWords: (topic: string) => string,
): string {
  if (topics.length === 0) return say.allTopics
  return say.topics(topics.slice(0, most).map(inWords), Math.max(0, topics.length - most))
}

const RANGES_NAMED = 8

/** `0, 4–6`; `chosen` in order */
function rangesInWords(words: Words, chosen: readonly number[]): string {
  const ranges = rangesOf(chosen)
  return words.reset.ranges(
    ranges.slice(0, RANGES_NAMED).flatMap(({ low, high }) => spelledRange(low, high)),
    ranges.length > RANGES_NAMED,
  )
}

/** In order, each as far as it goes. */
export function rangesOf(chosen: readonly number[]): { low: number; high: number }[] {
  const ranges: { low: number; high: number }[] = []
  for (const partition of chosen) {
    const last = ranges.at(-1)
    if (last !== undefined && last.high + 1 === partition) last.high = partition
    else ranges.push({ low: partition, high: partition })
  }
  return ranges
}

/** `0`; `0` and `1`; `4–6` */
export function spelledRange(low: number, high: number): string[] {
  if (low === high) return [`${low}`]
  return high === low + 1 ? [`${low}`, `${high}`] : [`${low}–${high}`]
}

/** `2 consumers are connected: audit-1 (10.0.3.11), …` */
export function connectedInWords(words: Words, { state, members }: Group): string {
  if (members.length === 0) return state === 'Stable' ? words.group.unlisted : words.group.inUse(state)
  const first = members
    .slice(0, MEMBERS_NAMED)
    .map(({ clientId, host }) =>
      words.group.member(named(clip(clientId, 60)), named(clip(host.replace(/^\//, ''), 60))),
    )
  return words.group.connected(members.length, first)
}

const MEMBERS_NAMED = 5

/** `2 consumers are connected: audit-1 (10.0.3.11), … Stop them first.` */
export function groupInWords(words: Words, group: Group): string {
  const { state, members } = group
  if (state === 'Dead') return words.group.missing
  if (members.length === 0 && state === 'Empty') return emptyInWords(words, words.group.empty, group)
  return members.length === 0
    ? words.group.inUseStopFirst(state)
    : words.group.stopFirst(connectedInWords(words, group))
}

/** `sentence`, and whether the offsets of the group may be gone soon whatever is written. */
function emptyInWords(words: Words, sentence: string, { expiresFromEmpty }: Group): string {
  return expiresFromEmpty === true ? words.group.alsoExpires(sentence) : sentence
}

/** @param cause as request/cause.ts has it; null: it is not known why */
export function instanceProblem(words: Words, instanceId: string, cause: string | null): string {
  const { kind, about = [] } = (cause === null ? null : readCause(cause)) ?? {}
  return kind === 'instanceGone'
    ? words.instances.gone(clip(instanceId, 100), about[0] ?? '')
    : noSuchInstance(words, instanceId, kind === 'noInstance' ? about : [])
}

/** @param nearest ids that look like it */
export function noSuchInstance(words: Words, instanceId: string, nearest: readonly string[]): string {
  const id = clip(instanceId, 100)
  return nearest.length === 0
    ? words.instances.none(id)
    : words.instances.nearest(
        id,
        nearest.map(each => clip(each, 100)),
      )
}

export function noSuchGroup(words: Words, { instanceId, group }: Target, nearest: readonly string[]): string {
  const name = clip(group, 100)
  return nearest.length === 0
    ? words.groups.none(name, instanceId)
    : words.groups.nearest(
        name,
        instanceId,
        nearest.map(each => clip(each, 100)),
      )
}

/** One sentence for each topic and each list of partitions that is not there; null: all are. */
export function noSuchTopics(
  words: Words,
  instanceId: string,
  {
    topics,
    partitions,
  }: {
    topics: readonly { topic: string; nearest: readonly string[] }[]
    partitions: readonly { topic: string; missing: readonly number[]; highest: number }[]
  },
): string | null {
  const { namedTopics: say } = words
  const sentences = [
    ...topics.map(({ topic, nearest }) =>
      nearest.length === 0
        ? say.none(clip(topic, 100), instanceId)
        : say.nearest(
            clip(topic, 100),
            instanceId,
            nearest.map(each => clip(each, 100)),
          ),
    ),
    ...partitions.map(({ topic, missing, highest }) => {
      const spelled = rangesInWords(words, missing)
      return say.noPartitions(clip(topic, 100), spelled, missing.length === 1, highest)
    }),
  ]
  return sentences.length === 0 ? null : sentences.slice(0, SENTENCES_OF_TOPICS).join(say.gap)
}

const SENTENCES_OF_TOPICS = 3
