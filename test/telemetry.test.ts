import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, inject, it, onTestFinished, vi } from 'vitest'
import {
  CLUSTER_ACTIONS,
  FAULT_PLACES,
  type ProductEvent,
  SLACK_METHODS,
  SLACK_OUTCOMES,
  STORE_TROUBLES,
} from '../src/ports/events.ts'
import { type Gauges, gaugesOf, WAITING_AGES } from '../src/request/gauges.ts'
import { distrustSchema } from '../src/request/state.ts'
import { createTelemetry, POST_KINDS } from '../src/telemetry.ts'
import { VERSION } from '../src/version.ts'
import { OPS, type Product, startProduct, until } from './support/product.ts'
import { startTcpProxy } from './support/tcp-proxy.ts'

let product: Product | undefined
afterEach(async () => {
  await product?.stop()
  product = undefined
})

const get = async (path: string, headers: Record<string, string> = {}, port = product?.rewind.port) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return { status: response.status, body: await response.text() }
}

it('is ready only while Redis, Slack and the worker are there, and tells strangers nothing but that', async () => {
  const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
  product = await startProduct({ redisUrl: `redis://127.0.0.1:${proxy.port}` })
  await until(async () => (await get('/readyz')).status === 200)
  proxy.down()
  await until(async () => (await get('/readyz')).status === 503)
  expect(await get('/readyz')).toEqual({ status: 503, body: 'not ready\n' })
  expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' })
  proxy.up()
  await until(async () => (await get('/readyz')).status === 200)
  await product.stop()
  product = undefined
  await proxy.close()
})

it('a bot apart is ready without a worker and says that there is none; each worker is counted while it takes jobs', async () => {
  product = await startProduct({ env: { ROLE: 'bot' } })
  const workers = async () => /^rewind_workers (.*)$/m.exec((await get('/metrics')).body)?.[1]
  await until(async () => (await get('/readyz')).status === 200)
  expect(await workers()).toBe('0')
  const { port, stop } = await product.startAnother({ ROLE: 'worker' })
  await until(async () => (await get('/readyz', {}, port)).status === 200)
  await until(async () => (await workers()) === '1')
  await stop()
  await until(async () => (await workers()) === '0')
})

const CALLED = { decidedMs: 700, waitedFor: 'window', apiRequestIds: ['the-id-of-the-api'] } as const

const COMMAND = '--instance ckafka-demo0001 --group orders-billing --topic orders --to-latest --reason why'

