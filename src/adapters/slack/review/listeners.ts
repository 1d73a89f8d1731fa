// Deciding on a request: the Review and Cancel buttons, the approval modal.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  RadioButtonsAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Approvals, Look } from '../../../ports/approvals.ts'
import type { Origin } from '../../../request/command.ts'
import type { RequestId, ResetRequest } from '../../../request/request.ts'
import { isOfPlan } from '../../../request/settling.ts'
import { ACTIONS, CALLBACKS, REVIEW_BLOCKS, reviewMetadataSchema } from '../blocks/ids.ts'
import { fieldErrors } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import {
  idOf,
  inTime,
  isOvertaken,
  originOf,
  parseJson,
  refusalOf,
  sentenceFor,
} from '../platform/answering.ts'
import { type Client, onPress, type PressDeps, type SubmitArgs } from '../platform/pressing.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { changeInTime } from '../platform/told-later.ts'
import { outcomeOfError } from '../platform/web-client.ts'
import { missingSentence, refusalSentence } from '../wording/words.ts'
import { createReviewWindows } from './open-reviews.ts'
import { movedModal, readReview, reviewModal } from './view.ts'

type PickedArgs = SlackActionMiddlewareArgs<BlockAction<RadioButtonsAction>> & AllMiddlewareArgs
const verdictSchema = z.enum(['approve', 'reject'])

export interface ReviewListenersDeps extends PressDeps {
  approvals: Approvals
}

/** The modal is open meanwhile, and says that it is looking. */
const LOOK_MS = 8_000
const UNPICTURED_MS = 60_000

export interface ReviewListeners {
  /** Opens the approval modal, or says why not. */
  openReview(
    id: RequestId,
    userId: string,
    triggerId: string,
    client: Client,
    from: Origin,
  ): Promise<string | null>
}

