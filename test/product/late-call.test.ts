// A call that reaches the API long after everybody has given up on it: it has its one effect, or changes nothing.
// @module-tag long

import { afterEach, describe, expect, it } from 'vitest'
import { DEMO, NO_WAITING, type Product, startProduct, until } from '../support/product.ts'

/** Deadline and grace are over after 2 s, and what was not done then has been seen twice half a second later. */
const QUICK = { ...NO_WAITING, CALL_DEADLINE: '1s', CALL_GRACE: '1s' }
const LATE_MS = 7_000
const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`

let product: Product
afterEach(() => product.stop())

const committed = () =>
  product.ckafka.cluster.positions(DEMO.instance, DEMO.group, ['orders']).map(position => position.committed)

async function loseUntilLate(dialect: 'v2' | 'v3', action: string, late: string): Promise<void> {
  product = await startProduct({ dialect, env: { ...QUICK, CALL_LATE: late } })
  await product.ask(ASK)
  product.ckafka.inject(action, { kind: 'delay', ms: LATE_MS })
  await product.review(product.bob, 'Approve')
}

describe('a call that arrives after deadline and grace', () => {
  it('of a shift is waited for, and never made a second time', async () => {
    await loseUntilLate('v2', 'SetGroupOffsets', '8s')
    const before = committed()
    await product.cardSays('· done', 60_000)
    expect(product.callsToReset()).toBe(1)
    expect(committed()).toEqual(before.map(offset => (offset === null ? null : offset - 100n)))
  }, 90_000)

  it('of offsets changes nothing: the same has been written meanwhile', async () => {
    await loseUntilLate('v3', 'BatchModifyGroupOffsets', '8s')
    const before = committed()
    await product.cardSays('· done', 60_000)
    expect(product.callsToReset()).toBe(2)
    const written = committed()
    expect(written).not.toEqual(before)
    const effects = () => product.ckafka.cluster.effects(DEMO.group).length
    const soFar = effects()
    await until(() => effects() > soFar, 30_000)
    expect(committed()).toEqual(written)
  }, 90_000)

  it('keeps its group meanwhile: who asks for the next reset of it waits', async () => {
    await loseUntilLate('v3', 'BatchModifyGroupOffsets', '8s')
    await product.cardSays('· done', 60_000)
    const endedMs = Date.now()
    await product.ask(ASK)
    await product.review(product.bob, 'Approve')
    await product.cardSays(
      'It waits for R-1: a call of R-1 to the same group was not answered, and may still take effect. Then, or ',
    )
    const late = product.ckafka.cluster.effects(DEMO.group).length
    await product.cardSays('· done', 90_000)
    expect(product.ckafka.cluster.effects(DEMO.group).length).toBeGreaterThan(late)
    expect(Date.now() - endedMs).toBeGreaterThan(2_000)
  }, 150_000)
})
