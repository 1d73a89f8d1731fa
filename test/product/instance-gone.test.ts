// An instance that CKafka has isolated or deleted: nobody is offered it, and a request for it is refused with the reason.

import { expect } from 'vitest'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import { DEMO, OPS } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const { scene, product, start } = createScenes()

const GONE = 'ckafka-gone0001'
const seed = () => {
  const { instances } = demoSeed(Date.now())
  const groups = [{ name: 'g', commits: {} }]
  return { instances: [...instances, { id: GONE, name: 'gone', topics: [], groups, status: 5 }] }
}
const OFFERED = 'orders-demo (ckafka-demo0001)'

async function open(flags: string): Promise<void> {
  await product().alice.command(OPS, `/reset-offsets ${flags}`)
  await product().alice.waitForView()
}

scene('an instance that is gone is not offered, and is refused where it is typed', async () => {
  await start({ seed: seed(), locales: { alice: 'zh-CN' } })
  const { alice, dave } = product()
  await dave.command(OPS, '/reset-offsets')
  await dave.waitForView()
  expect(await dave.suggestions('CKafka instance', '')).toEqual([OFFERED])
  await open(`--instance ${GONE} --group g --topic t --to-latest --reason why`)
  expect(await alice.submit()).toMatchObject({
    kind: 'errors',
    errors: { field_instance: `实例 ${GONE} 已隔离，Rewind 不会重置其中的位点。请选择其他实例。` },
  })
  await dave.closeView(true)
  await dave.command(OPS, `/reset-offsets --instance ${GONE} --group g --topic t --to-latest --reason why`)
  await dave.waitForView()
  expect(await dave.submit()).toMatchObject({
    kind: 'errors',
    errors: {
      field_instance: `${GONE} is isolated in CKafka: Rewind resets nothing there. Pick another instance.`,
    },
  })
  expect(product().slack.messages(OPS)).toEqual([])
})

scene('an instance that the settings name is not offered either while it is gone', async () => {
  await start({ seed: seed(), env: { CKAFKA_INSTANCES: `${DEMO.instance}=Orders,${GONE}=Gone` } })
  await open('')
  expect(await product().alice.suggestions('CKafka instance', '')).toEqual([`Orders (${DEMO.instance})`])
})
