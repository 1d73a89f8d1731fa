import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuditKeys, readConfig, readStoreConfig } from '../src/config.ts'
import { keyId } from '../src/request/seals.ts'

const good = {
  SLACK_BOT_TOKEN: 'xoxb-very-secret-1',
  SLACK_APP_TOKEN: 'xapp-very-secret-2',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TENCENTCLOUD_SECRET_ID: 'AKIDvery-secret-3',
  TENCENTCLOUD_SECRET_KEY: 'very-secret-4',
  APPROVERS: 'U0BOB, S0KAFKA',
}

function problemsOf(env: Record<string, string>): string[] {
  const read = readConfig(env)
  return read.ok ? [] : read.problems
}

describe('the settings', () => {
  it('are complete with six variables, and the rest has defaults', () => {
    const read = readConfig(good)
    expect(read).toMatchObject({
      ok: true,
      config: {
        role: 'all',
        port: 3000,
        requestExpiryMs: 86_400_000,
        mostOpen: { ofRequester: 20, inAll: 200 },
        sentAMinute: 10,
        approvers: ['U0BOB', 'S0KAFKA'],
        policyFile: null,
        approvalsChannel: null,
        language: 'en',
        quotaFactor: 1,
        skipLimits: { typedAbove: 1_000, secondApproverAbove: null },
        emptyWaitMs: 1_800_000,
        emptyHoldMs: 45_000,
        slack: { delivery: { kind: 'socket' } },
        clusters: [
          {
            ckafka: {
              dialect: 'v3',
              endpoint: 'https://ckafka.tencentcloudapi.com',
              setOffsetsAction: 'SetGroupOffsets',
              token: undefined,
            },
          },
        ],
      },
    })
  })

  it('give the metrics a port of their own and a token, each where it is set', () => {
    expect(readConfig(good)).toMatchObject({ config: { metricsPort: null, metricsToken: undefined } })
    const set = { METRICS_PORT: '9090', METRICS_TOKEN: '0123456789abcdef' }
    expect(readConfig({ ...good, ...set })).toMatchObject({
      config: { metricsPort: 9090, metricsToken: '0123456789abcdef' },
    })
    expect(problemsOf({ ...good, PORT: '9090', METRICS_PORT: '9090' })).toEqual([
      'METRICS_PORT must be another port than PORT',
    ])
    const guessed = problemsOf({ ...good, METRICS_TOKEN: 'guess-me' })
    expect(guessed).toEqual([
      'METRICS_TOKEN must have 16 letters, digits and signs of ASCII or more, without spaces',
    ])
  })

  it('trace nothing unless a collector is named, by the names that OpenTelemetry has', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
    expect(readConfig({ ...good, OTEL_SERVICE_NAME: 'x' })).toMatchObject({ config: { tracing: null } })
    expect(readConfig({ ...good, ...endpoint })).toMatchObject({
      config: {
        tracing: {
          ...{ url: 'http://collector:4318/v1/traces', protocol: 'http/protobuf', headers: {} },
          ...{ serviceName: 'rewind', sampler: 'parentbased_always_on', ratio: 1 },
        },
      },
    })
    const disabled = { ...good, ...endpoint, OTEL_SDK_DISABLED: 'true' }
    expect(readConfig(disabled)).toMatchObject({ config: { tracing: null } })
    const more = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/otlp',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%2Cb, x-team=payments',
      ...{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    }
    expect(readConfig({ ...good, ...more })).toMatchObject({
      config: {
        tracing: {
          url: 'https://collector.example/otlp/v1/traces',
          headers: { authorization: 'Bearer a,b', 'x-team': 'payments' },
          ...{ sampler: 'traceidratio', ratio: 0.25 },
        },
      },
    })
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be an http or https address'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://me:hunter2@collector', 'must hold no user, password,'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/protobuf or http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2', 'must be a list like name=value,other=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=hunter2', 'must be a list like name=value,other=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=hunter2%0d%0ax:y', 'must be a list like name=value,other=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zzhunter2', 'must be a list like name=value,other=value'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', 'must be one of always_on,'],
    ['OTEL_TRACES_SAMPLER_ARG', '2', 'must be a number from 0 to 1'],
    ['OTEL_SERVICE_NAME', 'a\u0000b', 'must be 100 plain characters at most'],
    ['OTEL_SDK_DISABLED', 'yes', 'must be true or false'],
  ])('refuse %s=%s', (name, value, why) => {
    const problems = problemsOf({ ...good, [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]?.startsWith(`${name} ${why}`), problems[0]).toBe(true)
    expect(problems[0]).not.toContain('hunter2')
  })

  it('limit what is open and what is sent, or do not, but never to nothing', () => {
    const names = ['OPEN_PER_PERSON', 'OPEN_IN_ALL', 'SUBMISSIONS_A_MINUTE']
    const all = (value: string) => ({ ...good, ...Object.fromEntries(names.map(name => [name, value])) })
    expect(readConfig(all('3'))).toMatchObject({
      config: { mostOpen: { ofRequester: 3, inAll: 3 }, sentAMinute: 3 },
    })
    expect(readConfig(all('off'))).toMatchObject({
      config: { mostOpen: { ofRequester: null, inAll: null }, sentAMinute: null },
    })
    for (const wrong of ['0', '-1', '1.5', 'none', '10000000']) {
      expect(problemsOf(all(wrong))).toEqual(
        names.map(name => `${name} must be a whole number, 1 or more, or off`),
      )
    }
  })

  it('take a key that seals, and those that did before, if they are long and random', () => {
    const [key, old] = ['k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6', '0123456789abcdef'.repeat(4)]
    expect(readConfig(good)).toMatchObject({ config: { auditKeys: null } })
    expect(readConfig({ ...good, AUDIT_KEY: key })).toMatchObject({ config: { auditKeys: [key] } })
    expect(readConfig({ ...good, AUDIT_KEY: key, AUDIT_KEYS_OLD: ` ${old}, ${key} ` })).toMatchObject({
      config: { auditKeys: [key, old, key] },
    })
    for (const [wrong, problem] of [
      ['hunter2', 'AUDIT_KEY must have 32 to 512 letters'],
      [`${key} x`, 'AUDIT_KEY must have 32 to 512 letters'],
      ['hunter2'.repeat(10), 'AUDIT_KEY must be random'],
    ] as const) {
      const problems = problemsOf({ ...good, AUDIT_KEY: wrong })
      expect(problems).toEqual([expect.stringContaining(problem)])
      expect(problems.join()).not.toContain('hunter2')
      expect(readAuditKeys({ AUDIT_KEY: wrong })).toEqual({ ok: false, problems })
    }
    expect(problemsOf({ ...good, AUDIT_KEY: key, AUDIT_KEYS_OLD: `${old},hunter2` })).toEqual([
      expect.stringMatching(/^AUDIT_KEYS_OLD, entry 2, must have 32 to 512/),
    ])
    expect(problemsOf({ ...good, AUDIT_KEY: key, AUDIT_KEYS_OLD: `${old},` })).toHaveLength(1)
    expect(problemsOf({ ...good, AUDIT_KEYS_OLD: old })).toEqual([
      expect.stringContaining('AUDIT_KEY is missing'),
    ])
    expect(problemsOf({ ...good, AUDIT_KEYS_LOST: 'c1f853fa' })).toEqual([
      'AUDIT_KEY is missing: AUDIT_KEYS_LOST is for beginning under a new one',
    ])
    expect(problemsOf({ ...good, AUDIT_KEY: key, AUDIT_KEYS_LOST: 'c1f853fa,C1F853FA' })).toEqual([
      'AUDIT_KEYS_LOST, entry 2, must name keys as a seal does, by 8 digits of 0-9 and a-f',
    ])
    for (const given of [{ AUDIT_KEY: key }, { AUDIT_KEY: old, AUDIT_KEYS_OLD: key }]) {
      expect(problemsOf({ ...good, ...given, AUDIT_KEYS_LOST: `c1f853fa,${keyId(key)}` })).toEqual([
        `AUDIT_KEYS_LOST names ${keyId(key)}, which AUDIT_KEY or AUDIT_KEYS_OLD has: it is not lost`,
      ])
    }
    expect(problemsOf({ ...good, AUDIT_KEY: old, AUDIT_KEYS_LOST: keyId(key) })).toEqual([])
    expect(readAuditKeys({})).toEqual({ ok: true, auditKeys: null, auditKeysLost: [], redisPrefix: 'rewind' })
  })

  it('let cards be read in English or in Chinese, and in nothing else', () => {
    expect(readConfig({ ...good, REWIND_LANGUAGE: 'zh' })).toMatchObject({ config: { language: 'zh' } })
    expect(problemsOf({ ...good, REWIND_LANGUAGE: 'de' })).toEqual(['REWIND_LANGUAGE must be en or zh'])
  })

  it.each(['en_US:en', 'zh_CN.UTF-8', 'de', 'ZH', 'zh '])('leave LANGUAGE=%s to the system', LANGUAGE => {
    expect(readConfig({ ...good, LANGUAGE })).toEqual(readConfig(good))
    const ours = { ...good, REWIND_LANGUAGE: 'zh' }
    expect(readConfig({ ...ours, LANGUAGE })).toEqual(readConfig(ours))
  })

  it('still understand LANGUAGE where it is exactly en or zh, and ask once to rename it', () => {
    for (const language of ['en', 'zh']) {
      expect(readConfig({ ...good, LANGUAGE: language })).toMatchObject({
        config: { language },
        notices: [expect.stringMatching(/REWIND_LANGUAGE .*rename it/)],
      })
    }
    const both = readConfig({ ...good, LANGUAGE: 'zh', REWIND_LANGUAGE: 'en' })
    expect(both).toMatchObject({ config: { language: 'en' }, notices: [] })
  })

  it('say which of them do not count beside the file of a policy', () => {
    const file = { POLICY_FILE: 'policy.yml', SKIPS_TYPED_ABOVE: '10' }
    expect(readConfig({ ...good, ...file })).toMatchObject({
      notices: [/^APPROVERS does not/, /^SKIPS_TYPED_ABOVE does not/].map(said =>
        expect.stringMatching(said),
      ),
    })
    expect(readConfig(good)).toMatchObject({ notices: [] })
  })

  const refused: [name: string, values: string[]][] = [
    [
      'HOST',
      ['http://0.0.0.0', '0.0.0.0:3000', '256.1.1.1', '1.2.3', 'a b', '*', '-x', '[::1]:3000', 'a..b'],
    ],
    ['PORT', ['65536', '-1', '0x50', '1e3', '80.5', '80,81', 'http']],
    ['METRICS_PORT', ['65536', '9090;']],
    [
      'CKAFKA_INSTANCES',
      ['ckafka-a;ckafka-b', 'ckafka-a ckafka-b', 'orders', 'ckafka_a', ',', 'ckafka-a,ckafka-a'],
    ],
    [
      'CKAFKA_INSTANCES',
      ['ckafka-a=Orders;ckafka-b=Pay', 'ckafka-a=Orders ckafka-b', 'ckafka-a=x=y', '=Orders'],
    ],
    ['APPROVERS', ['U0BOB;U0CAROL', 'U0BOB U0CAROL', '@bob', ',', 'C0OPS', 'u0bob']],
    ['APPROVALS_CHANNEL', ['#ops', 'ops', 'U0BOB', 'C0OPS,C0DEV']],
    ['FALLBACK_CHANNEL', ['#ops', 'D0BOB']],
    [
      'CKAFKA_ENDPOINT',
      ['ckafka.tencentcloudapi.com', 'https://a.example/v2/index.php', 'https://a.example/?x=1'],
    ],
    ['CKAFKA_ENDPOINT', ['https://me:hunter2@a.example', 'https://a.example/#x', 'ftp://a.example']],
    ['CKAFKA_ENDPOINT', ['https://ckafka.api.qcloud.com']],
    ['SLACK_API_URL', ['slack.com/api', 'https://slack.com/api/?token=hunter2']],
    ['SLACK_BOT_TOKEN', ['xapp-1', '"xoxb-1"', 'xoxb-1 xoxb-2', 'xoxb-1\n2']],
    ['SLACK_APP_TOKEN', ['xoxb-1', 'xapp-é']],
    ['SLACK_SIGNING_SECRET', ['xapp-1', 'xoxb-1', 'two words']],
    [
      'TENCENTCLOUD_REGION',
      ['ap-guangzhou,ap-shanghai', 'Guangzhou', 'guangzhou', 'ap guangzhou', 'https://x'],
    ],
    ['TENCENTCLOUD_SECRET_ID', ['AKID 1', 'AKID\n1']],
    ['EMPTY_HOLD', ['30m', '31m', '1d']],
    ['WATCH', ['0', 'on', '8d', '90']],
    ['EMPTY_WAIT', ['30000d', '8d']],
    ['CALL_DEADLINE', ['2h', '30d']],
    ['CALL_LATE', ['2d']],
    ['REQUEST_EXPIRY', ['366d', '24', '1 h', '1h30m']],
    ['WORKER_CONCURRENCY', ['0', '65', '0x4', '1e1', '2.5']],
    ['SKIPS_TYPED_ABOVE', ['1e3', '1,000', '0x10']],
    ['CKAFKA_QUOTA_FACTOR', ['1e1', '0,5', '.5', '50%']],
    ['REDIS_PREFIX', ['a:b', 'a b', 'x'.repeat(65)]],
    ['REDIS_SENTINEL_NAME', ['other']],
    ['REDIS_SENTINEL_PASSWORD', ['hunter2']],
    ['REDIS_URL', ['redis://a/0#x', 'redis://a;redis://b', 'http://a', 'redis://a:65536']],
    ['REWIND_LANGUAGE', ['en_US:en', 'zh-CN', 'EN']],
  ]
  it.each(refused.flatMap(([name, values]) => values.map(value => [name, value] as const)))(
    'refuse by name what cannot be meant, and do not show it: %s=%j',
    (name, value) => {
      const problems = problemsOf({ ...good, [name]: value })
      expect(problems.length).toBeGreaterThan(0)
      for (const problem of problems) {
        expect(problem.split(' ', 1)).toEqual([name])
        expect(problem).not.toContain('hunter2')
        expect(problem).not.toMatch(/invalid|expected|received|too (small|big)/i)
      }
    },
  )

  it.each([
    ['HOST', '[::1]', { host: '::1' }],
    ['HOST', 'rewind.internal', { host: 'rewind.internal' }],
    ['HOST', 'fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['PORT', ' 8080 ', { port: 8_080 }],
    ['WATCH', ' off ', { watchMs: 0 }],
    ['WATCH', '7d', { watchMs: 604_800_000 }],
    [
      'CKAFKA_ENDPOINT',
      'http://127.0.0.1:8080/',
      { clusters: [{ ckafka: { endpoint: 'http://127.0.0.1:8080/' } }] },
    ],
    ['CKAFKA_INSTANCES', 'ckafka-a = Orders (EU), ckafka-b,', { instances: [{ name: 'Orders (EU)' }, {}] }],
    ['EMPTY_WAIT', '46s', { emptyWaitMs: 46_000 }],
    ['TENCENTCLOUD_REGION', 'ap-shanghai-fsi', { clusters: [{ ckafka: { region: 'ap-shanghai-fsi' } }] }],
  ])('take %s=%s', (name, value, config) => {
    expect(readConfig({ ...good, [name]: value })).toMatchObject({ ok: true, config })
  })

  it('keep requests for good, unless a time and a folder are given', () => {
    const kept = (env: Record<string, string>) => readConfig({ ...good, ...env })
    expect(kept({})).toMatchObject({ config: { retention: null } })
    const retention = { keptMs: 365 * 86_400_000, directory: '/var/lib/rewind' }
    expect(kept({ RETENTION: '365d', RETENTION_DIRECTORY: '/var/lib/rewind' })).toMatchObject({
      config: { retention },
    })
    expect(problemsOf({ ...good, RETENTION: '365d' })).toEqual([
      expect.stringMatching(/^RETENTION_DIRECTORY is missing/),
    ])
    expect(problemsOf({ ...good, RETENTION_DIRECTORY: '/var/lib/rewind' })).toEqual([
      expect.stringMatching(/^RETENTION is missing/),
    ])
    for (const wrong of ['30d', '1h', '365', '36501d']) {
      const problems = problemsOf({ ...good, RETENTION: wrong, RETENTION_DIRECTORY: '/var/lib/rewind' })
      expect(problems).toEqual([expect.stringMatching(/^RETENTION must be/)])
    }
  })

  it('name every problem at once', () => {
    const problems = problemsOf({ ROLE: 'boss', REQUEST_EXPIRY: 'soon', PORT: 'x', APPROVERS: 'bob' })
    for (const name of [
      'ROLE',
      'REQUEST_EXPIRY',
      'PORT',
      'REDIS_URL',
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'TENCENTCLOUD_SECRET_ID',
      'TENCENTCLOUD_SECRET_KEY',
    ]) {
      expect(problems.filter(problem => problem.startsWith(name))).toHaveLength(1)
    }
    expect(problemsOf({ ...good, APPROVERS: 'bob' })).toEqual([expect.stringContaining('APPROVERS')])
    expect(problemsOf({ ...good, APPROVERS: 'U0BOB,hunter2,S0KAFKA' })).toEqual([
      'APPROVERS must hold user ids (U…) and user-group ids (S…), separated by commas: number 2 of 3 is none',
    ])
  })

  it('never show the value of a secret, right or wrong', () => {
    const wrong = Object.fromEntries(Object.keys(good).map(name => [name, 'hunter2 hunter2']))
    const said = problemsOf({ ...wrong, SLACK_API_URL: 'hunter2', CKAFKA_ENDPOINT: 'hunter2' }).join('\n')
    expect(said).not.toContain('hunter2')
    expect(said).toContain('SLACK_BOT_TOKEN')
  })

  it('take an empty variable for one that is not set', () => {
    expect(problemsOf({ ...good, APPROVALS_CHANNEL: '', SLACK_API_URL: ' ' })).toEqual([])
    expect(problemsOf({ ...good, APPROVERS: '' })).toEqual([
      expect.stringContaining('APPROVERS or POLICY_FILE is missing'),
    ])
  })

  it('need no Slack for a worker apart, and nothing but a signing secret for HTTP', () => {
    const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, APPROVERS, ...worker } = good
    expect(readConfig({ ...worker, ROLE: 'worker' })).toMatchObject({
      ok: true,
      config: { slack: undefined },
    })
    const http = readConfig({ ...worker, SLACK_BOT_TOKEN, APPROVERS, SLACK_SIGNING_SECRET: 'shhh' })
    expect(http).toMatchObject({ ok: true, config: { slack: { delivery: { kind: 'http' } } } })
    expect(SLACK_APP_TOKEN).toBeDefined()
  })

  it('read instances with and without a name', () => {
    const read = readConfig({ ...good, CKAFKA_INSTANCES: 'ckafka-a=Orders prod, ckafka-b' })
    expect(read).toMatchObject({
      config: {
        instances: [
          { id: 'ckafka-a', name: 'Orders prod' },
          { id: 'ckafka-b', name: 'ckafka-b' },
        ],
      },
    })
  })

  it('read how much of the documented limits may be used, and refuse what is no such number', () => {
    expect(readConfig({ ...good, CKAFKA_QUOTA_FACTOR: '0.5' })).toMatchObject({
      config: { quotaFactor: 0.5 },
    })
    for (const wrong of ['0', '-1', 'half', '1000', 'Infinity']) {
      expect(problemsOf({ ...good, CKAFKA_QUOTA_FACTOR: wrong })).toEqual([
        expect.stringContaining('CKAFKA_QUOTA_FACTOR'),
      ])
    }
  })

  it.each(['SKIPS_TYPED_ABOVE', 'SKIPS_TWO_APPROVERS_ABOVE'])(
    'read %s as a number of messages, and 0 asks it of every skip',
    name => {
      expect(problemsOf({ ...good, [name]: '0' })).toEqual([])
      for (const wrong of ['-1', '1.5', 'many', '99999999999999999999']) {
        expect(problemsOf({ ...good, [name]: wrong })).toEqual([expect.stringContaining(name)])
      }
    },
  )

  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['48h', 172_800_000],
    ['7d', 604_800_000],
  ])('read a duration of %s', (text, ms) => {
    expect(readConfig({ ...good, REQUEST_EXPIRY: text })).toMatchObject({ config: { requestExpiryMs: ms } })
  })

  it.each(['0h', '5', 'h', '1.5h', '-1h', '100000d'])('refuse %s as a duration', text => {
    expect(problemsOf({ ...good, REQUEST_EXPIRY: text })).toEqual([expect.stringContaining('REQUEST_EXPIRY')])
  })
})

