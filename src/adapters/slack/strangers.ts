// Who may use Rewind at all: full members of our own workspace. Everybody else is told why not before any listener runs,
// and the attempt is kept. Who may decide on what is not asked here: that is the policy's.

import type { AllMiddlewareArgs, AnyMiddlewareArgs } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { Approvals, Clock, Person } from '../../ports.ts'
import type { Origin } from '../../request/command.ts'
import { requestIdSchema } from '../../request/request.ts'
import { clip } from '../../request/reset.ts'
import { sentenceHome } from './home.ts'
import { ACTIONS, CALLBACKS, COMMANDS } from './ids.ts'
import type { Words } from './language/language.ts'
import { LIMITS } from './limits.ts'
import type { SlackPeople, Workspace } from './people.ts'
import { plain } from './text.ts'

export interface StrangersDeps {
  approvals: Pick<Approvals, 'recordAttempt'>
  people: SlackPeople
  clock: Clock
  wordsFor: (userId: string) => Promise<Words>
}

/**
 * Opening a form or reading a list changes nothing, and a trigger lives three seconds: when Slack does not say in time
 * who it is, the look is granted.
 */
const LOOK_MS = 200
/**
 * What asks, decides or calls off is not done for somebody whom Slack does not vouch for: a guest has the same buttons
 * as everybody. Whoever has a form open was looked up when it was opened, so that this long a wait is rare.
 */
const ACT_MS = 1_000

/** All that changes nothing by itself; what is not named here acts. */
const LOOKS: ReadonlySet<string> = new Set([
  ...[ACTIONS.ask, ACTIONS.review, ACTIONS.undo, ACTIONS.retry, ACTIONS.edit],
  ...[ACTIONS.breakGlass, ACTIONS.reviewGlass],
  ...[ACTIONS.listOlder, ACTIONS.listNewest, ACTIONS.history, ACTIONS.historyOlder, ACTIONS.historyNewest],
  ...[ACTIONS.strategy, ACTIONS.scope, ACTIONS.instance, ACTIONS.group, ACTIONS.otherGroup, ACTIONS.topics],
])

type Args = AnyMiddlewareArgs & AllMiddlewareArgs
type Standing = Person['standing'] | 'notKnown'

export function createStrangersGate(deps: StrangersDeps): (args: Args) => Promise<void> {
  const { approvals, people, clock, wordsFor } = deps

  async function standingOf({ userId, teamId, enterpriseId, stakes }: Deed): Promise<Standing> {
    const untilMs = performance.now() + (stakes === 'look' ? LOOK_MS : ACT_MS)
    const left = () => Math.max(0, untilMs - performance.now())
    const home = await people.workspace(left())
    // Their own payload says that they belong elsewhere: nothing has to be looked up.
    if (home !== null && isElsewhere({ teamId, enterpriseId }, home)) return 'stranger'
    const person = await people.find(userId, left())
    return person?.standing ?? 'notKnown'
  }

  return async args => {
    const deed = deedIn(args.body)
    if (deed === null) return args.next()
    const standing = await standingOf(deed)
    if (standing === 'member' || (standing === 'notKnown' && deed.stakes === 'look')) return args.next()
    // That Slack is silent is nobody's attempt; nor is a look at what is refused without being asked for.
    if (standing !== 'notKnown' && deed.kind !== 'options' && deed.kind !== 'home') {
      const { userId, does, from } = deed
      void approvals.recordAttempt({ atMs: clock(), by: userId, command: does, refusal: standing, from })
    }
    await refuse(args, deed, standing, await wordsFor(deed.userId))
  }
}

function isElsewhere(
  { teamId, enterpriseId }: Pick<Deed, 'teamId' | 'enterpriseId'>,
  home: Workspace,
): boolean {
  if (teamId === null || teamId === home.teamId || teamId === home.enterpriseId) return false
  // Another workspace of the same organisation: they may belong to ours as well.
  return home.enterpriseId === null || enterpriseId !== home.enterpriseId
}

async function refuse(
  args: Args,
  { kind, userId, viewId, triggerId, lastInput }: Deed,
  standing: Exclude<Standing, 'member'>,
  words: Words,
): Promise<void> {
  const { client } = args
  const ack = args.ack as (answer?: unknown) => Promise<void>
  const sentence = words.strangers[standing]
  const onlyForThem = { response_type: 'ephemeral', replace_original: false, text: sentence } as const
  switch (kind) {
    case 'home':
      await client.views.publish({ user_id: userId, view: sentenceHome(sentence) })
      return
    case 'options':
      return ack({ options: [] })
    case 'command':
      return ack(onlyForThem)
    case 'submission':
      // Who only has to try again keeps what they have typed.
      return standing === 'notKnown' && lastInput !== null
        ? ack({ response_action: 'errors', errors: { [lastInput]: sentence } })
        : ack({ response_action: 'update', view: refusalModal(words, sentence) })
    case 'action':
    case 'shortcut':
      await ack()
      // A modal has nowhere to answer but itself.
      if (viewId !== null) await client.views.update({ view_id: viewId, view: refusalModal(words, sentence) })
      else if ('respond' in args && args.respond !== undefined) await args.respond(onlyForThem)
      else if (triggerId !== null) {
        await client.views.open({ trigger_id: triggerId, view: refusalModal(words, sentence) })
      }
      return
    default:
      return kind satisfies never
  }
}

