// What may be exported and deleted: a function of the records and the time.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noteKey } from '../../src/request/notes.ts'
import { owed } from '../../src/request/owed.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import { familiesToGo, filesOf, type Standing, standingOf } from '../../src/request/retention.ts'
import { endedWith, everyState, T0 } from '../support/requests.ts'

const DAY = 86_400_000
const KEPT = 365 * DAY
const LATER = T0 + 2 * KEPT

/** As if everything had been told. */
function told(request: ResetRequest): ResetRequest {
  const posts = { ...request.posts }
  for (let round = 0; round < 20; round++) {
    const debt = owed({ ...request, posts, cardRevision: request.revision }, LATER).find(
      each => each.kind === 'post',
    )
    if (debt?.kind === 'post') posts[debt.key] = { state: 'posted', ts: '1700000000.000100' }
  }
  return { ...request, posts, cardRevision: request.revision }
}

function isOver(request: ResetRequest, nowMs = LATER): boolean {
  return standingOf(request, nowMs, KEPT).isOver
}

describe('a request', () => {
  const done = told(endedWith([]))

  it.each(everyState().map(([name, request]) => [name, told(request)] as const))(
    'that is %s goes if that is its end, and never before the time',
    (_, request) => {
      const ends = ['rejected', 'cancelled', 'expired', 'succeeded', 'partial', 'failed']
      const isEnded =
        ends.includes(request.state.name) && (request.glass === null || request.glass.review !== null)
      if (!isEnded) expect(isOver(request)).toBe(false)
      else if (owed(request, LATER).length === 0) expect(isOver(request)).toBe(true)
      expect(isOver(request, T0 + KEPT - 1)).toBe(false)
    },
  )

  it('goes to the millisecond, counted from its end', () => {
    if (!('atMs' in done.state)) throw new Error('It has no end.')
    const { atMs } = done.state
    expect(isOver(done, atMs + KEPT - 1)).toBe(false)
    expect(isOver(done, atMs + KEPT)).toBe(true)
  })

  it('stays while its card or a reply is owed, or a call of it may take effect', () => {
    expect(isOver(done)).toBe(true)
    expect(isOver({ ...done, cardRevision: done.revision - 1 })).toBe(false)
    const { [noteKey(0)]: _, ...posts } = done.posts
    expect(isOver({ ...done, posts })).toBe(false)
    expect(isOver({ ...done, lateUntilMs: LATER + 1 })).toBe(false)
  })

  it('stays while its parent has to be told', () => {
    const parent = { id: 'R-3' as RequestId, kind: 'undo' } as const
    expect(isOver({ ...done, parent, parentTold: 'open' })).toBe(false)
    expect(isOver({ ...done, parent, parentTold: true })).toBe(true)
  })

  it('counts from when somebody last looked at it', () => {
    const review = { by: 'U1', note: '', atMs: T0 + KEPT }
    const glass = { by: 'U2', reason: 'x', atMs: T0, review }
    expect(isOver({ ...done, glass }, T0 + KEPT + DAY)).toBe(false)
    expect(isOver({ ...done, glass }, T0 + KEPT + KEPT)).toBe(true)
    expect(isOver({ ...done, glass: { ...glass, review: null } })).toBe(false)
  })
})

const id = (number: number) => `R-${number}` as RequestId
function standing(number: number, rest: Partial<Standing> = {}): Standing {
  return { id: id(number), isOver: true, parent: null, overlaps: [], ...rest }
}

describe('what goes', () => {
  it('goes with what undoes, retries or edits it, and not before that is over as well', () => {
    const family = [standing(1), standing(2), standing(5, { parent: id(1) }), standing(7, { parent: id(5) })]
    expect(familiesToGo(family)).toEqual([[id(1), id(5), id(7)], [id(2)]])
    const young = family.map(each => (each.id === id(7) ? { ...each, isOver: false } : each))
    expect(familiesToGo(young)).toEqual([[id(2)]])
  })

  it('is nothing that an open one names as overlapping, nor what that one names in turn', () => {
    const all = [
      standing(1),
      standing(2, { overlaps: [id(1)] }),
      standing(3, { isOver: false, overlaps: [id(2)] }),
      standing(4, { overlaps: [id(3), id(99)] }),
    ]
    expect(familiesToGo(all)).toEqual([[id(4)]])
  })

  it('never leaves one that stays without anything that it names, whatever names what', () => {
    const numbers = fc.integer({ min: 1, max: 12 })
    const one = fc.record({
      isOver: fc.boolean(),
      parent: fc.option(numbers, { freq: 2 }),
      overlaps: fc.array(numbers, { maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), most => {
        const all = most.map(({ isOver, parent, overlaps }, index) =>
          standing(index + 1, {
            isOver,
            parent: parent !== null && parent <= index ? id(parent) : null,
            overlaps: overlaps.map(id),
          }),
        )
        const gone = new Set(familiesToGo(all).flat())
        for (const each of all) {
          if (gone.has(each.id)) expect(each.isOver).toBe(true)
          else {
            for (const named of [each.parent, ...each.overlaps]) {
              if (named !== null) expect(gone.has(named)).toBe(false)
            }
          }
          // Nothing goes without what it follows, nor with what does not follow.
          if (each.parent !== null) expect(gone.has(each.parent)).toBe(gone.has(each.id))
        }
      }),
    )
  })

  it('comes in files of whole families', () => {
    const families = [[id(1), id(2)], [id(3)], [id(4), id(5), id(6), id(7)], [id(8)]]
    expect([...filesOf(families, 3)]).toEqual([
      [[id(1), id(2)], [id(3)]],
      [[id(4), id(5), id(6), id(7)]],
      [[id(8)]],
    ])
    expect([...filesOf([], 3)]).toEqual([])
  })
})
