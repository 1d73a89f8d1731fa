// What keeps the process from doing its work, in words for the log.

import type { Executor } from './adapters/bullmq/executor.ts'
import type { RedisKeeper } from './adapters/redis/keeper.ts'
import type { RedisTrouble } from './adapters/redis/probe.ts'
import type { SlackApp, SlackTrouble } from './adapters/slack/app.ts'
import type { OpenClusters } from './open-clusters.ts'
import type { Pump } from './service/pump.ts'

/** A pump this silent while the process lives cannot reach the store; readiness says so. */
const PUMP_SILENT_MS = 30_000

export interface ReadyParts {
  redis: RedisKeeper
  /** Of AUDIT_KEY, where it is not the key of what is in Redis. */
  keyProblem(): string | null
  bot: { slack: SlackApp; pump: Pump } | null
  worker: Executor | null
  clusters: OpenClusters
}

/** Empty: nothing does. */
export async function unready({ redis, keyProblem, bot, worker, clusters }: ReadyParts): Promise<string[]> {
  const missing: string[] = []
  const refusal = await redis.look()
  if (refusal !== null) missing.push(refusalIn(refusal))
  // What that look has just found, where Redis was away before.
  const ofKey = keyProblem()
  if (ofKey !== null) missing.push(`Nothing is written or run: ${ofKey}.`)
  const trouble = bot?.slack.trouble() ?? null
  if (trouble !== null) missing.push(sentenceOf(trouble))
  if (bot !== null && bot.pump.silentMs() > PUMP_SILENT_MS) missing.push('The pump does not reach the store.')
  // Redis may be there for all others and not for its connection.
  if (worker !== null && !worker.isTaking())
    missing.push('The worker takes no jobs: Redis does not answer it.')
  if (clusters.areNoneOpen()) missing.push('No cluster could be opened.')
  return missing
}

function refusalIn({ why }: RedisTrouble): string {
  switch (why) {
    case 'away':
      return 'Redis does not answer.'
    case 'login':
      return 'Redis does not take the user or the password of REDIS_URL.'
    case 'forbidden':
      return 'Nothing can be saved: the user of Redis may not do all that Rewind needs.'
    case 'readOnly':
      return 'Nothing can be saved: this Redis is a replica.'
    case 'memory':
      return 'Nothing can be saved: Redis has no memory left.'
    case 'replicas':
      return 'Nothing can be saved: too few replicas follow Redis.'
    case 'disk':
      return 'Nothing can be saved: Redis cannot write to its disk.'
    case 'notServing':
      return 'Nothing can be saved: Redis is loading, busy, or without its master.'
    case 'refused':
      return 'Nothing can be saved: Redis refuses it.'
    default:
      return why satisfies never
  }
}

function sentenceOf({ what, cause }: SlackTrouble): string {
  const because = cause === null ? '' : `: ${cause}`
  switch (what) {
    case 'notReached':
      return 'Slack has not answered yet.'
    case 'tokenRefused':
      return `Slack does not take the bot token${because}.`
    case 'notConnected':
      return `Slack is not connected${because}.`
    default:
      return what satisfies never
  }
}
