// chat.*: posting, updating, ephemerals and links.
import { flagArgument, textArgument } from './arguments.ts'
import type { Json } from './block-schema.ts'
import {
  changedContent,
  isRefusal,
  type Refusal,
  readContent,
  refuse,
  storedContent,
} from './message-content.ts'
import { messageOnWire } from './payloads.ts'
import type { Call, Methods } from './web-api.ts'
import { type Channel, isChannel, visibleToBot, type Workspace } from './workspace.ts'

const UPDATE_TEXT_LIMIT = 4000
const scopes = ['chat:write']

export function createChatMethods(workspace: Workspace): Methods {
  // A user id opens the direct message; only posting accepts one.
  function destination(id: string, call: Call): Channel | Json {
    const user = workspace.user(id)
    if (user) {
      if (user.kind === 'bot' || user.kind === 'deactivated') return refuse('channel_not_found')
      return workspace.openDm(id).channel
    }
    const channel = workspace.channel(id) ?? workspace.channelNamed(id.replace(/^#/, ''))
    if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
    if (channel.archived) return refuse('is_archived')
    if (!channel.botIsMember && !call.has('chat:write.public')) return refuse('not_in_channel')
    return channel
  }

  // No documented error exists for a thread_ts that names nothing; posting into the void would hide the mistake.
  function parentTs(channel: Channel, threadTs: string): string | undefined {
    const parent = workspace.message(channel.id, threadTs)
    if (!parent || parent.ephemeralFor) return undefined
    return parent.thread_ts ?? parent.ts
  }

  function threadIn(channel: Channel, args: Json): { thread_ts?: string } | Refusal {
    const asked = textArgument(args, 'thread_ts')
    if (!asked) return {}
    const found = parentTs(channel, asked)
    return found ? { thread_ts: found } : refuse('thread_not_found')
  }

  return {
    'chat.postMessage': {
      scopes,
      required: ['channel'],
      run(args, call) {
        const channel = destination(String(args.channel), call)
        if (!isChannel(channel)) return channel
        const content = readContent(args, workspace)
        if (isRefusal(content)) return content
        const thread = threadIn(channel, args)
        if (isRefusal(thread)) return thread
        const message = workspace.addMessage({
          channel: channel.id,
          user: workspace.botUserId,
          ...storedContent(content),
          ...thread,
          ...(thread.thread_ts && flagArgument(args, 'reply_broadcast') ? { broadcast: true } : {}),
        })
        return {
          ok: true,
          channel: channel.id,
          ts: message.ts,
          message: messageOnWire(workspace, message, 'with'),
          ...warned(content.warnings),
        }
      },
    },
    'chat.update': {
      scopes,
      required: ['channel', 'ts'],
      run(args) {
        const channel = workspace.channel(String(args.channel))
        if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
        if (channel.archived) return refuse('is_inactive')
        const message = workspace.message(channel.id, String(args.ts))
        if (!message || message.ephemeralFor || message.subtype) return refuse('message_not_found')
        if (message.user !== workspace.botUserId) return refuse('cant_update_message')
        const content = readContent(args, workspace, UPDATE_TEXT_LIMIT)
        if (isRefusal(content)) return content
        const updated = workspace.changeMessage(channel.id, message.ts, changedContent(content))
        return {
          ok: true,
          channel: channel.id,
          ts: updated.ts,
          text: updated.text,
          message: messageOnWire(workspace, updated, 'with'),
        }
      },
    },
    'chat.delete': {
      scopes,
      required: ['channel', 'ts'],
      run(args) {
        const channel = workspace.channel(String(args.channel))
        if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
        const message = workspace.message(channel.id, String(args.ts))
        if (!message || message.ephemeralFor || message.subtype) return refuse('message_not_found')
        if (message.user !== workspace.botUserId) return refuse('cant_delete_message')
        workspace.deleteMessage(channel.id, message.ts)
        return { ok: true, channel: channel.id, ts: message.ts }
      },
    },
    'chat.postEphemeral': {
      scopes,
      required: ['channel', 'user'],
      run(args) {
        const channel = workspace.channel(String(args.channel))
        if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
        if (channel.archived) return refuse('is_archived')
        if (!channel.botIsMember) return refuse('not_in_channel')
        const user = String(args.user)
        if (!channel.members.includes(user)) return refuse('user_not_in_channel')
        const content = readContent(args, workspace, UPDATE_TEXT_LIMIT)
        if (isRefusal(content)) return content
        const thread = threadIn(channel, args)
        if (isRefusal(thread)) return thread
        const { metadata: _unkept, ...stored } = storedContent(content)
        const message = workspace.addMessage({
          channel: channel.id,
          user: workspace.botUserId,
          ...stored,
          ...thread,
          ephemeralFor: user,
        })
        return { ok: true, message_ts: message.ts }
      },
    },
    'chat.getPermalink': {
      required: ['channel', 'message_ts'],
      run(args) {
        const channel = workspace.channel(String(args.channel))
        if (!channel || !visibleToBot(channel)) return refuse('channel_not_found')
        const message = workspace.message(channel.id, String(args.message_ts))
        if (!message || message.ephemeralFor) return refuse('message_not_found')
        const base = `https://${workspace.teamDomain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`
        const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : ''
        return { ok: true, channel: channel.id, permalink: `${base}${thread}` }
      },
    },
  }
}

function warned(warnings: string[]): Json {
  if (warnings.length === 0) return {}
  return { warning: warnings.join(','), response_metadata: { warnings } }
}
