// Owns putting a CKafka simulator together: a model, the dialects it speaks, its faults, and its stop.
// It must never be reachable from another machine.

import { createFaultQueue } from '../cluster/fault-queue.ts'
import { type Cluster, type ClusterRules, type ClusterSeed, createCluster } from '../cluster/model.ts'
import { demoSeed } from '../cluster/seed.ts'
import { type BehaviourV2, pageBehaviour } from './actions-v2.ts'
import { type BehaviourV3, pageBehaviourV3 } from './actions-v3.ts'
import type { CkafkaFault } from './faults.ts'
import { createDialectV2, pathV2 } from './http-v2.ts'
import { createDialectV3, pathV3 } from './http-v3.ts'
import { type CkafkaCall, startServer } from './server.ts'

export interface CkafkaSimulatorOptions {
  /** 0 or absent: any free port. Always on 127.0.0.1. */
  port?: number
  secretId: string
  secretKey: string
  /** Given: temporary credentials; every call, in either dialect, must carry it. */
  token?: string
  /** Absent: the demo's cluster. */
  seed?: ClusterSeed
  rules?: Partial<ClusterRules>
  behaviour?: Partial<BehaviourV2>
  behaviourV3?: Partial<BehaviourV3>
  /** The host that callers sign with; absent: the Host header they send. */
  signedHost?: string
  now?: () => number
}

export interface CkafkaSimulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Where API 2.0 is spoken: `<url>/v2/index.php`. */
  readonly urlV2: string
  /** Where API 3.0 is spoken, by POST: `<url>/`. */
  readonly urlV3: string
  readonly cluster: Cluster
  /** Of API 2.0. May be changed at any time. */
  readonly behaviour: BehaviourV2
  /** Of API 3.0. May be changed at any time. */
  readonly behaviourV3: BehaviourV3
  /** Every call received, oldest first, of one action or of all. */
  calls(action?: string): CkafkaCall[]
  /** The next `times` (default 1) calls of the action, or of any with `*`, go wrong like this. First in, first out. */
  inject(action: string, fault: CkafkaFault, times?: number): void
  clearFaults(): void
  /** The next calls of the action are answered with exactly these bytes; by default the work is done first. */
  pinAnswer(action: string, body: string, options?: { work?: 'done' | 'not-done'; times?: number }): void
  /** After the cluster changed or a call was answered. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

export async function startCkafkaSimulator(options: CkafkaSimulatorOptions): Promise<CkafkaSimulator> {
  const now = options.now ?? Date.now
  const { port = 0, secretId, secretKey, token, signedHost, seed = demoSeed(now()), rules = {} } = options
  const cluster = createCluster(seed, { now, rules })
  const behaviour = { ...pageBehaviour, ...options.behaviour }
  const behaviourV3 = { ...pageBehaviourV3, ...options.behaviourV3 }
  const faults = createFaultQueue<CkafkaFault>()
  const listeners = new Set<() => void>()
  const announce = () => {
    for (const listener of listeners) listener()
  }
  cluster.onChange(announce)

  const callers = {
    cluster,
    secretId,
    secretKey,
    ...(token !== undefined && { token }),
    ...(signedHost !== undefined && { signedHost }),
    now,
  }
  const dialects = [
    createDialectV2({ ...callers, behaviour }),
    createDialectV3({ ...callers, behaviour: behaviourV3 }),
  ]
  const server = await startServer({ port, dialects, faults, now, onCall: announce })
  const url = `http://127.0.0.1:${server.port}`

  return {
    url,
    urlV2: `${url}${pathV2}`,
    urlV3: `${url}${pathV3}`,
    cluster,
    behaviour,
    behaviourV3,
    calls: server.calls,
    inject: faults.inject,
    clearFaults: faults.clear,
    pinAnswer(action, body, { work = 'done', times = 1 } = {}) {
      faults.inject(action, { kind: 'pinned', body, afterDoingIt: work === 'done' }, times)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: server.close,
  }
}
