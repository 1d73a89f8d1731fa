// Requests in every state, made by the product's own commands, so that no test invents a record that cannot exist.

import { z } from 'zod'
import type { TopicReport } from '../../src/request/api-answer.ts'
import { type AskedIn, askedInSchema } from '../../src/request/asked-in.ts'
import type { boundsSchema } from '../../src/request/bounds.ts'
import { causeOf } from '../../src/request/cause.ts'
import type { Command, Origin, PolicyVerdict } from '../../src/request/command.ts'
import { type Draft, decide, submit } from '../../src/request/decide.ts'
import type { Difference } from '../../src/request/drift.ts'
import { differenceSchema } from '../../src/request/drift.ts'
import { type Group, type Position, placeOf } from '../../src/request/group.ts'
import { type Guard, guardSchema } from '../../src/request/guard.ts'
import { type Execution, planOf, planSchema } from '../../src/request/plan.ts'
import { type Facts, type PlanRow, planRows } from '../../src/request/plan-rows.ts'
import { type ResetRequest, requestIdSchema } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import { doneOf, type PartitionResult, type ReadBack, resultOf } from '../../src/request/result.ts'

export const T0 = Date.UTC(2026, 10, 23, 8, 0, 0)
export const ALICE = 'U0ALICE'
export const BOB = 'U0BOB'
export const CAROL = 'U0CAROL'

export const EMPTY: Group = { state: 'Empty', members: [] }
export const IN_USE: Group = {
  state: 'Stable',
  members: [
    { clientId: 'billing-1', host: '/10.0.3.11' },
    { clientId: 'billing-2', host: '/10.0.3.12' },
  ],
}

/** Of every plan here, so that a decision need not look it up. */
export const DIGEST = '7f3a91c2'.repeat(8)

/** Of a plan that asks for nothing more than one approver. */
export const GUARD: Guard = guardSchema.parse({ typedGroup: false, approvals: 1 })

export const someReset: Reset = {
  target: { instanceId: 'ckafka-demo0001', group: 'orders-billing' },
  strategy: { kind: 'shift', direction: 'replay', count: 100n },
  scope: 'topics',
  topics: ['orders', 'payments'],
  partitions: {},
}

export function draft(change: Partial<Draft> = {}): Draft {
  return {
    id: requestIdSchema.parse('R-12'),
    reset: someReset,
    parent: null,
    skipToEnd: false,
    reason: 'wrong VAT rate since 06:00',
    requester: ALICE,
    askedIn: 'C0OPS',
    channel: 'C0OPS',
    elsewhere: null,
    expiresAtMs: T0 + 3_600_000,
    guard: GUARD,
    ...change,
  }
}

/** As it is before there is a plan. */
export function asked(change: Partial<Draft> = {}): ResetRequest {
  return submit(draft(change), T0)
}

/** Two partitions of each topic, 1 000 messages kept, all but 50 of them read. */
export function positionsOf(topics: readonly string[], change: Partial<Position> = {}): Position[] {
  return topics.flatMap(topic =>
    [0, 1].map(partition => ({
      topic,
      partition,
      committed: 442_430n + BigInt(partition),
      logStart: 441_480n,
      logEnd: 442_480n + BigInt(partition),
      ...change,
    })),
  )
}

export interface Outlook {
  facts?: Omit<Facts, 'atMs'>
  group?: Group
  guard?: Partial<Guard>
  execution?: Execution
  digest?: string
  movedSince?: number
  movedBy?: string[]
}

/** What `all topics` turns out to be. */
export const FOUND_TOPICS = ['orders', 'payments', 'refunds']

export function rowsOf(reset: Reset, facts?: Omit<Facts, 'atMs'>): PlanRow[] {
  const topics = reset.topics.length === 0 ? FOUND_TOPICS : reset.topics
  return planRows({ ...reset, topics }, { atMs: T0, positions: positionsOf(topics), ...facts })
}

export function prepare(
  { reset, round }: ResetRequest,
  outlook: Outlook = {},
): Extract<Command, { kind: 'prepare' }> {
  const topics = reset.topics.length === 0 ? FOUND_TOPICS : reset.topics
  const { execution = 'offsets', digest = DIGEST, movedSince = null, movedBy } = outlook
  const rows = rowsOf(reset, outlook.facts)
  const plan = planOf({ ...reset, topics }, rows, {
    execution,
    digest,
    atMs: T0 + round,
    positions: outlook.facts?.positions ?? positionsOf(topics),
    movedSince,
    ...(movedBy === undefined ? {} : { movedBy }),
  })
  return {
    kind: 'prepare',
    round,
    topics,
    group: outlook.group ?? EMPTY,
    plan: z.encode(planSchema, plan),
    guard: { ...GUARD, ...outlook.guard },
    overlaps: [],
    holdMs: 30_000,
  }
}

