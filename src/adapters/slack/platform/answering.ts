// How a person gets an answer in time, whatever goes wrong behind it: Slack waits three seconds, then shows an error.

import type {
  AllMiddlewareArgs,
  BlockAction,
  ButtonAction,
  RespondArguments,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import { z } from 'zod'
import type { ChangeOutcome } from '../../../ports/approvals.ts'
import type { FaultPlace, Report } from '../../../ports/events.ts'
import { SEALED_RECORD, UNREADABLE_RECORD } from '../../../ports/store.ts'
import { type AskedIn, askedInSchema } from '../../../request/asked-in.ts'
import type { Origin } from '../../../request/command.ts'
import { type RequestId, requestIdSchema } from '../../../request/request.ts'
import type { Words } from '../language/language.ts'
import { missingSentence, refusalSentence } from '../wording/words.ts'
import { sentenceModal } from './sentence-views.ts'

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
  where: FaultPlace,
  report: Report,
  respond: (message: RespondArguments) => Promise<unknown>,
  words: Promise<Words>,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    report({ event: 'fault', where, error })
    try {
      await respond(onlyForYou(sentenceFor(await words, error, READING.has(where))))
    } catch {
      // There is no other way to them: an address to answer to is good for half an hour and five answers.
    }
  }
}

type Pressed = Pick<SlackActionMiddlewareArgs<BlockAction<ButtonAction>>, 'body' | 'respond'> &
  Pick<AllMiddlewareArgs, 'client'>

/**
 * Where the person reads what became of their press. Slack takes an answer only beside a message; on the Home tab it is a
 * small window, or, when the trigger of the press is used up or too old, a direct message.
 */
export function answerTo(
  { body, client, respond }: Pressed,
  words: Promise<Words>,
): (message: RespondArguments) => Promise<unknown> {
  // Slack gives no address for an answer to what is pressed in a view.
  if (body.view?.type !== 'home' && typeof respond === 'function')
    return besideReply(body, client, respond) ?? respond
  return async ({ text = '' }) => {
    const say = await words
    try {
      await client.views.open({
        trigger_id: body.trigger_id,
        view: sentenceModal(say, say.home.answer, text),
      })
    } catch (error) {
      if (!isTriggerGone(error)) throw error
      await client.chat.postMessage({ channel: body.user.id, text })
    }
  }
}

/**
 * Under a reply in a thread, where the person is: what Slack gives to answer to would put it into the channel. Null: it was
 * no reply. Of a card Slack does not say whether it was pressed in the channel or at the head of its thread.
 */
function besideReply(
  { channel, message, user }: Pressed['body'],
  client: Pressed['client'],
  respond: Pressed['respond'],
): ((message: RespondArguments) => Promise<unknown>) | null {
  const { ts, thread_ts: thread } = (message ?? {}) as { ts?: string; thread_ts?: unknown }
  if (channel === undefined || typeof thread !== 'string' || thread === ts) return null
  return async answer => {
    const { text = '' } = answer
    try {
      await client.chat.postEphemeral({ channel: channel.id, user: user.id, thread_ts: thread, text })
    } catch {
      // Who has not joined the channel can be answered by the address alone.
      await respond(answer)
    }
  }
}

function isTriggerGone(error: unknown): boolean {
  const { data } = Object(error) as { data?: { error?: unknown } }
  return /trigger/.test(String(data?.error))
}

export function onlyForYou(text: string): RespondArguments {
  return { response_type: 'ephemeral', replace_original: false, text }
}

/** Where nothing is written: what was to be shown is not, and that is all. */
const READING: ReadonlySet<FaultPlace> = new Set<FaultPlace>([
  ...(['list command', 'list page', 'history button', 'ask button', 'edit button'] as const),
  ...(['undo button', 'retry button', 'break_glass button', 'review_glass button'] as const),
  ...(['reset command', 'alert shortcut'] as const),
])

/** What a person is told about an error that nobody expected. @param isReading nothing was to be written */
export function sentenceFor({ answers: say }: Words, error: unknown, isReading = false): string {
  const { code } = Object(error) as { code?: unknown }
  if (code === 'STORE_AWAY') return isReading ? say.storeAwayReading : say.storeAway
  if (code === 'TOO_SLOW') return isReading ? say.tooSlowReading : say.tooSlow
  if (code === 'TOLD_LATER') return say.toldLater
  if (code === UNREADABLE_RECORD) return say.newerVersion
  if (code === SEALED_RECORD) return say.sealed
  return isTriggerGone(error) ? say.triggerGone : say.fault
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

const placeSchema = z.object({
  channel_id: z.string().optional(),
  channel: z.object({ id: z.string() }).nullish(),
})

/**
 * Where somebody stands who asks: the channel, or direct message, of their command, their message or the message whose
 * button they pressed. Null on a Home tab and in a modal, of which Slack names no channel.
 */
export function askedInOf(payload: unknown): AskedIn {
  const { channel_id, channel } = placeSchema.parse(payload)
  return askedInSchema.parse(channel_id ?? channel?.id ?? null)
}

/** Why nothing came of it, or null. */
export function refusalOf(words: Words, outcome: ChangeOutcome, id: RequestId): string | null {
  switch (outcome.kind) {
    case 'changed':
      return null
    case 'missing':
      return missingSentence(words, id, outcome)
    case 'refused':
      return refusalSentence(words, outcome.refusal, outcome.request)
    default:
      return outcome satisfies never
  }
}
