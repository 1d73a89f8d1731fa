// The replies under a card: what happened, failures first, in messages Slack accepts; and the result as a file.

import { describe, expect, it } from 'vitest'
import {
  cardTroubleMessage,
  decisionReply,
  resultCsv,
  resultReply,
  unclearReply,
} from '../../../src/adapters/slack/replies.ts'
import { stateSentence } from '../../../src/adapters/slack/words.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import { countsOf, type PartitionResult } from '../../../src/request/result.ts'
import type { SlackMessage } from '../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../src/sandbox/slack/render.ts'
import { validateMessage } from '../../../src/sandbox/slack/validate.ts'
import {
  ALICE,
  approve,
  everyState,
  finish,
  following,
  HOSTILE,
  pending,
  reject,
  someReset,
  start,
} from '../../support/requests.ts'

const people: Record<string, string> = { U0ALICE: 'alice', U0BOB: 'bob' }
const read = (message: { text: string; blocks: unknown[] }) =>
  renderMessage({ type: 'message', ts: '0', user: 'Rewind', channel: 'C0OPS', ...message } as SlackMessage, {
    userName: id => people[id] ?? id,
  })
    .slice(1)
    .map(line => line.trim().replace(/ {2,}/g, '  '))

const succeeded = (topic: string, partition: number, offset: bigint): PartitionResult => ({
  topic,
  partition,
  outcome: 'succeeded',
  offset,
  code: 0,
  message: '',
})
const failed = (topic: string, partition: number | null, code: number, message = ''): PartitionResult => ({
  topic,
  partition,
  outcome: 'failed',
  offset: null,
  code,
  message,
})
const unreported = (topic: string): PartitionResult => ({
  topic,
  partition: null,
  outcome: 'unreported',
  offset: null,
  code: 0,
  message: '',
})
const many = (count: number, topics = 1) =>
  Array.from({ length: count }, (_, index) => succeeded(`topic-${index % topics}`, index, BigInt(index)))

function ended(result: PartitionResult[], request = pending()): ResetRequest {
  const outcome = { kind: 'done', counts: countsOf(result), rows: result.length } as const
  return following(request, approve, start, finish(outcome))
}
function reply(result: PartitionResult[]) {
  const message = resultReply(ended(result), result)
  expect(validateMessage(message)).toEqual([])
  expect([...message.text].length).toBeLessThanOrEqual(4_000)
  return message
}
const rowsOf = (message: { blocks: unknown[] }): { text: string }[][] =>
  (message.blocks as { type: string; rows: { text: string }[][] }[]).find(block => block.type === 'table')
    ?.rows ?? []

