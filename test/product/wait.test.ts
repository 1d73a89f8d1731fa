// An approved request whose group is in use waits, in sight of everybody, and never writes into a group with members.

import { describe, expect, it } from 'vitest'
import { DEMO, NO_WAITING, type Product, textOf, until } from '../support/product.ts'
import { startInTurn } from '../support/scenes.ts'

const GROUP = 'orders-audit'
const ASK = `--instance ${DEMO.instance} --group ${GROUP} --topic orders --shift-by -100 --reason why`
const MEMBERS = ['audit-1', 'audit-2']

interface Stage {
  product: Product
  effects(): number
  committed(): (bigint | null)[]
  leave(): void
  join(): void
  /** Approved, and found to be in use. */
  waiting(): Promise<void>
}

/** Scenes last as long as the timers they are about, so that they play at the same time, each in a world of its own. */
function scene(
  name: string,
  {
    dialect = 'v3',
    env = {},
    tags = [],
  }: { dialect?: 'v2' | 'v3'; env?: Record<string, string>; tags?: string[] },
  play: (stage: Stage) => Promise<void>,
): void {
  it.concurrent(name, { tags, timeout: 150_000 }, async ({ onTestFinished }) => {
    const times = { EMPTY_HOLD: '1s', EMPTY_WAIT: '30s' }
    const product = await startInTurn({ dialect, env: { ...NO_WAITING, ...times, ...env } })
    onTestFinished(() => product.stop())
    const { cluster } = product.ckafka
    await play({
      product,
      effects: () => cluster.effects(GROUP).length,
      committed: () => cluster.positions(DEMO.instance, GROUP, ['orders']).map(({ committed }) => committed),
      leave() {
        for (const member of MEMBERS) cluster.leave(GROUP, member)
      },
      join() {
        for (const [index, clientId] of MEMBERS.entries()) {
          cluster.join(GROUP, { clientId, host: `/10.0.3.1${index}`, assignment: { orders: [index] } })
        }
      },
      async waiting() {
        await product.ask(ASK)
        await product.review(product.bob, 'Approve')
        await product.cardSays('approved, waiting for the group to be empty')
      },
    })
  })
}

