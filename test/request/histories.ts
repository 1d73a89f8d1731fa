// Any sequence of commands that a request can meet, in any order and at any time, as fast-check chooses them: what is
// refused of it leaves no change.

import fc from 'fast-check'
import { z } from 'zod'
import type { Command } from '../../src/request/command.ts'
import { type Draft, decide } from '../../src/request/decide.ts'
import { hasMembers } from '../../src/request/group.ts'
import { noteKey } from '../../src/request/notes.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { seenSchema } from '../../src/request/watch.ts'
import { seenOf } from '../../src/request/watch-look.ts'
import {
  ALICE,
  ALLOWED,
  allSucceeded,
  approve,
  BOB,
  CAROL,
  DENIED,
  DIGEST,
  draft,
  drifted,
  EMPTY,
  finish,
  GUARD,
  IN_USE,
  looked,
  partly,
  postpone,
  prepare,
  reguard,
  reject,
  SOMEWHERE,
  someReset,
  start,
  T0,
  testify,
  wait,
} from '../support/requests.ts'

const DIGESTS = [DIGEST, '0badcafe'.repeat(8)]
const groups = fc.constantFrom(EMPTY, IN_USE)
const digests = fc.constantFrom(...DIGESTS)
const people = fc.constantFrom(ALICE, BOB, CAROL, 'U0DAVE')
const policy = fc.oneof({ weight: 4, arbitrary: fc.constant(ALLOWED) }, fc.constant(DENIED))

/** A command, for the request as it is by then. */
export type Step = (request: ResetRequest) => Command

const none = { succeeded: 0, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 }
const endings = fc.constantFrom<Extract<Command, { kind: 'finish' }>['outcome']>(
  allSucceeded,
  { kind: 'done', counts: { ...none, succeeded: 3 }, rows: 3, instead: 'no answer' },
  { kind: 'done', counts: { ...none, failed: 3 }, rows: 80 },
  { kind: 'done', counts: { ...none, unreported: 3 }, rows: 3 },
  { kind: 'notSent', cause: 'connection refused' },
  { kind: 'notSent', cause: 'connection refused' },
  { kind: 'refused', reason: 'groupNotEmpty', code: '1049', message: 'not empty' },
  { kind: 'refused', reason: 'badRequest', code: '1001', message: 'no' },
  { kind: 'unknown', cause: 'no answer' },
)

type Prepare = Extract<Command, { kind: 'prepare' }>
const plans = new Map<string, Prepare>()

/** The same reset has the same plan here, so that it is worked out once; that keeps hundreds of histories quick. */
function planned(request: ResetRequest, change: Pick<Prepare, 'group' | 'guard'>, digest: string): Prepare {
  const { strategy, topics } = request.reset
  const key = `${strategy.kind} ${topics}`
  const known = plans.get(key) ?? prepare(request)
  plans.set(key, known)
  const { onBounds } = change.guard
  const plan = { ...known.plan, digest, ...(onBounds ? { execution: 'bounds' as const } : {}) }
  return { ...known, ...change, round: request.round, plan }
}

/** The exact plan of the same reset, which stands for being within its bounds. */
function settled(request: ResetRequest, round: number, digest: string): Command {
  const { plan, topics } = planned(request, { group: EMPTY, guard: GUARD }, digest)
  return { kind: 'settle', round, topics, plan: { ...plan, execution: 'offsets' } }
}

/** Now and then bounds may be approved. */
const allowingBounds = fc
  .integer({ min: 0, max: 3 })
  .map(each => (each === 0 ? { onBounds: true as const } : {}))

/** Now and then by somebody who has not noticed that this is another round, or another plan. */
const isLate = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true))

/** Mostly none; at T0 it is eight o'clock, and the last is shut. */
const windows = fc.constantFrom(
  ...[null, null, null, null, null, null],
  ...[
    [470, 490],
    [480, 486],
    [485, 500],
  ].map(([fromMinute = 0, untilMinute = 0]) => ({ days: [1], fromMinute, untilMinute, zone: 'UTC' })),
)

