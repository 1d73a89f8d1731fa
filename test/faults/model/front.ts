// How the product of the model reaches its cluster, what can go wrong there, and how a call that was lost on the way still
// arrives: by the API of CKafka, or by Kafka's own protocol.

import type { Cluster as ClusterPort, ClusterReader } from '../../../src/ports/cluster.ts'
import type { Cluster } from '../../../src/sandbox/cluster/model.ts'

/** `late`: nobody is answered, and it arrives later. `lost`: nor does it arrive. */
export type CallFault =
  | 'doneNoAnswer'
  | 'lost'
  | 'late'
  | 'gatewayDone'
  | 'gatewayNotDone'
  | 'refused'
  | 'throttled'
  | 'notEmpty'
  | 'slow'

/** Of Kafka alone. `onePartition`: it is not written, and says so by its own code; `moved`: other brokers coordinate the groups. */
export type WriteFault = CallFault | 'onePartition' | 'moved'

export type ReadFault = 'group' | 'committed' | 'logs'

export type FrontKind = 'ckafka' | 'kafka'

export interface Front {
  readonly cluster: Cluster
  /** The next call that writes goes wrong like this. */
  failCall(fault: CallFault): void
  failPartition(): void
  moveCoordinators(): void
  failRead(what: ReadFault): void
  /** What each call that met a fault of failCall would do if it arrived, oldest first. */
  faulted(): readonly (() => void)[]
  /** Partitions fail no more. */
  heal(): void
  clearFaults(): void
  /** As the product reads them here: whether the log start is among what it reads. */
  readonly readsLogStart: boolean
  /** One process's own way to the cluster. `onSend`: before a call that writes. */
  open(deps: { now: () => number; onSend: () => void }): Opened
  close(): Promise<void>
}

export interface Opened {
  cluster: ClusterPort
  reader: ClusterReader
  close(): Promise<void>
}
