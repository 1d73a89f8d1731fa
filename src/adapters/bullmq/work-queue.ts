// The WorkQueue port on BullMQ: jobs carry ids only and are delivery, not memory. Job state is no evidence of anything
// outside Redis: BullMQ can mark a job failed that never ran (measured), so the record decides what runs.

import { Queue, type Telemetry } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import type { WorkQueue } from '../../ports/work-queue.ts'
import type { QueueDepth } from '../../request/gauges.ts'
import type { RequestId } from '../../request/request.ts'

export const QUEUE = 'execute'
const DAY_SECONDS = 86_400

export const JOB_VERSION = 1
/** What BullMQ keeps of a job: when it was added, and for how long it is delayed. Its own scripts take further rights of Redis. */
const TIMES = ['timestamp', 'delay'] as const
const timeSchema = z.coerce.number().int().nullable().catch(null)
const timesSchema = z.tuple([timeSchema, timeSchema])
const jobIdsSchema = z.array(z.string())
const depthSchema = z.tuple([z.int(), z.int(), z.int(), jobIdsSchema, jobIdsSchema])

export interface WorkQueueOptions {
  /** The queue's own, which it ends when it closes. */
  connection: Redis | Cluster
  prefix: string
  onError: (error: Error) => void
  /** Tells of jobs that are added and taken; absent: nobody is told. */
  telemetry?: Telemetry
}

export function toldTo({
  telemetry,
}: Pick<WorkQueueOptions, 'telemetry'>): Pick<WorkQueueOptions, 'telemetry'> {
  return telemetry === undefined ? {} : { telemetry }
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
    ...toldTo(options),
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
    depth: () => queueDepth(connection, options.prefix),
    async close() {
      await queue.close()
      connection.disconnect()
    },
  }
}

/** Makes no key, unlike a queue of BullMQ. */
export async function queueDepth(
  connection: WorkQueueOptions['connection'],
  prefix: string,
): Promise<QueueDepth> {
  const keyOf = (name: string) => `${bullPrefix(prefix)}:${QUEUE}:${name}`
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
}

/** BullMQ's keys need their own hash tag to stay on one slot of a cluster. */
export function bullPrefix(prefix: string): string {
  return `{${prefix}:queue}`
}

/** Not digits only and without a colon: BullMQ throws on either (measured). */
function jobIdOf(id: RequestId, dispatch: number): string {
  return `${id}-${dispatch}`
}
