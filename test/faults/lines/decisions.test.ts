// Lines 1 to 5 and 36 of the fault table: who decides, how often, on what, and by which rule. The service is asked for each of
// them in every run.
// @module-tag long

import { describe, expect, inject, it } from 'vitest'
import type { ResetRequest } from '../../../src/request/request.ts'
import { DEMO, OPS, textOf, viewText } from '../../support/product.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { sendAs } from './signed.ts'
import { ASK, count, type Stage, startStage, until } from './stage.ts'

const TEST_MS = 90_000
const decidedIn = ({ state, votes, plan, round, notes, revision }: ResetRequest) => ({
  ...{ state, votes, plan, round, notes, revision },
})
const WHO_WAS_FIRST = /@(bob has approved|carol has rejected) R-\d/

describe.concurrent('decisions', () => {
  it(
    '1: two approvers at the same instant make one decision, and the later one hears who was first',
    async context => {
      const stage = await startStage(context)
      const { bob, carol } = stage
      for (const [id, inOrder] of [
        ['R-1', [bob, carol]],
        ['R-2', [carol, bob]],
      ] as const) {
        await stage.ask(ASK)
        for (const [person, verdict] of [
          [bob, 'Approve'],
          [carol, 'Reject'],
        ] as const) {
          await stage.openReview(person)
          await person.fill('Decision', verdict)
          await person.fill('Note', `said by ${person.user.name}`)
        }
        const outcomes = await Promise.all(inOrder.map(person => person.submit()))
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['closed', 'updated'])
        const later = outcomes.find(({ kind }) => kind === 'updated')
        const told = later?.kind === 'updated' ? viewText(later.view) : ''
        expect(told).toMatch(WHO_WAS_FIRST)
        for (const person of inOrder) if (person.view() !== undefined) await person.closeView()

        const [decision, ...more] = await stage.audited('decide', id)
        expect(more).toEqual([])
        const isApproved = decision?.verdict === 'approve'
        expect(told).toContain(isApproved ? '@bob has approved' : '@carol has rejected')
        await stage.cardSays(isApproved ? `${id} · done` : `${id} · rejected`)
        expect(textOf(stage.card()).match(/Approved by @bob|Rejected by @carol/g)).toHaveLength(1)
        await until(() => count(stage.threadOf(id), isApproved ? `${id} is done` : `rejected ${id}`) === 1)
        expect(stage.threadText().match(/(approved|rejected) R-/g)).toHaveLength(1)
        expect((await stage.record(id)).state).toMatchObject({ name: isApproved ? 'succeeded' : 'rejected' })
        const starts = await stage.audited('start', id)
        expect(starts).toHaveLength(isApproved ? 1 : 0)
      }
      const approvals = [...(await stage.audited('start')), ...(await stage.audited('start', 'R-2'))].length
      expect(stage.callsToReset()).toBe(approvals)
      expect(stage.effects()).toBe(approvals)
    },
    TEST_MS,
  )

  it(
    '2: a decision that is sent twice is one change, one audit event and one notice',
    async context => {
      const stage = await startStage(context)
      await stage.ask(ASK)
      await stage.openReview(stage.bob)
      await stage.bob.fill('Decision', 'Approve')
      const outcomes = await Promise.all([stage.bob.submit(), stage.bob.submit()])
      expect(outcomes.filter(({ kind }) => kind === 'closed')).toHaveLength(1)
      await stage.cardSays('· done')
      await stage.threadSays('4 partitions succeeded')
      expect(await stage.audited('decide')).toHaveLength(1)
      expect((await stage.record()).votes).toHaveLength(1)
      expect(count(stage.threadOf('R-1'), 'approved R-1')).toBe(1)
      expect(count(stage.threadOf('R-1'), 'R-1 is done')).toBe(1)
      expect(stage.callsToReset()).toBe(1)
      expect(stage.effects()).toBe(1)
    },
    TEST_MS,
  )

  it(
    '3: the requester, a removed approver, an outsider, a guest and a stranger are refused with a reason, and their attempts are in the audit',
    async context => {
      const stage = await startStage(context, { delivery: 'http' })
      const { alice, bob, carol, dave, slack } = stage
      const card = await stage.ask(ASK)
      slack.setUserGroup('S0KAFKA', [])
      const before = await stage.record()
      await stage.openReview(bob)
      await bob.fill('Decision', 'Approve')
      const view = bob.view()
      if (view === undefined) throw new Error('Nothing is open.')

      const refused = [
        { who: alice, because: 'You asked for R-1 yourself', refusal: 'ownRequest' },
        { who: carol, because: 'Only approvers can decide on R-1', refusal: 'notApprover' },
        { who: dave, because: 'Only approvers can decide', refusal: 'notApprover' },
      ] as const
      // Who is no member of the workspace does not come as far (test/product/strangers.test.ts).
      const strangers = [
        { who: slack.person('U0GINA'), because: 'Guests of this workspace cannot use Rewind' },
        { who: slack.person('U0ERIN'), because: 'you belong to another one' },
      ]
      for (const { who, because } of [...refused, ...strangers]) {
        const heard = who.ephemerals().length
        await who.press(card, 'Review')
        await until(() => who.ephemerals().length === heard + 1)
        expect(textOf(who.ephemerals().at(-1) as never)).toContain(because)
        expect(who.view()).toBeUndefined()
        expect(await sendAs(stage, who, view)).toContain(because)
      }

      const attempts = await stage.audited('attempted')
      // Once as they press the button, and once as they send a window that was not opened for them.
      const expected = refused.flatMap(({ who, refusal }) => {
        const tried = { by: who.user.id, refusal, command: 'decide' }
        return [tried, tried]
      })
      expect(attempts).toEqual(expected.map(each => expect.objectContaining(each)))
      expect(await stage.audited('decide')).toEqual([])
      expect(decidedIn(await stage.record())).toEqual(decidedIn(before))
      expect(textOf(stage.card())).toContain('· waiting for approval')
      expect(count(stage.threadOf('R-1'), 'approved')).toBe(0)
      expect(stage.callsToReset()).toBe(0)
      expect(stage.effects()).toBe(0)
    },
    TEST_MS,
  )

  it(
    '4: a form that is sent twice, at once or after a slow answer, is one request',
    async context => {
      const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
      context.onTestFinished(() => proxy.close())
      const stage = await startStage(context, { redisUrl: `redis://127.0.0.1:${proxy.port}` })
      const { alice, slack } = stage
      const fill = async () => {
        await alice.command(OPS, `/reset-offsets ${ASK}`)
        await alice.waitForView()
      }
      await fill()
      const outcomes = await Promise.all([alice.submit(), alice.submit()])
      expect(outcomes.map(({ kind }) => kind)).toContain('closed')
      await until(() => slack.messages(OPS).length === 1)
      await stage.cardSays('· waiting for approval')

      await fill()
      proxy.hang()
      expect((await alice.submit()).kind).not.toBe('closed')
      proxy.resume()
      await until(async () => (await alice.submit()).kind === 'closed')
      await until(() => slack.messages(OPS).length === 2)
      await stage.cardSays('· waiting for approval')
      const open = await stage.openIds()
      expect(open).toHaveLength(2)
      for (const id of open) expect(await stage.audited('submit', id)).toHaveLength(1)
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(slack.messages(OPS)).toHaveLength(2)
      expect(stage.callsToReset()).toBe(0)
    },
    TEST_MS,
  )
})

