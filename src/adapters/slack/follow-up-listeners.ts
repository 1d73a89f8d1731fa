// After an execution: the buttons that prepare an undo or a second try, and the modal in which it is asked for.
// What it would do is worked out anew from the record each time; the modal carries no offsets.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { Approvals, Report } from '../../ports.ts'
import type { FollowUp } from '../../request/follow-up.ts'
import type { ResetRequest } from '../../request/request.ts'
import { answering, idOf, inTime, noSuchRequest, onlyForYou, parseJson, sentenceFor } from './answering.ts'
import { followUpModal, noFollowUp, readFollowUp } from './follow-up-modal.ts'
import { ACTIONS, CALLBACKS, FOLLOW_UP_BLOCKS, followUpMetadataSchema } from './ids.ts'
import { sentenceModal } from './review.ts'
import { FAULT } from './words.ts'

export interface FollowUpListenersDeps {
  approvals: Approvals
  report: Report
}

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

export function registerFollowUpListeners(app: App, deps: FollowUpListenersDeps): void {
  const { approvals, report } = deps

  for (const kind of ['undo', 'retry'] as const) {
    app.action(ACTIONS[kind], async ({ ack, body, action, client, respond }: ButtonArgs) => {
      await ack()
      await answering(`${kind} button`, report, respond, async () => {
        const id = idOf(action)
        const request = await inTime(approvals.read(id))
        if (request === undefined) {
          await respond(onlyForYou(noSuchRequest(id)))
          return
        }
        const found = await inTime(approvals.followUps(request, kind))
        if (found === null || found.possible.length === 0) {
          await respond(onlyForYou(noFollowUp(kind, request, found)))
          return
        }
        await client.views.open({ trigger_id: body.trigger_id, view: followUpModal(kind, request, found) })
      })
    })
  }

  app.view(CALLBACKS.followUp, async ({ ack, body, view }: SubmitArgs) => {
    const metadata = followUpMetadataSchema.safeParse(parseJson(view.private_metadata))
    const asked = readFollowUp(view.state.values)
    if (!metadata.success || asked === undefined) {
      await ack({ response_action: 'update', view: sentenceModal('Not sent', FAULT) })
      return
    }
    const { requestId, kind } = metadata.data
    try {
      const request = await inTime(approvals.read(requestId))
      const found = request === undefined ? null : await inTime(approvals.followUps(request, kind))
      const chosen = found?.possible[asked.index]
      if (request === undefined || chosen === undefined) {
        await ack({ response_action: 'update', view: sentenceModal('Not sent', noSuchRequest(requestId)) })
        return
      }
      await inTime(approvals.submit({ ...submittalOf(request, kind, chosen, asked.reason), ...from(body) }))
      await ack()
    } catch (error) {
      report({ event: 'fault', where: kind, requestId, error })
      await ack({ response_action: 'errors', errors: { [FOLLOW_UP_BLOCKS.reason]: sentenceFor(error) } })
    }
  })
}

function submittalOf(request: ResetRequest, kind: 'undo' | 'retry', chosen: FollowUp, reason: string) {
  return {
    reset: chosen.reset,
    targets: chosen.targets,
    reason,
    // Whether to skip to the end was decided with the request that this one follows.
    skipToEnd: request.skipToEnd,
    parent: { id: request.id, kind },
    askedIn: request.askedIn,
  }
}

function from({ user, view }: ViewSubmitAction) {
  return { requester: user.id, submissionId: view.id }
}
