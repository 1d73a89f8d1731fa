// What is wrong with how the Redis behind the store is set up, in words for whoever runs it: it may forget what was
// decided. It must never change a setting, and never throw: a Redis that cannot be asked is one more sentence.

import { Redis } from 'ioredis'
import { z } from 'zod'
import type { RedisConnection } from './connect.ts'

/** LPOS came with it, and the commit script cannot do without. */
const OLDEST = '6.0.6'
/** BullMQ warns below it. */
const RECOMMENDED = '6.2'

const settingSchema = z.tuple([z.string(), z.string()])

/** Each sentence says what is wrong, what that means and what to set; none when all is well. */
export async function checkRedis(redis: RedisConnection): Promise<string[]> {
  if (redis instanceof Redis) return checkServer(redis)
  const masters = redis.nodes('master')
  if (masters.length === 0)
    return ['The settings of Redis could not be checked: no node of the Cluster answers.']
  const found = await Promise.all(
    masters.map(async master => ({
      address: `${master.options.host}:${master.options.port}`,
      problems: await checkServer(master),
    })),
  )
  return [...new Set(found.flatMap(({ problems }) => problems))].map(problem => {
    const at = found.filter(({ problems }) => problems.includes(problem)).map(({ address }) => address)
    return at.length === found.length ? problem : `${at.sort().join(', ')}: ${problem}`
  })
}

async function checkServer(redis: Redis): Promise<string[]> {
  const [info, appendfsync, save] = await Promise.all([
    readInfo(redis),
    readSetting(redis, 'appendfsync'),
    readSetting(redis, 'save'),
  ])
  if (info instanceof Error) return [`The settings of Redis could not be checked: ${info.message}`]
  // What a replica keeps says nothing about its master, which is the one to look at.
  if (info.get('role') === 'slave') return [describeReplica(info)]
  return [
    ...checkVersion(info.get('redis_version')),
    ...checkEviction(info),
    ...checkPersistence(info.get('aof_enabled'), appendfsync, save),
    ...checkReplicas(info, redis.options.sentinels != null),
  ]
}

/** The fields of every section, as `redis-cli info` shows them. */
async function readInfo(redis: Redis): Promise<Map<string, string> | Error> {
  try {
    const fields = (await redis.info()).matchAll(/^(\w+):(.*?)\r?$/gm)
    return new Map(Array.from(fields, ([, name = '', value = '']) => [name, value]))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Undefined where the server does not tell: a managed Redis may forbid CONFIG, or answer it with nothing. */
async function readSetting(redis: Redis, name: string): Promise<string | undefined> {
  const answer = await redis.config('GET', name).catch(() => undefined)
  return settingSchema.safeParse(answer).data?.[1]
}

function describeReplica(info: Map<string, string>): string {
  const master = `${info.get('master_host')}:${info.get('master_port')}`
  return `This Redis is a replica of ${master}: what is written to it is refused, or lost when it syncs. Point REDIS_URL at the master.`
}

function checkVersion(version: string | undefined): string[] {
  if (version === undefined)
    return [`The version of Redis could not be checked. Use ${RECOMMENDED} or newer.`]
  if (!isOlder(version, OLDEST)) return []
  return [
    `Redis ${version} is too old: LPOS came with ${OLDEST}, and without it no request can be saved. Use ${RECOMMENDED} or newer.`,
  ]
}

function isOlder(version: string, than: string): boolean {
  const numbers = version.split('.').map(Number)
  for (const [place, limit] of than.split('.').map(Number).entries()) {
    const number = numbers[place] ?? 0
    if (number !== limit) return number < limit
  }
  return false
}

function checkEviction(info: Map<string, string>): string[] {
  const policy = info.get('maxmemory_policy')
  if (policy === 'noeviction') return []
  const remedy = 'Set maxmemory-policy noeviction.'
  if (policy === undefined) return [`Whether Redis evicts keys could not be checked. ${remedy}`]
  const when = info.get('maxmemory') === '0' ? 'as soon as a maxmemory is set and reached' : 'at maxmemory'
  // Keys with an expiry are the claims: who writes to a group, which submission is known, which job is in hand.
  const lost = policy.startsWith('volatile-')
    ? 'claims, so that two requests write to one group at once'
    : 'requests, decisions and what is still owed'
  return [`Redis evicts keys ${when} (maxmemory-policy ${policy}). That drops ${lost}. ${remedy}`]
}

function checkPersistence(
  aofEnabled: string | undefined,
  appendfsync: string | undefined,
  save: string | undefined,
): string[] {
  const remedy = 'Set appendonly yes and appendfsync always.'
  if (aofEnabled === '1') return checkFsync(appendfsync)
  if (aofEnabled === undefined)
    return [`Whether Redis keeps what it is given could not be checked. ${remedy}`]
  if (save === '') {
    return [
      `Redis keeps nothing (no AOF, no save points): a restart forgets every request and decision. ${remedy}`,
    ]
  }
  const rest =
    save === undefined
      ? 'Whether it takes snapshots could not be checked; if not, a restart forgets everything.'
      : 'It only takes snapshots.'
  return [
    `Redis has no AOF: a crash forgets every request and decision since the last snapshot. ${rest} ${remedy}`,
  ]
}

function checkFsync(appendfsync: string | undefined): string[] {
  const remedy = 'Set appendfsync always.'
  if (appendfsync === 'always') return []
  if (appendfsync === undefined) {
    return [
      `Whether Redis may lose the last second could not be checked: it does not tell appendfsync. ${remedy}`,
    ]
  }
  const span = appendfsync === 'no' ? 'the last half minute, or more' : 'the last second'
  return [
    `If its machine fails, Redis may lose ${span} (appendfsync ${appendfsync}): a request or a decision then has to be made again, and a reset that had begun is not remembered. ${remedy}`,
  ]
}

/** INFO counts the good replicas only while the master asks for some before it writes. */
function checkReplicas(info: Map<string, string>, isWatched: boolean): string[] {
  const hasReplicas = isWatched || Number(info.get('connected_slaves') ?? 0) > 0
  if (!hasReplicas || info.has('min_slaves_good_slaves')) return []
  return [
    'A failover may lose what was acknowledged before it: Redis also writes while no replica follows (min-replicas-to-write 0), and a request, a decision or a reset that had begun may then be forgotten. Set min-replicas-to-write 1 and min-replicas-max-lag 10.',
  ]
}
