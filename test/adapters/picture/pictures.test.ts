// Pictures as they are drawn, by the process that the build has made: decoded, measured, and done without where it fails.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createPictures, type PicturesDeps, PNG_BYTES_MAX } from '../../../src/adapters/picture/pictures.ts'
import { COLOURS } from '../../../src/adapters/picture/shapes.ts'
import type { Picture, Pictures } from '../../../src/ports/pictures.ts'
import { decodePng, type Pixels } from '../../browser/png.ts'
import { cpuMsSince } from '../../support/cpu.ts'
import { until } from '../../support/product.ts'
import { manyPositions, planned, watched } from './shown.ts'

const dist = new URL('../../../dist/adapters/picture/', import.meta.url)

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

function startPictures(change: Partial<PicturesDeps> = {}) {
  const troubles: string[] = []
  const pictures = createPictures({
    folder: dist,
    // The machine may have others to serve.
    drawMs: 30_000,
    onTrouble: error => troubles.push(error instanceof Error ? error.message : String(error)),
    ...change,
  })
  endings.push(pictures.stop)
  return { pictures, troubles }
}

/** One for all that only looks at what is drawn. */
const shared = startPictures({ idleMs: 60_000 })
endings.length = 0
afterAll(shared.pictures.stop)

async function drawn(picture: Picture, by: Pictures = shared.pictures): Promise<Pixels & { bytes: number }> {
  const png = await by.draw(picture)
  if (png === null) throw new Error(`It was not drawn: ${shared.troubles}`)
  return { ...decodePng(Buffer.from(png)), bytes: png.byteLength }
}

const numberOf = (colour: string) => Number.parseInt(colour.slice(1), 16)

/** As it is in the SVG, of 960 units. */
function at({ width, pixels }: Pixels, x: number, y: number): string {
  const scale = width / 960
  const colour = pixels[Math.round(y * scale) * width + Math.round(x * scale)] ?? 0
  return `#${colour.toString(16).padStart(6, '0')}`
}

const count = ({ pixels }: Pixels, colour: string) =>
  pixels.reduce((sum, each) => sum + Number(each === numberOf(colour)), 0)

describe('a plan', () => {
  it('has its two colours where the messages are, and a light ground', async () => {
    const position = { topic: 'a', logStart: 0n, logEnd: 1_000n }
    const { picture } = planned(
      [
        { ...position, partition: 0, committed: 900n },
        { ...position, partition: 1, committed: 100n },
      ],
      { strategy: { kind: 'offset', offset: 500n } },
    )
    const png = await drawn(picture)
    expect(png.width).toBe(1080)
    const [first, second] = [152 + 10, 152 + 48 + 10]
    expect(at(png, 250 + 80, first)).toBe(COLOURS.log)
    expect(at(png, 250 + 280, first)).toBe(COLOURS.replayed)
    expect(at(png, 250 + 120, second)).toBe(COLOURS.skipped)
    expect(at(png, 250 + 320, second)).toBe(COLOURS.log)
    for (const [x, y] of [
      [2, 2],
      [950, 4],
      [4, 240],
    ] as const)
      expect(at(png, x, y)).toBe(COLOURS.ground)
  })

  it('of 1,000 partitions is small, quick, and holds nothing else up', async () => {
    // The longest names and numbers that there are.
    const positions = manyPositions(1_000, `${'payments.settled.europe-'.repeat(10)}w`).map(each => ({
      ...each,
      committed: (each.committed ?? 0n) + 9_000_000_000_000_000_000n,
      logStart: 9_000_000_000_001_000_000n,
      logEnd: 9_000_000_000_001_500_000n,
    }))
    const change = { strategy: { kind: 'offset', offset: 9_000_000_000_001_200_000n } } as const
    const { picture } = planned(positions, change)
    await drawn(picture)
    const [ofDrawer, ofOurs]: number[][] = [[], []]
    for (let round = 0; round < 10; round++) {
      const drawer = cpuOfDrawer()
      const ours = process.cpuUsage()
      const png = await shared.pictures.draw(planned(positions, change).picture)
      // Before anything is asked of the other process: to look it up, this one starts a third.
      ofOurs?.push(cpuMsSince(ours))
      ofDrawer?.push(cpuOfDrawer() - drawer)
      expect(png?.byteLength).toBeLessThanOrEqual(PNG_BYTES_MAX)
    }
    // The least of them: what others do on the machine at that time makes it more. The making of the plan is in the second.
    expect(Math.min(...(ofDrawer ?? []))).toBeLessThan(100)
    expect(Math.min(...(ofOurs ?? []))).toBeLessThan(20)
  })

  it('has ink for each line that is written', async () => {
    const { picture } = planned(manyPositions(2), undefined, 'zh')
    const lines = await drawn(picture)
    const none = await drawn({ ...picture, title: '', lead: '', about: '' })
    expect(count(lines, COLOURS.ink) - count(none, COLOURS.ink)).toBeGreaterThan(500)
  })
})

describe('what came after', () => {
  it('has the lag as a line, and the reset as a mark', async () => {
    const png = await drawn(watched(20))
    expect(count(png, COLOURS.skipped)).toBeGreaterThan(1_000)
    expect(count(png, COLOURS.replayed)).toBeGreaterThan(300)
    expect(count(png, COLOURS.members)).toBeGreaterThan(3_000)
    expect(png.bytes).toBeLessThan(100_000)
  })
})

