// Slack behind a proxy: calls, answers to a response_url, files, and the hello of a connection. A fault of the proxy is told
// as the proxy's, and proves that nothing was sent.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Logger, LogLevel } from '@slack/web-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { readHello } from '../../../../src/adapters/slack/platform/hello.ts'
import { createSlackWay } from '../../../../src/adapters/slack/platform/light-fetch.ts'
import { createWebClient, outcomeOfError } from '../../../../src/adapters/slack/platform/web-client.ts'
import { createAttachedFileReader } from '../../../../src/adapters/slack/reset-form/attached-file.ts'
import { uploadFile } from '../../../../src/adapters/slack/thread/upload.ts'
import type { Proxies } from '../../../../src/proxy/proxy.ts'
import { type ProxyManners, startConnectProxy } from '../../../support/connect-proxy.ts'

/** No name of the system: only the proxy knows it. */
const HOST = 'slack.test'
const API = `http://${HOST}/api/`
const silent = Object.assign(Object.create(null), {
  ...{ debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} },
  getLevel: () => LogLevel.ERROR,
}) as Logger

async function start() {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => {
      if (request.url?.startsWith('/file'))
        return response.setHeader('content-type', 'text/csv').end('t,0,7\n')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ok: true, ts: '1.2', upload_url: `http://${HOST}/up`, file_id: 'F1' }))
    })
  })
  const websockets = new WebSocketServer({ server })
  websockets.on('connection', socket => {
    asked.push('websocket')
    socket.send(JSON.stringify({ type: 'hello', num_connections: 3 }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const proxy = await startConnectProxy({ [`${HOST}:80`]: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await proxy.close()
    for (const socket of websockets.clients) socket.terminate()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const proxies: Proxies = { https: null, http: proxy.url, except: '' }
  const way = createSlackWay(proxies)
  const client = createWebClient({ token: 'xoxb-1', apiUrl: API, logger: silent, fetch: way.calls })
  return { asked, proxy, proxies, way, client }
}

describe('through a proxy', () => {
  it('go calls, and share a connection', async () => {
    const { asked, proxy, client } = await start()
    for (const _ of [1, 2]) {
      expect(await client.auth.test()).toMatchObject({ ok: true })
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(asked).toEqual(['POST /api/auth.test', 'POST /api/auth.test'])
    expect(proxy.asked).toEqual([`${HOST}:80`])
  })

  it('goes an answer to a response_url, which Bolt leaves to fetch', async () => {
    const { asked, way } = await start()
    const response = await way.calls(`http://${HOST}/commands/1`, { method: 'POST', body: '{"text":"x"}' })
    expect([response.status, (await response.json()) as unknown]).toEqual([
      200,
      expect.objectContaining({ ok: true }),
    ])
    expect(asked).toEqual(['POST /commands/1'])
  })

  it('go files, either way', async () => {
    const { asked, way, client } = await start()
    const file = { name: 'a.csv', content: 'x', comment: '' }
    expect(await uploadFile(client, file, { channel: 'C1' }, { files: way.files })).toEqual({
      id: 'F1',
      picture: undefined,
    })
    expect(asked[1]).toBe('POST /up')
    const read = createAttachedFileReader({
      ...{ botToken: 'xoxb-1', slackApiUrl: API, files: way.files },
      report: ({ event }) => expect.fail(event),
    })
    const attachment = { size: 6, url_private_download: `http://${HOST}/file` }
    const whose = { group: 'g', instance: ['ckafka-one'] }
    expect(await read(attachment, whose, 2_000)).toMatchObject({ ok: true })
  })

  it('goes the connection that the doctor opens', async () => {
    const { asked, proxies } = await start()
    expect(await readHello(`ws://${HOST}/link`, 2_000, proxies)).toEqual({
      ...{ kind: 'said', connections: 3, missed: 0 },
    })
    expect(asked).toEqual(['websocket'])
  })
})

describe('a proxy that makes no connection', () => {
  const MANNERS: [ProxyManners, string][] = [
    [407, 'the proxy PLACE wants a user and a password that it knows (HTTP 407)'],
    [502, 'the proxy PLACE made no connection: it answered with HTTP 502'],
    ['break', 'no connection could be made through the proxy PLACE (UND_ERR_SOCKET)'],
  ]
  it.each(MANNERS)(
    '%s: nothing was sent, what is owed waits, and the proxy is named',
    async (manners, said) => {
      const { asked, proxy, proxies, client } = await start()
      proxy.behave(manners)
      const outcome = await client.chat
        .postMessage({ channel: 'C1', text: 'x' })
        .then(() => 'posted', outcomeOfError)
      const cause = said.replace('PLACE', proxy.place)
      expect(outcome).toEqual({ kind: 'later', afterMs: 15_000, cause })
      expect(await readHello(`ws://${HOST}/link`, 2_000, proxies)).toEqual({ kind: 'unasked', cause })
      expect(asked).toEqual([])
    },
  )

  it('is not there', async () => {
    const { proxy, client } = await start()
    await proxy.close()
    const outcome = await client.auth.test().then(() => 'answered', outcomeOfError)
    expect(outcome).toMatchObject({
      cause: `could not connect to the proxy ${proxy.place} (ECONNREFUSED)`,
    })
  })
})

it('a proxy that has connected and closes: the message may have been posted', async () => {
  const { proxy, client } = await start()
  proxy.behave('cut')
  const outcome = await client.chat
    .postMessage({ channel: 'C1', text: 'x' })
    .then(() => 'posted', outcomeOfError)
  expect(outcome).toMatchObject({ kind: 'unknown' })
})
