// The WorkQueue port on BullMQ: jobs carry ids only and are delivery, not memory. Job state is no evidence of anything
// outside Redis: BullMQ can mark a job failed that never ran (measured), so the record decides what runs.

import { setTimeout as delay } from 'node:timers/promises'
import {
  createRedisBackend,
  DelayedError,
  type Job,
  Queue,
  type RedisQueueBackend,
  UnrecoverableError,
  Worker,
} from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import { SEALED_RECORD, UNREADABLE_RECORD } from '../../ports/store.ts'
import type { WorkQueue } from '../../ports/work-queue.ts'
import type { QueueDepth } from '../../request/gauges.ts'
import { type RequestId, requestIdSchema } from '../../request/request.ts'

const QUEUE = 'execute'
const DAY_SECONDS = 86_400
const CLOSE_MS = 1_000
/** After an error, before Redis is asked for a job again. */
const RETRY_MS = 2_000

const JOB_VERSION = 1
/** How soon a worker that cannot read a job looks at it again; one of a newer version may have had it by then. */
const LEFT_ALONE_MS = 10_000
const jobSchema = z.object({
  version: z.int().positive().max(JOB_VERSION).default(JOB_VERSION),
  requestId: requestIdSchema,
})
/** What BullMQ keeps of a job: when it was added, and for how long it is delayed. Its own scripts take further rights of Redis. */
const TIMES = ['timestamp', 'delay'] as const
const timeSchema = z.coerce.number().int().nullable().catch(null)
const timesSchema = z.tuple([timeSchema, timeSchema])
const jobIdsSchema = z.array(z.string())
const depthSchema = z.tuple([z.int(), z.int(), z.int(), jobIdsSchema, jobIdsSchema])
const newerSchema = z.object({ version: z.int().gt(JOB_VERSION) })

export interface WorkQueueOptions {
  /** The queue's or the executor's own, which it ends when it closes. */
  connection: Redis | Cluster
  prefix: string
  onError: (error: Error) => void
}

/**
 * BullMQ asks once. If Redis goes away just then the queue never works again, and where the user may not ask, the worker
 * does nothing any more but try (measured). The keeper of Redis says what is wrong with it.
 */
export const UNASKED_VERSION = { skipVersionCheck: true }

export interface OpenWorkQueue extends WorkQueue {
  /** A few steps, however many jobs there are. */
  depth(): Promise<QueueDepth>
  close(): Promise<void>
}

/** @param options Their connection has to fail at once: an enqueue that hangs could land after the caller gave up. */
export function createWorkQueue(options: WorkQueueOptions): OpenWorkQueue {
  const { connection } = options
  const queue = new Queue(QUEUE, {
    connection,
    prefix: bullPrefix(options.prefix),
    ...UNASKED_VERSION,
  })
  queue.on('error', options.onError)

  return {
    async enqueue(id, dispatch, delayMs) {
      await queue.add(
        'execute',
        { version: JOB_VERSION, requestId: id },
        {
          jobId: jobIdOf(id, dispatch),
          delay: delayMs,
          // Beyond them the record is asked again, which bounds how often.
          attempts: 3,
          backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
          // A finished job keeps its id taken for a while, so that a late second add changes nothing.
          removeOnComplete: { age: 7 * DAY_SECONDS, count: 5_000 },
          removeOnFail: { age: 30 * DAY_SECONDS, count: 5_000 },
        },
      )
    },
    async isLive(id, dispatch) {
      const state = await queue.getJobState(jobIdOf(id, dispatch))
      return state !== 'completed' && state !== 'failed' && state !== 'unknown'
    },
    async depth() {
      const keyOf = (name: string) => queue.toKey(name)
      const asked = await connection
        .pipeline()
        .llen(keyOf('wait'))
        .zcard(keyOf('delayed'))
        .llen(keyOf('active'))
        .lrange(keyOf('wait'), -1, -1)
        .zrange(keyOf('delayed'), '0', '0')
        .exec()
      const answers = asked?.map(([error, answer]) => error ?? answer)
      const [waiting, delayed, active, lastWaiting, firstDelayed] = depthSchema.parse(answers)
      const times = await Promise.all(
        [...lastWaiting, ...firstDelayed].map(async job =>
          timesSchema.parse(await connection.hmget(keyOf(job), ...TIMES)),
        ),
      )
      const since = times.flatMap(([atMs, delayMs]) => (atMs === null ? [] : [atMs + (delayMs ?? 0)]))
      return { waiting, delayed, active, oldestSinceMs: since.length === 0 ? null : Math.min(...since) }
    },
    async close() {
      await queue.close()
      connection.disconnect()
    },
  }
}

