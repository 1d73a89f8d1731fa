// What a person reads in the terminal, letter by letter.

import { describe, expect, it } from 'vitest'
import type { SlackBlock, SlackMessage, SlackView } from '../../../src/sandbox/slack/face.ts'
import { renderMessage, renderView } from '../../../src/sandbox/slack/render.ts'

const groups: Record<string, string> = { S1: 'owners' }
const names: Record<string, string> = { U1: 'ada', U2: 'bob', B1: 'rewind' }
const lookup = { userName: (id: string) => names[id] ?? id, groupName: (id: string) => groups[id] ?? id }
const plain = (text: string) => ({ type: 'plain_text' as const, text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const button = (text: string) => ({ type: 'button', action_id: text, text: plain(text) })
const option = (text: string, more: object = {}) => ({ text: plain(text), value: text, ...more })

function message(more: Partial<SlackMessage>): SlackMessage {
  return { type: 'message', ts: '1795420800.000100', user: 'B1', text: '', channel: 'C1', ...more }
}

const showBlocks = (...blocks: SlackBlock[]) => renderMessage(message({ blocks }), lookup).slice(1)
const showText = (text: string) => showBlocks({ type: 'section', text: mrkdwn(text) })

describe('a message', () => {
  it('reads as Slack shows it: blocks instead of text, the table in columns, the buttons in a row, files below', () => {
    const cells = (...row: string[]) => row.map(text => ({ type: 'raw_text', text }))
    const card = message({
      text: 'never shown beside blocks',
      files: [
        {
          id: 'F1',
          name: 'audit.csv',
          title: '',
          size: 2300,
          mimetype: 'text/csv',
          user: 'B1',
          created: 1795420800,
          content: Buffer.alloc(0),
        },
      ],
      blocks: [
        { type: 'header', text: plain('Reset of orders &amp; billing') },
        {
          type: 'section',
          text: mrkdwn('*Asked by* <@U1> for `a_b *c*`'),
          fields: [mrkdwn('*Group*\norders'), mrkdwn('*Instance*\nckafka-1'), mrkdwn('*Strategy*\nearliest')],
        },
        {
          type: 'table',
          column_settings: [null, { align: 'center' }, { align: 'right' }],
          rows: [
            cells('Topic', 'Partition', 'Replays'),
            cells('orders', '0', '12,430'),
            cells('订单', '11', '8'),
          ],
        },
        { type: 'divider' },
        { type: 'context', elements: [mrkdwn(':hourglass: waiting'), plain('two')] },
        { type: 'actions', elements: [button('Review'), button('Cancel Request')] },
        { type: 'video' },
      ],
    })
    expect(renderMessage(card, lookup)).toEqual([
      'rewind · 2026-11-23 08:00 UTC',
      '  == Reset of orders & billing ==',
      '  Asked by @ada for `a_b *c*`',
      '  Group       Instance',
      '  orders      ckafka-1',
      '  Strategy',
      '  earliest',
      '  Topic   Partition  Replays',
      '  ──────  ─────────  ───────',
      '  orders      0       12,430',
      '  订单       11            8',
      '  ────────────────────',
      '  ⌛ waiting  two',
      '  [ Review ]  [ Cancel Request ]',
      '  [block video]',
      '  📎 audit.csv (2.2 KB)',
    ])
  })

  it('says first who else sees it: nobody', () => {
    expect(renderMessage(message({ text: 'Not yours', ephemeralFor: 'U1' }), lookup)).toEqual([
      'Only visible to you',
      'rewind · 2026-11-23 08:00 UTC',
      '  Not yours',
    ])
  })

  it('leaves out the date of a message of the same day', () => {
    const now = Date.parse('2026-11-23T23:00:00Z')
    const edited = message({ text: 'hi', edited: true })
    expect(renderMessage(edited, { ...lookup, now })[0]).toBe('rewind · 08:00 UTC (edited)')
    expect(renderMessage(edited, { ...lookup, now: now + 3_600_001 })[0]).toBe(
      'rewind · 2026-11-23 08:00 UTC (edited)',
    )
  })

  it.each([
    ['a date', '<!date^1795420800^{date_short_pretty} at {time}|then>', '2026-11-23 08:00 UTC'],
    ['a linked date', '<!date^1795420800^{ago}^https://a.b|then>', '2026-11-23 08:00 UTC'],
    ['a group', '<!subteam^S1|@kafka-owners> <!here>', '@kafka-owners @here'],
    ['a group by its handle', '<!subteam^S1> <!subteam^S2>', '@owners @S2'],
    ['a channel', '<#C1|ops> <#C2|> <#C3>', '#ops #C2 #C3'],
    ['links', '<https://a.b|run book> <https://a.b>', 'run book (https://a.b) https://a.b'],
    ['escapes', '&lt;@U1&gt; &amp;lt; a &amp; b', '<@U1> &lt; a & b'],
    ['marks', '*bold* _soft_ ~gone~ *_both_*', 'bold soft gone both'],
    ['what only looks like marks', 'a*b*c snake_case_name 2 * 3 * 4', 'a*b*c snake_case_name 2 * 3 * 4'],
    ['code, untouched', '`*a* :x:` ```_b_```', '`*a* :x:` ```_b_```'],
    ['emoji', ':white_check_mark: :no_such:', '✅ :no_such:'],
  ])('reads %s in mrkdwn', (_, source, shown) => {
    expect(showText(source)).toEqual([`  ${shown}`])
  })

  it('lets no control character of a text reach the terminal', () => {
    expect(showText('a\u001b[2Jb\u0007\u009bc')).toEqual(['  a[2Jbc'])
  })

  it('reads rich text literally, with mentions, dates, lists, quotes and code', () => {
    const text = (value: string) => ({ type: 'text', text: value })
    const section = (...elements: object[]) => ({ type: 'rich_text_section', elements })
    expect(
      showBlocks({
        type: 'rich_text',
        elements: [
          section(text('*as typed* &amp; by '), { type: 'user', user_id: 'U2' }, text(' since ')),
          section(
            { type: 'date', timestamp: 1_795_420_800, format: '{date_num}', fallback: 'then' },
            text('\n'),
          ),
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [section(text('one')), section(text('two'))],
          },
          {
            type: 'rich_text_list',
            style: 'bullet',
            indent: 1,
            elements: [section({ type: 'emoji', name: 'x' })],
          },
          { type: 'rich_text_quote', elements: [text('said\ntwice')] },
          { type: 'rich_text_preformatted', elements: [text('a  b')] },
          section({ type: 'link', url: 'https://a.b', text: 'book' }, { type: 'broadcast', range: 'here' }),
        ],
      }),
    ).toEqual([
      '  *as typed* &amp; by @bob since',
      '  2026-11-23 08:00 UTC',
      '  1. one',
      '  2. two',
      '    • ❌',
      '  > said',
      '  > twice',
      '      a  b',
      '  book (https://a.b)@here',
    ])
  })

  it('shows a menu with its choices and a picture by its description', () => {
    expect(
      showBlocks(
        {
          type: 'section',
          text: mrkdwn('Pick'),
          accessory: { type: 'overflow', action_id: 'o', options: [option('Retry'), option('Mark done')] },
        },
        { type: 'image', image_url: 'https://a.b/c.png', alt_text: 'Lag over time' },
        {
          type: 'actions',
          elements: [
            button('Go'),
            { type: 'static_select', action_id: 's', options: [option('A'), option('B')] },
          ],
        },
      ),
    ).toEqual([
      '  Pick',
      '  [ ⋯ Retry | Mark done ]',
      '  [image: Lag over time]',
      '  [ Go ]',
      '    > (empty) ▾',
      '      A | B',
    ])
  })
})

describe('a dialog', () => {
  const input = (block_id: string, label: string, element: object, more: object = {}) => ({
    type: 'input',
    block_id,
    label: plain(label),
    element: { action_id: 'a', ...element },
    ...more,
  })
  const view = (more: Partial<SlackView>): SlackView => ({
    id: 'V1',
    type: 'modal',
    callback_id: '',
    title: plain('Reset offsets'),
    submit: plain('Review'),
    close: null,
    blocks: [],
    private_metadata: '',
    hash: '1.a',
    state: { values: {} },
    root_view_id: 'V1',
    previous_view_id: null,
    ...more,
  })

  it('shows each field with its label, what is entered, its hint and what was wrong with it', () => {
    const strategies = [option('Earliest'), option('To a time', { description: plain('UTC') })]
    const shown = renderView(
      view({
        blocks: [
          { type: 'section', block_id: 'intro', text: plain('What the group reads again.') },
          input(
            'group',
            'Consumer group',
            { type: 'plain_text_input' },
            { hint: plain('As in the console') },
          ),
          input('topics', 'Topics', {
            type: 'multi_static_select',
            options: [option('orders'), option('billing')],
            initial_options: [option('orders'), option('billing')],
          }),
          input('strategy', 'Strategy', { type: 'radio_buttons', options: strategies }),
          input('when', 'When', { type: 'datetimepicker' }),
          input('who', 'Reviewer', { type: 'users_select' }),
          input(
            'why',
            'Reason',
            { type: 'plain_text_input', placeholder: plain('Why?') },
            { optional: true },
          ),
        ],
        state: {
          values: {
            group: { a: { type: 'plain_text_input', value: 'orders-consumer' } },
            strategy: { a: { type: 'radio_buttons', selected_option: strategies[1] } },
            when: { a: { type: 'datetimepicker', selected_date_time: 1_795_420_800 } },
            who: { a: { type: 'users_select', selected_user: 'U2' } },
            why: { a: { type: 'plain_text_input', value: null } },
          },
        },
        errors: { when: 'Pick a time in the past.' },
      }),
      lookup,
    )
    expect(shown).toEqual([
      '┌ Reset offsets ───────────────────────────┐',
      '│ What the group reads again.              │',
      '│                                          │',
      '│ Consumer group                           │',
      '│   > orders-consumer                      │',
      '│   As in the console                      │',
      '│                                          │',
      '│ Topics                                   │',
      '│   > orders; billing ▾                    │',
      '│     orders | billing                     │',
      '│                                          │',
      '│ Strategy                                 │',
      '│   ( ) Earliest                           │',
      '│   (•) To a time – UTC                    │',
      '│                                          │',
      '│ When                                     │',
      '│   > 2026-11-23 08:00 UTC                 │',
      '│   ⚠ Pick a time in the past.             │',
      '│                                          │',
      '│ Reviewer                                 │',
      '│   > @bob ▾                               │',
      '│                                          │',
      '│ Reason (optional)                        │',
      '│   > (Why?)                               │',
      '│                                          │',
      '│ [ Cancel ]  [ Review ]                   │',
      '└──────────────────────────────────────────┘',
    ])
  })

  it('shows what is attached to a file field, or what could be', () => {
    const element = { type: 'file_input', filetypes: ['csv', 'tsv'] }
    const shown = renderView(
      view({
        blocks: [input('csv', 'Offsets', element), input('more', 'More', element, { optional: true })],
        state: {
          values: {
            csv: { a: { type: 'file_input', files: [{ id: 'F1', name: 'offsets.csv', size: 2300 }] } },
            more: { a: { type: 'file_input', files: [] } },
          },
        },
      }),
      lookup,
    )
    expect(shown.slice(1, -3)).toEqual([
      '│ Offsets                                  │',
      '│   > 📎 offsets.csv (2.2 KB)              │',
      '│                                          │',
      '│ More (optional)                          │',
      '│   > (no file, .csv, .tsv)                │',
    ])
  })

  it('has no submit button when the app gave none', () => {
    const shown = renderView(view({ submit: null, close: plain('Back') }), lookup)
    expect(shown.at(-2)).toBe('│ [ Back ]                                 │')
  })

  it('wraps long text inside the box, and never lets a line leave it', () => {
    const text = plain(`${'word '.repeat(30)}${'x'.repeat(100)} 订单订单 ✅`)
    const shown = renderView(view({ blocks: [{ type: 'section', text }] }), lookup)
    expect(shown.slice(1, -1).every(line => line.startsWith('│ ') && line.endsWith(' │'))).toBe(true)
    expect(Math.max(...shown.map(line => line.length))).toBe(80)
    expect(shown.join('').replaceAll(/[│\s]/g, '')).toContain('x'.repeat(100))
  })

  it('marks every line of a quotation that it wraps', () => {
    const quote = { type: 'rich_text_quote', elements: [{ type: 'text', text: 'word '.repeat(40).trim() }] }
    const shown = renderView(view({ blocks: [{ type: 'rich_text', elements: [quote] }] }), lookup)
    const lines = shown.filter(line => line.includes('word'))
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.every(line => line.startsWith('│ > word'))).toBe(true)
  })

  it('shows the Home tab without buttons', () => {
    const home = view({ type: 'home', blocks: [{ type: 'section', text: plain('Nothing waits for you.') }] })
    expect(renderView(home, lookup)).toHaveLength(3)
    expect(renderView(home, lookup)[0]).toMatch(/^┌ Home ─+┐$/)
  })
})
