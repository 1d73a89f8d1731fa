// Why something did not happen, as a record keeps it: a word of ours that each language has a sentence for, with what
// that sentence names. Whatever else stands there came from an API or the system, and is shown as it is.

import { z } from 'zod'

/** What each takes along is said where it is written. */
const CAUSES = [
  'absentTwice',
  'denied',
  'forgotten',
  'restored',
  'workerStopped',
  'jobsLost',
  'nothingReported',
  'joined',
  /** Which request holds the group, and then as waiting.ts has it (heldBy). */
  'groupBusy',
  'windowClosed',
  'redisTookOver',
  /** The cause of the look that failed. */
  'lookFailed',
  /** The cause for which a topic was left out. */
  'notSent',
  /** The cause for which there are none. */
  'noCredentials',
  'tokenUnread',
  /** The cause for which a read by Kafka's own protocol gave nothing, where writes go another way. */
  'byKafka',
  'noPlan',
  'planNotWhole',
  /** Which request it is of. */
  'resultNotWhole',
  'targetsNotWhole',
  'slowCluster',
  /** The place. */
  'offsetUnread',
  /** The rule. */
  'policyUnread',
  /** The ids that are most like it. */
  'noInstance',
  /** What has become of it, as request/group.ts has it. */
  'instanceGone',
  'severalClusters',
  /** The names that are most like it. */
  'noGroup',
  /** The group whose offsets were to be taken over. */
  'noOtherGroup',
  'tooWide',
  'nothingCommitted',
  /** The name. */
  'topicUnfit',
  /** How many more there are, then the first places. */
  'partitionsMissing',
  'nothingToShift',
  /** How many partitions were looked at, then the requests that have put them where they stand, if that is known. */
  'nothingMoves',
  /** The group whose offsets were to be taken over. */
  'otherNothingCommitted',
  /** The first topics. */
  'topicsNotSeen',
  /** How long, like `20 s`. */
  'noAnswer',
  /** How long. */
  'answerStopped',
  'connectionBroke',
  /** Where it is known, of what there was more, and than how many. */
  'answerTooLarge',
  'answerNotHttp',
  /** The system's code. */
  'callBroke',
  /** How long. */
  'noConnectionWithin',
  /** The system's code. */
  'hostNotFound',
  /** The system's code. */
  'noConnection',
  /** Host and port of the proxy, and the system's code. */
  'proxyUnreached',
  /** Host and port, and how long. */
  'proxySilent',
  /** Host and port, and the status. */
  'proxyRefused',
  /** Host and port, and the system's code. */
  'proxyBroke',
  'connectionClosed',
  'deadlinePassed',
  'budgetUsed',
  /** The API's code. */
  'tooManyCalls',
  /** The API's code. */
  'maintenance',
  /** The status. */
  'httpStatus',
  /** What was not as documented, and where. */
  'notDocumented',
  /** The API's code. */
  'repeated',
  /** The API's code, and its message where there is one. */
  'apiSaid',
  /** How many pages. */
  'listEndless',
] as const
export type CauseKind = (typeof CAUSES)[number]

export function causeOf(kind: CauseKind, ...about: string[]): string {
  return about.length === 0 ? kind : `${kind} ${JSON.stringify(about)}`
}

/** Of a refusal: with a code it is what was answered; with `none` Rewind itself has refused, and asked nobody. */
export function causeOfRefusal(code: string, message: string): string {
  const said = message.trim()
  if (code === 'none') return said
  return causeOf('apiSaid', code, ...(said === '' ? [] : [said]))
}

const aboutSchema = z.array(z.string())

/** Null: none of ours. */
export function readCause(text: string): { kind: CauseKind; about: string[] } | null {
  const [, word, list = '[]'] = /^([A-Za-z]+)(?: (\[.*\]))?$/s.exec(text) ?? []
  const kind = CAUSES.find(each => each === word)
  if (kind === undefined) return null
  try {
    return { kind, about: aboutSchema.parse(JSON.parse(list)) }
  } catch {
    return null
  }
}
