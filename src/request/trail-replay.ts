// Whether the audit events of a request tell a story that can have happened: each is replayed through the decisions that
// the product itself takes, and beside them every start is looked at for the approval or the broken glass before it. Pure.
// It must never take for proven what was not recorded, nor call wrong what other rules than these have decided.

import { z } from 'zod'
import { type ChainedEvent, doubtOfEvent } from './audit.ts'
import type { AuditEvent, Command } from './command.ts'
import { decide, RULES, submit } from './decide.ts'
import { areRowsOf, digestOfTargets, digestOfText } from './digest.ts'
import { documentsKeptMs } from './kept.ts'
import type { Plan } from './plan.ts'
import { planRowsSchema } from './plan-rows.ts'
import { type RequestId, type ResetRequest, requestSchema } from './request.ts'
import { type Reset, resetSchema, targetsSchema } from './reset.ts'
import { type Seals, sealSchema } from './seals.ts'
import { stateSchema } from './state.ts'
import { createApproval } from './trail-approvals.ts'
import type { Finding, Remark } from './trail-findings.ts'

export interface Story {
  readonly id: RequestId
  /** The next event, and the hash that it is chained on. */
  tell(event: ChainedEvent, previousHash: string): void
  /** Rows that are kept beside the record, as they are stored. */
  keep(name: string, rows: unknown): void
  /** @param record as it is stored; undefined: it was not exported @param names of what is kept; undefined: likewise */
  end(record: unknown, names?: readonly string[]): void
  /** What only who knows the other requests can find. */
  find(kind: 'copied' | 'noParent' | 'parentNotRun' | 'unsealedAfter', about: RequestId): void
  findings(): readonly Finding[]
  remarks(): readonly Remark[]
  /** Of the first event. */
  submission(): { changeId: string; parent: ResetRequest['parent'] } | null
  /** Whether anything of it was started. */
  hasStarted(): boolean
  /** How many events are not sealed; all where there is no key to ask. */
  unsealed(): number
}

const eventSchema = z.looseObject({
  version: z.int(),
  changeId: z.string(),
  atMs: z.int().nonnegative(),
  command: z.looseObject({ kind: z.string() }),
  before: z.string().nullable(),
  state: z.enum(stateSchema.options.map(({ shape }) => shape.name.value)),
  rules: z.int().optional(),
  seal: sealSchema.optional(),
  hash: z.string(),
})

