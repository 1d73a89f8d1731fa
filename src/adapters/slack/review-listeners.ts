// Deciding on a request: the list, the Review and Cancel buttons, the approval modal. Every click is answered.
// Nothing is read from a message but the request's id; what it says and shows proves nothing.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Approvals, Look, Report } from '../../ports.ts'
import type { Origin } from '../../request/command.ts'
import { type RequestId, type ResetRequest, requestIdSchema } from '../../request/request.ts'
import {
  answering,
  idOf,
  inTime,
  isOvertaken,
  noSuchRequest,
  onlyForYou,
  originOf,
  parseJson,
  refusalOf,
  sentenceFor,
} from './answering.ts'
import { openList } from './card.ts'
import { ACTIONS, CALLBACKS, COMMANDS, REVIEW_BLOCKS, reviewMetadataSchema } from './ids.ts'
import { movedModal, readReview, reviewModal, sentenceModal } from './review.ts'
import { FAULT, refusalSentence } from './words.ts'

export interface ReviewListenersDeps {
  approvals: Approvals
  report: Report
}

type Client = AllMiddlewareArgs['client']
type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

const OPEN_LISTED = 20
/** The modal is open meanwhile, and says that it is looking. */
const LOOK_MS = 8_000

export function registerReviewListeners(app: App, deps: ReviewListenersDeps): void {
  const { approvals, report } = deps

  app.command(COMMANDS.list, async ({ ack, command, client, respond }: CommandArgs) => {
    await ack()
    await answering('list command', report, respond, async () => {
      const typed = command.text.trim().toUpperCase()
      if (typed === '') {
        const { requests, total } = await approvals.openRequests(OPEN_LISTED)
        await respond({ response_type: 'ephemeral', ...openList(requests, total) })
        return
      }
      const id = requestIdSchema.safeParse(typed)
      if (!id.success) {
        const usage = `Type ${COMMANDS.list} for the open requests, or ${COMMANDS.list} R-12 to review one.`
        await respond(onlyForYou(usage))
        return
      }
      const refused = await openReview(id.data, command.user_id, command.trigger_id, client, {
        channel: command.channel_id,
        message: null,
      })
      if (refused !== null) await respond(onlyForYou(refused))
    })
  })

  app.action(ACTIONS.review, async ({ ack, body, action, client, respond }: ButtonArgs) => {
    await ack()
    await answering('review button', report, respond, async () => {
      const refused = await openReview(idOf(action), body.user.id, body.trigger_id, client, originOf(body))
      if (refused !== null) await respond(onlyForYou(refused))
    })
  })

  app.action(ACTIONS.cancel, async ({ ack, body, action, respond }: ButtonArgs) => {
    await ack()
    await answering('cancel button', report, respond, async () => {
      const id = idOf(action)
      const refused = refusalOf(await inTime(approvals.cancel(id, body.user.id, originOf(body))), id)
      if (refused !== null) await respond(onlyForYou(refused))
    })
  })

  app.view(CALLBACKS.review, async ({ ack, body, view }: SubmitArgs) => {
    const metadata = reviewMetadataSchema.safeParse(parseJson(view.private_metadata))
    const review = readReview(view.state.values)
    if (!metadata.success || review === undefined) {
      await ack({ response_action: 'update', view: sentenceModal('Not decided', FAULT) })
      return
    }
    const { requestId, digest, from } = metadata.data
    try {
      const vote = { ...review, by: body.user.id, digest, from }
      const outcome = await inTime(approvals.decide(requestId, vote))
      const refused = refusalOf(outcome, requestId)
      if (refused === null) await ack()
      else if (outcome.kind === 'refused' && outcome.refusal === 'noteMissing') {
        await ack({ response_action: 'errors', errors: { [REVIEW_BLOCKS.note]: refused } })
      } else if (outcome.kind === 'refused' && outcome.refusal === 'groupNotTyped') {
        await ack({ response_action: 'errors', errors: { [REVIEW_BLOCKS.typedGroup]: refused } })
      } else if (outcome.kind === 'refused' && hasMoved(outcome.request, digest)) {
        await ack({ response_action: 'update', view: movedModal(outcome.request, outcome.request.drift) })
      } else {
        await ack({ response_action: 'update', view: sentenceModal(`${requestId} not changed`, refused) })
      }
    } catch (error) {
      report({ event: 'fault', where: 'decide', requestId, error })
      await ack({ response_action: 'errors', errors: { [REVIEW_BLOCKS.note]: sentenceFor(error) } })
    }
  })

  /** Opens the approval modal, or says why not. The record is one quick read, well inside the trigger's life. */
  async function openReview(
    id: RequestId,
    userId: string,
    triggerId: string,
    client: Client,
    from: Origin,
  ): Promise<string | null> {
    const request = await inTime(approvals.read(id))
    if (request === undefined) return noSuchRequest(id)
    const refusal = await inTime(approvals.reviewRefusal(request, userId))
    if (refusal !== null) return refusalSentence(refusal, request)
    const rows = await inTime(approvals.readPlan(request))
    const draw = (look?: Look) => reviewModal(request, rows, look, from)
    const opened = await client.views.open({ trigger_id: triggerId, view: draw() })
    await showWhatMoved(request, draw, opened.view, client)
    return null
  }

  /** What has moved since the plan, which CKafka may take its time to say; the modal is open and usable meanwhile. */
  async function showWhatMoved(
    request: ResetRequest,
    draw: (look: Look) => ModalView,
    opened: { id?: string; hash?: string } | undefined,
    client: Client,
  ): Promise<void> {
    const look = await approvals.lookAgain(request, 'opened', LOOK_MS)
    if (opened?.id === undefined || opened.hash === undefined) return
    try {
      await client.views.update({ view_id: opened.id, hash: opened.hash, view: draw(look) })
    } catch (error) {
      if (!isOvertaken(error)) {
        report({ event: 'fault', where: 'review update', requestId: request.id, error })
      }
    }
  }
}

/** Whether the plan that was decided on is not the request's plan any more. */
function hasMoved({ plan, drift, state }: ResetRequest, digest: string): boolean {
  return drift.length > 0 && plan?.digest !== digest && ['preparing', 'pending'].includes(state.name)
}
