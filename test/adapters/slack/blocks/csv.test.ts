// What a spreadsheet would calculate is text in a file of ours, however the sign is written or hidden.

import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csvOf } from '../../../../src/adapters/slack/blocks/csv.ts'
import { disarmed, rearmed } from '../../../../src/request/formula.ts'
import { cpuMsOf } from '../../../support/cpu.ts'
import { anyText } from '../../../support/texts.ts'

const cellOf = (cell: string) => Papa.parse<string[]>(csvOf(['a'], [[cell]])).data[1]?.[0]

describe('a cell of a file', () => {
  it.each([
    ...['=1+1', '+1', '-1', '@SUM(A1)', '\t1', '\r1', '\n1', '"=1', "'=1", "''=1"],
    ...['＝1+1', '＋1', '－1', '＠SUM(A1)', '﹦1', '﹢1', '﹣1', '﹫a', '−1'],
    ...[' =1', '\u00a0=1', '\u3000＝1', '\u200b=1', '\ufeff＝1', '\u202e=1', '\u0000=1', '   \u3164@a'],
  ])('that would be a formula is text, %j', cell => {
    expect(cellOf(cell)).toBe(`'${cell}`)
  })

  it.each(['orders', 'a=1', '1-2', '“=1”', ' orders', "'orders'", 'a;b', 'a|b=c', '支付'])(
    'that would be none stays, %j',
    cell => {
      expect(cellOf(cell)).toBe(cell)
    },
  )

  // Opened where cells end at another character, our quotation marks stand in the middle of a cell and hold nothing.
  it.each([
    ['x;=1', "x;'=1"],
    [";=cmd|' /C calc'!A0;-", ";'=cmd|' /C calc'!A0;'-"],
    ['x\t＝1', "x\t'＝1"],
    ['x|\u200b @a', "x|'\u200b @a"],
    ['x\n=1\r+1', "x\n'=1\r'+1"],
    ['x;"=1', `x;'"=1`],
    ["x;'=1", "x;''=1"],
    ['\t=1', "'\t'=1"],
    ['a;b=1|c-d', 'a;b=1|c-d'],
  ])('begins no formula where a spreadsheet splits it, %j', (cell, expected) => {
    expect(cellOf(cell)).toBe(expected)
  })

  const piece = fc.constantFrom(
    ...[';', '\t', '|', '\n', '\r', '=', '＋', '-', '@', "'", '"', ' ', '\u200b', ',', 'a'],
  )
  const cell = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join('')),
    anyText({ maxLength: 40 }),
  )

  it('begins none by whatever it is split, and is read back as it was', () => {
    fc.assert(
      fc.property(cell, cell, (one, two) => {
        const csv = csvOf(['a', 'b'], [[one, two]])
        const formulas: string[] = []
        for (const delimiter of [',', ';', '\t', '|']) {
          const { data } = Papa.parse<string[]>(csv, { delimiter })
          // With its own quotation marks taken off, as a spreadsheet does, and as it stands.
          const cells = [
            ...data.flat(),
            ...csv.split(/[\r\n]/).flatMap(row => row.split(delimiter === ',' ? ';' : delimiter)),
          ]
          for (const each of cells) {
            const [first = ''] = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}"]/u.exec(each) ?? []
            if (/^[=+\-@\u2212]/.test(first.normalize('NFKC'))) formulas.push(each)
          }
        }
        expect(formulas).toEqual([])
        expect([one, two].map(each => rearmed(disarmed(each)))).toEqual([one, two])
      }),
      { numRuns: 400 },
    )
  })

  it('is guarded against every form of a sign', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const sign = String.fromCodePoint(code)
      if (/^[=+\-@\u2212]/.test(sign.normalize('NFKC'))) expect(disarmed(`x;${sign}`)).toBe(`x;'${sign}`)
    }
  })

  it('of a megabyte is read in a moment', () => {
    const read = () => {
      for (const each of ['\t', "'", '"', ' ', ";'"]) rearmed(disarmed(each.repeat(500_000)))
    }
    expect(cpuMsOf(read)).toBeLessThan(2_000)
  })
})
