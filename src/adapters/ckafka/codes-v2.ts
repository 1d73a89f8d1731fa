// What each error code of API 2.0 proves about the call it answers. It must never call a code harmless that the
// documentation does not: such a code is `unknown`. Source: https://cloud.tencent.com/document/api/597/10090

import type { RefusalReason } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { Verdict } from './call.ts'

/** The quota is counted per minute (100 calls). */
const QUOTA_WINDOW_MS = 60_000
const MAINTENANCE_PAUSE_MS = 60_000

/** `moduleCode`: CKafka's own code, in parentheses before the message. */
export function verdictOf(code: number, moduleCode: number | null): Verdict {
  switch (code) {
    case 0:
      return { kind: 'succeeded' }
    case 5400:
      return { kind: 'partly' }
    case 4000:
      return { kind: 'refused', reason: moduleReason(moduleCode) ?? 'badRequest' }
    case 4100:
    case 4104:
    case 4105:
      return { kind: 'refused', reason: 'credentials' }
    case 4101:
    case 4102:
    case 4103:
    case 4106:
    case 4110:
    case 4300:
      return { kind: 'refused', reason: 'notAllowed' }
    case 4400:
      return { kind: 'notSent', cause: causeOf('tooManyCalls', '4400'), retryAfterMs: QUOTA_WINDOW_MS }
    case 4500:
      return { kind: 'replayed' }
    case 4600:
      return { kind: 'refused', reason: 'badRequest' }
    case 5000:
      return { kind: 'refused', reason: 'instanceMissing' }
    case 6100:
      return { kind: 'refused', reason: 'unknownAction' }
    case 6200:
      return {
        kind: 'notSent',
        cause: causeOf('maintenance', '6200'),
        retryAfterMs: MAINTENANCE_PAUSE_MS,
      }
    // 5100 (operation failed) and 6000 (internal error) say nothing about how far the call got.
    default:
      return { kind: 'unknown' }
  }
}

function moduleReason(moduleCode: number | null): RefusalReason | undefined {
  switch (moduleCode) {
    case 1049:
      return 'groupNotEmpty'
    case 9001:
      return 'unknownAction'
    case 10006:
      return 'instanceMissing'
    case 10012:
    case 10016:
      return 'topicMissing'
    case 10013:
    case 10024:
      return 'notAllowed'
    case 10018:
      return 'quota'
    default:
      return undefined
  }
}
