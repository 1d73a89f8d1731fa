// The doctor before the local Slack, the simulated CKafka and Kafka and a Redis of its own, with each thing broken in turn:
// what is broken is named with its level, and everything else is still looked at.

import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { createWorkers } from '../../src/adapters/redis/workers.ts'
import { readAuditKeys, readConfig, readStoreConfig } from '../../src/config.ts'
import { readGiven } from '../../src/config-given.ts'
import { readUsable } from '../../src/config-usable.ts'
import { exitCodeOf, type Finding } from '../../src/doctor/finding.ts'
import { examine } from '../../src/doctor.ts'
import { createSeals, keyId } from '../../src/request/seals.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { type SimulatedKafka, startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { type PrivateRedis, startRedis } from '../../src/sandbox/redis/start.ts'
import type { LocalSlack } from '../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { folderWith } from '../clusters-file/folder.ts'
import { created } from '../support/commits.ts'
import { COMMANDS, SCOPES } from '../support/manifest.ts'
import { DEMO } from '../support/product.ts'
import { startCluster } from '../support/redis-servers.ts'

let redis: PrivateRedis
let admin: Redis
let slack: LocalSlack
let ckafka: CkafkaSimulator
let kafka: SimulatedKafka

/** @param scopes granted to the bot */
function workspace(scopes: readonly string[] = SCOPES): Promise<LocalSlack> {
  return startLocalSlack({
    ...{ delivery: { kind: 'socket' }, botToken: 'xoxb-good', appToken: 'xapp-good', signingSecret: 'shhh' },
    ...{ scopes: [...scopes], commands: COMMANDS },
    users: [
      { id: 'U0BOB', name: 'bob', realName: 'Bob' },
      { id: 'U0GONE', name: 'gone', realName: 'Gone', kind: 'deactivated' },
    ],
    channels: [
      { id: 'C0OPS', name: 'ops', members: ['U0BOB'], botIsMember: true },
      { id: 'C0OUTSIDE', name: 'outside', members: ['U0BOB'], botIsMember: false },
      { id: 'C0PRIVATE', name: 'private', private: true, members: ['U0BOB'], botIsMember: false },
    ],
    userGroups: [
      { id: 'S0KAFKA', handle: 'kafka', name: 'Kafka', users: ['U0BOB'] },
      { id: 'S0OFF', handle: 'off', name: 'Off', users: [], disabled: true },
    ],
  })
}

beforeAll(async () => {
  redis = await startRedis({ appendonly: 'always' })
  admin = new Redis(redis.url)
  slack = await workspace()
  ckafka = await startCkafkaSimulator({ secretId: 'AKIDTEST', secretKey: 'hunter2' })
  kafka = await startKafkaBroker(ckafka.cluster, { brokers: 2 })
})
afterAll(async () => {
  admin.disconnect()
  await Promise.all([slack.close(), ckafka.close(), kafka.close(), redis.close()])
})

const GOOD_REDIS = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' }
beforeEach(() => configure(GOOD_REDIS))
afterEach(async () => {
  // What one test has used up of the shared budget is no other's.
  const budgets = await admin.keys('*:quota:*')
  if (budgets.length > 0) await admin.del(budgets)
  slack.clearFaults()
  slack.restoreToken()
  ckafka.clearFaults()
  kafka.clearFaults()
  kafka.rights.deniedTopics.clear()
  kafka.rights.deniedGroups.clear()
  kafka.rights.isSilent = false
})

async function configure(settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await admin.config('SET', name, value)
}

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  ...{ SLACK_BOT_TOKEN: 'xoxb-good', SLACK_APP_TOKEN: 'xapp-good', SLACK_API_URL: slack.apiUrl },
  ...{ REDIS_URL: redis.url, REDIS_PREFIX: 'doctor', CKAFKA_ENDPOINT: ckafka.url },
  ...{ TENCENTCLOUD_SECRET_ID: 'AKIDTEST', TENCENTCLOUD_SECRET_KEY: 'hunter2' },
  ...{ APPROVERS: 'U0BOB,S0KAFKA', CKAFKA_QUOTA_FACTOR: '100' },
  ...more,
})

async function doctor(more: Record<string, string> = {}, now: () => number = Date.now): Promise<Finding[]> {
  const given = env(more)
  const config = readConfig(given)
  const asked = {
    ...{ given: readGiven(given), config, store: readStoreConfig(given), keys: readAuditKeys(given) },
    usable: config.ok ? null : readUsable(given, config.problems),
  }
  const findings = await examine(asked, now)
  expect(JSON.stringify(findings)).not.toContain('hunter2')
  return findings
}

/** Without what is well. */
const wrongIn = (findings: readonly Finding[]) =>
  findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, area, what, found }) => `${level} ${area}, ${what}: ${found}`)

const byKafka = (more = '') => ({
  CLUSTERS_FILE: folderWith(
    `version: 1\nclusters:\n  - id: own\n    name: Own\n    kafka: { bootstrap: [${kafka.bootstrap
      .split(',')
      .map(each => `'${each}'`)
      .join(', ')}]${more} }\n`,
  ).file,
  TENCENTCLOUD_SECRET_ID: '',
  TENCENTCLOUD_SECRET_KEY: '',
  CKAFKA_ENDPOINT: '',
})

