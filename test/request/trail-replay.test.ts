// What `audit verify` and a worker find out from the events of a request: any true history is taken, and one in which
// anything was forged is not, though whoever forged it has made every hash anew.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ChainedEvent, chained, sealed } from '../../src/request/audit.ts'
import type { Command } from '../../src/request/command.ts'
import { type Draft, decide, eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import { digestOf } from '../../src/request/digest.ts'
import { distrustOf } from '../../src/request/distrust.ts'
import { planRowsSchema } from '../../src/request/plan-rows.ts'
import { type ResetRequest, requestIdSchema, requestSchema } from '../../src/request/request.ts'
import { createSeals, type Seals } from '../../src/request/seals.ts'
import type { Finding } from '../../src/request/trail-findings.ts'
import { createStory } from '../../src/request/trail-replay.ts'
import {
  ALICE,
  ALLOWED,
  allSucceeded,
  approve,
  asked,
  BOB,
  CAROL,
  DIGEST,
  draft,
  drifted,
  finish,
  GUARD,
  onBounds,
  prepare,
  reguard,
  rowsOf,
  SOMEWHERE,
  someReset,
  start,
  T0,
} from '../support/requests.ts'
import { drafts, historyOf, steps } from './histories.ts'

const KEY = 'k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6'
const OLD_KEY = 'o1Ue3Ri5Ow7Qa9Zs2Xd4Cf6Vg8Bh0Nj1'
const SEALS = createSeals([KEY], 'rewind')
const RUNS = process.env.HISTORY_RUNS === undefined ? 40 : 200
const ID = requestIdSchema.parse('R-12')

interface History {
  events: ChainedEvent[]
  /** As it is stored. */
  record: z.input<typeof requestSchema>
}

interface Step {
  command: Command
  atMs: number
}

function written(asked: Draft, taken: readonly Step[], seals: Seals | null = null): History {
  const first = submit(asked, T0)
  let change = sealed(first, eventOf(null, first, submissionOf(asked), 'c0', T0), seals)
  const events = [change.event]
  for (const [i, { command, atMs }] of taken.entries()) {
    const decided = decide(change.next, command, atMs)
    if (!decided.ok) throw new Error(`${command.kind}: ${decided.refusal}`)
    change = sealed(decided.next, eventOf(change.next, decided.next, command, `c${i + 1}`, atMs), seals)
    events.push(change.event)
  }
  return {
    events: events.map(event => JSON.parse(JSON.stringify(event)) as ChainedEvent),
    record: JSON.parse(JSON.stringify(z.encode(requestSchema, change.next))),
  }
}

/** From commands that follow each other a second apart. */
function tale(commands: readonly Command[], asked = draft(), seals: Seals | null = null): History {
  return written(
    asked,
    commands.map((command, i) => ({ command, atMs: T0 + 1_000 * (i + 1) })),
    seals,
  )
}

/** As who can write to Redis would: versions and hashes as they should be, and the record naming the last of them. */
function forged({ record }: History, events: readonly ChainedEvent[]): History {
  const anew: ChainedEvent[] = []
  for (const [i, { hash: _, ...event }] of events.entries()) {
    anew.push(chained(anew.at(-1)?.hash ?? '', { ...event, version: i + 1 }))
  }
  return { events: anew, record: { ...record, version: anew.length, auditHash: anew.at(-1)?.hash ?? '' } }
}

function findingsOf({ events, record }: History, seals: Seals | null = null): readonly Finding[] {
  const story = createStory(ID, seals)
  for (const [i, event] of events.entries()) story.tell(event, events[i - 1]?.hash ?? '')
  story.end(record)
  return story.findings()
}

/** As a worker asks, of what is stored. */
function distrust({ events, record }: History, seals: Seals | null = null) {
  const trail = {
    id: ID,
    auditHash: String(record.auditHash),
    events: events.map(event => JSON.stringify(event)),
    record: JSON.stringify(record),
  }
  return distrustOf(trail, null, seals)
}

const kinds = (findings: readonly Finding[]) => findings.map(({ kind }) => kind)

/** A history, and numbers to choose by. */
const histories = fc.tuple(drafts, steps, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }))

