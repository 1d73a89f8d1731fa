// Lists, groups and offsets of API 2.0 as their pages print them, and as others have seen them.

import { describe, expect, it } from 'vitest'
import {
  readGroupInfoData,
  readGroupsData,
  readInstancesData,
  readOffsetsData,
  readTopicsData,
} from '../../../src/adapters/ckafka/answers-v2.ts'
import { readEnvelope } from '../../../src/adapters/ckafka/envelope-v2.ts'

/** The payload and what is around it. */
const answer = (fields: string): [unknown, unknown] => {
  const read = readEnvelope(`{"code":0,"message":"","codeDesc":"Success",${fields}}`)
  if (!read.ok) throw new Error(read.problem)
  return [read.value.data, read.value.whole]
}

describe('lists', () => {
  const instances =
    '"totalCount":14,"instanceList":[{"instanceId":"ckafka-xxooa0","instanceName":"test","status":0}]'
  const topics = '"totalCount":"10","topicList":[{"topicId":"topic-xxoo234","topicName":"jimmy","note":""}]'
  const groups = '"totalCount":1,"groupList":[{"group":"g","protocol":"consumer"}]'

  it.each([
    ['beside the code', (fields: string) => answer(fields)],
    ['inside data', (fields: string) => answer(`"data":{${fields}}`)],
  ])('are read %s', (_, wrap) => {
    expect(readInstancesData(...wrap(instances))).toEqual({
      ok: true,
      value: { totalCount: 14, items: [{ id: 'ckafka-xxooa0', name: 'test' }] },
    })
    expect(readTopicsData(...wrap(topics))).toEqual({ ok: true, value: { totalCount: 10, items: ['jimmy'] } })
    expect(readGroupsData(...wrap(groups))).toEqual({ ok: true, value: { totalCount: 1, items: ['g'] } })
  })

  it('that are missing are never empty', () => {
    const missing = answer('"totalCount":0')
    expect(readInstancesData(...missing)).toEqual({
      ok: false,
      problem: 'data.instanceList: expected array',
    })
    expect(readTopicsData(...missing).ok).toBe(false)
    expect(readGroupsData(...missing).ok).toBe(false)
  })
})

describe('a group', () => {
  const info = (fields: string) => readGroupInfoData(answer(`"data":[{"group":"g",${fields}}]`)[0], 'g')

  it('is read with its members', () => {
    const members = '[{"member_id":"consumer-1-x","client_id":"consumer-1","client_host":"/10.53.88.65"}]'
    expect(info(`"err_code":0,"state":"Stable","protocol_type":"consumer","members":${members}`)).toEqual({
      ok: true,
      value: { state: 'Stable', members: [{ clientId: 'consumer-1', host: '10.53.88.65' }] },
    })
    expect(info('"state":"AwaitingSync"')).toMatchObject({ value: { state: 'CompletingRebalance' } })
  })

  it('is Dead when the answer leaves it out', () => {
    expect(readGroupInfoData(answer('"data":[]')[0], 'g')).toMatchObject({ value: { state: 'Dead' } })
  })

  it('is never taken for empty with an error, under either of its names', () => {
    expect(info('"err_code":15,"state":"Empty"').ok).toBe(false)
    expect(info('"error_code":"15","state":"Empty"').ok).toBe(false)
    expect(readGroupInfoData(undefined, 'g').ok).toBe(false)
  })
})

describe('offsets', () => {
  const read = (partition: string) =>
    readOffsetsData(
      answer(`"data":{"totalCount":1,"topicList":[{"topic":"t","partitions":[${partition}]}]}`)[0],
    )

  it.each([
    ['{"partition":0,"offset":22689638,"err_code":0,"log_end_offset":207927929}', 22689638n, 207927929n, 0],
    ['{"partition":0,"offset":"9007199254740993","log_end_offset":null}', 9007199254740993n, null, 0],
    ['{"partition":0,"offset":-1,"err_code":15,"log_end_offset":-1}', null, null, 15],
    ['{"partition":0,"offset":-1,"error_code":"3"}', null, null, 3],
  ])('are read from %s', (partition, committed, logEnd, errorCode) => {
    const expected = { partition: 0, committed, logEnd, errorCode }
    expect(read(partition)).toMatchObject({ value: { items: [{ topic: 't', partitions: [expected] }] } })
  })

  it('are read with the topics they are of, from the sample of the page', () => {
    const [data] = answer(
      `"data":{"totalCount":1,"topicList":[{"topic":"test","partitions":[{"partition":0,"offset":22689638,"metadata":"",
        "err_code":0,"log_end_offset":207927929,"lag":185238291}]}]}`,
    )
    const partition = { partition: 0, committed: 22689638n, logEnd: 207927929n, errorCode: 0 }
    expect(readOffsetsData(data)).toEqual({
      ok: true,
      value: { totalCount: 1, items: [{ topic: 'test', partitions: [partition] }] },
    })
  })

  it.each(['null', '{}', '[]', '{"totalCount":0}', '{"topicList":{}}'])(
    'are never none because the answer is %s',
    data => expect(readOffsetsData(answer(`"data":${data}`)[0]).ok).toBe(false),
  )

  it('are a problem without a partition or an offset, which would be a guess', () => {
    expect(read('{"offset":1}').ok).toBe(false)
    expect(read('{"partition":0}')).toEqual({
      ok: false,
      problem: 'data.topicList[0].partitions[0].offset: expected a whole number',
    })
  })

  it('are a problem with a partition that cannot be, or that comes twice', () => {
    expect(read('{"partition":-1,"offset":1}')).toEqual({
      ok: false,
      problem: 'data.topicList[0].partitions[0].partition: expected the number of a partition',
    })
    expect(read('{"partition":0,"offset":1},{"partition":0,"offset":2}')).toEqual({
      ok: false,
      problem: 'data.topicList[0].partitions: expected each partition once',
    })
  })
})
