// The doctor of Redis and of a Kafka with one thing broken in turn that has advice of its own: a Redis that is full, TLS, a
// master that the Sentinels do not know, a mechanism that the broker does not take, a budget of calls that is used up.
// @module-tag long

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectRedis, type RedisSettings, untilReady } from '../../src/adapters/redis/connect.ts'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { ckafkaFindings } from '../../src/doctor/ckafka.ts'
import { exitCodeOf, type Finding } from '../../src/doctor/finding.ts'
import { kafkaFindings, type OfKafka } from '../../src/doctor/kafka.ts'
import { doctorRedis } from '../../src/doctor/redis.ts'
import { tlsAdvice } from '../../src/doctor/tls.ts'
import { startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { AUTHORITY, OTHER_AUTHORITY, startTlsRedis, whyNoTls } from '../support/redis-servers.ts'

const GOOD = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' }
const noTls = await whyNoTls()

async function ofRedis(settings: RedisSettings): Promise<Finding[]> {
  const doctor = doctorRedis(settings, 'doctor', {
    ...{ seals: null, bots: Promise.resolve(null), now: Date.now },
  })
  try {
    return await doctor.findings
  } finally {
    doctor.close()
  }
}

const wrongIn = (findings: readonly Finding[]) =>
  findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, what, found, advice = '' }) => `${level} ${what}: ${found} → ${advice}`)

async function server() {
  const started = await startRedis()
  onTestFinished(() => started.close())
  const admin = new Redis(started.url)
  onTestFinished(() => admin.disconnect())
  for (const [name, value] of Object.entries(GOOD)) await admin.config('SET', name, value)
  return { ...started, admin, settings: { mode: 'single', url: started.url } as const }
}

async function listening(made: Server): Promise<number> {
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  onTestFinished(() => void made.close())
  const address = made.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

describe('a Redis that is full', () => {
  it('is called full once, and all that cannot be written waits for it', async () => {
    const { admin, settings } = await server()
    await admin.set('big', 'x'.repeat(3_000_000))
    await admin.config('SET', 'maxmemory', '2mb')
    const findings = await ofRedis(settings)
    expect(exitCodeOf(findings)).toBe(2)
    const [memory, ...rest] = wrongIn(findings)
    expect(memory).toMatch(
      /^failure memory: Redis is full: [\d.]+ MB of maxmemory 2\.1 MB are used, and it evicts nothing\. Nothing can be saved\. → Raise maxmemory/,
    )
    expect(rest).toEqual(
      ['permissions', 'a key', 'a job'].map(what => `notMade ${what}: Redis has to have room first. → `),
    )
  })

  it('is called full where it does not say how much it has', async () => {
    const { admin, port } = await server()
    await admin.set('big', 'x'.repeat(3_000_000))
    await admin.config('SET', 'maxmemory', '2mb')
    await admin.call('ACL', 'SETUSER', 'narrow', 'on', '>hunter2', '~*', '+@all', '-info', '-config')
    const findings = wrongIn(
      await ofRedis({ mode: 'single', url: `redis://narrow:hunter2@127.0.0.1:${port}` }),
    )
    expect(findings.filter(each => each.startsWith('failure'))).toEqual([
      expect.stringMatching(
        /^failure permissions: It is full, and nothing can be saved: (OOM|EXECABORT) .* → Raise maxmemory/,
      ),
    ])
  })

  it('is warned of before it is', async () => {
    const { admin, settings } = await server()
    // What connections take beside it is little.
    await admin.eval("redis.call('SET', 'big', string.rep('x', 40000000))", 0)
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.config('SET', 'maxmemory', `${Math.round(used / 0.93)}`)
    const [memory] = wrongIn(await ofRedis(settings))
    expect(memory).toMatch(/^warning memory: Redis is nearly full: /)
  })
})

/** Whoever does not trust it resets the connection, now and then before it has ended. */
function harmless(socket: Socket): Socket {
  return socket.on('error', () => {})
}

describe.skipIf(noTls !== null)('a Redis over TLS', () => {
  it('whose authority is another is told apart', async () => {
    const redis = await startTlsRedis()
    onTestFinished(() => redis.close())
    const other = { ...redis.settings, ca: readFileSync(OTHER_AUTHORITY, 'utf8') } as RedisSettings
    const [reach] = wrongIn(await ofRedis(other))
    expect(reach).toMatch(/^failure reach: Redis at .* cannot be spoken to over TLS: .* → .*REDIS_CA_FILE/)
    const none = { ...redis.settings, ca: undefined } as RedisSettings
    expect(wrongIn(await ofRedis(none))[0]).toContain('REDIS_CA_FILE')
  })

  it('is told from one that does not speak it', async () => {
    const { url } = await server()
    const settings = {
      mode: 'single',
      url: url.replace('redis:', 'rediss:'),
      ca: readFileSync(AUTHORITY, 'utf8'),
    } as const
    expect(wrongIn(await ofRedis(settings))[0]).toContain('Where it does not speak TLS at this port')
  })
})

describe('a master of Sentinels', () => {
  it('that they do not know is named, with those that they know', async () => {
    const master = await server()
    const sentinel = await startRedis({ sentinel: [`sentinel monitor mymaster 127.0.0.1 ${master.port} 1`] })
    onTestFinished(() => sentinel.close())
    const sentinels = [{ host: '127.0.0.1', port: sentinel.port }]
    const settings: RedisSettings = { mode: 'sentinel', name: 'rewind', sentinels, tls: false }
    const [reach] = wrongIn(await ofRedis(settings))
    expect(reach).toBe(
      `failure reach: The Sentinels at 127.0.0.1:${sentinel.port} know no master “rewind”: they know “mymaster”. → Set REDIS_SENTINEL_NAME to the right one.`,
    )
  })
})

describe('a Kafka', () => {
  const entry = (kafka: Partial<OfKafka['kafka']> & { bootstrap: string[] }) =>
    ({ kind: 'kafka', id: 'own', name: 'Own', kafka }) as unknown as OfKafka

  const reachOf = async (of: OfKafka) => {
    const findings = await kafkaFindings(of, { config: { role: 'all' }, now: Date.now, withinMs: 5_000 })
    return findings.find(({ what }) => what === 'reach and credentials')
  }

  it('that does not take the mechanism says which it takes', async () => {
    const simulator = await startCkafkaSimulator({ secretId: 'AKIDTEST', secretKey: 'hunter2' })
    const broker = await startKafkaBroker(simulator.cluster, {
      sasl: { username: 'rewind', password: 'hunter2' },
    })
    onTestFinished(async () => {
      await Promise.all([broker.close(), simulator.close()])
    })
    const reach = await reachOf(
      entry({
        bootstrap: broker.bootstrap.split(','),
        sasl: { mechanism: 'SCRAM-SHA-256', username: 'rewind', password: 'hunter2' },
      }),
    )
    expect(reach).toMatchObject({
      level: 'failure',
      advice:
        'The broker does not take SCRAM-SHA-256; it offers PLAIN. Set kafka.sasl.mechanism to one that it offers.',
    })
    expect(JSON.stringify(reach)).not.toContain('hunter2')
  })

  it('whose certificate is of another authority, or that does not speak TLS, is told apart', async () => {
    const pem = (name: string) => readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url))
    const port = await listening(
      createTlsServer({ cert: pem('server'), key: pem('server-key') }, socket => harmless(socket).end()),
    )
    const tls = { ca: readFileSync(OTHER_AUTHORITY, 'utf8') }
    const untrusted = await reachOf(entry({ bootstrap: [`127.0.0.1:${port}`], tls }))
    expect(untrusted?.advice).toContain('kafka.tls.ca-file')
    const plain = await listening(
      createServer(socket => harmless(socket).on('data', () => socket.end('HTTP/1.1 400\r\n\r\n'))),
    )
    const noTlsThere = await reachOf(entry({ bootstrap: [`127.0.0.1:${plain}`], tls }))
    expect(noTlsThere?.advice).toContain('It does not speak TLS at this address and port')
  })

  it('that ends the connection of who comes without TLS or SASL is named as a cause', async () => {
    const port = await listening(createServer(socket => harmless(socket).on('data', () => socket.end())))
    const reach = await reachOf(entry({ bootstrap: [`127.0.0.1:${port}`] }))
    expect(reach?.advice).toContain('A listener that wants kafka.tls or kafka.sasl ends the connection')
  })
})