function refusalModal({ strangers }: Words, sentence: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain(strangers.title, LIMITS.viewTitle),
    close: plain(strangers.close, LIMITS.viewTitle),
    blocks: [{ type: 'section', text: plain(sentence, LIMITS.errorText) }],
  }
}

/** What somebody does, as far as it matters who it is. */
interface Deed {
  kind: 'command' | 'action' | 'submission' | 'shortcut' | 'options' | 'home'
  /** In the audit: like `reset command`. */
  does: string
  stakes: 'look' | 'act'
  userId: string
  /** Their own; null where the payload does not say. */
  teamId: string | null
  enterpriseId: string | null
  from: Origin
  /** The modal that it was done in. */
  viewId: string | null
  /** Of that modal; Slack shows an error only under an input. */
  lastInput: string | null
  /** Opens a window where there is nowhere else to answer, as on the Home tab. */
  triggerId: string | null
}

const idSchema = z.object({ id: z.string() }).nullish()
const viewSchema = z.object({
  id: z.string(),
  type: z.string(),
  callback_id: z.string().optional(),
  blocks: z.array(z.object({ type: z.string(), block_id: z.string().optional() })).default([]),
})
const bodySchema = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  callback_id: z.string().optional(),
  action_id: z.string().optional(),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().optional().catch(undefined) }))
    .optional(),
  user_id: z.string().optional(),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }).optional(),
  event: z.object({ type: z.string(), user: z.unknown() }).optional(),
  team_id: z.string().nullish(),
  team: idSchema,
  enterprise_id: z.string().nullish(),
  enterprise: idSchema,
  channel_id: z.string().optional(),
  channel: idSchema,
  message: z.object({ ts: z.string() }).nullish(),
  trigger_id: z.string().nullish(),
  view: viewSchema.nullish(),
})
type Body = z.output<typeof bodySchema>

/** Null for what nobody does: other events, and a form that was closed. Throws when it cannot be read: then nothing runs. */
function deedIn(untrusted: unknown): Deed | null {
  const body = bodySchema.parse(untrusted)
  const about = whatIn(body)
  if (about === null) return null
  const userId = body.user_id ?? body.user?.id ?? homeUserIn(body)
  if (userId === undefined) throw new Error('The payload does not say who has done it.')
  const { view } = body
  return {
    ...about,
    userId,
    teamId: about.kind === 'home' ? null : (body.user?.team_id ?? body.team_id ?? body.team?.id ?? null),
    enterpriseId: body.enterprise_id ?? body.enterprise?.id ?? null,
    from: { channel: body.channel_id ?? body.channel?.id ?? null, message: body.message?.ts ?? null },
    viewId: view?.type === 'modal' ? view.id : null,
    lastInput: view?.blocks.findLast(({ type }) => type === 'input')?.block_id ?? null,
    triggerId: body.trigger_id ?? null,
  }
}

/** An event comes with the workspace that it is sent to, not with that of the person. */
function homeUserIn({ event }: Body): string | undefined {
  return event?.type === 'app_home_opened' ? z.string().optional().parse(event.user) : undefined
}

function whatIn({
  type,
  command,
  event,
  actions,
  action_id,
  callback_id,
  view,
}: Body): Pick<Deed, 'kind' | 'does' | 'stakes'> | null {
  if (command !== undefined) return { kind: 'command', does: `${nameOf(command)} command`, stakes: 'look' }
  if (event?.type === 'app_home_opened') return { kind: 'home', does: 'home', stakes: 'look' }
  switch (type) {
    case 'block_actions': {
      const [action] = actions ?? []
      const { action_id: id = '', value } = action ?? {}
      const about = requestIdSchema.safeParse(value?.split(' ')[0])
      const does = `${clip(id, 60)} button${about.success ? ` of ${about.data}` : ''}`
      return { kind: 'action', does, stakes: LOOKS.has(id) ? 'look' : 'act' }
    }
    case 'view_submission':
      return { kind: 'submission', does: `${clip(view?.callback_id ?? '', 60)} submission`, stakes: 'act' }
    case 'message_action':
    case 'shortcut':
      return { kind: 'shortcut', does: `${clip(callback_id ?? '', 60)} shortcut`, stakes: 'look' }
    case 'block_suggestion':
      return { kind: 'options', does: `${clip(action_id ?? '', 60)} options`, stakes: 'look' }
    default:
      return null
  }
}

function nameOf(command: string): string {
  const [name] = Object.entries(COMMANDS).find(([, each]) => each === command) ?? []
  return name ?? clip(command, 60)
}
