// A card that is not there any more, or cannot be reached: posted again or drawn again, as often and as late as is right.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { owed, REFUSED_POST_RETRY_MS } from '../../src/request/owed.ts'
import { cardTsOf, isOpenRequest, type ResetRequest, requestSchema } from '../../src/request/request.ts'
import { REPOST_AFTER_MS } from '../../src/request/telling.ts'
import {
  allSucceeded,
  approve,
  cardPosted,
  everyState,
  finish,
  following,
  pending,
  reject,
  start,
  T0,
} from '../support/requests.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const cardTs = (request: ResetRequest) => cardTsOf(request) ?? 'none'
const shown = (request: ResetRequest): Command => ({
  kind: 'cardShown',
  by: 'p1',
  revision: request.revision,
})
const refused = (request: ResetRequest, code: string, ts = cardTs(request)): Command => ({
  kind: 'cardRefused',
  by: 'p1',
  revision: request.revision,
  ts,
  code,
})
const dueOf = (request: ResetRequest, kind: string, nowMs: number) =>
  owed(request, nowMs).find(debt => debt.kind === kind)?.dueAtMs
const cardDueAt = (request: ResetRequest, nowMs: number) =>
  owed(request, nowMs).find(debt => debt.kind === 'post' && debt.key === 'card')?.dueAtMs

const there = following(pending({ expiresAtMs: T0 + 30 * DAY }), cardPosted)
const drawn = following(there, shown(there))

