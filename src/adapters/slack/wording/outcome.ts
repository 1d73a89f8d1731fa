// Every sentence on what an execution came to, or why there was none. The words are in language/.

import { type CauseKind, readCause } from '../../../request/cause.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { clip, utc } from '../../../request/reset.ts'
import type { Counts, Done } from '../../../request/result.ts'
import type { Outcome } from '../../../request/state.ts'
import { named } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords, messageInWords } from './cause.ts'
import { placesInWords, skipsInWords } from './plan.ts'
import { connectedInWords, rulingSentence } from './words.ts'

const COUNTED: (keyof Counts)[] = ['succeeded', 'clamped', 'failed', 'unreported', 'movedAfter']

/** `7 partitions succeeded · 1 clamped · 1 topic failed` */
export function countsInWords(words: Words, { counts, wholeTopics }: Done): string {
  const ofTopics = (kind: keyof Counts) =>
    kind === 'failed' || kind === 'unreported' ? (wholeTopics?.[kind] ?? 0) : 0
  const tallies = [
    ...COUNTED.map(kind => ({ kind, count: counts[kind] - ofTopics(kind), of: 'partition' as const })),
    ...COUNTED.map(kind => ({ kind, count: ofTopics(kind), of: 'topic' as const })),
  ]
  return words.outcomes.counts(tallies.filter(({ count }) => count > 0))
}

/** Where no table of the rows is beside it: the counts, and the topics of which not all went as planned. */
export function outcomeAlone(
  words: Words,
  outcome: Outcome,
  request: Pick<ResetRequest, 'reset' | 'plan' | 'state' | 'notes'>,
): string {
  const sentence = outcomeSentence(words, outcome, request)
  if (outcome.kind !== 'done' || outcome.troubled === undefined || outcome.troubled.all === 0) return sentence
  const { topics, all } = outcome.troubled
  const names = topics.map(topic => named(clip(topic, 100)))
  return `${sentence}${words.outcomes.troubled(names, all - topics.length)}`
}

/** What an ended request's outcome means, in one or two sentences. */
export function outcomeSentence(
  words: Words,
  outcome: Outcome,
  request: Pick<ResetRequest, 'reset' | 'plan' | 'state' | 'notes'>,
): string {
  const sentence = sentenceOfOutcome(words, outcome, request)
  if (!isVouchedFor(request)) return sentence
  // From its end: an earlier one may stand in somebody's own words.
  const at = sentence.lastIndexOf(words.outcomes.nothingReset)
  if (at === -1) return sentence
  return `${sentence.slice(0, at)}${words.outcomes.nothingThisTime}${sentence.slice(at + words.outcomes.nothingReset.length)}`
}

function sentenceOfOutcome(
  words: Words,
  outcome: Outcome,
  request: Pick<ResetRequest, 'reset' | 'plan' | 'state' | 'notes'>,
): string {
  const { reset, plan } = request
  const { outcomes } = words
  switch (outcome.kind) {
    case 'done':
      return outcomes.done(countsInWords(words, outcome))
    case 'refused': {
      const said = messageInWords(words, outcome.code, outcome.message)
      const call = outcome.requestId === undefined ? null : clip(outcome.requestId, 100)
      const kind = outcome.code === 'none' ? readCause(outcome.message.trim())?.kind : undefined
      const hint =
        kind === 'instanceGone'
          ? ''
          : kind !== undefined && PLAN_ADVICE[kind] === 'operators'
            ? outcomes.planAdvice.operators
            : outcomes.refusalHints[outcome.reason]
      return outcome.code === 'none'
        ? outcomes.notCalled(said, hint)
        : outcomes.refused(said, clip(outcome.code, 100), call, hint)
    }
    case 'notSent':
      return notSentSentence(words, outcome.cause, request)
    case 'notPrepared':
      return notPreparedSentence(words, outcome)
    case 'unknown': {
      const cause = causeInWords(words, outcome.cause)
      const kind = readCause(outcome.cause)?.kind
      return kind === 'forgotten' || kind === 'restored'
        ? outcomes.notRecorded(cause)
        : outcomes.unknown(cause)
    }
    case 'wouldJump': {
      const { strategy } = reset
      const where = placesInWords(words, outcome.first, outcome.partitions)
      const certainty = plan?.certainty ?? 'exact'
      const skipped = skipsInWords(words, { skips: outcome.skips, certainty })
      return outcomes.wouldJump(strategy.kind === 'time' ? utc(strategy.timeMs) : null, where, skipped)
    }
    case 'neverEmpty':
      return outcomes.neverEmpty(connectedInWords(words, outcome.group), outcome.holdMs ?? 0)
    case 'notAllowed':
      return rulingSentence(words, outcome.ruling)
    case 'notVerified':
      return outcomes.notVerified[outcome.why](outcome.event)
    case 'testified':
      return outcomes.testified
    default:
      return outcome satisfies never
  }
}

