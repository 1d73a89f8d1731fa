// One person playing everybody, against the real local Slack and a small app that speaks plain HTTP to it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import { createTerminal, type Terminal } from '../../../src/sandbox/slack/terminal.ts'

interface Payload {
  command?: string
  text?: string
  type: string
  trigger_id: string
  value: string
  user: { id: string }
  actions: { action_id: string; block_id: string }[]
  message: { ts: string }
  view: { state: { values: Record<string, { a: Record<string, unknown> }> } }
}

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (text: string, value: string) => ({ text: plain(text), value })
const input = (block_id: string, label: string, element: object) => ({
  type: 'input',
  block_id,
  label: plain(label),
  element: { action_id: 'a', ...element },
})
const dialog = {
  type: 'modal',
  title: plain('Reset offsets'),
  submit: plain('Review'),
  blocks: [
    input('group', 'Consumer group', { type: 'external_select', min_query_length: 0 }),
    input('topics', 'Topics', {
      type: 'multi_static_select',
      options: [option('orders', 'o'), option('billing', 'b')],
    }),
    input('strategy', 'Strategy', {
      type: 'radio_buttons',
      options: [option('Earliest', 'e'), option('To a time', 't')],
    }),
    input('when', 'When', { type: 'datetimepicker' }),
    { ...input('why', 'Reason', { type: 'plain_text_input', multiline: true }), optional: true },
  ],
}
const dialogWithFile = {
  ...dialog,
  blocks: [
    { ...input('csv', 'Offsets', { type: 'file_input', filetypes: ['csv'], max_files: 1 }), optional: true },
  ],
}
const confirm = {
  title: plain('Really?'),
  text: plain('It replays messages.'),
  confirm: plain('Go'),
  deny: plain('Stay'),
}
const card = (state: string, buttons: object[]) => ({
  text: state,
  blocks: [
    { type: 'section', text: plain(state) },
    ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []),
  ],
})
const button = (text: string, more: object = {}) => ({
  type: 'button',
  action_id: text,
  text: plain(text),
  ...more,
})

const home = {
  type: 'home',
  blocks: [
    { type: 'section', text: plain('Nothing waits.') },
    { type: 'actions', elements: [button('Reject')] },
    { type: 'actions', block_id: 'first', elements: [button('Detail')] },
    { type: 'actions', block_id: 'second', elements: [button('Detail')] },
  ],
}

let slack: LocalSlack
let app: Server
let terminal: Terminal
let lines: string[]
let submitted: Payload['view']['state']['values'] | undefined

async function call(method: string, args: object): Promise<{ ts: string }> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  const body = (await response.json()) as { ok: boolean; ts: string; error?: string }
  if (!body.ok) throw new Error(`${method}: ${JSON.stringify(body)}`)
  return body
}

/** What the app does with each payload; the answer is the acknowledgement. */
async function answer(payload: Payload): Promise<object | string> {
  if (payload.command === '/reset') {
    const view = payload.text === 'file' ? dialogWithFile : dialog
    await call('views.open', { trigger_id: payload.trigger_id, view })
    return ''
  }
  switch (payload.type) {
    case 'block_suggestion': {
      const groups = ['orders-eu', 'orders-us', 'billing'].filter(each => each.includes(payload.value))
      return { options: groups.map(each => option(each, each)) }
    }
    case 'view_submission': {
      submitted = payload.view.state.values
      if (submitted.why?.a.value === 'no') return { response_action: 'errors', errors: { why: 'Say more.' } }
      const posted = await call('chat.postMessage', {
        channel: 'C1',
        ...card('Waiting', [button('Approve', { confirm }), button('Reject')]),
      })
      await call('chat.postMessage', { channel: 'C1', thread_ts: posted.ts, text: 'Asked by ada' })
      return ''
    }
    case 'block_actions':
      if (payload.actions[0]?.action_id === 'Approve') {
        await call('chat.update', { channel: 'C1', ts: payload.message.ts, ...card('Approved', []) })
        await call('chat.postMessage', { channel: 'U1', text: 'It was approved' })
      } else {
        const isDetail = payload.actions[0]?.action_id === 'Detail'
        const text = isDetail ? `Of the ${payload.actions[0]?.block_id}` : 'Give a reason'
        await call('chat.postEphemeral', { channel: 'C1', user: payload.user.id, text })
      }
      return ''
    default:
      return ''
  }
}