describe('the doctor, where all is well', () => {
  it('says so of everything, makes nothing, and leaves nothing', async () => {
    const callsBefore = ckafka.calls().length
    const positions = () => JSON.stringify(ckafka.cluster.committed(DEMO.instance, DEMO.group), String)
    const before = positions()
    const findings = await doctor({ APPROVALS_CHANNEL: 'C0OPS', FALLBACK_CHANNEL: 'C0OPS' })
    expect(wrongIn(findings)).toEqual([])
    expect(exitCodeOf(findings)).toBe(0)
    const said = findings.map(({ area, what, found }) => `${area}, ${what}: ${found}`).join('\n')
    for (const action of ['BatchModifyGroupOffsets', 'ModifyGroupOffsets', 'DescribeGroupOffsets'])
      expect(said).toContain(action)
    expect(said).toContain('Slack, connections: No bot is connected with this app token now.')
    expect(said).toContain('Slack, people, user groups and channels: 4 of the 4 that are named are there.')
    expect(said).toMatch(
      /Redis, a job: A job on a queue of its own was taken by a worker after \d+ ms, and is gone\./,
    )
    // What is left in Redis is the shared budget of calls alone.
    const keys = await admin.keys('*doctor*')
    expect(keys.filter(key => !key.includes(':quota:'))).toEqual([])
    expect(slack.messages('C0OPS')).toEqual([])
    expect(slack.connections()).toBe(0)
    expect(positions()).toBe(before)
    expect(ckafka.calls().length).toBeGreaterThan(callsBefore)
  })

  it('does so by API 2.0', { tags: ['long'] }, async () => {
    const findings = await doctor({ CKAFKA_API: 'v2', APPROVALS_CHANNEL: 'C0OPS' })
    expect(wrongIn(findings)).toEqual([])
    expect(findings.find(({ what }) => what === `writes of ${DEMO.instance}`)?.found).toContain(
      'SetGroupOffsets',
    )
  })

  it('does so of a Kafka, whose brokers tell what the user may do', async () => {
    const commits = kafka.calls('OffsetCommit').length
    const findings = await doctor(byKafka())
    expect(wrongIn(findings)).toEqual([])
    const said = findings.filter(({ area }) => area === 'Own').map(({ what, found }) => `${what}: ${found}`)
    expect(said).toContain(
      'reach and credentials: 2 of 2 brokers answer at the addresses that they advertise, and let Rewind in.',
    )
    expect(said.join('\n')).toMatch(/topics: On 3 of 3 the user has DESCRIBE, DESCRIBE_CONFIGS, READ\./)
    expect(said.join('\n')).toMatch(/groups: On (\d+) of \1 the user has DESCRIBE, READ\./)
    expect(kafka.calls('OffsetCommit')).toHaveLength(commits)
  })

  it('asks a worker apart nothing of Slack, and of a bot no write', async () => {
    const worker = await doctor({ ROLE: 'worker', SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' })
    expect(wrongIn(worker)).toEqual([])
    const writes = ckafka.calls('ModifyGroupOffsets').length
    expect(wrongIn(await doctor({ ROLE: 'bot' }))).toEqual([])
    expect(ckafka.calls('ModifyGroupOffsets')).toHaveLength(writes)
  })
})

describe('the doctor of Slack', () => {
  it('names a bot token that is refused, and what could not be checked for it', async () => {
    expect(wrongIn(await doctor({ SLACK_BOT_TOKEN: 'xoxb-wrong' }))).toEqual([
      'failure Slack, bot token: Slack refuses SLACK_BOT_TOKEN: invalid_auth.',
      'notMade Slack, scopes: The bot token has to be taken first.',
      'notMade Slack, people, user groups and channels: The bot token has to be taken first.',
    ])
  })

  it('names an app token that is refused, or is for something else', async () => {
    expect(wrongIn(await doctor({ SLACK_APP_TOKEN: 'xapp-wrong' }))).toEqual([
      'failure Slack, app token: Slack refuses SLACK_APP_TOKEN: invalid_auth.',
      'notMade Slack, connections: The app token has to be taken first.',
    ])
    slack.inject('apps.connections.open', { kind: 'error', error: 'missing_scope' })
    const [app] = (await doctor()).filter(({ level }) => level === 'failure')
    expect(app).toMatchObject({ found: 'Slack refuses SLACK_APP_TOKEN: missing_scope.' })
    expect(app?.advice).toContain('connections:write')
  })

  it('says that Slack is away', async () => {
    const findings = await doctor({ SLACK_API_URL: 'http://127.0.0.1:1/api/' })
    expect(wrongIn(findings).filter(each => each.startsWith('failure'))).toEqual([
      'failure Slack, bot token: Slack could not be asked about SLACK_BOT_TOKEN: Slack could not be reached.',
      'failure Slack, app token: Slack could not be asked about SLACK_APP_TOKEN: Slack could not be reached.',
    ])
  })

  it('names each scope that is not granted, and what does not work without it', async () => {
    const other = await workspace(SCOPES.filter(each => each !== 'chat:write' && each !== 'files:read'))
    onTestFinished(() => other.close())
    const findings = await doctor({ SLACK_API_URL: other.apiUrl })
    expect(wrongIn(findings)).toEqual([
      'failure Slack, scope chat:write: It is not granted: nothing can be posted.',
      'warning Slack, scope files:read: It is not granted: the form has no field for a file.',
    ])
  })

  it('names channels that the bot is not in or does not see', async () => {
    const more = { APPROVALS_CHANNEL: 'C0OUTSIDE', FALLBACK_CHANNEL: 'C0PRIVATE' }
    expect(wrongIn(await doctor(more))).toEqual([
      'warning Slack, channel C0OUTSIDE: APPROVALS_CHANNEL names C0OUTSIDE, a public channel that Rewind is not in: it can post there, and cannot look for a message whose answer was lost.',
      'failure Slack, channel C0PRIVATE: FALLBACK_CHANNEL names C0PRIVATE, a channel that Slack does not show to Rewind: it does not exist, or it is private and Rewind is not in it.',
    ])
  })

  it('names a channel that has been archived where it may ask, and says so where it may not', async () => {
    const may = await workspace([...SCOPES, 'channels:read'])
    onTestFinished(() => may.close())
    may.setChannel('C0OPS', { archived: true })
    const more = { APPROVALS_CHANNEL: 'C0OPS' }
    expect(wrongIn(await doctor({ ...more, SLACK_API_URL: may.apiUrl }))).toEqual([
      'failure Slack, channel C0OPS: APPROVALS_CHANNEL names C0OPS, a channel that has been archived: nothing can be posted there.',
    ])
    const unasked = (await doctor(more)).find(({ what }) => what === 'archived channels')
    expect(unasked).toMatchObject({ level: 'ok', found: expect.stringContaining('was not looked at') })
  })

  it('names approvers and user groups that are not there', async () => {
    expect(wrongIn(await doctor({ APPROVERS: 'U0BOB,U0GONE,U0NOBODY,S0NONE,S0OFF' }))).toEqual([
      'warning Slack, person U0GONE: APPROVERS names U0GONE, who is deactivated in Slack.',
      'warning Slack, person U0NOBODY: APPROVERS names U0NOBODY, whom Slack does not know.',
      'warning Slack, user group S0NONE: APPROVERS names S0NONE, a user group that Slack does not know.',
      'warning Slack, user group S0OFF: APPROVERS names S0OFF, a user group that is disabled in Slack.',
    ])
  })

  it('asks nothing of connections where Slack delivers over HTTP, and names the missing secret of it', async () => {
    const http = await doctor({ SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'shhh' })
    expect(wrongIn(http)).toEqual([])
    expect(http.map(({ what }) => what)).toContain('signing secret')
    expect(wrongIn(await doctor({ SLACK_APP_TOKEN: '' }))).toEqual([
      'failure Settings, a problem: SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing. Rewind does not start.',
      'notMade Slack, all of it: The settings have to be right first.',
    ])
  })

  it('warns of a name that is nearly that of a setting', async () => {
    expect(wrongIn(await doctor({ APPROVALS_CHANEL: 'C0OPS' }))).toEqual([
      'warning Settings, APPROVALS_CHANEL: Rewind has no such setting, so that it has no effect.',
    ])
  })
})

describe('the doctor where one setting is wrong', () => {
  const waits = (area: string) => `notMade ${area}, all of it: The settings have to be right first.`
  const checked = (findings: readonly Finding[]) => new Set(findings.map(({ area }) => area))

  it.each([
    [{ EMPTY_WAIT: 'soon' }, [], ['Policy', 'Slack', 'Redis', 'CKafka']],
    [{ SLACK_BOT_TOKEN: 'hunter2' }, ['Slack'], ['Policy', 'Redis', 'CKafka']],
    [{ TENCENTCLOUD_SECRET_KEY: '' }, ['Clusters'], ['Policy', 'Slack', 'Redis']],
    [{ CKAFKA_API: 'v4' }, ['Clusters'], ['Policy', 'Slack', 'Redis']],
    [{ CLUSTERS_FILE: '/nowhere/clusters.yml' }, ['Clusters'], ['Policy', 'Slack', 'Redis']],
    [{ APPROVERS: 'bob' }, ['Policy'], ['Slack', 'Redis', 'CKafka']],
    [{ PORT: 'none' }, [], ['Policy', 'Slack', 'Redis', 'CKafka']],
    [{ ROLE: 'both' }, [], ['Policy', 'Slack', 'Redis', 'CKafka']],
    [{ REDIS_URL: 'hunter2' }, ['Redis'], ['Policy', 'Slack', 'CKafka']],
    [{ RETENTION_DIRECTORY: '/tmp' }, [], ['Policy', 'Slack', 'Redis', 'CKafka']],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'hunter2' }, [], ['Policy', 'Slack', 'Redis', 'CKafka']],
    [{ HTTPS_PROXY: 'hunter2' }, ['Slack', 'Clusters'], ['Policy', 'Redis']],
  ])('looks at all the rest: %j', async (more, left, there) => {
    const findings = await doctor(more)
    expect(exitCodeOf(findings)).toBe(2)
    const wrong = wrongIn(findings).filter(each => !/^notMade Slack, people/.test(each))
    expect(wrong.filter(each => each.startsWith('failure'))).toHaveLength(1)
    expect(wrong.filter(each => each.startsWith('notMade'))).toEqual(left.map(waits))
    for (const area of there) expect(checked(findings)).toContain(area)
    // Nothing is asked of who is not set, and nobody is taken for another.
    expect(JSON.stringify(findings)).not.toMatch(/xoxb-0|127\.0\.0\.1:1\b|"U0"/)
  })
})

