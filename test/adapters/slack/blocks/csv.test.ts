// What a spreadsheet would calculate is text in a file of ours, however the sign is written or hidden.

import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csvOf } from '../../../../src/adapters/slack/blocks/csv.ts'

const cellOf = (cell: string) => Papa.parse<string[]>(csvOf(['a'], [[cell]])).data[1]?.[0]

describe('a cell of a file', () => {
  it.each([
    ...['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'],
    ...['＝1+1', '＋1', '－1', '＠SUM(A1)', '﹦1', '﹢1', '﹣1', '﹫a', '−1'],
    ...[' =1', '\u00a0=1', '\u3000＝1', '\u200b=1', '\ufeff＝1', '\u202e=1', '\u0000=1', '   \u3164@a'],
  ])('that would be a formula is text, %j', cell => {
    expect(cellOf(cell)).toBe(`'${cell}`)
  })

  it.each(['orders', 'a=1', '1-2', '“=1”', ' orders', "'=1", '支付'])(
    'that would be none stays, %j',
    cell => {
      expect(cellOf(cell)).toBe(cell)
    },
  )
})
