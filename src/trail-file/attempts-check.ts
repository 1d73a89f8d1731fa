// Whether the log of attempts is all there: it has to reach as far as its sealed end says, as the sealed counters add up to,
// and as every sealed event of a request says that it had come then. It is told of the requests first, then of the log.

import { attemptsSeenSchema, countedOf, countIn, endIn, type SealedEnd } from '../request/attempts-end.ts'
import { type ChainedEvent, doubtOfEvent } from '../request/audit.ts'
import type { RequestId } from '../request/request.ts'
import type { Seals } from '../request/seals.ts'
import { COUNTERS, SEALED_END } from './lines.ts'

export interface AttemptsCheck {
  /** A sealed event of a request, in its place. */
  request(id: RequestId, event: ChainedEvent): void
  attempt(event: ChainedEvent, previousHash: string): void
  keep(name: string, value: unknown): void
  /** Once, after all of it, also where there was nothing of it. */
  end(): void
  /** Attempts without a seal from before there was one; those and counters of which nobody could say; counted only. */
  totals(): { unsealed: number; notChecked: number; notCheckedCounters: number; more: number }
}

/** @param found what cannot have happened, about the line that was told last */
export function createAttemptsCheck(seals: Seals | null, found: (problem: string) => void): AttemptsCheck {
  const totals = { unsealed: 0, notChecked: 0, notCheckedCounters: 0, more: 0 }
  /** What requests say of the log, by the version of its last attempt: of that its hash, and who says so. */
  const seen = new Map<number, { hash: string; by: RequestId }>()
  let mostSeen = { tries: 0, by: '' }
  let lastTries = 0
  let last: { id: RequestId; version: number; tries: number } | null = null
  let isSealed = false
  let whole = 0
  let end: SealedEnd | null = null
  let hasEnd = false
  /** Of the version that the sealed end names there is one hash only: it comes after the attempts. */
  const hashes: string[] = []
  const counters = new Set<string>()
  let counted = 0

  function noteSeen(id: RequestId, at: { version: number; hash: string; tries: number }): void {
    if (last?.id === id && (at.version < last.version || at.tries < last.tries)) {
      found(`${id}: the log of attempts was shorter than at the event before, so it was cut or put back then`)
    }
    last = { id, version: at.version, tries: at.tries }
    const other = seen.get(at.version)
    if (other === undefined) seen.set(at.version, { hash: at.hash, by: id })
    else if (other.hash !== at.hash) {
      found(
        `${id}: attempt ${at.version} was another one for ${other.by}, so the log of attempts was written anew`,
      )
    }
    if (at.tries > mostSeen.tries) mostSeen = { tries: at.tries, by: id }
  }

  function keepCounters(value: unknown): void {
    for (const [name, count] of Object.entries(Object(value) as Record<string, unknown>)) {
      const read = typeof count === 'string' ? countIn(seals, name, count) : null
      if (read === null)
        found(
          `attempts: the counter of ${countedOf(name)} is not what was sealed, or by a key that is not given`,
        )
      if (counters.has(name)) found(`attempts: the counter of ${countedOf(name)} is there twice`)
      counters.add(name)
      counted += read ?? 0
      if (seals === null) totals.notCheckedCounters += 1
    }
  }

  function endOfLog(): void {
    seen.delete(0)
    const [version, missing] = [...seen].sort(([one], [other]) => other - one)[0] ?? []
    if (missing !== undefined) {
      found(
        `attempts: attempt ${version}, which ${missing.by} names, is missing, or it is another one: the log was cut or put back`,
      )
    }
    if (end === null) {
      if (!hasEnd && Math.max(mostSeen.tries, lastTries) > 0) found('attempts: its sealed end is missing')
      return
    }
    if (end.broken > 0) {
      found(
        `attempts: its end was not what had been sealed when the next attempt was made, ${end.broken} times`,
      )
    }
    if (end.version > 0 && hashes[end.version - 1] !== end.hash) {
      found(
        `attempts: attempt ${end.version}, with which its sealed end says that it ends, is missing, or it is another one: the log was cut or put back`,
      )
    }
    if (end.tries !== counted) {
      found(
        `attempts: ${end.tries} were made, and the counters add up to ${counted}: counters were changed, taken out or put back`,
      )
    }
    if (end.tries < mostSeen.tries) {
      found(
        `attempts: ${end.tries} were made, and ${mostSeen.by} names ${mostSeen.tries}: the log was put back`,
      )
    }
    if (end.tries < lastTries) {
      found(
        `attempts: ${end.tries} were made by its sealed end, and ${lastTries} by its last line: the end was put back`,
      )
    }
  }

  return {
    request(id, { attempts, seal }) {
      if (seal === undefined || attempts === undefined) return
      const { data } = attemptsSeenSchema.safeParse(attempts)
      if (data === undefined) found(`${id}: what it says of the log of attempts cannot be read`)
      else if (data === 'changed') {
        found(`${id}: the end of the log of attempts was not what had been sealed when this was written`)
      } else noteSeen(id, data)
    },
    attempt(event, previousHash) {
      const doubt = doubtOfEvent(seals, 'attempts', previousHash, event)
      if (doubt === 'unsealed' && !isSealed) totals.unsealed += 1
      else if (doubt === 'noKey') totals.notChecked += 1
      else if (doubt === null) isSealed ||= event.seal !== undefined
      else found(`attempts: version ${event.version} is not sealed by a key that is given`)
      hashes.push(event.hash)
      if (seen.get(event.version)?.hash === event.hash) seen.delete(event.version)
      const { tries } = event as { tries?: unknown }
      if (typeof tries !== 'number' || event.seal === undefined) return
      whole += 1
      if (tries <= lastTries) {
        found(
          `attempts: version ${event.version} says that ${tries} were made, and one before it ${lastTries}: the sealed end was taken away or put back between`,
        )
      }
      lastTries = Math.max(lastTries, tries)
    },
    keep(name, value) {
      if (name.startsWith(COUNTERS)) {
        keepCounters(value)
        return
      }
      if (name !== SEALED_END) return
      hasEnd = true
      end = endIn(seals, value)
      if (end === null)
        found('attempts: its sealed end is not what was sealed, or by a key that is not given')
    },
    end: endOfLog,
    totals: () => ({ ...totals, more: Math.max(0, counted - whole) }),
  }
}
