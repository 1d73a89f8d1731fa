// What an entry says about an API of CKafka: where it is, and by which key or role it is called.

import { CKAFKA_ENDPOINTS, type CkafkaAccount, isOtherApi } from '../config-clusters.ts'
import { type Findings, isHeaderText } from './findings.ts'
import type { CkafkaFile } from './schema.ts'

export function accountOf(file: CkafkaFile, found: Findings): CkafkaAccount | null {
  const at = ['ckafka', 'credentials']
  const { credentials, api: dialect } = file
  const endpoint = file.endpoint ?? CKAFKA_ENDPOINTS[dialect]
  if (isOtherApi(dialect, endpoint)) {
    return found.refuse(['ckafka', 'endpoint'], `is of the other API than ${dialect}`)
  }
  if (dialect === 'v3') {
    for (const key of ['signature-method', 'set-offsets-action'] as const) {
      if (file[key] !== undefined) found.refuse(['ckafka', key], 'is for API 2.0 only: api must be v2')
    }
  }
  const place = {
    dialect,
    endpoint,
    region: file.region,
    signatureMethod: file['signature-method'] ?? 'HmacSHA256',
    setOffsetsAction: file['set-offsets-action'] ?? 'SetGroupOffsets',
  } as const
  const { 'cvm-role': role, 'metadata-url': url, ...keys } = credentials
  if (role !== undefined) {
    if (Object.keys(keys).length > 0) {
      return found.refuse(at, 'has cvm-role and a key: only one of them can be meant')
    }
    found.secrets.push({ what: 'credentials of the role', from: 'metadata service', name: role })
    return { ...place, cvmRole: { role, ...(url === undefined ? {} : { url }) } }
  }
  if (url !== undefined) found.refuse([...at, 'metadata-url'], 'is for cvm-role only')
  const secretId = found.secret(at, keys, 'secret-id')
  const secretKey = found.secret(at, keys, 'secret-key')
  const token = found.secret(at, keys, 'token')
  for (const [what, value] of [
    ['secret-id', secretId],
    ['secret-key', secretKey],
  ]) {
    if (value === undefined) {
      found.refuse(at, `needs ${what}-env or ${what}-file, or cvm-role for a role of the machine instead`)
    }
  }
  for (const [what, value] of Object.entries({ 'secret-id': secretId, 'secret-key': secretKey, token })) {
    if (value && !isHeaderText(value)) {
      found.refuse(at, `names for ${what} what has a blank or a letter in it that no key has`)
    }
  }
  if (!secretId || !secretKey || token === null) return null
  return { ...place, secretId, secretKey, token }
}
