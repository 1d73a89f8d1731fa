// What is checked of Redis: whether it is there, keeps what it is given, lets every command through, takes a key and gives a
// job to a worker. All of it on keys of its own, which are gone afterwards.

import { randomUUID } from 'node:crypto'
import { tryQueue } from '../adapters/bullmq/try-queue.ts'
import { queueDepth } from '../adapters/bullmq/work-queue.ts'
import { lookAtRedis, type RedisAspect } from '../adapters/redis/check.ts'
import {
  connectBlocking,
  connectRedis,
  type RedisConnection,
  type RedisSettings,
  untilReady,
} from '../adapters/redis/connect.ts'
import { lookAtSeals } from '../adapters/redis/newest-seals.ts'
import { probeRedis } from '../adapters/redis/probe.ts'
import { addressesOf } from '../adapters/redis/unconnected.ts'
import { createWorkers } from '../adapters/redis/workers.ts'
import { keyAdvice, keyProblem, shareOf } from '../request/key-standing.ts'
import type { Seals } from '../request/seals.ts'
import type { Finding } from './finding.ts'
import { whyAway } from './redis-away.ts'

const AREA = 'Redis'
const CONNECT_MS = 5_000
const JOB_MS = 8_000
const KEY_MS = 60_000
/** Waits and ends of requests are set by one process and met by another. */
const CLOCK_MS = 2_000

const finding = (what: string, level: Finding['level'], found: string, advice?: string): Finding => ({
  ...{ area: AREA, what, found, level },
  ...(advice === undefined ? {} : { advice }),
})

export interface RedisDoctor {
  /** For whoever keeps to the shared budget, once it is `settled`: before, nothing could be counted. */
  connection: RedisConnection
  /** Resolves when it is connected, or is known not to be. */
  settled: Promise<void>
  findings: Promise<Finding[]>
  close(): void
}

const LATER = ['how it is set up', 'permissions', 'a key', 'a job', 'workers', 'seals', 'clock']

export interface RedisDoctorOptions {
  /** Undefined: the settings have to be right first. Null: there is no key. */
  seals: Seals | null | undefined
  /** How many bots are connected to Slack; null: that cannot be known. */
  bots: Promise<number | null>
  now(): number
  /** Ends it early: what it has made is taken away. */
  signal?: AbortSignal | undefined
}

export function doctorRedis(
  settings: RedisSettings,
  prefix: string,
  { seals, bots, now, signal }: RedisDoctorOptions,
): RedisDoctor {
  let unconnected: Error | null = null
  const connect = () =>
    connectRedis(settings, error => {
      unconnected = error
    })
  const connection = connect()
  const ofQueue = connect()

  const beganMs = performance.now()
  const connected = Promise.all([connection, ofQueue].map(each => untilReady(each, CONNECT_MS))).then(
    () => null,
    asError,
  )

  async function look(): Promise<Finding[]> {
    const problem = await connected
    if (problem !== null) {
      const tookMs = performance.now() - beganMs
      const { found, advice } = await whyAway(settings, unconnected ?? problem, tookMs)
      return [finding('reach', 'failure', found, advice), ...LATER.map(notMade)]
    }
    const [setUp, permissions, key, job, workers, sealed, clock] = await Promise.all([
      setUpFindings(connection),
      permissionFinding(connection, ofQueue, prefix),
      keyFinding(connection, prefix),
      jobFinding(settings, ofQueue, prefix, signal),
      workersFinding(connection, ofQueue, prefix, bots),
      sealsFinding(connection, prefix, seals),
      clockFinding(connection, now),
    ])
    const versions = setUp.versions.length === 0 ? '' : ` Redis ${setUp.versions.join(' and ')}`
    const there = finding(
      'reach',
      'ok',
      `${addressesOf(settings)} answers${versions === '' ? ' and does not report its version' : `:${versions}`}.`,
    )
    const isFull = [...setUp.findings, permissions].some(isOfFullRedis)
    const isSaid = setUp.findings.some(isOfFullRedis)
    const after = [...(isSaid ? [permissions] : []), key, job].map(
      each => (isFull ? withoutRoom(each) : null) ?? each,
    )
    return [there, ...setUp.findings, ...(isSaid ? [] : [permissions]), ...after, workers, sealed, clock]
  }

  return {
    connection,
    settled: connected.then(() => {}),
    findings: look(),
    close() {
      for (const each of [connection, ofQueue]) each.disconnect()
    },
  }
}

