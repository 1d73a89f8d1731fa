// What can happen in the model, one step at a time: people, jobs, the pump, time. Each is a thing that the product has to
// take at any moment; none of them checks anything.

import { randomUUID } from 'node:crypto'
import type { RequestId, ResetRequest } from '../../../src/request/request.ts'
import type { Reset } from '../../../src/request/reset.ts'
import { ALICE, BOB, CAROL, HERE, SOMEWHERE } from '../../support/requests.ts'
import type { HeldJob } from './jobs.ts'
import type { ProductProcess } from './product-process.ts'
import { CHANNEL, GROUPS, INSTANCE, TOPICS, type World } from './world.ts'

export type Nth = 0 | 1

export async function recordOf(world: World, id: RequestId): Promise<ResetRequest> {
  const record = await world.store.read(id)
  if (record === undefined) throw new Error(`There is no ${id}.`)
  return record
}

/** Both, when it matters who is first. */
export function bot(world: World, nth: Nth): ProductProcess {
  return world.bots[nth] as ProductProcess
}

/** The other where this one does nothing any more. */
export function ableBot(world: World, nth: Nth = 0): ProductProcess | undefined {
  return [bot(world, nth), ...world.bots].find(each => each.state() === 'running')
}

export async function ask(world: World, by: string, group: Nth, topics: 1 | 2): Promise<void> {
  const process = ableBot(world)
  if (process === undefined) return
  const reset: Reset = {
    target: { instanceId: INSTANCE, group: GROUPS[group] },
    strategy: { kind: 'shift', direction: 'replay', count: world.nextShift() },
    scope: 'topics',
    topics: TOPICS.slice(0, topics),
    partitions: {},
  }
  await process.run(async () => {
    const submitted = await process.approvals.submit({
      reset,
      targets: null,
      skipToEnd: false,
      reason: 'the VAT rate was wrong',
      parent: null,
      requester: by,
      askedIn: HERE,
      cardIn: CHANNEL,
      submissionId: randomUUID(),
    })
    if (submitted.kind === 'submitted') world.requests.push(submitted.request.id)
  })
}

export function vote({ id, plan }: ResetRequest, by: string, verdict: 'approve' | 'reject', digest?: string) {
  const shown = digest ?? plan?.digest ?? ''
  return ({ approvals }: ProductProcess) =>
    () =>
      approvals.decide(id, { verdict, by, note: 'not now', digest: shown, typedGroup: '', from: SOMEWHERE })
}

/** What was enqueued for the request and has not been carried out, oldest first. */
export function waitingJobs(world: World, id?: RequestId): HeldJob[] {
  return world.jobs
    .all()
    .filter(
      job => job.state !== 'done' && world.requests.includes(job.id) && (id === undefined || job.id === id),
    )
}

/** To one worker, or to both at once. It is done when a worker has carried it out. */
export async function deliver(world: World, job: HeldJob, to: readonly Nth[]): Promise<void> {
  const able = to.map(nth => world.workers[nth]).filter(each => each?.state() === 'running')
  if (able.length === 0) return
  await world.jobs.take(job)
  let carriedOut = false
  await Promise.all(
    able.map(worker =>
      worker?.run(async () => {
        await worker.approvals.execute(job.id)
        carriedOut = true
      }),
    ),
  )
  if (carriedOut) await world.jobs.complete(job)
}

/** A job that was carried out, once more. */
export async function deliverAgain(world: World, id: RequestId, to: readonly Nth[]): Promise<void> {
  const able = to.map(nth => world.workers[nth]).filter(each => each?.state() === 'running')
  await Promise.all(able.map(worker => worker?.run(() => worker.approvals.execute(id))))
}

export async function pump(world: World, which: readonly Nth[]): Promise<void> {
  const able = which.map(nth => bot(world, nth)).filter(each => each.state() === 'running')
  await Promise.all(able.map(each => each.run(() => each.approvals.payDue(50))))
}

/** When something is next due: a debt, or a job. Null: nothing is. */
export async function nextDueAtMs(world: World): Promise<number | null> {
  const due = await world.redis.zrangebyscore(
    `{${world.prefix}}:due`,
    '-inf',
    '+inf',
    'WITHSCORES',
    'LIMIT',
    0,
    1,
  )
  const times = [
    ...(due[1] === undefined ? [] : [Number(due[1])]),
    ...waitingJobs(world).map(job => job.dueAtMs),
  ]
  return times.length === 0 ? null : Math.min(...times)
}

export async function passToNextDue(world: World): Promise<void> {
  const dueAtMs = await nextDueAtMs(world)
  if (dueAtMs !== null && dueAtMs > world.clock()) await world.pass(dueAtMs - world.clock())
}

/** Who asks for it next; one of them may also approve. */
export const REQUESTERS = [ALICE, BOB] as const

/** What somebody who wants it done would do now. */
export async function bringOn(world: World, id: RequestId, nth: Nth): Promise<void> {
  const record = await recordOf(world, id)
  const { state } = record
  switch (state.name) {
    case 'preparing':
      return pump(world, [nth])
    case 'pending': {
      const process = ableBot(world, nth)
      await process?.run(vote(record, nth === 0 ? CAROL : BOB, 'approve')(process))
      return
    }
    case 'approved': {
      const [job] = waitingJobs(world, id)
      if (job === undefined) return pumpOrWait(world, nth)
      if (job.dueAtMs > world.clock()) await world.pass(job.dueAtMs - world.clock())
      return deliver(world, job, [nth])
    }
    case 'executing':
      return pumpOrWait(world, nth)
    case 'unclear':
      return state.asked ? testify(world, record, CAROL, nth) : pumpOrWait(world, nth)
    default:
      return pump(world, [nth])
  }
}

async function pumpOrWait(world: World, nth: Nth): Promise<void> {
  await passToNextDue(world)
  await pump(world, [nth])
}

/** The truth, as it stands in the cluster. */
export async function testify(world: World, record: ResetRequest, by: string, nth: Nth): Promise<void> {
  const { id, state } = record
  const process = ableBot(world, nth)
  if (state.name !== 'unclear' || process === undefined) return
  const { attempt } = state
  await process.run(() =>
    process.approvals.testify(id, { attempt, by, happened: hasHappened(world, record), from: SOMEWHERE }),
  )
}

function hasHappened({ api }: World, { id, plan }: ResetRequest): boolean {
  return api.callers().some(each => each?.id === id && each.digest === plan?.digest)
}

const MEMBER = 'billing-1'

export function join({ cluster }: World, nth: Nth): void {
  const group = GROUPS[nth]
  if (cluster.group(INSTANCE, group).members.length === 0)
    cluster.join(group, { clientId: MEMBER, host: '/10.0.3.11' })
}

export function leave({ cluster }: World, nth: Nth): void {
  const group = GROUPS[nth]
  if (cluster.group(INSTANCE, group).members.length > 0) cluster.leave(group, MEMBER)
}