describe('the result', () => {
  it('of one partition', () => {
    expect(read(reply([succeeded('orders', 0, 42n)]))).toEqual([
      'R-12 is done. 1 partition succeeded. @alice',
      'Topic  Partition  New offset  Result',
      '──────  ─────────  ──────────  ─────────',
      'orders  0  42  succeeded',
    ])
  })

  it('of some that failed says which, why, and what to do', () => {
    const message = reply([
      failed('aaaa', null, 3, 'This request is for a topic or partition that does not exist on this broker.'),
      failed('orders', 2, 68),
      unreported('shipments'),
      succeeded('orders', 0, 42n),
    ])
    expect(read(message).slice(0, 4)).toEqual([
      'R-12 is partly done. 1 partition succeeded · 1 partition failed · 1 topic failed · 1 topic not reported. @alice',
      '• aaaa failed: 3 UNKNOWN_TOPIC_OR_PARTITION. “This request is for a topic or partition that does not exist on this broker.” Check the spelling. If the topic was deleted, leave it out.',
      '• orders partition 2 failed: 68 NON_EMPTY_GROUP. A consumer is connected. Stop the consumers, then ask again.',
      '• shipments was not reported. Look at its offsets in the CKafka console.',
    ])
    expect(message.text.split('\n').slice(1)).toEqual(read(message).slice(1, 4))
    expect(rowsOf(message).map(row => row.map(cell => cell.text))).toEqual([
      ['Topic', 'Partition', 'New offset', 'Result'],
      ['aaaa', '–', '–', 'failed: 3 UNKNOWN_TOPIC_OR_PARTITION'],
      ['orders', '2', '–', 'failed: 68 NON_EMPTY_GROUP'],
      ['shipments', '–', '–', 'unreported'],
      ['orders', '0', '42', 'succeeded'],
    ])
  })

  it('says partitions of a topic that failed alike once', () => {
    const alike = (topic: string, count: number, code: number) =>
      Array.from({ length: count }, (_, partition) => failed(topic, partition, code))
    const lines = read(
      reply([...alike('orders', 3, 68), failed('orders', 3, 6), ...alike('payments', 9, 68)]),
    )
    expect(lines.filter(line => line.startsWith('•'))).toEqual([
      expect.stringMatching(/^• orders partitions 0, 1, 2 failed: 68 NON_EMPTY_GROUP\./),
      expect.stringMatching(/^• orders partition 3 failed: 6 /),
      expect.stringMatching(/^• payments 9 partitions failed: 68 /),
    ])
  })

  it('of 50 partitions is a table, of 51 a table with a word about the file', () => {
    const fifty = reply(many(50))
    expect(rowsOf(fifty)).toHaveLength(51)
    expect(read(fifty).join('\n')).not.toContain('file')
    const more = reply(many(51))
    expect(rowsOf(more)).toHaveLength(51)
    expect(read(more).at(-1)).toBe(
      'The first 50 of 51 rows, failures first. The full result follows as a file.',
    )
  })

  it('points to the table for the failures it does not spell out, and to the file when there is one', () => {
    const failures = (count: number) =>
      Array.from({ length: count }, (_, index) => failed(`t${index}`, null, 3))
    expect(read(reply(failures(11)))).toContain('… and 1 more failure in the table below.')
    expect(read(reply(failures(300)))).toContain('… and 290 more failures in the file below.')
    expect(read(reply(failures(10))).join('\n')).not.toContain('more failure')
  })

  it('of 10 000 partitions of 100 topics is one message, made in a moment', () => {
    const result = many(10_000, 100)
    const request = ended(result)
    const times = Array.from({ length: 3 }, () => {
      const startMs = performance.now()
      resultReply(request, result)
      return performance.now() - startMs
    })
    expect(Math.min(...times)).toBeLessThan(50)
    expect(read(reply(result))[0]?.replaceAll('\u202f', '')).toBe(
      'R-12 is done. 10000 partitions succeeded. @alice',
    )
  })

  it('keeps every digit of an offset', () => {
    const offsets = [2n ** 53n + 1n, 2n ** 63n - 1n]
    const shown = rowsOf(reply(offsets.map((offset, index) => succeeded('orders', index, offset))))
    expect(shown.slice(1).map(row => row[2]?.text)).toEqual(['9007199254740993', '9223372036854775807'])
  })

  it('stays within every limit at its worst: long names, long messages, many partitions, the longest codes', () => {
    const topics = Array.from({ length: 300 }, (_, index) => `${index}-`.padEnd(249, 'x'))
    const message = '<&>'.repeat(1_000)
    const wholeTopics = topics.map(topic => failed(topic, null, 53, message))
    const partitions = topics.flatMap(topic =>
      Array.from({ length: 8 }, (_, index) => failed(topic, 2_147_483_640 + index, 53, message)),
    )
    const moved = topics.map(topic => succeeded(topic, 2_147_483_647, 2n ** 63n - 1n))
    for (const result of [wholeTopics, partitions, topics.map(unreported), moved]) {
      const { text } = reply(result)
      expect(text.replaceAll(`<@${ALICE}>`, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
    }
  })

  it('keeps both ends of a long topic name, because names differ at either', () => {
    const message = reply([succeeded(`start-${'x'.repeat(237)}-end`, 0, 1n)])
    expect(rowsOf(message)[1]?.[0]?.text).toMatch(/^start-x+…x+-end$/)
  })

  it.each(everyState())(
    'of a request that is %s, without rows, is a message Slack accepts',
    (_state, request) => {
      const message = resultReply(request, [])
      expect(validateMessage(message)).toEqual([])
      expect(message.text).toMatch(/^R-12 (is|was|has) /)
    },
  )

  it('of a call that was refused says what the API said, and that nothing moved', () => {
    const refused = everyState().find(([name]) => name === 'refused')?.[1]
    expect(refused && read(resultReply(refused, []))).toEqual([
      'R-12 has failed. CKafka refused it, and no offset moved. It said: “consumer group not empty” (code 4000/1049). Consumers are still connected. Stop them, wait for the group to be empty, then ask again. @alice',
    ])
  })
})

it.each([
  ['preparing', 'R-12 is being checked.'],
  ['pending', 'R-12 is waiting for approval.'],
  ['rejected', 'R-12 was rejected.'],
  ['cancelled', 'R-12 was cancelled.'],
  ['expired', 'R-12 has expired.'],
  ['approved', 'R-12 is approved and on the queue.'],
  ['executing', 'R-12 is running.'],
  ['succeeded', 'R-12 is done.'],
  ['partial', 'R-12 is partly done.'],
  ['failed', 'R-12 has failed.'],
  ['unclear', 'R-12 is unclear and needs a person.'],
])('a request that is %s is said to be so in a whole sentence', (name, sentence) => {
  const request = everyState().find(([state]) => state === name)?.[1]
  expect(request && stateSentence(request.id, request.state)).toBe(sentence)
})

describe('the other replies', () => {
  it.each([
    ['approved', '@bob approved R-12.'],
    ['rejected', '@bob rejected R-12: not during the sale'],
    ['cancelled', '@alice cancelled R-12. Nothing was reset.'],
    ['expired', 'R-12 expired: nobody decided in time. Nothing was reset.'],
    ['succeeded', '@bob approved R-12.'],
    ['notPrepared', 'R-12 has failed.'],
    ['pending', 'R-12 is waiting for approval.'],
  ])('say how a request that is %s was decided', (name, line) => {
    const request = everyState().find(([state]) => state === name)?.[1]
    expect(request && read(decisionReply(request))).toEqual([line])
  })

  it('say what to do when nobody knows, and call the requester', () => {
    const unclear = everyState().find(([state]) => state === 'unclear')?.[1]
    const message = unclear === undefined ? { text: '', blocks: [] } : unclearReply(unclear)
    const sentence =
      'R-12 is unclear. We called CKafka and do not know what it did: no answer within 20 s. Rewind will not call again by itself, because that could move the offsets twice. Look at the group’s offsets in the CKafka console, then decide whether a new request is needed.'
    expect(read(message)).toEqual([`${sentence} @alice`])
    expect(message.text).toBe(`${sentence} <@${ALICE}>`)
  })

  it('tell the requester where the card could not be posted, and what to do', () => {
    const request = following(pending(), {
      kind: 'postRefused',
      key: 'card',
      code: 'not_in_channel',
      retryAtMs: 0,
    })
    expect(read(cardTroubleMessage(request))).toEqual([
      'The card of R-12 could not be posted in #C0OPS: Slack says not_in_channel. Invite Rewind there with /invite and it appears within a minute. Until then an approver can review it with `/offset-requests R-12`.',
    ])
  })
})

describe.each(HOSTILE.map(text => [text.slice(0, 20), text]))('hostile text, %j …', (_name, text) => {
  const reset = { ...someReset, topics: [text], target: { instanceId: text, group: text } }
  const base = pending({ reset, reason: text })
  const requests = [
    ...everyState({ reset, reason: text }).map(([, request]) => request),
    following(base, { ...reject, note: `no ${text}` } as typeof reject),
    following(base, { ...approve, note: text } as typeof approve),
    following(base, approve, start, finish({ kind: 'unknown', cause: text })),
    following(base, approve, start, finish({ kind: 'refused', reason: 'other', code: text, message: text })),
    following(base, { kind: 'postRefused', key: 'card', code: text, retryAtMs: 0 }),
  ]
  const result = [
    failed(text, null, 3, text),
    failed(text, 1, 3, text),
    unreported(text),
    succeeded(text, 0, 1n),
  ]

  it('is shown as text in every reply, within the limits', () => {
    for (const request of requests) {
      const messages = [decisionReply(request), unclearReply(request), resultReply(request, result)]
      for (const message of [...messages, cardTroubleMessage(request)]) {
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

describe('the file', () => {
  const csv = (result: PartitionResult[], request = ended(result)) =>
    resultCsv(request, result).content.split('\n')

  it('has a header and every row', () => {
    const result = [
      failed('aaaa', null, 3, 'no such topic'),
      failed('b', 2, -1),
      unreported('c'),
      ...many(10_000, 100),
    ]
    const lines = csv(result)
    expect(resultCsv(ended(result), result).name).toBe('R-12-result.csv')
    expect(lines.slice(0, 5)).toEqual([
      'instance,group,topic,partition,outcome,new_offset,code,code_name,message',
      'ckafka-demo0001,orders-billing,aaaa,,failed,,3,UNKNOWN_TOPIC_OR_PARTITION,no such topic',
      'ckafka-demo0001,orders-billing,b,2,failed,,-1,UNKNOWN_SERVER_ERROR,',
      'ckafka-demo0001,orders-billing,c,,unreported,,,,',
      'ckafka-demo0001,orders-billing,topic-0,0,succeeded,0,0,NONE,',
    ])
    expect(lines).toHaveLength(1 + 10_003 + 1)
    expect(lines.at(-1)).toBe('')
  })

  it('keeps every digit', () => {
    expect(csv([succeeded('a', 0, 2n ** 63n - 1n)])[1]).toContain(',9223372036854775807,')
  })

  it('quotes what would break a row', () => {
    const [, ...rows] = csv([failed('a', 0, 3, 'one, "two"\nthree')])
    expect(rows.join('\n')).toContain(',"one, ""two""\nthree"\n')
  })

  it('disarms names that a spreadsheet would calculate', () => {
    const reset = { ...someReset, target: { instanceId: 'i', group: '=cmd()' } }
    const result = [failed('+1', 0, 3, '@SUM(A1)'), failed('-1', 1, 3, '\t=1')]
    const lines = csv(result, ended(result, pending({ reset })))
    expect(lines[1]).toBe("i,'=cmd(),'+1,0,failed,,3,UNKNOWN_TOPIC_OR_PARTITION,'@SUM(A1)")
    expect(lines[2]).toBe("i,'=cmd(),'-1,1,failed,,3,UNKNOWN_TOPIC_OR_PARTITION,'\t=1")
  })
})
