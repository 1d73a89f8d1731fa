// The file of service accounts: whose tokens it has, and what is wrong with it, without showing a line of it.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { readRequestsConfig } from '../src/config-requests.ts'
import { readServiceAccounts } from '../src/service-accounts.ts'

const digestOf = (token: string) => createHash('sha256').update(token).digest('hex')
const [ONE, TWO, OTHER] = [digestOf('one'), digestOf('two'), digestOf('other')]
const problemsOf = (text: string) => {
  const read = readServiceAccounts(text)
  return read.ok ? [] : read.problems
}

describe('the file of service accounts', () => {
  it('names an account for each digest, several for one that changes its token', () => {
    const text = `# of the CI\nsvc:deploys: ${ONE}\r\n\n  svc:deploys ${TWO.toUpperCase()}\nsvc:on-call: "${OTHER}"\n`
    expect(readServiceAccounts(text)).toEqual({
      ok: true,
      accounts: new Map([
        [ONE, 'svc:deploys'],
        [TWO, 'svc:deploys'],
        [OTHER, 'svc:on-call'],
      ]),
    })
  })

  it('is refused by the line, and shows nothing of it', () => {
    const wrong = [
      'svc:deploys: hunter2',
      `deploys: ${ONE}`,
      `U0ALICE: ${ONE}`,
      `svc:Deploys: ${ONE}`,
      `svc:a: ${ONE}0`,
      `svc:a ${ONE} hunter2`,
    ]
    for (const line of wrong) {
      const [problem = ''] = problemsOf(`svc:b: ${TWO}\n${line}`)
      expect(problem).toContain('line 2 must look like svc:deploys:')
      expect(problem).not.toContain('hunter2')
      expect(problem).not.toContain(ONE)
    }
    expect(problemsOf(`svc:a: ${ONE}\nsvc:b: ${ONE}`)).toEqual(['line 2 has the token of a line before it'])
    expect(problemsOf('# none\n')).toEqual(['names a file without a service account'])
  })
})

describe('the settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-accounts-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'accounts')
  writeFileSync(path, `svc:deploys: ${ONE}\n`)
  const good = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    REDIS_URL: 'redis://127.0.0.1:6379',
    TENCENTCLOUD_SECRET_ID: 'id',
    TENCENTCLOUD_SECRET_KEY: 'key',
    APPROVERS: 'U0BOB',
  }
  const read = (env: Record<string, string>) => readConfig({ ...good, ...env })

  it('have service accounts where a file is named, and a channel for their cards', () => {
    expect(read({})).toMatchObject({ config: { serviceAccounts: null } })
    expect(read({ SERVICE_ACCOUNTS_FILE: path, APPROVALS_CHANNEL: 'C0OPS' })).toMatchObject({
      config: { serviceAccounts: new Map([[ONE, 'svc:deploys']]) },
      notices: [expect.stringContaining('without POLICY_FILE no rule names a service account')],
    })
    expect(read({ SERVICE_ACCOUNTS_FILE: path })).toEqual({
      ok: false,
      problems: [expect.stringContaining('APPROVALS_CHANNEL is missing')],
    })
    expect(read({ SERVICE_ACCOUNTS_FILE: join(folder, 'none'), APPROVALS_CHANNEL: 'C0OPS' })).toEqual({
      ok: false,
      problems: ['SERVICE_ACCOUNTS_FILE names a file that cannot be used: ENOENT'],
    })
    expect(read({ SERVICE_ACCOUNTS_FILE: path, ROLE: 'worker' })).toMatchObject({
      config: { serviceAccounts: null },
    })
  })

  it('of the command are a token and an address, and the command line counts first', () => {
    const token = 'hunter2-hunter2-hunter2-hunter2-hunter2'
    const file = join(folder, 'token')
    writeFileSync(file, `${token}\n`)
    const config = { address: 'http://127.0.0.1:3000', token }
    expect(readRequestsConfig({ REQUESTS_TOKEN_FILE: file }, {})).toEqual({ ok: true, config })
    expect(readRequestsConfig({ REQUESTS_TOKEN: token }, {})).toEqual({ ok: true, config })
    expect(
      readRequestsConfig(
        { REQUESTS_TOKEN: 'x', REQUESTS_ADDRESS: 'http://a' },
        { tokenFile: file, address: 'https://b:1' },
      ),
    ).toEqual({ ok: true, config: { address: 'https://b:1', token } })
    const wrong = [
      readRequestsConfig({}, {}),
      readRequestsConfig({ REQUESTS_TOKEN: 'hunter2' }, {}),
      readRequestsConfig({ REQUESTS_TOKEN_FILE: join(folder, 'none') }, {}),
      readRequestsConfig({ REQUESTS_TOKEN: token, REQUESTS_ADDRESS: `ftp://x` }, {}),
    ]
    expect(wrong.map(each => each.ok)).toEqual([false, false, false, false])
    expect(JSON.stringify(wrong)).not.toContain('hunter2')
  })
})
