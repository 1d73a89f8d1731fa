// Which element a block is drawn as, and what a field holds, for every block and input the bot uses.

import { describe, expect, it } from 'vitest'
import { readBlock, readElement, readEntered } from '../../../../src/sandbox/page/slack/block-reading.ts'

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const option = (text: string, description?: string) => ({
  text: plain(text),
  value: text.toLowerCase(),
  ...(description === undefined ? {} : { description: plain(description) }),
})

describe('a block', () => {
  it('is drawn as what it is', () => {
    const kinds = [
      { type: 'header', text: plain('R-1') },
      { type: 'divider' },
      { type: 'section', text: { type: 'mrkdwn', text: '*a*' } },
      { type: 'context', elements: [plain('small')] },
      { type: 'alert', text: plain('careful'), level: 'warning' },
      { type: 'actions', elements: [] },
      { type: 'rich_text', elements: [] },
      { type: 'table', rows: [] },
      { type: 'input', label: plain('Name'), element: { type: 'plain_text_input' } },
      { type: 'image', alt_text: 'a cat' },
    ].map(block => readBlock(block).kind)
    expect(kinds).toEqual([
      ...['header', 'divider', 'section', 'context', 'alert'],
      ...['actions', 'richText', 'table', 'input', 'image'],
    ])
  })

  it('that nobody knows is said to be unknown, and none makes the page fail', () => {
    expect(readBlock({ type: 'hologram' })).toEqual({ kind: 'unknown', type: 'hologram' })
    for (const type of ['header', 'section', 'context', 'actions', 'rich_text', 'table', 'input'])
      expect(() => readBlock({ type, text: 1, elements: 'x', rows: [1], element: null })).not.toThrow()
  })

  it('shows plain text without markup, and mrkdwn with it', () => {
    const words = (text: object) => readBlock({ type: 'section', text })
    expect(words(plain('*a*'))).toMatchObject({ text: [{ spans: [{ text: '*a*', style: {} }] }] })
    expect(words({ type: 'mrkdwn', text: '*a*' })).toMatchObject({
      text: [{ spans: [{ text: 'a', style: { bold: true } }] }],
    })
  })

  it('keeps a table in its rows, with how each column stands', () => {
    const cell = (text: string) => ({ type: 'raw_text', text })
    const table = readBlock({
      type: 'table',
      column_settings: [{ is_wrapped: true }, { align: 'right' }],
      rows: [
        [cell('Topic'), cell('Offset')],
        [cell('*orders*'), cell('42')],
      ],
    })
    expect(table).toMatchObject({
      rows: [
        [
          { align: 'left', wrapped: true },
          { align: 'right', wrapped: false },
        ],
        [{ parts: [{ spans: [{ text: '*orders*' }] }] }, { parts: [{ spans: [{ text: '42' }] }] }],
      ],
    })
  })
})

describe('an element', () => {
  it('is drawn as what it is', () => {
    const kinds = [
      ...['button', 'plain_text_input', 'number_input', 'static_select', 'multi_static_select'],
      ...['external_select', 'multi_external_select', 'radio_buttons', 'checkboxes', 'datetimepicker'],
      'overflow',
    ].map(type => readElement({ type, action_id: 'a' }).kind)
    expect(kinds).toEqual([
      ...['button', 'text', 'number', 'menu', 'menu'],
      ...['typeahead', 'typeahead', 'radios', 'checkboxes', 'moment', 'overflow'],
    ])
    expect(readElement({ type: 'hologram' })).toEqual({ kind: 'unknown', type: 'hologram' })
  })

  it('takes the files that the app wants, ten of any type where it does not say', () => {
    expect(readElement({ type: 'file_input', filetypes: ['CSV', 7], max_files: 1 })).toMatchObject({
      kind: 'files',
      types: ['csv'],
      most: 1,
    })
    expect(readElement({ type: 'file_input' })).toMatchObject({ types: [], most: 10 })
  })

  it('is where a modal begins only if the app says so, and an alert is as grave as the app says', () => {
    expect(readElement({ type: 'plain_text_input', focus_on_load: true })).toMatchObject({
      focusOnLoad: true,
    })
    expect(readElement({ type: 'plain_text_input' })).toMatchObject({ focusOnLoad: false })
    const alert = (level?: string) => readBlock({ type: 'alert', text: plain('a'), level })
    expect(alert('error')).toMatchObject({ level: 'error', text: [{ spans: [{ text: 'a' }] }] })
    expect([alert(), alert('loud')]).toMatchObject([{ level: 'default' }, { level: 'default' }])
  })

  it('offers what stands behind the three dots, and asks first where the app wants that', () => {
    const menu = { type: 'overflow', action_id: 'more', options: [option('Edit'), option('History')] }
    expect(readElement(menu)).toMatchObject({
      actionId: 'more',
      options: [{ text: 'Edit' }, { text: 'History' }],
      confirm: null,
    })
    expect(readElement({ ...menu, confirm: { title: plain('Sure?') } })).toMatchObject({
      confirm: { title: 'Sure?' },
    })
  })

  it('tells one pick from many', () => {
    expect(readElement({ type: 'external_select' })).toMatchObject({ many: false, minQuery: 3 })
    expect(readElement({ type: 'multi_external_select', min_query_length: 0 })).toMatchObject({
      many: true,
      minQuery: 0,
    })
  })

  it('offers the options of all groups, with their descriptions', () => {
    const menu = {
      type: 'static_select',
      option_groups: [{ options: [option('A', 'first')] }, { options: [option('B')] }],
    }
    expect(readElement(menu)).toMatchObject({
      options: [
        { text: 'A', description: 'first' },
        { text: 'B', description: '' },
      ],
    })
  })

  it('asks before it is pressed only where the app wants that', () => {
    const button = { type: 'button', action_id: 'cancel', text: plain('Cancel'), style: 'danger' }
    expect(readElement(button)).toMatchObject({ style: 'danger', label: 'Cancel', confirm: null })
    const confirm = {
      title: plain('Sure?'),
      text: plain('No way back.'),
      confirm: plain('Go'),
      deny: plain('Stay'),
    }
    expect(readElement({ ...button, confirm })).toMatchObject({
      confirm: { title: 'Sure?', yes: 'Go', no: 'Stay', danger: false },
    })
  })
})

describe('what is entered', () => {
  it('is read from the shapes of every input', () => {
    expect(readEntered({ selected_option: option('A') }).picked).toEqual(['A'])
    expect(readEntered({ selected_options: [option('A'), option('B')] }).picked).toEqual(['A', 'B'])
    expect(readEntered({ value: 'typed' }).text).toBe('typed')
    expect(readEntered({ selected_date_time: 1_700_000_000 }).seconds).toBe(1_700_000_000)
    const file = { id: 'F1', name: 'a.csv', size: 12, mimetype: 'text/csv' }
    expect(readEntered({ files: [file] }).files).toEqual([{ id: 'F1', name: 'a.csv', size: 12 }])
  })

  it('is nothing where nothing is', () => {
    for (const state of [undefined, null, {}, { selected_option: null }, { value: null }])
      expect(readEntered(state)).toEqual({ picked: [], text: '', seconds: null, files: [] })
  })
})