const planning = fc
  .tuple(groups, digests, fc.boolean(), fc.integer({ min: 1, max: 2 }), isLate, windows, allowingBounds)
  .map(([group, digest, typedGroup, approvals, late, window, bounds]): Step => {
    return request => {
      const guard = { ...GUARD, typedGroup, approvals, window, ...bounds }
      const command = planned(request, { group, guard }, digest)
      return late ? { ...command, round: request.round - 1 } : command
    }
  })

const deciding = fc
  .tuple(fc.constantFrom(approve, approve, approve, reject), people, policy, digests, fc.boolean())
  .map(([command, by, may, digest, types]): Step => {
    const typedGroup = types ? someReset.target.group : ''
    return ({ plan }) => ({
      ...command,
      by,
      policy: may,
      typedGroup,
      digest: types ? (plan?.digest ?? '') : digest,
    })
  })

/** The exact plan, or how far it is, in its time or not. */
const settling = fc
  .tuple(fc.constantFrom('settle', 'settle', 'progress', 'prepareLater' as const), digests, isLate)
  .map(([kind, digest, late]): Step => {
    return request => {
      const round = late ? request.round - 1 : request.round
      if (kind === 'settle') return settled(request, round, digest)
      if (kind === 'progress') return { ...partly(), round }
      return { kind, round, retryAtMs: T0 + 9_000, cause: 'x' }
    }
  })

const executing = fc.oneof(
  fc.tuple(fc.constantFrom('w1', 'w2'), groups, fc.option(digests)).map(([worker, group, digest]): Step => {
    return ({ plan }) => ({ ...start, worker, group, digest: digest ?? plan?.digest ?? '' })
  }),
  fc
    .tuple(fc.constantFrom('w1', 'w2'), endings, fc.integer({ min: 0, max: 9 }))
    .map(([worker, outcome, off]): Step => {
      return ({ state }) => finish(outcome, worker, 'attempt' in state && off < 8 ? state.attempt : off)
    }),
  fc.tuple(groups, fc.boolean(), digests, isLate).map(([group, canLook, digest, late]): Step => {
    return ({ plan }) => ({
      ...(canLook ? wait(group) : postpone(5_000)),
      digest: late ? digest : (plan?.digest ?? ''),
    })
  }),
  fc.constantFrom<Step>(
    () => ({ kind: 'abandon' }),
    ({ dispatches }) => ({ kind: 'dispatched', number: dispatches + 1 }),
  ),
)

/** What would bring it on; or else histories would seldom come as far as a call. */
const onward = fc
  .tuple(
    fc.constantFrom(BOB, CAROL),
    groups,
    digests,
    endings,
    fc.integer({ min: 1, max: 2 }),
    windows,
    allowingBounds,
  )
  .map(([by, group, digest, outcome, approvals, window, bounds]): Step => {
    return request => {
      const { state, plan } = request
      switch (state.name) {
        case 'preparing':
          return planned(
            request,
            { group, guard: { ...GUARD, typedGroup: approvals === 2, approvals, window, ...bounds } },
            digest,
          )
        case 'pending':
          return { ...approve, by, digest: plan?.digest ?? '', typedGroup: someReset.target.group }
        case 'approved': {
          if (plan?.execution === 'bounds') return settled(request, request.round, digest)
          const seen = state.wait === null ? request.group : state.wait.emptySinceMs === null ? IN_USE : EMPTY
          const looks = hasMembers(group) || (seen !== null && hasMembers(seen))
          return { ...(looks ? wait(group) : start), digest: plan?.digest ?? '' }
        }
        case 'executing':
          return {
            ...finish(outcome, state.worker, state.attempt),
            ...(approvals === 2 ? { watchMs: 7_200_000 } : {}),
          }
        case 'unclear':
          return looked(approvals === 2 ? 'absent' : 'neither', state.attempt)
        default:
          return finish(outcome)
      }
    }
  })

/** What the offsets show of a call that nobody answered, and what people say of it. */
const clearing = fc
  .tuple(
    fc.constantFrom('present', 'absent', 'absent', 'partly', 'neither', 'unread' as const),
    fc.constantFrom('look', 'look', 'look', 'testify', 'checkAgain', 'alreadyThere' as const),
    people,
    policy,
    fc.boolean(),
  )
  .map(([evidence, which, by, may, happened]): Step => {
    return ({ state, plan }) => {
      const attempt = 'attempt' in state ? state.attempt : 1
      if (which === 'look') return looked(evidence, attempt)
      if (which === 'testify') return { ...testify, attempt, by, policy: may, happened }
      if (which === 'checkAgain') return { kind: 'checkAgain', attempt, by, from: SOMEWHERE }
      return { kind: 'alreadyThere', digest: plan?.digest ?? '' }
    }
  })

