// How many calls an account may make, as the API documents it. Facts only; keeping to them is the Quota's work.

import type { Budget, Budgets } from '../../ports.ts'

/** API 2.0: 100 calls a minute for the account, all actions together. */
const V2_BUDGET: Budget = { points: 100, seconds: 60 }

/** API 3.0: calls a second, by action; most allow 100. */
const V3_DEFAULT: Budget = { points: 100, seconds: 1 }
const V3_BUDGETS: Readonly<Record<string, Budget>> = {
  BatchModifyGroupOffsets: { points: 20, seconds: 1 },
  DescribeInstances: { points: 20, seconds: 1 },
  DescribeTopicSyncReplica: { points: 5, seconds: 1 },
  FetchMessageListByTimestamp: { points: 1, seconds: 1 },
}

export function budgetsOf(dialect: 'v2' | 'v3', account: string): Budgets {
  return dialect === 'v2'
    ? { account, together: V2_BUDGET, perAction: () => undefined }
    : { account, perAction: action => V3_BUDGETS[action] ?? V3_DEFAULT }
}
