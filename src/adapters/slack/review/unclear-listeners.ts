// When nobody knows what an execution did: the three buttons under the question in the thread.
// A click is about one attempt: one under an older question is refused, whatever the request has become.

import type { App, ButtonAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import type { Approvals, ChangeOutcome } from '../../../ports/approvals.ts'
import type { RequestId } from '../../../request/request.ts'
import { ACTIONS, attemptSchema } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { clipEscaped, line, type Piece, paragraph, spoken } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { inTime, originOf, refusalOf } from '../platform/answering.ts'
import { onPress, type Press, type PressDeps } from '../platform/pressing.ts'
import { changeInTime } from '../platform/told-later.ts'

export interface UnclearListenersDeps extends PressDeps {
  approvals: Approvals
  /** Of what everybody in the thread reads. */
  common: Words
}

export function registerUnclearListeners(app: App, deps: UnclearListenersDeps): void {
  const { approvals, report, common } = deps

  for (const action of [ACTIONS.happened, ACTIONS.didNotHappen] as const) {
    const happened = action === ACTIONS.happened
    onPress(app, action, `${action} button`, deps, async press => {
      const { body, action: pressed, client, userId, words, tell } = press
      const { id, attempt } = attemptOf(pressed)
      const testimony = { attempt, by: userId, happened, from: originOf(body) }
      const outcome = await changeInTime(approvals.testify(id, testimony), id, {
        client,
        userId,
        words,
        report,
        where: `${action} button`,
      })
      const refused = refusalOf(await words, outcome, id)
      if (refused !== null) await tell(refused)
      else await answered(press, common.replies.answered(userId, happened))
    })
  }

  onPress(app, ACTIONS.checkAgain, 'check again button', deps, async press => {
    const { body, action, userId, words, tell } = press
    const { id, attempt } = attemptOf(action)
    const outcome = await inTime(approvals.checkAgain(id, attempt, userId, originOf(body)))
    await tell(checkAnswer(await words, outcome, id))
    // What is found is a message of its own, with buttons of its own where it asks again.
    if (outcome.kind === 'changed') await answered(press, common.replies.readingAgain(userId))
  })

  /** The question stays, with who has answered it: a button that stays under it would be refused. */
  async function answered({ body, client }: Press, answer: Piece[]): Promise<void> {
    const { channel, message } = body
    if (channel === undefined || message === undefined) return
    const blocks = questionSchema.safeParse(message.blocks).data
    if (blocks === undefined) return
    try {
      await client.chat.update({
        channel: channel.id,
        ts: message.ts,
        text: clipEscaped(`${message.text ?? ''}\n${spoken(answer)}`, LIMITS.messageText),
        blocks: [
          ...(blocks.filter(({ type }) => type !== 'actions') as unknown as KnownBlock[]),
          paragraph(line(...answer)),
        ],
        parse: 'none',
      })
    } catch (error) {
      // What was said is saved, and a click under it is refused.
      report({ event: 'fault', where: 'question without buttons', error })
    }
  }
}

const questionSchema = z.array(z.looseObject({ type: z.string() }))

function checkAnswer(words: Words, outcome: ChangeOutcome, id: RequestId): string {
  return refusalOf(words, outcome, id) ?? words.answers.readingBack(id)
}

function attemptOf(action: ButtonAction): { id: RequestId; attempt: number } {
  const [id, attempt] = (action.value ?? '').split(' ')
  const read = attemptSchema.safeParse({ id, attempt })
  if (!read.success) throw new Error('The button names no attempt.')
  return read.data
}
