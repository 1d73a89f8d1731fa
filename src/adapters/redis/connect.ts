// How the product connects to Redis: one server, the master that Sentinels name, or a Cluster. An ambiguous command
// surfaces as an error here; it is never sent again by itself. No error that is passed on names a password.

import { once } from 'node:events'
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'

export type RedisConnection = Redis | Cluster

export interface RedisAddress {
  host: string
  port: number
}

/** `ca` is the authority to trust with TLS, in PEM; without it those that Node trusts. */
export type RedisSettings =
  | { mode: 'single'; url: string; ca?: string | undefined }
  | ({
      mode: 'sentinel'
      sentinels: RedisAddress[]
      /** What the Sentinels call the master. */
      name: string
      /** Of the Sentinels themselves. */
      sentinelPassword?: string | undefined
      db?: number | undefined
    } & Access)
  | ({ mode: 'cluster'; nodes: RedisAddress[] } & Access)

type Of<Mode> = Extract<RedisSettings, { mode: Mode }>

interface Access {
  username?: string | undefined
  password?: string | undefined
  tls: boolean
  ca?: string | undefined
}

interface Conduct {
  redis: Pick<
    RedisOptions,
    'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout' | 'socketTimeout'
  >
  cluster: Pick<ClusterOptions, 'enableOfflineQueue' | 'retryDelayOnFailover' | 'retryDelayOnClusterDown'>
}

/**
 * ioredis sends a command again when its reply was lost, unless maxRetriesPerRequest is 0; and a Cluster does, unless
 * retryDelayOnFailover is 0 (both measured). A machine that vanished closes no socket: socketTimeout does.
 */
const AT_ONCE: Conduct = {
  redis: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 2_000, socketTimeout: 5_000 },
  cluster: { enableOfflineQueue: false, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 },
}

/**
 * BullMQ's blocking pop waits for seconds, and for Redis to come back; a command timeout would break it (measured). No read
 * of ours blocks for six seconds: the doctor's does for five.
 */
const WAITING: Conduct = { redis: { maxRetriesPerRequest: null, socketTimeout: 6_000 }, cluster: {} }

const LONGEST_RETRY_MS = 1_000
const SENTINEL_RETRY_MS = 500
const TOLD_AGAIN_MS = 60_000

/**
 * Hears why a connection could not be made, or broke: of every try, so that the last it heard is how things stand.
 * @param isNew false: it has heard the same within a minute, and without a connection in between
 */
export type OnError = (error: Error, isNew: boolean) => void

/** For the store and the queue's producer: fails at once when Redis is away, after two seconds when it is frozen. */
export function connectRedis(settings: RedisSettings, onError: OnError): RedisConnection {
  return connect(settings, AT_ONCE, onError)
}

/** For BullMQ's worker alone: what it asks waits for Redis, and is sent again. */
export function connectBlocking(settings: RedisSettings, onError: OnError): RedisConnection {
  return connect(settings, WAITING, onError)
}

/** For who has no settings of Redis, and can do without: every command fails at once. */
export function connectToNothing(): RedisConnection {
  const redis = new Redis({ lazyConnect: true })
  redis.disconnect()
  return redis
}

/** Resolves when commands can be sent, to any key. Throws when they cannot within this time, or Redis refuses. */
export async function untilReady(redis: RedisConnection, withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(withinMs)
  if (redis.status !== 'ready') await once(redis, 'ready', { signal })
  if (redis instanceof Redis) return
  const nodes = redis.nodes('master').filter(node => node.status !== 'ready')
  await Promise.all(nodes.map(node => once(node, 'ready', { signal })))
}

function connect(settings: RedisSettings, conduct: Conduct, onError: OnError): RedisConnection {
  const outage = followOutage(onError)
  const redis = heardToTheEnd(open(settings, conduct, outage))
  redis.on('ready', outage.end)
  return redis
}

/**
 * ioredis listens to one error of a socket. One over TLS that is ended in the middle of its handshake may have another, which
 * would end the process (measured). So does each copy, which BullMQ makes.
 */
function heardToTheEnd<Connection extends RedisConnection>(redis: Connection): Connection {
  if (redis instanceof Cluster) {
    redis.on('+node', heardToTheEnd)
    return redis
  }
  const disconnect = redis.disconnect.bind(redis)
  const duplicate = redis.duplicate.bind(redis)
  return Object.assign(redis, {
    disconnect(reconnect?: boolean) {
      // Absent while no connection has been begun.
      const { stream } = redis as { stream?: Redis['stream'] }
      stream?.on('error', () => {})
      disconnect(reconnect)
    },
    duplicate: (...args: Parameters<typeof duplicate>) => heardToTheEnd(duplicate(...args)),
  })
}

function open(settings: RedisSettings, conduct: Conduct, outage: Outage): RedisConnection {
  switch (settings.mode) {
    case 'single':
      return openServer(settings, conduct, outage)
    case 'sentinel':
      return openMaster(settings, conduct, outage)
    case 'cluster':
      return openCluster(settings, conduct, outage)
    default:
      return settings satisfies never
  }
}

