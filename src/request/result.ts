// What an execution did, from evidence alone: what was planned, what the API said, and what a read-back shows.
// It must never call a success what the offsets do not show.

import { z } from 'zod'
import type { ApiCode, TopicReport, UnwrittenTopic } from './api-answer.ts'
import { type Position, placeOf } from './group.ts'
import { bigintIn, linesSchema, NONE, wordsOf } from './lines.ts'
import { type Execution, isWritten } from './plan.ts'
import type { PlanRow } from './plan-rows.ts'

/** Rows that fit one Slack message legibly; a longer result is attached as a file as well. */
export const ROWS_IN_TABLE = 50

/**
 * `clamped`: done, but the log ended before the offset asked for. `unreported`: nothing shows whether it happened.
 * `moved-after`: it was accepted, and by now another offset stands: somebody has committed since, or the log has lost the
 * planned one and the cluster has moved it to the log's start.
 */
const partitionOutcomeSchema = z.enum(['succeeded', 'clamped', 'failed', 'unreported', 'moved-after'])
export type PartitionOutcome = z.output<typeof partitionOutcomeSchema>

/**
 * What the code of a row does not tell. `elsewhere`: not where the strategy leads. `notWritten`: nobody answered, and of
 * all that was to be written this stands where it was. `refused`, `notSent`, `unanswered`: as UnwrittenTopic has it.
 * `despiteError`: it stands where planned, although the API reported an error; `movedDespiteError`: it moved elsewhere.
 * `movedBefore`: it was not written, because somebody had committed there since the plan.
 */
const whySchema = z.enum([
  'unchanged',
  'elsewhere',
  'notRead',
  'notReported',
  'notSeen',
  'notWritten',
  'refused',
  'notSent',
  'unanswered',
  'despiteError',
  'movedDespiteError',
  'movedBefore',
])

/** A null partition stands for the whole topic: no partition of it could be seen when the plan was made. */
export interface PartitionResult {
  topic: string
  partition: number | null
  from: bigint | null
  /** Null: the plan could not know it. */
  planned: bigint | null
  /** Null: the API said nothing of it. Code 0 without an offset: it only accepted the call. */
  said: { offset: bigint | null; code: ApiCode; message: string } | null
  /** Null: not read, or nothing is committed. */
  readBack: bigint | null
  outcome: PartitionOutcome
  why: z.output<typeof whySchema> | null
  /** Of `notSent` and `unanswered`, as cause.ts has it; of `refused`, the reason. */
  cause?: string
}

const OUTCOMES = wordsOf(partitionOutcomeSchema.options)
const REASONS = wordsOf([NONE, ...whySchema.options])
const ROW = /^(\S+) (-|\d+) (-|-?\d+) (-|-?\d+) (-|-?\d+) (\S+) (\S+) (-|-?\d+) (\S+) (.*)$/s
const WHOLE_NUMBER = /^-?\d+$/

/**
 * All rows, as they are kept beside the record; what the API said comes last, and its message may be anything. The cause
 * stands in the message's place where the API said nothing, and else behind the code, after a comma.
 */
export const resultSchema = linesSchema<PartitionResult>(
  ({ topic, partition, from, planned, readBack, outcome, why, said, cause = '' }) =>
    `${topic} ${partition ?? NONE} ${from ?? NONE} ${planned ?? NONE} ${readBack ?? NONE} ${outcome} ${why ?? NONE} ${said?.offset ?? NONE} ${said === null ? NONE : keptCode(said.code, cause)} ${said?.message ?? cause}`,
  line => {
    const [, topic = '', partition, from = '', planned = '', readBack = '', ...rest] = ROW.exec(line) ?? []
    const [outcome, why, offset = '', kept = '', message = ''] = rest
    const ended = OUTCOMES.get(outcome ?? '')
    const reason = REASONS.get(why ?? '')
    if (ended === undefined || reason === undefined) return null
    // Spelt out, without a spread: there may be ten thousand rows.
    const comma = kept.indexOf(',')
    const code = comma === -1 ? kept : kept.slice(0, comma)
    const row: PartitionResult = {
      topic,
      partition: partition === NONE ? null : Number(partition),
      from: bigintIn(from),
      planned: bigintIn(planned),
      said: kept === NONE ? null : { offset: bigintIn(offset), code: codeIn(code), message },
      readBack: bigintIn(readBack),
      outcome: ended,
      why: reason === NONE ? null : reason,
    }
    const cause = kept === NONE ? message : comma === -1 ? '' : kept.slice(comma + 1)
    if (cause !== '') row.cause = cause
    return row
  },
)

const LONGEST_CODE = 100

function keptCode(code: ApiCode, cause: string): string {
  const word = `${code}`.replace(/[\s,]+/g, '_').slice(0, LONGEST_CODE)
  return `${word === '' || word === NONE ? 'none' : word}${cause === '' ? '' : `,${cause}`}`
}

function codeIn(word: string): ApiCode {
  if (word === '0') return 0
  return WHOLE_NUMBER.test(word) ? Number(word) : word
}

/** What was read after the call: the committed offset by `placeOf`. A partition that could not be read is absent. */
export type ReadBack = ReadonlyMap<string, bigint | null>

