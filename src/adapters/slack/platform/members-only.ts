// Who may use Rewind at all: who is known to be a full member of our own workspace. Everybody else is told why not before
// any listener runs, and the attempt is kept. Who may decide on what is not asked here: that is the policy's.

import type { AllMiddlewareArgs, AnyMiddlewareArgs } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { Approvals } from '../../../ports/approvals.ts'
import type { Person } from '../../../ports/chat.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Origin } from '../../../request/command.ts'
import { requestIdSchema } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { ACTIONS, CALLBACKS, COMMANDS, readMenuValue } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { fieldErrors, plain } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { SlackPeople, Workspace } from './people.ts'
import { sentenceHome } from './sentence-views.ts'

export interface MembersGateDeps {
  approvals: Pick<Approvals, 'recordAttempt'>
  people: SlackPeople
  clock: Clock
  wordsFor: (userId: string) => Promise<Words>
}

/**
 * What others ask for is shown, and anything done, only for somebody whom Slack vouches for: a guest has the same
 * buttons as everybody. A trigger lives three seconds, and opening a form is part of them.
 */
const WAIT_MS = 1_000
/** A Home tab can be drawn late: nobody waits for an answer to having opened it. */
const HOME_WAIT_MS = 20_000

type Args = AnyMiddlewareArgs & AllMiddlewareArgs
/** `notKnown`: Slack does not say, or not in time. That is never enough. */
export type Membership = Person['membership'] | 'notKnown'

/** What somebody is: the one question before anything is shown to them or done for them. */
export async function membershipOf(
  people: Pick<SlackPeople, 'find'>,
  userId: string,
  patienceMs: number,
): Promise<Membership> {
  return (await people.find(userId, patienceMs))?.membership ?? 'notKnown'
}

export function createMembersGate(deps: MembersGateDeps): (args: Args) => Promise<void> {
  const { approvals, people, clock, wordsFor } = deps

  async function membershipIn(
    { userId, teamId, enterpriseId }: Deed,
    patienceMs: number,
  ): Promise<Membership> {
    const untilMs = performance.now() + patienceMs
    const left = () => Math.max(0, untilMs - performance.now())
    const home = await people.workspace(left())
    // Their own payload says that they belong elsewhere: nothing has to be looked up.
    if (home !== null && isElsewhere({ teamId, enterpriseId }, home)) return 'stranger'
    return membershipOf(people, userId, left())
  }

  return async args => {
    const deed = deedIn(args.body)
    if (deed === 'nobody’s') return args.next()
    const membership = await membershipIn(deed, WAIT_MS)
    if (membership === 'member') return args.next()
    // That Slack is silent is nobody's attempt; nor is a look at what is refused without being asked for.
    if (membership !== 'notKnown' && ATTEMPTS.has(deed.kind)) {
      const { userId, does, from } = deed
      void approvals.recordAttempt({ atMs: clock(), by: userId, command: does, refusal: membership, from })
    }
    await refuse(args, deed, membership, await wordsFor(deed.userId))
    if (membership === 'notKnown' && deed.kind === 'home') {
      if ((await membershipIn(deed, HOME_WAIT_MS)) === 'member') return args.next()
    }
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
  membership: Exclude<Membership, 'member'>,
  words: Words,
): Promise<void> {
  const { client } = args
  const ack = args.ack as (answer?: unknown) => Promise<void>
  const sentence = words.notMembers[membership]
  const onlyForThem = { response_type: 'ephemeral', replace_original: false, text: sentence } as const
  switch (kind) {
    case 'home':
      await client.views.publish({ user_id: userId, view: sentenceHome(sentence) })
      return
    case 'options':
      return ack({ options: [] })
    case 'closed':
      return ack()
    case 'event':
      // Nothing that it could be told by.
      return
    case 'command':
      return ack(onlyForThem)
    case 'submission':
      // Who only has to try again keeps what they have typed.
      return membership === 'notKnown' && lastInput !== null
        ? ack({ response_action: 'errors', errors: fieldErrors({ [lastInput]: sentence }) })
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

function refusalModal({ notMembers }: Words, sentence: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain(notMembers.title, LIMITS.viewTitle),
    close: plain(notMembers.close, LIMITS.viewTitle),
    blocks: [{ type: 'section', text: plain(sentence, LIMITS.errorText) }],
  }
}

/** What somebody does, as far as it matters who it is. */
interface Deed {
  kind: 'command' | 'action' | 'submission' | 'shortcut' | 'options' | 'home' | 'closed' | 'event'
  /** In the audit: like `reset command`. */
  does: string
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

const ATTEMPTS: ReadonlySet<Deed['kind']> = new Set(['command', 'action', 'submission', 'shortcut'])
/** About the app itself. */
const NOBODYS_EVENTS = new Set(['app_uninstalled', 'tokens_revoked'])

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
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional().catch(undefined),
        selected_option: z.object({ value: z.string() }).nullish().catch(undefined),
      }),
    )
    .optional(),
  user_id: z.string().optional(),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }).optional(),
  event: z.object({ type: z.string(), user: z.unknown().optional() }).optional(),
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

