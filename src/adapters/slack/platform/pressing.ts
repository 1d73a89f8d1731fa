// A button with a request's id, wherever it stands: acknowledged, carried out, and answered whatever goes wrong.
// Nothing is read from where it stood but that id; what a message says and shows proves nothing. A choice behind the three
// dots is pressed as the button that it stands for: older messages have that button itself.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  OverflowAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { Approvals } from '../../../ports/approvals.ts'
import type { FaultPlace, Report } from '../../../ports/events.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { ACTIONS, readMenuValue } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import { missingSentence } from '../wording/words.ts'
import { answering, answerTo, idOf, inTime, onlyForYou } from './answering.ts'

export type Client = AllMiddlewareArgs['client']
export type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type ChoiceArgs = SlackActionMiddlewareArgs<BlockAction<OverflowAction>> & AllMiddlewareArgs
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
  const press = async (args: PressArgs, action: ButtonAction): Promise<void> => {
    const { ack, body, client } = args
    await ack()
    const userId = body.user.id
    const words = wordsFor(userId)
    const respond = answerTo(args, words)
    const tell = async (sentence: string): Promise<void> => {
      await respond(onlyForYou(sentence))
    }
    await answering(where, report, respond, words, () => act({ body, action, client, userId, words, tell }))
  }
  app.action(actionId, async (args: ButtonArgs) => press(args, args.action))
  menuOf(app).set(actionId, press)
}

type PressArgs = Pick<ButtonArgs, 'ack' | 'client' | 'respond'> & { body: BlockAction<ButtonAction> }
type Menu = Map<string, (args: PressArgs, action: ButtonAction) => Promise<void>>
const menus = new WeakMap<App, Menu>()

/** By action: what stands in the menus of this app's messages. */
function menuOf(app: App): Menu {
  const known = menus.get(app)
  if (known !== undefined) return known
  const menu: Menu = new Map()
  menus.set(app, menu)
  app.action(ACTIONS.more, async (args: ChoiceArgs) => {
    const { selected_option: picked, ...about } = args.action
    const { action, value } = readMenuValue(picked?.value ?? '')
    const press = menu.get(action)
    // Of another version: Slack shows nothing, and the next drawing of the message has what can be pressed.
    if (press === undefined) return args.ack()
    const body = args.body as unknown as BlockAction<ButtonAction>
    const { text } = picked
    return press({ ...args, body }, { ...about, type: 'button', action_id: action, value, text })
  })
  return menu
}

/** The request that the button belongs to; null: there is none, and the person has been told. */
export async function pressedRequest(
  { action, words, tell }: Press,
  approvals: Pick<Approvals, 'read' | 'whyGone'>,
): Promise<ResetRequest | null> {
  const id = idOf(action)
  const request = await inTime(approvals.read(id))
  if (request !== undefined) return request
  await tell(missingSentence(await words, id, await inTime(approvals.whyGone(id))))
  return null
}
