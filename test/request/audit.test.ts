// The chain of audit events: what was not written by the product is found, and where.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ChainedEvent, chained, sealed, verifyChain } from '../../src/request/audit.ts'
import type { Command } from '../../src/request/command.ts'
import { decide, eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import { type ResetRequest, requestSchema } from '../../src/request/request.ts'
import { allSucceeded, approve, draft, finish, HOSTILE, prepare, start, T0 } from '../support/requests.ts'

/** A request from its submission to its end, sealed at each step, and read back from JSON as a store would. */
function history(reason = 'wrong VAT rate'): { request: ResetRequest; events: ChainedEvent[] } {
  const asked = draft({ reason })
  const first = submit(asked, T0)
  let change = sealed(first, eventOf(null, first, submissionOf(asked), 'c0', T0))
  const events = [change.event]
  const commands: Command[] = [prepare(first), approve, start, finish(allSucceeded)]
  for (const [i, command] of commands.entries()) {
    const stored = requestSchema.decode(
      JSON.parse(JSON.stringify(z.encode(requestSchema, change.next))) as z.input<typeof requestSchema>,
    )
    const decided = decide(stored, command, T0 + i)
    if (!decided.ok) throw new Error(decided.refusal)
    change = sealed(decided.next, eventOf(change.next, decided.next, command, `c${i + 1}`, T0 + i))
    events.push(change.event)
  }
  return {
    request: change.next,
    events: events.map(event => JSON.parse(JSON.stringify(event)) as ChainedEvent),
  }
}

/** What an honest store would hold: the chain made anew from an event on, as somebody who covers their traces would. */
function chainedAnew(events: readonly ChainedEvent[]): ChainedEvent[] {
  const anew: ChainedEvent[] = []
  for (const { hash: _, ...event } of events) anew.push(chained(anew.at(-1)?.hash ?? '', event))
  return anew
}

describe('the chain', () => {
  const { request, events } = history()

  it('is SHA-256 over the hash before, a line break and the JSON of the event, as anybody can work out', () => {
    let before = ''
    for (const { hash, ...event } of events) {
      expect(hash).toBe(
        createHash('sha256')
          .update(`${before}\n${JSON.stringify(event)}`)
          .digest('hex'),
      )
      before = hash
    }
    expect(request.auditHash).toBe(before)
  })

  it('holds from the submission to the end, whatever people type', () => {
    expect(events).toHaveLength(5)
    expect(verifyChain(events, request.auditHash)).toEqual([])
    for (const reason of HOSTILE) {
      const told = history(reason)
      expect(verifyChain(told.events, told.request.auditHash)).toEqual([])
    }
  })

  it('begins nowhere else than at the first event', () => {
    expect(verifyChain([], '')).toEqual([])
    expect(verifyChain([], request.auditHash)).toEqual([{ position: 1, kind: 'otherEnd' }])
    expect(verifyChain(events, '')).toEqual([{ position: 6, kind: 'otherEnd' }])
  })

  it('shows the event that was changed, and only that', () => {
    events.forEach((event, i) => {
      const changed = events.with(i, { ...event, atMs: event.atMs + 1 })
      expect(verifyChain(changed, request.auditHash)).toEqual([{ position: i + 1, kind: 'changed' }])
    })
  })

  it('shows a change of any text in any event, however small', () => {
    const texts = events.map(event => JSON.stringify(event))
    const places = texts.flatMap((text, i) =>
      Array.from({ length: text.length }, (_, at) => [i, at] as const),
    )
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom('0', 'a', 'Z', '-'), ([i, at], letter) => {
        const text = texts[i] ?? ''
        const changed = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`
        fc.pre(changed !== text)
        const tampered = texts.with(i, changed)
        let read: ChainedEvent[]
        try {
          read = tampered.map(each => JSON.parse(each) as ChainedEvent)
        } catch {
          return
        }
        expect(verifyChain(read, request.auditHash)).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('shows where an event is missing, also the first and the last', () => {
    events.forEach((_, i) => {
      const cut = events.toSpliced(i, 1)
      const problem =
        i === events.length - 1
          ? { position: events.length, kind: 'otherEnd' }
          : { position: i + 1, kind: 'misplaced' }
      expect(verifyChain(cut, request.auditHash)[0]).toEqual(problem)
    })
  })

  it('shows where two were swapped, one is there twice, or one was added', () => {
    const [first, second, third] = events
    if (first === undefined || second === undefined || third === undefined) throw new Error('There are five.')
    const misplaced = (position: number) => ({ position, kind: 'misplaced' })
    const swapped = events.with(1, third).with(2, second)
    expect(verifyChain(swapped, request.auditHash)[0]).toEqual(misplaced(2))
    expect(verifyChain(events.toSpliced(2, 0, second), request.auditHash)[0]).toEqual(misplaced(3))
    const { hash: _, ...submission } = first
    const added = [...events, chained(request.auditHash, { ...submission, version: 6 })]
    expect(verifyChain(added, request.auditHash)).toEqual([{ position: 7, kind: 'otherEnd' }])
    const squeezedIn = chained(first.hash, { ...submission, version: 2 })
    expect(verifyChain(events.toSpliced(1, 0, squeezedIn), request.auditHash)[0]).toEqual(misplaced(3))
  })

  it('does not hold for a chain made anew, because the record names the end of the true one', () => {
    const forged = chainedAnew(events.with(2, { ...(events[2] as ChainedEvent), atMs: T0 + 77 }))
    expect(verifyChain(forged, forged.at(-1)?.hash ?? '')).toEqual([])
    expect(verifyChain(forged, request.auditHash)).toEqual([{ position: 6, kind: 'otherEnd' }])
  })

  it('can begin on a record that was written before there were chains', () => {
    const { auditHash: _, ...old } = z.encode(requestSchema, request)
    expect(requestSchema.decode(old).auditHash).toBe('')
  })
})
