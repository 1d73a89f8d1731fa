import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPolicyCommand } from '../src/policy.ts'

const POLICY = `
version: 1
teams: { orders: [S0ORDERS] }
rules:
  - name: orders
    match: { instances: 'ckafka-prod*', groups: 'orders-*' }
    request: { people: [orders], channels: [C0OPS] }
    approve: [{ from: orders }, { from: U0CAROL }]
    limits: [{ above: { skips: 1000 }, type-group: true, approve: [{ from: U0DAVE }] }]
    window: { days: mon, hours: '09:00-18:00', zone: UTC }
    break-glass: [U0BOB]
  - name: freeze
    deny: Year end.
    match: { groups: 'orders-archive' }
`

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewind-policy-'))
  file = join(folder, 'policy.yml')
  writeFileSync(file, POLICY)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A Wednesday. */
const NOW_MS = Date.UTC(2026, 9, 21, 12)
const run = (...args: string[]) => {
  const { lines, code } = runPolicyCommand(args, undefined, NOW_MS)
  return { said: lines.join('\n'), code }
}
const ASK = [
  '--user',
  'U0BOB',
  '--instance',
  'ckafka-prod1',
  '--group',
  'orders-billing',
  '--channel',
  'C0OPS',
]
const explain = (...more: string[]) => run('explain', file, ...ASK, ...more)

describe('policy check', () => {
  it('says that a file can be used, with its version and its rules', () => {
    const { said, code } = run('check', file)
    expect(code).toBe(0)
    expect(said).toMatch(/can be used: version [0-9a-f]{12}, 2 rules/)
    expect(said).toContain('allow orders')
    expect(said).toContain('deny  freeze')
  })

  it('says what each window is in UTC, this week and next', () => {
    const windows = join(folder, 'windows.yml')
    const rule = (name: string, window: string) => `
  - name: ${name}
    approve: [{ from: U0BOB }]
    window: ${window}`
    writeFileSync(
      windows,
      `version: 1\nrules:${[
        rule('berlin', "{ days: 'mon, sun', hours: '09:00-18:00', zone: Europe/Berlin }"),
        rule('night', "{ days: sun, hours: '22:00-04:00', zone: America/Santiago }"),
        rule('twice', "{ days: sun, hours: '02:00-02:30', zone: Europe/Berlin }"),
        rule('always', "{ days: mon-sun, hours: '00:00-24:00', zone: UTC }"),
      ].join('')}`,
    )
    const { said } = run('check', windows)
    // On 25 October the clocks of Berlin are put back.
    expect(said).toContain(`  allow berlin
        runs only Sun, Mon 09:00–18:00 Europe/Berlin, which is in UTC
          this week: Mon 2026-10-19 07:00–16:00, Sun 2026-10-25 08:00–17:00
          next week: Mon 2026-10-26 08:00–17:00, Sun 2026-11-01 08:00–17:00
  allow night
        runs only Sun 22:00–04:00 America/Santiago, which is in UTC
          this week: Mon 2026-10-19 01:00–07:00
          next week: Mon 2026-10-26 01:00–07:00
  allow twice
        runs only Sun 02:00–02:30 Europe/Berlin, which is in UTC
          this week: Sun 2026-10-25 00:00–00:30, Sun 2026-10-25 01:00–01:30
          next week: Sun 2026-11-01 01:00–01:30
  allow always
        runs only Sun, Mon, Tue, Wed, Thu, Fri, Sat 00:00–24:00 UTC, which is at any time`)
  })

  it('names every problem of one that cannot, and exits 1', () => {
    const wrong = join(folder, 'wrong.yml')
    writeFileSync(wrong, 'version: 1\nrules: [{ name: x }, { name: y, deny: "" }]')
    const { said, code } = run('check', wrong)
    expect(code).toBe(1)
    expect(said).toContain('rules.0.approve')
    expect(said).toContain('rules.1.deny')
  })
})

describe('policy explain', () => {
  it('says which rule decides and what it asks for', () => {
    const { said, code } = explain('--member-of', 'S0ORDERS')
    expect(code).toBe(0)
    expect(said).toContain('allowed by "orders"')
    expect(said).toContain('approvals: 1 of orders and 1 of U0CAROL')
    expect(said).toContain(
      'with more than 1000 messages skipped: also the group’s name typed, and 1 of U0DAVE',
    )
    expect(said).toContain('runs only Mon 09:00–18:00 UTC')
    expect(said).toContain('may break the glass')
    expect(said).toContain('deny  "freeze" is not about this group')
  })

  const refusals: [string, string[], string][] = [
    ['who is not in the team', [], '"orders" covers it, but not for this person.'],
    ['another channel', ['--member-of', 'S0ORDERS', '--channel', 'C0DEV'], 'is not about this channel'],
    ['another instance', ['--member-of', 'S0ORDERS', '--instance', 'ckafka-test'], 'No rule covers this'],
    [
      'what is denied',
      ['--member-of', 'S0ORDERS', '--group', 'orders-archive'],
      '"freeze" denies it: Year end.',
    ],
  ]
  it.each(refusals)('says why %s is refused, and exits 1', (_name, args, why) => {
    const { said, code } = explain(...args)
    expect(said).toContain(why)
    expect(code).toBe(1)
  })

  it('takes a star that is written for itself as no other name, and shows names as they are', () => {
    const stars = join(folder, 'stars.yml')
    const text = `version: 1
rules:
  - { name: star, match: { groups: 'pay[*]' }, approve: [{ from: U0BOB }] }
  - { name: blank, match: { groups: 'my "group" *' }, approve: [{ from: U0BOB }] }`
    writeFileSync(stars, text)
    const ask = (group: string) =>
      run('explain', stars, '--user', 'U0ALICE', '--instance', 'ckafka-a', '--group', group)
    expect(ask('pay*').said).toContain('asking for "pay*" on "ckafka-a": allowed by "star".')
    expect(ask('payments')).toMatchObject({ code: 1, said: expect.stringContaining('No rule covers this') })
    expect(ask('payments').said).toContain('allow "star" is not about this group')
    expect(ask('my "group" 7').said).toContain(
      'asking for "my \\"group\\" 7" on "ckafka-a": allowed by "blank"',
    )
  })

  it('says what it needs', () => {
    expect(run('explain', file)).toMatchObject({ code: 2 })
    expect(run('explain', '--user', 'U0BOB')).toMatchObject({ code: 2 })
    expect(run('forget', file).said).toContain('policy check [FILE]')
    expect(run('check', '--help')).toMatchObject({ code: 0, said: expect.stringContaining('policy explain') })
    expect(run('check', file, 'other').code).toBe(2)
    expect(run('check', '--loud', file).code).toBe(2)
  })
})

it('runs as a command, with the file that POLICY_FILE names', () => {
  const args = ['--enable-source-maps', 'dist/policy.js', 'check']
  const env = { ...process.env, POLICY_FILE: file }
  const { stdout, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  expect(status).toBe(0)
  expect(stdout).toContain('2 rules')
})
