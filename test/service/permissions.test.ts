// Who may do what to a request, act by act, under the policy and the settings of the moment. The table below is the
// promise; an act of a person that is not in it does not compile.

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Approvals, ChangeOutcome, Submittal } from '../../src/ports/approvals.ts'
import type { Chat } from '../../src/ports/chat.ts'
import { ACTS, type ActKind } from '../../src/request/permissions.ts'
import { type AllowRule, guardUnder, type Policy } from '../../src/request/policy.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { isForbidden } from '../../src/request/step.ts'
import { createDebts } from '../../src/service/debts.ts'
import { ALICE, ALLOWED, approve, BOB, CAROL, HERE, SOMEWHERE } from '../support/requests.ts'
import { back100, type Service, startService } from '../support/service.ts'

const DAVE = 'U0DAVE'
const ERIN = 'U0ERIN'
/** alice asks; bob and carol decide, dave breaks the glass, and erin does nothing of the sort. */
const PEOPLE = { requester: ALICE, approver: BOB, glass: DAVE, outsider: ERIN } as const
type Role = keyof typeof PEOPLE
type Edit = keyof typeof EDITS

const [RULE] = policyOfSettings([BOB, CAROL], { typedAbove: null, secondApproverAbove: null }).rules as [
  AllowRule,
]
const policyOf = (change: Partial<AllowRule>, ...more: Policy['rules']): Policy => ({
  version: JSON.stringify(change),
  rules: [{ ...RULE, breakGlass: [DAVE], ...change }, ...more],
})
const needOf = (...from: string[]) => [{ label: '', from, count: 1 }]
const FREEZE: Policy['rules'][number] = {
  effect: 'deny',
  name: 'freeze',
  match: RULE.match,
  people: ['*'],
  channels: null,
  reason: 'Nothing moves this week.',
}
const BEFORE = policyOf({})

/** What has changed between the request and the act. */
const EDITS = {
  nothing: { policy: BEFORE, instances: [] },
  'bob and dave are taken out': { policy: policyOf({ needs: needOf(CAROL), breakGlass: [] }), instances: [] },
  'erin is put in': {
    policy: policyOf({ needs: needOf(BOB, ERIN), breakGlass: [DAVE, ERIN] }),
    instances: [],
  },
  'alice may not ask any more': {
    policy: policyOf({ request: { people: [CAROL], channels: null } }),
    instances: [],
  },
  'all is denied': { policy: policyOf({}, FREEZE), instances: [] },
  'another rule covers it': {
    policy: policyOf({ name: 'other', request: { people: [CAROL], channels: null } }),
    instances: [],
  },
  'the instance is left out': { policy: BEFORE, instances: [{ id: 'ckafka-other' }] },
} as const satisfies Record<string, { policy: Policy; instances: readonly { id: string }[] }>

const EVERYBODY: Role[] = ['requester', 'approver', 'glass', 'outsider']
const same = (roles: Role[]): Record<Edit, Role[]> => ({
  nothing: roles,
  'bob and dave are taken out': roles,
  'erin is put in': roles,
  'alice may not ask any more': roles,
  'all is denied': roles,
  'another rule covers it': roles,
  'the instance is left out': roles,
})
/** Of what leads to a call. */
const onlyWhereAllowed = {
  'bob and dave are taken out': [],
  'alice may not ask any more': [],
  'all is denied': [],
  'another rule covers it': [],
  'the instance is left out': [],
} satisfies Partial<Record<Edit, Role[]>>
/** Of what clears up: who may decide under the same rule as it reads today. */
const clearingUp = {
  nothing: ['approver'],
  'bob and dave are taken out': [],
  'erin is put in': ['approver', 'outsider'],
  'alice may not ask any more': ['approver'],
  'all is denied': ['approver'],
  'another rule covers it': [],
  'the instance is left out': ['approver'],
} satisfies Record<Edit, Role[]>

interface Case {
  /** A request of alice's to which it can be done. */
  to(): Promise<ResetRequest>
  does(approvals: Approvals, request: ResetRequest, by: string): Promise<ChangeOutcome>
  may: Record<Edit, Role[]>
}

