// One whole conversation, by an unmodified Bolt app, over both deliveries.
import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { afterEach, describe, expect, it } from 'vitest'
import { ada, type Connected, connectApp, lin, ops, plain } from './connected-app.ts'

let connected: Connected | undefined
afterEach(() => connected?.stop())

function form(strategy: string): ModalView {
  const field = strategy === 'Shift' ? 'by' : 'to'
  return {
    type: 'modal',
    callback_id: 'reset',
    title: plain('Reset offsets'),
    submit: plain('Ask'),
    blocks: [
      {
        type: 'input',
        block_id: 'group',
        label: plain('Consumer group'),
        element: { type: 'plain_text_input', action_id: 'v' },
      },
      {
        type: 'input',
        block_id: 'strategy',
        dispatch_action: true,
        label: plain('Strategy'),
        element: {
          type: 'static_select',
          action_id: 'pick',
          options: ['Shift', 'Offset'].map(text => ({ text: plain(text), value: text.toLowerCase() })),
          initial_option: { text: plain('Shift'), value: 'shift' },
        },
      },
      {
        type: 'input',
        block_id: field,
        label: plain(`Messages ${field}`),
        element: { type: 'number_input', action_id: 'v', is_decimal_allowed: false, min_value: '0' },
      },
    ],
  }
}

const card = (text: string) => [
  { type: 'section' as const, text: plain(text) },
  {
    type: 'actions' as const,
    elements: [{ type: 'button' as const, action_id: 'approve', text: plain('Approve'), value: 'r1' }],
  },
]

function register(app: App): void {
  app.command('/reset', async ({ ack, body, client }) => {
    await ack()
    await client.views.open({ trigger_id: body.trigger_id, view: form('Shift') })
  })
  app.action('pick', async ({ ack, body, client }) => {
    await ack()
    const { view } = body as BlockAction
    const strategy = view?.state.values.strategy?.pick?.selected_option?.text.text ?? ''
    if (view) await client.views.update({ view_id: view.id, hash: view.hash, view: form(strategy) })
  })
  app.view('reset', async ({ ack, view, client, body }) => {
    const group = view.state.values.group?.v?.value
    if (group === 'forbidden') return ack({ response_action: 'errors', errors: { group: 'Not this group.' } })
    await ack()
    await client.chat.postMessage({
      channel: ops,
      text: `<@${body.user.id}> asks for ${group} to ${view.state.values.to?.v?.value}`,
      blocks: card(`Reset ${group}`),
      metadata: { event_type: 'request', event_payload: { id: 'r1' } },
    })
  })
  app.action<BlockAction<ButtonAction>>('approve', async ({ ack, body, action, client, respond }) => {
    await ack()
    await client.chat.update({
      channel: body.channel?.id ?? '',
      ts: body.message?.ts ?? '',
      text: `Approved ${action.value}`,
      blocks: [],
    })
    await respond({ text: `Thank you, ${body.user.id}`, response_type: 'ephemeral' })
  })
}

