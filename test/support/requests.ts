// Requests in every state, made by the product's own commands, so that no test invents a record that cannot exist.

import { type Draft, decide, submit } from '../../src/request/decide.ts'
import { type Command, type ResetRequest, requestIdSchema } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'

export const T0 = Date.UTC(2026, 10, 23, 8, 0, 0)
export const ALICE = 'U0ALICE'
export const BOB = 'U0BOB'

export const someReset: Reset = {
  target: { instanceId: 'ckafka-demo0001', group: 'orders-billing' },
  strategy: { kind: 'shift', direction: 'replay', count: 100n },
  scope: 'topics',
  topics: ['orders', 'payments'],
}

export function draft(change: Partial<Draft> = {}): Draft {
  return {
    id: requestIdSchema.parse('R-12'),
    reset: someReset,
    group: { state: 'Empty', members: [] },
    reason: 'wrong VAT rate since 06:00',
    requester: ALICE,
    askedIn: 'C0OPS',
    channel: 'C0OPS',
    expiresAtMs: T0 + 3_600_000,
    ...change,
  }
}

export function pending(change: Partial<Draft> = {}): ResetRequest {
  return submit(draft(change), T0)
}

/** Applies commands one after the other; throws where one is refused. */
export function following(request: ResetRequest, ...commands: (Command | [Command, number])[]): ResetRequest {
  return commands.reduce((current, entry) => {
    const [command, nowMs] = Array.isArray(entry) ? entry : [entry, T0 + 1_000]
    const decided = decide(current, command, nowMs)
    if (!decided.ok) throw new Error(`${command.kind} was refused: ${decided.refusal}`)
    return decided.next
  }, request)
}

export const approve: Command = { kind: 'decide', verdict: 'approve', by: BOB, note: '', mayDecide: true }
export const reject: Command = {
  kind: 'decide',
  verdict: 'reject',
  by: BOB,
  note: 'not during the sale',
  mayDecide: true,
}
export const start: Command = { kind: 'start', worker: 'w1', callMs: 25_000, graceMs: 30_000 }
export const cardPosted: Command = { kind: 'posted', key: 'card', ts: '1700000000.000100', revision: 1 }

export function finish(
  outcome: Extract<Command, { kind: 'finish' }>['outcome'],
  worker = 'w1',
  attempt = 1,
): Command {
  return { kind: 'finish', worker, attempt, outcome }
}

export const allSucceeded = {
  kind: 'done',
  counts: { succeededPartitions: 4, failedPartitions: 0, failedTopics: 0, unreportedTopics: 0 },
  rows: 4,
} as const

/** Every state there is, and the ends that read differently, by name. */
export function everyState(change: Partial<Draft> = {}): [string, ResetRequest][] {
  const asked = pending(change)
  const approved = following(asked, approve)
  const executing = following(approved, start)
  const ended = (outcome: Parameters<typeof finish>[0]) => following(executing, finish(outcome))
  const all: Reset = { ...asked.reset, scope: 'allTopics', topics: [] }
  const preparing = pending({ ...change, reset: all })
  const counts = { succeededPartitions: 0, failedPartitions: 0, failedTopics: 0, unreportedTopics: 0 }
  return [
    ['preparing', preparing],
    [
      'notPrepared',
      following(preparing, { kind: 'prepareFailed', cause: 'the group has no committed offsets' }),
    ],
    ['pending', asked],
    ['rejected', following(asked, reject)],
    ['cancelled', following(asked, { kind: 'cancel', by: asked.requester })],
    ['expired', following(asked, [{ kind: 'expire' }, asked.expiresAtMs])],
    ['approved', approved],
    ['approved again', ended({ kind: 'notSent', cause: 'could not connect (ECONNREFUSED)' })],
    ['executing', executing],
    ['succeeded', ended(allSucceeded)],
    [
      'partial',
      ended({ kind: 'done', counts: { ...counts, succeededPartitions: 4, failedTopics: 1 }, rows: 5 }),
    ],
    ['failed', ended({ kind: 'done', counts: { ...counts, failedTopics: 2 }, rows: 2 })],
    [
      'refused',
      ended({
        kind: 'refused',
        reason: 'groupNotEmpty',
        code: '4000/1049',
        message: 'consumer group not empty',
      }),
    ],
    ['unclear', ended({ kind: 'unknown', cause: 'no answer within 20 s' })],
    ['unreported', ended({ kind: 'done', counts: { ...counts, unreportedTopics: 2 }, rows: 2 })],
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