function forAny(check: (history: History, taken: Step[], asked: Draft, chosen: number[]) => void): void {
  fc.assert(
    fc.property(histories, ([asked, steps_, chosen]) => {
      const taken = historyOf(submit(asked, T0), steps_).map(({ command, atMs }) => ({ command, atMs }))
      check(written(asked, taken), taken, asked, chosen)
    }),
    { numRuns: RUNS },
  )
}

describe('a true history', () => {
  it('is taken, whatever happened, with a key and without', () => {
    forAny((history, taken, asked) => {
      expect(findingsOf(history)).toEqual([])
      expect(distrust(history)).toBeNull()
      const withKey = written(asked, taken, SEALS)
      expect(findingsOf(withKey, SEALS)).toEqual([])
      expect(distrust(withKey, SEALS)).toBeNull()
    })
  })

  it('of a build that did not say by which rules it decided is taken as well', () => {
    forAny(history => {
      const older = forged(
        history,
        history.events.map(({ rules: _, ...event }) => event),
      )
      expect(findingsOf(older)).toEqual([])
      expect(distrust(older)).toBeNull()
    })
  })

  it('of other rules that these would refuse is called not replayed, and neither wrong nor proven', () => {
    const { events, record } = tale([prepare(submit(draft(), T0)), approve, start])
    // These would not let it start: the group was seen with members.
    const busy = { ...start, group: { state: 'Stable', members: [] } }
    for (const rules of [undefined, 99]) {
      const odd = forged(
        { events, record },
        events.map((event, i) => {
          const { rules: _, ...rest } = event
          const other = { ...rest, ...(rules === undefined ? {} : { rules }) }
          return i === 3 ? ({ ...other, command: busy } as ChainedEvent) : other
        }),
      )
      const story = createStory(ID, null)
      for (const [i, event] of odd.events.entries()) story.tell(event, odd.events[i - 1]?.hash ?? '')
      story.end(odd.record)
      expect(story.findings()).toEqual([])
      expect(story.remarks()).toEqual([{ kind: 'otherRules', event: 4 }])
      // The approval behind the start is looked for all the same.
      const unapproved = forged(odd, [odd.events[0], odd.events[1], odd.events[3]] as ChainedEvent[])
      expect(kinds(findingsOf(unapproved))).toContain('notApproved')
    }
  })
})

describe('a history of bounds that were approved', () => {
  const EXACT = '0badcafe'.repeat(8)
  const bounds = onBounds()
  const prepared = prepare(asked({ reset: bounds.reset }), { execution: 'bounds', guard: { onBounds: true } })
  const settle = {
    ...({ kind: 'settle', round: 1, topics: prepared.topics } as const),
    plan: { ...prepared.plan, execution: 'offsets', certainty: 'exact', digest: EXACT },
  } as const
  const begun = { ...start, digest: EXACT }
  const wasAsked = draft({ reset: bounds.reset })
  const told = tale([prepared, approve, settle, begun, finish(allSucceeded)], wasAsked)
  const without = (kind: string) =>
    forged(
      told,
      told.events.filter(({ command }) => command.kind !== kind),
    )
  const with_ = (kind: string, change: object) =>
    forged(
      told,
      told.events.map(event =>
        event.command.kind === kind
          ? { ...event, command: { ...event.command, ...change } as Command }
          : event,
      ),
    )

  it('is taken: the exact plan follows the approval, and is what is started', () => {
    expect(findingsOf(told)).toEqual([])
    expect(distrust(told)).toBeNull()
    const late = tale([prepared, settle, approve, begun], wasAsked)
    expect(findingsOf(late)).toEqual([])
  })

  it('is not where anything else was started, or more than was approved, or without an approval', () => {
    expect(kinds(findingsOf(without('settle')))).toContain('otherPlan')
    expect(kinds(findingsOf(with_('start', { digest: DIGEST })))).toContain('otherPlan')
    expect(kinds(findingsOf(without('decide')))).toContain('notApproved')
    const more = { ...settle.plan, skips: '201' }
    expect(kinds(findingsOf(with_('settle', { plan: more })))).toContain('refused')
    expect(kinds(findingsOf(with_('prepare', { guard: GUARD })))).toContain('refused')
  })

  it('is not where it went on after the policy had forbidden it', () => {
    const forbidden = reguard({ [BOB]: [0] }, GUARD)
    const { events } = tale([prepared, approve, settle, { ...forbidden, round: 2 } as Command], wasAsked)
    const last = told.events.slice(4).map(event => ({ ...event, before: 'approved' as const }))
    expect(kinds(findingsOf(forged(told, [...events, ...last])))).toContain('notApproved')
  })
})

