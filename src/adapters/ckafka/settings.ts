// What the adapter is given: where the API is, as whom to call it, and how long to wait. It must never read the environment.

import type { Budgets, Quota } from '../../ports/cluster.ts'
import type { ObservedCall } from '../../ports/events.ts'
import type { SignatureMethod } from './sign-v2.ts'

interface Account {
  /** `https://ckafka.api.qcloud.com` (2.0), `https://ckafka.tencentcloudapi.com` or `…intl.tencentcloudapi.com` (3.0). */
  endpoint: string
  /** `ap-guangzhou` */
  region: string
  secretId: string
  secretKey: string
  /** Of temporary credentials. */
  token?: string
  timeouts?: Partial<CkafkaTimeouts>
}

export interface ConfigV2 extends Account {
  dialect: 'v2'
  signatureMethod: SignatureMethod
  /** `SetGroupOffsets`; the sample of the API's page spells it `SetGroupOffset`. */
  setOffsetsAction: 'SetGroupOffsets' | 'SetGroupOffset'
}

export interface ConfigV3 extends Account {
  dialect: 'v3'
}

export type CkafkaConfig = ConfigV2 | ConfigV3

export interface CkafkaTimeouts {
  connectMs: number
  headersMs: number
  bodyMs: number
  /** One call from start to end; a deadline may make it shorter. */
  callMs: number
}

export interface CkafkaDeps {
  now: () => number
  /** Asked before each call; absent: as many calls as one likes. */
  quota?: Quota
  /** What the quota is held to, so that it can be said how long many writes take; absent: as documented. */
  budgets?: Budgets
  /**
   * After each try, sent or not. `code` is the API's, `http 502`, the network error's, `budget` when the quota did not
   * let it through, or null.
   */
  onCall?: (call: ObservedCall) => void
}

export const DEFAULT_TIMEOUTS: CkafkaTimeouts = {
  connectMs: 3_000,
  headersMs: 15_000,
  bodyMs: 10_000,
  callMs: 20_000,
}
