// The promises of Slack's block validator, at every limit: the limit itself passes, one more is refused in Slack's words.

import { describe, expect, it } from 'vitest'
import { validateMessage, validateView } from '../../../src/sandbox/slack/validate.ts'

const long = (length: number) => 'x'.repeat(length)
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const plain = (length = 1) => ({ type: 'plain_text', text: long(length) })
const mrkdwn = (length = 1) => ({ type: 'mrkdwn', text: long(length) })
const section = (more: object = {}) => ({ type: 'section', text: mrkdwn(), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const button = (more: object = {}) => ({ type: 'button', text: plain(), ...more })
const option = (index: number, more: object = {}) => ({ text: plain(), value: `v${index}`, ...more })
const options = (count: number) => times(count, index => option(index))
const select = (more: object) => ({ type: 'static_select', ...more })
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain(), element, ...more })
const textInput = (more: object = {}) => ({ type: 'plain_text_input', ...more })
const modal = (blocks: unknown, more: object = {}) => ({
  type: 'modal',
  title: plain(),
  submit: plain(),
  blocks,
  ...more,
})
const home = (...blocks: object[]) => ({ type: 'home', blocks })
const cell = (length = 1) => ({ type: 'raw_text', text: long(length) })
const table = (rows: object[][], more: object = {}) => ({ type: 'table', rows, ...more })
const confirm = (more: object = {}) => ({
  title: plain(),
  text: plain(),
  confirm: plain(),
  deny: plain(),
  ...more,
})
const rich = (...elements: object[]) => ({ type: 'rich_text', elements })
const line = (...elements: object[]) => ({ type: 'rich_text_section', elements })
const image = (more: object = {}) => ({
  type: 'image',
  image_url: 'https://a.b/c.png',
  alt_text: 'a',
  ...more,
})

type Place = 'message' | 'modal' | 'home'
const judge = (place: Place, ...blocks: unknown[]): string[] => {
  if (place === 'message') return validateMessage({ blocks })
  if (place === 'home') return validateView({ type: 'home', blocks })
  return validateView(modal(blocks))
}

const chars = (limit: number) => `must be less than ${limit + 1} characters`
const items = (limit: number) => `no more than ${limit} items allowed`
const EMPTY = 'must be more than 0 characters'
const NONE = 'must provide at least 1 items'

