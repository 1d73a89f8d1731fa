import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadClusters } from '../../src/clusters-file/load.ts'
import { folderWith, TLS } from './folder.ts'

const ENV = {
  GZ_ID: 'AKIDguangzhou',
  GZ_KEY: 'hunter2-key',
  GZ_TOKEN: 'hunter2-token',
  ORDERS_PASSWORD: 'hunter2 password',
  BLANK: ' ',
  TWO_LINES: 'hunter2\nhunter2',
}

function load(text: string, others: Record<string, string> = {}, env: Record<string, string> = ENV) {
  const { file } = folderWith(text, others)
  const { read, problems } = loadClusters(file, env)
  expect(JSON.stringify(problems)).not.toMatch(/hunter2/)
  return {
    read,
    entries: read.map(({ entry }) => entry),
    problems: problems.map(({ text: said }) => said),
  }
}
const pem = (name: string) => readFileSync(join(TLS, `${name}.pem`), 'utf8')
const BROKEN = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
/** Each line of it below the mark of a list. */
const file = (...entries: string[]) =>
  `version: 1\nclusters:\n${entries.map(entry => `  - ${entry.trim().replaceAll('\n', '\n    ')}\n`).join('')}`
const KEYS = 'credentials: { secret-id-env: GZ_ID, secret-key-env: GZ_KEY }'