describe.each(['socket', 'http'] as const)('over %s', kind => {
  it('carries a request from the command to the approval', async () => {
    connected = await connectApp(kind, register)
    const { slack } = connected
    const person = slack.person(ada)
    expect(await person.command(ops, '/reset')).toEqual({ ok: true })

    const first = await person.waitForView()
    expect(first.state.values.strategy?.pick).toMatchObject({ selected_option: { value: 'shift' } })
    await person.fill('Consumer group', 'forbidden')
    await person.fill('Strategy', 'Offset')
    const second = await person.waitForView(view => view.blocks.some(block => block.block_id === 'to'))
    expect(second.hash).not.toBe(first.hash)
    expect(second.state.values.group?.v).toMatchObject({ value: 'forbidden' })
    expect(second.state.values.to?.v).toEqual({ type: 'number_input', value: null })

    // Slack itself refuses first; the app sees nothing of it.
    expect(await person.submit()).toEqual({
      kind: 'errors',
      errors: { to: 'Please complete this required field.' },
    })
    await person.fill('to', 12430)
    expect(await person.submit()).toEqual({ kind: 'errors', errors: { group: 'Not this group.' } })
    expect(person.view()?.errors).toEqual({ group: 'Not this group.' })
    await person.fill('group', 'billing')
    expect(await person.submit()).toEqual({ kind: 'closed' })
    expect(person.view()).toBeUndefined()

    await expect.poll(() => slack.messages(ops)).toHaveLength(1)
    const [message] = slack.person(lin).sees(ops)
    if (!message) throw new Error('no card')
    expect(message.text).toBe('<@U0ADA> asks for billing to 12430')
    expect(message.metadata).toEqual({ event_type: 'request', event_payload: { id: 'r1' } })
    await slack.person(lin).press(message, 'Approve')

    await expect.poll(() => slack.person(lin).ephemerals()).toHaveLength(1)
    expect(slack.person(ada).ephemerals()).toEqual([])
    expect(slack.messages(ops)).toMatchObject([{ ts: message.ts, text: 'Approved r1' }])
    expect(slack.messages(ops)[0]?.blocks).toBeUndefined()
    expect(slack.messages(ops)[0]?.metadata).toEqual(message.metadata)
  })

  it('shows operation_timeout when the app is late, and trouble when a submission is', async () => {
    connected = await connectApp(
      kind,
      app => {
        app.command('/reset', async ({ client, body }) => {
          await client.views.open({ trigger_id: body.trigger_id, view: form('Shift') })
        })
        app.view('reset', async () => {})
      },
      { ackTimeoutMs: 60 },
    )
    const person = connected.slack.person(ada)
    expect(await person.command(ops, '/reset')).toEqual({
      ok: false,
      message: '/reset failed with the error "operation_timeout"',
    })
    await person.waitForView()
    await person.fill('group', 'billing')
    await person.fill('by', 1).catch(() => undefined)
    expect(await person.submit()).toEqual({
      kind: 'trouble',
      message: 'We had some trouble connecting. Try again?',
    })
    expect(person.view()?.callback_id).toBe('reset')
  })

  it('answers what an external select asks for', async () => {
    connected = await connectApp(kind, app => {
      app.command('/reset', async ({ ack, client, body }) => {
        await ack()
        await client.views.open({
          trigger_id: body.trigger_id,
          view: {
            type: 'modal',
            callback_id: 'x',
            title: plain('Pick'),
            submit: plain('Ok'),
            blocks: [
              {
                type: 'input',
                block_id: 'group',
                label: plain('Group'),
                element: { type: 'external_select', action_id: 'group', min_query_length: 2 },
              },
            ],
          },
        })
      })
      app.options('group', async ({ ack, options }) => {
        const names = ['billing', 'billing-dlq', 'search'].filter(name => name.includes(options.value))
        await ack({ options: names.map(name => ({ text: plain(name), value: name })) })
      })
      app.view('x', async ({ ack, view }) => {
        const value = view.state.values.group?.group?.selected_option?.value ?? 'none'
        await ack({ response_action: 'errors', errors: { group: value } })
      })
    })
    const person = connected.slack.person(ada)
    await person.command(ops, '/reset')
    await person.waitForView()
    expect(await person.suggestions('Group', 'b')).toEqual([])
    expect(await person.suggestions('Group', 'bill')).toEqual(['billing', 'billing-dlq'])
    await person.fill('Group', 'billing-dlq')
    expect(await person.submit()).toEqual({ kind: 'errors', errors: { group: 'billing-dlq' } })
  })

  it('tells the app about an opened Home tab and shows what it publishes', async () => {
    connected = await connectApp(kind, app => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: {
            type: 'home',
            blocks: [
              {
                type: 'actions',
                elements: [{ type: 'button', action_id: 'more', text: plain('More') }],
              },
            ],
          },
        })
      })
      app.action('more', async ({ ack, body, client }) => {
        await ack()
        const { view, container } = body as BlockAction
        await client.chat.postMessage({ channel: body.user.id, text: `${container.type} ${view?.type}` })
      })
    })
    const person = connected.slack.person(ada)
    await person.openHome()
    await expect.poll(() => person.home()?.type).toBe('home')
    await person.pressInHome('More')
    await expect.poll(() => person.directMessages().map(message => message.text)).toEqual(['view home'])
  })
})
