// What a monitor asks of the port: is it alive, is it ready, what has it counted. Strangers ask as well: they get the
// verdict, and the reasons are for the log.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Registry } from 'prom-client'
import type { HttpAnswer, Route } from './http-server.ts'

export interface HealthDeps {
  /** False when the process ought to be restarted. */
  alive(): boolean
  /** What is not ready yet, in words; empty when all is. */
  unready(): Promise<string[]>
  /** What cannot be done, in words, while the rest can: it is named, and keeps nobody from being ready. */
  impaired?(): Promise<string[]>
  /** Once for each change: what is missing now, or nothing any more. */
  onReadiness(missing: readonly string[], impaired: readonly string[]): void
}

/** One look serves all who ask meanwhile: it costs Redis a question. */
const FRESH_MS = 200

export function healthRoutes({
  alive,
  unready,
  impaired = async () => [],
  onReadiness,
}: HealthDeps): Record<string, Route> {
  let said = ''

  async function look(): Promise<HttpAnswer> {
    const [missing, others] = await Promise.all([unready(), impaired()])
    const now = [...missing, ...others].join(' ')
    if (now !== said) onReadiness(missing, others)
    said = now
    return missing.length === 0 ? { status: 200, body: 'ready\n' } : { status: 503, body: 'not ready\n' }
  }

  return {
    '/healthz': {
      kind: 'look',
      answer: () => (alive() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'stuck\n' }),
    },
    '/readyz': { kind: 'look', answer: shared(look) },
  }
}

/** @param token who asks has to show it; undefined: everybody may ask */
export function metricsRoute(registry: Registry, token: string | undefined): Record<string, Route> {
  const render = shared(async () => ({
    status: 200,
    type: registry.contentType,
    body: await registry.metrics(),
  }))
  return {
    '/metrics': {
      kind: 'look',
      answer: ({ authorization = '' }) =>
        token === undefined || isSame(authorization, `Bearer ${token}`)
          ? render()
          : { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    },
  }
}

function shared(make: () => Promise<HttpAnswer>): () => Promise<HttpAnswer> {
  let answer: Promise<HttpAnswer> | null = null
  let freshUntilMs = 0
  return () => {
    if (answer !== null && performance.now() < freshUntilMs) return answer
    freshUntilMs = Number.POSITIVE_INFINITY
    const making = make()
    answer = making
    making.then(
      () => {
        freshUntilMs = performance.now() + FRESH_MS
      },
      () => {
        freshUntilMs = 0
      },
    )
    return making
  }
}

/** Takes the same time wherever they differ, and however long they are. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map(text => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}