/** What else people do, and what is done because they do nothing. */
const social = fc
  .tuple(
    fc.constantFrom('withdraw', 'breakGlass', 'review', 'remind', 'escalate' as const),
    people,
    policy,
    fc.boolean(),
  )
  .map(([kind, by, may, isWhole]): Step => {
    return ({ plan, round }) => {
      switch (kind) {
        case 'withdraw':
          return { kind, by, from: SOMEWHERE }
        case 'breakGlass': {
          const typedGroup = isWhole ? someReset.target.group : ''
          const digest = plan?.digest ?? ''
          return { kind, by, reason: 'paging', policy: may, from: SOMEWHERE, digest, typedGroup }
        }
        case 'review':
          return { kind, by, note: isWhole ? 'fine' : '', policy: may, from: SOMEWHERE }
        case 'remind':
          return { kind, round, pings: [{ to: by, notBeforeMs: T0 }] }
        case 'escalate':
          return { kind, round }
        default:
          return kind satisfies never
      }
    }
  })

const rare = fc.oneof(
  social,
  fc.tuple(people, policy).map(
    ([by, may]): Step =>
      () => ({ kind: 'cancel', by, policy: may, from: SOMEWHERE }),
  ),
  digests.map(
    (digest): Step =>
      () =>
        ({ ...drifted(), digest }) as Command,
  ),
  fc.constantFrom<Step>(
    () => ({ kind: 'expire' }),
    ({ round }) => ({ kind: 'prepareLater', round, retryAtMs: T0 + 5_000 }),
    ({ round }) => ({ kind: 'prepareFailed', round, cause: 'x' }),
    ({ round }) => ({ kind: 'prepareFailed', round: round - 1, cause: 'x' }),
    ({ votes, guard }) => reguard(Object.fromEntries(votes.slice(0, -1).map(({ by }) => [by, [0]])), guard),
    ({ votes, guard, round }) => ({
      ...reguard(Object.fromEntries(votes.map(({ by, fills }) => [by, fills])), guard),
      through: Object.fromEntries(votes.map(({ by }) => [by, [by]])),
      lastRead: { in: [], notIn: ['S0CREW'] },
      unread: { groups: ['S0CREW'], holds: round % 2 === 1 },
      round,
    }),
    ({ votes, guard, dispatches }) =>
      reguard(Object.fromEntries(votes.map(({ by, fills }) => [by, fills])), {
        ...guard,
        window: dispatches % 2 === 0 ? null : { days: [1], fromMinute: 495, untilMinute: 510, zone: 'UTC' },
      }),
    ({ votes, guard, round }) => ({
      ...reguard(Object.fromEntries(votes.map(({ by, fills }) => [by, fills])), guard),
      through: {},
      unread: null,
      round: round - (guard.approvals % 2),
    }),
    () => ({ kind: 'reguardLater' }),
    () => ({ kind: 'restored' }),
    ({ round }) => ({
      kind: 'disallow',
      ruling: { why: 'denied', rule: `x${round}`, reason: 'no' },
      version: 'v',
    }),
    ({ dispatches }) => ({ kind: 'dispatched', number: dispatches + 1, lost: true }),
    () => ({ kind: 'attempted', command: 'decide', by: ALICE, refusal: 'ownRequest', from: SOMEWHERE }),
    ({ plan }) => ({ kind: 'standBack', digest: plan?.digest ?? '', cause: 'R-9', waitMs: 5_000 }),
    ({ round }) => ({ kind: 'progress', round, done: 1, total: 2, retryAtMs: T0 + 30_000 }),
    ({ round }) => ({ ...partly(), round }),
    ({ plan }) => ({
      kind: 'callOff',
      digest: plan?.digest ?? '',
      outcome: { kind: 'refused', reason: 'credentials', code: '4100', message: 'no' },
    }),
  ),
)

