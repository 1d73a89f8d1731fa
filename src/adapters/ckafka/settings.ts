// What the adapter is given: where the API is, as whom to call it, and how long to wait. It must never read the environment.

import type { Budgets, Quota } from '../../ports/cluster.ts'
import type { ObservedCall } from '../../ports/events.ts'
import type { Proxies } from '../../proxy/proxy.ts'
import type { SignatureMethod } from './sign-v2.ts'

export interface Credentials {
  secretId: string
  secretKey: string
  /** Of temporary credentials. */
  token?: string
}

interface Place {
  /** `https://ckafka.api.qcloud.com` (2.0), `https://ckafka.tencentcloudapi.com` or `…intl.tencentcloudapi.com` (3.0). */
  endpoint: string
  /** `ap-guangzhou` */
  region: string
  timeouts?: Partial<CkafkaTimeouts>
}

interface PlaceV2 extends Place {
  dialect: 'v2'
  signatureMethod: SignatureMethod
  /** `SetGroupOffsets`; the sample of the API's page spells it `SetGroupOffset`. */
  setOffsetsAction: 'SetGroupOffsets' | 'SetGroupOffset'
}

interface PlaceV3 extends Place {
  dialect: 'v3'
}

/**
 * Gives those that count now. `refused`: these the API has just refused, so that others are wanted; the same, where there are
 * no others.
 */
export type Lender = (refused?: Credentials) => Promise<Credentials>

/** Of who gives them: it is asked before each call. */
interface Lent {
  credentials: Lender
  secretId?: undefined
}

export interface ConfigV2 extends PlaceV2, Credentials {}
export interface ConfigV3 extends PlaceV3, Credentials {}
export interface LentV2 extends PlaceV2, Lent {}
export interface LentV3 extends PlaceV3, Lent {}

/** With credentials of its own, or with those that somebody gives. */
export type CkafkaConfig = ConfigV2 | ConfigV3 | LentV2 | LentV3

export interface CkafkaTimeouts {
  connectMs: number
  headersMs: number
  bodyMs: number
  /** One call from start to end; a deadline may make it shorter. */
  callMs: number
}

export interface CkafkaDeps {
  now: () => number
  /** On the way to the API; null or absent: none. */
  proxies?: Proxies | null
  /** Asked before each call; absent: as many calls as one likes. */
  quota?: Quota
  /** What the quota is held to, so that it can be said how long many writes take; absent: as documented. */
  budgets?: Budgets
  /**
   * After each try, sent or not. `code` is the API's, `http 502`, the network error's, `budget` when the quota did not
   * let it through, `credentials` when there were none, or null.
   */
  onCall?: (call: ObservedCall) => void
  /** With each answer that says it: how far the API's clock is before ours, to the second. */
  onClock?: (aheadMs: number) => void
}

export const DEFAULT_TIMEOUTS: CkafkaTimeouts = {
  connectMs: 3_000,
  headersMs: 15_000,
  bodyMs: 10_000,
  callMs: 20_000,
}
