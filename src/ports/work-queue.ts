// What delivers approved requests to a worker: the contract of the queue.

import type { RequestId } from '../request/request.ts'

/** Delivers approved requests to a worker, at least once. It is not memory: the record says what is to be done. */
export interface WorkQueue {
  /** Adds the job named by request and number; adding it again changes nothing. May reject and have landed. */
  enqueue(id: RequestId, dispatch: number, delayMs: number): Promise<void>
  /** Whether that job may still run: waiting, delayed or running. */
  isLive(id: RequestId, dispatch: number): Promise<boolean>
}