it('counts what happens, and whatever happens no label is anything but one of so many words', async () => {
  product = await startProduct()
  await product.ask(COMMAND)
  product.slack.inject('users.info', { kind: 'error', error: 'internal_error' }, 3)
  product.slack.inject('chat.update', { kind: 'error', error: 'internal_error' })
  product.slack.inject('chat.postMessage', { kind: 'error', error: 'internal_error' })
  await product.slack.person('U0GINA').command(OPS, '/offset-requests')
  await product.dave.press(product.card(), 'Review')
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 15_000)
  await product.alice.command(OPS, '/offset-requests R-999')
  const { body } = await get('/metrics')
  expect(body).toContain('rewind_requests_submitted_total 1')
  expect(body).toMatch(/rewind_cluster_calls_total\{action="Describe/)
  expect(unknownLabels(body)).toEqual([])
  expect(body).toContain('rewind_slack_calls_total{method="views.open",outcome="ok"}')
  expect(body).not.toContain('method="other"')
  expect(body).toContain('rewind_approval_to_call_seconds_count{waited_for="nothing"} 1')
  // What Slack has left unsaid above is still owed: it may be there, which is looked for later.
  const debt = async () =>
    Number(/^rewind_oldest_slack_debt_age_seconds (.*)$/m.exec((await get('/metrics')).body)?.[1])
  await until(async () => (await debt()) > 0)
  await until(async () => /^rewind_queue_jobs\{state="active"\} 0$/m.test((await get('/metrics')).body))
  await product.ask(`${COMMAND} --topic payments`)
  await until(async () => {
    const { body: now } = await get('/metrics')
    return [
      /^rewind_requests\{state="pending"\} 1$/m,
      /^rewind_approvals_waiting\{age="upTo10Minutes"\} 1$/m,
    ].every(line => line.test(now))
  })
})

it('has no gauge of the installation, and no 0 either, while Redis does not answer or takes long', async () => {
  const { registry, gaugesFrom } = createTelemetry('silent', 'all')
  const shown = async () =>
    (await registry.metrics()).match(/^rewind_(?:oldest|requests\{|approvals|queue|workers).*$/gm)
  expect(await shown()).toBeNull()
  const values = gaugesOf([], { waiting: 0, delayed: 0, active: 0, oldestSinceMs: null, workers: 0 }, 0)
  const answers: (() => Promise<Gauges>)[] = [
    () => Promise.resolve(values),
    () => Promise.reject(new Error('away')),
    () => Promise.resolve(values),
    () => new Promise(() => {}),
  ]
  gaugesFrom(() => (answers.shift() ?? (() => Promise.reject(new Error('too often'))))())
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  for (const are of [18, 0, 18]) {
    expect((await shown()) ?? []).toHaveLength(are)
    // Who asks again at once is told the same, and Redis is not asked.
    const left = answers.length
    expect((await shown()) ?? []).toHaveLength(are)
    expect(answers).toHaveLength(left)
    vi.advanceTimersByTime(5_000)
  }
  const late = shown()
  await vi.advanceTimersByTimeAsync(1_500)
  expect(await late).toBeNull()
})

it('says in every line which version of Rewind it is, and of a call the id by which the API knows it', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(VERSION).toBe(version)
  const script = `
    const { createTelemetry } = await import('./dist/telemetry.js')
    const telemetry = createTelemetry('info', 'all')
    const apiRequestId = 'id-of-the-api'
    telemetry.info('started')
    telemetry.report({ event: 'called', requestId: 'R-7', outcome: 'done', durationMs: 7, decidedMs: 7, waitedFor: 'nothing', apiRequestIds: [apiRequestId] })
    const call = { action: 'DescribeGroup', outcome: 'refused', code: 'ResourceNotFound', apiRequestId, durationMs: 7 }
    for (let times = 0; times < 3; times++) telemetry.observeCall(call)
    telemetry.observeCall({ ...call, outcome: 'unavailable', code: 'budget' })
    telemetry.observeCall({ ...call, outcome: 'read', code: '0' })
  `
  const { output } = await run({}, [], ['--input-type=module', '-e', script])
  const lines = output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(line => line.version)).toEqual([version, version, version])
  expect(lines.slice(1)).toMatchObject([
    { event: 'called', apiRequestIds: ['id-of-the-api'] },
    { event: 'api', code: 'ResourceNotFound', apiRequestId: 'id-of-the-api', level: 'info' },
  ])
})