describe('length limits of one block', () => {
  type Row = [what: string, place: Place, make: (length: number) => object, limit: number, pointer: string]
  const rows: Row[] = [
    ['section text', 'message', n => section({ text: mrkdwn(n) }), 3000, '/blocks/0/text/text'],
    ['section field', 'message', n => section({ fields: [mrkdwn(n)] }), 2000, '/blocks/0/fields/0/text'],
    ['header', 'message', n => ({ type: 'header', text: plain(n) }), 150, '/blocks/0/text/text'],
    [
      'context',
      'message',
      n => ({ type: 'context', elements: [mrkdwn(n)] }),
      3000,
      '/blocks/0/elements/0/text',
    ],
    [
      'button text',
      'message',
      n => actions(button({ text: plain(n) })),
      75,
      '/blocks/0/elements/0/text/text',
    ],
    ['button value', 'message', n => actions(button({ value: long(n) })), 2000, '/blocks/0/elements/0/value'],
    ['button url', 'message', n => actions(button({ url: long(n) })), 3000, '/blocks/0/elements/0/url'],
    [
      'button accessibility label',
      'message',
      n => actions(button({ accessibility_label: long(n) })),
      75,
      '/blocks/0/elements/0/accessibility_label',
    ],
    [
      'action_id',
      'message',
      n => actions(button({ action_id: long(n) })),
      255,
      '/blocks/0/elements/0/action_id',
    ],
    ['block_id', 'message', n => section({ block_id: long(n) }), 255, '/blocks/0/block_id'],
    [
      'confirm title',
      'message',
      n => actions(button({ confirm: confirm({ title: plain(n) }) })),
      100,
      '/blocks/0/elements/0/confirm/title/text',
    ],
    [
      'confirm text',
      'message',
      n => actions(button({ confirm: confirm({ text: mrkdwn(n) }) })),
      300,
      '/blocks/0/elements/0/confirm/text/text',
    ],
    [
      'confirm button',
      'message',
      n => actions(button({ confirm: confirm({ confirm: plain(n) }) })),
      30,
      '/blocks/0/elements/0/confirm/confirm/text',
    ],
    [
      'deny button',
      'message',
      n => actions(button({ confirm: confirm({ deny: plain(n) }) })),
      30,
      '/blocks/0/elements/0/confirm/deny/text',
    ],
    [
      'option text',
      'modal',
      n => input(select({ options: [option(0, { text: plain(n) })] })),
      75,
      '/view/blocks/0/element/options/0/text/text',
    ],
    [
      'option value',
      'modal',
      n => input(select({ options: [option(0, { value: long(n) })] })),
      150,
      '/view/blocks/0/element/options/0/value',
    ],
    [
      'option description',
      'modal',
      n => input(select({ options: [option(0, { description: plain(n) })] })),
      75,
      '/view/blocks/0/element/options/0/description/text',
    ],
    [
      'option group label',
      'modal',
      n => input(select({ option_groups: [{ label: plain(n), options: options(1) }] })),
      75,
      '/view/blocks/0/element/option_groups/0/label/text',
    ],
    [
      'overflow url',
      'message',
      n => actions({ type: 'overflow', options: [option(0, { url: long(n) })] }),
      3000,
      '/blocks/0/elements/0/options/0/url',
    ],
    [
      'placeholder',
      'modal',
      n => input(textInput({ placeholder: plain(n) })),
      150,
      '/view/blocks/0/element/placeholder/text',
    ],
    ['input label', 'modal', n => input(textInput(), { label: plain(n) }), 2000, '/view/blocks/0/label/text'],
    ['input hint', 'modal', n => input(textInput(), { hint: plain(n) }), 2000, '/view/blocks/0/hint/text'],
    ['image alt text', 'message', n => image({ alt_text: long(n) }), 2000, '/blocks/0/alt_text'],
    ['image title', 'message', n => image({ title: plain(n) }), 2000, '/blocks/0/title/text'],
    ['image url', 'message', n => image({ image_url: long(n) }), 3000, '/blocks/0/image_url'],
    ['alert', 'modal', n => ({ type: 'alert', text: mrkdwn(n) }), 200, '/view/blocks/0/text/text'],
    ['markdown', 'message', n => ({ type: 'markdown', text: long(n) }), 12_000, '/blocks/0/text'],
    ['card body', 'message', n => ({ type: 'card', body: mrkdwn(n) }), 200, '/blocks/0/body/text'],
  ]
  it.each(rows)(
    'takes a %s at its limit and refuses one character more',
    (_, place, make, limit, pointer) => {
      expect(judge(place, make(limit))).toEqual([])
      expect(judge(place, make(limit + 1))).toEqual([`${chars(limit)} [json-pointer:${pointer}]`])
    },
  )

  it('counts what arrived: an escaped ampersand is five characters, an emoji is one', () => {
    const header = (text: string) => judge('message', { type: 'header', text: { type: 'plain_text', text } })
    expect(header('&amp;'.repeat(30))).toEqual([])
    expect(header(`${'&amp;'.repeat(30)}x`)).toHaveLength(1)
    expect(header('🙂'.repeat(150))).toEqual([])
    expect(header('🙂'.repeat(151))).toHaveLength(1)
  })
})

