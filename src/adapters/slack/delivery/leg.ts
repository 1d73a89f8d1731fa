// What a delivery of Slack's is called in a trace: what it is, and which of our commands, modals and buttons it is about.
// Never what somebody typed.

import { z } from 'zod'
import { ACTIONS, CALLBACKS, COMMANDS, SHORTCUTS } from '../blocks/ids.ts'

const OURS = new Set<string>(
  [COMMANDS, CALLBACKS, SHORTCUTS, ACTIONS].flatMap(each => Object.values(each as Record<string, string>)),
)

const bodySchema = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  action_id: z.string().optional(),
  callback_id: z.string().optional(),
  actions: z.array(z.object({ action_id: z.string() })).optional(),
  event: z.object({ type: z.string() }).optional(),
  view: z.object({ id: z.string(), callback_id: z.string().optional() }).optional(),
})

const KINDS = [
  'block_actions',
  'block_suggestion',
  'view_submission',
  'view_closed',
  'message_action',
  'shortcut',
]
const EVENTS = ['app_home_opened', 'app_uninstalled', 'tokens_revoked']
const VIEW_ID = /^[A-Za-z0-9_-]{1,60}$/

/** `viewId`: of the modal that it comes from; null: of none. */
export function legOf(body: unknown): { name: string; viewId: string | null } {
  const read = bodySchema.safeParse(body)
  if (!read.success) return { name: 'other', viewId: null }
  const { type = '', command, action_id, callback_id, actions, event, view } = read.data
  const viewId = view !== undefined && VIEW_ID.test(view.id) ? view.id : null
  if (command !== undefined) return { name: `command ${ours(command)}`, viewId }
  if (event !== undefined)
    return { name: `event ${EVENTS.find(each => each === event.type) ?? 'other'}`, viewId }
  const about = actions?.[0]?.action_id ?? action_id ?? callback_id ?? view?.callback_id
  return { name: `${KINDS.find(each => each === type) ?? 'other'} ${ours(about)}`, viewId }
}

function ours(name: string | undefined): string {
  return name !== undefined && OURS.has(name) ? name : 'other'
}