type Mutation = (history: History, chosen: number[]) => ChainedEvent[] | null

const at = (events: readonly ChainedEvent[], chosen = 0) => chosen % events.length

/** The last event of this kind, changed. */
function changed(
  { events }: History,
  isIt: (event: ChainedEvent) => boolean,
  change: (event: ChainedEvent) => ChainedEvent,
): ChainedEvent[] | null {
  const index = events.findLastIndex(isIt)
  const event = events[index]
  return event === undefined ? null : events.with(index, change(event))
}

const withCommand = (event: ChainedEvent, change: object): ChainedEvent =>
  ({ ...event, command: { ...event.command, ...change } }) as ChainedEvent

function inserted(events: readonly ChainedEvent[], index: number, command: Command, state?: string) {
  const before = events[index - 1]
  return events.toSpliced(index, 0, {
    ...(before as ChainedEvent),
    changeId: 'forged',
    command,
    before: before?.state ?? null,
    state: (state ?? before?.state) as ChainedEvent['state'],
  })
}

/**
 * What may leave nothing in the record once something else has followed: a try that is made again, a claim, a look, an
 * edit of the policy that was edited back. Without a key nobody finds out that one of these was left out.
 */
const TRACELESS = [
  ...['prepareLater', 'dispatched', 'postpone', 'standBack', 'wait', 'looked', 'reguard', 'reguardLater'],
  ...['claimPost', 'postRefused', 'postLater', 'claimCard', 'cardShown', 'cardRefused', 'cardLater'],
]

const MUTATIONS: Record<string, Mutation> = {
  'an event is dropped': ({ events }, [n]) => {
    const index = at(events, n)
    return TRACELESS.includes(events[index]?.command.kind ?? '') ? null : events.toSpliced(index, 1)
  },
  'two events are swapped': ({ events }, [n]) => {
    const index = at(events, n)
    const [one, two] = [events[index], events[index + 1]]
    if (one === undefined || two === undefined) return null
    if ([one, two].some(({ command }) => TRACELESS.includes(command.kind))) return null
    // Which of two came first that change no state may leave no trace either, like a reminder and a refused attempt.
    if ([one, two].every(({ before, state }) => before === state)) return null
    return events.with(index, two).with(index + 1, one)
  },
  'a state is changed': ({ events }, [n]) => {
    const index = at(events, n)
    const event = events[index] as ChainedEvent
    return events.with(index, { ...event, state: event.state === 'approved' ? 'pending' : 'approved' })
  },
  'a state before is changed': ({ events }, [n]) => {
    const index = at(events, n)
    const event = events[index] as ChainedEvent
    return events.with(index, { ...event, before: event.before === 'approved' ? 'pending' : 'approved' })
  },
  'the digest of an approval is changed': history =>
    changed(
      history,
      ({ command }) => command.kind === 'decide' && command.verdict === 'approve',
      event => withCommand(event, { digest: 'f'.repeat(64) }),
    ),
  'the digest of a start is changed': history =>
    changed(
      history,
      ({ command }) => command.kind === 'start',
      event => withCommand(event, { digest: 'f'.repeat(64) }),
    ),
  'the digest of the last plan is changed': history =>
    changed(
      history,
      ({ command }) => command.kind === 'prepare',
      event =>
        withCommand(event, {
          plan: { ...(event.command as { plan: object }).plan, digest: 'f'.repeat(64) },
        }),
    ),
  'a voter is another': history =>
    changed(
      history,
      ({ command }) => command.kind === 'decide',
      event => withCommand(event, { by: 'U0MALLORY' }),
    ),
  'a voter is the requester': history =>
    changed(
      history,
      ({ command }) => command.kind === 'decide',
      event => withCommand(event, { by: ALICE }),
    ),
  'the last guard asks for another number': history =>
    changed(
      history,
      ({ command }) => command.kind === 'prepare' || command.kind === 'reguard',
      event => {
        const { guard } = event.command as { guard: { approvals: number } }
        return withCommand(event, { guard: { ...guard, approvals: guard.approvals + 1 } })
      },
    ),
  'the requester is another': history =>
    changed(
      history,
      ({ command }) => command.kind === 'submit',
      event => withCommand(event, { requester: 'U0MALLORY' }),
    ),
  'a decision is put in': ({ events, record }, [n]) => {
    const digest = record.plan?.digest ?? DIGEST
    const typedGroup = someReset.target.group
    const index = Math.max(1, at(events, n))
    return inserted(events, index, { ...approve, by: 'U0MALLORY', digest, typedGroup }, 'approved')
  },
  'a decision that says it changes no state is put in': ({ events, record }, [n]) => {
    const digest = record.plan?.digest ?? DIGEST
    return inserted(events, Math.max(1, at(events, n)), { ...approve, by: 'U0MALLORY', digest })
  },
  'a start is put in': ({ events, record }, [n]) =>
    inserted(
      events,
      Math.max(1, at(events, n)),
      { ...start, digest: record.plan?.digest ?? DIGEST },
      'executing',
    ),
  'the end is cut off, and not the record': ({ events }, [n]) => {
    const index = Math.max(1, at(events, n))
    const cut = events.slice(index)
    return cut.every(({ command }) => TRACELESS.includes(command.kind)) ? null : events.slice(0, index)
  },
  'the beginning is cut off': ({ events }, [n]) =>
    events.length === 1 ? null : events.slice(Math.max(1, at(events, n))),
  'an event is there twice': ({ events }, [n]) => {
    const index = at(events, n)
    return events.toSpliced(index, 0, events[index] as ChainedEvent)
  },
}

