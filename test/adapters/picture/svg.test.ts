// What is in a picture, before it is drawn: nothing from outside that is more than text, and colours that can be told apart.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lagSvg } from '../../../src/adapters/picture/lag-svg.ts'
import { planSvg } from '../../../src/adapters/picture/plan-svg.ts'
import { COLOURS, shortened, widthOf } from '../../../src/adapters/picture/shapes.ts'
import { manyPositions, planned, watched } from './shown.ts'

/** Machado, Oliveira and Fernandes 2009, severity 1, over linear RGB. */
const SEEN_AS = {
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const elements = (svg: string) => [...svg.matchAll(/<(\w+)/g)].map(([, name]) => name)

describe('names in a picture', () => {
  it('are text whatever they are', () => {
    const { picture } = planned(manyPositions(2))
    const plain = elements(planSvg(picture))
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), name => {
        const [row] = picture.rows
        if (row === undefined) throw new Error('There is no row.')
        const svg = planSvg({ ...picture, title: name, about: name, rows: [{ ...row, label: name }, row] })
        expect(elements(svg)).toEqual(plain)
        // XML has none of these, in whatever way they are written.
        expect(svg).not.toMatch(/\p{C}|&(?!(amp|lt|gt|quot);)/u)
        expect(svg.length).toBeLessThan(30_000)
      }),
      { numRuns: 40 },
    )
  })

  it('are shortened to the room that there is', () => {
    const name = 'payments.settled.europe.central-1'
    expect(shortened(name, 1_000, 16)).toBe(name)
    const short = shortened(name, 120, 16)
    expect(short).toMatch(/^payments.*…$/)
    expect(widthOf(short, 16)).toBeLessThanOrEqual(120)
  })
})

describe('the bar of a partition', () => {
  const width = (svg: string, colour: string) =>
    [...svg.matchAll(/<rect [^>]*width="([\d.]+)"[^>]*fill="([^"]+)"/g)]
      .filter(([, , fill]) => fill === colour)
      .map(([, value]) => Number(value))
      // Neither a mark in the legend nor a stripe is a bar.
      .filter(value => value !== 16 && value !== 3.6)

  it('is filled in proportion to its own log', () => {
    const position = { topic: 'a', partition: 0, logStart: 0n, logEnd: 1_000n }
    const back = planned([{ ...position, committed: 900n }], { strategy: { kind: 'offset', offset: 400n } })
    expect(width(planSvg(back.picture), COLOURS.replayed)).toEqual([200])
    const ahead = planned([{ ...position, committed: 100n }], { strategy: { kind: 'offset', offset: 850n } })
    expect(width(planSvg(ahead.picture), COLOURS.skipped)).toEqual([300])
  })

  it('shows one message of a billion', () => {
    const position = { topic: 'a', partition: 0, logStart: 0n, logEnd: 10n ** 9n, committed: 5n }
    const { picture } = planned([position], { strategy: { kind: 'offset', offset: 4n } })
    expect(width(planSvg(picture), COLOURS.replayed)).toEqual([3])
  })

  it('is hatched where it is no more than that, and says so in the legend', () => {
    const position = { topic: 'a', partition: 0, logStart: null, logEnd: 1_000n, committed: 900n }
    const { picture } = planned([position], { strategy: { kind: 'earliest' } })
    const svg = planSvg(picture)
    expect(width(svg, 'url(#replayed-at-most)')).toEqual([360])
    expect(svg).toContain('hatched: at most')
    expect(planSvg(planned(manyPositions(1)).picture)).not.toContain('hatched')
  })

  it('holds for every position that there can be', () => {
    const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(offset, offset, fc.option(offset), offset, fc.boolean(), (a, b, committed, to, known) => {
        const [logStart, logEnd] = a < b ? [a, b] : [b, a]
        const position = { topic: 'a', partition: 0, logStart: known ? logStart : null, logEnd, committed }
        const svg = planSvg(planned([position], { strategy: { kind: 'offset', offset: to } }).picture)
        expect(svg).not.toMatch(/NaN|Infinity|undefined|null|width="-/)
        for (const [, x] of svg.matchAll(/ (?:x|cx)="([-\d.]+)"/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(0)
          expect(Number(x)).toBeLessThanOrEqual(960)
        }
      }),
    )
  })
})

describe('a plan of many partitions', () => {
  it('shows the largest one by one, and the others as one that adds up', () => {
    const { picture, rows } = planned(manyPositions(1_000))
    expect(picture.rows).toHaveLength(16)
    expect(picture.rest?.label).toBe('984 other partitions')
    const sum = (of: readonly { replays: bigint; skips: bigint }[]) =>
      of.reduce((total, { replays, skips }) => total + replays + skips, 0n)
    expect(sum([...picture.rows, ...(picture.rest === null ? [] : [picture.rest])])).toBe(sum(rows))
    expect(planSvg(picture).length).toBeLessThan(20_000)
  })

  it('has no others where all of them are shown', () => {
    expect(planned(manyPositions(16)).picture.rest).toBeNull()
    expect(planned(manyPositions(17)).picture.rest?.label).toBe('1 other partition')
  })
})

describe('what came after', () => {
  it('leaves a gap where nothing was seen', () => {
    expect(lagSvg(watched(20)).match(/<polyline/g)).toHaveLength(2)
  })

  it('is bounded, and holds for no look at all', () => {
    expect(lagSvg(watched(500)).match(/<circle/g)?.length).toBeLessThanOrEqual(64)
    for (const points of [0, 1, 2]) expect(lagSvg(watched(points))).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('the colours', () => {
  const { ground, log, replayed, skipped, ink, quiet } = COLOURS

  it('differ in grey', () => {
    expect(contrast(replayed, skipped)).toBeGreaterThan(2.5)
    for (const one of [replayed, skipped]) expect(contrast(one, log)).toBeGreaterThan(3)
    for (const written of [ink, quiet]) expect(contrast(written, ground)).toBeGreaterThan(4.5)
  })

  it.each(Object.entries(SEEN_AS))('differ for whoever has %s', (_name, matrix) => {
    const [one, other, bar] = [replayed, skipped, log].map(colour => seenAs(colour, matrix))
    // Of 441 from black to white.
    expect(distance(one, other)).toBeGreaterThan(120)
    expect(distance(one, bar)).toBeGreaterThan(90)
    expect(distance(other, bar)).toBeGreaterThan(150)
  })
})

function channels(colour: string): number[] {
  return [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
}

function linear(channel: number): number {
  const value = channel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Contrast as WCAG 2 has it: of luminance, which is all that grey keeps. */
function contrast(one: string, other: string): number {
  const [a, b] = [one, other].map(colour => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map(linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
  })
  return Math.max(a ?? 0, b ?? 0) / Math.min(a ?? 1, b ?? 1)
}

function seenAs(colour: string, matrix: readonly number[][]): number[] {
  const light = channels(colour).map(linear)
  return matrix.map(row => {
    const value = row.reduce((sum, factor, index) => sum + factor * (light[index] ?? 0), 0)
    const bounded = Math.min(1, Math.max(0, value))
    return 255 * (bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055)
  })
}

function distance(one: number[] = [], other: number[] = []): number {
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)))
}
