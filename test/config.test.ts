import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

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
        approvers: { users: ['U0BOB'], groups: ['S0KAFKA'] },
        approvalsChannel: null,
        quotaFactor: 1,
        skipLimits: { typedAbove: 1_000, secondApproverAbove: null },
        emptyWaitMs: 1_800_000,
        emptyHoldMs: 45_000,
        slack: { delivery: { kind: 'socket' } },
        ckafka: {
          dialect: 'v3',
          endpoint: 'https://ckafka.tencentcloudapi.com',
          setOffsetsAction: 'SetGroupOffsets',
          token: undefined,
        },
      },
    })
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
  })

  it('never show the value of a secret, right or wrong', () => {
    const wrong = Object.fromEntries(Object.keys(good).map(name => [name, 'hunter2 hunter2']))
    const said = problemsOf({ ...wrong, SLACK_API_URL: 'hunter2', CKAFKA_ENDPOINT: 'hunter2' }).join('\n')
    expect(said).not.toContain('hunter2')
    expect(said).toContain('SLACK_BOT_TOKEN')
  })

  it('take an empty variable for one that is not set', () => {
    expect(problemsOf({ ...good, APPROVALS_CHANNEL: '', SLACK_API_URL: ' ' })).toEqual([])
    expect(problemsOf({ ...good, APPROVERS: '' })).toEqual([expect.stringContaining('APPROVERS is missing')])
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
