import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadClusters } from '../../src/clusters-file/load.ts'
import { type ClustersChange, watchClusters } from '../../src/clusters-file/watch.ts'
import { type Folder, folderWith } from './folder.ts'

const kafka = (id: string, server = `${id}:9092`) =>
  `  - id: ${id}\n    kafka:\n      bootstrap: [${server}]\n      sasl: { mechanism: SCRAM-SHA-256, username: u, password-file: ${id}-password }\n`
const file = (...entries: string[]) => `version: 1\nclusters:\n${entries.join('')}`

function watching(folder: Folder, onChange: (change: ClustersChange) => void = () => {}) {
  const changes: ClustersChange[] = []
  const faults: unknown[] = []
  const first = loadClusters(folder.file, {})
  const watch = watchClusters(folder.file, {}, first, {
    everyMs: 10,
    onChange(change) {
      changes.push(change)
      onChange(change)
    },
    onFault: error => void faults.push(error),
  })
  onTestFinished(() => watch.stop())
  return { watch, changes, faults, served: () => idsOf(changes.at(-1)?.entries ?? []) }
}
const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id)
const idsIn = ({ added, changed, removed, problems }: ClustersChange) => ({
  ...{ added: idsOf(added), changed: idsOf(changed), removed: [...removed] },
  problems: problems.map(({ text }) => text),
})
/** What comes by itself is waited for on a machine that may be busy. */
const WAIT = { timeout: 15_000 }
const aWhile = () => new Promise(resolve => setTimeout(resolve, 80))
const SECRETS = { 'a-password': 'one', 'b-password': 'two', 'c-password': 'three' }

