// What is claimed at the end of an act, held against the cluster: where every partition stands, and what was written.
// Each claim is judged by itself, says what was found instead, and must be able to fail.

import type { Effect, Position } from '../cluster/model.ts'

export interface Check {
  claim: string
  holds: boolean
  /** What was found, for when it does not hold. */
  instead: string
}

export function says(claim: string, text: string, parts: string[]): Check {
  const missing = parts.filter(part => !text.includes(part))
  return {
    claim,
    holds: missing.length === 0,
    instead: `no “${missing.join('”, no “')}” in: ${text}`,
  }
}

/** `placeOf` → where it should be. */
export type Places = ReadonlyMap<string, bigint | null>

export function placeOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic} ${partition}`
}

/** Where the partitions of these topics stand. */
export function standing(
  positions: readonly Position[],
  topics: readonly string[],
): Map<string, bigint | null> {
  return new Map(
    positions.filter(({ topic }) => topics.includes(topic)).map(each => [placeOf(each), each.committed]),
  )
}

export function moved(places: Places, by: bigint): Places {
  return new Map([...places].map(([place, at]) => [place, at === null ? null : at + by]))
}

/** Every partition stands exactly there. No partition to look at proves nothing, and fails. */
export function standsAt(claim: string, now: Places, expected: Places): Check {
  const off = [...expected].filter(([place, at]) => now.get(place) !== at)
  return {
    claim,
    holds: expected.size > 0 && off.length === 0,
    instead:
      expected.size === 0
        ? 'there was no partition to look at'
        : off
            .map(([place, at]) => `${place} at ${sayOffset(now.get(place))}, not ${sayOffset(at)}`)
            .join('; '),
  }
}

/** Each of these partitions was written once and no other was; with none expected, nothing may have been written. */
export function wroteOnce(claim: string, effects: readonly Effect[], expected: Places): Check {
  const written = effects.flatMap(effect => effect.written.map(placeOf))
  const wrong = [...new Set([...written, ...expected.keys()])].flatMap(place => {
    const times = written.filter(each => each === place).length
    return times === (expected.has(place) ? 1 : 0) ? [] : [`${place} written ${times} times`]
  })
  return { claim, holds: wrong.length === 0, instead: wrong.join('; ') }
}

export function calledTimes(claim: string, calls: number, expected: number): Check {
  return {
    claim,
    holds: calls === expected,
    instead: `${calls} calls, not ${expected}`,
  }
}

/** @param partitions of how many partitions each call was that asked it */
export function readAtOnce(claim: string, partitions: readonly number[], all: number): Check {
  return {
    claim,
    holds: partitions.length > 0 && partitions.every(each => each === all),
    instead: `calls for ${partitions.join(', ') || 'no'} partitions, not for ${all}`,
  }
}

export function isSame(claim: string, found: string, expected: string): Check {
  return {
    claim,
    holds: found === expected && expected !== '',
    instead: `“${found}”, not “${expected}”`,
  }
}

export function differs(claim: string, found: string, from: string): Check {
  return {
    claim,
    holds: found !== '' && found !== from,
    instead: `“${found}” both times`,
  }
}

export function lastedAtLeast(claim: string, ms: number | undefined, atLeastMs: number): Check {
  return {
    claim,
    holds: ms !== undefined && ms >= atLeastMs,
    instead: ms === undefined ? 'it did not happen' : `${ms} ms, not ${atLeastMs} ms`,
  }
}

/** The moment of a message, on the clock of whoever reads it: their night is from nine to eight. */
export function saidByDay(claim: string, ts: string, zone: string): Check {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
  const at = time.format(Number(ts) * 1000)
  return { claim, holds: at >= '08:00' && at < '21:00', instead: `at ${at} in ${zone}` }
}

/** The digest of the plan that a card or a dialog shows; empty when it shows none. */
export function digestIn(lines: readonly string[]): string {
  return /\bPlan ([0-9a-f]{8})\b/.exec(lines.join('\n'))?.[1] ?? ''
}

const PLAN_ROW = /(\S+) +(\d+) +(?:\d+|–) +(\d+) +(?:replays|skips|stays|passes)/

/** Where the table of a plan says that each partition goes; without those that cannot be known yet. */
export function plannedIn(lines: readonly string[]): Places {
  return new Map(
    lines.flatMap((line): [string, bigint][] => {
      const [, topic = '', partition = '', to] = PLAN_ROW.exec(line) ?? []
      return to === undefined ? [] : [[`${topic} ${partition}`, BigInt(to)]]
    }),
  )
}

const RESULT_ROW =
  /(\S+) +(\d+) +(succeeded|clamped|failed|not confirmed|moved since) +(?:\d+|–) +(\d+|–) +(\d+|accepted|–) +(\d+|–)$/

/**
 * The three columns of the result tell the same story, and the cluster tells it too: planned (`–` only where the API
 * works it out by itself), what the API said (of 3.0 `accepted`), and what was read back.
 */
export function tableProves(
  claim: string,
  lines: readonly string[],
  now: Places,
  { planned, outcome }: { planned: 'known' | 'open'; outcome: 'succeeded' | 'failed' },
): Check {
  const rows = new Map(
    lines.flatMap((line): [string, string[]][] => {
      const [, topic = '', partition = '', ...columns] = RESULT_ROW.exec(line.trimEnd()) ?? []
      return columns.length === 0 ? [] : [[`${topic} ${partition}`, columns]]
    }),
  )
  const wrong = [...now].flatMap(([place, at]) => {
    const row = rows.get(place)
    if (row === undefined) return [`no row for ${place}`]
    const [ended = '', plannedAt = '', said = '', readBack = ''] = row
    const stands = sayOffset(at)
    const target = plannedAt === '–' && planned === 'open' ? stands : plannedAt
    const hasArrived = target === readBack && (said === target || said === 'accepted')
    const isRight = readBack === stands && ended === outcome && hasArrived === (outcome === 'succeeded')
    return isRight ? [] : [`${place} at ${stands}, told as ${row.join(' | ')}`]
  })
  return {
    claim,
    holds: now.size > 0 && wrong.length === 0,
    instead: now.size === 0 ? 'there was no partition to look at' : wrong.join('; '),
  }
}

function sayOffset(offset: bigint | null | undefined): string {
  return offset === undefined ? 'nowhere' : (offset?.toString() ?? '–')
}
