// The Home tab in the whole product: what waits for whom, every button of a card pressed there, and a page that changes by
// itself while nothing else waits for it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject } from 'vitest'
import type { Person } from '../../src/sandbox/slack/face.ts'
import {
  DEMO,
  NO_WAITING,
  OPS,
  type Product,
  type ProductOptions,
  textOf,
  until,
  viewText,
} from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason "wrong VAT rate"`
const HEADINGS = { waiting: 'Waiting for you', mine: 'Your requests', lately: 'Recent runs' }
type Part = keyof typeof HEADINGS

const { scene, product, start: startAny, afterwards } = createScenes()

const start = (options: ProductOptions = {}): Promise<Product> =>
  startAny({ ...options, env: { ...NO_WAITING, ...options.env } })

async function startUnder(policy: string): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-home-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'policy.yml')
  writeFileSync(file, policy)
  return start({ env: { POLICY_FILE: file, APPROVERS: '' } })
}

/** What stands under one heading. */
function under(person: Person, part: Part): string {
  const [, below = ''] = viewText(person.home()).split(`== ${HEADINGS[part]} ==`)
  return below.split('== ')[0] ?? ''
}

const shows = (person: Person, part: Part, words: string | RegExp, timeoutMs = 10_000) =>
  until(
    () => (typeof words === 'string' ? under(person, part).includes(words) : words.test(under(person, part))),
    timeoutMs,
  )
const press = (person: Person, part: Part, button: string, id = 'R-1') =>
  person.pressInHome(button, `${part}_${id}`)
/** A window that says this, and is closed again. */
async function says(person: Person, words: string): Promise<void> {
  await person.waitForView(view => viewText(view).includes(words))
  await person.closeView(true)
}
const published = (person?: Person) =>
  product()
    .slack.calls('views.publish')
    .filter(({ args, ok }) => ok && (person === undefined || args.user_id === person.user.id))
const rest = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function openAll(...people: Person[]): Promise<void> {
  for (const person of people) {
    await person.openHome()
    await until(() => person.home() !== undefined)
  }
}

describe.concurrent.each(['socket', 'http'] as const)('over %s, the Home tab', delivery => {
  const tags = delivery === 'socket' ? [] : ['long']

  scene(
    'shows what waits for whom, is decided on, and changes by itself for everybody who has opened it',
    {
      tags,
    },
    async () => {
      const { alice, bob, dave } = await start({ delivery })
      await openAll(alice, bob, dave)
      expect(under(bob, 'waiting')).toContain('Nothing waits for you')
      expect(under(alice, 'mine')).toContain('You have not asked for a reset yet')

      await product().ask(ASK)
      await shows(bob, 'waiting', 'R-1 · waiting for approval · @alice · orders-billing')
      await shows(alice, 'mine', 'R-1 · waiting for approval')
      expect(under(alice, 'waiting')).toContain('Nothing waits for you')

      await press(bob, 'waiting', 'Review')
      await bob.waitForView()
      await bob.fill('Decision', 'Approve')
      expect((await bob.submit()).kind).toBe('closed')
      await product().cardSays('· done')
      await shows(bob, 'waiting', 'Nothing waits for you')
      for (const person of [alice, bob, dave]) await shows(person, 'lately', 'R-1 · done')
      await shows(alice, 'mine', 'R-1 · done')
      expect(under(dave, 'waiting')).toContain('Nothing waits for you')
    },
  )
})

describe.concurrent('the Home tab', () => {
  scene(
    'is published only where something has changed, and not while nothing has',
    { tags: ['long'] },
    async () => {
      const { alice, dave } = await start()
      await openAll(alice, dave)
      const before = published().length
      await rest(4_500)
      expect(published()).toHaveLength(before)
      await product().ask(ASK)
      await shows(alice, 'mine', 'R-1 · waiting for approval')
      // Nothing of it is dave's: not to decide on, not asked for, and not run.
      expect(published(dave)).toHaveLength(1)
    },
  )

  scene('says why to those who may not use Rewind, and to nobody else', async () => {
    await start()
    const gina = product().slack.person('U0GINA')
    const erin = product().slack.person('U0ERIN')
    await openAll(gina, erin)
    expect(viewText(gina.home())).toContain('Guests of this workspace cannot use Rewind')
    expect(viewText(erin.home())).toContain('Only members of the workspace that Rewind is installed in')
    expect(viewText(gina.home())).not.toContain('Request a Reset')
  })

  scene('waits as long as Slack asks it to, and holds up nothing meanwhile', { tags: ['long'] }, async () => {
    let aheadMs = 0
    const { alice, bob } = await start({ clock: () => Date.now() + aheadMs })
    await openAll(bob)
    product().slack.inject('views.publish', { kind: 'rateLimited', retryAfterSeconds: 600 })
    const refusedAt = () =>
      product()
        .slack.calls('views.publish')
        .find(({ ok }) => !ok)?.atMs
    await alice.openHome()
    await until(() => refusedAt() !== undefined)
    await product().ask(ASK)
    await product().openReview(bob)
    expect(published(alice)).toEqual([])
    aheadMs += 601_000
    await shows(alice, 'mine', 'R-1 · waiting for approval', 25_000)
    const [again] = published(alice)
    expect((again?.atMs ?? 0) - (refusedAt() ?? 0)).toBeGreaterThanOrEqual(600_000)
  })
})

describe.concurrent('a process that stops', () => {
  scene(
    'publishes nothing any more; another one looks after whoever presses something there',
    { tags: ['long'] },
    async () => {
      const { alice, rewind, events } = await start()
      await openAll(alice)
      await product().startAnother()
      await until(() => product().slack.connections() === 2)
      await rewind.stop()
      await until(() => product().slack.connections() === 1)
      await product().ask(ASK)
      await rest(2_500)
      expect(published(alice)).toHaveLength(1)
      expect(events.filter(({ event }) => event === 'fault')).toEqual([])
      await alice.pressInHome('Request a Reset')
      await says(alice, 'Consumer group')
      await shows(alice, 'mine', 'R-1 · waiting for approval')
    },
  )
})

describe.concurrent('a Home tab that is opened while the store is away', () => {
  scene('says so, and fills itself when it is back', { tags: ['long'] }, async () => {
    const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    afterwards(() => proxy.close())
    const { alice } = await start({ redisUrl: `redis://127.0.0.1:${proxy.port}` })
    await product().ask(ASK)
    proxy.down()
    await alice.openHome()
    await until(() => viewText(alice.home()).includes('cannot read its requests right now'), 15_000)
    proxy.up()
    await shows(alice, 'mine', 'R-1 · waiting for approval', 15_000)
  })
})