describe('item limits of one block', () => {
  type Row = [what: string, place: Place, make: (count: number) => object, limit: number, pointer: string]
  const choice = (type: string) => (n: number) => actions({ type, options: options(n) })
  const rows: Row[] = [
    ['section fields', 'message', n => section({ fields: times(n, () => plain()) }), 10, '/blocks/0/fields'],
    [
      'context elements',
      'message',
      n => ({ type: 'context', elements: times(n, () => plain()) }),
      10,
      '/blocks/0/elements',
    ],
    ['actions', 'message', n => actions(...times(n, () => button())), 25, '/blocks/0/elements'],
    [
      'select options',
      'message',
      n => actions(select({ options: options(n) })),
      100,
      '/blocks/0/elements/0/options',
    ],
    [
      'option groups',
      'message',
      n => actions(select({ option_groups: times(n, () => ({ label: plain(), options: options(1) })) })),
      100,
      '/blocks/0/elements/0/option_groups',
    ],
    [
      'options in a group',
      'message',
      n => actions(select({ option_groups: [{ label: plain(), options: options(n) }] })),
      100,
      '/blocks/0/elements/0/option_groups/0/options',
    ],
    ['overflow', 'message', choice('overflow'), 5, '/blocks/0/elements/0/options'],
    ['checkboxes', 'message', choice('checkboxes'), 10, '/blocks/0/elements/0/options'],
    ['radio buttons', 'message', choice('radio_buttons'), 10, '/blocks/0/elements/0/options'],
    ['table rows', 'message', n => table(times(n, () => [cell()])), 100, '/blocks/0/rows'],
    ['table cells', 'message', n => table([times(n, () => cell())]), 20, '/blocks/0/rows/0'],
    [
      'column settings',
      'message',
      n => table([[cell()]], { column_settings: times(n, () => null) }),
      20,
      '/blocks/0/column_settings',
    ],
    [
      'card buttons',
      'message',
      n => ({ type: 'card', actions: times(n, () => button()) }),
      3,
      '/blocks/0/actions',
    ],
  ]
  it.each(rows)('takes as many %s as allowed and refuses one more', (_, place, make, limit, pointer) => {
    expect(judge(place, make(limit))).toEqual([])
    expect(judge(place, make(limit + 1))).toEqual([`${items(limit)} [json-pointer:${pointer}]`])
  })

  it.each<[string, object, string]>([
    ['fields', section({ fields: [] }), '/blocks/0/fields'],
    ['context elements', { type: 'context', elements: [] }, '/blocks/0/elements'],
    ['actions', actions(), '/blocks/0/elements'],
    ['options', actions(select({ options: [] })), '/blocks/0/elements/0/options'],
    ['rows', table([]), '/blocks/0/rows'],
    ['cells', table([[]]), '/blocks/0/rows/0'],
  ])('wants at least one of the %s', (_, block, pointer) => {
    expect(judge('message', block)).toEqual([`${NONE} [json-pointer:${pointer}]`])
  })

  it.each<[string, object, string]>([
    ['mrkdwn text', section({ text: mrkdwn(0) }), '/blocks/0/text/text'],
    ['field', section({ fields: [plain(0)] }), '/blocks/0/fields/0/text'],
    ['header', { type: 'header', text: plain(0) }, '/blocks/0/text/text'],
    ['button', actions(button({ text: plain(0) })), '/blocks/0/elements/0/text/text'],
    ['button value', actions(button({ value: '' })), '/blocks/0/elements/0/value'],
    ['table cell', table([[cell(0)]]), '/blocks/0/rows/0/0/text'],
    ['rich text', rich(line({ type: 'text', text: '' })), '/blocks/0/elements/0/elements/0/text'],
  ])('refuses an empty %s', (_, block, pointer) => {
    expect(judge('message', block)).toEqual([`${EMPTY} [json-pointer:${pointer}]`])
  })
})

