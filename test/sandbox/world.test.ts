// The local world around the built bot: whom it trusts with what, and that nothing of it stays behind.
// @module-tag long

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { CHANNELS, startWorld, USERS, type World, type WorldOptions } from '../../src/sandbox/world.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const redisUrl = inject('redisUrl')
const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

let world: World | undefined

async function start(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await startWorld({ delivery: 'socket', redisUrl, ...options })
  await world.waitForBot()
  return world
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await world?.close()
  world = undefined
})

const cardText = ({ slack }: World) => slack.messages(CHANNELS.kafkaOps).at(-1)?.text

async function ask({ slack }: Pick<World, 'slack'>): Promise<void> {
  const alice = slack.person(USERS.alice)
  const flags = '--group orders-billing --topic orders --to-latest --reason "Skip the backlog"'
  await alice.command(CHANNELS.kafkaOps, `/reset-offsets ${flags}`)
  await alice.waitForView()
  expect(await alice.submit()).toEqual({ kind: 'closed' })
}

describe('the world', () => {
  it('gives the bot none of the credentials that its caller has, and leaves nothing of it behind', async () => {
    // Either would be used if it arrived: the one in place of HTTP, the other in every call's signature.
    vi.stubEnv('SLACK_APP_TOKEN', 'xapp-of-the-caller')
    vi.stubEnv('TENCENTCLOUD_SECURITY_TOKEN', 'of-the-caller')
    const where = await start({ delivery: 'http' })
    expect(where.slack.connections()).toBe(0)
    await ask(where)
    await expect.poll(() => cardText(where), { timeout: 10_000 }).toMatch(/^R-1 · waiting for approval/)
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

  it('starts a killed bot again where it was: the request is still there to approve', {
    timeout: 45_000,
  }, async () => {
    const where = await start()
    await ask(where)
    await where.bot.kill()
    expect(where.bot.exit).toEqual({ code: null, signal: 'SIGKILL' })
    await where.bot.restart()
    await where.waitForBot()
    await expect
      // Killed between its claim and the post, the bot waits for the claim to run out before it looks and posts again.
      .poll(() => cardText(where), { timeout: 30_000 })
      .toMatch(/^R-1 · waiting for approval/)
  })

  it('puts what it is given between each process and what it speaks to', async () => {
    const proxies: TcpProxy[] = []
    const asked: string[] = []
    const { bots, slack, ckafka } = await start({
      roles: ['bot', 'worker'],
      async between(service, url, process) {
        const target = new URL(url)
        const proxy = await startTcpProxy(Number(target.port))
        proxies.push(proxy)
        onTestFinished(() => proxy.close())
        asked.push(`${process === 0 ? 'bot' : 'worker'} ${service}`)
        target.port = `${proxy.port}`
        return target.href
      },
    })
    expect(asked).toEqual(['bot redis', 'bot ckafka', 'bot slack', 'worker redis', 'worker ckafka'])
    expect(bots.map(({ role }) => role)).toEqual(['bot', 'worker'])
    await ask({ slack })
    // Socket Mode goes the same way as the Web API.
    expect(slack.sent().map(({ through }) => through)).toEqual(Array(2).fill(`127.0.0.1:${proxies[2]?.port}`))
    await expect.poll(() => ckafka.calls().length).toBeGreaterThan(0)
    for (const proxy of proxies.slice(0, 4)) expect(proxy.connections()).toBeGreaterThan(0)
  })

  it('gives the bot a Kafka beside CKafka, by a file that goes with it', async () => {
    const asked: string[] = []
    const where = await start({
      kafka: true,
      async between(service, url) {
        if (service !== 'kafka') return url
        const target = new URL(url)
        const proxy = await startTcpProxy(Number(target.port))
        onTestFinished(() => proxy.close())
        asked.push(service)
        target.port = `${proxy.port}`
        return target.href
      },
    })
    expect(asked).toEqual(['kafka'])
    const notices = where.bot.logs().filter(line => line.includes('does not count'))
    expect(notices).toEqual([])
    const alice = where.slack.person(USERS.alice)
    for (const [instance, group, topic] of [
      ['kafka-demo', 'clicks-sessions', 'clicks'],
      ['ckafka-demo0001', 'orders-billing', 'orders'],
    ]) {
      const flags = `--instance ${instance} --group ${group} --topic ${topic} --to-latest --reason "Skip it"`
      await alice.command(CHANNELS.kafkaOps, `/reset-offsets ${flags}`)
      await alice.waitForView()
      expect(await alice.submit()).toEqual({ kind: 'closed' })
      await expect.poll(() => cardText(where), { timeout: 10_000 }).toContain(group)
      await expect.poll(() => cardText(where), { timeout: 10_000 }).toMatch(/waiting for approval/)
    }
    expect(where.kafka?.tally('OffsetFetch').received).toBeGreaterThan(0)
    expect(where.ckafka.calls().length).toBeGreaterThan(0)
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
    onTestFinished(() => void parent.kill('SIGKILL'))
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