/**
 * Whatever it is, somebody does it, but for a few events. Throws when it cannot be read, or does not say who: then
 * nothing runs.
 */
function deedIn(untrusted: unknown): Deed | 'nobody’s' {
  const body = bodySchema.parse(untrusted)
  if (body.event !== undefined && NOBODYS_EVENTS.has(body.event.type)) return 'nobody’s'
  const about = whatIn(body)
  const userId = body.user_id ?? body.user?.id ?? eventUserIn(body)
  if (userId === undefined) throw new Error('The payload does not say who has done it.')
  const { view } = body
  return {
    ...about,
    userId,
    teamId: body.event !== undefined ? null : (body.user?.team_id ?? body.team_id ?? body.team?.id ?? null),
    enterpriseId: body.enterprise_id ?? body.enterprise?.id ?? null,
    from: { channel: body.channel_id ?? body.channel?.id ?? null, message: body.message?.ts ?? null },
    viewId: view?.type === 'modal' ? view.id : null,
    lastInput: view?.blocks.findLast(({ type }) => type === 'input')?.block_id ?? null,
    triggerId: body.trigger_id ?? null,
  }
}

/** An event comes with the workspace that it is sent to, not with that of the person. */
function eventUserIn({ event }: Body): string | undefined {
  return event === undefined ? undefined : z.string().optional().parse(event.user)
}

function whatIn({
  type,
  command,
  event,
  actions,
  action_id,
  callback_id,
  view,
}: Body): Pick<Deed, 'kind' | 'does'> {
  if (command !== undefined) return { kind: 'command', does: `${nameOf(command)} command` }
  if (event?.type === 'app_home_opened') return { kind: 'home', does: 'home' }
  if (event !== undefined) return { kind: 'event', does: `${clip(event.type, 60)} event` }
  switch (type) {
    case 'block_actions': {
      const [action] = actions ?? []
      const { id, value } = pressedIn(action)
      const about = requestIdSchema.safeParse(value?.split(' ')[0])
      return {
        kind: 'action',
        does: `${clip(id, 60)} button${about.success ? ` of ${about.data}` : ''}`,
      }
    }
    case 'view_submission':
      return { kind: 'submission', does: `${clip(view?.callback_id ?? '', 60)} submission` }
    case 'view_closed':
      return { kind: 'closed', does: 'closing' }
    case 'message_action':
    case 'shortcut':
      return { kind: 'shortcut', does: `${clip(callback_id ?? '', 60)} shortcut` }
    case 'block_suggestion':
      return { kind: 'options', does: `${clip(action_id ?? '', 60)} options` }
    default:
      throw new Error(`Nobody listens to ${clip(type ?? 'this', 60)}.`)
  }
}

/** A choice of the menu is told by the button that it stands for. */
function pressedIn(action: NonNullable<Body['actions']>[number] | undefined): {
  id: string
  value: string | undefined
} {
  const { action_id: id = '', value, selected_option: picked } = action ?? {}
  if (id !== ACTIONS.more || picked === undefined || picked === null) return { id, value }
  const { action: chosen, value: carried } = readMenuValue(picked.value)
  return { id: chosen, value: carried }
}

function nameOf(command: string): string {
  const [name] = Object.entries(COMMANDS).find(([, each]) => each === command) ?? []
  return name ?? clip(command, 60)
}
