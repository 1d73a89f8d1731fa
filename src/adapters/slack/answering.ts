// How a person gets an answer in time, whatever goes wrong behind it: Slack waits three seconds, then shows an error.

import type { BlockAction, ButtonAction, RespondArguments } from '@slack/bolt'
import { type ChangeOutcome, type Report, UNREADABLE_RECORD } from '../../ports.ts'
import type { Origin } from '../../request/command.ts'
import { type RequestId, requestIdSchema } from '../../request/request.ts'
import { COMMANDS } from './ids.ts'
import { FAULT, NEWER_VERSION, refusalSentence, STORE_AWAY, TOO_SLOW, TRIGGER_GONE } from './words.ts'

/** By then the answer has to be on its way. */
export const ANSWER_MS = 2_500

/** Rejects with TOO_SLOW when the work takes longer; the work itself goes on. */
export async function inTime<T>(work: Promise<T>, ms = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('No answer in time.'), { code: 'TOO_SLOW' })), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whatever goes wrong, the person gets a sentence; the cause goes to the log. */
export async function answering(
  where: string,
  report: Report,
  respond: (message: RespondArguments) => Promise<unknown>,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    report({ event: 'fault', where, error })
    await respond(onlyForYou(sentenceFor(error)))
  }
}

export function onlyForYou(text: string): RespondArguments {
  return { response_type: 'ephemeral', replace_original: false, text }
}

/** What a person is told about an error that nobody expected. */
export function sentenceFor(error: unknown): string {
  const { code, data } = Object(error) as { code?: unknown; data?: { error?: unknown } }
  if (code === 'STORE_AWAY') return STORE_AWAY
  if (code === 'TOO_SLOW') return TOO_SLOW
  if (code === UNREADABLE_RECORD) return NEWER_VERSION
  return /trigger/.test(String(data?.error)) ? TRIGGER_GONE : FAULT
}

/** Text that came back from Slack: unreadable is undefined, and a schema decides the rest. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A newer drawing has won, or the view was closed meanwhile: nothing to tell anybody. */
export function isOvertaken(error: unknown): boolean {
  const { data } = Object(error) as { data?: { error?: unknown } }
  return data?.error === 'hash_conflict' || data?.error === 'not_found'
}

/** The request that a button belongs to. */
export function idOf(action: ButtonAction): RequestId {
  const id = requestIdSchema.safeParse(action.value)
  if (!id.success) throw new Error('The button names no request.')
  return id.data
}

/** The message whose button was pressed. */
export function originOf(body: BlockAction): Origin {
  return { channel: body.channel?.id ?? null, message: body.message?.ts ?? null }
}

/** Why nothing came of it, or null. */
export function refusalOf(outcome: ChangeOutcome, id: RequestId): string | null {
  switch (outcome.kind) {
    case 'changed':
      return null
    case 'missing':
      return noSuchRequest(id)
    case 'refused':
      return refusalSentence(outcome.refusal, outcome.request)
    default:
      return outcome satisfies never
  }
}

/** Its card may still be there: a Redis that lost what was written last does not know the request any more. */
export function noSuchRequest(id: RequestId): string {
  return `There is no request ${id}. If you see its card, it was lost: ask again with ${COMMANDS.reset}. Type ${COMMANDS.list} for the open ones.`
}