const CASES: Record<ActKind | 'reject', Case> = {
  decide: {
    to: () => planned(),
    does: (approvals, request, by) =>
      approvals.decide(request.id, { ...vote(request), verdict: 'approve', by }),
    may: {
      nothing: ['approver'],
      'erin is put in': ['approver', 'outsider'],
      ...onlyWhereAllowed,
    },
  },
  reject: {
    to: () => planned(),
    does: (approvals, request, by) =>
      approvals.decide(request.id, { ...vote(request), verdict: 'reject', by }),
    may: {
      nothing: ['approver'],
      'erin is put in': ['approver', 'outsider'],
      ...onlyWhereAllowed,
    },
  },
  breakGlass: {
    to: () => planned(),
    does: (approvals, request, by) =>
      approvals.breakGlass(request.id, {
        by,
        reason: 'it cannot wait',
        digest: request.plan?.digest ?? '',
        typedGroup: request.reset.target.group,
        from: SOMEWHERE,
      }),
    may: {
      nothing: ['glass'],
      'erin is put in': ['glass', 'outsider'],
      ...onlyWhereAllowed,
    },
  },
  cancel: {
    to: () => approved(),
    does: (approvals, { id }, by) => approvals.cancel(id, by, SOMEWHERE),
    may: {
      nothing: ['requester', 'approver'],
      'bob and dave are taken out': ['requester'],
      'erin is put in': ['requester', 'approver', 'outsider'],
      'alice may not ask any more': ['requester', 'approver'],
      'all is denied': ['requester', 'approver'],
      'another rule covers it': ['requester'],
      'the instance is left out': ['requester', 'approver'],
    },
  },
  review: {
    async to() {
      const request = await planned()
      return service.apply(request, {
        kind: 'breakGlass',
        by: CAROL,
        reason: 'it could not wait',
        policy: ALLOWED,
        from: SOMEWHERE,
        digest: request.plan?.digest ?? '',
        typedGroup: request.reset.target.group,
      })
    },
    does: (approvals, { id }, by) => approvals.review(id, { by, note: 'right call', from: SOMEWHERE }),
    may: clearingUp,
  },
  testify: {
    to: () => unclear(),
    does: (approvals, { id, state }, by) =>
      approvals.testify(id, {
        attempt: 'attempt' in state ? state.attempt : 0,
        by,
        happened: true,
        from: SOMEWHERE,
      }),
    may: clearingUp,
  },
  withdraw: {
    async to() {
      const twice = policyOf({ needs: [{ label: '', from: [BOB, CAROL], count: 2 }] })
      const request = await planned(twice)
      return service.apply(request, { ...approve, ...vote(request) })
    },
    does: (approvals, { id }, by) => approvals.withdraw(id, by, SOMEWHERE),
    // It is bob's own.
    may: same(['approver']),
  },
  checkAgain: {
    to: () => unclear(),
    does: (approvals, { id, state }, by) =>
      approvals.checkAgain(id, 'attempt' in state ? state.attempt : 0, by, SOMEWHERE),
    may: same(EVERYBODY),
  },
}

let service: Service
/** With no request yet: each plan is compared with every one that is open on its group. */
async function startAnew(): Promise<void> {
  await service?.close()
  service = await startService()
}
beforeAll(startAnew)
afterAll(() => service.close())

/** Asked by alice, with a plan, under this policy. */
async function planned({ rules: [rule], version } = BEFORE): Promise<ResetRequest> {
  const { plan, id } = await service.plan(await service.ask())
  const guard = guardUnder(rule as AllowRule, version, plan)
  const outcome = await service.changes.change(id, { kind: 'reguard', guard, fills: {}, expiryMs: 3_600_000 })
  if (outcome.kind !== 'changed') throw new Error(outcome.kind)
  return outcome.request
}

const vote = (request: ResetRequest) => ({
  note: 'not during the sale',
  digest: request.plan?.digest ?? '',
  typedGroup: '',
  from: SOMEWHERE,
})

async function approved(): Promise<ResetRequest> {
  const request = await planned()
  return service.apply(request, { ...approve, ...vote(request), by: CAROL })
}

/** People are asked what became of it. */
async function unclear(): Promise<ResetRequest> {
  const request = await approved()
  return service.apply(request, { kind: 'alreadyThere', digest: request.plan?.digest ?? '' })
}

/** Every act with each edit is in `npm run test:long`; here it is each act as nothing has changed, and as people have. */
const isEveryday = (edit: string) => edit === 'nothing' || edit.includes('taken out')

