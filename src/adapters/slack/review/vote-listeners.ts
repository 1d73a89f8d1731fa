// Taking a vote back, breaking the glass, and looking at it afterwards.

import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Approvals, ChangeOutcome, Look } from '../../../ports/approvals.ts'
import type { Origin } from '../../../request/command.ts'
import { hasMembers } from '../../../request/group.ts'
import type { RequestId, ResetRequest } from '../../../request/request.ts'
import type { Refusal } from '../../../request/step.ts'
import { ACTIONS, CALLBACKS, GLASS_BLOCKS, reviewMetadataSchema } from '../blocks/ids.ts'
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
import {
  type Client,
  onPress,
  type PressDeps,
  pressedRequest,
  type SubmitArgs,
} from '../platform/pressing.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { changeInTime } from '../platform/told-later.ts'
import { refusalSentence } from '../wording/words.ts'
import { afterwardsModal, glassModal, readGlass } from './break-glass.ts'

export interface VoteListenersDeps extends PressDeps {
  approvals: Approvals
}

/** The modal is open meanwhile. */
const LOOK_MS = 8_000

export function registerVoteListeners(app: App, deps: VoteListenersDeps): void {
  const { approvals, wordsFor, report } = deps

  onPress(
    app,
    ACTIONS.withdraw,
    'withdraw button',
    deps,
    async ({ body, action, client, userId, words, tell }) => {
      const id = idOf(action)
      const outcome = await changeInTime(approvals.withdraw(id, userId, originOf(body)), id, {
        client,
        userId,
        words,
        report,
        where: 'withdraw button',
      })
      const say = await words
      await tell(refusalOf(say, outcome, id) ?? say.votes.withdrawn(id))
    },
  )

  opensModal(ACTIONS.breakGlass, glassModal, approvals.glassRefusal)
  opensModal(ACTIONS.reviewGlass, afterwardsModal, approvals.afterwardsRefusal)

  function opensModal(
    actionId: typeof ACTIONS.breakGlass | typeof ACTIONS.reviewGlass,
    modal: (words: Words, request: ResetRequest, from: Origin, look?: Look) => ModalView,
    refusalFor: (request: ResetRequest, userId: string, from: Origin) => Promise<Refusal | null>,
  ): void {
    onPress(app, actionId, `${actionId} button`, deps, async press => {
      const { body, client, userId, words, tell } = press
      const request = await pressedRequest(press, approvals)
      if (request === null) return
      const refusal = await inTime(refusalFor(request, userId, originOf(body)))
      const say = await words
      if (refusal !== null) {
        const isAfterwards = actionId === ACTIONS.reviewGlass
        const own = isAfterwards ? ownSentence(say, refusal, request.id) : null
        await tell(own ?? refusalSentence(say, refusal, request))
        return
      }
      const draw = (look?: Look) => modal(say, request, originOf(body), look)
      const { view } = await client.views.open({ trigger_id: body.trigger_id, view: draw() })
      if (actionId === ACTIONS.breakGlass) await showWhoIsConnected(request, draw, view, client)
    })
  }

  /** Who is in its way now, or that it is planned anew; the modal is open and usable meanwhile. */
  async function showWhoIsConnected(
    request: ResetRequest,
    draw: (look: Look) => ModalView,
    opened: { id?: string; hash?: string } | undefined,
    client: Client,
  ): Promise<void> {
    try {
      const look = await approvals.lookAgain(request, 'opened', LOOK_MS)
      const isShown = look.kind === 'moved' || (look.kind === 'holds' && hasMembers(look.group))
      if (!isShown || opened?.id === undefined || opened.hash === undefined) return
      await client.views.update({ view_id: opened.id, hash: opened.hash, view: draw(look) })
    } catch (error) {
      // It says nothing of now, which is true.
      if (!isOvertaken(error)) report({ event: 'fault', where: 'break_glass', requestId: request.id, error })
    }
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
    { ack, body, client, view }: SubmitArgs,
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
      const outcome = await changeInTime(
        change({ ...metadata.data, ...typed, by: body.user.id }),
        requestId,
        { client, userId: body.user.id, words: Promise.resolve(words), report, where: 'break_glass' },
      )
      const problem = fieldProblem(words, outcome, view.callback_id)
      if (problem !== null) await ack({ response_action: 'errors', errors: fieldErrors(problem) })
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
      await ack({ response_action: 'errors', errors: fieldErrors(errors) })
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
  const isAfterwards = outcome.kind === 'refused' && callback === CALLBACKS.reviewGlass
  return (isAfterwards ? ownSentence(words, outcome.refusal, id) : null) ?? refusalOf(words, outcome, id)
}

function ownSentence({ glass: say }: Words, refusal: Refusal, id: RequestId): string | null {
  if (refusal === 'ownRequest') return say.ownGlass(id)
  return refusal === 'stale' ? say.nothingToReview(id) : null
}
