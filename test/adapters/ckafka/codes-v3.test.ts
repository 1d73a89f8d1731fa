// What each code of API 3.0 proves. A code that the documentation does not call harmless must never be taken for it.

import { describe, expect, it } from 'vitest'
import { verdictOfReturn, verdictOfV3 } from '../../../src/adapters/ckafka/codes-v3.ts'
import { causeOf } from '../../../src/request/cause.ts'

describe('error codes', () => {
  it.each([
    ['AuthFailure', 'credentials'],
    ['AuthFailure.InvalidAuthorization', 'credentials'],
    ['AuthFailure.InvalidSecretId', 'credentials'],
    ['AuthFailure.SecretIdNotFound', 'credentials'],
    ['AuthFailure.SignatureFailure', 'credentials'],
    ['AuthFailure.TokenFailure', 'credentials'],
    ['AuthFailure.MFAFailure', 'notAllowed'],
    ['AuthFailure.UnauthorizedOperation', 'notAllowed'],
    ['AuthFailure.SignatureExpire', 'clock'],
    ['UnauthorizedOperation', 'notAllowed'],
    ['UnauthorizedOperation.CamNoAuth', 'notAllowed'],
    ['OperationDenied.ResourceTaskPaused', 'notAllowed'],
    ['InvalidParameter', 'badRequest'],
    ['InvalidParameterValue', 'badRequest'],
    ['InvalidParameterValue.RepetitionValue', 'badRequest'],
    ['InvalidParameterValue.InstanceNotExist', 'instanceMissing'],
    ['InvalidParameterValue.WrongAction', 'unknownAction'],
    ['MissingParameter', 'badRequest'],
    ['UnknownParameter', 'badRequest'],
    ['UnsupportedRegion', 'badRequest'],
    ['UnsupportedOperation.OssReject', 'other'],
    ['InvalidAction', 'unknownAction'],
    ['ActionOffline', 'unknownAction'],
    ['NoSuchVersion', 'unknownAction'],
    ['ResourceNotFound', 'instanceMissing'],
    ['LimitExceeded.RouteOverLimit', 'quota'],
  ])('%s: refused, %s', (code, reason) => {
    expect(verdictOfV3(code, 'm')).toEqual({ kind: 'refused', reason })
  })

  it.each(['RequestLimitExceeded', 'RequestLimitExceeded.UinLimitExceeded'])(
    '%s: not executed, so it may be tried again after a pause',
    code => {
      expect(verdictOfV3(code, 'm')).toEqual({
        kind: 'notSent',
        cause: causeOf('tooManyCalls', code),
        retryAfterMs: 1_000,
      })
    },
  )

  it.each([
    'FailedOperation',
    'FailedOperation.Something',
    'InternalError',
    'ResourceUnavailable',
    'ResourceInUse',
    'ResourceInsufficient',
    'DryRunOperation',
    'Anything.New',
    'invalidparameter',
    'constructor',
    'AuthFailures',
    '',
  ])('%s: nobody knows how far it got', code => {
    expect(verdictOfV3(code, 'm')).toEqual({ kind: 'unknown' })
  })
})

describe('a group with members, for which no code is documented', () => {
  const refused = { kind: 'refused', reason: 'groupNotEmpty' }

  it.each([
    'group is not empty, reset offset refused',
    'The consumer group g is not empty, so its offsets can not be reset',
    'Group must be empty before resetting',
    '(1049)reset refused',
    '[1049] reset refused',
    'NON_EMPTY_GROUP',
    'org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.',
    'the group still has 3 active members',
    'the group has consumers',
    'consumers are still online',
    '消费分组不为空，无法重置',
    '该消费组存在在线的消费者',
  ])('is told from the message: %s', message => {
    expect(verdictOfV3('FailedOperation', message)).toEqual(refused)
    expect(verdictOfV3('InvalidParameter', message)).toEqual(refused)
    expect(verdictOfReturn('-1', message)).toEqual(refused)
  })

  it.each([
    'failed',
    'the group has no members',
    'Group must not be empty',
    'parameter Group should be not empty',
    'Group cannot be empty',
    '消费组名称不能为空',
    '没有消费者',
    'the backend has an error for this client',
    'request 10490 failed',
  ])('is not read into another message: %s', message => {
    expect(verdictOfV3('FailedOperation', message)).toEqual({ kind: 'unknown' })
    expect(verdictOfV3('InvalidParameter', message)).toEqual({ kind: 'refused', reason: 'badRequest' })
  })

  it('is not read into an error that may come after the work', () => {
    expect(verdictOfV3('InternalError', 'the group is not empty')).toEqual({ kind: 'unknown' })
  })
})

describe('codes inside a result', () => {
  it.each(['0', 'OK', 'ok'])('%s is a success', code => {
    expect(verdictOfReturn(code, '')).toEqual({ kind: 'succeeded' })
  })

  it.each(['-1', '1', '', 'Failed', '25'])('%s proves nothing', code => {
    expect(verdictOfReturn(code, '')).toEqual({ kind: 'unknown' })
  })
})
