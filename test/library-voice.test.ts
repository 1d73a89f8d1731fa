// Settings, policy and file of clusters, filled with what does not belong there: whatever is wrong, nobody reads the voice
// of the library that found it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../src/adapters/policy/policy-file.ts'
import { readDocument } from '../src/clusters-file/document.ts'
import { readEntry } from '../src/clusters-file/entry.ts'
import { readConfig } from '../src/config.ts'
import { readPolicy } from '../src/request/policy-file.ts'

const LIBRARY =
  /Invalid (?:input|option|key|string|number|value)|expected \w+|received|Too (?:small|big)|Unrecognized/

const odd = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    -1,
    0,
    1.5,
    Number.NaN,
    1e300,
    '',
    ' ',
    '-1',
    'x'.repeat(2_000),
    [],
    {},
    [[]],
  ),
  fc.constantFrom('30m', 'U0BOB', 'C0OPS', 'orders-*', 1, 'mon-fri', '09:00-18:00', 'UTC', 'PLAIN', 'v3'),
  fc.array(fc.constantFrom('U0BOB', 1, null, {}, '30m', -1, 1e300), { maxLength: 12 }),
)
const record = (keys: string[], value: fc.Arbitrary<unknown>) =>
  fc.dictionary(
    fc.constantFrom(...keys, 'x y', '__proto__'),
    fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: odd }),
  )

const limits = fc.array(
  record(['above', 'type-group', 'approve'], record(['skips', 'replays', 'partitions'], odd)),
  { maxLength: 2 },
)
const needs = fc.array(record(['from', 'count'], odd), { maxLength: 2 })
const rule = fc.oneof(
  record(
    [
      'name',
      'approve',
      'own-vote',
      'expires',
      'remind',
      'card',
      'tell',
      'break-glass',
      'deny',
      'people',
      'channels',
    ],
    fc.oneof(odd, needs),
  ),
  record(
    ['name', 'approve', 'match', 'request', 'window', 'escalate', 'limits', 'deny'],
    fc.oneof(
      record(
        ['instances', 'groups', 'topics', 'people', 'channels', 'days', 'hours', 'zone', 'after', 'to'],
        odd,
      ),
      limits,
      needs,
    ),
  ),
)
const policies = fc.oneof(
  odd,
  fc.record({
    version: fc.oneof(fc.constant(1), odd),
    teams: fc.oneof(odd, record(['orders', 'U0BOB', 'everyone'], odd)),
    rules: fc.oneof(odd, fc.array(rule, { maxLength: 3 })),
  }),
)
const entries = record(
  ['id', 'name', 'ckafka', 'kafka'],
  record(
    [
      'api',
      'region',
      'endpoint',
      'instances',
      'credentials',
      'bootstrap',
      'tls',
      'sasl',
      'signature-method',
      'set-offsets-action',
    ],
    fc.oneof(
      odd,
      record(
        [
          'secret-id-env',
          'secret-key-file',
          'token-env',
          'cvm-role',
          'metadata-url',
          'ca-file',
          'server-name',
          'mechanism',
          'username',
          'password-env',
        ],
        odd,
      ),
    ),
  ),
)

describe('nobody reads the voice of a library', () => {
  it('in a policy', () => {
    fc.assert(
      fc.property(policies, content => {
        const read = readPolicy(content, 'v')
        if (!read.ok) for (const problem of read.problems) expect(problem).not.toMatch(LIBRARY)
      }),
      { numRuns: 300 },
    )
  })

  it('in a file of clusters', () => {
    const sources = {
      variable: () => undefined,
      file: () => ({ ok: false as const, why: 'ENOENT' }),
      later: () => async () => ({ ok: false as const, why: 'ENOENT' }),
      seen: () => new Map(),
    }
    fc.assert(
      fc.property(entries, value => {
        const { problems } = readEntry({ value, lineOf: () => 1, problems: [] }, sources, 0)
        for (const { says } of problems) expect(says).not.toMatch(LIBRARY)
      }),
      { numRuns: 300 },
    )
  })

  it('in the settings', () => {
    const names = [
      'PORT',
      'WORKER_CONCURRENCY',
      'REDIS_URL',
      'METRICS_TOKEN',
      'CLUSTERS_FILE',
      'REDIS_SENTINEL_NAME',
    ]
    const others = [
      'OPEN_IN_ALL',
      'CALL_DEADLINE',
      'CKAFKA_QUOTA_FACTOR',
      'AUDIT_KEY',
      'SLACK_API_URL',
      'ROLE',
    ]
    const value = fc.constantFrom(
      '-1',
      '0',
      '1.5',
      'x',
      ' x ',
      'xoxb-',
      'https://x/y',
      'redis://',
      '99999999999',
    )
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, ...others), value), given => {
        const read = readConfig(given)
        if (!read.ok) for (const problem of read.problems) expect(problem).not.toMatch(LIBRARY)
      }),
      { numRuns: 300 },
    )
  })

  it('where the text is no YAML', () => {
    const broken = fc.string({
      unit: fc.constantFrom('\n', ' ', '\t', '-', ':', '[', '{', '"', '&', '*', '!', '|', 'a', '#'),
    })
    fc.assert(
      fc.property(broken, text => {
        const read = readDocument(text)
        if (!read.ok) expect(read.problem.says).toMatch(/^(?:the file |not valid YAML|clusters must)/)
      }),
      { numRuns: 500 },
    )
    expect(loadPolicy('/nowhere.yml')).toEqual({ ok: false, problems: ['there is no such file (ENOENT)'] })
  })
})

describe('a setting says what is wrong with it', () => {
  it.each([
    ['-1', 'WORKER_CONCURRENCY must be at least 1'],
    ['65', 'WORKER_CONCURRENCY must be at most 64'],
    ['1.5', 'WORKER_CONCURRENCY must be a whole number from 1 to 64'],
    ['four', 'WORKER_CONCURRENCY must be a whole number from 1 to 64'],
  ])('WORKER_CONCURRENCY=%s', (value, said) => {
    const read = readConfig({ WORKER_CONCURRENCY: value })
    expect(read.ok ? [] : read.problems).toContain(said)
  })
})
