// How much one person may have open and send in a minute: every way to ask counts, and a refusal loses nothing that was
// typed, says what to do, and is kept where other refusals are.

import { afterEach, expect, inject, it } from 'vitest'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, textOf, until } from '../support/product.ts'

const TARGET = `--instance ${DEMO.instance} --group ${DEMO.group}`
const ASK = `${TARGET} --topic orders --topic payments --shift-by -5 --reason why`

let product: Product
afterEach(() => product.stop())

const refusals = () =>
  product.events.flatMap(event => (event.event === 'refused' ? [`${event.by} ${event.refusal}`] : []))

it('refuses in every way to ask while too many are open, keeps the form, and takes it once one has ended', async () => {
  product = await startProduct({ env: { ...NO_WAITING, OPEN_PER_PERSON: '1', OPEN_IN_ALL: '2' } })
  const { alice, bob, ckafka } = product
  ckafka.cluster.failPartition('payments', 0, 6, 'not the leader')
  await product.ask(ASK)
  await product.review(bob, 'Approve')
  await product.cardSays('· partly done')
  const done = product.card()
  await product.ask(ASK)
  const open = product.card()

  const ways: Record<string, () => Promise<unknown>> = {
    command: () => alice.command(OPS, `/reset-offsets ${ASK}`),
    undo: async () => {
      await alice.press(done, 'Prepare Undo')
      await alice.waitForView()
      await alice.fill('reason', 'It was the wrong group')
    },
    retry: () => alice.press(done, 'Retry What Failed'),
    edit: () => alice.press(done, 'Edit and Ask Again'),
    shortcut: async () => {
      await alice.shortcut(
        alice.say(OPS, { text: `lag of consumer group ${DEMO.group} on ${DEMO.instance}` }),
        'reset_from_alert',
      )
      await alice.waitForView(view => view.private_metadata.includes(DEMO.group))
      await alice.fill('Topics to reset', 'All topics of the group')
      await alice.fill('Where the offsets go', 'To the earliest message')
    },
  }
  for (const [name, way] of Object.entries(ways)) {
    await way()
    await alice.waitForView(() => true)
    const before = JSON.stringify(alice.view()?.state)
    const outcome = await alice.submit()
    expect(outcome, name).toMatchObject({ kind: 'errors' })
    expect(JSON.stringify(outcome), name).toContain('You have 1 open request, and one person may have 1.')
    expect(JSON.stringify(alice.view()?.state), name).toBe(before)
    if (name !== 'shortcut') await alice.closeView(true)
  }
  await until(() => refusals().length === 5)
  expect(new Set(refusals())).toEqual(new Set(['U0ALICE tooManyOpen']))

  await bob.command(OPS, `/reset-offsets ${ASK}`)
  await bob.waitForView(() => true)
  expect(await bob.submit()).toEqual({ kind: 'closed' })
  await until(() => product.card().ts !== open.ts)
  await product.dave.command(OPS, `/reset-offsets ${ASK}`)
  await product.dave.waitForView(() => true)
  expect(JSON.stringify(await product.dave.submit())).toContain(
    '2 requests of everybody are open, and there may be 2.',
  )

  await alice.press(open, 'Cancel Request')
  await until(() =>
    textOf(product.slack.messages(OPS).find(({ ts }) => ts === open.ts) ?? open).includes('cancelled'),
  )
  expect(await alice.submit()).toEqual({ kind: 'closed' })

  const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  try {
    await untilReady(redis, 5_000)
    const { events } = await createRedisStore(redis, product.prefix).readAttempts()
    const kept: string[] = []
    for await (const some of events()) kept.push(...some)
    expect(kept.filter(each => each.includes('tooManyOpen'))).toHaveLength(5)
    expect(kept.filter(each => each.includes('tooManyInAll'))).toHaveLength(1)
  } finally {
    redis.disconnect()
  }
  const metrics = await (await fetch(`http://127.0.0.1:${product.rewind.metricsPort}/metrics`)).text()
  expect(metrics).toContain('rewind_refusals_total{refusal="tooManyOpen"} 5')
})

it('refuses what is sent too often, and other people go on', async () => {
  product = await startProduct({ env: { ...NO_WAITING, SUBMISSIONS_A_MINUTE: '2' } })
  const { alice, bob } = product
  await product.ask(ASK)
  await product.ask(ASK)
  await alice.command(OPS, `/reset-offsets ${ASK}`)
  await alice.waitForView(() => true)
  const outcome = JSON.stringify(await alice.submit())
  expect(outcome).toMatch(
    /One person may send 2 requests a minute\. What you filled in stays here; send it again in \d+ s\./,
  )
  expect(refusals()).toEqual(['U0ALICE tooOften'])
  await bob.command(OPS, `/reset-offsets ${ASK}`)
  await bob.waitForView(() => true)
  expect(await bob.submit()).toEqual({ kind: 'closed' })
})

it('reads no more files of one person in a minute than requests, and keeps the form', async () => {
  product = await startProduct({ env: { ...NO_WAITING, SUBMISSIONS_A_MINUTE: '1' } })
  const { alice } = product
  await alice.command(OPS, `/reset-offsets ${TARGET} --from-file --reason why`)
  await alice.waitForView()
  await alice.attach('File of offsets', { name: 'offsets.csv', content: 'no offsets\n' })
  expect(JSON.stringify(await alice.submit())).toContain('Each line needs topic, partition and offset')
  const outcome = await alice.submit()
  expect(JSON.stringify(outcome)).toMatch(
    /Rewind reads 1 file a minute for one person\. Send the form again in \d+ s\./,
  )
  expect(refusals()).toEqual(['U0ALICE tooManyFiles'])
})
