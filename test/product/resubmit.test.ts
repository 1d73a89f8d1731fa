// Edit and Ask Again: what has ended without doing all of it is opened in the form as it was, and becomes another request.

import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
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

const BUTTON = 'Edit and Ask Again'
const TARGET = `--instance ${DEMO.instance} --group ${DEMO.group}`

let product: Product
const requestId = () => /R-\d+/.exec(textOf(product.card()))?.[0] ?? ''
const committed = (topic: string) =>
  product.ckafka.cluster.positions(DEMO.instance, DEMO.group, [topic]).map(position => position.committed)

/** Presses the button on the newest card, and sends the form after `change`. Returns what the form said. */
async function editAndAsk(change: () => Promise<void> = async () => {}): Promise<string> {
  const { alice, slack } = product
  const before = slack.messages(OPS).length
  await alice.press(product.card(), BUTTON)
  await alice.waitForView()
  const form = viewText(alice.view())
  await change()
  const outcome = await alice.submit()
  expect(outcome, JSON.stringify(outcome)).toEqual({ kind: 'closed' })
  await until(() => slack.messages(OPS).length > before)
  await product.cardSays('waiting for approval')
  return form
}

beforeAll(async () => {
  // Its logs end a minute ago, so that half a minute ago is too late.
  product = await startProduct({ env: NO_WAITING, seed: demoSeed(Date.now() - 60_000) })
})
afterAll(() => product.stop())
afterEach(async () => {
  product.ckafka.cluster.heal()
  product.ckafka.clearFaults()
  for (const person of [product.alice, product.dave]) {
    while (person.view() !== undefined) await person.closeView(true)
  }
})

