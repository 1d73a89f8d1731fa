// Answers that hold more than anybody has: refused before it is built, with how much is read, and nothing else is lost.

import { describe, expect, it } from 'vitest'
import { encodeResponse } from '../../../src/adapters/kafka/wire/frame.ts'
import { metadata } from '../../../src/adapters/kafka/wire/messages.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { longestTurnMs } from '../../support/cpu.ts'
import { committed, described, fetched, ID, scripted, soon, TARGET } from './scripted.ts'
import { type Answers, topicOf } from './scripted-broker.ts'

// Far more than it takes: what is looked at is how much is read, on a machine that may be busy.
const READ = { urgency: 'person', readMs: 25_000 } as const
/** Of a connection that was greeted and asked for the brokers before. */
const QUESTION = 3

const times = <T>(count: number, item: T) => Array<T>(count).fill(item)
const tooMany = (what: string, most: string) => ({
  kind: 'unavailable',
  cause: causeOf('answerTooLarge', what, most),
})
const GROUP = { groupId: '', protocolType: '', groupState: '', groupType: '' }
const groupsOf = (count: number) => ({ throttleTimeMs: 0, errorCode: 0, groups: times(count, GROUP) })
const MEMBER = {
  ...{ memberId: 'm', groupInstanceId: null, clientId: 'c', clientHost: '/h' },
  ...{ memberMetadata: Buffer.alloc(0), memberAssignment: Buffer.alloc(0) },
}
const membersOf = (count: number): Pick<Answers, 'DescribeGroups' | 'ConsumerGroupDescribe'> => ({
  ConsumerGroupDescribe: () => ({ throttleTimeMs: 0, groups: [] }),
  DescribeGroups: () => {
    const { groups, ...rest } = described(TARGET.group, 'Stable')
    return { ...rest, groups: groups.map(group => ({ ...group, members: times(count, MEMBER) })) }
  },
})

describe('an answer', () => {
  it('of as many groups as are read is read, and of one more is not', async () => {
    const { kafka, broker } = await scripted({ ListGroups: () => groupsOf(200_000) })
    expect(await kafka.reader(READ).groups(ID, '')).toEqual({
      kind: 'read',
      value: { names: [''], total: 1 },
    })
    broker.answers.ListGroups = () => groupsOf(200_001)
    expect(await kafka.reader(READ).groups(ID, '')).toEqual(tooMany('groups', '200,000'))
    // It was asked once, and the connection goes on.
    broker.answers.ListGroups = () => groupsOf(1)
    expect((await kafka.reader(READ).groups(ID, '')).kind).toBe('read')
    expect([broker.of('ListGroups').length, broker.connections()]).toEqual([3, 1])
  })

  it('of millions of empty groups keeps nobody waiting', async () => {
    // Behind the header no time and no error, then 6,000,000 groups (and one, as lengths are written) of five bytes each.
    const head = Buffer.from('000000000000000300000000000000819bee02', 'hex')
    head.writeInt32BE(QUESTION, 4)
    const frame = Buffer.concat([
      head,
      Buffer.alloc(30_000_000, Buffer.from('0101010100', 'hex')),
      Buffer.alloc(1),
    ])
    frame.writeInt32BE(frame.length - 4)
    const { kafka } = await scripted({ ListGroups: () => frame })
    const slowest = await longestTurnMs(async () => {
      expect(await kafka.reader(READ).groups(ID, '')).toEqual(tooMany('groups', '200,000'))
    })
    expect(slowest).toBeLessThan(1_000)
  })

  it('of as many members as a group can have is read, and of one more is not', async () => {
    const { kafka, broker } = await scripted(membersOf(10_000))
    const read = await kafka.reader(READ).group(TARGET)
    expect(read.kind === 'read' && read.value.members.length).toBe(10_000)
    Object.assign(broker.answers, membersOf(10_001))
    expect(await kafka.reader(READ).group(TARGET)).toEqual(tooMany('members', '10,000'))
  })

  it('of lists within lists is bounded as a whole', { tags: ['long'] }, async () => {
    const topic = { ...topicOf('t', times(1_000, 1)) }
    const answer = {
      ...{
        throttleTimeMs: 0,
        brokers: [],
        clusterId: null,
        controllerId: 1,
        clusterAuthorizedOperations: -1,
      },
      topics: times(500, topic),
    }
    const { kafka } = await scripted({ Metadata: () => answer })
    const ofOne = encodeResponse(metadata, 9, 1, { ...answer, topics: [topic] })
    expect(500 * ofOne.length).toBeLessThan(2 ** 25)
    expect(await kafka.reader(READ).topics(ID, '')).toEqual(tooMany('items', '500,000'))
  })

  it('of a cluster with 200,000 partitions is read', { tags: ['long'] }, async () => {
    const topics = Array.from({ length: 20_000 }, (_, index) => topicOf(`t${index}`, times(10, 1)))
    const { kafka, broker } = await scripted({})
    broker.answers.Metadata = () => ({
      ...{ throttleTimeMs: 0, clusterId: null, controllerId: 1, clusterAuthorizedOperations: -1 },
      ...{ brokers: [{ nodeId: 1, host: '127.0.0.1', port: broker.port, rack: null }], topics },
    })
    expect(await kafka.reader(READ).topics(ID, '')).toMatchObject({ value: { total: 20_000 } })
  })
})

it('a commit whose answer holds too much may have been taken', async () => {
  const { kafka, broker } = await scripted({
    OffsetFetch: () => fetched({ 'orders 0': 20n }),
    OffsetCommit: request => ({
      ...committed(request),
      topics: times(200_001, { name: '', partitions: [] }),
    }),
  })
  const { called } = await kafka.writeTopics(
    TARGET,
    new Map([['orders', [{ partition: 0, offset: 5n }]]]),
    soon(),
  )
  expect(called).toEqual({ kind: 'unknown', cause: causeOf('answerTooLarge', 'topics', '200,000') })
  expect(broker.of('OffsetCommit')).toHaveLength(1)
})

it('a look whose answer holds too much has sent nothing', async () => {
  const { kafka, broker } = await scripted({
    OffsetFetch: () => ({ ...fetched({}), topics: times(200_001, { name: '', partitions: [] }) }),
  })
  const { called } = await kafka.writeTopics(
    TARGET,
    new Map([['orders', [{ partition: 0, offset: 5n }]]]),
    soon(),
  )
  expect(called.kind).toBe('notSent')
  expect(broker.of('OffsetCommit')).toEqual([])
})