export function createStory(id: RequestId, seals: Seals | null): Story {
  const findings: Finding[] = []
  const remarks: Remark[] = []
  const changes = new Set<string>()
  const plans = new Map<string, { reset: Reset; plan: Pick<Plan, 'digest' | 'execution' | 'rowsDigest'> }>()
  const approval = createApproval()
  let position = 0
  let before: string | null = null
  let asked: Reset | null = null
  let first: { changeId: string; parent: ResetRequest['parent'] } | null = null
  /** As the events so far make it; null once that cannot be said any more. */
  let told: ResetRequest | null = null
  /** Decided by the rules of here, all of them. */
  let isOurs = true
  let worker: string | null = null
  let hasStarted = false
  let [sealedOnce, unsealed] = [false, 0]
  /** Null: none is kept; undefined: it is not known which. */
  let resultDigest: string | null | undefined = null
  /** Of the offsets it was asked for with. */
  let targetsDigest: string | undefined
  const kept = new Set<string>()
  let keptResult: string | null = null

  function found(kind: Finding['kind'], about = '', event: number | null = position): void {
    findings.push({ event, kind, about })
  }

  function tell(chained: ChainedEvent, previousHash: string): void {
    position += 1
    lookAtSeal(chained, previousHash)
    const parsed = eventSchema.safeParse(chained)
    if (!parsed.success) {
      found('unreadable')
      told = null
      return
    }
    const event = chained as AuditEvent
    if (changes.has(event.changeId)) found('repeated')
    changes.add(event.changeId)
    if (event.before !== before) found('otherState', `${event.before ?? 'none'} after ${before ?? 'none'}`)
    before = event.state
    if (event.rules !== RULES) isOurs = false
    try {
      replay(event)
      follow(event)
    } catch {
      told = null
      // Of a build after this one it may say what is not known here.
      if (event.rules === undefined || event.rules <= RULES) found('unreadable')
      else remarks.push({ kind: 'otherRules', event: position })
    }
  }

  function lookAtSeal(event: ChainedEvent, previousHash: string): void {
    const doubt = doubtOfEvent(seals, id, previousHash, event)
    switch (doubt) {
      case null:
        sealedOnce ||= event.seal !== undefined
        if (event.seal === undefined) unsealed += 1
        return
      case 'noKey':
        unsealed += 1
        if (!remarks.some(({ kind }) => kind === 'notChecked'))
          remarks.push({ kind: 'notChecked', event: position })
        return
      case 'unsealed':
        unsealed += 1
        if (sealedOnce) found('unsealed')
        else if (unsealed === 1) remarks.push({ kind: 'unsealed', event: position })
        return
      default:
        sealedOnce = true
        found(doubt === 'otherKey' ? 'otherKey' : 'broken')
    }
  }

  /** By the very functions that decide. Where other rules decided, what they would refuse here is no proof. */
  function replay({ command, atMs, state, rules }: AuditEvent): void {
    if (position === 1) {
      if (command.kind !== 'submit') {
        found('notSubmitted')
        return
      }
      const { kind: _, reset, ...rest } = command
      told = submit({ ...rest, id, reset: z.decode(resetSchema, reset) }, atMs)
      if (state !== told.state.name) found('leadsElsewhere', state)
      return
    }
    if (command.kind === 'submit') {
      found('submittedTwice')
      return
    }
    if (told === null) return
    const decided = decide(told, command, atMs)
    if (decided.ok && decided.next.state.name === state) {
      told = decided.next
      return
    }
    told = null
    if (rules !== RULES) {
      remarks.push({ kind: 'otherRules', event: position })
    } else if (decided.ok) {
      found('leadsElsewhere', `${decided.next.state.name}, and not ${state}`)
    } else found('refused', `${command.kind} (${decided.refusal})`)
  }

  /** What was approved, started and kept, from the commands alone. */
  function follow(event: AuditEvent): void {
    const { command, state } = event
    switch (command.kind) {
      case 'submit':
        first ??= { changeId: event.changeId, parent: command.parent }
        asked ??= z.decode(resetSchema, command.reset)
        targetsDigest ??= command.targetsDigest
        if (asked.strategy.kind === 'offsets' && targetsDigest === undefined)
          remarks.push({ kind: 'offsetsNotChecked', event: position })
        break
      case 'prepare':
        plans.set(`plan-${command.round}`, planIn(command, asked))
        break
      case 'settle':
        plans.set(`plan-${command.round + 1}`, planIn(command, asked))
        break
      case 'start':
        if (command.digest !== approval.digest() || !approval.isExact()) found('otherPlan')
        worker = command.worker
        hasStarted = true
        break
      case 'finish':
        // Of what became unclear another process may say what it came to.
        if (event.before === 'executing' && command.worker !== worker) found('notStarted')
        resultDigest = resultDigestAfter(resultDigest, event)
        break
      case 'looked':
        resultDigest = resultDigestAfter(resultDigest, event)
        break
      default:
    }
    for (const problem of approval.follow(event)) found(problem)
    const begins = command.kind === 'start' || (state === 'approved' && event.before !== 'approved')
    if (begins && !approval.holds()) found('notApproved', approval.inWords())
  }

  function keep(name: string, rows: unknown): void {
    kept.add(name)
    if (name === 'result') keptResult = digestOfText(JSON.stringify(rows))
    if (name === 'targets') lookAtTargets(rows)
    if (!name.startsWith('plan-')) return
    const plan = plans.get(name)
    if (plan === undefined) {
      found('rowsOfNothing', name, null)
      return
    }
    const parsed = planRowsSchema.safeDecode(rows as z.input<typeof planRowsSchema>)
    if (!parsed.success || !areRowsOf(plan.reset, plan.plan, parsed.data)) found('otherRows', name, null)
  }

  function lookAtTargets(rows: unknown): void {
    if (targetsDigest === undefined) return
    const parsed = targetsSchema.safeDecode(rows as z.input<typeof targetsSchema>)
    if (!parsed.success || digestOfTargets(parsed.data) !== targetsDigest) found('otherTargets', '', null)
  }

  function end(record: unknown, names?: readonly string[]): void {
    const read = requestSchema.safeDecode(record as z.input<typeof requestSchema>).data
    if (record !== undefined) lookAtRecord(read)
    if (names === undefined || mayHaveEnded(read)) return
    const missing = [...plans.keys(), ...names].filter(name => name.startsWith('plan-') && !kept.has(name))
    for (const name of new Set(missing)) found('noRows', name, null)
    if (typeof resultDigest !== 'string') return
    if (keptResult === null) found('noResult', '', null)
    else if (keptResult !== resultDigest) found('otherResult', '', null)
  }

  /** What came to nothing keeps what is beside its record for a while only, and all of it goes at once. */
  function mayHaveEnded(record: ResetRequest | undefined): boolean {
    return record !== undefined && kept.size === 0 && documentsKeptMs(record) !== null
  }

  /** @param record undefined: it cannot be read */
  function lookAtRecord(record: ResetRequest | undefined): void {
    if (record === undefined) {
      found('noRecord', '', null)
      return
    }
    const others =
      told !== null ? differing(record, told, isOurs) : record.state.name === before ? [] : ['state']
    if (others.length > 0) found('otherRecord', others.join(', '), null)
  }

  return {
    id,
    tell,
    keep,
    find: (kind, about) => found(kind, about, null),
    end,
    findings: () => findings,
    remarks: () => remarks,
    submission: () => first,
    hasStarted: () => hasStarted,
    unsealed: () => unsealed,
  }
}

