import { describe, expect } from 'vitest'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import { DEMO, NO_WAITING, OPS, textOf, until } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const { scene, product, start } = createScenes()

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --topic payments --to-earliest --reason "wrong VAT rate"`

describe.concurrent.each([
  ['socket', 'v2', ['long']],
  ['http', 'v2', []],
  ['socket', 'v3', []],
  ['http', 'v3', ['long']],
] as const)('the main job over %s with API %s', (delivery, dialect, [...tags]) => {
  scene('goes from the slash command to moved offsets and a thread that says so', { tags }, async () => {
    await start({ delivery, dialect })
    const card = await product().ask(ASK)
    expect(textOf(card)).toContain('R-1 · waiting for approval')
    expect(textOf(card)).toContain('@alice asks to reset the offsets of')
    expect(textOf(card)).toContain('orders, payments')
    expect(textOf(card)).toContain('wrong VAT rate')
    expect(textOf(card)).toMatch(
      /Replays (at most )?[\d,]+ messages on 7 partitions\. Skips none\.\n {2}Plan [0-9a-f]{8} · made /,
    )

    await product().review(product().carol, 'Approve', 'checked with billing')
    await product().cardSays('· done')
    await product().threadSays('7 partitions succeeded')

    const positions = product().ckafka.cluster.positions(DEMO.instance, DEMO.group)
    const moved = positions.filter(position => position.topic !== 'shipments')
    expect(moved).toHaveLength(7)
    for (const position of moved) expect(position.committed).toBe(position.logStart)
    expect(product().threadText()).toContain('@carol approved R-1:\n  > checked with billing')
    expect(product().threadText()).toMatch(/Outcome +Before +Planned +API said +Read back/)
    for (const position of moved) expect(product().threadText()).toContain(`${position.logStart}`)
    expect(await product().csv('R-1-plan-1.csv')).toHaveLength(7)
    expect(product().callsToReset()).toBe(dialect === 'v2' ? 1 : 2)
  })
})

scene('says first that it is being planned, and asks for a decision only once there is a plan', async () => {
  await start()
  await product().ask(ASK)
  const [posted] = product().slack.calls('chat.postMessage')
  expect(JSON.stringify(posted?.args)).toContain('R-1 · being planned')
  expect(JSON.stringify(posted?.args)).not.toContain('Review')
  expect(textOf(product().card())).toContain('[ Review ]')
})

scene('opens the form before anything is asked of CKafka, with every flag filled in', async () => {
  await start()
  const { alice } = product()
  await alice.command(OPS, `/reset-offsets ${ASK}`)
  const view = await alice.waitForView()
  const [opened] = product().slack.calls('views.open')
  for (const call of product().ckafka.calls()) expect(call.atMs).toBeGreaterThanOrEqual(opened?.atMs ?? 0)
  const values = JSON.stringify(view.state.values)
  for (const filled of [DEMO.group, DEMO.instance, '"orders"', '"payments"', 'earliest', 'wrong VAT rate']) {
    expect(values).toContain(filled)
  }
})

scene('shows just the fields a strategy needs, and keeps what was typed', async () => {
  await start()
  const { alice } = product()
  await alice.command(OPS, '/reset-offsets')
  await alice.waitForView()
  await alice.fill('CKafka instance', 'orders-demo (ckafka-demo0001)')
  await alice.waitForView(view => view.private_metadata.includes('ckafka-demo0001'))
  await alice.fill('Consumer group', 'orders-billing')
  const labels = () => JSON.stringify(alice.view()?.blocks)
  expect(labels()).not.toContain('Messages per partition')
  await alice.fill('Where the offsets go', 'By a number of messages')
  await alice.waitForView(view => JSON.stringify(view.blocks).includes('Messages per partition'))
  expect(labels()).toContain('Direction')
  await alice.fill('Where the offsets go', 'To a time')
  await alice.waitForView(view => JSON.stringify(view.blocks).includes('datetimepicker'))
  expect(labels()).not.toContain('Messages per partition')
  await alice.fill('Where the offsets go', 'To the earliest message')
  await alice.waitForView(view => !JSON.stringify(view.blocks).includes('datetimepicker'))
  await alice.fill('Topics to reset', 'The topics I name')
  const view = await alice.waitForView(open => JSON.stringify(open.blocks).includes('Topic names'))
  expect(JSON.stringify(view.state.values)).toContain('orders-billing')
})

scene('opens the form with what it understood of the flags, and says what it did not', async () => {
  await start()
  const { alice } = product()
  await alice.command(
    OPS,
    '/reset-offsets --group g1 --to-datetime 2026-11-23T08:00:00 --sideways --shift-by ten',
  )
  const view = await alice.waitForView()
  const text = JSON.stringify(view.blocks)
  expect(text).toContain('--to-datetime needs a zone')
  expect(text).toContain('--sideways is not a flag')
  expect(text).toContain('--shift-by needs a whole number')
  expect(JSON.stringify(view.state.values)).toContain('g1')

  await alice.closeView()
  await alice.command(OPS, '/reset-offsets --help')
  await until(() => alice.ephemerals().some(message => textOf(message).includes('--shift-by -100')))
  expect(alice.view()).toBeUndefined()
})

scene('brings wrong values back on their own field, and keeps the form', async () => {
  await start()
  const { alice } = product()
  await alice.command(OPS, `/reset-offsets --instance nope! --group g --topic a/b --to-earliest --reason why`)
  await alice.waitForView()
  const outcome = await alice.submit()
  expect(outcome.kind).toBe('errors')
  expect(outcome.kind === 'errors' ? Object.keys(outcome.errors).sort() : []).toEqual([
    'field_instance',
    'field_topics',
  ])
  await alice.fill('CKafka instance', 'orders-demo (ckafka-demo0001)')
  await alice.fill('Consumer group', DEMO.group)
  await alice.fill('Topic names', ['orders'])
  expect((await alice.submit()).kind).toBe('closed')
})

for (const dialect of ['v2', 'v3'] as const) {
  scene(
    `expands "all topics" to names before anybody can approve, and resets exactly those, with API ${dialect}`,
    { tags: dialect === 'v3' ? [] : ['long'] },
    async () => {
      await start({ dialect, env: NO_WAITING })
      await product().ask(
        `--instance ${DEMO.instance} --group ${DEMO.group} --all-topics --to-latest --reason skip`,
      )
      expect(textOf(product().card())).toContain('waiting for approval')
      expect(textOf(product().card())).toContain('orders, payments, shipments')
      await product().review(product().bob, 'Approve')
      await product().threadSays('13 partitions succeeded')
      const written = product()
        .ckafka.cluster.effects(DEMO.group)
        .flatMap(effect => effect.written)
      expect([...new Set(written.map(({ topic }) => topic))].sort()).toEqual([
        'orders',
        'payments',
        'shipments',
      ])
      for (const call of product().ckafka.calls('SetGroupOffsets')) {
        expect(Object.keys(call.params).filter(name => name.startsWith('topics.'))).toHaveLength(3)
      }
    },
  )
}

scene(
  'ends an "all topics" request that has nothing to expand to, and says why',
  { tags: ['long'] },
  async () => {
    const seed = demoSeed(Date.now())
    seed.instances[0]?.groups.push({ name: 'brand-new', commits: {} })
    await start({ seed })
    await product().ask(
      `--instance ${DEMO.instance} --group brand-new --all-topics --to-latest --reason skip`,
    )
    await product().cardSays('· failed')
    expect(textOf(product().card())).toContain('no committed offsets')
    expect(product().callsToReset()).toBe(0)
  },
)

scene('lists the open requests and opens a review from there', async () => {
  await start()
  const { bob } = product()
  await bob.command(OPS, '/offset-requests')
  await until(() => bob.ephemerals().some(message => textOf(message).includes('No request is open')))
  await product().ask(ASK)
  await bob.command(OPS, '/offset-requests')
  await until(() => bob.ephemerals().some(message => textOf(message).includes('1 request is open')))
  const list = bob.ephemerals().at(-1)
  if (list === undefined) throw new Error('no list')
  await bob.press(list, 'Review')
  const view = await bob.waitForView()
  expect(view.title.text).toBe('Review R-1')
  await bob.closeView()
  await bob.command(OPS, '/offset-requests 1')
  expect((await bob.waitForView()).title.text).toBe('Review R-1')

  // Who cannot decide on it sees it as it is, and what they can do to it.
  const { alice, dave } = product()
  const sees = async (person: typeof alice, ...buttons: string[]) => {
    await until(() => person.ephemerals().some(message => textOf(message).includes('wrong VAT rate')))
    const shown = textOf(person.ephemerals().at(-1) ?? product().card())
    for (const button of ['Review', 'Cancel Request', 'Withdraw'])
      expect({ button, isThere: shown.includes(`[ ${button} ]`) }).toEqual({
        button,
        isThere: buttons.includes(button),
      })
  }
  await alice.command(OPS, '/offset-requests r-1')
  await sees(alice, 'Cancel Request')
  await dave.command(OPS, '/offset-requests R-1')
  await sees(dave)
  expect(dave.view()).toBeUndefined()
})

scene('names on the card the requests that are open for the same group and topics', async () => {
  await start()
  await product().ask(ASK)
  expect(textOf(product().card())).not.toContain('Overlap')
  await product().ask(ASK)
  expect(textOf(product().card())).toContain(
    'Overlap: 1 other request, R-1, was open for the same group and at least one of these topics',
  )
})

scene('lets the requester cancel from the card, and says so in the thread', async () => {
  await start()
  await product().ask(ASK)
  await product().alice.press(product().card(), 'Cancel Request')
  await until(() => textOf(product().card()).includes('· cancelled'))
  await until(() => product().threadText().includes('@alice cancelled R-1'))
  expect(textOf(product().card())).not.toContain('[ Review ]')
})

scene('rejects only with a note, which everybody can read', async () => {
  await start()
  await product().ask(ASK)
  const { bob } = product()
  await bob.press(product().card(), 'Review')
  await bob.waitForView()
  await bob.fill('Decision', 'Reject')
  const outcome = await bob.submit()
  expect(outcome).toMatchObject({ kind: 'errors', errors: { note: expect.stringContaining('Say why') } })
  await bob.fill('Note', 'not during the sale')
  expect((await bob.submit()).kind).toBe('closed')
  await until(() => product().threadText().includes('@bob rejected R-1:\n  > not during the sale'))
  expect(product().callsToReset()).toBe(0)
})

scene('expires what nobody decided, and tells a late approver', async () => {
  let aheadMs = 0
  await start({ env: { REQUEST_EXPIRY: '1h' }, clock: () => Date.now() + aheadMs })
  const card = await product().ask(ASK)
  aheadMs += 3_600_000
  await until(() => textOf(product().card()).includes('· expired'))
  await product().bob.press(card, 'Review')
  await until(() =>
    product()
      .bob.ephemerals()
      .some(message => textOf(message).includes('R-1 has expired')),
  )
  expect(product().callsToReset()).toBe(0)
})

scene('takes the command in a direct message too, before anything was said there', async () => {
  await start()
  await product().alice.command('D0ALICE', `/reset-offsets ${ASK}`)
  await product().alice.waitForView()
  expect((await product().alice.submit()).kind).toBe('closed')
  await until(() =>
    product()
      .alice.directMessages()
      .some(message => textOf(message).includes('R-1')),
  )
})