it('counts every kind of event under closed labels, with ids and keys in everything that may hold one', async () => {
  const telemetry = createTelemetry('silent', 'all')
  const requestId = 'R-77' as Extract<ProductEvent, { event: 'submitted' }>['requestId']
  const keys = [
    'card',
    'note-7',
    'direct-7',
    'tell-7-C0TELL',
    'ping-7',
    'cardTrouble',
    'elsewhere-note-7',
  ] as const
  for (const where of FAULT_PLACES) {
    telemetry.report({ event: 'fault', where, about: 'U0ABOUT', requestId, error: new Error('C0SECRET') })
  }
  for (const trouble of [...STORE_TROUBLES, null]) {
    telemetry.report({ event: 'store', trouble, error: new Error('C0SECRET') })
  }
  for (const key of [...keys, 'cardUpdate'] as const) {
    telemetry.report({ event: 'posted', requestId, key, outcome: 'refused', detail: 'C0DETAIL' })
  }
  telemetry.report({ event: 'submitted', requestId, requester: 'U0ALICE' })
  telemetry.report({ event: 'changed', requestId, command: 'cancel', state: 'cancelled', version: 7 })
  telemetry.report({ event: 'refused', requestId, command: 'decide', refusal: 'stale', by: 'U0ALICE' })
  telemetry.report({ event: 'asked', requestId, evidence: 'U0EVIDENCE' })
  telemetry.report({ event: 'called', requestId, outcome: 'unknown', durationMs: 7, ...CALLED })
  for (const action of CLUSTER_ACTIONS) {
    telemetry.observeCall({ action, outcome: 'read', code: 'a code of the API', durationMs: 7 })
  }
  for (const method of SLACK_METHODS) {
    for (const outcome of SLACK_OUTCOMES) telemetry.observeSlackCall({ method, outcome })
  }
  telemetry.gaugesFrom(async () =>
    gaugesOf([], { waiting: 0, delayed: 0, active: 0, oldestSinceMs: null, workers: 0 }, Date.now()),
  )
  // @ts-expect-error any other text is no place, so that no id gets into a label
  const unplaced: ProductEvent = { event: 'fault', where: `looking up ${requestId}`, error: null }
  // @ts-expect-error nor is any other text an action
  const unnamed: Parameters<typeof telemetry.observeCall>[0]['action'] = `DescribeGroup ${requestId}`
  expect([unplaced, unnamed]).toHaveLength(2)
  const body = await telemetry.registry.metrics()
  expect(body).toContain('rewind_slack_posts_total{kind="tell",outcome="refused"} 1')
  expect(unknownLabels(body)).toEqual([])
  expect(body).not.toMatch(
    /U0ABOUT|U0ALICE|U0EVIDENCE|C0SECRET|C0DETAIL|C0TELL|R-77|note-7|ping-7|the-id-of-the-api/,
  )
})