describe('an edit of the file of clusters', () => {
  it('is told once, by what it adds, changes and removes', async () => {
    const folder = folderWith(file(kafka('a'), kafka('b')), SECRETS)
    const { changes } = watching(folder)
    await aWhile()
    expect(changes).toEqual([])
    folder.write('next.yml', file(kafka('b', 'elsewhere:9092'), kafka('c')))
    renameSync(join(dirname(folder.file), 'next.yml'), folder.file)
    await vi.waitUntil(() => changes.length > 0, WAIT)
    await aWhile()
    expect(changes.map(idsIn)).toEqual([{ added: ['c'], changed: ['b'], removed: ['a'], problems: [] }])
    expect(changes[0]?.changed).toMatchObject([{ kafka: { bootstrap: ['elsewhere:9092'] } }])
    folder.write('clusters.yml', `# a word\n${file(kafka('b', 'elsewhere:9092'), kafka('c'))}`)
    await aWhile()
    expect(changes).toHaveLength(1)
  })

  it('may be that of a secret', async () => {
    const folder = folderWith(file(kafka('a'), kafka('b')), SECRETS)
    const { changes } = watching(folder)
    folder.write('b-password', 'renewed')
    await vi.waitUntil(() => changes.length > 0, WAIT)
    expect(changes.map(idsIn)).toEqual([{ added: [], changed: ['b'], removed: [], problems: [] }])
    expect(changes[0]?.changed).toMatchObject([{ kafka: { sasl: { password: 'renewed' } } }])
    folder.write('a-password', 'renewed too')
    await vi.waitUntil(() => changes.length > 1, WAIT)
    expect(changes.map(idsIn)[1]).toMatchObject({ changed: ['a'] })
  })

  it('that makes an entry wrong leaves it as it was, says so, and can be mended', async () => {
    const folder = folderWith(file(kafka('a'), kafka('b')), SECRETS)
    const { changes, served } = watching(folder)
    folder.write('clusters.yml', file(kafka('a', 'nowhere'), kafka('b'), kafka('c')))
    await vi.waitUntil(() => changes.length > 0, WAIT)
    const problem = 'line 5, a: kafka.bootstrap.0 must be a host and a port, like kafka-1:9092'
    expect(changes.map(idsIn)).toEqual([{ added: ['c'], changed: [], removed: [], problems: [problem] }])
    expect(served()).toEqual(['b', 'c', 'a'])
    await aWhile()
    folder.write('clusters.yml', file(kafka('a'), kafka('b'), kafka('c')))
    await vi.waitUntil(() => changes.length > 1, WAIT)
    expect(changes.map(idsIn)[1]).toEqual({ added: [], changed: [], removed: [], problems: [] })
    expect(served()).toEqual(['a', 'b', 'c'])
  })

  it('that names a certificate which TLS does not take leaves the entry as it was', async () => {
    const entry = (name: string) =>
      `  - { id: a, kafka: { bootstrap: [a:1], tls: { cert-file: ${name}.pem, key-file: ${name}-key.pem } } }\n`
    const folder = folderWith(file(entry('server')))
    const { changes, served } = watching(folder)
    // First what nothing names yet: between the two they may be looked at.
    folder.write('b-password', 'two')
    folder.write('clusters.yml', file(entry('weak'), kafka('b')))
    await vi.waitUntil(() => changes.length > 0, WAIT)
    expect(changes.map(idsIn)).toEqual([
      {
        ...{ added: ['b'], changed: [], removed: [] },
        problems: [
          'line 3, a: kafka.tls.cert-file names a file that TLS cannot use (ERR_SSL_EE_KEY_TOO_SMALL)',
        ],
      },
    ])
    expect(served()).toEqual(['b', 'a'])
  })

  it('that empties a file of authorities trusts nobody else: the entry stays as it was', async () => {
    const folder = folderWith(
      file('  - { id: a, kafka: { bootstrap: [a:1], tls: { ca-file: authority.pem } } }\n'),
    )
    const { changes, served } = watching(folder)
    folder.write('authority.pem', '')
    await vi.waitUntil(() => changes.length > 0, WAIT)
    const problem = 'line 3, a: kafka.tls.ca-file names a file that holds no certificate (PEM)'
    expect(changes.map(idsIn)).toEqual([{ added: [], changed: [], removed: [], problems: [problem] }])
    expect(served()).toEqual(['a'])
    expect(changes[0]?.entries).toMatchObject([
      { kafka: { tls: { ca: expect.stringContaining('BEGIN CERTIFICATE') } } },
    ])
  })

  it('removes nothing while an entry has no id: it may be that one', async () => {
    const folder = folderWith(file(kafka('a'), kafka('b')), SECRETS)
    const { changes, served } = watching(folder)
    folder.write('clusters.yml', file(kafka('b'), kafka('a').replace('id: a', 'id: "a!"')))
    await vi.waitUntil(() => changes.length > 0, WAIT)
    expect(served()).toEqual(['b', 'a'])
    folder.write(
      'clusters.yml',
      file(kafka('b'), kafka('c', 'a:9092'), kafka('a').replace('id: a', 'id: "a!"')),
    )
    await vi.waitUntil(() => changes.length > 1, WAIT)
    // The same cluster, under another id now.
    expect(changes.map(idsIn)[1]).toMatchObject({ added: ['c'], removed: ['a'] })
  })

  it('that leaves nothing to serve changes nothing, and is told', async () => {
    const folder = folderWith(file(kafka('a')), SECRETS)
    const { changes, served } = watching(folder)
    folder.write('clusters.yml', 'clusters: [')
    await vi.waitUntil(() => changes.length > 0, WAIT)
    expect(served()).toEqual(['a'])
    expect(changes.map(idsIn)).toEqual([
      { added: [], changed: [], removed: [], problems: [expect.stringContaining('not valid YAML')] },
    ])
    folder.write('clusters.yml', file(kafka('a', 'mended:1')))
    await vi.waitUntil(() => changes.length > 1, WAIT)
    expect(changes.map(idsIn)[1]).toEqual({ added: [], changed: ['a'], removed: [], problems: [] })
  })

  it('that nobody can take in is a fault of theirs, and the next one is told', async () => {
    const folder = folderWith(file(kafka('a')), SECRETS)
    const { changes, faults } = watching(folder, () => {
      throw new Error('not now')
    })
    folder.write('a-password', 'second')
    await vi.waitUntil(() => faults.length === 1)
    folder.write('a-password', 'third')
    await vi.waitUntil(() => changes.length === 2)
  })

  it('is not looked for any more after the end', async () => {
    const folder = folderWith(file(kafka('a')), SECRETS)
    const { watch, changes } = watching(folder)
    watch.stop()
    folder.write('a-password', 'second')
    await aWhile()
    expect(changes).toEqual([])
  })
})
