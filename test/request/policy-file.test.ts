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
    decide-on-bounds: true
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
            decideOnBounds: true,
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
            decideOnBounds: false,
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
    ['bounds now and then', rule('decide-on-bounds: sometimes'), 'rules.0.decide-on-bounds must be true'],
    [
      'a watch without an end',
      rule('watch: always'),
      'rules.0.watch must be off, or a number with m, h or d',
    ],
    ['a watch of a month', rule('watch: 30d'), 'rules.0.watch must be off, or a number with m, h or d'],
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
    ...(
      [
        ['a zone that is none', 'Mars/Base', 'or UTC: there is no "Mars/Base"'],
        ['a zone that is Chicago’s or Shanghai’s', 'CST', '"CST" is America/Chicago here'],
        ['a zone that knows no summer', 'EST', 'like Asia/Shanghai, or UTC: "EST" is'],
        ['a zone whose sign is the other way round', 'Etc/GMT+8', '"Etc/GMT+8" is'],
        ['a zone that is a number', '8', 'window.zone must be a time zone by its area and a city, like'],
      ] as const
    ).map(([name, zone, said]): [string, string, string] => [
      name,
      rule(`window: { days: mon, hours: "09:00-18:00", zone: ${zone} }`),
      said,
    ]),
    [
      'a name that is a number',
      rule('match: { groups: [orders, 2024] }'),
      'match.groups.1 must be a name in',
    ],
    ['a name that is empty', rule("match: { groups: '' }"), 'rules.0.match.groups must be a name in quotes'],
    ['a mapping for a name', rule('match: { topics: { a: b } }'), "like 'orders-*'"],
    [
      'one need without its brackets',
      'version: 1\nrules: [{ name: x, approve: U0BOB }]',
      'like [{ from: ord',
    ],
    ['a window that is a text', rule('window: mon-fri'), 'rules.0.window must hold days, hours and a zone'],
    ['a rule that is a text', 'version: 1\nrules: [x]', 'rules.0 must be a rule, with a name and approve or'],
    ['rules by name', 'version: 1\nrules: { a: b }', 'rules must be a list of rules, like ['],
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
    ...['a/b', '-a', '订单!', '"a\\u3164b"', '"\\u3164"'].map((name): [string, string, string] => [
      `a team called ${name}`,
      `version: 1\nteams: { ${name}: U0BOB }\nrules: [{ name: x, deny: y }]`,
      'must have a name of letters, digits, blanks and _.-, with a letter or a digit first',
    ]),
  ]
  it.each(wrong)('with %s is refused, and its place is named', (_name, text, problem) => {
    expect(problems(text).join('\n')).toContain(problem)
  })

  it.each(['订单', 'Zahlungen Süd', 'платежи', 'हिन्दी', '2. Team', 'Cafe\u0301'])(
    'may call a team %s',
    name => {
      const outcome = read(
        `version: 1\nteams: { '${name}': U0BOB }\nrules: [{ name: x, approve: [{ from: '${name}' }] }]`,
      )
      expect(outcome).toMatchObject({
        ok: true,
        policy: { rules: [{ needs: [{ label: name, from: ['U0BOB'], count: 1 }] }] },
      })
    },
  )

  it('names every problem at once', () => {
    const two = `${rule('aprove: []')}  - name: other\n    deny: x\n    poeple: []\n`
    expect(problems(two)).toEqual(['rules.0 must not hold aprove', 'rules.1 must not hold poeple'])
  })

  it('takes every character that Kafka takes in the name of a group', () => {
    const names = [
      'my group',
      'orders[eu]',
      '{"a": "b"}',
      "o'brien",
      'a\\b',
      '订单 🚚',
      ' x ',
      'pay[*]',
      'tab\t',
    ]
    const outcome = readPolicy(
      { version: 1, rules: [{ name: 'all', match: { groups: names }, approve: [{ from: 'U0BOB' }] }] },
      'v1',
    )
    expect(outcome).toMatchObject({ ok: true, policy: { rules: [{ match: { groups: names } }] } })
  })

  // Each place of a file, with something of another kind in it.
  const wrongValues = [
    null,
    true,
    7,
    -1,
    1.5,
    '',
    ' ',
    '\0',
    'x'.repeat(2_000),
    [],
    [[]],
    {},
    { a: 1 },
    [null],
  ]
  const full = parse(FULL)
  const places = placesIn(full)

  it(`names what was expected, and where, whatever stands at any of its ${places.length} places`, () => {
    expect(places.length).toBeGreaterThan(60)
    const vague: string[] = []
    for (const place of places) {
      for (const value of wrongValues) {
        const outcome = readPolicy(withAt(full, place, value), 'v1')
        if (outcome.ok) continue
        // The words of a library that only says what it is not.
        const said = outcome.problems.filter(problem =>
          /invalid|expected|received|too (small|big)|unrecognized|undefined/i.test(problem),
        )
        // And the place: where it was put, or what stands around it.
        const elsewhere = outcome.problems.filter(problem => {
          const [at = ''] = problem.split(' ', 1)
          const known =
            ['the', 'rule', 'rules', 'version'].includes(at) || problem.includes('no team of this')
          return !known && !at.startsWith(place.slice(0, 2).join('.')) && !place.join('.').startsWith(at)
        })
        vague.push(...[...said, ...elsewhere].map(problem => `${place.join('.')} = ${value}: ${problem}`))
      }
    }
    expect(vague).toEqual([])
  })
})

type Place = readonly (string | number)[]

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [at, ...entries.flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

function withAt(whole: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value
  const copy = Array.isArray(whole) ? [...whole] : { ...(whole as Record<string, unknown>) }
  const inside = copy as Record<string | number, unknown>
  inside[key] = withAt(inside[key], rest, value)
  return copy
}

it('knows a team by its own name alone, and not by what every object has', () => {
  const rule = { name: 'orders', match: { groups: ['orders-*'] }, approve: [{ from: 'constructor' }] }
  expect(readPolicy({ version: 1, rules: [rule] }, 'v1')).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('names constructor, which is no id and no team of this file')],
  })
})
