// The pictures as a person sees them in a browser: decoded by it, with their colours in their places, beside the words.

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { COLOURS } from '../../src/adapters/picture/shapes.ts'
import { findChromium, launchBrowser } from './browser.ts'
import {
  askForFirstReset,
  become,
  cardOf,
  catchUp,
  type Demo,
  decide,
  openDemo,
  openReview,
  openThread,
  PATIENCE_MS,
  submit,
  widthOf,
  writeIn,
} from './demo-page.ts'
import { decodePng } from './png.ts'

const chromium = findChromium()
const redisUrl = inject('redisUrl')

interface Seen {
  width: number
  corner: string
  /** How many pixels have this colour. */
  count(colour: string): number
  /** Where in the picture a colour begins and ends, from 0 to 1. */
  reach(colour: string): { from: number; to: number }
}

/** The file that the browser shows, once it has decoded it as well. */
async function seen(page: Page, image: Locator): Promise<Seen> {
  const drawnWidth = () =>
    image.evaluate(element => (element as unknown as { naturalWidth: number }).naturalWidth)
  await expect.poll(drawnWidth, { timeout: PATIENCE_MS }).toBeGreaterThan(0)
  const answer = await page.request.get(new URL((await image.getAttribute('src')) ?? '', page.url()).href)
  const { width, pixels } = decodePng(await answer.body())
  expect(await drawnWidth()).toBe(width)
  const numberOf = (colour: string) => Number.parseInt(colour.slice(1), 16)
  const columnsOf = (colour: string) => {
    const columns: number[] = []
    for (const [at, each] of pixels.entries()) if (each === numberOf(colour)) columns.push(at % width)
    return columns
  }
  return {
    width,
    corner: `#${(pixels[0] ?? 0).toString(16).padStart(6, '0')}`,
    count: colour => columnsOf(colour).length,
    reach(colour) {
      const columns = columnsOf(colour).toSorted((one, other) => one - other)
      return { from: (columns[0] ?? 0) / width, to: (columns.at(-1) ?? 0) / width }
    },
  }
}

describe.skipIf(chromium === undefined)('pictures', { timeout: 90_000 }, () => {
  let browser: Browser
  let demo: Demo | undefined
  const endings: (() => void)[] = []

  beforeAll(async () => {
    browser = await launchBrowser(chromium ?? '')
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const end of endings.splice(0)) end()
    await demo?.close()
    demo = undefined
  })

  it('of a plan are in the thread and at the top of the review, with the messages in their colour', async () => {
    demo = await openDemo(browser, { redisUrl, look: { colorScheme: 'dark' } })
    const { page, troubles } = demo
    await askForFirstReset(page)
    await become(page, 'bob')
    const card = await cardOf(page, 'needs 1 approval')
    await card.getByRole('button', { name: /repl(y|ies)/ }).waitFor()
    const modal = await openReview(page, card)
    const inReview = modal.getByTestId('block-image')
    await inReview.waitFor()
    const ofReview = await seen(page, inReview)
    const [image, table] = await Promise.all([
      inReview.boundingBox(),
      modal.locator('pre').first().boundingBox(),
    ])
    expect(image?.y).toBeLessThan(table?.y ?? 0)
    expect(image?.width).toBeGreaterThan(300)
    await modal.getByRole('button', { name: 'Cancel' }).click()
    await modal.waitFor({ state: 'hidden' })

    const thread = await openThread(page, card)
    const inThread = thread.getByTestId('file-image')
    const picture = await seen(page, inThread)
    expect([picture.width, picture.corner]).toEqual([1080, COLOURS.ground])
    // Thirteen partitions go back to their beginning, and nothing is skipped: that colour is in the legend alone.
    expect(picture.count(COLOURS.replayed)).toBeGreaterThan(30_000)
    expect(picture.count(COLOURS.skipped)).toBeLessThan(1_000)
    expect(ofReview.count(COLOURS.replayed)).toBe(picture.count(COLOURS.replayed))
    // Bars stand between the names of the partitions and their numbers.
    const { from, to } = picture.reach(COLOURS.log)
    expect(from).toBeGreaterThan(0.25)
    expect(to).toBeLessThan(0.7)
    expect(await inThread.getAttribute('alt')).toMatch(/^R-1 · Reset orders-billing to the earliest offset\n/)
    expect(await thread.getByText('R-1-plan-1.csv').count()).toBeGreaterThan(0)
    expect(await widthOf(page)).toBeLessThanOrEqual(1280)
    expect(troubles).toEqual([])
  })

  it('of what came after come with the reply that the group has caught up', async () => {
    demo = await openDemo(browser, { redisUrl, env: { WATCH: '1m' } })
    const { page, troubles } = demo
    await askForFirstReset(page)
    await become(page, 'bob')
    await openReview(page, await cardOf(page, 'needs 1 approval'))
    await decide(page, 'Approve')
    await writeIn(page, 'note', 'Go ahead.')
    await submit(page)
    const card = await cardOf(page, 'done')
    endings.push(await catchUp(demo, 'orders-billing'))
    const thread = await openThread(page, card)
    await thread.getByText('the group has caught up').first().waitFor({ timeout: 60_000 })
    // After that of the plan.
    const itsPicture = thread.getByTestId('file-image').nth(1)
    await itsPicture.waitFor()
    const picture = await seen(page, itsPicture)
    expect(picture.width).toBe(1080)
    expect(picture.count(COLOURS.skipped)).toBeGreaterThan(1_000)
    // The mark is where the reset was: at the left of the line.
    const { from, to } = picture.reach(COLOURS.replayed)
    expect(from).toBeGreaterThan(0.13)
    expect(to).toBeLessThan(0.25)
    expect(troubles).toEqual([])
  })
})
