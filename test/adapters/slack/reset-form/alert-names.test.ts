// Which names of a message are on the cluster: at most six reads, and never one that was not seen there.

import { describe, expect, it } from 'vitest'
import { findNames } from '../../../../src/adapters/slack/reset-form/alert-names.ts'
import type { ClusterReader } from '../../../../src/ports/cluster.ts'
import { candidatesIn } from '../../../../src/request/alert.ts'
import type { ReadOutcome } from '../../../../src/request/result.ts'

const INSTANCE = { id: 'ckafka-one', name: 'orders-prod' }

/** A cluster with more groups and topics than one page holds. */
function clusterOf(
  groups: string[],
  topics: string[],
  answer = <T>(value: T): ReadOutcome<T> => ({ kind: 'read', value }),
) {
  const reads: string[] = []
  const page = (kind: string, all: string[]) => async (_: string, search: string) => {
    reads.push(`${kind} ${search}`)
    const found = all.filter(name => name.includes(search))
    return answer({ names: found.slice(0, 50), total: found.length })
  }
  const reader: ClusterReader = {
    can: { logStart: true, firstMessageAt: true, writePartitions: true },
    instances: async () => {
      reads.push('instances')
      return answer([INSTANCE])
    },
    groups: page('groups', groups),
    topics: page('topics', topics),
    group: async () => {
      reads.push('group')
      return answer({ state: 'Empty' as const, members: [] })
    },
    positions: async () => {
      reads.push('positions')
      return answer(
        topics.map(topic => ({ topic, partition: 0, committed: 1n, logStart: 0n, logEnd: 2n, lag: 1n })),
      )
    },
    logRanges: async () => answer([]),
    firstMessageAt: async () => answer(null),
  }
  return { reads, reader }
}

const many = (name: string) =>
  Array.from({ length: 200 }, (_, index) => `${name}-${String(index).padStart(3, '0')}`)
const search = (text: string, reader: ClusterReader, instances = [INSTANCE]) =>
  findNames(text, candidatesIn(text), { reader, instances })

describe('the names of a message', () => {
  it('are found on a cluster of many, in at most six reads', async () => {
    const { reads, reader } = clusterOf([...many('reader'), 'zz-billing'], [...many('events'), 'zz-orders'])
    const text = `${many('nothing').join(' ')} group: zz-billing topic: zz-orders topic: no-such`
    expect(await search(text, reader, [])).toMatchObject({
      instance: 'ckafka-one',
      group: 'zz-billing',
      topics: ['zz-orders'],
    })
    expect(reads.length).toBeLessThanOrEqual(6)
  })

  it('are not added to the page that was read, which others are shown', async () => {
    const { reader } = clusterOf([...many('reader'), 'zz-billing'], [])
    const page = await reader.groups('ckafka-one', '')
    const kept: ClusterReader = {
      ...reader,
      groups: async (id, search) => (search === '' ? page : reader.groups(id, search)),
    }
    expect(await search('group: zz-billing', kept)).toMatchObject({ group: 'zz-billing' })
    expect(page).toMatchObject({ kind: 'read', value: { names: { length: 50 } } })
  })

  it('cost no more when none of them is there', async () => {
    const { reads, reader } = clusterOf(many('reader'), many('events'))
    expect(await search(many('nothing').join(' '), reader, [])).toMatchObject({
      group: null,
      topics: [],
      reached: 'names',
    })
    expect(reads.length).toBeLessThanOrEqual(6)
  })

  it('cost nothing when it is not known where to look, or for what', async () => {
    const { reads, reader } = clusterOf(['a-b'], [])
    const two = [INSTANCE, { id: 'ckafka-two', name: '' }]
    expect(await search('group a-b', reader, two)).toMatchObject({ instance: null, reached: 'instances' })
    expect(await search('??? 42', reader)).toMatchObject({
      instance: 'ckafka-one',
      group: null,
      reached: 'names',
    })
    expect(reads).toEqual([])
  })

  it('is an instance by its name too', async () => {
    const { reader } = clusterOf(['a-b'], [])
    const two = [{ id: 'ckafka-two', name: 'payments-prod' }, INSTANCE]
    expect(await search('orders-prod: a-b lags', reader, two)).toMatchObject({
      instance: 'ckafka-one',
      group: 'a-b',
    })
  })

  it('are not made up when the cluster does not answer', async () => {
    const { reader } = clusterOf(['a-b'], ['c-d'], () => ({
      kind: 'unavailable',
      cause: 'no answer',
    }))
    expect(await search('group a-b topic c-d', reader)).toMatchObject({
      group: null,
      topics: [],
      reached: 'instances',
    })
    expect(await search('ckafka-one group a-b', reader, [])).toMatchObject({
      instance: null,
      reached: 'nothing',
    })
  })
})
