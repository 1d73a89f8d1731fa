// The plan and the result as files: every row, every digit, and nothing that a spreadsheet would calculate.

import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { planCsv, resultCsv } from '../../../../src/adapters/slack/thread/csv-files.ts'
import { placeOf } from '../../../../src/request/group.ts'
import { readOffsetsFile } from '../../../../src/request/offsets-file.ts'
import type { PlanRow } from '../../../../src/request/plan-rows.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import {
  allArrived,
  drifted,
  endedWith,
  following,
  pending,
  positionsOf,
  prepare,
  rowsOf,
  someReset,
} from '../../../support/requests.ts'
import { failed, many, succeeded, unreported } from '../../../support/results.ts'

const words = wordsIn('en')

describe('the result as a file', () => {
  const csv = (result: PartitionResult[], request = endedWith(result)) =>
    resultCsv(words, request, result).content.split('\n')

  it('has a header and every row', () => {
    const result = [
      failed('aaaa', null, 3, 'no such topic'),
      failed('b', 2, -1),
      unreported('c', 0),
      ...many(10_000, 100),
    ]
    const lines = csv(result)
    const { name, comment } = resultCsv(words, endedWith(result), result)
    expect(name).toBe('R-12-result.csv')
    expect(comment).toBe('The result of R-12 in full: 10,003 rows.')
    expect(lines.slice(0, 5)).toEqual([
      'instance,group,topic,partition,from,planned,api_said,api_code,api_code_name,read_back,outcome,message',
      'ckafka-demo0001,orders-billing,aaaa,,,,,3,UNKNOWN_TOPIC_OR_PARTITION,,failed,no such topic',
      'ckafka-demo0001,orders-billing,b,2,100,0,,-1,UNKNOWN_SERVER_ERROR,100,failed,',
      'ckafka-demo0001,orders-billing,c,0,,,,,,,unreported,could not be read back. Check the offset in the CKafka console.',
      'ckafka-demo0001,orders-billing,topic-0,0,100,0,accepted,0,NONE,0,succeeded,',
    ])
    expect(lines).toHaveLength(1 + 10_003 + 1)
    expect(lines.at(-1)).toBe('')
  })

  it('keeps every digit', () => {
    const big = 2n ** 63n - 1n
    expect(csv([{ ...succeeded('a', 0, 5n), readBack: big }])[1]).toContain(',9223372036854775807,')
  })

  it('quotes what would break a row', () => {
    const [, ...rows] = csv([failed('a', 0, 3, 'one, "two"\nthree')])
    expect(rows.join('\n')).toContain(',"one, ""two""\nthree"\n')
  })

  it('disarms names that a spreadsheet would calculate', () => {
    const reset = { ...someReset, target: { instanceId: 'i', group: '=cmd()' } }
    const result = [failed('+1', 0, 3, '@SUM(A1)'), failed('-1', 1, 3, '\t=1')]
    const lines = csv(result, endedWith(result, pending({ reset })))
    expect(lines[1]).toBe(`i,"'=cmd()","'+1",0,100,0,,3,UNKNOWN_TOPIC_OR_PARTITION,100,failed,"'@SUM(A1)"`)
    expect(lines[2]).toBe(`i,"'=cmd()","'-1",1,100,0,,3,UNKNOWN_TOPIC_OR_PARTITION,100,failed,"'\t'=1"`)
  })
})

const WHOSE = { group: 'orders-billing', instance: ['ckafka-demo0001'] }

describe('the plan as a file', () => {
  const linesOf = (content: string) => Papa.parse<string[]>(content.trim()).data

  it('has every row, in the order of the plan', () => {
    const facts = {
      positions: [
        ...positionsOf(['orders'], { logStart: null, committed: null }),
        ...positionsOf(['payments'], { committed: 441_500n }),
      ],
    }
    const request = pending({}, { facts, execution: 'native' })
    const { name, content, comment } = planCsv(words, request, rowsOf(request.reset, facts), 1)
    expect(name).toBe('R-12-plan-1.csv')
    expect(comment).toBe('Plan 7f3a91c2 of R-12 in full: 4 partitions.')
    expect(content.split('\n')).toEqual([
      'instance,group,topic,partition,from,to,replays,skips,certainty,note,log_start,log_end',
      'ckafka-demo0001,orders-billing,orders,0,,,0,0,unknown,noCommit,,442480',
      'ckafka-demo0001,orders-billing,orders,1,,,0,0,unknown,noCommit,,442481',
      'ckafka-demo0001,orders-billing,payments,0,441500,441480,20,0,exact,atStart,441480,442480',
      'ckafka-demo0001,orders-billing,payments,1,441500,441480,20,0,exact,atStart,441480,442481',
      '',
    ])
  })

  it('of an earlier round does not carry the name of the present plan', () => {
    const moved = following(pending(), drifted())
    const again = following(moved, prepare(moved))
    expect(planCsv(words, again, rowsOf(again.reset), 1).comment).toBe(
      'Plan 1 of R-12 in full: 4 partitions.',
    )
    expect(planCsv(words, again, rowsOf(again.reset), 2)).toMatchObject({
      name: 'R-12-plan-2.csv',
      comment: 'Plan 7f3a91c2 of R-12 in full: 4 partitions.',
    })
    expect(planCsv(words, moved, [], 1).comment).toBe('Plan 1 of R-12 in full: 0 partitions.')
  })

  it('can be attached to a new request as it is, and so can the result', () => {
    const request = pending()
    const rows: PlanRow[] = rowsOf(request.reset)
    const targets = new Map(rows.map(row => [placeOf(row.topic, row.partition), row.to]))
    const plan = planCsv(words, request, rows, 1).content
    expect(readOffsetsFile(linesOf(plan), WHOSE)).toEqual({ ok: true, targets })
    const result = allArrived(request)
    const proof = resultCsv(words, endedWith(result, request), result).content
    expect(readOffsetsFile(linesOf(proof), WHOSE)).toEqual({ ok: true, targets })
  })

  it('of 10,000 partitions has a line for each', () => {
    const [first] = rowsOf(someReset)
    const all = Array.from({ length: 10_000 }, (_, partition) => ({ ...first, partition }) as PlanRow)
    expect(linesOf(planCsv(words, pending(), all, 1).content)).toHaveLength(10_001)
  })
})
