// What came after a reset as a picture, and the same in words for whoever cannot see it. Pure.
// It must never show of the watch what came after the finding that it goes with.

import type { LagPicture, LagPoint } from '../../../ports/pictures.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { type ToldKind, type WatchNote, watchSeries } from '../../../request/watch.ts'
import { clipMiddle, shown } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

/** Replies about how the lag went; the others are about one moment. */
const PICTURED: ReadonlySet<ToldKind> = new Set(['caughtUp', 'stuck', 'growing', 'timeOver'] as const)
/** Fewer looks are no line. */
const LEAST_POINTS = 3
const GROUP_MAX = 60

export function isPictured({ told }: WatchNote): boolean {
  return PICTURED.has(told)
}

/** Null: there is no line to draw. */
export function lagPicture(words: Words, request: ResetRequest, note: WatchNote): LagPicture | null {
  const { watch, id, reset } = request
  const series = seriesUntil(request, note)
  const last = series.at(-1)
  if (watch === undefined || last === undefined || series.filter(isSeen).length < LEAST_POINTS) return null
  const { lag: say } = words.picture
  const most = Math.max(...series.map(({ lag }) => lag ?? 0))
  return {
    kind: 'lag',
    title: say.title(id, shown(clipMiddle(reset.target.group, GROUP_MAX))),
    lead: say.lead(watch.looks, most, { ...last, afterMs: last.atMs - watch.sinceMs }),
    series,
    resetAtMs: watch.sinceMs,
    said: say,
  }
}

/** The title, what it comes to, and the looks, in so many characters at most: of too many every second one, and so on. */
export function lagInWords({ picture: { lag: say } }: Words, picture: LagPicture, max: number): string {
  const { title, lead, series, resetAtMs } = picture
  for (let step = 1; ; step *= 2) {
    const some = series.filter((_, index) => index % step === 0 || index === series.length - 1)
    const points = some.map(({ atMs, lag, members }) => say.point(atMs - resetAtMs, lag, members))
    const said = [title, lead, ...points].join('\n')
    if (said.length <= max || step > series.length) return said.slice(0, max)
  }
}

function seriesUntil(request: ResetRequest, { atMs }: WatchNote): LagPoint[] {
  return watchSeries(request).filter(point => point.atMs <= atMs)
}

function isSeen({ lag }: LagPoint): boolean {
  return lag !== null
}
