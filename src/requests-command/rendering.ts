// What the command `requests` prints of an answer, and with what it exits. Pure. What came over the network is printed without
// what would steer a terminal.

import { printable } from '../request/printable.ts'
import type { Answer, End, Shown } from '../requests-api/questions.ts'

/** `open` only counts for who waits: it has not ended in time. */
export const EXIT_OF_END: Record<End, number> = {
  done: 0,
  refused: 3,
  rejected: 4,
  expired: 5,
  failed: 6,
  unclear: 7,
  open: 8,
  cancelled: 9,
}
export const EXIT = { done: 0, notAsked: 1, usage: 2, refused: 3 } as const

export interface Printed {
  out: string[]
  err: string[]
  code: number
}

/** @param isWaiting whether it was waited for, so that how it ended counts */
export function printed(answer: Answer, isJson: boolean, isWaiting: boolean): Printed {
  switch (answer.kind) {
    case 'request': {
      const { kind: _, ...said } = answer
      const out = isJson ? [JSON.stringify(said)] : requestLines(answer.request)
      return { out, err: [], code: isWaiting ? EXIT_OF_END[answer.request.end] : EXIT.done }
    }
    case 'list': {
      const { kind: _, ...said } = answer
      return { out: isJson ? [JSON.stringify(said)] : listLines(answer), err: [], code: EXIT.done }
    }
    case 'wrong':
      return { out: [], err: answer.said.map(printable), code: EXIT.usage }
    case 'refused':
      return {
        out: isJson ? [JSON.stringify({ refused: answer.why, said: answer.said })] : [],
        err: answer.said.map(printable),
        code: EXIT.refused,
      }
    case 'away':
      return { out: [], err: answer.said.map(printable), code: EXIT.notAsked }
    default:
      return answer satisfies never
  }
}

/** Whoever waits reads on stderr what has changed. */
export function progressLine({ sentences }: Shown): string {
  return printable(sentences[0] ?? '')
}

function requestLines(request: Shown): string[] {
  const { sentences, requester, reset, group, instance, topics, reason, askedAt, plan } = request
  const { given, needed } = request.approvals
  const lines = [
    ...sentences,
    `  ${reset}`,
    `  group      ${group} on ${instance}`,
    `  topics     ${topics}`,
    `  asked      ${askedAt} by ${requester}`,
    `  reason     ${reason}`,
    ...(plan === null
      ? []
      : [`  plan       ${plan.digest.slice(0, 8)}, made ${plan.madeAt}`, `             ${plan.sentence}`]),
    ...(plan === null ? [] : [`  approvals  ${given} of ${needed}`]),
    ...(request.expiresAt === null ? [] : [`  expires    ${request.expiresAt}`]),
  ]
  return lines.map(printable)
}

function listLines({ requests, isWhole }: Extract<Answer, { kind: 'list' }>): string[] {
  if (requests.length === 0) return [isWhole ? 'No request.' : 'No request among the newest.']
  const lines = requests.map(
    ({ id, group, instance, requester, sentences }) =>
      `${id.padEnd(6)} ${group} on ${instance}, asked by ${requester}: ${sentences[0] ?? ''}`,
  )
  return [...lines, ...(isWhole ? [] : ['There are more.'])].map(printable)
}
