// What a plan promises before anybody decides, what it asks of those who do, and that just this is carried out.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PartitionSeed } from '../../src/sandbox/cluster/log.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
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
import { startInTurn } from '../support/scenes.ts'

let product: Product

const HOUR = 3_600_000
const asking = (flags: string) => `--instance ${DEMO.instance} --group ${DEMO.group} ${flags} --reason why`
const positions = (group: string = DEMO.group) => product.ckafka.cluster.positions(DEMO.instance, group)
const committedOn = (topic: string, group?: string) =>
  positions(group)
    .filter(position => position.topic === topic)
    .map(({ committed }) => committed)

/** A message a second from `hoursAgo` on, the last one `quietHours` ago. */
function written(hoursAgo: number, quietHours: number): PartitionSeed {
  const end = BigInt((hoursAgo - quietHours) * 3_600)
  return { start: 0n, end, written: [{ fromOffset: 0n, atMs: Date.now() - hoursAgo * HOUR, everyMs: 1_000 }] }
}

function planSeed() {
  const seed = demoSeed(Date.now())
  const [instance] = seed.instances
  instance?.topics.push(
    { name: 'fresh', partitions: [written(6, 0), written(6, 0)] },
    { name: 'quiet', partitions: [written(6, 0), written(6, 3)] },
  )
  const commits = { fresh: [100n, 100n], quiet: [100n, 100n] }
  instance?.groups.push({ name: 'timed', commits }, { name: 'fresh-reader', commits: { fresh: [7n, 900n] } })
  return seed
}

