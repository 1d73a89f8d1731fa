// The picture of what came after a reset: the lag at each look, how many members there were, and the reset as a mark. Pure.

import type { LagPicture, LagPoint } from '../../ports/pictures.ts'
import { COLOURS, element, line, rect, svg, text } from './shapes.ts'

const POINTS_DRAWN = 64

const WIDTH = 960
const HEIGHT = 460
const EDGE = 24
const PLOT = { left: 150, right: WIDTH - 40, top: 120, bottom: 350 }
const STRIP = { y: 404, height: 16 }
const TICKS = 4

export function lagSvg({ title, lead, series, resetAtMs, said }: LagPicture): string {
  const points = series.slice(-POINTS_DRAWN)
  const times = [resetAtMs, ...points.map(({ atMs }) => atMs)]
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)]
  const most = roundUp(Math.max(1, ...points.map(({ lag }) => lag ?? 0)))
  const x = (atMs: number) =>
    PLOT.left + ((PLOT.right - PLOT.left) * (atMs - firstMs)) / Math.max(1, lastMs - firstMs)
  const y = (lag: number) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * lag) / most

  return svg(WIDTH, HEIGHT, [
    text(EDGE, 38, title, { size: 22, isStrong: true, width: WIDTH - 2 * EDGE }),
    text(EDGE, 68, lead, { size: 17, width: WIDTH - 2 * EDGE }),
    text(EDGE, PLOT.top - 14, said.lag, { size: 14, fill: 'quiet', width: PLOT.left }),
    ...Array.from({ length: TICKS + 1 }, (_, index) => {
      const lag = (most / TICKS) * index
      return (
        line(PLOT.left, y(lag), PLOT.right, y(lag), { stroke: COLOURS.line, 'stroke-width': 1 }) +
        text(PLOT.left - 10, y(lag) + 5, said.number(Math.round(lag)), {
          ...{ size: 13, fill: 'quiet', anchor: 'end', width: PLOT.left - EDGE - 10 },
        })
      )
    }),
    ...timeAxis(firstMs, lastMs, resetAtMs, x, said.time),
    ...runsOf(points).map(run => lagLine(run, x, y)),
    ...points.flatMap(({ atMs, lag }) =>
      lag === null ? [] : [element('circle', { cx: x(atMs), cy: y(lag), r: 3.5, fill: COLOURS.skipped })],
    ),
    ...resetMark(x(resetAtMs), said.reset),
    ...members(points, x, said),
  ])
}

/** The reset: as wide as it is seen, over the whole height, with its word. */
function resetMark(x: number, word: string): string[] {
  const isLeft = x < WIDTH / 2
  return [
    line(x, PLOT.top - 12, x, PLOT.bottom, {
      ...{ stroke: COLOURS.replayed, 'stroke-width': 3, 'stroke-dasharray': '7 5' },
    }),
    element('path', {
      d: `M${x - 7} ${PLOT.top - 22}L${x + 7} ${PLOT.top - 22}L${x} ${PLOT.top - 10}Z`,
      fill: COLOURS.replayed,
    }),
    text(isLeft ? x + 12 : x - 12, PLOT.top - 10, word, {
      ...{ size: 14, anchor: isLeft ? 'start' : 'end', width: 220 },
    }),
  ]
}

function timeAxis(
  firstMs: number,
  lastMs: number,
  resetAtMs: number,
  x: (atMs: number) => number,
  said: (afterMs: number) => string,
): string[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => {
    const atMs = firstMs + ((lastMs - firstMs) * index) / TICKS
    const anchor = index === 0 ? 'start' : index === TICKS ? 'end' : 'middle'
    return (
      line(x(atMs), PLOT.bottom, x(atMs), PLOT.bottom + 6, { stroke: COLOURS.quiet, 'stroke-width': 1 }) +
      text(x(atMs), PLOT.bottom + 24, said(atMs - resetAtMs), { size: 13, fill: 'quiet', anchor, width: 180 })
    )
  })
}

/** A look that saw nothing leaves a gap. */
function runsOf(points: readonly LagPoint[]): LagPoint[][] {
  const runs: LagPoint[][] = [[]]
  for (const point of points) {
    if (point.lag === null) runs.push([])
    else runs.at(-1)?.push(point)
  }
  return runs.filter(run => run.length > 1)
}

function lagLine(run: readonly LagPoint[], x: (atMs: number) => number, y: (lag: number) => number): string {
  const points = run.map(({ atMs, lag }) => `${x(atMs).toFixed(1)},${y(lag ?? 0).toFixed(1)}`).join(' ')
  return element('polyline', {
    ...{ points, fill: 'none', stroke: COLOURS.skipped, 'stroke-width': 3, 'stroke-linejoin': 'round' },
  })
}

/** From each look to the next: dark with members, light without, nothing where it is not known; their number where it changes. */
function members(
  points: readonly LagPoint[],
  x: (atMs: number) => number,
  said: LagPicture['said'],
): string[] {
  const parts: string[] = [
    text(PLOT.left - 10, STRIP.y + 13, said.members, {
      ...{ size: 13, fill: 'quiet', anchor: 'end', width: PLOT.left - EDGE - 10 },
    }),
  ]
  let lastSaid = { count: -1, x: Number.NEGATIVE_INFINITY }
  for (const [index, { atMs, members: count }] of points.entries()) {
    const until = points[index + 1]?.atMs
    const [x1, x2] = [x(atMs), until === undefined ? PLOT.right : x(until)]
    if (count === null) continue
    parts.push(
      rect(x1, STRIP.y, Math.max(2, x2 - x1), STRIP.height, {
        ...{ fill: count > 0 ? COLOURS.members : COLOURS.log, 'shape-rendering': 'crispEdges' },
      }),
    )
    // Where there is room for it.
    if (count !== lastSaid.count && x1 - lastSaid.x >= 44) {
      parts.push(
        text(x1, STRIP.y + STRIP.height + 16, said.number(count), { size: 13, fill: 'quiet', width: 60 }),
      )
      lastSaid = { count, x: x1 }
    }
  }
  return parts
}

/** A little more, of which the quarters are short numbers too. */
function roundUp(most: number): number {
  if (most <= 40) return TICKS * Math.ceil(most / TICKS)
  const power = 10 ** Math.floor(Math.log10(most))
  const step = [1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8].find(each => each * power >= most) ?? 10
  return Math.round(step * power)
}