describe('the address of the API of CKafka', () => {
  it.each<[dialect: string, endpoint: string, isTaken: boolean]>([
    ['v3', 'https://ckafka.tencentcloudapi.com', true],
    ['v3', 'https://ckafka.intl.tencentcloudapi.com', true],
    ['v3', 'https://ckafka.ap-guangzhou.tencentcloudapi.com', true],
    ['v3', 'https://ckafka.ap-shanghai-fsi.tencentcloudapi.com', true],
    ['v3', 'https://ckafka.internal.tencentcloudapi.com:8443', true],
    ['v3', 'https://CKAFKA.AP-SHENZHEN-FSI.TENCENTCLOUDAPI.COM', true],
    ['v3', 'http://10.0.0.7:8080', true],
    ['v3', 'https://ckafka.api.qcloud.com', false],
    ['v2', 'https://ckafka.api.qcloud.com', true],
    ['v2', 'https://ckafka.gateway.example', true],
    ['v2', 'https://ckafka.tencentcloudapi.com', false],
    ['v2', 'https://ckafka.ap-shanghai-fsi.tencentcloudapi.com', false],
  ])('%s at %s', (CKAFKA_API, CKAFKA_ENDPOINT, isTaken) => {
    const problems = problemsOf({ ...good, CKAFKA_API, CKAFKA_ENDPOINT })
    expect(problems).toEqual(isTaken ? [] : ['CKAFKA_ENDPOINT is of the other API than CKAFKA_API'])
  })
})

