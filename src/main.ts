// The composition root: settings → adapters → service → start → signals → ordered stop. No decision is made here.

import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createWorkQueue } from './adapters/bullmq/work-queue.ts'
import { createCachedReader } from './adapters/clusters/cached-reader.ts'
import { createPictures } from './adapters/picture/pictures.ts'
import { checkRedis } from './adapters/redis/check.ts'
import { connectRedis, type RedisConnection, untilReady } from './adapters/redis/connect.ts'
import { keepRedis } from './adapters/redis/keeper.ts'
import { createLongNames } from './adapters/redis/long-names.ts'
import { createKeyGate } from './adapters/redis/newest-seals.ts'
import { createNumbers } from './adapters/redis/numbers.ts'
import { createSendingRate } from './adapters/redis/sending-rate.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { troubleOf } from './adapters/redis/trouble.ts'
import { createWatchRate } from './adapters/redis/watch-rate.ts'
import { createWorkers } from './adapters/redis/workers.ts'
import { connectSlack, type Slack, type SlackApp } from './adapters/slack/app.ts'
import { type Config, readConfig, type SlackConfig } from './config.ts'
import type { Route } from './http-server.ts'
import { createNamesCheck, type NamesCheck } from './named.ts'
import type { Clock } from './ports/clock.ts'
import type { ClusterReader } from './ports/cluster.ts'
import type { FaultPlace, ProductEvent } from './ports/events.ts'
import type { Pictures } from './ports/pictures.ts'
import type { SendingRate } from './ports/store.ts'
import { unready } from './readiness.ts'
import { gaugesOf } from './request/gauges.ts'
import type { Seals } from './request/seals.ts'
import { looksAMinute } from './request/watch.ts'
import { clustersSaid, followClusters, serveClusters, tellKeys, troubleSentence } from './serve-clusters.ts'
import { followEdits, type LivePolicy, startPolicy } from './serve-policy.ts'
import { openPorts } from './serve-ports.ts'
import { serveRequests } from './serve-requests.ts'
import { serveRetention } from './serve-retention.ts'
import { serveTraces, type Traces } from './serve-tracing.ts'
import { noWorker, startWorker } from './serve-workers.ts'
import { type ApprovalsService, createApprovals } from './service/approvals.ts'
import { type Pump, startPump } from './service/pump.ts'
import { faultsOf, type Setup } from './setup.ts'
import { askBeforeStart, StartProblem, sealsOf } from './starting.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

const PUMP_REST_MS = 250
/** Without this wait the first round of the pump would be a fault in the log of every start. */
const REDIS_CONNECT_MS = 2_000
const IDLE_MS = 3_000
/** For listeners in hand. */
const INTAKE_MS = 3_000

export interface Rewind {
  port: number
  /** Where the metrics are; the same port, unless one of their own is set. */
  metricsPort: number
  /** Asks Slack who is there, and clusters whether they take their keys, and warns of what is not so. Nothing waits for it. */
  lookAround(): void
  /** Intake stops, what is in hand ends, connections close. */
  stop(): Promise<void>
}

