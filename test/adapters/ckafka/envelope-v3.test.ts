// Answers of API 3.0 as documented, and as their types differ between actions.

import { describe, expect, it } from 'vitest'
import type { Said } from '../../../src/adapters/ckafka/call.ts'
import {
  readEnvelopeV3,
  readFirstMessage,
  readGroupInfo,
  readGroupOffsets,
  readGroups,
  readInstances,
  readLogRanges,
  readModified,
  readTopicKind,
  readTopics,
} from '../../../src/adapters/ckafka/envelope-v3.ts'

const envelope = (body: string): Said => {
  const read = readEnvelopeV3(body)
  if (!read.ok) throw new Error(read.problem)
  return read.value
}
const result = (json: string) => envelope(`{"Response":{"Result":${json},"RequestId":"r"}}`).data

describe('the envelope', () => {
  it('reads an error with its code and message', () => {
    const body =
      '{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"who"},"RequestId":"r"}}'
    expect(envelope(body)).toMatchObject({
      code: 'AuthFailure.SignatureFailure',
      message: 'who',
      verdict: { kind: 'refused', reason: 'credentials' },
    })
    expect(envelope('{"Response":{"Error":{"Code":"InternalError"}}}')).toMatchObject({ message: '' })
  })

  it('takes an error for one even beside a result', () => {
    const body = '{"Response":{"Error":{"Code":"InternalError"},"Result":{"ReturnCode":"0"}}}'
    expect(envelope(body).verdict).toEqual({ kind: 'unknown' })
  })

  it.each(['"0"', '0', '"OK"'])('reads ReturnCode %s as a success', code => {
    const { code: shown, verdict } = envelope(
      `{"Response":{"Result":{"ReturnCode":${code},"ReturnMessage":"ok"}}}`,
    )
    expect([shown, verdict]).toEqual(['0', { kind: 'succeeded' }])
  })

  it.each(['"-1"', '25', '"Failed"'])('never takes ReturnCode %s for a success', code => {
    const said = envelope(`{"Response":{"Result":{"ReturnCode":${code},"ReturnMessage":"why"}}}`)
    expect(said).toMatchObject({
      code: `ReturnCode ${code.replaceAll('"', '')}`,
      message: 'why',
      verdict: { kind: 'unknown' },
    })
  })

  it('makes messages and codes fit to be shown', () => {
    const error = { Code: 'x'.repeat(1_000), Message: `a\u0000b\r\nc\u202ed${'组'.repeat(1_000)}` }
    const { code, message } = envelope(JSON.stringify({ Response: { Error: error } }))
    expect(code).toHaveLength(100)
    expect(message.startsWith('a b c d')).toBe(true)
    expect([...message]).toHaveLength(500)
  })

  it.each([
    ['', 'not JSON'],
    ['<html>', 'not JSON'],
    ['{"Response":{}', 'not JSON'],
    ['[]', 'expected object'],
    ['{}', 'Response: expected object'],
    ['{"Response":null}', 'Response: expected object'],
    ['{"Response":{"Error":{}}}', 'Response.Error.Code: expected string'],
    ['{"Response":{"Error":"no"}}', 'Response.Error: expected object'],
  ])('says what is wrong with %s', (body, problem) => {
    expect(readEnvelopeV3(body)).toEqual({ ok: false, problem })
  })
})

describe('an accepted reset', () => {
  it.each([
    ['null', 'Response.Result: expected object'],
    ['{}', 'Response.Result.ReturnCode: expected text or a number'],
    ['[]', 'Response.Result: expected object'],
  ])('is not %s', (json, problem) => {
    expect(readModified(result(json))).toEqual({ ok: false, problem })
    expect(readModified(result('{"ReturnCode":"0","ReturnMessage":"ok"}'))).toEqual({
      ok: true,
      value: 'accepted',
    })
  })
})

