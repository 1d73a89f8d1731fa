// The built command, also beside a product that runs: nothing that belongs to the product is taken, and it goes on.
// @module-tag long

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { expect, inject, it, onTestFinished } from 'vitest'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, until } from '../support/product.ts'

const TOP = new URL('../..', import.meta.url)

function environment({ slack, ckafka, prefix }: Product): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    ...{ SLACK_BOT_TOKEN: 'xoxb-test', SLACK_APP_TOKEN: 'xapp-test', SLACK_API_URL: slack.apiUrl },
    ...{ REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, CKAFKA_ENDPOINT: ckafka.url },
    ...{ TENCENTCLOUD_SECRET_ID: 'AKIDTEST', TENCENTCLOUD_SECRET_KEY: 'SECRETTEST' },
    ...{ APPROVERS: 'U0BOB,S0KAFKA', APPROVALS_CHANNEL: OPS, ...NO_WAITING },
  }
}

interface Ended {
  code: number
  stdout: string
  stderr: string
}

async function doctor(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const run = promisify(execFile)(process.execPath, ['dist/doctor.js', ...args], { cwd: TOP, env })
  return run.then(
    said => ({ ...said, code: 0 }),
    (failed: Ended) => failed,
  )
}

it('takes no job of the queue and no event, and the bot goes on', async () => {
  const product = await startProduct({ env: { ...NO_WAITING, ROLE: 'bot' } })
  onTestFinished(() => product.stop())
  const redis = new Redis(inject('redisUrl'))
  onTestFinished(() => redis.disconnect())
  await product.ask(
    `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`,
  )
  await product.review(product.bob, 'Approve')
  const waiting = `{${product.prefix}:queue}:execute:wait`
  await until(async () => (await redis.llen(waiting)) === 1)
  const before = await redis.keys(`*${product.prefix}*`)

  const { code, stdout, stderr } = await doctor(environment(product), '--json')
  expect(stderr).toBe('')
  const { findings, exitCode } = JSON.parse(stdout) as {
    findings: { area: string; what: string; found: string; level: string }[]
    exitCode: number
  }
  expect(code).toBe(exitCode)
  // The Redis that tests share keeps nothing.
  expect(findings.filter(({ level }) => level !== 'ok').map(({ area, what }) => `${area} ${what}`)).toEqual([
    'Redis persistence',
    // This bot has none, and a job waits.
    'Redis workers',
  ])
  expect(findings.find(({ what }) => what === 'connections')?.found).toBe(
    '1 other connection has this app token.',
  )
  expect(stdout).not.toMatch(/SECRETTEST|xoxb-test|xapp-test|AKIDTEST/)

  expect(await redis.llen(waiting)).toBe(1)
  const after = await redis.keys(`*${product.prefix}*`)
  const isBudget = (key: string) => key.includes(':quota:') || key.includes(':probe:')
  expect(after.filter(key => !before.includes(key) && !isBudget(key) && /doctor/.test(key))).toEqual([])
  expect(product.callsToReset()).toBe(2)
  expect(
    product.ckafka
      .calls()
      .filter(({ action }) => /Modify/.test(action))
      .map(({ params }) => params),
  ).toEqual(expect.arrayContaining([expect.objectContaining({ Strategy: '0', Shift: '0' })]))
  expect(product.slack.connections()).toBe(1)
  expect(await product.dave.command(OPS, '/offset-requests')).toEqual({ ok: true })
  expect(product.events.filter(({ event }) => event === 'fault' || event === 'store')).toEqual([])
})

it('is a command with lines, exit codes and a usage', { tags: ['long'] }, async () => {
  const env = {
    PATH: process.env.PATH ?? '',
    ...{ REDIS_URL: 'redis://user:hunter2@127.0.0.1:1', SLACK_BOT_TOKEN: 'xoxb-hunter2' },
    ...{ SLACK_APP_TOKEN: 'xapp-hunter2', SLACK_API_URL: 'http://127.0.0.1:1/api/', APPROVERS: 'U0BOB' },
    ...{ TENCENTCLOUD_SECRET_ID: 'hunter2', TENCENTCLOUD_SECRET_KEY: 'hunter2' },
    CKAFKA_ENDPOINT: 'http://127.0.0.1:1',
  }
  const { code, stdout, stderr } = await doctor(env)
  expect(code).toBe(2)
  expect(stderr).toBe('')
  expect(stdout).not.toContain('hunter2')
  expect(stdout).toMatch(/^ok {8}Settings, REDIS_URL: It is set\./)
  expect(stdout).toContain('FAILURE   Redis, reach: Redis at 127.0.0.1:1 (REDIS_URL) cannot be connected to')
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d+ checks: .* not made\.$/)
  expect(await doctor(env, '--help')).toMatchObject({ code: 0 })
  const wrong = await doctor(env, '--verbose')
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toMatch(/^doctor \[--json\]/)
})
