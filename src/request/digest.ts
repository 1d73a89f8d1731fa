// The name of an exact plan: what a decision is bound to. Two plans with the same digest do the same to the same place.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Execution, Plan } from './plan.ts'
import type { PlanRow } from './plan-rows.ts'
import type { Reset, Targets } from './reset.ts'
import { type PartitionResult, resultSchema } from './result.ts'

const SHOWN = 8

/** SHA-256, hex, of target, strategy, way of execution, and where each partition stands and goes. */
export function digestOf(
  { target, strategy, topics }: Reset,
  execution: Execution,
  rows: readonly PlanRow[],
): string {
  const hash = createHash('sha256')
  const head = [1, target.instanceId, target.group, strategy, [...topics].sort(), execution]
  hash.update(JSON.stringify(head, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)))
  // A topic name holds neither space nor line break, so that no two lists of rows give the same text.
  const lines = rows.map(
    ({ topic, partition, from, to, certainty, replays, skips }) =>
      `\n${topic} ${partition} ${from} ${to} ${certainty} ${replays} ${skips}`,
  )
  return hash.update(lines.join('')).digest('hex')
}

/**
 * SHA-256, hex, of every column of the rows, also of those that only people read. It stands beside the other, which is what
 * plans of before this one were decided on.
 */
export function digestOfRows(rows: readonly PlanRow[]): string {
  const hash = createHash('sha256').update('[1]')
  const lines = rows.map(
    ({ topic, partition, from, to, replays, skips, certainty, note, logStart, logEnd }) =>
      `\n${topic} ${partition} ${from} ${to} ${replays} ${skips} ${certainty} ${note} ${logStart} ${logEnd}`,
  )
  return hash.update(lines.join('')).digest('hex')
}

/** Whether these are the rows that the plan was made of. */
export function areRowsOf(
  reset: Reset,
  { digest, execution, rowsDigest }: Pick<Plan, 'digest' | 'execution' | 'rowsDigest'>,
  rows: readonly PlanRow[],
): boolean {
  if (digestOf(reset, execution, rows) !== digest) return false
  return rowsDigest === undefined || rowsDigest === digestOfRows(rows)
}

/** SHA-256, hex, of the offsets that a request was asked for with, in whichever order they are kept. */
export function digestOfTargets(targets: Targets): string {
  const lines = [...targets].map(([place, offset]) => `${place} ${offset}`).sort()
  return digestOfText([1, lines.length, ...lines].join('\n'))
}

/** 16 hex digits that name what an undo or a retry asks for, however many others there are beside it. */
export function keyOfFollowUp({ reset, targets }: { reset: Reset; targets: Targets | null }): string {
  const asked = [reset.target, reset.strategy, reset.scope, reset.topics, reset.partitions]
  const text = JSON.stringify(asked, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  return digestOfText(`${text}\n${targets === null ? '' : digestOfTargets(targets)}`).slice(0, 16)
}

/** Of the rows as they are kept. */
export function resultDigestOf(result: PartitionResult[]): string {
  return digestOfText(JSON.stringify(z.encode(resultSchema, result)))
}

/** SHA-256, hex. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** `7f3a91c2`: enough to tell the plans of one request apart by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHOWN)
}
