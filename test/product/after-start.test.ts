// What a start says of people, user groups and channels that are not there, and of keys that clusters refuse: the built product
// as a process, before a local Slack, CKafka and Kafka. It is said once everything runs, each in a line of its own.
// @module-tag long

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { COMMANDS, SCOPES } from '../support/manifest.ts'
import { until } from '../support/product.ts'

/** Of tests side by side: all of it ends with the file. */
const ends: (() => unknown)[] = []
const afterwards = (end: () => unknown) => void ends.push(end)
afterAll(() => Promise.all(ends.reverse().map(end => end())))

const TOP = new URL('../..', import.meta.url)
const SEED = { instances: [{ id: 'ckafka-demo0001', name: 'orders-demo', topics: [], groups: [] }] }

async function slackWith(scopes: readonly string[] = SCOPES) {
  const slack = await startLocalSlack({
    ...{ delivery: { kind: 'socket' }, botToken: 'xoxb-bot', appToken: 'xapp-app', signingSecret: 'secret' },
    ...{ scopes: [...scopes], commands: COMMANDS },
    users: [
      { id: 'U0BOB', name: 'bob', realName: 'Bob' },
      { id: 'U0GONE', name: 'gone', realName: 'Gone', kind: 'deactivated' },
    ],
    channels: [{ id: 'C0OPS', name: 'ops', members: ['U0BOB'], botIsMember: true }],
    userGroups: [{ id: 'S0OFF', handle: 'off', name: 'Off', users: [], disabled: true }],
  })
  afterwards(() => slack.close())
  return slack
}

async function ckafkaOf(dialect: 'v2' | 'v3' = 'v3') {
  const simulator = await startCkafkaSimulator({ secretId: 'AKIDTEST', secretKey: 'SECRETTEST', seed: SEED })
  afterwards(simulator.close)
  return { CKAFKA_API: dialect, CKAFKA_ENDPOINT: simulator.url }
}

function folder(files: Record<string, string>): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'rewind-after-start-'))
  afterwards(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return name => join(path, name)
}

interface Line {
  level: string
  msg: string
  event?: string
  cause?: string
}