/** Looks after the result, late ones and ones that could not be made among them. */
const watching = fc
  .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -5, max: 900 }), groups, isLate, isLate)
  .map(([ofLag, moved, group, late, missed]): Step => {
    return ({ watch, createdAtMs }) => {
      const { looks, missed: before, nextAtMs } = watch ?? { looks: 0, missed: 0, nextAtMs: createdAtMs }
      const look = late ? looks - 1 : looks
      const end = ofLag % 2 === 0 ? { tellsEnd: true as const } : {}
      if (missed) return { kind: 'watchLater', look, missed: before, retryAtMs: nextAtMs + 5_000, ...end }
      const to = 442_330n
      const committed = to + BigInt(moved)
      const set = [{ topic: 'orders', partition: 0, from: 442_430n, to }]
      const positions = [
        { topic: 'orders', partition: 0, committed, logStart: null, logEnd: committed + BigInt(ofLag) },
      ]
      const sinceMs = watch?.sinceMs ?? createdAtMs
      const seen = seenOf(set, { atMs: nextAtMs, group, positions, sinceMs }, watch?.last ?? null)
      return { kind: 'watched', look, seen: z.encode(seenSchema, seen), ...end }
    }
  })

const talking = fc
  .tuple(fc.constantFrom('card', 'cardTrouble', 'last'), fc.integer({ min: 0, max: 10 }))
  .map(([which, answer]): Step => {
    return request => {
      const { notes, revision } = request
      const key =
        which === 'last' ? noteKey(Math.max(0, notes.length - 1)) : (which as 'card' | 'cardTrouble')
      const retryAtMs = T0 + 9_000
      const commands: Command[] = [
        { kind: 'claimPost', key, by: 'p1', untilMs: T0 + 15_000 },
        { kind: 'posted', key, ts: '1.2', revision },
        { kind: 'postRefused', by: 'p1', key, code: 'is_archived', retryAtMs },
        { kind: 'postLater', by: 'p1', key, retryAtMs },
        { kind: 'cardShown', by: 'p1', revision },
        { kind: 'claimCard', by: 'p1', untilMs: T0 + 15_000 },
        { kind: 'cardLater', retryAtMs },
        { kind: 'cardRefused', by: 'p1', revision, ts: '1.2', code: 'message_not_found' },
        { kind: 'cardRefused', by: 'p1', revision, ts: '1.2', code: 'is_archived' },
        { kind: 'postRefused', by: 'p1', key, code: 'thread_not_found', retryAtMs, cardTs: '1.2' },
      ]
      return commands[answer] ?? { kind: 'cardLater', retryAtMs }
    }
  })

export const steps = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 12, arbitrary: onward },
      { weight: 3, arbitrary: planning },
      { weight: 5, arbitrary: deciding },
      { weight: 6, arbitrary: executing },
      { weight: 5, arbitrary: clearing },
      { weight: 1, arbitrary: rare },
      { weight: 1, arbitrary: settling },
      { weight: 2, arbitrary: talking },
      { weight: 2, arbitrary: watching },
    ),
    // Mostly seconds; at times long enough for a wait or an expiry to end.
    fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
      fc.integer({ min: 0, max: 4_000_000 }),
    ),
  ),
  { minLength: 8, maxLength: 60, size: 'max' },
)

export const drafts = fc.constantFrom<Draft>(
  draft(),
  draft({ reset: { ...someReset, scope: 'allTopics', topics: [] } }),
  draft({ reset: { ...someReset, strategy: { kind: 'time', timeMs: T0 + 86_400_000 } }, skipToEnd: true }),
  draft({ reset: { ...someReset, strategy: { kind: 'time', timeMs: T0 + 86_400_000 } } }),
)

export interface Change {
  before: ResetRequest
  command: Command
  next: ResetRequest
  atMs: number
}

/** Every change that was let through. */
export function historyOf(first: ResetRequest, taken: readonly (readonly [Step, number])[]): Change[] {
  const changes: Change[] = []
  let before = first
  let atMs = T0
  for (const [step, passedMs] of taken) {
    atMs += passedMs
    const command = step(before)
    const decided = decide(before, command, atMs)
    if (!decided.ok) continue
    changes.push({ before, command, next: decided.next, atMs })
    before = decided.next
  }
  return changes
}
