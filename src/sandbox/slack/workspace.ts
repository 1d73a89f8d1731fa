// The workspace: people, channels, messages, files, and who may see what.
// It stores what it is given; judging arguments, scopes and tokens is left to the Web API.
import { randomBytes } from 'node:crypto'
import type {
  LocalSlackChannel,
  LocalSlackOptions,
  LocalSlackUser,
  LocalSlackUserGroup,
  SlackFile,
  SlackMessage,
} from './face.ts'

export type ChannelKind = 'public' | 'private' | 'im'

export interface Channel extends LocalSlackChannel {
  kind: ChannelKind
  /** The other side of a direct message. */
  imUser?: string
}

export interface Workspace {
  readonly teamId: string
  readonly teamDomain: string
  readonly appId: string
  readonly botId: string
  readonly botUserId: string
  readonly botName: string
  /** Where the files are served: `http://127.0.0.1:<port>`. */
  origin(): string
  now(): number
  user(id: string): LocalSlackUser | undefined
  userNamed(name: string): LocalSlackUser | undefined
  channel(id: string): Channel | undefined
  channelNamed(name: string): Channel | undefined
  setChannel(id: string, change: Partial<LocalSlackChannel>): void
  userGroups(): LocalSlackUserGroup[]
  setUserGroup(id: string, users: string[]): void
  /** The direct message channel between the bot and a user; `opened` says whether it was there before. */
  openDm(userId: string): { channel: Channel; opened: 'before' | 'now' }
  /** Unique and increasing over the whole workspace: `seconds.micros`. */
  nextTs(): string
  addMessage(message: Omit<SlackMessage, 'type' | 'ts'>): SlackMessage
  /** Replaces a stored message's content; undefined values remove the property. */
  changeMessage(channelId: string, ts: string, change: MessageChange): SlackMessage
  /** Leaves a tombstone where there are replies. */
  deleteMessage(channelId: string, ts: string): void
  /** Any message with this ts, ephemeral or not. */
  message(channelId: string, ts: string): SlackMessage | undefined
  /** All of a channel, ephemerals included, oldest first. */
  messagesOf(channelId: string): SlackMessage[]
  channels(): Channel[]
  addFile(file: SlackFile): void
  file(id: string): SlackFile | undefined
  files(): SlackFile[]
  changed(): void
  onChange(listener: () => void): () => void
  newId(prefix: string): string
}

export type MessageChange = { [K in 'text' | 'blocks' | 'metadata' | 'edited']?: SlackMessage[K] | undefined }

/** What Slack leaves of a deleted message with replies: nobody's any more. */
const TOMBSTONE = {
  type: 'message',
  subtype: 'tombstone',
  user: 'USLACKBOT',
  text: 'This message was deleted.',
} as const

/** A private channel does not exist for a bot that was not invited. */
export function visibleToBot(channel: Channel): boolean {
  return channel.kind === 'public' || channel.botIsMember === true
}

/** Tells a channel that was found from the answer that refuses it. */
export function isChannel(value: object): value is Channel {
  return 'kind' in value
}

/** A snapshot: what a person saw must not change under them when the message is updated. */
export function copyMessage(message: SlackMessage): SlackMessage {
  const { files, ...rest } = message
  return files ? { ...structuredClone(rest), files: [...files] } : structuredClone(rest)
}

export function createWorkspace(options: LocalSlackOptions, origin: () => string): Workspace {
  const now = options.now ?? Date.now
  const users = new Map(options.users.map(user => [user.id, user]))
  const channels = new Map<string, Channel>(
    options.channels.map(channel => [
      channel.id,
      { ...channel, members: [...channel.members], kind: channel.private ? 'private' : 'public' },
    ]),
  )
  const groups = new Map(options.userGroups.map(group => [group.id, { ...group, users: [...group.users] }]))
  const messages = new Map<string, SlackMessage[]>()
  const files: SlackFile[] = []
  const listeners = new Set<() => void>()
  const botUserId = 'U0LOCALBOT'
  let lastMicros = 0

  const changed = () => {
    for (const listener of [...listeners]) listener()
  }
  const stored = (channelId: string) => messages.get(channelId) ?? []
  const find = (channelId: string, ts: string) => stored(channelId).find(one => one.ts === ts)

  function nextTs(): string {
    lastMicros = Math.max(lastMicros + 1, now() * 1000)
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`
  }

  return {
    teamId: 'T0LOCAL001',
    teamDomain: 'local-workspace',
    appId: 'A0LOCALAPP',
    botId: 'B0LOCALBOT',
    botUserId,
    botName: 'bot',
    origin,
    now,
    user: id => users.get(id),
    userNamed: name => [...users.values()].find(user => user.name === name || user.realName === name),
    channel: id => channels.get(id),
    channelNamed: name => [...channels.values()].find(channel => channel.name === name),
    setChannel(id, change) {
      const channel = channels.get(id)
      if (!channel) throw new Error(`no channel ${id}`)
      const next = { ...channel, ...change }
      channels.set(id, { ...next, kind: channel.imUser ? 'im' : next.private ? 'private' : 'public' })
      changed()
    },
    userGroups: () => [...groups.values()],
    setUserGroup(id, members) {
      const group = groups.get(id)
      if (!group) throw new Error(`no user group ${id}`)
      group.users = [...members]
    },
    openDm(userId) {
      const id = `D${userId.slice(1)}`
      const known = channels.get(id)
      if (known) return { channel: known, opened: 'before' }
      const channel: Channel = {
        id,
        name: 'directmessage',
        members: [userId],
        botIsMember: true,
        kind: 'im',
        imUser: userId,
      }
      channels.set(id, channel)
      return { channel, opened: 'now' }
    },
    nextTs,
    addMessage(message) {
      const added: SlackMessage = { type: 'message', ts: nextTs(), ...message }
      messages.set(added.channel, [...stored(added.channel), added])
      changed()
      return added
    },
    changeMessage(channelId, ts, change) {
      const message = find(channelId, ts)
      if (!message) throw new Error(`no message ${ts} in ${channelId}`)
      Object.assign(message, change)
      for (const key of ['blocks', 'metadata', 'edited'] as const)
        if (message[key] === undefined) delete message[key]
      changed()
      return message
    },
    deleteMessage(channelId, ts) {
      const hasReplies = stored(channelId).some(
        one => one.thread_ts === ts && one.ts !== ts && one.ephemeralFor === undefined,
      )
      messages.set(
        channelId,
        stored(channelId).flatMap((one): SlackMessage[] => {
          if (one.ts !== ts) return [one]
          return hasReplies ? [{ ...TOMBSTONE, ts, thread_ts: ts, channel: channelId }] : []
        }),
      )
      changed()
    },
    message: find,
    messagesOf: stored,
    channels: () => [...channels.values()],
    addFile(file) {
      files.push(file)
    },
    file: id => files.find(one => one.id === id),
    files: () => [...files],
    changed,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    newId: prefix => `${prefix}0${randomBytes(5).toString('hex').toUpperCase()}`,
  }
}
