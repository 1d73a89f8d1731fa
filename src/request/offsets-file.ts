// Offsets out of a file: what `kafka-consumer-groups.sh --export` writes, and this product's own CSV files.
// It must never guess a column: what cannot be read is a problem that names its line.

import { looksLikeFormula } from './formula.ts'
import { placeOf } from './group.ts'
import type { FileProblem } from './problem.ts'
import { clip, parseWhole, type Targets } from './reset.ts'

export type FileRead = { ok: true; targets: Targets } | { ok: false; problem: FileProblem }

/** More partitions than this are no file of one group. */
export const LINES_MAX = 20_000
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/

/** Where topic, partition and offset stand in a line, and the group where the file names one. */
interface Columns {
  topic: number
  partition: number
  offset: number
  group: number | null
}

/** @param lines the cells of each line, as a CSV reader gives them; with or without a header */
export function readOffsetsFile(lines: readonly (readonly string[])[], group: string): FileRead {
  const filled = lines
    .map((cells, index) => ({ cells: withoutTail(cells.map(unescaped)), line: index + 1 }))
    .filter(({ cells }) => cells.length > 0)
  const [first] = filled
  if (first === undefined) return problem({ kind: 'fileEmpty' })
  if (filled.length > LINES_MAX) return problem({ kind: 'fileTooLong', lines: LINES_MAX })
  const header = columnsOfHeader(first.cells)
  const columns = header ?? columnsByPlace(first.cells)
  if (columns === null) return problem({ kind: 'columnsUnknown' })

  const targets = new Map<string, bigint>()
  let ofOthers = 0
  for (const { cells, line } of header === null ? filled : filled.slice(1)) {
    // One cell more may be a comma inside a number, and then half of that number would be taken for the offset.
    if (cells.length > first.cells.length) {
      return problem({ kind: 'lineTooWide', line, first: first.line, cells: clip(cells.join(','), 60) })
    }
    if (columns.group !== null && cells[columns.group] !== unescaped(group)) {
      ofOthers += 1
      continue
    }
    const [topic = '', partition = '', typed = ''] = [columns.topic, columns.partition, columns.offset].map(
      at => cells[at],
    )
    // A plan has no offset where nothing is written.
    if (typed === '' && header !== null) continue
    const offset = parseWhole(typed)
    if (!TOPIC.test(topic) || !/^\d{1,9}$/.test(partition) || offset === undefined) {
      return problem({ kind: 'lineUnreadable', line, cells: clip(cells.join(','), 60) })
    }
    const place = placeOf(topic, Number(partition))
    if (targets.has(place)) return problem({ kind: 'lineTwice', line, place })
    targets.set(place, offset)
  }
  if (targets.size > 0) return { ok: true, targets }
  return problem(
    ofOthers > 0 ? { kind: 'groupNotInFile', group: clip(group, 60) } : { kind: 'noOffsetsInFile' },
  )
}

/** Our own files put an apostrophe before what a spreadsheet would take for a formula. */
function unescaped(cell: string): string {
  const read = cell.trim()
  return read.startsWith("'") && looksLikeFormula(read.slice(1)) ? read.slice(1).trim() : read
}

function withoutTail(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex(cell => cell !== '') + 1)
}

/** Our own files say `to` or `planned` where the Kafka tool says the offset. */
function columnsOfHeader(cells: readonly string[]): Columns | null {
  const names = cells.map(cell => cell.toLowerCase())
  const offset = ['offset', 'new_offset', 'to', 'planned']
    .map(name => names.indexOf(name))
    .find(at => at >= 0)
  const [topic, partition, group] = ['topic', 'partition', 'group'].map(name => names.indexOf(name))
  if (topic === undefined || partition === undefined || topic < 0 || partition < 0 || offset === undefined)
    return null
  return { topic, partition, offset, group: group === undefined || group < 0 ? null : group }
}

/** The Kafka tool writes no header, and the group only where it exports more than one. */
function columnsByPlace({ length }: readonly string[]): Columns | null {
  if (length === 3) return { topic: 0, partition: 1, offset: 2, group: null }
  return length === 4 ? { topic: 1, partition: 2, offset: 3, group: 0 } : null
}

function problem(problem: FileProblem): FileRead {
  return { ok: false, problem }
}