export function registerReviewListeners(app: App, deps: ReviewListenersDeps): ReviewListeners {
  const { approvals, report, wordsFor } = deps
  const windows = createReviewWindows()
  /** Requests of which Slack has refused the picture a moment ago. */
  const unpictured = new LRUCache<RequestId, true>({ max: 500, ttl: UNPICTURED_MS })

  onPress(app, ACTIONS.review, 'review button', deps, async ({ body, action, client, userId, tell }) => {
    const refused = await openReview(idOf(action), userId, body.trigger_id, client, originOf(body))
    if (refused !== null) await tell(refused)
  })

  onPress(
    app,
    ACTIONS.cancel,
    'cancel button',
    deps,
    async ({ body, action, client, userId, words, tell }) => {
      const id = idOf(action)
      const outcome = await changeInTime(approvals.cancel(id, userId, originOf(body)), id, {
        client,
        userId,
        words,
        report,
        where: 'cancel button',
      })
      const refused = refusalOf(await words, outcome, id)
      if (refused !== null) await tell(refused)
    },
  )

  app.view(CALLBACKS.review, async ({ ack, body, client, view }: SubmitArgs) => {
    const wanted = wordsFor(body.user.id)
    const metadata = reviewMetadataSchema.safeParse(parseJson(view.private_metadata))
    const review = readReview(view.state.values)
    if (!metadata.success || review === undefined) {
      const words = await wanted
      const { notDecided, fault } = words.answers
      await ack({ response_action: 'update', view: sentenceModal(words, notDecided, fault) })
      return
    }
    const { requestId, digest, from } = metadata.data
    try {
      const vote = { ...review, by: body.user.id, digest, from }
      const outcome = await changeInTime(approvals.decide(requestId, vote), requestId, {
        client,
        userId: body.user.id,
        words: wanted,
        report,
        where: 'decide',
      })
      const words = await wanted
      const refused = refusalOf(words, outcome, requestId)
      if (refused === null) await ack()
      else if (outcome.kind === 'refused' && outcome.refusal === 'noteMissing') {
        await ack({ response_action: 'errors', errors: fieldErrors({ [REVIEW_BLOCKS.note]: refused }) })
      } else if (outcome.kind === 'refused' && outcome.refusal === 'groupNotTyped' && asksForGroup(view)) {
        await ack({ response_action: 'errors', errors: fieldErrors({ [REVIEW_BLOCKS.typedGroup]: refused }) })
      } else if (outcome.kind === 'refused' && hasMoved(outcome.request, digest)) {
        const view = movedModal(words, outcome.request.drift, digest)
        await ack({ response_action: 'update', view })
      } else {
        const view = sentenceModal(words, words.answers.notChanged(requestId), refused)
        await ack({ response_action: 'update', view })
      }
    } catch (error) {
      report({ event: 'fault', where: 'decide', requestId, error })
      await ack({
        response_action: 'errors',
        errors: fieldErrors({ [REVIEW_BLOCKS.note]: sentenceFor(await wanted, error) }),
      })
    }
  })

  app.action(ACTIONS.verdict, async ({ ack, body, action, client }: PickedArgs) => {
    await ack()
    const verdict = verdictSchema.safeParse(action.selected_option?.value)
    if (!verdict.success || body.view === undefined) return
    try {
      const words = await wordsFor(body.user.id)
      const { id, looks } = await windows.picked(body.view, verdict.data, words, client)
      if (looks) await lookFor(id, body.view.private_metadata, words, client)
    } catch (error) {
      // The button keeps the name that is always true.
      if (!isOvertaken(error)) report({ event: 'fault', where: 'review update', error })
    }
  })

  /** In place of the process that has opened the window, and whose look comes too late for it now. */
  async function lookFor(viewId: string, untrusted: string, words: Words, client: Client): Promise<void> {
    const { requestId, digest, from } = reviewMetadataSchema.parse(parseJson(untrusted))
    const request = await approvals.read(requestId)
    if (request === undefined) return
    // Never another plan under the eyes of who decides.
    if (request.plan?.digest !== digest) {
      await windows.redraw(viewId, movedModal(words, request.drift, digest), client)
      return
    }
    const rows = await approvals.readPlan(request)
    const draw: Draw = (look, isPictured) => reviewModal(words, request, rows, look, from, isPictured)
    await showWhatMoved(request, draw, viewId, client)
  }

  /** The record is one quick read, well inside the trigger's life. */
  async function openReview(
    id: RequestId,
    userId: string,
    triggerId: string,
    client: Client,
    from: Origin,
  ): Promise<string | null> {
    const wanted = wordsFor(userId)
    const request = await inTime(approvals.read(id))
    if (request === undefined) {
      const why = await inTime(approvals.whyGone(id))
      return missingSentence(await wanted, id, why, from.message === null)
    }
    const refusal = await inTime(approvals.reviewRefusal(request, userId, from))
    if (refusal !== null) return refusalSentence(await wanted, refusal, request)
    const rows = await inTime(approvals.readPlan(request))
    const words = await wanted
    const draw: Draw = (look, isPictured) => reviewModal(words, request, rows, look, from, isPictured)
    const { opened, view } = await withPicture(request.id, async isPictured => {
      const view = draw(undefined, isPictured)
      return { opened: await client.views.open({ trigger_id: triggerId, view }), view }
    })
    windows.opened(opened.view, view, words)
    await showWhatMoved(request, draw, opened.view?.id, client)
    return null
  }

  /** What has moved since the plan, which CKafka may take its time to say; the modal is open and usable meanwhile. */
  async function showWhatMoved(
    request: ResetRequest,
    draw: Draw,
    opened: string | undefined,
    client: Client,
  ): Promise<void> {
    const look = await approvals.lookAgain(request, 'opened', LOOK_MS)
    if (opened === undefined) return
    try {
      await withPicture(request.id, isPictured => windows.redraw(opened, draw(look, isPictured), client))
    } catch (error) {
      if (!isOvertaken(error)) {
        report({ event: 'fault', where: 'review update', requestId: request.id, error })
      }
    }
  }

  /**
   * With the picture of the plan, and again without where Slack refuses the view: a file can be away, or not ready yet. A
   * trigger is not used up by a view that is refused.
   */
  async function withPicture<T>(id: RequestId, show: (isPictured: boolean) => Promise<T>): Promise<T> {
    const isPictured = !unpictured.has(id)
    try {
      return await show(isPictured)
    } catch (error) {
      if (!isPictured || !isViewRefused(error)) throw error
      unpictured.set(id, true)
      return show(false)
    }
  }

  return { openReview }
}

type Draw = (look: Look | undefined, isPictured: boolean) => ModalView

/** Whatever it is that Slack does not like about the view. */
function isViewRefused(error: unknown): boolean {
  const outcome = outcomeOfError(error)
  return outcome.kind === 'refused' && /^invalid_(arguments|blocks)/.test(outcome.code)
}

/** A window from before an edit of the policy may have no field for it: Slack refuses an error about a field that is not there. */
function asksForGroup({ blocks }: { blocks: { block_id?: string }[] }): boolean {
  return blocks.some(({ block_id }) => block_id === REVIEW_BLOCKS.typedGroup)
}

/** Whether the plan that was decided on is not the request's plan any more. */
function hasMoved(request: ResetRequest, digest: string): boolean {
  const { drift, state } = request
  return drift.length > 0 && !isOfPlan(request, digest) && ['preparing', 'pending'].includes(state.name)
}
