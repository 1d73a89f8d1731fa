// A Redis that was restored from a backup of before: what ran since is not made again, and what was under way becomes unclear.
// @module-tag long

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ProductEvent } from '../../src/ports/events.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, until } from '../support/product.ts'

const AUDIT = fileURLToPath(new URL('../../dist/audit.js', import.meta.url))
const TIMES = { CALL_DEADLINE: '1s', CALL_GRACE: '1s', EMPTY_HOLD: '1s', EMPTY_WAIT: '60s' }

async function start() {
  const dir = await mkdtemp(join(tmpdir(), 'rewind-restored-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const server = await startRedis({ dir })
  onTestFinished(() => server.close())
  const product = await startProduct({ redisUrl: server.url, env: { ...NO_WAITING, ...TIMES } })
  onTestFinished(() => product.stop())
  return {
    product,
    async backUp() {
      const admin = new Redis(server.url)
      await admin.call('SAVE')
      admin.disconnect()
    },
    /** With no process running. */
    async restore() {
      await product.rewind.stop()
      await server.kill()
      await server.restart()
    },
    async asked(...more: string[]) {
      const env = { ...process.env, REDIS_URL: server.url, REDIS_PREFIX: product.prefix }
      const child = spawn(process.execPath, [AUDIT, 'restored', ...more], { env })
      const exit = new Promise(resolve => child.once('exit', resolve))
      const said = await text(child.stdout)
      return { said, code: await exit }
    },
  }
}

function commandsOf({ events }: Product): string[] {
  const changes = events.filter((event): event is Extract<ProductEvent, { event: 'changed' }> => {
    return event.event === 'changed'
  })
  return changes.map(({ command }) => command)
}

describe.concurrent('a Redis that was restored from a backup', { timeout: 120_000 }, () => {
  it('has what was being carried out then become unclear, and its call is not made again', async () => {
    const { product, backUp, restore, asked } = await start()
    const { ckafka, bob } = product
    const effects = () => ckafka.cluster.effects(DEMO.group).length
    await product.ask(
      `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`,
    )
    ckafka.inject('BatchModifyGroupOffsets', { kind: 'hang', afterDoingIt: true })
    await product.review(bob, 'Approve')
    await until(() => effects() === 1)
    await backUp()
    await product.cardSays('· done', 20_000)
    await restore()
    expect(await asked()).toEqual({ code: 1, said: expect.stringContaining('R-1') })
    expect((await asked()).said).toContain('was being carried out: it becomes unclear')
    const before = commandsOf(product).length
    await product.startAnother()
    await until(() => commandsOf(product).slice(before).includes('abandon'), 30_000)
    // The offsets show that it did.
    await until(() => commandsOf(product).slice(before).includes('finish'), 30_000)
    expect(product.callsToReset()).toBe(1)
    expect(effects()).toBe(1)
  })

  it('has what was approved then become unclear where it has run since', async () => {
    const { product, backUp, restore, asked } = await start()
    const { cluster } = product.ckafka
    const group = 'orders-audit'
    const effects = () => cluster.effects(group).length
    await product.ask(
      `--instance ${DEMO.instance} --group ${group} --topic orders --shift-by -100 --reason why`,
    )
    await product.review(product.bob, 'Approve')
    await product.cardSays('waiting for the group to be empty')
    await backUp()
    for (const member of ['audit-1', 'audit-2']) cluster.leave(group, member)
    await product.cardSays(/· (partly )?done/, 30_000)
    expect(effects()).toBe(1)
    const calls = product.callsToReset()
    await restore()
    const { said, code } = await asked()
    expect(said).toContain('R-1 (orders-audit) was approved: it may have run since')
    expect(code).toBe(1)
    const before = commandsOf(product).length
    await product.startAnother()
    await until(() => commandsOf(product).slice(before).includes('alreadyThere'), 60_000)
    await product.cardSays('unclear, waiting for an answer', 20_000)
    expect(product.callsToReset()).toBe(calls)
    expect(effects()).toBe(1)
  })

  it('has what was approved then wait for a person where it has run since and the group was put back, once it is held', {
    tags: ['long'],
  }, async () => {
    const { product, backUp, restore, asked } = await start()
    const { cluster } = product.ckafka
    const group = 'orders-audit'
    await product.ask(
      `--instance ${DEMO.instance} --group ${group} --topic orders --shift-by -100 --reason why`,
    )
    await product.review(product.bob, 'Approve')
    await product.cardSays('waiting for the group to be empty')
    await backUp()
    expect(await asked('--hold')).toMatchObject({ code: 1, said: '' })
    for (const member of ['audit-1', 'audit-2']) cluster.leave(group, member)
    await product.cardSays(/· (partly )?done/, 30_000)
    const [effect] = cluster.effects(group)
    for (const { topic, partition, from } of effect?.written ?? [])
      cluster.commit(group, topic, partition, from ?? 0n)
    await restore()
    // Its workers said so when it was backed up.
    await until(async () => (await asked('--hold')).code === 0, 25_000)
    expect(await asked('--hold')).toEqual({ code: 0, said: 'No request has to be held.\n' })
    const another = await product.startAnother()
    await product.cardSays('unclear, waiting for an answer', 20_000)
    await product.threadSays('Redis was restored from a backup', 20_000)
    expect(product.threadText()).toContain('Whether it has run since is not in the backup')
    await delay(3_000)
    expect(cluster.effects(group)).toHaveLength(1)
    const question = product.slack
      .thread(OPS, product.card().ts)
      .findLast(each => JSON.stringify(each).includes('take effect?'))
    if (question === undefined) throw new Error('Nothing is asked.')
    await product.bob.press(question, 'It Happened')
    await product.cardSays('· done', 20_000)
    expect(cluster.effects(group)).toHaveLength(1)
    await another.stop()
  })
})
