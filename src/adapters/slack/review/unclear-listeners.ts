// When nobody knows what an execution did: the three buttons under the question in the thread. Every click is answered.
// A click is about one attempt: one under an older question is refused, whatever the request has become.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import type { Approvals, ChangeOutcome } from '../../../ports/approvals.ts'
import type { Report } from '../../../ports/events.ts'
import type { RequestId } from '../../../request/request.ts'
import { ACTIONS, attemptSchema } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import { answering, answerTo, inTime, onlyForYou, originOf, refusalOf } from '../platform/answering.ts'

export interface UnclearListenersDeps {
  approvals: Approvals
  report: Report
  /** In the language of this person. */
  wordsFor(userId: string): Promise<Words>
}

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs

export function registerUnclearListeners(
  app: App,
  { approvals, report, wordsFor }: UnclearListenersDeps,
): void {
  for (const action of [ACTIONS.happened, ACTIONS.didNotHappen] as const) {
    const happened = action === ACTIONS.happened
    app.action(action, async (args: ButtonArgs) => {
      const { ack, body, action: pressed } = args
      const wanted = wordsFor(body.user.id)
      const respond = answerTo(args, wanted)
      await ack()
      await answering(`${action} button`, report, respond, wanted, async () => {
        const { id, attempt } = attemptOf(pressed)
        const testimony = { attempt, by: body.user.id, happened, from: originOf(body) }
        const outcome = await inTime(approvals.testify(id, testimony))
        const refused = refusalOf(await wanted, outcome, id)
        if (refused !== null) await respond(onlyForYou(refused))
      })
    })
  }

  app.action(ACTIONS.checkAgain, async (args: ButtonArgs) => {
    const { ack, body, action } = args
    const wanted = wordsFor(body.user.id)
    const respond = answerTo(args, wanted)
    await ack()
    await answering('check again button', report, respond, wanted, async () => {
      const { id, attempt } = attemptOf(action)
      const outcome = await inTime(approvals.checkAgain(id, attempt, body.user.id, originOf(body)))
      await respond(onlyForYou(checkAnswer(await wanted, outcome, id)))
    })
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
