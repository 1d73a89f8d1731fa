import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { considered } from '../../src/request/consideration.ts'
import type { Plan } from '../../src/request/plan.ts'
import {
  type AllowRule,
  type Asking,
  type DenyRule,
  EVERYBODY,
  type GroupMembers,
  groupsToKnow,
  guardUnder,
  type LastRead,
  type Policy,
  type Rule,
  rulingOn,
  weigh,
} from '../../src/request/policy.ts'
import { policyOfSettings, wrongApprovers } from '../../src/request/policy-of-settings.ts'
import { cpuMsOf } from '../support/cpu.ts'
import { ALICE, BOB, CAROL, pending } from '../support/requests.ts'
import { ANY, allowing, denying } from '../support/rules.ts'

const DAVE = 'U0DAVE'
const ORDERS = 'S0ORDERS'
const PLATFORM = 'S0PLATFORM'
const MEMBERS: GroupMembers = new Map([
  [ORDERS, [BOB, CAROL]],
  [PLATFORM, [CAROL, DAVE]],
])

const allow = (change: Partial<AllowRule> = {}): AllowRule =>
  allowing({ needs: [{ label: 'orders', from: [ORDERS], count: 1 }], ...change })

const deny = (change: Partial<DenyRule> = {}): DenyRule =>
  denying({ name: 'hands off', reason: 'Ask the owners.', ...change })

const policyOf = (...rules: Rule[]): Policy => ({ version: 'v1', rules })
const asking: Asking = {
  target: { instanceId: 'ckafka-prod0001', group: 'orders-billing' },
  topics: ['orders', 'payments'],
  requester: ALICE,
  channel: 'C0OPS',
}
/** The rule that allows it, or why it is refused. */
function ruled(policy: Policy, change: Partial<Asking> = {}, members = MEMBERS): string {
  const ruling = rulingOn(policy, { ...asking, ...change }, members)
  return ruling.kind === 'allowed' ? ruling.rule.name : `${ruling.why} ${ruling.rule ?? '–'}`
}

describe('a rule is about', () => {
  const cases: [string, Partial<AllowRule>, Partial<Asking>, string][] = [
    ['an instance by name', { match: { ...ANY, instances: ['ckafka-prod0001'] } }, {}, 'orders'],
    ['no other instance', { match: { ...ANY, instances: ['ckafka-prod0002'] } }, {}, 'nothingMatches –'],
    [
      'no instance that only begins so',
      { match: { ...ANY, instances: ['ckafka-prod'] } },
      {},
      'nothingMatches –',
    ],
    ['instances by a star', { match: { ...ANY, instances: ['ckafka-prod*'] } }, {}, 'orders'],
    ['one of several', { match: { ...ANY, instances: ['x', 'ckafka-prod*'] } }, {}, 'orders'],
    ['one character by a question mark', { match: { ...ANY, groups: ['orders-billin?'] } }, {}, 'orders'],
    ['not none', { match: { ...ANY, groups: ['orders-billing?'] } }, {}, 'nothingMatches –'],
    ['a group in a case of its own', { match: { ...ANY, groups: ['Orders-*'] } }, {}, 'nothingMatches –'],
    ['a dot as a dot', { match: { ...ANY, groups: ['orders.billing'] } }, {}, 'nothingMatches –'],
    ['a star in the middle', { match: { ...ANY, groups: ['o*g'] } }, {}, 'orders'],
    ['every topic of a request', { match: { ...ANY, topics: ['orders', 'pay*'] } }, {}, 'orders'],
    ['not only one of them', { match: { ...ANY, topics: ['orders'] } }, {}, 'nothingMatches –'],
    ['topics that are not known yet', { match: { ...ANY, topics: ['orders'] } }, { topics: [] }, 'orders'],
    ['people by name', { request: { people: [ALICE], channels: null } }, {}, 'orders'],
    ['nobody else', { request: { people: [BOB], channels: null } }, {}, 'notRequester orders'],
    ['members of a group', { request: { people: [ORDERS], channels: null } }, { requester: BOB }, 'orders'],
    [
      'no others',
      { request: { people: [ORDERS], channels: null } },
      { requester: DAVE },
      'notRequester orders',
    ],
    ['a channel', { request: { people: [EVERYBODY], channels: ['C0OPS'] } }, {}, 'orders'],
    [
      'nobody who is in none',
      { request: { people: [EVERYBODY], channels: ['C0OPS'] } },
      { channel: null },
      'notInChannel orders',
    ],
    [
      'no other channel',
      { request: { people: [EVERYBODY], channels: ['C0DEV'] } },
      {},
      'notInChannel orders',
    ],
    [
      'neither without the other',
      { request: { people: [BOB], channels: ['C0OPS'] } },
      {},
      'notRequester orders',
    ],
  ]
  it.each(cases)('%s', (_name, rule, change, outcome) => {
    expect(ruled(policyOf(allow(rule)), change)).toBe(outcome)
  })

  it('nobody, where the members of its group cannot be read', () => {
    const rule = allow({ request: { people: [ORDERS], channels: null } })
    for (const members of [new Map([[ORDERS, null]]), new Map()]) {
      expect(ruled(policyOf(rule), { requester: BOB }, members)).toBe('unreadable orders')
    }
  })
})

