// Policies as teams elsewhere have them: made up after the shape of what they publish, with nothing of theirs in it.
// Add one by adding a row: what it is like, the file, and what somebody who asks is told.

export interface Question {
  user: string
  /** The user groups that they are in. */
  in?: string[]
  instance?: string
  group: string
  topics?: string[]
  channel?: string
  /** `allowed by …`, `denied by …`, or `refused: ` and why, as src/request/request.ts has it. */
  answer: string
}

export interface Example {
  like: string
  file: string
  questions: Question[]
}

export const EXAMPLES: Example[] = [
  {
    like: 'owners of paths: the team that a prefix belongs to decides, and somebody does for the rest',
    file: `
version: 1
teams:
  billing: [S0BILLING]
  search: [S0SEARCH]
  core: [S0CORE]
rules:
  - { name: billing, match: { groups: ['billing.*', 'invoice-?'] }, approve: [{ from: billing }] }
  - { name: search, match: { groups: 'search.*' }, approve: [{ from: [search, core] }] }
  - { name: anything else, approve: [{ from: core }] }`,
    questions: [
      { user: 'U0ANNE', group: 'billing.ledger', answer: 'allowed by billing' },
      { user: 'U0ANNE', group: 'invoice-7', answer: 'allowed by billing' },
      { user: 'U0ANNE', group: 'invoice-77', answer: 'allowed by anything else' },
      { user: 'U0ANNE', group: 'Search.main', answer: 'allowed by anything else' },
    ],
  },
  {
    like: 'protected environments: production takes two reviewers of a team, and staging one of anybody',
    file: `
version: 1
teams: { reviewers: [S0REVIEW, U0LEAD] }
rules:
  - name: production
    match: { instances: 'ckafka-prod*' }
    request: { channels: [C0PROD] }
    approve: [{ from: reviewers, count: 2 }]
  - name: staging
    match: { instances: ['ckafka-stag*', 'ckafka-test*'] }
    approve: [{ from: everyone }]
    own-vote: true`,
    questions: [
      {
        user: 'U0ANNE',
        instance: 'ckafka-prod1',
        group: 'a',
        channel: 'C0PROD',
        answer: 'allowed by production',
      },
      { user: 'U0ANNE', instance: 'ckafka-prod1', group: 'a', answer: 'refused: notInChannel' },
      { user: 'U0ANNE', instance: 'ckafka-staging', group: 'a', answer: 'allowed by staging' },
      { user: 'U0ANNE', instance: 'ckafka-lab', group: 'a', answer: 'refused: nothingMatches' },
    ],
  },
  {
    like: 'access lists of Kafka: prefixed and literal names, and a deny that wins over every allow',
    file: `
version: 1
rules:
  - { name: connect, match: { groups: 'connect-*', topics: ['_connect*', 'cdc.*'] }, approve: [{ from: U0OPS }] }
  - { name: literal star, match: { groups: 'legacy[*]' }, approve: [{ from: U0OPS }] }
  - { name: internal topics, deny: Kafka itself writes there., match: { topics: '__*' } }
  - { name: mirror, deny: The mirror commits these., match: { groups: ['*mirror*', 'mm2-*'] }, people: [S0DEV] }`,
    questions: [
      { user: 'U0ANNE', group: 'connect-jdbc', topics: ['cdc.orders'], answer: 'allowed by connect' },
      {
        user: 'U0ANNE',
        group: 'connect-jdbc',
        topics: ['cdc.orders', '__consumer_offsets'],
        answer: 'denied by internal topics',
      },
      { user: 'U0ANNE', group: 'legacy*', answer: 'allowed by literal star' },
      { user: 'U0ANNE', group: 'legacy-1', answer: 'refused: nothingMatches' },
      { user: 'U0ANNE', in: ['S0DEV'], group: 'connect-mirror', answer: 'denied by mirror' },
      { user: 'U0ANNE', group: 'connect-mirror', topics: ['cdc.a'], answer: 'allowed by connect' },
    ],
  },
  {
    like: 'sync windows of a deployment tool: a name, days, hours and a zone, and a freeze for some',
    file: `
version: 1
teams: { oncall: [S0ONCALL] }
rules:
  - name: weeknights
    match: { groups: '*-prod' }
    approve: [{ from: oncall }]
    window: { days: mon-thu, hours: '22:00-06:00', zone: America/Los_Angeles }
    break-glass: [oncall]
  - name: working hours
    approve: [{ from: oncall }]
    window: { days: 'mon, tue, wed, thu, fri', hours: '09:30-16:00', zone: Europe/Berlin }
  - name: freeze
    deny: End of the quarter. Talk to finance.
    match: { groups: 'ledger*' }
    channels: [C0OPS, C0FINANCE]`,
    questions: [
      { user: 'U0ANNE', group: 'orders-prod', answer: 'allowed by weeknights' },
      { user: 'U0ANNE', group: 'orders', answer: 'allowed by working hours' },
      { user: 'U0ANNE', group: 'ledger-prod', channel: 'C0OPS', answer: 'denied by freeze' },
      { user: 'U0ANNE', group: 'ledger-prod', channel: 'C0DEV', answer: 'allowed by weeknights' },
    ],
  },
  {
    like: 'escalation of an on-call rota: remind, then ask the next in line, then give up',
    file: `
version: 1
teams: { first: [U0FIRST, U0SECOND], managers: [S0MANAGERS] }
rules:
  - name: rota
    approve: [{ from: first }]
    remind: [5m, 15m, 30m]
    escalate: { after: 1h, to: managers }
    expires: 4h
    tell: [C0INCIDENTS, U0SCRIBE]`,
    questions: [{ user: 'U0ANNE', group: 'anything', answer: 'allowed by rota' }],
  },
  {
    like: 'change approval by size: the larger the change, the more people look at it',
    file: `
version: 1
teams: { peers: [S0PEERS], board: [S0BOARD] }
rules:
  - name: by size
    request: { people: peers }
    approve: [{ from: peers }]
    limits:
      - { above: { skips: 0 }, type-group: true }
      - { above: { skips: 10000 }, approve: [{ from: peers }] }
      - { above: { skips: 1000000, replays: 50000000, partitions: 200 }, approve: [{ from: board, count: 2 }] }`,
    questions: [
      { user: 'U0ANNE', in: ['S0PEERS'], group: 'anything', answer: 'allowed by by size' },
      { user: 'U0ANNE', group: 'anything', answer: 'refused: notRequester' },
    ],
  },
  {
    like: 'groups that nobody named for a shell: blanks, brackets, quotes, slashes and other scripts',
    file: `
version: 1
rules:
  - { name: shared, match: { groups: ['Team A / *', 'events[eu-?]', '订单-*', '"quoted"', 'it''s'] }, approve: [{ from: U0OPS }] }`,
    questions: [
      { user: 'U0ANNE', group: 'Team A / billing', answer: 'allowed by shared' },
      { user: 'U0ANNE', group: 'events[eu-1]', answer: 'allowed by shared' },
      { user: 'U0ANNE', group: 'eventse', answer: 'refused: nothingMatches' },
      { user: 'U0ANNE', group: '订单-审计', answer: 'allowed by shared' },
      { user: 'U0ANNE', group: '"quoted"', answer: 'allowed by shared' },
      { user: 'U0ANNE', group: "it's", answer: 'allowed by shared' },
    ],
  },
]
