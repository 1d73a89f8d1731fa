// A TCP proxy to put in front of a server: passes bytes through until told to misbehave, and again after `clear`.
// It never looks into a protocol: a request or a reply is found by text that its bytes hold.

import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface TcpProxy {
  readonly port: number
  /** Open connections. */
  connections(): number
  /** Lets the next matching request through, and cuts the connection instead of passing its answer back. One at a time. */
  loseNextReply(requestHolds?: string, told?: () => void): void
  /**
   * The next matching request stays here, with whatever follows on its connection: it was written and never arrives.
   * Resolves when it is here, or with `cleared` when it never came.
   */
  holdNextRequest(requestHolds?: string): Promise<'held' | 'cleared'>
  /** Lets the next matching request through; its answer stays here. Resolves when the answer is here. */
  holdNextReply(requestHolds?: string): Promise<'held' | 'cleared'>
  /** Passes so many bytes of the next answer on, and cuts the connection. */
  cutAnswerAfter(bytes: number, requestHolds?: string, told?: () => void): void
  /** What was to happen to a next request or reply, and has not begun, does not happen. */
  forget(): void
  /** Each piece takes so much longer, either way; 0 ends it. */
  latency(ms: number): void
  /** Connections are accepted and nothing passes, either way, until `resume`: what came meanwhile arrives then. */
  hang(): void
  resume(): void
  /** Nothing passes any more on the open connections, for good, and neither side is told; new ones pass. */
  abandon(): void
  /** Resets (RST) the open connections. */
  reset(): void
  /** Refuses new connections and cuts the open ones, until `up`. */
  down(): void
  up(): void
  /** Back to passing; what is held for good is dropped with its connection. */
  clear(): void
  close(): Promise<void>
}

type Order =
  | { kind: 'loseReply'; requestHolds: string; told: () => void }
  | { kind: 'cutAnswer'; requestHolds: string; bytes: number; told: () => void }
  | { kind: 'holdRequest' | 'holdReply'; requestHolds: string; settle: (how: 'held' | 'cleared') => void }

interface Link {
  client: Socket
  upstream: Socket
  /** What becomes of answers on this connection. */
  order: Order | undefined
  /** `held`: nothing passes any more, for good. */
  flow: 'passing' | 'held'
}

/** `port`: its own, where a server tells its clients beforehand where to connect; 0: any. */
export async function startTcpProxy(targetPort: number, port = 0): Promise<TcpProxy> {
  const links = new Set<Link>()
  const abandoned = new WeakSet<Link>()
  let orders: Order[] = []
  let isDown = false
  let isHung = false
  let latencyMs = 0

  const server = createServer(client => {
    if (isDown) {
      client.destroy()
      return
    }
    const link: Link = {
      client,
      upstream: dial({ port: targetPort, host: '127.0.0.1' }),
      order: undefined,
      flow: 'passing',
    }
    links.add(link)
    pass(link, client, link.upstream, piece => takeRequest(link, piece))
    pass(link, link.upstream, client, piece => takeAnswer(link, piece))
  })

  /** `take` says what of a piece goes on. Pieces keep their order, however long each takes. */
  function pass(link: Link, from: Socket, to: Socket, take: (piece: Buffer) => Buffer | 'nothing'): void {
    let queue = Promise.resolve()
    let queued = 0
    const inOrder = (act: () => void) => {
      if (latencyMs === 0 && queued === 0) {
        act()
        return
      }
      const dueAt = performance.now() + latencyMs
      queued += 1
      queue = queue.then(async () => {
        const waitMs = dueAt - performance.now()
        if (waitMs > 0) await delay(waitMs)
        queued -= 1
        act()
      })
    }
    if (isHung) from.pause()
    from.on('data', data => {
      inOrder(() => {
        if (link.flow === 'held') return
        const rest = take(data as Buffer)
        if (rest !== 'nothing' && !to.destroyed) to.write(rest)
      })
    })
    from.on('error', () => {})
    from.on('close', hadError => {
      inOrder(() => {
        links.delete(link)
        if (link.order !== undefined && 'settle' in link.order) link.order.settle('cleared')
        if (hadError) to.resetAndDestroy()
        else to.destroySoon()
      })
    })
  }

  function takeRequest(link: Link, piece: Buffer): Buffer | 'nothing' {
    const order = orders.find(each => piece.includes(each.requestHolds))
    if (order === undefined) return piece
    orders = orders.filter(each => each !== order)
    if (order.kind === 'holdRequest') {
      link.flow = 'held'
      order.settle('held')
      return 'nothing'
    }
    link.order = order
    return piece
  }

  function takeAnswer(link: Link, piece: Buffer): Buffer | 'nothing' {
    const { order } = link
    switch (order?.kind) {
      case undefined:
      case 'holdRequest':
        return piece
      case 'loseReply':
        cut(link)
        order.told()
        return 'nothing'
      case 'holdReply':
        link.flow = 'held'
        order.settle('held')
        return 'nothing'
      case 'cutAnswer': {
        const left = order.bytes
        order.bytes -= piece.length
        if (piece.length < left) return piece
        link.flow = 'held'
        link.client.write(piece.subarray(0, left), () => cut(link))
        order.told()
        return 'nothing'
      }
      default:
        return order satisfies never
    }
  }

  const cut = ({ client, upstream }: Link) => {
    client.destroy()
    upstream.destroy()
  }
  const cutAll = () => {
    for (const link of links) cut(link)
  }
  const resume = () => {
    isHung = false
    for (const link of links) {
      if (abandoned.has(link)) continue
      const { client, upstream } = link
      client.resume()
      upstream.resume()
    }
  }
  const forget = () => {
    for (const order of orders.splice(0)) if ('settle' in order) order.settle('cleared')
  }
  const dropOrders = () => {
    forget()
    for (const link of links) {
      if (link.order !== undefined && 'settle' in link.order) link.order.settle('cleared')
      link.order = undefined
    }
  }
  const hold = (kind: 'holdRequest' | 'holdReply', requestHolds: string) =>
    new Promise<'held' | 'cleared'>(settle => {
      orders.push({ kind, requestHolds, settle })
    })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => links.size,
    loseNextReply(requestHolds = '', told = () => {}) {
      orders = orders.filter(({ kind }) => kind !== 'loseReply')
      orders.push({ kind: 'loseReply', requestHolds, told })
    },
    holdNextRequest: (requestHolds = '') => hold('holdRequest', requestHolds),
    holdNextReply: (requestHolds = '') => hold('holdReply', requestHolds),
    cutAnswerAfter(bytes, requestHolds = '', told = () => {}) {
      orders.push({ kind: 'cutAnswer', requestHolds, bytes, told })
    },
    forget,
    latency(ms) {
      latencyMs = ms
    },
    hang() {
      isHung = true
      for (const { client, upstream } of links) {
        client.pause()
        upstream.pause()
      }
    },
    resume,
    abandon() {
      for (const link of links) {
        abandoned.add(link)
        link.client.pause()
        link.upstream.pause()
      }
    },
    reset() {
      for (const { client, upstream } of links) {
        client.resetAndDestroy()
        upstream.destroy()
      }
    },
    down() {
      isDown = true
      cutAll()
    },
    up() {
      isDown = false
    },
    clear() {
      isDown = false
      latencyMs = 0
      dropOrders()
      for (const link of links) if (link.flow === 'held') cut(link)
      resume()
    },
    async close() {
      dropOrders()
      cutAll()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
