import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { Person, SlackFault } from '../../src/sandbox/slack/face.ts'
import {
  DEMO,
  FALLBACK,
  NO_WAITING,
  OPS,
  type Product,
  type ProductOptions,
  textOf,
  until,
  viewText,
} from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason "wrong VAT rate"`
const HOUR_MS = 3_600_000

const { scene, product, start: startAny, afterwards } = createScenes()

const TWO_TEAMS = `
version: 1
teams: { orders: [S0ORDERS], platform: [S0PLATFORM] }
rules:
  - name: orders
    match: { groups: ['orders-*'] }
    approve: [{ from: orders }, { from: platform }]
`

/** With one approver, and what else the rule says. */
const rule = (more: string) => `
version: 1
rules:
  - name: orders
    approve: [{ from: U0BOB }]
    ${more}
`

const folders = new WeakMap<Product, string>()

function policyFile(): string {
  return join(folders.get(product()) ?? '', 'policy.yml')
}

async function start(policy: string, options: ProductOptions = {}): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-policy-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'policy.yml')
  writeFileSync(file, policy)
  const env = { POLICY_FILE: file, APPROVERS: '', ...NO_WAITING, ...options.env }
  const product = await startAny({ ...options, env })
  folders.set(product, folder)
  return product
}

/** What a person has been told directly. */
const told = (person: Person) =>
  person
    .directMessages()
    .map(message => textOf(message))
    .join('\n')
const hears = (person: Person, words: string) =>
  until(() => person.ephemerals().some(message => textOf(message).includes(words)))

describe.concurrent('a quorum of two teams', () => {
  scene(
    'is one of each: the card says who has voted and who is still needed, and nobody counts twice',
    async () => {
      const { bob, carol, dave } = await start(TWO_TEAMS)
      await product().ask(ASK)
      await product().cardSays('orders: 0 of 1 approval (from @orders)')
      await product().cardSays('platform: 0 of 1 approval (from @platform)')
      await product().review(bob, 'Approve')
      await product().cardSays('orders: 1 of 1 approval')
      await product().cardSays('Approved so far by @bob for orders.')
      await bob.press(product().card(), 'Review')
      await hears(bob, 'You have approved R-1 already')
      await product().review(dave, 'Approve')
      await product().cardSays('R-1 · done')
      await product().cardSays('Approved by @bob and @dave')
      expect(product().callsToReset()).toBe(1)
      expect(carol.directMessages()).toEqual([])
    },
  )

  scene(
    'is not reached by two of one team; a vote can be taken back; one reject ends it with its reason',
    { tags: ['long'] },
    async () => {
      const { bob, carol, dave } = await start(TWO_TEAMS)
      await product().ask(ASK)
      await product().review(carol, 'Approve')
      await product().cardSays('so far by @carol')
      await bob.press(product().card(), 'Withdraw My Approval')
      await hears(bob, 'You have not approved R-1')
      await carol.press(product().card(), 'Withdraw My Approval')
      await product().threadSays(
        '@carol took their approval of R-1 back (0 of 2 approvals; still needed from',
      )
      await product().review(bob, 'Approve')
      await product().review(dave, 'Reject', 'not during the sale')
      await product().cardSays('R-1 · rejected')
      await product().threadSays('@dave rejected R-1:\n  > not during the sale')
      expect(product().callsToReset()).toBe(0)
    },
  )
})

describe.concurrent('a user group that cannot be read', () => {
  const silence = (fault: SlackFault) => product().slack.inject('usergroups.users.list', fault, 10_000)
  const metrics = async () => (await fetch(`http://127.0.0.1:${product().rewind.port}/metrics`)).text()

  scene(
    'adds no vote, takes none back, and is on the card and in a gauge until it can be read again',
    {
      tags: ['long'],
      timeout: 70_000,
    },
    async () => {
      const { slack, bob, carol } = await start(TWO_TEAMS)
      slack.setUserGroup('S0PLATFORM', ['U0DAVE'])
      await product().ask(ASK)
      await product().review(bob, 'Approve')
      await product().review(carol, 'Approve')
      silence({ kind: 'rateLimited', retryAfterSeconds: 1 })
      // Whatever is edited has every open request looked at again.
      writeFileSync(policyFile(), TWO_TEAMS.replace('name: orders', 'name: orders and platform'))
      await product().cardSays(
        'Cannot be read in Slack: @orders @platform. What was read of it before',
        10_000,
      )
      await product().cardSays('platform: 0 of 1 approval')
      expect(await metrics()).toContain('rewind_policy_groups_unreadable 2')
      expect(product().card().text).toContain('waiting for approval')
      // Somebody the policy may name is told that this is not known.
      await product().dave.press(product().card(), 'Review')
      await hears(product().dave, 'asks about a user group that Slack does not show at the moment')
      expect(product().callsToReset()).toBe(0)
      slack.clearFaults()
      await product().cardSays(/^(?![\s\S]*Cannot be read)/, 40_000)
      expect(await metrics()).toContain('rewind_policy_groups_unreadable 0')
      await product().review(product().dave, 'Approve')
      await product().cardSays('R-1 · done')
    },
  )

  scene(
    'keeps no freeze from taking effect, whichever other rule asks about it, and however long Slack is silent',
    async () => {
      const gone = (team: string) =>
        `  - name: not ${team}\n    deny: Ask them.\n    match: { groups: ['${team}-*'] }\n    people: [S0GONE]\n`
      const freeze = '  - name: freeze\n    deny: Nothing moves this week.\n'
      await start(rule('') + gone('payments'))
      await product().ask(ASK)
      silence({ kind: 'hang' })
      writeFileSync(policyFile(), rule('') + gone('payments') + gone('orders') + freeze)
      await product().cardSays(
        'The policy does not allow it (rule freeze). It says: “Nothing moves this week.”',
        20_000,
      )
    },
  )

  scene(
    'holds what a rule that asks about it may forbid, until the policy is edited',
    { tags: ['long'] },
    async () => {
      const crew =
        '  - name: no crew\n    deny: Not by the crew.\n    match: { groups: [orders-billing] }\n    people: [S0GONE]\n'
      const { alice, bob } = await start(rule(''))
      await product().ask(ASK)
      writeFileSync(policyFile(), rule('') + crew)
      await product().cardSays('so no approval is taken until it can be read', 10_000)
      const view = await product().openReview(bob)
      expect(viewText(view)).toContain('so no approval is taken until it can be read')
      await bob.fill('Decision', 'Approve')
      expect(JSON.stringify(await bob.submit())).toContain(
        'so what it says of R-1 is not known. Nothing was done.',
      )
      await bob.closeView(true)
      await alice.command(OPS, `/reset-offsets ${ASK}`)
      await alice.waitForView()
      expect(JSON.stringify(await alice.submit())).toContain(
        'Whether the policy allows it is not known (rule “no crew”)',
      )
      writeFileSync(policyFile(), rule(''))
      await product().cardSays(/^(?![\s\S]*Cannot be read)/, 10_000)
      await product().review(bob, 'Approve')
      await product().cardSays('R-1 · done')
    },
  )

  scene(
    'holds what is approved already and waits for its turn',
    {
      tags: ['long'],
      timeout: 90_000,
    },
    async () => {
      const crew =
        '  - name: no crew\n    deny: Not by the crew.\n    match: { groups: [orders-billing] }\n    people: [S0GONE]\n'
      const { bob } = await start(rule(''), { env: { EMPTY_HOLD: '1s' } })
      await product().ask(ASK)
      product().ckafka.cluster.join(DEMO.group, { clientId: 'billing-1', host: '/10.0.3.11' })
      await product().review(bob, 'Approve')
      await product().cardSays('once Rewind has seen the group without consumers for')
      writeFileSync(policyFile(), rule('') + crew)
      await product().cardSays('so it does not run until it can be read', 10_000)
      product().ckafka.cluster.leave(DEMO.group, 'billing-1')
      await new Promise(resolve => setTimeout(resolve, 5_000))
      expect(product().callsToReset()).toBe(0)
      writeFileSync(policyFile(), rule(''))
      await product().cardSays('R-1 · done', 60_000)
    },
  )
})

