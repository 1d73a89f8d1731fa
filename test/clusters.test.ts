import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runClustersCommand } from '../src/clusters.ts'
import { readClustersFile, readConfig } from '../src/config.ts'
import { folderWith } from './clusters-file/folder.ts'

const ENV = { GZ_ID: 'AKIDhunter2', GZ_KEY: 'hunter2', ORDERS_PASSWORD: 'hunter2' }
const GOOD = `version: 1
clusters:
  - id: guangzhou
    name: Guangzhou
    ckafka:
      region: ap-guangzhou
      instances: { ckafka-a: Orders prod, ckafka-b: ckafka-b }
      credentials: { secret-id-env: GZ_ID, secret-key-env: GZ_KEY }
  - id: singapore
    ckafka: { region: ap-singapore, credentials: { cvm-role: rewind } }
  - id: orders
    kafka:
      bootstrap: [kafka-1:9093, kafka-2:9093]
      tls: { ca-file: authority.pem, cert-file: server.pem, key-file: server-key.pem, server-name: kafka }
      sasl: { mechanism: SCRAM-SHA-512, username: rewind, password-env: ORDERS_PASSWORD }
  - id: ckafka-c
    ckafka: { api: v2, region: ap-shanghai, credentials: { cvm-role: rewind } }
    kafka: { bootstrap: [10.0.0.1:9092], sasl: { mechanism: PLAIN, username: u, password-env: ORDERS_PASSWORD } }
`

const check = (file: string, env: Record<string, string> = ENV) =>
  runClustersCommand(['check', file], readClustersFile(env))

describe('clusters check', () => {
  it('prints nothing that steers a terminal or turns the text around', () => {
    const { file } = folderWith(
      'version: 1\nclusters:\n  - { id: a, name: "O\\u202erders\\u2066 \\u2028A", kafka: { bootstrap: [a:1] } }\n',
    )
    const { lines, code } = check(file)
    expect(code).toBe(0)
    expect(lines[1]).toBe('  a "Orders A": a Kafka cluster, by its own protocol')
    expect(check('no\u001b[31msuch\n').lines).toEqual([
      'no[31msuch: 0 entries can be served, 1 problem.',
      'no[31msuch: there is no such file (ENOENT)',
    ])
  })

  it('says how each cluster is reached and where its secrets are, and never what they are', () => {
    const { file } = folderWith(GOOD)
    const { lines, code } = check(file)
    expect(lines.join('\n')).not.toContain('hunter2')
    expect(code).toBe(0)
    expect(lines).toEqual([
      `${file}: 4 entries can be served, 0 problems.`,
      '  guangzhou "Guangzhou": instances of CKafka, by its API',
      '      API 3.0 at https://ckafka.tencentcloudapi.com, ap-guangzhou: ckafka-a "Orders prod", ckafka-b',
      '      secret-id: in the environment variable GZ_ID',
      '      secret-key: in the environment variable GZ_KEY',
      '  singapore: instances of CKafka, by its API',
      '      API 3.0 at https://ckafka.tencentcloudapi.com, ap-singapore: all instances of the account there',
      '      credentials of the role rewind: asked of the metadata service when Rewind runs',
      '  orders: a Kafka cluster, by its own protocol',
      '      kafka-1:9093, kafka-2:9093 with TLS (an authority of its own, a client certificate, brokers named kafka), as "rewind" (SCRAM-SHA-512)',
      '      key: in the file server-key.pem',
      '      password: in the environment variable ORDERS_PASSWORD',
      '  ckafka-c: an instance of CKafka, read by Kafka’s protocol and written by the API',
      '      API 2.0 at https://ckafka.api.qcloud.com, ap-shanghai: ckafka-c',
      '      10.0.0.1:9092 without TLS, as "u" (PLAIN)',
      '      credentials of the role rewind: asked of the metadata service when Rewind runs',
      '      password: in the environment variable ORDERS_PASSWORD',
      '      Note: The password goes over the network as it is: there is no tls.',
    ])
  })

  it('says every problem beside what can be served, and exits 1', () => {
    const { file } = folderWith(GOOD)
    const { lines, code } = check(file, { GZ_ID: 'x', ORDERS_PASSWORD: 'x' })
    expect(code).toBe(1)
    expect(lines[0]).toBe(`${file}: 3 entries can be served, 1 problem.`)
    expect(lines.at(-1)).toBe(
      `${file}: line 8, guangzhou: ckafka.credentials.secret-key-env names an environment variable that is not set`,
    )
  })

  it('needs a file, and knows nothing else to do', () => {
    const source = readClustersFile({})
    expect(runClustersCommand(['check'], source).code).toBe(2)
    expect(runClustersCommand([], source).code).toBe(2)
    expect(runClustersCommand(['check', 'a', 'b'], source).code).toBe(2)
    expect(runClustersCommand(['check', '--loud'], source).code).toBe(2)
    expect(runClustersCommand(['check', '--help'], source)).toMatchObject({ code: 0 })
    expect(runClustersCommand(['check'], readClustersFile({ CLUSTERS_FILE: '/nowhere.yml' }))).toEqual({
      lines: [
        '/nowhere.yml: 0 entries can be served, 1 problem.',
        '/nowhere.yml: there is no such file (ENOENT)',
      ],
      code: 1,
    })
  })

  it('is a script that takes the file from CLUSTERS_FILE', () => {
    const { file } = folderWith(GOOD)
    const script = join(import.meta.dirname, '../dist/clusters.js')
    const run = (env: Record<string, string>) =>
      spawnSync(process.execPath, [script, 'check'], { encoding: 'utf8', env })
    const good = run({ ...ENV, CLUSTERS_FILE: file })
    expect(good.status).toBe(0)
    expect(good.stdout).toContain('4 entries can be served')
    const bad = run({ CLUSTERS_FILE: file })
    expect(bad.status).toBe(1)
    expect(bad.stderr).toContain('names an environment variable that is not set')
    const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8'))
    expect(scripts['clusters:check']).toMatch(/--enable-source-maps dist\/clusters\.js check$/)
  })
})

