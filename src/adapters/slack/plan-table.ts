// The plan of a request as a table for a modal: the partitions that move most, first. Pure.

import type { KnownBlock } from '@slack/types'
import type { PlanRow } from '../../request/plan.ts'
import { counted } from '../../request/reset.ts'
import { effectInWords } from './plan-words.ts'
import { aligned, groupedWide, preformatted } from './preformatted.ts'
import { clipMiddle, line, paragraph, words } from './text.ts'

const ROWS_MAX = 40
const TABLE_BYTES = 2_900
const TOPIC_WIDTH = 40
const HEADER = ['Topic', 'Partition', 'Now', 'To', 'What it does']
/** Names and words stand to the left, numbers to the right. */
const LEFT = [0, 4]

export function planTable(rows: readonly PlanRow[]): KnownBlock[] {
  if (rows.length === 0) return []
  const { text, shown } = fitting(biggestFirst(rows).map(cellsOf))
  const left = rows.length - shown
  const more = `… and ${counted(left, 'more partition')}. The thread under the card has all of them as a CSV file.`
  return [preformatted(text), ...(left > 0 ? [paragraph(line(words(more)))] : [])]
}

function biggestFirst(rows: readonly PlanRow[]): PlanRow[] {
  const size = ({ replays, skips }: PlanRow) => (replays > skips ? replays : skips)
  return rows
    .map((row, index) => ({ row, size: size(row), moves: row.to !== row.from, index }))
    .sort((a, b) =>
      a.size === b.size ? Number(b.moves) - Number(a.moves) || a.index - b.index : a.size < b.size ? 1 : -1,
    )
    .slice(0, ROWS_MAX)
    .map(({ row }) => row)
}

function cellsOf(row: PlanRow): string[] {
  const { topic, partition, from, to, certainty, note } = row
  const staysAway = to === null && note === 'noCommit' && certainty === 'exact'
  return [
    clipMiddle(topic, TOPIC_WIDTH),
    `${partition}`,
    from === null ? '–' : `${from}`,
    to === null ? (staysAway ? '–' : '?') : `${to}`,
    effectInWords(row, groupedWide),
  ]
}

/** As many rows as Slack takes in one piece of text; one at least. */
function fitting(rows: readonly string[][]): { text: string; shown: number } {
  for (let shown = rows.length; ; ) {
    const text = aligned([HEADER, ...rows.slice(0, shown)], LEFT)
    const bytes = Buffer.byteLength(JSON.stringify(text))
    if (bytes <= TABLE_BYTES || shown === 1) return { text, shown }
    shown = Math.max(1, Math.min(shown - 1, Math.floor((shown * TABLE_BYTES) / bytes)))
  }
}
