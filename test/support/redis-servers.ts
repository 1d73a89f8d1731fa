// Redis as operators run it, each with the settings of the product that reach it: TLS, Sentinels, a Cluster.
// Every server is on the loopback, and ends with the process that started it.

import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { RedisSettings } from '../../src/adapters/redis/connect.ts'
import { readStoreConfig } from '../../src/config.ts'
import { type PrivateRedis, startRedis, type TlsFiles } from '../../src/sandbox/redis/start.ts'

// Made once with openssl 3, for a hundred years; the keys of the authorities were thrown away:
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj '/CN=Test authority' \
//     -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout key.pem -out authority.pem
//   openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 -keyout server-key.pem -out server.csr
//   openssl x509 -req -in server.csr -CA authority.pem -CAkey key.pem -days 36500 -out server.pem -extfile server.ext
// where server.ext has: subjectAltName=IP:127.0.0.1,DNS:localhost and extendedKeyUsage=serverAuth,clientAuth. What TLS does not take:
//   openssl req -x509 -newkey rsa:512 -nodes -days 36500 -subj /CN=Weak -keyout weak-key.pem -out weak.pem
const pem = (name: string) => fileURLToPath(new URL(`tls/${name}.pem`, import.meta.url))
const TLS: TlsFiles = { cert: pem('server'), key: pem('server-key'), ca: pem('authority') }
export const AUTHORITY = TLS.ca
export const OTHER_AUTHORITY = pem('other-authority')

const READY_MS = 15_000

export interface StartedRedis {
  env: Record<string, string>
  settings: RedisSettings
  close(): Promise<void>
}

/** One server that speaks TLS alone. */
export async function startTlsRedis(password?: string): Promise<StartedRedis & { server: PrivateRedis }> {
  const server = await startRedis({ tls: TLS, ...(password ? { password } : {}) })
  return { server, ...reachedBy({ REDIS_URL: server.url, REDIS_CA_FILE: AUTHORITY }), close: server.close }
}

export interface SentinelRedis extends StartedRedis {
  /** The first master, and its replica. */
  master: PrivateRedis
  replica: PrivateRedis
  sentinels: PrivateRedis[]
}

/** A master, its replica, and three Sentinels that miss the master after half a second. */
export async function startSentinels(): Promise<SentinelRedis> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    await Promise.all(closers.map(each => each()))
  }
  const start = async (options: Parameters<typeof startRedis>[0]) => {
    const server = await startRedis(options)
    closers.push(server.close)
    return server
  }
  try {
    const settings = { 'repl-diskless-sync-delay': '0' }
    const master = await start({ settings })
    const replicaof = `127.0.0.1 ${master.port}`
    const replica = await start({ settings: { ...settings, replicaof } })
    await until(async () => (await asked(master, 'INFO', 'replication')).includes('state=online'))
    const watched = [
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 4000',
    ]
    const sentinels = await Promise.all([1, 2, 3].map(() => start({ sentinel: watched })))
    // They tell each other of themselves through the master, every two seconds.
    for (const sentinel of sentinels) {
      await until(async () => {
        const known = await asked(sentinel, 'INFO', 'sentinel')
        return known.includes('status=ok') && known.includes('slaves=1,sentinels=3')
      })
    }
    const urls = sentinels.map(({ url }) => url).join(',')
    return { master, replica, sentinels, ...reachedBy({ REDIS_MODE: 'sentinel', REDIS_URL: urls }), close }
  } catch (error) {
    await close()
    throw error
  }
}

export interface ClusterRedis extends StartedRedis {
  masters: PrivateRedis[]
}

/** Masters, each with its part of the slots, in order; and a replica of each, when asked for. */
export async function startCluster(size = 3, replicas: 'none' | 'one each' = 'none'): Promise<ClusterRedis> {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '1500',
    'cluster-announce-ip': '127.0.0.1',
    'repl-diskless-sync-delay': '0',
  }
  const count = replicas === 'none' ? size : 2 * size
  const nodes = await Promise.all(Array.from({ length: count }, () => startRedis({ settings })))
  const [masters, others] = [nodes.slice(0, size), nodes.slice(size)]
  const close = async () => {
    await Promise.all(nodes.map(each => each.close()))
  }
  try {
    for (const [place, node] of nodes.entries()) {
      await asked(node, 'CLUSTER', 'SET-CONFIG-EPOCH', `${place + 1}`)
      if (place > 0) await asked(node, 'CLUSTER', 'MEET', '127.0.0.1', `${nodes[0]?.port}`)
      if (place >= size) continue
      const from = Math.floor((place * 16_384) / size)
      const to = Math.floor(((place + 1) * 16_384) / size) - 1
      await asked(node, 'CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
    }
    for (const [place, replica] of others.entries()) {
      const id = await asked(masters[place], 'CLUSTER', 'MYID')
      await until(async () => (await asked(replica, 'CLUSTER', 'NODES')).includes(id))
      await asked(replica, 'CLUSTER', 'REPLICATE', id)
      await until(async () => (await asked(masters[place], 'INFO', 'replication')).includes('state=online'))
    }
    const isWhole = (info: string) =>
      info.includes('cluster_state:ok') && info.includes(`cluster_size:${size}`)
    for (const node of nodes) {
      await until(async () => isWhole(await asked(node, 'CLUSTER', 'INFO')))
      await until(async () => (await asked(node, 'CLUSTER', 'NODES')).split('slave').length > others.length)
    }
    const urls = masters.map(({ url }) => url).join(',')
    return { masters, ...reachedBy({ REDIS_MODE: 'cluster', REDIS_URL: urls }), close }
  } catch (error) {
    await close()
    throw error
  }
}

function reachedBy(env: Record<string, string>): Pick<StartedRedis, 'env' | 'settings'> {
  const read = readStoreConfig(env)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return { env, settings: read.redis }
}

/** One command, over a connection of its own. */
async function asked(server: PrivateRedis | undefined, command: string, ...args: string[]): Promise<string> {
  const redis = new Redis(server?.url ?? '', { enableReadyCheck: false })
  try {
    return String(await redis.call(command, ...args))
  } finally {
    redis.disconnect()
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + READY_MS; performance.now() < end; ) {
    if (await holds()) return
    await delay(50)
  }
  throw new Error(`The servers were not ready within ${READY_MS} ms.`)
}

export async function setOn(server: PrivateRedis | undefined, name: string, value: string): Promise<void> {
  await asked(server, 'CONFIG', 'SET', name, value)
}

/** What the check of Redis asks of a master with replicas. */
export async function askForReplicas(server: PrivateRedis): Promise<void> {
  await setOn(server, 'min-replicas-to-write', '1')
  await setOn(server, 'min-replicas-max-lag', '10')
}

/** Null when the server that was found can speak TLS, else why not. */
export async function whyNoTls(): Promise<string | null> {
  try {
    await (await startTlsRedis()).close()
    return null
  } catch (error) {
    if (/tls-port/.test(String(error))) return 'this Redis server was built without TLS'
    throw error
  }
}