describe('the doctor of the policy', () => {
  it.each([
    ['U0GONE', 2],
    ['U0GONE,S0OFF', 2],
    ['U0GONE,U0BOB', 1],
    ['U0GONE,S0KAFKA', 1],
  ])('exits with 2 where nobody could ever approve: %s', async (APPROVERS, code) => {
    const findings = await doctor({ APPROVERS })
    expect(exitCodeOf(findings)).toBe(code)
    const [failure] = findings.filter(({ level }) => level === 'failure')
    if (code === 2)
      expect(failure).toMatchObject({
        what: 'who can approve',
        found: 'Nothing could ever be approved: of those that APPROVERS names too few are there.',
      })
  })

  it('names a service account that no token is for, and which is meant', async () => {
    const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
    const accounts = folderWith(`svc:deploys: ${digest}\n`).file
    const policy = folderWith(`version: 1
rules:
  - name: all
    request: { people: [svc:deplyos] }
    approve: [{ from: U0BOB }]
`).file
    const given = {
      ...{ APPROVERS: '', POLICY_FILE: policy, APPROVALS_CHANNEL: 'C0OPS' },
      SERVICE_ACCOUNTS_FILE: accounts,
    }
    const ofAccounts = async (more: Record<string, string>) =>
      (await doctor({ ...given, ...more })).filter(({ what }) => what.startsWith('service account'))
    const notThere = {
      what: 'service account svc:deplyos',
      level: 'warning',
      found: 'POLICY_FILE: the rule "all" names svc:deplyos, which SERVICE_ACCOUNTS_FILE does not have.',
      advice: 'Is svc:deploys meant?',
    }
    expect(await ofAccounts({})).toMatchObject([notThere])
    // Another setting is wrong: what the file has is known all the same. Where it is not, nothing is claimed.
    expect(await ofAccounts({ AUDIT_KEY: 'short' })).toMatchObject([notThere])
    expect(await ofAccounts({ SERVICE_ACCOUNTS_FILE: policy })).toEqual([])
    expect(await ofAccounts({ APPROVALS_CHANNEL: '' })).toEqual([])
  })

  it('names a file that is not there, or is wrong', async () => {
    const left =
      'notMade Slack, people, user groups and channels of the policy: The policy has to be read first.'
    expect(wrongIn(await doctor({ APPROVERS: '', POLICY_FILE: '/nowhere/policy.yml' }))).toEqual([
      'failure Policy, /nowhere/policy.yml: It cannot be used: there is no such file (ENOENT).',
      left,
    ])
    const { file } = folderWith('version: 1\nrules: none\n')
    const wrong = wrongIn(await doctor({ APPROVERS: '', POLICY_FILE: file }))
    expect(wrong.slice(1)).toEqual([left])
    expect(wrong[0]).toMatch(/^failure Policy, .*: It cannot be used: rules/)
  })

  it('looks for those that its rules name', async () => {
    const { file } = folderWith('')
    writeFileSync(file, 'version: 1\nrules:\n  - name: all\n    approve: [{ from: U0NOBODY }]\n')
    expect(wrongIn(await doctor({ APPROVERS: '', POLICY_FILE: file }))).toEqual([
      'failure Policy, who can approve: Nothing could ever be approved: of those that POLICY_FILE (the rule "all") names too few are there.',
      'warning Slack, person U0NOBODY: POLICY_FILE: the rule "all" names U0NOBODY, whom Slack does not know.',
    ])
  })
})