/** With a plan, and waiting for a decision. */
export function pending(change: Partial<Draft> = {}, outlook: Outlook = {}): ResetRequest {
  const request = asked(change)
  return following(request, prepare(request, outlook))
}

/** Applies commands one after the other; throws where one is refused. */
/** Of every day from 22:00 to 04:00 in Shanghai: at T0 it is 16:00 there. */
export const EVENINGS = {
  days: [0, 1, 2, 3, 4, 5, 6],
  fromMinute: 1_320,
  untilMinute: 240,
  zone: 'Asia/Shanghai',
}

export function following(request: ResetRequest, ...commands: (Command | [Command, number])[]): ResetRequest {
  return commands.reduce((current, entry) => {
    const [command, nowMs] = Array.isArray(entry) ? entry : [entry, T0 + 1_000]
    const decided = decide(current, command, nowMs)
    if (!decided.ok) throw new Error(`${command.kind} was refused: ${decided.refusal}`)
    return decided.next
  }, request)
}

export const ALLOWED: PolicyVerdict = { verdict: 'allow', rule: 'APPROVERS names them' }
export const DENIED: PolicyVerdict = {
  verdict: 'deny',
  rule: 'APPROVERS names neither them nor a group of theirs',
}
/** Where somebody stands who asks. */
export const HERE: AskedIn = askedInSchema.parse('C0OPS')
export const SOMEWHERE: Origin = { channel: 'C0OPS', message: '1700000000.000100' }

/** With bounds that may be decided on, of a time an hour before. */
export function onBounds(change: Partial<Draft> = {}): ResetRequest {
  const reset: Reset = { ...(change.reset ?? someReset), strategy: { kind: 'time', timeMs: T0 - 3_600_000 } }
  return pending({ ...change, reset }, { execution: 'bounds', guard: { onBounds: true } })
}

/** Of a plan that takes minutes. */
export function partly(
  change: Partial<z.input<typeof boundsSchema>> = {},
): Extract<Command, { kind: 'progress' }> {
  const bounds = { atMs: T0, partitions: 100, exact: 37, replays: '240000', skips: '1200', ...change }
  return { kind: 'progress', round: 1, done: 47, total: 110, retryAtMs: T0 + 30_000, leftMs: 63_000, bounds }
}

export const approve: Extract<Command, { kind: 'decide' }> = {
  kind: 'decide',
  verdict: 'approve',
  by: BOB,
  note: '',
  policy: ALLOWED,
  from: SOMEWHERE,
  digest: DIGEST,
  typedGroup: '',
}
export const reject: Extract<Command, { kind: 'decide' }> = {
  ...approve,
  verdict: 'reject',
  note: 'not during the sale',
}
export const start: Extract<Command, { kind: 'start' }> = {
  kind: 'start',
  worker: 'w1',
  digest: DIGEST,
  group: EMPTY,
  holdMs: 30_000,
  callMs: 25_000,
  graceMs: 30_000,
  lateMs: 300_000,
}
export const cardPosted: Command = { kind: 'posted', key: 'card', ts: '1700000000.000100', revision: 1 }

export const testify: Extract<Command, { kind: 'testify' }> = {
  kind: 'testify',
  attempt: 1,
  by: BOB,
  happened: true,
  policy: ALLOWED,
  from: SOMEWHERE,
}

export function wait(group: Group = IN_USE): Extract<Command, { kind: 'wait' }> {
  return { kind: 'wait', digest: DIGEST, group, holdMs: 30_000, patienceMs: 1_800_000 }
}

export function postpone(retryAfterMs?: number): Extract<Command, { kind: 'postpone' }> {
  const wanted = retryAfterMs === undefined ? {} : { retryAfterMs }
  return { kind: 'postpone', digest: DIGEST, cause: 'no answer', ...wanted }
}

export function looked(
  evidence: Extract<Command, { kind: 'looked' }>['evidence'],
  attempt = 1,
): Extract<Command, { kind: 'looked' }> {
  return { kind: 'looked', attempt, evidence, graceMs: start.graceMs }
}

/** Read back with nothing to show for it until people are asked. */
export function askedAbout(
  unclear: ResetRequest,
  evidence: Parameters<typeof looked>[0] = 'neither',
): ResetRequest {
  let request = unclear
  while (request.state.name === 'unclear' && !request.state.asked) {
    request = following(request, [looked(evidence, request.state.attempt), request.state.lookAtMs])
  }
  return request
}

