// Which names of a message are on the cluster: at most six reads, and never one that was not seen there.

import { describe, expect, it } from 'vitest'
import { findNames } from '../../../../src/adapters/slack/reset-form/alert-names.ts'
import type { ClusterReader } from '../../../../src/ports/cluster.ts'
import { readAlerts } from '../../../../src/request/alert.ts'
import type { ReadOutcome } from '../../../../src/request/api-answer.ts'

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
    abilitiesOf: async () => ({
      kind: 'read',
      value: {
        logStart: true,
        firstMessageAt: true,
        writePartitions: true,
        writeTopics: false,
        readMany: false,
      },
    }),
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
  findNames(readAlerts(text), { reader, instances })

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
    expect(
      await search(
        many('nothing')
          .map(name => `group: ${name} topic: ${name}`)
          .join('\n'),
        reader,
        [],
      ),
    ).toMatchObject({
      group: null,
      topics: [],
      // Not each of them has been looked for, so that none is said to be missing.
      reached: 'instances',
      isGroupMissing: false,
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
    expect(await search('orders-prod: group a-b lags', reader, two)).toMatchObject({
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

  it('of a labelled group that is not there are none, not even another group or a topic in the text', async () => {
    const { reader } = clusterOf(['orders-billing', 'test-consumer'], ['orders'])
    for (const text of [
      'consumergroup="gone" topic="orders"\nthe group orders-billing is fine',
      'consumer group: principal@test-consumer topic: orders',
      'consumer group: orders-billing#2',
      'consumer group: orders-billing::eu',
      'consumer group: orders-billing two',
    ])
      expect(await search(text, reader)).toMatchObject({ group: null, topics: [], isGroupMissing: true })
  })

  it('are none where the labelled one is cut or glued to more, though a piece of it is there', async () => {
    const { reads, reader } = clusterOf(['orders', 'orders-bil', 'billing'], ['orders'])
    for (const value of [
      '`orders`-billing',
      'orders;eu',
      'orders,eu',
      'orders-bil (truncated)',
      'orders-bil…',
      'orders-bil ...',
      '…billing',
      'pre-`orders`',
    ]) {
      const found = await search(`[FIRING:1] lag\nConsumer group: ${value}\nTopic: orders`, reader)
      expect(found, value).toMatchObject({ group: null, topics: [], isGroupCut: true, isGroupMissing: false })
    }
    expect(reads).toEqual([])
    // A whole one beside it counts, and so does the whole one of a title.
    expect(await search('group=orders-bil…\ngroup=orders topic=orders', reader)).toMatchObject({
      group: 'orders',
      topics: ['orders'],
      isGroupCut: false,
    })
    expect(await search('group=orders topic=`orders`-eu', reader)).toMatchObject({
      group: 'orders',
      topics: [],
      isTopicCut: true,
    })
    expect(await search('topic: orders…', reader)).toMatchObject({
      topics: [],
      isTopicCut: true,
      isGroupCut: false,
    })
  })

  it('are none of what is said to be both firing and resolved', async () => {
    const { reader } = clusterOf(['a', 'b'], ['t'])
    expect(await search('[FIRING:1] lag\nGroup: a\nTopic: t\nResolved', reader)).toMatchObject({
      group: null,
      topics: [],
      isGroupMissing: false,
      isGroupCut: false,
    })
    expect(await search('[FIRING:2] lag\nGroup: a\nStatus: resolved\n\nGroup: b', reader)).toMatchObject({
      group: 'b',
    })
  })

  it('are of the first alert whose group is there, and of no resolved one', async () => {
    const { reader } = clusterOf(['a', 'b', 'c'], ['t1', 't2', 't3'])
    const text =
      '[RESOLVED] group=a topic=t1\n[FIRING] group=gone topic=t1\n[FIRING] group=b topic=t2\n[FIRING] group=c topic=t3'
    expect(await search(text, reader)).toMatchObject({ group: 'b', topics: ['t2'], about: { group: ['b'] } })
    expect(await search('[RESOLVED] group=a topic=t1', reader)).toMatchObject({ group: null, topics: [] })
  })

  it('have the labelled partitions of their topics', async () => {
    const { reader } = clusterOf(['a'], ['t1', 't2'])
    const text = 'group=a topic=t1 partition=3\ngroup=a topic=t1 partition=5\ngroup=a topic=t2'
    expect(await search(text, reader)).toMatchObject({ group: 'a', topics: ['t1:3,5', 't2'] })
    expect(await search('topic: t2 partition: 0', reader)).toMatchObject({ group: null, topics: ['t2:0'] })
  })

  it('are the whole value, looked for on every page, before a shorter reading of it counts', async () => {
    const { reader } = clusterOf(['team', ...many('reader'), 'team is late'], [])
    expect(await search('Group: team is late', reader)).toMatchObject({ group: 'team is late' })
    expect(await search('Group: team is behind', reader)).toMatchObject({ group: 'team' })
  })

  it('are looked for on the instance of their alert, and on no other than the one that is named', async () => {
    const { reads, reader } = clusterOf(['a', 'b'], [])
    const two = [INSTANCE, { id: 'ckafka-two', name: '' }]
    const text = '[FIRING]\nckafka-two group: a\n[RESOLVED]\nckafka-one group: b'
    expect(await search(text, reader, two)).toMatchObject({ instance: 'ckafka-two', group: 'a' })
    reads.length = 0
    expect(await search('ckafka-gone group: a', reader)).toMatchObject({
      instance: null,
      otherInstance: 'ckafka-gone',
      group: null,
    })
    expect(reads).toEqual([])
  })
})
