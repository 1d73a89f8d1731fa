import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { readGiven, SETTING_NAMES } from '../../src/config-given.ts'
import { settingsFindings } from '../../src/doctor/settings.ts'

const GOOD = {
  SLACK_BOT_TOKEN: 'xoxb-hunter2',
  SLACK_APP_TOKEN: 'xapp-hunter2',
  REDIS_URL: 'redis://user:hunter2@redis:6379',
  TENCENTCLOUD_SECRET_ID: 'AKIDhunter2',
  TENCENTCLOUD_SECRET_KEY: 'hunter2',
  APPROVERS: 'U0BOB',
}

function found(env: Record<string, string>, named: string[] = []) {
  const config = readConfig(env)
  const problems = config.ok ? [] : config.problems
  const notices = config.ok ? config.notices : []
  return settingsFindings(readGiven(env), { problems, notices, named })
}

describe('what the doctor says of settings', () => {
  it('is each that is set with what follows from it, a secret never, and none that is not set', () => {
    const findings = found({ ...GOOD, EMPTY_WAIT: '1h' })
    expect(findings.map(({ what }) => what).sort()).toEqual([...Object.keys(GOOD), 'EMPTY_WAIT'].sort())
    expect(findings.every(({ level }) => level === 'ok')).toBe(true)
    expect(JSON.stringify(findings)).not.toContain('hunter2')
    expect(findings.find(({ what }) => what === 'EMPTY_WAIT')?.found).toBe(
      'It is 1h. An approved request waits this long for its group to be empty.',
    )
  })

  it('shows no secret, whichever it is, and nothing that is wrong', () => {
    const value = 'redis://hunter2hunter2hunter2hunter2hunter2'
    const env = Object.fromEntries(SETTING_NAMES.map(name => [name, value]))
    const findings = found(env)
    // These may be any text, and none of them is a secret.
    const files = ['CLUSTERS_FILE', 'POLICY_FILE', 'SERVICE_ACCOUNTS_FILE', 'RETENTION_DIRECTORY']
    const open = [...files, 'REDIS_SENTINEL_NAME', 'NO_PROXY', 'OTEL_SERVICE_NAME']
    const shown = findings.filter(({ found: says }) => says.includes('hunter2')).map(({ what }) => what)
    expect(shown.filter(name => !open.includes(name))).toEqual([])
  })

  it('names what is wrong as the start does', () => {
    const { SLACK_APP_TOKEN: _, ...http } = GOOD
    expect(found(http).filter(({ level }) => level === 'failure')).toEqual([
      expect.objectContaining({
        found:
          'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing. Rewind does not start.',
      }),
    ])
    const wrong = found({ ...GOOD, EMPTY_WAIT: 'soon' })
    expect(wrong.filter(({ what }) => what === 'EMPTY_WAIT')).toEqual([])
    expect(wrong.filter(({ level }) => level === 'failure')).toHaveLength(1)
    // Of a list the problem names the entry beside the setting.
    const lists = found({ ...GOOD, AUDIT_KEY: '0123456789abcdef0123456789abcdef', AUDIT_KEYS_LOST: 'x' })
    expect(lists.filter(({ what }) => what === 'AUDIT_KEYS_LOST')).toEqual([])
  })

  it('says that only secrets may be in files', () => {
    const findings = found({ ...GOOD, APPROVALS_CHANNEL_FILE: '/run/channel', PORT_FILE: '/run/port' })
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([
      expect.objectContaining({
        what: 'APPROVALS_CHANNEL_FILE',
        level: 'warning',
        found: 'Rewind has no such setting, so that it has no effect: only secrets may be in files.',
        advice: 'Set APPROVALS_CHANNEL itself.',
      }),
    ])
  })

  it.each([
    ['SLACK_BOT_TOKENS', 'SLACK_BOT_TOKEN'],
    ['slack_bot_token', 'SLACK_BOT_TOKEN'],
    ['REDIS_PREFX', 'REDIS_PREFIX'],
    ['TENCENTCLOUD_SECRETID', 'TENCENTCLOUD_SECRET_ID'],
    ['AUDIT-KEY', 'AUDIT_KEY'],
    ['APPROVER', 'APPROVERS'],
    ['POLICYFILE', 'POLICY_FILE'],
  ])('warns of %s, which is nearly %s', (name, meant) => {
    const [warning, ...others] = found({ ...GOOD, [name]: 'x' }).filter(({ level }) => level === 'warning')
    expect(others).toEqual([])
    expect(warning).toMatchObject({ what: name, advice: `Rename it if ${meant} is meant.` })
  })

  it.each([
    ...['PATH', 'HOME', 'HOSTNAME', 'LANGUAGE', 'LANG', 'REDIS_PORT', 'REDIS_SERVICE_HOST', 'TERM'],
    ...['KUBERNETES_PORT', 'NODE_ENV', 'NODE_VERSION', 'TZ', 'USER', 'SHELL', 'host', 'Port', 'HTTPS_PROXY'],
    ...[
      'REDIS_PORT_6379_TCP',
      'NODE_EXTRA_CA_CERTS',
      'AWS_REGION',
      'LOGNAME',
      'PWD',
      'OLDPWD',
      'SLACK_CHANNEL',
    ],
  ])('says nothing of %s, which is none of its own', name => {
    expect(found({ ...GOOD, [name]: 'http://x' }).filter(({ level }) => level !== 'ok')).toEqual([])
  })

  it('says nothing of a variable that the file of clusters refers to', () => {
    const env = { ...GOOD, TENCENTCLOUD_SECRET_IDS: 'x' }
    expect(found(env, ['TENCENTCLOUD_SECRET_IDS']).filter(({ level }) => level !== 'ok')).toEqual([])
  })
})
