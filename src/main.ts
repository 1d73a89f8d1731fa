// The composition root: settings → adapters → service → start → signals → ordered stop. No decision is made here.

import { createHash, randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createWorkQueue, type Executor, startExecutor } from './adapters/bullmq/work-queue.ts'
import { budgetsOf } from './adapters/ckafka/budgets.ts'
import { createCachedReader } from './adapters/ckafka/cached-reader.ts'
import { createCkafka } from './adapters/ckafka/ckafka.ts'
import { loadPolicy, type PolicySource, watchPolicy } from './adapters/policy/policy-file.ts'
import { checkRedis } from './adapters/redis/check.ts'
import { connectBlocking, connectRedis, untilReady } from './adapters/redis/connect.ts'
import { createLongNames } from './adapters/redis/long-names.ts'
import { createQuota } from './adapters/redis/quota.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { createSlackApp, type SlackApp, type SlackAppDeps } from './adapters/slack/app.ts'
import { createSlackChat } from './adapters/slack/chat.ts'
import { createPeople } from './adapters/slack/people.ts'
import { createWebClient } from './adapters/slack/web-client.ts'
import { createWordings } from './adapters/slack/wordings.ts'
import { type Config, readConfig, type SlackConfig } from './config.ts'
import type { Clock } from './ports.ts'
import { type Policy, policyOfSettings } from './request/policy.ts'
import { type ApprovalsService, createApprovals } from './service/approvals.ts'
import { type Pump, startPump } from './service/pump.ts'
import { createTelemetry, startHttpServer, type Telemetry } from './telemetry.ts'

/** One read with all its pages: for a person in front of a form, for a plan in the background, for an execution. */
const PERSON_READ_MS = 8_000
const PLAN_READ_MS = 600_000
const EXECUTION_READ_MS = 60_000
const PUMP_REST_MS = 250
/** A pump this silent while the process lives cannot reach the store; readiness says so. */
const PUMP_SILENT_MS = 30_000
/** Without this wait the first round of the pump would be a fault in the log of every start. */
const REDIS_CONNECT_MS = 2_000
const IDLE_MS = 3_000
const POLICY_LOOK_MS = 1_000
const SLACK_RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000]

export interface Rewind {
  port: number
  /** Intake stops, what is in hand ends, connections close. */
  stop(): Promise<void>
}

/** @param clock another one lets a test wait for hours */
export async function startRewind(
  config: Config,
  telemetry: Telemetry,
  clock: Clock = Date.now,
): Promise<Rewind> {
  const { report } = telemetry
  const onError = (where: string) => (error: Error) => report({ event: 'fault', where, error })
  const { redisPrefix: prefix } = config
  const redis = connectRedis(config.redis, onError('redis'))
  // Beside the start, and once: a Redis that is set up badly still serves.
  redis.once('ready', async () => {
    for (const problem of await checkRedis(redis)) telemetry.warn(problem, { event: 'redisCheck' })
  })
  // A Redis that is away does not keep the process from starting: readiness says what is missing.
  await untilReady(redis, REDIS_CONNECT_MS).catch(() => {})
  const store = createRedisStore(redis, prefix)
  const queue = createWorkQueue({
    connection: connectRedis(config.redis, onError('queue')),
    prefix,
    onError: onError('queue'),
  })
  const { token, ...ckafka } = config.ckafka
  const cluster = createCkafka(
    { ...ckafka, ...(token === undefined ? {} : { token }) },
    {
      now: clock,
      onCall: telemetry.observeCall,
      quota: createQuota(
        redis,
        prefix,
        budgetsOf(ckafka.dialect, accountOf(ckafka.secretId), config.quotaFactor),
      ),
    },
  )
  const readers = {
    person: cluster.reader({ urgency: 'person', readMs: PERSON_READ_MS }),
    plan: cluster.reader({ urgency: 'person', readMs: PLAN_READ_MS }),
    execution: cluster.reader({ urgency: 'execution', readMs: EXECUTION_READ_MS }),
  }
  const client =
    config.slack === undefined
      ? null
      : createWebClient({
          token: config.slack.botToken,
          apiUrl: config.slack.apiUrl,
          logger: telemetry.slackLogger,
        })
  const people =
    client === null
      ? null
      : createPeople({
          client,
          clock,
          onUnreadable: (userId, error) => report({ event: 'fault', where: `looking up ${userId}`, error }),
        })
  const wordings = createWordings({ people: people ?? NOBODY, language: config.language })
  const chat =
    client === null
      ? null
      : createSlackChat({
          client,
          clock,
          onGroupUnreadable: (groupId, error) => report({ event: 'groupRead', groupId, error }),
          onGroupRead: groupId => report({ event: 'groupRead', groupId, error: null }),
          words: wordings.common,
          wordsFor: wordings.wordsFor,
        })
  let stopped = false
  const policySource = startPolicy(config, telemetry, () => void reconsider())
  const approvals = createApprovals(
    {
      store,
      queue,
      cluster,
      readers,
      chat,
      people,
      policy: () => policySource.current(),
      clock,
      report,
      processId: `${config.role}-${randomUUID()}`,
    },
    config,
  )

  /** Nothing that an edit forbids may start because the store was away when it was read. */
  async function reconsider(): Promise<void> {
    for (let isDone = false; !isDone && !stopped; ) {
      isDone = await approvals.reconsiderOpen().then(
        () => true,
        error => {
          onError('policy')(error)
          return false
        },
      )
      if (!isDone) await delay(POLICY_LOOK_MS, undefined, { ref: false })
    }
  }
  // It may have been edited while nobody ran.
  if (chat !== null) void reconsider()

  const bot =
    config.slack === undefined || people === null
      ? null
      : startBot(config.slack, telemetry, {
          approvals,
          reader: createCachedReader(readers.person, { now: clock }),
          names: createLongNames(redis, prefix, error =>
            report({ event: 'fault', where: 'long names', error }),
          ),
          clock,
          report,
          instances: config.instances,
          botToken: config.slack.botToken,
          slackApiUrl: config.slack.apiUrl,
          wordsFor: wordings.wordsFor,
          people,
          approvalsChannel: config.approvalsChannel,
        })
  const executor =
    config.role === 'bot'
      ? null
      : startExecutor({
          connection: connectBlocking(config.redis, onError('worker')),
          prefix,
          concurrency: config.workerConcurrency,
          execute: approvals.execute,
          onError: onError('worker'),
        })
  const server = await startHttpServer({
    host: config.host,
    port: config.port,
    alive: () => true,
    unready: () => unready(store, bot, executor),
    registry: telemetry.registry,
    slack: bot?.slack.requestListener,
  })
  const { port } = server.address() as AddressInfo
  telemetry.info('started', { event: 'started', port, api: ckafka.dialect, can: cluster.can })

  return {
    port,
    async stop() {
      telemetry.info('stopping', { event: 'stopping' })
      stopped = true
      policySource.stop()
      await bot?.stopIntake()
      await executor?.close(config.callMs + 5_000)
      // What is not paid by then is still owed, and the next process pays it.
      const ending = approvals.idle().then(() => Promise.all([queue.close(), cluster.close()]))
      await Promise.race([ending, delay(IDLE_MS, undefined, { ref: false })])
      redis.disconnect()
      server.close()
      server.closeAllConnections()
      telemetry.info('stopped', { event: 'stopped' })
    },
  }
}