function notMade(what: string): Finding {
  return finding(what, 'notMade', 'Redis has to be reached first.')
}

const FULL = 'It is full, and nothing can be saved'

function isOfFullRedis({ what, level, found }: Finding): boolean {
  return level === 'failure' && (what === 'memory' || found.startsWith(FULL))
}

/** One that is full refuses all that is written, which is said once. */
function withoutRoom({ what, level }: Finding): Finding | null {
  return level === 'failure' ? finding(what, 'notMade', 'Redis has to have room first.') : null
}

const ASPECTS: Record<Exclude<RedisAspect, 'settings' | 'role' | 'replicas'>, string> = {
  version: 'It is not too old.',
  memory: 'It has room.',
  eviction: 'It evicts no keys (maxmemory-policy noeviction).',
  persistence: 'Every write is kept (AOF, appendfsync always).',
}

async function setUpFindings(redis: RedisConnection): Promise<{ versions: string[]; findings: Finding[] }> {
  const { versions, problems } = await lookAtRedis(redis)
  const wrong = problems.map(({ about, says, remedy, isGrave }) =>
    finding(
      about === 'settings' ? 'how it is set up' : about,
      isGrave ? 'failure' : 'warning',
      ended(says),
      remedy ||
        (about === 'settings'
          ? 'Allow +info and +config|get, or look at it yourself: docs/redis.md.'
          : undefined),
    ),
  )
  // Of a replica, and where nothing could be asked, nothing else was looked at.
  const isWhole = !problems.some(({ about }) => about === 'settings' || about === 'role')
  const well = Object.entries(ASPECTS).flatMap(([about, found]) =>
    isWhole && !problems.some(each => each.about === about) ? [finding(about, 'ok', found)] : [],
  )
  return { versions, findings: [...well, ...wrong] }
}

async function permissionFinding(
  store: RedisConnection,
  queue: RedisConnection,
  prefix: string,
): Promise<Finding> {
  try {
    const trouble = await probeRedis(store, queue, prefix)
    if (trouble === null)
      return finding('permissions', 'ok', 'Every command that Rewind needs can be called.')
    if (trouble.why === 'memory') {
      const advice = 'Raise maxmemory, or let old requests be exported and deleted (RETENTION).'
      return finding('permissions', 'failure', `${FULL}: ${ended(trouble.error.message)}`, advice)
    }
    const advice =
      trouble.why === 'forbidden'
        ? 'Give the user what docs/redis.md lists under “What its user may do”.'
        : 'docs/redis.md says what it means when Redis refuses.'
    return finding('permissions', 'failure', ended(trouble.error.message), advice)
  } catch (error) {
    return finding('permissions', 'failure', `They could not be tried: ${ended(asError(error).message)}`)
  }
}

async function keyFinding(redis: RedisConnection, prefix: string): Promise<Finding> {
  const key = `{${prefix}}:doctor:${randomUUID()}`
  try {
    // It ends by itself, should this process end before it takes it away.
    await redis.set(key, 'doctor', 'PX', KEY_MS)
    const found = await redis.get(key)
    await redis.del(key)
    return found === 'doctor'
      ? finding('a key', 'ok', `A key under {${prefix}} was written, read and deleted.`)
      : finding(
          'a key',
          'failure',
          'A key that was just written is not there.',
          'Look whether it is a master.',
        )
  } catch (error) {
    return finding('a key', 'failure', `A key could not be written: ${ended(asError(error).message)}`)
  }
}

