// What undos and retries leave of a request, through chains of them, and what each tells the request that it follows.

import { describe, expect, it } from 'vitest'
import { decide } from '../../src/request/decide.ts'
import {
  type Follower,
  followedBy,
  openAlike,
  owedToParent,
  undoneSince,
} from '../../src/request/followed.ts'
import { type ResetRequest, requestIdSchema } from '../../src/request/request.ts'
import type { PartitionResult } from '../../src/request/result.ts'
import { cardPosted, endedWith, following, pending, reject, T0 } from '../support/requests.ts'

const R = (number: number) => requestIdSchema.parse(`R-${number}`)

const row = (partition: number, outcome: PartitionResult['outcome'] = 'succeeded'): PartitionResult => ({
  topic: 'orders',
  partition,
  from: 150n,
  planned: 50n,
  said: null,
  readBack: outcome === 'failed' ? 150n : 50n,
  outcome,
  why: null,
})

function follower(
  number: number,
  kind: 'undo' | 'retry' | 'edit',
  of: number,
  rows: PartitionResult[],
  base = endedWith(rows),
): Follower {
  return { request: { ...base, id: R(number), parent: { id: R(of), kind } }, rows }
}

const partitionsLeft = (rows: readonly PartitionResult[]) => rows.map(({ partition }) => partition)

describe('what is left to put back', () => {
  const result = [row(0), row(1)]

  it('is what no undo has put back', () => {
    const { undo } = followedBy(R(1), result, [follower(2, 'undo', 1, [row(0), row(1, 'failed')])])
    expect(partitionsLeft(undo.left)).toEqual([1])
    expect(undo.by).toEqual([R(2)])
  })

  it('is all of it again where the undo was undone, and nothing where that was', () => {
    const chain = [follower(2, 'undo', 1, result), follower(3, 'undo', 2, result)]
    expect(followedBy(R(1), result, chain).undo).toMatchObject({
      left: result,
      free: result,
      by: [],
      open: [],
    })
    expect(followedBy(R(2), result, chain).undo).toMatchObject({ left: [], by: [R(3)] })
    const longer = [...chain, follower(4, 'undo', 3, [row(0)])]
    expect(partitionsLeft(followedBy(R(1), result, longer).undo.left)).toEqual([1])
    const again = [...chain, follower(4, 'undo', 1, result)]
    expect(followedBy(R(1), result, again).undo).toMatchObject({ left: [], by: [R(4)] })
  })

  it('is all of it while an undo is open, and none of that can be asked for again', () => {
    const open = (topics: string[]) =>
      follower(2, 'undo', 1, [], pending({ reset: { ...pending().reset, topics } }))
    expect(followedBy(R(1), result, [open(['orders'])]).undo).toEqual({
      left: result,
      free: [],
      by: [],
      open: [R(2)],
    })
    expect(followedBy(R(1), result, [open(['payments'])]).undo.free).toEqual(result)
    const over = {
      ...open(['orders']),
      request: { ...open(['orders']).request, state: following(pending(), reject).state },
    }
    expect(followedBy(R(1), result, [over]).undo).toMatchObject({ free: result, open: [] })
  })

  it('is less where the undo was retried', () => {
    const undos = [follower(2, 'undo', 1, [row(0), row(1, 'failed')]), follower(3, 'retry', 2, [row(1)])]
    expect(followedBy(R(1), result, undos).undo).toMatchObject({ left: [], by: [R(2)] })
  })

  it('is not less by an edit, nor by a chain that leads back to itself', () => {
    expect(followedBy(R(1), result, [follower(2, 'edit', 1, result)]).undo.left).toEqual(result)
    const circle = [follower(1, 'undo', 2, result), follower(2, 'undo', 1, result)]
    expect(followedBy(R(1), result, circle).undo.by).toEqual([R(2)])
  })
})

describe('what is left to try again', () => {
  const result = [row(0), row(1, 'failed'), row(2, 'unreported')]
  const open = (number: number, topics: string[]) =>
    follower(number, 'retry', 1, [], pending({ reset: { ...pending().reset, topics } }))

  it('is what no retry has done', () => {
    expect(partitionsLeft(followedBy(R(1), result, []).retry.left)).toEqual([1, 2])
    const { retry } = followedBy(R(1), result, [follower(2, 'retry', 1, [row(1), row(2, 'failed')])])
    expect(partitionsLeft(retry.left)).toEqual([2])
    expect(retry).toMatchObject({ isWhole: false, by: [R(2)], open: [] })
  })

  it('is nothing where a retry of the retry did the rest', () => {
    const retries = [
      follower(2, 'retry', 1, [row(1), row(2, 'failed')]),
      follower(3, 'retry', 2, [row(2, 'clamped')]),
    ]
    expect(followedBy(R(1), result, retries).retry).toMatchObject({ left: [], isWhole: true, by: [R(2)] })
  })

  it('is not what an open retry is about', () => {
    expect(followedBy(R(1), result, [open(2, ['orders'])]).retry).toEqual({
      left: [],
      isWhole: false,
      by: [],
      open: [R(2)],
      share: { done: 0, of: 2 },
    })
    expect(partitionsLeft(followedBy(R(1), result, [open(2, ['payments'])]).retry.left)).toEqual([1, 2])
  })

  it('is what it was where the retry came to nothing, or was undone', () => {
    const rejected = follower(2, 'retry', 1, [], following(pending(), reject))
    expect(partitionsLeft(followedBy(R(1), result, [rejected]).retry.left)).toEqual([1, 2])
    const undone = [follower(2, 'retry', 1, [row(1), row(2)]), follower(3, 'undo', 2, [row(1), row(2)])]
    expect(followedBy(R(1), result, undone).retry).toMatchObject({ isWhole: false, by: [] })
  })
})

