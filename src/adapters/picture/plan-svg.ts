// The picture of a plan: for each partition its log as a bar, where the group is, where it goes, and what that replays or
// skips. Pure. A bar has its own scale, as logs differ by any factor; how much it is says the number beside it.

import type { PictureRest, PictureRow, PlanLegend, PlanPicture } from '../../ports/pictures.ts'
import { COLOURS, element, line, rect, svg, text, widthOf } from './shapes.ts'

export const ROWS_DRAWN = 24

const WIDTH = 960
const EDGE = 24
const ROW = 48
const BAR = { x: 250, width: 400, height: 14 }
const SIDE = BAR.x + BAR.width + 22
/** What moves less is still seen. */
const LEAST = 3

export function planSvg({ title, lead, about, legend, rows, rest }: PlanPicture): string {
  const drawn = rows.slice(0, ROWS_DRAWN)
  const top = 152
  const height = top + (drawn.length + (rest === null ? 0 : 1)) * ROW + EDGE
  return svg(WIDTH, height, [
    HATCHES,
    text(EDGE, 38, title, { size: 22, isStrong: true, width: WIDTH - 2 * EDGE }),
    text(EDGE, 68, lead, { size: 17, width: WIDTH - 2 * EDGE }),
    text(EDGE, 92, about, { size: 13, fill: 'quiet', width: WIDTH - 2 * EDGE }),
    ...legendRow(legend, 122, drawn.some(isHatched)),
    ...drawn.map((row, index) => partitionRow(row, top + index * ROW)),
    ...(rest === null ? [] : [restRow(rest, top + drawn.length * ROW)]),
  ])
}