describe('the doctor of Redis', () => {
  it('says that it is away, and looks at the rest', async () => {
    const findings = await doctor({ REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' })
    expect(wrongIn(findings)).toEqual([
      'failure Redis, reach: Redis at 127.0.0.1:1 (REDIS_URL) cannot be connected to: ECONNREFUSED.',
      ...['how it is set up', 'permissions', 'a key', 'a job', 'workers', 'seals', 'clock'].map(
        what => `notMade Redis, ${what}: Redis has to be reached first.`,
      ),
    ])
    expect(findings.some(({ what }) => what === `reads of ${DEMO.instance}`)).toBe(true)
  })

  it.each([
    [{ appendonly: 'no' }, 'failure Redis, persistence: Redis keeps nothing (no AOF, no save points)'],
    [
      { appendfsync: 'everysec' },
      'warning Redis, persistence: If its machine fails, Redis may lose the last second',
    ],
    [
      { 'maxmemory-policy': 'allkeys-lru' },
      'failure Redis, eviction: Redis evicts keys as soon as a maxmemory',
    ],
  ])('says what follows from %j', async (settings, said) => {
    await configure(settings)
    const wrong = wrongIn(await doctor())
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.startsWith(said), wrong[0]).toBe(true)
  })

  it('names the commands that its user may not call', async () => {
    await admin.call('ACL', 'SETUSER', 'narrow', 'reset', 'on', '>hunter2', '~*', '+@all', '-zadd', '-lpush')
    onTestFinished(() => void admin.call('ACL', 'DELUSER', 'narrow').catch(() => {}))
    const wrong = wrongIn(await doctor({ REDIS_URL: `redis://narrow:hunter2@127.0.0.1:${redis.port}` }))
    expect(wrong[0]).toMatch(/^failure Redis, permissions: .*It may not: lpush, zadd\.$/)
    expect(wrong.slice(1).map(each => each.replace(/:.*/, ''))).toEqual(['failure Redis, a job'])
    const refused = await doctor({ REDIS_URL: `redis://narrow:wrong@127.0.0.1:${redis.port}` })
    expect(wrongIn(refused)[0]).toMatch(/^failure Redis, reach: Redis at .* refuses: WRONGPASS/)
  })

  it.each([
    [['~*', '-exec'], /It may not: exec\.$/],
    [['~*', '-eval'], /It may not: eval\. Without eval the other commands could not be tried\.$/],
    [['~{doctor}:*'], /It lacks the keys ~\{doctor:queue\}:\*\.$/],
    [['~{doctor:queue}:*'], /It lacks the keys ~\{doctor\}:\*( and .*)?\.$/],
  ])('names what is missing of %j', async (rules, said) => {
    await admin.call('ACL', 'SETUSER', 'narrow', 'reset', 'on', '>hunter2', '+@all', ...rules)
    onTestFinished(() => void admin.call('ACL', 'DELUSER', 'narrow').catch(() => {}))
    const findings = await doctor({ REDIS_URL: `redis://narrow:hunter2@127.0.0.1:${redis.port}` })
    const permissions = findings.find(({ area, what }) => area === 'Redis' && what === 'permissions')
    expect(permissions).toMatchObject({ level: 'failure', found: expect.stringMatching(said) })
    expect(permissions?.advice).toContain('docs/redis.md')
  })

  it('fails where a start would: the key is not the one with which the requests are sealed', async () => {
    const REDIS_PREFIX = 'sealed'
    const [key, other] = [`${randomUUID()}x`, `${randomUUID()}y`]
    const connection = connectRedis({ mode: 'single', url: redis.url }, () => {})
    onTestFinished(() => connection.disconnect())
    await untilReady(connection, 5_000)
    const seals = createSeals([key], REDIS_PREFIX)
    await created(createRedisStore(connection, REDIS_PREFIX, { seals }))
    const said = async (more: Record<string, string>) => {
      const found = (await doctor({ REDIS_PREFIX, ...more })).find(({ what }) => what === 'seals')
      return `${found?.level} ${found?.found} ${found?.advice}`
    }
    expect(await said({ AUDIT_KEY: key })).toContain('ok What is in Redis was sealed with the AUDIT_KEY')
    expect(await said({ AUDIT_KEY: other, AUDIT_KEYS_OLD: key })).toMatch(/^ok /)
    expect(await said({ AUDIT_KEY: other })).toMatch(
      /^failure AUDIT_KEY is another key .* Rewind does not start\. Set AUDIT_KEY .*AUDIT_KEYS_LOST=[0-9a-f]{8} ends/,
    )
    expect(await said({})).toMatch(
      /^failure AUDIT_KEY is not set, and the only request is sealed.* If it is lost, AUDIT_KEYS_LOST=[0-9a-f]{8} and a new AUDIT_KEY end/,
    )
    expect(await said({ AUDIT_KEY: other, AUDIT_KEYS_LOST: keyId(key) })).toMatch(
      /^ok The only request is sealed with a key that AUDIT_KEYS_LOST names, and none with one that is set: what is open under it is ended/,
    )
    const part = `${REDIS_PREFIX}-in-part`
    for (const each of [null, null, createSeals([key], part)]) {
      await created(createRedisStore(connection, part, { seals: each }))
    }
    expect(await said({ REDIS_PREFIX: part })).toMatch(
      /^warning AUDIT_KEY is not set, and 1 of the 3 newest requests is sealed with a key: what is sealed is left alone/,
    )
  })

  it('warns where a job waits or a bot is connected, and nobody takes jobs', async () => {
    const workers = async (more: Record<string, string>) =>
      (await doctor(more)).find(({ what }) => what === 'workers')
    expect(await workers({ REDIS_PREFIX: 'idle' })).toMatchObject({
      level: 'ok',
      found: 'None says that it takes jobs now, as it is before one is started; no job waits.',
    })
    await admin.lpush('{waits:queue}:execute:wait', 'R-1-1')
    expect(await workers({ REDIS_PREFIX: 'waits' })).toMatchObject({
      level: 'warning',
      found: 'None says that it takes jobs now, and 1 job waits on the queue: what is approved waits.',
    })
    const { url } = (await (
      await fetch(`${slack.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { authorization: 'Bearer xapp-good' },
      })
    ).json()) as { url: string }
    const bot = new WebSocket(url)
    onTestFinished(() => bot.close())
    await new Promise(resolve => bot.addEventListener('open', resolve))
    expect(await workers({ REDIS_PREFIX: 'idle' })).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('and a bot is connected to Slack'),
    })
    await createWorkers(admin, 'idle').takes('someone')
    expect(await workers({ REDIS_PREFIX: 'idle' })).toMatchObject({ level: 'ok' })
  })

  it('takes its keys away when it is ended early', async () => {
    const ending = new AbortController()
    const given = env({ REDIS_PREFIX: 'ended' })
    const asked = {
      ...{ given: readGiven(given), config: readConfig(given), store: readStoreConfig(given) },
      keys: readAuditKeys(given),
      usable: null,
    }
    setTimeout(() => ending.abort(), 30)
    await examine(asked, Date.now, ending.signal)
    const keys = await admin.keys('*ended*doctor*')
    expect(keys.filter(key => key.startsWith('{ended:queue}'))).toEqual([])
  })

  it('names the mode as a cause where one server is asked as a Cluster', async () => {
    const findings = await doctor({ REDIS_MODE: 'cluster' })
    const reach = findings.find(({ area, what }) => area === 'Redis' && what === 'reach')
    expect(`${reach?.found} ${reach?.advice}`).toContain('REDIS_MODE is cluster')
    expect(reach?.found).not.toContain('within 5 s')
  })
})

it('needs no more of Redis than docs/redis.md allows, and says what it could not look at', async () => {
  const [, rules = ''] = /^ACL SETUSER rewind (.+)$/m.exec(readFileSync('docs/redis.md', 'utf8')) ?? []
  await admin.call('ACL', 'SETUSER', 'rewind', 'reset', ...rules.split(' '))
  onTestFinished(() => void admin.call('ACL', 'DELUSER', 'rewind').catch(() => {}))
  const REDIS_URL = `redis://rewind:password@127.0.0.1:${redis.port}`
  const findings = await doctor({ REDIS_URL, REDIS_PREFIX: 'rewind' })
  expect(wrongIn(findings)).toEqual([
    expect.stringMatching(
      /^warning Redis, how it is set up: The settings of Redis could not be checked: NOPERM/,
    ),
  ])
  expect((await admin.keys('*rewind*')).filter(key => !key.includes(':quota:'))).toEqual([])
})

it('ends in time where everything is silent', { tags: ['long'], timeout: 40_000 }, async () => {
  const sockets = new Set<Socket>()
  const hole = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}).resume()
  })
  await new Promise<void>(resolve => hole.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    hole.close()
  })
  const address = hole.address()
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const startedMs = performance.now()
  const silent = {
    REDIS_URL: `redis://${at}`,
    SLACK_API_URL: `http://${at}/`,
    CKAFKA_ENDPOINT: `http://${at}`,
  }
  const findings = await doctor(silent)
  expect(performance.now() - startedMs).toBeLessThan(30_000)
  const failed = findings
    .filter(({ level }) => level === 'failure')
    .map(({ area, what }) => `${area} ${what}`)
  expect(failed).toEqual(['Slack bot token', 'Slack app token', 'Redis reach', 'CKafka reach and key'])
})

it('leaves nothing in a Cluster of Redis either', { tags: ['long'] }, async () => {
  const cluster = await startCluster()
  onTestFinished(cluster.close)
  const REDIS_URL = cluster.masters.map(({ url }) => url).join()
  const findings = await doctor({ REDIS_URL, REDIS_MODE: 'cluster' })
  const ofRedis = findings.filter(({ area }) => area === 'Redis')
  expect(
    ofRedis.filter(({ what }) => ['permissions', 'a key', 'a job'].includes(what)).map(({ level }) => level),
  ).toEqual(['ok', 'ok', 'ok'])
  for (const { url } of cluster.masters) {
    const node = new Redis(url)
    const keys = await node.keys('*')
    node.disconnect()
    expect(keys.filter(key => !key.includes(':quota:'))).toEqual([])
  }
})

it('says that two entries are one cluster', async () => {
  const [first = '', second = ''] = kafka.bootstrap.split(',')
  const entry = (id: string, bootstrap: string) =>
    `  - { id: ${id}, name: ${id}, kafka: { bootstrap: ['${bootstrap}'] } }\n`
  const { file } = folderWith(`version: 1\nclusters:\n${entry('one', first)}${entry('two', second)}`)
  const wrong = wrongIn(await doctor({ ...byKafka(), CLUSTERS_FILE: file }))
  expect(wrong.slice(1)).toEqual([])
  expect(wrong[0]).toMatch(/^warning (one|two), which cluster it is: .*they are one cluster/)
})

it.each(['nowhere.invalid', '192.0.2.1'])('says that nothing can listen at HOST %s', async HOST => {
  const found = (await doctor({ HOST })).find(({ what }) => what === 'where it listens')
  expect(found?.level).toBe('failure')
  expect(found?.found).toMatch(/^HOST .* Rewind does not start\.$/)
})

describe('the doctor of CKafka', () => {
  it.each([
    ['AuthFailure.TokenFailure', 'failure', /^Look at TENCENTCLOUD_SECURITY_TOKEN/],
    ['RequestLimitExceeded', 'warning', /^Ask again in a minute/],
  ])('has for %s a %s and its own advice', async (code, level, advice) => {
    ckafka.inject('DescribeInstances', { kind: 'code', code, message: 'no' }, 9)
    const found = (await doctor()).find(({ what }) => what === 'reach and key')
    expect(found).toMatchObject({ level, advice: expect.stringMatching(advice) })
  })

  const notMade = 'notMade CKafka, permissions: The API has to answer and to take the key first.'

  it('names a key that is refused', async () => {
    expect(wrongIn(await doctor({ TENCENTCLOUD_SECRET_KEY: 'wrong' }))).toEqual([
      'failure CKafka, reach and key: CKafka: Tencent refuses the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY: AuthFailure.SignatureFailure.',
      notMade,
    ])
  })

  it('says that it is away', async () => {
    const wrong = wrongIn(await doctor({ CKAFKA_ENDPOINT: 'http://127.0.0.1:1' }))
    expect(wrong[0]).toContain(
      'it did not answer. Its address is http://127.0.0.1:1; could not connect (ECONNREFUSED).',
    )
    expect(wrong[2]).toBe(notMade)
  })

  it.each([
    ['BatchModifyGroupOffsets', 'AuthFailure.UnauthorizedOperation', 'failure', 'writes'],
    ['ModifyGroupOffsets', 'UnauthorizedOperation', 'failure', 'writes'],
    ['DescribeGroupOffsets', 'UnauthorizedOperation.CamNoAuth', 'failure', 'reads'],
    ['DescribeTopicAttributes', 'UnauthorizedOperation', 'warning', 'reads'],
  ])('names %s where the key may not call it', async (action, code, level, what) => {
    ckafka.inject(action, { kind: 'code', code, message: 'you are not authorized' })
    expect(wrongIn(await doctor())).toEqual([
      `${level} CKafka, ${what} of ${DEMO.instance}: The key may not call ${action}: ${code}.`,
    ])
  })

  it('names SetGroupOffsets of API 2.0 where the key may not call it', async () => {
    ckafka.inject('SetGroupOffsets', { kind: 'code', code: 4102, message: 'no' })
    expect(wrongIn(await doctor({ CKAFKA_API: 'v2' }))).toEqual([
      `failure CKafka, writes of ${DEMO.instance}: The key may not call SetGroupOffsets: 4102.`,
    ])
  })

  it('says of a call that gave no answer that it could not be found out', async () => {
    ckafka.inject('DescribeGroupOffsets', { kind: 'cut', afterDoingIt: true }, 2)
    expect(wrongIn(await doctor())).toEqual([
      `warning CKafka, permission DescribeGroupOffsets on ${DEMO.instance}: It could not be found out: the connection closed before the answer was complete.`,
    ])
  })

  it('names DescribeInstances where the key may not call it, and asks about the instances that are named', async () => {
    ckafka.inject('DescribeInstances', { kind: 'code', code: 'UnauthorizedOperation', message: 'no' })
    const findings = await doctor({ CKAFKA_INSTANCES: DEMO.instance })
    expect(wrongIn(findings)).toEqual([
      'failure CKafka, permissions: The key may not call DescribeInstances: UnauthorizedOperation.',
    ])
    expect(findings.map(({ what }) => what)).toContain(`writes of ${DEMO.instance}`)
  })

  it('keeps to the limits of calls, and waits for those that are used up', async () => {
    ckafka.behaviourV3.rates = 'enforced'
    onTestFinished(() => {
      ckafka.behaviourV3.rates = 'off'
    })
    const limits = { CKAFKA_QUOTA_FACTOR: '1', REDIS_PREFIX: 'doctor-limits' }
    const both = await Promise.all([doctor(limits), doctor(limits)])
    // Each may take the other's connection for that of a bot.
    const others = both.map(all => wrongIn(all.filter(({ what }) => what !== 'workers')))
    expect(others).toEqual([[], []])
  })

  it('says of a region that the API does not have', async () => {
    const wrong = wrongIn(await doctor({ TENCENTCLOUD_REGION: 'ap-nowhere' }))
    expect(wrong).toEqual([
      `failure CKafka, reach and key: The API 3.0 at ${ckafka.url} refuses DescribeInstances for ap-nowhere: UnsupportedRegion: region ap-nowhere is not supported.`,
      'notMade CKafka, permissions: The API has to answer first.',
    ])
  })

  it('looks at both sides of an instance that Kafka’s protocol reads and the API writes', async () => {
    const bootstrap = kafka.bootstrap
      .split(',')
      .map(each => `'${each}'`)
      .join(', ')
    const { file } = folderWith(
      `version: 1\nclusters:\n  - id: ${DEMO.instance}\n    name: Demo\n    kafka: { bootstrap: [${bootstrap}] }\n    ckafka: { endpoint: '${ckafka.url}', region: ap-guangzhou, credentials: { secret-id-env: A_ID, secret-key-env: A_KEY } }\n`,
    )
    kafka.rights.deniedGroups.set('*', ['READ'])
    ckafka.inject('ModifyGroupOffsets', { kind: 'code', code: 'UnauthorizedOperation', message: 'no' })
    const findings = await doctor({ ...byKafka(), CLUSTERS_FILE: file, A_ID: 'AKIDTEST', A_KEY: 'hunter2' })
    // What is written goes by the API, so that Kafka's READ on a group is not needed.
    expect(wrongIn(findings)).toEqual([
      `failure Demo by the API, writes of ${DEMO.instance}: The key may not call ModifyGroupOffsets: UnauthorizedOperation.`,
    ])
    const reads = findings.find(({ what }) => what === `reads of ${DEMO.instance}`)?.found
    expect(reads).toMatch(/^Not denied: (\w+, ){3}\w+\.$/)
  })

  it('names an instance that is isolated, what to do, and asks nothing of it', async () => {
    const verbs = ckafka.cluster.in(DEMO.instance)
    verbs.setStatus(5)
    try {
      const gone = `${DEMO.instance}: the instance is isolated in CKafka. It is not offered, and a request for it is refused.`
      expect(wrongIn(await doctor({ CKAFKA_INSTANCES: DEMO.instance }))).toContain(
        `failure CKafka, instances: ${gone}`,
      )
      const findings = await doctor({})
      const all = findings.filter(({ area, what }) => area === 'CKafka' && what === 'instances')
      expect(wrongIn(all)).toEqual([`warning CKafka, instances: ${gone}`])
      expect(all[0]?.advice).toContain('in the console of Tencent Cloud')
    } finally {
      verbs.setStatus(1)
    }
  })

  it('names an instance that is not there, and the one that is meant', async () => {
    const findings = await doctor({ CKAFKA_INSTANCES: `${DEMO.instance},ckafka-demo0002` })
    expect(wrongIn(findings)).toEqual([
      'failure CKafka, instances: The account has no ckafka-demo0002 in the region.',
    ])
    expect(findings.find(({ level }) => level === 'failure')?.advice).toContain(`Is ${DEMO.instance} meant?`)
  })

  it('says that it is rather the clock of the API that is off, where that of Redis agrees with ours', async () => {
    const off = createHttpServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + 60_000).toUTCString())
      response.writeHead(500).end()
    })
    await new Promise<void>(resolve => off.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void off.close())
    const { port } = off.address() as AddressInfo
    const findings = await doctor({ CKAFKA_ENDPOINT: `http://127.0.0.1:${port}` })
    const clock = findings.find(({ area, what }) => area === 'CKafka' && what === 'clock')
    expect(clock).toMatchObject({ level: 'warning' })
    expect(clock?.found).toMatch(
      /^Our clock is (59|60|61) s behind .*agrees with ours: rather that of the API/,
    )
    expect(clock?.advice).toMatch(/^Look at the clock of what answers at this address/)
    const redisClock = findings.find(({ area, what }) => area === 'Redis' && what === 'clock')
    expect(redisClock).toMatchObject({ level: 'ok' })
  })

  it('says how wrong our clock is, which is why the key is refused', async () => {
    const wrong = wrongIn(await doctor({}, () => Date.now() + 600_000))
    expect(wrong.find(each => each.includes('CKafka, clock'))).toMatch(
      /^failure CKafka, clock: Our clock is (599|600|601) s ahead of that of the API\. The API refuses calls/,
    )
    expect(wrong).toContain('notMade CKafka, permissions: The API has to take the time first.')
    const late = wrongIn(await doctor({}, () => Date.now() - 60_000))
    expect(late.find(each => each.includes('CKafka, clock'))).toMatch(/^warning .* (59|60|61) s behind/)
  })
})

