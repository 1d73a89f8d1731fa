// The plan of a request as a table for a modal: the partitions that move most, first. Pure.

import type { KnownBlock } from '@slack/types'
import type { PlanRow } from '../../../request/plan-rows.ts'
import { aligned, groupedWide, preformatted } from '../blocks/preformatted.ts'
import { clipMiddle, line, paragraph, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { effectInWords } from './plan.ts'

const ROWS_MAX = 40
const TABLE_BYTES = 2_900
const TOPIC_WIDTH = 40
/** Names and words stand to the left, numbers to the right. */
const LEFT = [0, 4]

export function planTable(words: Words, rows: readonly PlanRow[], grows: boolean): KnownBlock[] {
  if (rows.length === 0) return []
  const cells = biggestFirst(rows, ROWS_MAX).map(row => cellsOf(words, row, grows))
  const { table, shown } = fitting(words.plan.header, cells)
  const left = rows.length - shown
  return [preformatted(table), ...(left > 0 ? [paragraph(line(text(words.plan.morePartitions(left))))] : [])]
}

/** The partitions that move most; of equals those that move at all. */
export function biggestFirst(rows: readonly PlanRow[], max: number): PlanRow[] {
  const size = ({ replays, skips }: PlanRow) => (replays > skips ? replays : skips)
  return rows
    .map((row, index) => ({ row, size: size(row), moves: row.to !== row.from, index }))
    .sort((a, b) =>
      a.size === b.size ? Number(b.moves) - Number(a.moves) || a.index - b.index : a.size < b.size ? 1 : -1,
    )
    .slice(0, max)
    .map(({ row }) => row)
}

function cellsOf(words: Words, row: PlanRow, grows: boolean): string[] {
  const { topic, partition, from, to, certainty, note } = row
  const staysAway = to === null && note === 'noCommit' && certainty === 'exact'
  return [
    clipMiddle(topic, TOPIC_WIDTH),
    `${partition}`,
    from === null ? '–' : `${from}`,
    to === null ? (staysAway ? '–' : '?') : `${to}`,
    effectInWords(words, row, groupedWide, grows),
  ]
}

/** As many rows as Slack takes in one piece of text; one at least. */
function fitting(header: readonly string[], rows: readonly string[][]): { table: string; shown: number } {
  for (let shown = rows.length; ; ) {
    const table = aligned([header, ...rows.slice(0, shown)], LEFT)
    const bytes = Buffer.byteLength(JSON.stringify(table))
    if (bytes <= TABLE_BYTES || shown === 1) return { table, shown }
    shown = Math.max(1, Math.min(shown - 1, Math.floor((shown * TABLE_BYTES) / bytes)))
  }
}
