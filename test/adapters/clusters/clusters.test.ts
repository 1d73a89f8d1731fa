// Several clusters behind the ports, over real adapters and simulators: the ports' promises, whose an instance is, and that
// one that does not answer hides no other.

import { afterEach, describe, expect, it } from 'vitest'
import { type Ckafka, createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import { type Clusters, createClusters, type Member } from '../../../src/adapters/clusters/clusters.ts'
import type { ClusterReader } from '../../../src/ports/cluster.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import {
  type ClusterSubject,
  CREDENTIALS,
  describeCluster,
  INSTANCE,
} from '../../contract/cluster.contract.ts'
import { describeClusterPartitions } from '../../contract/cluster-partitions.contract.ts'
import { describeClusterReader } from '../../contract/cluster-reader.contract.ts'

const adapterOf = (url: string, dialect: 'v2' | 'v3' = 'v3', callMs = 5_000, quota?: object): Ckafka => {
  const account = { endpoint: url, region: 'ap-guangzhou', ...CREDENTIALS, timeouts: { callMs } }
  const deps = { now: Date.now, ...quota }
  return dialect === 'v3'
    ? createCkafka({ dialect, ...account }, deps)
    : createCkafka(
        { dialect, ...account, signatureMethod: 'HmacSHA256', setOffsetsAction: 'SetGroupOffsets' },
        deps,
      )
}
const readersOf = (reader: ClusterReader) => ({
  person: reader,
  plan: reader,
  execution: reader,
  watch: reader,
})
const memberOf = (name: string, ckafka: Ckafka, more: Partial<Member> = {}): Member => ({
  name,
  instances: null,
  isOne: false,
  isCkafka: true,
  cluster: ckafka,
  readers: readersOf(ckafka.reader({ urgency: 'person', readMs: 2_000 })),
  ...more,
})

const LOG = { start: 0n, end: 10n, written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }] }

const subject: ClusterSubject = {
  isOfSeveral: true,
  resetAction: 'ModifyGroupOffsets',
  writeAction: 'BatchModifyGroupOffsets',
  says: 'accepted',
  throttle(simulator) {
    const fault = { kind: 'code', code: 'RequestLimitExceeded', message: 'slow down' } as const
    simulator.inject('*', fault, Number.POSITIVE_INFINITY)
    return { retryAfterMs: 1_000 }
  },
  create(simulator, callMs, quota, now = Date.now) {
    const ckafka = adapterOf(simulator.url, 'v3', callMs, { now, ...(quota && { quota }) })
    const instances = [{ id: INSTANCE, name: INSTANCE }]
    const nobody = adapterOf('http://127.0.0.1:9', 'v2')
    const other = memberOf('other', nobody, { instances: [{ id: 'ckafka-other', name: 'other' }] })
    const behind = (reader: ClusterReader) =>
      createClusters([other, memberOf('one', ckafka, { instances, readers: readersOf(reader) })], {
        now: Date.now,
      })
    return {
      ...behind(ckafka.reader({ urgency: 'execution', readMs: 5_000 })).cluster,
      can: ckafka.can,
      reader: options => behind(ckafka.reader(options)).readers.execution,
      async close() {
        await Promise.all([ckafka.close(), nobody.close()])
      },
    }
  },
}
// The adapters behind it are held to the same by their own tests; what is between is told below.
describe('all of the ports', { tags: ['long'] }, () => {
  describeCluster('one of several clusters', subject)
  describeClusterPartitions('writing offsets to one of several clusters', subject)
  describeClusterReader('reading from one of several clusters', subject)
})