/** Starts it, and reads what it warns of: so many lines, and those of a moment later. */
async function warned(
  more: Record<string, string>,
  count: number,
  onLine: (line: Line) => void = () => {},
): Promise<string[]> {
  const slack = 'SLACK_API_URL' in more ? null : await slackWith()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: TOP,
    env: {
      PATH: process.env.PATH ?? '',
      ...{ HOST: '127.0.0.1', PORT: '0', APPROVERS: 'U0BOB' },
      ...{ REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test-after-start-${Math.floor(performance.now())}` },
      ...{ SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_APP_TOKEN: 'xapp-app', SLACK_API_URL: slack?.apiUrl ?? '' },
      ...{ TENCENTCLOUD_SECRET_ID: 'AKIDTEST', TENCENTCLOUD_SECRET_KEY: 'SECRETTEST' },
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  afterwards(() => void child.kill('SIGKILL'))
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', line => {
    lines.push(JSON.parse(line))
    onLine(JSON.parse(line))
  })
  const warnings = () => lines.filter(({ event }) => event === 'named' || event === 'key')
  const ended = once(child, 'exit')
  await until(() => warnings().length >= count, 20_000)
  await new Promise(resolve => setTimeout(resolve, 700))
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(lines.some(({ msg }) => msg === 'started')).toBe(true)
  expect(JSON.stringify(lines)).not.toMatch(/SECRETTEST|hunter2/)
  return warnings().map(({ msg }) => msg)
}

describe.concurrent('who is named and is not there', () => {
  it('is said with the setting that names them', async () => {
    const more = {
      ...(await ckafkaOf()),
      ...{ APPROVERS: 'U0BOB,U0NOBODY,U0GONE,S0NONE,S0OFF' },
      ...{ APPROVALS_CHANNEL: 'C0OPS', FALLBACK_CHANNEL: 'C0NONE' },
    }
    const said = await warned(more, 5)
    expect(said.sort()).toEqual([
      'APPROVERS names S0NONE, a user group that Slack does not know.',
      'APPROVERS names S0OFF, a user group that is disabled in Slack.',
      'APPROVERS names U0GONE, who is deactivated in Slack.',
      'APPROVERS names U0NOBODY, whom Slack does not know.',
      'FALLBACK_CHANNEL names C0NONE, a channel that Slack does not show to Rewind: it does not exist, or it is private and Rewind is not in it.',
    ])
  })

  it('is said with the rules of the policy that name them', async () => {
    const policy = `
version: 1
rules:
  - name: orders
    match: { groups: 'orders-*' }
    approve: [{ from: [U0BOB, U0NOBODY] }]
  - name: rest
    request: { channels: [C0NONE] }
    approve: [{ from: [U0NOBODY] }]
`
    const POLICY_FILE = folder({ 'policy.yml': policy })('policy.yml')
    const said = await warned({ ...(await ckafkaOf()), POLICY_FILE }, 2)
    expect(said.sort()).toEqual([
      'POLICY_FILE: the rule "rest" names C0NONE, a channel that Slack does not show to Rewind: it does not exist, or it is private and Rewind is not in it.',
      'POLICY_FILE: the rules "orders", "rest" name U0NOBODY, whom Slack does not know.',
    ])
  })

  it('is not claimed where Slack may not be asked', async () => {
    const slack = await slackWith(SCOPES.filter(scope => scope !== 'users:read'))
    const more = { ...(await ckafkaOf()), APPROVERS: 'U0NOBODY,S0NONE', SLACK_API_URL: slack.apiUrl }
    expect(await warned(more, 1)).toEqual(['APPROVERS names S0NONE, a user group that Slack does not know.'])
  })
})

describe.concurrent('a key', () => {
  for (const [dialect, wrong, code] of [
    ['v3', { TENCENTCLOUD_SECRET_ID: 'AKIDWRONG' }, 'AuthFailure.SecretIdNotFound'],
    ['v3', { TENCENTCLOUD_SECRET_KEY: 'hunter2' }, 'AuthFailure.SignatureFailure'],
    ['v2', { TENCENTCLOUD_SECRET_KEY: 'hunter2' }, '4100/100004'],
  ] as ['v2' | 'v3', Record<string, string>, string][]) {
    it(`of ${dialect} that Tencent refuses is said with where it is, and the code: ${code}`, async () => {
      expect(await warned({ ...(await ckafkaOf(dialect)), ...wrong }, 1)).toEqual([
        `CKafka: Tencent refuses the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY: ${code}.`,
      ])
    })
  }

  it('that could not be tried is not said to be refused', async () => {
    expect(await warned({ CKAFKA_ENDPOINT: 'http://127.0.0.1:1' }, 1)).toEqual([
      'CKafka could not be asked whether it takes the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY: it did not answer.',
    ])
  })

  it.each([
    ['an error of HTTP', { kind: 'status', status: 503, afterDoingIt: false }, 'it gave no usable answer'],
    ['a page', { kind: 'html' }, 'it gave no usable answer'],
    ['a broken connection', { kind: 'cut', afterDoingIt: false }, 'it did not answer'],
  ] as const)('that could not be tried because of %s is said so', async (_, fault, why) => {
    const simulator = await startCkafkaSimulator({
      ...{ secretId: 'AKIDTEST', secretKey: 'SECRETTEST', seed: SEED },
    })
    afterwards(simulator.close)
    simulator.inject('DescribeInstances', fault, 1_000)
    expect(await warned({ CKAFKA_API: 'v3', CKAFKA_ENDPOINT: simulator.url }, 1)).toEqual([
      `CKafka could not be asked whether it takes the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY: ${why}.`,
    ])
  })

  it('of an entry of the file is said with its variable or file; who is away, is away', async () => {
    const { CKAFKA_ENDPOINT: endpoint } = await ckafkaOf()
    const kafka = await startKafkaBroker(
      createCluster({ instances: [{ id: 'orders', name: 'Orders', topics: [], groups: [] }] }),
      { sasl: { username: 'rewind', password: 'right' } },
    )
    afterwards(kafka.close)
    const clusters = `
version: 1
clusters:
  - id: guangzhou
    ckafka:
      region: ap-guangzhou
      endpoint: ${endpoint}
      credentials: { secret-id-env: GZ_ID, secret-key-file: gz-key }
  - id: orders
    kafka:
      bootstrap: ['${kafka.bootstrap}']
      sasl: { mechanism: PLAIN, username: rewind, password-env: ORDERS_PASSWORD }
  - id: gone
    kafka: { bootstrap: ['127.0.0.1:1'] }
`
    const CLUSTERS_FILE = folder({ 'clusters.yml': clusters, 'gz-key': 'hunter2-key' })('clusters.yml')
    const own = { TENCENTCLOUD_SECRET_ID: '', TENCENTCLOUD_SECRET_KEY: '' }
    const env = { ...own, CLUSTERS_FILE, GZ_ID: 'AKIDTEST', ORDERS_PASSWORD: 'hunter2' }
    let away = 0
    const said = await warned(env, 2, ({ msg }) => {
      if (msg === 'The cluster gone cannot be used now.') away += 1
    })
    expect(said.sort()).toEqual([
      'guangzhou: Tencent refuses the key in GZ_ID and gz-key: AuthFailure.SignatureFailure.',
      'orders: Kafka does not let Rewind in with the credentials in ORDERS_PASSWORD: SASL_AUTHENTICATION_FAILED.',
    ])
    expect(away).toBeGreaterThan(0)
  })
})