describe('a history that was forged, with every hash made anew', () => {
  it.each(Object.entries(MUTATIONS))('is found out when %s', (_name, mutate) => {
    let met = 0
    forAny((history, _taken, _asked, chosen) => {
      const events = mutate(history, chosen)
      if (events === null) return
      met += 1
      const lie = forged(history, events)
      expect(findingsOf(lie)).not.toEqual([])
      expect(distrust(lie)).not.toBeNull()
    })
    expect(met).toBeGreaterThan(3)
  })

  it('is found out when the record alone says that it was approved, as the attack did', () => {
    const { events, record } = tale([prepare(submit(draft(), T0))])
    const decision = { verdict: 'approve', by: BOB, note: '', atMs: T0, fills: [0] }
    const state = {
      ...{ name: 'approved', decision, attempt: 1, notBeforeMs: T0, lastCause: null, wait: null },
      ...{ dispatch: null, cleared: false, gaveWay: 0 },
    }
    const lie = { events, record: { ...record, state, votes: [decision] } as History['record'] }
    expect(findingsOf(lie)).toEqual([{ event: null, kind: 'otherRecord', about: 'votes, state' }])
    expect(distrust(lie)).toMatchObject({ why: 'story', event: null })
    // An event of the state, as an older build would have written it, does not bring the approval with it.
    const { rules: _, ...last } = events[1] as ChainedEvent
    const older = forged(lie, [
      events[0] as ChainedEvent,
      last,
      {
        ...last,
        changeId: 'x',
        before: 'pending',
        state: 'approved',
        command: { kind: 'cardLater', retryAtMs: 1 },
      },
    ])
    expect(kinds(findingsOf(older))).toContain('notApproved')
  })

  it('needs as many approvals as the rule said, by different people, and counts none that was taken back', () => {
    const first = submit(draft(), T0)
    const plan = prepare(first, { guard: { approvals: 2 } })
    const byCarol = { ...approve, by: CAROL }
    const withdrawn: Command = { kind: 'withdraw', by: BOB, from: SOMEWHERE }
    const whole = tale([plan, approve, withdrawn, approve, byCarol, start])
    expect(findingsOf(whole)).toEqual([])
    const [submitted, planned, vote, back, , second, started] = whole.events as [
      ...[ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent],
    ]
    for (const events of [
      [submitted, planned, vote, back, second, started],
      [submitted, planned, second, started],
      [submitted, planned, vote, withCommand({ ...second, changeId: 'd' }, { by: BOB }), started],
    ]) {
      expect(kinds(findingsOf(forged(whole, events)))).toContain('notApproved')
      // Nor where the events say that another build decided.
      const older = events.map(({ rules: _, ...event }) => event)
      expect(kinds(findingsOf(forged(whole, older)))).toContain('notApproved')
    }
  })

  it('takes a broken glass for an approval, of the plan that was there, and of no later one', () => {
    const first = submit(draft(), T0)
    const broken: Command = {
      ...{ kind: 'breakGlass', by: BOB, reason: 'paging', policy: ALLOWED, from: SOMEWHERE },
      ...{ digest: DIGEST, typedGroup: someReset.target.group },
    } as const
    const whole = tale([prepare(first), broken, start, finish(allSucceeded)])
    expect(findingsOf(whole)).toEqual([])
    const other = tale([prepare(first), broken, drifted(), { ...prepare(first), round: 2 }, approve, start])
    expect(findingsOf(other)).toEqual([])
    expect(kinds(findingsOf(forged(other, other.events.toSpliced(5, 1))))).toContain('notApproved')
  })

  it('cannot be found out where the record is made anew as well, which only a key helps against', () => {
    const first = submit(draft(), T0)
    const truth = tale([prepare(first), { ...approve, verdict: 'reject', note: 'no' }])
    const lie = tale([prepare(first), { ...approve, by: CAROL }])
    expect(findingsOf(truth)).toEqual([])
    expect(findingsOf(lie)).toEqual([])
    expect(distrust(lie, SEALS)).toMatchObject({ why: 'unsealed' })
  })
})