describe('what kind of log a topic has', () => {
  const kind = (config: string) => readTopicKind(result(`{"Config":${config}}`))

  it('reads the sample of the page', () => {
    const config =
      '{"CleanUpPolicy":"delete","LogMsgTimestampType":null,"MaxMessageBytes":8388608,"MinInsyncReplicas":1,"Retention":86400000}'
    expect(kind(config)).toEqual({
      ok: true,
      value: { compacted: false, transactions: false, timesMayBeLate: true, retentionMs: 86_400_000 },
    })
  })

  it.each([
    ['compact', true],
    ['compact, delete', true],
    ['compact,delete', true],
    ['delete', false],
  ])('takes the policy %s for what it is', (policy, compacted) => {
    expect(kind(JSON.stringify({ CleanUpPolicy: policy }))).toEqual({
      ok: true,
      value: { compacted, transactions: false, timesMayBeLate: false },
    })
  })

  it.each<[string, number | undefined]>([
    ['{"CleanUpPolicy":"delete","Retention":60000}', 60_000],
    ['{"CleanUpPolicy":"compact, delete","Retention":"259200000"}', 259_200_000],
    ['{"CleanUpPolicy":"compact","Retention":60000}', undefined],
    ['{"CleanUpPolicy":"delete","Retention":-1}', undefined],
    ['{"CleanUpPolicy":"delete","Retention":0}', undefined],
    ['{"CleanUpPolicy":"delete","Retention":9223372036854775807}', undefined],
    ['{"CleanUpPolicy":"delete","Retention":null}', undefined],
    ['{"CleanUpPolicy":"delete"}', undefined],
  ])('says how long messages are kept, where their age deletes them: %s', (config, retentionMs) => {
    const read = kind(config)
    expect(read.ok && read.value?.retentionMs).toBe(retentionMs)
  })

  it.each(['0', '1048576', '"1048588"', 'null'])(
    'knows of no messages above 1 MB where it says %s',
    bytes => {
      const read = kind(`{"CleanUpPolicy":"delete","MaxMessageBytes":${bytes}}`)
      expect(read.ok && read.value?.timesMayBeLate).toBe(false)
    },
  )

  it('is not known where no policy is named', () => {
    for (const config of ['null', '{}', '{"CleanUpPolicy":null}', '{"CleanUpPolicy":""}']) {
      expect(kind(config)).toEqual({ ok: true, value: null })
    }
    expect(readTopicKind(result('{}'))).toEqual({ ok: true, value: null })
    expect(kind('{"CleanUpPolicy":"delete","MaxMessageBytes":"big"}')).toMatchObject({ ok: false })
  })
})

describe('a page of the group’s offsets', () => {
  it('reads the sample of the page', () => {
    const json =
      '{"TotalCount":1,"TopicList":[{"Topic":"t","Partitions":[{"Partition":0,"Offset":1,"Metadata":"","ErrorCode":0,"LogEndOffset":2,"Lag":1}]}]}'
    expect(readGroupOffsets(result(json))).toEqual({
      ok: true,
      value: {
        totalCount: 1,
        items: [{ topic: 't', partitions: [{ partition: 0, committed: 1n, logEnd: 2n, errorCode: 0 }] }],
      },
    })
  })

  it('reads numbers as text, keeps every digit beyond 2^53, and takes −1 for no offset', () => {
    const read = readGroupOffsets(
      result(
        `{"TotalCount":"2","TopicList":[{"Topic":"t","Partitions":[
          {"Partition":"0","Offset":9007199254740993,"ErrorCode":"0","LogEndOffset":"9223372036854775807"},
          {"Partition":1,"Offset":-1,"ErrorCode":15}]},{"Topic":"bare","Partitions":null}]}`,
      ),
    )
    expect(read.ok && read.value).toEqual({
      totalCount: 2,
      items: [
        {
          topic: 't',
          partitions: [
            { partition: 0, committed: 9007199254740993n, logEnd: 9223372036854775807n, errorCode: 0 },
            { partition: 1, committed: null, logEnd: null, errorCode: 15 },
          ],
        },
        { topic: 'bare', partitions: [] },
      ],
    })
  })

  it.each([
    ['{}', 'Response.Result.TopicList: expected array'],
    ['{"TopicList":[{"Partitions":[]}]}', 'Response.Result.TopicList[0].Topic: expected string'],
    ['{"TopicList":[{"Topic":"t"}]}', 'Response.Result.TopicList[0].Partitions: expected array'],
    [
      '{"TopicList":[{"Topic":"t","Partitions":[{"Partition":0}]}]}',
      'Response.Result.TopicList[0].Partitions[0].Offset: expected a whole number',
    ],
    [
      '{"TopicList":[{"Topic":"t","Partitions":[{"Offset":1}]}]}',
      'Response.Result.TopicList[0].Partitions[0].Partition: expected a whole number',
    ],
    [
      '{"TopicList":[{"Topic":"t","Partitions":[{"Partition":0,"Offset":1e3}]}]}',
      'Response.Result.TopicList[0].Partitions[0].Offset: expected a whole number',
    ],
    [
      '{"TopicList":[{"Topic":"t","Partitions":[{"Partition":-1,"Offset":1}]}]}',
      'Response.Result.TopicList[0].Partitions[0].Partition: expected the number of a partition',
    ],
    [
      '{"TopicList":[{"Topic":"t","Partitions":[{"Partition":0,"Offset":1},{"Partition":0,"Offset":2}]}]}',
      'Response.Result.TopicList[0].Partitions: expected each partition once',
    ],
  ])('says where %s is not what the API documents', (json, problem) => {
    expect(readGroupOffsets(result(json))).toEqual({ ok: false, problem })
  })
})