/** Of our own metrics: those that are not among the words there are, or look like an id. */
function unknownLabels(body: string): string[] {
  const closed: Record<string, readonly string[]> = {
    where: FAULT_PLACES,
    why: [...STORE_TROUBLES, ...distrustSchema.options],
    kind: POST_KINDS,
    action: CLUSTER_ACTIONS,
    method: SLACK_METHODS,
    age: WAITING_AGES,
  }
  const labels = body
    .split('\n')
    .filter(line => line.startsWith('rewind_'))
    .flatMap(line => [...line.matchAll(/(\w+)="([^"]*)"/g)])
    .filter(([, name]) => name !== 'le')
  expect(labels.length).toBeGreaterThan(3)
  return labels.flatMap(([whole, name = '', value = '']) => {
    const isKnown = closed[name]?.includes(value) ?? /^[a-z][A-Za-z]*$/.test(value)
    return isKnown ? [] : [whole]
  })
}

it('shows its metrics at a port of their own alone, and only to who has the token', async () => {
  product = await startProduct({ env: { METRICS_PORT: '0', METRICS_TOKEN: 'sixteen-or-more-characters' } })
  const { metricsPort, port } = product.rewind
  const asked = (authorization: string) => get('/metrics', { authorization }, metricsPort)
  expect(metricsPort).not.toBe(port)
  expect(await get('/metrics')).toMatchObject({ status: 404 })
  for (const path of ['/healthz', '/readyz', '/slack/events', '/']) {
    expect(await get(path, {}, metricsPort)).toMatchObject({ status: 404 })
  }
  const wrong = [
    '',
    'Bearer',
    'Bearer sixteen',
    'sixteen-or-more-characters',
    'Basic sixteen-or-more-characters',
  ]
  for (const authorization of wrong) expect(await asked(authorization)).toMatchObject({ status: 401 })
  expect(await asked('Bearer sixteen-or-more-characters')).toMatchObject({
    status: 200,
    body: expect.stringContaining('rewind_faults_total'),
  })
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
  const { code, output } = await run({}, [], ['--input-type=module', '-e', script])
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

it('says what is wrong with the store once for each thing, whoever meets it, and counts all', async () => {
  const script = `
    const { createTelemetry } = await import('./dist/telemetry.js')
    const telemetry = createTelemetry('info', 'all')
    const error = words => new Error(words)
    for (let times = 0; times < 3; times++) {
      telemetry.report({ event: 'store', trouble: 'memory', error: error('OOM no memory') })
      telemetry.report({ event: 'fault', where: 'pump', trouble: 'memory', error: new Error('away', { cause: error('OOM no memory script: 12ab, on line ' + times) }) })
      telemetry.report({ event: 'fault', where: 'submit', trouble: 'forbidden', error: error('NOPERM eval') })
      telemetry.report({ event: 'fault', where: 'submit', error: error('something else') })
      telemetry.printed('a library', 'says so')
    }
    telemetry.report({ event: 'store', trouble: null, error: null })
    console.log((await telemetry.registry.metrics()).match(/^rewind_(?:store_trouble.*|faults_total.* [1-9]\\d*)$/gm).join('\\n'))
  `
  const { output } = await run({}, [], ['--input-type=module', '-e', script])
  const lines = output.trim().split('\n')
  const told = lines.flatMap(line => {
    if (!line.startsWith('{')) return []
    const { event, trouble, error, msg } = JSON.parse(line)
    return [[event, trouble, error?.message ?? msg]]
  })
  expect(told.filter(([, , words]) => words !== 'something else')).toEqual([
    ['store', 'memory', 'OOM no memory'],
    ['fault', 'forbidden', 'NOPERM eval'],
    ['printed', undefined, 'a library says so'],
    ['store', undefined, 'the store can be used again'],
  ])
  expect(told.filter(([, , words]) => words === 'something else')).toHaveLength(3)
  expect(lines.filter(line => line.startsWith('rewind_'))).toEqual([
    'rewind_store_trouble{why="memory"} 0',
    'rewind_faults_total{where="pump"} 3',
    'rewind_faults_total{where="submit"} 6',
  ])
})

it('answers nothing of Slack’s over HTTP while it speaks Socket Mode', async () => {
  product = await startProduct()
  expect((await get('/slack/events')).status).toBe(404)
})

it('names every wrong setting and exits 1, without a secret in its output', async () => {
  const { code, output } = await run({
    TENCENTCLOUD_SECRET_KEY: 'hunter2',
    ROLE: 'boss',
    METRICS_TOKEN: 'short1',
  })
  expect(code).toBe(1)
  expect(output).toContain('ROLE must be all, bot or worker')
  expect(output).toContain('REDIS_URL')
  expect(output).toContain('METRICS_TOKEN must have 16 letters, digits and signs of ASCII')
  expect(output).not.toMatch(/hunter2|short1/)
})

it('prints nothing of an error but its words and where it was, whatever else hangs on it', async () => {
  const preload = join(mkdtempSync(join(tmpdir(), 'rewind-')), 'throw.mjs')
  const thrown = `Object.assign(new Error('broken xoxb-1-2 Bearer abc'), { headers: { authorization: 'hunter2' } })`
  // Once somebody listens for it, however long that takes.
  const listens = `process.listenerCount('uncaughtException') > 0`
  writeFileSync(preload, `setInterval(() => { if (${listens}) throw ${thrown} }, 50)`)
  const env = {
    ...{
      SLACK_BOT_TOKEN: 'xoxb-x',
      SLACK_APP_TOKEN: 'xapp-x',
      APPROVERS: 'U0BOB',
      PORT: '0',
      ROLE: 'worker',
    },
    ...{ REDIS_URL: inject('redisUrl'), TENCENTCLOUD_SECRET_ID: 'x', TENCENTCLOUD_SECRET_KEY: 'x' },
  }
  const { code, output } = await run(env, ['--import', preload])
  expect(code).toBe(1)
  expect(output).toContain('uncaught exception')
  expect(output).toContain('broken [token] Bearer [token]')
  expect(output).not.toMatch(/hunter2|xoxb-1|abc/)
})

function run(
  env: Record<string, string>,
  options: string[] = [],
  args = ['dist/main.js'],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...options, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += data))
  return new Promise(resolve => child.on('close', code => resolve({ code, output })))
}