describe.concurrent('asked for on the Home tab', () => {
  scene('a request has its card where cards go', async () => {
    const { alice } = await start({ env: { APPROVALS_CHANNEL: OPS } })
    await openAll(alice)
    await alice.pressInHome('Request a Reset')
    const form = await alice.waitForView()
    expect(viewText(form)).not.toContain('direct messages')
    await fillForm(alice)
    await until(() => product().slack.messages(OPS).length === 1)
    await product().cardSays('waiting for approval')
  })

  scene(
    'a request has its card with the requester where cards go nowhere else, and is found by the approvers',
    { tags: ['long'] },
    async () => {
      const { alice, bob } = await start()
      await openAll(alice, bob)
      await alice.pressInHome('Request a Reset')
      const form = await alice.waitForView()
      expect(viewText(form)).toContain('the card comes to your direct messages with Rewind')
      await fillForm(alice)
      await shows(bob, 'waiting', 'R-1 · waiting for approval')
      await press(bob, 'waiting', 'Review')
      await bob.waitForView()
      await bob.fill('Decision', 'Approve')
      expect((await bob.submit()).kind).toBe('closed')
      await until(() => alice.directMessages().some(message => /R-1 · (partly )?done/.test(textOf(message))))
      await shows(bob, 'lately', /R-1 · (partly )?done/)
      expect(product().slack.messages(OPS)).toEqual([])
    },
  )

  async function fillForm(person: Person): Promise<void> {
    await person.fill('CKafka instance', `orders-demo (${DEMO.instance})`)
    await person.waitForView(view => view.private_metadata.includes(DEMO.instance))
    await person.fill('Consumer group', DEMO.group)
    await person.fill('Topics to reset', 'All topics of the group')
    await person.fill('Where the offsets go', 'By a number of messages')
    await person.waitForView(view => JSON.stringify(view.blocks).includes('Messages per partition'))
    await person.fill('Direction', 'Replay')
    await person.fill('Messages per partition', '10')
    await person.fill('field_reason', 'wrong VAT rate')
    expect(await person.submit()).toEqual({ kind: 'closed' })
  }
})

