// The demo as a person has it: the whole world, the page's server, and a tab of a browser, with the steps that the
// tests and the screenshots take on it. It must never reach Rewind but through the page.

import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { startPageServer } from '../../src/sandbox/page-server.ts'
import { startWorld, type World } from '../../src/sandbox/world.ts'

const pageDir = fileURLToPath(new URL('../../dist/sandbox/page/', import.meta.url))

/** What the reset goes through: a file's worth of processes and sockets on a machine that may be busy. */
export const PATIENCE_MS = 15_000

export type Name = 'alice' | 'bob' | 'carol' | 'dave' | 'gina'

export interface DemoOptions {
  redisUrl: string
  env?: Record<string, string>
  look?: BrowserContextOptions
}

export interface Demo {
  page: Page
  world: World
  /** What went wrong inside the page, e.g. an exception; nothing should. */
  troubles: string[]
  close(): Promise<void>
}

export async function openDemo(
  browser: Browser,
  { redisUrl, env = {}, look = {} }: DemoOptions,
): Promise<Demo> {
  const world = await startWorld({
    delivery: 'socket',
    redisUrl,
    env: { PICTURES: 'on', ...env },
    kafka: true,
  })
  const closers = [() => world.close()]
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    await world.waitForBot()
    const server = await startPageServer({ world, pageDir })
    closers.push(() => server.close())
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...look })
    closers.push(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const troubles: string[] = []
    page.on('pageerror', error => troubles.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    await page.goto(server.url)
    return { page, world, troubles, close }
  } catch (error) {
    await close()
    throw error
  }
}

export async function become(page: Page, name: Name): Promise<void> {
  await page.getByTestId(`person-${name}`).check({ force: true })
}

/** Takes the first reset that the guide offers, and opens its form. */
export async function openFirstReset(page: Page): Promise<Locator> {
  await page.getByTestId('first-reset').click()
  const composer = page.getByTestId('composer')
  // It is written into the composer once the page is drawn again; nobody presses Enter before they see it.
  await expect.poll(() => composer.inputValue(), { timeout: PATIENCE_MS }).toContain('/reset-offsets')
  await composer.press('Enter')
  return openModal(page, 'Reset offsets')
}

export async function openModal(page: Page, title: string | RegExp): Promise<Locator> {
  const modal = page.getByTestId('modal').filter({ hasText: title })
  await modal.waitFor()
  return modal
}

export async function submit(page: Page): Promise<void> {
  await page.getByTestId('submit').click()
}

export async function writeIn(page: Page, blockId: string, text: string): Promise<void> {
  await page.getByTestId(`field-${blockId}`).getByRole('textbox').fill(text)
}

/** Asks for the guide's first reset as the one who is playing, and returns the card. */
export async function askForFirstReset(page: Page, reason = 'Billing skipped orders'): Promise<Locator> {
  const modal = await openFirstReset(page)
  await writeIn(page, 'field_reason', reason)
  await submit(page)
  await modal.waitFor({ state: 'hidden' })
  return cardOf(page, 'needs 1 approval')
}

export async function cardOf(page: Page, state: string, id = 'R-1'): Promise<Locator> {
  const card = page.getByTestId('message').filter({ hasText: `${id} · ${state}` })
  await card.waitFor()
  return card
}

export async function openReview(page: Page, card: Locator, id = 'R-1'): Promise<Locator> {
  await card.getByRole('button', { name: 'Review' }).click()
  return openModal(page, `Review ${id}`)
}

/** Starts the group's consumers, which catch up within half a minute: every half second with an eighth of what is left. */
export async function catchUp({ page, world }: Demo, group: string): Promise<() => void> {
  await page.getByTestId(`members-switch-${group}`).click()
  const { cluster } = world.ckafka
  const instance = cluster.instances()[0]?.id ?? ''
  const timer = setInterval(() => {
    for (const { topic, partition, committed, logEnd } of cluster.positions(instance, group))
      cluster.consume(group, topic, partition, 250n + (logEnd - (committed ?? logEnd)) / 8n)
  }, 500)
  return () => clearInterval(timer)
}

export async function openHome(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Rewind Home' }).click()
  const home = page.getByTestId('home')
  await home.getByRole('heading', { name: 'Waiting for you' }).waitFor()
  return home
}

export async function decide(page: Page, verdict: 'Approve' | 'Reject'): Promise<void> {
  await page.getByTestId('field-verdict').getByRole('radio', { name: verdict }).check()
  await page.getByTestId('submit').filter({ hasText: verdict }).waitFor()
}

export async function openThread(page: Page, card: Locator): Promise<Locator> {
  await card.getByRole('button', { name: /repl(y|ies)/ }).click()
  const thread = page.getByTestId('thread')
  await thread.waitFor()
  return thread
}

export function partition(page: Page, topic: string, number: number): Locator {
  return page.getByTestId(`partition-orders-billing-${topic}-${number}`)
}

/** How far along the log's line the committed offset is drawn, from 0 to 1. */
export async function markerAt(page: Page, topic: string, number: number): Promise<number> {
  return partition(page, topic, number)
    .getByTestId('marker')
    .evaluate(marker => {
      const line = marker.parentElement?.getBoundingClientRect()
      if (line === undefined || line.width === 0) throw new Error('the marker is not on a line')
      const { left, width } = marker.getBoundingClientRect()
      return (left + width / 2 - line.left) / line.width
    })
}

export async function switchFault(page: Page, id: string): Promise<void> {
  await page.getByRole('tab', { name: /^Faults/ }).click()
  const fault = page.getByTestId(`fault-${id}`)
  await fault.click()
  await page.getByRole('status').filter({ hasText: 'A fault is on' }).waitFor()
}

/** Whether the keyboard's focus is on this element or inside it. */
export async function hasFocus(page: Page, testId: string): Promise<boolean> {
  return (await page.locator(`[data-testid="${testId}"]:is(:focus, :focus-within)`).count()) > 0
}

/** Of all there is to scroll to, in pixels. */
export function widthOf(page: Page): Promise<number> {
  return page.locator('html').evaluate(html => html.scrollWidth)
}
