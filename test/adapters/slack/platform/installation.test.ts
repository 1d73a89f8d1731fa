// What Slack's answers say of our token: refused, taken, or nothing at all; said once, and healed by itself.

import { LogLevel } from '@slack/web-api'
import { describe, expect, it, type TestContext } from 'vitest'
import {
  createInstallation,
  sayRefusalsRarely,
} from '../../../../src/adapters/slack/platform/installation.ts'
import { createWebClient } from '../../../../src/adapters/slack/platform/web-client.ts'
import type { ProductEvent } from '../../../../src/ports/events.ts'
import { requestIdSchema } from '../../../../src/request/request.ts'
import type { SlackFault } from '../../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../../src/sandbox/slack/server.ts'
import { until } from '../../../support/product.ts'

const logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}

/** A Slack of its own, and what is said of the token there. It ends with the test. */
async function start({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const said: string[] = []
  const slack = await startLocalSlack({
    delivery: { kind: 'socket' },
    botToken: 'xoxb-test',
    appToken: 'xapp-test',
    signingSecret: 'shhh',
    scopes: ['users:read'],
    commands: [],
    users: [{ id: 'U0ALICE', name: 'alice', realName: 'Alice' }],
    channels: [],
    userGroups: [],
  })
  onTestFinished(() => slack.close())
  return {
    slack,
    said,
    install() {
      const options = { token: 'xoxb-test', apiUrl: slack.apiUrl, logger }
      const installation = createInstallation({
        ...options,
        onRefused: code => said.push(code),
        onTaken: () => said.push('taken'),
        onUnreachable: () => said.push('unreachable'),
      })
      onTestFinished(() => installation.stop())
      const client = createWebClient({ ...options, fetch: installation.fetch })
      return { client, token: installation.token, kind: () => installation.token().kind }
    },
  }
}

it('is not known before Slack has answered, and asked for until it has', async test => {
  const { slack, said, install } = await start(test)
  slack.inject('auth.test', { kind: 'cut', afterDoingIt: false }, 2)
  const { kind } = install()
  expect(kind()).toBe('unknown')
  await until(() => kind() === 'taken')
  expect(said).toEqual(['unreachable'])
})

/** At once, because each waits for most of its time. */
describe.concurrent('a call', () => {
  for (const code of [
    'not_authed',
    'invalid_auth',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'not_allowed_token_type',
    'user_removed_from_team',
    'team_disabled',
  ]) {
    const tags = ['invalid_auth', 'account_inactive', 'token_revoked'].includes(code) ? [] : ['long']
    it(`that is answered ${code} says that the token is refused, once, until another is taken`, {
      tags,
    }, async test => {
      const { slack, said, install } = await start(test)
      const { client, token, kind } = install()
      await until(() => kind() === 'taken')
      slack.inject('*', { kind: 'error', error: code }, 3)
      for (let calls = 0; calls < 3; calls++) await client.users.info({ user: 'U0ALICE' }).catch(() => {})
      expect(token()).toEqual({ kind: 'refused', code })
      expect(said).toEqual([code])
      // Nobody calls, and it heals all the same.
      await until(() => kind() === 'taken')
      expect(said).toEqual([code, 'taken'])
    })
  }

  it.for<SlackFault>([
    { kind: 'error', error: 'internal_error' },
    { kind: 'error', error: 'channel_not_found' },
    { kind: 'error', error: 'missing_scope' },
    { kind: 'rateLimited', retryAfterSeconds: 1 },
    { kind: 'httpStatus', status: 401 },
    { kind: 'httpStatus', status: 500 },
    { kind: 'cut', afterDoingIt: false },
  ])('that fails in another way says nothing of it: %o', async (fault, test) => {
    const { slack, said, install } = await start(test)
    const { client, kind } = install()
    await until(() => kind() === 'taken')
    slack.inject('users.info', fault)
    await client.users.info({ user: 'U0ALICE' }).catch(() => {})
    expect([kind(), said]).toEqual(['taken', []])
  })
})

it('passes on one of each kind of fault while the token is refused, and every other fault', () => {
  const passed: ProductEvent[] = []
  const report = sayRefusalsRarely(event => passed.push(event))
  const refused = Object.assign(new Error('x'), { data: { error: 'token_revoked' } })
  const posted = (detail: string): ProductEvent => ({
    event: 'posted',
    requestId: requestIdSchema.parse('R-1'),
    key: 'card',
    outcome: 'later',
    detail,
  })
  for (let times = 0; times < 3; times++) {
    report({ event: 'fault', where: 'looking up a person', about: `${times}`, error: refused })
    report({ event: 'fault', where: 'redis', error: new Error('away') })
    report(posted('token_revoked'))
    report(posted('Slack asked to wait'))
  }
  expect(passed).toHaveLength(1 + 3 + 1 + 3)
})
