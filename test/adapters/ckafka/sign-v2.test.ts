// The signature against published and independently computed values, and the nonce.

import { describe, expect, it } from 'vitest'
import {
  createNonceSource,
  type Signable,
  signatureOf,
  stringToSign,
} from '../../../src/adapters/ckafka/sign-v2.ts'

// Unit test of the API's official Python library: QcloudApi/qcloudapi-sdk-python, tests/unit/common/test_sign.py.
const official = {
  host: 'cvm.api.qcloud.com',
  path: '/v2/index.php',
  params: {
    Action: 'DescribeInstances',
    Nonce: '1290303896666895346',
    Region: 'ap-guangzhou',
    SecretId: 'secretIdFoo',
    Timestamp: '1512393162',
    Version: '2017-03-12',
  },
}

const reset = {
  host: 'ckafka.api.qcloud.com',
  path: '/v2/index.php',
  params: {
    'topics.1': 'topic-b',
    'topics.0': 'topic_a',
    timestamp: '-2',
    strategy: '1',
    instanceId: 'ckafka-xxooa0',
    group: 'test-group',
    Timestamp: '1465185768',
    SecretId: 'AKIDEXAMPLE',
    Region: 'ap-guangzhou',
    Nonce: '11886',
    Action: 'SetGroupOffsets',
  },
}

const signing = (
  call: typeof official | typeof reset,
  more: Record<string, string>,
  method: Signable['method'],
) => ({
  ...call,
  method,
  params: { ...call.params, ...more },
})

describe('signatures of API 2.0', () => {
  it.each([
    ['POST', 'HmacSHA1', 'p3n+pxBqF5JGZtDSxoVn5tGngf0='],
    ['GET', 'HmacSHA1', '5HAq1BOKNLEE2/uauWnp6Zv9Z3c='],
    ['POST', 'HmacSHA256', 'B2T37FRSP6Fk0/q/cdfrTE0p3zX5ooB/2BPWZUFpsj4='],
  ] as const)('gives the official library’s value for %s and %s', (method, signatureMethod, expected) => {
    const call = signing(official, { SignatureMethod: signatureMethod }, method)
    expect(signatureOf(call, 'secretKeyBar', signatureMethod)).toBe(expected)
  })

  it.each([
    ['GET', 'HmacSHA256', 'lAvm/syc1YvLkQs7Z2r3ftQPYPBQrG/Z5O2siSCzImQ='],
    ['GET', 'HmacSHA1', 'E3CNzIYv+4XvCGyNLK6IlPRy6DI='],
    ['POST', 'HmacSHA256', '4pyX2cFXaNkTkn9EoeYhQMLCdRb51TbwPyV/al4ORG8='],
    ['POST', 'HmacSHA1', 'tbw3g1anqI3fPJQ7noMWLnQF6FM='],
  ] as const)(
    'gives the independently computed value of a reset for %s and %s',
    (method, signatureMethod, expected) => {
      const call = signing(reset, { SignatureMethod: signatureMethod }, method)
      expect(signatureOf(call, 'SECRETEXAMPLE', signatureMethod)).toBe(expected)
    },
  )

  it('means SHA-1 when the call does not name a method', () => {
    expect(signatureOf(signing(reset, {}, 'GET'), 'SECRETEXAMPLE', 'HmacSHA1')).toBe(
      'EWyrK1rr2B6UtuRdLNNouInFd1U=',
    )
    expect(signatureOf(signing(reset, {}, 'POST'), 'SECRETEXAMPLE', 'HmacSHA1')).toBe(
      '6iQ35hFZDJITXB9+h5Tq9GAXBKc=',
    )
  })

  it('signs the name of the action', () => {
    const call = signing(reset, { Action: 'SetGroupOffset', SignatureMethod: 'HmacSHA256' }, 'GET')
    expect(signatureOf(call, 'SECRETEXAMPLE', 'HmacSHA256')).toBe(
      'WbeKxEyaTSTicoUpjMNP8QhRIwekaA0ljEBxgzK9c5c=',
    )
  })

  it('signs raw values in ASCII order of the names, topics.10 before topics.2', () => {
    const { 'topics.0': _a, 'topics.1': _b, ...rest } = reset.params
    const topics = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`topics.${index}`, `t${index}`]),
    )
    const params = { ...rest, ...topics, Token: 'tok/+=', group: '组 a&b=c+d', SignatureMethod: 'HmacSHA256' }
    expect(signatureOf({ ...reset, method: 'POST', params }, 'SECRETEXAMPLE', 'HmacSHA256')).toBe(
      'e8hz9W3efri8/qo4Qhz/4SfhE9uImTWvv9zsUyu3EQM=',
    )
  })

  it('signs a text without scheme, and replaces an underscore in names only', () => {
    expect(
      stringToSign({ method: 'GET', host: 'h', path: '/p', params: { b_c: 'x_y', B: '1', a: '2' } }),
    ).toBe('GETh/p?B=1&a=2&b.c=x_y')
  })
})

describe('nonces', () => {
  it('are positive integers from a wide range', () => {
    const next = createNonceSource()
    const nonces = Array.from({ length: 200 }, next)
    expect(nonces.every(nonce => /^[1-9]\d{0,14}$/.test(nonce))).toBe(true)
    expect(nonces.some(nonce => Number(nonce) > 2 ** 32)).toBe(true)
  })

  it('never come twice in a row, whatever chance says', () => {
    const lowest = createNonceSource(() => 0)
    expect([lowest(), lowest(), lowest()]).toEqual(['1', '2', '1'])
    const highest = createNonceSource(max => max - 1)
    const [first, second] = [highest(), highest()]
    expect(first).toBe(String(2 ** 48 - 2))
    expect(second).toBe('1')
  })
})
