// The modal for an undo or a second try: what it offers, what it says it cannot do, and what comes back from it.

import type { ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followUpMetadataSchema } from '../../../../src/adapters/slack/blocks/ids.ts'
import { followUpModal, noFollowUp, readFollowUp } from '../../../../src/adapters/slack/follow-up/view.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { keyOfFollowUp } from '../../../../src/request/digest.ts'
import { type FollowUp, type FollowUps, retryOf, undoOf } from '../../../../src/request/follow-up.ts'
import type { Abilities } from '../../../../src/request/group.ts'
import { requestIdSchema } from '../../../../src/request/request.ts'
import type { Strategy } from '../../../../src/request/reset.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import type { SlackView } from '../../../../src/sandbox/slack/face.ts'
import { enteredState, initialState } from '../../../../src/sandbox/slack/inputs.ts'
import { renderView } from '../../../../src/sandbox/slack/render.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import { allArrived, HERE, HOSTILE, pending, someReset } from '../../../support/requests.ts'

const words = wordsIn('en')

const V2: Abilities = { logStart: false, firstMessageAt: false, writePartitions: false }
const V3: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }

const textOf = (view: ModalView) =>
  renderView({ submit: null, ...view, state: { values: {} } } as unknown as SlackView, {
    userName: id => id,
  })
    .map(line => line.replace(/^[│|]\s?|\s*[│|]$/g, ''))
    .join(' ')
    .replace(/\s+/g, ' ')

const to = (strategy: Strategy, topics: string[], partitions = 2): FollowUp => ({
  reset: { ...someReset, strategy, topics },
  targets: null,
  partitions,
})
const offsets = (count: number, topics = 1): FollowUp[] =>
  Array.from({ length: count }, (_, index) =>
    to(
      { kind: 'offset', offset: BigInt(index) },
      Array.from({ length: topics }, (_each, at) => `topic-${index}-${at}`),
    ),
  )
const reasonOf = (value: string) => ({ reason: { type: 'plain_text_input', value } })
const only = (...possible: FollowUp[]): FollowUps => ({ possible, impossible: [] })

/** What Slack sends when the reason is left as it is and a choice made, if there is one. */
function stateOf(view: ModalView, chosen?: string) {
  const nobody = { userId: () => undefined, channelId: () => undefined }
  const inputs = (
    view.blocks as { type: string; block_id: string; element: Record<string, unknown> }[]
  ).filter(block => block.type === 'input')
  return Object.fromEntries(
    inputs.map(({ block_id, element }) => {
      const own = JSON.parse(JSON.stringify(element))
      const state =
        block_id === 'choice' && chosen !== undefined
          ? enteredState(own, chosen, nobody)
          : { ok: true, state: initialState(own) }
      return [block_id, { [String(element.action_id)]: 'state' in state ? state.state : state }]
    }),
  )
}

