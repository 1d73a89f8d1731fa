// What each error code of API 3.0 proves about the call it answers. It must never call a code harmless that the
// documentation does not: such a code is `unknown`.
// Sources: https://www.tencentcloud.com/document/product/597/35370; the code lists of the API's own Go library.

import type { RefusalReason } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { Verdict } from './call.ts'

/** The limits of API 3.0 are counted per second. */
const RATE_WINDOW_MS = 1_000

const REFUSED: ReadonlyMap<string, RefusalReason> = new Map([
  ['AuthFailure', 'credentials'],
  ['AuthFailure.MFAFailure', 'notAllowed'],
  ['AuthFailure.SignatureExpire', 'clock'],
  ['AuthFailure.UnauthorizedOperation', 'notAllowed'],
  ['UnauthorizedOperation', 'notAllowed'],
  ['OperationDenied', 'notAllowed'],
  ['InvalidParameter', 'badRequest'],
  ['InvalidParameterValue', 'badRequest'],
  ['InvalidParameterValue.InstanceNotExist', 'instanceMissing'],
  ['InvalidParameterValue.WrongAction', 'unknownAction'],
  ['MissingParameter', 'badRequest'],
  ['UnknownParameter', 'badRequest'],
  ['UnsupportedRegion', 'badRequest'],
  ['UnsupportedProtocol', 'badRequest'],
  ['UnsupportedOperation', 'other'],
  ['InvalidAction', 'unknownAction'],
  ['ActionOffline', 'unknownAction'],
  ['NoSuchVersion', 'unknownAction'],
  ['ResourceNotFound', 'instanceMissing'],
  ['LimitExceeded', 'quota'],
])

/** `code` is like `InvalidParameterValue.InstanceNotExist`; a kind of an error that is not listed counts as its family. */
export function verdictOfV3(code: string, message: string): Verdict {
  const family = code.split('.')[0] ?? ''
  if (family === 'RequestLimitExceeded') {
    return {
      kind: 'notSent',
      cause: causeOf('tooManyCalls', code.slice(0, 100)),
      retryAfterMs: RATE_WINDOW_MS,
    }
  }
  if (MAY_MEAN_MEMBERS.has(family) && saysGroupNotEmpty(message)) {
    return { kind: 'refused', reason: 'groupNotEmpty' }
  }
  const reason = REFUSED.get(code) ?? REFUSED.get(family)
  // Among the rest are FailedOperation, InternalError and ResourceUnavailable, which say nothing about how far it got.
  return reason === undefined ? { kind: 'unknown' } : { kind: 'refused', reason }
}

/** Some actions answer with a code inside their result: 0 or, in one sample, OK for success. */
export function verdictOfReturn(returnCode: string, message: string): Verdict {
  if (returnCode === '0' || returnCode.toUpperCase() === 'OK') return { kind: 'succeeded' }
  return saysGroupNotEmpty(message) ? { kind: 'refused', reason: 'groupNotEmpty' } : { kind: 'unknown' }
}

const MAY_MEAN_MEMBERS = new Set([
  'FailedOperation',
  'InvalidParameter',
  'InvalidParameterValue',
  'OperationDenied',
  'ResourceInUse',
  'UnsupportedOperation',
])

/**
 * No documented code of API 3.0 means that the group has members, and no message is documented either; so the words are
 * matched generously, in both languages of the API, with 2.0's code for it (1049) and Kafka's (68) by name.
 */
const NOT_EMPTY = [
  /\b1049\b/,
  /NON[ _-]?EMPTY[ _-]?GROUP/i,
  /\bgroup\b.*\b(?:not|isn't|non)[ _-]?empty\b/i,
  /\bgroup\b.*\b(?:must|should|has to|needs to) be empty\b/i,
  /\b(?:has|have|with|still)\s+(?:(?:\d+|any|some|active|online|live|running|connected)\s+){0,2}(?:members?|consumers?)\b/i,
  /\b(?:members?|consumers?)\s+(?:is|are)\s+(?:still\s+)?(?:active|online|alive|running|connected)\b/i,
  /消费.*(?:非空|不为空|不是空)|消费者.*(?:在线|活跃|未停止)|(?:存在|还有|仍有)(?:在线|活跃)?的?(?:消费者|成员)/,
]
/** "The group must not be empty" speaks of a missing name. */
const ABOUT_A_VALUE =
  /\b(?:(?:must|should|shall|may) not|can ?not|can't) be empty\b|\bbe (?:not|non)[ -]?empty\b|不能为空/i

function saysGroupNotEmpty(message: string): boolean {
  return !ABOUT_A_VALUE.test(message) && NOT_EMPTY.some(words => words.test(message))
}
