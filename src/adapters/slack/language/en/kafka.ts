// What to do about Kafka's own error codes, in English; their names stay Kafka's.

import type { ClusterInWords } from './cluster.ts'

const hintsOn = (on: ClusterInWords): Readonly<Record<number, string>> => ({
  1: 'The offset lies outside the log. Choose one between its start and its end.',
  3: 'Check the spelling. If the topic was deleted, leave it out.',
  5: 'The partition has no leader right now. Ask again in a minute.',
  6: 'The partition is moving to another broker. Ask again in a minute.',
  7: 'The broker was too slow. Check the offsets, then ask again.',
  14: 'The group is being loaded. Ask again in a minute.',
  15: 'The group has no coordinator right now. Ask again in a minute.',
  16: 'The group moved to another broker. Ask again in a minute.',
  17: 'This topic cannot be reset, because Kafka uses it itself. Leave it out.',
  22: 'A consumer joined meanwhile. Stop the consumers, then ask again.',
  24: 'Kafka does not accept this group name. Check the spelling.',
  25: 'A consumer is connected. Stop the consumers, then ask again.',
  27: 'The group is rebalancing. Stop the consumers, then ask again.',
  29: on.hints.topicNotAllowed,
  30: on.hints.groupNotAllowed,
  43: 'This topic keeps no message times. Choose another strategy than a time.',
  68: 'A consumer is connected. Stop the consumers, then ask again.',
  69: 'The group does not exist. Check the spelling.',
  78: 'A new leader is catching up. Ask again in a minute.',
})

export const kafkaOn = (on: ClusterInWords) => ({
  hints: hintsOn(on),
  otherHint: 'Look the code up in the Kafka protocol guide before you ask again.',
})
