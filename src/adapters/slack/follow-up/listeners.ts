// After an execution: the buttons that prepare an undo or a second try, and the modal in which it is asked for.
// What it would do is worked out anew from the record each time; the modal carries no offsets.

import type { App, ViewSubmitAction } from '@slack/bolt'
import type { Approvals } from '../../../ports/approvals.ts'
import { keyOfFollowUp } from '../../../request/digest.ts'
import type { FollowUp } from '../../../request/follow-up.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { ACTIONS, CALLBACKS, FOLLOW_UP_BLOCKS, followUpMetadataSchema } from '../blocks/ids.ts'
import { fieldErrors } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { askedInOf, inTime, parseJson, sentenceFor } from '../platform/answering.ts'
import { onPress, type PressDeps, pressedRequest, type SubmitArgs } from '../platform/pressing.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { inTimeOrTold, submittedInWords } from '../platform/told-later.ts'
import { missingSentence, notSubmitted } from '../wording/words.ts'
import { followUpModal, noFollowUp, readFollowUp } from './view.ts'

export interface FollowUpListenersDeps extends PressDeps {
  approvals: Approvals
  /** Of what everybody will read. */
  common: Words
}

export function registerFollowUpListeners(app: App, deps: FollowUpListenersDeps): void {
  const { approvals, report, wordsFor, common } = deps

  for (const kind of ['undo', 'retry'] as const) {
    onPress(app, ACTIONS[kind], `${kind} button`, deps, async press => {
      const request = await pressedRequest(press, approvals)
      if (request === null) return
      const { body, client, tell } = press
      const found = await inTime(approvals.followUps(request, kind))
      const words = await press.words
      if (found === null || found === 'notWhole' || found.possible.length === 0) {
        await tell(noFollowUp(words, kind, request, found))
        return
      }
      const view = followUpModal(words, kind, request, found, askedInOf(body), common)
      await client.views.open({ trigger_id: body.trigger_id, view })
    })
  }

  app.view(CALLBACKS.followUp, async ({ ack, body, client, view }: SubmitArgs) => {
    const wanted = wordsFor(body.user.id)
    const metadata = followUpMetadataSchema.safeParse(parseJson(view.private_metadata))
    const asked = readFollowUp(view.state.values)
    if (!metadata.success || asked === undefined) {
      const words = await wanted
      const { notSent, fault } = words.answers
      await ack({ response_action: 'update', view: sentenceModal(words, notSent, fault) })
      return
    }
    const { requestId, kind, askedIn, offered } = metadata.data
    const key = asked.key ?? offered
    try {
      const request = await inTime(approvals.read(requestId))
      const found = request === undefined ? null : await inTime(approvals.followUps(request, kind))
      const words = await wanted
      const possible = found === null || found === 'notWhole' ? [] : found.possible
      const chosen = possible.find(each => keyOfFollowUp(each) === key)
      if (request !== undefined && chosen === undefined) {
        const why =
          possible.length > 0 ? words.followUp.changed(requestId) : noFollowUp(words, kind, request, found)
        await ack({ response_action: 'update', view: sentenceModal(words, words.answers.notSent, why) })
        return
      }
      if (request === undefined || chosen === undefined) {
        const why = missingSentence(words, requestId, await inTime(approvals.whyGone(requestId)))
        const view = sentenceModal(words, words.answers.notSent, why)
        await ack({ response_action: 'update', view })
        return
      }
      const submittal = { ...submittalOf(request, kind, chosen, asked.reason), ...from(body), askedIn }
      const submitted = await inTimeOrTold(
        approvals.submit(submittal),
        { client, userId: body.user.id, words: wanted, report, where: kind },
        submittedInWords,
      )
      if (submitted.kind === 'submitted') await ack()
      else {
        const errors = { [FOLLOW_UP_BLOCKS.reason]: notSubmitted(words, submitted) }
        await ack({ response_action: 'errors', errors: fieldErrors(errors) })
      }
    } catch (error) {
      report({ event: 'fault', where: kind, requestId, error })
      await ack({
        response_action: 'errors',
        errors: fieldErrors({ [FOLLOW_UP_BLOCKS.reason]: sentenceFor(await wanted, error) }),
      })
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
    // Where its own card stands, whoever may see that from where they are.
    cardIn: request.channel,
  }
}

function from({ user, view }: ViewSubmitAction) {
  return { requester: user.id, submissionId: view.id }
}
