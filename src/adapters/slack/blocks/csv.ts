// Tables as CSV files. What stands in a cell must never become a formula when a spreadsheet opens it.

import Papa from 'papaparse'
import { disarmed, maySplit } from '../../../request/formula.ts'

export type Cell = string | number | bigint | null

/** Most cells are numbers, and the same few texts come back in every row, so that each is quoted once. */
export function csvOf(columns: readonly string[], rows: readonly Cell[][]): string {
  const quoted = new Map<string, string>()
  const written = (cell: Cell): string => {
    if (cell === null || cell === '') return ''
    if (typeof cell !== 'string') return `${cell}`
    const known = quoted.get(cell)
    if (known !== undefined) return known
    const text = disarmed(cell)
    const csv = Papa.unparse([[text]], { quotes: text !== cell || maySplit(cell) })
    quoted.set(cell, csv)
    return csv
  }
  return [columns, ...rows].map(row => `${row.map(written).join(',')}\n`).join('')
}