describe('what a person may do', () => {
  it('is in the table for each act there is', () => {
    expect(
      Object.keys(CASES)
        .filter(act => act !== 'reject')
        .sort(),
    ).toEqual(Object.keys(ACTS).sort())
  })

  describe.each(Object.entries(CASES))('%s', (act, { to, does, may }) => {
    beforeAll(startAnew)
    for (const edit of Object.keys(EDITS) as Edit[]) {
      it(`when ${edit} since: ${may[edit].join(' and ') || 'nobody'}`, {
        tags: isEveryday(edit) ? [] : ['long'],
      }, async () => {
        const { policy, instances } = EDITS[edit]
        const all = EVERYBODY.map(async role => {
          const request = await to()
          const { id } = request
          const by = PEOPLE[role]
          const approvals = service.approvals(() => policy, [...instances])
          const outcome = await does(approvals, request, by)
          expect(outcome.kind, role).toBe(may[edit].includes(role) ? 'changed' : 'refused')
          if (outcome.kind !== 'refused') return
          const command = act === 'reject' ? 'decide' : act
          const { refusal } = outcome
          expect(service.events).toContainEqual({ event: 'refused', requestId: id, command, refusal, by })
          const events = await service.store.readEvents(id)
          const kept = events.flatMap(each => (each.command.kind === 'attempted' ? [each.command] : []))
          const from = SOMEWHERE
          expect(kept).toEqual(
            isForbidden(refusal) ? [{ kind: 'attempted', command, by, refusal, from }] : [],
          )
        })
        await Promise.all(all)
      })
    }
  })
})

describe('asking', () => {
  beforeAll(startAnew)
  const parents: Submittal['parent'][] = [null, 'undo', 'retry', 'edit'].map(kind =>
    kind === null ? null : ({ id: 'R-1', kind } as Submittal['parent']),
  )
  it.each(parents)('is refused on an instance that the settings leave out, as %o as well', async parent => {
    const submittal: Submittal = {
      reset: back100,
      targets: null,
      skipToEnd: false,
      reason: 'wrong VAT rate',
      parent,
      requester: ALICE,
      askedIn: HERE,
      cardIn: 'C0OPS',
      submissionId: randomUUID(),
    }
    const left = service.approvals(() => BEFORE, [{ id: 'ckafka-other' }])
    expect(await left.submit(submittal)).toEqual({
      kind: 'notAllowed',
      ruling: { why: 'instanceLeftOut', rule: null, reason: '' },
    })
    expect(service.events.at(-1)).toMatchObject({
      event: 'refused',
      requestId: null,
      refusal: 'instanceLeftOut',
    })
    const served = service.approvals(() => BEFORE, [{ id: back100.target.instanceId }])
    expect((await served.submit(submittal)).kind).toBe('submitted')
  })
})

/** Slack asks to wait, whatever it is asked. */
const LATER = { kind: 'later', afterMs: 60_000, cause: 'rate limited' } as const
const SILENT: Chat = {
  post: async () => LATER,
  find: async () => LATER,
  updateCard: async () => LATER,
  groupMembers: async () => null,
}

describe('what is open when the settings leave its instance out', () => {
  it('ends before it is handed over', async () => {
    const requests = [await planned(), await approved()]
    await service.approvals(() => BEFORE, [{ id: 'ckafka-other' }]).reconsiderOpen()
    for (const request of requests) {
      expect((await service.now(request)).state).toMatchObject({
        name: 'failed',
        outcome: { kind: 'notAllowed', ruling: { why: 'instanceLeftOut' } },
      })
    }
  })

  it('ends when its job was lost, instead of being handed over a second time', async () => {
    const request = await service.apply(await approved(), { kind: 'dispatched', number: 1 })
    service.pass(3_600_000)
    const handedOver: number[] = []
    const ruling = { why: 'instanceLeftOut', rule: null, reason: '' } as const
    const { pay, idle } = createDebts({
      ...service,
      queue: {
        isLive: async () => false,
        enqueue: async (_id, number) => void handedOver.push(number),
      },
      reconsider: async ({ state }) =>
        state.name === 'approved' ? { kind: 'disallow', ruling, version: 'settings' } : null,
      lookBack: () => Promise.reject(new Error('There is nothing to look back at.')),
      membersOf: async () => new Map(),
      people: null,
      chat: SILENT,
      report: () => {},
      processId: 'bot',
      graceMs: 5_000,
      requestExpiryMs: 3_600_000,
    })
    pay(request.id)
    await idle()
    expect((await service.now(request)).state).toMatchObject({ name: 'failed', outcome: { ruling } })
    expect(handedOver).toEqual([])
  })

  it('is not called by a worker whose own settings leave it out, and says so', async () => {
    const other = await startService({ instances: [{ id: 'ckafka-other' }] })
    const request = await other.execute(await other.approved())
    expect(request.state).toMatchObject({
      name: 'failed',
      outcome: { kind: 'notAllowed', ruling: { why: 'instanceLeftOut' } },
    })
    expect(other.callsToReset()).toBe(0)
    await other.close()
  })
})

