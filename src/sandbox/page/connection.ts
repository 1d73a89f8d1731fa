// The one WebSocket to the page server: scenes come in, deeds go out, each with its answer.
// It must never decide what a deed means, nor draw anything.

import { computed, signal } from '@preact/signals'
import { recall, remember } from './memory.ts'
import type { Deed, FromPage, FromServer, Scene } from './protocol.ts'

export type Done = Omit<Extract<FromServer, { kind: 'done' }>, 'kind' | 'number'>

/** What there is to see; null until the first scene has come. Kept on screen while the connection is away. */
export const scene = signal<Scene | null>(null)
export const link = signal<'connecting' | 'open' | 'lost'>('connecting')
/** Until the server has answered. */
const becoming = signal<string | null>(null)
/** Who the person has chosen to be. A scene may come in that the server had drawn before it heard of it. */
export const chosen = computed(() => becoming.value ?? scene.value?.slack.me)
/** Text put into the composer from outside, e.g. by the guide. The composer empties it when it has taken it. */
export const draft = signal('')

const RETRY_MS = 1_000
const PERSON = 'person'
export const LOST =
  'The page has lost its server. Run npm run demo again: it begins from the beginning, and nothing from before is kept.'

let socket: WebSocket | undefined
let lastNumber = 0
const waiting = new Map<number, (done: Done) => void>()

/** Sends a deed. Resolves with what the person is told, if anything; never rejects. */
export function perform(deed: Deed): Promise<Done> {
  // The server gives every connection a person of its own, and a new one has to be told.
  if (deed.do === 'become') remember('tab', PERSON, deed.user)
  if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve({ said: LOST })
  lastNumber += 1
  const sent: FromPage = { number: lastNumber, deed }
  if (deed.do === 'become') becoming.value = deed.user
  return new Promise(resolve => {
    waiting.set(sent.number, done => {
      if (deed.do === 'become' && becoming.value === deed.user) becoming.value = null
      resolve(done)
    })
    socket?.send(JSON.stringify(sent))
  })
}

/** Connects, and again whenever the connection is lost. */
export function connect(): void {
  const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)
  socket = opened
  opened.addEventListener('open', () => {
    link.value = 'open'
    const person = recall('tab', PERSON)
    if (person !== null) void perform({ do: 'become', user: person })
  })
  opened.addEventListener('message', event => receive(JSON.parse(String(event.data)) as FromServer))
  opened.addEventListener('close', () => {
    link.value = 'lost'
    for (const resolve of waiting.values()) resolve({ said: LOST })
    waiting.clear()
    setTimeout(connect, RETRY_MS)
  })
}

function receive(message: FromServer): void {
  switch (message.kind) {
    case 'scene':
      scene.value = message.scene
      return
    case 'done': {
      const { kind: _kind, number, ...done } = message
      waiting.get(number)?.(done)
      waiting.delete(number)
      return
    }
    default:
      message satisfies never
  }
}