const OF_A_SERVER = {
  retryStrategy: times => Math.min(50 * 2 ** (times - 1), LONGEST_RETRY_MS),
  // A master that became a replica under us has not done it: connect anew, and to the master.
  reconnectOnError: error => error.message.startsWith('READONLY'),
} satisfies RedisOptions

function openServer({ url, ca }: Of<'single'>, conduct: Conduct, outage: Outage): Redis {
  const tls = ca === undefined ? {} : { tls: { ca } }
  const redis = new Redis(url, { ...conduct.redis, ...OF_A_SERVER, ...tls })
  redis.on('error', error => outage.tell(error))
  return redis
}

function openMaster(settings: Of<'sentinel'>, conduct: Conduct, outage: Outage): Redis {
  const { sentinels, name, sentinelPassword, username, password, db = 0 } = settings
  const tls = tlsOf(settings)
  const redis = new Redis({
    ...conduct.redis,
    ...OF_A_SERVER,
    sentinels,
    name,
    sentinelPassword,
    sentinelCommandTimeout: 2_000,
    sentinelRetryStrategy: () => SENTINEL_RETRY_MS,
    username,
    password,
    db,
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, tls, sentinelTLS: tls }),
  })
  let refusal: Error | undefined
  redis.on('sentinelError', (error: Error) => {
    refusal = error
  })
  redis.on('error', error => {
    if (!error.message.startsWith('All sentinels are unreachable')) return outage.tell(error)
    // It also says so when each has answered once, but the master did not.
    if (refusal !== undefined) outage.tell(refusal, explain(refusal.message, sentinels[0], tls))
    refusal = undefined
  })
  return redis
}

function openCluster(settings: Of<'cluster'>, conduct: Conduct, outage: Outage): Cluster {
  const { nodes, username, password } = settings
  const tls = tlsOf(settings)
  const cluster = new Cluster(nodes, {
    ...conduct.cluster,
    redisOptions: { ...conduct.redis, username, password, tls },
    // The addresses could not be looked up: nothing else says so.
    clusterRetryStrategy: (times, reason) => {
      if (reason !== undefined) outage.tell(reason)
      return Math.min(100 * times, LONGEST_RETRY_MS)
    },
    // A certificate is for the name that was given, not for the address behind it.
    ...(tls === undefined ? {} : { dnsLookup: (address, found) => found(null, address) }),
  })
  // Only says that it cannot reach any node; why is said of each.
  cluster.on('error', () => {})
  cluster.on('node error', (error: Error, address: string) => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
    const at = { host, port: Number(port) }
    outage.tell(error, explain(`Redis at ${address}: ${error.message}`, at, tls))
  })
  connectMasters(cluster)
  return cluster
}

/** ioredis connects to a node with the first command to it, and without an offline queue refuses the second meanwhile. */
function connectMasters(cluster: Cluster): void {
  const connectTo = (node: Redis) => {
    if (cluster.status !== 'ready' || node.status !== 'wait' || node.options.readOnly) return
    node.connect().catch(() => {})
  }
  cluster.on('+node', connectTo)
  cluster.on('ready', () => cluster.nodes('master').forEach(connectTo))
}

type Tls = { ca?: string } | undefined

function tlsOf({ tls, ca }: Access): Tls {
  if (!tls) return undefined
  return ca === undefined ? {} : { ca }
}

interface Outage {
  /** @param inWords When it takes more to say what happened. */
  tell(error: Error, inWords?: () => Promise<string>): void
  end(): void
}

/** The same fault comes back with each try to connect, several times a second: once a minute it is new. */
function followOutage(onError: OnError): Outage {
  const toldAtMs = new Map<string, number>()
  const explained = new Map<string, Error>()
  const isNew = (words: string) => {
    const now = performance.now()
    const isOld = now - (toldAtMs.get(words) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS
    if (!isOld) toldAtMs.set(words, now)
    return !isOld
  }
  return {
    tell(error, inWords) {
      const { message } = error
      if (!isNew(message)) {
        const told = inWords === undefined ? error : explained.get(message)
        if (told !== undefined) onError(told, false)
        return
      }
      if (inWords === undefined) return onError(error, true)
      void inWords().then(words => {
        const told = words === message ? error : new Error(words, { cause: error })
        explained.set(message, told)
        onError(told, words === message || isNew(words))
      })
    },
    end() {
      toldAtMs.clear()
      explained.clear()
    },
  }
}

const CLOSED = 'Connection is closed.'

/** ioredis keeps for itself why a Sentinel or a node of a Cluster could not be spoken to. */
function explain(words: string, address: RedisAddress | undefined, tls: Tls): () => Promise<string> {
  return async () => {
    if (!words.endsWith(CLOSED) || address === undefined) return words
    const redis = heardToTheEnd(
      new Redis({
        ...address,
        tls,
        lazyConnect: true,
        retryStrategy: null,
        enableReadyCheck: false,
      }),
    )
    let why = CLOSED
    redis.on('error', error => {
      why = error.message
    })
    await redis.connect().catch(() => {})
    redis.disconnect()
    return words.replace(CLOSED, why)
  }
}