/** Without a log end a partition could not be read, and then no commit does not mean that there is none. */
export function readBackOf(positions: readonly Position[]): ReadBack {
  const read = positions.filter(({ logEnd }) => logEnd !== null)
  return new Map(read.map(({ topic, partition, committed }) => [placeOf(topic, partition), committed]))
}

const countsSchema = z.object({
  succeeded: z.int(),
  clamped: z.int(),
  failed: z.int(),
  unreported: z.int(),
  movedAfter: z.int(),
})
export type Counts = z.output<typeof countsSchema>

const TROUBLED_KEPT = 3

export const doneSchema = z.object({
  kind: z.literal('done'),
  counts: countsSchema,
  /** So many of the failed and the unreported are whole topics, of which no partition could be seen. */
  wholeTopics: z.object({ failed: z.int(), unreported: z.int() }).optional(),
  /** The topics of which not all went as planned: the first of them, and how many there are. */
  troubled: z.object({ topics: z.array(z.string()).max(TROUBLED_KEPT), all: z.int() }).optional(),
  rows: z.int(),
  /** Of so many of its calls nobody knows what they did, so that they may still take effect. */
  unanswered: z.int().optional(),
  /** What came instead of an answer, where all of it was found to be there right after the call. */
  instead: z.string().optional(),
})
export type Done = z.output<typeof doneSchema>

/** Failures first, then what nobody knows, then what moved on, then successes; by topic and partition within each. */
export function resultOf(
  plan: { execution: Execution; unseenTopics: readonly string[] },
  rows: readonly PlanRow[],
  reports: readonly TopicReport[],
  readBack: ReadBack,
  unwritten: readonly UnwrittenTopic[] = [],
): PartitionResult[] {
  const said = saidOf(reports)
  const ends = new Map(unwritten.map(each => [each.topic, each]))
  const moved = new Set(
    reports.flatMap(({ topic, moved: partitions = [] }) => partitions.map(each => placeOf(topic, each))),
  )
  const results: PartitionResult[] = []
  for (const row of rows) {
    // Nothing was to be written, and nobody can say where it should stand.
    if (plan.execution === 'offsets' && row.to === null) continue
    const place = placeOf(row.topic, row.partition)
    const read = readBack.get(place)
    if (moved.has(place) && read !== row.to) {
      const { topic, partition, from, to: planned } = row
      const found = { topic, partition, from, planned, said: null, readBack: read ?? null }
      results.push({ ...found, outcome: 'failed', why: 'movedBefore' })
      continue
    }
    const end = isWritten(row, plan.execution) ? ends.get(row.topic) : undefined
    results.push(
      end === undefined ? judged(row, plan.execution, said.of(row), read) : judgedUnwritten(row, end, read),
    )
  }
  for (const topic of plan.unseenTopics) results.push(unseen(topic, plan.execution, said.ofTopic(topic)))
  return results.sort(
    (a, b) =>
      ORDER[a.outcome] - ORDER[b.outcome] ||
      (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : (a.partition ?? -1) - (b.partition ?? -1)),
  )
}

const ORDER: Record<PartitionOutcome, number> = {
  failed: 0,
  unreported: 1,
  'moved-after': 2,
  clamped: 3,
  succeeded: 4,
}

/** Rows of the result that may not stand where they should, so that a second look is worth it. */
export function isDoubtful({ outcome, why }: PartitionResult): boolean {
  return why === 'unchanged' || why === 'notRead' || why === 'unanswered' || outcome === 'moved-after'
}

type Said = NonNullable<PartitionResult['said']>

function saidOf(reports: readonly TopicReport[]) {
  const failures = new Map<string, Said>()
  const partitions = new Map<string, Said>()
  for (const { topic, errorCode, errorMessage, partitions: reported } of reports) {
    // A topic listed as succeeded without a partition proves nothing about any partition.
    if (errorCode !== 0) failures.set(topic, { offset: null, code: errorCode, message: errorMessage })
    for (const each of reported) {
      partitions.set(placeOf(topic, each.partition), {
        offset: each.offset,
        code: each.errorCode === 0 ? errorCode : each.errorCode,
        message: each.errorMessage === '' ? errorMessage : each.errorMessage,
      })
    }
  }
  const ofTopic = (topic: string): Said | null => failures.get(topic) ?? null
  return {
    ofTopic,
    of: ({ topic, partition }: PlanRow) => partitions.get(placeOf(topic, partition)) ?? ofTopic(topic),
  }
}