/** Rejects what cannot be used at the start; an edit that cannot be used leaves the policy as it is. */
function startPolicy(config: Config, telemetry: Telemetry, onEdited: () => void): PolicySource {
  const { policyFile: file, approvers, skipLimits } = config
  if (file === null) {
    const policy = policyOfSettings(approvers, skipLimits)
    return { current: () => policy, stop: () => {} }
  }
  const read = loadPolicy(file)
  if (!read.ok) throw new Error(`POLICY_FILE cannot be used: ${read.problems.join('; ')}`)
  return watchPolicy(file, read.policy, {
    everyMs: POLICY_LOOK_MS,
    onEdited: ({ version }: Policy) => {
      telemetry.info('the policy was edited', { event: 'policy', version })
      onEdited()
    },
    onProblems: problems => {
      telemetry.warn(`The edited policy cannot be used, and the one before goes on: ${problems.join('; ')}`, {
        event: 'policy',
      })
    },
  })
}

/** Where there is no Slack. */
const NOBODY = { find: async () => null }

/** Names the account in keys without giving its id away. */
function accountOf(secretId: string): string {
  return createHash('sha256').update(secretId).digest('hex').slice(0, 12)
}

interface Bot {
  slack: SlackApp
  pump: Pump
  stopIntake(): Promise<void>
}

function startBot(
  slackConfig: SlackConfig,
  telemetry: Telemetry,
  deps: SlackAppDeps & { approvals: ApprovalsService },
): Bot {
  const { approvals, report } = deps
  const slack = createSlackApp(slackConfig, deps, telemetry.slackLogger)
  const pump = startPump({
    payDue: approvals.payDue,
    payForgotten: approvals.payForgotten,
    report,
    restMs: PUMP_REST_MS,
  })
  let stopped = false

  // Slack being away must not keep executions from running, so connecting goes on beside everything else.
  async function connect(): Promise<void> {
    for (let tries = 0; !stopped; tries++) {
      try {
        await slack.start()
        telemetry.info('connected to Slack', { event: 'connected' })
        return
      } catch (error) {
        report({ event: 'fault', where: 'connecting to Slack', error })
        const waitMs = SLACK_RETRY_MS[Math.min(tries, SLACK_RETRY_MS.length - 1)]
        await delay(waitMs, undefined, { ref: false })
      }
    }
  }
  void connect()

  return {
    slack,
    pump,
    async stopIntake() {
      stopped = true
      await slack.stop(3_000)
      await pump.stop()
    },
  }
}

async function unready(
  store: { ping(): Promise<void> },
  bot: Bot | null,
  executor: Executor | null,
): Promise<string[]> {
  const missing: string[] = []
  await store.ping().catch(() => missing.push('Redis does not answer.'))
  if (bot !== null && !bot.slack.isConnected()) missing.push('Slack is not connected.')
  if (bot !== null && bot.pump.silentMs() > PUMP_SILENT_MS) missing.push('The pump does not reach the store.')
  if (executor !== null && !executor.isRunning()) missing.push('The worker does not run.')
  return missing
}

async function main(): Promise<void> {
  const read = readConfig(process.env)
  if (!read.ok) {
    for (const problem of read.problems) console.error(problem)
    console.error('Rewind did not start. The README lists every setting.')
    process.exit(1)
  }
  const telemetry = createTelemetry(read.config.logLevel, read.config.role)
  process.on('unhandledRejection', error => {
    telemetry.fatal('unhandled rejection', error)
    process.exit(1)
  })
  const rewind = await startRewind(read.config, telemetry).catch(error => {
    telemetry.fatal('Rewind did not start', error)
    process.exit(1)
  })
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      rewind.stop().then(
        () => process.exit(0),
        error => {
          telemetry.fatal('stopping failed', error)
          process.exit(1)
        },
      )
    })
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main()
}
