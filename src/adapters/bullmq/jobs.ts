// What a worker makes of one job: a job names a request and holds nothing else. What this version cannot read, the job or
// its record, it leaves on the queue for one that can.

import { DelayedError, type Job, UnrecoverableError } from 'bullmq'
import { z } from 'zod'
import { SEALED_RECORD, UNREADABLE_RECORD } from '../../ports/store.ts'
import { type RequestId, requestIdSchema } from '../../request/request.ts'
import { JOB_VERSION } from './work-queue.ts'

/**
 * How soon a worker that cannot read a job looks at it again; one of a newer version may have had it by then. A job that has
 * been begun twenty times is lost (executor.ts): after a minute of it rarely.
 */
const LEFT_ALONE_MS = 10_000
const LEFT_ALONE_LATER_MS = 60_000
const OFTEN = 6
const jobSchema = z.object({
  version: z.int().positive().max(JOB_VERSION).default(JOB_VERSION),
  requestId: requestIdSchema,
})
const newerSchema = z.object({ version: z.int().gt(JOB_VERSION) })

export interface JobDeps {
  execute(id: RequestId): Promise<void>
  onError(error: Error): void
}

export function processorOf({ execute, onError }: JobDeps) {
  /** While an old and a new version run side by side, what the old one cannot read is the new one's. */
  async function leave(job: Job, token: string | undefined, why: Error): Promise<never> {
    const whose = hasCode(why, SEALED_RECORD) ? 'for a process that has AUDIT_KEY' : 'of a newer version'
    onError(new Error(`A job ${whose} is left alone.`, { cause: why }))
    const againMs = job.attemptsStarted > OFTEN ? LEFT_ALONE_LATER_MS : LEFT_ALONE_MS
    await job.moveToDelayed(Date.now() + againMs, token)
    throw new DelayedError()
  }

  return async (job: Job, token?: string): Promise<void> => {
    const parsed = jobSchema.safeParse(job.data)
    if (newerSchema.safeParse(job.data).success) return leave(job, token, new Error(`${job.id} is newer.`))
    if (!parsed.success) throw new UnrecoverableError('The job names no request.')
    try {
      await execute(parsed.data.requestId)
    } catch (error) {
      if (isUnreadable(error)) return leave(job, token, error)
      throw error
    }
  }
}

function isUnreadable(error: unknown): error is Error {
  return hasCode(error, UNREADABLE_RECORD) || hasCode(error, SEALED_RECORD)
}

function hasCode(error: unknown, code: string): error is Error {
  return error instanceof Error && 'code' in error && error.code === code
}
