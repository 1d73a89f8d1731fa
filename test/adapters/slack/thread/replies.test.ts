// The replies under a card: what happened, from the evidence alone, in messages Slack accepts.

import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { cardTroubleMessage, noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import { stateSentence } from '../../../../src/adapters/slack/wording/words.ts'
import type { TopicReport } from '../../../../src/request/api-answer.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import { placeOf } from '../../../../src/request/group.ts'
import type { Note } from '../../../../src/request/notes.ts'
import { type ResetRequest, requestIdSchema } from '../../../../src/request/request.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { cpuMsOf } from '../../../support/cpu.ts'
import { linesOf } from '../../../support/reading.ts'
import {
  ALICE,
  allArrived,
  allSucceeded,
  approve,
  askedAbout,
  BOB,
  CAROL,
  DIGEST,
  drifted,
  EMPTY,
  endedWith,
  everyState,
  finish,
  following,
  HOSTILE,
  IN_USE,
  looked,
  pending,
  reject,
  resultFor,
  rowsOf,
  SOMEWHERE,
  someDifferences,
  someReset,
  start,
  T0,
  testify,
  wait,
} from '../../../support/requests.ts'
import { failed, many, succeeded, unreported } from '../../../support/results.ts'

const words = wordsIn('en')
const someMovers = ['R-25', 'R-19'].map(id => requestIdSchema.parse(id))

/** Columns at one distance, however wide they are. */
const read = (message: { text: string; blocks: unknown[] }) =>
  linesOf(message).map(line => line.replace(/ {2,}/g, '  '))

/** The last thing the thread has to tell. */
function lastReply(request: ResetRequest, result: PartitionResult[] = []) {
  const note = request.notes.at(-1)
  if (note === undefined) throw new Error('The thread has nothing to tell.')
  const message = noteReply(words, request, note, { result })
  expect(validateMessage(message)).toEqual([])
  expect([...message.text].length).toBeLessThanOrEqual(4_000)
  return message
}
const ended = (result: PartitionResult[]) =>
  noteReply(words, endedWith(result), { kind: 'ended' }, { result })
function reply(result: PartitionResult[]) {
  const message = ended(result)
  expect(validateMessage(message)).toEqual([])
  expect([...message.text].length).toBeLessThanOrEqual(4_000)
  return message
}
const rowsIn = (message: { blocks: unknown[] }): string[][] =>
  (
    (message.blocks as { type: string; rows: { text: string }[][] }[]).find(block => block.type === 'table')
      ?.rows ?? []
  ).map(row => row.map(cell => cell.text))
const bulletsOf = (message: { text: string; blocks: unknown[] }) =>
  read(message).filter(line => line.startsWith('•'))

describe('the result', () => {
  it('of a plan that was carried out shows planned, said and read back', () => {
    const request = pending()
    const result = allArrived(request)
    expect(read(lastReply(endedWith(result, request), result))).toEqual([
      'R-12 is done. 4 partitions succeeded.',
      'R-12 is finished with the group: start its consumers again, unless another request still waits for them to be stopped.',
      'Topic  Partition  Outcome  Before  Planned  API said  Read back',
      '────────  ─────────  ─────────  ──────  ───────  ────────  ─────────',
      'orders  0  succeeded  442430  442330  accepted  442330',
      'orders  1  succeeded  442431  442331  accepted  442331',
      'payments  0  succeeded  442430  442330  accepted  442330',
      'payments  1  succeeded  442431  442331  accepted  442331',
    ])
  })

  it('is made from the offsets, not from what the API says of itself', () => {
    const request = pending()
    const reports: TopicReport[] = ['orders', 'payments'].map(topic => ({
      topic,
      errorCode: 0,
      errorMessage: '',
      partitions: [0, 1].map(partition => ({ partition, offset: null, errorCode: 0, errorMessage: '' })),
    }))
    const untouched = new Map(rowsOf(request.reset).map(row => [placeOf(row.topic, row.partition), row.from]))
    const result = resultFor(request, reports, untouched)
    const message = lastReply(endedWith(result, request), result)
    expect(read(message)[0]).toBe('R-12 has failed. 4 partitions failed.')
    expect(bulletsOf(message)).toEqual([
      '• orders partitions 0 and 1 failed: CKafka said it succeeded, but the offset did not move. Press Retry What Failed on the card, or ask Tencent support why.',
      '• payments partitions 0 and 1 failed: CKafka said it succeeded, but the offset did not move. Press Retry What Failed on the card, or ask Tencent support why.',
    ])
    expect(rowsIn(message)[1]).toEqual(['orders', '0', 'failed', '442430', '442330', 'accepted', '442430'])
  })

  it('says of each kind which, why, and what to do', () => {
    const moved: PartitionResult = {
      ...succeeded('orders', 3, 5n),
      readBack: 12_345n,
      outcome: 'moved-after',
    }
    const message = reply([
      failed('aaaa', null, 3, 'This request is for a topic or partition that does not exist on this broker.'),
      failed('orders', 2, 68),
      { ...failed('orders', 5, 0), why: 'elsewhere' },
      { ...failed('ordrs', null, 0), said: null, why: 'notSeen' },
      unreported('shipments', 0),
      { ...unreported('shipments', 1), why: 'notReported' },
      { ...unreported('shipments', 2), why: 'unchanged' },
      moved,
      { ...succeeded('orders', 4, 0n), planned: -5n, outcome: 'clamped' },
      succeeded('orders', 0, 42n),
    ])
    expect(read(message)[0]).toBe(
      'R-12 is partly done. 1 partition succeeded · 1 clamped · 2 failed · 3 not confirmed · 1 moved since · 2 topics failed. Clamped: the requested offset is outside the log, so these partitions are at its nearest end.',
    )
    expect(bulletsOf(message)).toEqual([
      '• aaaa failed: 3 UNKNOWN_TOPIC_OR_PARTITION. “This request is for a topic or partition that does not exist on this broker.” Check the spelling. If the topic was deleted, leave it out.',
      '• orders partition 2 failed: 68 NON_EMPTY_GROUP. A consumer is connected. Stop the consumers, then ask again.',
      '• orders partition 5 failed: CKafka set another offset than the plan has. Look at the table, then ask again.',
      '• ordrs failed: no partition of it could be seen. Check the spelling. If the topic was deleted, leave it out.',
      '• shipments partition 0 not confirmed: could not be read back. Check the offset in the CKafka console.',
      '• shipments partition 1 not confirmed: CKafka’s answer does not name it. Check the offset in the CKafka console.',
      '• shipments partition 2 not confirmed: CKafka accepted the call, but the offset is where it was. Look at it in the CKafka console.',
      '• orders partition 3 moved since: CKafka accepted the reset; the group is at 12,345 now: somebody has committed since, or the log no longer holds the planned offset. Look who is consuming before you ask again.',
    ])
    expect(message.text.split('\n').slice(1)).toEqual(bulletsOf(message))
    expect(rowsIn(message).slice(0, 3)).toEqual([
      ['Topic', 'Partition', 'Outcome', 'Before', 'Planned', 'API said', 'Read back'],
      ['aaaa', '–', 'failed', '–', '–', '3 UNKNOWN_TOPIC_OR_PARTITION', '–'],
      ['orders', '2', 'failed', '100', '0', '68 NON_EMPTY_GROUP', '100'],
    ])
    expect(rowsIn(message)[8]).toEqual(['orders', '3', 'moved since', '105', '5', 'accepted', '12345'])
  })

  it('says what became of each topic that was not written with the others, and where an error moved an offset', () => {
    const was = (topic: string, change: Partial<PartitionResult>): PartitionResult => ({
      ...failed(topic, 0, 0),
      said: null,
      ...change,
    })
    const refused = { offset: null, code: 'UnauthorizedOperation', message: 'ask your admin' }
    const message = reply([
      was('late', { why: 'notSent', cause: causeOf('tooManyCalls', 'RequestLimitExceeded') }),
      was('secret', { why: 'refused', said: refused, cause: 'notAllowed' }),
      was('joined', {
        why: 'refused',
        said: { offset: null, code: 'none', message: 'The group is Stable: it has members.' },
        cause: 'groupNotEmpty',
      }),
      was('unnamed', { said: { offset: null, code: 'none', message: '' } }),
      was('odd', { why: 'movedDespiteError', said: { offset: null, code: 25, message: '' }, readBack: 7n }),
      was('lost', {
        outcome: 'unreported',
        why: 'unanswered',
        cause: causeOf('apiSaid', 'FailedOperation', 'broker 3 is away'),
      }),
      {
        ...succeeded('stands', 0, 42n),
        why: 'despiteError',
        said: { offset: null, code: 25, message: 'no' },
      },
    ])
    expect(bulletsOf(message)).toEqual([
      '• late partition 0 failed: never sent: the API takes no more calls right now (RequestLimitExceeded). Press Retry What Failed on the card.',
      '• secret partition 0 failed: CKafka refused it with UnauthorizedOperation. “ask your admin” The account may not do this. Ask the people who run Rewind for the permission.',
      '• joined partition 0 failed: not written. “The group is Stable: it has members.” Consumers are still connected. Stop them, wait for the group to be empty, then ask again.',
      '• unnamed partition 0 failed: an error without a code. Look the code up in the CKafka documentation before you ask again.',
      '• odd partition 0 failed: CKafka reported 25 UNKNOWN_MEMBER_ID, and yet the offset moved. The table says where it is: look there before you ask for anything else.',
      '• lost partition 0 not confirmed: possibly written: the API answered with code FailedOperation: broker 3 is away. Check the offset in the CKafka console.',
      '• stands partition 0 succeeded: the offset is where planned, although CKafka reported 25 UNKNOWN_MEMBER_ID (“no”). There is nothing to ask for again.',
    ])
    expect(message.text).not.toContain('UNKNOWN_SERVER_ERROR')
  })

  it('shows the offset that the API named', () => {
    const named = { ...succeeded('orders', 0, 42n), said: { offset: 42n, code: 0, message: '' } }
    expect(rowsIn(reply([named]))[1]).toEqual(['orders', '0', 'succeeded', '142', '42', '42', '42'])
  })

  it('says partitions of a topic that failed alike once', () => {
    const alike = (topic: string, count: number, code: number) =>
      Array.from({ length: count }, (_, partition) => failed(topic, partition, code))
    const moved = (partition: number): PartitionResult => ({
      ...succeeded('refunds', partition, 5n),
      readBack: BigInt(partition),
      outcome: 'moved-after',
    })
    const message = reply([
      ...alike('orders', 3, 68),
      failed('orders', 3, 6),
      ...alike('payments', 9, 68),
      moved(7),
      { ...moved(8), readBack: null },
    ])
    expect(bulletsOf(message)).toEqual([
      expect.stringMatching(/^• orders partitions 0, 1 and 2 failed: 68 NON_EMPTY_GROUP\./),
      expect.stringMatching(/^• orders partition 3 failed: 6 /),
      expect.stringMatching(/^• payments 9 partitions failed: 68 /),
      '• refunds partitions 7 and 8 moved since: CKafka accepted the reset; on partition 7, the first of them, the group is at 7 now: somebody has committed since, or the log no longer holds the planned offset. Look who is consuming before you ask again.',
    ])
    const gone = reply([{ ...moved(8), readBack: null }])
    expect(bulletsOf(gone)[0]).toContain('and by now no offset is committed any more.')
  })

  it('names the calls for Tencent support, where its API answered and the offsets are not as planned', () => {
    const result = [{ ...failed('orders', 0, 0), why: 'unchanged' as const }]
    const told = (apiRequestIds: string[]) =>
      read(noteReply(words, endedWith(result), { kind: 'ended' }, { result, apiRequestIds }))
    expect(told(['1f0a-22'])).toContain('For Tencent support, the request id of the call: 1f0a-22.')
    expect(told(['a', 'b', 'c', 'd'])).toContain(
      'For Tencent support, the request ids of the calls: a, b, c and 1 more.',
    )
    expect(told([]).join('\n')).not.toContain('request id')
  })

  it('of 50 partitions is a table, of 51 a table with a word about the file', () => {
    const fifty = reply(many(50))
    expect(rowsIn(fifty)).toHaveLength(51)
    expect(read(fifty).join('\n')).not.toContain('file')
    const more = reply(many(51))
    expect(rowsIn(more)).toHaveLength(51)
    expect(read(more).at(-1)).toBe(
      'The first 50 of 51 rows, failures first. The full result follows as a file.',
    )
  })

  it('points to the table for the failures it does not spell out, and to the file when there is one', () => {
    const failures = (count: number) =>
      Array.from({ length: count }, (_, index) => failed(`t${index}`, null, 3))
    expect(read(reply(failures(11)))).toContain('… and 1 more like these in the table.')
    expect(read(reply(failures(300)))).toContain('… and 290 more like these in the file.')
    expect(read(reply(failures(10))).join('\n')).not.toContain('more like these')
  })

  it('of 10,000 partitions of 100 topics is one message, made in a moment', () => {
    const result = many(10_000, 100)
    const request = endedWith(result)
    const times = Array.from({ length: 3 }, () =>
      cpuMsOf(() => noteReply(words, request, { kind: 'ended' }, { result })),
    )
    expect(Math.min(...times)).toBeLessThan(50)
    expect(read(reply(result))[0]).toBe('R-12 is done. 10,000 partitions succeeded.')
  })

  it('keeps every digit of an offset', () => {
    const offsets = [2n ** 53n + 1n, 2n ** 63n - 1n]
    const shown = rowsIn(reply(offsets.map((offset, index) => succeeded('orders', index, offset))))
    expect(shown.slice(1).map(row => row[6])).toEqual(['9007199254740993', '9223372036854775807'])
  })

  it('stays within every limit at its worst: long names, long messages, many partitions, the longest codes', () => {
    const topics = Array.from({ length: 300 }, (_, index) => `${index}-`.padEnd(249, 'x'))
    const message = '<&>'.repeat(1_000)
    const big = 2n ** 63n - 1n
    const wholeTopics = topics.map(topic => failed(topic, null, 53, message))
    const partitions = topics.flatMap(topic =>
      Array.from({ length: 8 }, (_, index) => ({
        ...failed(topic, 2_147_483_640 + index, 53, message),
        planned: big,
        readBack: big,
      })),
    )
    const moved = topics.map(topic => ({
      ...succeeded(topic, 2_147_483_647, big),
      said: { offset: big, code: 0, message: '' },
      outcome: 'moved-after' as const,
    }))
    for (const result of [wholeTopics, partitions, topics.map(topic => unreported(topic)), moved]) {
      for (const each of [result, result.slice(0, 50)]) {
        const { text } = reply(each)
        expect(text.replaceAll(`<@${ALICE}>`, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
      }
    }
  })

  it('keeps both ends of a long topic name, because names differ at either', () => {
    const message = reply([succeeded(`start-${'x'.repeat(237)}-end`, 0, 1n)])
    expect(rowsIn(message)[1]?.[0]).toMatch(/^start-x+…x+-end$/)
  })

  it.each(everyState())(
    'of a request that is %s, without rows, is a message Slack accepts',
    (_state, request) => {
      const message = noteReply(words, request, { kind: 'ended' }, {})
      expect(validateMessage(message)).toEqual([])
      expect(message.text).toMatch(/^R-12 (is|was|has) /)
    },
  )

  it.each([
    [
      'refused',
      'R-12 has failed. CKafka refused it, and no offset moved. It said: “instance not found” (code 4000/1050). The instance does not exist or is not this account’s. Check the id and the region.',
    ],
    [
      'notPrepared',
      'R-12 has failed. The plan could not be made: there is no such consumer group. Nothing was reset. Check the names, then ask again.',
    ],
    [
      'notPrepared, refused',
      'R-12 has failed. The plan could not be made: the API answered with code AuthFailure.SecretIdNotFound: The SecretId is not found. Nothing was reset. The API key was not accepted. Ask the people who run Rewind to check it.',
    ],
    [
      'notPrepared, too wide',
      'R-12 has failed. The plan could not be made: the targets cannot be worked out for so many partitions, and CKafka can’t do this natively. Ask for fewer partitions, or for whole topics. Nothing was reset.',
    ],
    [
      'not allowed',
      'R-12 is not allowed. The policy does not allow it (rule freeze). It says: “Nothing moves this week.” Nothing was reset.',
    ],
    [
      'nothing moves',
      'R-12 has nothing to move. All 13 partitions are already at their target, or have no offset to go to. Nothing was reset.',
    ],
    [
      'wouldJump',
      'R-12 has failed. There is no message at or after 2026-11-23 09:00:00 UTC on orders 0, orders 1, payments 0 and payments 1: it would skip to the end there, past 200 messages. Ask again with an earlier time, or tick the box that says so.',
    ],
    [
      'neverEmpty',
      'R-12 has failed. The group was never empty for 30 s: 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Nothing was reset. Ask again when its consumers are stopped.',
    ],
  ])('of a request that was %s says what happened and what to do', (name, line) => {
    const request = everyState().find(([state]) => state === name)?.[1]
    expect(request && read(lastReply(request))).toEqual([line])
  })

  it('say which team an approval is still needed from', () => {
    const needs = [
      { label: 'audit', from: [BOB, CAROL], count: 1 },
      { label: 'platform', from: ['U0DAVE'], count: 1 },
    ]
    const waiting = pending({}, { guard: { approvals: 2, needs } })
    const once = following(waiting, { ...approve, fills: [0] })
    expect(read(lastReply(once))).toEqual([
      '@bob approved R-12 (1 of 2 approvals; still needed from platform).',
    ])
    const back = following(once, { kind: 'withdraw', by: BOB, from: SOMEWHERE })
    expect(read(lastReply(back))).toEqual([
      '@bob took their approval of R-12 back (0 of 2 approvals; still needed from audit and platform).',
    ])
    const both = following(once, { ...approve, by: 'U0DAVE', fills: [1] })
    expect(read(lastReply(both))).toEqual(['@U0DAVE approved R-12 (2 of 2 approvals).'])
  })

  it('quote what was said of a rejection', () => {
    expect(read(lastReply(following(pending(), reject)))).toEqual([
      '@bob rejected R-12:',
      '> not during the sale',
    ])
  })

  it('of what never was sent says so', () => {
    let request = following(pending(), approve)
    for (let attempt = 1; attempt <= 8; attempt++) {
      request = following(request, start, finish({ kind: 'notSent', cause: 'no route' }, 'w1', attempt))
    }
    expect(read(lastReply(request))).toEqual([
      'R-12 has failed. The reset was not carried out: no route. Nothing was reset. Ask again later.',
    ])
  })

  it('of the last of many attempts, where calls were made: that none took effect, and how that is known', () => {
    const [base] = [following(pending(), approve, start, finish({ kind: 'unknown', cause: 'no answer' }))]
    const ended = (cause: string, unclear: string) =>
      read(
        noteReply(
          words,
          {
            ...base,
            notes: [{ kind: 'unclear', cause: unclear }, { kind: 'ended' }],
            state: {
              name: 'failed',
              decision: null,
              attempt: 8,
              outcome: { kind: 'notSent', cause },
              atMs: T0,
            },
          },
          { kind: 'ended' },
          {},
        ),
      )
    const noAnswer = causeOf('noAnswer', '20 s')
    expect(ended(causeOf('absentTwice'), noAnswer)).toEqual([
      'R-12 has failed. None of 8 attempts took effect. CKafka was called, and no call took effect: the offsets showed that twice after the last attempt. Nothing was reset. Ask again later.',
    ])
    expect(ended(causeOf('denied'), causeOf('workerStopped'))).toEqual([
      'R-12 has failed. None of 8 attempts took effect. CKafka may have been called, and no call took effect: an approver confirmed that of the last attempt. Nothing was reset. Ask again later.',
    ])
    expect(ended('no route', noAnswer)).toEqual([
      'R-12 has failed. None of 8 attempts took effect. CKafka was called, and no call took effect; the last attempt was not carried out: no route. Nothing was reset. Ask again later.',
    ])
  })
})

it.each([
  ['preparing', 'R-12 is being planned.'],
  ['pending', 'R-12 is waiting for approval.'],
  ['rejected', 'R-12 was rejected.'],
  ['cancelled', 'R-12 was cancelled.'],
  ['expired', 'R-12 has expired.'],
  ['approved', 'R-12 is approved and on the queue.'],
  ['waiting', 'R-12 is approved and waits for the group to be empty.'],
  ['executing', 'R-12 is running.'],
  ['succeeded', 'R-12 is done.'],
  ['partial', 'R-12 is partly done.'],
  ['failed', 'R-12 has failed.'],
  ['unclear', 'R-12 is unclear, and its offsets are being read back.'],
  ['unclear, asked', 'R-12 is unclear and waits for an approver’s answer.'],
])('a request that is %s is said to be so in a whole sentence', (name, sentence) => {
  const request = everyState().find(([state]) => state === name)?.[1]
  expect(request && stateSentence(words, request)).toBe(sentence)
})

describe('the other replies', () => {
  it.each([
    ['approved', '@bob approved R-12.'],
    ['pending, half approved', '@bob approved R-12 (1 of 2 approvals).'],
    ['cancelled', '@alice cancelled R-12. Nothing was reset.'],
    [
      'expired',
      'R-12 expired: nobody decided in time. Nothing was reset. Press Edit and Ask Again on the card, or ask with /reset-offsets.',
    ],
  ])('say how a request that is %s was decided', (name, line) => {
    const request = everyState().find(([state]) => state === name)?.[1]
    expect(request && read(lastReply(request))).toEqual([line])
  })

  it('quote what was said of a rejection', () => {
    expect(read(lastReply(following(pending(), reject)))).toEqual([
      '@bob rejected R-12:',
      '> not during the sale',
    ])
  })

  it('count the approvals where it takes two, with what each approver said', () => {
    const twice = pending({}, { guard: { typedGroup: false, approvals: 2 } })
    const both = following(twice, approve, { ...approve, by: CAROL, note: 'checked the lag' })
    expect(read(lastReply(both))).toEqual(['@carol approved R-12 (2 of 2 approvals):', '> checked the lag'])
  })

  it.each([
    ['opened', 'noticed on review'],
    ['submitted', 'noticed when a decision was sent, which does not count'],
    ['execution', 'noticed before anything was written'],
  ] as const)('say what has moved, found when %s, and that it needs a new decision', (at, found) => {
    const differences = [...someDifferences, { kind: 'skipsGrew', was: 890n, is: 1_200n } as const]
    const message = lastReply(following(pending(), approve, drifted(differences, at)))
    expect(read(message)).toEqual([
      `Offsets or logs have changed since R-12 was planned (${found}):`,
      '• The committed offset of orders p0 moved from 442,430 to 442,511, and likewise on 6 more partitions.',
      '• It would now skip 1,200 messages instead of 890.',
      'Nothing was reset. A new plan is being made; it needs a new decision. Requested by @alice.',
    ])
    expect(message.text).toContain('\n• It would now skip 1,200 messages')
  })

  it('mention those who have to decide again, never the requester, and say which requests moved the offsets', () => {
    const needs = [{ label: '', from: [ALICE, BOB, 'S0AUDIT'], count: 1 }]
    const request = following(pending({}, { guard: { needs } }), approve, drifted(someDifferences))
    const note = request.notes.at(-1)
    if (note === undefined) throw new Error('The thread has nothing to tell.')
    const said = (language: 'en' | 'zh') =>
      read(noteReply(wordsIn(language), request, note, { movers: someMovers })).at(-1)
    expect(said('en')).toBe(
      'R-25 and R-19 moved the offsets after that plan was made. Nothing was reset. A new plan is being made; it needs a new decision by @bob @S0AUDIT. Requested by @alice.',
    )
    expect(said('zh')).toBe(
      '那份计划制定后，R-25 和 R-19 移动了位点。因此没有重置任何位点。正在制定新计划，需要重新审批，审批人：@bob @S0AUDIT。申请人：@alice',
    )
  })

  it('say who is still connected, how long it waits, and how to stop that', () => {
    const message = lastReply(following(pending(), approve, wait(IN_USE)))
    expect(read(message)).toEqual([
      'R-12 waits for its group to be empty: 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Stop the group’s consumers. It runs once Rewind has seen the group without consumers for 30 s, and gives up 2026-11-23 08:30 UTC. To call it off, press Cancel Request on the card. Requested by @alice.',
    ])
    expect(message.text).toContain('gives up 2026-11-23 08:30:01 UTC.')
  })

  it('do not say that somebody is connected where nobody is any more', () => {
    const busy = pending({}, { group: IN_USE })
    const message = lastReply(following(busy, approve, wait(EMPTY)))
    expect(read(message)[0]).toBe(
      'R-12 waits for its group to stay empty: consumers were connected before. It runs once Rewind has seen the group without consumers for 30 s, and gives up 2026-11-23 08:30 UTC if consumers connect again. To call it off, press Cancel Request on the card. Requested by @alice.',
    )
  })

  it('say what to do when nobody knows, and call the requester', () => {
    const unclear = everyState().find(([state]) => state === 'unclear')?.[1] ?? pending()
    const message = lastReply(unclear)
    const sentence =
      'R-12 is unclear. Rewind called CKafka, but the outcome is unknown: no answer within 20 s. Rewind won’t retry blindly: that could move the offsets twice. It reads the offsets back over the next minutes. If they show that the call took effect, the request is done, or partly done where only some partitions moved; if they show twice that it had no effect, it is tried again; otherwise an approver is asked in the thread.'
    expect(read(message)).toEqual([`${sentence} Requested by @alice.`])
    expect(message.text).toBe(`${sentence} Requested by <@${ALICE}>.`)
  })

  it('show what evidence there is when nobody knows', () => {
    const result = [unreported('orders', 0), unreported('orders', 1)]
    const request = endedWith(result)
    expect(request.state.name).toBe('unclear')
    const message = lastReply(request, result)
    expect(bulletsOf(message)).toEqual([
      '• orders partitions 0 and 1 not confirmed: could not be read back. Check the offset in the CKafka console.',
    ])
    expect(rowsIn(message)).toHaveLength(3)
  })

  it('say that a call was accepted, and not that nobody answered, where only the offsets could not be read', () => {
    const said = { offset: null, code: 0, message: '' }
    const result = [0, 1].map(partition => ({ ...unreported('orders', partition), said }))
    const request = endedWith(result)
    expect(read(lastReply(request, result))[0]).toContain(
      'R-12 is unclear. CKafka accepted the call; its offsets could not be read back yet. Rewind won’t retry',
    )
    const asked = askedAbout(request, 'unread')
    expect(read(lastReply(asked, result))[0]).toContain(
      'Did R-12 take effect? CKafka accepted the call. The offsets could not be read back, so',
    )
    // The rows stand under the first message; the question says only what has come of them.
    const again = askedAbout(request)
    const later = result.map((row, index) => ({
      ...row,
      planned: 5n,
      from: 9n,
      readBack: index === 0 ? 5n : 7n,
    }))
    const message = lastReply(again, later)
    expect(rowsIn(message)).toEqual([])
    expect(read(message)[0]).toContain(
      'Requested by @alice. Read back again: 1 partition at the planned offset, 0 at the old one, 1 elsewhere.',
    )
  })

  it('say that the offsets prove a call of which no answer is on record', () => {
    const request = following(
      pending(),
      approve,
      start,
      finish({ kind: 'unknown', cause: causeOf('noAnswer', '10 s') }),
      finish(allSucceeded),
    )
    const silent = allArrived(request).map(row => ({ ...row, said: null }))
    expect(read(lastReply(request, silent))[0]).toBe(
      'R-12 is done. 4 partitions succeeded. No answer from CKafka was received; the offsets prove that the call took effect.',
    )
    const hung = following(pending(), approve, start, finish(allSucceeded))
    expect(read(lastReply(hung, silent))[0]).toBe(
      'R-12 is done. 4 partitions succeeded. No answer from CKafka was received; the offsets prove that the call took effect.',
    )
    expect(read(lastReply(hung, allArrived(hung)))[0]).toBe('R-12 is done. 4 partitions succeeded.')
  })

  it('show no rows of an earlier attempt under a call that nobody answered', () => {
    const request = following(
      pending(),
      approve,
      start,
      finish({ kind: 'unknown', cause: causeOf('noAnswer', '10 s') }),
    )
    expect(rowsIn(lastReply(request, [unreported('orders', 0)]))).toEqual([])
  })

  it.each([
    [
      'neither',
      'Did R-12 take effect? Taken together, the offsets match neither the plan nor where they were before, so they do not show what happened. Rewind makes no call for R-12 until an approver says what happened. Requested by @alice.',
    ],
    [
      'unread',
      'Did R-12 take effect? The offsets could not be read back, so they do not show what happened. Rewind makes no call for R-12 until an approver says what happened. Requested by @alice.',
    ],
  ] as const)('ask what happened where the offsets do not tell: %s', (evidence, question) => {
    let request = following(pending(), approve, start, finish({ kind: 'unknown', cause: 'no answer' }))
    while (request.state.name === 'unclear' && !request.state.asked) {
      request = following(request, [looked(evidence), request.state.lookAtMs])
    }
    const message = lastReply(request)
    expect(read(message)[0]).toBe(question)
    const buttons = message.blocks.at(-1)
    expect(buttons).toMatchObject({
      type: 'actions',
      elements: [
        { action_id: 'happened', value: 'R-12 1', text: { text: 'It Happened' } },
        { action_id: 'did_not_happen', value: 'R-12 1', text: { text: 'It Did Not' } },
        { action_id: 'check_again', value: 'R-12 1', text: { text: 'Check Again' } },
      ],
    })
    expect(validateMessage(message)).toEqual([])
  })

  it('ask about offsets that stand there already, with what may explain it', () => {
    const request = everyState().find(([state]) => state === 'alreadyThere')?.[1] ?? pending()
    expect(read(lastReply(request))[0]).toBe(
      'Did R-12 take effect? The offsets already match the plan, and no call of this request is on record: Redis may have lost it, or somebody has moved them by other means than Rewind. Rewind makes no call for R-12 until an approver says what happened. Requested by @alice.',
    )
  })

  it('never say that no call is on record where one is', () => {
    const hung = following(
      pending(),
      approve,
      start,
      finish({ kind: 'unknown', cause: causeOf('noAnswer', '10 s') }),
    )
    const twice = [1, 2].reduce(
      request =>
        following(request, [looked('absent'), 'lookAtMs' in request.state ? request.state.lookAtMs : 0]),
      hung,
    )
    const request = following(twice, [{ kind: 'alreadyThere', digest: DIGEST }, T0 + 900_000])
    expect(read(lastReply(request))[0]).toBe(
      'Did R-12 take effect? The offsets match the plan now. No answer to an earlier call of this request was received, and it had moved nothing when they were read back: it may have arrived late, or somebody has moved them by other means than Rewind. Rewind makes no call for R-12 until an approver says what happened. Requested by @alice.',
    )
  })

  it('asks before a click that it can move a shift a second time', () => {
    const request = everyState().find(([state]) => state === 'unclear, asked')?.[1] ?? pending()
    for (const [language, risk] of [
      ['en', 'If it did take effect, trying again moves the offsets a second time.'],
      ['zh', '如果其实已生效，重试会让位点再移动一次。'],
    ] as const) {
      const note = request.notes.at(-1)
      const blocks = note === undefined ? [] : noteReply(wordsIn(language), request, note, {}).blocks
      expect(JSON.stringify(blocks)).toContain(risk)
      const fixed = { ...request, reset: { ...request.reset, strategy: { kind: 'earliest' } as const } }
      const other = note === undefined ? [] : noteReply(wordsIn(language), fixed, note, {}).blocks
      expect(JSON.stringify(other)).not.toContain(risk)
    }
  })

  it('say what somebody has said of it, and what follows from that', () => {
    const inDoubt = everyState().find(([state]) => state === 'unclear, asked')?.[1] ?? pending()
    const said = (happened: boolean) =>
      read(lastReply(following(inDoubt, [{ ...testify, happened }, T0 + 1_000_000])))
    expect(said(true)).toEqual(['@bob confirmed that R-12 took effect. Closed as done.'])
    expect(said(false)).toEqual([
      '@bob confirmed that R-12 did not take effect. It is tried again if nothing has changed since the plan; otherwise it needs a new decision.',
    ])
  })

  it('say whose approval does not count any more', () => {
    const request = everyState().find(([state]) => state === 'revoked')?.[1] ?? pending()
    expect(read(lastReply(request))).toEqual([
      'The approval of @bob does not count any more: they are no longer an approver. R-12 needs a decision again.',
    ])
  })

  it('have a sentence even for what is posted as a file', () => {
    for (const note of [{ kind: 'planned', round: 1 }, { kind: 'resultFile' }] satisfies Note[]) {
      expect(validateMessage(noteReply(words, pending(), note, {}))).toEqual([])
    }
  })

  it('tell the requester where the card could not be posted, and what to do', () => {
    const request = following(pending(), {
      kind: 'postRefused',
      by: 'p1',
      key: 'card',
      code: 'not_in_channel',
      retryAtMs: 0,
    })
    expect(read(cardTroubleMessage(words, request))).toEqual([
      'The card of R-12 could not be posted in #C0OPS: Slack says not_in_channel. Invite Rewind there with /invite and it appears within a minute. Until then an approver can review it with `/offset-requests R-12`.',
    ])
  })
})

describe.each(HOSTILE.map(text => [text.slice(0, 20), text]))('hostile text, %j …', (_name, text) => {
  const reset = { ...someReset, topics: [text], target: { instanceId: text, group: text } }
  const base = pending({ reset, reason: text })
  const group = { ...IN_USE, members: Array(9).fill({ clientId: text, host: text }) }
  const first = { topic: text, partition: 0, was: 1n, is: 2n }
  const requests = [
    ...everyState({ reset, reason: text }).map(([, request]) => request),
    following(base, { ...reject, note: `no ${text}` }),
    following(base, { ...approve, note: text }),
    following(base, approve, start, finish({ kind: 'unknown', cause: text })),
    following(base, approve, start, finish({ kind: 'refused', reason: 'other', code: text, message: text })),
    following(base, approve, wait(group), [wait(group), T0 + 1_900_000]),
    following(base, drifted([{ kind: 'committedMoved', partitions: 2, first }])),
    following(base, { kind: 'postRefused', by: 'p1', key: 'card', code: text, retryAtMs: 0 }),
  ]
  const result = [
    failed(text, null, 3, text),
    failed(text, 1, 3, text),
    unreported(text),
    { ...succeeded(text, 2, 1n), outcome: 'moved-after' as const },
    succeeded(text, 0, 1n),
  ]

  it('is shown as text in every reply, within the limits', () => {
    for (const request of requests) {
      const messages = request.notes.map(note => noteReply(words, request, note, { result }))
      for (const message of [...messages, cardTroubleMessage(words, request)]) {
        expect(validateMessage(message)).toEqual([])
        expect([...message.text].length).toBeLessThanOrEqual(4_000)
        const unmarked = message.text.replace(/<@U0(ALICE|BOB)>|<#C0OPS>/g, '')
        expect(unmarked).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
        expect(JSON.stringify(message)).not.toMatch(/\\u00|[\u061c\u200f\u2028\u202a-\u202e\u2066-\u2069]/)
      }
      for (const message of messages) expect(JSON.stringify(message.blocks)).not.toContain('"mrkdwn"')
    }
  })
})
