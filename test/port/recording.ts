// What people's clicks look like on their way to Rewind, taken down between Slack and its port, and one example for each
// name that a listener goes by, whether somebody has clicked it or not.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ACTIONS, CALLBACKS, COMMANDS, SHORTCUTS } from '../../src/adapters/slack/blocks/ids.ts'
import { OPS, until } from '../support/product.ts'
import { type PortStage, startPortStage } from './stage.ts'

export type Body = Record<string, unknown>
export interface Example {
  name: string
  kind: 'command' | 'interactive' | 'event'
  body: Body
}

export interface RecordingStage extends PortStage {
  examples: Example[]
}

/** R-1 waits for approval, and R-2 is cancelled, when it resolves. */
export async function startRecordingStage(): Promise<RecordingStage> {
  const taken: Example[] = []
  let forwards = true
  let port = () => 0
  const between = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', async () => {
      const bytes = Buffer.concat(chunks)
      taken.push(exampleIn(bytes.toString(), request.headers['content-type'] ?? ''))
      if (!forwards) {
        response.writeHead(500).end()
        return
      }
      const { 'content-type': contentType = '', ...headers } = request.headers
      const ours = Object.entries(headers).filter(([name]) => name.startsWith('x-slack-'))
      const answer = await fetch(`http://127.0.0.1:${port()}/slack/events`, {
        method: 'POST',
        headers: {
          'content-type': contentType,
          ...Object.fromEntries(ours.map(([name, value]) => [name, String(value)])),
        },
        body: bytes,
      })
      const type = answer.headers.get('content-type')
      response.writeHead(answer.status, type === null ? {} : { 'content-type': type })
      response.end(await answer.text())
    })
  })
  const address = await listening(between)
  const stage = await startPortStage('http', {
    endpoint: there => {
      port = there
      return `http://127.0.0.1:${address}/slack/events`
    },
  })
  const { slack } = stage
  const alice = slack.person('U0ALICE')
  const bob = slack.person('U0BOB')
  const withoutForwarding = async (act: () => Promise<unknown>) => {
    forwards = false
    await act().catch(() => {})
    forwards = true
  }
  const card = () => slack.messages(OPS).findLast(({ user }) => user === slack.botUserId)
  const cardHas = (button: string) =>
    until(() => JSON.stringify(card()?.blocks ?? []).includes(button), 20_000)
  const ask = async () => {
    await alice.command(OPS, `/reset-offsets ${FLAGS}`)
    await alice.waitForView(view => view.callback_id === CALLBACKS.resetForm)
  }

  await ask()
  await alice.suggestions(ACTIONS.instance, '')
  await alice.suggestions(ACTIONS.group, 'o')
  await alice.suggestions(ACTIONS.topics, 'o')
  await withoutForwarding(() => alice.submit())
  await alice.submit()
  await cardHas('"Review"')
  const first = card()
  await ask()
  await alice.submit()
  await until(() => card()?.ts !== first?.ts, 20_000)
  await cardHas('"Review"')
  const [second] = [card()]
  if (first === undefined || second === undefined) throw new Error('There are no cards.')
  await alice.press(second, ACTIONS.cancel)
  await bob.press(first, ACTIONS.review)
  const review = await bob.waitForView()
  await bob.fill('Decision', 'Approve')
  if (review.blocks.some(({ block_id }) => block_id === 'typed_group')) await bob.fill('typed_group', 'any')
  await withoutForwarding(() => bob.submit())
  await withoutForwarding(() => alice.press(first, ACTIONS.cancel))
  await bob.closeView(true)
  await alice.openHome()
  await until(() => alice.home() !== undefined)
  await alice.pressInHome(ACTIONS.ask)
  await bob.command(OPS, '/offset-requests')
  const said = bob.say(OPS, { text: 'lag of orders-billing on ckafka-demo0001' })
  await alice.shortcut(said, SHORTCUTS.alert)

  return {
    ...stage,
    examples: [...taken, ...derivedFrom(taken)],
    async stop() {
      await stage.stop()
      between.close()
      between.closeAllConnections()
    },
  }
}

const FLAGS = '--instance ckafka-demo0001 --group orders-billing --topic orders --to-latest --reason why'

export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function exampleIn(text: string, type: string): Example {
  if (type.startsWith('application/json')) {
    const body = JSON.parse(text) as Body
    return { name: `event ${(body.event as Body).type}`, kind: 'event', body }
  }
  const form = Object.fromEntries(new URLSearchParams(text))
  if (form.payload === undefined) return { name: `command ${form.command}`, kind: 'command', body: form }
  const body = JSON.parse(form.payload) as Body
  return { name: nameOf(body), kind: 'interactive', body }
}

function nameOf({ type, actions, view, callback_id: callback, action_id: action }: Body): string {
  const [pressed] = (actions ?? []) as Body[]
  return `${type} ${pressed?.action_id ?? action ?? callback ?? (view as Body | undefined)?.callback_id}`
}

/** Each listener by its name: a new one is in here as soon as it has one. */
function derivedFrom(taken: readonly Example[]): Example[] {
  const like = (name: string) => {
    const found = taken.findLast(each => each.name === name)
    if (found === undefined)
      throw new Error(`Nobody has sent ${name}: ${taken.map(each => each.name).join(', ')}`)
    return found
  }
  const review = like(`block_actions ${ACTIONS.review}`)
  const vote = like(`view_submission ${CALLBACKS.review}`)
  const form = like(`view_submission ${CALLBACKS.resetForm}`)
  const suggestion = like(`block_suggestion ${ACTIONS.group}`)
  const shortcut = like(`message_action ${SHORTCUTS.alert}`)
  const presses = Object.values(ACTIONS).flatMap(action_id => {
    const [pressed] = review.body.actions as Body[]
    return [
      { ...review.body, actions: [{ ...pressed, action_id }] },
      { ...review.body, actions: [{ ...pressed, action_id, value: 'R-1 1' }] },
      { ...form.body, type: 'block_actions', actions: [{ ...pressed, action_id }] },
      { ...suggestion.body, action_id },
    ]
  })
  const sent = Object.values(CALLBACKS).flatMap(callback_id =>
    ['view_submission', 'view_closed'].flatMap(type =>
      [vote, form].map(({ body }) => ({ ...body, type, view: { ...(body.view as Body), callback_id } })),
    ),
  )
  const commands = Object.values(COMMANDS).map(command => ({
    ...like(`command ${COMMANDS.reset}`).body,
    command,
  }))
  return [
    ...[...presses, ...sent, { ...shortcut.body, type: 'shortcut' }].map(
      (body): Example => ({ name: nameOf(body), kind: 'interactive', body }),
    ),
    ...commands.map((body): Example => ({ name: `command ${body.command}`, kind: 'command', body })),
  ]
}
