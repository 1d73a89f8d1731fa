// A process that makes plans over a Kafka with the product's own service, and says how much memory it holds. It must never
// do anything else, so that what it holds is the plan's.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createKafka } from '../../../dist/adapters/kafka/kafka.js'
import { connectRedis } from '../../../dist/adapters/redis/connect.js'
import { createRedisStore } from '../../../dist/adapters/redis/store.js'
import { policyOfSettings } from '../../../dist/request/policy.js'
import { createChanges } from '../../../dist/service/changes.js'
import { createKeptRows } from '../../../dist/service/kept-rows.js'
import { createPlans } from '../../../dist/service/plans.js'
import { createPolicies } from '../../../dist/service/policies.js'
import { answering } from './answering.mjs'

const { KAFKA, REDIS_URL, CLUSTER_ID } = process.env
const clock = Date.now
const kafka = createKafka({ id: CLUSTER_ID, name: 'bench', bootstrap: [KAFKA] }, { now: clock })
const redis = connectRedis({ mode: 'single', url: REDIS_URL }, () => {})
const ready = once(redis, 'ready')
const store = createRedisStore(redis, `bench-${randomUUID()}`, { seals: null })
const changes = createChanges({ store, clock, report() {}, seals: null })
const policy = policyOfSettings(['U0BOB'], { typedAbove: null, secondApproverAbove: null })
const { guardFor } = createPolicies({
  chat: null,
  policy: () => policy,
  instances: [],
  requestExpiryMs: 3_600_000,
})
const plans = createPlans({
  ...{ store, clock, guardFor },
  kept: createKeptRows({ store, seals: null }),
  reader: kafka.reader({ readMs: 60_000 }),
  writeTimeOf: () => ({ atLeastMs: 0, atMostMs: 0 }),
})

answering(async ({ group, topics, timeMs, guard }) => {
  await ready
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const rest = process.memoryUsage().rss
  const created = await changes.create(
    {
      reset: {
        target: { instanceId: CLUSTER_ID, group },
        strategy: { kind: 'time', timeMs },
        ...{ scope: 'topics', topics, partitions: {} },
      },
      ...{
        parent: null,
        skipToEnd: true,
        reason: 'bench',
        requester: 'U0ALICE',
        askedIn: 'C0OPS',
        channel: 'C0OPS',
      },
      ...{ elsewhere: null, guard, expiresAtMs: clock() + 3_600_000 },
    },
    randomUUID(),
  )
  const made = await plans.make(created.request, async () => {})
  if (made.kind !== 'planned') throw new Error(made.cause ?? made.kind)
  // Kept beside the record, as the product does.
  const documents = { 'plan-1': made.rows }
  const kept = await changes.change(created.request.id, made.command, { documents })
  if (kept.kind !== 'changed') throw new Error(kept.kind)
  return { rows: made.rows.length, rest, most: process.resourceUsage().maxRSS * 1_024 }
})
