// The name of an exact plan: what a decision is bound to. Two plans with the same digest do the same to the same place.

import { createHash } from 'node:crypto'
import type { Execution, PlanRow } from './plan.ts'
import type { Reset } from './reset.ts'

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

/** SHA-256, hex. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** `7f3a91c2`: enough to tell the plans of one request apart by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHOWN)
}
