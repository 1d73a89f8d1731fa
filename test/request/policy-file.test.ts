import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type PolicyOutcome, readPolicy } from '../../src/request/policy-file.ts'

const FULL = `
version: 1
teams:
  orders: [S0ORDERS, U0BOB]
  platform: S0PLATFORM
rules:
  - name: nobody in the freeze
    deny: Year end. Ask the platform team.
    match: { groups: 'payments-*' }
    people: [everyone]
    channels: [C0OPS]
  - name: orders
    match: { instances: 'ckafka-prod*', groups: ['orders-*'], topics: [orders, 'pay*'] }
    request: { people: [orders, U0ALICE], channels: C0OPS }
    approve:
      - { from: orders }
      - { from: [platform, U0CAROL], count: 2 }
    own-vote: true
    limits:
      - { above: { skips: 1000 }, type-group: true }
      - { above: { replays: 5000000, partitions: 100 }, approve: [{ from: platform }] }
    window: { days: 'mon-wed, fri', hours: '09:00-18:30', zone: Asia/Shanghai }
    expires: 12h
    remind: [30m, 1h, 4h]
    escalate: { after: 4h, to: U0LEAD }
    card: C0APPROVALS
    tell: [C0TEAM, U0DAVE]
    break-glass: platform
`

function read(text: string): PolicyOutcome {
  return readPolicy(parse(text), 'v1')
}

function problems(text: string): string[] {
  const outcome = read(text)
  return outcome.ok ? [] : outcome.problems
}

/** A policy of one rule, which says this besides. */
const rule = (more: string) => `
version: 1
rules:
  - name: all
    approve: [{ from: U0BOB }]
    ${more}
`

