// Guests, people of other workspaces, bots and deactivated users: told why not, whatever they press, and it is kept.

import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Origin } from '../../src/request/command.ts'
import type { Person } from '../../src/sandbox/slack/face.ts'
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

const FLAGS = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -10 --reason why`
const ASK = `/reset-offsets ${FLAGS}`
const REASONS: Record<string, string> = {
  U0GINA: 'Guests of this workspace cannot use Rewind',
  U0SOLO: 'Guests of this workspace cannot use Rewind',
  U0ERIN: 'Only members of the workspace that Rewind is installed in',
  U0ROBO: 'Bots cannot use Rewind',
  U0GONE: 'This account is deactivated',
}
const REFUSALS: Record<string, string> = {
  U0GINA: 'guest',
  U0SOLO: 'guest',
  U0ERIN: 'stranger',
  U0ROBO: 'bot',
  U0GONE: 'deactivated',
}

let product: Product
const stranger = (id: string) => product.slack.person(id)
const told = (person: Person, words: string, times = 1) =>
  until(() => person.ephemerals().filter(message => textOf(message).includes(words)).length >= times)
const lookUps = (userId: string) =>
  product.slack.calls('users.info').filter(({ args }) => args.user === userId).length
const asked = () => product.slack.messages(OPS).length

describe('somebody who may not use Rewind', () => {
  beforeAll(async () => {
    product = await startProduct({ env: NO_WAITING })
    await product.ask(FLAGS)
  })
  afterAll(() => product.stop())

  for (const [id, reason] of Object.entries(REASONS)) {
    it(`${REFUSALS[id]}: gets a reason for a command, and nothing else happens`, async () => {
      const person = stranger(id)
      const before = asked()
      expect(await person.command(OPS, ASK)).toEqual({ ok: true })
      await told(person, reason)
      await person.command(OPS, '/offset-requests')
      await told(person, reason, 2)
      expect(person.view()).toBeUndefined()
      expect(asked()).toBe(before)
    })

    it(`${REFUSALS[id]}: gets the reason for every button of a card, and the request stays as it is`, async () => {
      const person = stranger(id)
      for (const [index, button] of ['Review', 'Cancel Request'].entries()) {
        await person.press(product.card(), button)
        await told(person, reason, 3 + index)
      }
      expect(person.view()).toBeUndefined()
      await product.cardSays('waiting for approval')
    })

    it(`${REFUSALS[id]}: gets it for the shortcut of a message too`, async () => {
      const person = stranger(id)
      const alert = product.alice.say(OPS, { text: `lag of group ${DEMO.group}` })
      await person.shortcut(alert, 'reset_from_alert')
      await told(person, reason, 5)
      expect(person.view()).toBeUndefined()
    })
  }

  it('leaves each attempt in the audit: who, what, why not and where', async ({ onTestFinished }) => {
    const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
    onTestFinished(() => redis.disconnect())
    await once(redis, 'ready')
    const { events } = await createRedisStore(redis, product.prefix).readAttempts()
    const tried: { by: string; command: string; refusal: string; from: Origin }[] = []
    for await (const some of events()) tried.push(...some.map(event => JSON.parse(event)))
    const card = product.card().ts
    for (const [id, refusal] of Object.entries(REFUSALS)) {
      const theirs = tried.filter(({ by }) => by === id)
      // Nobody waits for one to be kept before the next, so that they may stand in any order.
      const kept = new Set(theirs.map(({ command, from }) => `${command} ${from.message === card}`))
      expect([...kept].sort()).toEqual([
        'cancel button of R-1 true',
        'list command false',
        'reset command false',
        'reset_from_alert shortcut false',
        'review button of R-1 true',
      ])
      expect(theirs.every(each => each.refusal === refusal && each.from.channel === OPS)).toBe(true)
    }
  })

  it('of another workspace is refused by the payload alone, without being looked up for it', () => {
    // Once, to know the language of the answer.
    expect(lookUps('U0ERIN')).toBeLessThanOrEqual(1)
  })

  it('is looked up once, however much they press', () => {
    expect(lookUps('U0GINA')).toBe(1)
  })
})

describe('when Slack does not say who somebody is', () => {
  let aheadMs = 0
  beforeAll(async () => {
    product = await startProduct({ env: NO_WAITING, clock: () => Date.now() + aheadMs })
    await product.ask(FLAGS)
  })
  afterAll(() => product.stop())
  beforeEach(() => product.slack.clearFaults())

  it('nobody is shown a form, and everybody is told in time to try again', async () => {
    product.slack.inject('users.info', { kind: 'hang' }, Number.POSITIVE_INFINITY)
    const { dave } = product
    const began = performance.now()
    expect(await dave.command(OPS, ASK)).toEqual({ ok: true })
    expect(performance.now() - began).toBeLessThan(2_000)
    await told(dave, 'A moment, please: Slack does not say yet who you are')
    expect(dave.view()).toBeUndefined()
    expect(asked()).toBe(1)
  })

  it('who is known when Slack answers a little late gets the form all the same', async () => {
    product.slack.inject('users.info', { kind: 'delay', ms: 600 }, Number.POSITIVE_INFINITY)
    const { carol } = product
    await carol.command(OPS, ASK)
    await carol.waitForView()
    product.slack.clearFaults()
    await carol.closeView(true)
  })

  it('a guest gets no look meanwhile, and a reason afterwards', async () => {
    const gina = stranger('U0GINA')
    product.slack.inject('users.info', { kind: 'error', error: 'internal_error' }, Number.POSITIVE_INFINITY)
    await gina.command(OPS, ASK)
    await told(gina, 'Slack does not say yet who you are')
    await gina.command(OPS, '/offset-requests')
    await told(gina, 'Slack does not say yet who you are', 2)
    product.slack.clearFaults()
    await gina.command(OPS, ASK)
    await told(gina, 'Guests of this workspace cannot use Rewind')
    expect(gina.view()).toBeUndefined()
    expect(JSON.stringify(gina.ephemerals())).not.toContain(DEMO.group)
    expect(asked()).toBe(1)
  })

  it('nobody can call a request off or decide on it, until it does', async () => {
    const { bob } = product
    product.slack.inject('users.info', { kind: 'error', error: 'internal_error' }, Number.POSITIVE_INFINITY)
    await bob.press(product.card(), 'Cancel Request')
    await told(bob, 'Slack does not say yet who you are')
    await bob.press(product.card(), 'Review')
    await told(bob, 'Slack does not say yet who you are', 2)
    await product.cardSays('waiting for approval')
    product.slack.clearFaults()
    await product.openReview(bob)
    await bob.fill('Decision', 'Approve')
    // What Slack has said of him is forgotten before he sends it.
    aheadMs += 11 * 60_000
    product.slack.inject('users.info', { kind: 'error', error: 'internal_error' }, Number.POSITIVE_INFINITY)
    expect((await bob.submit()).kind).toBe('errors')
    expect(viewText(bob.view())).toContain('Slack does not say yet who you are')
    await product.cardSays('waiting for approval')
    product.slack.clearFaults()
    // What was filled in is still there.
    expect((await bob.submit()).kind).toBe('closed')
    await product.cardSays('· done')
  })

  it('a Home tab that is open shows nothing new, and nothing at all once it is a guest’s', async () => {
    const { carol } = product
    const home = () => JSON.stringify(carol.home()?.blocks ?? [])
    await until(() => product.alice.directMessages().some(each => textOf(each).includes('R-1 is done')))
    // Nobody is known any more.
    aheadMs += 11 * 60_000
    await carol.openHome()
    await until(() => home().includes('R-1'))
    aheadMs += 9 * 60_000
    const { alice } = product
    await alice.command(OPS, ASK)
    await alice.waitForView()
    // What Slack has said of carol is too old by now, and what it has said of alice is not.
    aheadMs += 2 * 60_000
    product.slack.inject('users.info', { kind: 'error', error: 'internal_error' }, Number.POSITIVE_INFINITY)
    expect((await alice.submit()).kind).toBe('closed')
    await until(() => asked() === 2)
    await new Promise(resolve => setTimeout(resolve, 3_000))
    expect(home()).not.toContain('R-2')
    carol.user.kind = 'guest'
    product.slack.clearFaults()
    aheadMs += 60_000
    await until(() => home().includes('Guests of this workspace cannot use Rewind'), 15_000)
    expect(home()).not.toMatch(/R-[12]/)
  })
})
