// TLS, SASL and permissions against real brokers: who is let in, who is not and why, and what may be done with how much.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { lookAtRights } from '../../src/adapters/kafka/rights.ts'
import type { KafkaSasl, KafkaSettings } from '../../src/adapters/kafka/settings.ts'

import { adapterOf, ID, soon, to, value } from './adapter.ts'
import { VERSIONS } from './broker/jars.ts'
import { type RunningKafka, startKafka } from './broker/start.ts'
import { type Driver, startDriver } from './driver/driver.ts'
import { CAN_START } from './kafkas.ts'

const pem = (name: string) =>
  readFile(fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url)), 'utf8')
const PASSWORD = 'alice-secret'
const SHORT_SESSION_MS = 2_000

describe.each(VERSIONS.map(version => ({ version })))('Kafka $version', ({ version }) => {
  describe.runIf(CAN_START)('with listeners that ask who it is', () => {
    let kafka: RunningKafka
    let driver: Driver
    let folder: string
    let ca: string
    let client: { cert: string; key: string }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rewind-kafka-tls-'))
      const [authority, cert, key] = await Promise.all([pem('authority'), pem('server'), pem('server-key')])
      ca = authority
      client = { cert, key }
      const [keystore, truststore] = [join(folder, 'key.pem'), join(folder, 'trust.pem')]
      await writeFile(keystore, `${key}${cert}`)
      await writeFile(truststore, authority)
      const jaas = (listener: string, mechanism: string, module: string) => ({
        [`listener.name.${listener}.${mechanism}.sasl.jaas.config`]: `org.apache.kafka.common.security.${module};`,
      })
      kafka = await startKafka({
        version,
        listeners: { TLS: 'SSL', MUTUAL: 'SSL', SASL: 'SASL_PLAINTEXT', BOTH: 'SASL_SSL' },
        scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(each => `${each}=[name=alice,password=${PASSWORD}]`),
        settings: {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': keystore,
          'ssl.truststore.type': 'PEM',
          'ssl.truststore.location': truststore,
          'listener.name.mutual.ssl.client.auth': 'required',
          'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
          ...Object.assign(
            {},
            ...['sasl', 'both'].flatMap(listener => [
              jaas(
                listener,
                'plain',
                `plain.PlainLoginModule required user_alice="${PASSWORD}" user_bob="bob-secret"`,
              ),
              jaas(listener, 'scram-sha-256', 'scram.ScramLoginModule required'),
              jaas(listener, 'scram-sha-512', 'scram.ScramLoginModule required'),
              jaas(
                listener,
                'oauthbearer',
                'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="kafka"',
              ),
            ]),
          ),
          'listener.name.both.plain.connections.max.reauth.ms': `${SHORT_SESSION_MS}`,
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:ANONYMOUS;User:alice;User:CN=127.0.0.1',
        },
      })
      driver = await startDriver(version, kafka.bootstrap)
      await driver.createTopics({ name: 'orders' }, { name: 'payments' })
      await driver.commit('billing', [{ topic: 'orders', partition: 0, offset: 5n }])
    })
    afterAll(async () => {
      await driver?.close()
      await kafka?.close()
      await rm(folder, { recursive: true, force: true })
    })

    const at = (listener: string, settings: Partial<KafkaSettings>) => {
      const adapter = adapterOf(`127.0.0.1:${kafka.brokers[0]?.ports[listener]}`, settings)
      onTestFinished(adapter.close)
      return { adapter, reader: adapter.reader({ readMs: 5_000 }) }
    }
    const rightsAt = async (listener: string, settings: Partial<KafkaSettings>) => {
      const bootstrap = [`127.0.0.1:${kafka.brokers[0]?.ports[listener]}`]
      const asked = { id: ID, name: ID, bootstrap, ...settings }
      return value(await lookAtRights(asked, { now: Date.now }, 10_000))
    }
    const tokenOf = (claims: object) => {
      const part = (each: object) => Buffer.from(JSON.stringify(each)).toString('base64url')
      return `${part({ alg: 'none' })}.${part(claims)}.`
    }
    const bearer = (lifeS: number): KafkaSasl => ({
      mechanism: 'OAUTHBEARER',
      token: async () => {
        const now = Math.floor(Date.now() / 1000)
        return tokenOf({ sub: 'alice', iat: now - 1, exp: now + lifeS })
      },
    })
    const password = (
      mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
      secret = PASSWORD,
    ): KafkaSasl => ({
      mechanism,
      username: 'alice',
      password: secret,
    })

    it.each<[string, KafkaSasl]>([
      ['PLAIN', password('PLAIN')],
      ['SCRAM-SHA-256', password('SCRAM-SHA-256')],
      ['SCRAM-SHA-512', password('SCRAM-SHA-512')],
      ['OAUTHBEARER', bearer(300)],
    ])('lets alice in by %s, in the clear and over TLS, to read and to write', async (_, sasl) => {
      for (const [listener, settings] of [
        ['SASL', { sasl }],
        ['BOTH', { sasl, tls: { ca } }],
      ] as const) {
        const { adapter, reader } = at(listener, settings)
        expect(value(await reader.positions(to('billing')))).toMatchObject([{ topic: 'orders', logEnd: 0n }])
        const written = await adapter.writeOffsets(
          to('billing'),
          'orders',
          [{ partition: 0, offset: 0n }],
          soon(),
        )
        expect(written.kind).toBe('done')
      }
    })

    it.each<[string, KafkaSasl]>([
      ['a wrong password', password('PLAIN', 'wrong')],
      ['a wrong password by SCRAM-SHA-256', password('SCRAM-SHA-256', 'wrong')],
      ['a wrong password by SCRAM-SHA-512', password('SCRAM-SHA-512', 'wrong')],
      ['a name that nobody has', { mechanism: 'SCRAM-SHA-256', username: 'nobody', password: PASSWORD }],
      ['a token that has run out', bearer(-10)],
      ['a token that is none', { mechanism: 'OAUTHBEARER', token: async () => 'none' }],
    ])('refuses %s as credentials, and says nothing of it', async (_, sasl) => {
      const { adapter, reader } = at('SASL', { sasl })
      const refused = { kind: 'refused', reason: 'credentials', code: 'SASL_AUTHENTICATION_FAILED' }
      const read = await reader.topics(ID, '')
      expect(read).toMatchObject(refused)
      expect(JSON.stringify(read)).not.toMatch(/wrong|secret|alice/)
      expect(
        await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon()),
      ).toMatchObject(refused)
    })

    it('speaks TLS with an authority of one’s own, and with a certificate where that is asked for', async () => {
      for (const [listener, tls] of [
        ['TLS', { ca }],
        ['MUTUAL', { ca, ...client }],
      ] as const) {
        const { adapter, reader } = at(listener, { tls })
        expect(value(await reader.topics(ID, 'ord')).names).toEqual(['orders'])
        expect(
          (await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon())).kind,
        ).toBe('done')
      }
    })

    it('does not speak to a broker that its authority does not vouch for', async () => {
      const { adapter, reader } = at('TLS', { tls: { ca: await pem('other-authority') } })
      const cause = expect.stringMatching(/^noConnection .*(CERT|SIGNATURE|VERIFY)/)
      expect(await reader.topics(ID, '')).toEqual({ kind: 'unavailable', cause })
      expect(
        await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon()),
      ).toEqual({
        kind: 'notSent',
        cause,
      })
      expect((await at('TLS', { tls: {} }).reader.topics(ID, '')).kind).toBe('unavailable')
    })

    it('has sent nothing where a certificate is asked for and there is none', async () => {
      const { adapter } = at('MUTUAL', { tls: { ca } })
      expect(
        (await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon())).kind,
      ).toBe('notSent')
    })

    it('has sent nothing where TLS is spoken on one side alone', async () => {
      const toTls = at('TLS', {})
      const toPlain = at('PLAINTEXT', { tls: { ca }, timeouts: { connectMs: 1_000 } })
      for (const { adapter } of [toTls, toPlain]) {
        expect(
          (await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon(4_000)))
            .kind,
        ).toBe('notSent')
      }
    })

    it('connects anew before the broker ends a session', async () => {
      const { adapter, reader } = at('BOTH', { sasl: password('PLAIN'), tls: { ca } })
      const untilMs = Date.now() + 2 * SHORT_SESSION_MS
      while (Date.now() < untilMs) {
        expect((await reader.topics(ID, '')).kind).toBe('read')
        expect(
          (await adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon())).kind,
        ).toBe('done')
        await delay(150)
      }
      expect(adapter.calls.filter(({ outcome }) => outcome !== 'answered')).toEqual([])
      expect(adapter.callsOf('SaslAuthenticate').length).toBeGreaterThanOrEqual(4)
    })

    it('needs what docs/kafka.md says, and says what is missing', async () => {
      const bob: KafkaSasl = { mechanism: 'PLAIN', username: 'bob', password: 'bob-secret' }
      const { adapter, reader } = at('SASL', { sasl: bob })
      const write = () =>
        adapter.writeOffsets(to('billing'), 'orders', [{ partition: 0, offset: 0n }], soon())
      const allow = (...rules: Parameters<Driver['allow']>[1][]) => driver.allow('User:bob', ...rules)
      const group = { type: 'GROUP', name: 'billing' } as const
      const topic = { type: 'TOPIC', name: 'orders' } as const
      const told = (of: KafkaSasl) => rightsAt('SASL', { sasl: of })
      const none = { told: 0, untold: 0, lacking: {} }

      expect(await told(bob)).toMatchObject({ topics: none, groups: none })
      const all = { untold: 0, lacking: {} }
      expect(await told(password('PLAIN'))).toMatchObject({
        ...{ topics: { told: 2, ...all }, groups: { told: 1, ...all } },
        ...{ mayReadCommitLimit: true, speaks: { producers: true } },
        brokers: [{ trouble: null }],
      })

      expect(value(await reader.topics(ID, '')).names).toEqual([])
      expect(value(await reader.groups(ID, '')).names).toEqual([])
      expect(await reader.group(to('billing'))).toMatchObject({
        reason: 'notAllowed',
        code: 'GROUP_AUTHORIZATION_FAILED',
      })
      expect(await write()).toMatchObject({ kind: 'refused', reason: 'notAllowed' })

      await allow({ ...group, operation: 'DESCRIBE' })
      await expect.poll(async () => (await reader.group(to('billing'))).kind).toBe('read')
      expect(value(await reader.groups(ID, '')).names).toEqual(['billing'])
      expect((await told(bob)).groups).toEqual({ told: 1, untold: 0, lacking: { READ: ['billing'] } })
      expect(await reader.positions(to('billing'), ['orders'])).toMatchObject({
        reason: 'notAllowed',
        code: 'TOPIC_AUTHORIZATION_FAILED',
        message: 'This needs DESCRIBE on the topic orders.',
      })

      await allow({ ...topic, operation: 'DESCRIBE' })
      await expect.poll(async () => value(await reader.topics(ID, '')).names).toEqual(['orders'])
      expect(value(await reader.positions(to('billing'), ['orders']))).toMatchObject([{ committed: 0n }])
      const lacking = { READ: ['orders'], DESCRIBE_CONFIGS: ['orders'] }
      expect((await told(bob)).topics).toEqual({ told: 1, untold: 0, lacking })
      expect((await reader.logRanges(ID, 'orders')).kind).toBe('read')
      expect((await reader.firstMessageAt(ID, 'orders', 0, 0)).kind).toBe('read')
      expect(value(await reader.topicKinds(ID, ['orders']))).toEqual(new Map())
      expect(await write()).toMatchObject({ reason: 'notAllowed', code: 'GROUP_AUTHORIZATION_FAILED' })

      await allow({ ...topic, operation: 'DESCRIBE_CONFIGS' })
      await expect.poll(async () => value(await reader.topicKinds(ID, ['orders'])).has('orders')).toBe(true)

      await allow({ ...group, operation: 'READ' })
      await expect.poll(write).toMatchObject({
        kind: 'done',
        topics: [{ partitions: [{ errorCode: 29, errorMessage: expect.stringMatching(/READ/) }] }],
      })

      await allow({ ...topic, operation: 'READ' })
      await expect.poll(write).toMatchObject({ kind: 'done', topics: [{ partitions: [{ errorCode: 0 }] }] })
      expect(await told(bob)).toMatchObject({
        ...{ topics: { told: 1, lacking: {} }, groups: { told: 1, lacking: {} } },
        mayReadCommitLimit: null,
      })
    })
  })
})
