// A broker that says what a test tells it to, in the protocol: the answering half of the adapter's own codec. What real
// ones say is seen in test/kafka; here are the answers that those cannot be brought to.

import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import {
  encodeResponse,
  FrameReader,
  readRequest,
  readRequestHeader,
} from '../../../src/adapters/kafka/wire/frame.ts'
import {
  type apiVersions,
  MESSAGES,
  type Message,
  type RequestOf,
  type ResponseOf,
} from '../../../src/adapters/kafka/wire/messages.ts'

type Messages = (typeof MESSAGES)[number]
type Named<Name extends Messages['name']> = Extract<Messages, { name: Name }>

/** `silence`: never; `cut`: closes instead; bytes: these, whatever they are. */
type Said<T> = T | 'silence' | 'cut' | Buffer
export type Answers = {
  [Name in Messages['name']]?: (
    request: RequestOf<Named<Name>>,
    seen: { version: number; nth: number; socket: Socket },
  ) => Said<ResponseOf<Named<Name>>> | Promise<Said<ResponseOf<Named<Name>>>>
}

export interface ScriptedBroker {
  port: number
  bootstrap: string
  /** Every request read, in order. */
  requests: { api: string; version: number; request: unknown; bytes: number }[]
  of(api: Messages['name']): unknown[]
  connections(): number
  answers: Answers
  close(): Promise<void>
}

/** `versions`: the newest it has of a call; null: it has none. */
export async function startScriptedBroker(
  answers: Answers,
  versions: Partial<Record<Messages['name'], number | null>> = {},
  spoken: { nodeId: number; frame?: (frame: Buffer) => Buffer } = { nodeId: 1 },
): Promise<ScriptedBroker> {
  const requests: ScriptedBroker['requests'] = []
  const sockets = new Set<Socket>()
  const counts = new Map<string, number>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const frames = new FrameReader(2 ** 26)
    let queue = Promise.resolve()
    socket.on('data', piece => {
      for (const frame of frames.take(piece as Buffer)) queue = queue.then(() => answer(socket, frame))
    })
  })

  async function answer(socket: Socket, frame: Buffer): Promise<void> {
    const { header, rest } = readRequestHeader(frame)
    const message = MESSAGES.find(({ key }) => key === header.key) as Message<unknown, unknown> | undefined
    if (message === undefined) throw new Error(`no such call: ${header.key}`)
    const name = message.name as Messages['name']
    const request = readRequest(message, header.version, rest)
    requests.push({ api: name, version: header.version, request, bytes: frame.length + 4 })
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    const scripted = broker.answers[name] as
      | ((request: unknown, seen: object) => Said<unknown> | Promise<Said<unknown>>)
      | undefined
    const own = name === 'ApiVersions' ? () => versionsOf() : (defaults[name] as typeof scripted)
    const say = scripted ?? own
    if (say === undefined) throw new Error(`the script has no ${name}`)
    const said = await say(request, { version: header.version, nth, socket })
    if (said === 'silence') return
    if (said === 'cut') {
      socket.destroy()
      return
    }
    if (Buffer.isBuffer(said)) {
      socket.write(said)
      return
    }
    const isTooNew = name === 'ApiVersions' && (said as { errorCode: number }).errorCode !== 0
    socket.write(encodeResponse(message, isTooNew ? 0 : header.version, header.correlationId, said))
  }

  const versionsOf = (): ResponseOf<typeof apiVersions> => ({
    errorCode: 0,
    apiKeys: MESSAGES.flatMap(({ key, name, versions: [oldest, newest] }) => {
      const last = versions[name] === undefined ? newest : versions[name]
      return last === null ? [] : [{ apiKey: key, minVersion: Math.min(oldest, last), maxVersion: last }]
    }),
    throttleTimeMs: 0,
  })
  const self = () => ({ nodeId: spoken.nodeId, host: '127.0.0.1', port: broker.port })
  const defaults: Answers = {
    Metadata: ({ topics }) => ({
      throttleTimeMs: 0,
      brokers: [{ ...self(), rack: null }],
      clusterId: null,
      controllerId: 1,
      topics: (topics ?? []).map(({ name }) => topicOf(name, [spoken.nodeId])),
      clusterAuthorizedOperations: -1,
    }),
    FindCoordinator: () => ({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, ...self() }),
    SaslHandshake: () => ({ errorCode: 0, mechanisms: ['PLAIN'] }),
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const broker: ScriptedBroker = {
    port,
    bootstrap: `127.0.0.1:${port}`,
    requests,
    of: api => requests.filter(each => each.api === api).map(each => each.request),
    connections: () => sockets.size,
    answers,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return broker
}

/** A topic whose partitions have these leaders; −1: none. */
export function topicOf(name: string, leaders: number[], errorCode = 0) {
  return {
    errorCode,
    name,
    isInternal: false,
    partitions: leaders.map((leaderId, partitionIndex) => ({
      errorCode: leaderId === -1 ? 5 : 0,
      partitionIndex,
      leaderId,
      leaderEpoch: 0,
      replicaNodes: [leaderId],
      isrNodes: [leaderId],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: -1,
  }
}
