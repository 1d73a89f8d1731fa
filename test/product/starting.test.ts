// How a start ends that cannot work: the built product as a process, before a Slack and a Redis that say no, or nothing.
// Whoever starts it reads one plain line.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { createSeals } from '../../src/request/seals.ts'
import type { LocalSlack } from '../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { created } from '../support/commits.ts'
import { COMMANDS, SCOPES } from '../support/manifest.ts'
import { until } from '../support/product.ts'

const TOP = new URL('../..', import.meta.url)
const [BOT, APP] = ['xoxb-the-bot', 'xapp-the-app']

let slack: LocalSlack
beforeAll(async () => {
  slack = await startLocalSlack({
    ...{ delivery: { kind: 'socket' }, botToken: BOT, appToken: APP, signingSecret: 'secret' },
    ...{ scopes: SCOPES, users: [], channels: [], userGroups: [], commands: COMMANDS },
  })
})
afterAll(() => slack.close())

const environment = (more: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  ...{ HOST: '127.0.0.1', PORT: '0', APPROVERS: 'U0BOB' },
  ...{ REDIS_URL: inject('redisUrl'), REDIS_PREFIX: 'test-starting' },
  ...{ SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP },
  ...{ TENCENTCLOUD_SECRET_ID: 'AKIDTEST', TENCENTCLOUD_SECRET_KEY: 'SECRETTEST' },
  CKAFKA_ENDPOINT: 'http://127.0.0.1:1',
  ...more,
})

/** A test that fails half way leaves none running. */
const launched = new Set<ChildProcess>()
afterAll(() => {
  for (const child of launched) child.kill('SIGKILL')
})

function launch(more: Record<string, string>) {
  const child = spawn(process.execPath, ['dist/main.js'], {
    ...{ cwd: TOP, env: environment(more) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  launched.add(child)
  child.once('exit', () => launched.delete(child))
  return child
}

async function run(more: Record<string, string>) {
  const child = launch(more)
  const ended = once(child, 'exit')
  const [log, said] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await ended) as [number | null]
  return { log, said, code }
}

describe.concurrent('a start that cannot work ends with 1 and says why in one plain line', () => {
  it('names the token that Slack refuses', async () => {
    const wrong = { SLACK_BOT_TOKEN: 'xoxb-wrong', SLACK_APP_TOKEN: 'xapp-wrong' }
    const said = [
      'Slack refuses SLACK_BOT_TOKEN: invalid_auth',
      'Slack refuses SLACK_APP_TOKEN: invalid_auth',
    ]
    expect(await run(wrong)).toEqual({ code: 1, log: '', said: `${said.join('\n')}\n` })
  })

  it('names the file of a policy that is not there', { tags: ['long'] }, async () => {
    const { code, said, log } = await run({ POLICY_FILE: 'no-such.yml' })
    expect({ code, said }).toEqual({
      code: 1,
      said: 'POLICY_FILE no-such.yml cannot be used: there is no such file (ENOENT)\n',
    })
    expect(log).not.toContain('"started"')
  })

  it('names the key with which what is there was sealed, and ends none of it', {
    tags: ['long'],
  }, async () => {
    const REDIS_PREFIX = `test-sealed-${process.pid}`
    const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
    await untilReady(redis, 5_000)
    const seals = createSeals([`${randomUUID()}x`], REDIS_PREFIX)
    const store = createRedisStore(redis, REDIS_PREFIX, { seals })
    const request = await created(store)
    const wrong = await run({ REDIS_PREFIX, AUDIT_KEY: `${randomUUID()}y` })
    expect(wrong.code).toBe(1)
    expect(wrong.said).toMatch(/^AUDIT_KEY is another key than what is in Redis was sealed with: .*\n$/)
    expect(wrong.log).not.toContain('"started"')
    const none = await run({ REDIS_PREFIX })
    expect(none.code).toBe(1)
    expect(none.said).toMatch(/^AUDIT_KEY is not set, and the only request is sealed with a key.*\n$/)
    expect((await store.readStored(request.id))?.request.version).toBe(request.version)
    redis.disconnect()
  })

  it('names the port that is taken', { tags: ['long'] }, async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const PORT = `${typeof address === 'object' ? address?.port : ''}`
    const { code, said, log } = await run({ PORT })
    taken.close()
    expect({ code, said }).toEqual({
      code: 1,
      said: `PORT ${PORT} is in use by another process on HOST 127.0.0.1 (EADDRINUSE).\n`,
    })
    expect(log).not.toContain('"started"')
    expect(log).not.toMatch(/\n\s+at /)
  })

  it('waits a while for a Redis that nothing can connect to, and says so once', {
    tags: ['long'],
    timeout: 30_000,
  }, async () => {
    const { code, said, log } = await run({ REDIS_URL: 'redis://user:hidden@127.0.0.1:1/2' })
    expect({ code, said }).toEqual({
      code: 1,
      said: 'Redis at 127.0.0.1:1 (REDIS_URL) cannot be connected to: ECONNREFUSED.\n',
    })
    const lines = log.trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      msg: 'Waiting for Redis at 127.0.0.1:1 (REDIS_URL): ECONNREFUSED.',
    })
    expect(said + log).not.toContain('hidden')
  })
})

type Trouble = [why: string, prepare: () => Promise<void>, more: Record<string, string>, cause: string]

describe('a Slack that cannot be asked about the tokens', () => {
  const away: Trouble = [
    'is away',
    async () => {},
    { SLACK_API_URL: 'http://127.0.0.1:1/api/' },
    'Slack could not be reached',
  ]
  const others: Trouble[] = [
    [
      'is slow',
      async () => slack.inject('*', { kind: 'hang' }, Number.POSITIVE_INFINITY),
      {},
      'no answer within 3 s',
    ],
    [
      'has a fault',
      async () => slack.inject('*', { kind: 'httpStatus', status: 500 }, Number.POSITIVE_INFINITY),
      {},
      'Slack answered HTTP 500',
    ],
    [
      'wants to be left alone',
      async () => slack.inject('*', { kind: 'rateLimited', retryAfterSeconds: 30 }, Number.POSITIVE_INFINITY),
      {},
      'Slack asked to wait',
    ],
  ]
  it.each([away])('because it %s ends nothing, and is said once', isSaidOnce)
  it.each(others)('because it %s ends nothing, and is said once', { tags: ['long'] }, isSaidOnce)

  async function isSaidOnce(...[, prepare, more, cause]: Trouble): Promise<void> {
    await prepare()
    const child = launch(more)
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', line => lines.push(line))
    const ended = once(child, 'exit')
    await until(() => lines.some(line => line.includes('"started"')), 15_000)
    // Until the tries that come next have failed as well.
    await new Promise(resolve => setTimeout(resolve, 1_000))
    child.kill('SIGTERM')
    const [code] = (await ended) as [number | null]
    slack.clearFaults()
    const told = lines.filter(line => /Slack/.test(line) && !line.includes('"event":"slack"'))
    expect(told.map(line => JSON.parse(line).msg)).toEqual([
      `Slack could not be asked about the tokens: ${cause}. Rewind starts, and asks again.`,
    ])
    expect(lines.filter(line => line.includes('"event":"slack"')).length).toBeLessThanOrEqual(2)
    expect(code).toBe(0)
  }
})
