// As many topics as a form takes, at the limits of calls that the API documents, which the simulator enforces: minutes.
// @module-tag long

import { afterEach, expect, it } from 'vitest'
import { DEMO, OPS, type Product, startProduct, until } from '../support/product.ts'

const TOPICS = 500
const MINUTE_MS = 60_000
const names = Array.from({ length: TOPICS }, (_, index) => `t${String(index).padStart(3, '0')}`)
const LOG = { start: 0n, end: 1_000n, written: [{ fromOffset: 0n, atMs: 1_000_000, everyMs: 1_000 }] }

let product: Product
afterEach(() => product.stop())

it(
  `carries out a request of ${TOPICS} topics whole, and within the time that its plan has said`,
  async () => {
    product = await startProduct({
      seed: {
        instances: [
          {
            id: DEMO.instance,
            name: 'wide',
            topics: names.map(name => ({ name, partitions: [LOG] })),
            groups: [{ name: DEMO.group, commits: Object.fromEntries(names.map(name => [name, [900n]])) }],
          },
        ],
      },
      // Deadlines as they are by default.
      env: { CALL_LATE: '5m' },
    })
    product.ckafka.behaviourV3.rates = 'enforced'
    const flags = `--instance ${DEMO.instance} --group ${DEMO.group} --all-topics --shift-by -100 --reason why`
    await product.alice.command(OPS, `/reset-offsets ${flags}`)
    await product.alice.waitForView()
    expect(await product.alice.submit()).toMatchObject({ kind: 'closed' })
    await until(() => product.slack.messages(OPS).length > 0)
    await product.cardSays('· waiting for approval', 10 * MINUTE_MS)
    await product.cardSays(`Written with ${TOPICS} calls, one for each topic, which takes at least 25 s`)
    const approvedMs = Date.now()
    await product.review(product.bob, 'Approve')
    await until(() => product.callsToReset() > 0, 10 * MINUTE_MS)
    const writtenFromMs = Date.now()
    await product.cardSays(/· (done|partly done|failed)/, 10 * MINUTE_MS)
    console.log(
      `looked at for ${Math.round((writtenFromMs - approvedMs) / 1_000)} s, written in ${Math.round((Date.now() - writtenFromMs) / 1_000)} s`,
    )
    await product.threadSays(`${TOPICS} partitions succeeded`, MINUTE_MS)
    const offsets = product.ckafka.cluster.positions(DEMO.instance, DEMO.group, names)
    expect(offsets.every(({ committed }) => committed === 800n)).toBe(true)
    expect(product.callsToReset()).toBeGreaterThanOrEqual(TOPICS)
  },
  30 * MINUTE_MS,
)
