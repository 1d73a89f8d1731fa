// The picture of a plan, from the cluster to the thread and the review; and that nothing else waits for it, or fails with it.
// @module-tag long

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import type { SlackView } from '../../src/sandbox/slack/face.ts'
import { decodePng } from '../browser/png.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, until, viewText } from '../support/product.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct({ env: { ...NO_WAITING, PICTURES: 'on' } })
})
afterAll(() => product.stop())
afterEach(async () => {
  product.slack.clearFaults()
  while (product.bob.view() !== undefined) await product.bob.closeView(true)
})

const asking = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`

/** The files of the message in the thread that has the plan, once it is there. */
async function planFiles() {
  const files = () => product.slack.thread(OPS, product.card().ts).find(({ files }) => files)?.files
  await until(() => files() !== undefined, 20_000)
  return files() ?? []
}

const imageIn = (view: SlackView) => view.blocks.find(({ type }) => type === 'image')
const uploads = () => product.slack.calls('files.getUploadURLExternal')

describe('the picture of a plan', () => {
  it('is in the thread beside the CSV file, says the same in words, and is at the top of the review', async () => {
    await product.ask(asking)
    const id = /R-\d+/.exec(product.card().text)?.[0]
    const [picture, csv] = await planFiles()
    expect([picture?.name, csv?.name]).toEqual([`${id}-plan-1.png`, `${id}-plan-1.csv`])
    const { width, height } = decodePng(picture?.content ?? Buffer.alloc(0))
    expect([width, height > 300]).toEqual([1080, true])
    expect(picture?.alt).toContain(`${id} · Reset ${DEMO.group} to the earliest offset`)
    expect(picture?.alt).toMatch(/Replays [\d,]+ messages on 4 partitions/)
    for (const partition of [0, 1, 2, 3])
      expect(picture?.alt).toMatch(
        new RegExp(`orders p${partition}: [\\d,]+ → [\\d,]+ \\(replays [\\d,]+\\), log [\\d,]+ to [\\d,]+`),
      )

    const view = await product.openReview(product.bob)
    expect(view.blocks.slice(0, 2).map(({ type }) => type)).toEqual(['header', 'image'])
    expect(imageIn(view)).toMatchObject({ slack_file: { id: picture?.id }, alt_text: picture?.alt })
    // What is decided on is there in words as well.
    expect(viewText(view)).toContain('Partition')
    await product.bob.waitForView(({ blocks }) => JSON.stringify(blocks).includes('Right now'))
    expect(imageIn(product.bob.view() as SlackView)).toBeDefined()
  })

  it('is left out where Slack does not take the view with it', async () => {
    await product.ask(asking)
    await planFiles()
    await until(() => product.events.some(each => each.event === 'changed' && each.command === 'posted'))
    product.slack.inject('views.open', { kind: 'error', error: 'invalid_arguments' })
    const view = await product.openReview(product.bob)
    expect(imageIn(view)).toBeUndefined()
    expect(viewText(view)).toContain('Partition')
    await product.bob.waitForView(({ blocks }) => JSON.stringify(blocks).includes('Right now'))
    expect(imageIn(product.bob.view() as SlackView)).toBeUndefined()
  })

  it('is left out where Slack does not take it beside the file', async () => {
    product.slack.inject('files.completeUploadExternal', { kind: 'error', error: 'invalid_arguments' })
    await product.ask(asking)
    expect((await planFiles()).map(({ name }) => name.replace(/^R-\d+/, ''))).toEqual(['-plan-1.csv'])
    expect(imageIn(await product.openReview(product.bob))).toBeUndefined()
  })

  // The claim on it has to run out first.
  it('is there once where the answer of Slack was lost, and is known', { tags: ['long'] }, async () => {
    product.slack.inject('files.completeUploadExternal', { kind: 'cut', afterDoingIt: true })
    const posted = () =>
      product.events.filter(each => each.event === 'posted' && each.key.startsWith('note-')).length
    const before = posted()
    await product.ask(asking)
    const files = await planFiles()
    await until(() => posted() > before, 30_000)
    // Whoever looks for it finds the file, and the picture in the same message.
    await until(async () => {
      const view = await product.openReview(product.bob)
      await product.bob.closeView(true)
      return imageIn(view) !== undefined
    }, 40_000)
    const thread = product.slack.thread(OPS, product.card().ts)
    expect(thread.filter(each => each.files)).toHaveLength(1)
    expect(files).toHaveLength(2)
  })

  it('is missed by nobody where files are refused', async () => {
    product.slack.inject('files.getUploadURLExternal', { kind: 'error', error: 'missing_scope' }, 100)
    const before = uploads().length
    await product.ask(asking)
    await until(() => uploads().length > before)
    const view = await product.openReview(product.bob)
    expect(imageIn(view)).toBeUndefined()
    expect(viewText(view)).toContain('Partition')
    await until(() => product.events.some(each => each.event === 'posted' && each.detail === 'missing_scope'))
    expect(product.threadText()).toBe('')
    expect(product.events.filter(each => each.event === 'fault' && each.where === 'pictures')).toEqual([])
  })
})

describe('the picture of what came after', () => {
  const log = {
    start: 0n,
    end: 5_000n,
    written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  }
  const seed: ClusterSeed = {
    instances: [
      {
        ...{ id: DEMO.instance, name: 'watch' },
        topics: [{ name: 'orders', partitions: [log, log] }],
        groups: ['reader', 'slow'].map(name => ({ name, commits: { orders: [4_000n, 4_500n] } })),
      },
    ],
  }
  let watched: Product
  let aheadMs = 0
  beforeAll(async () => {
    const env = { ...NO_WAITING, PICTURES: 'on', WATCH: '2h' }
    watched = await startProduct({ seed, env, clock: () => Date.now() + aheadMs })
  })
  afterAll(() => watched.stop())

  it('goes with the reply that the group has caught up', async () => {
    const { cluster } = watched.ckafka
    await watched.ask(
      `--instance ${DEMO.instance} --group reader --topic orders --shift-by -1000 --reason why`,
    )
    await watched.review(watched.bob, 'Approve')
    await watched.cardSays('Rewind watches the group until')
    cluster.join('reader', { clientId: 'c1', host: '/10.0.0.9', assignment: { orders: [0, 1] } })
    for (const [seconds, lag] of [
      [31, '3,100'],
      [60, '2,700'],
      [120, '2,300'],
    ] as const) {
      for (const partition of [0, 1]) cluster.consume('reader', 'orders', partition, 200)
      aheadMs += seconds * 1_000
      await watched.cardSays(`lag ${lag}`)
    }
    for (const partition of [0, 1]) cluster.consume('reader', 'orders', partition, 5_000)
    aheadMs += 240_000
    await watched.threadSays('the group has caught up')
    const thread = watched.slack.thread(OPS, watched.card().ts)
    const reply = thread.find(({ text }) => text.includes('the group has caught up'))
    expect(reply?.files?.map(({ name }) => name)).toEqual(['R-1-lag-caughtUp.png'])
    const [file] = reply?.files ?? []
    expect(decodePng(file?.content ?? Buffer.alloc(0)).width).toBe(1080)
    expect(file?.alt).toMatch(/^R-1 · lag of reader since the reset\n4 looks; highest lag 3,500 messages/)
    // What is worth no line is said as ever.
    const back = thread.find(({ text }) => text.includes('the consumers are back'))
    expect(back?.files).toBeUndefined()
    expect(thread.filter(({ text }) => text.includes('the group has caught up'))).toHaveLength(1)
  })

  it('goes with the reply that the time is over, and is not there where there is no line to draw', async () => {
    const { cluster } = watched.ckafka
    await watched.ask(`--instance ${DEMO.instance} --group slow --topic orders --shift-by -1000 --reason why`)
    await watched.review(watched.bob, 'Approve')
    await watched.cardSays('Rewind watches the group until')
    cluster.join('slow', { clientId: 'c1', host: '/10.0.0.9', assignment: { orders: [0, 1] } })
    for (const [seconds, lag] of [
      [31, '3,480'],
      [3_600, '3,460'],
      [3_600, '3,440'],
    ] as const) {
      for (const partition of [0, 1]) cluster.consume('slow', 'orders', partition, 10)
      aheadMs += seconds * 1_000
      await watched.cardSays(`lag ${lag}`)
    }
    await watched.threadSays('R-2: the watch is over after 2 h')
    const thread = watched.slack.thread(OPS, watched.card().ts)
    const reply = thread.find(({ text }) => text.includes('the watch is over'))
    expect(reply?.text).toContain('1 member, lag 3,440 messages.')
    expect(reply?.files?.map(({ name }) => name)).toEqual(['R-2-lag-timeOver.png'])
    expect(reply?.files?.[0]?.alt).toMatch(/^R-2 · lag of slow since the reset\n3 looks;/)
  })
})
