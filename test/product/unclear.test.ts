// A call that nobody answered: the offsets settle it, or people do. Never a second effect for one approval.
// @module-tag long

import { describe, expect } from 'vitest'
import type { ProductEvent } from '../../src/ports/events.ts'
import { DEMO, NO_WAITING, OPS, type Product, textOf, until } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const QUICK = { ...NO_WAITING, CALL_DEADLINE: '1s', CALL_GRACE: '1s' }
const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const WRITE = 'BatchModifyGroupOffsets'
const UNCLEAR_MS = 15_000

const { scene, product, start } = createScenes()

async function lose(afterDoingIt: boolean): Promise<void> {
  await start({ env: QUICK })
  await product().ask(ASK)
  product().ckafka.inject(WRITE, { kind: 'hang', afterDoingIt })
  await product().review(product().bob, 'Approve')
}

/** Another has committed meanwhile, so that the offsets tell nothing. */
async function loseForGood(): Promise<void> {
  await lose(true)
  await until(() => effects() === 1)
  product().ckafka.cluster.commit(DEMO.group, 'orders', 0, 12n)
  await product().threadSays('Did R-1 take effect?', UNCLEAR_MS)
}

const effects = () => product().ckafka.cluster.effects(DEMO.group).length
const question = () =>
  product()
    .slack.thread(OPS, product().card().ts)
    .findLast(each => textOf(each).includes('take effect?'))

async function press(person: Product['bob'], button: string): Promise<void> {
  const asked = question()
  if (asked === undefined) throw new Error('Nothing is asked.')
  await person.press(asked, button)
}

const heard = (person: Product['bob'], words: string) =>
  until(() => person.ephemerals().some(each => textOf(each).includes(words)))

const commands = () =>
  product()
    .events.filter((event): event is Extract<ProductEvent, { event: 'changed' }> => event.event === 'changed')
    .map(({ command }) => command)

describe.concurrent('a call that nobody answered', () => {
  scene(
    'is made again under the same approval, once the offsets have shown twice that it did nothing',
    async () => {
      await lose(false)
      await product().cardSays('· unclear, being checked')
      await product().cardSays('· done', UNCLEAR_MS)
      expect(product().callsToReset()).toBe(2)
      expect(effects()).toBe(1)
      expect(commands().filter(command => command === 'decide')).toHaveLength(1)
      await product().threadSays('4 partitions succeeded')
    },
  )

  scene('is closed as done where an approver says that it happened, and by nobody else', async () => {
    await loseForGood()
    await product().cardSays('· unclear, waiting for an answer')
    await press(product().alice, 'It Happened')
    await heard(product().alice, 'You asked for R-1 yourself')
    await press(product().dave, 'It Happened')
    await heard(product().dave, 'Only approvers')
    const seenBefore = question()
    // Where they pressed: in the thread, and not in the channel beside it.
    expect(product().dave.ephemerals()[0]?.thread_ts).toBe(product().card().ts)
    await press(product().bob, 'It Happened')
    await product().cardSays('· done')
    await product().threadSays('confirmed that R-1 took effect')
    if (seenBefore === undefined) throw new Error('Nothing was asked.')
    await until(() => textOf(question() ?? seenBefore).includes('took effect.'))
    const answered = textOf(question() ?? seenBefore)
    expect(answered).not.toContain('[ It')
    expect(answered).toMatch(/Answered by .*: it took effect\./)
    // Who had it in front of them from before is told so.
    await product().carol.press(seenBefore, 'It Did Not')
    await heard(product().carol, 'Too late')
    expect(effects()).toBe(1)
    expect(product().callsToReset()).toBe(1)
    await product().carol.command(OPS, '/offset-requests')
    await heard(product().carol, 'No request is open')
  })

  scene(
    'is planned anew where they say that it did not, as the offsets have moved',
    {
      tags: ['long'],
      timeout: 30_000,
    },
    async () => {
      await loseForGood()
      await product().carol.command(OPS, '/offset-requests')
      await heard(product().carol, 'R-1 · unclear')
      await press(product().bob, 'It Did Not')
      await product().threadSays('confirmed that R-1 did not take effect')
      await product().cardSays('· waiting for approval', UNCLEAR_MS)
      expect(effects()).toBe(1)
      expect(product().callsToReset()).toBe(1)
    },
  )

  scene(
    'is looked at again when somebody asks for it, and asked about again where that does not tell',
    {
      tags: ['long'],
      timeout: 30_000,
    },
    async () => {
      await loseForGood()
      await press(product().alice, 'Check Again')
      await heard(product().alice, 'are being read back')
      const asked = () => product().threadText().split('take effect?').length - 1
      await until(() => asked() === 2, UNCLEAR_MS)
      await press(product().bob, 'It Happened')
      await product().cardSays('· done')
    },
  )
})
