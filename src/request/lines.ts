// Rows of a document, kept as lines of text: a schema for each cell of ten thousand rows would hold everybody up.
// It must never let a line pass that it cannot read to its end.

import { z } from 'zod'

/** @param read null: the line is none of these rows */
export function linesSchema<Row>(write: (row: Row) => string, read: (line: string) => Row | null) {
  return z.codec(z.array(z.string()), z.custom<Row[]>(Array.isArray), {
    encode: rows => rows.map(write),
    decode: (lines, { issues }) => {
      const rows: Row[] = []
      for (const line of lines) {
        const row = read(line)
        if (row === null) {
          issues.push({ code: 'custom', message: 'no row of this document', input: line })
          return z.NEVER
        }
        rows.push(row)
      }
      return rows
    },
  })
}

/** Stands for null. */
export const NONE = '-'

/** A cell holds no blank. @param cell a whole number, or NONE */
export function bigintIn(cell: string): bigint | null {
  return cell === NONE ? null : BigInt(cell)
}

/** The words that a cell may hold. */
export function wordsOf<Word extends string>(words: readonly Word[]): ReadonlyMap<string, Word> {
  return new Map(words.map(word => [word, word]))
}
