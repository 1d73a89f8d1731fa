// Triggers, views, response_urls and buttons: what Slack allows once, briefly, or not at all.
import type { App } from '@slack/bolt'
import type { KnownBlock, ModalView } from '@slack/types'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { ada, type Connected, client, connectApp, lin, ops, plain, refusal } from './connected-app.ts'

// The listeners keep what they were sent and acknowledge as the test says; the test then speaks for the app.
let connected: Connected
let slack: LocalSlack
let clock: number
let bodies: Record<string, unknown>[]
let answer: Record<string, unknown> | undefined

function register(app: App): void {
  app.use(async ({ body, ack, next }) => {
    bodies.push(body as unknown as Record<string, unknown>)
    if (ack) await (ack as (answer?: unknown) => Promise<void>)(answer)
    await next()
  })
}

beforeEach(async () => {
  clock = Date.now()
  bodies = []
  answer = undefined
  connected = await connectApp('socket', register, { now: () => clock })
  slack = connected.slack
})
afterEach(() => connected.stop())

const last = () => bodies.at(-1) ?? {}
const text = (name: string) => String(last()[name])

function modal(blocks: KnownBlock[] = [], more: Partial<ModalView> = {}): ModalView {
  return {
    type: 'modal',
    callback_id: 'm',
    title: plain('Modal'),
    submit: plain('Send'),
    blocks,
    ...more,
  }
}

const textInput = (block_id: string, initial_value?: string): KnownBlock => ({
  type: 'input',
  block_id,
  label: plain(`Label ${block_id}`),
  element: { type: 'plain_text_input', action_id: 'v', ...(initial_value ? { initial_value } : {}) },
})

async function openModal(view = modal()) {
  await slack.person(ada).command(ops, '/reset some text')
  return client(slack).views.open({ trigger_id: text('trigger_id'), view })
}

it('delivers a command as typed', async () => {
  await slack.person(ada).command(ops, '/reset  a "b c"')
  expect(last()).toMatchObject({
    command: '/reset',
    text: ' a "b c"',
    user_id: ada,
    channel_id: ops,
    channel_name: 'ops',
    is_enterprise_install: 'false',
  })
  expect(await slack.person(ada).command(ops, '/other')).toEqual({
    ok: false,
    message: '/other is not a valid command.',
  })
})

it('refuses a trigger after three seconds, and a second use', async () => {
  await slack.person(ada).command(ops, '/reset')
  const trigger_id = text('trigger_id')
  const web = client(slack)
  expect(await refusal(web.views.open({ trigger_id: 'nonsense', view: modal() }))).toBe('invalid_trigger_id')
  await web.views.open({ trigger_id, view: modal() })
  expect(await refusal(web.views.open({ trigger_id, view: modal() }))).toBe('exchanged_trigger_id')
  await slack.person(ada).command(ops, '/reset')
  clock += 3001
  const late = web.views.open({ trigger_id: text('trigger_id'), view: modal() })
  expect(await refusal(late)).toBe('expired_trigger_id')
})

it('refuses a view with an image that is no file, and leaves the trigger usable', async () => {
  await slack.person(ada).command(ops, '/reset')
  const trigger_id = text('trigger_id')
  const image: KnownBlock = { type: 'image', alt_text: 'a plan', slack_file: { id: 'F0123456789' } }
  await expect(client(slack).views.open({ trigger_id, view: modal([image]) })).rejects.toMatchObject({
    data: {
      error: 'invalid_arguments',
      response_metadata: {
        messages: ['[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]'],
      },
    },
  })
  await client(slack).views.open({ trigger_id, view: modal() })
})

it('answers an invalid view with the pointers, and leaves the trigger usable', async () => {
  await slack.person(ada).command(ops, '/reset')
  const trigger_id = text('trigger_id')
  try {
    await client(slack).views.open({ trigger_id, view: modal([], { title: plain('x'.repeat(25)) }) })
    expect.unreachable()
  } catch (error) {
    expect((error as { data: unknown }).data).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: {
        messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
      },
    })
  }
  expect((await client(slack).views.open({ trigger_id, view: modal() })).ok).toBe(true)
})

