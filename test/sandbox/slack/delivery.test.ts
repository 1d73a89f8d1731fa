// Who gets a payload, how often, and what happens when nobody answers.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { ada, client, lin, ops, workspaceOptions } from './connected-app.ts'

const stops: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface Frame {
  type: string
  envelope_id?: string
  retry_attempt?: number
  retry_reason?: string
  num_connections?: number
  payload?: { event_id?: string }
}

// A client that acknowledges nothing by itself.
async function connectSilently(slack: LocalSlack): Promise<{ frames: Frame[]; socket: WebSocket }> {
  const { url } = await client(slack, 'xapp-local').apps.connections.open({})
  const socket = new WebSocket(url ?? '')
  stops.push(() => socket.close())
  const frames: Frame[] = []
  socket.addEventListener('message', event => frames.push(JSON.parse(String(event.data))))
  await expect.poll(() => frames[0]?.type).toBe('hello')
  return { frames, socket }
}

async function localSlack() {
  const slack = await startLocalSlack(workspaceOptions({ ackTimeoutMs: 60 }))
  stops.push(slack.close)
  return slack
}

it('sends each payload to one connection, in turn', async () => {
  const slack = await localSlack()
  const one = await connectSilently(slack)
  const two = await connectSilently(slack)
  expect(two.frames[0]).toMatchObject({ num_connections: 2 })
  const person = slack.person(ada)
  await Promise.all([1, 2, 3, 4].map(() => person.command(ops, '/reset')))
  expect(one.frames).toHaveLength(3)
  expect(two.frames).toHaveLength(3)
  expect(one.frames[1]).toMatchObject({ type: 'slash_commands', accepts_response_payload: true })
})

it('takes an acknowledgement only from the connection that got the payload', async () => {
  const slack = await localSlack()
  const one = await connectSilently(slack)
  const two = await connectSilently(slack)
  const outcome = slack.person(ada).command(ops, '/reset')
  await expect.poll(() => one.frames.length).toBe(2)
  two.socket.send(JSON.stringify({ envelope_id: one.frames[1]?.envelope_id, payload: {} }))
  expect((await outcome).ok).toBe(false)
})

it('sends unacknowledged events again, and nothing else', async () => {
  const slack = await localSlack()
  const { frames } = await connectSilently(slack)
  const person = slack.person(ada)
  await Promise.all([person.command(ops, '/reset'), person.openHome()])
  await expect.poll(() => frames.filter(frame => frame.type === 'events_api').length).toBe(2)
  const [first, second] = frames.filter(frame => frame.type === 'events_api')
  expect(first).toMatchObject({ retry_attempt: 0, retry_reason: '' })
  expect(second).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout' })
  expect(second?.payload?.event_id).toBe(first?.payload?.event_id)
  expect(frames.filter(frame => frame.type === 'slash_commands')).toHaveLength(1)
})

it('sends an event again on another connection when the one that got it dies', async () => {
  const slack = await localSlack()
  const one = await connectSilently(slack)
  const two = await connectSilently(slack)
  const home = slack.person(ada).openHome()
  await expect.poll(() => one.frames.length).toBe(2)
  one.socket.terminate()
  await home
  await expect.poll(() => two.frames.length).toBe(2)
  expect(two.frames[1]).toMatchObject({ type: 'events_api', retry_attempt: 1 })
  expect(two.frames[1]?.payload?.event_id).toBe(one.frames[1]?.payload?.event_id)
})

it('notes which connection each thing that a person did went by, and how it ended', async () => {
  const slack = await localSlack()
  const proxy = await startTcpProxy(Number(new URL(slack.apiUrl).port))
  stops.push(proxy.close)
  const direct = await connectSilently(slack)
  const behind = await connectSilently({ ...slack, apiUrl: `http://127.0.0.1:${proxy.port}/api/` })
  behind.socket.addEventListener('message', event => {
    const { envelope_id } = JSON.parse(String(event.data)) as Frame
    if (envelope_id !== undefined) behind.socket.send(JSON.stringify({ envelope_id }))
  })
  await Promise.all([slack.person(ada).command(ops, '/reset'), slack.person(lin).command(ops, '/reset')])
  await expect.poll(() => direct.frames.length).toBe(2)
  const { host } = new URL(slack.apiUrl)
  expect(slack.sent()).toMatchObject([
    { kind: 'command', userId: ada, outcome: 'timeout', through: host },
    { kind: 'command', userId: lin, outcome: 'acked', through: `127.0.0.1:${proxy.port}` },
  ])
  expect(slack.sent(lin)).toHaveLength(1)
})

it('tells an HTTP app that an event comes again, until it wants no more', async () => {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      requests.push({ headers: request.headers, body })
      response.writeHead(500, requests.length === 3 ? { 'x-slack-no-retry': '1' } : {})
      response.end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => server.close())
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`
  const slack = await startLocalSlack(workspaceOptions({ delivery: { kind: 'http', url } }))
  stops.push(slack.close)
  await slack.person(ada).openHome()
  await expect.poll(() => requests.length).toBe(2)
  const [first, second] = requests
  expect(first?.headers['x-slack-retry-num']).toBeUndefined()
  expect(second?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-slack-retry-num': '1',
    'x-slack-retry-reason': 'http_error',
  })
  expect(second?.body).toBe(first?.body)
  await slack.person(ada).openHome()
  expect((await slack.person(ada).command(ops, '/reset')).ok).toBe(false)
  // Another delivery would come at once.
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(requests).toHaveLength(4)
  // A charset after it would make Bolt answer 400.
  expect(requests[3]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
})

it('lets a ticket in once', async () => {
  const slack = await localSlack()
  const { url = '' } = await client(slack, 'xapp-local').apps.connections.open({})
  const first = new WebSocket(url)
  stops.push(() => first.close())
  await expect.poll(() => slack.connections()).toBe(1)
  const refused = new Promise(resolve => new WebSocket(url).addEventListener('error', resolve))
  await refused
  expect(slack.connections()).toBe(1)
})

it('refuses a command while no app is connected', async () => {
  const slack = await localSlack()
  expect(await slack.person(ada).command(ops, '/reset')).toEqual({
    ok: false,
    message: '/reset failed with the error "dispatch_failed"',
  })
  await expect(slack.waitForApp(30)).rejects.toThrow('no app')
})

it('waits for an HTTP app that has no address yet', async () => {
  const slack = await startLocalSlack(workspaceOptions({ delivery: { kind: 'http', url: () => '' } }))
  stops.push(slack.close)
  await expect(slack.waitForApp(30)).rejects.toThrow('no app')
  expect((await slack.person(ada).command(ops, '/reset')).ok).toBe(false)
})

it('asks an app to reconnect, and sends the old connection nothing more', async () => {
  const slack = await localSlack()
  const { frames } = await connectSilently(slack)
  slack.disconnectApp('refresh')
  expect(slack.connections()).toBe(0)
  await expect.poll(() => frames[1]).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' })
  const again = await connectSilently(slack)
  await slack.person(ada).command(ops, '/reset')
  expect(frames).toHaveLength(2)
  expect(again.frames).toHaveLength(2)
})

it('drops connections without a word', async () => {
  const slack = await localSlack()
  const { frames, socket } = await connectSilently(slack)
  const closed = new Promise(resolve => socket.addEventListener('close', resolve))
  slack.disconnectApp('cut')
  await closed
  expect(frames).toHaveLength(1)
})
