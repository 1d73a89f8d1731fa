// The bodies Slack sends: events, commands, interactions, and messages and views as they look on the wire.
// Pure builders: nothing is delivered or stored here.
import type { Json } from './block-schema.ts'
import type { LocalSlackUser, SlackMessage } from './face.ts'
import type { Field } from './fields.ts'
import { fieldsOf } from './fields.ts'
import { fileOnWire } from './file-object.ts'
import { hasState, initialState } from './inputs.ts'
import type { StoredView } from './views.ts'
import type { Channel, Workspace } from './workspace.ts'

// The deprecated verification token; no app should look at it.
const VERIFICATION_TOKEN = 'local-verification-token'

export function userTeam(workspace: Workspace, user: LocalSlackUser): string {
  return user.teamId ?? workspace.teamId
}

/** Slack withholds the names of private channels and direct messages from apps. */
function channelName(channel: Channel): string {
  switch (channel.kind) {
    case 'public':
      return channel.name
    case 'private':
      return 'privategroup'
    case 'im':
      return 'directmessage'
    default:
      return channel.kind satisfies never
  }
}

export function messageOnWire(
  workspace: Workspace,
  message: SlackMessage,
  metadata: 'with' | 'without',
): Json {
  const { teamId: team, appId: app_id, botId: bot_id } = workspace
  const fromBot = message.user === workspace.botUserId
  const parent = message.thread_ts ? workspace.message(message.channel, message.thread_ts) : undefined
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    ...(fromBot
      ? {
          bot_id,
          app_id,
          bot_profile: {
            id: bot_id,
            app_id,
            name: workspace.botName,
            icons: {},
            deleted: false,
            updated: 1700000000,
            team_id: team,
          },
        }
      : otherBot(workspace, message)),
    text: message.text,
    team,
    ...(message.blocks ? { blocks: structuredClone(message.blocks) } : {}),
    ...(message.attachments ? { attachments: structuredClone(message.attachments) } : {}),
    ...(message.files ? { files: message.files.map(file => fileOnWire(workspace, file)), upload: true } : {}),
    ...(message.subtype ? { subtype: message.subtype, hidden: true } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.thread_ts
      ? { thread_ts: message.thread_ts, ...(parent ? { parent_user_id: parent.user } : {}) }
      : {}),
    ...(metadata === 'with' && message.metadata ? { metadata: structuredClone(message.metadata) } : {}),
  }
}

/** Slack says of another app's message who posted it by that app's own id. */
function otherBot(workspace: Workspace, { user }: SlackMessage): Json {
  return workspace.user(user)?.kind === 'bot'
    ? { subtype: 'bot_message', bot_id: user.replace(/^[UW]/, 'B') }
    : {}
}

/** Only interaction payloads carry the fields' values; what the Web API answers never does. */
export function viewOnWire(workspace: Workspace, view: StoredView, state: 'with' | 'without'): Json {
  const { user: _user, errors: _errors, ...rest } = view
  return {
    ...structuredClone(rest),
    state: state === 'with' ? structuredClone(view.state) : { values: {} },
    team_id: workspace.teamId,
    app_id: workspace.appId,
    bot_id: workspace.botId,
    app_installed_team_id: workspace.teamId,
  }
}

export function commandBody(
  workspace: Workspace,
  user: LocalSlackUser,
  channel: Channel,
  command: string,
  text: string,
  more: { response_url: string; trigger_id: string },
): Record<string, string> {
  return {
    token: VERIFICATION_TOKEN,
    // In a channel that workspaces share, the one of the person.
    team_id: userTeam(workspace, user),
    team_domain: workspace.teamDomain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: workspace.appId,
    // A string here, unlike everywhere else.
    is_enterprise_install: 'false',
    ...more,
  }
}