async function jobFinding(
  settings: RedisSettings,
  queue: RedisConnection,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const blocking = connectBlocking(settings, () => {})
  try {
    const ms = await tryQueue({ connection: queue, blocking, prefix, withinMs: JOB_MS, signal })
    const found = `A job on a queue of its own was taken by a worker after ${Math.round(ms)} ms, and is gone.`
    return finding('a job', 'ok', found)
  } catch (error) {
    const advice = 'docs/redis.md lists what the user may do; a Redis that is slow shows here as well.'
    return finding('a job', 'failure', `A job was not taken: ${ended(asError(error).message)}`, advice)
  } finally {
    blocking.disconnect()
  }
}

async function workersFinding(
  redis: RedisConnection,
  ofQueue: RedisConnection,
  prefix: string,
  bots: Promise<number | null>,
): Promise<Finding> {
  try {
    const [count, { waiting, delayed }] = await Promise.all([
      createWorkers(redis, prefix).count(),
      queueDepth(ofQueue, prefix),
    ])
    if (count > 0) {
      return finding(
        'workers',
        'ok',
        count === 1 ? '1 says that it takes jobs now.' : `${count} say that they take jobs now.`,
      )
    }
    const jobs = waiting + delayed
    const connected = (await bots) ?? 0
    if (jobs === 0 && connected === 0) {
      return finding(
        'workers',
        'ok',
        'None says that it takes jobs now, as it is before one is started; no job waits.',
      )
    }
    const why =
      jobs > 0
        ? `${jobs} ${jobs === 1 ? 'job waits' : 'jobs wait'} on the queue`
        : 'a bot is connected to Slack'
    return finding(
      'workers',
      'warning',
      `None says that it takes jobs now, and ${why}: what is approved waits.`,
      'Start a process whose ROLE is worker or all, with the same REDIS_URL and REDIS_PREFIX; if one runs, its log and /readyz say why it takes none.',
    )
  } catch (error) {
    return finding('workers', 'warning', `They could not be counted: ${ended(asError(error).message)}`)
  }
}

/** Fails where a start would. */
async function sealsFinding(
  redis: RedisConnection,
  prefix: string,
  seals: Seals | null | undefined,
): Promise<Finding> {
  const what = 'seals'
  if (seals === undefined) return finding(what, 'notMade', 'The settings have to be right first.')
  try {
    const standing = await lookAtSeals(redis, prefix, seals)
    const problem = keyProblem(standing)
    if (problem !== null) {
      return finding(what, 'failure', `${problem}. Rewind does not start.`, keyAdvice(standing))
    }
    switch (standing.kind) {
      case 'fits':
        return finding(what, 'ok', 'What is in Redis was sealed with the AUDIT_KEY that is set.')
      case 'nothingSealed':
        return finding(
          what,
          'ok',
          standing.lost === 0
            ? 'None of the newest requests is sealed.'
            : `${capital(shareOf({ looked: standing.looked, sealed: standing.lost }))} sealed with a key that AUDIT_KEYS_LOST names, and none with one that is set: what is open under it is ended when a bot reads it.`,
        )
      default:
        return finding(
          what,
          'warning',
          `AUDIT_KEY is not set, and ${shareOf(standing)} sealed with a key: what is sealed is left alone.`,
          keyAdvice(standing),
        )
    }
  } catch (error) {
    return finding(what, 'warning', `They could not be read: ${ended(asError(error).message)}`)
  }
}

async function clockFinding(redis: RedisConnection, now: () => number): Promise<Finding> {
  try {
    const beganMs = now()
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    const aheadMs = seconds * 1_000 + micros / 1_000 - (beganMs + now()) / 2
    const apart = `Its clock and ours are ${(Math.abs(aheadMs) / 1_000).toFixed(1)} s apart.`
    return Math.abs(aheadMs) <= CLOCK_MS
      ? finding('clock', 'ok', apart)
      : finding('clock', 'warning', apart, 'Keep the clocks of all machines together (NTP).')
  } catch (error) {
    return finding('clock', 'warning', `Its time could not be read: ${ended(asError(error).message)}`)
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
