// Columns lined up by hand, in characters of one width, because a modal takes no table block. Pure.

import type { RichTextBlock } from '@slack/types'
import { grouped } from '../../../request/reset.ts'
import { shown } from './text.ts'

/** The first row is the header. The first column stands to the left, numbers and the rest to the right. */
export function aligned(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const cells = rows.map(row => row.map(shown))
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map(row => widthOf(row[column] ?? ''))),
  )
  return cells
    .map(row =>
      row
        .map((cell, column) => {
          const width = (widths[column] ?? 0) + cell.length - widthOf(cell)
          return left.includes(column) ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Chinese characters and their punctuation are as wide as two letters. */
const WIDE = /[\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6]/gu

function widthOf(cell: string): number {
  return [...cell].length + (cell.match(WIDE)?.length ?? 0)
}

/** @param text its lines are ours: a name in it has been made one */
export function preformatted(text: string): RichTextBlock {
  const lines = text.split('\n').map(shown).join('\n')
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines }] }],
  }
}

/** Thin spaces have a width of their own in such a font. */
export function groupedWide(value: bigint | number): string {
  return grouped(value).replaceAll('\u202f', ' ')
}