describe('with API 3.0', () => {
  beforeAll(async () => {
    product = await startProduct({ seed: planSeed(), env: NO_WAITING })
  })
  afterAll(() => product.stop())
  afterEach(async () => {
    for (const person of [product.alice, product.bob, product.carol]) {
      while (person.view() !== undefined) await person.closeView(true)
    }
  })

  it('is exact on the card, and the CSV in the thread holds every partition', async () => {
    await product.ask(asking('--topic shipments --shift-by -1000'))
    const card = textOf(product.card())
    expect(card).toMatch(/Replays 5,090 messages on 6 partitions/)
    expect(card).not.toContain('at most')
    expect(card).toContain('The target of 1 partition is the log’s start')
    const [request = ''] = /R-\d+/.exec(card) ?? []
    const planned = positions().filter(({ topic }) => topic === 'shipments')
    const rows = await product.csv(`${request}-plan-1.csv`)
    expect(
      rows.map(([instance, group, topic, partition, from]) => [instance, group, topic, partition, from]),
    ).toEqual(
      planned.map(({ partition, committed }) => [
        DEMO.instance,
        DEMO.group,
        'shipments',
        `${partition}`,
        `${committed}`,
      ]),
    )
    expect(rows.map(row => row[5])).toEqual(
      planned.map(({ committed, logStart }) => {
        const to = (committed ?? 0n) - 1_000n
        return `${to < logStart ? logStart : to}`
      }),
    )
    await product.alice.press(product.card(), 'Cancel Request')
  })

  it('writes exactly what was approved, even when the log has grown since', async () => {
    await product.ask(asking('--topic payments --to-latest'))
    const planned = product.ckafka.cluster.logs(DEMO.instance, 'payments').map(({ end }) => end)
    for (const partition of [0, 1, 2]) product.ckafka.cluster.produce('payments', partition, 500)
    await product.openReview(product.bob)
    await product.bob.waitForView(view => viewText(view).includes('The logs have grown since the plan'))
    await product.bob.closeView()
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committedOn('payments')).toEqual(planned)
  })

  it('touches only the partitions that were named', async () => {
    const before = committedOn('orders')
    await product.ask(asking('--topic orders:1,3 --shift-by -100'))
    expect(textOf(product.card())).toContain('orders (partitions 1, 3)')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    await product.threadSays('2 partitions succeeded')
    expect(committedOn('orders')).toEqual(
      before.map((offset, partition) => (partition % 2 === 1 && offset !== null ? offset - 100n : offset)),
    )
  })

  it('goes to where another group is', { tags: ['long'] }, async () => {
    await product.ask(
      `--instance ${DEMO.instance} --group timed --topic fresh --to-group fresh-reader --reason why`,
    )
    expect(textOf(product.card())).toContain('to where fresh-reader is')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committedOn('fresh', 'timed')).toEqual([7n, 900n])
  })

  async function askWithFile(content: string): Promise<void> {
    const { alice } = product
    const before = product.slack.messages(OPS).length
    await alice.command(OPS, `/reset-offsets ${asking('--from-file')}`)
    await alice.waitForView()
    await alice.attach('File of offsets', { name: 'offsets.csv', content })
    expect((await alice.submit()).kind).toBe('closed')
    await until(() => product.slack.messages(OPS).length > before)
    await product.cardSays('waiting for approval')
  }

  it('takes the offsets of an attached CSV, as the Kafka tool exports it', async () => {
    await askWithFile('orders,0,810001\norders,2,803003\n')
    expect(textOf(product.card())).toContain('to the offsets of a file (2 partitions)')
    const before = committedOn('orders')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committedOn('orders')).toEqual([810_001n, before[1], 803_003n, before[3]])
  })

  it('takes a plan’s own CSV as it lies in the thread', async () => {
    await product.ask(asking('--topic shipments --shift-by -10'))
    const [first = ''] = /R-\d+/.exec(textOf(product.card())) ?? []
    await product.csv(`${first}-plan-1.csv`)
    await product.alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
    const file = product.slack.files().find(({ name }) => name === `${first}-plan-1.csv`)
    await askWithFile(file?.content.toString('utf8') ?? '')
    expect(textOf(product.card())).toContain('Replays 60 messages on 6 partitions')
    const before = committedOn('shipments')
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    expect(committedOn('shipments')).toEqual(before.map(offset => (offset ?? 0n) - 10n))
  })

  const toTime = (msAgo: number) =>
    `--to-datetime ${new Date(Date.now() - msAgo).toISOString().slice(0, 19)}Z`
  const timed = (flags: string) =>
    `--instance ${DEMO.instance} --group timed --topic quiet ${flags} --reason why`

  it('refuses a time past the newest message, with the partitions where it would jump', async () => {
    await product.ask(timed(toTime(HOUR)))
    await product.cardSays('· failed')
    expect(textOf(product.card())).toContain(
      'partition 1 of quiet: it would skip to the end there, past 10,700 messages',
    )
    expect(product.ckafka.cluster.effects('timed').some(({ topics }) => topics.includes('quiet'))).toBe(false)
  })

  it('goes there all the same where skipping to the end is meant, and says on which partitions', {
    tags: ['long'],
  }, async () => {
    await product.ask(timed(`${toTime(HOUR)} --allow-skip-to-end`))
    expect(textOf(product.card())).toContain(
      'this partition would jump to the end: partition 1 of quiet. That skips 10,700 messages.',
    )
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done')
    const [first, second] = committedOn('quiet', 'timed')
    expect(Math.abs(Number(first) - 5 * 3_600)).toBeLessThan(60)
    expect(second).toBe(10_800n)
  })

  it('refuses a time in the future on its own field', async () => {
    const { alice } = product
    await alice.command(OPS, `/reset-offsets ${timed(toTime(-HOUR))}`)
    await alice.waitForView()
    expect(await alice.submit()).toMatchObject({
      kind: 'errors',
      errors: { field_timeSeconds: expect.stringContaining('in the future') },
    })
  })

  it('asks for the group’s name where many messages are skipped, and takes no other', async () => {
    await product.ask(asking('--topic shipments --shift-by 300'))
    expect(textOf(product.card())).toContain('Whoever approves it has to type the group’s name')
    const { bob } = product
    await product.openReview(bob)
    await bob.fill('Decision', 'Approve')
    for (const typed of ['', 'orders-biling']) {
      if (typed !== '') await bob.fill('typed_group', typed)
      expect(await bob.submit()).toMatchObject({
        kind: 'errors',
        errors: { typed_group: expect.any(String) },
      })
    }
    expect(product.ckafka.cluster.effects(DEMO.group).at(-1)?.how).not.toMatchObject({ shift: 300n })
    await bob.fill('typed_group', DEMO.group)
    expect((await bob.submit()).kind).toBe('closed')
    await product.cardSays('· done')
  })

  it('asks nothing more where few are skipped', { tags: ['long'] }, async () => {
    await product.ask(asking('--topic orders:0 --shift-by 300'))
    const view = await product.openReview(product.bob)
    expect(viewText(view)).not.toContain(' to approve')
  })
})

