import { expect, it } from 'vitest'
import { budgetsOf, countedTogether } from '../../../src/adapters/ckafka/budgets.ts'

it('keeps to the documented limits unless told otherwise', () => {
  expect(budgetsOf('v2', 'a').together).toEqual({ points: 100, seconds: 60 })
  const { together, perAction } = budgetsOf('v3', 'a')
  expect(together).toBeUndefined()
  expect(perAction('FetchMessageListByTimestamp')).toEqual({ points: 1, seconds: 1 })
  expect(perAction('DescribeTopicSyncReplica')).toEqual({ points: 5, seconds: 1 })
  expect(perAction('DescribeGroup')).toEqual({ points: 100, seconds: 1 })
})

it('uses more of them where they were raised, in either dialect', () => {
  expect(budgetsOf('v2', 'a', 2).together).toEqual({ points: 200, seconds: 60 })
  expect(budgetsOf('v3', 'a', 2.5).perAction('DescribeTopicSyncReplica')).toEqual({ points: 12, seconds: 1 })
})

it('uses less where they are shared, down to one call in many seconds, and never none', () => {
  expect(budgetsOf('v2', 'a', 0.5).together).toEqual({ points: 50, seconds: 60 })
  const { perAction } = budgetsOf('v3', 'a', 0.25)
  expect(perAction('DescribeTopicSyncReplica')).toEqual({ points: 1, seconds: 1 })
  expect(perAction('FetchMessageListByTimestamp')).toEqual({ points: 1, seconds: 4 })
})

it('is one for each region of an account in API 3.0, and one for the account in API 2.0', () => {
  const named = (dialect: 'v2' | 'v3') =>
    new Set(['ap-guangzhou', 'ap-shanghai'].map(region => countedTogether('AKID1', { dialect, region })))
  expect(named('v3').size).toBe(2)
  expect(named('v2')).toEqual(new Set(['AKID1']))
})
