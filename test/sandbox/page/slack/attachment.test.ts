// What the page takes for a form, and how it carries it.

import { describe, expect, it } from 'vitest'
import {
  attachProblem,
  base64Of,
  deedOf,
  typesInWords,
} from '../../../../src/sandbox/page/slack/attachment.ts'

const csv = { name: 'Offsets.CSV', size: 1024 }
const allowed = { types: ['csv', 'tsv'], most: 1, largestFile: 1024 ** 2 }

describe('a file for a form', () => {
  it('is taken when its type, its size and the room for it are right', () => {
    expect(attachProblem([csv], 0, allowed)).toBeUndefined()
    expect(attachProblem([{ name: 'a', size: 1024 ** 2 }], 0, { ...allowed, types: [] })).toBeUndefined()
    expect(attachProblem([csv, csv], 1, { ...allowed, most: 3 })).toBeUndefined()
  })

  it.each([
    [
      'another type',
      [{ name: 'a.txt', size: 1 }],
      0,
      '“a.txt” cannot be attached: it is not a .csv or .tsv file.',
    ],
    ['no type', [{ name: 'csv', size: 1 }], 0, '“csv” cannot be attached: it is not a .csv or .tsv file.'],
    [
      'too many bytes',
      [{ name: 'a.csv', size: 1.5 * 1024 ** 2 }],
      0,
      '“a.csv” cannot be attached: it has 1.5 MB, and 1.0 MB is the most this page takes.',
    ],
    ['too many at once', [csv, csv], 0, 'Only one file can be attached.'],
    ['one too many', [csv], 1, 'Only one file can be attached.'],
  ])('is refused in a sentence: %s', (_, files, attached, says) => {
    expect(attachProblem(files, attached, allowed)).toBe(says)
  })

  it('arrives as the bytes it had', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256)
    expect(Buffer.from(base64Of(bytes), 'base64').equals(bytes)).toBe(true)
    expect(base64Of(new Uint8Array())).toBe('')
    const change = {
      kind: 'attach',
      name: 'a.csv',
      bytes: async () => new Uint8Array([97, 255]).buffer,
    } as const
    expect(await deedOf('csv', change)).toEqual({
      do: 'attach',
      field: 'csv',
      name: 'a.csv',
      content: 'Yf8=',
    })
    expect(await deedOf('csv', { kind: 'detach', file: 'F1' })).toEqual({
      do: 'detach',
      field: 'csv',
      file: 'F1',
    })
  })

  it('has its possible types said in words', () => {
    expect(typesInWords(['csv'], 'or')).toBe('.csv')
    expect(typesInWords(['csv', 'tsv', 'txt'], 'and')).toBe('.csv, .tsv and .txt')
  })
})
