import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readAuditKeys, readConfig, readStoreConfig } from '../src/config.ts'
import { settingsSchema } from '../src/config-schema.ts'
import { fileSetting, SECRET_SETTINGS } from '../src/config-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'rewind-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SECRETS: Record<(typeof SECRET_SETTINGS)[number], string> = {
  SLACK_BOT_TOKEN: 'xoxb-hunter2',
  SLACK_APP_TOKEN: 'xapp-hunter2',
  SLACK_SIGNING_SECRET: 'signing-hunter2',
  TENCENTCLOUD_SECRET_ID: 'AKIDhunter2',
  TENCENTCLOUD_SECRET_KEY: 'key-hunter2',
  TENCENTCLOUD_SECURITY_TOKEN: 'token-hunter2',
  REDIS_URL: 'redis://rewind:hunter2@127.0.0.1:6379',
  REDIS_SENTINEL_PASSWORD: 'sentinel-hunter2',
  AUDIT_KEY: 'audit-key-hunter2-audit-key-hunter2',
  AUDIT_KEYS_OLD: 'audit-key-hunter1-audit-key-hunter1',
  METRICS_TOKEN: 'metrics-token-hunter2',
  HTTPS_PROXY: 'http://rewind:hunter2@proxy.example:3128',
  HTTP_PROXY: 'http://rewind:hunter2@proxy.example:3129',
  REQUESTS_TOKEN: 'requests-token-hunter2-requests-token',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2',
}
const OTHERS = { APPROVERS: 'U0BOB' }

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Each secret in a file of its own, but those that are left out. */
function inFiles(...leftOut: string[]): Record<string, string> {
  const names = SECRET_SETTINGS.filter(name => !leftOut.includes(name))
  return {
    ...OTHERS,
    ...Object.fromEntries(names.map(name => [fileSetting(name), file(name, `${SECRETS[name]}\n`)])),
  }
}

/** Of Sentinels, which is no setting of a single Redis. */
const SENTINEL = 'REDIS_SENTINEL_PASSWORD'

function problemsOf(env: Record<string, string>): string[] {
  const read = readConfig(env)
  return read.ok ? [] : read.problems
}

describe('a secret in a file', () => {
  it('is the same as in the variable, for every secret there is', () => {
    const env = Object.fromEntries(Object.entries(SECRETS).filter(([name]) => name !== SENTINEL))
    expect(readConfig(inFiles(SENTINEL))).toEqual(readConfig({ ...OTHERS, ...env }))
    expect(readConfig(inFiles(SENTINEL))).toMatchObject({
      ok: true,
      config: { slack: { botToken: 'xoxb-hunter2' }, auditKeys: [SECRETS.AUDIT_KEY, SECRETS.AUDIT_KEYS_OLD] },
    })
    const sentinels = { ...inFiles(), REDIS_MODE: 'sentinel' }
    expect(readConfig(sentinels)).toMatchObject({
      config: { redis: { sentinelPassword: 'sentinel-hunter2', password: 'hunter2' } },
    })
  })

  it('ends with at most one line break that is none of it, and keeps what else it holds', () => {
    const url = file('crlf', 'redis://127.0.0.1:6379/3\r\n')
    expect(readStoreConfig({ REDIS_URL_FILE: url })).toMatchObject({
      redis: { url: 'redis://127.0.0.1:6379/3' },
    })
    const two = file('two', 'xoxb-hunter2\nxoxb-hunter3\n')
    expect(problemsOf({ ...inFiles(SENTINEL), SLACK_BOT_TOKEN_FILE: two })).toHaveLength(1)
  })

  it('is named by the setting that is for it where it cannot be used, and by no other; nothing in it is shown', () => {
    mkdirSync(join(folder, 'directory'))
    const large = file('large', 'hunter2')
    truncateSync(large, 70_000)
    const wrong = {
      SLACK_BOT_TOKEN_FILE: join(folder, 'none'),
      SLACK_APP_TOKEN_FILE: join(folder, 'directory'),
      TENCENTCLOUD_SECRET_ID_FILE: large,
      TENCENTCLOUD_SECRET_KEY_FILE: file('empty', '\n'),
      REDIS_URL_FILE: join(folder, 'none'),
      METRICS_TOKEN_FILE: file('short', 'hunter2\n'),
    }
    const problems = problemsOf({ ...inFiles(SENTINEL), ...wrong })
    expect(problems).toEqual([
      `SLACK_BOT_TOKEN_FILE names a file that cannot be used: ENOENT (${join(folder, 'none')})`,
      `SLACK_APP_TOKEN_FILE names a file that cannot be used: it is no regular file (${join(folder, 'directory')})`,
      `TENCENTCLOUD_SECRET_ID_FILE names a file that cannot be used: it is longer than 64 KB (${large})`,
      `TENCENTCLOUD_SECRET_KEY_FILE names a file that is empty (${wrong.TENCENTCLOUD_SECRET_KEY_FILE})`,
      `REDIS_URL_FILE names a file that cannot be used: ENOENT (${join(folder, 'none')})`,
      'METRICS_TOKEN must have 16 letters, digits and signs of ASCII or more, without spaces',
    ])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  it.each([
    'xoxb-hunter2-hunter2',
    'redis://me:hunter2@redis:6379/0',
    'hunter2/Ab+cd=',
    'aGh/hunter2/XYZ',
    '/hunter2',
  ])('is not shown where the secret itself was put in the place of the path: %s', value => {
    const problems = problemsOf({ ...inFiles(SENTINEL), METRICS_TOKEN_FILE: value })
    expect(problems).toEqual(['METRICS_TOKEN_FILE names a file that cannot be used: ENOENT'])
  })

  it('is refused beside the variable itself', () => {
    expect(problemsOf({ ...inFiles(SENTINEL), AUDIT_KEY: SECRETS.AUDIT_KEY })).toEqual([
      expect.stringMatching(/^AUDIT_KEY_FILE is set beside the variable itself: only one of them may be/),
    ])
  })

  it('is read by the commands as well, each only those that it needs', () => {
    const away = { SLACK_BOT_TOKEN_FILE: join(folder, 'none') }
    const env = { ...inFiles(SENTINEL, 'SLACK_BOT_TOKEN'), ...away }
    expect(readStoreConfig(env)).toMatchObject({ ok: true, redis: { url: SECRETS.REDIS_URL } })
    expect(readAuditKeys(env)).toMatchObject({
      auditKeys: [SECRETS.AUDIT_KEY, SECRETS.AUDIT_KEYS_OLD],
    })
    expect(readStoreConfig({ REDIS_URL_FILE: join(folder, 'none') })).toEqual({
      ok: false,
      problems: [`REDIS_URL_FILE names a file that cannot be used: ENOENT (${join(folder, 'none')})`],
    })
  })

  it('is possible for every setting that sounds like one', () => {
    const sounding = Object.keys(settingsSchema.shape).filter(
      name =>
        /TOKEN|SECRET|PASSWORD|KEY|_URL$|HTTPS?_PROXY$|_HEADERS$/.test(name) &&
        // Ids of keys are no secrets.
        !['SLACK_API_URL', 'AUDIT_KEYS_LOST'].includes(name),
    )
    expect([...SECRET_SETTINGS].sort()).toEqual(sounding.sort())
  })
})
