// How messages stand in a list: a heading over each day, and no name over a message that continues the one before. Pure.

import type { Message } from '../protocol.ts'
import { dayHeading, sameDay } from './dates.ts'

export interface Row {
  message: Message
  /** Set over the first message of a day. */
  day: string | null
  /** Drawn without avatar and name: the same person said it just before. */
  continues: boolean
}

const TOGETHER_SECONDS = 300

export function rowsOf(messages: readonly Message[], nowMs: number): Row[] {
  return messages.map((message, at) => {
    const before = messages[at - 1]
    const seconds = Number(message.ts)
    const newDay = before === undefined || !sameDay(Number(before.ts), seconds)
    const continues =
      !newDay &&
      before.user === message.user &&
      !before.ephemeral &&
      !message.ephemeral &&
      before.replyCount === 0 &&
      seconds - Number(before.ts) < TOGETHER_SECONDS
    return { message, day: newDay ? dayHeading(seconds, nowMs) : null, continues }
  })
}

export function countedReplies(count: number): string {
  return `${count} ${count === 1 ? 'reply' : 'replies'}`
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB']
  return `${amount.toFixed(1)} ${unit}`
}
