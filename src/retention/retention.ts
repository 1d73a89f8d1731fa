// When old requests are looked for, exported and deleted: soon after the start, and every few hours. It never ends on a fault.

import { type PassDeps, retentionPass } from './pass.ts'

const FIRST_AFTER_MS = 1_000
const EVERY_MS = 6 * 3_600_000
const AGAIN_AFTER_FAULT_MS = 600_000

export interface RetentionRun {
  stop(): Promise<void>
}

export interface RetentionOptions extends Omit<PassDeps, 'isStopped'> {
  onFault(error: unknown): void
}

export function startRetention({ onFault, ...deps }: RetentionOptions): RetentionRun {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running: Promise<void> = Promise.resolve()

  async function pass(): Promise<void> {
    let nextMs = EVERY_MS
    try {
      const removed = await retentionPass({ ...deps, isStopped: () => stopped })
      // Nobody else has to look again before.
      if (removed !== null && !stopped) await deps.retention.claim(deps.processId, EVERY_MS)
    } catch (error) {
      nextMs = AGAIN_AFTER_FAULT_MS
      onFault(error)
    }
    after(nextMs)
  }

  function after(ms: number): void {
    if (stopped) return
    timer = setTimeout(() => {
      running = pass()
    }, ms)
    timer.unref()
  }

  after(FIRST_AFTER_MS)
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
