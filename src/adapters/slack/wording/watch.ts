// The watch after a reset, from the record: the line of the card and the replies. Pure. It must never say of a look what
// only a later one has shown: every line carries its time.

import type { ResetRequest } from '../../../request/request.ts'
import { durationOf, type ToldKind, type Watch, type WatchNote } from '../../../request/watch.ts'
import { estimate } from '../../../request/watch-estimate.ts'
import { stuckIn } from '../../../request/watch-findings.ts'
import { type Line, line, type Piece } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

const STUCK_NAMED = 3
/** Whoever asked for it has to do something. */
const NOTICED: ReadonlySet<ToldKind> = new Set([
  'gone',
  'overwritten',
  'jumped',
  'stuck',
  'notBack',
  'growing',
] as const)

/** Empty: the group is not watched, and was not. */
export function watchLines({ watch: say }: Words, { watch }: Pick<ResetRequest, 'watch'>): Line[] {
  if (watch === undefined) return []
  const over = watch.over === null ? [] : [line(...say.over(watch.over, watch.overBy ?? ''))]
  if (watch.last === null) return watch.over === null ? [line(...say.begins(watch.untilMs))] : over
  return [...over, line(...lookPieces(say, watch, watch.last))]
}

/** @param isOpen whether the estimate is of now: of a watch that is over only who reads of its end takes it so */
function lookPieces(
  say: Words['watch'],
  watch: Watch,
  last: NonNullable<Watch['last']>,
  isOpen = watch.over === null,
): Piece[] {
  const known = estimate(watch.points, watch.backSinceMs)
  const { atMs, members, lag, read, partitions } = last
  const stuck = stuckIn(watch).slice(0, STUCK_NAMED)
  // What does not move is never caught up with.
  const isReading = isOpen && stuck.length === 0
  return say.look({
    ...{ atMs, members, lag, read, partitions },
    isBack: watch.backSinceMs !== null,
    isStill: watch.backSinceMs === null && last.overwritten === undefined,
    rates: known === null ? null : rounded(known.rates),
    left:
      isReading && known !== null && lag > 0n && known.inMs !== null && known.earliestMs !== null
        ? { inMs: known.inMs, earliestMs: known.earliestMs, latestMs: known.latestMs }
        : null,
    isNoEnd: isReading && known !== null && lag > 0n && known.inMs === null,
    stuck: stuck.map(each => say.place(each.topic, each.partition, each.committed, each.lag)),
  })
}

function rounded({ read, written }: { read: number; written: number }) {
  return { read: Math.round(read), written: Math.round(written) }
}

/** @param requester null: they read it themselves */
export function foundInWords(
  { watch: say }: Words,
  { id, watch }: Pick<ResetRequest, 'id' | 'watch'>,
  note: WatchNote,
  requester: string | null,
): Piece[] {
  const { told, afterMs, members, lag, partitions, first, rates } = note
  if (told === 'timeOver') {
    // Of what is over the record changes no more.
    const last = watch?.last ?? null
    const watchMs = watch === undefined ? afterMs : durationOf(watch)
    const look = watch === undefined || last === null ? null : lookPieces(say, watch, last, true)
    return say.timeOver(id, watchMs, look, last !== null && last.lag > 0n)
  }
  return say.found(id, told, {
    ...{ afterMs, members, lag, partitions },
    places: first.map(each => say.place(each.topic, each.partition, each.committed, each.lag ?? null)),
    rates: rates ?? null,
    noticed: NOTICED.has(told) ? requester : null,
  })
}