/** What becomes of the request while its old card is still on somebody's screen, and the old modal open. */
const MEANWHILE: {
  name: string
  env?: Record<string, string>
  act(stage: Stage): Promise<void>
  because: RegExp
  card: string
}[] = [
  {
    name: 'rejected',
    act: ({ carol, review }) => review(carol, 'Reject', 'no'),
    because: /Too late: @carol has rejected R-1/,
    card: 'rejected',
  },
  {
    name: 'cancelled',
    act: ({ alice, card }) => alice.press(card(), 'Cancel Request'),
    because: /Too late: @alice has cancelled R-1/,
    card: 'cancelled',
  },
  {
    name: 'expired',
    env: { REQUEST_EXPIRY: '4s' },
    act: ({ record }) => until(async () => (await record()).state.name === 'expired'),
    because: /R-1 has expired, so nothing was done/,
    card: 'expired',
  },
  {
    name: 'planned anew',
    async act(stage) {
      stage.ckafka.cluster.commit(DEMO.group, 'orders', 0, 500_000n)
      await stage.openReview(stage.carol)
      await until(async () => (await stage.record()).round === 2 && (await stage.record()).plan !== null)
    },
    because: /can no longer be approved: the group or its logs changed after it was made/,
    card: 'waiting for approval',
  },
]