function interaction(workspace: Workspace, user: LocalSlackUser, type: string): Json {
  return {
    type,
    team: { id: workspace.teamId, domain: workspace.teamDomain },
    user: {
      id: user.id,
      username: user.name,
      name: user.name,
      team_id: userTeam(workspace, user),
    },
    api_app_id: workspace.appId,
    token: VERIFICATION_TOKEN,
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** The message or view an interaction comes from. */
export type Source =
  | { kind: 'message'; message: SlackMessage; channel: Channel; current: SlackMessage | undefined }
  | { kind: 'view'; view: StoredView }

function sourceFields(workspace: Workspace, source: Source): Json {
  if (source.kind === 'view')
    return {
      container: { type: 'view', view_id: source.view.id },
      view: viewOnWire(workspace, source.view, 'with'),
    }
  const { message, channel, current } = source
  const ephemeral = message.ephemeralFor !== undefined
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // An ephemeral message is stored nowhere, so Slack has no message to send along.
    ...(ephemeral ? {} : { message: messageOnWire(workspace, current ?? message, 'with') }),
  }
}

function messageState(message: SlackMessage): Json {
  const values: Record<string, Json> = {}
  for (const { blockId, actionId, element } of fieldsOf(message.blocks ?? []))
    if (hasState(element)) values[blockId] = { ...values[blockId], [actionId]: initialState(element) }
  return { values }
}

/** `state` is what the element now holds, absent for a button. */
export function blockActionsBody(
  workspace: Workspace,
  user: LocalSlackUser,
  source: Source,
  field: Field,
  state: Json | undefined,
  more: { trigger_id: string; response_url?: string },
): Json {
  const { type, text, value, style, placeholder } = field.element
  const about =
    type === 'button'
      ? { text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) }
      : { ...state, ...(placeholder === undefined ? {} : { placeholder }) }
  const ts = workspace.nextTs()
  return {
    ...interaction(workspace, user, 'block_actions'),
    ...sourceFields(workspace, source),
    ...(source.kind === 'message' ? { state: messageState(source.message) } : {}),
    ...more,
    actions: [{ type, action_id: field.actionId, block_id: field.blockId, ...about, action_ts: ts }],
  }
}

export function messageShortcutBody(
  workspace: Workspace,
  user: LocalSlackUser,
  channel: Channel,
  message: SlackMessage,
  callbackId: string,
  more: { trigger_id: string; response_url: string },
): Json {
  return {
    ...interaction(workspace, user, 'message_action'),
    callback_id: callbackId,
    action_ts: workspace.nextTs(),
    message_ts: message.ts,
    channel: { id: channel.id, name: channelName(channel) },
    message: messageOnWire(workspace, message, 'with'),
    ...more,
  }
}

export function viewSubmissionBody(
  workspace: Workspace,
  user: LocalSlackUser,
  view: StoredView,
  triggerId: string,
): Json {
  return {
    ...interaction(workspace, user, 'view_submission'),
    trigger_id: triggerId,
    view: viewOnWire(workspace, view, 'with'),
    response_urls: [],
  }
}

export function viewClosedBody(
  workspace: Workspace,
  user: LocalSlackUser,
  view: StoredView,
  isCleared: boolean,
): Json {
  return {
    ...interaction(workspace, user, 'view_closed'),
    view: viewOnWire(workspace, view, 'with'),
    is_cleared: isCleared,
  }
}

export function blockSuggestionBody(
  workspace: Workspace,
  user: LocalSlackUser,
  source: Source,
  field: Field,
  typed: string,
): Json {
  return {
    ...interaction(workspace, user, 'block_suggestion'),
    ...sourceFields(workspace, source),
    action_id: field.actionId,
    block_id: field.blockId,
    value: typed,
  }
}

export function homeOpenedEvent(
  workspace: Workspace,
  user: LocalSlackUser,
  dm: Channel,
  view?: StoredView,
): Json {
  return {
    type: 'app_home_opened',
    user: user.id,
    channel: dm.id,
    tab: 'home',
    event_ts: workspace.nextTs(),
    ...(view ? { view: viewOnWire(workspace, view, 'with') } : {}),
  }
}

export function eventBody(workspace: Workspace, event: Json): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: workspace.teamId,
    api_app_id: workspace.appId,
    event,
    type: 'event_callback',
    event_id: workspace.newId('Ev'),
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: workspace.newId('EC'),
  }
}
