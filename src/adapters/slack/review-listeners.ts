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
import type { Approvals, ChangeOutcome, ClusterReader, Report } from '../../ports.ts'
import { type RequestId, type ResetRequest, requestIdSchema } from '../../request/request.ts'
import { answering, inTime, isOvertaken, onlyForYou, parseJson, sentenceFor } from './answering.ts'
import { openList } from './card.ts'
import { ACTIONS, CALLBACKS, COMMANDS, REVIEW_BLOCKS, reviewMetadataSchema } from './ids.ts'
import { readReview, reviewModal, sentenceModal } from './review.ts'
import { FAULT, refusalSentence } from './words.ts'

export interface ReviewListenersDeps {
  approvals: Approvals
  reader: ClusterReader
  report: Report
}

type Client = AllMiddlewareArgs['client']
type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

const OPEN_LISTED = 20

export function registerReviewListeners(app: App, deps: ReviewListenersDeps): void {
  const { approvals, reader, report } = deps

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
      const refused = await openReview(id.data, command.user_id, command.trigger_id, client)
      if (refused !== null) await respond(onlyForYou(refused))
    })
  })

  app.action(ACTIONS.review, async ({ ack, body, action, client, respond }: ButtonArgs) => {
    await ack()
    await answering('review button', report, respond, async () => {
      const refused = await openReview(idOf(action), body.user.id, body.trigger_id, client)
      if (refused !== null) await respond(onlyForYou(refused))
    })
  })

  app.action(ACTIONS.cancel, async ({ ack, body, action, respond }: ButtonArgs) => {
    await ack()
    await answering('cancel button', report, respond, async () => {
      const id = idOf(action)
      const refused = refusalOf(await inTime(approvals.cancel(id, body.user.id)), id)
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
    const { requestId } = metadata.data
    try {
      const outcome = await inTime(approvals.decide(requestId, review.verdict, body.user.id, review.note))
      const refused = refusalOf(outcome, requestId)
      if (refused === null) await ack()
      else if (outcome.kind === 'refused' && outcome.refusal === 'noteMissing') {
        await ack({ response_action: 'errors', errors: { [REVIEW_BLOCKS.note]: refused } })
      } else
        await ack({ response_action: 'update', view: sentenceModal(`${requestId} not changed`, refused) })
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
  ): Promise<string | null> {
    const request = await inTime(approvals.read(id))
    if (request === undefined) return noSuchRequest(id)
    const refusal = await inTime(approvals.reviewRefusal(request, userId))
    if (refusal !== null) return refusalSentence(refusal, request)
    const opened = await client.views.open({
      trigger_id: triggerId,
      view: reviewModal(request, { kind: 'reading' }),
    })
    await showGroup(request, opened.view, client)
    return null
  }

  /** The group as it is now, which CKafka may take its time to say; the modal is open and usable meanwhile. */
  async function showGroup(
    request: ResetRequest,
    opened: { id?: string; hash?: string } | undefined,
    client: Client,
  ): Promise<void> {
    if (opened?.id === undefined || opened.hash === undefined) return
    const { target, topics } = request.reset
    const [group, positions] = await Promise.all([reader.group(target), reader.positions(target, topics)])
    try {
      await client.views.update({
        view_id: opened.id,
        hash: opened.hash,
        view: reviewModal(request, { kind: 'seen', group, positions }),
      })
    } catch (error) {
      if (!isOvertaken(error))
        report({ event: 'fault', where: 'review update', requestId: request.id, error })
    }
  }
}

function idOf(action: ButtonAction): RequestId {
  const id = requestIdSchema.safeParse(action.value)
  if (!id.success) throw new Error('The button names no request.')
  return id.data
}

function refusalOf(outcome: ChangeOutcome, id: RequestId): string | null {
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

function noSuchRequest(id: RequestId): string {
  return `There is no request ${id}. Type ${COMMANDS.list} for the open ones.`
}
