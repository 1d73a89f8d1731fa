import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type HttpServer, type Route, startHttpServer } from '../src/http-server.ts'
import { healthRoutes } from '../src/monitoring.ts'
import { exchangeRaw, requestOf } from './port/stage.ts'
import { until } from './support/product.ts'

let server: HttpServer | undefined
let errors: unknown[] = []
afterEach(() => server?.close())

async function serve(routes: Record<string, Route>): Promise<number> {
  errors = []
  server = await startHttpServer({ host: '127.0.0.1', port: 0, routes, onError: error => errors.push(error) })
  return server.port
}
const look = (answer: Extract<Route, { kind: 'look' }>['answer']): Route => ({ kind: 'look', answer })

it('answers 500 for a route that throws or rejects, tells of it once, and goes on', async () => {
  const port = await serve({
    '/throws': look(() => {
      throw new Error('thrown')
    }),
    '/rejects': look(async () => {
      throw new Error('rejected')
    }),
    '/fine': look(() => ({ status: 200, body: 'fine\n' })),
  })
  for (const path of ['/throws', '/rejects']) {
    expect(await exchangeRaw(port, requestOf(`GET ${path} HTTP/1.1`))).toMatchObject({ status: 500 })
  }
  expect(errors).toEqual([new Error('thrown'), new Error('rejected')])
  expect(await exchangeRaw(port, requestOf('GET /fine HTTP/1.1'))).toMatchObject({ status: 200 })
})

it('goes on when somebody has gone before the answer was there', async () => {
  const answers: (() => void)[] = []
  const port = await serve({
    '/slow': look(() => new Promise(resolve => answers.push(() => resolve({ status: 200 })))),
  })
  const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  for (const socket of sockets) socket.write(requestOf('GET /slow HTTP/1.1', { 'content-length': '9' }))
  await until(() => answers.length === 2)
  sockets[0]?.resetAndDestroy()
  sockets[1]?.destroy()
  await delay(50)
  for (const answer of answers) answer()
  await delay(50)
  expect(errors).toEqual([])
  expect(await exchangeRaw(port, requestOf('GET / HTTP/1.1'))).toMatchObject({ status: 404 })
})

it('closes the connection of who does not wait for an answer before the next request', async () => {
  let begun = 0
  const port = await serve({
    '/slow': look(async () => {
      begun += 1
      await delay(100)
      return { status: 200 }
    }),
  })
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => requestOf('GET /slow HTTP/1.1')))
  expect(await exchangeRaw(port, many)).toEqual({ kind: 'closed' })
  expect(begun).toBe(1)
})

it('takes one request after the other on a connection that is kept', async () => {
  const port = await serve({ '/fine': look(() => ({ status: 200, body: 'fine\n' })) })
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  let said = ''
  socket.on('data', text => {
    said += text
  })
  for (let count = 1; count <= 50; count++) {
    socket.write(requestOf('GET /fine HTTP/1.1'))
    await until(() => said.split('HTTP/1.1 200').length === count + 1)
  }
  socket.destroy()
})

it('says ready or not to whoever asks, and why to the log, once for each change', async () => {
  let missing: string[] = ['Redis does not answer.', 'Slack is not connected.']
  const told: (readonly string[])[] = []
  let looks = 0
  // Long enough for all who ask to have come, on a busy machine too.
  let lookMs = 500
  const port = await serve(
    healthRoutes({
      alive: () => true,
      unready: async () => {
        looks += 1
        await delay(lookMs)
        return missing
      },
      onReadiness: now => told.push(now),
    }),
  )
  const ask = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    return `${answer.status} ${await answer.text()}`
  }
  expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set(['503 not ready\n']))
  expect(looks).toBeLessThan(5)
  lookMs = 20
  missing = ['Slack is not connected.']
  await until(async () => told.length === 2 || (await ask()) === '')
  missing = []
  await until(async () => (await ask()) === '200 ready\n')
  for (let times = 0; times < 10; times++) await ask()
  expect(told).toEqual([
    ['Redis does not answer.', 'Slack is not connected.'],
    ['Slack is not connected.'],
    [],
  ])
})