describe('a policy’s file', () => {
  it('says everything that a rule can say', () => {
    expect(read(FULL)).toEqual({
      ok: true,
      policy: {
        version: 'v1',
        rules: [
          {
            effect: 'deny',
            name: 'nobody in the freeze',
            match: { instances: ['*'], groups: ['payments-*'], topics: ['*'] },
            people: ['*'],
            channels: ['C0OPS'],
            reason: 'Year end. Ask the platform team.',
          },
          {
            effect: 'allow',
            name: 'orders',
            match: { instances: ['ckafka-prod*'], groups: ['orders-*'], topics: ['orders', 'pay*'] },
            request: { people: ['S0ORDERS', 'U0BOB', 'U0ALICE'], channels: ['C0OPS'] },
            needs: [
              { label: 'orders', from: ['S0ORDERS', 'U0BOB'], count: 1 },
              { label: 'platform', from: ['S0PLATFORM', 'U0CAROL'], count: 2 },
            ],
            ownVote: true,
            limits: [
              { above: { skips: 1000n, replays: null, partitions: null }, typedGroup: true, needs: [] },
              {
                above: { skips: null, replays: 5_000_000n, partitions: 100 },
                typedGroup: false,
                needs: [{ label: 'platform', from: ['S0PLATFORM'], count: 1 }],
              },
            ],
            window: { days: [1, 2, 3, 5], fromMinute: 540, untilMinute: 1110, zone: 'Asia/Shanghai' },
            expiryMs: 43_200_000,
            reminders: [1_800_000, 3_600_000, 14_400_000],
            escalation: { afterMs: 14_400_000, label: '', to: ['U0LEAD'] },
            card: 'C0APPROVALS',
            tell: ['C0TEAM', 'U0DAVE'],
            breakGlass: ['S0PLATFORM'],
          },
        ],
      },
    })
  })

  it('that says little is careful: anybody may ask, nobody’s own vote counts, no glass to break', () => {
    const outcome = read(rule(''))
    expect(outcome).toMatchObject({
      ok: true,
      policy: {
        rules: [
          {
            request: { people: ['*'], channels: null },
            ownVote: false,
            breakGlass: [],
            window: null,
            expiryMs: null,
          },
        ],
      },
    })
  })

  const wrong: [string, string, string][] = [
    ['nothing', '', 'the file '],
    ['a list', '[]', 'the file '],
    ['no version', 'rules: []', 'version must be 1'],
    ['no rule', 'version: 1\nrules: []', 'rules must hold a rule'],
    ['an unknown word', rule('aprove: []'), 'rules.0 must not hold aprove'],
    ['an unknown word in a match', rule('match: { topic: x }'), 'rules.0.match must not hold topic'],
    ['nobody who decides', 'version: 1\nrules: [{ name: x }]', 'rules.0.approve'],
    ['a rule without a name', 'version: 1\nrules: [{ approve: [{ from: U0BOB }] }]', 'rules.0.name'],
    [
      'a team that is not there',
      rule('break-glass: oncall'),
      'rules.0.break-glass names oncall, which is no id',
    ],
    ['a channel by name', rule('card: "#ops"'), 'rules.0.card must be a channel id'],
    ['a duration without a unit', rule('expires: 12'), 'rules.0.expires'],
    ['reminders that come faster and faster', rule('remind: [1h, 90m]'), 'rules.0.remind must grow'],
    ['a reminder twice', rule('remind: [1h, 1h]'), 'rules.0.remind must grow'],
    ['days that are none', rule('window: { days: noday, hours: "09:00-18:00", zone: UTC }'), 'window.days'],
    [
      'hours that are none',
      rule('window: { days: mon, hours: "9-18", zone: UTC }'),
      'must look like 09:00-18:00',
    ],
    [
      'hours of no length',
      rule('window: { days: mon, hours: "09:00-09:00", zone: UTC }'),
      'two times of the day',
    ],
    [
      'a zone that is none',
      rule('window: { days: mon, hours: "09:00-18:00", zone: Mars }'),
      'must be a time zone',
    ],
    ['a limit of nothing', rule('limits: [{ above: {}, type-group: true }]'), 'must name skips'],
    ['a limit that asks for nothing', rule('limits: [{ above: { skips: 1 } }]'), 'must ask for more'],
    [
      'a limit below zero',
      rule('limits: [{ above: { skips: -1 }, type-group: true }]'),
      'limits.0.above.skips',
    ],
    [
      'too many approvals',
      rule('limits: [{ above: { skips: 1 }, approve: [{ from: U0BOB, count: 99 }] }]'),
      'count',
    ],
    [
      'an escalation after its end',
      rule('expires: 1h\n    escalate: { after: 2h, to: U0BOB }'),
      'expires before',
    ],
    [
      'more approvals than people',
      'version: 1\nrules: [{ name: x, approve: [{ from: U0BOB, count: 2 }] }]',
      'asks for 2 approvals of 1: U0BOB',
    ],
    ['a deny without a reason', 'version: 1\nrules: [{ name: x, deny: "" }]', 'rules.0.deny'],
    [
      'a deny that asks for approval',
      'version: 1\nrules: [{ name: x, deny: y, approve: [] }]',
      'must not hold approve',
    ],
    ['two rules of one name', `${rule('')}  - name: all\n    deny: no\n`, 'two of them are called all'],
    [
      'a team that looks like an id',
      'version: 1\nteams: { S0X: U0BOB }\nrules: [{ name: x, deny: y }]',
      'another name',
    ],
    ['a team of no ids', 'version: 1\nteams: { a: bob }\nrules: [{ name: x, deny: y }]', 'teams.a'],
  ]
  it.each(wrong)('with %s is refused, and its place is named', (_name, text, problem) => {
    expect(problems(text).join('\n')).toContain(problem)
  })

  it('names every problem at once', () => {
    const two = `${rule('aprove: []')}  - name: other\n    deny: x\n    poeple: []\n`
    expect(problems(two)).toEqual(['rules.0 must not hold aprove', 'rules.1 must not hold poeple'])
  })
})
