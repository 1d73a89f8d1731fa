// The Cluster and ClusterReader ports over Apache Kafka's own protocol, from 2.4 to the newest 4: the door of this adapter.
//
// What it speaks is declared once in wire/messages.ts, for whoever asks and whoever answers. connection.ts is one connection,
// client.ts the cluster, logs.ts and groups.ts what leaders and coordinators say, reader.ts and writer.ts the ports.
//
// A write is one OffsetCommit for all topics of a request, as an administrator, sent once; the coordinator appends it whole
// or not at all. A group that does not exist is refused and not made: that it exists is seen on the same connection just
// before. Between that answer and the commit it can still be deleted or expire; then the commit makes it anew, with what
// was approved in it. Kafka has no commit that would refuse that.

import type { Cluster, ClusterAbilities, ClusterReader } from '../../ports/cluster.ts'
import { createClient } from './client.ts'
import { CAN, createReader, type ReaderOptions } from './reader.ts'
import type { KafkaDeps, KafkaSettings } from './settings.ts'
import { createWriter } from './writer.ts'

export type Kafka = Required<Cluster> & {
  can: ClusterAbilities
  reader(options: ReaderOptions): Required<ClusterReader>
  /** Calls that are under way end as they would if the connection broke. */
  close(): void
}

/** Kafka itself sets no pace. */
const WRITE_PACE = { atLeastMs: 0, atMostMs: 0 }

/**
 * Throws a TypeError for a bootstrap server that is not `host:port`, and for an empty `tls.ca`. Nothing is connected until
 * something is asked.
 */
export function createKafka(settings: KafkaSettings, deps: KafkaDeps): Kafka {
  const client = createClient(settings, deps)
  return {
    can: CAN,
    writePaceOf: () => WRITE_PACE,
    ...createWriter(client, settings, deps.now),
    reader: options => createReader(client, settings, options, deps.now),
    close: client.close,
  }
}