describe('a name', () => {
  const titled = (title: string) => ({ ...planned(manyPositions(1)).picture, title, lead: '', about: '' })
  /** How much of the first line is not the ground. */
  const inkOf = async (title: string) => {
    const { width, pixels } = await drawn(titled(title))
    return pixels.subarray(0, width * 54).reduce((sum, each) => sum + Number(each !== 0xffffff), 0)
  }

  it('in Chinese has its own glyphs, and what no font has is a box', async () => {
    const [none, known, other, box, two] = await Promise.all(['', '鱼', '鲸', 'ⵣ', 'ⵣ😀'].map(inkOf))
    expect(none).toBe(0)
    expect(known).toBeGreaterThan(100)
    expect(other).toBeGreaterThan(100)
    expect(known).not.toBe(other)
    expect(box).toBeGreaterThan(50)
    expect(two).toBe(2 * (box ?? 0))
    expect(box).toBe(await inkOf('ꕥ'))
  })

  it('cannot bring anything else in', async () => {
    const { pictures, troubles } = startPictures()
    for (const name of [
      '</text><image href="/etc/passwd"/>',
      '&amp;&#0;&lol;<!DOCTYPE x [<!ENTITY lol "x">]>',
      '\u202e\ud800\0\ufffe'.repeat(200),
      '𝕏'.repeat(500),
    ])
      expect(await pictures.draw(titled(name))).not.toBeNull()
    expect(troubles).toEqual([])
  })
})

describe('the process that draws', () => {
  const { picture } = planned(manyPositions(3))

  it('is started for a picture, ended when there is none, and started again', async () => {
    const { pictures } = startPictures({ idleMs: 50 })
    const others = drawers()
    expect(drawers().length).toBe(others.length)
    await drawn(picture, pictures)
    expect(drawers().length).toBe(others.length + 1)
    await until(() => drawers().length === others.length)
    await drawn(picture, pictures)
  })

  it('is done without where it dies, which is told once', async () => {
    const { pictures, troubles } = startPictures({ idleMs: 60_000 })
    const others = new Set(drawers())
    await drawn(picture, pictures)
    const [pid] = drawers().filter(each => !others.has(each))
    const waiting = Promise.all([pictures.draw(picture), pictures.draw(picture)])
    process.kill(pid ?? 0, 'SIGKILL')
    for (const each of await waiting) expect(each === null || each.byteLength > 0).toBe(true)
    await until(() => troubles.length > 0)
    expect(await pictures.draw(picture)).toBeNull()
    expect(troubles).toEqual(['The process that draws pictures has ended (SIGKILL).'])
  })

  it('is done without where it says nothing for too long', async () => {
    const { pictures, troubles } = startPictures({ idleMs: 60_000, drawMs: 2_000 })
    const others = new Set(drawers())
    await drawn(picture, pictures)
    const [pid] = drawers().filter(each => !others.has(each))
    process.kill(pid ?? 0, 'SIGSTOP')
    const answers = await Promise.all(Array.from({ length: 40 }, () => pictures.draw(picture)))
    expect(answers.every(each => each === null)).toBe(true)
    expect(troubles).toEqual(['A picture has taken longer than 2000 ms.'])
    await until(() => !drawers().includes(pid ?? 0))
  })

  it.each(['nothing', 'no font', 'nonsense'])('is done without where there is %s', async what => {
    const folder = mkdtempSync(join(tmpdir(), 'rewind-pictures-'))
    endings.push(() => rmSync(folder, { recursive: true }))
    if (what !== 'nothing') cpSync(dist, folder, { recursive: true })
    if (what !== 'nothing') symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    if (what === 'no font') rmSync(join(folder, 'font-words.ttf'))
    if (what === 'nonsense')
      writeFileSync(join(folder, 'drawing-process.js'), 'throw new Error("no renderer")')
    const { pictures, troubles } = startPictures({ folder: pathToFileURL(`${folder}/`) })
    expect(await pictures.draw(picture)).toBeNull()
    expect(await pictures.draw(picture)).toBeNull()
    expect(troubles).toHaveLength(1)
    expect(troubles[0]).toContain(
      { nothing: 'Cannot find', 'no font': 'ENOENT', nonsense: 'no renderer' }[what],
    )
  })

  it('draws no more once it is stopped', async () => {
    const { pictures, troubles } = startPictures()
    const late = pictures.draw(picture)
    pictures.stop()
    expect(await late).toBeNull()
    expect(await pictures.draw(picture)).toBeNull()
    expect(troubles).toEqual([])
  })
})

/** Process ids of those that this test has started. */
function drawers(): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', `${process.pid}`], { encoding: 'utf8' })
  return listed
    .split('\n')
    .filter(line => line.includes('drawing-process'))
    .map(line => Number.parseInt(line, 10))
}

/** CPU of the one that is shared, in milliseconds; Linux counts it in hundredths of a second. */
function cpuOfDrawer(): number {
  const [pid] = drawers()
  const [, afterName = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = afterName.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) * 10
}
