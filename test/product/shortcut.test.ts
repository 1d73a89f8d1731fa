// Reset offsets from an alert: the form is there at once, and then filled with the names of the message that exist.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SaidContent } from '../../src/sandbox/slack/face.ts'
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

const SHORTCUT = 'Reset offsets from alert'

let product: Product
const reads = () => product.ckafka.calls().length

/** A bot says it, alice picks the shortcut, and the form has been filled in. Returns what it says. */
async function fromAlert(content: SaidContent): Promise<string> {
  const { alice, slack } = product
  const message = slack.person('U0ROBO').say(OPS, content)
  await alice.shortcut(message, SHORTCUT)
  await alice.waitForView()
  await until(() => !viewText(alice.view()).includes('Looking on CKafka'))
  return viewText(alice.view())
}

afterEach(async () => {
  product.ckafka.clearFaults()
  while (product.alice.view() !== undefined) await product.alice.closeView(true)
})

describe('the shortcut of a message', () => {
  beforeAll(async () => {
    product = await startProduct({ env: { ...NO_WAITING, CKAFKA_INSTANCES: `${DEMO.instance}=demo` } })
  })
  afterAll(() => product.stop())

  it('fills in the group and the topics of an alert that comes as attachments, and says where it was', async () => {
    const before = reads()
    const text = await fromAlert({
      text: '',
      attachments: [
        {
          title: '[FIRING:1] Consumer lag is high',
          fields: [
            { title: 'Consumer group', value: DEMO.group },
            { title: 'Topic', value: '`orders`, payments and no-such-topic' },
          ],
        },
      ],
    })
    expect(text).toContain(
      `Found in the message: the group ${DEMO.group} and the topics orders and payments.`,
    )
    expect(text).toMatch(/Alert: \[FIRING:1\] Consumer lag is high https:\/\/\S+\/archives\/C0OPS\/p\d{16}/)
    expect(text).not.toContain('no-such-topic')
    expect(reads() - before).toBeLessThanOrEqual(12)
    const { alice } = product
    await alice.fill('Where the offsets go', 'To the earliest message')
    expect(await alice.submit()).toEqual({ kind: 'closed' })
    await until(() => product.slack.messages(OPS).some(({ user }) => user === product.slack.botUserId))
    await product.cardSays('waiting for approval')
    const card = textOf(product.card())
    expect(card).toContain(DEMO.group)
    expect(card).toContain('Topics: orders, payments')
    expect(card).toContain('Why:\n  > Alert: [FIRING:1] Consumer lag is high')
  })

  it('reads blocks, in Chinese too', async () => {
    const text = await fromAlert({
      text: '告警',
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: `消费组:\`${DEMO.group}\` 堆积，主题：*shipments*` },
        },
      ],
    })
    expect(text).toContain(`Found in the message: the group ${DEMO.group} and the topic shipments.`)
  })

  it('says so when no name in it exists, and fills in none', async () => {
    const text = await fromAlert({ text: 'consumer group payments-worker is lagging on invoices' })
    expect(text).toContain(`No name in the message is marked as a group or a topic of ${DEMO.instance}`)
    expect(text).toContain('Alert: consumer group payments-worker is lagging on invoices')
    const { private_metadata, blocks } = product.alice.view() ?? {}
    expect(
      JSON.stringify([private_metadata, blocks?.filter(({ block_id }) => block_id !== 'field_reason')]),
    ).not.toContain('payments-worker')
  })

  it('fills in what is firing, with its partition, names the rest, and leaves out what is resolved', async () => {
    const text = await fromAlert({
      text: '',
      attachments: [
        {
          title: '[RESOLVED] lag',
          fields: [
            { title: 'Consumer group', value: 'orders-audit' },
            { title: 'Topic', value: 'orders' },
          ],
        },
        { title: '[FIRING:1] lag', footer: `consumergroup: ${DEMO.group} | topic: _orders_ | partition: 1` },
        { title: '[FIRING:1] lag', text: '*consumergroup:* `stock#eu::1`\n*topic:* shipments' },
      ],
    })
    expect(text).toContain(
      `Found in the message: the group ${DEMO.group} and the topic orders (partition 1).`,
    )
    expect(text).toContain('The message has other alerts too: the group stock#eu::1.')
    expect(text).toContain('Marked as resolved and left out: the group orders-audit.')
    expect(text).toContain('Topic names > orders, partition 1 ▾')
    expect(text).toContain('Alert: [FIRING:1] lag')
  })

  it('fills in no other group for one that is labelled and not there', async () => {
    const text = await fromAlert({
      text: `consumergroup="principal@${DEMO.group}" topic="orders"\n${DEMO.group} is fine, and so is the group ${DEMO.group}`,
    })
    expect(text).toContain(
      `The consumer group that the message names is not on ${DEMO.instance}, so no other one is filled in.`,
    )
    const { private_metadata } = product.alice.view() ?? {}
    expect(private_metadata).not.toContain(`"group":`)
  })

  it('fills in nothing when all of it is resolved, or on another instance', async () => {
    expect(await fromAlert({ text: `[RESOLVED] consumergroup=${DEMO.group}` })).toContain(
      `All that the message names is marked as resolved: the group ${DEMO.group}. Nothing is filled in.`,
    )
    while (product.alice.view() !== undefined) await product.alice.closeView(true)
    expect(await fromAlert({ text: `ckafka-other009: consumergroup=${DEMO.group}` })).toContain(
      'The message is about ckafka-other009, which is not among the instances that can be reset here.',
    )
  })

  it('says that a name is not whole, and fills in no piece of it', async () => {
    const piece = DEMO.group.slice(0, -4)
    for (const value of [
      `${DEMO.group}…`,
      `${DEMO.group};eu`,
      `\`${DEMO.group}\`-eu`,
      `${piece} (truncated)`,
    ]) {
      const text = await fromAlert({ text: `[FIRING:1] lag\nConsumer group: ${value}\nTopic: orders` })
      expect(text, value).toContain(
        'The name of the consumer group in the message is not whole: it is cut short, or more text is glued to it. No group and no topic is filled in.',
      )
      expect(product.alice.view()?.private_metadata).not.toContain(`"group":`)
      while (product.alice.view() !== undefined) await product.alice.closeView(true)
    }
    expect(await fromAlert({ text: `consumergroup=${DEMO.group} topic=orders-…` })).toContain(
      `Found in the message: the group ${DEMO.group}. Check what is filled in. A topic in it is not named in whole, and is left out.`,
    )
    while (product.alice.view() !== undefined) await product.alice.closeView(true)
    expect(await fromAlert({ text: 'topic: `orders`-eu' })).toContain(
      'The name of the topic in the message is not whole: it is cut short, or more text is glued to it. No topic is filled in.',
    )
  })

  it('says that an alert contradicts itself, and fills in nothing of it', async () => {
    const fields = [{ title: 'Consumer group', value: DEMO.group }]
    const attachments = [{ title: '[FIRING:1] lag', fields, footer: 'Resolved' }]
    expect(await fromAlert({ text: '', attachments })).toContain(
      `The message says both that it is firing and that it is resolved: the group ${DEMO.group}. No group and no topic is filled in.`,
    )
    expect(product.alice.view()?.private_metadata).not.toContain(`"group":`)
    while (product.alice.view() !== undefined) await product.alice.closeView(true)
    const other = { title: '[FIRING:1] lag', fields: [{ title: 'Consumer group', value: 'orders-audit' }] }
    const text = await fromAlert({ text: '', attachments: [...attachments, other] })
    expect(text).toContain('Found in the message: the group orders-audit.')
    expect(text).toContain(`Said to be firing and resolved, and left out: the group ${DEMO.group}.`)
  })

  it('takes what is struck through, or what a context block says is over, for resolved', async () => {
    const said = `All that the message names is marked as resolved: the group ${DEMO.group}. Nothing is filled in.`
    const section = { type: 'section', text: { type: 'mrkdwn', text: `*Consumer group:* \`${DEMO.group}\`` } }
    const context = {
      type: 'context',
      elements: [{ type: 'mrkdwn', text: ':white_check_mark: Resolved by bob' }],
    }
    expect(await fromAlert({ text: 'lag', blocks: [section, context] })).toContain(said)
    while (product.alice.view() !== undefined) await product.alice.closeView(true)
    const elements = [{ type: 'text', text: `consumergroup=${DEMO.group}`, style: { strike: true } }]
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]
    expect(await fromAlert({ text: '', blocks })).toContain(said)
  })

  it('is open before CKafka has said a word', async () => {
    const action = 'DescribeGroup'
    product.ckafka.inject(action, { kind: 'delay', ms: 1_500 }, 5)
    const { alice } = product
    const message = product.slack.person('U0ROBO').say(OPS, { text: 'group: quite-unheard-of' })
    const began = performance.now()
    await alice.shortcut(message, SHORTCUT)
    await alice.waitForView()
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(viewText(alice.view())).toContain('Alert: group: quite-unheard-of')
  })

  it('keeps what somebody has typed while it was looking', async () => {
    const { alice } = product
    product.ckafka.inject('DescribeGroup', { kind: 'delay', ms: 400 }, 3)
    const message = product.slack.person('U0ROBO').say(OPS, { text: 'group: nobody-knows' })
    await alice.shortcut(message, SHORTCUT)
    await alice.waitForView()
    await alice.fill('Reason', 'billing is behind')
    await alice.waitForView(view => viewText(view).includes('Consumer group'))
    expect(viewText(alice.view())).toContain('billing is behind')
  })
})

it('without a word on the instance it asks for it, where there are several', async () => {
  product = await startProduct({
    env: { ...NO_WAITING, CKAFKA_INSTANCES: `${DEMO.instance}=demo,ckafka-other001=other` },
  })
  try {
    expect(await fromAlert({ text: `group ${DEMO.group}` })).toContain('does not say which instance')
    while (product.alice.view() !== undefined) await product.alice.closeView(true)
    expect(await fromAlert({ text: `${DEMO.instance} group ${DEMO.group}` })).toContain(
      `the group ${DEMO.group}`,
    )
  } finally {
    await product.alice.closeView(true)
    await product.stop()
  }
})
