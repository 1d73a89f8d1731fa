// Says at the start, and after an edit of the file of clusters, which clusters refuse the key that they are asked with. It
// warns and does nothing else. No key is ever in a line: only where it is.

import type { TriedKey } from './open-clusters.ts'

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
        ? `${name} could not be asked whether it takes ${keyWords(of, from)}: it did not answer.`
        : undefined
    default:
      return answer satisfies never
  }
}

function keyWords(of: TriedKey['of'], from: TriedKey['from']): string {
  const names = from.map(({ name }) => name).join(' and ')
  if (from.some(each => each.from === 'metadata service')) return `the credentials of the role ${names}`
  const what = of === 'ckafka' ? 'the key' : 'the credentials'
  return names === '' ? what : `${what} in ${names}`
}
