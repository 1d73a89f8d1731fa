// Two languages at once: cards and threads in the one that all share, and what one person reads in their own.

import { afterEach, expect, it } from 'vitest'
import { DEMO, OPS, type Product, startProduct, textOf, until, viewText } from '../support/product.ts'

let product: Product
afterEach(() => product.stop())

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason "wrong VAT rate"`

it('shows cards and threads in Chinese, and each modal in the language of who opens it', async () => {
  product = await startProduct({ env: { REWIND_LANGUAGE: 'zh' }, locales: { carol: 'zh-CN' } })
  const { alice, bob, carol } = product
  await alice.command(OPS, `/reset-offsets ${ASK}`)
  expect(viewText(await alice.waitForView())).toContain('Request Reset')
  await alice.closeView()

  await product.ask(ASK)
  await product.cardSays('R-1 · 等待审批', 20_000)
  expect(textOf(product.card())).toContain('@alice 申请重置消费分组')
  expect(textOf(product.card())).toContain('[ 审批 ]')

  await bob.press(product.card(), '审批')
  expect(viewText(await bob.waitForView())).toContain('Review R-1')
  await bob.closeView()
  await carol.press(product.card(), '审批')
  expect(viewText(await carol.waitForView())).toContain('审批 R-1')
  await carol.fill('决定', '批准')
  expect(await carol.submit()).toMatchObject({ kind: 'closed' })
  await product.cardSays('· 已完成')
  await product.threadSays('4 个分区成功')
  expect(product.threadText()).toContain('@carol 批准了 R-1')
})

it('answers a person in Chinese whose Slack is Chinese, under cards in English', async () => {
  product = await startProduct({ locales: { alice: 'zh-CN', dave: 'zh-SG' } })
  const { alice, dave } = product
  await alice.command(OPS, '/reset-offsets --shift-by ten')
  const form = viewText(await alice.waitForView())
  expect(form).toContain('重置位点')
  expect(form).toContain('--shift-by 需要一个非 0')
  await alice.closeView()
  const unknown = `--instance ${DEMO.instance} --group nobody --all-topics --to-latest --reason why`
  await alice.command(OPS, `/reset-offsets ${unknown}`)
  await alice.waitForView()
  expect(JSON.stringify(await alice.submit())).toContain('上没有消费分组“nobody”')
  await alice.closeView()

  await product.ask(ASK)
  await product.cardSays('R-1 · waiting for approval')
  await dave.press(product.card(), 'Review')
  await until(() => dave.ephemerals().some(message => textOf(message).includes('只有审批人可以审批 R-1')))
})
