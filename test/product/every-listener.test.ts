// Every listener there is, whoever comes and however slowly Slack says who they are: none runs before it is known that
// they are a member, and everybody is answered. A listener that is added is in here by itself.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App } from '@slack/bolt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signRequest } from '../../src/sandbox/slack/signature.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct } from '../support/product.ts'

/** Of the app itself, and of nobody: who it is does not matter. */
const NOBODYS = ['event app_uninstalled', 'event tokens_revoked']
/** Bolt's own, the one that counts what is in hand, and the gate itself come before the gate's answer. */
const BEFORE_THE_GATE = ['use 0', 'use 1', 'use 2']
const KINDS = ['command', 'action', 'view', 'options', 'shortcut', 'event'] as const
type Kind = (typeof KINDS)[number]
type Listener = (args: { body: { probe?: string } }) => unknown

interface Registered {
  kind: Kind
  id: string
  name: string
}

/** Middleware has no names: it is counted, from 0 with each start. */
let uses = 0
const registered = new Map<string, Registered>()
/** Who reached which listener: `U0GINA action review`. */
const reached = new Set<string>()
const originals = new Map<string, unknown>()
const prototype = App.prototype as unknown as Record<string, (...args: unknown[]) => unknown>

/** Notes every listener that the product registers, and who gets through to it. */
function watchListeners(): void {
  for (const kind of [...KINDS, 'use'] as const) {
    const original = prototype[kind]
    if (original === undefined) throw new Error(`There is no App.${kind}.`)
    originals.set(kind, original)
    prototype[kind] = function (this: App, ...given: unknown[]) {
      if (kind === 'use') {
        const name = `use ${uses++}`
        return original.call(this, watched(name, given[0] as Listener))
      }
      const [constraint, ...listeners] = given
      const id = idOf(constraint)
      const name = `${kind} ${id}`
      registered.set(name, { kind, id, name })
      return original.call(this, constraint, ...listeners.map(each => watched(name, each as Listener)))
    }
  }
}

function watched(name: string, listener: Listener): Listener {
  return args => {
    const { body } = args as { body: Record<string, unknown> }
    reached.add(`${userOf(body)} ${name}`)
    return listener(args)
  }
}

function userOf(body: Record<string, unknown>): string {
  const { user_id, user, event } = body as {
    user_id?: string
    user?: { id: string }
    event?: { user?: string }
  }
  return user_id ?? user?.id ?? event?.user ?? 'nobody'
}

function idOf(constraint: unknown): string {
  if (typeof constraint === 'string') return constraint
  const { action_id, callback_id } = Object(constraint) as { action_id?: unknown; callback_id?: unknown }
  const id = action_id ?? callback_id
  if (typeof id !== 'string')
    throw new Error(`This test has to be taught to send ${JSON.stringify(constraint)}.`)
  return id
}

/** What every one of them is answered with beside Slack's acknowledgement, by who it is for. */
const answers: { userId: string; text: string }[] = []
let sink: Server
let product: Product

beforeAll(async () => {
  watchListeners()
  sink = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    answers.push({ userId: (request.url ?? '').slice(1), text: Buffer.concat(chunks).toString() })
    response.end('ok')
  })
  await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  for (const [kind, original] of originals) prototype[kind] = original as never
  sink.closeAllConnections()
  await new Promise(resolve => sink.close(resolve))
})
afterEach(() => product.stop())

const PEOPLE = {
  U0GINA: { why: 'Guests of this workspace', team: 'T0LOCAL001' },
  U0SOLO: { why: 'Guests of this workspace', team: 'T0LOCAL001' },
  U0ROBO: { why: 'Bots cannot', team: 'T0LOCAL001' },
  U0GONE: { why: 'deactivated', team: 'T0LOCAL001' },
  // Of another workspace, in a shared channel; her payload need not say so.
  U0ERIN: { why: 'Only members of the workspace', team: 'T0LOCAL001' },
  U0DAVE: { why: null, team: 'T0LOCAL001' },
} as const
const MOMENT = 'A moment, please'
const APART_MS = 5

async function start(): Promise<void> {
  uses = 0
  product = await startProduct({ env: NO_WAITING, delivery: 'http' })
  await product.ask(
    `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`,
  )
}