describe.concurrent('who may ask', () => {
  scene(
    'is refused with the reason, loses nothing that was typed, and the attempt is in the audit',
    async () => {
      const { alice } = await start(
        `${rule('')}  - name: hands off\n    deny: The payments team resets these itself.\n    match: { groups: [orders-billing] }\n`,
      )
      await alice.command(OPS, `/reset-offsets ${ASK}`)
      await alice.waitForView()
      const outcome = await alice.submit()
      expect(JSON.stringify(outcome)).toContain('The payments team resets these itself.')
      expect(product().slack.messages(OPS)).toEqual([])
    },
  )

  scene(
    'is told before anybody decides when it is one of all topics that the policy is about',
    { tags: ['long'] },
    async () => {
      await start(
        `${rule('')}  - name: no payments\n    deny: Ask the payments team.\n    match: { topics: [payments] }\n`,
      )
      await product().ask(ASK.replace('--topic orders', '--all-topics'))
      await product().cardSays('R-1 · not allowed')
      await product().cardSays(
        'The policy does not allow it (rule “no payments”). It says: “Ask the payments team.”',
      )
    },
  )
})

describe.concurrent('an edited policy', () => {
  scene('ends what it allows no more, and says by which rule', async () => {
    await start(rule(''))
    await product().ask(ASK)
    writeFileSync(policyFile(), `${rule('')}  - name: freeze\n    deny: Nothing moves this week.\n`)
    await product().cardSays('R-1 · not allowed', 10_000)
    await product().threadSays(
      'The policy does not allow it (rule freeze). It says: “Nothing moves this week.”',
    )
    await until(() => told(product().alice).includes('Nothing moves this week.'))
  })

  scene('that asks for more lets nobody run by what was enough before', { tags: ['long'] }, async () => {
    const { bob } = await start(TWO_TEAMS.replace(', { from: platform }', ''))
    await product().ask(ASK)
    writeFileSync(policyFile(), TWO_TEAMS)
    await product().threadSays('it has 0 of 2 approvals', 10_000)
    await product().review(bob, 'Approve')
    await product().cardSays('so far by @bob')
    expect(product().callsToReset()).toBe(0)
  })

  scene('that cannot be used changes nothing', { tags: ['long'] }, async () => {
    const { bob } = await start(rule(''))
    await product().ask(ASK)
    writeFileSync(policyFile(), 'version: 2\n')
    await new Promise(resolve => setTimeout(resolve, 2_500))
    await product().review(bob, 'Approve')
    await product().cardSays('R-1 · done')
  })
})

