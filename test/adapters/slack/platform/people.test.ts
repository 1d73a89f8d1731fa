// Who people are, asked of the local Slack with the real client: once for everybody who asks, and never a guess.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LogLevel } from '@slack/web-api'
import { afterEach, describe, expect, it } from 'vitest'
import { createPeople } from '../../../../src/adapters/slack/platform/people.ts'
import { createWebClient } from '../../../../src/adapters/slack/platform/web-client.ts'
import type { LocalSlack, LocalSlackUser } from '../../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../../src/sandbox/slack/server.ts'

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}
const PATIENT_MS = 5_000

const users: LocalSlackUser[] = [
  { id: 'U0ALICE', name: 'alice', realName: 'Alice', locale: 'zh-CN', tz: 'Asia/Shanghai' },
  { id: 'U0GINA', name: 'gina', realName: 'Gina', kind: 'guest' },
  { id: 'U0GONE', name: 'gone', realName: 'Gone', kind: 'deactivated' },
  { id: 'U0BOT', name: 'bot', realName: 'Bot', kind: 'bot' },
  { id: 'U0ERIN', name: 'erin', realName: 'Erin', teamId: 'T0OTHER' },
  { id: 'U0VIC', name: 'vic', realName: 'Vic', teamId: 'T0OTHER', kind: 'guest' },
]

let slack: LocalSlack
afterEach(() => slack?.close())

async function people({ scopes = ['users:read'], now = () => Date.now() } = {}) {
  slack = await startLocalSlack({
    delivery: { kind: 'socket' },
    botToken: 'xoxb-test',
    appToken: 'xapp-test',
    signingSecret: 'shhh',
    scopes,
    commands: [],
    users,
    channels: [],
    userGroups: [],
  })
  const client = createWebClient({ token: 'xoxb-test', apiUrl: slack.apiUrl, logger: silent })
  const unreadable: string[] = []
  return {
    ...createPeople({ client, clock: now, onUnreadable: userId => unreadable.push(userId) }),
    unreadable,
  }
}

const asked = () => slack.calls('users.info').length

