// How many calls an account may make, as the API documents it. Facts only; keeping to them is the Quota's work.

import type { Budget, Budgets } from '../../ports/cluster.ts'
import type { WritePace } from '../../request/write-time.ts'

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

/** @param factor how many times the documented budget: less where other tools share it, more where it was raised */
export function budgetsOf(dialect: 'v2' | 'v3', account: string, factor = 1): Budgets {
  return dialect === 'v2'
    ? { account, together: times(V2_BUDGET, factor), perAction: () => undefined }
    : { account, perAction: action => times(V3_BUDGETS[action] ?? V3_DEFAULT, factor) }
}

/** Names whose calls are counted together: API 3.0 counts those of an account in each region, API 2.0 all of the account. */
export function countedTogether(
  account: string,
  { dialect, region }: { dialect: 'v2' | 'v3'; region: string },
): string {
  return dialect === 'v3' ? `${account} ${region}` : account
}

/** Of writes one after the other: in 3.0 each looks at the group, its offsets and perhaps the log first. */
export function writePaceOf(dialect: 'v2' | 'v3', budgets: Budgets): WritePace {
  // In 2.0 one call writes all of a request.
  if (dialect === 'v2') return { atLeastMs: 0, atMostMs: 0 }
  const each = V3_CALLS_OF_A_WRITE.map(action => {
    const { points, seconds } = budgets.perAction(action) ?? V3_DEFAULT
    return (1_000 * seconds) / points
  })
  return { atLeastMs: each[0] ?? 0, atMostMs: each.reduce((sum, ms) => sum + ms, 0) }
}

/** The write first. */
const V3_CALLS_OF_A_WRITE = [
  'BatchModifyGroupOffsets',
  'DescribeGroupInfo',
  'DescribeGroupOffsets',
  'DescribeTopicSyncReplica',
]

/** Never less than one call, in as many more seconds. */
function times({ points, seconds }: Budget, factor: number): Budget {
  const more = points * factor
  return more >= 1 ? { points: Math.floor(more), seconds } : { points: 1, seconds: Math.ceil(seconds / more) }
}
