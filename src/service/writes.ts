// Writes the offsets of a plan, all topics in one call where the cluster takes them so, else topic by topic. It must never send a write again that may have been sent.

import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterAbilities, PartitionWrite, WrittenTopics } from '../ports/cluster.ts'
import type { CallOutcome, TopicReport, UnwrittenTopic } from '../request/api-answer.ts'
import { causeOf } from '../request/cause.ts'
import { isWritten } from '../request/plan.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { Target } from '../request/reset.ts'

/** Between two tries of a write that certainly was not sent: at first, and at most. */
const RESEND_FIRST_MS = 100
const RESEND_LONGEST_MS = 5_000

export function createWrites({ cluster, clock }: { cluster: Cluster; clock: Clock }) {
  /** The process is to end: no write begins after that. */
  let lastWriteMs = Number.POSITIVE_INFINITY

  /** In one call, or topic by topic, each in one. What keeps the first topic from being written does so for all. */
  async function write(
    target: Target,
    rows: readonly PlanRow[],
    can: Pick<ClusterAbilities, 'writeTopics'>,
    deadlineMs: number,
  ): Promise<WrittenTopics> {
    const writes = writesOf(rows)
    if (can.writeTopics && cluster.writeTopics !== undefined && writes.size > 0) {
      return cluster.writeTopics(target, writes, deadlineMs)
    }
    const topics: TopicReport[] = []
    const requestIds: string[] = []
    const unwritten: UnwrittenTopic[] = []
    for (const [topic, offsets] of writes) {
      const isFirst = topics.length === 0 && unwritten.length === 0
      const send = () => cluster.writeOffsets(target, topic, offsets, deadlineMs)
      const called = isFirst ? await send() : await sendSurely(send, deadlineMs)
      requestIds.push(...(called.requestIds ?? []))
      switch (called.kind) {
        case 'done':
          topics.push(...called.topics)
          break
        case 'unknown':
          unwritten.push({ topic, end: 'unanswered', cause: called.cause })
          break
        case 'refused':
        case 'notSent':
          if (isFirst) return { called, unwritten: [] }
          unwritten.push(leftOut(topic, called))
          break
        default:
          called satisfies never
      }
    }
    const [one] = unwritten
    const nothingSaid = topics.length === 0 && one?.end === 'unanswered'
    return nothingSaid
      ? { called: { kind: 'unknown', cause: one.cause, requestIds }, unwritten }
      : { called: { kind: 'done', topics, requestIds }, unwritten }
  }

  /** What certainly was not sent is sent again when it may be, until there is no time left. */
  async function sendSurely(send: () => Promise<CallOutcome>, deadlineMs: number): Promise<CallOutcome> {
    for (let resendMs = RESEND_FIRST_MS; ; resendMs = Math.min(resendMs * 2, RESEND_LONGEST_MS)) {
      if (clock() >= lastWriteMs) return { kind: 'notSent', cause: causeOf('connectionClosed') }
      const called = await send()
      if (called.kind !== 'notSent') return called
      const waitMs = Math.max(called.retryAfterMs ?? resendMs, RESEND_FIRST_MS)
      if (clock() + waitMs >= Math.min(deadlineMs, lastWriteMs)) return called
      await pause(waitMs)
    }
  }

  return {
    write,
    /** Before the process ends: what is not written `withinMs` from now stays as it is. */
    stop(withinMs: number): void {
      lastWriteMs = clock() + withinMs
    },
  }
}

/** What is written, by topic. */
function writesOf(rows: readonly PlanRow[]): Map<string, PartitionWrite[]> {
  const writes = new Map<string, PartitionWrite[]>()
  for (const row of rows) {
    if (row.to === null || !isWritten(row, 'offsets')) continue
    const write = { partition: row.partition, offset: row.to, over: row.from }
    const known = writes.get(row.topic)
    if (known === undefined) writes.set(row.topic, [write])
    else known.push(write)
  }
  return writes
}

/** A topic that was left out after others had been written. */
function leftOut(
  topic: string,
  called: Extract<CallOutcome, { kind: 'refused' | 'notSent' }>,
): UnwrittenTopic {
  if (called.kind === 'notSent') return { topic, end: 'notSent', cause: called.cause }
  const { reason, code, message } = called
  return { topic, end: 'refused', reason, code, message }
}
