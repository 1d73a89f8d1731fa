// The simulated cluster as others see and use it, moved by its verbs: what Kafka's own client does to a real one.

import type { Cluster } from '../../../src/sandbox/cluster/model.ts'
import type { KafkaWorld } from '../../contract/kafka.contract.ts'

export const INSTANCE = 'kafka-simulated'

export function worldOf(cluster: Cluster): KafkaWorld {
  const readers = new Map<string, { group: string; topics: string[] }>()
  const readerOf = (name: string) => {
    const reader = readers.get(name)
    if (reader === undefined) throw new Error(`there is no reader ${name}`)
    return reader
  }
  const partitionsOf = (topic: string) => cluster.logs(INSTANCE, topic).map(({ partition }) => partition)
  return {
    async createTopics(...topics) {
      for (const { name, partitions = 1, config = {} } of topics)
        cluster.createTopic(name, partitions, config)
    },
    async deleteTopics(...names) {
      for (const name of names) cluster.deleteTopic(name)
    },
    async produce(records, transaction) {
      const written = new Set<string>()
      for (const { topic, partition, atMs } of records) {
        cluster.produce(topic, partition, 1, atMs)
        written.add(`${topic} ${partition}`)
      }
      if (transaction === undefined) return
      // Its marker takes an offset of each partition.
      for (const place of written) {
        const [topic = '', partition] = place.split(' ')
        cluster.produce(topic, Number(partition), 1)
      }
    },
    async deleteRecords(...before) {
      for (const { topic, partition, offset } of before) cluster.truncate(topic, partition, offset)
    },
    async commit(group, offsets) {
      const words = cluster.commitOffsets({ instance: INSTANCE, group, offsets })
      if (words.some(({ errorCode }) => errorCode !== 0)) throw new Error(JSON.stringify(words))
    },
    async offsets(group) {
      return Object.fromEntries(
        cluster
          .committed(INSTANCE, group)
          .flatMap(({ topic, partition, offset }) =>
            offset === null ? [] : [[`${topic} ${partition}`, offset]],
          ),
      )
    },
    async groups() {
      return cluster.instances()[0]?.groups.map(({ name }) => name) ?? []
    },
    async startReader(name, group, topics, protocol) {
      const assignment = Object.fromEntries(topics.map(topic => [topic, partitionsOf(topic)]))
      cluster.join(group, { clientId: name, host: '/127.0.0.1', assignment }, protocol)
      readers.set(name, { group, topics })
    },
    async readerCommits(name) {
      const { group, topics } = readerOf(name)
      for (const topic of topics)
        for (const { partition, end } of cluster.logs(INSTANCE, topic))
          cluster.commit(group, topic, partition, end)
    },
    async stopReader(name) {
      cluster.leave(readerOf(name).group, name)
      readers.delete(name)
    },
    async openTransaction(name, group, offsets) {
      cluster.openTransaction(name, group, offsets)
    },
    async endTransaction(name, how) {
      cluster.endTransaction(name, how)
    },
  }
}

let last = 0
export function fresh(word: string): string {
  last += 1
  return `${word}-${last}`
}
