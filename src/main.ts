// The composition root: settings → adapters → service → start → signals → ordered stop. No decision is made here.

import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createWorkQueue, type Executor, startExecutor } from './adapters/bullmq/work-queue.ts'
import { createCachedReader } from './adapters/clusters/cached-reader.ts'
import type { ClusterIdNews } from './adapters/kafka/cluster-ids.ts'
import { loadPolicy, type PolicySource, watchPolicy } from './adapters/policy/policy-file.ts'
import { checkRedis } from './adapters/redis/check.ts'
import { connectBlocking, connectRedis, type RedisConnection, untilReady } from './adapters/redis/connect.ts'
import { keepRedis, type RedisKeeper, type RedisTrouble } from './adapters/redis/keeper.ts'
import { createLongNames } from './adapters/redis/long-names.ts'
import { createNumbers } from './adapters/redis/numbers.ts'
import { createSendingRate } from './adapters/redis/sending-rate.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { troubleOf } from './adapters/redis/trouble.ts'
import { connectSlack, type Slack, type SlackApp, type SlackTrouble } from './adapters/slack/app.ts'
import type { ClustersWatch } from './clusters-file/watch.ts'
import { type Config, readConfig, type SlackConfig } from './config.ts'
import { type HttpServer, type HttpServerOptions, startHttpServer } from './http-server.ts'
import { keyLine } from './keys.ts'
import { whyNot } from './listen-address.ts'
import { type HealthDeps, healthRoutes, metricsRoute } from './monitoring.ts'
import { createNamesCheck, type NamesCheck } from './named.ts'
import { type OpenClusters, openClusters } from './open-clusters.ts'
import type { Clock } from './ports/clock.ts'
import type { ClusterReader } from './ports/cluster.ts'
import type { FaultPlace, ProductEvent, Report } from './ports/events.ts'
import { type Policy, policyOfSettings } from './request/policy.ts'
import { createSeals, type Seals } from './request/seals.ts'
import { type ApprovalsService, createApprovals } from './service/approvals.ts'
import { type Pump, startPump } from './service/pump.ts'
import { askBeforeStart, StartProblem } from './starting.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

const PUMP_REST_MS = 250
/** A pump this silent while the process lives cannot reach the store; readiness says so. */
const PUMP_SILENT_MS = 30_000
/** Without this wait the first round of the pump would be a fault in the log of every start. */
const REDIS_CONNECT_MS = 2_000
const IDLE_MS = 3_000
/** For listeners in hand. */
const INTAKE_MS = 3_000
const POLICY_LOOK_MS = 1_000
const CLUSTERS_LOOK_MS = 1_000

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
  const policy = startPolicy(config, telemetry)
  const served = { entries: config.clusters }
  const slack = config.slack === undefined ? null : reachSlack(config, config.slack, telemetry, clock, served)
  const report = slack?.report ?? telemetry.report
  const setup: Setup = { config, telemetry, clock, report, served }

  const seals = config.auditKeys === null ? null : createSeals(config.auditKeys, config.redisPrefix)
  const redis = await openRedis(setup, seals)
  const clusters = clustersOf(setup, redis.connection)
  const approvals = createApprovals(
    {
      ...{ clock, report },
      ...{ store: redis.store, rate: redis.rate, queue: redis.queue },
      ...{ cluster: clusters.cluster, readers: clusters.readers, isKafka: clusters.isKafka },
      ...{ chat: slack?.chat ?? null, people: slack?.people ?? null },
      policy: policy.current,
      seals,
      processId: `${config.role}-${randomUUID()}`,
    },
    config,
  )
  const edits = slack === null ? null : followEdits(setup, policy, approvals)
  const bot = slack === null ? null : startBot(setup, slack, { redis, clusters, approvals })
  const names = slack === null || bot === null ? null : checkNames(setup, slack, bot, policy)
  const clustersFile = followClusters(setup, clusters, bot)
  const worker = config.role === 'bot' ? null : startWorker(setup, approvals)
  const ports = await openPorts(setup, bot, {
    unready: () => unready(redis.keeper, bot, worker, clusters),
    impaired: () => clusters.troubles().map(({ name }) => troubleSentence(name)),
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
      redis.keeper.stop()
      await bot?.stop()
      slack?.stop()
      await worker?.close(config.callMs + 5_000)
      // What is not paid by then is still owed, and the next process pays it.
      const ending = approvals.idle().then(() => Promise.all([redis.queue.close(), clusters.close()]))
      await Promise.race([ending, delay(IDLE_MS, undefined, { ref: false })])
      redis.connection.disconnect()
      ports.close()
      telemetry.info('stopped', { event: 'stopped' })
    },
  }
}

