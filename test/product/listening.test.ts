// HOST and PORT as a machine takes them: the image's health check finds the product wherever it listens, and where nothing
// can listen the start says which setting is wrong.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { type HttpServer, startHttpServer } from '../../src/http-server.ts'
import { healthRoutes } from '../../src/monitoring.ts'
import { type Product, startProduct } from '../support/product.ts'

const TOP = new URL('../..', import.meta.url)
const hasIPv6 = Object.values(networkInterfaces()).some(each =>
  each?.some(({ address }) => address === '::1'),
)

/** The very command of the Dockerfile, which runs in a folder with `dist`. */
const [, command = '[]'] =
  /^HEALTHCHECK [^\n]*\\\n\s*CMD (\[.+\])$/m.exec(readFileSync(new URL('Dockerfile', TOP), 'utf8')) ?? []

async function run([program = '', ...args]: string[], env: Record<string, string>) {
  const child = spawn(program, args, { cwd: TOP, env: { PATH: process.env.PATH ?? '', ...env } })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { said: out + err, code }
}
const checkHealth = (env: Record<string, string>) => run(JSON.parse(command), env)

let product: Product | undefined
let server: HttpServer | undefined
afterEach(async () => {
  server?.close()
  await product?.stop()
  product = undefined
  server = undefined
})

describe('the health check of the image', () => {
  it('finds a product that listens on one address alone', async () => {
    product = await startProduct({ env: { ROLE: 'worker', HOST: '127.0.0.2' } })
    const PORT = `${product.rewind.port}`
    expect(await checkHealth({ HOST: '127.0.0.2', PORT })).toEqual({ said: '', code: 0 })
    expect(await checkHealth({ PORT })).toMatchObject({ code: 1 })
  })

  const everyday = ['0.0.0.0', ...(hasIPv6 ? ['::1'] : [])]
  const variants = ['localhost', ...(hasIPv6 ? ['::', '[::1]'] : [])]
  it.each(everyday)(
    'asks where HOST=%s listens, and exits 1 when it is stuck or gone',
    { tags: ['long'] },
    asksThere,
  )
  it.each(variants)(
    'asks where HOST=%s listens, and exits 1 when it is stuck or gone',
    { tags: ['long'] },
    asksThere,
  )

  async function asksThere(HOST: string): Promise<void> {
    let alive = true
    const routes = healthRoutes({ alive: () => alive, unready: async () => [], onReadiness: () => {} })
    const host = HOST.replace(/[[\]]/g, '')
    server = await startHttpServer({ host, port: 0, routes, onError: () => {} })
    const env = { HOST, PORT: `${server.port}`, METRICS_PORT: '1' }
    expect(await checkHealth(env)).toEqual({ said: '', code: 0 })
    alive = false
    expect(await checkHealth(env)).toMatchObject({ code: 1, said: expect.stringContaining('503') })
    server.close()
    expect(await checkHealth(env)).toMatchObject({ code: 1, said: expect.stringContaining('ECONNREFUSED') })
  }

  it('does not wait for who never answers', { tags: ['long'] }, async () => {
    const silent = createServer()
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const PORT = `${typeof address === 'object' ? address?.port : ''}`
    expect(await checkHealth({ PORT })).toEqual({
      code: 1,
      said: expect.stringContaining(`Nothing answered at 127.0.0.1, port ${PORT}, within 4 s.`),
    })
    silent.close()
  })

  it('names a setting that is wrong', async () => {
    expect(await checkHealth({ HOST: 'http://x', PORT: '3' })).toEqual({
      code: 1,
      said: expect.stringMatching(/^HOST must be an address/),
    })
  })
})

describe('a start where nothing can listen', () => {
  const env = {
    ROLE: 'worker',
    REDIS_URL: inject('redisUrl'),
    REDIS_PREFIX: 'test-listening',
    TENCENTCLOUD_SECRET_ID: 'AKIDTEST',
    TENCENTCLOUD_SECRET_KEY: 'SECRETTEST',
    CKAFKA_ENDPOINT: 'http://127.0.0.1:1',
  }
  const start = (more: Record<string, string>) => run([process.execPath, 'dist/main.js'], { ...env, ...more })

  it('ends with HOST and PORT named', { tags: ['long'] }, async () => {
    const { said, code } = await start({ HOST: '192.0.2.1', PORT: '0', LANGUAGE: 'en_US:en' })
    expect(said).toContain(
      'HOST 192.0.2.1 is no address of this machine, so nothing can listen on its PORT 0',
    )
    expect(code).toBe(1)
  })

  it('ends with METRICS_PORT named where it is that one', { tags: ['long'] }, async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const METRICS_PORT = `${typeof address === 'object' ? address?.port : ''}`
    const { said, code } = await start({ HOST: '127.0.0.1', PORT: '0', METRICS_PORT })
    taken.close()
    expect(said).toContain(`METRICS_PORT ${METRICS_PORT} is in use by another process on HOST 127.0.0.1`)
    expect(code).toBe(1)
  })
})
