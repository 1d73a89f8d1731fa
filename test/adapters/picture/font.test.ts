// Whether the fonts have every character that Rewind writes into a picture. The recipe to make them again stands beside them.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { planInWords } from '../../../src/adapters/slack/thread/plan-picture.ts'
import type { Strategy } from '../../../src/request/reset.ts'
import { T0 } from '../../support/requests.ts'
import { manyPositions, planned, watched } from './shown.ts'

const folder = new URL('../../../src/adapters/picture/font/', import.meta.url)
const listed = (name: string) => new Set(readFileSync(new URL(`${name}.txt`, folder), 'utf8'))

describe.each(['font-words', 'font-names'])('%s', name => {
  it('has every character of its list', () => {
    const glyphs = glyphsOf(readFileSync(new URL(`${name}.ttf`, folder)))
    const missing = [...listed(name)].filter(
      character => !((glyphs.get(character.codePointAt(0) ?? 0) ?? 0) > 0),
    )
    expect(missing).toEqual([])
  })
})

it('has a box for what is in neither, and every word in both', () => {
  const names = listed('font-names')
  expect([...listed('font-words')].filter(character => !names.has(character))).toEqual([])
  expect(names).toContain('□')
})

const STRATEGIES: Strategy[] = [
  { kind: 'shift', direction: 'replay', count: 100n },
  { kind: 'shift', direction: 'skip', count: 100n },
  { kind: 'earliest' },
  { kind: 'latest' },
  { kind: 'time', timeMs: T0 },
  { kind: 'offset', offset: 1_200_000n },
]

describe.each(LANGUAGES)('what is written in %s', language => {
  it('is in the first font', () => {
    const words = wordsIn(language)
    const said = [
      ...STRATEGIES.flatMap(strategy =>
        [null, 1_000_000n].flatMap(logStart => {
          const positions = manyPositions(20).map(each => ({ ...each, logStart }))
          const { request, rows, picture } = planned(positions, { strategy }, language)
          return [planInWords(words, request, rows, 5_000), textOf(picture)]
        }),
      ),
      // Whatever a plan can say of itself, and not only what these say.
      ...[words.plan.effects, words.plan.noted, words.reset.title, words.picture].map(textOf),
      textOf(watched(9, language)),
      ...[-90_000, 0, 90_000, 9e6].map(words.picture.lag.time),
    ].join('')
    const known = listed('font-words')
    const missing = new Set([...said].filter(character => character > ' ' && !known.has(character)))
    expect([...missing]).toEqual([])
  })
})

/** Every sentence in it, those that are made of something included. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'function')
    return String(value).replace(/\\u([0-9a-f]{4})/g, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
  return typeof value === 'object' && value !== null ? Object.values(value).map(textOf).join('') : ''
}

/** Character → glyph, of the two kinds of tables that there are (OpenType, `cmap`, formats 4 and 12). */
function glyphsOf(font: Buffer): Map<number, number> {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, index) => 12 + 16 * index)
  const record = tables.find(at => font.toString('latin1', at, at + 4) === 'cmap') ?? 0
  const cmap = font.subarray(font.readUInt32BE(record + 8))
  const glyphs = new Map<number, number>()
  for (let index = 0; index < cmap.readUInt16BE(2); index++) {
    const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * index))
    if (table.readUInt16BE(0) === 4) readSegments(table, glyphs)
    if (table.readUInt16BE(0) === 12) readGroups(table, glyphs)
  }
  return glyphs
}

function readGroups(table: Buffer, glyphs: Map<number, number>): void {
  for (let group = 0; group < table.readUInt32BE(12); group++) {
    const [first = 0, last = 0, glyph = 0] = [0, 4, 8].map(at => table.readUInt32BE(16 + 12 * group + at))
    for (let code = first; code <= last; code++) glyphs.set(code, glyph + code - first)
  }
}

function readSegments(table: Buffer, glyphs: Map<number, number>): void {
  const size = table.readUInt16BE(6)
  for (let at = 14; at < 14 + size; at += 2) {
    const last = table.readUInt16BE(at)
    const first = table.readUInt16BE(at + size + 2)
    const delta = table.readUInt16BE(at + 2 * size + 2)
    const rangeAt = at + 3 * size + 2
    const range = table.readUInt16BE(rangeAt)
    for (let code = first; code <= last && code < 0xffff; code++) {
      const glyph = range === 0 ? code : table.readUInt16BE(rangeAt + range + 2 * (code - first))
      if (glyph !== 0) glyphs.set(code, (glyph + delta) & 0xffff)
    }
  }
}
