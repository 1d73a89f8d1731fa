// Whether the key of this process is the one with which what is there was sealed. Pure. It goes by several requests and by
// more than one seal of each, so that one record that somebody plants neither stops a process nor lets one with a wrong key
// go on; it never decides about one record.

import { type ChainedEvent, doubtOfEvent } from './audit.ts'
import type { RequestId } from './request.ts'
import { type Seal, type Seals, sealIn, sealSchema } from './seals.ts'

/** A request as it is stored: the record with the text of its seal, and the last two events of its trail. */
export interface SealSample {
  id: RequestId
  json: string
  seal: string | null
  events: readonly string[]
}

/**
 * `fits`: the key holds at least one seal. `nothingSealed`: there is nothing to compare it with; so many requests as `lost`
 * says are sealed with keys that nobody has any more. `otherKey`: some of what was looked at is sealed, and nothing of it
 * holds under a key of this process. `noKey`: more than half of what was looked at is sealed, and this process has no key;
 * with fewer it goes on, since each sealed request is left alone as it is met.
 * `keys`: of the seals, by their ids, and `sealed`: how many requests have one of them. Ours are among them only where all
 * are (`ours`): then they are of another installation, or of what was changed.
 */
export type KeyStanding =
  | { kind: 'fits' }
  | { kind: 'nothingSealed'; looked: number; lost: number }
  | {
      kind: 'otherKey' | 'noKey' | 'noKeyOfSome'
      looked: number
      sealed: number
      keys: string[]
      ours: boolean
    }

/** @param samples of the newest requests, and of the newest that are open */
export function keyStanding(seals: Seals | null, samples: readonly SealSample[]): KeyStanding {
  const found = samples.map(sample => sealsOf(sample))
  const sealed = found.filter(each => each.some(seal => seals === null || !seals.isLost(seal.key)))
  if (sealed.length === 0) {
    const lost = found.filter(each => each.length > 0).length
    return { kind: 'nothingSealed', looked: samples.length, lost }
  }
  const keys = [...new Set(sealed.flat().map(({ key }) => key))].sort()
  const counts = { looked: samples.length, sealed: sealed.length, keys }
  if (seals === null) {
    const kind = sealed.length * 2 > samples.length ? 'noKey' : 'noKeyOfSome'
    return { kind, ...counts, ours: false }
  }
  if (samples.some(sample => isHeld(seals, sample))) return { kind: 'fits' }
  const theirs = keys.filter(key => !seals.isOurs(key))
  if (theirs.length === 0) return { kind: 'otherKey', ...counts, ours: true }
  const byThem = sealed.filter(each => each.some(({ key }) => theirs.includes(key)))
  return { kind: 'otherKey', looked: samples.length, sealed: byThem.length, keys: theirs, ours: false }
}

function sealsOf({ seal, events }: SealSample): Seal[] {
  const ofEvents = eventsIn(events).map(event => sealSchema.safeParse(event.seal).data)
  return [sealIn(seal), ofEvents.at(-1)].flatMap(each => (each === null || each === undefined ? [] : [each]))
}

function isHeld(seals: Seals, { id, json, seal, events }: SealSample): boolean {
  const read = sealIn(seal)
  if (read !== undefined && read !== null && seals.doubt('record', id, json, read) === null) return true
  const [before, last] = events.length === 1 ? [{ hash: '' }, ...eventsIn(events)] : eventsIn(events)
  return last !== undefined && doubtOfEvent(seals, id, before?.hash ?? '', last as ChainedEvent) === null
}

/** Where one is no object, none of them is an event. */
function eventsIn(events: readonly string[]): Pick<ChainedEvent, 'hash' | 'seal'>[] {
  try {
    return events.map(json => Object(JSON.parse(json)))
  } catch {
    return []
  }
}

/** One sentence for who runs the process; null: its key may be used. */
export function keyProblem(standing: KeyStanding): string | null {
  switch (standing.kind) {
    case 'fits':
    case 'nothingSealed':
    case 'noKeyOfSome':
      return null
    case 'noKey':
      return `AUDIT_KEY is not set, and ${shareOf(standing)} sealed with a key (${standing.keys.join(', ')})`
    case 'otherKey':
      return standing.ours
        ? `AUDIT_KEY holds nothing of what is in Redis: ${shareOf(standing)} sealed with it, but for another REDIS_PREFIX, or changed since`
        : `AUDIT_KEY is another key than what is in Redis was sealed with: ${shareOf(standing)} sealed with ${standing.keys.join(', ')}, and none of it is sealed with a key of this process`
    default:
      return standing satisfies never
  }
}

/** Of the newest requests, with its verb. */
export function shareOf({ looked, sealed }: { looked: number; sealed: number }): string {
  if (looked === 1) return 'the only request is'
  return `${sealed} of the ${looked} newest requests ${sealed === 1 ? 'is' : 'are'}`
}

/** What to do about it. */
export function keyAdvice(standing: KeyStanding): string {
  if (standing.kind === 'noKey') {
    return `Set AUDIT_KEY to the key that the other processes have. If it is lost, AUDIT_KEYS_LOST=${standing.keys.join(',')} and a new AUDIT_KEY end what is open under it.`
  }
  if (standing.kind !== 'otherKey') return 'Set AUDIT_KEY to the key that the other processes have.'
  if (standing.ours) return 'Set REDIS_PREFIX as it was when they were made.'
  const lost = standing.keys.join(',')
  return `Set AUDIT_KEY to the key that the other processes have, or, where it was replaced on purpose, put the one from before into AUDIT_KEYS_OLD. If it is lost, AUDIT_KEYS_LOST=${lost} ends what is open under it.`
}
