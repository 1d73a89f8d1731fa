// The built bot as a process of its own in the whole local world: the walkthrough, its failures, and the world itself.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { walkthrough } from '../../src/sandbox/walkthrough.ts'
import { CHANNELS, startWorld, USERS, type World, type WorldOptions } from '../../src/sandbox/world.ts'

const redisUrl = inject('redisUrl')
const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

let world: World | undefined

async function start(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await startWorld({ delivery: 'socket', redisUrl, ...options })
  await world.waitForBot()
  return world
}

async function walk(where: World) {
  const lines: string[] = []
  const verdict = await walkthrough(where, line => lines.push(line))
  return { ...verdict, lines }
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await world?.close()
  world = undefined
})

describe('the walkthrough', () => {
  it.each([
    ['socket', 'v3'],
    ['http', 'v3'],
    ['socket', 'v2'],
    ['http', 'v2'],
  ] as const)('holds from the command to the report over %s with API %s', async (delivery, CKAFKA_API) => {
    const { ok, failures, lines } = await walk(await start({ delivery, env: { CKAFKA_API } }))
    expect(failures).toEqual([])
    expect(ok).toBe(true)
    const steps = lines.filter(line => /^\d+\. /.test(line))
    expect(steps.map(step => Number.parseInt(step, 10))).toEqual(steps.map((_, index) => index + 1))
    expect(steps.length).toBeGreaterThanOrEqual(10)
    expect(lines.filter(line => line.startsWith('✓')).length).toBeGreaterThanOrEqual(10)
    for (const shown of [
      '⚠ Please complete this required field.',
      '⚠ There is no group “orders-biling” on ckafka-demo0001. Did you mean',
      'alice types “bill”: orders-billing',
      'Only approvers can decide on R-1.',
      'You asked for R-1 yourself',
      '⚠ Say why you reject it',
      '== R-1 · partly done ==',
      '3 UNKNOWN_TOPIC_OR_PARTITION',
    ]) {
      expect(lines.join('\n')).toContain(shown)
    }
  })

  it('holds with the bot and the worker in processes of their own', async () => {
    const { failures } = await walk(await start({ roles: ['bot', 'worker'] }))
    expect(failures).toEqual([])
  })

  it('fails, and says where the offsets are, when the API answers success and moves nothing', async () => {
    const where = await start({ env: { CKAFKA_API: 'v2' } })
    where.ckafka.inject('SetGroupOffsets', { kind: 'lie' })
    const { ok, failures, lines } = await walk(where)
    expect(ok).toBe(false)
    expect(failures).toEqual([
      expect.stringMatching(/^orders: .*partition 0 at \d+, not 442430/),
      expect.stringMatching(/^payments: .*partition 0 at \d+, not 222113/),
      expect.stringMatching(/^the table in the thread .*no row for orders 0/),
    ])
    expect(lines.filter(line => line.startsWith('✗'))).toHaveLength(3)
  })

  it('fails when the manifest lacks a scope that the bot needs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rewind-manifest-'))
    const manifestFile = join(folder, 'manifest.yml')
    const manifest = await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8')
    await writeFile(manifestFile, manifest.replace(/^ +- usergroups:read.*\n/m, ''))
    try {
      const { failures } = await walk(await start({ manifestFile }))
      expect(failures).toEqual([expect.stringContaining('usergroups.users.list: missing_scope')])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('fails when CKafka refuses the reset', async () => {
    const where = await start()
    const { code, message } = where.ckafka.behaviourV3.membersRefusal
    where.ckafka.inject('ModifyGroupOffsets', { kind: 'code', code, message })
    const { ok, failures } = await walk(where)
    expect(ok).toBe(false)
    expect(failures.join('\n')).toMatch(/the card ended as partly done: .*failed/)
  })

  it('ends with the reason, not with an exception, when a step cannot be taken', async () => {
    const where = await start()
    await where.bot.kill()
    const { ok, failures } = await walk(where)
    expect(ok).toBe(false)
    expect(failures).toEqual([expect.stringContaining('/reset-offsets failed with the error')])
  })
})

describe('the world', () => {
  it('gives the bot none of the credentials that its caller has', async () => {
    // Either would be used if it arrived: the one in place of HTTP, the other in every call's signature.
    vi.stubEnv('SLACK_APP_TOKEN', 'xapp-of-the-caller')
    vi.stubEnv('TENCENTCLOUD_SECURITY_TOKEN', 'of-the-caller')
    const where = await start({ delivery: 'http' })
    expect(where.slack.connections()).toBe(0)
    expect((await walk(where)).failures).toEqual([])
  })

  it('starts a killed bot again where it was: the request is still there to approve', async () => {
    const where = await start()
    const alice = where.slack.person(USERS.alice)
    const flags = '--group orders-billing --topic orders --to-latest --reason "Skip the backlog"'
    await alice.command(CHANNELS.kafkaOps, `/reset-offsets ${flags}`)
    await alice.waitForView()
    expect(await alice.submit()).toEqual({ kind: 'closed' })
    await where.bot.kill()
    expect(where.bot.exit).toEqual({ code: null, signal: 'SIGKILL' })
    await where.bot.restart()
    await where.waitForBot()
    await expect
      // Killed between its claim and the post, the bot waits for the claim to run out before it looks and posts again.
      .poll(() => where.slack.messages(CHANNELS.kafkaOps).at(-1)?.text, { timeout: 30_000 })
      .toMatch(/^R-1 ·/)
  }, 45_000)

  it('leaves nothing behind: the bot stops in order and its keys are gone', async () => {
    const where = await start()
    await walk(where)
    const redis = new Redis(redisUrl)
    try {
      const keys = () => redis.keys(`*${where.redisPrefix}*`)
      expect(await keys()).not.toEqual([])
      await where.close()
      expect(where.bot.exit).toEqual({ code: 0, signal: null })
      expect(await keys()).toEqual([])
    } finally {
      redis.disconnect()
    }
  })

  it('takes the bot along when its own process is killed', async () => {
    const script = `
      const { startWorld } = await import(${JSON.stringify(dist('sandbox/world.js'))})
      const world = await startWorld({ delivery: 'socket', redisUrl: ${JSON.stringify(redisUrl)} })
      await world.waitForBot()
      console.log(world.bot.port)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const health = () =>
      fetch(`http://127.0.0.1:${line.toString().trim()}/healthz`).then(answer => answer.status)
    expect(await health()).toBe(200)
    parent.kill('SIGKILL')
    await expect.poll(() => health().catch(() => 'gone'), { timeout: 5_000 }).toBe('gone')
  })

  it('says why when the bot cannot start', async () => {
    world = await startWorld({ delivery: 'socket', redisUrl, env: { CALL_DEADLINE: 'soon' } })
    await expect(world.waitForBot()).rejects.toThrow(
      /ended \(1\) before it was ready:\nCALL_DEADLINE must be/,
    )
  })
})
