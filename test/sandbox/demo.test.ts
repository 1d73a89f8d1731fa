// The built demo as somebody starts it: typed into, walked through by itself, and misspelt.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { demoSettings, leftOutOfWalkthrough } from '../../src/sandbox/demo-settings.ts'
import { until } from '../support/product.ts'

const redisUrl = inject('redisUrl')
const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

describe('npm run demo', () => {
  async function demo(flags: string[], typed: string[] = []) {
    const child = spawn(process.execPath, [dist('sandbox/demo.js'), ...flags], {
      env: { ...process.env, REDIS_URL: redisUrl },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    child.stdin.end(typed.map(line => `${line}\n`).join(''))
    const [code] = (await once(child, 'exit')) as [number | null]
    const [out, err] = await output
    return { code, out, err }
  }

  it('plays a request typed line by line, and shows the cluster before and after', {
    tags: ['long'],
    timeout: 30_000,
  }, async () => {
    const { code, out, err } = await demo(
      [],
      [
        'cluster',
        '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --topic payments --to-earliest --reason "Replay"',
        'submit',
        'as bob',
        'press Review',
        'set Decision = Approve',
        'submit',
        'thread',
        'cluster',
        'as alice',
        'press Prepare Undo',
        'close',
        'cluster read orders-billing',
        'cluster produce orders 10',
        'cluster stop orders-audit',
        'cluster start orders-audit',
        'cluster invoices-mail',
        'cluster read invoices-mail',
        'cluster produce clicks 10',
        'cluster stop clicks-alerts',
        'cluster start clicks-alerts',
        'cluster nobody',
        'fault lie',
        'fault kafka hang-after 2',
        'fault kafka throttle',
        'fault clear',
        'fault nonsense',
        'log 1',
        'quit',
        'people',
      ],
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/orders +0 +442430 +801354 +812430 +11076/)
    expect(out).toContain('R-1 · done')
    expect(out).toMatch(/orders +0 +442430 +442430 +812430 +370000/)
    expect(out).toContain('Puts back what R-1 moved: orders-billing back to where it was')
    expect(out).toMatch(/orders +0 +442430 +442530 +812430 +369900/)
    expect(out).toContain('10 messages written to orders.')
    expect(out).toContain('orders-audit on ckafka-demo0001: Empty, no members')
    expect(out).toContain('orders-audit on ckafka-demo0001: Stable, audit-1, audit-2')
    expect(out).toContain('Type fault and one of these')
    expect(out).toContain('invoices-mail on kafka-demo: Empty, no members')
    expect(out).toMatch(/invoices +0 +40204 +59204 +61204 +2000/)
    expect(out).toMatch(/invoices +0 +40204 +59304 +61204 +1900/)
    expect(out).toContain('10 messages written to clicks.')
    expect(out).toContain('clicks-alerts on kafka-demo: Empty, no members')
    expect(out).toContain('clicks-alerts on kafka-demo: Stable, alerts-1')
    expect(out).toContain('There is no group "nobody".')
    expect(out).toContain('The next 2 resets: {"kind":"hang","afterDoingIt":true}')
    expect(out).toContain('Type fault kafka and one of these')
    expect(out).toContain('The clusters answer as they should.')
    expect(out).toMatch(/"service":"rewind"/)
    expect(out).not.toContain('alice (Alice Moreau)')
  })

  it('ends with 0 when the walkthrough holds', { tags: ['long'], timeout: 60_000 }, async () => {
    const { code, out } = await demo(['--walkthrough', '--http'])
    expect(out.trimEnd()).toMatch(/All of it holds\.$/)
    expect(code).toBe(0)
  })

  it('without a terminal stays up on the port that is free, says what there is to know, and what it waits for at the end', {
    tags: ['long'],
  }, async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const PORT = `${typeof address === 'object' ? address?.port : ''}`
    const child = spawn(process.execPath, [dist('sandbox/demo.js')], {
      env: { ...process.env, REDIS_URL: redisUrl, PORT, EMPTY_HOLD: '1s' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let out = ''
    child.stdout.on('data', data => {
      out += data
    })
    await until(() => out.includes('Nothing can be typed here: use the page.'), 25_000)
    taken.close()
    expect(out).toMatch(/^Connecting to Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\)\.\nStarting Rewind, /)
    expect(out).toMatch(/REDIS_PREFIX=world-[0-9a-f]{12}/)
    expect(out).toContain('has to stay empty for 1s here')
    const [, page = ''] = /➜ Open (\S+)/.exec(out) ?? []
    expect(out).toContain(
      `Port ${PORT} is in use, by another demo perhaps, so the page is on port ${new URL(page).port}.`,
    )
    expect((await fetch(page)).status).toBe(200)
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).toBe(0)
    expect(out.trimEnd()).toMatch(/Ending: waiting for Rewind to finish .+ Nothing of this demo is kept\.$/)
  })

  it('says in one line that its Redis cannot be used, and ends with 1', { tags: ['long'] }, async () => {
    const child = spawn(process.execPath, [dist('sandbox/demo.js')], {
      env: { ...process.env, REDIS_URL: 'redis://user:hidden@127.0.0.1:1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(await ended).toEqual([1, null])
    expect(out).toBe('Connecting to Redis at 127.0.0.1:1 (REDIS_URL).\n')
    expect(err).toBe(
      'Redis at 127.0.0.1:1 (REDIS_URL) cannot be used: ECONNREFUSED. Without REDIS_URL the demo starts its own.\n',
    )
  })

  it('hands to Rewind what is a setting of it, and nothing else', () => {
    const env = { REWIND_LANGUAGE: 'zh', EMPTY_HOLD: ' 5s ', SLACK_BOT_TOKEN: 'xoxb-real', CKAFKA_API: '' }
    expect(demoSettings(env)).toEqual({
      ok: true,
      settings: { port: 4400, redisUrl: undefined, env: { REWIND_LANGUAGE: 'zh', EMPTY_HOLD: '5s' } },
    })
    expect(demoSettings({ PORT: '-1' })).toMatchObject({ problem: expect.stringMatching(/^PORT must be/) })
    expect(demoSettings({ PORT: '70000' })).toMatchObject({ problem: expect.stringMatching(/^PORT must be/) })
    expect(demoSettings({ REDIS_URL: 'there' })).toMatchObject({
      problem: 'REDIS_URL must look like redis://host:6379.',
    })
  })

  it('names a flag that it does not know, and ends with 2', async () => {
    const { code, err } = await demo(['--walktrough'])
    expect(code).toBe(2)
    expect(err).toBe('There is no flag --walktrough: run npm run demo -- --help to see what there is.\n')
  })
})

it('a walkthrough says at its start which settings it leaves out, as it reads English', () => {
  expect(leftOutOfWalkthrough({})).toBeNull()
  expect(leftOutOfWalkthrough({ CKAFKA_API: 'v2', REWIND_LANGUAGE: 'en' })).toBeNull()
  expect(leftOutOfWalkthrough({ CKAFKA_API: 'v2', REWIND_LANGUAGE: 'zh' })).toBe(
    'The walkthrough holds what people read against English sentences, with settings of its own: REWIND_LANGUAGE is not used. Without --walkthrough the demo uses it.',
  )
  expect(leftOutOfWalkthrough({ REWIND_LANGUAGE: 'zh', EMPTY_HOLD: '9s' })).toContain(
    'REWIND_LANGUAGE, EMPTY_HOLD are not used. Without --walkthrough the demo uses them.',
  )
})
