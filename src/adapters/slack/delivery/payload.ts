// What arrives from Slack in either delivery, before Bolt and the listeners see it: whether it has the parts that they
// read. It must never let anything through that they would fall over, nor tell what was in what it keeps out.

import { z } from 'zod'

/** Of Slack's own limits, doubled; a text is whatever a person can type or paste. */
const name = z.string().max(510)
const text = z.string().max(80_000)
const id = name.min(1)
/** Of a person, a channel or a view: some letters and digits. */
const slackId = z.string().regex(/^[A-Za-z0-9_-]{1,60}$/)
const named = z.object({ id: slackId }).nullish()

const user = z.object({ id: slackId, team_id: name.nullish() })
const anything = z.unknown()
const blocks = z.array(z.object({ type: name, block_id: name.nullish() })).nullish()
const state = z.object({ values: z.record(z.string(), z.record(z.string(), anything)) })
/** A modal's or the Home tab's; Slack sends all of it with every press in it. */
const view = z.object({
  id: slackId,
  type: name,
  callback_id: name,
  private_metadata: text,
  blocks,
  state,
})
const closedView = z.object({ id: slackId, callback_id: name })
/** Bolt goes by these before it looks at the type. */
const never = z.undefined().optional()
const about = {
  name: never,
  user,
  team: named,
  enterprise: named,
  channel: named,
  message: z.object({ ts: id }).nullish(),
  trigger_id: name.nullish(),
  response_url: text.nullish(),
}
const pressed = z.object({
  type: name,
  action_id: id,
  block_id: name.nullish(),
  value: text.nullish(),
  selected_option: z.object({ value: text.nullish() }).nullish(),
})

const interactionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('block_actions'),
    ...about,
    actions: z.array(pressed).min(1).max(100),
    view: view.nullish(),
    trigger_id: id,
  }),
  z.object({ type: z.literal('view_submission'), ...about, actions: never, view }),
  z.object({ type: z.literal('view_closed'), ...about, actions: never, view: closedView }),
  z.object({
    type: z.literal('block_suggestion'),
    ...about,
    action_id: id,
    value: text,
    view: view.nullish(),
  }),
  z.object({
    type: z.enum(['message_action', 'shortcut']),
    ...about,
    actions: never,
    callback_id: id,
    trigger_id: id,
  }),
])

const commandSchema = z.object({
  command: id,
  text,
  user_id: slackId,
  channel_id: slackId,
  trigger_id: id,
  response_url: text,
  team_id: name.nullish(),
  enterprise_id: name.nullish(),
})

const eventSchema = z.object({
  type: z.literal('event_callback'),
  team_id: name.nullish(),
  event: z.looseObject({ type: id }),
  authorizations: z.array(z.looseObject({ team_id: name.nullish() })).nullish(),
})

export type PayloadKind = 'interaction' | 'command' | 'event'
export type PayloadReading =
  | { ok: true; kind: PayloadKind; body: Record<string, unknown> }
  /** `problem` names what is missing or wrong, and quotes nothing. */
  | { ok: false; problem: string }

/** The body is handed on as it came: what is not read here is Slack's own affair. */
export function readPayload(untrusted: unknown): PayloadReading {
  const body = recordIn(untrusted)
  if (body === null) return { ok: false, problem: 'no object' }
  const [kind, schema] = schemaFor(body)
  const { error } = schema.safeParse(body)
  return error === undefined
    ? { ok: true, kind, body }
    : { ok: false, problem: `no ${kind}: ${problemOf(error)}` }
}

/**
 * Which kind it is by the same sign that Bolt goes by, and in its order, so that nothing is looked at as one kind and
 * carried out as another.
 */
function schemaFor(body: Record<string, unknown>): [PayloadKind, z.ZodType] {
  if (body.event !== undefined) return ['event', eventSchema]
  if (body.command !== undefined) return ['command', commandSchema]
  return ['interaction', interactionSchema]
}

/** For the log. */
export function unreadable(problem: string): Error {
  return new Error(`Slack has sent what cannot be read: ${problem}.`)
}

export function recordIn(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** Names of our own schema alone: further down, a path holds what was sent. */
function problemOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.slice(0, 3).join('.') ?? ''
  return `${path === '' ? 'its type' : path} (${issue?.code ?? 'unknown'})`
}
