// The form as it is opened from a message, in English.

import { listed } from './grammar.ts'

/** What of a message is on the cluster. */
export interface FoundInMessage {
  group: string | null
  topics: readonly string[]
  topicsLeft: number
}

export const shortcut = {
  reason: (firstLine: string) => `Alert: ${firstLine}`,
  looking: 'Looking on CKafka for the names in the message…',
  /** Beside a group or a topic at least. */
  found: ({ group, topics, topicsLeft }: FoundInMessage) => {
    const named = [
      ...(group === null ? [] : [`the group ${group}`]),
      ...(topics.length === 0
        ? []
        : [`${topics.length + topicsLeft === 1 ? 'the topic' : 'the topics'} ${listed(topics, topicsLeft)}`]),
    ]
    return `Found in the message: ${listed(named)}. Check what is filled in.`
  },
  nothing: (instance: string) =>
    `No name in the message is a group or a topic of ${instance}. Fill them in below.`,
  noInstance: 'The message does not say which instance it is about. Pick it below.',
  notReached: 'CKafka could not be asked for the names in the message. Fill them in below.',
}
