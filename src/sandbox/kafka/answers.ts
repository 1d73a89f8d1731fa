// Owns what an answer is made from: who asks whom, and what is asked. Each call has one function that answers it.

import type { Cluster } from '../cluster/model.ts'
import type { RightsHere } from './rights.ts'
import type { Topology } from './topology.ts'
import type { ApiName, RequestOf, ResponseOf } from './wire/messages.ts'

export interface Asked {
  version: number
  /** The broker that was asked. */
  nodeId: number
  /** Of each broker, as whoever asks here is to find it. */
  portOf(nodeId: number): number
  /** `pretend`: answer as if, and change nothing. */
  effect: 'apply' | 'pretend'
}

export type Answering<Name extends ApiName> = (request: RequestOf<Name>, asked: Asked) => ResponseOf<Name>

/** What all of them know. */
export interface Behind {
  cluster: Cluster
  /** Which of its instances speaks here. */
  instance: string
  topology: Topology
  /** What whoever asks may do. */
  rights: RightsHere
  /** What the offsets topic takes in one batch, and the code for what it does not. */
  largestCommit: { bytes: number; code: number }
}

/** Where every broker is found. */
export const HOST = '127.0.0.1'
/** Kafka's own topic of commits, which it calls internal. */
export const OFFSETS_TOPIC = '__consumer_offsets'