/** Null: no result is kept; undefined: it is not known which. */
function resultDigestAfter(
  before: string | null | undefined,
  { command, rules }: AuditEvent,
): string | null | undefined {
  if (command.kind === 'finish') return command.outcome.kind === 'done' ? command.resultDigest : before
  if (command.kind !== 'looked') return before
  if (command.resultDigest !== undefined) return command.resultDigest
  return rules === undefined && command.evidence !== 'unread' ? undefined : before
}

/** Of the result that these events have kept; null: of none; undefined: that is not known. */
export function resultDigestIn(events: readonly AuditEvent[]): string | null | undefined {
  return events.reduce(resultDigestAfter, null as string | null | undefined)
}

function planIn({ plan, topics }: Extract<Command, { kind: 'prepare' | 'settle' }>, reset: Reset | null) {
  if (reset === null) throw new Error('Nothing is known of what the plan is for.')
  return { plan, reset: { ...reset, topics } }
}

/**
 * In which fields two records of a request are not the same; the hash of the last event is looked at with the chain. The
 * number of the schema follows from the rest, and the versions before this one wrote a lower one.
 */
function differing(one: ResetRequest, other: ResetRequest, inAll: boolean): string[] {
  const [a = {}, b = {}] = [one, other].map(inAll ? everything : essence)
  return Object.keys(a).filter(name => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
}

function everything(record: ResetRequest): Record<string, unknown> {
  const { auditHash: _, schema: __, ...fields } = z.encode(requestSchema, record)
  return fields
}

/** Fields that other rules may have filled otherwise say nothing then. */
function essence({ id, requester, reset, round, state, plan, votes }: ResetRequest): Record<string, unknown> {
  return {
    id,
    requester,
    reset: z.encode(resetSchema, reset),
    round,
    state: [state.name, 'decision' in state ? (state.decision?.by ?? null) : null],
    plan: plan?.digest ?? null,
    votes: votes.map(({ by }) => by),
  }
}