describe('the whole payload', () => {
  it('takes 50 blocks in a message and refuses 51', () => {
    expect(judge('message', ...times(50, () => section()))).toEqual([])
    expect(judge('message', ...times(51, () => section()))).toEqual([`${items(50)} [json-pointer:/blocks]`])
  })

  it.each<[Place]>([['modal'], ['home']])('takes 100 blocks in a %s view and refuses 101', place => {
    expect(judge(place, ...times(100, () => section()))).toEqual([])
    expect(judge(place, ...times(101, () => section()))).toEqual([
      `${items(100)} [json-pointer:/view/blocks]`,
    ])
  })

  it('refuses a message whose blocks hold more than 13 200 characters in all', () => {
    const four = times(4, () => section({ text: plain(3000) }))
    expect(judge('message', ...four, section({ text: plain(1200) }))).toEqual([])
    expect(judge('message', ...four, section({ text: plain(1201) }))).toEqual(['msg_blocks_too_long'])
  })

  it('refuses a view of more than 250 KB whatever is in it', () => {
    const view = (padding: number) =>
      modal(times(84, i => section({ text: plain(i === 83 ? padding : 3000) })))
    const room = 250 * 1024 - JSON.stringify(view(1)).length + 1
    expect(validateView(view(room))).toEqual([])
    expect(validateView(view(room + 1))).toEqual(['view_too_large'])
  })

  it.each<[string, number]>([
    ['title', 24],
    ['submit', 24],
    ['close', 24],
  ])('holds the %s of a view to %i characters', (key, limit) => {
    expect(validateView(modal([], { [key]: plain(limit) }))).toEqual([])
    expect(validateView(modal([], { [key]: plain(limit + 1) }))).toEqual([
      `${chars(limit)} [json-pointer:/view/${key}/text]`,
    ])
    expect(validateView(modal([], { [key]: mrkdwn() }))).toEqual([
      `must be a valid enum value [json-pointer:/view/${key}/type]`,
    ])
  })

  it.each<[string, number]>([
    ['private_metadata', 3000],
    ['callback_id', 255],
    ['external_id', 255],
  ])('holds %s to %i characters', (key, limit) => {
    expect(validateView(modal([], { [key]: long(limit) }))).toEqual([])
    expect(validateView(modal([], { [key]: long(limit + 1) }))).toEqual([
      `${chars(limit)} [json-pointer:/view/${key}]`,
    ])
  })

  it('reports every problem at once, as Slack does', () => {
    const { title: _, ...untitled } = modal(times(101, () => section()))
    expect(validateView(untitled)).toEqual([
      'missing required field: title [json-pointer:/view]',
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ])
  })

  it('names the option two blocks down by its pointer', () => {
    const wide = input(select({ options: [option(0, { text: plain(76) })] }))
    expect(judge('modal', section(), section(), wide)).toEqual([
      'must be less than 76 characters [json-pointer:/view/blocks/2/element/options/0/text/text]',
    ])
  })

  it('wants a submit button as soon as there is an input block', () => {
    const { submit: _, ...silent } = modal([section(), input(textInput())])
    expect(validateView(silent)).toEqual([
      'must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]',
    ])
    const { submit: __, ...readOnly } = modal([section()])
    expect(validateView(readOnly)).toEqual([])
  })

  it('refuses a block_id that is used twice', () => {
    const twice = [section({ block_id: 'a' }), section({ block_id: 'b' }), section({ block_id: 'a' })]
    const text = '`block_id` "a" already exists'
    expect(judge('message', ...twice)).toEqual([`${text} [json-pointer:/blocks/2/block_id]`])
    expect(judge('modal', ...twice)).toEqual([`${text} [json-pointer:/view/blocks/2/block_id]`])
  })

  it('refuses an action_id that is used twice in a block, and takes it in two blocks', () => {
    const press = button({ action_id: 'go' })
    expect(judge('message', actions(press), actions(press))).toEqual([])
    expect(judge('message', section(), actions(press, press))).toEqual([
      '`action_id` "go" already exists [json-pointer:/blocks/1/elements/1/action_id]',
    ])
  })

  it('lets one element of a view take the focus', () => {
    const eager = input(textInput({ focus_on_load: true }))
    expect(judge('modal', eager, input(textInput({ focus_on_load: false })))).toEqual([])
    expect(judge('modal', eager, eager)).toEqual([
      'only one element may set `focus_on_load` [json-pointer:/view/blocks/1/element/focus_on_load]',
    ])
  })

  it.each<[string, unknown, string]>([
    ['a string', 'no', 'must provide an object [json-pointer:/view]'],
    ['nothing', undefined, 'must provide an object [json-pointer:/view]'],
    ['blocks that are no list', modal({}), 'must provide an array [json-pointer:/view/blocks]'],
    ['a block that is no object', modal([7]), 'must provide an object [json-pointer:/view/blocks/0]'],
    ['a block without type', modal([{}]), 'missing required field: type [json-pointer:/view/blocks/0]'],
    ['an unknown view type', { type: 'popup' }, 'unsupported type: popup [json-pointer:/view/type]'],
    ['a null submit', modal([], { submit: null }), 'must provide an object [json-pointer:/view/submit]'],
    [
      'a type from the prototype',
      modal([{ type: 'constructor' }]),
      'unsupported type: constructor [json-pointer:/view/blocks/0/type]',
    ],
  ])('answers %s without throwing', (_, view, expected) => {
    expect(validateView(view)).toEqual([expected])
  })

  it('has nothing to say about a message without blocks', () => {
    expect(validateMessage({ text: 'hello' })).toEqual([])
    expect(validateMessage({ text: 'hello', blocks: [] })).toEqual([])
    expect(validateMessage({ blocks: 'x' })).toEqual(['must provide an array [json-pointer:/blocks]'])
  })
})