export interface ExecutorOptions extends WorkQueueOptions {
  concurrency: number
  /** Carries out the request named. Throws only when the job should be delivered again. */
  execute(id: RequestId): Promise<void>
}

export interface Executor {
  isRunning(): boolean
  /** Takes no further job and waits for those in hand, at most this long. */
  close(patienceMs: number): Promise<void>
}

/** @param options Their connection has to wait for Redis, with no timeout of a command: BullMQ's blocking pop does. */
export function startExecutor(options: ExecutorOptions): Executor {
  const { connection } = options
  const inHand = new Set<Promise<void>>()
  const closing = new AbortController()
  const worker = new Worker(
    QUEUE,
    async (job: Job, token?: string) => {
      const parsed = jobSchema.safeParse(job.data)
      if (newerSchema.safeParse(job.data).success) return leave(job, token, new Error(`${job.id} is newer.`))
      if (!parsed.success) throw new UnrecoverableError('The job names no request.')
      const execution = options.execute(parsed.data.requestId)
      inHand.add(execution)
      try {
        await execution
      } catch (error) {
        if (isUnreadable(error)) return leave(job, token, error)
        throw error
      } finally {
        inHand.delete(execution)
      }
    },
    {
      connection,
      prefix: bullPrefix(options.prefix),
      concurrency: options.concurrency,
      lockDuration: 30_000,
      stalledInterval: 5_000,
      // 0 could fail a job that never ran; running one again is harmless, because the record says what may be called.
      maxStalledCount: 5,
      maxStartedAttempts: 20,
      // A Cluster in a failover is an error here; BullMQ would rest for fifteen seconds after it.
      runRetryDelay: RETRY_MS,
      ...UNASKED_VERSION,
    },
    (...args) => restingAfterErrors(createRedisBackend(...args), closing.signal),
  )
  /** While an old and a new version run side by side, what the old one cannot read is the new one's. */
  async function leave(job: Job, token: string | undefined, why: Error): Promise<never> {
    const whose = hasCode(why, SEALED_RECORD) ? 'for a process that has AUDIT_KEY' : 'of a newer version'
    options.onError(new Error(`A job ${whose} is left alone.`, { cause: why }))
    await job.moveToDelayed(Date.now() + LEFT_ALONE_MS, token)
    throw new DelayedError()
  }

  worker.on('error', options.onError)
  worker.on('failed', (_job, error) => options.onError(error))

  return {
    isRunning: () => worker.isRunning(),
    async close(patienceMs) {
      const closed = worker.close()
      closing.abort()
      await Promise.race([Promise.allSettled(inHand), resolvesAfter(patienceMs)])
      // After an outage of Redis a worker can wait for its blocking read for ever, with nothing in hand.
      await Promise.race([closed, resolvesAfter(CLOSE_MS)])
      connection.disconnect()
    },
  }
}

/** BullMQ asks again at once, thousands of times a second, when Redis is there and refuses (measured). */
function restingAfterErrors(backend: RedisQueueBackend, closing: AbortSignal): RedisQueueBackend {
  async function rest<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      await delay(RETRY_MS, undefined, { signal: closing }).catch(() => {})
      throw error
    }
  }
  const moveToActive = backend.moveToActive.bind(backend)
  const waitForJob = backend.waitForJob.bind(backend)
  backend.moveToActive = (...args) => rest(moveToActive(...args))
  backend.waitForJob = (...args) => rest(waitForJob(...args))
  // Without having asked for the version it takes Redis for one before 6.0, and waits for whole seconds.
  const { blockingConnection } = backend
  blockingConnection?.client.then(
    () => {
      blockingConnection.capabilities = { ...blockingConnection.capabilities, canDoubleTimeout: true }
    },
    () => {},
  )
  return backend
}

function isUnreadable(error: unknown): error is Error {
  return hasCode(error, UNREADABLE_RECORD) || hasCode(error, SEALED_RECORD)
}

function hasCode(error: unknown, code: string): error is Error {
  return error instanceof Error && 'code' in error && error.code === code
}

function resolvesAfter(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}

/** BullMQ's keys need their own hash tag to stay on one slot of a cluster. */
export function bullPrefix(prefix: string): string {
  return `{${prefix}:queue}`
}

/** Not digits only and without a colon: BullMQ throws on either (measured). */
function jobIdOf(id: RequestId, dispatch: number): string {
  return `${id}-${dispatch}`
}
