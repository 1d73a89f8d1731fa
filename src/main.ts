// The composition root: settings → adapters → service → start → signals → ordered stop. No decision is made here.

import { createHash, randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
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
import { createSlackApp, type SlackApp, type SlackAppDeps, type SlackTrouble } from './adapters/slack/app.ts'
import {
  createInstallation,
  type Installation,
  sayRefusalsRarely,
} from './adapters/slack/platform/installation.ts'
import { createPeople } from './adapters/slack/platform/people.ts'
import { createWebClient } from './adapters/slack/platform/web-client.ts'
import { createSlackChat } from './adapters/slack/thread/chat.ts'
import { createWordings } from './adapters/slack/wording/readers.ts'
import { type Config, readConfig, type SlackConfig } from './config.ts'
import { startHttpServer } from './http-server.ts'
import { healthRoutes, metricsRoute } from './monitoring.ts'
import type { Clock, FaultPlace } from './ports.ts'
import { type Policy, policyOfSettings } from './request/policy.ts'
import { type ApprovalsService, createApprovals } from './service/approvals.ts'
import { type Pump, startPump } from './service/pump.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

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

export interface Rewind {
  port: number
  /** Where the metrics are; the same port, unless one of their own is set. */
  metricsPort: number
  /** Intake stops, what is in hand ends, connections close. */
  stop(): Promise<void>
}

/** @param clock another one lets a test wait for hours */
export async function startRewind(
  config: Config,
  telemetry: Telemetry,
  clock: Clock = Date.now,
): Promise<Rewind> {
  const report = sayRefusalsRarely(telemetry.report)
  const onError = (where: FaultPlace) => (error: unknown) => report({ event: 'fault', where, error })
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
  const budgets = budgetsOf(ckafka.dialect, accountOf(ckafka.secretId), config.quotaFactor)
  const cluster = createCkafka(
    { ...ckafka, ...(token === undefined ? {} : { token }) },
    {
      now: clock,
      onCall: telemetry.observeCall,
      budgets,
      quota: createQuota(redis, prefix, budgets),
    },
  )
  const readers = {
    person: cluster.reader({ urgency: 'person', readMs: PERSON_READ_MS }),
    plan: cluster.reader({ urgency: 'person', readMs: PLAN_READ_MS }),
    execution: cluster.reader({ urgency: 'execution', readMs: EXECUTION_READ_MS }),
  }
  const installation = config.slack === undefined ? null : startInstallation(config.slack, telemetry)
  const client =
    config.slack === undefined || installation === null
      ? null
      : createWebClient({
          token: config.slack.botToken,
          apiUrl: config.slack.apiUrl,
          logger: telemetry.slackLogger,
          fetch: installation.fetch,
        })
  const people =
    client === null
      ? null
      : createPeople({
          client,
          clock,
          onUnreadable: (userId, error) =>
            report({ event: 'fault', where: 'looking up a person', about: userId, error }),
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
          ...(installation === null ? {} : { repairWaitMs: installation.repairWaitMs }),
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
    config.slack === undefined || people === null || installation === null
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
          installation,
          onConnected: () => telemetry.info('connected to Slack', { event: 'connected' }),
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
  const metrics = metricsRoute(telemetry.registry, config.metricsToken)
  const health = healthRoutes({
    alive: () => true,
    unready: () => unready(store, bot, executor),
    onReadiness: missing =>
      missing.length === 0
        ? telemetry.info('ready', { event: 'readiness' })
        : telemetry.warn(missing.join(' '), { event: 'readiness' }),
  })
  const slack = bot?.slack.requests
  const { host } = config
  const server = await startHttpServer({
    host,
    port: config.port,
    routes: {
      ...health,
      ...(config.metricsPort === null ? metrics : {}),
      ...(slack === undefined ? {} : { '/slack/events': { kind: 'post', ...slack } }),
    },
    onError: onError('port'),
  })
  const metricsServer =
    config.metricsPort === null
      ? null
      : await startHttpServer({ host, port: config.metricsPort, routes: metrics, onError: onError('port') })
  const { port } = server
  const metricsPort = metricsServer?.port ?? port
  telemetry.info('started', {
    event: 'started',
    port,
    metricsPort,
    api: ckafka.dialect,
    can: cluster.can,
  })

  return {
    port,
    metricsPort,
    async stop() {
      telemetry.info('stopping', { event: 'stopping' })
      stopped = true
      policySource.stop()
      approvals.stopWriting(config.callMs)
      await bot?.stopIntake()
      installation?.stop()
      await executor?.close(config.callMs + 5_000)
      // What is not paid by then is still owed, and the next process pays it.
      const ending = approvals.idle().then(() => Promise.all([queue.close(), cluster.close()]))
      await Promise.race([ending, delay(IDLE_MS, undefined, { ref: false })])
      redis.disconnect()
      server.close()
      metricsServer?.close()
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

/** Executions do not wait for it: readiness and the log say what Slack does not take. */
function startInstallation({ botToken: token, apiUrl }: SlackConfig, telemetry: Telemetry): Installation {
  return createInstallation({
    token,
    apiUrl,
    logger: telemetry.slackLogger,
    onRefused: code =>
      telemetry.warn('Slack does not take the bot token. What is owed to Slack waits until it does.', {
        event: 'slackToken',
        code,
      }),
    onTaken: () => telemetry.info('Slack takes the bot token again', { event: 'slackToken' }),
    onUnreachable: error => telemetry.report({ event: 'fault', where: 'reaching Slack', error }),
  })
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
  slack.start()

  return {
    slack,
    pump,
    async stopIntake() {
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
  const trouble = bot?.slack.trouble() ?? null
  if (trouble !== null) missing.push(sentenceOf(trouble))
  if (bot !== null && bot.pump.silentMs() > PUMP_SILENT_MS) missing.push('The pump does not reach the store.')
  if (executor !== null && !executor.isRunning()) missing.push('The worker does not run.')
  return missing
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

async function main(): Promise<void> {
  const read = readConfig(process.env)
  if (!read.ok) {
    for (const problem of read.problems) console.error(problem)
    console.error('Rewind did not start. The README lists every setting.')
    process.exit(1)
  }
  const telemetry = createTelemetry(read.config.logLevel, read.config.role)
  // A mistake of ours, after which nobody knows what still holds: the next process goes on from the record. Node would
  // print the error with all of its properties, and those of an HTTP library hold headers.
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      telemetry.fatal(event === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception', error)
      process.exit(1)
    })
  }
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