describe('an approved request whose group has members', () => {
  for (const dialect of ['v2', 'v3'] as const) {
    scene(
      `waits with API ${dialect}, says for whom and until when, and runs once the group has stayed empty`,
      { dialect, tags: dialect === 'v3' ? [] : ['long'] },
      async stage => {
        const { product } = stage
        const before = stage.committed()
        await stage.waiting()
        expect(textOf(product.card())).toMatch(
          /2 consumers are connected: audit-1 \(10\.0\.3\.11\) and audit-2 \(10\.0\.3\.12\)[\s\S]*and gives up \d{4}-/,
        )
        expect(textOf(product.card())).toContain('[ Cancel Request ]')
        await product.threadSays('R-1 waits for its group to be empty: 2 consumers are connected: audit-1')
        expect(product.callsToReset()).toBe(0)
        stage.leave()
        const leftAtMs = Date.now()
        await product.cardSays('The group has been seen empty since', 30_000)
        await product.cardSays('· done', 30_000)
        const looks = product.ckafka.calls(dialect === 'v2' ? 'GetGroupInfo' : 'DescribeGroupInfo')
        const foundEmpty = looks.find(({ atMs }) => atMs >= leftAtMs)
        const [effect] = product.ckafka.cluster.effects(GROUP)
        expect((effect?.atMs ?? 0) - (foundEmpty?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000)
        expect(stage.committed()).toEqual(before.map(offset => (offset ?? 0n) - 100n))
      },
    )

    scene(
      `with API ${dialect} a consumer that joins between the last look and the call is waited for too`,
      { dialect, env: { ROLE: 'bot' }, tags: ['long'] },
      async stage => {
        const { product } = stage
        stage.leave()
        await product.ask(ASK)
        await product.review(product.bob, 'Approve')
        await product.cardSays('approved, on the queue')
        // 2.0 refuses the call itself; with 3.0 the group is looked at once more just before it.
        const action = dialect === 'v2' ? 'SetGroupOffsets' : 'DescribeGroupInfo'
        const seen = product.ckafka.calls(action).length
        product.ckafka.inject(action, { kind: 'delay', ms: 400 }, 2)
        await product.startAnother({ ROLE: 'worker' })
        await until(() => product.ckafka.calls(action).length === seen + (dialect === 'v2' ? 1 : 2))
        stage.join()
        await product.cardSays('CKafka refused the call because the group had members')
        if (dialect === 'v2') {
          expect(product.ckafka.calls('SetGroupOffsets').map(({ answer }) => answer)).toEqual([
            expect.stringContaining('(1049)'),
          ])
        }
        expect(stage.effects()).toBe(0)
        await product.cardSays('waiting for the group to be empty', 30_000)
        stage.leave()
        await product.cardSays('· done', 30_000)
        expect(stage.effects()).toBe(1)
      },
    )
  }

  for (const dialect of ['v2', 'v3'] as const) {
    scene(
      `with API ${dialect} one that joins after the approval is found before anything is begun`,
      { dialect, env: { ROLE: 'bot' }, tags: ['long'] },
      async stage => {
        const { product } = stage
        stage.leave()
        await product.ask(ASK)
        await product.review(product.bob, 'Approve')
        await product.cardSays('approved, on the queue')
        stage.join()
        await product.startAnother({ ROLE: 'worker' })
        await product.cardSays('waiting for the group to be empty', 30_000)
        expect(product.events).not.toContainEqual(expect.objectContaining({ command: 'start' }))
        expect(product.callsToReset()).toBe(0)
      },
    )
  }

  scene(
    'waits on when they come back before the time is over',
    { env: { EMPTY_HOLD: '4s' }, tags: ['long'] },
    async stage => {
      const { product } = stage
      await stage.waiting()
      stage.leave()
      await product.cardSays('The group has been seen empty since', 30_000)
      stage.join()
      await product.cardSays('2 consumers are connected: audit-1', 30_000)
      expect(product.callsToReset()).toBe(0)
    },
  )

  scene(
    'gives up when the group was never empty in time, and says who stayed',
    { env: { EMPTY_WAIT: '3s', EMPTY_HOLD: '1s' }, tags: ['long'] },
    async stage => {
      const { product } = stage
      await stage.waiting()
      await product.cardSays('· failed', 30_000)
      await product.threadSays('The group was never empty for 1 s: 2 consumers are connected: audit-1')
      expect(product.callsToReset()).toBe(0)
    },
  )

  scene('can be called off by the requester', { tags: ['long'] }, async stage => {
    const { product } = stage
    await stage.waiting()
    await product.alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
    await product.threadSays('@alice cancelled R-1. Nothing was reset.')
    stage.leave()
    await new Promise(resolve => setTimeout(resolve, 2_500))
    expect(product.callsToReset()).toBe(0)
  })

  scene('can be called off by an approver, and by nobody else', { tags: ['long'] }, async stage => {
    const { product } = stage
    await stage.waiting()
    const { dave, carol } = product
    await dave.press(product.card(), 'Cancel Request')
    await until(() => dave.ephemerals().some(message => textOf(message).includes('Only @alice')))
    expect(textOf(product.card())).toContain('waiting for the group to be empty')
    await carol.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
    await product.threadSays('@carol cancelled R-1')
  })

  scene(
    'asks for a new decision when they commit while they are waited for',
    { tags: ['long'] },
    async stage => {
      const { product } = stage
      await stage.waiting()
      product.ckafka.cluster.consume(GROUP, 'orders', 0, 3)
      stage.leave()
      await product.threadSays('Offsets or logs have changed since R-1 was planned', 30_000)
      expect(product.callsToReset()).toBe(0)
      await product.cardSays(/waiting for approval[\s\S]*Changed since the previous plan/)
      await product.review(product.carol, 'Approve')
      await product.cardSays('· done', 30_000)
      expect(textOf(product.card())).toContain('Approved by @carol')
      expect(stage.effects()).toBe(1)
    },
  )

  scene(
    'waits on in the next process when this one is stopped',
    { env: { EMPTY_WAIT: '3m' }, tags: ['long'] },
    async stage => {
      const { product } = stage
      await stage.waiting()
      await product.rewind.stop()
      stage.leave()
      await product.startAnother()
      // What the first had in hand when it was stopped is taken up once its lease is over.
      await product.cardSays('· done', 90_000)
      expect(stage.effects()).toBe(1)
      expect(product.threadText().match(/waits for its group to be empty/g)).toHaveLength(1)
    },
  )
})