/** What every part is built with. */
interface Setup {
  config: Config
  /** As they are now: the file may have been edited. */
  served: { entries: Config['clusters'] }
  telemetry: Telemetry
  clock: Clock
  report: Report
}

function faultsOf({ report }: Pick<Setup, 'report'>) {
  return (where: FaultPlace) => (error: unknown) => report({ event: 'fault', where, error })
}

/** Whoever meets it: what is wrong with Redis is one fault. */
function withTrouble(event: ProductEvent): ProductEvent {
  if (event.event !== 'fault') return event
  const { where, error } = event
  const from = where === 'queue' ? 'redis' : where === 'redis' || where === 'worker' ? where : 'elsewhere'
  const trouble = troubleOf(error, from)
  return trouble === null ? event : { ...event, trouble }
}

function reachSlack(
  config: Config,
  slack: SlackConfig,
  telemetry: Telemetry,
  clock: Clock,
  served: Setup['served'],
): Slack {
  const { language } = config
  const { report, slackLogger: logger } = telemetry
  return connectSlack(slack, {
    ...{ clock, report, logger, language, clusters: () => clustersSaid(served.entries) },
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
    connectRedis(config.redis, error => {
      unconnected = error
      onError(where)(error)
    })
  const connection = connectionTo('redis')
  const ofQueue = connectionTo('queue')
  // Beside the start, and once: a Redis that is set up badly still serves.
  connection.once('ready', async () => {
    for (const problem of await checkRedis(connection)) telemetry.warn(problem, { event: 'redisCheck' })
  })
  await Promise.all([connection, ofQueue].map(each => untilReady(each, REDIS_CONNECT_MS))).catch(() => {})
  const queue = createWorkQueue({ connection: ofQueue, prefix, onError: onError('queue') })
  const numbers = createNumbers(connection, prefix)
  const keeper = keepRedis({
    ...{ store: connection, queue: ofQueue, prefix },
    async whenUsable() {
      // Not when it is ready: whom it does not take as one user it may take as another for a moment.
      unconnected = null
      // A worker apart gives no numbers, and it may run for long while nobody does.
      if (config.role !== 'worker') await numbers.mark()
    },
    unconnected: () => unconnected,
    report: telemetry.report,
  })
  const rate = createSendingRate(connection, prefix, config.sentAMinute)
  const store = createRedisStore(connection, prefix, { seals, numbers })
  return { connection, keeper, store, rate, queue }
}

function clustersOf(setup: Setup, redis: RedisConnection): OpenClusters {
  const { config, telemetry, clock } = setup
  const { clusters: entries, redisPrefix, quotaFactor } = config
  return openClusters({
    ...{ entries, clock, redis, redisPrefix, quotaFactor, mayChange: config.clustersFile !== null },
    onCall: telemetry.observeCall,
    onFault: faultsOf(setup)('clusters'),
    onClusterId: (name, news) =>
      telemetry.warn(clusterIdSentence(name, news), { event: 'clusterId', name, ...news }),
    onTrouble: (name, cause) =>
      cause === null
        ? telemetry.info(`The cluster ${name} can be used again.`, { event: 'cluster', name })
        : telemetry.warn(troubleSentence(name), { event: 'cluster', name, cause }),
    onRenewal: (name, problem) =>
      problem === null
        ? telemetry.info(`The credentials of ${name} are renewed again.`, { event: 'credentials', name })
        : telemetry.warn(
            `The credentials of ${name} could not be renewed. Those it has go on while they hold.`,
            {
              ...{ event: 'credentials', name, cause: problem },
            },
          ),
  })
}

/** People, user groups and channels; those of an edited policy likewise. */
function checkNames(setup: Setup, slack: Slack, bot: Bot, policy: LivePolicy): NamesCheck {
  const { config, telemetry } = setup
  const check = createNamesCheck({
    config,
    policy: policy.current,
    isSlackThere: () => bot.slack.trouble() === null,
    ask: slack.whoIsNotThere,
    warn: line => telemetry.warn(line, { event: 'named' }),
  })
  policy.onEdited(() => void check.look().catch(faultsOf(setup)('policy')))
  return check
}

async function tellKeys(setup: Setup, clusters: OpenClusters, ids?: readonly string[]): Promise<void> {
  const { telemetry, served, config } = setup
  // Where there is a file, a cluster that does not answer is told already.
  const isAlone = config.clustersFile === null && served.entries.length === 1
  try {
    for (const tried of await clusters.tryKeys(ids)) {
      const line = keyLine(tried, isAlone)
      const cause = tried.answer.kind === 'away' ? { cause: tried.answer.cause } : {}
      if (line !== undefined) telemetry.warn(line, { event: 'key', ...cause })
    }
  } catch (error) {
    faultsOf(setup)('clusters')(error)
  }
}

/** An edit that cannot be followed leaves the clusters as they are. */
function followClusters(setup: Setup, clusters: OpenClusters, bot: Bot | null): ClustersWatch | undefined {
  const { config, telemetry } = setup
  return config.clustersFile?.watch({
    everyMs: CLUSTERS_LOOK_MS,
    onChange({ entries, added, changed, removed, problems }) {
      clusters.change({ entries, added, changed })
      setup.served.entries = entries
      bot?.forgetClusters()
      const ids = (these: readonly { id: string }[]) => these.map(({ id }) => id)
      telemetry.info('the file of clusters was edited', {
        ...{ event: 'clusters', added: ids(added), changed: ids(changed), removed },
      })
      for (const { text } of problems) telemetry.warn(`CLUSTERS_FILE ${text}`, { event: 'clusters' })
      void tellKeys(setup, clusters, ids([...added, ...changed]))
    },
    onFault: faultsOf(setup)('clusters'),
  })
}

function clusterIdSentence(name: string, news: ClusterIdNews): string {
  return news.kind === 'same'
    ? `The cluster ${name} says the same ClusterId as the entry ${news.other}, ${news.clusterId}: they are one cluster, and one of the two entries has to go.`
    : `The cluster ${name} has another ClusterId now: it was ${news.was}, and is ${news.is}. What was opened for the one can be written to the other: another cluster needs an entry with another id.`
}

function troubleSentence(name: string): string {
  return `The cluster ${name} cannot be used now. Every other one is served.`
}

function clustersSaid(clusters: Config['clusters']): 'ckafka' | 'kafka' | 'several' {
  const ofKafka = clusters.filter(({ kind }) => kind === 'kafka').length
  if (ofKafka === 0) return 'ckafka'
  return ofKafka === clusters.length ? 'kafka' : 'several'
}

interface LivePolicy extends PolicySource {
  /** Whom an edit is told. */
  onEdited(listener: () => void): void
}

/** Throws where it cannot be used at the start; an edit that cannot be used leaves the policy as it is. */
function startPolicy(config: Config, telemetry: Telemetry): LivePolicy {
  const { policyFile: file, approvers, skipLimits } = config
  const listeners: (() => void)[] = []
  const onEdited = (listener: () => void) => void listeners.push(listener)
  if (file === null) {
    const policy = policyOfSettings(approvers, skipLimits)
    return { current: () => policy, stop: () => {}, onEdited }
  }
  const read = loadPolicy(file)
  if (!read.ok) throw new StartProblem(`POLICY_FILE ${file} cannot be used: ${read.problems.join('; ')}`)
  const source = watchPolicy(file, read.policy, {
    everyMs: POLICY_LOOK_MS,
    onEdited: ({ version }: Policy) => {
      telemetry.info('the policy was edited', { event: 'policy', version })
      for (const listener of listeners) listener()
    },
    onProblems: problems => {
      telemetry.warn(`The edited policy cannot be used, and the one before goes on: ${problems.join('; ')}`, {
        event: 'policy',
      })
    },
  })
  return { ...source, onEdited }
}

/** What an edit forbids must not start because the store was away when it was read. */
function followEdits(setup: Setup, policy: LivePolicy, approvals: ApprovalsService): { stop(): void } {
  const onError = faultsOf(setup)('policy')
  let stopped = false

  async function reconsider(): Promise<void> {
    while (!stopped) {
      try {
        return await approvals.reconsiderOpen()
      } catch (error) {
        onError(error)
        await delay(POLICY_LOOK_MS, undefined, { ref: false })
      }
    }
  }
  policy.onEdited(() => void reconsider())
  // It may have been edited while nobody ran.
  void reconsider()
  return {
    stop() {
      stopped = true
    },
  }
}

interface Bot {
  slack: SlackApp
  pump: Pump
  /** What the forms have read of them does not count any more. */
  forgetClusters(): void
  /** Takes nothing new, and ends what is in hand. */
  stop(): Promise<void>
}

interface BotParts {
  redis: { connection: RedisConnection }
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
    pump,
    forgetClusters: reader.forget,
    async stop() {
      await app.stop(INTAKE_MS)
      await pump.stop()
    },
  }
}

function startWorker(setup: Setup, approvals: ApprovalsService): Executor {
  const { config } = setup
  const onError = faultsOf(setup)('worker')
  return startExecutor({
    connection: connectBlocking(config.redis, onError),
    prefix: config.redisPrefix,
    concurrency: config.workerConcurrency,
    execute: approvals.execute,
    onError,
  })
}

/** Health and Slack's requests on one port; the metrics there too, unless they have one of their own. */
async function openPorts(setup: Setup, bot: Bot | null, readiness: Pick<HealthDeps, 'unready' | 'impaired'>) {
  const { config, telemetry } = setup
  const { host } = config
  const onError = faultsOf(setup)('port')
  const metrics = metricsRoute(telemetry.registry, config.metricsToken)
  const health = healthRoutes({
    alive: () => true,
    ...readiness,
    onReadiness: (missing, impaired) =>
      missing.length + impaired.length === 0
        ? telemetry.info('ready', { event: 'readiness' })
        : telemetry.warn([...missing, ...impaired].join(' '), { event: 'readiness' }),
  })
  const requests = bot?.slack.requests
  const server = await listen('PORT', {
    host,
    port: config.port,
    routes: {
      ...health,
      ...(config.metricsPort === null ? metrics : {}),
      ...(requests === undefined ? {} : { '/slack/events': { kind: 'post', ...requests } }),
    },
    onError,
  })
  const metricsServer =
    config.metricsPort === null
      ? null
      : await listen('METRICS_PORT', { host, port: config.metricsPort, routes: metrics, onError })
  return {
    port: server.port,
    metricsPort: metricsServer?.port ?? server.port,
    close() {
      server.close()
      metricsServer?.close()
    },
  }
}

function listen(portName: 'PORT' | 'METRICS_PORT', options: HttpServerOptions): Promise<HttpServer> {
  return startHttpServer(options).catch(error => {
    throw new StartProblem(whyNot(error, portName, options))
  })
}

/** What keeps it from doing its work, in words; empty: nothing. */
async function unready(
  redis: RedisKeeper,
  bot: Bot | null,
  worker: Executor | null,
  clusters: OpenClusters,
): Promise<string[]> {
  const missing: string[] = []
  const refusal = await redis.look()
  if (refusal !== null) missing.push(refusalIn(refusal))
  const trouble = bot?.slack.trouble() ?? null
  if (trouble !== null) missing.push(sentenceOf(trouble))
  if (bot !== null && bot.pump.silentMs() > PUMP_SILENT_MS) missing.push('The pump does not reach the store.')
  if (worker !== null && !worker.isRunning()) missing.push('The worker does not run.')
  if (clusters.areAllAway()) missing.push('No cluster can be used.')
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
