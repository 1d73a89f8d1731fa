// What the adapter is given: where the cluster is, as whom to speak to it, and how long to wait. It must never read the
// environment or a file.

/** Of Node's TLS; all of them PEM. */
export interface KafkaTls {
  /** Instead of the authorities that Node knows. */
  ca?: string
  /** The client's own certificate, with its key. */
  cert?: string
  key?: string
  passphrase?: string
  /** What every broker's certificate has to be for; absent: the host that is connected to. */
  servername?: string
}

export type KafkaSasl =
  | { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string }
  /** Asked for at each new connection, so that it can be renewed. */
  | { mechanism: 'OAUTHBEARER'; token: () => Promise<string> }

export interface KafkaSettings {
  /** What requests and policies call this cluster: the instance id of every Target. */
  id: string
  /** What people read. */
  name: string
  /** `host:port`, asked in this order, the next beside one that is silent; the cluster itself says where its brokers are. */
  bootstrap: readonly string[]
  tls?: KafkaTls
  sasl?: KafkaSasl
  /** How the brokers' own logs name us. */
  clientId?: string
  timeouts?: Partial<KafkaTimeouts>
}

export interface KafkaTimeouts {
  /** Until a connection is open and its handshakes are done. */
  connectMs: number
  /** One call from start to end; a deadline may make it shorter. */
  callMs: number
  /** A connection that nobody has used for so long is closed. */
  idleMs: number
}

export const DEFAULT_TIMEOUTS: KafkaTimeouts = { connectMs: 5_000, callMs: 15_000, idleMs: 60_000 }
export const CLIENT_ID = 'rewind'

/** One try of one call. `code` is Kafka's name of an error, a network error's, or null; `bytes` of the request. */
export interface KafkaCall {
  api: string
  version: number
  outcome: 'answered' | 'refused' | 'notSent' | 'unknown'
  code: string | null
  durationMs: number
  bytes: number
}

export interface KafkaDeps {
  now: () => number
  onCall?: (call: KafkaCall) => void
  /** Each time that a broker says which cluster it is of. */
  onClusterId?: (clusterId: string) => void
}
