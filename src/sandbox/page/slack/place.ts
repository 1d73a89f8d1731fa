// Where in the workspace the person is: a channel, the app's messages or its Home tab, and the thread beside it.
// It also knows what they have not seen yet. It must never outlive what the person now playing may see.

import { signal } from '@preact/signals'
import type { Message, SlackScene } from '../protocol.ts'
import { notice } from './deeds.ts'
import type { MessageLink } from './message-link.ts'

/** Direct messages stand under this name in a scene. */
export const DM = 'DM'

export type Place = { kind: 'channel'; id: string } | { kind: 'messages' } | { kind: 'home' }

export const place = signal<Place>({ kind: 'channel', id: '' })
export const openThread = signal<{ channel: string; ts: string } | null>(null)
export const sidebarOpen = signal(false)

export function go(to: Place): void {
  place.value = to
  openThread.value = null
  sidebarOpen.value = false
}

/** Which message to bring into sight, once it is drawn. */
export const sought = signal<string | null>(null)

/** To where Slack's link to a message leads; what this person may not see stays unseen, and they are told. */
export function goToMessage({ channel, ts, threadTs }: MessageLink, slack: SlackScene): void {
  const conversation = channel.startsWith('D') ? DM : channel
  const messages = slack.messages[conversation] ?? []
  const top = threadTs ?? ts
  const found = messages.find(message => message.ts === top)
  if (found === undefined) {
    notice.value = 'You cannot see the message that this link leads to.'
    return
  }
  go(conversation === DM ? { kind: 'messages' } : { kind: 'channel', id: channel })
  if (threadTs !== null || found.replyCount > 0) openThread.value = { channel: conversation, ts: top }
  sought.value = ts
}

/** The key of the conversation on screen, or null on the Home tab. */
export function conversationOf(where: Place): string | null {
  switch (where.kind) {
    case 'channel':
      return where.id
    case 'messages':
      return DM
    case 'home':
      return null
    default:
      return where satisfies never
  }
}

/** The place itself where this person may be there; else the first channel they are in. */
export function placeFor(where: Place, slack: SlackScene): Place {
  if (where.kind !== 'channel') return where
  const visible = slack.channels.filter(channel => channel.joined || !channel.private)
  if (visible.some(channel => channel.id === where.id)) return where
  const first = visible.find(channel => channel.joined) ?? visible[0]
  return first ? { kind: 'channel', id: first.id } : { kind: 'messages' }
}

/** What each person has seen of each conversation: the newest ts. */
const seen = signal<Record<string, number>>({})
let since: number | null = null

/** Everything from before the page was opened counts as seen. */
export function noteSeen(slack: SlackScene, conversation: string | null, nowMs: number): void {
  since ??= nowMs / 1000
  const newest = newestOf(conversation === null ? [] : (slack.messages[conversation] ?? []))
  const key = `${slack.me} ${conversation}`
  if (newest > (seen.peek()[key] ?? 0)) seen.value = { ...seen.peek(), [key]: newest }
}

export function unreadIn(slack: SlackScene, conversation: string): number {
  const last = seen.value[`${slack.me} ${conversation}`] ?? since ?? Number.POSITIVE_INFINITY
  return (slack.messages[conversation] ?? []).filter(
    message => Number(message.ts) > last && message.user !== slack.me,
  ).length
}

function newestOf(messages: readonly Message[]): number {
  return messages.reduce((newest, { ts }) => Math.max(newest, Number(ts)), 0)
}