describe('of several rules', () => {
  const others = allow({ name: 'others' })

  it('the first one that allows it applies', () => {
    expect(ruled(policyOf(allow(), others))).toBe('orders')
    expect(ruled(policyOf(others, allow()))).toBe('others')
  })

  it('one that covers it for other people leaves it to the next', () => {
    const forBob = allow({ request: { people: [BOB], channels: null } })
    expect(ruled(policyOf(forBob, others))).toBe('others')
    expect(ruled(policyOf(forBob, others), { requester: BOB })).toBe('orders')
  })

  it('none is put together with another: one has to cover all topics', () => {
    const one = allow({ match: { ...ANY, topics: ['orders'] } })
    const other = allow({ name: 'payments', match: { ...ANY, topics: ['payments'] } })
    expect(ruled(policyOf(one, other))).toBe('nothingMatches –')
  })

  const denials: [string, Partial<DenyRule>, Partial<Asking>, boolean][] = [
    ['everybody', {}, {}, true],
    ['its instance', { match: { ...ANY, instances: ['ckafka-prod*'] } }, {}, true],
    ['another instance', { match: { ...ANY, instances: ['ckafka-test*'] } }, {}, false],
    ['its group', { match: { ...ANY, groups: ['orders-*'] } }, {}, true],
    ['another group', { match: { ...ANY, groups: ['payments-*'] } }, {}, false],
    ['one of its topics', { match: { ...ANY, topics: ['payments'] } }, {}, true],
    ['another topic', { match: { ...ANY, topics: ['refunds'] } }, {}, false],
    ['one topic, when none is known yet', { match: { ...ANY, topics: ['payments'] } }, { topics: [] }, false],
    ['this person', { people: [ALICE] }, {}, true],
    ['another person', { people: [BOB] }, {}, false],
    ['a group of this person', { people: [ORDERS] }, { requester: BOB }, true],
    ['a group of others', { people: [ORDERS] }, {}, false],
    ['this channel', { channels: ['C0OPS'] }, {}, true],
    ['another channel', { channels: ['C0DEV'] }, {}, false],
    ['none', { channels: ['C0OPS'] }, { channel: null }, false],
    ['any, in none', {}, { channel: null }, true],
  ]
  it.each(denials)(
    'a deny of %s beats the others, wherever it stands, or does not',
    (_name, rule, change, wins) => {
      const outcome = wins ? 'denied hands off' : 'orders'
      expect(ruled(policyOf(allow(), deny(rule)), change)).toBe(outcome)
      expect(ruled(policyOf(deny(rule), allow()), change)).toBe(outcome)
    },
  )

  it('a deny of a group that cannot be read refuses, and does not say that it is denied', () => {
    const gone = deny({ people: ['S0GONE'] })
    expect(ruled(policyOf(allow(), gone))).toBe('unreadable hands off')
    expect(ruled(policyOf(gone, allow()))).toBe('unreadable hands off')
    // What is sure is said: another rule denies it, or none allows it.
    expect(ruled(policyOf(gone, allow(), deny({ name: 'freeze' })))).toBe('denied freeze')
    expect(ruled(policyOf(gone, allow({ request: { people: [BOB], channels: null } })))).toBe(
      'notRequester orders',
    )
    // Nor does one that is about something else.
    for (const other of [{ match: { ...ANY, groups: ['payments-*'] } }, { channels: ['C0DEV'] }]) {
      expect(ruled(policyOf(allow(), deny({ people: ['S0GONE'], ...other })))).toBe('orders')
    }
  })

  it('none takes the place of an earlier one of which it is not known whether it applies', () => {
    const strict = allow({ name: 'strict', request: { people: ['S0GONE'], channels: null } })
    expect(ruled(policyOf(strict, allow()))).toBe('unreadable strict')
    expect(ruled(policyOf(allow(), strict))).toBe('orders')
    const elsewhere = allow({ name: 'strict', request: { people: ['S0GONE'], channels: ['C0DEV'] } })
    expect(ruled(policyOf(elsewhere, allow()))).toBe('orders')
  })

  it('what was read of a group before tells when it cannot be read, and what is read now tells more', () => {
    const forOrders = policyOf(
      deny({ people: [PLATFORM] }),
      allow({ request: { people: [ORDERS], channels: null } }),
    )
    const ruledBefore = (before: Partial<LastRead>, members: GroupMembers = new Map()) =>
      weigh(forOrders, asking, members, { in: [], notIn: [], ...before }).ruling
    expect(ruledBefore({ in: [ORDERS], notIn: [PLATFORM] }).kind).toBe('allowed')
    expect(ruledBefore({ in: [ORDERS] })).toMatchObject({ why: 'unreadable', rule: 'hands off' })
    expect(ruledBefore({ notIn: [PLATFORM] })).toMatchObject({ why: 'unreadable', rule: 'orders' })
    expect(ruledBefore({ in: [ORDERS, PLATFORM] })).toMatchObject({ why: 'denied' })
    expect(ruledBefore({ in: [ORDERS], notIn: [PLATFORM] }, MEMBERS)).toMatchObject({ why: 'notRequester' })
  })

  it('says which there are for this, and why each of the others is not', () => {
    const rules = [
      allow({ name: 'instance', match: { ...ANY, instances: ['x'] } }),
      allow({ name: 'group', match: { ...ANY, groups: ['x'] } }),
      allow({ name: 'topics', match: { ...ANY, topics: ['x'] } }),
      allow({ name: 'people', request: { people: [BOB], channels: null } }),
      allow({ name: 'channel', request: { people: [EVERYBODY], channels: ['C0DEV'] } }),
      deny({ name: 'no topics', match: { ...ANY, topics: ['x'] } }),
      deny({ name: 'no people', people: [BOB] }),
      deny({ name: 'no channel', channels: ['C0DEV'] }),
      deny({ name: 'deny' }),
      allow({ name: 'allow' }),
    ]
    const told = considered(policyOf(...rules), asking, MEMBERS).map(each =>
      each.applies ? `${each.rule} applies` : `${each.rule}: ${each.because}`,
    )
    expect(told).toEqual([
      'instance: instance',
      'group: group',
      'topics: topics',
      'people: people',
      'channel: channel',
      'no topics: topics',
      'no people: people',
      'no channel: channel',
      'deny applies',
      'allow applies',
    ])
  })
})