describe('a person', () => {
  it('is what Slack says they are, with their language and time zone', async () => {
    const { find } = await people()
    expect(await find('U0ALICE', PATIENT_MS)).toEqual({
      id: 'U0ALICE',
      membership: 'member',
      locale: 'zh-CN',
      timeZone: 'Asia/Shanghai',
    })
    const countingOf = await Promise.all(
      users.map(async ({ id }) => [id, (await find(id, PATIENT_MS))?.membership] as const),
    )
    expect(Object.fromEntries(countingOf)).toEqual({
      U0ALICE: 'member',
      U0GINA: 'guest',
      U0GONE: 'deactivated',
      U0BOT: 'bot',
      U0ERIN: 'stranger',
      U0VIC: 'stranger',
    })
  })

  it('is asked for once, however many ask, and again after ten minutes', async () => {
    let nowMs = Date.now()
    const { find } = await people({ now: () => nowMs })
    await Promise.all(Array.from({ length: 50 }, () => find('U0ALICE', PATIENT_MS)))
    await find('U0ALICE', PATIENT_MS)
    expect(asked()).toBe(1)
    expect(slack.calls('auth.test')).toHaveLength(1)
    nowMs += 599_999
    await find('U0ALICE', PATIENT_MS)
    expect(asked()).toBe(1)
    nowMs += 1
    await find('U0ALICE', PATIENT_MS)
    expect(asked()).toBe(2)
    expect(slack.calls('auth.test')).toHaveLength(1)
  })

  it('is nobody known when Slack takes too long, and the late answer is kept', async () => {
    const { find } = await people()
    slack.inject('users.info', { kind: 'delay', ms: 300 })
    const began = performance.now()
    expect(await find('U0ALICE', 50)).toBeNull()
    expect(performance.now() - began).toBeLessThan(250)
    expect((await find('U0ALICE', PATIENT_MS))?.membership).toBe('member')
    expect(asked()).toBe(1)
  })

  it('is nobody known when Slack does not answer, and is asked for again', async () => {
    const { find, unreadable } = await people()
    slack.inject('users.info', { kind: 'httpStatus', status: 500 })
    expect(await find('U0ALICE', PATIENT_MS)).toBeNull()
    expect(unreadable).toEqual(['U0ALICE'])
    expect((await find('U0ALICE', PATIENT_MS))?.membership).toBe('member')
  })

  it('is nobody known while our own workspace is not', async () => {
    const { find, workspace } = await people()
    slack.inject('auth.test', { kind: 'error', error: 'internal_error' })
    expect(await find('U0ALICE', PATIENT_MS)).toBeNull()
    expect((await find('U0ALICE', PATIENT_MS))?.membership).toBe('member')
    expect(await workspace(PATIENT_MS)).toMatchObject({ teamId: slack.teamId, enterpriseId: null })
  })

  it('is nobody known without the scope, which costs one call a minute', async () => {
    let nowMs = Date.now()
    const { find, unreadable } = await people({ scopes: [], now: () => nowMs })
    expect(await find('U0ALICE', PATIENT_MS)).toBeNull()
    expect(await find('U0GINA', PATIENT_MS)).toBeNull()
    expect(asked()).toBe(1)
    expect(unreadable).toEqual(['U0ALICE'])
    nowMs += 60_000
    expect(await find('U0GINA', PATIENT_MS)).toBeNull()
    expect(asked()).toBe(2)
  })

  it('is not asked for while Slack wants us to wait', async () => {
    let nowMs = Date.now()
    const { find } = await people({ now: () => nowMs })
    slack.inject('users.info', { kind: 'rateLimited', retryAfterSeconds: 7 })
    expect(await find('U0ALICE', PATIENT_MS)).toBeNull()
    nowMs += 6_999
    expect(await find('U0ALICE', PATIENT_MS)).toBeNull()
    expect(asked()).toBe(1)
    nowMs += 1
    expect((await find('U0ALICE', PATIENT_MS))?.membership).toBe('member')
  })
})

describe('in an organisation of several workspaces', () => {
  const answers: Record<string, object> = {
    'auth.test': { ok: true, team_id: 'T0OURS', enterprise_id: 'E0ORG', url: 'https://ours.slack.com/' },
    W0HERE: {
      id: 'W0HERE',
      team_id: 'T0FIRST',
      enterprise_user: { enterprise_id: 'E0ORG', teams: ['T0FIRST', 'T0OURS'] },
    },
    W0THERE: { id: 'W0THERE', team_id: 'T0FIRST', enterprise_user: { teams: ['T0FIRST'] } },
    W0SHARED: { id: 'W0SHARED', team_id: 'T0OURS', is_stranger: true },
    W0SINGLE: { id: 'W0SINGLE', team_id: 'T0OURS', is_ultra_restricted: true },
  }

  it('those who belong to ours as well are members, and nobody else is', async ({ onTestFinished }) => {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        const user = new URLSearchParams(body).get('user')
        const answer = user === null ? answers['auth.test'] : { ok: true, user: answers[user] }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`
    const { find, workspace } = createPeople({
      client: createWebClient({ token: 'xoxb-test', apiUrl, logger: silent }),
      clock: Date.now,
      onUnreadable: (_, error) => expect.fail(String(error)),
    })
    expect(await workspace(PATIENT_MS)).toEqual({
      teamId: 'T0OURS',
      enterpriseId: 'E0ORG',
      url: 'https://ours.slack.com/',
    })
    const standing = async (id: string) => (await find(id, PATIENT_MS))?.membership
    expect(await standing('W0HERE')).toBe('member')
    expect(await standing('W0THERE')).toBe('stranger')
    expect(await standing('W0SHARED')).toBe('stranger')
    expect(await standing('W0SINGLE')).toBe('guest')
  })
})