describe('the file of clusters', () => {
  it('names clusters of every kind, with what reaches them', () => {
    const { entries, problems } = load(
      file(
        `id: guangzhou\nname: Guangzhou\nckafka:\n  region: ap-guangzhou\n  instances: { ckafka-a: Orders prod, ckafka-b: Payments }\n  ${KEYS}`,
        'id: singapore\nckafka:\n  region: ap-singapore\n  endpoint: https://ckafka.intl.tencentcloudapi.com\n  credentials: { cvm-role: rewind }',
        `id: old\nckafka:\n  api: v2\n  region: ap-shanghai\n  signature-method: HmacSHA1\n  set-offsets-action: SetGroupOffset\n  credentials: { secret-id-file: id, secret-key-file: key, token-env: GZ_TOKEN }`,
        'id: orders\nname: Orders\nkafka:\n  bootstrap: [kafka-1:9093, "[::1]:9093"]\n  tls: { ca-file: authority.pem, server-name: kafka.internal }\n  sasl: { mechanism: SCRAM-SHA-512, username: rewind, password-env: ORDERS_PASSWORD }',
        'id: plain\nkafka: { bootstrap: "a:9092, b:9092" }',
        `id: ckafka-both0001\nckafka:\n  region: ap-guangzhou\n  ${KEYS}\nkafka:\n  bootstrap: [10.0.0.1:9092]\n  tls: true\n  sasl: { mechanism: PLAIN, username: ckafka-both0001#rewind, password-file: password }`,
      ),
      { id: 'AKIDfile\n', key: '\ufeffhunter2-in-a-file\r\n', password: ' hunter2 with blanks \n' },
    )
    expect(problems).toEqual([])
    const v3 = { dialect: 'v3', signatureMethod: 'HmacSHA256', setOffsetsAction: 'SetGroupOffsets' }
    const guangzhou = {
      ...{ ...v3, endpoint: 'https://ckafka.tencentcloudapi.com', region: 'ap-guangzhou' },
      ...{ secretId: 'AKIDguangzhou', secretKey: 'hunter2-key', token: undefined },
    }
    const variable = (name: string) => ({ from: 'variable', name })
    const inFile = (name: string) => ({ from: 'file', name })
    const GZ = [variable('GZ_ID'), variable('GZ_KEY')]
    expect(entries.map(({ keys }) => keys)).toEqual([
      { ckafka: GZ },
      { ckafka: [{ from: 'metadata service', name: 'rewind' }] },
      { ckafka: [inFile('id'), inFile('key'), variable('GZ_TOKEN')] },
      { kafka: [variable('ORDERS_PASSWORD')] },
      { kafka: [] },
      { ckafka: GZ, kafka: [inFile('password')] },
    ])
    expect(entries.map(({ keys: _, ...rest }) => rest)).toEqual([
      {
        ...{ kind: 'ckafka', id: 'guangzhou', name: 'Guangzhou', instances: ['ckafka-a', 'ckafka-b'] },
        instanceNames: { 'ckafka-a': 'Orders prod', 'ckafka-b': 'Payments' },
        ckafka: guangzhou,
      },
      {
        ...{ kind: 'ckafka', id: 'singapore', name: 'singapore', instances: null, instanceNames: {} },
        ckafka: {
          ...{ ...v3, endpoint: 'https://ckafka.intl.tencentcloudapi.com', region: 'ap-singapore' },
          cvmRole: { role: 'rewind' },
        },
      },
      {
        ...{ kind: 'ckafka', id: 'old', name: 'old', instances: null, instanceNames: {} },
        ckafka: {
          ...{ dialect: 'v2', endpoint: 'https://ckafka.api.qcloud.com', region: 'ap-shanghai' },
          ...{ signatureMethod: 'HmacSHA1', setOffsetsAction: 'SetGroupOffset' },
          ...{ secretId: 'AKIDfile', secretKey: 'hunter2-in-a-file', token: 'hunter2-token' },
        },
      },
      {
        ...{ kind: 'kafka', id: 'orders', name: 'Orders' },
        kafka: {
          ...{ id: 'orders', name: 'Orders', bootstrap: ['kafka-1:9093', '[::1]:9093'] },
          tls: { ca: readFileSync(join(TLS, 'authority.pem'), 'utf8'), servername: 'kafka.internal' },
          sasl: { mechanism: 'SCRAM-SHA-512', username: 'rewind', password: 'hunter2 password' },
        },
      },
      {
        ...{ kind: 'kafka', id: 'plain', name: 'plain' },
        kafka: { id: 'plain', name: 'plain', bootstrap: ['a:9092', 'b:9092'] },
      },
      {
        ...{ kind: 'both', id: 'ckafka-both0001', name: 'ckafka-both0001' },
        ckafka: guangzhou,
        kafka: {
          ...{ id: 'ckafka-both0001', name: 'ckafka-both0001', bootstrap: ['10.0.0.1:9092'], tls: {} },
          sasl: { mechanism: 'PLAIN', username: 'ckafka-both0001#rewind', password: ' hunter2 with blanks ' },
        },
      },
    ])
  })

  it('shows a certificate of ours, with a key that a password opens', () => {
    const key = createPrivateKey(readFileSync(join(TLS, 'server-key.pem')))
    const locked = key
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hunter2' })
      .toString()
    const { entries, problems } = load(
      file(
        'id: orders\nkafka:\n  bootstrap: [a:1]\n  tls: { cert-file: server.pem, key-file: locked.pem, key-password-file: word }',
      ),
      { 'locked.pem': locked, word: 'hunter2\n' },
    )
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ kafka: { tls: { key: locked, passphrase: 'hunter2' } } }])
  })

  it('takes several authorities, with text around them, in the ways they are written', () => {
    const [one, other] = [pem('authority'), pem('other-authority')]
    const ca = `\ufeff# Ours\r\nSubject: CN=one\r\n${one.replaceAll('\n', '\r\n')}\nand\n${other}${pem('server-key')}`
    const { entries, problems } = load(
      file('id: orders\nkafka:\n  bootstrap: [a:1]\n  tls: { ca-file: several.pem }'),
      { 'several.pem': ca },
    )
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ kafka: { tls: { ca } } }])
  })

  it('gives a token that is read again for each new connection', async () => {
    const folder = folderWith(
      file(
        'id: orders\nkafka:\n  bootstrap: [a:1]\n  tls: true\n  sasl: { mechanism: OAUTHBEARER, token-file: token }',
      ),
      { token: 'first\n' },
    )
    const [read] = loadClusters(folder.file, {}).read
    const sasl = read?.entry.kind === 'kafka' ? read.entry.kafka.sasl : undefined
    if (sasl?.mechanism !== 'OAUTHBEARER') throw new Error('It has a token.')
    expect(await sasl.token()).toBe('first')
    folder.write('token', 'second\n')
    expect(await sasl.token()).toBe('second')
    folder.write('token', '')
    await expect(sasl.token()).rejects.toThrow('There is no token in the file.')
  })

  it('lets entries share what one of them says', () => {
    const { entries, problems } = load(
      file(
        `id: one\nckafka:\n  region: ap-guangzhou\n  ${KEYS.replace('{', '&keys {')}`,
        'id: two\nckafka:\n  region: ap-shanghai\n  credentials: *keys',
      ),
    )
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ id: 'one' }, { id: 'two', ckafka: { secretId: 'AKIDguangzhou' } }])
  })

  it('serves what is good beside what is not', () => {
    const { entries, problems } = load(
      file(
        'id: good\nkafka: { bootstrap: [a:1] }',
        'id: bad\nkafka: { bootstrap: [a] }',
        '[1, 2]',
        'id: too\nkafka: { bootstrap: [b:1] }',
      ),
    )
    expect(entries.map(({ id }) => id)).toEqual(['good', 'too'])
    expect(problems).toEqual([
      'line 6, bad: kafka.bootstrap.0 must be a host and a port, like kafka-1:9092',
      'line 7, entry 3: it must be an entry with id and with ckafka or kafka, or both',
    ])
  })

  it('says what should be known of what it serves', () => {
    const { read } = load(
      file(
        'id: a\nkafka:\n  bootstrap: [a:1]\n  sasl: { mechanism: PLAIN, username: u, password-env: ORDERS_PASSWORD }',
        'id: b\nkafka:\n  bootstrap: [b:1]\n  sasl: { mechanism: OAUTHBEARER, token-env: GZ_TOKEN }',
      ),
    )
    expect(read.map(({ notices }) => notices)).toEqual([
      ['The password goes over the network as it is: there is no tls.'],
      ['The token goes over the network as it is: there is no tls.'],
    ])
    const { file: path } = folderWith(
      file('id: c\nkafka:\n  bootstrap: [c:1]\n  tls: { cert-file: server.pem, key-file: server-key.pem }'),
    )
    expect(loadClusters(path, {}, Date.UTC(2200, 0, 1)).read[0]?.notices).toEqual([
      'The certificate in cert-file ran out on 2126-10-30.',
    ])
  })
})

