// Slack's commands, clicks and submissions, each turned into one verb of the product and always answered.
// Nothing is read from a message but the request's id; what it says and shows proves nothing.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  RespondArguments,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { Approvals, ChangeOutcome, Clock, Report } from '../../ports.ts'
import { type RequestId, requestIdSchema } from '../../request/request.ts'
import { parseReset } from '../../request/reset.ts'
import { openList } from './card.ts'
import { parseFlags } from './flags.ts'
import {
  ACTIONS,
  CALLBACKS,
  COMMANDS,
  formMetadataSchema,
  REVIEW_BLOCKS,
  reviewMetadataSchema,
} from './ids.ts'
import { type Instance, problemsByBlock, readResetForm, resetForm } from './reset-form.ts'
import { readReview, reviewModal, sentenceModal } from './review.ts'
import { FAULT, refusalSentence, STORE_AWAY, TRIGGER_GONE } from './words.ts'

export interface ListenersDeps {
  approvals: Approvals
  clock: Clock
  report: Report
  instances: readonly Instance[]
}

type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type InputArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

/** Slack gives up after 3 s; by then the answer has to be on its way. */
const ANSWER_MS = 2_500
const OPEN_LISTED = 20

export function registerListeners(app: App, deps: ListenersDeps): void {
  const { approvals, clock, report, instances } = deps

  app.command(COMMANDS.reset, async ({ ack, command, client, respond }: CommandArgs) => {
    await ack()
    await answering('reset command', respond, async () => {
      // The trigger lives three seconds: nothing is asked of Redis or CKafka before the form is open.
      const { fields, problems } = parseFlags(command.text, clock())
      const view = resetForm(fields, { instances, askedIn: command.channel_id, notes: problems })
      await client.views.open({ trigger_id: command.trigger_id, view })
    })
  })

  app.command(COMMANDS.list, async ({ ack, command, client, respond }: CommandArgs) => {
    await ack()
    await answering('list command', respond, async () => {
      const typed = command.text.trim().toUpperCase()
      if (typed === '') {
        const { requests, total } = await approvals.openRequests(OPEN_LISTED)
        await respond({ response_type: 'ephemeral', ...openList(requests, total) })
        return
      }
      const id = requestIdSchema.safeParse(typed)
      if (!id.success) {
        await respond(
          only(`Type ${COMMANDS.list} for the open requests, or ${COMMANDS.list} R-12 to review one.`),
        )
        return
      }
      const refused = await openReview(id.data, command.user_id, command.trigger_id, client)
      if (refused !== null) await respond(only(refused))
    })
  })

  // Choosing a strategy or a scope shows the fields it needs; what is typed stays, because the block ids do.
  for (const actionId of [ACTIONS.strategy, ACTIONS.scope]) {
    app.action(actionId, async ({ ack, body, client }: InputArgs) => {
      await ack()
      const { view } = body
      if (view === undefined) return
      try {
        const metadata = formMetadataSchema.parse(JSON.parse(view.private_metadata))
        await client.views.update({
          view_id: view.id,
          hash: view.hash,
          view: resetForm(readResetForm(view.state.values), { instances, ...metadata }),
        })
      } catch (error) {
        // A newer update has won, or the form was closed; submitting draws it again where it must be.
        report({ event: 'fault', where: 'form update', error })
      }
    })
  }

  app.view(CALLBACKS.resetForm, async ({ ack, body, view }: SubmitArgs) => {
    const metadata = formMetadataSchema.safeParse(parseJson(view.private_metadata))
    if (!metadata.success) {
      await ack({ response_action: 'update', view: sentenceModal('Not sent', FAULT) })
      return
    }
    const fields = readResetForm(view.state.values)
    const parsed = parseReset(fields, { instances: instances.map(instance => instance.id) })
    if (!parsed.ok) {
      const shown = view.blocks.map(block => block.block_id ?? '')
      const errors = problemsByBlock(parsed.problems, shown)
      await (errors === null
        ? ack({
            response_action: 'update',
            view: resetForm(fields, { instances, ...metadata.data, notes: Object.values(parsed.problems) }),
          })
        : ack({ response_action: 'errors', errors }))
      return
    }
    try {
      const { askedIn } = metadata.data
      const { reset, reason } = parsed
      await inTime(
        approvals.submit({ reset, reason, requester: body.user.id, askedIn, submissionId: view.id }),
      )
      await ack()
    } catch (error) {
      report({ event: 'fault', where: 'submit', error })
      // The form stays open with everything in it; sending it again is the same request.
      await ack({ response_action: 'errors', errors: { field_reason: STORE_AWAY } })
    }
  })

  app.action(ACTIONS.review, async ({ ack, body, action, client, respond }: ButtonArgs) => {
    await ack()
    await answering('review button', respond, async () => {
      const id = requestIdSchema.safeParse(action.value)
      if (!id.success) throw new Error('The button names no request.')
      const refused = await openReview(id.data, body.user.id, body.trigger_id, client)
      if (refused !== null) await respond(only(refused))
    })
  })

  app.action(ACTIONS.cancel, async ({ ack, body, action, respond }: ButtonArgs) => {
    await ack()
    await answering('cancel button', respond, async () => {
      const id = requestIdSchema.safeParse(action.value)
      if (!id.success) throw new Error('The button names no request.')
      const refused = refusalOf(await inTime(approvals.cancel(id.data, body.user.id)), id.data)
      if (refused !== null) await respond(only(refused))
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
      await ack({ response_action: 'errors', errors: { [REVIEW_BLOCKS.note]: STORE_AWAY } })
    }
  })

  /** Opens the approval modal, or says why not. The record is one quick read, well inside the trigger's life. */
  async function openReview(
    id: RequestId,
    userId: string,
    triggerId: string,
    client: AllMiddlewareArgs['client'],
  ): Promise<string | null> {
    const request = await inTime(approvals.read(id))
    if (request === undefined) return noSuchRequest(id)
    const refusal = await inTime(approvals.reviewRefusal(request, userId))
    if (refusal !== null) return refusalSentence(refusal, request)
    await client.views.open({ trigger_id: triggerId, view: reviewModal(request) })
    return null
  }

  /** Whatever goes wrong, the person gets a sentence; the cause goes to the log. */
  async function answering(
    where: string,
    respond: (message: RespondArguments) => Promise<unknown>,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act()
    } catch (error) {
      report({ event: 'fault', where, error })
      await respond(only(sentenceFor(error)))
    }
  }
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

function only(text: string): RespondArguments {
  return { response_type: 'ephemeral', replace_original: false, text }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('No answer in time.'), { code: 'STORE_AWAY' })),
      ANSWER_MS,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function sentenceFor(error: unknown): string {
  const { code, data } = Object(error) as { code?: unknown; data?: { error?: unknown } }
  if (code === 'STORE_AWAY') return STORE_AWAY
  return /trigger/.test(String(data?.error)) ? TRIGGER_GONE : FAULT
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