const HATCHES = element(
  'defs',
  {},
  (['replayed', 'skipped'] as const)
    .map(kind =>
      element(
        'pattern',
        {
          ...{ id: `${kind}-at-most`, width: 6, height: 6 },
          ...{ patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        },
        rect(0, 0, 6, 6, { fill: COLOURS.ground }) + rect(0, 0, 3.6, 6, { fill: COLOURS[kind] }),
      ),
    )
    .join(''),
)

function fillOf(kind: 'replayed' | 'skipped', isSure: boolean): string {
  return isSure ? COLOURS[kind] : `url(#${kind}-at-most)`
}

function isHatched({ isSure, replays, skips }: PictureRow): boolean {
  return !isSure && replays + skips > 0n
}

function legendRow(legend: PlanLegend, y: number, hasHatches: boolean): string[] {
  const size = 14
  const marks: [(x: number) => string, string][] = [
    [x => nowMark(x + 7, y - 5), legend.now],
    [x => targetMark(x + 7, y - 6), legend.target],
    [x => rect(x, y - 11, 16, 12, { fill: COLOURS.replayed }), legend.replayed],
    [x => rect(x, y - 11, 16, 12, { fill: COLOURS.skipped }), legend.skipped],
    ...(hasHatches
      ? ([[x => rect(x, y - 11, 16, 12, { fill: fillOf('replayed', false) }), legend.atMost]] as [
          (x: number) => string,
          string,
        ][])
      : []),
  ]
  let x = EDGE
  return marks.flatMap(([mark, said]) => {
    const at = x
    x += 24 + Math.min(widthOf(said, size), 200) + 22
    return [mark(at), text(at + 24, y, said, { size, fill: 'quiet', width: 200 })]
  })
}

function partitionRow(row: PictureRow, y: number): string {
  const { label, start, end, from, to, replays, skips, isSure, move, effect } = row
  const barY = y + 8
  const left = lowestOf(row)
  const at = (offset: bigint) => BAR.x + BAR.width * shareOf(offset - left, end.offset - left)
  const middle = barY + BAR.height / 2
  return [
    line(EDGE, y - 7, WIDTH - EDGE, y - 7, { stroke: COLOURS.line, 'stroke-width': 1 }),
    text(EDGE, barY + 13, label, { size: 16, width: BAR.x - EDGE - 16 }),
    rect(BAR.x, barY, BAR.width, BAR.height, { fill: COLOURS.log, stroke: COLOURS.line, 'stroke-width': 1 }),
    ...(from === null || (replays === 0n && skips === 0n) ? [] : passed(row, at, barY, fillOf)),
    // What is not known to be so has no arrow.
    ...(from !== null && to !== null && to !== from && isSure ? [arrow(at(from), at(to), middle)] : []),
    ...(from === null ? [] : [nowMark(at(from), middle)]),
    ...(to === null || to === from ? [] : [targetMark(at(to), barY - 3)]),
    text(BAR.x, barY + BAR.height + 13, start.said, { size: 12, fill: 'quiet', width: BAR.width / 2 - 8 }),
    text(BAR.x + BAR.width, barY + BAR.height + 13, end.said, {
      ...{ size: 12, fill: 'quiet', anchor: 'end', width: BAR.width / 2 - 8 },
    }),
    text(SIDE, barY + 8, move, { size: 15, width: WIDTH - SIDE - EDGE }),
    text(SIDE, barY + 27, effect, { size: 13, fill: 'quiet', width: WIDTH - SIDE - EDGE }),
  ].join('')
}

/** Of an unknown start: the lowest offset that is known. */
function lowestOf({ start, end, from, to }: PictureRow): bigint {
  if (start.offset !== null) return start.offset
  return [from, to, end.offset, 0n].reduce<bigint>(
    (low, each) => (each !== null && each < low ? each : low),
    0n,
  )
}

/** Between the committed offset and the target; of an unknown target all that it may be. */
function passed(
  { from, to, replays, skips, isSure, end, ...row }: PictureRow,
  at: (offset: bigint) => number,
  y: number,
  fill: typeof fillOf,
): string[] {
  if (from === null) return []
  const left = lowestOf({ from, to, end, replays, skips, isSure, ...row })
  const segment = (kind: 'replayed' | 'skipped', one: bigint, other: bigint) => {
    const [x1, x2] = [at(one), at(other)]
    const width = Math.max(LEAST, x2 - x1)
    // It grows to the side it comes from, and stays within the log.
    const x = kind === 'replayed' ? Math.max(BAR.x, x2 - width) : Math.min(x1, BAR.x + BAR.width - width)
    return rect(x, y, width, BAR.height, { fill: fill(kind, isSure && to !== null) })
  }
  return [
    ...(replays > 0n ? [segment('replayed', to ?? left, from)] : []),
    ...(skips > 0n ? [segment('skipped', from, to ?? end.offset)] : []),
  ]
}

function restRow({ label, messages, replays, skips, effect }: PictureRest, y: number): string {
  const barY = y + 8
  const replayed = replays === 0n ? 0 : Math.max(LEAST, BAR.width * shareOf(replays, messages))
  const skipped = skips === 0n ? 0 : Math.max(LEAST, BAR.width * shareOf(skips, messages))
  const fits = Math.max(1, (replayed + skipped) / BAR.width)
  return [
    line(EDGE, y - 7, WIDTH - EDGE, y - 7, { stroke: COLOURS.quiet, 'stroke-width': 1 }),
    text(EDGE, barY + 13, label, { size: 16, width: BAR.x - EDGE - 16 }),
    rect(BAR.x, barY, BAR.width, BAR.height, { fill: COLOURS.log, stroke: COLOURS.line, 'stroke-width': 1 }),
    ...(replayed === 0 ? [] : [rect(BAR.x, barY, replayed / fits, BAR.height, { fill: COLOURS.replayed })]),
    ...(skipped === 0
      ? []
      : [
          rect(BAR.x + BAR.width - skipped / fits, barY, skipped / fits, BAR.height, {
            fill: COLOURS.skipped,
          }),
        ]),
    text(SIDE, barY + 13, effect, { size: 13, fill: 'quiet', width: WIDTH - SIDE - EDGE }),
  ].join('')
}

/** From 0 to 1, also of what lies outside, and of nothing. */
function shareOf(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) return 0
  if (part >= whole) return 1
  return Number((part * 1_000_000n) / whole) / 1_000_000
}

/** A ring, wherever the group is now. */
function nowMark(x: number, y: number): string {
  return element('circle', {
    ...{ cx: x, cy: y, r: 5.5, fill: COLOURS.ground, stroke: COLOURS.ink, 'stroke-width': 2.2 },
  })
}

/** A triangle that points down at the bar. */
function targetMark(x: number, y: number): string {
  return element('path', { d: pathOf([x - 7, y - 8, x + 7, y - 8, x, y + 5]), fill: COLOURS.ink })
}

function arrow(from: number, to: number, y: number): string {
  const length = to - from
  if (Math.abs(length) < 26) return ''
  const way = Math.sign(length)
  const [begin, end] = [from + way * 8, to - way * 2]
  return (
    line(begin, y, end - way * 6, y, { stroke: COLOURS.ground, 'stroke-width': 2 }) +
    element('path', {
      d: pathOf([end, y, end - way * 9, y - 4.5, end - way * 9, y + 4.5]),
      fill: COLOURS.ground,
    })
  )
}

function pathOf([x, y, ...rest]: number[]): string {
  const written = (value = 0) => `${Math.round(value * 100) / 100}`
  const points = Array.from(
    { length: rest.length / 2 },
    (_, index) => `L${written(rest[2 * index])} ${written(rest[2 * index + 1])}`,
  )
  return `M${written(x)} ${written(y)}${points.join('')}Z`
}
