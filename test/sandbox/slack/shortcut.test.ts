// Messages that people and other bots write, the shortcuts in their menu, and whose team a payload names.

import type { App } from '@slack/bolt'
import { afterEach, describe, expect, it } from 'vitest'
import { performDeed, readFromPage } from '../../../src/sandbox/page-deeds.ts'
import type { Surroundings } from '../../../src/sandbox/page-scene.ts'
import { createTerminal } from '../../../src/sandbox/slack/terminal.ts'
import { ada, type Connected, connectApp, guest, lin, ops, workspaceOptions } from './connected-app.ts'

let connected: Connected
afterEach(() => connected.stop())

const shortcuts = [{ callbackId: 'look_into', name: 'Look into it' }]
const robot = 'U0ROBOT'

async function connect(kind: 'socket' | 'http', register: (app: App) => void) {
  const { users, channels } = workspaceOptions()
  connected = await connectApp(kind, register, {
    shortcuts,
    ackTimeoutMs: 500,
    users: [...users, { id: robot, name: 'alertbot', realName: 'Alert Bot', kind: 'bot' }],
    channels: channels.map(channel =>
      channel.id === ops ? { ...channel, members: [...channel.members, guest, robot] } : channel,
    ),
  })
  return connected.slack
}

describe.each(['socket', 'http'] as const)('over %s', kind => {
  it('a message shortcut brings the whole message, where it was, and ways to answer', async () => {
    const bodies: Record<string, unknown>[] = []
    const slack = await connect(kind, app =>
      app.shortcut('look_into', async ({ ack, shortcut, client, respond }) => {
        bodies.push({ ...shortcut })
        await ack()
        await respond?.({ text: 'I am looking.' })
        await client.views.open({
          trigger_id: shortcut.trigger_id,
          view: {
            type: 'modal',
            title: { type: 'plain_text', text: 'Looking' },
            blocks: [{ type: 'divider' }],
          },
        })
      }),
    )
    const attachments = [{ title: 'lag', text: 'group orders' }]
    const said = slack.person(robot).say(ops, { text: 'alert', attachments })
    const person = slack.person(ada)
    await person.shortcut(said, 'Look into it')
    await person.waitForView()
    expect(bodies).toEqual([
      expect.objectContaining({
        type: 'message_action',
        callback_id: 'look_into',
        message_ts: said.ts,
        channel: { id: ops, name: 'ops' },
        user: expect.objectContaining({ id: ada, team_id: slack.teamId }),
        team: expect.objectContaining({ id: slack.teamId }),
        message: expect.objectContaining({
          type: 'message',
          text: 'alert',
          attachments,
          ts: said.ts,
          bot_id: 'B0ROBOT',
          subtype: 'bot_message',
        }),
        response_url: expect.stringContaining('/responses/'),
        action_ts: expect.any(String),
      }),
    ])
    await expect.poll(() => person.ephemerals().map(({ text }) => text)).toEqual(['I am looking.'])
  })
})

it('nobody picks a shortcut that is not there, or from a message without a menu', async () => {
  const slack = await connect('socket', app =>
    app.command('/reset', async ({ ack }) => ack({ response_type: 'ephemeral', text: 'only for you' })),
  )
  const person = slack.person(ada)
  const said = person.say(ops, { text: 'hello' })
  await expect(person.shortcut(said, 'no_such')).rejects.toThrow('there is no shortcut "no_such"')
  await person.command(ops, '/reset')
  const [ephemeral] = person.ephemerals()
  if (ephemeral === undefined) throw new Error('Nothing was said.')
  await expect(person.shortcut(ephemeral, 'look_into')).rejects.toThrow('no menu')
})

it('a person of another workspace is named with their own team, whatever they do', async () => {
  const teams: unknown[] = []
  const slack = await connect('socket', app => {
    app.command('/reset', async ({ ack, body }) => {
      teams.push(body.team_id)
      await ack()
    })
    app.shortcut('look_into', async ({ ack, body }) => {
      teams.push(body.user.team_id)
      await ack()
    })
  })
  const person = slack.person(guest)
  await person.command(ops, '/reset')
  await person.shortcut(slack.person(lin).say(ops, { text: 'hello' }), 'look_into')
  expect(teams).toEqual(['T0OTHER', 'T0OTHER'])
})

it('who is not in a channel cannot write there', async () => {
  const slack = await connect('socket', () => {})
  expect(() => slack.person(lin).say('C0OPEN', { text: 'hello' })).toThrow('cannot write')
})

it('is picked in the terminal from the menu of a numbered message, which shows what hangs below it', async () => {
  const slack = await connect('socket', app =>
    app.shortcut('look_into', async ({ ack, respond }) => {
      await ack()
      await respond?.({ text: 'I am looking.' })
    }),
  )
  const lines: string[] = []
  const terminal = createTerminal(
    slack,
    { print: line => lines.push(line) },
    { channelId: ops, startAs: ada, people: [ada, robot] },
  )
  slack.person(robot).say(ops, {
    text: 'alert',
    attachments: [{ fallback: 'never shown', title: 'lag', fields: [{ title: 'group', value: 'orders' }] }],
  })
  await terminal.run('channel')
  await terminal.run('menu Look into it on 1')
  await expect.poll(() => lines.join('\n')).toContain('I am looking.')

  expect(lines).toEqual(expect.arrayContaining(['  alert', '  │ lag', '  │ group: orders']))
  expect(lines.join('\n')).not.toContain('never shown')
  await terminal.run('menu Look into it')
  expect(lines.at(-1)).toBe('Type menu <shortcut> on <n>.')
  terminal.close()
})

it('is picked on the page from the menu of a message, and said when the app does not answer', async () => {
  let answers = true
  const slack = await connect('socket', app =>
    app.shortcut('look_into', async ({ ack, respond }) => {
      if (!answers) return
      await ack()
      await respond?.({ text: 'I am looking.' })
    }),
  )
  const person = slack.person(ada)
  const { ts } = slack.person(lin).say(ops, { text: 'hello' })
  const deed = { do: 'shortcut', channel: ops, ts, shortcut: 'look_into' } as const
  expect(readFromPage(JSON.stringify({ number: 1, deed }))).toEqual({ number: 1, deed })
  // Nothing of the world around Slack is needed for it.
  const nowhere = {} as Surroundings
  expect(await performDeed(nowhere, person, deed)).toEqual({})
  await expect.poll(() => person.ephemerals().map(({ text }) => text)).toEqual(['I am looking.'])
  await expect(performDeed(nowhere, person, { ...deed, ts: '1.1' })).rejects.toThrow('This message has gone')
  answers = false
  await expect(performDeed(nowhere, person, deed)).rejects.toThrow('was not acknowledged')
})