describe('what may stand where', () => {
  const blocks: Record<string, [object, Place[]]> = {
    section: [section(), ['message', 'modal', 'home']],
    divider: [{ type: 'divider' }, ['message', 'modal', 'home']],
    header: [{ type: 'header', text: plain() }, ['message', 'modal', 'home']],
    context: [{ type: 'context', elements: [image(), plain(), mrkdwn()] }, ['message', 'modal', 'home']],
    actions: [actions(button()), ['message', 'modal', 'home']],
    image: [image(), ['message', 'modal', 'home']],
    input: [input(textInput()), ['message', 'modal', 'home']],
    rich_text: [rich(line({ type: 'text', text: 'a' })), ['message', 'modal', 'home']],
    card: [{ type: 'card', title: mrkdwn() }, ['message', 'modal', 'home']],
    table: [table([[cell()]]), ['message', 'home']],
    data_table: [{ type: 'data_table', caption: 'c', rows: [[cell()], [cell()]] }, ['message', 'home']],
    container: [{ type: 'container', title: plain(), child_blocks: [section()] }, ['message', 'home']],
    carousel: [{ type: 'carousel', elements: [{ type: 'card' }] }, ['message', 'home']],
    alert: [{ type: 'alert', level: 'warning', text: plain() }, ['modal']],
    markdown: [{ type: 'markdown', text: 'a' }, ['message']],
    context_actions: [
      { type: 'context_actions', elements: [{ type: 'icon_button', icon: 'trash', text: plain() }] },
      ['message'],
    ],
    file: [{ type: 'file', external_id: 'a', source: 'remote' }, []],
    sections: [{ type: 'sections' }, []],
  }
  const places: Place[] = ['message', 'modal', 'home']
  const cases = Object.entries(blocks).flatMap(([type, [block, allowed]]) =>
    places.map(place => [type, place, block, allowed.includes(place) ? 'taken' : 'refused'] as const),
  )
  it.each(cases)('%s in a %s', (type, place, block, verdict) => {
    const at = place === 'message' ? '/blocks/0/type' : '/view/blocks/0/type'
    expect(judge(place, block)).toEqual(
      verdict === 'taken' ? [] : [`unsupported type: ${type} [json-pointer:${at}]`],
    )
  })

  const multi = { type: 'multi_static_select', options: options(1) }
  const picker = { type: 'datetimepicker' }
  const numeric = { type: 'number_input', is_decimal_allowed: false }
  const elements: [string, Place, object, string | null][] = [
    ['datetimepicker in actions', 'message', actions(picker), null],
    ['datetimepicker in actions', 'modal', actions(picker), null],
    ['datetimepicker in actions', 'home', actions(picker), 'datetimepicker [json-pointer:/view/blocks/0]'],
    ['datetimepicker in an input', 'modal', input(picker), null],
    ['datetimepicker in an input', 'home', input(picker), 'datetimepicker [json-pointer:/view/blocks/0]'],
    [
      'datetimepicker beside a section',
      'message',
      section({ accessory: picker }),
      'datetimepicker [json-pointer:/blocks/0]',
    ],
    ['number in an input', 'modal', input(numeric), null],
    ['number in an input', 'message', input(numeric), 'number_input [json-pointer:/blocks/0]'],
    ['number in actions', 'modal', actions(numeric), 'number_input [json-pointer:/view/blocks/0]'],
    [
      'email in an input',
      'message',
      input({ type: 'email_text_input' }),
      'email_text_input [json-pointer:/blocks/0]',
    ],
    [
      'url in an input',
      'home',
      input({ type: 'url_text_input' }),
      'url_text_input [json-pointer:/view/blocks/0]',
    ],
    ['file in an input', 'modal', input({ type: 'file_input', max_files: 10 }), null],
    ['file in an input', 'message', input({ type: 'file_input' }), 'file_input [json-pointer:/blocks/0]'],
    ['file in an input', 'home', input({ type: 'file_input' }), 'file_input [json-pointer:/view/blocks/0]'],
    [
      'file beside a section',
      'modal',
      section({ accessory: { type: 'file_input' } }),
      'file_input [json-pointer:/view/blocks/0]',
    ],
    [
      'file in actions',
      'modal',
      { type: 'actions', elements: [{ type: 'file_input' }] },
      'file_input [json-pointer:/view/blocks/0]',
    ],
    ['rich text in an input', 'modal', input({ type: 'rich_text_input' }), null],
    [
      'rich text in an input',
      'message',
      input({ type: 'rich_text_input' }),
      'rich_text_input [json-pointer:/blocks/0]',
    ],
    ['multi-select beside a section', 'message', section({ accessory: multi }), null],
    ['multi-select in an input', 'modal', input(multi), null],
    ['multi-select in actions', 'message', actions(multi), 'multiselect [json-pointer:/blocks/0]'],
    ['button in an input', 'modal', input(button()), 'button [json-pointer:/view/blocks/0]'],
    [
      'text input in actions',
      'modal',
      actions(textInput()),
      'plain_text_input [json-pointer:/view/blocks/0]',
    ],
    [
      'button in a context',
      'message',
      { type: 'context', elements: [button()] },
      'button [json-pointer:/blocks/0]',
    ],
  ]
  it.each(elements)('%s of a %s', (_, place, block, refusal) => {
    expect(judge(place, block)).toEqual(refusal === null ? [] : [`unsupported element: ${refusal}`])
  })

  it('lets a response_url be asked for in the input block of a modal only', () => {
    const asking = { type: 'conversations_select', response_url_enabled: true }
    expect(judge('modal', input(asking))).toEqual([])
    expect(judge('modal', section({ accessory: asking }))).toEqual([
      'invalid additional property: response_url_enabled [json-pointer:/view/blocks/0/accessory]',
    ])
  })
})

