// What an alert says, whichever way a bot has put it, and never more than is asked for.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertText } from '../../../../src/adapters/slack/reset-form/alert-text.ts'

const read = (message: unknown, max = 8_000) => alertText(message, max)

describe('the text of a message', () => {
  it('is what is shown of links and mentions', () => {
    expect(
      read({
        text: '<!here> <https://x.example/d?a=b|orders-billing> &lt;lag&gt; <@U0BOB> <#C0OPS|kafka-ops> <https://x.example>',
      }),
    ).toBe('orders-billing <lag>   kafka-ops')
  })

  it('is in the attachments of older bots', () => {
    const attachments = [
      {
        fallback: 'lag',
        color: 'danger',
        title: '[FIRING] lag',
        title_link: 'https://x.example',
        fields: [{ title: 'group', value: 'orders-billing' }],
      },
    ]
    expect(read({ text: '', attachments })).toBe('[FIRING] lag\ngroup: orders-billing')
  })

  it('is in blocks, also of an attachment, and said once', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Lag' } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Group:* orders-billing' }] },
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'topic: orders' }] }],
      },
    ]
    expect(read({ text: 'Lag', attachments: [{ blocks }] })).toBe(
      'Lag\n*Group:* orders-billing\ntopic: orders',
    )
  })

  it('has footers, and a fallback only where nothing else is shown', () => {
    const footer = 'consumergroup: orders-billing'
    expect(read({ attachments: [{ title: 'Lag', fallback: 'no', footer }] })).toBe(`Lag\n${footer}`)
    expect(read({ attachments: [{ fallback: 'Lag', footer }] })).toBe(`Lag\n${footer}`)
    const context = { type: 'context', elements: [{ type: 'mrkdwn', text: '_group:_ `a b`' }] }
    expect(read({ blocks: [context] })).toBe('_group:_ `a b`')
  })

  it('keeps what stands side by side in one line, with its marks', () => {
    const elements = [
      { type: 'text', text: 'Consumer group ' },
      { type: 'text', text: 'my group', style: { code: true } },
      { type: 'text', text: ' lags on ' },
      { type: 'link', url: 'https://x.example', text: 'orders' },
      { type: 'emoji', name: 'fire' },
      { type: 'text', text: ' a ', style: { italic: true } },
    ]
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]
    expect(read({ blocks })).toBe('Consumer group `my group` lags on orders:fire: _a_')
  })

  it('has what is struck through marked as such, line by line and as one piece', () => {
    const style = { strike: true }
    const elements = [
      { type: 'text', text: 'Group: ', style },
      { type: 'text', text: 'a', style: { ...style, code: true } },
      { type: 'text', text: '\nTopic: t', style },
      { type: 'text', text: '\nResolved' },
    ]
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]
    expect(read({ blocks })).toBe('~Group: `a`~\n~Topic: t~\nResolved')
    expect(read({ text: '~Group: a~' })).toBe('~Group: a~')
  })

  it('has nothing of what may be done, as of a button called Close', () => {
    const button = { type: 'button', text: { type: 'plain_text', text: 'Close' } }
    expect(
      read({
        blocks: [
          { type: 'section', text: { text: 'a' }, accessory: button },
          { type: 'actions', elements: [button] },
        ],
      }),
    ).toBe('a')
  })

  it('says the same of two alerts twice, and where the one attachment ends', () => {
    const alert = (group: string) => ({
      fields: [
        { title: 'Group', value: group },
        { title: 'Topic:', value: 'orders' },
      ],
    })
    expect(read({ text: 'Lag', attachments: [alert('a'), alert('b')] })).toBe(
      'Lag\n\f\nGroup: a\nTopic: orders\n\f\nGroup: b\nTopic: orders',
    )
  })

  it('says where it was cut, so that half a name is not taken for a name', () => {
    expect(read({ text: `group: ${'x'.repeat(100)}` }, 50)).toMatch(/^group: x+…$/)
    expect(read({ blocks: [{ type: 'section', text: { text: `group: ${'x'.repeat(100)}` } }] }, 50)).toMatch(
      /…$/,
    )
  })

  it('keeps a label with its value on the lines one after the other, and ids to itself', () => {
    expect(
      read({ blocks: [{ type: 'section', block_id: 'secret', text: { type: 'mrkdwn', text: 'hello' } }] }),
    ).toBe('hello')
  })

  it('is never longer than asked for, and nothing makes it throw', () => {
    fc.assert(
      fc.property(
        fc.anything({ maxDepth: 6, key: fc.constantFrom('text', 'blocks', 'fields', 'value', 'title') }),
        message => {
          expect(read(message, 50).length).toBeLessThanOrEqual(50)
        },
      ),
      { numRuns: 200 },
    )
    let deep: unknown = 'end'
    for (let depth = 0; depth < 10_000; depth++) deep = { text: deep }
    expect(read(deep)).toBe('')
    expect(
      read({ text: '<'.repeat(500_000), blocks: Array(10_000).fill({ text: 'x'.repeat(10_000) }) }, 8_000)
        .length,
    ).toBeLessThanOrEqual(8_000)
  })
})
