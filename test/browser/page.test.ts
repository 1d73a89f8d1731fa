// The page in a real browser, the way people use it: asking, deciding, being refused, and watching the cluster move.

import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { CHANNELS, USERS } from '../../src/sandbox/world.ts'
import { findChromium, launchBrowser } from './browser.ts'
import {
  askForFirstReset,
  become,
  cardOf,
  type Demo,
  type DemoOptions,
  decide,
  hasFocus,
  markerAt,
  openDemo,
  openFirstReset,
  openHome,
  openModal,
  openReview,
  openThread,
  PATIENCE_MS,
  partition,
  submit,
  switchFault,
  widthOf,
  writeIn,
} from './demo-page.ts'

const chromium = findChromium()
const redisUrl = inject('redisUrl')

describe.skipIf(chromium === undefined)('the page', { timeout: 60_000 }, () => {
  let browser: Browser
  let demo: Demo | undefined

  beforeAll(async () => {
    browser = await launchBrowser(chromium ?? '')
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    await demo?.close()
    demo = undefined
  })

  async function open(options: Partial<DemoOptions> = {}): Promise<Demo> {
    demo = await openDemo(browser, { redisUrl, ...options })
    return demo
  }

  it('takes two people from the guide’s first reset to markers that moved and a table that says so', async () => {
    const { page, troubles } = await open()
    const before = await markerAt(page, 'orders', 0)
    expect(before).toBeGreaterThan(0.9)
    expect(await partition(page, 'shipments', 5).textContent()).toContain('retention edge')
    expect(await partition(page, 'shipments', 4).textContent()).not.toContain('retention edge')
    const ofAnotherGroup = page.getByTestId('partition-报表 a&b @x-payments-0')
    const untouched = await ofAnotherGroup.getAttribute('data-committed')

    await askForFirstReset(page)
    await become(page, 'bob')
    await openReview(page, await cardOf(page, 'needs 1 approval'))
    await decide(page, 'Approve')
    await writeIn(page, 'note', 'Billing is stopped, go ahead.')
    await submit(page)

    const card = await cardOf(page, 'done')
    await expect.poll(() => markerAt(page, 'orders', 0), { timeout: PATIENCE_MS }).toBeLessThan(0.1)
    const { committed } = await page
      .getByTestId('partition-orders-billing-orders-0')
      .evaluate(row => ({ committed: row.dataset.committed }))
    expect(await ofAnotherGroup.getAttribute('data-committed')).toBe(untouched)
    await expect.poll(() => page.getByTestId('calls').textContent()).toContain('ModifyGroupOffsets')

    const thread = await openThread(page, card)
    await thread.getByText('13 partitions succeeded').first().waitFor()
    await thread.getByText('approved R-1:').waitFor()
    const row = thread
      .getByRole('row')
      .filter({ hasText: 'orders' })
      .filter({ hasText: committed ?? 'nothing' })
    expect(await row.first().textContent()).toContain('succeeded')
    expect(troubles).toEqual([])
  })

  it('leads from a plan that a commit has overtaken to a new one, to its result, and back again', async () => {
    const { page, troubles } = await open()
    const stepNow = page.getByTestId('guide').locator('li[data-state="now"]')
    const at = () => partition(page, 'orders', 0).getAttribute('data-committed')
    const first = await askForFirstReset(page)
    const overtaken = digestIn(await first.textContent())
    await expect.poll(() => stepNow.textContent()).toContain('Consume 100')

    await page.getByTestId('read-on-orders-billing').click()
    await expect.poll(at, { timeout: PATIENCE_MS }).toBe('801454')
    await become(page, 'bob')
    await (await cardOf(page, 'needs 1 approval')).getByRole('button', { name: 'Review' }).click()
    const refused = await openModal(page, 'Nothing was decided')
    expect(await refused.textContent()).toMatch(
      /The committed offset of orders p0 moved from 801.354 to 801.454/,
    )
    await refused.getByRole('button', { name: 'Close', exact: true }).last().click()

    const again = (await cardOf(page, 'needs 1 approval')).filter({ hasText: 'Changed since the previous' })
    await again.waitFor()
    expect(digestIn(await again.textContent())).not.toBe(overtaken)
    await expect.poll(() => stepNow.textContent()).toContain('Review again')
    await openReview(page, again)
    await decide(page, 'Approve')
    await submit(page)
    const ended = await cardOf(page, 'done')
    await expect.poll(at).toBe('442430')
    await expect.poll(() => stepNow.textContent()).toContain('Prepare Undo')

    await become(page, 'alice')
    await ended.getByRole('button', { name: 'Prepare Undo' }).click()
    await openModal(page, 'Undo R-1')
    await writeIn(page, 'reason', 'It was the wrong topic')
    await submit(page)
    const undoing = await cardOf(page, 'needs 1 approval', 'R-2')
    expect(await undoing.textContent()).toContain('Undo of R-1')
    await expect.poll(() => stepNow.count()).toBe(0)
    await expect.poll(() => page.getByTestId('guide').textContent()).toContain('All four are done.')
    await become(page, 'bob')
    await openReview(page, undoing, 'R-2')
    await decide(page, 'Approve')
    await writeIn(page, 'typed_group', 'orders-billing')
    await submit(page)
    await cardOf(page, 'done', 'R-2')
    await expect.poll(at).toBe('801454')

    const thread = await openThread(page, await cardOf(page, 'done'))
    await thread.getByText('Offsets or logs have changed since R-1 was planned').first().waitFor()
    const row = thread.getByRole('row').filter({ hasText: 'orders' }).filter({ hasText: '442430' })
    expect(await row.first().getByRole('cell').allTextContents()).toEqual([
      'orders',
      '0',
      'succeeded',
      '801454',
      '442430',
      'accepted',
      '442430',
    ])
    expect(troubles).toEqual([])
  })

  it('resets on the Kafka cluster, picked by its name, and shows it under its own tab, with one commit and its undo', async () => {
    const { page, world, troubles } = await open()
    const row = page.getByTestId('partition-invoices-mail-invoices-0')
    const at = () => row.getAttribute('data-committed')
    const calls = page.getByTestId('calls')
    await page.getByTestId('composer').fill('/reset-offsets --group invoices-mail')
    await page.getByTestId('composer').press('Enter')
    const modal = await openModal(page, 'Reset offsets')
    await page.getByTestId('field-field_instance').getByRole('combobox').fill('demo')
    await page.getByRole('option', { name: 'orders-demo (ckafka-demo0001)' }).waitFor()
    await page.getByRole('option', { name: 'events-demo (kafka-demo)' }).click()
    await modal.getByText('so it can be reset').waitFor()
    await modal
      .getByTestId('field-field_scope')
      .getByRole('radio', { name: /All topics/ })
      .check()
    await modal.getByTestId('field-field_strategy').getByRole('combobox').fill('earliest')
    await page.getByRole('option', { name: 'To the earliest message' }).click()
    await writeIn(page, 'field_reason', 'Mails were not sent')
    await submit(page)
    const card = await cardOf(page, 'needs 1 approval')
    expect(await card.textContent()).toContain('invoices-mail on kafka-demo')

    await page.getByTestId('cluster-kafka-demo').click()
    await row.waitFor()
    expect(await partition(page, 'orders', 0).count()).toBe(0)
    const before = await at()
    await become(page, 'bob')
    await openReview(page, card)
    await decide(page, 'Approve')
    await submit(page)
    const ended = await cardOf(page, 'done')
    await expect.poll(at, { timeout: PATIENCE_MS }).toBe('40204')
    const commits = calls.getByRole('listitem').filter({ hasText: 'OffsetCommit' })
    await expect.poll(() => commits.count()).toBe(1)
    expect(await commits.textContent()).toContain('invoices')
    expect(await commits.textContent()).toContain('profiles')

    await become(page, 'alice')
    await ended.getByRole('button', { name: 'Prepare Undo' }).click()
    await openModal(page, 'Undo R-1')
    await writeIn(page, 'reason', 'It was the wrong topic')
    await submit(page)
    const undoing = await cardOf(page, 'needs 1 approval', 'R-2')
    await become(page, 'bob')
    await openReview(page, undoing, 'R-2')
    await decide(page, 'Approve')
    await writeIn(page, 'typed_group', 'invoices-mail')
    await submit(page)
    await cardOf(page, 'done', 'R-2')
    await expect.poll(at, { timeout: PATIENCE_MS }).toBe(before)
    expect(world.ckafka.cluster.effects()).toHaveLength(0)

    await page.getByTestId('cluster-kafka-demo').focus()
    await page.keyboard.press('ArrowRight')
    await partition(page, 'orders', 0).waitFor()
    expect(troubles).toEqual([])
  })

  it('takes messages, follows a link to a card, keeps what was typed over a reload, and does not hide why a command failed', async () => {
    const { page, world, troubles } = await open()
    const composer = page.getByTestId('composer')
    const isActive = (where: Locator) => where.evaluate(element => element.matches(':focus'))
    // Whoever uses the keyboard alone is there in one step.
    await composer.waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => isActive(composer)).toBe(true)
    await composer.fill('Lag is high: group orders-billing on ckafka-demo0001, topic orders <b>')
    await composer.press('Enter')
    const alert = page.getByTestId('message').filter({ hasText: 'Lag is high' })
    await alert.hover()
    await alert.getByRole('button', { name: 'More actions' }).click()
    await alert.getByRole('menuitem', { name: 'Reset offsets from alert' }).click()
    const form = await openModal(page, 'Reset offsets')
    await form.getByText('orders-billing').first().waitFor()
    await page.keyboard.press('Escape')

    const card = await askForFirstReset(page)
    // The link leads into the thread once there is one.
    await card.getByRole('button', { name: /repl(y|ies)/ }).waitFor()
    const ts = (await card.getAttribute('data-ts')) ?? ''
    world.slack.person(USERS.bob).say(CHANNELS.general, {
      text: `<https://local.slack.com/archives/${CHANNELS.kafkaOps}/p${ts.replace('.', '')}|the card> of R-1`,
    })
    await page.getByRole('button', { name: 'general' }).click()
    await page.getByRole('button', { name: 'the card', exact: true }).click()
    await page.getByRole('heading', { name: 'kafka-ops' }).waitFor()
    await page.getByTestId('thread').locator(`[data-ts="${ts}"]`).waitFor()
    await page.getByRole('button', { name: 'Close thread' }).click()

    await become(page, 'bob')
    await openReview(page, await cardOf(page, 'needs 1 approval'))
    await writeIn(page, 'note', 'Billing is stopped.')
    await page.reload()
    const again = await openModal(page, 'R-1')
    await expect
      .poll(() => again.getByTestId('field-note').locator('textarea').inputValue())
      .toBe('Billing is stopped.')
    await page.keyboard.press('Escape')

    for (const [label, name] of [['Consume 100 per partition', /^Consume 100 per partition/]] as const)
      await page.getByText(label, { exact: true }).and(page.getByRole('button', { name })).first().waitFor()
    const made = world.ckafka.calls().length
    await page.getByRole('tab', { name: `API calls (${made})` }).waitFor()

    await world.bot.kill()
    await composer.fill('/offset-requests')
    await composer.press('Enter')
    await page.getByTestId('notice').filter({ hasText: 'dispatch_failed' }).waitFor()
    expect(await page.getByRole('listbox', { name: 'Commands' }).count()).toBe(0)
    expect(troubles).toEqual([])
  })

  it('takes offsets out of a CSV that is attached, and shows the group where the file says', async () => {
    const { page, troubles } = await open()
    await page
      .getByTestId('composer')
      .fill(
        '/reset-offsets --instance ckafka-demo0001 --group orders-billing --from-file --reason "As exported"',
      )
    await page.getByTestId('composer').press('Enter')
    const modal = await openModal(page, 'Reset offsets')
    const csv = 'orders,0,500000\norders,1,450000\n'
    await modal
      .getByTestId('field-field_file')
      .locator('input[type=file]')
      .setInputFiles({ name: 'offsets.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await modal.getByTestId('attached').filter({ hasText: 'offsets.csv' }).waitFor()
    await submit(page)
    await modal.waitFor({ state: 'hidden' })
    await become(page, 'bob')
    const card = await cardOf(page, 'needs 1 approval')
    expect(await card.textContent()).toContain('to the offsets of a file (2 partitions)')
    await openReview(page, card)
    await decide(page, 'Approve')
    await submit(page)
    await cardOf(page, 'done')
    const at = (number: number) => partition(page, 'orders', number).getAttribute('data-committed')
    await expect.poll(() => Promise.all([0, 1, 2].map(at))).toEqual(['500000', '450000', '795263'])
    expect(troubles).toEqual([])
  })

  it('shows on the Home tab what waits, and there it is decided on and seen to run, and put back', async () => {
    const { page, troubles } = await open()
    const empty = await openHome(page)
    await empty.getByText('You have not asked for a reset yet').waitFor()
    await empty.getByRole('button', { name: 'Request a Reset' }).click()
    const form = await openModal(page, 'Reset offsets')
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'hidden' })

    await askForFirstReset(page)
    await become(page, 'bob')
    const home = await openHome(page)
    await home.getByText('R-1 · waiting for approval').waitFor()
    await home.getByRole('button', { name: 'Review R-1' }).click()
    await openModal(page, 'Review R-1')
    await decide(page, 'Approve')
    await submit(page)
    await home.getByText('Nothing waits for you').waitFor()
    await home.getByText('R-1 · done').waitFor()

    await become(page, 'alice')
    const own = home.getByRole('button', { name: 'Prepare Undo R-1' })
    // Under what she asked for, and under what has run.
    await expect.poll(() => own.count(), { timeout: PATIENCE_MS }).toBe(2)
    await own.first().click()
    await openModal(page, 'Undo R-1')
    await writeIn(page, 'reason', 'It was the wrong topic')
    await submit(page)
    await home.getByText('R-2 · waiting for approval').waitFor()
    // She asked for it herself: what would be refused is not offered.
    await home.getByRole('button', { name: 'Cancel Request R-2' }).waitFor()
    expect(await home.getByRole('button', { name: 'Review R-2' }).count()).toBe(0)
    expect(troubles).toEqual([])
  })

  it('leads from the Home tab and from a card to the history of the group, and to its file', async () => {
    const { page, troubles } = await open()
    const card = await askForFirstReset(page)
    await card.getByRole('button', { name: 'More options' }).click()
    await card.getByRole('menuitem', { name: 'History' }).click()
    const history = await openModal(page, 'All requests for orders-billing')
    await expect.poll(() => history.textContent()).toMatch(/R-1 · waiting for approval.*Asked for by @Alice/)
    await page.keyboard.press('Escape')
    await history.waitFor({ state: 'hidden' })

    const home = await openHome(page)
    await home.getByRole('button', { name: 'More options' }).first().click()
    await home.getByRole('menuitem', { name: 'History' }).click()
    const again = await openModal(page, 'All requests for orders-billing')
    await again.getByRole('button', { name: 'Download CSV' }).click()
    await again.getByText('The file is in your direct messages with Rewind.').waitFor()
    expect(troubles).toEqual([])
  })

  it('keeps the window open with the problem at its field, until a rejection has a note that everybody reads', async () => {
    const { page, world } = await open()
    const before = await markerAt(page, 'orders', 0)
    await askForFirstReset(page)
    await become(page, 'carol')
    const modal = await openReview(page, await cardOf(page, 'needs 1 approval'))
    await decide(page, 'Reject')
    await submit(page)
    await page.getByTestId('error-note').getByText('Say why you reject it').waitFor()

    await writeIn(page, 'note', 'Not during the sale')
    await submit(page)
    await modal.waitFor({ state: 'hidden' })
    const card = await cardOf(page, 'rejected')
    await (await openThread(page, card)).getByText('rejected R-1:').waitFor()
    expect(await card.getByRole('button', { name: 'Review' }).count()).toBe(0)
    expect(await markerAt(page, 'orders', 0)).toBeCloseTo(before, 3)
    expect(world.ckafka.cluster.effects()).toHaveLength(0)
  })

  it('asks before it cancels, and cancels only then', async () => {
    const { page } = await open()
    const card = await askForFirstReset(page)
    await card.getByRole('button', { name: 'Cancel Request' }).click()
    await page.getByRole('button', { name: 'Keep It' }).click()
    expect(await card.textContent()).toContain('needs 1 approval')

    await card.getByRole('button', { name: 'Cancel Request' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel Request' }).click()
    await cardOf(page, 'cancelled')
  })

  it('shows a problem under its own field and lets the form be sent once it is mended', async () => {
    const { page } = await open()
    await page
      .getByTestId('composer')
      .fill(
        '/reset-offsets --instance ckafka-demo0001 --group orders-biling --topic orders --to-latest --reason skip',
      )
    await page.getByTestId('composer').press('Enter')
    const group = page.getByTestId('field-field_group')
    await group.waitFor()
    await submit(page)
    await page.getByTestId('error-field_group').waitFor()
    expect(await page.getByTestId('error-field_reason').count()).toBe(0)

    await group.getByRole('combobox').fill('bill')
    await page.getByRole('option', { name: 'orders-billing' }).click()
    await submit(page)
    await cardOf(page, 'needs 1 approval')
  })

  it('answers an outsider’s click with a note that only they can see', async () => {
    const { page } = await open()
    await askForFirstReset(page)
    await become(page, 'dave')
    await (await cardOf(page, 'needs 1 approval')).getByRole('button', { name: 'Review' }).click()
    const note = page.getByTestId('ephemeral').filter({ hasText: 'Only approvers can decide' })
    await note.waitFor()
    expect(await note.textContent()).toContain('Only visible to you')

    await become(page, 'bob')
    await cardOf(page, 'needs 1 approval')
    await note.waitFor({ state: 'detached' })
  })

  it('says that nobody knows when the API hangs after the reset, though the markers show that it happened', async () => {
    const { page, world } = await open({
      env: { CKAFKA_API: 'v2', CALL_DEADLINE: '2s', CALL_GRACE: '1s', CALL_LATE: '2s' },
    })
    await switchFault(page, 'ckafka-hang-after')
    await askForFirstReset(page)
    await become(page, 'bob')
    await openReview(page, await cardOf(page, 'needs 1 approval'))
    await decide(page, 'Approve')
    await submit(page)
    await cardOf(page, 'unclear')
    await expect.poll(() => markerAt(page, 'orders', 0), { timeout: PATIENCE_MS }).toBeLessThan(0.1)
    await page.getByRole('tab', { name: /^API calls/ }).click()
    const failed = page.getByTestId('calls').getByRole('listitem').filter({ hasText: 'SetGroupOffsets' })
    await expect.poll(() => failed.first().textContent()).toContain('failed')
    expect(world.ckafka.calls('SetGroupOffsets')).toHaveLength(1)
  })

  it('lets a request be made with the keyboard alone', async () => {
    const { page } = await open()
    const { keyboard } = page
    const tabTo = async (testId: string) => {
      for (let stops = 0; stops < 60; stops++) {
        await keyboard.press('Tab')
        if (await hasFocus(page, testId)) return
      }
      throw new Error(`Tab does not reach ${testId}`)
    }
    await tabTo('composer')
    await keyboard.type(
      '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --to-earliest',
    )
    await keyboard.press('Enter')
    await page.getByTestId('modal').waitFor()
    await expect.poll(() => hasFocus(page, 'modal')).toBe(true)
    await tabTo('field-field_reason')
    await keyboard.type('no mouse at hand')
    await tabTo('submit')
    await keyboard.press('Enter')
    const card = await cardOf(page, 'needs 1 approval')
    expect(await card.textContent()).toContain('no mouse at hand')
  })

  it('closes the form with Escape, and asks for nothing', async () => {
    const { page, world } = await open()
    const modal = await openFirstReset(page)
    await page.keyboard.press('Escape')
    await modal.waitFor({ state: 'hidden' })
    expect(world.slack.messages('C0KAFKAOPS')).toHaveLength(0)
  })

  it('keeps the person who was chosen, and what is typed, while scenes of before come in', async () => {
    const { page, world } = await open()
    const held: (() => void)[] = []
    await page.routeWebSocket(/\/ws$/, browser => {
      const server = browser.connectToServer()
      browser.onMessage(message => {
        const send = () => server.send(message)
        if (String(message).includes('"become"')) held.push(send)
        else send()
      })
    })
    await page.reload()
    await become(page, 'bob')
    await expect.poll(() => held.length, { timeout: PATIENCE_MS }).toBe(1)
    world.slack.person(USERS.carol).say(CHANNELS.kafkaOps, { text: 'Of before' })
    await page.getByText('Of before').waitFor()
    const bob = page.getByTestId('person-bob')
    expect(await bob.isChecked()).toBe(true)

    // What he types meanwhile is his.
    await page.getByTestId('composer').fill('I am Bob')
    for (const send of held) send()
    await page.getByTestId('composer').press('Enter')
    await expect
      .poll(() => world.slack.messages(CHANNELS.kafkaOps).at(-1), { timeout: PATIENCE_MS })
      .toMatchObject({ user: USERS.bob, text: 'I am Bob' })
    expect(await bob.isChecked()).toBe(true)
  })

  it('shows one half at a time on a phone, and nothing that is wider than it', async () => {
    const { page } = await open({ look: { viewport: { width: 390, height: 844 } } })
    const composer = page.getByTestId('composer')
    const orders = partition(page, 'orders', 0)
    await composer.waitFor()
    expect(await orders.isVisible()).toBe(false)

    await page.getByTestId('tab-cluster').click()
    await orders.waitFor()
    expect(await composer.isVisible()).toBe(false)
    expect(await widthOf(page)).toBeLessThanOrEqual(390)
    await page.getByTestId('cluster-kafka-demo').click()
    await page.getByTestId('partition-invoices-mail-invoices-0').waitFor()
    expect(await widthOf(page)).toBeLessThanOrEqual(390)

    await page.getByTestId('tab-slack').click()
    await askForFirstReset(page)
    expect(await widthOf(page)).toBeLessThanOrEqual(390)
  })

  it('shows consumers that were started as members, and the lag that they work off', async () => {
    const { page } = await open()
    const lag = partition(page, 'orders', 0).getByTestId('lag')
    const before = await lag.textContent()
    const consumers = page.getByTestId('members-switch-orders-billing')
    expect(await consumers.getAttribute('aria-checked')).toBe('false')
    await consumers.click()
    await page.getByText('consumer-1').waitFor()
    await expect.poll(() => consumers.getAttribute('aria-checked')).toBe('true')
    await expect.poll(() => lag.textContent(), { timeout: PATIENCE_MS }).not.toBe(before)
    await consumers.click()
    await page.getByText('consumer-1').waitFor({ state: 'detached' })
  })

  it('has consumers that do not move on the first partition, and read the others', async () => {
    const { page } = await open()
    const stuck = page.getByTestId('stick-switch-orders-billing')
    await stuck.click()
    await expect.poll(() => stuck.getAttribute('aria-checked'), { timeout: PATIENCE_MS }).toBe('true')
    await expect.poll(() => stuck.textContent()).toBe('Stuck on orders p0')
    const lagOf = (number: number) => partition(page, 'orders', number).getByTestId('lag')
    const [first, second] = await Promise.all([0, 1].map(number => lagOf(number).textContent()))
    await page.getByTestId('members-switch-orders-billing').click()
    await expect.poll(() => lagOf(1).textContent(), { timeout: PATIENCE_MS }).not.toBe(second)
    expect(await lagOf(0).textContent()).toBe(first)
    await stuck.click()
    await expect.poll(() => lagOf(0).textContent(), { timeout: PATIENCE_MS }).not.toBe(first)
  })
})

/** Names the plan that a card shows. */
function digestIn(text: string | null): string {
  const [, digest] = /Plan ([0-9a-f]{8})/.exec(text ?? '') ?? []
  if (digest === undefined) throw new Error(`there is no plan in: ${text}`)
  return digest
}
