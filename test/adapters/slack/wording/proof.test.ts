// What the result says where no answer does: that the offsets prove it, and of what. Never more than they show.

import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { proofInWords } from '../../../../src/adapters/slack/wording/proof.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import type { Note } from '../../../../src/request/notes.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import { endedWith } from '../../../support/requests.ts'
import { many, succeeded, unreported } from '../../../support/results.ts'

const UNCLEAR: Note = { kind: 'unclear', cause: causeOf('noAnswer', '10 s') }

const silent = (topic: string, partitions: number): PartitionResult[] =>
  Array.from({ length: partitions }, (_, index) => ({ ...succeeded(topic, index, 5n), said: null }))
const missed = (topic: string, partitions: number): PartitionResult[] =>
  silent(topic, partitions).map(row => ({
    ...row,
    readBack: row.from,
    outcome: 'failed' as const,
    why: 'notWritten' as const,
  }))

function said(rows: readonly PartitionResult[], { attempt = 1, notes = [UNCLEAR] } = {}) {
  const { state } = endedWith(rows)
  if (!('attempt' in state)) throw new Error('It has not ended.')
  const request = { state: { ...state, attempt } as ResetRequest['state'], notes }
  return (['en', 'zh'] as const).map(language => proofInWords(wordsIn(language), request, rows))
}

describe('what the result says of the evidence', () => {
  it('is nothing where the answer names all of it, or nothing was done', () => {
    expect(said(many(4))).toEqual(['', ''])
    expect(said(missed('orders', 2))).toEqual(['', ''])
  })

  it('is that the offsets prove it, where no answer came', () => {
    expect(said(silent('orders', 4))).toEqual([
      ' No answer from CKafka was received; the offsets prove that the call took effect.',
      '没有收到 CKafka 的响应；位点证明调用已生效。',
    ])
  })

  it('names what came instead of an answer, also in a run that found it all there', () => {
    const stopped = causeOf('answerStopped')
    const told = (instead: string) => {
      const rows = silent('orders', 4)
      const { state } = endedWith(rows)
      if (!('outcome' in state) || state.outcome.kind !== 'done') throw new Error('It is not done.')
      const ended = { ...state, outcome: { ...state.outcome, instead } } as ResetRequest['state']
      return proofInWords(wordsIn('en'), { state: ended, notes: [] }, rows)
    }
    expect(told(stopped)).toMatch(/^ CKafka did not confirm the call \(.+\); the offsets prove/)
    expect(told(causeOf('noAnswer', '10 s'))).toBe(
      ' No answer from CKafka was received; the offsets prove that the call took effect.',
    )
  })

  it('is where it took effect and where it did not, where that is so', () => {
    expect(said([...missed('shipments', 6), ...silent('orders', 4)])).toEqual([
      ' No answer from CKafka was received. The offsets show that the call took effect on 4 partitions, but not on 6.',
      '没有收到 CKafka 的响应。位点显示调用在 4 个分区上已生效，在 6 个分区上没有生效。',
    ])
  })

  it('claims of nothing that it did not take effect, where that is not known', () => {
    for (const other of [unreported('gone'), unreported('shipments', 0)]) {
      expect(said([other, ...silent('orders', 1)])).toEqual([
        ' No answer from CKafka was received. The offsets show that the call took effect on 1 partition.',
        '没有收到 CKafka 的响应。位点显示调用在 1 个分区上已生效。',
      ])
    }
  })

  it('counts no partition that was there before', () => {
    const there = silent('quiet', 3).map(row => ({ ...row, from: row.planned }))
    expect(said([...missed('shipments', 6), ...there])).toEqual(['', ''])
    expect(said([...there, ...silent('orders', 4), ...missed('shipments', 6)])[0]).toContain(
      'on 4 partitions, but not on 6.',
    )
  })

  it('says of a later attempt which it was', () => {
    expect(said(silent('orders', 4), { attempt: 2 })).toEqual([
      ' No answer from CKafka was received. After attempt 2, the offsets prove that the call took effect.',
      '没有收到 CKafka 的响应；第 2 次尝试后，位点证明调用已生效。',
    ])
    expect(said(many(4), { attempt: 2 })).toEqual([
      ' This was attempt 2 of this plan; attempt 1 had no effect.',
      '这是当前计划的第 2 次尝试，此前的尝试没有生效。',
    ])
    expect(said(many(4), { attempt: 3 })[0]).toBe(
      ' This was attempt 3 of this plan; those before it had no effect.',
    )
    // Those before it never reached the API.
    expect(said(many(4), { attempt: 2, notes: [] })).toEqual(['', ''])
  })

  it('names what half an answer leaves out', () => {
    expect(said([succeeded('payments', 0, 5n), ...silent('orders', 4)])).toEqual([
      ' CKafka did not confirm orders; the offsets do.',
      'CKafka 没有确认 orders；位点已在计划的位置。',
    ])
    const part = [succeeded('orders', 9, 5n), ...silent('orders', 2), ...silent('returns', 1)]
    expect(said(part)[0]).toBe(
      ' CKafka did not confirm partitions 0 and 1 of orders and returns; the offsets do.',
    )
    const five = ['a', 'b', 'c', 'd', 'e'].flatMap(topic => silent(topic, 1))
    expect(said([succeeded('orders', 0, 5n), ...five])[0]).toBe(
      ' CKafka did not confirm a, b, c and 2 more; the offsets do.',
    )
  })
})