describe('whatever the rules', () => {
  const name = fc.constantFrom('a', 'b', 'ab', 'ba')
  const glob = fc.constantFrom('*', 'a', 'b', 'a*', '?b', '*a')
  const globs = fc.array(glob, { minLength: 1, maxLength: 2 })
  const match = fc.record({ instances: globs, groups: globs, topics: globs })
  const people = fc.uniqueArray(fc.constantFrom(EVERYBODY, ALICE, BOB, ORDERS, PLATFORM, 'S0GONE'), {
    minLength: 1,
    maxLength: 3,
  })
  const channels = fc.option(fc.constantFrom(['C0OPS'], ['C0DEV']))
  const denies = fc.record({ match, people, channels }).map(deny)
  const allows = fc
    .record({ match, people, channels, name: fc.string() })
    .map(({ people: named, channels: where, ...rest }) =>
      allow({ ...rest, request: { people: named, channels: where } }),
    )
  const rules = fc.array(fc.oneof(allows, denies), { maxLength: 5 })
  const askings = fc.record({
    target: fc.record({ instanceId: name, group: name }),
    topics: fc.array(name, { maxLength: 3 }),
    requester: fc.constantFrom(ALICE, BOB, CAROL, DAVE),
    channel: fc.constantFrom('C0OPS', 'C0DEV'),
  })

  it('a deny more never allows more, wherever it is put', () => {
    fc.assert(
      fc.property(rules, denies, fc.nat(5), askings, (some, more, at, what) => {
        const before = rulingOn(policyOf(...some), what, MEMBERS)
        const after = rulingOn(policyOf(...some.toSpliced(at, 0, more)), what, MEMBERS)
        if (before.kind === 'refused') expect(after.kind).toBe('refused')
        // And it changes no terms for whom it leaves alone.
        if (after.kind === 'allowed') expect(after).toEqual(before)
      }),
    )
  })

  it('a group that can be read no more never allows more', () => {
    fc.assert(
      fc.property(rules, fc.constantFrom(ORDERS, PLATFORM), askings, (some, group, what) => {
        const before = rulingOn(policyOf(...some), what, MEMBERS)
        const after = rulingOn(policyOf(...some), what, new Map([...MEMBERS, [group, null]]))
        // Nor what another rule asks less for.
        if (after.kind === 'allowed') expect(after).toEqual(before)
      }),
    )
  })

  it('what is allowed is covered by the rule that is named, and groups to know are enough to tell', () => {
    fc.assert(
      fc.property(rules, askings, (some, what) => {
        const policy = policyOf(...some)
        const known = groupsToKnow(policy, what)
        const few = new Map([...MEMBERS].filter(([group]) => known.includes(group)))
        expect(rulingOn(policy, what, few)).toEqual(rulingOn(policy, what, MEMBERS))
      }),
    )
  })
})

