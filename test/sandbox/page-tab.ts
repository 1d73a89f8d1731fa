// One browser tab as the page server sees it: a real WebSocket that keeps the newest scene and numbers its deeds.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Deed, FromServer, Message, Scene } from '../../src/sandbox/page/protocol.ts'

type Done = Extract<FromServer, { kind: 'done' }>

export interface Tab {
  scene(): Scene
  /** How many scenes have come. */
  scenes(): number
  perform(deed: Deed): Promise<Done>
  /** Sends anything, and resolves with the next answer. */
  say(data: string): Promise<Done>
  /** Resolves with the first scene, from now on, for which the test holds. */
  until(test: (scene: Scene) => boolean, timeoutMs?: number): Promise<Scene>
  close(): void
}

export async function openTab(url: string): Promise<Tab> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  const watchers = new Set<() => void>()
  const waiting = new Map<number, (done: Done) => void>()
  let answered: ((done: Done) => void) | undefined
  let latest: Scene | undefined
  let count = 0
  let lastNumber = 0
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as FromServer
    if (message.kind === 'scene') {
      latest = message.scene
      count += 1
      for (const watch of [...watchers]) watch()
      return
    }
    answered?.(message)
    waiting.get(message.number)?.(message)
    waiting.delete(message.number)
  })
  await once(socket, 'message')
  const scene = () => {
    if (latest === undefined) throw new Error('no scene has come')
    return latest
  }

  return {
    scene,
    scenes: () => count,
    perform(deed) {
      lastNumber += 1
      const number = lastNumber
      return new Promise(resolve => {
        waiting.set(number, resolve)
        socket.send(JSON.stringify({ number, deed }))
      })
    },
    say: data =>
      new Promise(resolve => {
        answered = resolve
        socket.send(data)
      }),
    until: (test, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!test(scene())) return
          clearTimeout(timer)
          watchers.delete(look)
          resolve(scene())
        }
        const timer = setTimeout(() => {
          watchers.delete(look)
          const { view, messages } = scene().slack
          reject(
            new Error(`not seen in ${timeoutMs} ms: ${JSON.stringify({ view, messages }).slice(0, 3_000)}`),
          )
        }, timeoutMs)
        watchers.add(look)
        look()
      }),
    close: () => socket.terminate(),
  }
}

export const messagesIn = ({ slack }: Scene, channel: string): Message[] => slack.messages[channel] ?? []
