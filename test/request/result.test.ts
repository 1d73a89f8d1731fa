import { describe, expect, it } from 'vitest'
import { countsOf, resultOf, type TopicReport, verdictOf } from '../../src/request/result.ts'

const fine = (topic: string, ...offsets: bigint[]): TopicReport => ({
  topic,
  errorCode: 0,
  errorMessage: '',
  partitions: offsets.map((offset, partition) => ({ partition, offset, errorCode: 0, errorMessage: '' })),
})
const missing: TopicReport = { topic: 'aaaa', errorCode: 3, errorMessage: 'does not exist', partitions: [] }

function verdict(topics: string[], ...reports: TopicReport[]) {
  return verdictOf(countsOf(resultOf(topics, reports)))
}

describe('a result', () => {
  it('counts a partition code other than 0 as failed, also inside a topic that succeeded', () => {
    const report = fine('orders', 1n, 2n)
    const [first] = report.partitions
    if (first) first.errorCode = 25
    expect(countsOf(resultOf(['orders'], [report]))).toMatchObject({
      succeededPartitions: 1,
      failedPartitions: 1,
    })
  })

  it('calls a topic that was asked for and not mentioned unreported, never succeeded', () => {
    const result = resultOf(['orders', 'payments'], [fine('orders', 5n)])
    expect(result).toContainEqual(
      expect.objectContaining({ topic: 'payments', outcome: 'unreported', partition: null }),
    )
  })

  it('calls a topic listed as succeeded without any partition unreported', () => {
    expect(resultOf(['orders'], [fine('orders')])[0]).toMatchObject({ outcome: 'unreported' })
  })

  it('lists failures first, so that a clipped list still shows them', () => {
    const outcomes = resultOf(['a', 'aaaa', 'z'], [fine('a', 1n), missing]).map(row => row.outcome)
    expect(outcomes).toEqual(['failed', 'unreported', 'succeeded'])
  })
})

describe('the state a request ends in', () => {
  it('is succeeded only when every topic asked for was reported without a fault', () => {
    expect(verdict(['a', 'b'], fine('a', 1n), fine('b', 2n))).toBe('succeeded')
    expect(verdict(['a', 'aaaa'], fine('a', 1n), missing)).toBe('partial')
    expect(verdict(['a', 'b'], fine('a', 1n))).toBe('partial')
    expect(verdict(['aaaa'], missing)).toBe('failed')
  })

  it('is unclear when the API said "success" and reported nothing', () => {
    expect(verdict(['a', 'b'])).toBe('unclear')
  })
})
