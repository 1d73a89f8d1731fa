// Owns how large a commit is where a coordinator keeps it: one batch of records in the offsets topic, which takes no batch
// above its `max.message.bytes`. Byte for byte as Kafka 4.4 writes it (test/kafka/twin.test.ts).
// It must never decide whether a commit is taken.

/** Of a batch (RecordBatch, magic 2), before its first record. */
const BATCH_HEAD = 61
/** OffsetCommitKey 1: its version, the lengths of two names, and the partition. */
const KEY = 2 + 2 + 2 + 4
/** OffsetCommitValue 4: its version, offset, leader epoch and time, and the topic id as its one tagged field. */
const VALUE = 2 + 8 + 4 + 8 + (1 + 1 + 1 + 16)
/** Of a record: attributes, the difference in time, which is none, and no headers. */
const RECORD = 1 + 1 + 1

export function batchBytes(group: string, commits: readonly { topic: string; metadata: string }[]): number {
  const groupBytes = Buffer.byteLength(group)
  return commits.reduce((sum, { topic, metadata }, index) => {
    const key = KEY + groupBytes + Buffer.byteLength(topic)
    const text = Buffer.byteLength(metadata)
    const value = VALUE + unsignedVarintBytes(text + 1) + text
    const record = RECORD + varintBytes(index) + varintBytes(key) + key + varintBytes(value) + value
    return sum + varintBytes(record) + record
  }, BATCH_HEAD)
}

/** Signed ones have their sign in the lowest bit. */
const varintBytes = (value: number) => unsignedVarintBytes(value * 2)

function unsignedVarintBytes(value: number): number {
  let bytes = 1
  for (let left = value; left > 127; left = Math.floor(left / 128)) bytes += 1
  return bytes
}
