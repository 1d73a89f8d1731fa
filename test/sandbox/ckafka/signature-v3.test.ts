// The published and self-made vectors that the simulator's check of TC3-HMAC-SHA256 must agree with.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  canonicalRequest,
  readAuthorization,
  refuseSignature,
  signatureOf,
  signingKeyOf,
} from '../../../src/sandbox/ckafka/signature-v3.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const maskedKey = '*'.repeat(32)
const page = {
  method: 'POST',
  query: '',
  headers: {
    host: 'cvm.tencentcloudapi.com',
    'content-type': 'application/json; charset=utf-8',
    'x-tc-action': 'DescribeInstances',
    'x-tc-timestamp': '1551113065',
  },
  body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
}
const withAction = ['content-type', 'host', 'x-tc-action']
const withoutAction = ['content-type', 'host']

const reset = {
  method: 'POST',
  query: '',
  headers: {
    ...page.headers,
    host: 'ckafka.tencentcloudapi.com',
    'x-tc-action': 'ModifyGroupOffsets',
  } as Record<string, string>,
  body: '{"InstanceId":"ckafka-test","Group":"group-test","Strategy":1,"Topics":["topic-test"],"ShiftTimestamp":-2}',
}
const scope = { date: '2019-02-25', service: 'ckafka' }

describe('API 3.0 signatures', () => {
  it('agree with the page: body, canonical request, key and signature', () => {
    expect(sha256(page.body)).toBe('35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064')
    expect(sha256(canonicalRequest(page, withAction))).toBe(
      '7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84',
    )
    expect(signingKeyOf(maskedKey, '2019-02-25', 'cvm').toString('hex')).toBe(
      'b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af',
    )
    const signedHeaders = withAction
    expect(signatureOf(page, { date: '2019-02-25', service: 'cvm', signedHeaders }, maskedKey)).toBe(
      '10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
    )
  })

  it('cover only the headers that are listed, in ASCII order whatever the order of the list', () => {
    expect(canonicalRequest(page, ['host', 'content-type'])).toBe(
      [
        'POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n',
        'content-type;host',
        '35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064',
      ].join('\n'),
    )
  })

  it.each([
    [withoutAction, '4daa6ae217de613b19a436dd7eb2a838bd3b24b0abfa1d6d0f6f9d93818e8400'],
    [withAction, '4e0e9332a91b74d5f82e1cb0fba4fb4b666c5bbff24158557ba63de7d663f9d4'],
  ])('agree with the reset vector: %s', (signedHeaders, expected) => {
    expect(signatureOf(reset, { ...scope, signedHeaders }, 'SECRETEXAMPLE')).toBe(expected)
  })
})

describe('the Authorization header', () => {
  const signature = 'a'.repeat(64)
  const written = `TC3-HMAC-SHA256 Credential=AKID/2019-02-25/ckafka/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`

  it('is read, with or without spaces after its commas', () => {
    const read = { secretId: 'AKID', ...scope, signedHeaders: withoutAction, signature }
    expect(readAuthorization(written)).toEqual(read)
    expect(readAuthorization(written.replaceAll(', ', ','))).toEqual(read)
  })

  it.each([
    ['', ''],
    ['another algorithm', written.replace('TC3-HMAC-SHA256', 'TC3-HMAC-SHA1')],
    ['no scope', written.replace('/tc3_request', '')],
    ['a signature in upper case', written.replace(signature, signature.toUpperCase())],
    ['a short signature', written.slice(0, -1)],
    ['no signed headers', written.replace('content-type;host', '')],
  ])('is refused: %s', (_, header) => {
    expect(readAuthorization(header)).toBeUndefined()
  })
})

describe('a signed request', () => {
  const known = {
    secretId: 'AKIDEXAMPLE',
    secretKey: 'SECRETEXAMPLE',
    service: 'ckafka',
    nowMs: 1_551_113_065_000,
  }
  const sign = (signedHeaders: string[], key = known.secretKey, given = scope) => {
    const signature = signatureOf(reset, { ...given, signedHeaders }, key)
    const authorization = `TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/${given.date}/${given.service}/tc3_request, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
    return { ...reset, headers: { ...reset.headers, authorization } }
  }
  const codeOf = (request: ReturnType<typeof sign>, more = {}) =>
    refuseSignature(request, { ...known, ...more })?.code

  it('is accepted whichever headers it lists, if content-type and host are among them', () => {
    expect(codeOf(sign(withAction))).toBeUndefined()
    expect(codeOf(sign(withoutAction))).toBeUndefined()
    expect(codeOf(sign([...withAction, 'x-tc-timestamp']))).toBeUndefined()
    expect(codeOf(sign(['content-type']))).toBe('AuthFailure.InvalidAuthorization')
    expect(codeOf(sign(['host', 'x-tc-action']))).toBe('AuthFailure.InvalidAuthorization')
  })

  it('is refused when its body, a signed header, its key, its date or its service differs', () => {
    const signed = sign(withAction)
    const failure = 'AuthFailure.SignatureFailure'
    expect(codeOf({ ...signed, body: `${signed.body} ` })).toBe(failure)
    const otherAction = { ...signed.headers, 'x-tc-action': 'BatchModifyGroupOffsets' }
    expect(codeOf({ ...signed, headers: otherAction })).toBe(failure)
    const otherTime = { ...signed.headers, 'x-tc-timestamp': '1551113066' }
    expect(codeOf({ ...signed, headers: otherTime })).toBe(failure)
    expect(codeOf(sign(withAction, 'ANOTHERKEY'))).toBe(failure)
    expect(codeOf(sign(withAction, known.secretKey, { ...scope, date: '2019-02-26' }))).toBe(failure)
    expect(codeOf(sign(withAction, known.secretKey, { ...scope, service: 'cvm' }))).toBe(failure)
  })

  it('is good for five minutes around its time', () => {
    const signed = sign(withAction)
    for (const seconds of [-300, 300])
      expect(codeOf(signed, { nowMs: known.nowMs + seconds * 1000 })).toBeUndefined()
    for (const seconds of [-301, 301])
      expect(codeOf(signed, { nowMs: known.nowMs + seconds * 1000 })).toBe('AuthFailure.SignatureExpire')
  })
})