it('refuses an update with a stale hash', async () => {
  const { view } = await openModal()
  const web = client(slack)
  const view_id = view?.id ?? ''
  const hash = view?.hash ?? ''
  const updated = await web.views.update({ view_id, hash, view: modal([textInput('a')]) })
  expect(updated.view?.hash).not.toBe(hash)
  expect(await refusal(web.views.update({ view_id, hash, view: modal() }))).toBe('hash_conflict')
  await web.views.update({ view_id, view: modal() })
  await slack.person(ada).closeView()
  expect(await refusal(web.views.update({ view_id, view: modal() }))).toBe('not_found')
})

it('keeps what was typed while block_id and action_id stay, and starts anew where they change', async () => {
  const { view } = await openModal(modal([textInput('a'), textInput('b', 'given')]))
  const person = slack.person(ada)
  await person.fill('Label a', 'typed')
  await client(slack).views.update({
    view_id: view?.id ?? '',
    view: modal([textInput('a', 'ignored'), textInput('c', 'fresh')]),
  })
  expect(person.view()?.state.values).toEqual({
    a: { v: { type: 'plain_text_input', value: 'typed' } },
    c: { v: { type: 'plain_text_input', value: 'fresh' } },
  })
})

it('stacks three modals and no more', async () => {
  await openModal(modal([textInput('a', 'x')]))
  const person = slack.person(ada)
  for (const title of ['Second', 'Third']) {
    answer = { response_action: 'push', view: modal([textInput('a', 'x')], { title: plain(title) }) }
    expect(await person.submit()).toMatchObject({ kind: 'pushed', view: { title: { text: title } } })
  }
  answer = { response_action: 'push', view: modal() }
  expect((await person.submit()).kind).toBe('trouble')
  const again = client(slack).views.push({ trigger_id: text('trigger_id'), view: modal() })
  expect(await refusal(again)).toBe('push_limit_reached')
  answer = undefined
  expect(await person.submit()).toEqual({ kind: 'closed' })
  expect(person.view()?.title.text).toBe('Second')
  answer = { response_action: 'update', view: modal([], { title: plain('Done') }) }
  expect(await person.submit()).toMatchObject({ kind: 'updated', view: { title: { text: 'Done' } } })
  answer = { response_action: 'clear' }
  expect(await person.submit()).toEqual({ kind: 'closed' })
  expect(person.view()).toBeUndefined()
})

it('pushes only from inside a modal', async () => {
  await slack.person(ada).command(ops, '/reset')
  const push = client(slack).views.push({ trigger_id: text('trigger_id'), view: modal() })
  expect(await refusal(push)).toBe('invalid_trigger_id')
})

it('cannot show errors on anything but an input', async () => {
  const section: KnownBlock = { type: 'section', block_id: 's', text: plain('text') }
  await openModal(modal([section, textInput('a', 'x')]))
  const person = slack.person(ada)
  answer = { response_action: 'errors', errors: { s: 'no' } }
  expect((await person.submit()).kind).toBe('trouble')
  answer = { response_action: 'errors', errors: { a: 'yes' } }
  expect(await person.submit()).toEqual({ kind: 'errors', errors: { a: 'yes' } })
  await person.fill('a', 'y')
  expect(person.view()?.errors).toBeUndefined()
})

it('corrects numbers and required fields before the app hears of them', async () => {
  const number: KnownBlock = {
    type: 'input',
    block_id: 'n',
    label: plain('N'),
    element: {
      type: 'number_input',
      action_id: 'v',
      is_decimal_allowed: false,
      min_value: '1',
      max_value: '9007199254740993',
    },
  }
  const note = { ...textInput('note'), optional: true }
  await openModal(modal([number, note as KnownBlock]))
  const person = slack.person(ada)
  const sent = bodies.length
  const errors = async (value: string | null) => {
    await person.fill('n', value)
    const outcome = await person.submit()
    return outcome.kind === 'errors' ? outcome.errors.n : outcome.kind
  }
  expect(await errors(null)).toBe('Please complete this required field.')
  expect(await errors('1.5')).toBe('Please enter a whole number.')
  expect(await errors('abc')).toBe('Please enter a valid number.')
  expect(await errors('0')).toContain('greater than or equal to 1')
  expect(await errors('9007199254740994')).toContain('less than or equal to 9007199254740993')
  expect(bodies).toHaveLength(sent)
  expect(await errors('9007199254740993')).toBe('closed')
  expect(last()).toMatchObject({
    type: 'view_submission',
    view: {
      state: {
        values: {
          n: { v: { type: 'number_input', value: '9007199254740993' } },
          note: { v: { type: 'plain_text_input', value: null } },
        },
      },
    },
    response_urls: [],
  })
})

