// auth, conversations, users and user groups: what an app may find out about the workspace.
import { flagArgument, textArgument } from './arguments.ts'
import type { Json } from './block-schema.ts'
import type { SlackMessage } from './face.ts'
import { refuse, refuseArguments } from './message-content.ts'
import { messageOnWire, userTeam } from './payloads.ts'
import type { Call, Methods } from './web-api.ts'
import { type Channel, isChannel, visibleToBot, type Workspace } from './workspace.ts'

const scopePrefix = { public: 'channels', private: 'groups', im: 'im' }
const anyOf = (verb: string) => ['channels', 'groups', 'im', 'mpim'].map(kind => `${kind}:${verb}`)

export function createLookupMethods(workspace: Workspace): Methods {
  // Reading needs the scope of the channel's kind, and membership.
  function readable(args: Json, call: Call): Channel | Json {
    const channel = workspace.channel(String(args.channel))
    if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
    const scope = `${scopePrefix[channel.kind]}:history`
    if (!call.has(scope)) return call.missing(scope)
    if (!channel.botIsMember) return refuse('not_in_channel')
    return channel
  }

  const wire = (args: Json) => (message: SlackMessage) =>
    withThreadCounts(
      messageOnWire(workspace, message, flagArgument(args, 'include_all_metadata') ? 'with' : 'without'),
      message,
    )

  function withThreadCounts(onWire: Json, message: SlackMessage): Json {
    const replies = repliesTo(message)
    if (replies.length === 0) return onWire
    return {
      ...onWire,
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users: [...new Set(replies.map(reply => reply.user))],
      latest_reply: replies.at(-1)?.ts,
    }
  }

  const lasting = (channelId: string) =>
    workspace.messagesOf(channelId).filter(message => message.ephemeralFor === undefined)

  const repliesTo = (parent: SlackMessage) =>
    lasting(parent.channel).filter(message => message.thread_ts === parent.ts && message.ts !== parent.ts)

  return {
    'auth.test': {
      run: () => ({
        ok: true,
        url: `https://${workspace.teamDomain}.slack.com/`,
        team: workspace.teamDomain,
        user: workspace.botName,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        bot_id: workspace.botId,
        is_enterprise_install: false,
      }),
    },
    'conversations.open': {
      scopes: ['im:write', 'mpim:write', 'channels:manage', 'groups:write'],
      run(args, call) {
        const users = (textArgument(args, 'users') ?? '').split(',').filter(Boolean)
        if (users.length === 0) return refuse('users_list_not_supplied')
        if (users.length > 1) return refuse('too_many_users')
        if (!call.has('im:write')) return call.missing('im:write')
        const user = workspace.user(users[0] ?? '')
        if (!user) return refuse('user_not_found')
        if (user.kind === 'deactivated') return refuse('user_disabled')
        if (user.kind === 'bot') return refuse('cannot_dm_bot')
        const { channel, opened } = workspace.openDm(user.id)
        return {
          ok: true,
          channel: { id: channel.id },
          ...(opened === 'before' ? { no_op: true, already_open: true } : {}),
        }
      },
    },
    'conversations.info': {
      scopes: anyOf('read'),
      required: ['channel'],
      run(args, call) {
        const channel = workspace.channel(String(args.channel))
        if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
        const scope = `${scopePrefix[channel.kind]}:read`
        if (!call.has(scope)) return call.missing(scope)
        return { ok: true, channel: channelOnWire(workspace, channel) }
      },
    },
    'conversations.history': {
      scopes: anyOf('history'),
      required: ['channel'],
      run(args, call) {
        const channel = readable(args, call)
        if (!isChannel(channel)) return channel
        const top = lasting(channel.id).filter(m => !m.thread_ts || m.thread_ts === m.ts || m.broadcast)
        return { ok: true, ...page(top.reverse(), args, wire(args)) }
      },
    },
    'conversations.replies': {
      scopes: anyOf('history'),
      required: ['channel', 'ts'],
      run(args, call) {
        const channel = readable(args, call)
        if (!isChannel(channel)) return channel
        const asked = lasting(channel.id).find(message => message.ts === args.ts)
        if (!asked) return refuse('thread_not_found')
        return { ok: true, ...page([asked, ...repliesTo(asked)], args, wire(args)) }
      },
    },
    'users.info': {
      scopes: ['users:read'],
      required: ['user'],
      run(args) {
        const user = workspace.user(String(args.user))
        if (!user) return refuse('user_not_found')
        const team = userTeam(workspace, user)
        const tz = user.tz ?? 'Etc/UTC'
        const offset = offsetSeconds(tz, workspace.now())
        return {
          ok: true,
          user: {
            id: user.id,
            team_id: team,
            name: user.name,
            deleted: user.kind === 'deactivated',
            real_name: user.realName,
            tz,
            tz_label: tz,
            tz_offset: offset,
            profile: { display_name: user.name, real_name: user.realName, team },
            is_bot: user.kind === 'bot',
            is_admin: false,
            is_owner: false,
            is_restricted: user.kind === 'guest' || user.kind === 'singleChannelGuest',
            is_ultra_restricted: user.kind === 'singleChannelGuest',
            is_app_user: false,
            updated: 1700000000,
            ...(team === workspace.teamId ? {} : { is_stranger: true }),
            ...(flagArgument(args, 'include_locale') ? { locale: user.locale ?? 'en-US' } : {}),
          },
        }
      },
    },
    'usergroups.list': {
      scopes: ['usergroups:read'],
      run: args => ({
        ok: true,
        usergroups: workspace
          .userGroups()
          .filter(({ disabled }) => disabled !== true || flagArgument(args, 'include_disabled'))
          .map(group => ({
            id: group.id,
            team_id: workspace.teamId,
            is_usergroup: true,
            name: group.name,
            handle: group.handle,
            date_delete: group.disabled === true ? 1_700_000_000 : 0,
            user_count: group.users.length,
            ...(flagArgument(args, 'include_users') ? { users: group.users } : {}),
          })),
      }),
    },
    'usergroups.users.list': {
      scopes: ['usergroups:read'],
      required: ['usergroup'],
      run(args) {
        const group = workspace.userGroups().find(one => one.id === args.usergroup)
        return group ? { ok: true, users: [...group.users] } : refuse('no_such_subteam')
      },
    },
  }
}

