// The gauges of the whole installation, asked of Redis when somebody scrapes: a few commands, at most once a second, and
// no longer than a scrape can wait. While they cannot be had they are absent, since a 0 would say that all is well.

import { Gauge, type Registry } from 'prom-client'
import type { Gauges } from './request/gauges.ts'

const FRESH_MS = 1_000
const PATIENCE_MS = 1_500

/** Rejects, or takes long, when Redis cannot be asked. */
export type ReadGauges = () => Promise<Gauges>

/** @returns where they are read from, once that is known */
export function createGauges(registry: Registry): (read: ReadGauges) => void {
  let read: ReadGauges | null = null
  let asking: Promise<void> | null = null
  let freshUntilMs = 0

  const byLabel = <Label extends string>(name: string, help: string, label: Label) =>
    gauge(name, help, [label])

  function gauge(name: string, help: string, labelNames: string[] = []) {
    const made = new Gauge({ name, help, labelNames, registers: [registry], collect: refresh })
    // One without labels begins with a 0.
    if (labelNames.length === 0) made.remove()
    return made
  }

  const requests = byLabel(
    'rewind_requests',
    'Requests that are not over, by state, in the whole installation.',
    'state',
  )
  const waiting = byLabel(
    'rewind_approvals_waiting',
    'Requests that wait for approval, by how long they have, in the whole installation.',
    'age',
  )
  const jobs = byLabel(
    'rewind_queue_jobs',
    'Jobs on the queue, by state, in the whole installation.',
    'state',
  )
  const plain = {
    workers: gauge('rewind_workers', 'Workers that take jobs, in the whole installation.'),
    oldestWaitingS: gauge(
      'rewind_oldest_approval_age_seconds',
      'How long the request that has waited longest for approval has waited; 0: none waits.',
    ),
    oldestUnclearS: gauge(
      'rewind_oldest_unclear_age_seconds',
      'How long nobody has known what an execution did, of the oldest; 0: there is none.',
    ),
    oldestDebtS: gauge(
      'rewind_oldest_slack_debt_age_seconds',
      'How long something has been owed to Slack, of the request that has owed longest; 0: nothing is owed.',
    ),
    oldestJobS: gauge(
      'rewind_queue_oldest_age_seconds',
      'How long the oldest job on the queue could have been taken; 0: there is none, or its time is to come.',
    ),
  } as const

  async function refresh(): Promise<void> {
    if (read === null || performance.now() < freshUntilMs) return
    asking ??= ask(read)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), PATIENCE_MS)
    })
    if ((await Promise.race([asking, late])) === 'late') show(null)
    clearTimeout(timer)
  }

  async function ask(from: ReadGauges): Promise<void> {
    // Why it cannot be asked, its keeper says in the log.
    show(await from().catch(() => null))
    freshUntilMs = performance.now() + FRESH_MS
    asking = null
  }

  function show(values: Gauges | null): void {
    for (const labelled of [requests, waiting, jobs]) labelled.reset()
    for (const [name, each] of Object.entries(plain) as [keyof typeof plain, Gauge][]) {
      if (values === null) each.remove()
      else each.set(values[name])
    }
    if (values === null) return
    for (const [state, count] of Object.entries(values.requests)) requests.set({ state }, count)
    for (const [age, count] of Object.entries(values.waiting)) waiting.set({ age }, count)
    for (const [state, count] of Object.entries(values.queue)) jobs.set({ state }, count)
  }

  return from => {
    read = from
  }
}
