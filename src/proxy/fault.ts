// Why a proxy has not connected us. Nothing of a request has left by then, so that each of these proves that it was not sent.

import { causeOf } from '../request/cause.ts'

/** `unreached` and `broke`: the system's code. `silent`: how long, like `3 s`. `refused`: the HTTP status. */
export type ProxyFaultKind = 'unreached' | 'silent' | 'refused' | 'broke'

const CAUSES = {
  unreached: 'proxyUnreached',
  silent: 'proxySilent',
  refused: 'proxyRefused',
  broke: 'proxyBroke',
} as const

export class ProxyFault extends Error {
  /** As request/cause.ts has it. */
  readonly why: string
  /** Stable, for metrics: `proxy 407`, `proxy ECONNREFUSED`. */
  readonly code: string

  /** @param place host and port of the proxy, without its user and password */
  constructor(kind: ProxyFaultKind, place: string, detail: string) {
    super(sentence(kind, place, detail))
    this.name = 'ProxyFault'
    this.why = causeOf(CAUSES[kind], place, detail)
    this.code = kind === 'silent' ? 'proxy silent' : `proxy ${detail}`
  }
}

/** For logs, as the end of a sentence without its full stop. */
function sentence(kind: ProxyFaultKind, place: string, detail: string): string {
  switch (kind) {
    case 'unreached':
      return `could not connect to the proxy ${place} (${detail})`
    case 'silent':
      return `the proxy ${place} did not answer within ${detail}`
    case 'refused':
      return detail === '407'
        ? `the proxy ${place} wants a user and a password that it knows (HTTP 407)`
        : `the proxy ${place} made no connection: it answered with HTTP ${detail}`
    case 'broke':
      return `no connection could be made through the proxy ${place} (${detail})`
    default:
      return kind satisfies never
  }
}

/** Wherever it is in the causes of an error. */
export function proxyFaultIn(error: unknown): ProxyFault | null {
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    if (current instanceof ProxyFault) return current
    const { cause, original, error: inner } = current as Record<'cause' | 'original' | 'error', unknown>
    current = cause ?? original ?? inner
  }
  return null
}
