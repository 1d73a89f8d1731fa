// The whole product with AUDIT_KEY: everything that it does holds under the key, and what somebody wrote into Redis is told
// and never run.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, expect, inject, it } from 'vitest'
import { createWorkQueue } from '../../src/adapters/bullmq/work-queue.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { requestIdSchema } from '../../src/request/request.ts'
import { createSeals } from '../../src/request/seals.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { verifyLines } from '../../src/trail-file/verify.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, textOf, until } from '../support/product.ts'

const KEY = randomUUID() + randomUUID()
const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
if (redis.status !== 'ready') await once(redis, 'ready')

let product: Product
afterEach(() => product.stop())

async function verified(keys: [string, ...string[]] | null) {
  const store = createRedisStore(redis, product.prefix)
  async function* chunks() {
    for await (const some of createAuditExport(store).lines()) yield Buffer.from(some)
  }
  return verifyLines(chunks(), keys === null ? null : createSeals(keys, product.prefix))
}

/** Two writes, as they were done: the record says that bob approved it, and a job is put on the queue. */
async function forgeApproval(id: string): Promise<void> {
  const key = `{${product.prefix}}:request:${id}`
  // What is owed is paid: whoever has the record in hand would write over what is forged.
  const isCalm = ({ posts, cardRevision, revision }: Record<string, unknown>) =>
    (posts as Record<string, { state: string }>)['note-0']?.state === 'posted' && cardRevision === revision
  await until(async () => isCalm(JSON.parse((await redis.hget(key, 'json')) ?? '')))
  const record = JSON.parse((await redis.hget(key, 'json')) ?? '')
  const decision = { verdict: 'approve', by: 'U0BOB', note: '', atMs: Date.now(), fills: [0] }
  record.state = {
    ...{ name: 'approved', decision, attempt: 1, notBeforeMs: 0, lastCause: null, wait: null },
    dispatch: { number: 1, seenAtMs: Date.now(), lost: 0 },
  }
  record.votes = [decision]
  await redis.hset(key, 'json', JSON.stringify(record))
  const connection = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  const queue = createWorkQueue({ connection, prefix: product.prefix, onError: () => {} })
  await queue.enqueue(requestIdSchema.parse(id), 1, 0)
  await queue.close()
}

it.each([
  ['without a key', null, 'story'],
  ['with a key', KEY, 'changed'],
] as const)(
  '%s a forged approval runs nothing, and card and thread say why, in their language',
  async (_, key, why) => {
    const language: Record<string, string> = key === null ? {} : { LANGUAGE: 'zh' }
    product = await startProduct({
      env: { ...NO_WAITING, ...(key === null ? {} : { AUDIT_KEY: key }), ...language },
    })
    await product.ask(ASK)
    await forgeApproval('R-1')
    const says = key === null ? 'Its record does not verify' : '这个申请的记录无法通过核验'
    await product.threadSays(says)
    await product.cardSays(says)
    expect(product.callsToReset()).toBe(0)
    const unverified = () => product.events.filter(({ event }) => event === 'unverified')
    expect(unverified()).toMatchObject([{ requestId: 'R-1', why }])
    // Once: whatever comes later finds it ended.
    const said = product.events.length
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(unverified()).toHaveLength(1)
    expect(product.events.length - said).toBeLessThan(6)
    const outcome = await verified(key === null ? null : [key])
    expect(outcome).toMatchObject({ ok: false, problem: expect.stringContaining('R-1: event') })
  },
)

it('with a key all that is done verifies under it, through a reset and its undo, and only under it', async () => {
  product = await startProduct({ env: { ...NO_WAITING, AUDIT_KEY: KEY } })
  await product.ask(ASK)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 20_000)
  await product.alice.press(product.card(), 'Prepare Undo')
  await product.alice.waitForView()
  await product.alice.fill('reason', 'It was the wrong group')
  await product.alice.submit()
  await until(() => textOf(product.card()).includes('R-2'))
  await product.cardSays(/^(?![\s\S]*being planned)/, 20_000)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 20_000)
  expect(product.slack.messages(OPS).length).toBeGreaterThan(1)
  expect(product.events.filter(({ event }) => event === 'fault' || event === 'unverified')).toEqual([])
  expect(await verified([KEY])).toMatchObject({
    ok: true,
    totals: { requests: 2 },
    remarks: { unsealed: 0, notChecked: 0, otherRules: 0, noRecord: 0 },
  })
  expect(await verified(null)).toMatchObject({ ok: true, remarks: { notChecked: 2 } })
  expect(await verified(['another key, of which nobody has heard'])).toMatchObject({ ok: false })
})