export function finish(
  outcome: Extract<Command, { kind: 'finish' }>['outcome'],
  worker = 'w1',
  attempt = 1,
): Extract<Command, { kind: 'finish' }> {
  return { kind: 'finish', worker, attempt, outcome }
}

export const allSucceeded = {
  kind: 'done',
  counts: { succeeded: 4, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 },
  rows: 4,
} as const

/** What a call came to, from what the API said and what is there afterwards; by the product's own judgement. */
export function resultFor(
  request: ResetRequest,
  reports: readonly TopicReport[],
  readBack: ReadBack,
): PartitionResult[] {
  if (request.plan === null) throw new Error('There is no plan.')
  return resultOf(request.plan, rowsOf(request.reset), reports, readBack)
}

/** Everything is where the plan wanted it. */
export function allArrived(request: ResetRequest): PartitionResult[] {
  const rows = rowsOf(request.reset)
  const topics = [...new Set(rows.map(({ topic }) => topic))]
  const reports = topics.map(topic => ({
    topic,
    errorCode: 0,
    errorMessage: '',
    partitions: rows
      .filter(row => row.topic === topic)
      .map(({ partition }) => ({ partition, offset: null, errorCode: 0, errorMessage: '' })),
  }))
  return resultFor(request, reports, new Map(rows.map(row => [placeOf(row.topic, row.partition), row.to])))
}

/** The request carried out with these rows. */
export function endedWith(
  result: readonly PartitionResult[],
  request: ResetRequest = pending(),
): ResetRequest {
  const outcome = doneOf(result, 0)
  return following(request, approve, start, finish(outcome))
}

export const someDifferences: Difference[] = [
  {
    kind: 'committedMoved',
    partitions: 7,
    first: { topic: 'orders', partition: 0, was: 442_430n, is: 442_511n },
  },
]

export function drifted(
  differences: readonly Difference[] = someDifferences,
  at: Extract<Command, { kind: 'drifted' }>['at'] = 'execution',
): Command {
  const encoded = z.encode(z.array(differenceSchema), [...differences])
  return { kind: 'drifted', at, digest: DIGEST, differences: encoded, expiryMs: 3_600_000 }
}