describe('what a plan asks of those who decide', () => {
  const plan = (change: Partial<Plan>): Plan => ({
    ...(pending().plan as Plan),
    skips: 0n,
    replays: 0n,
    ...change,
  })
  const more = { label: 'platform', from: [PLATFORM], count: 1 }
  const above = { skips: null, replays: null, partitions: null }
  const cases: [string, Parameters<typeof plan>[0], AllowRule['limits'][number]['above'], boolean][] = [
    ['skips at the limit', { skips: 1_000n }, { ...above, skips: 1_000n }, false],
    ['skips above it', { skips: 1_001n }, { ...above, skips: 1_000n }, true],
    ['replays at the limit', { replays: 5n }, { ...above, replays: 5n }, false],
    ['replays above it', { replays: 6n }, { ...above, replays: 5n }, true],
    ['replays, where skips are limited', { replays: 6n }, { ...above, skips: 5n }, false],
    ['partitions at the limit', { partitions: 4 }, { ...above, partitions: 4 }, false],
    ['partitions above it', { partitions: 5 }, { ...above, partitions: 4 }, true],
    ['one of several above', { skips: 0n, partitions: 5 }, { skips: 9n, replays: 9n, partitions: 4 }, true],
    ['what is not known', { certainty: 'unknown' }, { ...above, skips: 1_000n }, true],
    ['what is not known of replays', { certainty: 'unknown' }, { ...above, replays: 1_000n }, true],
    ['a limit of nothing', { skips: 1n }, { ...above, skips: 0n }, true],
    ['beyond 2^53', { skips: 2n ** 53n }, { ...above, skips: 2n ** 53n - 1n }, true],
  ]
  it.each(cases)('%s', (_name, facts, limit, asksMore) => {
    const rule = allow({ limits: [{ above: limit, typedGroup: true, needs: [more] }] })
    const guard = guardUnder(rule, 'v1', plan(facts))
    expect(guard).toMatchObject({
      typedGroup: asksMore,
      approvals: asksMore ? 2 : 1,
      rule: 'orders',
      version: 'v1',
    })
    expect(guard.needs.map(({ label }) => label)).toEqual(asksMore ? ['orders', 'platform'] : ['orders'])
  })

  it('is nothing of the limits before there is a plan', () => {
    const limits = [{ above: { ...above, skips: 0n }, typedGroup: true, needs: [more] }]
    expect(guardUnder(allow({ limits }), 'v1', null)).toMatchObject({ typedGroup: false, approvals: 1 })
  })

  it('without a file is one of the approvers, and the settings’ limits', () => {
    const policy = policyOfSettings([BOB, ORDERS], { typedAbove: 1_000, secondApproverAbove: 50_000 })
    const guards = [1_000n, 1_001n, 50_001n].map(skips => {
      const ruling = rulingOn(policy, asking, new Map())
      return ruling.kind === 'allowed' ? guardUnder(ruling.rule, policy.version, plan({ skips })) : null
    })
    expect(guards.map(guard => [guard?.typedGroup, guard?.approvals])).toEqual([
      [false, 1],
      [true, 1],
      [true, 2],
    ])
    expect(wrongApprovers(['U0BOB', 'W0CAROL', 'S0ONCALL', 'C0OPS', '@bob', ''])).toEqual([
      'C0OPS',
      '@bob',
      '',
    ])
  })
})

it('reads a name against a pattern in time that grows with their lengths, however many stars it has', () => {
  const took = (length: number) => {
    const match = { ...ANY, topics: ['*-*-*-*-*-*-*-dlq'] }
    return cpuMsOf(() =>
      expect(ruled(policyOf(deny({ match }), allow()), { topics: [`x${'-'.repeat(length)}`] })).toBe(
        'orders',
      ),
    )
  }
  took(100)
  expect(took(249)).toBeLessThan(100)
  expect(took(2_490)).toBeLessThan(1_000)
})
