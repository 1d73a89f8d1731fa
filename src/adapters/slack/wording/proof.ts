// What was done although no answer says so, or only for some of it: then the offsets are the evidence, and it is said.

import { type CauseKind, readCause } from '../../../request/cause.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { PartitionResult } from '../../../request/result.ts'
import type { Outcome } from '../../../request/state.ts'
import { clipMiddle, named } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords } from './cause.ts'
import { hadCalls } from './outcome.ts'

const NAMED = 3
const PARTITIONS_NAMED = 10
const NAME_MAX = 100

/** With a space before it, as it follows the counts; empty where the answer says all there is to say. */
export function proofInWords(
  words: Words,
  { state, notes }: Pick<ResetRequest, 'state' | 'notes'>,
  result: readonly PartitionResult[],
): string {
  if (state.name !== 'succeeded' && state.name !== 'partial') return ''
  const { outcomes: say } = words
  const took = result.filter(tookEffect)
  if (took.length === 0) return ''
  if (result.some(({ said }) => said !== null)) {
    const which = state.attempt > 1 && hadCalls({ notes }) ? say.earlierInVain(state.attempt) : ''
    return `${which}${unconfirmed(words, took, result)}`
  }
  const cause = instead(words, state.outcome, notes)
  const missed = result.filter(({ outcome }) => outcome !== 'succeeded' && outcome !== 'clamped')
  if (missed.length === 0) return say.provedByOffsets(state.attempt, cause)
  const isCertain = missed.every(({ outcome, partition }) => outcome === 'failed' && partition !== null)
  return say.provedInPart(took.length, isCertain ? missed.length : 0, cause)
}

/** Of these something was answered, or may have been in part. */
const ANSWERED: readonly CauseKind[] = [
  'answerStopped',
  'connectionBroke',
  'answerTooLarge',
  'answerNotHttp',
  'tooManyCalls',
  'maintenance',
  'httpStatus',
  'notDocumented',
  'repeated',
  'apiSaid',
]

/** What came of the last call that came to no answer that confirms it; null: nothing did, as far as is on record. */
function instead(words: Words, outcome: Outcome, notes: ResetRequest['notes']): string | null {
  const said =
    (outcome.kind === 'done' ? outcome.instead : undefined) ??
    notes.findLast(note => note.kind === 'unclear')?.cause
  const kind = said === undefined ? undefined : readCause(said)?.kind
  return said === undefined || kind === undefined || !ANSWERED.includes(kind)
    ? null
    : causeInWords(words, said)
}

/** What was there before the call shows nothing of it. */
function tookEffect({ outcome, partition, from, planned }: PartitionResult): boolean {
  return (outcome === 'succeeded' || outcome === 'clamped') && partition !== null && planned !== from
}

/** Topics, or partitions of them, that were reset and of which the answer to the rest says nothing. */
function unconfirmed(
  words: Words,
  took: readonly PartitionResult[],
  result: readonly PartitionResult[],
): string {
  const confirmed = new Set(result.flatMap(({ topic, said }) => (said === null ? [] : [topic])))
  const silent = new Map<string, number[]>()
  for (const { topic, partition, said } of took) {
    if (said === null && partition !== null) silent.set(topic, [...(silent.get(topic) ?? []), partition])
  }
  if (silent.size === 0) return ''
  const places = [...silent].slice(0, NAMED).map(([topic, partitions]) => {
    const name = named(clipMiddle(topic, NAME_MAX))
    if (!confirmed.has(topic)) return name
    const first = partitions.slice(0, PARTITIONS_NAMED)
    return words.plan.partitionsOf(name, first.map(String), partitions.length - first.length)
  })
  return words.outcomes.unconfirmed(places, silent.size - places.length)
}