it('says when a modal was closed, where that was asked for', async () => {
  const person = slack.person(ada)
  await openModal(modal([], { notify_on_close: true }))
  await person.closeView()
  expect(last()).toMatchObject({ type: 'view_closed', is_cleared: false })
  const { view } = await openModal(modal([textInput('a', 'x')], { notify_on_close: true }))
  answer = { response_action: 'push', view: modal() }
  await person.submit()
  answer = undefined
  await person.closeView(true)
  expect(last()).toMatchObject({ type: 'view_closed', is_cleared: true, view: { id: view?.id } })
  await openModal()
  const sent = bodies.length
  await person.closeView()
  expect(bodies).toHaveLength(sent)
})

it('clears the stack on closing a clear_on_close modal, but not on submitting it', async () => {
  const person = slack.person(ada)
  await openModal()
  const top = modal([], { clear_on_close: true, title: plain('Top') })
  answer = { response_action: 'push', view: top }
  await person.submit()
  answer = undefined
  await person.submit()
  expect(person.view()?.title.text).toBe('Modal')
  answer = { response_action: 'push', view: top }
  await person.submit()
  await person.closeView()
  expect(person.view()).toBeUndefined()
})

it('sends picks in actions blocks and sections at once, and inputs only when they ask for it', async () => {
  const options = ['One', 'Two'].map(name => ({ text: plain(name), value: name }))
  const select = { type: 'static_select' as const, action_id: 'pick', options }
  await openModal(
    modal([
      { type: 'section', block_id: 's', text: plain('Which'), accessory: select },
      {
        type: 'input',
        block_id: 'when',
        dispatch_action: true,
        label: plain('When'),
        element: { type: 'datetimepicker', action_id: 'at', initial_date_time: 1700000000 },
      },
      {
        type: 'input',
        block_id: 'quiet',
        label: plain('Quiet'),
        element: { type: 'checkboxes', action_id: 'boxes', options },
      },
    ]),
  )
  const person = slack.person(ada)
  await person.fill('Which', 'Two')
  expect(last()).toMatchObject({
    type: 'block_actions',
    container: { type: 'view' },
    actions: [{ type: 'static_select', action_id: 'pick', block_id: 's', selected_option: { value: 'Two' } }],
    view: { state: { values: { when: { at: { selected_date_time: 1700000000 } } } } },
  })
  expect(last()).not.toHaveProperty('response_url')
  await person.fill('When', 1760000000)
  expect(last().actions).toMatchObject([{ type: 'datetimepicker', selected_date_time: 1760000000 }])
  const sent = bodies.length
  await person.fill('Quiet', ['One', 'Two'])
  expect(bodies).toHaveLength(sent)
  await expect(person.fill('Quiet', ['Three'])).rejects.toThrow('One, Two')
  await expect(person.fill('Nothing', 'x')).rejects.toThrow('0 fields')
})

const buttons = (): KnownBlock[] => [
  {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: 'go',
        text: plain('✅ Go'),
        value: '7',
        confirm: { title: plain('Sure?'), text: plain('Really'), confirm: plain('Yes'), deny: plain('No') },
      },
    ],
  },
]

async function pressed() {
  await client(slack).chat.postMessage({ channel: ops, text: 'card', blocks: buttons() })
  const message = slack.messages(ops)[0]
  if (!message) throw new Error('no message')
  await slack.person(lin).press(message, '✅ Go')
  return message
}

