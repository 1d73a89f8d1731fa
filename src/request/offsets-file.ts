// Offsets out of a file: what `kafka-consumer-groups.sh` and other tools export, and this product's own CSV files.
// It must never guess a column: what cannot be read is a problem that names its line.

import { rearmed } from './formula.ts'
import { type Instance, placeOf } from './group.ts'
import { type Columns, columnsByPlace, columnsOfHeader, shownCells } from './offsets-columns.ts'
import type { FileColumn, FileProblem } from './problem.ts'
import { clip, parseWhole, type Reset, type Targets } from './reset.ts'

/** `leftOut`: what it holds of other groups. */
export type FileRead =
  | { ok: true; targets: Targets; leftOut?: NonNullable<Reset['leftOut']> }
  | { ok: false; problem: FileProblem }

/** More partitions than this are no file of one group. */
export const LINES_MAX = 20_000
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/
const CELL_SHOWN = 40
const NAME_SHOWN = 60
const GROUPS_NAMED = 3

/** Whose offsets are wanted. */
export interface Whose {
  group: string
  /** What the instance is called: its id, and then its name where no other instance is called so. */
  instance: readonly string[]
}

interface Line {
  cells: readonly string[]
  line: number
}

/** @param rows the cells of each row, as a CSV reader gives them; with or without a header */
export function readOffsetsFile(rows: readonly (readonly string[])[], { group, instance }: Whose): FileRead {
  const filled = linesOf(rows)
  const [first] = filled
  if (first === undefined) return problem({ kind: 'fileEmpty' })
  if (filled.length > LINES_MAX) return problem({ kind: 'fileTooLong', lines: LINES_MAX })
  const header = isHeader(first.cells)
  const columns = header ? columnsOfHeader(first.cells, first.line) : columnsWithoutHeader(first)
  if ('kind' in columns) return problem(columns)

  const targets = new Map<string, bigint>()
  let ofOtherGroups = 0
  const others = new Set<string>()
  let withoutOffset = 0
  let elsewhere: { line: number; said: string } | null = null
  for (const { cells, line } of header ? filled.slice(1) : filled) {
    // One cell more may be a comma inside a number, and then half of that number would be taken for the offset.
    if (cells.length > first.cells.length) {
      return problem({ kind: 'lineTooWide', line, first: first.line, cells: shownCells(cells) })
    }
    const at = (wanted: FileColumn) => cells[columns[wanted] ?? -1] ?? ''
    const wrong = (wanted: FileColumn) =>
      problem({
        kind: 'cellUnreadable',
        ...{ line, column: (columns[wanted] ?? 0) + 1, wanted },
        ...{ cell: clip(at(wanted), CELL_SHOWN), cells: shownCells(cells) },
      })
    if (columns.group !== null) {
      if (at('group') === '') return wrong('group')
      if (at('group') !== group.trim()) {
        ofOtherGroups += 1
        others.add(clip(at('group'), NAME_SHOWN))
        continue
      }
    }
    if (columns.instance !== null) {
      if (at('instance') === '') return wrong('instance')
      if (!instance.includes(at('instance'))) {
        elsewhere ??= { line, said: clip(at('instance'), CELL_SHOWN) }
        continue
      }
    }
    // A plan has no offset where nothing is written, and the Kafka tool puts a dash where nothing is committed.
    if (header && (at('offset') === '' || at('offset') === '-')) {
      withoutOffset += 1
      continue
    }
    const offset = parseWhole(at('offset'))
    if (!TOPIC.test(at('topic'))) return wrong('topic')
    if (!/^\d{1,9}$/.test(at('partition'))) return wrong('partition')
    if (offset === undefined) return wrong('offset')
    const place = placeOf(at('topic'), Number(at('partition')))
    if (targets.has(place)) return problem({ kind: 'lineTwice', line, place })
    targets.set(place, offset)
  }
  if (targets.size > 0) {
    if (ofOtherGroups === 0) return { ok: true, targets }
    const groups = [...others].slice(0, GROUPS_NAMED)
    return {
      ok: true,
      targets,
      leftOut: { rows: ofOtherGroups, groups, moreGroups: others.size - groups.length },
    }
  }
  const named = clip(group, NAME_SHOWN)
  if (withoutOffset > 0 && (ofOtherGroups > 0 || elsewhere !== null))
    return problem({ kind: 'noOffsetsOfGroup', group: named })
  if (withoutOffset > 0) return problem({ kind: 'noOffsetsInFile' })
  if (elsewhere !== null) {
    const wanted = {
      instance: clip(instance[0] ?? '', NAME_SHOWN),
      group: columns.group === null ? null : named,
    }
    return problem({ kind: 'instanceNotInFile', ...wanted, ...elsewhere })
  }
  return problem(ofOtherGroups > 0 ? { kind: 'groupNotInFile', group: named } : { kind: 'noOffsetsInFile' })
}

/** What a file may call an instance: a name that two of them have says neither. */
export function callsOf(instanceId: string, listed: readonly Instance[]): string[] {
  const name = listed.find(({ id }) => id === instanceId)?.name.trim() ?? ''
  const isOwn = listed.every(
    each => each.id === instanceId || (each.name.trim() !== name && each.id !== name),
  )
  return name === '' || !isOwn ? [instanceId] : [instanceId, name]
}

/** Whether a file whose first row these are could be one of offsets: what separates its cells is told by that. */
export function couldBeOffsets(rows: readonly (readonly string[])[]): boolean {
  const [first] = linesOf(rows)
  if (first === undefined) return false
  return !('kind' in (isHeader(first.cells) ? columnsOfHeader(first.cells, 1) : columnsWithoutHeader(first)))
}

/** Those that hold something, without the blanks around their cells; a line break within a cell counts as one. */
function linesOf(rows: readonly (readonly string[])[]): Line[] {
  const lines: Line[] = []
  let line = 1
  for (const row of rows) {
    const cells = withoutTail(row.map(unescaped))
    if (cells.length > 0) lines.push({ cells, line })
    line += 1 + row.reduce((breaks, cell) => breaks + (cell.match(/\r\n?|\n/g)?.length ?? 0), 0)
  }
  return lines
}

/** A first line whose partition is no number. Where no place is known for the partition, nothing else could be read. */
function isHeader(cells: readonly string[]): boolean {
  const places = columnsByPlace(cells)
  return places === null || !/^[+-]?\d/.test(cells[places.partition] ?? '')
}

function columnsWithoutHeader({ cells, line }: Line): Columns | FileProblem {
  const columns = columnsByPlace(cells)
  if (columns === null) return { kind: 'columnsUnknown', line, cells: shownCells(cells) }
  // Group, topic, partition, offset; or topic, partition, offset and something more.
  const unclear = columns.group !== null && /^\d+$/.test(cells[columns.topic] ?? '')
  return unclear ? { kind: 'columnsUnclear', line, cells: shownCells(cells) } : columns
}

/** Our own files put an apostrophe before what a spreadsheet would take for a formula. */
function unescaped(cell: string): string {
  return (cell.includes("'") ? rearmed(cell) : cell).trim()
}

function withoutTail(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex(cell => cell !== '') + 1)
}

function problem(problem: FileProblem): FileRead {
  return { ok: false, problem }
}