describe('what an element must and may hold', () => {
  const rows: [string, Place, object, string][] = [
    [
      'a key nobody knows',
      'message',
      actions(button({ foo: 1 })),
      'invalid additional property: foo [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a key on a block',
      'message',
      section({ foo: 1 }),
      'invalid additional property: foo [json-pointer:/blocks/0]',
    ],
    [
      'a type on an option',
      'message',
      actions(select({ options: [option(0, { type: 'option' })] })),
      'invalid additional property: type [json-pointer:/blocks/0/elements/0/options/0]',
    ],
    [
      'a url outside overflow',
      'message',
      actions(select({ options: [option(0, { url: 'https://a' })] })),
      'invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]',
    ],
    [
      'verbatim on plain text',
      'message',
      section({ text: { ...plain(), verbatim: true } }),
      'invalid additional property: verbatim [json-pointer:/blocks/0/text]',
    ],
    [
      'emoji on mrkdwn',
      'message',
      section({ text: { ...mrkdwn(), emoji: true } }),
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    [
      'mrkdwn in a header',
      'message',
      { type: 'header', text: mrkdwn() },
      'must be a valid enum value [json-pointer:/blocks/0/text/type]',
    ],
    [
      'mrkdwn in a select option',
      'message',
      actions(select({ options: [option(0, { text: mrkdwn() })] })),
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/options/0/text/type]',
    ],
    [
      'a section with nothing',
      'message',
      { type: 'section' },
      'missing required field: text [json-pointer:/blocks/0]',
    ],
    [
      'an image without alt text',
      'message',
      { type: 'image', image_url: 'https://a' },
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    [
      'an image without source',
      'message',
      { type: 'image', alt_text: 'a' },
      'missing required field: image_url [json-pointer:/blocks/0]',
    ],
    [
      'a select without options',
      'modal',
      input(select({})),
      'missing required field: options [json-pointer:/view/blocks/0/element]',
    ],
    [
      'options and groups',
      'modal',
      input(select({ options: options(1), option_groups: [{ label: plain(), options: options(1) }] })),
      'invalid additional property: option_groups [json-pointer:/view/blocks/0/element]',
    ],
    [
      'an initial option not on offer',
      'modal',
      input(select({ options: options(2), initial_option: option(7) })),
      'must exactly match one of the provided options [json-pointer:/view/blocks/0/element/initial_option]',
    ],
    [
      'a number input without decimals rule',
      'modal',
      input({ type: 'number_input' }),
      'missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]',
    ],
    [
      'a number as initial value',
      'modal',
      input({ type: 'number_input', is_decimal_allowed: false, initial_value: 3 }),
      'must provide a string [json-pointer:/view/blocks/0/element/initial_value]',
    ],
    [
      'an initial value over 3000',
      'modal',
      input(textInput({ initial_value: long(3001) })),
      'must be less than 3001 characters [json-pointer:/view/blocks/0/element/initial_value]',
    ],
    [
      'max_length 0',
      'modal',
      input(textInput({ max_length: 0 })),
      'must be greater than or equal to 1 [json-pointer:/view/blocks/0/element/max_length]',
    ],
    [
      'max_length 3001',
      'modal',
      input(textInput({ max_length: 3001 })),
      'must be less than or equal to 3000 [json-pointer:/view/blocks/0/element/max_length]',
    ],
    [
      'milliseconds as date-time',
      'modal',
      input({ type: 'datetimepicker', initial_date_time: 1_795_420_800_000 }),
      'must be less than or equal to 9999999999 [json-pointer:/view/blocks/0/element/initial_date_time]',
    ],
    [
      'half a second as date-time',
      'modal',
      input({ type: 'datetimepicker', initial_date_time: 1_795_420_800.5 }),
      'must provide an integer [json-pointer:/view/blocks/0/element/initial_date_time]',
    ],
    [
      '11 files',
      'modal',
      input({ type: 'file_input', max_files: 11 }),
      'must be less than or equal to 10 [json-pointer:/view/blocks/0/element/max_files]',
    ],
    [
      'no file at all',
      'modal',
      input({ type: 'file_input', max_files: 0 }),
      'must be greater than or equal to 1 [json-pointer:/view/blocks/0/element/max_files]',
    ],
    [
      'a file type that is no text',
      'modal',
      input({ type: 'file_input', filetypes: ['csv', 1] }),
      'must provide a string [json-pointer:/view/blocks/0/element/filetypes/1]',
    ],
    [
      'file types that are no list',
      'modal',
      input({ type: 'file_input', filetypes: 'csv' }),
      'must provide an array [json-pointer:/view/blocks/0/element/filetypes]',
    ],
    [
      'a style that is none',
      'message',
      actions(button({ style: 'default' })),
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a confirm without deny',
      'message',
      actions(button({ confirm: { title: plain(), text: plain(), confirm: plain() } })),
      'missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]',
    ],
    [
      'an input without label',
      'modal',
      { type: 'input', element: textInput() },
      'missing required field: label [json-pointer:/view/blocks/0]',
    ],
    [
      'a bare string as text',
      'message',
      { type: 'header', text: 'hi' },
      'must provide an object [json-pointer:/blocks/0/text]',
    ],
    [
      'mrkdwn as a table cell',
      'message',
      table([[mrkdwn()]]),
      'unsupported type: mrkdwn [json-pointer:/blocks/0/rows/0/0/type]',
    ],
    [
      'a column in the middle',
      'message',
      table([[cell()]], { column_settings: [{ align: 'middle' }] }),
      'must be a valid enum value [json-pointer:/blocks/0/column_settings/0/align]',
    ],
    [
      'text right in rich_text',
      'message',
      rich({ type: 'text', text: 'a' }),
      'unsupported type: text [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'an unknown rich element',
      'message',
      rich(line({ type: 'mention' })),
      'unsupported type: mention [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    [
      'a user in preformatted text',
      'message',
      rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }),
      'unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    [
      'text right in a list',
      'message',
      rich({ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'a' }] }),
      'unsupported type: text [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    [
      'a list without style',
      'message',
      rich({ type: 'rich_text_list', elements: [line()] }),
      'missing required field: style [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a date without format',
      'message',
      rich(line({ type: 'date', timestamp: 1_795_420_800 })),
      'missing required field: format [json-pointer:/blocks/0/elements/0/elements/0]',
    ],
    [
      'a broadcast to nobody',
      'message',
      rich(line({ type: 'broadcast', range: 'all' })),
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/elements/0/range]',
    ],
  ]
  it.each(rows)('refuses %s', (_, place, block, expected) => {
    expect(judge(place, block)).toEqual([expected])
  })

  it('refuses a title on a home view', () => {
    expect(validateView({ ...home(section()), title: plain() })).toEqual([
      'invalid additional property: title [json-pointer:/view]',
    ])
  })

  it('takes every rich text element, and a table of all cell kinds and unequal rows', () => {
    const every = [
      { type: 'text', text: 'a', style: { bold: true, code: true } },
      { type: 'link', url: 'https://a.b', text: 'a' },
      { type: 'user', user_id: 'U1' },
      { type: 'usergroup', usergroup_id: 'S1' },
      { type: 'channel', channel_id: 'C1' },
      { type: 'emoji', name: 'warning' },
      { type: 'date', timestamp: 1_795_420_800, format: '{date_num} {time}', fallback: 'then' },
      { type: 'broadcast', range: 'here' },
    ]
    const block = rich(
      line(...every),
      { type: 'rich_text_list', style: 'ordered', indent: 1, border: 0, elements: [line(...every)] },
      { type: 'rich_text_quote', elements: every },
      { type: 'rich_text_preformatted', border: 1, elements: every.slice(0, 2) },
    )
    const number = { type: 'raw_number', value: 3, text: '3' }
    const grid = table([[cell(), number, rich(line(...every))], [cell()]], {
      column_settings: [{ align: 'right', is_wrapped: true }, null],
    })
    expect(judge('message', block, grid)).toEqual([])
  })

  it('takes one table per message, of 10 000 characters', () => {
    const wide = (length: number) => table([[cell(5000), cell(length)]])
    expect(judge('message', wide(5000))).toEqual([])
    expect(judge('message', section(), wide(5001))).toEqual([
      'must be less than 10001 characters [json-pointer:/blocks/1/rows]',
    ])
    expect(judge('message', table([[cell()]]), section(), table([[cell()]]))).toEqual([
      'only_one_table_allowed [json-pointer:/blocks/2]',
    ])
  })

  it('takes an initial option that is on offer, in a list or in a group', () => {
    expect(judge('modal', input(select({ options: options(3), initial_option: option(1) })))).toEqual([])
    const grouped = { option_groups: [{ label: plain(), options: options(3) }], initial_option: option(2) }
    expect(judge('modal', input(select(grouped)))).toEqual([])
    const boxes = { type: 'checkboxes', options: options(3), initial_options: [option(0), option(9)] }
    expect(judge('modal', input(boxes))).toEqual([
      'must exactly match one of the provided options [json-pointer:/view/blocks/0/element/initial_options]',
    ])
  })

  it('caps markdown over all blocks of a message', () => {
    const markdown = (length: number) => ({ type: 'markdown', text: long(length) })
    expect(judge('message', markdown(6000), markdown(6000))).toEqual([])
    expect(judge('message', markdown(6000), markdown(6001))).toEqual([
      'must be less than 12001 characters [json-pointer:/blocks]',
    ])
  })
})