describe('the doctor of a Kafka', () => {
  it('says that it is away', async () => {
    const { file } = folderWith(
      "version: 1\nclusters:\n  - { id: own, name: Own, kafka: { bootstrap: ['127.0.0.1:1'] } }\n",
    )
    expect(wrongIn(await doctor({ ...byKafka(), CLUSTERS_FILE: file }))).toEqual([
      'failure Own, reach and credentials: No broker of 127.0.0.1:1 can be asked: could not connect (ECONNREFUSED).',
      ...['version', 'topics', 'groups'].map(what => `notMade Own, ${what}: A broker has to answer first.`),
    ])
  })

  it('names the credentials that are refused', async () => {
    const closed = await startKafkaBroker(ckafka.cluster, { sasl: { username: 'rewind', password: 'right' } })
    onTestFinished(() => closed.close())
    const { file } = folderWith(
      `version: 1\nclusters:\n  - { id: own, name: Own, kafka: { bootstrap: ['${closed.bootstrap}'], sasl: { mechanism: PLAIN, username: rewind, password-env: OWN_PASSWORD } } }\n`,
    )
    const wrong = wrongIn(await doctor({ ...byKafka(), CLUSTERS_FILE: file, OWN_PASSWORD: 'hunter2' }))
    expect(wrong).toContain(
      'failure Own, reach and credentials: Own: Kafka does not let Rewind in with the credentials in OWN_PASSWORD: SASL_AUTHENTICATION_FAILED.',
    )
  })

  it('names groups and topics on which the user lacks what a write needs', async () => {
    kafka.rights.deniedGroups.set(DEMO.group, ['READ'])
    kafka.rights.deniedTopics.set('orders', ['READ'])
    kafka.rights.deniedTopics.set('payments', ['DESCRIBE_CONFIGS'])
    expect(wrongIn(await doctor(byKafka()))).toEqual([
      'failure Own, topics: The user lacks READ on orders: offsets on it cannot be written.',
      'warning Own, topics: The user lacks DESCRIBE_CONFIGS on payments: Rewind cannot see whether its log is compacted, and its counts may be too high.',
      `failure Own, groups: The user lacks READ on ${DEMO.group}: its offsets cannot be written.`,
    ])
  })

  it('warns where no group and no topic is shown, as without DESCRIBE, and where nothing is told', async () => {
    kafka.rights.deniedGroups.set('*', ['DESCRIBE'])
    kafka.rights.deniedTopics.set('*', ['DESCRIBE'])
    expect(wrongIn(await doctor(byKafka()))).toEqual([
      'warning Own, topics: No topic is shown: there is none, or the user lacks DESCRIBE on all of them.',
      'warning Own, groups: No group is shown: there is none, or the user lacks DESCRIBE on all of them.',
    ])
    kafka.rights.deniedGroups.clear()
    kafka.rights.deniedTopics.clear()
    kafka.rights.isSilent = true
    expect(wrongIn(await doctor(byKafka()))).toEqual([
      'warning Own, topics: Of 3 the brokers were not asked, or do not report what the user may do.',
      expect.stringMatching(/^warning Own, groups: Of \d+ the brokers were not asked/),
    ])
  })
})