describe.concurrent('the buttons of a request on the Home tab', () => {
  scene(
    'answer in a small window what they would answer beside a card, and are only those that are of use',
    { tags: ['long'] },
    async () => {
      const { alice } = await start()
      await product().ask(ASK)
      await openAll(alice)
      await expect(press(alice, 'mine', 'Review')).rejects.toThrow()
      await press(alice, 'mine', 'History')
      await says(alice, 'All requests for orders-billing')
      await press(alice, 'mine', 'Cancel Request')
      await product().cardSays('· cancelled')
      await shows(alice, 'mine', 'R-1 · cancelled')
      await press(alice, 'mine', 'Edit and Ask Again')
      await says(alice, 'Edit of R-1')
      expect(alice.ephemerals()).toEqual([])
    },
  )

  scene('answer in a direct message where Slack takes no window any more', { tags: ['long'] }, async () => {
    const { alice } = await start()
    const { bob } = product()
    await product().ask(ASK)
    await openAll(bob)
    // What bob sees is of before: his tab is not drawn while Slack is slow.
    product().slack.inject('views.publish', { kind: 'delay', ms: 5_000 })
    await alice.press(product().card(), 'Cancel Request')
    await product().cardSays('· cancelled')
    product().slack.inject('views.open', { kind: 'error', error: 'expired_trigger_id' })
    await press(bob, 'waiting', 'Review')
    await until(() => bob.directMessages().some(message => textOf(message).includes('has cancelled R-1')))
  })

  scene('lead back, and to another try', { tags: ['long'] }, async () => {
    const { alice } = await start()
    product().ckafka.cluster.failPartition('payments', 0, 6, 'not the leader')
    await product().ask(ASK.replace('--topic orders', '--topic orders --topic payments'))
    await product().review(product().bob, 'Approve')
    await product().cardSays('· partly done')
    await openAll(alice)
    await press(alice, 'lately', 'Prepare Undo')
    await says(alice, 'Undo R-1')
    await press(alice, 'lately', 'Retry What Failed')
    await says(alice, 'Tries again what R-1 did not do')
  })

  scene(
    'take a vote back, break the glass, and close what was broken',
    {
      tags: ['long'],
      timeout: 40_000,
    },
    async () => {
      const { alice, bob, carol } = await startUnder(`
version: 1
rules:
  - name: orders
    approve: [{ from: [U0BOB, U0CAROL], count: 2 }]
    break-glass: [U0ALICE]
`)
      await product().ask(ASK)
      await openAll(alice, bob, carol)
      await shows(bob, 'waiting', 'R-1')
      await product().review(bob, 'Approve')
      await shows(bob, 'waiting', 'Nothing waits for you')
      await shows(carol, 'waiting', 'R-1')
      // Neither is hers to do: what would be refused is not offered.
      await expect(press(carol, 'waiting', 'Withdraw My Approval')).rejects.toThrow()
      await expect(press(carol, 'waiting', 'Break Glass')).rejects.toThrow()
      await press(alice, 'mine', 'Break Glass')
      await alice.waitForView()
      await alice.fill('Why it cannot wait', 'invoices are doubled')
      await alice.fill('typed_group', DEMO.group)
      expect((await alice.submit()).kind).toBe('closed')
      await shows(carol, 'waiting', 'R-1 · done')
      await shows(bob, 'lately', 'R-1 · done')
      expect(under(alice, 'waiting')).toContain('Nothing waits for you')
      await press(carol, 'waiting', 'Review Afterwards')
      await carol.waitForView()
      await carol.fill('Your assessment', 'right call')
      expect((await carol.submit()).kind).toBe('closed')
      await product().cardSays('Reviewed by @carol:\n  > right call')
      await shows(carol, 'waiting', 'Nothing waits for you')
    },
  )

  scene(
    'say what became of a reset that nobody knows about',
    { tags: ['long'], timeout: 60_000 },
    async () => {
      const { alice, bob } = await start({ env: { CALL_DEADLINE: '1s', CALL_GRACE: '1s' } })
      await openAll(alice, bob)
      await product().ask(ASK)
      product().ckafka.inject('BatchModifyGroupOffsets', { kind: 'hang', afterDoingIt: true })
      await product().review(bob, 'Approve')
      await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
      product().ckafka.cluster.commit(DEMO.group, 'orders', 0, 12n)
      await shows(bob, 'waiting', 'R-1 · unclear, waiting for an answer', 20_000)
      await shows(alice, 'mine', 'R-1 · unclear, waiting for an answer')
      expect(under(alice, 'waiting')).toContain('Nothing waits for you')
      await expect(press(alice, 'mine', 'It Did Not')).rejects.toThrow()
      await press(alice, 'mine', 'Check Again')
      await says(alice, 'are being read back')
      await shows(bob, 'waiting', 'R-1 · unclear, waiting for an answer', 20_000)
      await press(bob, 'waiting', 'It Happened')
      await product().cardSays('· done')
      await shows(bob, 'waiting', 'Nothing waits for you')
    },
  )
})
