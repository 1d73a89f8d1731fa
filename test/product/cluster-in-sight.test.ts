import { describe, expect } from 'vitest'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { wideSeed } from '../../src/sandbox/cluster/seed.ts'
import type { SlackView } from '../../src/sandbox/slack/face.ts'
import { DEMO, OPS, textOf, until, viewText } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const { scene, product, start } = createScenes()

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-latest --reason why`
async function openForm(flags = ''): Promise<SlackView> {
  await product().alice.command(OPS, `/reset-offsets ${flags}`)
  return product().alice.waitForView()
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startMs = performance.now()
  const value = await work()
  return { ms: performance.now() - startMs, value }
}

/** For what has to be answered within a second. */
const ALONE = { alone: true }

describe.each(['v2', 'v3'] as const)('with API %s', dialect => {
  // What is no other through the one API than through the other goes with every run for one of them.
  const tags = dialect === 'v3' ? [] : ['long']

  scene('the pickers follow one another: instance, its groups, the topics of the group first', async () => {
    await start({ dialect })
    const { alice } = product()
    await openForm()
    expect(await alice.suggestions('CKafka instance', '')).toEqual(['orders-demo (ckafka-demo0001)'])
    await alice.fill('CKafka instance', 'orders-demo (ckafka-demo0001)')
    await alice.waitForView(view => view.private_metadata.includes(DEMO.instance))
    expect(await alice.suggestions('Consumer group', 'bill')).toEqual(['orders-billing'])
    expect(await alice.suggestions('Consumer group', 'a&b')).toEqual(['报表 a&b @x'])
    await alice.fill('Consumer group', 'orders-audit')
    await alice.fill('Topics to reset', 'The topics I name')
    await alice.waitForView(view => JSON.stringify(view.blocks).includes('Topic names'))
    expect(await alice.suggestions('Topic names', '')).toEqual(['orders', 'payments', 'shipments'])
  })

  scene('a group that is named without an instance is looked up on the only one', { tags }, async () => {
    await start({ dialect })
    await openForm()
    await product().alice.suggestions('CKafka instance', '')
    await product().alice.closeView(true)
    // Which ones there are is known now.
    await openForm('--group orders-audit')
    const used = await product().alice.waitForView(view => viewText(view).includes('consumers are connected'))
    expect(viewText(used)).toContain('audit-1 (10.0.3.11) and audit-2 (10.0.3.12)')
  })

  scene('the form shows the group: its state, who is connected, offsets and lag', { tags }, async () => {
    await start({ dialect })
    await openForm(ASK)
    const empty = await product().alice.waitForView(view => viewText(view).includes('can be reset'))
    expect(viewText(empty)).toMatch(/orders\s+4\s+\d+…\d+\s+\d+…\d+/)
    await product().alice.fill('Consumer group', 'orders-audit')
    const used = await product().alice.waitForView(view =>
      viewText(view).includes('2 consumers are connected'),
    )
    expect(viewText(used)).toContain('audit-1 (10.0.3.11) and audit-2 (10.0.3.12)')
  })

  scene(
    'a group nobody knows is refused on its field, with the nearest names',
    { ...ALONE, tags },
    async () => {
      await start({ dialect })
      await openForm(
        `--instance ${DEMO.instance} --group orders-biling --topic orders --to-latest --reason why`,
      )
      expect(await product().alice.submit()).toMatchObject({
        kind: 'errors',
        errors: { field_group: expect.stringContaining('Did you mean “orders-billing”') },
      })
    },
  )

  scene(
    'topics and partitions that are not there are refused on their field, with the nearest',
    ALONE,
    async () => {
      await start({ dialect })
      const send = async (topics: string) => {
        await openForm(`--instance ${DEMO.instance} --group ${DEMO.group} ${topics} --to-latest --reason why`)
        const outcome = await product().alice.submit()
        await product().alice.closeView()
        return outcome.kind === 'errors' ? outcome.errors : outcome.kind
      }
      expect(await send('--topic ordrs --topic payments')).toEqual({
        field_topics: `There is no topic “ordrs” on ${DEMO.instance}. Did you mean “orders”?`,
      })
      if (dialect === 'v3') {
        expect(await send('--topic orders:1,7-9,11')).toEqual({
          field_topics: 'The topic “orders” has no partitions 7–9, 11: its partitions are 0 to 3.',
        })
      }
      expect(product().slack.calls('chat.postMessage')).toEqual([])
    },
  )

  scene(
    'what cannot be looked up in time is sent, and told when it is planned',
    { ...ALONE, tags: ['long'] },
    async () => {
      await start({ dialect })
      await openForm(
        `--instance ${DEMO.instance} --group ${DEMO.group} --topic ordrs --to-latest --reason why`,
      )
      await product().alice.waitForView(view => viewText(view).includes('can be reset'))
      product().ckafka.inject('*', { kind: 'delay', ms: 1_500 }, 3)
      expect((await product().alice.submit()).kind).toBe('closed')
      await until(() => product().slack.calls('chat.postMessage').length > 0)
    },
  )

  scene(
    'a group in use can be asked for, and card and modal say that it has to be stopped first',
    {
      tags,
    },
    async () => {
      await start({ dialect })
      await product().ask(
        `--instance ${DEMO.instance} --group orders-audit --topic orders --to-latest --reason why`,
      )
      expect(textOf(product().card())).toContain('2 consumers are connected')
      expect(textOf(product().card())).toContain('Stop the group’s consumers first')
      await product().openReview(product().bob)
      const view = await product().bob.waitForView(open =>
        viewText(open).includes('2 consumers are connected'),
      )
      expect(viewText(view)).toContain('audit-1')
      expect(viewText(view)).toContain('It runs once Rewind has seen the group without consumers for ')
      await product().bob.fill('Decision', 'Approve')
      expect((await product().bob.submit()).kind).toBe('closed')
      await product().cardSays('waiting for the group to be empty')
      expect(product().callsToReset()).toBe(0)
    },
  )

  scene('an odd name goes the whole way without harm', { tags: ['long'] }, async () => {
    await start({ dialect })
    await product().ask(
      `--instance ${DEMO.instance} --group "报表 a&b @x" --topic payments --to-earliest --reason "<!channel>"`,
    )
    expect(textOf(product().card())).toContain('报表 a&b @x')
    expect(product().card().text).not.toContain('<!channel>')
    await product().review(product().bob, 'Approve')
    await product().threadSays('3 partitions succeeded')
  })

  scene(
    'a picker over 5 000 groups and 2 000 topics answers well under a second at 400 ms a call',
    { ...ALONE, tags: ['long'] },
    async () => {
      await start({ dialect, seed: wideSeed() })
      product().ckafka.inject('*', { kind: 'delay', ms: 400 }, Number.POSITIVE_INFINITY)
      const { alice } = product()
      await openForm('--instance ckafka-wide0001')
      const first = await timed(() => alice.suggestions('Consumer group', '4242'))
      expect(first.value).toHaveLength(1)
      expect(first.ms).toBeLessThan(900)
      const again = await timed(() => alice.suggestions('Consumer group', '4242'))
      expect(again.ms).toBeLessThan(200)
      await alice.fill('Topics to reset', 'The topics I name')
      await alice.waitForView(view => JSON.stringify(view.blocks).includes('Topic names'))
      const topics = await timed(() => alice.suggestions('Topic names', '1999'))
      expect(topics.value).toHaveLength(1)
      expect(topics.ms).toBeLessThan(900)
    },
  )

  for (const [how, fault] of [
    ['hangs', { kind: 'hang', afterDoingIt: false }],
    ['answers HTML', { kind: 'html' }],
    [
      'is throttled',
      { kind: 'code', code: dialect === 'v2' ? 4400 : 'RequestLimitExceeded', message: 'slow down' },
    ],
    ['cuts the connection', { kind: 'cut', afterDoingIt: false }],
  ] as [string, CkafkaFault][]) {
    scene(
      `an API that ${how} leaves the form usable and says so`,
      how === 'hangs' ? { ...ALONE, tags: ['long'] } : { tags: how === 'answers HTML' ? tags : ['long'] },
      async () => {
        await start({ dialect })
        product().ckafka.inject('*', fault, Number.POSITIVE_INFINITY)
        await openForm(ASK)
        const offered = await timed(() => product().alice.suggestions('Consumer group', 'orders-b'))
        expect(offered.value).toEqual([expect.stringContaining('orders-b – as typed, CKafka')])
        expect(offered.ms).toBeLessThan(2_900)
        await product().alice.fill('Consumer group', offered.value[0] ?? '')
        await product().alice.waitForView(view => viewText(view).includes('could not be read'), 9_000)
        const outcome = await timed(() => product().alice.submit())
        expect(outcome.value.kind).toBe('closed')
        expect(outcome.ms).toBeLessThan(2_900)
        await until(() => product().slack.messages(OPS).length === 1)
        expect(textOf(product().card())).toContain('being planned')
        expect(textOf(product().card())).toContain('the offsets of orders-b on')
        product().ckafka.clearFaults()
      },
    )
  }

  scene('lying counts make no difference', { tags: ['long'] }, async () => {
    await start({ dialect })
    for (const counts of ['zero', 'doubled'] as const) {
      product().ckafka.behaviour.counts = counts
      product().ckafka.behaviourV3.counts = counts
      await product().ask(
        `--instance ${DEMO.instance} --group ${DEMO.group} --all-topics --to-latest --reason why`,
      )
      expect(textOf(product().card())).toContain('waiting for approval')
      expect(textOf(product().card())).toContain('orders, payments, shipments')
    }
  })
})

scene('what could not be looked at in time is looked at before anybody can approve', async () => {
  await start()
  product().ckafka.inject('DescribeGroupInfo', { kind: 'delay', ms: 1_800 }, 2)
  const { alice, bob } = product()
  await alice.command(OPS, `/reset-offsets ${ASK}`)
  await alice.waitForView()
  expect((await alice.submit()).kind).toBe('closed')
  await until(() => product().slack.messages(OPS).length === 1)
  expect(textOf(product().card())).toContain('being planned')
  await bob.command(OPS, '/offset-requests R-1')
  await until(() => bob.ephemerals().some(message => textOf(message).includes('being planned')))
  await product().cardSays('waiting for approval')
})
