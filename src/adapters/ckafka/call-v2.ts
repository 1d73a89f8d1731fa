// How API 2.0 is called: a form or a query, signed, and the envelope that answers it. Sources are at the signature and
// at the codes.

import { type Api, createApi, type Dialect, type Effect } from './call.ts'
import { verdictOf } from './codes-v2.ts'
import { readEnvelope } from './envelope-v2.ts'
import type { HttpRequest } from './http.ts'
import { refusedHere } from './last-look.ts'
import type { CkafkaDeps, ConfigV2, LentV2 } from './settings.ts'
import { createNonceSource, signatureOf } from './sign-v2.ts'

export type ParamsV2 = Readonly<Record<string, string>>

const PATH = '/v2/index.php'
const LONGEST_READ_QUERY = 4_000
/** Servers commonly refuse a request line beyond 8 KB. */
const LONGEST_QUERY = 7_500

export function createApiV2(config: ConfigV2 | LentV2, deps: CkafkaDeps): Api<ParamsV2> {
  const endpoint = new URL(PATH, config.endpoint)
  const nextNonce = createNonceSource()

  const dialect: Dialect<ParamsV2> = {
    sign(effect, action, params, nowMs, { secretId, secretKey, token }) {
      const unsigned: ParamsV2 = {
        ...params,
        Action: action,
        Region: config.region,
        Timestamp: String(Math.floor(nowMs / 1000)),
        Nonce: nextNonce(),
        SecretId: secretId,
        SignatureMethod: config.signatureMethod,
        ...(token ? { Token: token } : {}),
      }
      const method = methodFor(effect, unsigned)
      const call = { method, host: endpoint.host, path: endpoint.pathname, params: unsigned }
      const form = formOf({
        ...unsigned,
        Signature: signatureOf(call, secretKey, config.signatureMethod),
      })
      if (method === 'POST') return postOf(endpoint, form)
      return form.length > LONGEST_QUERY
        ? refusedHere('The call is too long for a name or value that begins with @. Name fewer topics.')
        : { method, url: `${endpoint.href}?${form}` }
    },

    read(body) {
      const read = readEnvelope(body)
      if (!read.ok) return read
      const { code, moduleCode, ...rest } = read.value
      const shownCode = moduleCode === null ? `${code}` : `${code}/${moduleCode}`
      const verdict = verdictOf(code, moduleCode)
      return { ok: true, value: { ...rest, code: shownCode, verdict, requestId: null } }
    },
  }
  return createApi(dialect, config, deps)
}

/**
 * Mutations go by POST, since anything between may repeat a GET by itself. But a value that begins with @ goes by GET:
 * with POST the API's own libraries leave it out of the signature (an old rule for files), so that it might not hold.
 */
function methodFor(effect: Effect, params: ParamsV2): 'GET' | 'POST' {
  if (Object.values(params).some(value => value.startsWith('@'))) return 'GET'
  if (effect === 'mutation') return 'POST'
  return formOf(params).length > LONGEST_READ_QUERY ? 'POST' : 'GET'
}

function postOf(endpoint: URL, form: string): HttpRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', url: endpoint.href, headers, body: form }
}

function formOf(params: ParamsV2): string {
  return Object.entries(params)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&')
}

/** RFC 3986: the five characters that encodeURIComponent leaves are encoded too. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
