// Who of those that are named is not there, asked of the local Slack with the real client: what Slack does not say is not
// claimed.

import { LogLevel } from '@slack/web-api'
import { expect, it, onTestFinished } from 'vitest'
import { createWebClient } from '../../../../src/adapters/slack/platform/web-client.ts'
import { whoIsNotThere, whoIsThere } from '../../../../src/adapters/slack/platform/who-is-there.ts'
import { startLocalSlack } from '../../../../src/sandbox/slack/server.ts'
import { SCOPES } from '../../../support/manifest.ts'

const silent = {
  ...{ debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} },
  getLevel: () => LogLevel.ERROR,
}
const NAMED = [
  ...['U0BOB', 'U0GONE', 'U0NOBODY', 'U0GINA', 'U0ROBOT', 'U0ELSE', 'S0KAFKA', 'S0OFF', 'S0NONE'],
  ...['C0OPS', 'C0PRIVATE', 'C0NONE', 'C0OUTSIDE'],
]

async function workspace(scopes: readonly string[] = SCOPES) {
  const slack = await startLocalSlack({
    ...{ delivery: { kind: 'socket' }, botToken: 'xoxb-test', appToken: 'xapp-test', signingSecret: 'shhh' },
    ...{ scopes: [...scopes], commands: [] },
    users: [
      { id: 'U0BOB', name: 'bob', realName: 'Bob' },
      { id: 'U0GONE', name: 'gone', realName: 'Gone', kind: 'deactivated' },
      { id: 'U0GINA', name: 'gina', realName: 'Gina', kind: 'guest' },
      { id: 'U0ROBOT', name: 'robot', realName: 'Robot', kind: 'bot' },
      { id: 'U0ELSE', name: 'else', realName: 'Else', teamId: 'T0OTHER' },
    ],
    channels: [
      { id: 'C0OPS', name: 'ops', members: ['U0BOB'], botIsMember: true },
      { id: 'C0OUTSIDE', name: 'outside', members: ['U0BOB'], botIsMember: false },
      { id: 'C0PRIVATE', name: 'private', private: true, members: ['U0BOB'], botIsMember: false },
    ],
    userGroups: [
      { id: 'S0KAFKA', handle: 'kafka', name: 'Kafka', users: ['U0BOB'] },
      { id: 'S0OFF', handle: 'off', name: 'Off', users: ['U0BOB'], disabled: true },
    ],
  })
  onTestFinished(() => slack.close())
  const client = createWebClient({ token: 'xoxb-test', apiUrl: slack.apiUrl, logger: silent })
  const ask = async (ids: readonly string[] = NAMED, forMs = 5_000) =>
    Object.fromEntries(await whoIsNotThere(client, ids, { untilMs: Date.now() + forMs, now: Date.now }))
  const presences = async (ids: readonly string[]) =>
    Object.fromEntries(await whoIsThere(client, ids, { untilMs: Date.now() + 5_000, now: Date.now }))
  return { slack, ask, presences }
}

it('names those that do not exist, are deactivated, disabled or not shown, and who may not use Rewind, and no other', async () => {
  const { ask } = await workspace()
  expect(await ask()).toEqual({
    ...{ U0GONE: 'deactivated', U0NOBODY: 'unknown', S0OFF: 'disabled', S0NONE: 'unknown' },
    ...{ U0GINA: 'guest', U0ROBOT: 'bot', U0ELSE: 'stranger' },
    ...{ C0NONE: 'notShown', C0PRIVATE: 'notShown' },
  })
})

it('says of each that is asked for what Slack says, and of which it has said nothing', async () => {
  const { presences } = await workspace(SCOPES.filter(scope => scope !== 'usergroups:read'))
  expect(await presences(['U0BOB', 'U0GONE', 'C0OPS', 'C0OUTSIDE', 'C0PRIVATE', 'S0KAFKA'])).toEqual({
    ...{ U0BOB: 'there', U0GONE: 'deactivated' },
    ...{ C0OPS: 'there', C0OUTSIDE: 'notIn', C0PRIVATE: 'notShown', S0KAFKA: 'unsaid' },
  })
  const many = Array.from({ length: 61 }, (_, index) => `U${index}`)
  const said = Object.values(await presences(many))
  expect(said.filter(each => each === 'notAsked')).toHaveLength(1)
  expect(said.filter(each => each === 'unknown')).toHaveLength(60)
})

it.each([
  ['users:read', /^U/],
  ['usergroups:read', /^S/],
  ['channels:history', /^C/],
] as const)('claims nothing of what it may not ask without %s', async (scope, ids) => {
  const { ask } = await workspace(
    SCOPES.filter(each => each !== scope && !(ids.test('C') && /history/.test(each))),
  )
  const found = Object.keys(await ask())
  expect(found.filter(id => ids.test(id))).toEqual([])
  expect(found.length).toBeGreaterThan(0)
})

it.each([
  ['asks to wait', { kind: 'rateLimited', retryAfterSeconds: 30 }],
  ['has a fault', { kind: 'httpStatus', status: 500 }],
] as const)('claims nothing while Slack %s, and asks it hardly any more', async (_what, fault) => {
  const { slack, ask } = await workspace()
  slack.inject('*', fault, Number.POSITIVE_INFINITY)
  expect(await ask()).toEqual({})
  const methods = ['users.info', 'usergroups.list', 'usergroups.users.list', 'conversations.history']
  expect(methods.flatMap(method => slack.calls(method)).length).toBeLessThanOrEqual(4)
})

it('asks for no more than Slack allows in a minute, and no longer than it is given', async () => {
  const { slack, ask } = await workspace()
  const many = Array.from({ length: 500 }, (_, index) => `U0X${index}`)
  await ask(many)
  expect(slack.calls('users.info').length).toBe(60)
  expect(await ask(NAMED, 0)).toEqual({})
})
