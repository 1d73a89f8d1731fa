// The clusters that one Rewind serves, as the settings or the file of clusters name them. Types and the entry that the
// settings make; what the file may hold is in clusters-file/.

import type { KafkaSettings } from './adapters/kafka/settings.ts'

/** How an API of CKafka is reached, but for the credentials. */
export interface CkafkaPlace {
  dialect: 'v2' | 'v3'
  endpoint: string
  region: string
  signatureMethod: 'HmacSHA256' | 'HmacSHA1'
  setOffsetsAction: 'SetGroupOffsets' | 'SetGroupOffset'
}

export interface CkafkaSettings extends CkafkaPlace {
  secretId: string
  secretKey: string
  token: string | undefined
}

/** With what the metadata service of the machine gives for a role that is bound to it. */
export interface CkafkaOfRole extends CkafkaPlace {
  cvmRole: {
    role: string
    /** Of the metadata service; absent: Tencent's. */
    url?: string
  }
  secretId?: undefined
}

export type CkafkaAccount = CkafkaSettings | CkafkaOfRole

/** Where a secret is, and never what it is. */
export interface SecretPlace {
  from: 'variable' | 'file' | 'metadata service'
  name: string
}

/** Of what is shown to each side of a cluster, for who is told that it is refused. */
export interface KeyPlaces {
  ckafka?: readonly SecretPlace[]
  kafka?: readonly SecretPlace[]
}

/** `id` and `name` are the file's. Of a `both` the id is the instance's; of a `kafka` it is what requests call the cluster. */
export type ClusterEntry = { keys?: KeyPlaces } & (
  | {
      kind: 'ckafka'
      id: string
      name: string
      /** Those alone may be reset, and are offered; null: all of the account in the region. */
      instances: readonly string[] | null
      /** What people read, by instance; others have the name that CKafka knows. */
      instanceNames: Readonly<Record<string, string>>
      ckafka: CkafkaAccount
    }
  | { kind: 'kafka'; id: string; name: string; kafka: KafkaSettings }
  | { kind: 'both'; id: string; name: string; kafka: KafkaSettings; ckafka: CkafkaAccount }
)

/** Of the mainland; the international host is a setting. */
export const CKAFKA_ENDPOINTS = {
  v3: 'https://ckafka.tencentcloudapi.com',
  v2: 'https://ckafka.api.qcloud.com',
} as const

/** Whether the address is that of the other API. */
export function isOtherApi(dialect: 'v2' | 'v3', endpoint: string): boolean {
  return new URL(endpoint).hostname.endsWith(dialect === 'v3' ? '.api.qcloud.com' : '.tencentcloudapi.com')
}

/** The one entry of who has no file of clusters. */
export function clusterOfSettings(
  ckafka: CkafkaSettings,
  instances: readonly { id: string; name: string }[],
): ClusterEntry {
  return {
    kind: 'ckafka',
    id: 'ckafka',
    name: 'CKafka',
    instances: instances.length === 0 ? null : instances.map(({ id }) => id),
    instanceNames: Object.fromEntries(instances.map(({ id, name }) => [id, name])),
    ckafka,
    keys: {
      ckafka: ['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY'].map(each => ({
        from: 'variable',
        name: each,
      })),
    },
  }
}
