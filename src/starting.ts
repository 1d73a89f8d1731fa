// What is asked before anything is started: whether Slack takes the tokens, whether Redis can be connected to, and whether
// what is there was sealed with the key that is set. It must never start anything, nor show a token or a password.

import { setTimeout as delay } from 'node:timers/promises'
import { connectRedis, type RedisConnection } from './adapters/redis/connect.ts'
import { lookAtSeals } from './adapters/redis/newest-seals.ts'
import { addressesOf, connectionFault, unconnectedWords } from './adapters/redis/unconnected.ts'
import { askAboutTokens } from './adapters/slack/platform/tokens.ts'
import type { Config } from './config.ts'
import { keyAdvice, keyProblem, shareOf } from './request/key-standing.ts'
import { createSeals, type Seals } from './request/seals.ts'
import type { Telemetry } from './telemetry.ts'

/** Why the product did not start, in one sentence for who starts it: a stack would say nothing more. */
export class StartProblem extends Error {
  override name = 'StartProblem'
}

export interface Asked {
  /** One line each; empty: it can start. */
  problems: string[]
  /** Slack could not be asked, and that has been told. */
  slackIsAway: boolean
}

/** Slack answers within this time, or it is not waited for. */
const SLACK_MS = 3_000
/** A Redis that is there has answered by then. */
const REDIS_SOON_MS = 500
/** Servers of one machine start in any order. */
const REDIS_MS = 10_000

export async function askBeforeStart(config: Config, telemetry: Telemetry): Promise<Asked> {
  const [ofRedis, ofSlack] = await Promise.all([
    redisProblem(config, line => telemetry.warn(line, { event: 'starting' })),
    slackProblems(config, telemetry),
  ])
  return { problems: [...ofSlack.problems, ...ofRedis], slackIsAway: ofSlack.slackIsAway }
}

/** A Slack that cannot be asked ends nothing: it is asked again once everything runs. */
async function slackProblems({ slack }: Config, telemetry: Telemetry): Promise<Asked> {
  if (slack === undefined) return { problems: [], slackIsAway: false }
  const answers = await askAboutTokens({ ...slack, logger: telemetry.slackLogger, withinMs: SLACK_MS })
  const [unasked] = answers.flatMap(answer => (answer.kind === 'unasked' ? [answer.cause] : []))
  const problems = answers.flatMap(answer =>
    answer.kind === 'refused' ? [`Slack refuses ${answer.token}: ${answer.code}`] : [],
  )
  if (unasked !== undefined && problems.length === 0) {
    telemetry.warn(`Slack could not be asked about the tokens: ${unasked}. Rewind starts, and asks again.`, {
      event: 'starting',
    })
  }
  return { problems, slackIsAway: unasked !== undefined }
}

/**
 * Of a Redis that nothing can connect to. One that is there and refuses, or is silent, ends nothing: readiness says what is
 * wrong, and it is waited for.
 */
async function redisProblem(config: Config, tell: (line: string) => void): Promise<string[]> {
  const { redis } = config
  let unconnected: string | null = null
  const connection = connectRedis(redis, error => {
    unconnected = connectionFault(error)
  })
  const ready = new Promise<boolean>(resolve => void connection.once('ready', () => resolve(true)))
  const isReady = (withinMs: number) => Promise.race([ready, delay(withinMs, false)])
  try {
    if (await isReady(REDIS_SOON_MS)) return await keyProblems(connection, config, tell)
    // Slow, or silent: not waited for much longer than Slack is.
    if (unconnected === null)
      return (await isReady(SLACK_MS)) ? await keyProblems(connection, config, tell) : []
    tell(`Waiting for Redis at ${addressesOf(redis)} (REDIS_URL): ${unconnected}.`)
    if (await isReady(REDIS_MS)) return await keyProblems(connection, config, tell)
    if (unconnected === null) return []
    return [unconnectedWords(redis, unconnected)]
  } finally {
    connection.disconnect()
  }
}

export function sealsOf({ auditKeys, auditKeysLost, redisPrefix }: Config): Seals | null {
  return auditKeys === null ? null : createSeals(auditKeys, redisPrefix, auditKeysLost)
}

/** A Redis that cannot say it is asked again before anything is written. */
async function keyProblems(
  redis: RedisConnection,
  config: Config,
  tell: (line: string) => void,
): Promise<string[]> {
  const standing = await lookAtSeals(redis, config.redisPrefix, sealsOf(config)).catch(() => null)
  if (standing === null) return []
  const problem = keyProblem(standing)
  if (problem !== null) return [`${problem}. ${keyAdvice(standing)}`]
  if (standing.kind === 'noKeyOfSome') {
    tell(
      `AUDIT_KEY is not set, and ${shareOf(standing)} sealed with a key: what is sealed is left alone. ${keyAdvice(standing)}`,
    )
  }
  return []
}
