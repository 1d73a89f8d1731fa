import { expect, it } from 'vitest'
import { createClusterIds } from '../../../src/adapters/kafka/cluster-ids.ts'
import { brokerOf, kafkaOf } from './scripted.ts'

it('tells once of two that are one cluster, and again of those that are served after an edit', () => {
  const ids = createClusterIds()
  const served = ['a', 'b', 'c']
  expect(ids.see('a', 'X', served)).toEqual([])
  expect(ids.see('b', 'Y', served)).toEqual([])
  expect(ids.see('c', 'X', served)).toEqual([{ kind: 'same', other: 'a', clusterId: 'X' }])
  expect(ids.see('a', 'X', served)).toEqual([])
  ids.tellAgain()
  expect(ids.see('a', 'X', served)).toEqual([{ kind: 'same', other: 'c', clusterId: 'X' }])
  ids.tellAgain()
  expect(ids.see('a', 'X', ['a', 'b'])).toEqual([])
})

it('tells when a cluster is another one, and remembers it while it is not served', () => {
  const ids = createClusterIds()
  expect(ids.see('a', 'X', ['a'])).toEqual([])
  expect(ids.see('b', 'Y', ['b'])).toEqual([])
  expect(ids.see('a', 'Z', ['a', 'b'])).toEqual([{ kind: 'another', was: 'X', is: 'Z' }])
  expect(ids.see('a', 'Z', ['a', 'b'])).toEqual([])
  expect(ids.see('a', 'Y', ['a', 'b'])).toEqual([
    { kind: 'another', was: 'Z', is: 'Y' },
    { kind: 'same', other: 'b', clusterId: 'Y' },
  ])
})

it.each([
  ['that a cluster says', 'b1-_X', ['b1-_X']],
  ['but not what a cluster does not say', null, []],
  ['but no empty one', '', []],
  ['but none that is longer than any', 'x'.repeat(101), []],
  ['but none that would not stay on its line', 'x\ny', []],
])('is an id %s', async (_what, clusterId, expected) => {
  const seen: string[] = []
  const broker = await brokerOf({
    Metadata: () => ({
      ...{ throttleTimeMs: 0, brokers: [], clusterId, controllerId: 1 },
      ...{ topics: [], clusterAuthorizedOperations: -1 },
    }),
  })
  const kafka = kafkaOf(broker.bootstrap, {}, [], id => seen.push(id))
  await kafka.reader({ urgency: 'person', readMs: 2_000 }).topics('kafka-scripted', '')
  expect(seen).toEqual(expected)
})