describe.concurrent('a click on what is old', () => {
  for (const { name, env = {}, act, because, card } of MEANWHILE) {
    // What has ended is refused in one place, however it ended.
    const tags = ['rejected', 'planned anew'].includes(name) ? [] : ['long']
    it(`5: on a request that was ${name} meanwhile is refused, and the card is drawn again`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const stage = await startStage(context, { env })
      const { bob } = stage
      const old = await stage.ask(ASK)
      await stage.openReview(bob)
      await bob.waitForView(view => viewText(view).includes('Nothing has changed'))
      await bob.fill('Decision', 'Approve')
      await act(stage)
      const outcome = await bob.submit()
      expect(outcome.kind === 'updated' ? viewText(outcome.view) : outcome.kind).toMatch(because)

      await bob.press(old, 'Review')
      if (name === 'planned anew') {
        const { plan } = await stage.record()
        const opened = await bob.waitForView(view => view.private_metadata.includes(`${plan?.digest}`))
        expect(viewText(opened)).toContain('Review R-1')
        await stage.cardSays('Changed since the previous plan')
      } else {
        await stage.heard(bob, because)
        await stage.cardSays(`R-1 · ${card}`)
        expect(textOf(stage.card())).not.toContain('[ Review ]')
      }
      await stage.cardSays(`R-1 · ${card}`)
      const decisions = await stage.audited('decide')
      expect(decisions.filter(({ verdict }) => verdict === 'approve')).toEqual([])
      expect(stage.callsToReset()).toBe(0)
      expect(stage.effects()).toBe(0)
    })
  }
})

describe.concurrent('the policy in force', () => {
  it(
    '36: decides on what was approved by somebody who is no approver any more, and its rule is in the audit',
    async context => {
      const stage = await startStage(context, { env: { EMPTY_HOLD: '1s', EMPTY_WAIT: '30s' } })
      const { bob, carol, slack, ckafka } = stage
      ckafka.cluster.join(DEMO.group, { clientId: 'billing-1', assignment: { orders: [0] } })
      await stage.ask(ASK)
      await stage.review(carol, 'Approve')
      await stage.cardSays('approved, waiting for the group to be empty')
      await stage.rewind.stop()
      slack.setUserGroup('S0KAFKA', [])
      await stage.startAnother()
      await slack.waitForApp()
      await stage.threadSays('The approval of @carol does not count any more')
      await stage.cardSays('· waiting for approval')
      ckafka.cluster.leave(DEMO.group, 'billing-1')
      const { state, votes } = await stage.record()
      expect({ state, votes }).toEqual({ state: { name: 'pending' }, votes: [] })
      expect(await stage.audited('reguard')).toMatchObject([
        { fills: { U0CAROL: [] }, guard: { rule: 'APPROVERS', version: 'settings' } },
      ])
      expect(stage.callsToReset()).toBe(0)

      await stage.review(bob, 'Approve')
      await stage.cardSays('· done')
      const rules = (await stage.audited('decide')).map(({ by, policy }) => [by, policy.verdict, policy.rule])
      expect(rules).toEqual([
        ['U0CAROL', 'allow', 'APPROVERS (settings)'],
        ['U0BOB', 'allow', 'APPROVERS (settings)'],
      ])
      expect(stage.effects()).toBe(1)
    },
    TEST_MS,
  )

  it(
    '36: refuses who was removed between opening the approval and sending it',
    async context => {
      const stage = await startStage(context)
      await stage.ask(ASK)
      await stage.openReview(stage.carol)
      await stage.carol.fill('Decision', 'Approve')
      stage.slack.setUserGroup('S0KAFKA', [])
      const outcome = await stage.carol.submit()
      const told = outcome.kind === 'updated' ? viewText(outcome.view) : outcome.kind
      expect(told).toContain('Only approvers can decide on R-1')
      expect(await stage.audited('attempted')).toMatchObject([{ by: 'U0CAROL', refusal: 'notApprover' }])
      expect(await stage.audited('decide')).toEqual([])
      await stage.cardSays('· waiting for approval')
      expect(stage.callsToReset()).toBe(0)
      expect(stage.effects()).toBe(0)
    },
    TEST_MS,
  )
})