describe('the settings with a file of clusters', () => {
  const needed = { REDIS_URL: 'redis://127.0.0.1:6379', ROLE: 'worker', ...ENV }
  const KEYS = { TENCENTCLOUD_SECRET_ID: 'AKIDx', TENCENTCLOUD_SECRET_KEY: 'hunter2' }

  it('need no key of CKafka, and have its entries', () => {
    const { file } = folderWith(GOOD)
    const read = readConfig({ ...needed, CLUSTERS_FILE: file })
    expect(read).toMatchObject({
      ok: true,
      config: {
        clusters: [{ id: 'guangzhou' }, { id: 'singapore' }, { id: 'orders' }, { id: 'ckafka-c' }],
        clustersFile: { path: file },
        instances: [],
      },
      notices: [expect.stringMatching(/^CLUSTERS_FILE ckafka-c: The password goes/)],
    })
  })

  it('say which of those of CKafka do not count, but for the ones that the file names', () => {
    const { file } = folderWith(GOOD.replace('GZ_KEY', 'TENCENTCLOUD_SECRET_KEY'))
    const read = readConfig({ ...needed, ...KEYS, CKAFKA_API: 'v2', CLUSTERS_FILE: file })
    expect(read.ok && read.notices.filter(notice => notice.includes('does not count'))).toEqual([
      'CKAFKA_API does not count: CLUSTERS_FILE is set, and its entries say it.',
      'TENCENTCLOUD_SECRET_ID does not count: CLUSTERS_FILE is set, and its entries say it.',
    ])
  })

  it('warn of a bad entry, and refuse to start where none is good', () => {
    const { file, write } = folderWith(GOOD)
    const { GZ_ID: _, ...others } = needed
    const read = readConfig({ ...others, CLUSTERS_FILE: file })
    expect(read.ok && read.config.clusters.map(({ id }) => id)).toEqual(['singapore', 'orders', 'ckafka-c'])
    expect(read.ok && read.notices).toContain(
      'CLUSTERS_FILE line 8, guangzhou: ckafka.credentials.secret-id-env names an environment variable that is not set. This entry is not served.',
    )
    write('clusters.yml', 'version: 1\nclusters: [{ id: a, kafka: { bootstrap: [hunter2] } }]\n')
    expect(readConfig({ ...needed, PORT: 'x', CLUSTERS_FILE: file })).toEqual({
      ok: false,
      problems: [
        'PORT must be a port number, from 0 to 65535',
        ...[expect.stringMatching(/^CLUSTERS_FILE line 2, a: kafka.bootstrap.0 must be/)],
      ],
    })
  })

  it('make one entry where there is none, as before', () => {
    const inVariable = (name: string) => ({ from: 'variable', name })
    const read = readConfig({ ...needed, ...KEYS, CKAFKA_INSTANCES: 'ckafka-a=Orders' })
    expect(read.ok && read.config.clusters).toEqual([
      {
        ...{ kind: 'ckafka', id: 'ckafka', name: 'CKafka' },
        ...{ instances: ['ckafka-a'], instanceNames: { 'ckafka-a': 'Orders' } },
        ckafka: expect.objectContaining({ dialect: 'v3', secretId: 'AKIDx', secretKey: 'hunter2' }),
        keys: { ckafka: [inVariable('TENCENTCLOUD_SECRET_ID'), inVariable('TENCENTCLOUD_SECRET_KEY')] },
      },
    ])
    expect(read.ok && read.config.clustersFile).toBe(null)
    const all = readConfig({ ...needed, ...KEYS })
    expect(all).toMatchObject({ config: { clusters: [{ instances: null }], instances: [] } })
    const none = readConfig(needed)
    expect(none.ok ? [] : none.problems).toEqual([
      'TENCENTCLOUD_SECRET_ID is missing',
      'TENCENTCLOUD_SECRET_KEY is missing',
    ])
  })
})
