// Finding requests again: the lists after /offset-requests, page by page, and the history of a group with its file.

import { once } from 'node:events'
import { afterAll, afterEach, beforeEach, expect, inject, it } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Person, SlackMessage } from '../../src/sandbox/slack/face.ts'
import { commitOf, created } from '../support/commits.ts'
import {
  DEMO,
  NO_WAITING,
  OPS,
  type Product,
  startProduct,
  textOf,
  until,
  viewText,
} from '../support/product.ts'
import { ALICE, DENIED, SOMEWHERE } from '../support/requests.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
if (redis.status !== 'ready') await once(redis, 'ready')
afterAll(() => redis.disconnect())

let product: Product
let store: Store
beforeEach(async () => {
  product = await startProduct({ env: NO_WAITING })
  store = createRedisStore(redis, product.prefix)
})
afterEach(() => product.stop())

/** Asked for by alice on 2026-11-23 at 08:00 UTC, all in the same millisecond, and called off. */
async function cancelled(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const request = await created(store, { dueAtMs: null })
    const command = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
    await store.commit(commitOf(request, command, { open: false, dueAtMs: null }))
  }
}

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -5 --reason "wrong rate"`

async function answerTo(person: Person, line: string): Promise<SlackMessage> {
  const before = person.ephemerals().length
  await person.command(OPS, `/offset-requests ${line}`)
  await until(() => person.ephemerals().length > before)
  return person.ephemerals().at(-1) as SlackMessage
}

const idsIn = (message: SlackMessage) => [...textOf(message).matchAll(/(R-\d+) · /g)].map(([, id]) => id)

it('lists what was narrowed down to, and says what it is a list of', async () => {
  const { alice, bob } = product
  await cancelled(2)
  await product.ask(ASK)
  expect(idsIn(await answerTo(bob, ''))).toEqual(['R-3'])
  expect(idsIn(await answerTo(alice, 'mine'))).toEqual(['R-3', 'R-2', 'R-1'])
  expect(idsIn(await answerTo(alice, 'mine closed'))).toEqual(['R-2', 'R-1'])
  expect(textOf(await answerTo(bob, 'mine'))).toContain('There is no request of yours')
  expect(textOf(await answerTo(bob, 'failed'))).toContain('No request has failed or is unclear')
  const group = await answerTo(bob, `${DEMO.group} closed`)
  expect(idsIn(group)).toEqual(['R-2', 'R-1'])
  expect(textOf(group)).toContain(`2 requests for the group ${DEMO.group} are closed.`)
  expect(idsIn(await answerTo(bob, 'closed 2026-11-23'))).toEqual(['R-2', 'R-1'])
  expect(textOf(await answerTo(bob, 'over 2026-11-22'))).toContain(
    'asked for on 2026-11-22 (Asia/Shanghai) is closed',
  )
  expect(textOf(await answerTo(bob, 'mine --since yesterday'))).toContain('does not know --since here')
  const hostile = await answerTo(bob, '<!channel> <@U0BOB> *b*')
  expect(textOf(hostile)).toContain('these are several: “<!channel>”, “<@U0BOB>” and “*b*”.')
  expect(hostile.text).not.toMatch(/[<>]/)
  await bob.press(await answerTo(bob, 'pending'), 'Review')
  expect((await bob.waitForView()).title.text).toBe('Review R-3')
})

it('pages to the oldest and back in the one message that is there', async () => {
  const { bob } = product
  await cancelled(23)
  const list = await answerTo(bob, 'over')
  const now = () => bob.ephemerals().find(({ ts }) => ts === list.ts) as SlackMessage
  const numbers = (from: number, to: number) =>
    Array.from({ length: from - to + 1 }, (_, index) => `R-${from - index}`)
  expect(idsIn(now())).toEqual(numbers(23, 14))
  await bob.press(now(), 'Older')
  await until(() => textOf(now()).includes('These are 11 to 20'))
  expect(idsIn(now())).toEqual(numbers(13, 4))
  await bob.press(now(), 'Older')
  await until(() => textOf(now()).includes('These are 21 to 23'))
  expect(idsIn(now())).toEqual(numbers(3, 1))
  await bob.press(now(), 'Newest')
  await until(() => textOf(now()).includes('These are 1 to 10'))
  expect(bob.ephemerals()).toHaveLength(1)
})

it('answers the buttons of a card that a build before the menu has posted, and what that menu does not know to nobody', async () => {
  const { bob } = product
  await product.ask(ASK)
  const card = product.card()
  const text = (said: string) => ({ type: 'plain_text', text: said })
  const old = {
    ...card,
    blocks: [
      {
        type: 'actions',
        block_id: 'old',
        elements: [{ type: 'button', action_id: 'history', text: text('History'), value: 'R-1' }],
      },
    ],
  }
  await bob.press(old, 'History')
  expect(viewText(await bob.waitForView())).toContain(`${DEMO.group} on ${DEMO.instance}: 1 request`)
  await bob.closeView()
  const options = [{ text: text('Of another build'), value: 'nothing R-1' }]
  const other = {
    ...card,
    blocks: [
      { type: 'actions', block_id: 'other', elements: [{ type: 'overflow', action_id: 'more', options }] },
    ],
  }
  await bob.press(other, 'Of another build')
  expect(bob.view()).toBeUndefined()
  expect(product.events.filter(({ event }) => event === 'fault')).toEqual([])
})

it('shows the history of a group from its card, and sends it as a file with a row for each partition', async () => {
  const { bob, slack } = product
  await cancelled(21)
  await product.ask(ASK)
  await product.review(bob, 'Approve')
  await product.cardSays('· done')
  await bob.press(product.card(), 'History')
  const first = viewText(await bob.waitForView())
  expect(first).toContain(`${DEMO.group} on ${DEMO.instance}: 22 requests, newest first`)
  expect(first).toMatch(/R-22 · done.*Asked for by @alice · approved by @bob/s)
  expect(first).toMatch(/orders: \d+ partitions, from .* replays \d+ messages/)
  const { url } = JSON.stringify(bob.view()?.blocks).match(/"url":"(?<url>[^"]+)"/)?.groups ?? {}
  expect(url).toMatch(new RegExp(`/archives/${OPS}/p${product.card().ts.replace('.', '')}$`))

  await bob.pressInView('Older')
  const older = await bob.waitForView(view => viewText(view).includes('These are 21 to 22'))
  expect(viewText(older)).toContain('R-1 · cancelled')

  await bob.pressInView('Download CSV')
  await bob.waitForView(view => viewText(view).includes('The file is in your direct messages'))
  const file = slack.files().find(({ name }) => name === `history-${DEMO.group}.csv`)
  const told = bob.directMessages().find(({ files = [] }) => files.some(({ id }) => id === file?.id))
  expect(told?.text).toContain('22 requests, newest first')
  const [header, ...rows] = file?.content.toString('utf8').trim().split('\n') ?? []
  expect(header).toContain('request,asked_at,asked_by,approved_by,without_approval_by')
  const done = rows.filter(row => row.startsWith('R-22,')).map(row => row.split(','))
  expect(done.length).toBeGreaterThan(1)
  for (const [, , by, approvedBy, , state, , group, topic, , from, to, readBack, outcome] of done) {
    expect([by, approvedBy, state, group, topic]).toEqual([
      'U0ALICE',
      'U0BOB',
      'succeeded',
      DEMO.group,
      'orders',
    ])
    expect([to, outcome]).toEqual([readBack, 'succeeded'])
    expect(Number(from) - Number(to)).toBe(5)
  }
  expect(rows.at(-1)).toMatch(/^R-1,2026-11-23 08:00:00 UTC,U0ALICE,,,cancelled,/)
})

it('says so when the file cannot be sent, and shows the history all the same', async () => {
  const { bob, slack } = product
  await product.ask(ASK)
  await bob.press(product.card(), 'History')
  await bob.waitForView()
  slack.inject('conversations.open', { kind: 'error', error: 'user_disabled' })
  await bob.pressInView('Download CSV')
  const view = await bob.waitForView(each => viewText(each).includes('could not be sent right now'))
  expect(viewText(view)).toContain('R-1 · waiting for approval')
})
