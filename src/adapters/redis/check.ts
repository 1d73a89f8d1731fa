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

export type RedisAspect = 'settings' | 'role' | 'version' | 'memory' | 'eviction' | 'persistence' | 'replicas'

export interface RedisProblem {
  about: RedisAspect
  /** What is wrong, and what that means. */
  says: string
  /** What to set. */
  remedy: string
  /** Of these Redis may forget what was decided, or nothing can be saved; else it is not known, or less is lost. */
  isGrave: boolean
}

export interface RedisLook {
  /** `7.0.15`, of each master; none where it does not tell. */
  versions: string[]
  problems: RedisProblem[]
}

/** Each sentence says what is wrong, what that means and what to set; none when all is well. */
export async function checkRedis(redis: RedisConnection): Promise<string[]> {
  const { problems } = await lookAtRedis(redis)
  return problems.map(({ says, remedy }) => (remedy === '' ? says : `${says} ${remedy}`))
}

export async function lookAtRedis(redis: RedisConnection): Promise<RedisLook> {
  if (redis instanceof Redis) return lookAtServer(redis)
  const masters = redis.nodes('master')
  if (masters.length === 0) {
    const says = 'The settings of Redis could not be checked: no node of the Cluster answers.'
    return { versions: [], problems: [{ about: 'settings', says, remedy: '', isGrave: true }] }
  }
  const found = await Promise.all(
    masters.map(async master => ({
      address: `${master.options.host}:${master.options.port}`,
      look: await lookAtServer(master),
    })),
  )
  const all = found.flatMap(({ look }) => look.problems)
  const distinct = all.filter((each, at) => all.findIndex(({ says }) => says === each.says) === at)
  return {
    versions: [...new Set(found.flatMap(({ look }) => look.versions))],
    problems: distinct.map(problem => {
      const at = found
        .filter(({ look }) => look.problems.some(({ says }) => says === problem.says))
        .map(({ address }) => address)
      const where = at.length === found.length ? '' : `${at.sort().join(', ')}: `
      return { ...problem, says: `${where}${problem.says}` }
    }),
  }
}

