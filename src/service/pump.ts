// The heartbeat: pays what is due, over and over, and once a minute what fell out of the due set. It never stops on a fault.

import type { Report } from '../ports/events.ts'

export interface PumpDeps {
  payDue(limit: number): Promise<number>
  payForgotten(): Promise<number>
  report: Report
  /** How long to rest when nothing was due. */
  restMs: number
}

export interface Pump {
  /** Milliseconds since the last round that reached the store. */
  silentMs(): number
  stop(): Promise<void>
}

const ROUND = 50
const SCAN_EVERY_MS = 60_000
const LONGEST_REST_MS = 5_000

export function startPump({ payDue, payForgotten, report, restMs }: PumpDeps): Pump {
  const stopping = new AbortController()
  let lastBeat = performance.now()
  let nextScan = performance.now() + SCAN_EVERY_MS

  async function run(): Promise<void> {
    let faults = 0
    while (!stopping.signal.aborted) {
      let taken = 0
      try {
        taken = await payDue(ROUND)
        if (performance.now() >= nextScan) {
          nextScan = performance.now() + SCAN_EVERY_MS
          await payForgotten()
        }
        lastBeat = performance.now()
        faults = 0
      } catch (error) {
        faults += 1
        report({ event: 'fault', where: 'pump', error })
      }
      if (taken < ROUND) await rest(Math.min(restMs * 2 ** faults, LONGEST_REST_MS))
    }
  }

  function rest(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(wake, ms)
      stopping.signal.addEventListener('abort', wake, { once: true })
      function wake() {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', wake)
        resolve()
      }
    })
  }

  const running = run()
  return {
    silentMs: () => performance.now() - lastBeat,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
