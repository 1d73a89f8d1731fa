// How API 3.0 is called: a signed POST with a JSON body, and the envelope that answers it. Sources are at the signature
// and at the codes.

import { stringify } from 'lossless-json'
import { type Api, createApi, type Dialect } from './call.ts'
import { readEnvelopeV3 } from './envelope-v3.ts'
import type { CkafkaDeps, ConfigV3, Credentials, LentV3 } from './settings.ts'
import { createSigner } from './sign-v3.ts'

/** Whole numbers may be bigint: they are printed with every digit. */
type ValueV3 = string | number | bigint | readonly ValueV3[] | ParamsV3
export interface ParamsV3 {
  readonly [name: string]: ValueV3
}

const SERVICE = 'ckafka'
const VERSION = '2019-08-19'
const CONTENT_TYPE = 'application/json; charset=utf-8'

export function createApiV3(config: ConfigV3 | LentV3, deps: CkafkaDeps): Api<ParamsV3> {
  const endpoint = new URL('/', config.endpoint)
  const signerOf = keepSigner()

  const dialect: Dialect<ParamsV3> = {
    sign(_effect, action, params, nowMs, credentials) {
      const body = stringify(params) ?? '{}'
      const timestampSeconds = Math.floor(nowMs / 1000)
      const { host } = endpoint
      const call = { service: SERVICE, host, contentType: CONTENT_TYPE, action, body, timestampSeconds }
      const headers = {
        'content-type': CONTENT_TYPE,
        authorization: signerOf(credentials)(call),
        'x-tc-action': action,
        'x-tc-version': VERSION,
        'x-tc-timestamp': String(timestampSeconds),
        'x-tc-region': config.region,
        ...(credentials.token ? { 'x-tc-token': credentials.token } : {}),
      }
      return { method: 'POST', url: endpoint.href, headers, body }
    },
    read: readEnvelopeV3,
  }
  return createApi(dialect, config, deps)
}

/** The one of the credentials that count now. */
function keepSigner() {
  let kept: { credentials: Credentials; signer: ReturnType<typeof createSigner> } | undefined
  return (credentials: Credentials) => {
    if (kept?.credentials !== credentials) {
      kept = { credentials, signer: createSigner(credentials.secretId, credentials.secretKey) }
    }
    return kept.signer
  }
}
