// Writes the audit trail of every request, and of what was tried apart from them, as lines. It must never hold more than a
// few requests at a time.

import type { z } from 'zod'
import type { AttemptTrail, Store, Trail } from '../ports/store.ts'
import { countIn, isExportNote } from '../request/attempts-end.ts'
import { chainHash } from '../request/audit.ts'
import type { RequestId } from '../request/request.ts'
import {
  ATTEMPTS,
  type AuditTotals,
  type ChainId,
  COUNTERS,
  keptHash,
  type keptSchema,
  NOTHING_YET,
  parsedJson,
  RECORD,
  SEALED_END,
  sumOf,
} from './lines.ts'

const COUNTERS_A_LINE = 1_000

export interface AuditExport {
  /** Some at a time, with their line breaks. */
  lines(): AsyncGenerator<string>
  totals(): AuditTotals
}

/** @param ids those alone, in ascending order, which have to be there with those that they follow */
export function createAuditExport(
  store: Pick<Store, 'readTrails' | 'readAttempts'>,
  ids?: readonly RequestId[],
): AuditExport {
  const totals = { ...NOTHING_YET }

  function endLine(
    requestId: ChainId,
    version: number,
    lastHash: string,
    more: Record<string, number>,
    kept?: z.output<typeof keptSchema>,
  ): string {
    totals.more += sumOf(more)
    const counted = Object.keys(more).length === 0 ? {} : { more }
    const end = JSON.stringify({ requestId, version, lastHash, ...counted, ...(kept && { kept }) })
    totals.hash = chainHash(totals.hash, end)
    return end
  }

  async function* attemptLines(): AsyncGenerator<string> {
    const { version, auditHash, more, events, sealed } = await store.readAttempts()
    let [last, tried] = ['', 0]
    for await (const some of events()) {
      const notes = some.filter(json => isExportNote(parsedJson(json))).length
      totals.exports += notes
      totals.attempts += some.length - notes
      last = lastHashOf(some)
      tried += some.filter(isSealedAttempt).length
      yield whole(some.map(json => eventLine(ATTEMPTS, json)))
    }
    if (version === 0 && totals.attempts + totals.exports === 0 && sealed === null) return
    if (sealed === null) {
      yield whole([endLine(ATTEMPTS, version, auditHash, more)])
      return
    }
    totals.more += Math.max(0, sumOfCounters(sealed.tries) - tried)
    const kept = { names: [] as string[], hash: last }
    for (const { name, value } of sealedValues(sealed)) {
      kept.names.push(name)
      kept.hash = keptHash(kept.hash, name, value)
      yield whole([JSON.stringify({ requestId: ATTEMPTS, kept: name, value, hash: kept.hash })])
    }
    yield whole([endLine(ATTEMPTS, version, auditHash, more, kept)])
  }

  return {
    async *lines() {
      for await (const trail of ids === undefined ? store.readTrails() : store.readTrails(ids)) {
        const { id, version, auditHash, more, events } = trail
        totals.requests += 1
        totals.events += events.length
        yield whole(events.map(json => eventLine(id, json)))
        const kept = { names: [] as string[], hash: lastHashOf(events) }
        for await (const { name, value } of keptWith(trail)) {
          kept.names.push(name)
          kept.hash = keptHash(kept.hash, name, value)
          yield whole([JSON.stringify({ requestId: id, kept: name, value, hash: kept.hash })])
        }
        yield whole([endLine(id, version, auditHash, more, kept)])
      }
      yield* attemptLines()
      yield `${JSON.stringify({ requests: totals.requests, hash: totals.hash })}\n`
    },
    totals: () => ({ ...totals }),
  }
}

/** One at a time: the rows of a plan may be many. */
async function* keptWith({ record, documents }: Trail): AsyncGenerator<{ name: string; value: unknown }> {
  for await (const { name, json } of documents()) yield { name, value: parsedJson(json) ?? null }
  yield { name: RECORD, value: record === null ? null : (parsedJson(record) ?? null) }
}

function isSealedAttempt(json: string): boolean {
  return Object(parsedJson(json)).tries !== undefined
}

function sumOfCounters(tries: Record<string, string>): number {
  return Object.entries(tries).reduce((sum, [name, count]) => sum + (countIn(null, name, count) ?? 0), 0)
}

/** Some counters to a line: there is one for each person and day. */
function* sealedValues({ end, tries }: NonNullable<AttemptTrail['sealed']>) {
  yield { name: SEALED_END, value: end }
  const counters = Object.entries(tries).sort(([one], [other]) => (one < other ? -1 : 1))
  for (let from = 0; from < counters.length; from += COUNTERS_A_LINE) {
    const value = Object.fromEntries(counters.slice(from, from + COUNTERS_A_LINE))
    yield { name: `${COUNTERS}${from / COUNTERS_A_LINE + 1}`, value }
  }
}

/** As it stands there, so that a line that is not one of an event breaks no more than itself. */
function lastHashOf(events: readonly string[]): string {
  const last = parsedJson(events.at(-1) ?? '')
  const { hash } = Object(last) as { hash?: unknown }
  return typeof hash === 'string' ? hash : ''
}

function whole(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

/** What is not an event any more is exported as it is: the file then says so, and the rest is there as well. */
function eventLine(requestId: ChainId, json: string): string {
  const event = parsedJson(json)
  return JSON.stringify(typeof event === 'object' ? { requestId, ...event } : { requestId, unreadable: json })
}
