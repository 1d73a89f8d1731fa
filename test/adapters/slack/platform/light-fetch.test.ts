// What Slack’s client gets in the place of fetch, over real sockets: the same answers, and nothing sent that was stopped.

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { lightFetch } from '../../../../src/adapters/slack/platform/light-fetch.ts'

let server: Server | undefined
let bodies: string[] = []
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise(resolve => (server === undefined ? resolve(null) : server.close(resolve)))
  server = undefined
  bodies = []
})

async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      answer(response)
    })
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/x?y=z`
}

const post = {
  method: 'POST',
  headers: { 'Content-Type': 'text/plain' },
  body: '组',
  redirect: 'error',
} as const

it('does its work also where Node’s own fetch, with an undici of another version, was used before', async () => {
  const url = await listen(response => response.end('ok'))
  await (await fetch(url, { method: 'POST', body: 'first' })).text()
  expect(await (await lightFetch(url, post)).text()).toBe('ok')
})

it('gives the status, the headers and the whole text, wherever it was cut on its way', async () => {
  const bytes = Buffer.from('{"ok":true,"text":"组 🎉"}')
  const url = await listen(async response => {
    response.writeHead(201, { 'X-OAuth-Scopes': 'a, b', 'set-cookie': ['c=1', 'd=2'] })
    for (const byte of bytes) {
      response.write(Buffer.from([byte]))
      await pause(0)
    }
    response.end()
  })
  const response = await lightFetch(url, post)
  expect(response).toMatchObject({ ok: true, status: 201, statusText: 'Created', url })
  expect(response.headers.get('x-oauth-scopes')).toBe('a, b')
  expect(response.headers.get('X-OAuth-Scopes')).toBe('a, b')
  expect(response.headers.get('retry-after')).toBeNull()
  expect(Object.fromEntries(response.headers.entries())).toMatchObject({ 'set-cookie': 'c=1, d=2' })
  expect(await response.text()).toBe(bytes.toString())
  expect(await response.json()).toEqual({ ok: true, text: '组 🎉' })
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  expect(bodies).toEqual(['组'])
})

it('follows no redirect', async () => {
  const url = await listen(response => response.writeHead(307, { location: '/elsewhere' }).end())
  await expect(lightFetch(url, post)).rejects.toThrow('redirect')
  expect(bodies).toHaveLength(1)
})

it('never sends what was stopped before it was connected', async () => {
  const url = await listen(response => response.end())
  const stop = new AbortController()
  const stopped = lightFetch(url, { ...post, signal: stop.signal })
  const reason = new Error('too late')
  stop.abort(reason)
  await expect(stopped).rejects.toBe(reason)
  await expect(lightFetch(url, { ...post, signal: stop.signal })).rejects.toBe(reason)
  // Sent over the same connection, it would come first.
  expect((await lightFetch(url, { ...post, body: 'next' })).ok).toBe(true)
  await pause(20)
  expect(bodies).toEqual(['next'])
})

it('closes the connection of what was stopped under way', async () => {
  const closed: Promise<unknown>[] = []
  const url = await listen(response => {
    closed.push(new Promise(resolve => response.on('close', resolve)))
    response.write('half')
  })
  await expect(lightFetch(url, { ...post, signal: AbortSignal.timeout(60) })).rejects.toMatchObject({
    name: 'TimeoutError',
  })
  await Promise.all(closed)
  expect(closed).toHaveLength(1)
})

it('leaves to fetch what is not a text', async () => {
  const url = await listen(response => response.end('{}'))
  const form = new FormData()
  form.append('file', new Blob(['content']), 'name.csv')
  const response = await lightFetch(url, { method: 'POST', body: form, redirect: 'error' })
  expect([response.status, await response.text()]).toEqual([200, '{}'])
  expect(bodies[0]).toContain('filename="name.csv"')
})