function judged(
  row: PlanRow,
  execution: Execution,
  said: Said | null,
  read: bigint | null | undefined,
): PartitionResult {
  const { topic, partition, from, to } = row
  // Spelt out: to spread it costs many times as much, and there may be ten thousand rows.
  const found = (outcome: PartitionOutcome, why: PartitionResult['why'] = null) => ({
    topic,
    partition,
    from,
    planned: to,
    said,
    readBack: read ?? null,
    outcome,
    why,
  })
  if (said !== null && said.code !== 0) {
    // To do again what stands where it should could move it twice.
    if (read !== undefined && read !== null && read === to) return found(reachedAs(row), 'despiteError')
    return read === undefined || read === from ? found('failed') : found('failed', 'movedDespiteError')
  }
  if (read === undefined) return found('unreported', 'notRead')
  if (execution === 'offsets') {
    if (read === to) return found(reachedAs(row))
    if (!isWritten(row, execution)) return found('moved-after')
    if (said === null) return found('unreported', 'notReported')
    return read === from ? found('failed', 'unchanged') : found('moved-after')
  }
  if (said === null) return found('unreported', 'notReported')
  if (said.offset !== null && said.offset !== read) {
    return read === from ? found('failed', 'unchanged') : found('moved-after')
  }
  return found(...(to === null ? reachedAnywhere(row, said, read) : reached(row, to, said, read)))
}

/** What stands where the plan leads. */
function reachedAs({ note }: PlanRow): 'succeeded' | 'clamped' {
  return note === 'atStart' || note === 'atEnd' ? 'clamped' : 'succeeded'
}

/** Others of its request were written. That it stands where planned is what counts here too. */
function judgedUnwritten(
  row: PlanRow,
  end: UnwrittenTopic,
  read: bigint | null | undefined,
): PartitionResult {
  const { topic, partition, from, to } = row
  const said = end.end === 'refused' ? { offset: null, code: end.code, message: end.message } : null
  const found = { topic, partition, from, planned: to, said, readBack: read ?? null }
  if (read !== undefined && read === to) return { ...found, said: null, outcome: reachedAs(row), why: null }
  const outcome = end.end === 'unanswered' ? 'unreported' : 'failed'
  return { ...found, outcome, why: end.end, cause: end.end === 'refused' ? end.reason : end.cause }
}

type Found = [PartitionOutcome, PartitionResult['why']?]

/** A native call of which the plan could not say where it leads. What the API named, if anything, is there. */
function reachedAnywhere({ from, logStart }: PlanRow, said: Said, read: bigint | null): Found {
  if (said.offset !== null) return ['succeeded']
  if (read === null || read === from) return ['unreported', 'unchanged']
  return [logStart !== null && read < logStart ? 'moved-after' : 'succeeded']
}

/** A native call of which the plan could; only an end of the log may hold it back from there. */
function reached(row: PlanRow, to: bigint, said: Said, read: bigint | null): Found {
  const { from, certainty, logEnd } = row
  const done: Found = [reachedAs(row)]
  if (read === to) return done
  if (read === null || read < to) {
    // The start of a log only moves up, so that nothing it holds back stands before where it was to go.
    if (read === from) return ['failed', 'unchanged']
    return said.offset === null ? ['moved-after'] : ['failed', 'elsewhere']
  }
  if (read === from && certainty === 'exact') return ['failed', 'unchanged']
  // The end of the log moves on between plan and call, and who asked for the end is served by any later one.
  if (to === logEnd) return done
  if (said.offset !== null) return ['clamped']
  if (read === from) return ['unreported', 'unchanged']
  return [certainty === 'exact' ? 'moved-after' : 'clamped']
}

/** Offsets are only written to partitions that were seen; a native call names the topic as well, and has to answer. */
function unseen(topic: string, execution: Execution, said: Said | null): PartitionResult {
  const place = { topic, partition: null, from: null, planned: null, readBack: null }
  if (said !== null) return { ...place, said, outcome: 'failed', why: null }
  return { ...place, said, outcome: execution === 'offsets' ? 'failed' : 'unreported', why: 'notSeen' }
}

export function countsOf(results: readonly PartitionResult[]): Counts {
  const counts: Counts = { succeeded: 0, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 }
  for (const { outcome } of results) counts[outcome === 'moved-after' ? 'movedAfter' : outcome] += 1
  return counts
}

/** What is kept in the record of a call that came to a result; its rows are kept beside it. */
export function doneOf(results: readonly PartitionResult[], unanswered: number): Done {
  const wholeTopics = { failed: 0, unreported: 0 }
  const troubled = new Set<string>()
  for (const { topic, partition, outcome } of results) {
    if (outcome !== 'succeeded' && outcome !== 'clamped') troubled.add(topic)
    if (partition === null && (outcome === 'failed' || outcome === 'unreported')) wholeTopics[outcome] += 1
  }
  return {
    kind: 'done',
    counts: countsOf(results),
    wholeTopics,
    troubled: { topics: [...troubled].slice(0, TROUBLED_KEPT), all: troubled.size },
    rows: results.length,
    unanswered,
  }
}

/**
 * The state a request ends in. What somebody committed over has happened, and does not stand: the whole is partial.
 * Nothing known at all is `unclear`: we called, and do not know what it did. Nothing at all is no success.
 */
export function verdictOf(counts: Counts): 'succeeded' | 'partial' | 'failed' | 'unclear' {
  const good = counts.succeeded + counts.clamped
  const bad = counts.failed + counts.unreported + counts.movedAfter
  if (good > 0 && bad === 0) return 'succeeded'
  if (good + counts.movedAfter > 0) return 'partial'
  return counts.unreported > 0 ? 'unclear' : 'failed'
}
