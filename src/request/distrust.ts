// Whether the stored trail of one request vouches for its record, and since which event it does not.

import { type ChainedEvent, verifyChain } from './audit.ts'
import type { RequestId } from './request.ts'
import type { Doubt, Seals } from './seals.ts'
import type { Distrust } from './state.ts'
import { type Finding, findingInWords } from './trail-findings.ts'
import { createStory } from './trail-replay.ts'

/** What is stored of a request, and whether the record is sealed (ports/store.ts). */
export interface StoredTrail {
  id: RequestId
  auditHash: string
  events: readonly string[]
  /** Its JSON. */
  record: string | null
}

/**
 * Whether the whole trail of a request vouches for its record: every hash, every step, and with a key every seal. Null: it
 * does. @param doubt about the seal of the record itself
 */
export function distrustOf(
  { id, auditHash, events, record }: StoredTrail,
  doubt: Doubt | null,
  seals: Seals | null,
): { why: Distrust; event: number | null; finding: string } | null {
  if (seals !== null && doubt !== null && doubt !== 'noKey') {
    return { why: doubt, event: null, finding: `record ${doubt}` }
  }
  const story = createStory(id, seals)
  let chain: ChainedEvent[]
  let stored: unknown
  try {
    chain = events.map(json => JSON.parse(json) as ChainedEvent)
    stored = record === null ? null : JSON.parse(record)
    for (const [index, event] of chain.entries()) story.tell(event, chain[index - 1]?.hash ?? '')
  } catch {
    return { why: 'story', event: null, finding: 'unreadable' }
  }
  const [broken] = verifyChain(chain, auditHash)
  if (broken !== undefined) return { why: 'story', event: broken.position, finding: `hash ${broken.kind}` }
  story.end(stored)
  const [first] = story.findings()
  if (first !== undefined) {
    const why = WHY[first.kind] ?? 'story'
    return { why, event: first.event, finding: findingInWords(first) }
  }
  if (seals !== null && story.unsealed() > 0) return { why: 'unsealed', event: 1, finding: 'unsealed' }
  return null
}

const WHY: { [Kind in Finding['kind']]?: Distrust } = {
  unsealed: 'unsealed',
  otherKey: 'otherKey',
  broken: 'changed',
}