beforeEach(async () => {
  app = createServer(async (request, response) => {
    const sent = await text(request)
    if (sent.startsWith('{')) {
      const { event } = JSON.parse(sent) as { event: { user: string } }
      response.writeHead(200).end()
      // An app acknowledges first, and reads what it shows.
      await new Promise(resolve => setTimeout(resolve, 200))
      return void (await call('views.publish', { user_id: event.user, view: home }))
    }
    const form = new URLSearchParams(sent)
    const payload = form.get('payload')
    const acknowledgement = await answer(payload ? JSON.parse(payload) : Object.fromEntries(form))
    const body = typeof acknowledgement === 'string' ? acknowledgement : JSON.stringify(acknowledgement)
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>(resolve => app.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`
  slack = await startLocalSlack({
    delivery: { kind: 'http', url: () => url },
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    signingSecret: 's',
    scopes: ['commands', 'chat:write', 'chat:write.public', 'im:write', 'files:read'],
    users: [
      { id: 'U1', name: 'ada', realName: 'Ada L' },
      { id: 'U2', name: 'bob', realName: 'Bob K' },
      { id: 'U3', name: 'guy', realName: 'Guy G', kind: 'guest' },
    ],
    channels: [{ id: 'C1', name: 'ops', members: ['U1', 'U2'], botIsMember: true }],
    userGroups: [],
    commands: ['/reset'],
    now: () => Date.parse('2026-11-23T08:00:00Z'),
  })
  lines = []
  submitted = undefined
  terminal = createTerminal(
    slack,
    { print: line => lines.push(line) },
    { channelId: 'C1', startAs: 'ada', people: ['U1', 'U2', 'U3'], appName: 'rewind' },
  )
})

afterEach(async () => {
  terminal.close()
  await slack.close()
  app.closeAllConnections()
  await new Promise(resolve => app.close(resolve))
})

/** What is printed by typing these lines. */
async function type(...typed: string[]): Promise<string[]> {
  lines.length = 0
  for (const line of typed) await terminal.run(line)
  return [...lines]
}

const fillAll = () =>
  type(
    '/reset',
    'set Consumer group = billing',
    'set topics = Orders; billing',
    'set STRATEGY = to a time',
    'set When = 2026-11-23 07:30',
  )

describe('the terminal', () => {
  it('lets one person ask, and another approve, seeing only what each may see', async () => {
    const opened = await type('/reset')
    expect(opened[0]).toMatch(/^┌ Reset offsets ─+┐$/)
    expect(terminal.prompt()).toBe('ada (Reset offsets)> ')

    expect(await fillAll()).toContain('Consumer group: billing')
    expect(await type('set Reason = bad deploy\\nsee book')).toEqual(['Reason: bad deploy\\nsee book'])
    const sent = await type('submit')
    expect(sent).toEqual([
      '[1] in the channel',
      'rewind · 2026-11-23 08:00 UTC',
      '  Waiting',
      '  [ Approve ]  [ Reject ]',
      '[2] reply to [1]',
      'rewind · 2026-11-23 08:00 UTC',
      '  Asked by ada',
      'Sent.',
      'The dialog has closed.',
    ])
    expect(submitted).toMatchObject({
      group: { a: { selected_option: { value: 'billing' } } },
      topics: { a: { selected_options: [{ value: 'o' }, { value: 'b' }] } },
      strategy: { a: { selected_option: { value: 't' } } },
      when: { a: { selected_date_time: 1_795_419_000 } },
      why: { a: { value: 'bad deploy\nsee book' } },
    })

    expect(await type('as bob')).toEqual(['You are bob.'])
    expect(terminal.prompt()).toBe('bob> ')
    expect(await type('press Reject')).toEqual([
      '[3] in the channel',
      'Only visible to you',
      'rewind · 2026-11-23 08:00 UTC',
      '  Give a reason',
    ])
    expect(await type('press Approve on 1')).toEqual([
      'Really?: It replays messages.',
      'Type yes for "Go" or no for "Stay".',
    ])
    expect(await type('no')).toEqual(['Not pressed.'])
    expect(await type('press Approve', 'yes')).toEqual([
      'Really?: It replays messages.',
      'Type yes for "Go" or no for "Stay".',
      '[1] in the channel, changed',
      'rewind · 2026-11-23 08:00 UTC',
      '  Approved',
    ])
    expect(await type('dms')).toEqual(['You have no direct messages.'])

    expect(await type('as ada')).toEqual([
      'You are ada.',
      '[4] direct message',
      'rewind · 2026-11-23 08:00 UTC',
      '  It was approved',
    ])
    expect(await type('thread')).toEqual([
      '[1] in the channel, 1 in its thread',
      'rewind · 2026-11-23 08:00 UTC',
      '  Approved',
      '[2] reply to [1]',
      'rewind · 2026-11-23 08:00 UTC',
      '  Asked by ada',
    ])
    expect(await type('thread 2')).toEqual(expect.arrayContaining(['  Asked by ada']))
    // Bob's private answer is not in Ada's channel.
    expect((await type('channel')).filter(line => line.startsWith('['))).toEqual([
      '[1] in the channel, 1 in its thread',
    ])
  })

  it('prints what the app does by itself, without being asked', async () => {
    await call('chat.postMessage', { channel: 'C1', text: 'Good morning' })
    await expect
      .poll(() => lines)
      .toEqual(['[1] in the channel', 'rewind · 2026-11-23 08:00 UTC', '  Good morning'])
    expect(await type('as bob')).toEqual(['You are bob.'])
  })

  it('shows what was wrong under the field, and says that nothing was sent', async () => {
    await fillAll()
    const refused = await type('set why = no', 'submit')
    expect(refused[1]).toBe('Not sent: see ⚠ in the dialog.')
    expect(refused.some(line => line.includes('⚠ Say more.'))).toBe(true)
    // Typing on is not a reason to draw the dialog again.
    expect(await type('set why = because')).toEqual(['Reason: because'])
    expect((await type('open')).some(line => line.includes('> because'))).toBe(true)
    expect(await type('close')).toEqual(['The dialog has closed.'])
    expect(await type('open')).toEqual(['No dialog is open.'])
  })

  it('answers what it cannot do with one line that says what to type', async () => {
    await type('/reset')
    const answers: [typed: string, said: string][] = [
      ['dance', '"dance" means nothing here. Type help to see what you can type.'],
      ['yes', 'Nothing was asked. Type help to see what you can type.'],
      ['as carol', 'There is no "carol". Type people to see who there is.'],
      ['set Reason', 'Type set <field> = <value>.'],
      ['set Colour = red', 'No field "Colour". There are: Consumer group, Topics, Strategy, When, Reason.'],
      ['set When = soon', '"soon" is not a time. Type it as 2026-11-23T08:00 (UTC).'],
      ['set Strategy = latest', 'no option "latest"; there are: Earliest, To a time'],
      ['set Consumer group = orders', '"orders" fits: orders-eu | orders-us.'],
      ['set Consumer group = payments', '"payments" fits: nothing.'],
      ['press', 'Type press <button>, or press <button> on <n>.'],
      ['press Approve', 'You see no button "Approve".'],
      ['press Approve on 7', 'You see no message 7. Type channel to see the numbers.'],
      ['thread', 'There is no thread yet.'],
      ['channel', 'The channel is empty.'],
      ['/unknown thing', '/unknown is not a valid command.'],
      ['', ''],
    ]
    for (const [typed, said] of answers) expect(await type(typed)).toEqual(said === '' ? [] : [said])
  })

  it('says who there is and what to type', async () => {
    expect(await type('people')).toEqual(['* ada (Ada L)', '  bob (Bob K)', '  guy (Guy G, guest)'])
    expect((await type('help')).length).toBeGreaterThan(10)
  })

  it('opens the Home tab and presses its buttons', async () => {
    expect(await type('home')).toEqual([
      '┌ Home ────────────────────────────────────┐',
      '│ Nothing waits.                           │',
      '│ [ Reject ]                               │',
      '│ [ Detail ]                               │',
      '│ [ Detail ]                               │',
      '└──────────────────────────────────────────┘',
    ])
    expect(await type('press reject on home')).toContain('  Give a reason')
    expect((await type('press Detail on home')).join()).toContain('2 buttons "Detail"')
    expect(await type('press Detail on home 2')).toContain('  Of the second')
  })

  it('says why somebody cannot do what they typed', async () => {
    await type('as guy')
    expect(await type('/reset')).toEqual(['guy cannot write in ops'])
  })

  it('attaches a small text file of this machine, and takes it off again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-'))
    const path = (name: string) => join(folder, name)
    try {
      await writeFile(path('offsets of mine.csv'), 'topic,partition,offset\n')
      await writeFile(path('notes.txt'), 'x')
      await writeFile(path('picture.csv'), new Uint8Array([137, 80, 78, 71, 0, 255]))
      await writeFile(path('big.csv'), 'x'.repeat(1024 ** 2 + 1))
      await type('/reset file')
      const answers: [typed: string, said: string][] = [
        ['attach Offsets', 'Type attach <field> = <path>.'],
        ['attach Colour = a.csv', 'No field "Colour". There are: Offsets.'],
        ['set Offsets = a.csv', 'Type attach Offsets = <path>.'],
        ['detach', 'Type detach <field>.'],
        ['detach Offsets', 'Nothing is attached to Offsets.'],
        [`attach Offsets = ${path('none.csv')}`, `There is no file "${path('none.csv')}".`],
        [`attach Offsets = ${folder}`, `"${folder}" is not a file.`],
        [`attach Offsets = ${path('picture.csv')}`, `"${path('picture.csv')}" is not a text file.`],
        [`attach Offsets = ${path('big.csv')}`, `"${path('big.csv')}" is larger than 1 MB.`],
        [`attach Offsets = ${path('notes.txt')}`, '"notes.txt" cannot be attached: only .csv can.'],
        [`attach offsets = ${path('offsets of mine.csv')}`, 'Offsets: 📎 offsets of mine.csv (23 B)'],
        ['detach Offsets', 'Offsets: empty'],
        [`attach csv = ${path('offsets of mine.csv')}`, 'Offsets: 📎 offsets of mine.csv (23 B)'],
      ]
      for (const [typed, said] of answers) expect(await type(typed)).toEqual([said])
      expect((await type('open')).some(line => line.includes('> 📎 offsets of mine.csv (23 B)'))).toBe(true)
      expect(await type('submit')).toContain('Sent.')
      expect(submitted).toMatchObject({ csv: { a: { files: [{ name: 'offsets of mine.csv', size: 23 }] } } })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('clears a field that is set to nothing', async () => {
    await fillAll()
    expect(await type('set Topics =')).toEqual(['Topics: empty'])
    expect((await type('open')).some(line => line.includes('orders; billing'))).toBe(false)
  })
})