const CKAFKA = `id: x\nckafka:\n  region: ap-guangzhou\n  `
const KAFKA = 'id: x\nkafka:\n  bootstrap: [a:1]\n  '
const ROLE = 'credentials: { cvm-role: r }'

/** What is wrong with one entry, and what is said of it. */
const WRONG: [what: string, entry: string, said: string][] = [
  [
    'no id',
    'kafka: { bootstrap: [a:1] }',
    'line 3, entry 1: id is missing: it must be letters, digits, - and _, 64 at most, like orders-eu',
  ],
  ['an id with a blank', 'id: hunter2 x\nkafka: { bootstrap: [a:1] }', 'line 3, entry 1: id must be letters'],
  ['an id that is a number', 'id: 12\nkafka: { bootstrap: [a:1] }', 'line 3, entry 1: id must be letters'],
  [
    'a name that is a number',
    'id: x\nname: 12\nkafka: { bootstrap: [a:1] }',
    'line 4, x: name must be text of 100 characters at most',
  ],
  ['no way to reach it', 'id: x', 'line 3, x: it needs ckafka or kafka, or both'],
  [
    'a key that stands twice',
    'id: x\nkafka: { bootstrap: [a:1] }\nid: y',
    'line 5, y: a key stands there twice',
  ],
  [
    'an alias to nothing',
    'id: x\nkafka: *hunter2',
    'line 3, entry 1: it refers with * to what is not marked',
  ],
  ['a merge', 'id: x\n<<: { kafka: { bootstrap: [a:1] } }', 'line 4, x: it has a key that is not known'],
  [
    'a key of a prototype',
    'id: x\n__proto__: { a: 1 }\nkafka: { bootstrap: [a:1] }',
    'line 4, x: it has a key that is not known',
  ],
  [
    'a key that nobody has',
    'id: x\nconstructor: 1\nkafka: { bootstrap: [a:1] }',
    'line 4, x: constructor is not known',
  ],
  [
    'a slip of the finger',
    `${CKAFKA}${ROLE}\n  regoin: x`,
    'line 7, x: ckafka.regoin is not known: the nearest is region',
  ],
  [
    'another way to write a key',
    `${KAFKA}tls: { caFile: x }`,
    'line 6, x: kafka.tls.caFile is written ca-file here',
  ],
  [
    'a key in another place',
    'id: x\nregion: ap-guangzhou\nkafka: { bootstrap: [a:1] }',
    'line 4, x: region has its place at ckafka.region',
  ],
  [
    'a value without a blank before it',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-env:hunter2 }`,
    'line 6, x: kafka.sasl has a key that is not known: is there a blank after each colon?',
  ],
  [
    'a password',
    `${KAFKA}sasl:\n    mechanism: PLAIN\n    username: u\n    password: hunter2`,
    'line 9, x: kafka.sasl.password must not be in this file: a secret stands in an environment variable or a file of its own, named by password-env or password-file',
  ],
  [
    'a secret key',
    `${CKAFKA}credentials:\n    secretId: hunter2\n    secret-key: hunter2`,
    'line 8, x: ckafka.credentials.secret-key must not be in this file',
  ],
  [
    'a token',
    `${KAFKA}sasl: { mechanism: OAUTHBEARER, token: hunter2 }`,
    'line 6, x: kafka.sasl.token must not be in this file',
  ],
  [
    'a key of Kafka’s with a password in it',
    `${KAFKA}sasl.jaas.config: org.apache.kafka... password="hunter2";`,
    'line 6, x: kafka.sasl.jaas.config must not be in this file',
  ],
  [
    'Kafka’s own names',
    'id: x\nkafka:\n  bootstrap.servers: a:1\n  bootstrap: [a:1]',
    'line 5, x: kafka.bootstrap.servers is called kafka.bootstrap here',
  ],
  [
    'Kafka’s name of a protocol',
    `${KAFKA}security.protocol: SASL_SSL`,
    'line 6, x: kafka.security.protocol is said by kafka.tls and kafka.sasl here',
  ],
  [
    'a truststore',
    `${KAFKA}tls: { ssl.truststore.location: x }`,
    'line 6, x: kafka.tls.ssl.truststore.location is called kafka.tls.ca-file here, and is PEM',
  ],
  [
    'no region',
    `id: x\nckafka:\n  ${ROLE}`,
    'line 4, x: ckafka.region is missing: it must be one region, like ap-guangzhou',
  ],
  [
    'two regions',
    `id: x\nckafka:\n  region: ap-guangzhou,ap-shanghai\n  ${ROLE}`,
    'line 5, x: ckafka.region must be one region',
  ],
  [
    'no credentials',
    'id: x\nckafka: { region: ap-guangzhou }',
    'line 4, x: ckafka.credentials is missing: it must say where the API key is',
  ],
  [
    'half of a key',
    `${CKAFKA}credentials: { secret-id-env: GZ_ID }`,
    'line 6, x: ckafka.credentials needs secret-key-env or secret-key-file, or cvm-role',
  ],
  [
    'a key and a role',
    `${CKAFKA}credentials: { cvm-role: r, secret-id-env: GZ_ID }`,
    'line 6, x: ckafka.credentials has cvm-role and a key',
  ],
  [
    'a role that is a path',
    `${CKAFKA}credentials: { cvm-role: ../x }`,
    'line 6, x: ckafka.credentials.cvm-role must be the name of a role',
  ],
  [
    'a role that is a folder',
    `${CKAFKA}credentials: { cvm-role: .. }`,
    'line 6, x: ckafka.credentials.cvm-role must be the name of a role',
  ],
  [
    'a metadata service for a key',
    `${CKAFKA}credentials: { metadata-url: "http://a", secret-id-env: GZ_ID, secret-key-env: GZ_KEY }`,
    'line 6, x: ckafka.credentials.metadata-url is for cvm-role only',
  ],
  [
    'a secret in two places',
    `${CKAFKA}credentials: { secret-id-env: GZ_ID, secret-id-file: f, secret-key-env: GZ_KEY }`,
    'line 6, x: ckafka.credentials has secret-id-env and secret-id-file',
  ],
  [
    'a variable that is not set',
    `${CKAFKA}credentials: { secret-id-env: hunter2, secret-key-env: GZ_KEY }`,
    'line 6, x: ckafka.credentials.secret-id-env names an environment variable that is not set',
  ],
  [
    'a variable that is blank',
    `${CKAFKA}credentials: { secret-id-env: BLANK, secret-key-env: GZ_KEY }`,
    'line 6, x: ckafka.credentials.secret-id-env names an environment variable that is not set',
  ],
  [
    'a variable of two lines',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-env: TWO_LINES }`,
    'line 6, x: kafka.sasl.password-env names what is empty, or is more than one line',
  ],
  [
    'the secret for the name of its variable',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-env: "hunter2!" }`,
    'line 6, x: kafka.sasl.password-env must be the name of an environment variable',
  ],
  [
    'a file that is not there',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-file: hunter2 }`,
    'line 6, x: kafka.sasl.password-file names a file that cannot be read (ENOENT)',
  ],
  [
    'a folder',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-file: . }`,
    'line 6, x: kafka.sasl.password-file names a file that cannot be read (it is no regular file)',
  ],
  [
    'a device',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-file: /dev/zero }`,
    'line 6, x: kafka.sasl.password-file names a file that cannot be read (it is no regular file)',
  ],
  [
    'a file that is too long',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-file: long }`,
    'line 6, x: kafka.sasl.password-file names a file that cannot be read (it is longer than 64 KB)',
  ],
  [
    'an empty file',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, password-file: empty }`,
    'line 6, x: kafka.sasl.password-file names what is empty',
  ],
  [
    'a key with a blank',
    `${CKAFKA}credentials: { secret-id-env: GZ_ID, secret-key-env: ORDERS_PASSWORD }`,
    'line 6, x: ckafka.credentials names for secret-key what has a blank',
  ],
  [
    'an endpoint with a path',
    `${CKAFKA}endpoint: https://a.example/v2\n  ${ROLE}`,
    'line 6, x: ckafka.endpoint must have no path',
  ],
  [
    'an endpoint with a password',
    `${CKAFKA}endpoint: https://me:hunter2@a.example\n  ${ROLE}`,
    'line 6, x: ckafka.endpoint must hold no user',
  ],
  [
    'an endpoint of the other API',
    `${CKAFKA}endpoint: https://ckafka.api.qcloud.com\n  ${ROLE}`,
    'line 6, x: ckafka.endpoint is of the other API than v3',
  ],
  [
    'what is for the other API',
    `${CKAFKA}signature-method: HmacSHA1\n  ${ROLE}`,
    'line 6, x: ckafka.signature-method is for API 2.0 only',
  ],
  ['an API that there is not', `${CKAFKA}api: v4\n  ${ROLE}`, 'line 6, x: ckafka.api must be v3 or v2'],
  [
    'an instance that is none',
    `${CKAFKA}instances: [orders]\n  ${ROLE}`,
    'line 6, x: ckafka.instances.0 must be the id of an instance',
  ],
  [
    'an instance twice',
    `${CKAFKA}instances: [ckafka-a, ckafka-a]\n  ${ROLE}`,
    'line 6, x: ckafka.instances must hold every instance once',
  ],
  [
    'an instance without a name',
    `${CKAFKA}instances: { ckafka-a: }\n  ${ROLE}`,
    'line 6, x: ckafka.instances.ckafka-a must be text',
  ],
  ['no instances', `${CKAFKA}instances: []\n  ${ROLE}`, 'line 6, x: ckafka.instances must be a list'],
  [
    'an id like an instance’s for an account',
    `id: ckafka-x\nckafka:\n  region: ap-guangzhou\n  ${ROLE}`,
    'line 3, ckafka-x: id must not begin with ckafka-',
  ],
  [
    'an id like an instance’s for a Kafka',
    'id: ckafka-x\nkafka: { bootstrap: [a:1] }',
    'line 3, ckafka-x: id must not begin with ckafka-',
  ],
  [
    'both, and no id of an instance',
    `${CKAFKA}${ROLE}\nkafka: { bootstrap: [a:1] }`,
    'line 3, x: id must be that of the CKafka instance',
  ],
  [
    'both, and instances',
    `id: ckafka-x\nckafka: { region: ap-guangzhou, instances: [ckafka-y], ${ROLE} }\nkafka: { bootstrap: [a:1] }`,
    'line 4, ckafka-x: ckafka.instances has no place here',
  ],
  [
    'no servers',
    'id: x\nkafka: {}',
    'line 4, x: kafka.bootstrap is missing: it must be a list of 1 to 20 servers',
  ],
  ['nothing about Kafka', 'id: x\nkafka:', 'line 4, x: kafka must hold bootstrap'],
  [
    'an empty list of servers',
    'id: x\nkafka: { bootstrap: [] }',
    'line 4, x: kafka.bootstrap must be a list of 1 to 20 servers',
  ],
  [
    'a server without a port',
    'id: x\nkafka: { bootstrap: [a:1, b] }',
    'line 4, x: kafka.bootstrap.1 must be a host and a port',
  ],
  [
    'a port that there is not',
    'id: x\nkafka: { bootstrap: [a:65536] }',
    'line 4, x: kafka.bootstrap.0 must be a host and a port',
  ],
  [
    'an address of the web',
    'id: x\nkafka: { bootstrap: ["https://a:1"] }',
    'line 4, x: kafka.bootstrap.0 must be a host and a port',
  ],
  [
    'a server twice',
    'id: x\nkafka: { bootstrap: [a:1, a:1] }',
    'line 4, x: kafka.bootstrap must hold every server once',
  ],
  [
    'a server twice, in two ways',
    'id: x\nkafka: { bootstrap: [a:1, A:1] }',
    'line 4, x: kafka.bootstrap must hold every server once',
  ],
  [
    'a secret where a key was expected',
    `${KAFKA}sasl: { mechanism: PLAIN, hunter2: x }`,
    'line 6, x: kafka.sasl has a key that is not known: is there a blank after each colon?',
  ],
  [
    'a long secret where a key was expected',
    `${KAFKA}sasl: { mechanism: PLAIN, abcdefghijklmnopqrstuvwxyzabcdefg: x }`,
    'line 6, x: kafka.sasl has a key that is not known: is there a blank after each colon?',
  ],
  [
    'a name of two lines',
    'id: x\nname: "one\\ntwo"\nkafka: { bootstrap: [x:1] }',
    'line 4, x: name must be on one line, without control characters',
  ],
  [
    'a name of two lines for an instance',
    `id: x\nckafka:\n  region: ap-guangzhou\n  instances: { ckafka-a: "one\\ntwo" }\n  ${ROLE}`,
    'line 6, x: ckafka.instances.ckafka-a must be on one line, without control characters',
  ],
  ['tls that is a word', `${KAFKA}tls: yes`, 'line 6, x: kafka.tls must be true, or hold what TLS needs'],
  [
    'an authority that is none',
    `${KAFKA}tls: { ca-file: clusters.yml }`,
    'line 6, x: kafka.tls.ca-file names a file that holds no certificate (PEM)',
  ],
  [
    'an empty file of authorities, which would be all that Node knows',
    `${KAFKA}tls: { ca-file: nothing }`,
    'line 6, x: kafka.tls.ca-file names a file that holds no certificate (PEM)',
  ],
  [
    'a key for an authority',
    `${KAFKA}tls: { ca-file: server-key.pem }`,
    'line 6, x: kafka.tls.ca-file names a file that holds no certificate (PEM)',
  ],
  [
    'an authority that is broken',
    `${KAFKA}tls: { ca-file: broken.pem }`,
    'line 6, x: kafka.tls.ca-file names a file of which certificate 1 cannot be read (PEM)',
  ],
  [
    'a broken authority behind a good one',
    `${KAFKA}tls: { ca-file: broken-chain.pem }`,
    'line 6, x: kafka.tls.ca-file names a file of which certificate 2 cannot be read (PEM)',
  ],
  [
    'authorities that break off',
    `${KAFKA}tls: { ca-file: cut-chain.pem }`,
    'line 6, x: kafka.tls.ca-file names a file of which certificate 2 cannot be read (PEM)',
  ],
  [
    'the text of an authority',
    `${KAFKA}tls: { ca-file: "-----BEGIN CERTIFICATE----- hunter2" }`,
    'line 6, x: kafka.tls.ca-file must be the path of a file',
  ],
  [
    'a certificate without its key',
    `${KAFKA}tls: { cert-file: server.pem }`,
    'line 6, x: kafka.tls needs cert-file and key-file together',
  ],
  [
    'the key of another',
    `${KAFKA}tls: { cert-file: server.pem, key-file: other-key.pem }`,
    'line 6, x: kafka.tls.key-file is not the key of the certificate in cert-file',
  ],
  [
    'a certificate with a key that TLS does not take',
    `${KAFKA}tls: { cert-file: weak.pem, key-file: weak-key.pem }`,
    'line 6, x: kafka.tls.cert-file names a file that TLS cannot use (ERR_SSL_EE_KEY_TOO_SMALL)',
  ],
  [
    'a chain with a broken certificate in it',
    `${KAFKA}tls: { cert-file: broken-chain.pem, key-file: server-key.pem }`,
    'line 6, x: kafka.tls.cert-file names a file that TLS cannot use (ERR_OSSL_ASN1_WRONG_TAG)',
  ],
  [
    'a chain that breaks off',
    `${KAFKA}tls: { cert-file: cut-chain.pem, key-file: server-key.pem }`,
    'line 6, x: kafka.tls.cert-file names a file that TLS cannot use (ERR_OSSL_PEM_BAD_END_LINE)',
  ],
  [
    'empty files for certificate and key',
    `${KAFKA}tls: { cert-file: nothing, key-file: nothing }`,
    'line 6, x: kafka.tls.cert-file names a file that holds no certificate (PEM)',
  ],
  [
    'a certificate for a key',
    `${KAFKA}tls: { cert-file: server.pem, key-file: server.pem }`,
    'line 6, x: kafka.tls.key-file names a file that holds no private key (PEM) that can be opened',
  ],
  [
    'a password of no key',
    `${KAFKA}tls: { key-password-env: ORDERS_PASSWORD }`,
    'line 6, x: kafka.tls has a key-password without a key-file',
  ],
  [
    'a server name with a port',
    `${KAFKA}tls: { server-name: "a:1" }`,
    'line 6, x: kafka.tls.server-name must be the name of a host',
  ],
  [
    'no mechanism',
    `${KAFKA}sasl: { username: u, password-env: GZ_KEY }`,
    'line 6, x: kafka.sasl.mechanism is missing: it must be PLAIN',
  ],
  [
    'another mechanism',
    `${KAFKA}sasl: { mechanism: GSSAPI }`,
    'line 6, x: kafka.sasl.mechanism must be PLAIN, SCRAM-SHA-256',
  ],
  [
    'no password',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u }`,
    'line 6, x: kafka.sasl needs password-env or password-file',
  ],
  [
    'no user',
    `${KAFKA}sasl: { mechanism: PLAIN, password-env: GZ_KEY }`,
    'line 6, x: kafka.sasl needs username',
  ],
  [
    'a token for a password',
    `${KAFKA}sasl: { mechanism: PLAIN, username: u, token-env: GZ_TOKEN }`,
    'line 6, x: kafka.sasl has a token, and PLAIN takes a password',
  ],
  [
    'a password for a token',
    `${KAFKA}sasl: { mechanism: OAUTHBEARER, password-env: GZ_KEY }`,
    'line 6, x: kafka.sasl has a password, and OAUTHBEARER takes a token',
  ],
  [
    'no token',
    `${KAFKA}sasl: { mechanism: OAUTHBEARER }`,
    'line 6, x: kafka.sasl needs token-env or token-file',
  ],
  [
    'a user of a token',
    `${KAFKA}sasl: { mechanism: OAUTHBEARER, username: u, token-env: GZ_TOKEN }`,
    'line 6, x: kafka.sasl.username has no place with OAUTHBEARER',
  ],
  [
    'a token with a blank',
    `${KAFKA}sasl: { mechanism: OAUTHBEARER, token-env: ORDERS_PASSWORD }`,
    'line 6, x: kafka.sasl names a token with a blank in it',
  ],
]

describe('an entry that is wrong', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const others = {
    long: 'x'.repeat(65_537),
    empty: '\n',
    nothing: '',
    'broken.pem': BROKEN,
    'broken-chain.pem': `${pem('server')}${BROKEN}`,
    'cut-chain.pem': `${pem('server')}${pem('authority').slice(0, 200)}`,
    'other-key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }

  it.each(WRONG)(
    'is named with its line, in our words, and does not show what stood there: %s',
    (_what, entry, said) => {
      const { entries, problems } = load(file(entry, 'id: good\nkafka: { bootstrap: [good:1] }'), others)
      expect(entries.map(({ id }) => id)).toEqual(['good'])
      expect(problems.filter(problem => problem.startsWith(said))).toHaveLength(1)
      for (const problem of problems) {
        expect(problem).toMatch(/^line \d+, /)
        expect(problem).not.toMatch(/invalid|expected|received|unrecognized|too (small|big)/i)
      }
    },
  )

  it.each([
    [
      'an id',
      'id: a\nkafka: { bootstrap: [a:1] }',
      'id: a\nkafka: { bootstrap: [b:1] }',
      'id is that of the entry on line 5, too: none of them is served',
    ],
    [
      'a server',
      'id: a\nkafka: { bootstrap: [a:1, b:1] }',
      'id: b\nkafka: { bootstrap: [b:1] }',
      'kafka.bootstrap names b:1, and so does b on line 5',
    ],
    [
      'a server whose host is written in capitals in one of them',
      'id: a\nkafka: { bootstrap: [Kafka-1.Internal:9092] }',
      'id: b\nkafka: { bootstrap: [kafka-1.internal:09092] }',
      'kafka.bootstrap names Kafka-1.Internal:9092, and so does b on line 5',
    ],
    [
      'an address of version 6, written in two ways',
      'id: a\nkafka: { bootstrap: ["[2001:DB8:0:0::1]:9092"] }',
      'id: b\nkafka: { bootstrap: ["[2001:db8::1]:9092"] }',
      'kafka.bootstrap names [2001:DB8:0:0::1]:9092, and so does b on line 5',
    ],
    [
      'an account',
      `id: a\nckafka: { region: ap-guangzhou, ${ROLE} }`,
      `id: b\nckafka: { region: ap-guangzhou, instances: [ckafka-a], ${ROLE} }`,
      'reaches instances of this account in ap-guangzhou',
    ],
    [
      'an instance',
      `id: a\nckafka: { region: ap-guangzhou, instances: [ckafka-a], ${ROLE} }`,
      `id: ckafka-a\nckafka: { region: ap-guangzhou, ${ROLE} }\nkafka: { bootstrap: [a:1] }`,
      'reaches the instance ckafka-a, and so does ckafka-a on line 5',
    ],
  ])('is each of two that share %s: which is meant cannot be told', (_what, one, other, said) => {
    const { entries, problems } = load(file(one, other, 'id: good\nkafka: { bootstrap: [good:1] }'))
    expect(entries.map(({ id }) => id)).toEqual(['good'])
    expect(problems).toHaveLength(2)
    expect(problems[0]).toMatch(/^line 3, a: /)
    expect(problems[0]).toContain(said)
  })

  it('is none where an instance of an account has its own entry', () => {
    const { entries, problems } = load(
      file(
        `id: all\nckafka: { region: ap-guangzhou, ${ROLE} }`,
        `id: ckafka-a\nckafka: { region: ap-guangzhou, ${ROLE} }\nkafka: { bootstrap: [a:1] }`,
        `id: elsewhere\nckafka: { region: ap-shanghai, ${ROLE} }`,
      ),
    )
    expect(problems).toEqual([])
    expect(entries).toHaveLength(3)
  })
})

describe('a file that is wrong as a whole', () => {
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
  it.each([
    ['empty', '', 'line 1: the file must hold version and clusters'],
    ['a list', '- id: x\n', 'line 1: the file must hold version and clusters'],
    ['of another version', 'version: 2\nclusters: [{ id: x }]\n', 'line 1: version must be 1'],
    [
      'without entries',
      'version: 1\nclusters: []\n',
      'line 2: clusters must be a list with an entry for each cluster',
    ],
    ['without clusters', 'version: 1\n', 'line 1: clusters must be a list with an entry for each cluster'],
    [
      'of too many entries',
      file(...Array.from({ length: 51 }, (_, i) => `id: x${i}`)),
      'line 3: clusters must have 50 entries at most',
    ],
    [
      'too long',
      `# ${'x'.repeat(262_144)}\n${file('id: x')}`,
      'the file cannot be read (it is longer than 256 KB)',
    ],
    ['no YAML', 'version: 1\nclusters:\n  - id: x\n   hunter2: [', 'line 4: not valid YAML'],
    ['not closed', 'version: 1\nclusters: ["hunter2', 'line 2: not valid YAML: a quote, a bracket'],
    ['two documents', `${file('id: x')}---\nhunter2: 1\n`, 'line 4: the file must hold one document'],
    ['with a tag', 'version: 1\nclusters: [{ id: !hunter2 x }]\n', 'line 2: the file has a tag (!)'],
    ['nested without end', `version: 1\nclusters: ${'['.repeat(50_000)}`, 'the file is'],
    [
      'nested deeply, to an end',
      `version: 1\nclusters: ${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      'the file is',
    ],
  ])('serves nothing, and says why: %s', (_what, text, said) => {
    const { entries, problems } = load(text)
    expect(entries).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(said)
  })

  it('that is not there serves nothing', () => {
    const loaded = loadClusters('/nowhere/clusters.yml', {})
    expect(loaded.read).toEqual([])
    expect(loaded.problems.map(({ text }) => text)).toEqual(['there is no such file (ENOENT)'])
  })

  it('cannot be made to grow by what refers to itself', () => {
    const bomb = `version: 1\nx:\n  l0: &l0 x\n${levels.map(level => `  ${level}\n`).join('')}clusters:\n  - { id: x, kafka: *l9 }\n  - { id: good, kafka: { bootstrap: [a:1] } }\n`
    const { entries, problems } = load(bomb)
    expect(entries.map(({ id }) => id)).toEqual(['good'])
    expect(problems).toHaveLength(2)
    expect(problems[0]).toBe('line 2: the file must hold version and clusters, and nothing else beside them')
    expect(problems[1]).toContain('it refers with *')
  })

  it('never makes the reading throw, nor show a secret that stands in it, however it is spoilt', () => {
    const text = file(
      `id: a\nname: Orders\nckafka:\n  region: ap-guangzhou\n  secret-key: hunter2\n  credentials: { secret-id-env: GZ_ID, secret-key: "hunter2", token: hunter2 }`,
      "id: b\nkafka:\n  bootstrap: [a:1]\n  tls: { key-password: 'hunter2' }\n  sasl: { mechanism: PLAIN, username: u, password: hunter2, password-env: hunter2, password-file: hunter2 }",
      'id: c\nkafka: { bootstrap: [c:1], sasl: { mechanism: PLAIN, username: u, password: |\n  hunter2\n} }',
    )
    const sign = fc.constantFrom(...':{}[],\'"#&*!|>-? \t\n%@`<\u0000\ufeff')
    const edit = fc.record({
      at: fc.nat(text.length),
      drop: fc.nat(3),
      put: fc.string({ unit: sign, maxLength: 3 }),
    })
    const { file: path, write } = folderWith(text)
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), edits => {
        // An edit within the secret would make another word of it.
        const spoilt = edits.reduce((now, { at, drop, put }) => {
          const next = now.slice(0, at) + put + now.slice(at + drop)
          return next.split('hunter2').length === now.split('hunter2').length ? next : now
        }, text)
        write('clusters.yml', spoilt)
        const { problems } = loadClusters(path, ENV)
        expect(problems.length).toBeGreaterThan(0)
        expect(problems.map(({ text: said }) => said).join('\n')).not.toContain('hunter2')
      }),
      { numRuns: 200 },
    )
  })
})
