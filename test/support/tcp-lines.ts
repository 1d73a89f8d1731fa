// Several TCP proxies taken as one: the same fault on each, and what is to happen once happens on whichever comes first.

import type { TcpProxy } from './tcp-proxy.ts'

/** What can be done to a line, be it one proxy or several. */
export type TcpLine = Omit<TcpProxy, 'port' | 'connections' | 'close'>

export function asOneLine(lines: readonly TcpLine[]): TcpLine {
  const each = (act: (line: TcpLine) => void) => () => {
    for (const line of lines) act(line)
  }
  const forget = each(line => line.forget())
  const pairs = lines.map(line => [line, 'held' as const] as const)
  return {
    latency: ms => each(line => line.latency(ms))(),
    hang: each(line => line.hang()),
    resume: each(line => line.resume()),
    abandon: each(line => line.abandon()),
    reset: each(line => line.reset()),
    down: each(line => line.down()),
    up: each(line => line.up()),
    clear: each(line => line.clear()),
    forget,
    loseNextReply(requestHolds, told = () => {}) {
      each(line =>
        line.loseNextReply(requestHolds, () => {
          forget()
          told()
        }),
      )()
    },
    cutAnswerAfter(bytes, requestHolds, told = () => {}) {
      each(line =>
        line.cutAnswerAfter(bytes, requestHolds, () => {
          forget()
          told()
        }),
      )()
    },
    holdNextRequest: requestHolds => firstHeld(pairs, line => line.holdNextRequest(requestHolds)),
    holdNextReply: requestHolds => firstHeld(pairs, line => line.holdNextReply(requestHolds)),
  }
}

/** Whose line held first; the others are called off. `cleared`: none did. */
export function firstHeld<T>(
  lines: readonly (readonly [TcpLine, T])[],
  hold: (line: TcpLine) => Promise<'held' | 'cleared'>,
): Promise<T | 'cleared'> {
  return new Promise(resolve => {
    let isHeld = false
    const waiting = lines.map(async ([line, whose]) => {
      if ((await hold(line)) === 'cleared') return
      // Two may come at the same instant: the second goes on with a new connection.
      if (isHeld) line.clear()
      isHeld = true
      for (const [other] of lines) if (other !== line) other.forget()
      resolve(whose)
    })
    void Promise.all(waiting).then(() => resolve('cleared'))
  })
}
