// The form as it is opened from a message, in English.

import type { ClusterInWords } from './cluster.ts'
import { listed } from './grammar.ts'

/** What of a message is on the cluster. */
export interface FoundInMessage {
  group: string | null
  topics: readonly string[]
  topicsLeft: number
}

/** What several alerts of a message are about; those left are not named. */
export interface NamedInMessage {
  groups: readonly string[]
  groupsLeft: number
  /** Of alerts that name no group. */
  topics: readonly string[]
  topicsLeft: number
}

export const shortcutOn = (on: ClusterInWords) => ({
  reason: (firstLine: string) => `Alert: ${firstLine}`,
  looking: `Looking on ${on.name} for the names in the message…`,
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
  /** After `found`: what else the message is about; nothing where it is about nothing else. */
  rest: ({ firing, resolved, unclear }: Record<'firing' | 'resolved' | 'unclear', NamedInMessage>) =>
    [
      ...(named(firing) === '' ? [] : [` The message has other alerts too: ${named(firing)}.`]),
      ...(named(resolved) === '' ? [] : [` Marked as resolved and left out: ${named(resolved)}.`]),
      ...(named(unclear) === '' ? [] : [` Said to be firing and resolved, and left out: ${named(unclear)}.`]),
    ].join(''),
  allResolved: (resolved: NamedInMessage) =>
    `All that the message names is marked as resolved: ${named(resolved)}. Nothing is filled in.`,
  unclear: (unclear: NamedInMessage) =>
    `The message says both that it is firing and that it is resolved: ${named(unclear)}. No group and no topic is filled in.`,
  groupCut:
    'The name of the consumer group in the message is not whole: it is cut short, or more text is glued to it. No group and no topic is filled in.',
  /** After `found`. */
  topicCut: ' A topic in it is not named in whole, and is left out.',
  onlyTopicCut:
    'The name of the topic in the message is not whole: it is cut short, or more text is glued to it. No topic is filled in.',
  groupMissing: (instance: string) =>
    `The consumer group that the message names is not on ${instance}, so no other one is filled in.`,
  nothing: (instance: string) =>
    `No name in the message is marked as a group or a topic of ${instance}. Fill them in below.`,
  noInstance: 'The message does not say which instance it is about. Pick it below.',
  otherInstance: (instance: string) =>
    `The message is about ${instance}, which is not among the instances that can be reset here. Nothing is filled in.`,
  notReached: `${on.start} could not be asked for the names in the message. Fill them in below.`,
})

function named({ groups, groupsLeft, topics, topicsLeft }: NamedInMessage): string {
  const parts = [
    ...(groups.length === 0
      ? []
      : [`${groups.length + groupsLeft === 1 ? 'the group' : 'the groups'} ${listed(groups, groupsLeft)}`]),
    ...(topics.length === 0
      ? []
      : [`${topics.length + topicsLeft === 1 ? 'the topic' : 'the topics'} ${listed(topics, topicsLeft)}`]),
  ]
  return listed(parts)
}
