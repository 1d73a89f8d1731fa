// Answers of API 2.0 as documented, and as they differ between pages, years and bad days.

import { describe, expect, it } from 'vitest'
import { readEnvelope, readResetData } from '../../../src/adapters/ckafka/envelope-v2.ts'
import { PAGE_ANSWER } from '../../support/page-answer.ts'

const envelope = (body: string) => {
  const read = readEnvelope(body)
  if (!read.ok) throw new Error(read.problem)
  return read.value
}
const reports = (data: string) => readResetData(envelope(`{"code":0,"data":${data}}`).data)

describe('the envelope', () => {
  it('reads the sample answer of the page', () => {
    const { code, moduleCode, message, data } = envelope(PAGE_ANSWER)
    expect({ code, moduleCode, message }).toEqual({ code: 0, moduleCode: null, message: '' })
    const partition = (number: number, offset: bigint) => ({
      partition: number,
      offset,
      errorCode: 0,
      errorMessage: '',
    })
    expect(readResetData(data)).toEqual({
      ok: true,
      value: [
        {
          topic: 'streams-wordcount-output',
          errorCode: 0,
          errorMessage: '',
          partitions: [
            partition(2, 27708n),
            partition(1, 112843n),
            partition(3, 29149n),
            partition(0, 29402n),
          ],
        },
        {
          topic: 'aaaa',
          errorCode: 3,
          errorMessage: 'This request is for a topic or partition that does not exist on this broker.',
          partitions: [],
        },
      ],
    })
  })

  it('reads a code given as text, and a message under either name', () => {
    expect(envelope('{"code":"5100","message":"later"}')).toMatchObject({ code: 5100, message: 'later' })
    expect(envelope('{"code":5100,"msg":"later","message":""}')).toMatchObject({
      code: 5100,
      message: 'later',
    })
    expect(envelope('{"code":5100,"message":null}')).toMatchObject({ code: 5100, message: '' })
  })

  it('takes the module code off the message', () => {
    expect(envelope('{"code":4000,"message":"(1049)group is not empty"}')).toMatchObject({
      moduleCode: 1049,
      message: 'group is not empty',
    })
    expect(envelope('{"code":4000,"message":"(-514) no data (12)"}')).toMatchObject({
      moduleCode: -514,
      message: 'no data (12)',
    })
    expect(envelope('{"code":4000,"message":"topic (10012) missing"}').moduleCode).toBeNull()
  })

  it('makes messages fit to be shown: one line, no control or direction marks, 500 characters', () => {
    expect(envelope('{"code":1,"msg":"a\\u0000b\\r\\nc\\u202ed\\ud800e"}').message).toBe('a b c d e')
    const long = envelope(JSON.stringify({ code: 1, msg: '组'.repeat(100_000) })).message
    expect([...long]).toHaveLength(500)
    expect([...envelope(JSON.stringify({ code: 1, msg: '𝒳'.repeat(600) })).message]).toHaveLength(250)
  })

  it.each([
    ['', 'not JSON'],
    ['<html>', 'not JSON'],
    ['{"code":0', 'not JSON'],
    ['{"code":0,"code":1}', 'not JSON'],
    ['['.repeat(100_000), 'nested too deeply'],
    ['[]', 'expected object'],
    ['null', 'expected object'],
    ['{}', 'code: expected a whole number'],
    ['{"code":null}', 'code: expected a whole number'],
    ['{"code":0.5}', 'code: expected a whole number'],
    ['{"code":9999999999}', 'code: expected a small whole number'],
  ])('says what is wrong with %.30s', (body, problem) => {
    expect(readEnvelope(body)).toEqual({ ok: false, problem })
  })
})

describe('the result of a reset', () => {
  it('keeps every digit of offsets beyond 2^53, as number and as text', () => {
    const read = reports(
      `{"succ":[{"topic":"t","partitions":[{"partition":0,"offset":9007199254740993},
        {"partition":"1","offset":"9223372036854775807"}]}]}`,
    )
    expect(read.ok && read.value[0]?.partitions.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 9007199254740993n],
      [1, 9223372036854775807n],
    ])
  })

  it('reads data wrapped in an array, as the page’s table calls it', () => {
    const read = reports('[{"succ":[{"topic":"a"}],"failed":[]},{"failed":[{"topic":"b","error_code":3}]}]')
    expect(read.ok && read.value.map(({ topic, errorCode }) => [topic, errorCode])).toEqual([
      ['a', 0],
      ['b', 3],
    ])
  })

  it.each(['null', '[]', '{}', '{"succ":null,"failed":null}', '{"succ":[],"failed":[]}'])(
    'takes %s for no report at all',
    data => expect(reports(data)).toEqual({ ok: true, value: [] }),
  )

  it('never takes a topic listed as failed for a success, even when it names no error', () => {
    const read = reports(
      '{"failed":[{"topic":"a","error_code":0},{"topic":"b"},{"topic":"c","err_code":"25","err_msg":"m"}]}',
    )
    expect(read.ok && read.value.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
      ['none', ''],
      ['none', ''],
      [25, 'm'],
    ])
  })

  it('keeps the failure of a partition inside a topic that succeeded', () => {
    const read = reports(
      `{"succ":[{"topic":"t","error_code":0,"partitions":[{"partition":0,"offset":5,"error_code":0},
        {"partition":1,"offset":-1,"error_code":25,"error_msg":"no"},{"partition":2,"offset":null,"err_code":27},
        {"partition":3,"error_code":1}]}]}`,
    )
    expect(read.ok && read.value[0]?.partitions).toEqual([
      { partition: 0, offset: 5n, errorCode: 0, errorMessage: '' },
      { partition: 1, offset: null, errorCode: 25, errorMessage: 'no' },
      { partition: 2, offset: null, errorCode: 27, errorMessage: '' },
      { partition: 3, offset: null, errorCode: 1, errorMessage: '' },
    ])
  })

  it('ignores fields it does not know', () => {
    expect(reports('{"succ":[{"topic":"t","future":{"a":[1.5]}}],"requestId":"x"}')).toMatchObject({
      ok: true,
    })
  })

  it.each([
    ['"text"', 'data: expected object'],
    ['{"succ":{}}', 'data.succ: expected array'],
    ['{"succ":[{"error_code":0}]}', 'data.succ[0].topic: expected string'],
    ['{"succ":[{"topic":5}]}', 'data.succ[0].topic: expected string'],
    [
      '[{"failed":[{"topic":"t","error_code":"x"}]}]',
      'data[0].failed[0].error_code: expected a whole number',
    ],
    [
      '{"succ":[{"topic":"t","partitions":[{"offset":1}]}]}',
      'data.succ[0].partitions[0].partition: expected a whole number',
    ],
    [
      '{"succ":[{"topic":"t","partitions":[{"partition":0,"offset":1e3}]}]}',
      'data.succ[0].partitions[0].offset: expected a whole number',
    ],
    [
      '{"succ":[{"topic":"t","partitions":[{"partition":0,"offset":9223372036854775808}]}]}',
      'data.succ[0].partitions[0].offset: expected an int64',
    ],
  ])('says where %s is not what the API documents', (data, problem) => {
    expect(reports(data)).toEqual({ ok: false, problem })
  })
})