it('asks before sending a click that has a confirm dialog', async () => {
  const message = await pressed()
  expect(last()).toMatchObject({
    container: { type: 'message', message_ts: message.ts, channel_id: ops, is_ephemeral: false },
    actions: [{ action_id: 'go', value: '7', type: 'button', text: { text: ':white_check_mark: Go' } }],
    message: { ts: message.ts, bot_id: 'B0LOCALBOT' },
  })
  const sent = bodies.length
  await slack.person(lin).press(message, 'go', { confirm: false })
  expect(bodies).toHaveLength(sent)
})

it('sends a click on a button that has just been taken away, with the message as it is now', async () => {
  const message = await pressed()
  await client(slack).chat.update({ channel: ops, ts: message.ts, text: 'decided', blocks: [] })
  await slack.person(ada).press(message, 'go')
  expect(last()).toMatchObject({ user: { id: ada }, message: { text: 'decided' } })
  const now = slack.messages(ops)[0]
  if (now) await expect(slack.person(ada).press(now, 'go')).rejects.toThrow('0 buttons')
})

it('takes a response_url five times, for thirty minutes', async () => {
  const message = await pressed()
  const respond = (body: object, url = text('response_url')) =>
    fetch(url, { method: 'POST', body: JSON.stringify(body) }).then(response => response.status)
  expect(await respond({ text: 'only you' })).toBe(200)
  expect(
    slack
      .person(lin)
      .ephemerals()
      .map(one => one.text),
  ).toEqual(['only you'])
  expect(await respond({ text: 'all', response_type: 'in_channel', thread_ts: message.ts })).toBe(200)
  expect(slack.thread(ops, message.ts).map(one => one.text)).toEqual(['all'])
  expect(await respond({ text: 'replaced', replace_original: true })).toBe(200)
  expect(slack.messages(ops)[0]).toMatchObject({ ts: message.ts, text: 'replaced' })
  expect(await respond({ text: 'x', blocks: [{ type: 'nonsense' }] })).toBe(400)
  expect(await respond({ delete_original: true })).toBe(200)
  expect(slack.messages(ops)).toEqual([])
  expect(await respond({ text: 'sixth' })).toBe(404)
  await slack.person(ada).command(ops, '/reset')
  clock += 30 * 60_000 + 1
  expect(await respond({ text: 'late' })).toBe(404)
})

it('shows what a command is acknowledged with', async () => {
  answer = { text: 'for you' }
  expect(await slack.person(ada).command(ops, '/reset help')).toEqual({ ok: true })
  expect(slack.person(ada).ephemerals()).toMatchObject([{ text: 'for you' }])
  answer = { text: 'for all', response_type: 'in_channel' }
  await slack.person(ada).command(ops, '/reset help')
  expect(slack.messages(ops).map(one => one.text)).toEqual(['/reset help', 'for all'])
})

it('lets only the person who sees an ephemeral button press it, and sends no message with it', async () => {
  await client(slack).chat.postEphemeral({ channel: ops, user: ada, text: 'psst', blocks: buttons() })
  const [message] = slack.person(ada).ephemerals()
  if (!message) throw new Error('no message')
  await expect(slack.person(lin).press(message, 'go')).rejects.toThrow('cannot see')
  await slack.person(ada).press(message, 'go')
  expect(last()).toMatchObject({ container: { is_ephemeral: true, message_ts: message.ts } })
  expect(last()).not.toHaveProperty('message')
})

it('sends what is picked behind the three dots as the option that it is, without asking where it is not wanted', async () => {
  const option = (name: string) => ({ text: plain(name), value: `${name} R-1` })
  await client(slack).chat.postMessage({
    channel: ops,
    text: 'a card',
    blocks: [
      {
        type: 'actions',
        block_id: 'row',
        elements: [
          { type: 'button', action_id: 'review', text: plain('Review') },
          { type: 'overflow', action_id: 'more', options: [option('Edit'), option('History')] },
        ],
      },
    ],
  })
  const [message] = slack.messages(ops)
  if (message === undefined) throw new Error('nothing was posted')
  await slack.person(ada).press(message, 'History')
  expect(last().actions).toEqual([
    {
      type: 'overflow',
      action_id: 'more',
      block_id: 'row',
      selected_option: { text: { ...plain('History'), emoji: true }, value: 'History R-1' },
      action_ts: expect.any(String),
    },
  ])
})
