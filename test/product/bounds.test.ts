// Where the policy allows it, people decide on the bounds of a plan, and what runs is its exact offsets within them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { DEMO, NO_WAITING, type Product, startProduct, textOf, viewText } from '../support/product.ts'

const TIMES = 'FetchMessageListByTimestamp'
const BUSY = { kind: 'code', code: 'RequestLimitExceeded', message: 'too many' } as const
const HOUR_MS = 3_600_000
/** What the core decides there is held by test/request/settling.test.ts. */
const LONG = { tags: ['long'], timeout: 60_000 }

let product: Product
let folder: string
let aheadMs = 0

const policy = (more: string) => `
version: 1
rules:
  - name: orders
    approve: [{ from: U0BOB }]
    limits: [{ above: { skips: 0 }, type-group: true }]
    ${more}
`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rewind-bounds-'))
  const file = join(folder, 'policy.yml')
  writeFileSync(file, policy('decide-on-bounds: true'))
  const env = { POLICY_FILE: file, APPROVERS: '', ...NO_WAITING }
  product = await startProduct({ env, clock: () => Date.now() + aheadMs })
})
afterAll(async () => {
  await product.stop()
  rmSync(folder, { recursive: true, force: true })
})
/** Where the group stood before any of them. */
let stood: readonly (bigint | null)[] = []
beforeEach(() => {
  product.ckafka.inject(TIMES, BUSY, Number.POSITIVE_INFINITY)
  if (stood.length === 0) stood = committed()
  for (const [partition, offset] of stood.entries()) {
    if (offset !== null) product.ckafka.cluster.commit(DEMO.group, 'shipments', partition, offset)
  }
})

const committed = () =>
  product.ckafka.cluster
    .positions(DEMO.instance, DEMO.group)
    .filter(({ topic }) => topic === 'shipments')
    .map(each => each.committed)

/** As long as the API says that it is busy, none of the exact offsets is known. */
async function askOnBounds(): Promise<string> {
  const hourAgo = new Date(Date.now() - HOUR_MS).toISOString().slice(0, 19)
  const { instance, group } = DEMO
  await product.ask(
    `--instance ${instance} --group ${group} --topic shipments --to-datetime ${hourAgo}Z --reason why`,
  )
  const card = textOf(product.card())
  expect(card).toMatch(/Replays at most [\d,]+ messages and skips at most [\d,]+ messages, on 6 partitions/)
  expect(card).toContain('and only within its log as of this plan')
  expect(card).toContain('The exact offsets are being read')
  expect(card).toContain('Whoever approves it has to type the group’s name')
  return /R-\d+/.exec(card)?.[0] ?? ''
}

it('are approved, and the exact offsets within them are written and proven', async () => {
  const id = await askOnBounds()
  expect(viewText(await product.openReview(product.bob))).toContain('replays at most')
  await product.bob.closeView(true)
  await product.review(product.bob, 'Approve')
  await product.cardSays('approved, exact offsets being read')
  await product.cardSays('It runs once they are known.')
  expect(product.callsToReset()).toBe(0)
  product.ckafka.clearFaults()
  await product.cardSays('· done', 20_000)
  const bounds = await product.csv(`${id}-plan-1.csv`)
  const exact = await product.csv(`${id}-plan-2.csv`)
  expect(bounds.map(row => row[5])).toEqual(Array(6).fill(''))
  for (const [index, row] of exact.entries()) {
    const [start, end] = (bounds[index] ?? []).slice(10).map(Number)
    expect(Number(row[5])).toBeGreaterThanOrEqual(start ?? Number.NaN)
    expect(Number(row[5])).toBeLessThanOrEqual(end ?? Number.NaN)
    expect(Number(row[7])).toBeLessThanOrEqual(Number(bounds[index]?.[7]))
  }
  expect(committed().map(String)).toEqual(exact.map(row => row[5]))
  await product.threadSays('6 partitions succeeded')
}, 60_000)

it('are not kept to by a log that has gone on past them: nothing is written, and a new plan needs a new decision', async () => {
  await askOnBounds()
  const before = [committed(), product.callsToReset()]
  await product.review(product.bob, 'Approve')
  await product.cardSays('approved, exact offsets being read')
  const { cluster } = product.ckafka
  const end = cluster.logs(DEMO.instance, 'shipments')[0]?.end ?? 0n
  cluster.produce('shipments', 0, 100)
  cluster.truncate('shipments', 0, end + 50n)
  product.ckafka.clearFaults()
  await product.threadSays('noticed when the exact offsets were read', 20_000)
  await product.threadSays('outside its log when planned')
  await product.cardSays('needs 1 approval', 20_000)
  expect([committed(), product.callsToReset()]).toEqual(before)
  await product.alice.press(product.card(), 'Cancel Request')
}, 60_000)

it('become exact after the process that read them is gone', LONG, async () => {
  const id = await askOnBounds()
  await product.review(product.bob, 'Approve')
  await product.cardSays('approved, exact offsets being read')
  await product.rewind.stop()
  product.ckafka.clearFaults()
  const calls = product.callsToReset()
  await product.startAnother()
  expect(textOf(product.card())).toContain('approved, exact offsets being read')
  // So long whoever has begun with it is waited for.
  aheadMs += 31_000
  await product.cardSays('· done', 20_000)
  expect(product.callsToReset()).toBe(calls + 1)
  expect(committed().map(String)).toEqual((await product.csv(`${id}-plan-2.csv`)).map(row => row[5]))
})

it('do not count any more once the policy does not allow it', LONG, async () => {
  await askOnBounds()
  await product.review(product.bob, 'Approve')
  await product.cardSays('approved, exact offsets being read')
  writeFileSync(join(folder, 'policy.yml'), policy(''))
  await product.cardSays('needs 1 approval', 20_000)
  const calls = product.callsToReset()
  product.ckafka.clearFaults()
  await product.cardSays('Exact offsets: messages that arrive later are not affected', 20_000)
  expect(product.callsToReset()).toBe(calls)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 20_000)
})