describe('the settings of Redis', () => {
  const CA = fileURLToPath(new URL('support/tls/authority.pem', import.meta.url))

  function redisOf(env: Record<string, string>) {
    const [read, store] = [readConfig({ ...good, ...env }), readStoreConfig(env)]
    if (!read.ok || !store.ok) throw new Error('They are wrong.')
    expect(store.redis).toEqual(read.config.redis)
    return read.config.redis
  }

  function wrongIn(env: Record<string, string>): string[] {
    const [problems, store] = [problemsOf({ ...good, ...env }), readStoreConfig(env)]
    expect(store).toEqual({ ok: false, problems })
    expect(problems.join('\n')).not.toMatch(/hunter2|secret-host/)
    return problems
  }

  it('are one server unless told otherwise, whose address is left as it is', () => {
    const url = 'redis://me:p%2Ca,ss@redis.local:6380/2'
    expect(redisOf({ REDIS_URL: url })).toEqual({ mode: 'single', url, ca: undefined })
  })

  it('never take a part of a user or a password for the host, whatever is in it', () => {
    const sign = fc.constantFrom(...'#/?@:%&=+,;[]|\\^ a1')
    const secret = fc.string({ unit: sign, minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(secret, secret, (user, password) => {
        const url = `redis://${user}:${password}@redis.local:6380/0`
        const read = readStoreConfig({ REDIS_URL: url })
        if (!read.ok) {
          expect(read.problems.join()).toMatch(/^REDIS_URL /)
          return
        }
        if (read.redis.mode !== 'single') throw new Error('It is one server.')
        expect(new URL(read.redis.url).host).toBe('redis.local:6380')
      }),
    )
  })

  it('are Sentinels, with the user, the password and the database of the master in their addresses', () => {
    const urls = 'rediss://me:hunter2@a:26380/3, rediss://b,rediss://[::1]:7'
    const env = { REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: 'rewind', REDIS_SENTINEL_PASSWORD: 'other' }
    expect(redisOf({ ...env, REDIS_URL: urls, REDIS_CA_FILE: CA })).toEqual({
      mode: 'sentinel',
      sentinels: [
        { host: 'a', port: 26_380 },
        { host: 'b', port: 26_379 },
        { host: '::1', port: 7 },
      ],
      name: 'rewind',
      sentinelPassword: 'other',
      username: 'me',
      password: 'hunter2',
      db: 3,
      tls: true,
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
    })
    expect(redisOf({ REDIS_MODE: 'sentinel', REDIS_URL: 'redis://a' })).toMatchObject({
      name: 'mymaster',
      db: 0,
      tls: false,
    })
  })

  it('are a Cluster, of which some nodes are enough', () => {
    expect(redisOf({ REDIS_MODE: 'cluster', REDIS_URL: 'redis://:p%40ss@a,redis://b:7001' })).toEqual({
      mode: 'cluster',
      nodes: [
        { host: 'a', port: 6_379 },
        { host: 'b', port: 7_001 },
      ],
      username: undefined,
      password: 'p@ss',
      tls: false,
      ca: undefined,
    })
  })

  it.each([
    ['nothing', {}, 'REDIS_URL is missing'],
    ['a tab in a password', { REDIS_URL: 'redis://:hunter2\t3@a' }, 'REDIS_URL has a tab, a line break'],
    ['a line break in one', { REDIS_URL: 'redis://:hunter2\n3@a' }, 'REDIS_URL has a tab, a line break'],
    [
      'what is no text in one',
      { REDIS_URL: 'redis://:hunter2\u00003@a' },
      'REDIS_URL has a tab, a line break',
    ],
    ['no address', { REDIS_URL: 'hunter2' }, 'REDIS_URL must look like redis://host:6379'],
    ['an address without its protocol', { REDIS_URL: 'redis://secret-host,b' }, 'REDIS_URL must look like'],
    ['a password that is not escaped', { REDIS_URL: 'redis://:hunter2%@a' }, 'REDIS_URL must look like'],
    [
      'a # in a password, after which the user is no host',
      { REDIS_URL: 'redis://secret-host:1234#hunter2@a' },
      'REDIS_URL has a #, / or ? in it that is not percent-encoded',
    ],
    ['a / in one', { REDIS_URL: 'rediss://secret-host:12/hunter2@a' }, 'REDIS_URL has a #, / or ?'],
    ['a ? in one', { REDIS_URL: 'redis://secret-host:12?hunter2@a' }, 'REDIS_URL has a #, / or ?'],
    [
      'a # in the second address of several',
      { REDIS_MODE: 'cluster', REDIS_URL: 'redis://a,redis://secret-host:1234#hunter2@b' },
      'REDIS_URL has a #, / or ?',
    ],
    ['a database without a number', { REDIS_URL: 'redis://a/hunter2' }, 'REDIS_URL must look like'],
    ['two servers', { REDIS_URL: 'redis://a,redis://b' }, 'REDIS_URL must hold one address'],
    [
      'another mode',
      { REDIS_URL: 'redis://a', REDIS_MODE: 'hunter2' },
      'REDIS_MODE must be single, sentinel',
    ],
    [
      'TLS for one',
      { REDIS_MODE: 'cluster', REDIS_URL: 'redis://a,rediss://b' },
      'REDIS_URL must name the same',
    ],
    [
      'two passwords',
      { REDIS_MODE: 'sentinel', REDIS_URL: 'redis://:hunter2@a,redis://:hunter22@b' },
      'REDIS_URL must name the same password',
    ],
    [
      'a database in a Cluster',
      { REDIS_MODE: 'cluster', REDIS_URL: 'redis://a/1' },
      'REDIS_URL must name no',
    ],
    [
      'a file that is not there',
      { REDIS_URL: 'rediss://a', REDIS_CA_FILE: '/hunter2.pem' },
      'REDIS_CA_FILE names a file that cannot be read (ENOENT)',
    ],
    [
      'an authority that is a device',
      { REDIS_URL: 'rediss://a', REDIS_CA_FILE: '/dev/zero' },
      'REDIS_CA_FILE names a file that cannot be read (it is no regular file)',
    ],
    [
      'a file of another kind',
      { REDIS_URL: 'rediss://a', REDIS_CA_FILE: 'package.json' },
      'REDIS_CA_FILE names a file that holds no certificate',
    ],
    ['an authority without TLS', { REDIS_URL: 'redis://a', REDIS_CA_FILE: CA }, 'REDIS_CA_FILE is for TLS'],
  ])('refuse %s, and do not show it', (_what, env, problem) => {
    const { REDIS_URL: _, ...others } = good
    expect(problemsOf({ ...others, ...env })).toEqual([expect.stringContaining(problem)])
    if ('REDIS_URL' in env) expect(wrongIn(env as Record<string, string>)).toHaveLength(1)
  })
})
