// What is kept beside a record is shown and gone by only as long as it is what the record stands for: somebody who writes
// into Redis changes the rows of a plan, of a result, and the offsets of a file.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, inject, it } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { createSeals } from '../../src/request/seals.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { verifyLines } from '../../src/trail-file/verify.ts'
import {
  DEMO,
  NO_WAITING,
  OPS,
  type Product,
  startProduct,
  textOf,
  until,
  viewText,
} from '../support/product.ts'

const KEY = randomUUID() + randomUUID()
const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
if (redis.status !== 'ready') await once(redis, 'ready')

let product: Product
afterEach(() => product.stop())

async function isVerified(): Promise<boolean> {
  const store = createRedisStore(redis, product.prefix)
  async function* chunks() {
    for await (const some of createAuditExport(store).lines()) yield Buffer.from(some)
  }
  return (await verifyLines(chunks(), createSeals([KEY], product.prefix))).ok
}

/** One column of each row says something else from now on. */
async function forge(document: string, column: number, value: string): Promise<void> {
  const key = `{${product.prefix}}:documents:R-1`
  await until(async () => (await redis.hexists(key, document)) === 1)
  const rows = JSON.parse((await redis.hget(key, document)) ?? '') as string[]
  const forged = rows.map(row =>
    row
      .split(' ')
      .map((cell, at) => (at === column ? value : cell))
      .join(' '),
  )
  await redis.hset(key, document, JSON.stringify(forged))
}

it.each([
  ['where it goes to', 3, '7'],
  ['what only people read', 9, '987654321'],
])('a plan of which %s was changed is not shown, and nobody can approve it', async (_, column, value) => {
  product = await startProduct({ env: { ...NO_WAITING, AUDIT_KEY: KEY } })
  await product.ask(ASK)
  await forge('plan-1', column, value)
  await product.bob.press(product.card(), 'Review')
  const shown = viewText(await product.bob.waitForView())
  expect(shown).toContain('The stored plan does not match its record')
  expect(shown).not.toContain(value.length > 1 ? value : '→ 7')
  await product.bob.fill('Decision', 'Approve')
  await product.bob.submit()
  expect(viewText(product.bob.view())).toContain('does not match its record, so it cannot be approved')
  expect(product.callsToReset()).toBe(0)
  expect(await isVerified()).toBe(false)
})

it('nor does anybody carry it out without approval, and the refusal is of that act', async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'policy.yml')
  writeFileSync(
    file,
    'version: 1\nrules: [{ name: all, approve: [{ from: U0BOB }], break-glass: [U0ALICE] }]\n',
  )
  product = await startProduct({
    env: { ...NO_WAITING, AUDIT_KEY: KEY, POLICY_FILE: file, APPROVERS: '' },
  })
  const { alice } = product
  await product.ask(ASK)
  await forge('plan-1', 3, '7')
  await alice.press(product.card(), 'Break Glass')
  await alice.waitForView()
  await alice.fill('Why it cannot wait', 'paging')
  await alice.fill('typed_group', DEMO.group)
  await alice.submit()
  expect(viewText(alice.view())).toContain('nor carried out without approval')
  expect(product.events).toContainEqual(
    expect.objectContaining({ event: 'refused', command: 'breakGlass', refusal: 'planNotWhole' }),
  )
  expect(product.callsToReset()).toBe(0)
})

it('no undo is made of a result that was changed, and it says why', async () => {
  product = await startProduct({ env: { ...NO_WAITING, AUDIT_KEY: KEY } })
  await product.ask(ASK)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 20_000)
  await forge('result', 2, '500000')
  await product.alice.press(product.card(), 'Prepare Undo')
  await until(() => product.alice.ephemerals().some(each => textOf(each).includes('no undo is made of it')))
  expect(await isVerified()).toBe(false)
  expect(product.alice.view()).toBe(undefined)
})

it('no plan is made of offsets that are not those that were sent', async () => {
  product = await startProduct({ env: { ...NO_WAITING, AUDIT_KEY: KEY } })
  const { alice, bob, slack } = product
  await alice.command(
    OPS,
    `/reset-offsets --instance ${DEMO.instance} --group ${DEMO.group} --from-file --reason why`,
  )
  const view = await alice.waitForView()
  const label = /"block_id":"([^"]*file[^"]*)"/.exec(JSON.stringify(view.blocks))?.[1] ?? ''
  await alice.attach(label, {
    name: 'a.csv',
    content: 'topic,partition,offset\norders,0,800000\norders,1,788000\n',
  })
  await alice.submit()
  await until(() => slack.messages(OPS).length > 0)
  await product.cardSays(/^(?![\s\S]*being planned)/, 20_000)
  await forge('targets', 2, '500000')
  expect(await isVerified()).toBe(false)
  product.ckafka.cluster.in(DEMO.instance).commit(DEMO.group, 'orders', 0, 801_300n)
  await bob.press(product.card(), 'Review')
  await product.cardSays('the stored offsets are not those that were asked for', 20_000)
  expect(textOf(product.card())).not.toContain('500,000')
})
