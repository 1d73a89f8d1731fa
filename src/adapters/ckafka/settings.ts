// What the adapter is given: where the API is, as whom to call it, and how long to wait. It must never read the environment.

import type { SignatureMethod } from './sign-v2.ts'

export interface CkafkaConfig {
  /** `https://ckafka.api.qcloud.com` */
  endpoint: string
  /** `ap-guangzhou` */
  region: string
  secretId: string
  secretKey: string
  /** Of temporary credentials. */
  token?: string
  signatureMethod: SignatureMethod
  /** `SetGroupOffsets`; the sample of the API's page spells it `SetGroupOffset`. */
  setOffsetsAction: string
  timeouts?: Partial<CkafkaTimeouts>
}

export interface CkafkaTimeouts {
  connectMs: number
  headersMs: number
  bodyMs: number
  /** One call from start to end; a mutation's deadline may make it shorter. */
  callMs: number
  /** All pages of one read together. */
  readMs: number
}

export interface CkafkaDeps {
  now: () => number
  /** After each try, sent or not. `code` is the API's, `http 502`, the network error's, or null. */
  onCall?: (call: { action: string; outcome: string; code: string | null; durationMs: number }) => void
}

export const DEFAULT_TIMEOUTS: CkafkaTimeouts = {
  connectMs: 3_000,
  headersMs: 15_000,
  bodyMs: 10_000,
  callMs: 20_000,
  readMs: 60_000,
}
