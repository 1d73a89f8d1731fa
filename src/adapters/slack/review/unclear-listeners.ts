// When nobody knows what an execution did: the three buttons under the question in the thread.
// A click is about one attempt: one under an older question is refused, whatever the request has become.

import type { App, ButtonAction } from '@slack/bolt'
import type { Approvals, ChangeOutcome } from '../../../ports/approvals.ts'
import type { RequestId } from '../../../request/request.ts'
import { ACTIONS, attemptSchema } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import { inTime, originOf, refusalOf } from '../platform/answering.ts'
import { onPress, type PressDeps } from '../platform/pressing.ts'

export interface UnclearListenersDeps extends PressDeps {
  approvals: Approvals
}

export function registerUnclearListeners(app: App, deps: UnclearListenersDeps): void {
  const { approvals } = deps

  for (const action of [ACTIONS.happened, ACTIONS.didNotHappen] as const) {
    const happened = action === ACTIONS.happened
    onPress(app, action, `${action} button`, deps, async ({ body, action: pressed, userId, words, tell }) => {
      const { id, attempt } = attemptOf(pressed)
      const testimony = { attempt, by: userId, happened, from: originOf(body) }
      const outcome = await inTime(approvals.testify(id, testimony))
      const refused = refusalOf(await words, outcome, id)
      if (refused !== null) await tell(refused)
    })
  }

  onPress(app, ACTIONS.checkAgain, 'check again button', deps, async press => {
    const { body, action, userId, words, tell } = press
    const { id, attempt } = attemptOf(action)
    const outcome = await inTime(approvals.checkAgain(id, attempt, userId, originOf(body)))
    await tell(checkAnswer(await words, outcome, id))
  })
}

function checkAnswer(words: Words, outcome: ChangeOutcome, id: RequestId): string {
  return refusalOf(words, outcome, id) ?? words.answers.readingBack(id)
}

function attemptOf(action: ButtonAction): { id: RequestId; attempt: number } {
  const [id, attempt] = (action.value ?? '').split(' ')
  const read = attemptSchema.safeParse({ id, attempt })
  if (!read.success) throw new Error('The button names no attempt.')
  return read.data
}
