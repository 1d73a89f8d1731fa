// Any sequence of commands, in any order and at any time: what has to hold of every record that can come of it.
// @module-tag chance

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { AuditEvent, Command } from '../../src/request/command.ts'
import { type Draft, decide, eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import { MAX_ATTEMPTS } from '../../src/request/finish.ts'
import { hasMembers } from '../../src/request/group.ts'
import { nextDueAt } from '../../src/request/owed.ts'
import { brokeGlass, type ResetRequest, requestIdSchema, requestSchema } from '../../src/request/request.ts'
import { resetSchema } from '../../src/request/reset.ts'
import { isFinal } from '../../src/request/state.ts'
import { isBeforeWindow } from '../../src/request/waiting.ts'
import { isOpen } from '../../src/request/window.ts'
import { T0 } from '../support/requests.ts'
import { type Change, drafts, historyOf, steps } from './histories.ts'

/** HISTORY_RUNS lets it look at more histories; `npm run test:long` does. */
const RUNS = Number(process.env.HISTORY_RUNS ?? 60)

/** The check names what is wrong; comparing text once a history is what keeps hundreds of them quick. */
function forAnyHistory(check: (first: ResetRequest, changes: Change[], asked: Draft) => string[]): void {
  fc.assert(
    fc.property(drafts, steps, (asked, taken) => {
      const first = submit(asked, T0)
      expect(check(first, historyOf(first, taken), asked)).toEqual([])
    }),
    { numRuns: RUNS },
  )
}

it('keeps final states final, counts every version by one, and takes back nothing that was to be told', () => {
  forAnyHistory((_, changes) =>
    changes.flatMap(({ before, command, next }) => {
      const hasChanged = next.state.name !== before.state.name
      const wrong: string[] = []
      if (next.version !== before.version + 1) wrong.push('version')
      if (next.revision < before.revision || next.revision > before.revision + 1) wrong.push('revision')
      if (before.notes.some((note, i) => note !== next.notes[i])) wrong.push('notes')
      if (next.dispatches < before.dispatches) wrong.push('dispatches')
      if (isFinal(before.state) && next.state !== before.state) wrong.push('final state')
      if (hasChanged && next.revision === before.revision) wrong.push('card')
      return wrong.map(each => `${each} after ${command.kind}`)
    }),
  )
})

it('calls on nothing but the very plan, or the bounds of it, that enough others than the requester have approved', () => {
  forAnyHistory((_, changes) => {
    const wrong: string[] = []
    let approvals: Extract<Command, { kind: 'decide' }>[] = []
    /** Of those, who was shown bounds. */
    const ofBounds = new Set<Command>()
    let glass: Extract<Command, { kind: 'breakGlass' }> | undefined
    for (const { before, command, next } of changes) {
      if (command.kind === 'breakGlass') glass = command
      if (command.kind === 'prepare' || command.kind === 'drifted') approvals = []
      if (command.kind === 'decide' && command.verdict === 'approve') {
        approvals.push(command)
        const { plan, guard } = before
        if (plan?.execution === 'bounds' || plan?.digest !== command.digest) {
          ofBounds.add(command)
          if (guard.onBounds !== true) wrong.push('bounds approved')
        }
      }
      if (command.kind === 'reguard') {
        approvals = approvals.filter(({ by }) => command.fills[by] !== undefined)
        if (command.guard.onBounds !== true) approvals = approvals.filter(each => !ofBounds.has(each))
      }
      if (command.kind === 'withdraw') approvals = approvals.filter(({ by }) => by !== command.by)
      if (next.state.name !== 'executing' || before.state.name === 'executing') continue
      const { plan, guard, requester, reset } = next
      if (command.kind !== 'start') wrong.push(`started by ${command.kind}`)
      else if (command.digest !== plan?.digest) wrong.push('started with another plan')
      else if (plan.execution === 'bounds') wrong.push('started on bounds')
      else if (hasMembers(command.group)) wrong.push('started with members')
      if (before.unread?.holds === true) wrong.push('started while held')
      // Who breaks the glass needs no approval, and has to be named for it and to see this very plan.
      if (brokeGlass(next)) {
        if (glass?.policy.verdict !== 'allow' || glass.digest !== plan?.digest)
          wrong.push('glass broken wrongly')
        continue
      }
      if (new Set(approvals.map(({ by }) => by)).size < guard.approvals) wrong.push('too few approvals')
      for (const { by, policy: may, digest, typedGroup } of approvals) {
        if (by === requester || may.verdict === 'deny') wrong.push(`approved by ${by}`)
        if (digest !== plan?.digest && digest !== plan?.within) wrong.push('another plan approved')
        if (guard.typedGroup && typedGroup !== reset.target.group) wrong.push('group not typed')
      }
    }
    return wrong
  })
})

it('calls again only after a call that certainly did nothing, by its answer, by two looks or by an approver’s word', () => {
  forAnyHistory((_, changes) => {
    const wrong: string[] = []
    let harmless = true
    let absentAtMs: number | null = null
    for (const { before, command, next, atMs } of changes) {
      if (command.kind === 'looked') {
        if (command.evidence !== 'absent') absentAtMs = null
        else if (absentAtMs === null) absentAtMs = atMs
        else if (atMs - absentAtMs >= 15_000) harmless = true
      } else if (before.state.name !== 'unclear' || command.kind === 'checkAgain') absentAtMs = null
      if (command.kind === 'testify') {
        if (command.by === before.requester || command.policy.verdict === 'deny') wrong.push('who testified')
        if (!command.happened) harmless = true
      }
      if (command.kind === 'start') {
        if (!harmless) wrong.push('called again')
        harmless = false
      }
      if (command.kind === 'finish') {
        const { outcome } = command
        harmless =
          outcome.kind === 'notSent' || (outcome.kind === 'refused' && outcome.reason === 'groupNotEmpty')
      }
      if ('attempt' in next.state && next.state.attempt > MAX_ATTEMPTS) wrong.push('too many attempts')
    }
    return wrong
  })
})

it('is never due while its window is shut, and says of the opening alone that it waits for it', () => {
  forAnyHistory((_, changes) =>
    changes.flatMap(({ before, command, next, atMs }) => {
      const { state, guard } = next
      const wrong: string[] = []
      if (state.name === 'executing' && before.state.name !== 'executing') {
        if (guard.window !== null && !brokeGlass(next) && !isOpen(guard.window, atMs)) wrong.push('started')
      }
      if (state.name !== 'approved' || (state === before.state && guard === before.guard)) return wrong
      const { notBeforeMs } = state
      const dueMs = Math.max(atMs, notBeforeMs)
      const isShut = (timeMs: number) =>
        guard.window !== null && !brokeGlass(next) && !isOpen(guard.window, timeMs)
      if (isShut(dueMs)) wrong.push('due while it is shut')
      if (isBeforeWindow(state)) {
        if (notBeforeMs <= atMs) wrong.push('waits for an opening that has been')
        if (!isBeforeWindow(before.state) || before.state.notBeforeMs !== notBeforeMs) {
          if (next.revision === before.revision) wrong.push('nobody sees when it opens')
          if (!isShut(atMs) && !isShut(notBeforeMs - 1)) wrong.push('waits longer than it has to')
        }
      }
      return wrong.map(each => `${each} after ${command.kind}`)
    }),
  )
})

it('starts in no group that has not been empty for the hold since anybody was seen in it', () => {
  forAnyHistory((_, changes) => {
    const wrong: string[] = []
    let seenMembers = false
    let emptySinceMs: number | null = null
    for (const { before, command, next, atMs } of changes) {
      if (command.kind === 'prepare') [seenMembers, emptySinceMs] = [hasMembers(command.group), null]
      if (command.kind === 'wait') {
        if (hasMembers(command.group)) [seenMembers, emptySinceMs] = [true, null]
        else emptySinceMs ??= atMs
      }
      const joined =
        command.kind === 'finish' && 'reason' in command.outcome && next.state.name === 'approved'
      if (joined) [seenMembers, emptySinceMs] = [true, null]
      if (command.kind !== 'start' || !seenMembers) continue
      const heldMs = emptySinceMs === null ? 0 : atMs - emptySinceMs
      if (heldMs < command.holdMs) wrong.push(`held ${heldMs} ms, at version ${before.version}`)
    }
    return wrong
  })
})

it('takes nothing from who has another plan in hand, and says only once an approval that it waits', () => {
  forAnyHistory((_, changes) => {
    let begun = 0
    return changes.flatMap(({ before, command, next }) => {
      const wrong: string[] = []
      if (['pending', 'unclear'].includes(before.state.name) && next.state.name === 'approved') begun += 1
      if ('round' in command && command.round !== before.round) wrong.push('another round')
      const { plan, guard } = before
      // Who decides may have been shown the bounds that the plan was made within.
      const isOfBounds =
        command.kind === 'decide' &&
        command.digest === plan?.within &&
        (command.verdict === 'reject' || guard.onBounds === true)
      if ('digest' in command && command.digest !== plan?.digest && !isOfBounds) wrong.push('another plan')
      const waits = next.notes.filter(({ kind }) => kind === 'waiting').length
      if (waits > begun) wrong.push('waits told twice')
      return wrong.map(each => `${each} after ${command.kind}`)
    })
  })
})

it('leaves no open request without something that brings somebody back to it', () => {
  forAnyHistory((first, changes) =>
    [{ next: first, atMs: T0 }, ...changes]
      .filter(({ next }) => !isFinal(next.state))
      .filter(({ next, atMs }) => nextDueAt(next, atMs) === null)
      .map(({ next }) => `${next.state.name} at version ${next.version}`),
  )
})

it('gives the same record again from its audit events, and from its own JSON', () => {
  forAnyHistory((first, changes, asked) => {
    const events = [
      eventOf(null, first, submissionOf(asked), 'c0', T0),
      ...changes.map(({ command, next, atMs }, i) =>
        eventOf(changes[i - 1]?.next ?? first, next, command, `c${i + 1}`, atMs),
      ),
    ].map(event => JSON.parse(JSON.stringify(event)) as AuditEvent)
    const last = changes.at(-1)?.next ?? first
    expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1))
    expect(events.at(-1)?.state).toBe(last.state.name)
    expect(replayed(events)).toEqual(last)
    const json = JSON.stringify(z.encode(requestSchema, last))
    expect(requestSchema.decode(JSON.parse(json))).toEqual(last)
    return []
  })
})

function replayed(events: readonly AuditEvent[]): ResetRequest {
  const [created, ...rest] = events
  if (created?.command.kind !== 'submit') throw new Error('It does not begin with a submission.')
  const { kind: _, reset, ...asked } = created.command
  const id = requestIdSchema.parse('R-12')
  let request = submit({ ...asked, id, reset: resetSchema.decode(reset) }, created.atMs)
  for (const { command, atMs } of rest) {
    if (command.kind === 'submit') throw new Error('It begins twice.')
    const decided = decide(request, command, atMs)
    if (!decided.ok) throw new Error(`${command.kind} was refused: ${decided.refusal}`)
    request = decided.next
  }
  return request
}