/** The last attempt was no call, or one that had no effect; those before it may have been calls, none of which had any. */
function notSentSentence(
  words: Words,
  cause: string,
  { state, notes }: Pick<ResetRequest, 'state' | 'notes'>,
): string {
  const { notSent, calledInVain } = words.outcomes
  const said = causeInWords(words, cause)
  if (!('attempt' in state) || !hadCalls({ notes })) return notSent(said)
  const kind = readCause(cause)?.kind
  const isMade = notes.some(
    note => note.kind === 'unclear' && readCause(note.cause)?.kind !== 'workerStopped',
  )
  const last = kind === 'absentTwice' ? 'offsets' : kind === 'denied' ? 'approver' : { cause: said }
  return calledInVain(state.attempt, isMade, last)
}

/** Where an earlier attempt was a call of which only an approver says that it had no effect, it is not said that nothing was reset. */
export function nothingReset({ outcomes }: Words, request: Pick<ResetRequest, 'notes'>): string {
  return isVouchedFor(request) ? outcomes.nothingThisTime : outcomes.nothingReset
}

/** Whether it is an approver's word alone that an attempt had no effect. */
export function isVouchedFor({ notes }: Pick<ResetRequest, 'notes'>): boolean {
  return notes.some(note => note.kind === 'testified' && !note.happened)
}

/** Whether it was called, or may have been, by an attempt that came to no answer. */
export function hadCalls({ notes }: Pick<ResetRequest, 'notes'>): boolean {
  return notes.some(({ kind }) => kind === 'unclear')
}

/** What can be done about it, where it is not the API that refused. Null: the cause says it. Absent: ask again later. */
const PLAN_ADVICE: Partial<Record<CauseKind, keyof Words['outcomes']['planAdvice'] | null>> = {
  severalClusters: 'operators',
  noGroup: 'names',
  noOtherGroup: 'names',
  topicUnfit: null,
  topicsNotSeen: 'names',
  partitionsMissing: 'names',
  tooWide: null,
  nothingCommitted: null,
  nothingToShift: null,
  otherNothingCommitted: null,
  planNotWhole: 'operators',
  resultNotWhole: 'operators',
  targetsNotWhole: 'operators',
  notDocumented: 'operators',
  tokenUnread: 'operators',
}

function notPreparedSentence(
  words: Words,
  { cause, refused }: Extract<Outcome, { kind: 'notPrepared' }>,
): string {
  const { notPrepared, nothingToMove, planAdvice, refusalHints } = words.outcomes
  const kind = readCause(cause)?.kind
  const said = causeInWords(words, cause)
  if (kind === 'nothingMoves') return nothingToMove(said)
  if (kind === 'instanceGone') return notPrepared(said, '')
  if (refused !== undefined) return notPrepared(said, refusalHints[refused])
  const advice = kind === undefined ? undefined : PLAN_ADVICE[kind]
  return notPrepared(said, advice === null ? '' : planAdvice[advice ?? 'later'])
}
