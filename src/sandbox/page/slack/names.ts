// Who and what the ids in Slack's texts stand for, in the words on screen. Pure; an id that nobody knows is shown as it is.

import type { SlackScene } from '../protocol.ts'

export const BOT_NAME = 'Rewind'

/** The full name, over a message and after an `@`. */
export function nameOf(slack: SlackScene, userId: string): string {
  if (userId === slack.botUserId) return BOT_NAME
  return slack.people.find(person => person.id === userId)?.realName ?? userId
}

export function groupHandle(slack: SlackScene, groupId: string): string {
  return slack.userGroups.find(group => group.id === groupId)?.handle ?? groupId
}

export function channelName(slack: SlackScene, channelId: string): string {
  return slack.channels.find(channel => channel.id === channelId)?.name ?? channelId
}

export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(word => word !== '')
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters.map(word => [...(word ?? '')][0]?.toUpperCase() ?? '').join('')
}

/** The same colour for the same person, on every screen. */
export function hueOf(userId: string): number {
  return [...userId].reduce((hue, character) => (hue * 31 + (character.codePointAt(0) ?? 0)) % 360, 7)
}