describe('a history that is sealed with a key', () => {
  it('is found out whatever of this is done to it, with the seals as they were or without', () => {
    const mutations = Object.values(MUTATIONS)
    forAny((_, taken, asked, chosen) => {
      const history = written(asked, taken, SEALS)
      const events = mutations[(chosen[1] ?? 0) % mutations.length]?.(history, chosen) ?? null
      if (events === null) return
      const bare = events.map(({ seal: _, ...event }) => event)
      for (const lie of [forged(history, events), forged(history, bare)]) {
        expect(distrust(lie, SEALS)).not.toBeNull()
      }
    })
  })

  it('is found out whatever of it is changed, dropped or moved, also what leaves no trace in the record', () => {
    forAny((_, taken, asked, [n = 0, m = 0]) => {
      const history = written(asked, taken, SEALS)
      const { events } = history
      const index = at(events, n)
      const event = events[index] as ChainedEvent
      const other = at(events, m)
      const lies = [events.with(index, { ...event, atMs: event.atMs + 1 })]
      if (index < events.length - 1) lies.push(events.toSpliced(index, 1))
      if (other !== index) lies.push(events.with(index, events[other] as ChainedEvent).with(other, event))
      for (const lie of lies) expect(distrust(forged(history, lie), SEALS)).not.toBeNull()
    })
  })

  it('is of the one request whose trail it is', () => {
    const { events, record } = tale([prepare(submit(draft(), T0)), approve], draft(), SEALS)
    const id = requestIdSchema.parse('R-13')
    const trail = {
      id,
      auditHash: String(record.auditHash),
      events: events.map(event => JSON.stringify(event)),
      record: JSON.stringify({ ...record, id }),
    }
    expect(distrustOf(trail, null, null)).toBeNull()
    expect(distrustOf(trail, null, SEALS)).toMatchObject({ why: 'changed', event: 1 })
  })

  it('holds under a key that has been replaced, as long as that is given, and under no other', () => {
    const first = submit(draft(), T0)
    const under = createSeals([OLD_KEY], 'rewind')
    const history = tale([prepare(first), approve], draft(), under)
    const both = createSeals([KEY, OLD_KEY], 'rewind')
    expect(distrust(history, both)).toBeNull()
    expect(distrust(history, SEALS)).toMatchObject({ why: 'otherKey', event: 1 })
    // The next event is sealed with the new one.
    const record = requestSchema.decode(history.record)
    const decided = decide(record, start, T0 + 9_000) as { ok: true; next: ResetRequest }
    const { event, next } = sealed(decided.next, eventOf(record, decided.next, start, 'c9', T0 + 9_000), both)
    const gone = { events: [...history.events, event], record: z.encode(requestSchema, next) }
    expect(distrust(gone as History, both)).toBeNull()
    expect(event.seal?.key).not.toBe(history.events[0]?.seal?.key)
    expect(JSON.stringify(gone)).not.toContain(KEY)
  })

  it('that begins before there was a key is not enough for a worker, and is no lie for who verifies', () => {
    const begun = tale([prepare(submit(draft(), T0)), approve])
    expect(distrust(begun, SEALS)).toMatchObject({ why: 'unsealed', event: 1 })
    expect(findingsOf(begun, SEALS)).toEqual([])
    const mixed = tale([prepare(submit(draft(), T0)), approve], draft(), SEALS)
    const { seal: _, ...bare } = mixed.events[2] as ChainedEvent
    expect(kinds(findingsOf(forged(mixed, mixed.events.with(2, bare)), SEALS))).toContain('unsealed')
  })
})

