// What a call of the Web API is counted as: one of so many methods, and how it ended. Nothing else of a call is read, but for
// the id of a modal that was opened, where traces go on from it.

import { z } from 'zod'
import { type ObservedSlackCall, SLACK_METHODS, type SlackMethod } from '../../../ports/events.ts'

export function methodIn(url: string | URL): SlackMethod {
  const name = new URL(url).pathname.split('/').at(-1)
  return SLACK_METHODS.find(each => each === name) ?? 'other'
}

/** Slack says `ok` first in every answer. */
export function outcomeOf(status: number, answer: string): ObservedSlackCall['outcome'] {
  if (status === 429) return 'limited'
  if (status >= 500) return 'failed'
  const [, ok] = /^\s*\{\s*"ok"\s*:\s*(true|false)\b/.exec(answer) ?? []
  if (ok === 'true') return 'ok'
  if (ok === undefined) return 'failed'
  return /^\s*\{[^{}]*"error"\s*:\s*"(?:ratelimited|rate_limited|message_limit_exceeded)"/.test(answer)
    ? 'limited'
    : 'refused'
}

const openedSchema = z.object({ view: z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,60}$/) }) })

/** Of an answer to `views.open`; null: it says none. */
export function viewIdIn(answer: string): string | null {
  try {
    return openedSchema.safeParse(JSON.parse(answer)).data?.view.id ?? null
  } catch {
    return null
  }
}