describe('the modal', () => {
  it('says what it puts back, asks why, begins there, and carries no offset', () => {
    const request = pending()
    const view = followUpModal(words, 'undo', request, undoOf(request.reset, allArrived(request), V3), HERE)
    expect(validateView(view)).toEqual([])
    expect(view.title.text).toBe('Undo R-12')
    expect(view.submit?.text).toBe('Request Reset')
    expect(textOf(view)).toContain(
      'Puts back what R-12 moved: orders-billing back to where it was (4 partitions). Topics: orders, payments',
    )
    expect(textOf(view)).toContain('Why undo? > (empty)')
    expect(JSON.stringify(view.blocks)).toContain('"focus_on_load":true')
    expect(followUpMetadataSchema.parse(JSON.parse(view.private_metadata ?? ''))).toEqual({
      requestId: 'R-12',
      kind: 'undo',
      askedIn: 'C0OPS',
      offered: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })

  it('says what a second try does', () => {
    const view = followUpModal(words, 'retry', pending(), only(to({ kind: 'earliest' }, ['orders'], 3)), HERE)
    expect(view.title.text).toBe('Retry R-12')
    expect(textOf(view)).toContain(
      'Tries again what R-12 did not do: orders-billing to the earliest message kept (replays everything), 3 partitions. Topics: orders',
    )
    expect(textOf(view)).toContain(
      '> Retry of R-12, which was not carried out. Reason of R-12: wrong VAT rate',
    )
  })

  it('fills in what failed, and of which nobody knows, where something was missed', () => {
    const request = pending()
    const rows = allArrived(request).map((row, index): PartitionResult => {
      if (index === 0) return row
      return { ...row, readBack: row.from, outcome: index === 3 ? 'unreported' : 'failed' }
    })
    const reasonIn = (language: 'en' | 'zh') => {
      const view = followUpModal(wordsIn(language), 'retry', request, retryOf(request.reset, rows, V3), HERE)
      return readFollowUp(stateOf(view))?.reason
    }
    // What everybody will read is in the language that they share.
    const shared = followUpModal(
      wordsIn('en'),
      'retry',
      request,
      retryOf(request.reset, rows, V3),
      HERE,
      wordsIn('zh'),
    )
    expect(readFollowUp(stateOf(shared))?.reason).toBe(reasonIn('zh'))
    expect(reasonIn('en')).toBe(
      'Retry of R-12: orders p1; payments p0 failed; payments p1 not confirmed. Reason of R-12: wrong VAT rate since 06:00',
    )
    expect(reasonIn('zh')).toContain('orders p1；payments p0 失败；payments p1 未确认。')
  })

  it('says of an undo of what was delivered again that only offsets are put back', () => {
    const undoing = (request: ReturnType<typeof pending>) =>
      textOf(followUpModal(words, 'undo', request, only(...offsets(1)), HERE))
    const said = 'Only offsets are put back: messages that were delivered again stay delivered.'
    expect(undoing(pending())).toContain(said)
    const strategy = { kind: 'shift', direction: 'skip', count: 10n } as const
    expect(undoing(pending({ reset: { ...someReset, strategy } }))).not.toContain(said)
  })

  it('means the same one, whatever has been added before it since', () => {
    const [, second = to({ kind: 'latest' }, [])] = offsets(2, 2)
    const view = followUpModal(words, 'undo', pending(), only(...offsets(2, 2)), HERE)
    const typed = { ...stateOf(view, 'topic-1-0 and 1 more, 2 partitions'), reason: reasonOf('because') }
    const picked = readFollowUp(typed)?.key
    expect(picked).toBe(keyOfFollowUp(second))
    const since = [to({ kind: 'latest' }, ['new']), ...offsets(2, 2)]
    expect(since.findIndex(each => keyOfFollowUp(each) === picked)).toBe(2)
    expect(words.followUp.changed('R-12')).toBe(
      'What is left of R-12 has changed since you opened this, so nothing was requested. Press the button on its card again.',
    )
  })

  it('says what cannot be done, and why', () => {
    const impossible: FollowUps['impossible'] = [
      { topic: 'orders', partitions: 3, why: 'severalOffsets' },
      { topic: 'payments', partitions: 1, why: 'noCommitBefore' },
      { topic: 'refunds', partitions: 1, why: 'partly' },
    ]
    const view = followUpModal(words, 'undo', pending(), { possible: offsets(1), impossible }, HERE)
    expect(validateView(view)).toEqual([])
    for (const said of [
      'What cannot be put back:',
      '• orders: its partitions had different offsets, and API 2.0 can only send one number.',
      '• payments: 1 partition cannot go back: where nothing was committed before, a commit can be replaced but not taken away.',
      '• refunds: only a part of it was missed, and shifting the whole topic again would move the rest twice.',
    ]) {
      expect(textOf(view)).toContain(said)
    }
    expect(
      textOf(followUpModal(words, 'retry', pending(), { possible: offsets(1), impossible }, HERE)),
    ).toContain('What cannot be tried again:')
  })

  it.each([1, 2, 10, 11, 100, 500])('with %i possible is a view Slack accepts, and can be sent', count => {
    const view = followUpModal(words, 'retry', pending(), only(...offsets(count, 2)), HERE)
    expect(validateView(view)).toEqual([])
    const last = Math.min(count, 100) - 1
    const chosen = count === 1 ? undefined : `topic-${last}-0 and 1 more, 2 partitions`
    expect(readFollowUp(stateOf(view, chosen))).toEqual({
      reason: 'Retry of R-12, which was not carried out. Reason of R-12: wrong VAT rate since 06:00',
      key: count === 1 ? null : keyOfFollowUp(offsets(count, 2)[last] ?? to({ kind: 'latest' }, [])),
    })
    if (count > 100) expect(textOf(view)).toContain('… and 400 more than Slack can list.')
    if (count > 1) expect(textOf(view)).toContain(`takes ${count} requests`)
  })

  it('is a view Slack accepts whatever the names and the reason are', () => {
    for (const text of HOSTILE) {
      const reset = { ...someReset, topics: [text], target: { instanceId: text, group: text } }
      const request = pending({ reset, reason: text })
      const impossible = Array(30).fill({ topic: text, partitions: 2, why: 'partly' as const })
      for (const possible of [
        [to({ kind: 'group', group: text }, [text, 'x'.repeat(249)])],
        Array(200).fill(to({ kind: 'group', group: text }, [text])),
        [to({ kind: 'latest' }, Array(500).fill('y'.repeat(249)))],
      ]) {
        const view = followUpModal(words, 'retry', request, { possible, impossible }, HERE)
        expect(validateView(view)).toEqual([])
        expect(JSON.stringify(view.blocks)).not.toContain('"mrkdwn"')
        expect(JSON.stringify(view)).not.toMatch(/\\u00|[\u061c\u200f\u2028\u202a-\u202e\u2066-\u2069]/)
      }
      const said = noFollowUp(words, 'undo', request, { possible: [], impossible })
      expect(said).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
      expect(said.length).toBeLessThan(3_000)
    }
  })
})

describe('where nothing is possible, a sentence says why', () => {
  const request = pending()
  it.each<['undo' | 'retry', FollowUps | null, string]>([
    [
      'undo',
      null,
      'R-12 left no result to work from, so it cannot be undone. Look at the offsets in the CKafka console, then ask with /reset-offsets.',
    ],
    ['undo', only(), 'R-12 moved no offset, so there is nothing to put back.'],
    ['retry', only(), 'R-12 missed no partition that could be tried again.'],
    [
      'undo',
      { possible: [], impossible: [{ topic: 'orders', partitions: 3, why: 'severalOffsets' }] },
      'R-12 cannot be undone exactly:\n• orders: its partitions had different offsets, and API 2.0 can only send one number.',
    ],
  ])('%s, %o', (kind, followUps, sentence) => {
    expect(noFollowUp(words, kind, request, followUps)).toBe(sentence)
  })

  it('names the requests that have done it, or are about to', () => {
    const by = [requestIdSchema.parse('R-13')]
    const none = { possible: [], impossible: [] }
    const said = (language: 'en' | 'zh', kind: 'undo' | 'retry', found: FollowUps) =>
      noFollowUp(wordsIn(language), kind, request, found)
    expect(said('en', 'undo', { ...none, by })).toBe('R-13 undid R-12 already.')
    expect(said('en', 'retry', { ...none, by })).toBe('R-13 has already retried what R-12 did not do.')
    expect(said('en', 'retry', { ...none, open: by })).toBe(
      'R-13 is an open request to retry what R-12 did not do. Use that one, or wait until it has ended.',
    )
    expect(said('en', 'undo', { ...none, by, open: [...by, requestIdSchema.parse('R-14')] })).toBe(
      'R-13 and R-14 are open requests to undo R-12. Use those, or wait until they have ended.',
    )
    const impossible: FollowUps['impossible'] = [{ topic: 'orders', partitions: 3, why: 'severalOffsets' }]
    expect(said('en', 'undo', { possible: [], impossible, open: by }).split('\n')[0]).toBe(
      'R-13 is an open request to undo R-12. Use that one, or wait until it has ended.',
    )
    expect(said('zh', 'undo', { ...none, by })).toBe('R-12 已被 R-13 撤销。')
    expect(said('zh', 'retry', { ...none, by })).toBe('R-13 已重试 R-12 未完成的部分。')
    expect(said('zh', 'retry', { ...none, open: by })).toContain('请直接处理该申请')
    expect(said('zh', 'undo', { ...none, open: by })).toContain('R-13 已在申请撤销 R-12')
  })

  it('names a few topics and counts the others', () => {
    const moved = Array.from({ length: 9 }, (_, index): PartitionResult[] =>
      [0, 1].map(partition => ({
        topic: `t${index}`,
        partition,
        from: BigInt(partition),
        planned: null,
        said: null,
        readBack: 9n,
        outcome: 'succeeded',
        why: null,
      })),
    ).flat()
    const said = noFollowUp(words, 'undo', request, undoOf(request.reset, moved, V2))
    expect(said.split('\n')).toHaveLength(5)
    expect(said).toContain('• 6 more topics.')
  })
})

describe('what a person sends back', () => {
  const state = (reason: unknown, choice?: unknown) => ({
    reason: { reason: { type: 'plain_text_input', value: reason } },
    ...(choice === undefined ? {} : { choice: { choice: { selected_option: choice } } }),
  })

  it('is a reason and the one that was chosen', () => {
    expect(readFollowUp(state(' because '))).toEqual({ reason: 'because', key: null })
    expect(readFollowUp(state('because', { value: '0f43dce056f186f8' }))).toEqual({
      reason: 'because',
      key: '0f43dce056f186f8',
    })
    // A place among others, as views of before had it, may be another one by now.
    expect(readFollowUp(state('because', { value: '7' }))).toBeUndefined()
  })

  it('is nothing when it is not what the modal asks for', () => {
    for (const wrong of [null, {}, state(null), state('  '), state('x', { value: '-1' }), state('x', null)]) {
      expect(readFollowUp(wrong)).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.anything(), garbage => {
        expect(readFollowUp(garbage)).toBeUndefined()
      }),
    )
  })
})
