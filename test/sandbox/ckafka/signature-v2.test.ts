// The published and self-made vectors that the simulator's signature check must agree with.

import { describe, expect, it } from 'vitest'
import { isSignedBy, signatureOf, signedText } from '../../../src/sandbox/ckafka/signature-v2.ts'

const sdk = (method: string, SignatureMethod: string) =>
  signatureOf(
    {
      method,
      host: 'cvm.api.qcloud.com',
      path: '/v2/index.php',
      params: {
        Version: '2017-03-12',
        Timestamp: '1512393162',
        SignatureMethod,
        SecretId: 'secretIdFoo',
        Region: 'ap-guangzhou',
        Nonce: '1290303896666895346',
        Action: 'DescribeInstances',
      },
    },
    'secretKeyBar',
  )

const common = {
  Nonce: '11886',
  Region: 'ap-guangzhou',
  SecretId: 'AKIDEXAMPLE',
  Timestamp: '1465185768',
}
const reset = {
  ...common,
  'topics.1': 'topic-b',
  'topics.0': 'topic_a',
  timestamp: '-2',
  strategy: '1',
  instanceId: 'ckafka-xxooa0',
  group: 'test-group',
}
const ckafka = (method: string, params: Record<string, string>) => ({
  method,
  host: 'ckafka.api.qcloud.com',
  path: '/v2/index.php',
  params,
})
const signed = (method: string, params: Record<string, string>) =>
  signatureOf(ckafka(method, params), 'SECRETEXAMPLE')

describe('API 2.0 signatures', () => {
  it('agree with the unit test of the official SDK', () => {
    expect(sdk('POST', 'HmacSHA1')).toBe('p3n+pxBqF5JGZtDSxoVn5tGngf0=')
    expect(sdk('GET', 'HmacSHA1')).toBe('5HAq1BOKNLEE2/uauWnp6Zv9Z3c=')
    expect(sdk('POST', 'HmacSHA256')).toBe('B2T37FRSP6Fk0/q/cdfrTE0p3zX5ooB/2BPWZUFpsj4=')
  })

  it.each([
    ['GET', 'HmacSHA256', 'lAvm/syc1YvLkQs7Z2r3ftQPYPBQrG/Z5O2siSCzImQ='],
    ['GET', 'HmacSHA1', 'E3CNzIYv+4XvCGyNLK6IlPRy6DI='],
    ['GET', undefined, 'EWyrK1rr2B6UtuRdLNNouInFd1U='],
    ['POST', 'HmacSHA256', '4pyX2cFXaNkTkn9EoeYhQMLCdRb51TbwPyV/al4ORG8='],
    ['POST', 'HmacSHA1', 'tbw3g1anqI3fPJQ7noMWLnQF6FM='],
    ['POST', undefined, '6iQ35hFZDJITXB9+h5Tq9GAXBKc='],
  ])('agree with the reset vector: %s, %s', (method, SignatureMethod, expected) => {
    const params = { Action: 'SetGroupOffsets', ...reset, ...(SignatureMethod && { SignatureMethod }) }
    expect(signed(method, params)).toBe(expected)
  })

  it('cover the action name', () => {
    const params = { Action: 'SetGroupOffset', ...reset, SignatureMethod: 'HmacSHA256' }
    expect(signed('GET', params)).toBe('WbeKxEyaTSTicoUpjMNP8QhRIwekaA0ljEBxgzK9c5c=')
  })

  it('take names in ASCII order and values raw', () => {
    const topics = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`topics.${index}`, `t${index}`]),
    )
    const params = {
      Action: 'SetGroupOffsets',
      ...common,
      SignatureMethod: 'HmacSHA256',
      Token: 'tok/+=',
      group: '组 a&b=c+d',
      instanceId: 'ckafka-xxooa0',
      strategy: '1',
      timestamp: '-2',
      ...topics,
    }
    expect(signedText(ckafka('POST', params))).toContain(
      'topics.1=t1&topics.10=t10&topics.11=t11&topics.2=t2',
    )
    expect(signed('POST', params)).toBe('e8hz9W3efri8/qo4Qhz/4SfhE9uImTWvv9zsUyu3EQM=')
  })

  it('are refused when any value, the key or the method differs', () => {
    const params = { Action: 'SetGroupOffsets', ...reset }
    const sent = { ...params, Signature: signed('POST', params) }
    expect(isSignedBy(ckafka('POST', sent), 'SECRETEXAMPLE')).toBe(true)
    expect(isSignedBy(ckafka('POST', { ...sent, timestamp: '-1' }), 'SECRETEXAMPLE')).toBe(false)
    expect(isSignedBy(ckafka('GET', sent), 'SECRETEXAMPLE')).toBe(false)
    expect(isSignedBy(ckafka('POST', sent), 'ANOTHERKEY')).toBe(false)
    expect(isSignedBy(ckafka('POST', params), 'SECRETEXAMPLE')).toBe(false)
  })
})