/** Every way in which this listener can be reached. */
function bodiesFor({ kind, id }: Registered, userId: string, team: string): object[] {
  const user = { id: userId, team_id: team, name: 'x' }
  const common = {
    user,
    team: { id: 'T0LOCAL001', domain: 'x' },
    trigger_id: '1.2.3',
    response_url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/${userId}`,
    is_enterprise_install: false,
    enterprise: null,
  }
  const view = {
    id: 'V0PROBE',
    type: 'modal',
    callback_id: id,
    hash: '1',
    private_metadata: '{}',
    state: { values: {} },
    blocks: [],
  }
  const message = { ts: product.card().ts, text: `lag of group ${DEMO.group}` }
  const channel = { id: OPS, name: 'x' }
  const action = { type: 'button', action_id: id, block_id: 'b', value: 'R-1 1' }
  switch (kind) {
    case 'command': {
      const { response_url } = common
      const flat = { user_id: userId, team_id: team, channel_id: OPS, trigger_id: '1.2.3', response_url }
      return ['', 'all', 'R-1', `--group ${DEMO.group}`].map(text => ({ ...flat, command: id, text }))
    }
    case 'action': {
      const { response_url: _, ...inView } = common
      return [
        { type: 'block_actions', ...common, channel, message, actions: [action] },
        { type: 'block_actions', ...inView, view, actions: [action] },
        { type: 'block_actions', ...inView, view: { ...view, type: 'home' }, actions: [action] },
      ]
    }
    case 'view': {
      const { response_url: _, ...inView } = common
      return [{ type: 'view_submission', ...inView, view, response_urls: [] }]
    }
    case 'options': {
      const { response_url: _, ...inView } = common
      return [{ type: 'block_suggestion', ...inView, view, action_id: id, block_id: 'b', value: '' }]
    }
    case 'shortcut':
      return [{ type: 'message_action', ...common, callback_id: id, channel, message, action_ts: '1' }]
    case 'event':
      return [
        {
          type: 'event_callback',
          team_id: 'T0LOCAL001',
          event: { type: id, user: userId, channel: `D${userId.slice(1)}`, tab: 'home' },
          authorizations: [{ team_id: 'T0LOCAL001', user_id: 'U0LOCALBOT' }],
        },
      ]
    default:
      return kind satisfies never
  }
}

/** What Slack's server gets for it within its three seconds. */
async function send(kind: Kind, body: object): Promise<{ status: number; text: string; tookMs: number }> {
  const began = performance.now()
  const isEvent = kind === 'event'
  const text = isEvent
    ? JSON.stringify(body)
    : new URLSearchParams(kind === 'command' ? { ...body } : { payload: JSON.stringify(body) }).toString()
  const timestamp = Math.floor(Date.now() / 1000)
  const answer = await fetch(`http://127.0.0.1:${product.rewind.port}/slack/events`, {
    method: 'POST',
    body: text,
    headers: {
      'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': `${timestamp}`,
      'x-slack-signature': signRequest('shhh', timestamp, text),
    },
  })
  return { status: answer.status, text: await answer.text(), tookMs: performance.now() - began }
}

interface Outcome {
  name: string
  kind: Kind
  status: number
  tookMs: number
}

/** Sends everything that there is, without waiting for an answer. `said`: all that they were told, or shown, anywhere. */
async function tryAll(
  userId: keyof typeof PEOPLE,
): Promise<{ outcomes: Outcome[]; said: string; got: string[] }> {
  const calls = product.slack.calls().length
  const heard = answers.length
  for (const each of [...reached]) if (each.startsWith(`${userId} `)) reached.delete(each)
  const sent = [...registered.values()]
    .filter(({ name }) => !NOBODYS.includes(name))
    .flatMap(each => bodiesFor(each, userId, PEOPLE[userId].team).map(body => ({ each, body })))
  const texts: string[] = []
  const sending: Promise<Outcome>[] = []
  for (const { each, body } of sent) {
    const { name, kind } = each
    const sentOff = send(kind, body).then(({ status, text, tookMs }) => {
      texts.push(text)
      return { name, kind, status, tookMs }
    })
    sending.push(sentOff)
    // Whoever sends shares the processor with whoever answers: the next is sent once this one has been looked at.
    await new Promise(resolve => setTimeout(resolve, APART_MS))
  }
  const outcomes = await Promise.all(sending)
  // What follows the acknowledgement.
  await new Promise(resolve => setTimeout(resolve, 500))
  const shown = product.slack
    .calls()
    .slice(calls)
    .filter(({ method }) => /^(views|chat)\./.test(method))
  const beside = answers.slice(heard).filter(each => each.userId === userId)
  const got = [...reached]
    .filter(each => each.startsWith(`${userId} `))
    .map(each => each.slice(userId.length + 1))
  return { outcomes, said: JSON.stringify([texts, shown.map(({ args }) => args), beside]), got }
}

