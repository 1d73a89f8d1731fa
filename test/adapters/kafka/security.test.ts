// What a connection proves and is shown before the first call: whose certificate it takes, and a token that is there or
// is not. Real brokers and every mechanism are in test/kafka/security.test.ts.

import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { createKafka } from '../../../src/adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from '../../../src/adapters/kafka/settings.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { startScriptedBroker } from './scripted-broker.ts'

const TLS = join(import.meta.dirname, '../../support/tls')
const pem = (name: string) => readFileSync(join(TLS, `${name}.pem`), 'utf8')

async function reading(settings: Partial<KafkaSettings>) {
  const calls: KafkaCall[] = []
  const kafka = createKafka(
    { id: 'k', name: 'K', bootstrap: [], ...settings },
    { now: Date.now, onCall: call => void calls.push(call) },
  )
  onTestFinished(() => kafka.close())
  const read = await kafka.reader({ urgency: 'person', readMs: 2_000 }).group({ instanceId: 'k', group: 'g' })
  return { read, calls, kafka }
}

it('takes a certificate for the server name that was set, asks for it, and takes no other', async () => {
  const named: (string | false | null)[] = []
  const server = createServer({ cert: pem('server'), key: pem('server-key') }, socket => {
    named.push(socket.servername)
    socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const bootstrap = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
  const tls = { ca: pem('authority') }
  // It is for 127.0.0.1 and for localhost.
  await reading({ bootstrap, tls })
  await reading({ bootstrap, tls: { ...tls, servername: 'localhost' } })
  expect(named).toEqual([false, 'localhost'])
  const { read } = await reading({ bootstrap, tls: { ...tls, servername: 'kafka.internal' } })
  expect(read).toEqual({
    kind: 'unavailable',
    cause: causeOf('noConnection', 'ERR_TLS_CERT_ALTNAME_INVALID'),
  })
})

it.each([
  ['a key that is too small', { cert: pem('weak'), key: pem('weak-key') }, 'ERR_SSL_EE_KEY_TOO_SMALL'],
  [
    'a chain that breaks off',
    { cert: `${pem('server')}${pem('authority').slice(0, 200)}`, key: pem('server-key') },
    'ERR_OSSL_PEM_BAD_END_LINE',
  ],
])(
  'is unavailable, and nothing was sent, with %s, which TLS does not even load',
  async (_what, tls, code) => {
    const broker = await startScriptedBroker({})
    onTestFinished(() => broker.close())
    const { read } = await reading({ bootstrap: [broker.bootstrap], tls })
    expect(read).toEqual({ kind: 'unavailable', cause: causeOf('noConnection', code) })
    expect(broker.requests).toEqual([])
  },
)

it('is not opened with an authority that is empty, which would be all that Node knows', () => {
  const settings = { id: 'k', name: 'K', bootstrap: ['127.0.0.1:9'], tls: { ca: '' } }
  expect(() => createKafka(settings, { now: Date.now })).toThrow('tls.ca is empty')
})

it('sends no write of offsets over a connection that cannot even be begun', async () => {
  const tls = { cert: pem('weak'), key: pem('weak-key') }
  const kafka = createKafka({ id: 'k', name: 'K', bootstrap: ['127.0.0.1:9'], tls }, { now: Date.now })
  onTestFinished(() => kafka.close())
  const offsets = new Map([['orders', [{ partition: 0, offset: 1n }]]])
  const written = await kafka.writeTopics({ instanceId: 'k', group: 'g' }, offsets, Date.now() + 2_000)
  expect(written.called).toEqual({
    kind: 'notSent',
    cause: causeOf('noConnection', 'ERR_SSL_EE_KEY_TOO_SMALL'),
  })
})

it.each([
  ['is not there', () => Promise.reject(new Error('ENOENT hunter2'))],
  ['never comes', () => new Promise<string>(() => {})],
])('has not been refused by Kafka where the token %s, and shows nothing else instead', async (_, token) => {
  const broker = await startScriptedBroker({})
  onTestFinished(() => broker.close())
  const sasl = { mechanism: 'OAUTHBEARER', token } as const
  const { read, kafka } = await reading({ bootstrap: [broker.bootstrap], sasl, timeouts: { connectMs: 300 } })
  expect(read).toEqual({ kind: 'unavailable', cause: causeOf('tokenUnread') })
  const write = new Map([['t', [{ partition: 0, offset: 1n }]]])
  const { called } = await kafka.writeTopics({ instanceId: 'k', group: 'g' }, write, Date.now() + 2_000)
  expect(called).toEqual({ kind: 'notSent', cause: causeOf('tokenUnread') })
  expect(new Set(broker.requests.map(({ api }) => api))).toEqual(new Set(['ApiVersions', 'SaslHandshake']))
})

it('shows a token that can be read again to the next connection', async () => {
  const broker = await startScriptedBroker({})
  onTestFinished(() => broker.close())
  let isThere = false
  const token = async () => {
    if (!isThere) throw new Error('ENOENT')
    return 'abc'
  }
  broker.answers.SaslAuthenticate = () => ({ ...PROVED, errorCode: 58 })
  const { read, kafka } = await reading({
    bootstrap: [broker.bootstrap],
    sasl: { mechanism: 'OAUTHBEARER', token },
  })
  expect(read.kind).toBe('unavailable')
  isThere = true
  expect(await kafka.reader({ readMs: 2_000 }).group({ instanceId: 'k', group: 'g' })).toEqual({
    ...{ kind: 'refused', reason: 'credentials', code: 'SASL_AUTHENTICATION_FAILED' },
    message: 'Kafka refuses the credentials (58).',
  })
})

const PLAIN = { mechanism: 'PLAIN', username: 'u', password: 'hunter2' } as const
const PROVED = { errorMessage: null, authBytes: Buffer.alloc(0), sessionLifetimeMs: 0n }

const SAID: [number, object][] = [
  [33, { kind: 'refused', reason: 'credentials', code: 'UNSUPPORTED_SASL_MECHANISM' }],
  [34, { kind: 'refused', reason: 'credentials', code: 'ILLEGAL_SASL_STATE' }],
  [58, { kind: 'refused', reason: 'credentials', code: 'SASL_AUTHENTICATION_FAILED' }],
  [-1, { kind: 'unavailable', cause: causeOf('apiSaid', 'UNKNOWN_SERVER_ERROR') }],
  [7, { kind: 'unavailable', cause: causeOf('apiSaid', 'REQUEST_TIMED_OUT') }],
]
it.each(SAID)('passes on the code %i, and no other', async (errorCode, said) => {
  const broker = await startScriptedBroker({ SaslHandshake: () => ({ errorCode, mechanisms: [] }) })
  onTestFinished(() => broker.close())
  expect((await reading({ bootstrap: [broker.bootstrap], sasl: PLAIN })).read).toMatchObject(said)
  expect(broker.of('SaslAuthenticate')).toEqual([])
  broker.answers = { SaslAuthenticate: () => ({ ...PROVED, errorCode }) }
  expect((await reading({ bootstrap: [broker.bootstrap], sasl: PLAIN })).read).toMatchObject(said)
})

it('names no code of Kafka where none came: the broker proves nothing, or refuses a token in its own words', async () => {
  const broker = await startScriptedBroker({
    SaslAuthenticate: () => ({
      ...PROVED,
      errorCode: 0,
      authBytes: Buffer.from('{"status":"invalid_token"}'),
    }),
  })
  onTestFinished(() => broker.close())
  const refused = { kind: 'refused', reason: 'credentials', code: 'none' }
  for (const sasl of [
    { ...PLAIN, mechanism: 'SCRAM-SHA-256' } as const,
    { mechanism: 'OAUTHBEARER', token: async () => 'abc' } as const,
  ])
    expect((await reading({ bootstrap: [broker.bootstrap], sasl })).read).toMatchObject(refused)
})