describe('the vote of who asked', () => {
  const OWN = policyOf({ ownVote: true, needs: needOf(ALICE, BOB) })

  it('counts as long as the rule says so, and not once it does not', async () => {
    const request = await planned(OWN)
    const settled = await service.apply(request, { ...approve, ...vote(request), by: ALICE })
    expect(settled.state.name).toBe('approved')
    await service.approvals(() => OWN).reconsiderOpen()
    expect((await service.now(request)).state.name).toBe('approved')
    await service.approvals(() => policyOf({ needs: needOf(ALICE, BOB) })).reconsiderOpen()
    expect(await service.now(request)).toMatchObject({ state: { name: 'pending' }, votes: [] })
  })
})

describe('a broken glass', () => {
  it('runs nothing once who broke it is not named for it any more', async () => {
    const request = await planned()
    const breaking = {
      by: DAVE,
      reason: 'it cannot wait',
      digest: request.plan?.digest ?? '',
      typedGroup: request.reset.target.group,
      from: SOMEWHERE,
    }
    const approvals = service.approvals(() => BEFORE)
    expect((await approvals.breakGlass(request.id, breaking)).kind).toBe('changed')
    await approvals.reconsiderOpen()
    expect((await service.now(request)).state.name).toBe('approved')
    await service.approvals(() => policyOf({ breakGlass: [ERIN] })).reconsiderOpen()
    expect((await service.now(request)).state.name).toBe('pending')
  })

  it('is an attempt of who may not, when they press the button', async () => {
    const request = await planned()
    const approvals = service.approvals(() => BEFORE)
    expect(await approvals.glassRefusal(request, ERIN, SOMEWHERE)).toBe('notBreakGlass')
    expect((await service.store.readEvents(request.id)).at(-1)).toMatchObject({
      command: { kind: 'attempted', command: 'breakGlass', by: ERIN, refusal: 'notBreakGlass' },
    })
    expect(await approvals.glassRefusal(request, DAVE, SOMEWHERE)).toBeNull()
  })

  it('is looked at afterwards by none of those who asked for it or broke it, which is an attempt as well', async () => {
    const request = await planned()
    const approvals = service.approvals(() => BEFORE)
    const { reset, plan, requester } = request
    const [digest, typedGroup] = [plan?.digest ?? '', reset.target.group]
    await approvals.breakGlass(request.id, { by: DAVE, reason: 'now', digest, typedGroup, from: SOMEWHERE })
    const broken = await service.now(request)
    for (const by of [DAVE, requester]) {
      expect(await approvals.afterwardsRefusal(broken, by, SOMEWHERE)).toBe('ownRequest')
      expect((await service.store.readEvents(request.id)).at(-1)).toMatchObject({
        command: { kind: 'attempted', command: 'review', by, refusal: 'ownRequest' },
      })
      expect((await approvals.actsOpenTo(broken, by)).has('review')).toBe(false)
    }
    expect(await approvals.afterwardsRefusal(broken, BOB, SOMEWHERE)).toBeNull()
    expect((await approvals.actsOpenTo(broken, BOB)).has('review')).toBe(true)
  })
})

it('reads the rows of the plan once for a decision, however much they are compared with', async () => {
  const request = await planned()
  // Not with MONITOR: over a Redis that others use, what it shows can arrive before the client expects it.
  const asked: string[][] = []
  const redis = service.redis as Redis
  const send = redis.sendCommand
  redis.sendCommand = (command, ...more) => {
    asked.push([command.name, ...command.args.map(String)])
    return send.call(redis, command, ...more)
  }
  try {
    const approval = { ...vote(request), verdict: 'approve', by: BOB } as const
    expect((await service.approvals(() => BEFORE).decide(request.id, approval)).kind).toBe('changed')
    const reads = asked.filter(
      ([command, key]) => command === 'hget' && key === service.documentsKey(request),
    )
    expect(reads).toEqual([['hget', service.documentsKey(request), 'plan-1']])
  } finally {
    redis.sendCommand = send
  }
})

describe('somebody who goes on pressing what they may not', () => {
  it('fills no trail: what is kept ends, the rest is counted, and others are kept as before', async () => {
    const request = await planned()
    const approvals = service.approvals(() => BEFORE)
    const press = (by: string) => approvals.decide(request.id, { ...vote(request), verdict: 'approve', by })
    for (let times = 0; times < 42; times++) await press(ERIN)
    await press(DAVE)
    for await (const { id, more, events } of service.store.readTrails()) {
      if (id !== request.id) continue
      const tried = events
        .map(json => JSON.parse(json).command)
        .filter(({ kind }) => kind === 'attempted')
        .map(({ by }) => by)
      expect(tried).toEqual([ERIN, ERIN, ERIN, ERIN, ERIN, DAVE])
      expect(more).toEqual({ [ERIN]: 37 })
    }
    const refused = service.events.filter(
      event => event.event === 'refused' && event.requestId === request.id,
    )
    expect(refused).toHaveLength(43)
  })
})
