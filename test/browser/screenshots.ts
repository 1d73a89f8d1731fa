// Takes the README's pictures of the page as it is built now. It proves nothing; page.test.ts does.

import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, inject, it } from 'vitest'
import { findChromium, launchBrowser } from './browser.ts'
import {
  askForFirstReset,
  become,
  cardOf,
  catchUp,
  type Demo,
  decide,
  openDemo,
  openModal,
  openReview,
  openThread,
  submit,
  writeIn,
} from './demo-page.ts'
import { withPalette } from './png.ts'

const chromium = findChromium()
const folder = fileURLToPath(new URL('screenshots/', import.meta.url))
const redisUrl = inject('redisUrl')
const REASON = 'Billing skipped orders since the deploy of 08:00'
/** As long as a marker needs to come to rest and the arrow beside it to go. */
const REST_MS = 3_000

describe.skipIf(chromium === undefined)('screenshots', { timeout: 120_000 }, () => {
  let browser: Browser
  let demo: Demo | undefined

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    browser = await launchBrowser(chromium ?? '')
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    await demo?.close()
    demo = undefined
  })

  async function take(page: Page, name: string): Promise<void> {
    // Nothing that is only there because the mouse happens to be.
    await page.mouse.move(0, 0)
    await page.waitForTimeout(REST_MS)
    writeFileSync(`${folder}${name}.png`, withPalette(await page.screenshot()))
  }

  async function approve(page: Page): Promise<void> {
    await decide(page, 'Approve')
    await writeIn(page, 'note', 'Billing is stopped, go ahead.')
  }

  it('of the plan that was overtaken, the modal, the card and the thread', async () => {
    demo = await openDemo(browser, { redisUrl, look: { colorScheme: 'light' } })
    const { page } = demo
    await page.getByTestId('first-reset').click()
    await page.getByTestId('guide-dismiss').click()
    await page.getByTestId('composer').press('Enter')
    await writeIn(page, 'field_reason', REASON)
    await submit(page)
    const asked = await cardOf(page, 'needs 1 approval')
    await page.getByTestId('read-on-orders-billing').click()
    await become(page, 'bob')
    await asked.getByRole('button', { name: 'Review' }).click()
    const refused = await openModal(page, 'Nothing was decided')
    await refused.getByRole('button', { name: 'Close', exact: true }).last().click()
    const again = asked.filter({ hasText: 'Changed since the previous' })
    await again.waitFor()
    await take(page, 'drift')
    const modal = await openReview(page, again)
    await modal.getByText('Right now').waitFor()
    await approve(page)
    await modal.getByTestId('block-image').evaluate(image => image.scrollIntoView({ block: 'start' }))
    await take(page, 'review-modal')
    await submit(page)
    const card = await cardOf(page, 'done')
    await take(page, 'card-and-cluster')
    await page.emulateMedia({ colorScheme: 'dark' })
    const thread = await openThread(page, card)
    await thread.getByText('13 partitions succeeded').first().waitFor()
    await thread.getByText('approved R-1').evaluate(reply => reply.scrollIntoView({ block: 'start' }))
    await take(page, 'thread')
  })

  it('of a plan and of what came after, as the product draws them', async () => {
    demo = await openDemo(browser, { redisUrl, env: { WATCH: '1m' } })
    const { page, world } = demo
    await askForFirstReset(page, REASON)
    await become(page, 'bob')
    await openReview(page, await cardOf(page, 'needs 1 approval'))
    await approve(page)
    await submit(page)
    const card = await cardOf(page, 'done')
    const stopReading = await catchUp(demo, 'orders-billing')
    const thread = await openThread(page, card)
    await thread.getByText('the group has caught up').first().waitFor({ timeout: 60_000 })
    await thread.locator('img').nth(1).waitFor({ timeout: 15_000 })
    stopReading()
    for (const [name, file] of [
      ['plan-picture', 'R-1-plan-1.png'],
      ['lag-picture', 'R-1-lag-caughtUp.png'],
    ] as const) {
      const drawn = world.slack.files().find(each => each.name === file)
      if (drawn === undefined) throw new Error(`${file} is not in the thread.`)
      writeFileSync(`${folder}${name}.png`, withPalette(drawn.content))
    }
  })

  it('of the phone', async () => {
    demo = await openDemo(browser, {
      redisUrl,
      look: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
    })
    const { page } = demo
    const card = await askForFirstReset(page, REASON)
    await card.evaluate(head => head.scrollIntoView({ block: 'start' }))
    await take(page, 'narrow')
  })
})