describe('a request that has ended without doing it', () => {
  it('rejected: is asked for again with what was wrong changed, and says of which it is an edit', async () => {
    await product.ask(
      `${TARGET} --topic orders:0,1 --topic payments --shift-by -30 --reason "wrong VAT rate"`,
    )
    const parent = requestId()
    await product.review(product.bob, 'Reject', 'thirty is too many')
    await product.cardSays('· rejected')
    const form = await editAndAsk(() => product.alice.fill('Messages per partition', '3'))
    expect(form).toContain(`Edit of ${parent}. It is a request of its own`)
    expect(form).toContain('wrong VAT rate')
    const card = textOf(product.card())
    expect(requestId()).not.toBe(parent)
    expect(card).toContain(`Edit of ${parent}`)
    expect(card).toContain('back by 3 messages per partition (replays them)')
    expect(card).toContain('orders (partitions 0, 1)')
    expect(card).toContain('payments')
    const before = committed('orders')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committed('orders').slice(0, 2)).toEqual(before.slice(0, 2).map(offset => (offset ?? 0n) - 3n))
    expect(committed('orders').slice(2)).toEqual(before.slice(2))
    expect(textOf(product.card())).not.toContain(BUTTON)
  })

  it('cancelled: sent as it is, it is the same request', { tags: ['long'] }, async () => {
    await product.ask(`${TARGET} --all-topics --to-earliest --reason why`)
    const parent = requestId()
    await product.alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
    await editAndAsk()
    expect(textOf(product.card())).toContain(`Edit of ${parent}`)
    expect(textOf(product.card())).toContain('to the earliest message kept')
    await product.alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
  })

  it('without a plan: a time that is too late can be put right', { tags: ['long'] }, async () => {
    const late = new Date(Date.now() - 30_000).toISOString()
    await product.ask(`${TARGET} --topic orders --to-datetime ${late} --reason why`)
    await product.cardSays('· failed')
    const parent = requestId()
    await editAndAsk(() =>
      product.alice.fill('If the time is past the newest message', [
        'If no message is that recent, skip to the end',
      ]),
    )
    expect(textOf(product.card())).toContain(`Edit of ${parent}`)
    await product.alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
  })

  it('partly done: it is offered beside the undo and the retry', { tags: ['long'] }, async () => {
    product.ckafka.cluster.failPartition('payments', 0, 6, 'not the leader')
    await product.ask(`${TARGET} --topic orders --topic payments --shift-by -5 --reason why`)
    await product.review(product.bob, 'Approve')
    await product.cardSays('· partly done')
    expect(textOf(product.card())).toMatch(/Prepare Undo.*Retry What Failed.*Edit and Ask Again/)
  })

  it('keeps the offsets of a file unless there is another one', async () => {
    const { alice } = product
    await alice.command(OPS, `/reset-offsets ${TARGET} --from-file --reason "from a backup"`)
    await alice.waitForView()
    await alice.attach('File of offsets', {
      name: 'offsets.csv',
      content: `"${DEMO.group}",orders,0,800000\n"${DEMO.group}",orders,1,780000\n`,
    })
    const before = product.slack.messages(OPS).length
    const outcome = await alice.submit()
    expect(outcome, JSON.stringify(outcome)).toEqual({ kind: 'closed' })
    await until(() => product.slack.messages(OPS).length > before)
    await product.cardSays('waiting for approval')
    const parent = requestId()
    await product.review(product.bob, 'Reject', 'say which backup')
    await product.cardSays('· rejected')
    // What another group is to have is not known: what is kept of this one is not taken for it.
    await alice.press(product.card(), BUTTON)
    await alice.waitForView()
    await alice.fill('Consumer group', 'orders-audit')
    const refused = JSON.stringify(await alice.submit())
    expect(refused).toContain(`The offsets kept of ${parent} are those of the group`)
    expect(refused).toContain(DEMO.group)
    while (alice.view() !== undefined) await alice.closeView(true)
    const form = await editAndAsk(() => alice.fill('Reason', 'from the backup of 08:00'))
    expect(form).toContain(`It keeps the offsets of ${parent} (2 partitions) unless you attach a file`)
    expect(textOf(product.card())).toContain('to the offsets of a file (2 partitions)')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committed('orders').slice(0, 2)).toEqual([800_000n, 780_000n])
  })

  it('says that the offsets of a file are not kept any more, a month after it came to nothing', async () => {
    const { alice, bob, prefix } = product
    const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
    await untilReady(redis, 5_000)
    try {
      await alice.command(OPS, `/reset-offsets ${TARGET} --from-file --reason "from a backup"`)
      await alice.waitForView()
      await alice.attach('File of offsets', { name: 'o.csv', content: `"${DEMO.group}",orders,0,799999\n` })
      const before = product.slack.messages(OPS).length
      expect(await alice.submit()).toEqual({ kind: 'closed' })
      await until(() => product.slack.messages(OPS).length > before)
      await product.cardSays('waiting for approval')
      const documents = `{${prefix}}:documents:${requestId()}`
      expect(await redis.pttl(documents)).toBe(-1)
      await product.review(bob, 'Reject', 'no')
      await product.cardSays('· rejected')
      const keptMs = await redis.pttl(documents)
      expect(keptMs).toBeGreaterThan(29 * 86_400_000)
      expect(keptMs).toBeLessThanOrEqual(30 * 86_400_000)
      // What the thread is still told of the end begins the month anew.
      await until(async () => {
        await redis.pexpire(documents, 1)
        await new Promise(resolve => setTimeout(resolve, 5))
        return (await redis.exists(documents)) === 0
      })
      await alice.press(product.card(), BUTTON)
      await alice.waitForView()
      expect(viewText(alice.view())).toContain('Its offsets are not kept any more: attach a file')
      expect(JSON.stringify(await alice.submit())).toContain('Attach a CSV')
    } finally {
      redis.disconnect()
    }
  })

  it('an old button under a request that is open or done says why not', async () => {
    await product.ask(`${TARGET} --topic orders --shift-by -1 --reason why`)
    await product.review(product.bob, 'Reject', 'no')
    await product.cardSays('· rejected')
    const old = product.card()
    await product.ask(`${TARGET} --topic orders --shift-by -1 --reason why`)
    const id = requestId()
    // As a card that was not drawn anew in time would have it.
    const pressed = { ...old, blocks: JSON.parse(JSON.stringify(old.blocks).replaceAll(/R-\d+/g, id)) }
    const { dave } = product
    await dave.press(pressed, BUTTON)
    await until(() => dave.ephemerals().some(message => textOf(message).includes(`${id} has not ended`)))
    expect(dave.view()).toBeUndefined()
  })
})
