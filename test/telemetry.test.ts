import { spawn } from 'node:child_process'
import { afterEach, expect, inject, it } from 'vitest'
import { type Product, startProduct, until } from './support/product.ts'
import { startTcpProxy } from './support/tcp-proxy.ts'

let product: Product | undefined
afterEach(async () => {
  await product?.stop()
  product = undefined
})

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${product?.rewind.port}${path}`)
  return { status: response.status, body: await response.text() }
}

it('is ready only while Redis, Slack and the worker are there, and says what is missing', async () => {
  const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
  product = await startProduct({ redisUrl: `redis://127.0.0.1:${proxy.port}` })
  await until(async () => (await get('/readyz')).status === 200)
  proxy.down()
  await until(async () => (await get('/readyz')).body.includes('Redis does not answer'))
  expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' })
  proxy.up()
  await until(async () => (await get('/readyz')).status === 200)
  await product.stop()
  product = undefined
  await proxy.close()
})

it('counts what happens, without an id in any label', async () => {
  product = await startProduct()
  await product.ask(
    '--instance ckafka-demo0001 --group orders-billing --topic orders --to-latest --reason why',
  )
  const { body } = await get('/metrics')
  expect(body).toContain('rewind_requests_submitted_total 1')
  expect(body).not.toContain('R-1"')
})

it('says once that a user group cannot be read, and once that it can again, and counts those that cannot', async () => {
  const script = `
    const { createTelemetry } = await import('./dist/telemetry.js')
    const telemetry = createTelemetry('info', 'all')
    const read = (groupId, error) => telemetry.report({ event: 'groupRead', groupId, error })
    const gauge = async () => console.log(/^rewind_policy_groups_unreadable .*$/m.exec(await telemetry.registry.metrics())[0])
    read('S0ONE', null)
    for (let times = 0; times < 3; times++) read('S0ONE', new Error('ratelimited'))
    read('S0TWO', new Error('no_such_subteam'))
    await gauge()
    for (let times = 0; times < 3; times++) read('S0ONE', null)
    await gauge()
  `
  const { code, output } = await run({}, ['--input-type=module', '-e', script])
  expect(code).toBe(0)
  const told = output.split('\n').flatMap(line => {
    if (!line.startsWith('{')) return line === '' ? [] : [line]
    const { event, groupId, error } = JSON.parse(line)
    return [`${event} ${groupId} ${error?.message ?? ''}`.trim()]
  })
  const isGauge = (line: string) => line.startsWith('rewind_')
  expect(told.filter(line => !isGauge(line))).toEqual([
    'groupUnreadable S0ONE ratelimited',
    'groupUnreadable S0TWO no_such_subteam',
    'groupReadable S0ONE',
  ])
  expect(told.filter(isGauge)).toEqual([
    'rewind_policy_groups_unreadable 2',
    'rewind_policy_groups_unreadable 1',
  ])
})

it('answers nothing of Slack’s over HTTP while it speaks Socket Mode', async () => {
  product = await startProduct()
  expect((await get('/slack/events')).status).toBe(404)
})

it('names every wrong setting and exits 1, without a secret in its output', async () => {
  const { code, output } = await run({ TENCENTCLOUD_SECRET_KEY: 'hunter2', ROLE: 'boss' })
  expect(code).toBe(1)
  expect(output).toContain('ROLE must be all, bot or worker')
  expect(output).toContain('REDIS_URL')
  expect(output).not.toContain('hunter2')
})

function run(
  env: Record<string, string>,
  args = ['dist/main.js'],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += data))
  return new Promise(resolve => child.on('close', code => resolve({ code, output })))
}