async function lookAtServer(redis: Redis): Promise<RedisLook> {
  const [info, appendfsync, save] = await Promise.all([
    readInfo(redis),
    readSetting(redis, 'appendfsync'),
    readSetting(redis, 'save'),
  ])
  if (info instanceof Error) {
    const says = `The settings of Redis could not be checked: ${info.message}`
    return { versions: [], problems: [{ about: 'settings', says, remedy: '', isGrave: false }] }
  }
  const version = info.get('redis_version')
  const versions = version === undefined ? [] : [version]
  // What a replica keeps says nothing about its master, which is the one to look at.
  if (info.get('role') === 'slave') return { versions, problems: [describeReplica(info)] }
  return {
    versions,
    problems: [
      ...checkVersion(version),
      ...checkMemory(info),
      ...checkEviction(info),
      ...checkPersistence(info.get('aof_enabled'), appendfsync, save),
      ...checkReplicas(info, redis.options.sentinels != null),
    ],
  }
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

function describeReplica(info: Map<string, string>): RedisProblem {
  const master = `${info.get('master_host')}:${info.get('master_port')}`
  const says = `This Redis is a replica of ${master}: what is written to it is refused, or lost when it syncs.`
  return { about: 'role', says, remedy: 'Point REDIS_URL at the master.', isGrave: true }
}

function checkVersion(version: string | undefined): RedisProblem[] {
  const remedy = `Use ${RECOMMENDED} or newer.`
  if (version === undefined)
    return [{ about: 'version', says: 'The version of Redis could not be checked.', remedy, isGrave: false }]
  if (!isOlder(version, OLDEST)) return []
  const says = `Redis ${version} is too old: LPOS came with ${OLDEST}, and without it no request can be saved.`
  return [{ about: 'version', says, remedy, isGrave: true }]
}

function isOlder(version: string, than: string): boolean {
  const numbers = version.split('.').map(Number)
  for (const [place, limit] of than.split('.').map(Number).entries()) {
    const number = numbers[place] ?? 0
    if (number !== limit) return number < limit
  }
  return false
}

/** Of maxmemory, from which on it is worth a word. */
const NEARLY = 0.9
const MB = 1_000_000

/** With keys that are evicted it is never full, which is worse. */
function checkMemory(info: Map<string, string>): RedisProblem[] {
  const [used, most] = [Number(info.get('used_memory')), Number(info.get('maxmemory'))]
  if (info.get('maxmemory_policy') !== 'noeviction' || !(most > 0) || !(used >= most * NEARLY)) return []
  const of = `${(used / MB).toFixed(1)} MB of maxmemory ${(most / MB).toFixed(1)} MB are used`
  const remedy = 'Raise maxmemory, or let old requests be exported and deleted (RETENTION).'
  const says =
    used >= most
      ? `Redis is full: ${of}, and it evicts nothing. Nothing can be saved.`
      : `Redis is nearly full: ${of}. Once it is full, nothing can be saved.`
  return [{ about: 'memory', says, remedy, isGrave: used >= most }]
}

function checkEviction(info: Map<string, string>): RedisProblem[] {
  const policy = info.get('maxmemory_policy')
  if (policy === 'noeviction') return []
  const rest = { about: 'eviction', remedy: 'Set maxmemory-policy noeviction.' } as const
  if (policy === undefined)
    return [{ ...rest, says: 'Whether Redis evicts keys could not be checked.', isGrave: false }]
  const when = info.get('maxmemory') === '0' ? 'as soon as a maxmemory is set and reached' : 'at maxmemory'
  // Keys with an expiry are the claims: who writes to a group, which submission is known, which job is in hand.
  const lost = policy.startsWith('volatile-')
    ? 'claims, so that two requests write to one group at once'
    : 'requests, decisions and what is still owed'
  const says = `Redis evicts keys ${when} (maxmemory-policy ${policy}). That drops ${lost}.`
  return [{ ...rest, says, isGrave: true }]
}

function checkPersistence(
  aofEnabled: string | undefined,
  appendfsync: string | undefined,
  save: string | undefined,
): RedisProblem[] {
  const rest = { about: 'persistence', remedy: 'Set appendonly yes and appendfsync always.' } as const
  if (aofEnabled === '1') return checkFsync(appendfsync)
  if (aofEnabled === undefined)
    return [{ ...rest, says: 'Whether Redis keeps what it is given could not be checked.', isGrave: false }]
  if (save === '') {
    const says = 'Redis keeps nothing (no AOF, no save points): a restart forgets every request and decision.'
    return [{ ...rest, says, isGrave: true }]
  }
  const snapshots =
    save === undefined
      ? 'Whether it takes snapshots could not be checked; if not, a restart forgets everything.'
      : 'It only takes snapshots.'
  const says = `Redis has no AOF: a crash forgets every request and decision since the last snapshot. ${snapshots}`
  return [{ ...rest, says, isGrave: true }]
}

function checkFsync(appendfsync: string | undefined): RedisProblem[] {
  const rest = { about: 'persistence', remedy: 'Set appendfsync always.', isGrave: false } as const
  if (appendfsync === 'always') return []
  if (appendfsync === undefined) {
    const says = 'Whether Redis may lose the last second could not be checked: it does not tell appendfsync.'
    return [{ ...rest, says }]
  }
  const span = appendfsync === 'no' ? 'the last half minute, or more' : 'the last second'
  const says = `If its machine fails, Redis may lose ${span} (appendfsync ${appendfsync}): a request or a decision then has to be made again, and a reset that had begun is not remembered.`
  return [{ ...rest, says }]
}

/** INFO counts the good replicas only while the master asks for some before it writes. */
function checkReplicas(info: Map<string, string>, isWatched: boolean): RedisProblem[] {
  const hasReplicas = isWatched || Number(info.get('connected_slaves') ?? 0) > 0
  if (!hasReplicas || info.has('min_slaves_good_slaves')) return []
  const says =
    'A failover may lose what was acknowledged before it: Redis also writes while no replica follows (min-replicas-to-write 0), and a request, a decision or a reset that had begun may then be forgotten.'
  const remedy = 'Set min-replicas-to-write 1 and min-replicas-max-lag 10.'
  return [{ about: 'replicas', says, remedy, isGrave: false }]
}
