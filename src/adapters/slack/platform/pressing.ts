// A button with a request's id, wherever it stands: acknowledged, carried out, and answered whatever goes wrong.
// Nothing is read from where it stood but that id; what a message says and shows proves nothing.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { Approvals } from '../../../ports/approvals.ts'
import type { FaultPlace, Report } from '../../../ports/events.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { Words } from '../language/language.ts'
import { answering, answerTo, idOf, inTime, onlyForYou } from './answering.ts'

export type Client = AllMiddlewareArgs['client']
export type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
export type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

export interface PressDeps {
  report: Report
  /** In the language of this person. */
  wordsFor(userId: string): Promise<Words>
}

export interface Press {
  body: BlockAction<ButtonAction>
  action: ButtonAction
  client: Client
  userId: string
  words: Promise<Words>
  /** To this person alone. */
  tell(sentence: string): Promise<void>
}

/** Whatever `act` throws is reported as of `where`, and told in a sentence. */
export function onPress(
  app: App,
  actionId: string,
  where: FaultPlace,
  { report, wordsFor }: PressDeps,
  act: (press: Press) => Promise<void>,
): void {
  app.action(actionId, async (args: ButtonArgs) => {
    const { ack, body, action, client } = args
    await ack()
    const userId = body.user.id
    const words = wordsFor(userId)
    const respond = answerTo(args, words)
    const tell = async (sentence: string): Promise<void> => {
      await respond(onlyForYou(sentence))
    }
    await answering(where, report, respond, words, () => act({ body, action, client, userId, words, tell }))
  })
}

/** The request that the button belongs to; null: there is none, and the person has been told. */
export async function pressedRequest(
  { action, words, tell }: Press,
  approvals: Pick<Approvals, 'read'>,
): Promise<ResetRequest | null> {
  const id = idOf(action)
  const request = await inTime(approvals.read(id))
  if (request !== undefined) return request
  await tell((await words).answers.noSuchRequest(id))
  return null
}