function channelOnWire(workspace: Workspace, channel: Channel): Json {
  if (channel.kind === 'im')
    return { id: channel.id, is_im: true, user: channel.imUser, is_archived: false, is_open: true }
  const strangers = channel.members.some(id => {
    const user = workspace.user(id)
    return user !== undefined && userTeam(workspace, user) !== workspace.teamId
  })
  return {
    id: channel.id,
    name: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_archived: channel.archived === true,
    is_member: channel.botIsMember === true,
    is_ext_shared: strangers,
    is_shared: strangers,
    num_members: channel.members.length,
  }
}

/** One page of messages; the cursor is the position of the next, in Slack's base64 dress. */
function page(messages: SlackMessage[], args: Json, wire: (message: SlackMessage) => Json): Json {
  const { oldest, latest } = args
  const inclusive = flagArgument(args, 'inclusive')
  const within = messages.filter(({ ts }) => {
    const t = Number(ts)
    const after = oldest === undefined || t > Number(oldest) || (inclusive && t === Number(oldest))
    const before = latest === undefined || t < Number(latest) || (inclusive && t === Number(latest))
    return after && before
  })
  const limit = Number(textArgument(args, 'limit') ?? 100)
  if (!Number.isInteger(limit) || limit < 1) return refuseArguments(['invalid limit [json-pointer:/limit]'])
  const cursor = textArgument(args, 'cursor')
  const from = cursor ? Number(Buffer.from(cursor, 'base64').toString().replace('next:', '')) : 0
  if (!Number.isInteger(from)) return refuse('invalid_cursor')
  const more = within.length > from + limit
  return {
    messages: within.slice(from, from + limit).map(wire),
    has_more: more,
    ...(more
      ? { response_metadata: { next_cursor: Buffer.from(`next:${from + limit}`).toString('base64') } }
      : {}),
  }
}

function offsetSeconds(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(atMs)
    .find(part => part.type === 'timeZoneName')
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(parts?.value ?? '')
  if (!match) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
}