const listeners = (got: string[]) => got.filter(name => !BEFORE_THE_GATE.includes(name)).sort()

function expectNothing({ outcomes, said, got }: Awaited<ReturnType<typeof tryAll>>, words: string): void {
  expect(listeners(got)).toEqual([])
  expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
  expect(outcomes.filter(({ tookMs }) => tookMs > 2_500)).toEqual([])
  expect(said).toContain(words)
  for (const secret of [DEMO.group, 'U0ALICE', 'shift']) expect(said).not.toContain(secret)
}

async function expectEverything(userId: 'U0DAVE'): Promise<void> {
  const { got } = await tryAll(userId)
  const all = [...registered.keys()].filter(name => !NOBODYS.includes(name))
  // So that a payload which no listener takes does not pass for one that was kept from it.
  expect(listeners(got).filter(name => !name.startsWith('use'))).toEqual(all.sort())
}

describe('every listener', () => {
  for (const [who, everybody] of [
    ['a guest', ['U0GINA']],
    ['each of those who are none', ['U0SOLO', 'U0ROBO', 'U0GONE', 'U0ERIN']],
  ] as const) {
    it(`is reached by a member and not by ${who}, when Slack says within half a second who somebody is`, {
      // They are told apart before any listener is chosen.
      tags: who === 'a guest' ? [] : ['long'],
      timeout: 60_000,
    }, async () => {
      await start()
      expect(registered.size).toBeGreaterThan(30)
      product.slack.inject('users.info', { kind: 'delay', ms: 500 }, Number.POSITIVE_INFINITY)
      for (const userId of everybody) expectNothing(await tryAll(userId), PEOPLE[userId].why)
      await expectEverything('U0DAVE')
    })
  }

  it('is reached by nobody while Slack takes four seconds, and by members afterwards', {
    tags: ['long'],
    timeout: 60_000,
  }, async () => {
    await start()
    product.slack.inject('users.info', { kind: 'delay', ms: 4_000 }, Number.POSITIVE_INFINITY)
    const everybody = Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]
    for (const userId of everybody) {
      const first = await tryAll(userId)
      // A Home tab is drawn late, once it is known to be a member's.
      expectNothing({ ...first, got: first.got.filter(name => name !== 'event app_home_opened') }, MOMENT)
    }
    await new Promise(resolve => setTimeout(resolve, 4_000))
    for (const userId of everybody) {
      const { why } = PEOPLE[userId]
      if (why !== null) expectNothing(await tryAll(userId), why)
    }
    await expectEverything('U0DAVE')
  })

  for (const fault of [
    { kind: 'error', error: 'user_not_found' },
    { kind: 'error', error: 'missing_scope' },
    { kind: 'error', error: 'token_revoked' },
    { kind: 'rateLimited', retryAfterSeconds: 600 },
    { kind: 'httpStatus', status: 500 },
    { kind: 'cut', afterDoingIt: false },
  ] as const) {
    for (const everybody of [['U0DAVE'], ['U0GINA', 'U0ERIN']] as const) {
      // They differ in what Slack's client makes of them, and not in the gate; the 'cut' of a member goes with every run.
      const tags = fault.kind === 'cut' && everybody[0] === 'U0DAVE' ? [] : ['long']
      it(`is reached by nobody, not by ${everybody.join(' and ')} either, while Slack answers ${JSON.stringify(fault)}`, {
        tags,
        timeout: 60_000,
      }, async () => {
        await start()
        product.slack.inject('users.info', fault, Number.POSITIVE_INFINITY)
        for (const userId of everybody) expectNothing(await tryAll(userId), MOMENT)
      })
    }
  }

  it('is reached by nobody whose payload says that they belong to another workspace, whatever Slack answers', async () => {
    await start()
    product.slack.inject('users.info', { kind: 'hang' }, Number.POSITIVE_INFINITY)
    const sent = [...registered.values()]
      .filter(({ kind }) => kind !== 'event')
      .flatMap(each => bodiesFor(each, 'U0ERIN', 'T0OTHER').map(body => ({ each, body })))
    for (const each of [...reached]) reached.delete(each)
    const outcomes = await Promise.all(sent.map(({ each, body }) => send(each.kind, body)))
    expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
    const got = [...reached].map(each => each.slice('U0ERIN '.length))
    expect(listeners(got)).toEqual([])
    expect(outcomes.map(({ text }) => text).join('\n')).toContain('Only members of the workspace')
  })
})