describe.concurrent('breaking the glass', () => {
  const GLASS = rule('break-glass: [U0ALICE]\n    tell: [C0FALLBACK]')

  scene(
    'runs without approval with a typed reason, tells the approvers, and is reviewed afterwards',
    async () => {
      const { alice, bob, dave } = await start(GLASS)
      await product().ask(ASK)
      await dave.press(product().card(), 'Break Glass')
      await hears(dave, 'The policy does not let you run R-1 without approval.')
      await alice.press(product().card(), 'Break Glass')
      const view = await alice.waitForView()
      expect(viewText(view)).toContain(
        'This runs without anybody’s approval, immediately if the group is empty and no other request holds it.',
      )
      // What it would do, and whether anybody would be in its way, stand where it is decided.
      expect(viewText(view)).toMatch(/orders p0: [\d,]+ → [\d,]+/)
      expect(viewText(view)).toContain('When planned, the group had no members.')
      await alice.fill('Why it cannot wait', 'paging: invoices are doubled')
      await alice.fill('typed_group', 'orders')
      expect(JSON.stringify(await alice.submit())).toContain('exactly as shown')
      await alice.fill('typed_group', DEMO.group)
      expect((await alice.submit()).kind).toBe('closed')
      await product().cardSays('R-1 · done · without approval')
      await product().threadSays('@alice runs R-1 without approval:\n  > paging: invoices are doubled')
      await product().threadSays('@bob: you have to review it afterwards.')
      await until(() => product().slack.messages(FALLBACK).length === 2)
      expect(product().callsToReset()).toBe(1)

      await product().cardSays('Waiting for a review by @bob.')
      await alice.press(product().card(), 'Review Afterwards')
      await hears(alice, 'Neither who asked for R-1 nor who ran it may review it: another approver has to.')
      await bob.command(OPS, '/offset-requests')
      await until(() =>
        bob
          .ephemerals()
          .some(message => textOf(message).includes('R-1 · done, waiting for a review afterwards')),
      )
      await bob.press(product().card(), 'Review Afterwards')
      const afterwards = viewText(await bob.waitForView())
      expect(afterwards).toContain('@alice ran R-1 without approval:')
      expect(afterwards).toContain('partitions succeeded.')
      await bob.fill('Your assessment', 'right call')
      expect((await bob.submit()).kind).toBe('closed')
      await product().cardSays('Reviewed by @bob:\n  > right call')
      await product().threadSays('@bob has reviewed the decision to run R-1 without approval')
      // Who is named is no user group, and Slack is not asked for its members.
      expect(product().events.filter(({ event }) => event === 'fault')).toEqual([])
    },
  )

  scene(
    'shows who has connected since it was planned, and can be sent as it is then',
    { tags: ['long'] },
    async () => {
      const { alice, ckafka } = await start(GLASS)
      await product().ask(ASK)
      const member = { host: '/10.0.3.11', assignment: { orders: [0] } }
      ckafka.cluster.join(DEMO.group, { clientId: 'audit-1', ...member })
      await alice.press(product().card(), 'Break Glass')
      const said = viewText(await alice.waitForView(view => viewText(view).includes('Right now')))
      expect(said).toContain(
        'Right now 1 consumer is connected: audit-1 (10.0.3.11). It waits until they have stopped.',
      )
      expect(said).toContain(
        'This runs without anybody’s approval, once Rewind has seen the group without consumers for ',
      )
      await alice.fill('Why it cannot wait', 'paging')
      await alice.fill('typed_group', DEMO.group)
      expect((await alice.submit()).kind).toBe('closed')
      await product().cardSays('waiting for the group to be empty · without approval')
    },
  )

  scene('is offered where the policy names nobody for it to nobody', { tags: ['long'] }, async () => {
    await start(rule(''))
    await product().ask(ASK)
    expect(textOf(product().card())).not.toContain('Break Glass')
  })
})