it('keeps to the shared budget from the first call on, and says where it is used up', async () => {
  const { url } = await server()
  const simulator = await startCkafkaSimulator({ secretId: 'AKIDTEST', secretKey: 'hunter2' })
  onTestFinished(() => simulator.close())
  const redis = connectRedis({ mode: 'single', url }, () => {})
  onTestFinished(() => redis.disconnect())
  const account = { secretId: 'AKIDTEST', secretKey: 'hunter2' }
  const of = {
    ...{ kind: 'ckafka', id: 'ckafka', name: '', instances: null },
    ckafka: { dialect: 'v3', endpoint: simulator.url, region: 'ap-guangzhou', ...account },
  } as unknown as Extract<ClusterEntry, { kind: 'ckafka' }>
  const deps = {
    config: { role: 'all', redisPrefix: 'doctor', quotaFactor: 0.01, proxies: null },
    ...{ redis, now: Date.now, withinMs: 3_000 },
  } as const
  // Asked while Redis is still being connected to.
  const settled = untilReady(redis, 5_000)
  await ckafkaFindings(of, { ...deps, settled })
  const keys = await redis.keys('*:quota:*')
  const counted = async (action: string) => {
    const key = keys.find(each => each.includes(`:${action}:calls`)) ?? ''
    return Number((await redis.get(key)) ?? 0)
  }
  expect(await counted('DescribeInstances')).toBe(simulator.calls('DescribeInstances').length)

  // One call in five seconds, which was made.
  const before = simulator.calls('DescribeInstances').length
  const [reach] = await ckafkaFindings(of, { ...deps, settled, withinMs: 1_500 })
  expect(simulator.calls('DescribeInstances')).toHaveLength(before)
  expect(reach).toMatchObject({ level: 'warning', found: expect.stringContaining('was not asked') })
})

it.each([
  ['self-signed certificate in certificate chain', 'REDIS_CA_FILE'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'REDIS_CA_FILE'],
  ['certificate has expired', 'has expired'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ["Hostname/IP does not match certificate's altnames: IP: 10.0.0.1", 'another name'],
  ['write EPROTO 140:error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'does not speak TLS'],
  ['tlsv1 alert protocol version ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS 1.2'],
])('has advice for %s', (said, advice) => {
  expect(tlsAdvice(said, 'REDIS_CA_FILE')).toContain(advice)
})

it.each(['ECONNREFUSED', 'WRONGPASS invalid username-password pair', ''])('is silent on %j', said => {
  expect(tlsAdvice(said, 'REDIS_CA_FILE')).toBeNull()
})