describe('with API 2.0', () => {
  afterEach(() => product.stop())

  it('is a bound, and the card says so', async () => {
    product = await startProduct({ dialect: 'v2' })
    await product.ask(asking('--topic shipments --shift-by -1000'))
    expect(textOf(product.card())).toMatch(/Replays at most 6,000 messages on 6 partitions/)
    expect(textOf(product.card())).toContain('CKafka works the offsets out when it runs')
    expect((await product.csv('R-1-plan-1.csv')).map(row => row[8])).toEqual(Array(6).fill('bound'))
    await product.review(product.bob, 'Approve')
    await product.threadSays('5 partitions succeeded · 1 clamped')
  })

  it('is unknown for a time, and never less than what happens', async () => {
    product = await startProduct({ dialect: 'v2', seed: planSeed() })
    const time = new Date(Date.now() - 2 * HOUR).toISOString().slice(0, 19)
    await product.ask(
      `--instance ${DEMO.instance} --group timed --topic fresh --to-datetime ${time}Z --reason why`,
    )
    expect(textOf(product.card())).toContain('Unknown before it runs')
    await product.review(product.bob, 'Approve')
    await product.threadSays('2 partitions succeeded')
    const [row] = await product.csv('R-1-plan-1.csv')
    const skipped = Number(committedOn('fresh', 'timed')[0]) - 100
    expect(skipped).toBeGreaterThan(0)
    expect(Number(row?.[7])).toBeGreaterThanOrEqual(skipped)
  })

  it('refuses partitions, another group and a file, which it cannot express', async () => {
    product = await startProduct({ dialect: 'v2' })
    await product.alice.command(OPS, `/reset-offsets ${asking('--topic orders:1 --to-group orders-audit')}`)
    const text = viewText(await product.alice.waitForView())
    expect(text).toContain('API 2.0 resets whole topics')
    expect(text).toContain('API 2.0 sends one number for all partitions')
  })
})

it.concurrent('a time of 3.0 is asked partition by partition at a call a second, and the card shows how far that is', {
  tags: ['long'],
  timeout: 60_000,
}, async ({ onTestFinished }) => {
  const product = await startInTurn()
  onTestFinished(() => product.stop())
  const seen: string[] = []
  const stop = product.slack.onChange(() => seen.push(...product.slack.messages(OPS).map(textOf)))
  const hourAgo = new Date(Date.now() - HOUR).toISOString().slice(0, 19)
  await product.ask(asking(`--topic shipments --to-datetime ${hourAgo}Z`))
  stop()
  expect(seen.join('\n')).toMatch(/Preparing the plan: \d of 7 reads done/)
  // What cannot be exceeded is there before the plan is, and is not exceeded.
  const numberIn = (words: RegExp, text: string) => Number(words.exec(text)?.[1]?.replaceAll(',', ''))
  const bound = /skips at most ([\d,]+) messages\. The exact offset is known for [0-5] of the 6 partitions/
  const skips = numberIn(/Skips ([\d,]+) messages/, textOf(product.card()))
  expect(numberIn(bound, seen.join('\n'))).toBeGreaterThanOrEqual(skips)
  expect(textOf(product.card())).not.toContain('at most')
  expect(product.ckafka.calls('FetchMessageListByTimestamp')).toHaveLength(6)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done')
  expect(product.ckafka.calls('FetchMessageListByTimestamp')).toHaveLength(6)
})

it.concurrent('takes two approvers where very many messages are skipped, and no approver twice', async ({
  onTestFinished,
}) => {
  const product = await startInTurn({ env: { SKIPS_TWO_APPROVERS_ABOVE: '1000' } })
  onTestFinished(() => product.stop())
  await product.ask(asking('--topic shipments --shift-by 300'))
  await product.cardSays('0 of 2')
  await product.review(product.bob, 'Approve')
  await product.threadSays('@bob approved R-1 (1 of 2 approvals)')
  await product.cardSays('so far by @bob')
  expect(textOf(product.card())).toContain('waiting for approval')
  await product.bob.press(product.card(), 'Review')
  await until(() =>
    product.bob.ephemerals().some(message => textOf(message).includes('You have approved R-1')),
  )
  expect(product.callsToReset()).toBe(0)
  await product.review(product.carol, 'Approve')
  await product.cardSays('· done')
  expect(textOf(product.card())).toContain('Approved by @bob and @carol')
})
