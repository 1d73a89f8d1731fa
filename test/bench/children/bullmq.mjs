// BullMQ by itself, with the product's settings and nothing to do: what any bot on it has to pay.

import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { answering } from './answering.mjs'

const { REDIS_URL, QUEUE_PREFIX } = process.env
const QUEUE = 'execute'
const connect = () => new Redis(REDIS_URL, { maxRetriesPerRequest: null })

function startWorker(concurrency, processor) {
  return new Worker(QUEUE, processor, {
    connection: connect(),
    prefix: QUEUE_PREFIX,
    concurrency,
    lockDuration: 30_000,
    stalledInterval: 5_000,
    maxStalledCount: 5,
    maxStartedAttempts: 20,
  })
}

/** Milliseconds from the add to the processor's first line, one job at a time. */
async function measureLatency(count) {
  const queue = new Queue(QUEUE, { connection: connect(), prefix: QUEUE_PREFIX })
  let begun = () => {}
  const worker = startWorker(4, async () => begun())
  await worker.waitUntilReady()
  const tookMs = []
  for (let number = 1; number <= count; number++) {
    const arrived = new Promise(resolve => {
      begun = () => resolve(performance.now())
    })
    const startedMs = performance.now()
    await queue.add('execute', { requestId: `R-${number}` }, { jobId: `R-${number}-1`, attempts: 8 })
    tookMs.push((await arrived) - startedMs)
    // So that the worker waits for its next job, as it does when somebody clicks now and then.
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await worker.close()
  await queue.close()
  return tookMs
}

answering(async ({ work, latency }) => {
  if (latency !== undefined) return measureLatency(latency)
  await startWorker(work, async () => {}).waitUntilReady()
  return null
})
