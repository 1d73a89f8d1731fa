// Tables as CSV files. What stands in a cell must never become a formula when a spreadsheet opens it.

import Papa from 'papaparse'

export type Cell = string | number | bigint | null

/** Most cells are numbers, and the same few texts come back in every row, so that each is quoted once. */
export function csvOf(columns: readonly string[], rows: readonly Cell[][]): string {
  const quoted = new Map<string, string>()
  const written = (cell: Cell): string => {
    if (cell === null || cell === '') return ''
    if (typeof cell !== 'string') return `${cell}`
    const known = quoted.get(cell)
    if (known !== undefined) return known
    const csv = isUnsafe(cell) ? Papa.unparse([[`'${cell}`]], { quotes: true }) : Papa.unparse([[cell]])
    quoted.set(cell, csv)
    return csv
  }
  return [columns, ...rows].map(row => `${row.map(written).join(',')}\n`).join('')
}

/** Blanks, and what is not seen, do not keep a spreadsheet from reading on. */
const FIRST_SEEN = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/**
 * What a spreadsheet would calculate; an apostrophe before it makes it text. Some read the wide and small forms of the
 * signs as the signs themselves.
 */
function isUnsafe(cell: string): boolean {
  const [first = ''] = FIRST_SEEN.exec(cell) ?? []
  return /^[\t\r\n]/.test(cell) || /^[=+\-@\u2212]/.test(first.normalize('NFKC'))
}
