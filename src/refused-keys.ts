// Says at the start, and after an edit of the file of clusters, which clusters refuse the key that they are asked with. It
// warns and does nothing else. No key is ever in a line: only where it is.

import type { TriedKey } from './open-clusters.ts'
import { type CauseKind, readCause } from './request/cause.ts'

/** Undefined: the key is taken, or nothing is known of it and that is told elsewhere. @param isAlone no other is served */
export function keyLine({ name, of, from, answer }: TriedKey, isAlone: boolean): string | undefined {
  switch (answer.kind) {
    case 'taken':
      return undefined
    case 'refused': {
      const said = answer.code === 'none' ? answer.message.replace(/\.$/, '') : answer.code
      const refuses = of === 'ckafka' ? 'Tencent refuses' : 'Kafka does not let Rewind in with'
      return `${name}: ${refuses} ${keyWords(of, from)}: ${said}.`
    }
    case 'away':
      return isAlone
        ? `${name} could not be asked whether it takes ${keyWords(of, from)}${whyAway(answer.cause)}.`
        : undefined
    default:
      return answer satisfies never
  }
}

const SILENT: ReadonlySet<CauseKind> = new Set<CauseKind>([
  ...(['noAnswer', 'slowCluster', 'connectionBroke'] as const),
  ...(['noConnection', 'noConnectionWithin', 'hostNotFound'] as const),
])
/** Nothing was sent, for a reason of ours. */
const NOT_ASKED: ReadonlySet<CauseKind> = new Set<CauseKind>([
  ...(['noCredentials', 'tokenUnread', 'budgetUsed', 'deadlinePassed', 'connectionClosed'] as const),
])

/** @param cause as request/cause.ts has it */
function whyAway(cause: string): string {
  const kind = readCause(cause)?.kind
  if (kind !== undefined && NOT_ASKED.has(kind)) return ''
  return kind !== undefined && SILENT.has(kind) ? ': it did not answer' : ': it gave no usable answer'
}

function keyWords(of: TriedKey['of'], from: TriedKey['from']): string {
  const names = from.map(({ name }) => name).join(' and ')
  if (from.some(each => each.from === 'metadata service')) return `the credentials of the role ${names}`
  const what = of === 'ckafka' ? 'the key' : 'the credentials'
  return names === '' ? what : `${what} in ${names}`
}
