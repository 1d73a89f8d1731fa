// What has been printed so far: it numbers messages and prints only what a person has not been shown yet.
// It must never show one person what only another can see.

import type { Person, SlackMessage, SlackView } from './face.ts'
import type { Lookup } from './markup.ts'
import { renderMessage, renderView } from './render.ts'

export interface Screen {
  /** Prints what is new or has changed for this person since it was last printed. */
  announce(me: Person): void
  /** Takes what this person sees now as already printed. */
  skip(me: Person): void
  print(message: SlackMessage, remark: string): void
  printView(view: SlackView): void
  /** Everything this person sees, oldest first. */
  visible(me: Person): SlackMessage[]
  /** The message that was printed under this number, as this person sees it now. */
  numbered(me: Person, number: number): SlackMessage | undefined
}

interface SeenView {
  outline: string
  errors: Record<string, string>
}

export function createScreen(channelId: string, lookup: Lookup, print: (line: string) => void): Screen {
  const numbers = new Map<string, number>()
  const shown = new Map<string, string>()
  const views = new Map<string, SeenView>()

  const keyOf = (message: Pick<SlackMessage, 'channel' | 'ts'>) => `${message.channel} ${message.ts}`

  function numberOf(key: string): number {
    const number = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, number)
    return number
  }

  function visible(me: Person): SlackMessage[] {
    const main = seenOrNothing(() => me.sees(channelId))
    const all = [
      ...main,
      ...main.flatMap(message => me.seesInThread(channelId, message.ts)),
      ...me.directMessages(),
      ...me.ephemerals(),
    ]
    const byKey = new Map(all.map(message => [keyOf(message), message]))
    return [...byKey.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1))
  }

  function placeOf(message: SlackMessage): string {
    if (message.thread_ts !== undefined && message.thread_ts !== message.ts) {
      return `reply to [${numberOf(keyOf({ channel: message.channel, ts: message.thread_ts }))}]`
    }
    if (message.channel === channelId) return 'in the channel'
    return message.channel.startsWith('D') ? 'direct message' : `in ${message.channel}`
  }

  function printMessage(message: SlackMessage, remark: string): void {
    const lines = renderMessage(message, lookup)
    shown.set(keyOf(message), lines.join('\n'))
    const place = placeOf(message)
    print(`[${numberOf(keyOf(message))}] ${place}${remark}`)
    for (const line of lines) print(line)
  }

  function printView(view: SlackView): void {
    for (const line of renderView(view, lookup)) print(line)
  }

  // What is entered does not count as a change: the person has just typed it.
  function outlineOf(view: SlackView): string {
    const { errors: _, ...bare } = view
    return [view.id, ...renderView({ ...bare, state: { values: {} } }, lookup)].join('\n')
  }

  function announceView(me: Person): void {
    const view = me.view()
    const before = views.get(me.user.id)
    if (!view) {
      if (before) print('The dialog has closed.')
      views.delete(me.user.id)
      return
    }
    const now = { outline: outlineOf(view), errors: view.errors ?? {} }
    const newErrors = Object.entries(now.errors).some(([id, text]) => before?.errors[id] !== text)
    if (now.outline !== before?.outline || newErrors) printView(view)
    views.set(me.user.id, now)
  }

  return {
    visible,
    announce(me) {
      for (const message of visible(me)) {
        const before = shown.get(keyOf(message))
        if (before === renderMessage(message, lookup).join('\n')) continue
        printMessage(message, before === undefined ? '' : ', changed')
      }
      announceView(me)
    },
    skip(me) {
      for (const message of visible(me)) {
        numberOf(keyOf(message))
        shown.set(keyOf(message), renderMessage(message, lookup).join('\n'))
      }
    },
    print: printMessage,
    printView,
    numbered: (me, number) => visible(me).find(message => numbers.get(keyOf(message)) === number),
  }
}

/** A private channel throws for somebody outside it. */
function seenOrNothing(look: () => SlackMessage[]): SlackMessage[] {
  try {
    return look()
  } catch {
    return []
  }
}
