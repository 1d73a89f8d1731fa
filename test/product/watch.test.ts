// The watch after a reset, by the whole product: the card follows the group, the thread hears what is worth a person's time,
// and it ends. Hours go by on the test's clock.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { NO_WAITING, type Product, startProduct, textOf, until, viewText } from '../support/product.ts'

const INSTANCE = 'ckafka-watch001'
const SCENES = ['caught-up', 'stuck', 'overwritten', 'other', 'to-the-end', 'in-use', 'away'] as const

const log = {
  start: 0n,
  end: 5_000n,
  written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
}
const seed: ClusterSeed = {
  instances: [
    {
      id: INSTANCE,
      name: 'watch',
      topics: SCENES.map(name => ({ name, partitions: [log, log] })),
      groups: SCENES.map(name => ({ name: `${name}.reader`, commits: { [name]: [4_000n, 4_500n] } })),
    },
  ],
}

let product: Product
let aheadMs = 0
const pass = (seconds: number) => {
  aheadMs += seconds * 1_000
}
const cluster = () => product.ckafka.cluster
const LOOKS = ['DescribeGroupInfo', 'DescribeGroupOffsets']

/** Reset by a thousand messages back. */
async function resetOf(name: (typeof SCENES)[number]): Promise<void> {
  await product.ask(
    `--instance ${INSTANCE} --group ${name}.reader --topic ${name} --shift-by -1000 --reason why`,
  )
  await product.review(product.bob, 'Approve')
  await product.cardSays('Rewind watches the group until')
}

function join(name: string): void {
  cluster().join(`${name}.reader`, { clientId: 'c1', host: '/10.0.0.9', assignment: { [name]: [0, 1] } })
}

function read(name: string, ...counts: number[]): void {
  for (const [partition, count] of counts.entries())
    cluster().consume(`${name}.reader`, name, partition, count)
}

/** Calls that looks make, since the last time. */
let seen = 0
function newCalls(): string[] {
  const calls = product.ckafka.calls().slice(seen)
  seen += calls.length
  return calls.map(({ action }) => action)
}

describe('a group that is watched', () => {
  beforeAll(async () => {
    const env = { ...NO_WAITING, WATCH: '2h' }
    product = await startProduct({ seed, env, clock: () => Date.now() + aheadMs })
  })
  afterAll(() => product.stop())

  it('is back, reads, and has caught up: one line that changes, two replies, two calls a look', async () => {
    await resetOf('caught-up')
    newCalls()
    pass(31)
    await product.cardSays('the group has no members and no offset moves, lag 3,500 messages.')
    expect(newCalls().sort()).toEqual(LOOKS)
    join('caught-up')
    read('caught-up', 200, 200)
    pass(60)
    await product.threadSays('R-1: the consumers are back, seen')
    read('caught-up', 300, 300)
    pass(120)
    await product.cardSays(
      'the group has 1 member, lag 2,500 messages. It reads about 5 messages/s. At this rate',
    )
    const replies = product.threadText()
    read('caught-up', 2_000, 2_000)
    pass(240)
    await product.threadSays('R-1: the group has caught up, seen')
    await product.cardSays('The group has caught up.')
    expect(product.threadText().slice(0, replies.length)).toBe(replies)
    newCalls()
    pass(7_200)
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(newCalls()).toEqual([])

    cluster().leave('caught-up.reader', 'c1')
    await product.ask(
      `--instance ${INSTANCE} --group caught-up.reader --topic caught-up --shift-by -1000 --reason why`,
    )
    await product.cardSays(
      /At the rate seen after R-1 \(\d+ messages\/s read, 0 messages\/s written\) it takes about \d+ (s|min) to catch up\./,
    )
  })

  it('says once which partition does not move', { tags: ['long'] }, async () => {
    await resetOf('stuck')
    join('stuck')
    for (const seconds of [31, 60, 120, 240]) {
      read('stuck', 100, 0)
      pass(seconds)
      await product.cardSays(new RegExp(`lag ${(3_500 - (pastOf('stuck') - 3_000)).toLocaleString('en')}`))
    }
    await product.threadSays(
      'a partition does not move: stuck p1 at 3,500 (lag 1,500). At the same time the group has 1 member.',
    )
    await product.cardSays('Not moving: stuck p1 at 3,500 (lag 1,500).')
    pass(480)
    read('stuck', 100, 0)
    await product.cardSays('lag 3,000')
    expect(product.threadText().match(/does not move/g)).toHaveLength(1)
  })

  it('says that a consumer has committed over it', async () => {
    await resetOf('overwritten')
    cluster().commit('overwritten.reader', 'overwritten', 1, 3_400n)
    pass(31)
    await product.threadSays('the reset no longer holds on 1 partition: overwritten p1 at 3,400.')
    expect(product.threadText()).toContain('@alice')
  })

  it('leaves it to another request that resets the same group', { tags: ['long'] }, async () => {
    await resetOf('other')
    const first = product.card().ts
    pass(31)
    await product.cardSays('no offset moves')
    await resetOf('other')
    pass(61)
    await product.cardSays('no offset moves')
    const card = () => product.slack.messages('C0OPS').find(({ ts }) => ts === first)
    const ended = /The watch ended: R-\d+ is resetting the same group, or has reset it\./
    await until(() => ended.test(textOf(card() ?? product.card())))
  })

  it('is read while its reset waits for a decision: whoever opens it sees how long it takes to catch up', async () => {
    join('in-use')
    await product.ask(
      `--instance ${INSTANCE} --group in-use.reader --topic in-use --shift-by -1000 --reason why`,
    )
    read('in-use', 300, 300)
    pass(50)
    newCalls()
    await product.openReview(product.bob)
    const looked = await product.bob.waitForView(view => viewText(view).includes('this plan is out of date'))
    // 3,500 to read, at 12 a second.
    expect(viewText(looked)).toMatch(
      /At the rate seen in the last 5\d s \((11|12) messages\/s read, 0 messages\/s written\) it takes about 5 min to catch up\./,
    )
    expect(viewText(looked)).not.toContain('is not known')
    expect(newCalls().sort()).toEqual(LOOKS)
    await product.bob.fill('Decision', 'Reject')
    await product.bob.fill('Note', 'no')
    expect((await product.bob.submit()).kind).toBe('closed')
    cluster().leave('in-use.reader', 'c1')
  })

  it('ends with its time: one reply with how it is then, once, and no calls after that', async () => {
    await resetOf('to-the-end')
    pass(31)
    await product.cardSays('the group has no members and no offset moves, lag 3,500 messages.')
    pass(7_170)
    await product.threadSays(
      /R-\d+: the watch is over after 2 h, and the group was not seen to catch up\. As of .+: the group has no members and no offset moves, lag 3,500 messages\./,
    )
    await product.cardSays('The watch is over.')
    newCalls()
    pass(7_200)
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(newCalls()).toEqual([])
    expect(product.threadText().match(/the watch is over/g)).toHaveLength(1)
  })

  it('ends with its time where nobody could look, and asks nobody then', { tags: ['long'] }, async () => {
    await resetOf('away')
    newCalls()
    pass(9_000)
    await product.threadSays(
      'the watch is over. In 2 h Rewind could not look at the group once: what it has done since the reset is not known.',
    )
    expect(newCalls()).toEqual([])
  })
})

function pastOf(name: string): number {
  return Number(cluster().positions(INSTANCE, `${name}.reader`, [name])[0]?.committed ?? 0)
}