describe('which open ones are about the same as one that is asked for', () => {
  const asking = (kind: 'undo' | 'retry' | 'edit', topics: string[], of = 1) =>
    pending({ parent: { id: R(of), kind }, reset: { ...pending().reset, topics } })
  const others = [{ ...asking('undo', ['orders']), id: R(2) }]

  it('are those of the same kind, of the same request and on one of its topics, until they end', () => {
    expect(openAlike(asking('undo', ['orders', 'payments']), others)).toEqual([R(2)])
    expect(
      openAlike({ ...asking('undo', []), reset: { ...pending().reset, scope: 'allTopics' } }, others),
    ).toEqual([R(2)])
    expect(openAlike(asking('undo', ['payments']), others)).toEqual([])
    expect(openAlike(asking('retry', ['orders']), others)).toEqual([])
    expect(openAlike(asking('edit', ['orders']), others)).toEqual([])
    expect(openAlike(asking('undo', ['orders'], 3), others)).toEqual([])
    const rejected = { ...following(asking('undo', ['orders']), reject), id: R(2) }
    expect(openAlike(asking('undo', ['orders']), [rejected])).toEqual([])
  })
})

describe('the request that it follows', () => {
  const as = (kind: 'undo' | 'retry' | 'edit') => ({ parent: { id: R(9), kind } })
  const told = (request: ResetRequest, open = false) =>
    following(request, { kind: 'parentTold', ...(open ? { open: true } : {}), revision: request.revision })

  it('is told of the end of an undo, if that has put something back', () => {
    const ended = endedWith([row(0)], pending(as('undo')))
    expect(owedToParent(ended)).toBe('ended')
    expect(owedToParent(told(ended))).toBeUndefined()
    expect(owedToParent(endedWith([row(0, 'failed')], pending(as('undo'))))).toBeUndefined()
    expect(owedToParent(following(pending(as('undo')), cardPosted))).toBeUndefined()
    expect(owedToParent(endedWith([row(0)], pending(as('edit'))))).toBeUndefined()
  })

  it('is told that a retry is open, and of its end, whatever that is', () => {
    const asked = pending(as('retry'))
    expect(owedToParent(asked)).toBeUndefined()
    const open = following(asked, cardPosted)
    expect(owedToParent(open)).toBe('open')
    expect(owedToParent(told(open, true))).toBeUndefined()
    expect(owedToParent(following(told(open, true), reject))).toBe('ended')
    expect(owedToParent(endedWith([row(0)], asked))).toBe('ended')
    expect(owedToParent(following(asked, reject))).toBeUndefined()
  })

  it('is told again when what follows it was undone or retried itself', () => {
    const ended = told(endedWith([row(0)], pending(as('undo'))))
    const undo = { kind: 'followed', how: 'undo', is: 'done', card: null, isLeft: false } as const
    const share = { done: 1, of: 1 }
    const undone = following(ended, { ...undo, by: R(13), isWhole: true, share })
    expect(owedToParent(undone)).toBe('ended')
    expect(undoneSince(undone)).toEqual({ by: [{ id: R(13), card: null }], isWhole: true, share })
    // That undo was undone as well: it holds no more.
    const since = { by: [{ id: R(14), card: null }], isWhole: true }
    const restored = following(told(undone), { ...undo, by: R(13), isWhole: false, since })
    expect(owedToParent(restored)).toBe('ended')
    expect(undoneSince(restored)).toBeUndefined()
  })

  it('is not marked as told of what has happened since', () => {
    const ended = endedWith([row(0)], pending(as('undo')))
    const { revision } = ended
    const undo = { kind: 'followed', how: 'undo', is: 'done', card: null, isLeft: false } as const
    const share = { done: 1, of: 1 }
    const undone = following(ended, { ...undo, by: R(13), isWhole: true, share })
    expect(decide(undone, { kind: 'parentTold', revision }, T0)).toEqual({ ok: false, refusal: 'stale' })
    expect(decide(undone, { kind: 'parentTold' }, T0).ok).toBe(true)
    expect(decide(pending(), { ...undo, by: R(13), isWhole: true }, T0).ok).toBe(false)
  })
})
