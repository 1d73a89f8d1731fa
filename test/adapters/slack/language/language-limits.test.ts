// Every rendering in every language: within Slack's limits at its worst, and never cut where nothing is long.

import type { ModalView } from '@slack/types'
import { describe, expect, it } from 'vitest'
import { followUpModal, noFollowUp } from '../../../../src/adapters/slack/follow-up/view.ts'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../../../src/adapters/slack/language/sentences.ts'
import { sentenceModal } from '../../../../src/adapters/slack/platform/sentence-views.ts'
import type { GroupStatus } from '../../../../src/adapters/slack/reset-form/group-status.ts'
import {
  groupChoices,
  instanceChoices,
  topicChoices,
  topicSearch,
} from '../../../../src/adapters/slack/reset-form/pickers.ts'
import { resetForm } from '../../../../src/adapters/slack/reset-form/view.ts'
import { afterwardsModal, glassModal } from '../../../../src/adapters/slack/review/break-glass.ts'
import { movedModal, reviewModal } from '../../../../src/adapters/slack/review/view.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { planCsv, resultCsv } from '../../../../src/adapters/slack/thread/csv-files.ts'
import { directMessage } from '../../../../src/adapters/slack/thread/direct.ts'
import { elsewhereCard, elsewhereReply } from '../../../../src/adapters/slack/thread/elsewhere.ts'
import { cardTroubleMessage, noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import { refusalSentence } from '../../../../src/adapters/slack/wording/words.ts'
import type { Look } from '../../../../src/ports/approvals.ts'
import type { LongNames } from '../../../../src/ports/chat.ts'
import type { ReadOutcome } from '../../../../src/request/api-answer.ts'
import { NOWHERE } from '../../../../src/request/command.ts'
import type { FollowUps } from '../../../../src/request/follow-up.ts'
import type { Guard } from '../../../../src/request/guard.ts'
import type { Note } from '../../../../src/request/notes.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import { requestIdSchema } from '../../../../src/request/request.ts'
import type { ResetFields, Strategy } from '../../../../src/request/reset.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import type { Refusal } from '../../../../src/request/step.ts'
import { validateMessage, validateView } from '../../../../src/sandbox/slack/validate.ts'
import {
  DIGEST,
  EMPTY,
  everyState,
  HERE,
  HOSTILE,
  IN_USE,
  pending,
  positionsOf,
  rowsOf,
  someDifferences,
  someReset,
  T0,
} from '../../../support/requests.ts'
import { viewWith } from '../reset-form/choices-view.ts'

const BASE = 'https://acme.slack.com/'
const BIG = 2n ** 63n - 1n
const LONG_ID = requestIdSchema.parse('R-100000000000000')
const CROWD = Array.from({ length: 40 }, () => ({ clientId: 'c'.repeat(200), host: 'h'.repeat(200) }))
const longTopics = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index}-`.padEnd(249, 'x'))
const names: LongNames = { tokenOf: name => `~${name.length}`, nameOf: async token => token }
const STRATEGIES: Strategy['kind'][] = ['shift', 'time', 'earliest', 'latest', 'offset', 'group', 'offsets']

const need = (label: string) => ({
  label: label.repeat(100),
  from: Array.from({ length: 40 }, (_, index) => `U0${label.toUpperCase()}${index}`),
  count: 3,
})
const LARGEST_GUARD: Partial<Guard> = {
  typedGroup: true,
  approvals: 9,
  rule: 'r'.repeat(100),
  needs: [need('a'), need('b'), need('c')],
  window: { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, untilMinute: 1_440, zone: 'America/Argentina/Salta' },
  tell: ['C0AUDIT'],
}

/** As much of everything as can be. */
function largest(strategy: Strategy): ResetRequest {
  const topics = longTopics(500)
  const reset = {
    ...someReset,
    strategy,
    topics,
    target: { instanceId: 'i'.repeat(64), group: 'g'.repeat(255) },
  }
  const parent = { id: LONG_ID, kind: 'undo' } as const
  return pending(
    { id: LONG_ID, reset, parent, reason: 'r'.repeat(1_000), skipToEnd: true },
    {
      facts: {
        positions: positionsOf(topics.slice(250), { committed: 0n, logStart: 0n, logEnd: 10n ** 15n }),
      },
      group: { state: 'Stable', members: CROWD },
      guard: LARGEST_GUARD,
      movedSince: 9_999,
    },
  )
}

const resultOf = (topic: string, message: string, partitions = 60): PartitionResult[] =>
  (['failed', 'unreported', 'moved-after', 'clamped', 'succeeded'] as const).flatMap((outcome, kind) =>
    Array.from({ length: partitions }, (_, partition) => ({
      topic: `${kind}-${topic}`,
      partition: 2_147_483_000 + partition,
      from: BIG,
      planned: BIG,
      said: outcome === 'failed' ? { offset: null, code: 53, message } : null,
      readBack: BIG,
      outcome,
      why: outcome === 'unreported' ? ('notReported' as const) : null,
    })),
  )

const REFUSALS: Refusal[] = [
  ...(['ownRequest', 'notApprover', 'notRequester', 'noteMissing', 'groupNotTyped', 'alreadyVoted'] as const),
  ...(['noVote', 'notBreakGlass', 'outsideWindow', 'planChanged', 'preparing'] as const),
  ...(['expired', 'decided', 'inUse', 'checking', 'stale'] as const),
]

const EXTRA_NOTES: Note[] = [
  { kind: 'withdrawn', by: 'U0BOB', approvals: 1, needed: 2 },
  { kind: 'reguarded', rule: 'r'.repeat(500), approvals: 0, needed: 2 },
  { kind: 'escalated', label: 'l'.repeat(500), to: ['S0LEADS', 'U0CAROL'] },
  { kind: 'glassBroken', by: 'U0BOB', reason: 'r'.repeat(5_000) },
  { kind: 'reviewed', by: 'U0BOB', note: 'n'.repeat(5_000) },
]

/** Every short text of a payload that Slack would show cut: they end in an ellipsis that no language says. */
function cutIn(payload: unknown): string[] {
  const found: string[] = []
  JSON.stringify(payload, (_key, value) => {
    if (value?.type === 'plain_text' && `${value.text}`.endsWith('…')) found.push(value.text)
    return value
  })
  return found
}

describe.each(LANGUAGES)('in %s', language => {
  const words = wordsIn(language)
  const form = (fields: ResetFields, notes: string[] = [], status?: GroupStatus): ModalView =>
    resetForm(words, fields, {
      instances: [],
      names,
      can: { writePartitions: true },
      metadata: { askedIn: HERE, cardIn: 'C0OPS', notes },
      ...(status === undefined ? {} : { status }),
    })
  const looks: (Look | undefined)[] = [
    undefined,
    { kind: 'holds', verdict: 'unchanged', group: EMPTY },
    { kind: 'holds', verdict: 'consuming', group: { state: 'Stable', members: CROWD } },
    { kind: 'notSeen', cause: 'no answer '.repeat(300) },
  ]

  function expectMessage(message: { text: string; blocks: unknown[] }): void {
    expect(validateMessage(message)).toEqual([])
    expect([...message.text].length).toBeLessThanOrEqual(4_000)
    const unmarked = message.text.replace(/<[@#][A-Z0-9]+>|<!subteam\^[A-Z0-9]+>/g, '')
    expect(unmarked).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
  }

  it.each(everyState())(
    'a request that is %s fits wherever it is shown, and nothing is cut',
    (_state, request) => {
      expectMessage(card(words, request))
      expect(cutIn(card(words, request))).toEqual([])
      expectMessage(elsewhereCard(words, request))
      expectMessage(cardTroubleMessage(words, request))
      for (const note of [...request.notes, ...EXTRA_NOTES, { kind: 'ended' } as const]) {
        const reply = noteReply(words, request, note, { result: resultOf('orders', 'why not') })
        expectMessage(reply)
        expect(cutIn(reply)).toEqual([])
        expectMessage(elsewhereReply(words, request, noteReply(words, request, note, {})))
      }
      for (const look of looks) {
        const view = reviewModal(words, request, rowsOf(request.reset), look)
        expect(validateView(view)).toEqual([])
        expect(cutIn(view)).toEqual([])
      }
      for (const [index, { kind }] of request.notes.entries()) {
        if (kind !== 'planned' && kind !== 'resultFile') {
          expectMessage(directMessage(words, request, `direct-${index}`, BASE))
        }
      }
      expectMessage(directMessage(words, request, 'ping-0', BASE))
      const glass = { by: 'U0BOB', reason: 'r'.repeat(1_000), atMs: T0, review: null }
      for (const view of [
        glassModal(words, request, NOWHERE),
        afterwardsModal(words, { ...request, glass }, NOWHERE),
      ]) {
        expect(validateView(view)).toEqual([])
        expect(cutIn(view)).toEqual([])
      }
      for (const refusal of REFUSALS) {
        const view = sentenceModal(
          words,
          words.answers.notChanged(request.id),
          refusalSentence(words, refusal, request),
        )
        expect(validateView(view)).toEqual([])
        expect(cutIn(view)).toEqual([])
      }
    },
  )

  it.each<Strategy>([
    { kind: 'shift', direction: 'skip', count: BIG },
    { kind: 'time', timeMs: T0 + 9 },
    { kind: 'latest' },
    { kind: 'group', group: 'o'.repeat(255) },
  ])('the largest request there can be fits, %o', strategy => {
    const request = largest(strategy)
    expectMessage(card(words, request))
    for (const result of [[], resultOf('t'.repeat(249), '<&>'.repeat(1_000))]) {
      for (const note of [...request.notes, ...EXTRA_NOTES, { kind: 'ended' } as const]) {
        expectMessage(noteReply(words, request, note, { result }))
      }
      for (const evidence of ['neither', 'present', 'unread'] as const) {
        expectMessage(noteReply(words, request, { kind: 'asked', attempt: 8, evidence }, { result }))
      }
    }
    for (const look of looks) {
      const view = reviewModal(words, request, rowsOf(request.reset).slice(0, 10_000), look)
      expect(validateView(view)).toEqual([])
    }
    expect(validateView(movedModal(words, someDifferences, DIGEST))).toEqual([])
    expect(validateView(glassModal(words, request, NOWHERE))).toEqual([])
    expectMessage(directMessage(words, request, 'ping-0', BASE))
  })

  it.each(HOSTILE.map(text => [text.slice(0, 20), text]))('hostile text fits, %j …', (_name, text) => {
    const target = { instanceId: text, group: text }
    const reset = { ...someReset, topics: [text, 'x'.repeat(249)], target }
    // Each state with each text is in the tests of the card; here it is the words around it that differ.
    for (const [, request] of everyState({ reset, reason: text }).filter(
      (_state, index) => index % 4 === 0,
    )) {
      expectMessage(card(words, request))
      expectMessage(elsewhereCard(words, request))
      for (const note of request.notes) {
        const reply = noteReply(words, request, note, { result: resultOf(text, text, 12) })
        expectMessage(reply)
      }
    }
    const group = { state: 'Stable' as const, members: Array(9).fill({ clientId: text, host: text }) }
    const look = { kind: 'holds', verdict: 'harmless', group } as const
    expect(validateView(reviewModal(words, pending({ reset, reason: text }), [], look))).toEqual([])
  })

  it('the form fits with every strategy, and nothing in it is cut', () => {
    for (const strategy of [...STRATEGIES, undefined]) {
      for (const scope of ['topics', 'allTopics', undefined] as const) {
        const view = form({ ...(strategy && { strategy }), ...(scope && { scope }), topics: 'orders:0,1' })
        expect(validateView(view)).toEqual([])
        expect(cutIn(view)).toEqual([])
      }
    }
  })

  it('the form fits whatever was typed and whoever is connected', () => {
    const notes = Array.from({ length: 40 }, () => '字'.repeat(4_000))
    const positions = longTopics(500).map(topic => ({
      topic,
      partition: 0,
      committed: BIG,
      logStart: null,
      logEnd: BIG,
    }))
    const sights: GroupStatus[] = [
      { kind: 'reading' },
      {
        kind: 'seen',
        group: { kind: 'read', value: { state: 'Stable', members: CROWD } },
        positions: { kind: 'read', value: positions },
      },
      {
        kind: 'seen',
        group: { kind: 'refused', reason: 'other', code: 'c'.repeat(900), message: 'm'.repeat(900) },
        positions: { kind: 'unavailable', cause: 'no answer' },
      },
    ]
    for (const status of sights) {
      expect(
        validateView(form({ topics: longTopics(101).join('\n'), scope: 'topics' }, notes, status)),
      ).toEqual([])
    }
  })

  it('an undo and a retry fit, and nothing in them is cut', () => {
    const next = { reset: someReset, targets: null, partitions: 9_999 }
    const impossible = (['noCommitBefore', 'severalOffsets', 'partly'] as const).map(why => ({
      topic: 'orders',
      partitions: 9_999,
      why,
    }))
    const many: FollowUps = { possible: Array(500).fill(next), impossible: Array(20).fill(impossible).flat() }
    for (const kind of ['undo', 'retry'] as const) {
      for (const found of [many, { possible: [next], impossible }]) {
        const view = followUpModal(words, kind, pending(), found, HERE)
        expect(validateView(view)).toEqual([])
        expect(cutIn(view)).toEqual([])
      }
      for (const found of [null, { possible: [], impossible: [] }, { possible: [], impossible }]) {
        const said = noFollowUp(words, kind, pending(), found)
        expect(said.length).toBeLessThan(3_000)
      }
    }
  })

  it('the pickers fit, and their own words are not cut', () => {
    const silent: ReadOutcome<never> = { kind: 'unavailable', cause: 'no answer within 2 s' }
    const refused: ReadOutcome<never> = { kind: 'refused', reason: 'other', code: '4100', message: 'no' }
    const page = { kind: 'read', value: { names: ['audit', 'orders'], total: 51 } } as const
    const committed = { kind: 'read', value: ['orders'] } as const satisfies ReadOutcome<string[]>
    const search = (typed: string) => topicSearch(typed, { writePartitions: true })
    const instances: ReadOutcome<{ id: string; name: string }[]> = {
      kind: 'read',
      value: [{ id: 'ckafka-demo0001', name: 'Orders' }],
    }
    for (const choices of [
      groupChoices(words, silent, 'orders-billing', names),
      groupChoices(words, refused, 'orders-billing', names),
      instanceChoices(words, instances, '', names),
      topicChoices(
        words,
        committed,
        { ...page, value: { ...page.value, names: [...page.value.names] } },
        search('orders:0,1,4-6'),
        names,
      ),
      topicChoices(words, committed, silent, search('ord'), names),
      topicChoices(words, silent, { ...page, value: { names: [], total: 51 } }, search('orders:0'), names),
    ]) {
      const view = viewWith(choices)
      expect(validateView(view)).toEqual([])
      expect(cutIn(view)).toEqual([])
    }
  })

  it('what is wrong with a field fits under it', () => {
    const long = 'x'.repeat(200)
    const problems = [
      { kind: 'topicsUnreadable', typed: long },
      { kind: 'timeInFuture', timeMs: T0 },
      { kind: 'lineTooWide', line: 20_000, first: 1, cells: long },
      { kind: 'csvUnreadable', line: null, code: 'UndetectableDelimiter' },
      { kind: 'filesScopeMissing' },
    ] as const
    for (const problem of problems) {
      expect(sentenceOf(words.problems, problem).length).toBeLessThan(2_000)
    }
  })

  it('the files keep the same columns in every language', () => {
    const request = pending()
    const head = (csv: string) => csv.split('\n')[0]
    expect(head(planCsv(words, request, rowsOf(request.reset), 1).content)).toMatch(/^instance,group,topic,/)
    expect(head(resultCsv(words, request, []).content)).toMatch(/^instance,group,topic,/)
  })

  it('a group in use is named with everybody who can be named', () => {
    expect(JSON.stringify(card(words, pending({}, { group: IN_USE })).blocks)).toContain('billing-2')
  })
})
