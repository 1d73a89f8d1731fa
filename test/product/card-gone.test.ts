// Somebody deletes the card, or archives its channel for a while: who has to decide finds the request all the same.
// @module-tag long

import { describe, expect } from 'vitest'
import { DEMO, NO_WAITING, OPS, type Product, textOf, until } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const { scene, product, start: startAny } = createScenes()

/** How far the clock of each is ahead. */
const ahead = new WeakMap<Product, (ms: number) => void>()
const pass = (ms: number) => ahead.get(product())?.(ms)

async function start(): Promise<void> {
  let aheadMs = 0
  const clock = () => Date.now() + aheadMs
  const product = await startAny({ env: { ...NO_WAITING, REQUEST_EXPIRY: '30d' }, clock })
  ahead.set(product, ms => {
    aheadMs += ms
  })
}

const cards = () =>
  product()
    .slack.messages(OPS)
    .filter(({ user }) => user === product().slack.botUserId)
const posted = () =>
  product()
    .slack.calls('chat.postMessage')
    .filter(({ args, ok }) => ok && args.thread_ts === undefined && args.channel === OPS)
/** Longer than the pump rests, and than what it then calls takes. */
const settle = () => new Promise(resolve => setTimeout(resolve, 1_500))

describe.concurrent('the card of an open request that somebody deletes', () => {
  scene('is there again before long, although nothing else happens, and can be decided from', async () => {
    await start()
    const first = await product().ask(ASK)
    await product().threadSays('R-1-plan-1.csv')
    product().slack.deleteMessage(OPS, first.ts)
    expect(cards()).toEqual([])
    pass(2 * MINUTE)
    await until(() => cards().length === 1)
    expect(product().card().ts).not.toBe(first.ts)
    await product().cardSays('waiting for approval')
    await product().review(product().bob, 'Approve')
    await product().threadSays('R-1 is done')
    await product().cardSays('· done')
    expect(cards()).toHaveLength(1)
    expect(posted()).toHaveLength(2)
    expect(product().ckafka.cluster.effects(DEMO.group)).toHaveLength(1)
  })

  scene(
    'is there again at once when something happens, and what there is to say is said under it',
    async () => {
      await start()
      const first = await product().ask(ASK)
      await product().threadSays('R-1-plan-1.csv')
      product().ckafka.cluster.join(DEMO.group, { clientId: 'billing-1' })
      await product().openReview(product().bob)
      product().slack.deleteMessage(OPS, first.ts)
      await product().bob.fill('Decision', 'Approve')
      expect((await product().bob.submit()).kind).toBe('closed')
      await until(() => cards().length === 1)
      await product().threadSays('approved R-1')
      expect(product().slack.thread(OPS, first.ts).map(textOf).join('\n')).not.toContain('approved R-1')
      expect(posted()).toHaveLength(2)
    },
  )

  scene('is noticed where it takes its whole thread along, before anything was said under it', async () => {
    await start()
    product().slack.inject('files.completeUploadExternal', { kind: 'rateLimited', retryAfterSeconds: 3 })
    const first = await product().ask(ASK)
    product().slack.deleteMessage(OPS, first.ts)
    expect(product().slack.person('U0BOB').sees(OPS)).toEqual([])
    await until(() => cards().length === 1, 15_000)
    await product().threadSays('R-1-plan-1.csv', 15_000)
    expect(posted()).toHaveLength(2)
  })

  scene(
    'is posted again a few times and then not any more, when it is deleted ever again',
    {
      tags: ['long'],
      timeout: 60_000,
    },
    async () => {
      await start()
      await product().ask(ASK)
      await product().threadSays('R-1-plan-1.csv')
      for (let days = 0; days < 10; days++) {
        for (const { ts } of cards()) product().slack.deleteMessage(OPS, ts)
        pass(DAY / 2)
        await settle()
      }
      expect(posted().length).toBeGreaterThan(3)
      expect(posted().length).toBeLessThanOrEqual(6)
    },
  )
})

scene('the card of a request that is over stays deleted', async () => {
  await start()
  const first = await product().ask(ASK)
  await product().review(product().bob, 'Reject', 'no')
  await product().threadSays('rejected')
  await product().cardSays('rejected')
  product().slack.deleteMessage(OPS, first.ts)
  pass(2 * MINUTE)
  await settle()
  expect(cards()).toEqual([])
})

describe.concurrent('a channel that was archived and comes back', () => {
  for (const [name, away, back] of [
    ['archived', { archived: true }, { archived: false }],
    [
      'made private without the bot',
      { private: true, botIsMember: false },
      { private: false, botIsMember: true },
    ],
  ] as const) {
    scene(`(${name}) has the card as it ought to be, and every reply once and in order`, async () => {
      await start()
      const first = await product().ask(ASK)
      await product().threadSays('R-1-plan-1.csv')
      await product().openReview(product().bob)
      product().slack.setChannel(OPS, away)
      await product().bob.fill('Decision', 'Approve')
      expect((await product().bob.submit()).kind).toBe('closed')
      await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
      await settle()
      expect(textOf(product().card())).toContain('waiting for approval')
      product().slack.setChannel(OPS, back)
      pass(5 * MINUTE)
      await product().threadSays('R-1 is done')
      await product().cardSays('· done')
      expect(product().card().ts).toBe(first.ts)
      const thread = product().threadText()
      expect(thread.split('approved R-1')).toHaveLength(2)
      expect(thread.indexOf('approved R-1')).toBeLessThan(thread.indexOf('R-1 is done'))
    })
  }

  scene('has the card of a pending request again, when that was deleted meanwhile', async () => {
    await start()
    const first = await product().ask(ASK)
    await product().threadSays('R-1-plan-1.csv')
    product().slack.setChannel(OPS, { archived: true })
    product().slack.deleteMessage(OPS, first.ts)
    pass(10 * MINUTE)
    await settle()
    product().slack.setChannel(OPS, { archived: false })
    pass(60 * MINUTE)
    await until(() => cards().length === 1)
    await product().review(product().bob, 'Approve')
    await product().threadSays('R-1 is done')
  })
})
