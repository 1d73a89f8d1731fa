// Taking a vote back, breaking the glass, and looking at it afterwards. Every click is answered.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Approvals, ChangeOutcome } from '../../../ports/approvals.ts'
import type { Report } from '../../../ports/events.ts'
import type { Origin } from '../../../request/command.ts'
import type { RequestId, ResetRequest } from '../../../request/request.ts'
import type { Refusal } from '../../../request/step.ts'
import { ACTIONS, CALLBACKS, GLASS_BLOCKS, reviewMetadataSchema } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import {
  answering,
  answerTo,
  idOf,
  inTime,
  onlyForYou,
  originOf,
  parseJson,
  refusalOf,
  sentenceFor,
} from '../platform/answering.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { refusalSentence } from '../wording/words.ts'
import { afterwardsModal, glassModal, readGlass } from './break-glass.ts'

export interface VoteListenersDeps {
  approvals: Approvals
  wordsFor(userId: string): Promise<Words>
  report: Report
}

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

export function registerVoteListeners(app: App, { approvals, wordsFor, report }: VoteListenersDeps): void {
  app.action(ACTIONS.withdraw, async (args: ButtonArgs) => {
    const { ack, body, action } = args
    await ack()
    const words = wordsFor(body.user.id)
    const respond = answerTo(args, words)
    await answering('withdraw button', report, respond, words, async () => {
      const id = idOf(action)
      const outcome = await inTime(approvals.withdraw(id, body.user.id, originOf(body)))
      const say = await words
      await respond(onlyForYou(refusalOf(say, outcome, id) ?? say.votes.withdrawn(id)))
    })
  })

  opensModal(ACTIONS.breakGlass, glassModal, approvals.glassRefusal)
  opensModal(ACTIONS.reviewGlass, afterwardsModal, async () => null)

  function opensModal(
    actionId: typeof ACTIONS.breakGlass | typeof ACTIONS.reviewGlass,
    modal: (words: Words, request: ResetRequest, from: ReturnType<typeof originOf>) => ModalView,
    refusalFor: (request: ResetRequest, userId: string, from: Origin) => Promise<Refusal | null>,
  ): void {
    app.action(actionId, async (args: ButtonArgs) => {
      const { ack, body, action, client } = args
      await ack()
      const words = wordsFor(body.user.id)
      const respond = answerTo(args, words)
      await answering(`${actionId} button`, report, respond, words, async () => {
        const id = idOf(action)
        const [request, say] = await Promise.all([inTime(approvals.read(id)), words])
        if (request === undefined) {
          await respond(onlyForYou(say.answers.noSuchRequest(id)))
          return
        }
        const refusal = await inTime(refusalFor(request, body.user.id, originOf(body)))
        if (refusal !== null) {
          await respond(onlyForYou(refusalSentence(say, refusal, request)))
          return
        }
        await client.views.open({ trigger_id: body.trigger_id, view: modal(say, request, originOf(body)) })
      })
    })
  }

  app.view(CALLBACKS.breakGlass, (args: SubmitArgs) =>
    sent(args, ({ requestId, digest, from, by, reason, typedGroup }) =>
      approvals.breakGlass(requestId, { by, reason, digest, typedGroup, from }),
    ),
  )
  app.view(CALLBACKS.reviewGlass, (args: SubmitArgs) =>
    sent(args, ({ requestId, from, by, reason: note }) => approvals.review(requestId, { by, note, from })),
  )

  type Sent = ReturnType<typeof reviewMetadataSchema.parse> & {
    by: string
    reason: string
    typedGroup: string
  }

  async function sent(
    { ack, body, view }: SubmitArgs,
    change: (sent: Sent) => Promise<ChangeOutcome>,
  ): Promise<void> {
    const words = await wordsFor(body.user.id)
    const metadata = reviewMetadataSchema.safeParse(parseJson(view.private_metadata))
    const typed = readGlass(view.state.values)
    if (!metadata.success || typed === undefined) {
      await ack({
        response_action: 'update',
        view: sentenceModal(words, words.answers.notDecided, words.answers.fault),
      })
      return
    }
    const { requestId } = metadata.data
    try {
      const outcome = await inTime(change({ ...metadata.data, ...typed, by: body.user.id }))
      const problem = fieldProblem(words, outcome, view.callback_id)
      if (problem !== null) await ack({ response_action: 'errors', errors: problem })
      else {
        const refused = sentenceOf(words, outcome, requestId, view.callback_id)
        if (refused === null) await ack()
        else {
          const title = words.answers.notChanged(requestId)
          await ack({ response_action: 'update', view: sentenceModal(words, title, refused) })
        }
      }
    } catch (error) {
      const where = view.callback_id === CALLBACKS.breakGlass ? 'break_glass' : 'review_glass'
      report({ event: 'fault', where, requestId, error })
      const errors = { [GLASS_BLOCKS.reason]: sentenceFor(words, error) }
      await ack({ response_action: 'errors', errors })
    }
  }
}

/** What can be put right in the field that it is about. */
function fieldProblem({ glass: say }: Words, outcome: ChangeOutcome, callback: string) {
  if (outcome.kind !== 'refused') return null
  if (outcome.refusal === 'groupNotTyped') return { [GLASS_BLOCKS.typedGroup]: say.groupNotTyped }
  if (outcome.refusal !== 'noteMissing') return null
  return { [GLASS_BLOCKS.reason]: callback === CALLBACKS.breakGlass ? say.reasonMissing : say.reviewMissing }
}

/** Looking at it afterwards has refusals of its own. */
function sentenceOf(words: Words, outcome: ChangeOutcome, id: RequestId, callback: string): string | null {
  if (outcome.kind === 'refused' && callback === CALLBACKS.reviewGlass) {
    if (outcome.refusal === 'ownRequest') return words.glass.ownGlass(id)
    if (outcome.refusal === 'stale') return words.glass.nothingToReview(id)
  }
  return refusalOf(words, outcome, id)
}