describe('whose an instance is', () => {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(closers.splice(0).map(close => close()))
  })

  async function account(...ids: string[]): Promise<CkafkaSimulator> {
    const instances = ids.map(id => ({
      id,
      name: `name of ${id}`,
      topics: [{ name: `topic-of-${id}`, partitions: [LOG] }],
      groups: [{ name: 'g', commits: { [`topic-of-${id}`]: [5n] } }],
    }))
    const simulator = await startCkafkaSimulator({ ...CREDENTIALS, seed: { instances } })
    closers.push(simulator.close)
    return simulator
  }
  const open = (url: string, dialect?: 'v2' | 'v3') => {
    const ckafka = adapterOf(url, dialect)
    closers.push(ckafka.close)
    return ckafka
  }
  const asked = ({ readers }: Clusters) => readers.person
  const soon = () => Date.now() + 5_000

  it('is found by asking the accounts once, and everything of it is asked there', async () => {
    const [one, two] = [await account('ckafka-a'), await account('ckafka-b')]
    const clusters = createClusters([memberOf('one', open(one.url)), memberOf('two', open(two.url, 'v2'))], {
      now: Date.now,
    })
    const reader = asked(clusters)
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ value: { names: ['topic-of-ckafka-b'] } })
    expect(await reader.topics('ckafka-a', '')).toMatchObject({ value: { names: ['topic-of-ckafka-a'] } })
    expect(await reader.abilitiesOf('ckafka-a')).toMatchObject({ value: { writePartitions: true } })
    expect(await reader.abilitiesOf('ckafka-b')).toMatchObject({ value: { writePartitions: false } })
    expect(clusters.cluster.writePaceOf('ckafka-a').atMostMs).toBeGreaterThan(0)
    expect(clusters.cluster.writePaceOf('ckafka-b')).toEqual({ atLeastMs: 0, atMostMs: 0 })
    expect(one.calls('DescribeInstances')).toHaveLength(1)
    const target = { instanceId: 'ckafka-a', group: 'g' }
    const done = await clusters.cluster.writeOffsets(
      target,
      'topic-of-ckafka-a',
      [{ partition: 0, offset: 1n }],
      soon(),
    )
    expect(done.kind).toBe('done')
    expect(two.calls().map(({ action }) => action)).toEqual(['ListInstance', 'ListTopic'])
  })

  it('is nobody’s where all have been asked, and that is not asked over and over', async () => {
    const [one, two] = [await account('ckafka-a'), await account('ckafka-b')]
    const clusters = createClusters([memberOf('one', open(one.url)), memberOf('two', open(two.url))], {
      now: Date.now,
    })
    for (const _ of [1, 2, 3]) {
      expect(await asked(clusters).group({ instanceId: 'ckafka-c', group: 'g' })).toMatchObject({
        kind: 'refused',
        reason: 'instanceMissing',
        code: 'none',
        message: 'noInstance ["ckafka-a","ckafka-b"]',
      })
    }
    expect(one.calls()).toHaveLength(1)
    expect(
      await clusters.cluster.writeOffsets(
        { instanceId: 'ckafka-c', group: 'g' },
        't',
        [{ partition: 0, offset: 1n }],
        soon(),
      ),
    ).toMatchObject({ kind: 'refused', reason: 'instanceMissing' })
  })

  it('cannot be told while an account does not answer; what the others have is there all the same', async () => {
    const [one, two] = [await account('ckafka-a'), await account('ckafka-b')]
    const told: unknown[] = []
    const clusters = createClusters([memberOf('one', open(one.url)), memberOf('two', open(two.url))], {
      now: Date.now,
      onTrouble: (...trouble) => told.push(trouble),
    })
    two.inject('*', { kind: 'status', status: 502, afterDoingIt: false }, Number.POSITIVE_INFINITY)
    const reader = asked(clusters)
    expect(await reader.instances()).toEqual({
      kind: 'read',
      value: [{ id: 'ckafka-a', name: 'name of ckafka-a' }],
      untold: ['two'],
    })
    expect(await reader.topics('ckafka-a', '')).toMatchObject({ kind: 'read' })
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ kind: 'unavailable' })
    expect(clusters.troubles().map(({ name }) => name)).toEqual(['two'])
    two.clearFaults()
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ kind: 'read' })
    expect(clusters.troubles()).toEqual([])
    expect(told).toEqual([
      ['two', expect.any(String)],
      ['two', null],
    ])
  })

  it('is refused where two accounts say they have it, and at once where two entries do', async () => {
    const [one, two] = [await account('ckafka-a', 'ckafka-same'), await account('ckafka-same')]
    const members = [memberOf('one', open(one.url)), memberOf('two', open(two.url))]
    const reader = asked(createClusters(members, { now: Date.now }))
    await reader.instances()
    expect(await reader.group({ instanceId: 'ckafka-same', group: 'g' })).toMatchObject({
      kind: 'refused',
      reason: 'instanceMissing',
      message: 'severalClusters',
    })
    expect(await reader.instances()).toMatchObject({ value: [{ id: 'ckafka-a' }] })
    const instances = [{ id: 'ckafka-same', name: 'x' }]
    expect(() =>
      createClusters(
        members.map(each => ({ ...each, instances })),
        { now: Date.now },
      ),
    ).toThrow('Two clusters have the instance ckafka-same: one and two.')
  })

  it('is of whoever has it from now on, where others are served', async () => {
    const [one, two] = [await account('ckafka-a'), await account('ckafka-b')]
    const first = memberOf('one', open(one.url))
    const clusters = createClusters([first], { now: Date.now })
    const reader = asked(clusters)
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ reason: 'instanceMissing' })
    clusters.replace([first, memberOf('two', open(two.url))])
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ kind: 'read' })
    clusters.replace([first])
    expect(await reader.topics('ckafka-b', '')).toMatchObject({ reason: 'instanceMissing' })
    const twice = [{ id: 'ckafka-a', name: 'x' }]
    const same = [first, first].map(each => ({ ...each, instances: twice }))
    expect(() => clusters.replace(same)).toThrow('Two clusters have the instance')
    expect(await reader.topics('ckafka-a', '')).toMatchObject({ kind: 'read' })
  })

  it('is of its own entry where an account shows it as well, and of no account but for those that its list names', async () => {
    const both = await account('ckafka-a', 'ckafka-b', 'ckafka-c')
    const clusters = createClusters(
      [
        memberOf('one', open(both.url), { instances: [{ id: 'ckafka-a', name: 'ckafka-a' }] }),
        memberOf('of its own', open(both.url), {
          instances: [{ id: 'ckafka-b', name: 'mine' }],
          isOne: true,
        }),
      ],
      { now: Date.now },
    )
    expect(await asked(clusters).instances()).toEqual({
      kind: 'read',
      value: [
        { id: 'ckafka-a', name: 'name of ckafka-a' },
        { id: 'ckafka-b', name: 'mine' },
      ],
    })
    expect(await asked(clusters).group({ instanceId: 'ckafka-c', group: 'g' })).toMatchObject({
      reason: 'instanceMissing',
    })
  })

  it('is looked for without a rejection, whatever a cluster does, and the others are still asked', async () => {
    const one = await account('ckafka-a')
    const broken = open('http://127.0.0.1:9').reader({ urgency: 'person', readMs: 2_000 })
    const rejecting = { ...broken, instances: () => Promise.reject(new Error('it must not')) }
    const faults: unknown[] = []
    const clusters = createClusters(
      [
        memberOf('rejecting', open('http://127.0.0.1:9'), { readers: readersOf(rejecting) }),
        memberOf('one', open(one.url)),
      ],
      { now: Date.now, onFault: error => faults.push(error) },
    )
    await clusters.look()
    expect(faults).toEqual([new Error('it must not')])
    expect(one.calls('DescribeInstances')).toHaveLength(1)
  })

  it('changes with who is served: what is asked later goes to those alone, and who has gone is no trouble', async () => {
    const [one, two] = [await account('ckafka-a'), await account('ckafka-b')]
    const gone = memberOf('gone', open('http://127.0.0.1:9'))
    const members = [memberOf('one', open(one.url)), memberOf('two', open(two.url))]
    const clusters = createClusters([...members, gone], { now: Date.now })
    await clusters.look()
    expect(clusters.troubles()).toMatchObject([{ name: 'gone' }])
    clusters.replace(members.slice(1))
    expect(clusters.troubles()).toEqual([])
    expect(await asked(clusters).group({ instanceId: 'ckafka-a', group: 'g' })).toMatchObject({
      reason: 'instanceMissing',
    })
    expect(await asked(clusters).topics('ckafka-b', '')).toMatchObject({ kind: 'read' })
    clusters.replace(members)
    expect(await asked(clusters).topics('ckafka-a', '')).toMatchObject({ kind: 'read' })
    const same = { instances: [{ id: 'ckafka-same', name: 'same' }] }
    const doubled = [memberOf('x', open(one.url), same), memberOf('y', open(two.url), same)]
    expect(() => clusters.replace(doubled)).toThrow('Two clusters have the instance ckafka-same')
    expect(await asked(clusters).topics('ckafka-a', '')).toMatchObject({ kind: 'read' })
  })
})