describe('a group', () => {
  const info = (fields: string) => readGroupInfo(result(`[{"Group":"g",${fields}}]`), 'g')

  it('is read with its members, its ErrorCode being text', () => {
    const members =
      '[{"MemberId":"m","ClientId":"c-1","ClientHost":"/10.0.0.7","Assignment":{"Version":0,"Topics":[]}}]'
    expect(info(`"ErrorCode":"0","State":"Stable","ProtocolType":"consumer","Members":${members}`)).toEqual({
      ok: true,
      value: { state: 'Stable', members: [{ clientId: 'c-1', host: '10.0.0.7' }] },
    })
  })

  it('is in Kafka’s state of today when the API says the older word', () => {
    expect(info('"State":"AwaitingSync","Members":null')).toMatchObject({
      value: { state: 'CompletingRebalance' },
    })
  })

  it.each([
    ['of another name', '[{"Group":"h","State":"Stable"}]'],
    ['not there', '[]'],
    ['null', 'null'],
    ['unknown to the broker', '[{"Group":"g","State":"","ErrorCode":"69"}]'],
    ['Dead', '[{"Group":"g","State":"Dead"}]'],
  ])('is Dead when it is %s', (_, json) => {
    expect(readGroupInfo(result(json), 'g')).toEqual({ ok: true, value: { state: 'Dead', members: [] } })
  })

  it.each([
    ['an error', '"ErrorCode":"15","State":"Dead"'],
    ['a state that Kafka does not have', '"State":"Sleepy"'],
    ['no state', '"Members":[]'],
  ])('is never taken for empty with %s', (_, fields) => {
    expect(info(fields).ok).toBe(false)
  })
})

describe('lists', () => {
  it('are read by their names', () => {
    expect(readGroups(result('{"TotalCount":7,"GroupList":[{"Group":"g","Protocol":"consumer"}]}'))).toEqual({
      ok: true,
      value: { totalCount: 7, items: ['g'] },
    })
    expect(
      readTopics(result('{"TotalCount":"12","TopicList":[{"TopicId":"i","TopicName":"t","Note":""}]}')),
    ).toEqual({ ok: true, value: { totalCount: 12, items: ['t'] } })
    const instances =
      '{"TotalCount":1,"InstanceList":[{"InstanceId":"ckafka-1","InstanceName":"one","Status":1}]}'
    expect(readInstances(result(instances))).toEqual({
      ok: true,
      value: { totalCount: 1, items: [{ id: 'ckafka-1', name: 'one' }] },
    })
  })

  it('that are missing are a problem, and those that are null are empty', () => {
    for (const read of [readGroups, readTopics, readInstances, readLogRanges]) {
      expect(read(result('{"TotalCount":0}')).ok).toBe(false)
    }
    expect(readGroups(result('{"GroupList":null}'))).toEqual({
      ok: true,
      value: { totalCount: null, items: [] },
    })
  })
})

describe('logs', () => {
  it('are read with their partitions as text', () => {
    const json =
      '{"TopicInSyncReplicaList":[{"Partition":"3","BeginOffset":5,"EndOffset":9007199254740993,"MessageCount":1}],"TotalCount":1}'
    expect(readLogRanges(result(json))).toEqual({
      ok: true,
      value: { totalCount: 1, items: [{ partition: 3, start: 5n, end: 9007199254740993n }] },
    })
  })

  it.each([
    ['[{"Partition":0,"BeginOffset":9,"EndOffset":8}]', '[0]: expected a log that begins before it ends'],
    ['[{"Partition":0,"BeginOffset":-1,"EndOffset":8}]', '[0].BeginOffset: expected an offset in a log'],
    ['[{"Partition":-1,"BeginOffset":0,"EndOffset":8}]', '[0].Partition: expected the number of a partition'],
    [
      '[{"Partition":0,"BeginOffset":0,"EndOffset":8},{"Partition":"0","BeginOffset":1,"EndOffset":8}]',
      ': expected each partition once',
    ],
  ])('that cannot be are no answer: %s', (list, problem) => {
    expect(readLogRanges(result(`{"TotalCount":1,"TopicInSyncReplicaList":${list}}`))).toEqual({
      ok: false,
      problem: `Response.Result.TopicInSyncReplicaList${problem}`,
    })
  })

  it('answer a time with their first record, and with none after the last', () => {
    expect(readFirstMessage(result('[{"Topic":"t","Partition":2,"Offset":"17","Timestamp":1}]'), 2)).toEqual({
      ok: true,
      value: 17n,
    })
    expect(readFirstMessage(result('[]'), 2)).toEqual({ ok: true, value: null })
    expect(readFirstMessage(result('[{"Partition":3,"Offset":17}]'), 2).ok).toBe(false)
    expect(readFirstMessage(result('[{"Partition":2,"Offset":-1}]'), 2).ok).toBe(false)
    expect(readFirstMessage(undefined, 2).ok).toBe(false)
  })
})
