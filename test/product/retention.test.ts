// A request that ended long ago, with the whole product: it is exported and deleted by the bot, and whoever asks for it
// afterwards, from its card, by its number or with a window that was open, is told so.

import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, it, onTestFinished } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { RequestId } from '../../src/request/request.ts'
import type { Person } from '../../src/sandbox/slack/face.ts'
import { verifyLines } from '../../src/trail-file/verify.ts'
import { DEMO, NO_WAITING, OPS, startProduct, textOf, until, viewText } from '../support/product.ts'

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const YEAR = 366 * 86_400_000

it('is exported and deleted a year after its end, and everybody who asks for it is told', async () => {
  const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  if (redis.status !== 'ready') await once(redis, 'ready')
  onTestFinished(() => redis.disconnect())
  const directory = await mkdtemp(join(tmpdir(), 'retention-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  let aheadMs = 0
  const clock = () => Date.now() + aheadMs
  const product = await startProduct({ env: NO_WAITING, locales: { dave: 'zh-CN' }, clock })
  onTestFinished(() => product.stop())
  const { alice, bob, dave } = product
  await product.ask(ASK)
  await product.review(bob, 'Approve')
  await product.threadSays('R-1 is done')
  await product.cardSays('· done')
  const done = product.card()

  // Until everything is told: what is still owed would keep it.
  await until(async () => (await redis.zcard(`{${product.prefix}}:due`)) === 0)

  aheadMs = YEAR
  const day = new Date(clock()).toISOString().slice(0, 10)
  await alice.press(done, 'Prepare Undo')
  await alice.waitForView()
  await alice.fill('reason', 'It was the wrong group')
  await product.startAnother({ ROLE: 'bot', RETENTION: '365d', RETENTION_DIRECTORY: directory })
  const store = createRedisStore(redis, product.prefix)
  await until(async () => (await store.read('R-1' as RequestId)) === undefined, 15_000)
  const [file = ''] = await readdir(directory)
  const verified = await verifyLines(createReadStream(join(directory, file)))
  expect(verified).toMatchObject({ ok: true, totals: { requests: 1 } })

  const told = `R-1 ended long ago: it was exported and deleted on ${day} (UTC)`
  await alice.submit()
  expect(viewText(alice.view())).toContain(told)
  await alice.closeView()
  const answerTo = async (person: Person, act: () => Promise<unknown>) => {
    const before = person.ephemerals().length
    await act()
    await until(() => person.ephemerals().length > before)
    return person.ephemerals().map(textOf).at(-1)
  }
  expect(await answerTo(bob, () => bob.press(done, 'Prepare Undo'))).toContain(told)
  expect(await answerTo(bob, () => bob.press(done, 'History'))).toContain(told)
  expect(await answerTo(bob, () => bob.command(OPS, '/offset-requests R-1'))).toContain(told)
  expect(await answerTo(dave, () => dave.command(OPS, '/offset-requests R-1'))).toContain(
    `R-1 早已结束，已于 ${day}（UTC）导出并删除`,
  )
  expect(await answerTo(bob, () => bob.command(OPS, '/offset-requests R-99'))).toContain(
    'No such request: R-99',
  )
  // The next one is numbered on, and the group’s history has it alone.
  await product.ask(ASK)
  expect(textOf(product.card())).toContain('R-2')
  await bob.press(product.card(), 'History')
  const history = viewText(await bob.waitForView())
  expect(history).toContain('R-2')
  expect(history).not.toContain('R-1 ')
  expect(product.events.filter(({ event }) => event === 'fault')).toEqual([])
})