describe('a card that was deleted', () => {
  it('is found out about soon, and at least hourly, while the request is open, and not when it is over', () => {
    const seenAtMs = drawn.cardSeenAtMs
    expect(dueOf(drawn, 'checkCard', T0)).toBe(seenAtMs + MINUTE)
    const later = following(drawn, [shown(drawn), T0 + 20 * MINUTE])
    expect(dueOf(later, 'checkCard', T0)).toBe(T0 + 40 * MINUTE)
    const old = following(drawn, [shown(drawn), T0 + 3 * DAY])
    expect(dueOf(old, 'checkCard', T0)).toBe(T0 + 3 * DAY + HOUR)
    for (const [name, state] of everyState()) {
      const request = following(state, cardPosted)
      const told = following(request, shown(request))
      expect([name, dueOf(told, 'checkCard', T0) !== undefined]).toEqual([name, isOpenRequest(told)])
    }
  })

  it('is owed again at once, then ever later, and after a few times not any more', () => {
    let request = drawn
    let nowMs = T0 + HOUR
    for (const [index, afterMs] of REPOST_AFTER_MS.entries()) {
      request = following(request, [refused(request, 'message_not_found'), nowMs])
      expect(cardDueAt(request, nowMs)).toBe(nowMs + afterMs)
      nowMs += afterMs
      request = following(request, [
        { kind: 'posted', key: 'card', ts: `again ${index}`, revision: request.revision },
        nowMs,
      ])
      expect(cardTs(request)).toBe(`again ${index}`)
    }
    const last = following(request, [refused(request, 'message_not_found'), nowMs])
    expect(cardTs(last)).toBe(cardTs(request))
    expect(cardDueAt(last, nowMs)).toBeUndefined()
    expect(dueOf(last, 'updateCard', nowMs)).toBeUndefined()
  })

  it('is not posted twice when two notice, nor when one notices late', () => {
    const first = following(drawn, refused(drawn, 'message_not_found'))
    expect(() => following(first, refused(drawn, 'message_not_found', cardTs(drawn)))).toThrow('stale')
    const again = following(first, { kind: 'posted', key: 'card', ts: 'new', revision: first.revision })
    expect(() => following(again, refused(drawn, 'message_not_found', cardTs(drawn)))).toThrow('stale')
    const reply = {
      kind: 'postRefused',
      key: 'note-0',
      by: 'p1',
      code: 'thread_not_found',
      retryAtMs: T0,
      cardTs: cardTs(drawn),
    } as const
    const late = following(again, reply)
    expect(cardTs(late)).toBe('new')
    expect(late.posts['note-0']).toMatchObject({ state: 'waiting' })
  })

  it('is noticed by a reply too, which then goes under the new one', () => {
    const voted = following(drawn, approve)
    const gone = following(voted, {
      kind: 'postRefused',
      key: 'note-0',
      by: 'p1',
      code: 'thread_not_found',
      retryAtMs: T0,
      cardTs: cardTs(drawn),
    })
    const debts = owed(gone, T0 + 1_000).filter(debt => debt.kind === 'post')
    expect(debts.map(debt => debt.key)).toEqual(['card', 'direct-1'])
    const again = following(gone, { kind: 'posted', key: 'card', ts: 'new', revision: gone.revision })
    expect(owed(again, T0 + 2_000)).toContainEqual(
      expect.objectContaining({ kind: 'post', key: 'note-0', look: false }),
    )
  })

  it('stays deleted once the request is over', () => {
    const over = following(drawn, reject)
    expect(following(over, refused(over, 'message_not_found')).posts.card).toEqual(over.posts.card)
  })

  it('is posted anew at most so often, whatever is deleted, refused, lost or said late', () => {
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom('delete', 'late', 'show', 'look', 'approve'),
        passMs: fc.integer({ min: 0, max: 4 * HOUR }),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(acts, steps => {
        let request = drawn
        let nowMs = T0 + 1_000
        let posts = 1
        const earlier = [cardTs(request)]
        const alive = new Set(earlier)
        const attempt = (command: Command) => {
          try {
            request = following(request, [command, nowMs])
          } catch {
            // Refused as stale: nothing has changed.
          }
        }
        for (const { act, passMs } of steps) {
          nowMs += passMs
          if (act === 'delete') alive.clear()
          if (act === 'late' && !alive.has(earlier[0] ?? ''))
            attempt(refused(request, 'message_not_found', earlier[0]))
          if (act === 'approve' && request.state.name === 'pending') attempt(approve)
          if (act === 'show' && alive.has(cardTs(request))) attempt(shown(request))
          for (const debt of owed(request, nowMs).filter(({ dueAtMs }) => dueAtMs <= nowMs)) {
            if (debt.kind === 'post' && debt.key === 'card') {
              expect([...alive]).toEqual([])
              posts += 1
              const ts = `ts ${posts}`
              attempt({ kind: 'claimPost', key: 'card', by: 'p1', untilMs: nowMs + 15_000 })
              attempt({ kind: 'posted', key: 'card', ts, revision: request.revision })
              earlier.push(ts)
              alive.add(ts)
            } else if (debt.kind === 'updateCard' || debt.kind === 'checkCard') {
              attempt(alive.has(cardTs(request)) ? shown(request) : refused(request, 'message_not_found'))
            }
          }
        }
        expect(posts).toBeLessThanOrEqual(1 + REPOST_AFTER_MS.length)
        if (posts > REPOST_AFTER_MS.length) return
        // Time goes by and nobody deletes any more: the card is there.
        for (let step = 0; step < 10; step++) {
          nowMs += 4 * HOUR
          for (const debt of owed(request, nowMs).filter(({ dueAtMs }) => dueAtMs <= nowMs)) {
            if (debt.kind === 'post' && debt.key === 'card') {
              attempt({ kind: 'posted', key: 'card', ts: `end ${step}`, revision: request.revision })
              alive.add(`end ${step}`)
            } else if (debt.kind === 'updateCard' || debt.kind === 'checkCard') {
              attempt(alive.has(cardTs(request)) ? shown(request) : refused(request, 'message_not_found'))
            }
          }
        }
        expect([...alive]).toEqual([cardTs(request)])
        expect(request.cardRevision).toBe(request.revision)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a channel that is closed', () => {
  for (const code of [
    'is_archived',
    'is_inactive',
    'channel_not_found',
    'not_in_channel',
    'restricted_action',
  ]) {
    it(`(${code}) has its card drawn once it is open again, tried ever more rarely`, () => {
      let request = following(drawn, approve)
      let nowMs = T0 + 1_000
      const waits: number[] = []
      for (let tries = 0; tries < 12; tries++) {
        request = following(request, [refused(request, code), nowMs])
        const dueAtMs = dueOf(request, 'updateCard', nowMs) ?? Number.NaN
        waits.push(dueAtMs - nowMs)
        nowMs = dueAtMs
      }
      expect(waits[0]).toBe(MINUTE)
      expect(waits).toEqual([...waits].sort((a, b) => a - b))
      expect(waits.at(-1)).toBe(30 * MINUTE)
      const again = following(request, [shown(request), nowMs])
      expect([again.cardRevision, again.cardShutSinceMs]).toEqual([again.revision, null])
    })
  }

  const reply = (key: `note-${number}`, code: string): Command => ({
    kind: 'postRefused',
    key,
    by: 'p1',
    code,
    retryAtMs: 0,
    cardTs: cardTs(drawn),
  })
  const posted = (key: `note-${number}`): Command => ({ kind: 'posted', key, ts: key, revision: 0 })
  const repliesDue = (request: ResetRequest, nowMs: number) =>
    owed(request, nowMs).flatMap(debt =>
      debt.kind === 'post' && debt.key.startsWith('note-') && debt.dueAtMs <= nowMs ? [debt.key] : [],
    )

  it('has the replies that it did not take told once it is open, in their order', () => {
    let request = following(drawn, approve, shown(drawn))
    let nowMs = T0 + 2_000
    const waits: number[] = []
    for (let tries = 0; tries < 12; tries++) {
      request = following(
        request,
        [{ kind: 'claimPost', key: 'note-0', by: 'p1', untilMs: nowMs + 15_000 }, nowMs],
        [{ ...reply('note-0', 'is_archived'), retryAtMs: nowMs + REFUSED_POST_RETRY_MS } as Command, nowMs],
      )
      expect(repliesDue(request, nowMs)).toEqual([])
      const post = request.posts['note-0']
      if (post?.state !== 'refused') throw new Error('It is not refused.')
      waits.push(post.retryAtMs - nowMs)
      nowMs = post.retryAtMs
      expect(repliesDue(request, nowMs)).toEqual(['note-0'])
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBe(30 * MINUTE)
    const told = following(request, [posted('note-0'), nowMs])
    expect(repliesDue(told, nowMs)).toEqual(['note-1'])
  })

  it('is waited for a day by what a request that is over still has to tell, and not longer', () => {
    const done = following(drawn, approve, start, finish(allSucceeded))
    const shut = following(done, [refused(done, 'is_archived'), T0 + 1_000])
    expect(dueOf(shut, 'updateCard', T0 + 1_000)).toBe(T0 + 1_000 + MINUTE)
    const late = following(shut, [refused(shut, 'is_archived'), T0 + 1_000 + DAY])
    expect(dueOf(late, 'updateCard', T0 + DAY)).toBeUndefined()
    const told = following(late, [reply('note-0', 'is_archived'), T0 + 1_000])
    expect(repliesDue(told, T0 + 1_000 + DAY - 1)).toEqual(['note-0'])
    expect(repliesDue(told, T0 + 1_000 + DAY)).toEqual(['note-1'])
  })

  it('keeps no reply that was told in the other channel meanwhile', () => {
    const elsewhere = following({ ...drawn, elsewhere: 'C0OTHER' }, reply('note-0', 'is_archived'), {
      kind: 'posted',
      key: 'elsewhere-note-0',
      ts: '1',
      revision: 0,
    })
    expect(repliesDue(elsewhere, T0 + DAY)).toEqual([])
  })
})

it('reads a record that was written before any of this was kept', () => {
  const { cardSeenAtMs: _, cardShutSinceMs: __, cardsLost: ___, ...old } = drawn
  const written = JSON.parse(
    JSON.stringify(old, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
  )
  expect(requestSchema.parse(written)).toMatchObject({
    cardSeenAtMs: 0,
    cardShutSinceMs: null,
    cardsLost: 0,
  })
})
