// The form behind /reset-offsets, in English.
import { inQuotes } from '../../blocks/text.ts'
import type { ClusterInWords } from './cluster.ts'

/** What is shown of a choice, and the line under it. */
interface Choice {
  text: string
  description: string
}

export const formOn = (on: ClusterInWords) => ({
  title: 'Reset offsets',
  submit: 'Request Reset',
  close: 'Cancel',
  notUnderstood: 'Some flags were not used:',
  notSetUp: (instance: string) => `Unknown instance ${inQuotes(instance)}. Pick one of the list.`,
  tooManyTopics: 'The form holds at most 100 topics. Ask for the rest in a second request, or choose all.',
  moreNotes: (left: number) => `${left} more like these.`,
  instance: on.instance,
  pickInstance: 'Pick the instance',
  group: 'Consumer group',
  otherGroup: 'The other group',
  typeName: 'Type a part of its name',
  scope: 'Topics to reset',
  scopes: {
    topics: { text: 'The topics I name', description: 'Only these are reset' },
    allTopics: {
      text: 'All topics of the group',
      description: 'Every topic the group has committed offsets for',
    },
  } satisfies Record<string, Choice>,
  topics: 'Topic names',
  typeNames: 'Type a part of their names',
  strategy: 'Where the offsets go',
  strategies: {
    shift: {
      text: 'By a number of messages',
      description: 'Replay or skip that many on every partition',
    },
    time: { text: 'To a time', description: 'The first message at or after it' },
    earliest: { text: 'To the earliest message', description: 'Replays everything that is kept' },
    latest: { text: 'To the latest position', description: 'Skips everything not read yet' },
    offset: { text: 'To an offset', description: 'The same number on every partition' },
    group: { text: 'To the offsets of another group', description: 'Its offset on each partition' },
    offsets: {
      text: 'To the offsets in a file',
      description: 'A CSV with an offset for each partition',
    },
  } satisfies Record<string, Choice>,
  direction: 'Direction',
  directions: {
    replay: { text: 'Replay', description: 'Go back: messages are delivered again' },
    skip: { text: 'Skip', description: 'Go forward: messages are never delivered' },
  } satisfies Record<string, Choice>,
  count: 'Messages per partition',
  time: 'Time',
  timeHint: 'In your own time zone.',
  pastTheEnd: 'If the time is past the newest message',
  skipToEnd: {
    text: 'If no message is that recent, skip to the end',
    description: 'Otherwise such a request is refused',
  },
  offset: 'Offset',
  file: 'File of offsets',
  fileHint:
    'Topic, partition and offset in each line, as kafka-consumer-groups.sh --export writes them, or under a header that names them. A plan or a result that Rewind has posted is understood too.',
  reason: 'Reason',
  reasonHint: 'The approver reads this, and it stays in the audit trail.',
})