/** Every state there is, and the ends that read differently, by name. */
export function everyState(change: Partial<Draft> = {}): [string, ResetRequest][] {
  const fresh = asked(change)
  const planned = pending(change)
  const approved = following(planned, approve)
  const executing = following(approved, start)
  const ended = (outcome: Parameters<typeof finish>[0]) => following(executing, finish(outcome))
  const all: Reset = { ...fresh.reset, scope: 'allTopics', topics: [] }
  const preparing = asked({ ...change, reset: all })
  const counts = { succeeded: 0, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 }
  const waiting = following(approved, wait())
  const unclear = ended({ kind: 'unknown', cause: 'no answer within 20 s' })
  const inDoubt = askedAbout(unclear)
  const moved = following(planned, drifted())
  const late: Reset = { ...fresh.reset, strategy: { kind: 'time', timeMs: T0 + 3_600_000 } }
  const guarded = pending(change, { guard: { typedGroup: true, approvals: 1 } })
  const twice = pending(change, { guard: { typedGroup: false, approvals: 2 } })
  return [
    ['preparing', preparing],
    [
      'preparing, partly',
      following(preparing, { kind: 'progress', round: 1, done: 12, total: 64, retryAtMs: T0 }),
    ],
    ['preparing, with bounds', following(preparing, partly())],
    ['preparing again', moved],
    ['notPrepared', following(preparing, { kind: 'prepareFailed', round: 1, cause: causeOf('noGroup') })],
    [
      'notPrepared, refused',
      following(preparing, {
        kind: 'prepareFailed',
        round: 1,
        cause: causeOf('apiSaid', 'AuthFailure.SecretIdNotFound', 'The SecretId is not found.'),
        refused: 'credentials',
      }),
    ],
    [
      'notPrepared, too wide',
      following(preparing, { kind: 'prepareFailed', round: 1, cause: causeOf('tooWide') }),
    ],
    [
      'not allowed',
      following(preparing, {
        kind: 'disallow',
        ruling: { why: 'denied', rule: 'freeze', reason: 'Nothing moves this week.' },
        version: 'v1',
      }),
    ],
    [
      'nothing moves',
      following(preparing, { kind: 'prepareFailed', round: 1, cause: causeOf('nothingMoves', '13') }),
    ],
    ['wouldJump', pending({ ...change, reset: late })],
    ['pending', planned],
    ['pending again', following(moved, prepare(moved))],
    ['pending, guarded', guarded],
    ['pending, half approved', following(twice, approve)],
    ['pending, on bounds', onBounds(change)],
    ['approved, on bounds', following(onBounds(change), approve, { ...partly(), done: 2, total: 4 })],
    [
      'approved, bounds unread',
      following(
        onBounds(change),
        approve,
        { kind: 'prepareLater', round: 1, retryAtMs: T0 + 60_000, cause: causeOf('tooManyCalls', '4400') },
        { kind: 'progress', round: 1, done: 0, total: 0, retryAtMs: T0 + 60_000 },
      ),
    ],
    ['rejected', following(planned, reject)],
    [
      'cancelled',
      following(planned, { kind: 'cancel', by: planned.requester, policy: DENIED, from: SOMEWHERE }),
    ],
    ['expired', following(planned, [{ kind: 'expire' }, planned.expiresAtMs])],
    ['approved', approved],
    ['approved again', ended({ kind: 'notSent', cause: 'could not connect (ECONNREFUSED)' })],
    ['waiting', waiting],
    ['waiting, empty', following(waiting, [wait(EMPTY), T0 + 60_000])],
    ['before its window', following(pending(change, { guard: { window: EVENINGS } }), approve)],
    ['neverEmpty', following(waiting, [wait(), T0 + 1_900_000])],
    ['executing', executing],
    ['succeeded', ended(allSucceeded)],
    ['partial', ended({ kind: 'done', counts: { ...counts, succeeded: 4, failed: 1 }, rows: 5 })],
    ['failed', ended({ kind: 'done', counts: { ...counts, failed: 2 }, rows: 2 })],
    [
      'partial, a topic unseen',
      ended({
        kind: 'done',
        counts: { ...counts, succeeded: 4, failed: 1 },
        wholeTopics: { failed: 1, unreported: 0 },
        troubled: { topics: ['orders-archive'], all: 1 },
        rows: 5,
      }),
    ],
    [
      'partial, some of many',
      ended({
        kind: 'done',
        counts: { ...counts, succeeded: 4, failed: 3, unreported: 2 },
        wholeTopics: { failed: 1, unreported: 1 },
        troubled: { topics: ['a', 'b', 'c'], all: 5 },
        rows: 9,
      }),
    ],
    [
      'refused',
      ended({
        kind: 'refused',
        reason: 'instanceMissing',
        code: '4000/1050',
        message: 'instance not found',
      }),
    ],
    ['unclear', unclear],
    ['unclear, asked', inDoubt],
    ['testified', following(inDoubt, [testify, T0 + 1_000_000])],
    ['revoked', following(approved, reguard({}))],
    ['pending, held', following(planned, unread(planned, true))],
    ['approved, held', following(approved, unread(approved, true))],
    ['approved, unread', following(approved, unread(approved, false))],
    ['notVerified', following(approved, { kind: 'distrust', why: 'story', event: 3 })],
    ['notVerified, changed', following(planned, { kind: 'distrust', why: 'changed', event: null })],
    ['notVerified, unsealed', following(planned, { kind: 'distrust', why: 'unsealed', event: null })],
    ['notVerified, other key', following(planned, { kind: 'distrust', why: 'otherKey', event: null })],
    ['alreadyThere', following(approved, { kind: 'alreadyThere', digest: DIGEST })],
    ['unreported', ended({ kind: 'done', counts: { ...counts, unreported: 2 }, rows: 2 })],
  ]
}

/** Texts that would be a mention, a link, a formula, an empty line or a broken layout if they were taken as more than text. */
export const HOSTILE = [
  '<!channel> <@U1> <https://evil.example|safe> &lt;!here&gt; @channel',
  '```code``` `tick` *bold* _it_ ~s~ > quote',
  '\u202egnp.exe \u2067x\u2069 \u200f\u061c\u2028',
  '\u0000\u0007\u001b[31m',
  '   ',
  '🙂'.repeat(300),
  "=cmd()|' /C calc'!A0",
  '&'.repeat(2_000),
  'long '.repeat(20_000),
]

/** More user groups than are named cannot be read; the votes stay. */
function unread({ votes, guard }: ResetRequest, holds: boolean): Command {
  const groups = Array.from({ length: 12 }, (_, index) => `S0GONE${index}`)
  const fills = Object.fromEntries(votes.map(vote => [vote.by, vote.fills]))
  const through = Object.fromEntries(votes.map(({ by }) => [by, [by]]))
  return { ...reguard(fills, guard), through, unread: { groups, holds } }
}

/** Of votes that do not count any more. */
export function reguard(
  fills: Record<string, number[]>,
  guard: Partial<Guard> = {},
): Extract<Command, { kind: 'reguard' }> {
  return { kind: 'reguard', guard: { ...GUARD, ...guard }, fills, expiryMs: 3_600_000 }
}
