// The page's own server: its files, the files that were uploaded to Slack, and one WebSocket per browser tab.
// It must never be reachable from another machine, nor from another page in the same browser.

import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { startTraffic } from './consumers.ts'
import type { FromServer } from './page/protocol.ts'
import { performDeed, readFromPage } from './page-deeds.ts'
import { createFaultSwitches } from './page-faults.ts'
import { IMAGE_TYPE, LARGEST_FILE, type Surroundings, sceneFor } from './page-scene.ts'
import type { SlackFile } from './slack/face.ts'
import type { World } from './world.ts'

const SCENE_EVERY_MS = 50
/** A file of the largest size, in base64, and the deed around it. */
const MESSAGE_BYTES = Math.ceil(LARGEST_FILE / 3) * 4 + 100_000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
}

/** Nothing from anywhere else, and no guessing. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
}

export interface PageServerOptions {
  world: World
  /** The port to try first; absent, or taken: any free one. */
  port?: number
  /** Where the bundle is. */
  pageDir: string
}

export interface PageServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  close(): Promise<void>
}

export async function startPageServer({ world, port = 0, pageDir }: PageServerOptions): Promise<PageServer> {
  const traffic = new Map(world.clusters.map(({ id, cluster }) => [id, startTraffic(cluster)]))
  const faults = createFaultSwitches(world, () => scenes.ask())
  const surroundings: Surroundings = { world, traffic, faults }
  const tabs = new Set<{ show(): void }>()
  const scenes = coalesced(SCENE_EVERY_MS, () => {
    for (const tab of tabs) tab.show()
  })
  const shown = [world.slack, world.ckafka, ...(world.kafka ? [world.kafka] : [])]
  const unsubscribes = shown.map(each => each.onChange(scenes.ask))

  function openTab(socket: WebSocket): void {
    let me = world.slack.person(world.workspace.people[0]?.id ?? '')
    // What one person does in Slack happens in the order in which they did it.
    let queue: Promise<unknown> = Promise.resolve()
    const send = (message: FromServer) => socket.send(JSON.stringify(message))
    const tab = { show: () => send({ kind: 'scene', scene: sceneFor(surroundings, me) }) }
    tabs.add(tab)
    socket.on('close', () => tabs.delete(tab))
    // Without a listener a broken frame would end the process.
    socket.on('error', () => {})
    tab.show()

    socket.on('message', data => {
      const read = readFromPage(String(data))
      if ('problem' in read) return send({ kind: 'done', number: read.number, said: read.problem })
      const { number, deed } = read
      const doer = me
      const perform = async () => {
        if (deed.do === 'become') {
          me = world.slack.person(deed.user)
          return {}
        }
        return performDeed(surroundings, doer, deed)
      }
      const inSlack = !['become', 'members', 'readOn', 'produce', 'fault'].includes(deed.do)
      const done = inSlack ? queue.then(perform) : perform()
      queue = inSlack ? done.catch(() => {}) : queue
      void done
        .catch((error: unknown) => ({ said: error instanceof Error ? error.message : String(error) }))
        .then(said => {
          // The person sees what they did before they are told that it is done.
          tab.show()
          send({ kind: 'done', number, ...said })
          if (!inSlack) scenes.ask()
        })
    })
  }

  const server = createServer((request, response) => {
    answer(request, response, pageDir, world.slack.files).catch(error => {
      if (!response.headersSent) refuse(response, 500, String(error))
    })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    if (pathOf(request) !== '/ws' || !isOwnPage(request)) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, openTab)
  })
  const listening = await listen(server, port)

  return {
    url: `http://127.0.0.1:${listening}`,
    async close() {
      for (const unsubscribe of unsubscribes) unsubscribe()
      scenes.close()
      faults.close()
      for (const each of traffic.values()) each.close()
      for (const client of sockets.clients) client.terminate()
      const ended = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await ended
    },
  }
}

/** Calls `run` soon after it was asked for, and never twice within `everyMs`. */
function coalesced(everyMs: number, run: () => void): { ask(): void; close(): void } {
  let timer: NodeJS.Timeout | undefined
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    ask() {
      timer ??= setTimeout(
        () => {
          timer = undefined
          lastMs = performance.now()
          run()
        },
        Math.max(0, lastMs + everyMs - performance.now()),
      )
    },
    close: () => clearTimeout(timer),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pageDir: string,
  files: () => SlackFile[],
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET.')
  if (!isLocal(request)) return refuse(response, 403, 'This server is for this machine alone.')
  const path = pathOf(request)
  const [, uploaded, as] = /^\/files\/(\w+)(\/text|\/image)?$/.exec(path) ?? []
  if (uploaded !== undefined) {
    const file = files().find(each => each.id === uploaded)
    if (file === undefined || (as === '/image' && file.mimetype !== IMAGE_TYPE))
      return refuse(response, 404, 'There is no such file.')
    const name = `filename*=UTF-8''${encodeURIComponent(file.name)}`
    // Never as the type that somebody gave it, but for an image that nothing can run in: a page of theirs would be one of
    // this server's.
    const types = { '/text': 'text/plain; charset=utf-8', '/image': IMAGE_TYPE }
    response.writeHead(200, {
      ...HEADERS,
      'content-type': as === '/text' || as === '/image' ? types[as] : 'application/octet-stream',
      'content-disposition': `${as === undefined ? 'attachment' : 'inline'}; ${name}`,
    })
    response.end(file.content)
    return
  }
  // One folder without folders in it: a name that could lead anywhere else is no name of ours.
  const name = path === '/' ? 'index.html' : /^\/([\w-]+\.[\w.-]+)$/.exec(path)?.[1]
  const type = TYPES[extname(name ?? '')]
  const content =
    name === undefined || type === undefined ? undefined : await readFile(join(pageDir, name)).catch(() => {})
  if (type === undefined || content === undefined) return refuse(response, 404, 'There is no such page.')
  response.writeHead(200, { ...HEADERS, 'content-type': type })
  response.end(content)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${why}\n`)
}

const pathOf = (request: IncomingMessage) => (request.url ?? '/').split('?')[0] ?? '/'

/** A name that another site had pointed at this machine is refused. */
function isLocal({ headers: { host = '' } }: IncomingMessage): boolean {
  return LOOPBACK.has(host.replace(/:\d+$/, ''))
}

/** Browsers let any page open a WebSocket to this machine, and say truly which page it was. */
function isOwnPage(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  return isLocal(request) && (origin === undefined || origin === `http://${host}`)
}

async function listen(server: Server, port: number): Promise<number> {
  const listenOn = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await listenOn(port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error
    await listenOn(0)
  }
  return (server.address() as AddressInfo).port
}
