// The worker of the queue, watched: it is alive while Redis answers it when it asks for a job. One that is silent for too
// long while Redis can be used is left to end what it has in hand, and another takes its place over new connections.
// Nothing is done twice by that: a job holds an id, and whoever executes a request first claims its call in the record.

import { createRedisBackend, Worker } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import type { RequestId } from '../../request/request.ts'
import { processorOf } from './jobs.ts'
import { watched } from './watched-backend.ts'
import { bullPrefix, QUEUE, toldTo, UNASKED_VERSION, type WorkQueueOptions } from './work-queue.ts'

const CLOSE_MS = 1_000
/** How long a read may wait for a job. So often does Redis have to answer a worker that has nothing to do. */
const BLOCK_S = 2
/** After so long without an answer a job that is put on the queue now may not be taken. */
const SILENT_MS = 5_000
const DEAD_MS = 10_000
const WATCH_MS = 500
/** For what a dead worker had in hand; its connections are needed meanwhile to keep others from it. */
const IN_HAND_MS = 120_000

export interface ExecutorOptions extends Pick<WorkQueueOptions, 'prefix' | 'onError' | 'telemetry'> {
  /**
   * A connection that is the executor's own, for each worker that it starts. It has to wait for Redis, with no timeout of a
   * command: BullMQ's blocking pop does.
   */
  connect(): Redis | Cluster
  concurrency: number
  /** Carries out the request named. Throws only when the job should be delivered again. */
  execute(id: RequestId): Promise<void>
  /** Milliseconds for which others have found Redis usable without a break: while it is away no worker is dead. */
  usableMs(): number
  /** Milliseconds of silence after which a worker is dead; 10 s. */
  deadMs?: number
}

export interface Executor {
  /** Whether a job that is put on the queue now would be taken: within seconds, or once one of those in hand has ended. */
  isTaking(): boolean
  /** Takes no further job and waits for those in hand, at most this long. */
  close(patienceMs: number): Promise<void>
}

export function startExecutor(options: ExecutorOptions): Executor {
  const { usableMs, deadMs = DEAD_MS, onError } = options
  let current = startWorker(options)
  const leaving = new Set<Promise<void>>()
  const watching = setInterval(() => {
    const silentMs = Math.min(current.silentMs(), usableMs())
    if (silentMs <= deadMs) return
    const seconds = Math.round(silentMs / 1_000)
    onError(
      new Error(
        `Redis can be used and has not answered the worker for ${seconds} s: another worker takes its place.`,
      ),
    )
    const left = current.close(IN_HAND_MS).finally(() => leaving.delete(left))
    leaving.add(left)
    current = startWorker(options)
  }, WATCH_MS)
  watching.unref()

  return {
    isTaking: () => current.hasAnswered() && current.silentMs() <= SILENT_MS,
    async close(patienceMs) {
      clearInterval(watching)
      const all = Promise.all([current.close(patienceMs), ...leaving])
      await Promise.race([all, resolvesAfter(patienceMs + 2 * CLOSE_MS)])
    },
  }
}

interface Running {
  /** Whether Redis has ever answered it. */
  hasAnswered(): boolean
  /** Milliseconds for which it could have asked for a job and Redis has not answered. */
  silentMs(): number
  close(patienceMs: number): Promise<void>
}

function startWorker(options: ExecutorOptions): Running {
  const { concurrency, onError } = options
  const connection = options.connect()
  const connections = withCopies(connection)
  const closing = new AbortController()
  const inHand = new Set<Promise<void>>()
  let answered = false
  let lastMs = performance.now()
  const alive = () => {
    answered = true
    lastMs = performance.now()
  }
  const isFull = () => inHand.size >= concurrency

  const process = processorOf({
    onError,
    async execute(id) {
      const execution = options.execute(id)
      inHand.add(execution)
      try {
        await execution
      } finally {
        // While every hand is full it asks for nothing.
        if (isFull()) lastMs = performance.now()
        inHand.delete(execution)
      }
    },
  })
  const worker = new Worker(
    QUEUE,
    process,
    {
      connection,
      prefix: bullPrefix(options.prefix),
      concurrency,
      ...toldTo(options),
      drainDelay: BLOCK_S,
      lockDuration: 30_000,
      stalledInterval: 5_000,
      // 0 could fail a job that never ran; running one again is harmless, because the record says what may be called.
      maxStalledCount: 5,
      maxStartedAttempts: 20,
      // A Cluster in a failover is an error here; BullMQ would rest for fifteen seconds after it.
      runRetryDelay: 2_000,
      ...UNASKED_VERSION,
    },
    (...args) => watched(createRedisBackend(...args), { blockS: BLOCK_S, closing: closing.signal, alive }),
  )
  worker.on('error', onError)
  worker.on('failed', (_job, error) => onError(error))

  return {
    hasAnswered: () => answered,
    silentMs: () => (isFull() ? 0 : performance.now() - lastMs),
    async close(patienceMs) {
      const closed = worker.close().catch(onError)
      closing.abort()
      await Promise.race([Promise.allSettled(inHand), resolvesAfter(patienceMs)])
      // After an outage of Redis a worker can wait for its blocking read for ever, with nothing in hand.
      await Promise.race([closed, resolvesAfter(CLOSE_MS)])
      for (const each of connections) each.disconnect()
    },
  }
}

/** BullMQ makes a copy of the connection for its blocking reads, and keeps it to itself. */
function withCopies(connection: Redis | Cluster): Iterable<Redis | Cluster> {
  const all: (Redis | Cluster)[] = [connection]
  const duplicate = connection.duplicate.bind(connection) as (...args: unknown[]) => Redis | Cluster
  Object.assign(connection, {
    duplicate(...args: unknown[]) {
      const copy = duplicate(...args)
      // A worker that has closed listens no longer.
      copy.on('error', () => {})
      all.push(copy)
      return copy
    },
  })
  return all
}

function resolvesAfter(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