describe('what is kept beside the events', () => {
  const first = submit(draft(), T0)
  const rows = rowsOf(first.reset)
  const digest = digestOf(first.reset, 'offsets', rows)
  const { events, record } = tale([
    prepare(first, { digest, execution: 'offsets' }),
    { ...approve, digest },
    { ...start, digest },
    { ...finish(allSucceeded), resultDigest: 'a'.repeat(64) } as Command,
  ])
  const lines = z.encode(planRowsSchema, rows)

  function findingsWith(kept: Record<string, unknown>, names = Object.keys(kept)) {
    const story = createStory(ID, null)
    for (const [i, event] of events.entries()) story.tell(event, events[i - 1]?.hash ?? '')
    for (const [name, value] of Object.entries(kept)) story.keep(name, value)
    story.end(record, names)
    return story.findings().map(({ kind }) => kind)
  }

  it('is what its digests stand for: the rows of each plan, and of the result', () => {
    expect(findingsWith({ 'plan-1': lines })).toEqual(['noResult'])
    expect(findingsWith({ 'plan-1': lines, result: 'anything else' })).toEqual(['otherResult'])
    const [row, ...rest] = rows
    const moved = z.encode(planRowsSchema, [{ ...row, to: 1n } as (typeof rows)[number], ...rest])
    expect(findingsWith({ 'plan-1': moved, result: '' })).toEqual(['otherRows', 'otherResult'])
    expect(findingsWith({ 'plan-1': 'no rows', result: '' })).toEqual(['otherRows', 'otherResult'])
    expect(findingsWith({ result: '' })).toEqual(['noRows', 'otherResult'])
    expect(findingsWith({ 'plan-1': lines, 'plan-2': lines, result: '' })).toContain('rowsOfNothing')
  })

  it('is not missed in an export of before it was there', () => {
    const story = createStory(ID, null)
    for (const [i, event] of events.entries()) story.tell(event, events[i - 1]?.hash ?? '')
    story.end(undefined)
    expect(story.findings()).toEqual([])
  })
})

it('is no story where an event is anything else than one, and asks for nothing of it', () => {
  const { events, record } = tale([prepare(submit(draft({ guard: GUARD }), T0)), approve])
  for (const odd of [null, 7, 'x', [], {}, { ...events[1], command: { kind: 'constructor' } }]) {
    const lie = { events: events.with(1, odd as ChainedEvent), record }
    expect(distrust(lie)).not.toBeNull()
  }
  for (const command of [
    { kind: 'prepare' },
    { kind: 'decide' },
    { kind: 'nothing' },
    { kind: '__proto__' },
  ]) {
    const lie = forged(
      { events, record },
      events.with(1, { ...events[1], command } as unknown as ChainedEvent),
    )
    expect(findingsOf(lie)).not.toEqual([])
  }
})
