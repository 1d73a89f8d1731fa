// After an execution: putting it back, and trying again what failed. Each is a request of its own, with its own approval.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import type { Person } from '../../src/sandbox/slack/face.ts'
import { NO_WAITING, OPS, type Product, startProduct, textOf, until, viewText } from '../support/product.ts'

const INSTANCE = 'ckafka-undo0001'
const SCENES = [
  'exact',
  'held',
  'moved',
  'expired',
  'fresh',
  'shared',
  'mixed',
  'failed',
  'whole',
  'none',
  'twice',
]

/** For each scene a group of its own, with a topic of three partitions and one (`…-b`) of one. */
function sceneSeed(): ClusterSeed {
  const log = (start: bigint) => ({
    start,
    end: 5_000n,
    written: [{ fromOffset: start, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  })
  const topics = SCENES.flatMap(name => [
    { name, partitions: [log(0n), log(0n), log(3_900n)] },
    { name: `${name}-b`, partitions: [log(0n)] },
  ])
  const groups = SCENES.map(name => ({
    name: `${name}.reader`,
    commits: { [name]: [4_000n, 4_111n, 4_222n], [`${name}-b`]: [name === 'fresh' ? null : 4_000n] },
  }))
  for (const group of groups)
    if (group.name === 'shared.reader') group.commits.shared = [4_000n, 4_000n, 4_000n]
  return { instances: [{ id: INSTANCE, name: 'undo', topics, groups }] }
}

let product: Product
const cluster = () => product.ckafka.cluster
const committed = (name: string, topic = name) =>
  cluster()
    .positions(INSTANCE, `${name}.reader`, [topic])
    .map(position => position.committed)
const requestId = () => /R-\d+/.exec(textOf(product.card()))?.[0] ?? ''

/** Asked for, approved and carried out. Returns its number. */
async function run(name: string, flags: string, topics = name, end = '· done'): Promise<string> {
  await product.ask(
    `--instance ${INSTANCE} --group ${name}.reader --topic ${topics} ${flags} --reason "wrong VAT rate"`,
  )
  await product.review(product.bob, 'Approve')
  await product.cardSays(end)
  return requestId()
}

/** Presses the button on the newest card, sends the form with a reason for an undo, and waits for the plan of the new request. */
async function followUp(person: Person, button: string): Promise<string> {
  const before = product.slack.messages(OPS).length
  await person.press(product.card(), button)
  const view = await person.waitForView()
  if (view.title.text.startsWith('Undo')) await person.fill('reason', 'It was the wrong group')
  expect((await person.submit()).kind).toBe('closed')
  await until(() => product.slack.messages(OPS).length > before)
  await product.cardSays('waiting for approval')
  return viewText(view)
}

/** A card by its message, as it reads now. */
function cardOf(ts: string): string {
  const found = product.slack.messages(OPS).find(message => message.ts === ts)
  if (found === undefined) throw new Error('The card is gone.')
  return textOf(found)
}

async function approve(): Promise<void> {
  await product.review(product.carol, 'Approve')
  await product.cardSays(/· (done|partly done|failed)/)
}

async function toldOnly(person: Person, button: string, words: string): Promise<void> {
  const before = product.slack.messages(OPS).length
  await person.press(product.card(), button)
  await until(() => person.ephemerals().some(message => textOf(message).includes(words)))
  expect(person.view()).toBeUndefined()
  expect(product.slack.messages(OPS)).toHaveLength(before)
}

afterEach(async () => {
  cluster().heal()
  product.ckafka.clearFaults()
  for (const person of [product.alice, product.bob, product.carol, product.dave]) {
    while (person.view() !== undefined) await person.closeView(true)
  }
})

describe('with API 3.0', () => {
  beforeAll(async () => {
    product = await startProduct({ seed: sceneSeed(), env: NO_WAITING })
  })
  afterAll(() => product.stop())

  it('an undo puts every partition back to the digit, and says before what it skips', async () => {
    const before = committed('exact')
    const parent = await run('exact', '--shift-by -1000')
    expect(committed('exact')).not.toEqual(before)
    const old = product.card()
    const parentCard = () => {
      const found = product.slack.messages(OPS).find(({ ts }) => ts === old.ts)
      if (found === undefined) throw new Error('The first card is gone.')
      return found
    }
    const form = await followUp(product.alice, 'Prepare Undo')
    expect(form).toMatch(new RegExp(`Puts back what ${parent} moved: .*3 partitions`))
    const card = textOf(product.card())
    expect(card).toContain(`Undo of ${parent}`)
    // 1 000 and 1 000, and 322 where the log had ended.
    expect(card).toContain('Skips 2,322 messages on 3 partitions. Replays none.')
    expect(card).toContain(`When planned, every partition was still where ${parent} left it.`)
    expect(card).toContain('It was the wrong group')
    await approve()
    await product.threadSays('3 partitions succeeded')
    expect(committed('exact')).toEqual(before)
    // The card of what was undone says so, and offers it no more; an older copy of it finds nothing left.
    await until(
      () =>
        textOf(parentCard()).includes(`${requestId()} (`) &&
        textOf(parentCard()).includes('undid this reset.'),
    )
    expect(textOf(parentCard())).not.toContain('Prepare Undo')
    expect(JSON.stringify(parentCard().blocks)).toContain(`/p${product.card().ts.replace('.', '')}`)
    const shown = product.slack.messages(OPS).length
    await product.dave.press(old, 'Prepare Undo')
    await until(() =>
      product.dave.ephemerals().some(each => textOf(each).includes(`undid ${parent} already`)),
    )
    expect(product.slack.messages(OPS)).toHaveLength(shown)
  })

  it('an undo needs an approval of its own, and not that of who asked for it', async () => {
    await run('held', '--shift-by -100')
    const calls = product.callsToReset()
    await followUp(product.bob, 'Prepare Undo')
    expect(textOf(product.card())).toContain('@bob asks to reset')
    await product.bob.press(product.card(), 'Review')
    await until(() => product.bob.ephemerals().some(message => textOf(message).includes('yourself')))
    expect(product.callsToReset()).toBe(calls)
    await approve()
    expect(committed('held')).toEqual([4_000n, 4_111n, 4_222n])
  })

  it('an undo says how many partitions have moved on since, and sets those back as well', {
    tags: ['long'],
  }, async () => {
    const parent = await run('moved', '--shift-by -100')
    cluster().consume('moved.reader', 'moved', 0, 40)
    await followUp(product.alice, 'Prepare Undo')
    expect(textOf(product.card())).toContain(`1 partition moved on since ${parent} ran`)
    await approve()
    expect(committed('moved')).toEqual([4_000n, 4_111n, 4_222n])
  })

  it('an undo of a position that has expired is held back at the log’s start, and says so', {
    tags: ['long'],
  }, async () => {
    await run('expired', '--to-latest')
    cluster().truncate('expired', 0, 4_500n)
    await followUp(product.alice, 'Prepare Undo')
    expect(textOf(product.card())).toContain(
      'The target of 1 partition is the log’s start, because the log holds nothing older',
    )
    await approve()
    await product.threadSays('2 partitions succeeded · 1 clamped')
    expect(committed('expired')).toEqual([4_500n, 4_111n, 4_222n])
  })

  it('a first commit cannot be taken back, and the rest can', { tags: ['long'] }, async () => {
    await run('fresh', '--to-earliest', 'fresh fresh-b')
    const form = await followUp(product.alice, 'Prepare Undo')
    expect(form).toContain('What cannot be put back')
    expect(form).toContain('fresh-b: 1 partition cannot go back')
    await approve()
    expect(committed('fresh')).toEqual([4_000n, 4_111n, 4_222n])
    expect(committed('fresh', 'fresh-b')).toEqual([0n])
  })

  it('an undo can be undone', { tags: ['long'] }, async () => {
    await run('twice', '--shift-by -50')
    const first = product.card().ts
    const after = committed('twice')
    // Two who send it at once have one request: the other is told which.
    const parent = requestId()
    const both = [product.alice, product.dave]
    for (const person of both) {
      await person.press(product.card(), 'Prepare Undo')
      await person.waitForView()
      await person.fill('reason', 'It was the wrong group')
    }
    const sent = await Promise.all(both.map(person => person.submit()))
    await until(() => textOf(product.card()).includes(`Undo of ${parent}`))
    await product.cardSays('waiting for approval')
    const undo = requestId()
    expect(sent.filter(({ kind }) => kind === 'closed')).toHaveLength(1)
    const other = both.find((_person, index) => sent[index]?.kind !== 'closed')
    const told = `${undo} is an open request to undo ${parent}. Use that one, or wait until it has ended.`
    expect(JSON.stringify([sent, other?.view()])).toContain(told)
    await other?.closeView(true)
    await approve()
    await followUp(product.alice, 'Prepare Undo')
    expect(textOf(product.card())).toContain(`Undo of ${undo}`)
    await approve()
    expect(committed('twice')).toEqual(after)
    // The first holds again: its card says so, and offers its undo once more.
    await until(() => cardOf(first).includes(`undid this reset; ${requestId()} (`))
    expect(cardOf(first)).toContain(
      `has undone that since: the offsets went back to where they were before ${undo}.`,
    )
    expect(cardOf(first)).toContain('Prepare Undo')
  })

  it('a retry holds just the partitions that failed, at the offsets that were planned', async () => {
    cluster().failPartition('failed', 1, 6, 'not the leader')
    const parent = await run('failed', '--shift-by -100', 'failed failed-b', '· partly done')
    cluster().heal()
    const old = product.card()
    const form = await followUp(product.alice, 'Retry What Failed')
    expect(form).toMatch(new RegExp(`Tries again what ${parent} did not do: .*1 partition`))
    expect(textOf(product.card())).toContain(`Retry of ${parent}`)
    await until(() => cardOf(old.ts).includes('is an open request to retry what failed.'))
    expect(cardOf(old.ts)).not.toContain('Retry What Failed')
    await product.dave.press(old, 'Retry What Failed')
    await until(() =>
      product.dave
        .ephemerals()
        .some(each => textOf(each).includes('Use that one, or wait until it has ended.')),
    )
    const rows = await product.csv(`${requestId()}-plan-1.csv`)
    expect(rows.map(([, , topic, partition, from, to]) => [topic, partition, from, to])).toEqual([
      ['failed', '1', '4111', '4011'],
    ])
    await approve()
    await product.threadSays('1 partition succeeded')
    expect(committed('failed')).toEqual([3_900n, 4_011n, 4_122n])
    await until(() => cardOf(old.ts).includes('retried what failed, and all of it is done now.'))
    expect(cardOf(old.ts)).not.toContain('Retry What Failed')
    expect(cluster().effects('failed.reader').at(-1)?.written).toEqual([
      { topic: 'failed', partition: 1, from: 4_111n, to: 4_011n },
    ])
  })
})

describe('with API 2.0', () => {
  beforeAll(async () => {
    product = await startProduct({ dialect: 'v2', seed: sceneSeed(), env: NO_WAITING })
  })
  afterAll(() => product.stop())

  it('a shift that nothing has held back can be undone by the same shift', async () => {
    const before = committed('exact')
    const parent = await run('exact', '--shift-by -100')
    await followUp(product.alice, 'Prepare Undo')
    expect(textOf(product.card())).toContain(`Undo of ${parent}`)
    expect(textOf(product.card())).toContain('forward by 100 messages per partition (skips them)')
    expect(textOf(product.card())).toContain('Skips at most 300 messages on 3 partitions')
    await approve()
    expect(committed('exact')).toEqual(before)
  })

  it('a topic whose partitions shared one offset can be put back to that', { tags: ['long'] }, async () => {
    await run('shared', '--to-earliest')
    await followUp(product.alice, 'Prepare Undo')
    expect(textOf(product.card())).toContain('to offset 4,000')
    await approve()
    expect(committed('shared')).toEqual([4_000n, 4_000n, 4_000n])
  })

  it('a shift that the log has held back cannot be, and it says why', { tags: ['long'] }, async () => {
    const parent = await run('held', '--shift-by -1000')
    await toldOnly(product.alice, 'Prepare Undo', `${parent} cannot be undone exactly`)
    await toldOnly(product.alice, 'Prepare Undo', 'its partitions had different offsets')
  })

  it('nor can anything else that stood at several offsets; what can be is offered beside it', {
    tags: ['long'],
  }, async () => {
    await run('mixed', '--to-earliest', 'mixed mixed-b')
    const form = await followUp(product.alice, 'Prepare Undo')
    expect(form).toContain('mixed: its partitions had different offsets')
    expect(form).toMatch(/to offset 4,000.*Topics: mixed-b/)
    await approve()
    expect(committed('mixed', 'mixed-b')).toEqual([4_000n])
    expect(committed('mixed')).toEqual([0n, 0n, 3_900n])
  })

  it('a retry holds just the topic that failed', { tags: ['long'] }, async () => {
    cluster().failTopic('failed-b', 6, 'not the leader')
    const parent = await run('failed', '--shift-by -100', 'failed failed-b', '· partly done')
    cluster().heal()
    await followUp(product.alice, 'Retry What Failed')
    expect(textOf(product.card())).toContain(`Retry of ${parent}`)
    expect(textOf(product.card())).toContain('Topics: failed-b')
    await approve()
    expect(committed('failed', 'failed-b')).toEqual([3_900n])
    expect(committed('failed')).toEqual([3_900n, 4_011n, 4_122n])
  })

  it('a part of a topic cannot be shifted again, and it says why', { tags: ['long'] }, async () => {
    cluster().failPartition('whole', 1, 6, 'not the leader')
    const parent = await run('whole', '--shift-by -100', 'whole', '· partly done')
    cluster().heal()
    await toldOnly(product.alice, 'Retry What Failed', `${parent} cannot be tried again exactly`)
    await toldOnly(product.alice, 'Retry What Failed', 'would move the rest twice')
  })
})
