// The signature of API 3.0 against published and independently computed values.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  authorizationOf,
  canonicalRequest,
  createSigner,
  derivedKeys,
  type SignableV3,
  signatureOfV3,
  stringToSignV3,
} from '../../../src/adapters/ckafka/sign-v3.ts'

// https://cloud.tencent.com/document/api/213/30654: the masked key of the page is the key.
const MASKED = '*'.repeat(32)
const published: SignableV3 = {
  service: 'cvm',
  host: 'cvm.tencentcloudapi.com',
  contentType: 'application/json; charset=utf-8',
  action: 'DescribeInstances',
  body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
  timestampSeconds: 1_551_113_065,
}
const { action: _, ...withoutAction } = published

const reset: SignableV3 = {
  ...published,
  service: 'ckafka',
  host: 'ckafka.tencentcloudapi.com',
  action: 'ModifyGroupOffsets',
  body: '{"InstanceId":"ckafka-test","Group":"group-test","Strategy":1,"Topics":["topic-test"],"ShiftTimestamp":-2}',
}
const { action: __, ...resetWithoutAction } = reset

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

describe('signatures of API 3.0', () => {
  it('make the published canonical request, with the action signed and without', () => {
    expect(sha256(canonicalRequest(published))).toBe(
      '7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84',
    )
    expect(canonicalRequest(withoutAction)).toBe(
      [
        'POST',
        '/',
        '',
        'content-type:application/json; charset=utf-8',
        'host:cvm.tencentcloudapi.com',
        '',
        'content-type;host',
        '35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064',
      ].join('\n'),
    )
  })

  it('derive the published keys', () => {
    expect(derivedKeys(MASKED, '2019-02-25', 'cvm').map(key => key.toString('hex'))).toEqual([
      'da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0',
      '8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f',
      'b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af',
    ])
  })

  it('give the published signature, and name what was signed', () => {
    const signature = '10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f'
    expect(signatureOfV3(published, MASKED)).toBe(signature)
    expect(authorizationOf(published, `AKID${MASKED}`, MASKED)).toBe(
      `TC3-HMAC-SHA256 Credential=AKID${MASKED}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=${signature}`,
    )
  })

  it('give the values computed elsewhere for a reset, with the action signed and without', () => {
    expect(signatureOfV3(reset, 'SECRETEXAMPLE')).toBe(
      '4e0e9332a91b74d5f82e1cb0fba4fb4b666c5bbff24158557ba63de7d663f9d4',
    )
    expect(signatureOfV3(resetWithoutAction, 'SECRETEXAMPLE')).toBe(
      '4daa6ae217de613b19a436dd7eb2a838bd3b24b0abfa1d6d0f6f9d93818e8400',
    )
  })

  it('are dated by UTC, whatever the zone of the machine', () => {
    const lastSecond = { ...published, timestampSeconds: Date.UTC(2019, 1, 25, 23, 59, 59) / 1000 }
    expect(stringToSignV3(lastSecond).split('\n')[2]).toBe('2019-02-25/cvm/tc3_request')
    const nextDay = { ...lastSecond, timestampSeconds: lastSecond.timestampSeconds + 1 }
    expect(stringToSignV3(nextDay).split('\n')[2]).toBe('2019-02-26/cvm/tc3_request')
  })

  it('change with the date and the service, however many calls one signer has signed', () => {
    const sign = createSigner('AKIDEXAMPLE', 'SECRETEXAMPLE')
    const nextDay = { ...reset, timestampSeconds: reset.timestampSeconds + 86_400 }
    const calls = [reset, reset, nextDay, { ...nextDay, service: 'cvm' }, nextDay, reset, withoutAction]
    const anew = calls.map(call => authorizationOf(call, 'AKIDEXAMPLE', 'SECRETEXAMPLE'))
    expect(calls.map(sign)).toEqual(anew)
    expect(new Set(anew).size).toBe(4)
  })

  it('cover the body byte by byte, in UTF-8', () => {
    const signatures = ['{"Group":"组"}', '{"Group":"\\u7ec4"}', '{"Group": "组"}'].map(body =>
      signatureOfV3({ ...reset, body }, 'SECRETEXAMPLE'),
    )
    expect(new Set(signatures).size).toBe(3)
  })
})
