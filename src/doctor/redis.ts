// What is checked of Redis: whether it is there, keeps what it is given, lets every command through, takes a key and gives a
// job to a worker. All of it on keys of its own, which are gone afterwards.

import { randomUUID } from 'node:crypto'
import { tryQueue } from '../adapters/bullmq/try-queue.ts'
import { lookAtRedis, type RedisAspect } from '../adapters/redis/check.ts'
import {
  connectBlocking,
  connectRedis,
  type RedisConnection,
  type RedisSettings,
  untilReady,
} from '../adapters/redis/connect.ts'
import { probeRedis } from '../adapters/redis/probe.ts'
import { addressesOf, connectionFault } from '../adapters/redis/unconnected.ts'
import { createWorkers } from '../adapters/redis/workers.ts'
import type { Finding } from './finding.ts'

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
  /** For whoever keeps to the shared budget. */
  connection: RedisConnection
  findings: Promise<Finding[]>
  close(): void
}

const LATER = ['how it is set up', 'permissions', 'a key', 'a job', 'workers', 'clock']

/** @param signal ends it early: what it has made is taken away */
export function doctorRedis(
  settings: RedisSettings,
  prefix: string,
  now: () => number,
  signal?: AbortSignal,
): RedisDoctor {
  let unconnected: Error | null = null
  const connect = () =>
    connectRedis(settings, error => {
      unconnected = error
    })
  const connection = connect()
  const ofQueue = connect()

  async function look(): Promise<Finding[]> {
    const beganMs = performance.now()
    const ready = Promise.all([connection, ofQueue].map(each => untilReady(each, CONNECT_MS)))
    const problem = await ready.then(() => null, asError)
    if (problem !== null) {
      const tookMs = performance.now() - beganMs
      return [away(settings, unconnected ?? problem, tookMs), ...LATER.map(notMade)]
    }
    const [setUp, permissions, key, job, workers, clock] = await Promise.all([
      setUpFindings(connection),
      permissionFinding(connection, ofQueue, prefix),
      keyFinding(connection, prefix),
      jobFinding(settings, ofQueue, prefix, signal),
      workersFinding(connection, prefix),
      clockFinding(connection, now),
    ])
    const versions = setUp.versions.length === 0 ? '' : ` Redis ${setUp.versions.join(' and ')}`
    const there = finding(
      'reach',
      'ok',
      `${addressesOf(settings)} answers${versions === '' ? ' and does not report its version' : `:${versions}`}.`,
    )
    return [there, ...setUp.findings, permissions, key, job, workers, clock]
  }

  return {
    connection,
    findings: look(),
    close() {
      connection.disconnect()
      ofQueue.disconnect()
    },
  }
}

function notMade(what: string): Finding {
  return finding(what, 'notMade', 'Redis has to be reached first.')
}

function away(settings: RedisSettings, error: Error, tookMs: number): Finding {
  const at = `Redis at ${addressesOf(settings)} (REDIS_URL)`
  const fault = connectionFault(error)
  if (fault !== null) {
    return finding(
      'reach',
      'failure',
      `${at} cannot be connected to: ${fault}.`,
      'Start it, or set REDIS_URL.',
    )
  }
  if (error.name === 'AbortError' || /timed out|timeout/i.test(error.message)) {
    const found = `${at} does not answer within ${Math.max(1, Math.round(tookMs / 1_000))} s.`
    return finding(
      'reach',
      'failure',
      found,
      `Look whether it is there, and what is between.${modeWords(settings)}`,
    )
  }
  return finding(
    'reach',
    'failure',
    `${at} refuses: ${error.message}.`,
    `Look at the user, the password and the protocol in REDIS_URL.${modeWords(settings)}`,
  )
}

/** One server does not answer, or refuses, what a Cluster or a Sentinel is asked. */
function modeWords({ mode }: RedisSettings): string {
  return mode === 'single'
    ? ''
    : ` REDIS_MODE is ${mode}: for a server that is no ${mode === 'cluster' ? 'node of a Cluster' : 'Sentinel'} it has to be single.`
}

const ASPECTS: Record<Exclude<RedisAspect, 'settings' | 'role' | 'replicas'>, string> = {
  version: 'It is not too old.',
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

async function workersFinding(redis: RedisConnection, prefix: string): Promise<Finding> {
  try {
    const count = await createWorkers(redis, prefix).count()
    const found = count === 1 ? '1 says that it takes jobs now.' : `${count} say that they take jobs now.`
    return finding('workers', 'ok', count === 0 ? 'None says that it takes jobs now.' : found)
  } catch (error) {
    return finding('workers', 'warning', `They could not be counted: ${ended(asError(error).message)}`)
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

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