/** @param clock another one lets a test wait for hours */
export async function startRewind(
  config: Config,
  given: Telemetry,
  clock: Clock = Date.now,
): Promise<Rewind> {
  const telemetry: Telemetry = { ...given, report: event => given.report(withTrouble(event)) }
  const policy = startPolicy({ config, telemetry })
  const served = { entries: config.clusters }
  const traces = await serveTraces(config, telemetry)
  const { tracing } = traces
  const pictures = config.slack === undefined || !config.pictures ? null : drawPictures(telemetry)
  const reached = { telemetry, clock, served, tracing, pictures }
  const slack = config.slack === undefined ? null : reachSlack(config, config.slack, reached)
  const report = slack?.report ?? telemetry.report
  const setup: Setup = { config, telemetry, clock, report, served, traces }

  const seals = sealsOf(config)
  const redis = await openRedis(setup, seals)
  const { store, queue, keeper, workers } = redis
  telemetry.gaugesFrom(async () => {
    const [marks, depth, taking] = await Promise.all([store.readMarks(), queue.depth(), workers.count()])
    return gaugesOf(marks, { ...depth, workers: taking }, clock())
  })
  const clusters = serveClusters(setup, redis.connection)
  const processId = `${config.role}-${randomUUID()}`
  const approvals = createApprovals(
    {
      ...{ clock, report, tracing },
      ...{ store, queue, rate: redis.rate, watchRate: redis.watchRate },
      ...{ cluster: clusters.cluster, readers: clusters.readers, isKafka: clusters.isKafka },
      ...{ chat: slack?.chat ?? null, people: slack?.people ?? null },
      policy: policy.current,
      seals,
      processId,
    },
    config,
  )
  const edits = slack === null ? null : followEdits(setup, policy, approvals)
  const bot = slack === null ? null : startBot(setup, slack, { redis, clusters, approvals })
  const names = slack === null || bot === null ? null : checkNames(setup, slack, bot, policy)
  const clustersFile = followClusters(setup, clusters, () => bot?.forgetClusters())
  const { execute } = approvals
  const keyProblem = redis.keyGate.problem
  const worker =
    config.role === 'bot' ? null : startWorker(setup, { keeper, workers, execute, processId, keyProblem })
  const retention = serveRetention(setup, redis, seals)
  const asked = { requests: bot?.slack.requests, ofAccounts: bot?.accountRequests ?? null }
  const ports = await openPorts(setup, asked, {
    unready: () => unready({ redis: keeper, keyProblem, bot, worker, clusters }),
    impaired: async () => [
      ...clusters.troubles().map(({ name }) => troubleSentence(name)),
      ...(worker === null ? await noWorker(workers) : []),
    ],
  })
  const { port, metricsPort } = ports
  const kinds = config.clusters.map(each =>
    each.kind === 'kafka' ? each.kind : `${each.kind} ${each.ckafka.dialect}`,
  )
  telemetry.info('started', { event: 'started', port, metricsPort, clusters: kinds })

  return {
    port,
    metricsPort,
    lookAround() {
      void names?.look().catch(faultsOf(setup)('policy'))
      void tellKeys(setup, clusters)
    },
    async stop() {
      telemetry.info('stopping', { event: 'stopping' })
      policy.stop()
      names?.stop()
      clustersFile?.stop()
      edits?.stop()
      approvals.stopWriting(config.callMs)
      keeper.stop()
      // It may end at any point.
      await Promise.race([retention?.stop(), delay(IDLE_MS, undefined, { ref: false })])
      await bot?.stop()
      slack?.stop()
      pictures?.stop()
      await worker?.close(config.callMs + 5_000)
      // What is not paid by then is still owed, and the next process pays it.
      const ending = approvals.idle().then(() => Promise.all([redis.queue.close(), clusters.close()]))
      await Promise.race([ending, delay(IDLE_MS, undefined, { ref: false })])
      await traces.stop()
      redis.connection.disconnect()
      ports.close()
      telemetry.info('stopped', { event: 'stopped' })
    },
  }
}

/** Whoever meets it: what is wrong with Redis is one fault. */
function withTrouble(event: ProductEvent): ProductEvent {
  if (event.event !== 'fault') return event
  const { where, error } = event
  const from = where === 'queue' ? 'redis' : where === 'redis' || where === 'worker' ? where : 'elsewhere'
  const trouble = troubleOf(error, from)
  return trouble === null ? event : { ...event, trouble }
}

/** Drawn by what the build has put into dist, from wherever this file was loaded. */
function drawPictures({ report }: Telemetry) {
  return createPictures({
    folder: new URL('../dist/adapters/picture/', import.meta.url),
    onTrouble: error => report({ event: 'fault', where: 'pictures', error }),
  })
}

interface ToReachSlack extends Pick<Setup, 'telemetry' | 'clock' | 'served'>, Pick<Traces, 'tracing'> {
  pictures: Pictures | null
}

function reachSlack(
  config: Config,
  slack: SlackConfig,
  { telemetry, clock, served, tracing, pictures }: ToReachSlack,
): Slack {
  const { language } = config
  const { report, slackLogger: logger } = telemetry
  return connectSlack(slack, {
    ...{ clock, report, logger, language, tracing, pictures },
    clusters: () => clustersSaid(served.entries),
    onCall: telemetry.observeSlackCall,
    onToken: code =>
      code === null
        ? telemetry.info('Slack takes the bot token again', { event: 'slackToken' })
        : telemetry.warn('Slack does not take the bot token. What is owed to Slack waits until it does.', {
            event: 'slackToken',
            code,
          }),
  })
}

/** Resolves soon even when Redis is away: readiness says what is missing. */
async function openRedis(setup: Setup, seals: Seals | null) {
  const { config, telemetry } = setup
  const onError = faultsOf(setup)
  const prefix = config.redisPrefix
  let unconnected: Error | null = null
  const connectionTo = (where: 'redis' | 'queue') =>
    connectRedis(config.redis, (error, isNew) => {
      unconnected = error
      if (isNew) onError(where)(error)
    })
  const connection = connectionTo('redis')
  const ofQueue = connectionTo('queue')
  // Beside the start, and once: a Redis that is set up badly still serves.
  connection.once('ready', async () => {
    for (const problem of await checkRedis(connection)) telemetry.warn(problem, { event: 'redisCheck' })
  })
  await Promise.all([connection, ofQueue].map(each => untilReady(each, REDIS_CONNECT_MS))).catch(() => {})
  setup.traces.linkedBy(connection)
  const queue = createWorkQueue({
    ...{ connection: ofQueue, prefix, onError: onError('queue') },
    ...setup.traces.ofQueue,
  })
  const numbers = createNumbers(connection, prefix)
  const keyGate = createKeyGate(connection, prefix, seals)
  const keeper = keepRedis({
    ...{ store: connection, queue: ofQueue, prefix },
    async whenUsable() {
      // Not when it is ready: whom it does not take as one user it may take as another for a moment.
      unconnected = null
      // Its problem is readiness' to say.
      await keyGate.pass().catch(() => {})
      // A worker apart gives no numbers, and it may run for long while nobody does.
      if (config.role !== 'worker') await numbers.mark()
    },
    unconnected: () => unconnected,
    report: telemetry.report,
  })
  const rate = createSendingRate(connection, prefix, config.sentAMinute)
  const watchRate = createWatchRate(connection, prefix, looksAMinute(config.watchMs, config.quotaFactor))
  const store = createRedisStore(connection, prefix, { seals, numbers, keyGate })
  const workers = createWorkers(connection, prefix)
  return { connection, keeper, keyGate, store, rate, watchRate, queue, workers }
}