describe.concurrent('telling people', () => {
  scene('tells the requester of the decision and of the result, once each', { tags: ['long'] }, async () => {
    const { alice, bob } = await start(rule(''))
    await product().ask(ASK)
    expect(alice.directMessages()).toEqual([])
    await product().review(bob, 'Approve')
    await product().cardSays('R-1 · done')
    await until(() => alice.directMessages().length === 2)
    expect(told(alice)).toContain('@bob approved R-1')
    expect(told(alice)).toContain('4 partitions succeeded')
    expect(product().threadText()).not.toContain('@alice')
    expect(bob.directMessages()).toEqual([])
  })

  scene(
    'mentions approvers once, on the first card, reminds them by day, and asks others as well when nobody decides',
    { tags: ['long'] },
    async () => {
      // 20:30 where bob is: half an hour before the night.
      let aheadMs = Date.UTC(2026, 10, 23, 12, 30) - Date.now()
      const clock = () => Date.now() + aheadMs
      const { alice, bob, dave } = await start(
        rule('expires: 3d\n    remind: [15m, 1h, 3h]\n    escalate: { after: 20h, to: U0DAVE }'),
        { clock },
      )
      await product().ask(ASK)
      await product().cardSays('Who decides: @bob.')
      expect(bob.directMessages()).toEqual([])
      aheadMs += HOUR_MS / 4
      await until(() => bob.directMessages().length === 1)
      expect(told(bob)).toContain('R-1 waits for your decision.')
      // 21:30 and 23:30: it waits for eight in the morning, and is one message.
      aheadMs += HOUR_MS * 0.75
      await new Promise(resolve => setTimeout(resolve, 700))
      aheadMs += HOUR_MS * 2
      await new Promise(resolve => setTimeout(resolve, 700))
      expect(bob.directMessages()).toHaveLength(1)
      aheadMs += HOUR_MS * 9
      await until(() => bob.directMessages().length === 2)
      await dave.press(product().card(), 'Review')
      await hears(dave, 'Only approvers can decide on R-1')
      aheadMs += HOUR_MS * 9
      await product().threadSays('R-1 is not decided yet. Now asked as well: @dave')
      expect(bob.directMessages()).toHaveLength(2)
      await product().review(dave, 'Approve')
      await product().cardSays('R-1 · done')
      expect(alice.directMessages().length).toBeGreaterThan(0)
    },
  )
})

describe.concurrent('a window', () => {
  scene('holds an approved request until it opens', { tags: ['long'] }, async () => {
    // Monday 23 November 2026, 08:59:58 in Shanghai, and so until it has been seen to be held.
    const beforeMs = Date.UTC(2026, 10, 23, 0, 59, 58)
    let goesOnMs: number | undefined
    const clock = () => beforeMs + (goesOnMs === undefined ? 0 : Date.now() - goesOnMs)
    const { bob } = await start(
      rule("window: { days: mon-fri, hours: '09:00-18:00', zone: Asia/Shanghai }"),
      { clock },
    )
    await product().ask(ASK)
    await product().cardSays(
      'It runs only on Monday, Tuesday, Wednesday, Thursday, Friday from 09:00 to 18:00 (Asia/Shanghai).',
    )
    await product().review(bob, 'Approve')
    await product().cardSays('R-1 · approved, waiting for its window')
    await product().cardSays('It waits for its window, and may run from 2026-11-23 01:00 UTC on (')
    expect(product().callsToReset()).toBe(0)
    goesOnMs = Date.now()
    await product().cardSays('R-1 · done', 60_000)
    expect(product().ckafka.cluster.effects(DEMO.group)[0]?.atMs).toBeGreaterThanOrEqual(beforeMs + 2_000)
    expect(product().callsToReset()).toBe(1)
  })
})
