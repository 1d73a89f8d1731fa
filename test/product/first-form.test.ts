// The first form after a start, before anybody knows which instances there are: it opens at once, and the only one is filled in
// once the cluster has said which it is. What was typed and picked meanwhile stays.
// @module-tag long

import { expect } from 'vitest'
import { DEMO, OPS, until, viewText } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const { scene, product, start } = createScenes()
const LISTED = 'DescribeInstances'
const ONLY = 'orders-demo (ckafka-demo0001)'

async function opened(flags = ''): Promise<number> {
  const beganMs = performance.now()
  await product().alice.command(OPS, `/reset-offsets ${flags}`)
  await product().alice.waitForView()
  return performance.now() - beganMs
}
const form = () => product().alice.waitForView()
const isFilled = () => product().alice.waitForView(view => JSON.stringify(view.blocks).includes(ONLY))

scene('is filled in where the list comes at once', async () => {
  await start()
  await opened()
  await isFilled()
})

scene('is filled in when the list comes late, and what was typed stays', { alone: true }, async () => {
  await start()
  product().ckafka.inject(LISTED, { kind: 'delay', ms: 3_500 }, 2)
  expect(await opened()).toBeLessThan(1_000)
  expect(viewText(await form())).not.toContain(ONLY)
  const { alice } = product()
  await alice.fill('Reason', 'the VAT rate was wrong')
  await isFilled()
  expect(viewText(await form())).toContain('the VAT rate was wrong')
  // It is as good as one that was picked.
  expect(await alice.suggestions('Consumer group', 'bill')).toEqual([DEMO.group])
})

scene(
  'is filled in though something was picked before, and that stays',
  { alone: true, tags: ['long'] },
  async () => {
    await start()
    product().ckafka.inject(LISTED, { kind: 'delay', ms: 3_000 }, 2)
    await opened('--group orders-billing')
    const { alice } = product()
    await alice.fill('Topics to reset', 'The topics I name')
    await alice.waitForView(view => JSON.stringify(view.blocks).includes('Topic names'))
    expect(viewText(await form())).not.toContain(ONLY)
    await isFilled()
    const view = await alice.waitForView(now => viewText(now).includes('can be reset'))
    expect(JSON.stringify(view.blocks)).toContain('Topic names')
  },
)

scene('is left alone where the person has picked it', { alone: true }, async () => {
  await start()
  product().ckafka.inject(LISTED, { kind: 'delay', ms: 1_500 }, 1)
  await opened()
  const { alice } = product()
  await alice.suggestions('CKafka instance', '')
  await alice.fill('CKafka instance', ONLY)
  await alice.waitForView(view => view.private_metadata.includes(DEMO.instance))
  const before = product().slack.calls('views.update').length
  await new Promise(resolve => setTimeout(resolve, 2_000))
  expect(product().slack.calls('views.update').length - before).toBeLessThanOrEqual(1)
  await isFilled()
})

/** Everything but the instance is given, and the form is sent once that is filled in. */
const WHOLE = `--group ${DEMO.group} --topic orders --shift-by -5 --reason why`

for (const ms of [100, 2_500]) {
  scene(`can be sent as it is when the list comes after ${ms} ms`, { alone: true }, async () => {
    await start()
    product().ckafka.inject(LISTED, { kind: 'delay', ms }, 2)
    await opened(WHOLE)
    const { alice } = product()
    await alice.fill('Reason', 'the VAT rate was wrong')
    await isFilled()
    expect(await alice.submit()).toMatchObject({ kind: 'closed' })
    await until(() => JSON.stringify(product().slack.messages(OPS)).includes('the VAT rate was wrong'))
  })
}

scene(
  'can be sent after it was sent too early, and what was picked meanwhile stays',
  { alone: true, tags: ['long'] },
  async () => {
    await start()
    product().ckafka.inject(LISTED, { kind: 'delay', ms: 2_500 }, 2)
    await opened(WHOLE)
    const { alice } = product()
    await alice.fill('Direction', 'Skip')
    expect((await alice.submit()).kind).toBe('errors')
    await isFilled()
    expect(await alice.submit()).toMatchObject({ kind: 'closed' })
  },
)

scene('can be sent where it was picked before the list came', { alone: true, tags: ['long'] }, async () => {
  await start()
  product().ckafka.inject(LISTED, { kind: 'delay', ms: 2_500 }, 1)
  await opened(WHOLE)
  const { alice } = product()
  await alice.suggestions('CKafka instance', '')
  await alice.fill('CKafka instance', ONLY)
  await alice.waitForView(view => view.private_metadata.includes(DEMO.instance))
  await isFilled()
  expect(await alice.submit()).toMatchObject({ kind: 'closed' })
})