/** People, user groups and channels; those of an edited policy likewise. */
function checkNames(setup: Setup, slack: Slack, bot: Bot, policy: LivePolicy): NamesCheck {
  const { config, telemetry } = setup
  const check = createNamesCheck({
    config,
    policy: policy.current,
    accounts: new Set(config.serviceAccounts?.values()),
    isSlackThere: () => bot.slack.trouble() === null,
    ask: slack.whoIsNotThere,
    warn: line => telemetry.warn(line, { event: 'named' }),
  })
  policy.onEdited(() => void check.look().catch(faultsOf(setup)('policy')))
  return check
}

interface Bot {
  slack: SlackApp
  /** Null: there is no service account. */
  accountRequests: Extract<Route, { kind: 'post' }> | null
  pump: Pump
  /** What the forms have read of them does not count any more. */
  forgetClusters(): void
  /** Takes nothing new, and ends what is in hand. */
  stop(): Promise<void>
}

interface BotParts {
  redis: { connection: RedisConnection; rate: SendingRate }
  clusters: { readers: { person: ClusterReader } }
  approvals: ApprovalsService
}

function startBot(setup: Setup, slack: Slack, { redis, clusters, approvals }: BotParts): Bot {
  const { config, telemetry, clock, report } = setup
  const { instances, approvalsChannel, redisPrefix } = config
  const reader = createCachedReader(clusters.readers.person, { now: clock })
  const app = slack.listen({
    ...{ approvals, instances, approvalsChannel },
    reader,
    names: createLongNames(redis.connection, redisPrefix, faultsOf(setup)('long names')),
    onConnected: () => telemetry.info('connected to Slack', { event: 'connected' }),
  })
  const pump = startPump({
    payDue: approvals.payDue,
    payForgotten: approvals.payForgotten,
    report,
    restMs: PUMP_REST_MS,
  })
  app.start()
  return {
    slack: app,
    accountRequests: serveRequests(setup, { approvals, reader, rate: redis.rate }),
    pump,
    forgetClusters: reader.forget,
    async stop() {
      await app.stop(INTAKE_MS)
      await pump.stop()
    },
  }
}

/** That Slack is away was told when it was asked about the tokens; the log says it again after ten minutes. */
function withoutFirstOfSlack(telemetry: Telemetry): Telemetry {
  const told = new Set<FaultPlace>(['reaching Slack', 'connecting to Slack'])
  return {
    ...telemetry,
    report(event) {
      if (event.event !== 'fault' || !told.delete(event.where)) telemetry.report(event)
    },
  }
}

async function main(): Promise<void> {
  const read = readConfig(process.env)
  if (!read.ok) {
    for (const problem of read.problems) console.error(problem)
    console.error('Rewind did not start. docs/settings.md lists every setting.')
    process.exit(1)
  }
  const telemetry = createTelemetry(read.config.logLevel, read.config.role)
  const sayPlainly = console.error
  // Libraries print what they find strange, as often as they find it.
  console.warn = telemetry.printed
  console.error = telemetry.printed
  for (const notice of read.notices) telemetry.warn(notice, { event: 'setting' })
  // A mistake of ours, after which nobody knows what still holds: the next process goes on from the record. Node would
  // print the error with all of its properties, and those of an HTTP library hold headers.
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      telemetry.fatal(event === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception', error)
      process.exit(1)
    })
  }
  const asked = await askBeforeStart(read.config, telemetry)
  for (const problem of asked.problems) sayPlainly(problem)
  if (asked.problems.length > 0) process.exit(1)
  const start = startRewind(read.config, asked.slackIsAway ? withoutFirstOfSlack(telemetry) : telemetry)
  const rewind = await start.catch(error => {
    if (error instanceof StartProblem) sayPlainly(error.message)
    else telemetry.fatal('Rewind did not start', error)
    process.exit(1)
  })
  rewind.lookAround()
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
