// Owns putting a simulated Kafka together over the simulated cluster: its brokers, who leads what, its faults, its stop.
// It must never be reachable from another machine.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createFaultQueue } from '../cluster/fault-queue.ts'
import type { Cluster } from '../cluster/model.ts'
import { type Answering, HOST } from './answers.ts'
import { createClusterAnswers } from './cluster-answers.ts'
import { CODES } from './codes.ts'
import { DEFAULT_LARGEST_BATCH } from './configs.ts'
import { type Broker, type KafkaCall, type Spoken, serve } from './connection.ts'
import type { KafkaFault } from './faults.ts'
import { createGroupAnswers } from './group-answers.ts'
import { createRights, type Rights } from './rights.ts'
import { type Credentials, createSession, type Session } from './sasl.ts'
import { createTopology, type Topology } from './topology.ts'
import { API_NAMES, type ApiName, apiOf, type RequestOf, type ResponseOf } from './wire/messages.ts'

export interface KafkaBrokerOptions {
  /** Of the first broker; 0 or absent: any free one. Always on 127.0.0.1. */
  port?: number
  /** How many brokers; absent: one. They are called 1, 2, … */
  brokers?: number
  /** Which instance of the cluster speaks; absent: the first. */
  instance?: string
  /** Given: whoever asks must prove by SASL PLAIN who they are. */
  sasl?: Credentials
  /** The newest version that is spoken of a call, as older brokers do; null: it is not known at all. */
  newest?: Partial<Record<ApiName, number | null>>
  /** `max.message.bytes` of the offsets topic; absent: Kafka's own. */
  largestCommitBytes?: number
  now?: () => number
}

export interface SimulatedKafka extends Pick<Topology, 'moveLeader' | 'moveCoordinator'> {
  /** `127.0.0.1:<port>`, of every broker, with commas between. */
  readonly bootstrap: string
  /**
   * Another listener of every broker, and its bootstrap servers. `advertise` gets the port of each and says at which one whoever comes
   * by this listener is to find the broker, as `advertised.listeners` of Kafka does.
   */
  listen(advertise: (port: number) => Promise<number>): Promise<string>
  readonly cluster: Cluster
  /** What whoever asks may do; everything, at first. */
  readonly rights: Rights
  /** Those received, oldest first, of one call or of all; the last ten thousand. */
  calls(api?: ApiName): KafkaCall[]
  /** How many there have been, those included that `calls` has forgotten. `wrong`: of them, those that went wrong. */
  tally(api?: ApiName): { received: number; wrong: number }
  /** The next `times` (default 1) calls, or any with `*`, go wrong like this. First in, first out. */
  inject(api: ApiName | '*', fault: KafkaFault, times?: number): void
  clearFaults(): void
  /** So many are open now. */
  connections(): number
  /** After the cluster changed or a call was received or ended. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/** As large as a commit of all partitions that a cluster may have; Kafka's own limit is six times as much. */
const LARGEST_FRAME = 2 ** 24
const CALLS_KEPT = 10_000

export async function startKafkaBroker(
  cluster: Cluster,
  options: KafkaBrokerOptions = {},
): Promise<SimulatedKafka> {
  const { port = 0, brokers = 1, newest = {}, sasl, now = Date.now } = options
  const { largestCommitBytes = DEFAULT_LARGEST_BATCH } = options
  const instance = options.instance ?? cluster.instances()[0]?.id ?? ''
  const calls: KafkaCall[] = []
  const tallies = new Map<ApiName, { received: number; wrong: number }>()
  const faults = createFaultQueue<KafkaFault>()
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  const listeners = new Set<() => void>()
  const announce = () => {
    for (const listener of listeners) listener()
  }

  if (!cluster.instances().some(each => each.id === instance))
    throw new Error(`there is no instance ${instance}`)
  const nodeIds = Array.from({ length: brokers }, (_, index) => index + 1)
  const topology = createTopology(nodeIds)
  const rights = createRights()
  const servers: Server[] = []

  const spoken: Spoken = name => {
    const { oldest, newest: own } = apiOf(name)
    const asked = newest[name]
    if (asked === null) return null
    const last = Math.min(asked ?? own, own)
    return last < oldest ? null : { oldest, newest: last }
  }
  const ApiVersions: Answering<'ApiVersions'> = () => ({
    ErrorCode: CODES.NONE,
    ApiKeys: API_NAMES.flatMap(name => {
      const versions = spoken(name)
      if (versions === null) return []
      return [{ ApiKey: apiOf(name).key, MinVersion: versions.oldest, MaxVersion: versions.newest }]
    }),
  })
  // The coordinators that know KIP-848 do not say what is wrong.
  const tooLarge =
    spoken('ConsumerGroupDescribe') === null ? CODES.INVALID_COMMIT_OFFSET_SIZE : CODES.UNKNOWN_SERVER_ERROR
  const largestCommit = { bytes: largestCommitBytes, code: tooLarge }
  const behind = { cluster, instance, topology, rights, largestCommit }
  const answers: { [Name in Exclude<ApiName, `Sasl${string}`>]: Answering<Name> } = {
    ApiVersions,
    ...createClusterAnswers(behind),
    ...createGroupAnswers(behind),
  }
  const answering = (name: ApiName, session: Session) => {
    if (name === 'SaslHandshake') return session.handshake
    if (name === 'SaslAuthenticate') return session.authenticate
    return answers[name]
  }

  const sharedByAll: Omit<Broker, 'nodeId' | 'portOf'> = {
    spoken,
    faults,
    largestFrame: LARGEST_FRAME,
    now,
    // Each name has the function that takes its request; that they belong together cannot be said of a name alone.
    answer: <Name extends ApiName>(
      name: Name,
      request: RequestOf<Name>,
      asked: Parameters<Answering<Name>>[1],
      session: Session,
    ) => (answering(name, session) as unknown as Answering<Name>)(request, asked) as ResponseOf<Name>,
    onCall(call) {
      calls.push(call)
      const { received, wrong } = tallies.get(call.api) ?? { received: 0, wrong: 0 }
      tallies.set(call.api, { received: received + 1, wrong: wrong + (call.fault === null ? 0 : 1) })
      if (calls.length > CALLS_KEPT) calls.shift()
      announce()
    },
    onEnd: announce,
    wait: ms =>
      new Promise(resolve => {
        const timer = setTimeout(() => {
          timers.delete(timer)
          resolve()
        }, ms)
        timers.add(timer)
      }),
  }

  async function listen(firstPort: number, advertise: (port: number) => Promise<number>): Promise<string> {
    const here = await Promise.all(nodeIds.map((_, index) => listening(index === 0 ? firstPort : 0)))
    servers.push(...here)
    const ports = await Promise.all(here.map(server => advertise((server.address() as AddressInfo).port)))
    const portOf = (nodeId: number) => ports[nodeId - 1] ?? -1
    for (const [index, server] of here.entries()) {
      const broker: Broker = { ...sharedByAll, nodeId: index + 1, portOf }
      server.off('connection', early)
      server.on('connection', socket => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
        serve(socket, createSession(sasl), broker)
      })
    }
    return ports.map(each => `${HOST}:${each}`).join(',')
  }
  const bootstrap = await listen(port, async own => own)
  const forget = cluster.onChange(announce)

  return {
    bootstrap,
    listen: advertise => listen(0, advertise),
    cluster,
    rights: rights.rights,
    calls: api => calls.filter(each => api === undefined || each.api === api).map(each => ({ ...each })),
    tally(api) {
      const counted = [...tallies].filter(([name]) => api === undefined || name === api)
      const sum = (of: 'received' | 'wrong') => counted.reduce((total, [, each]) => total + each[of], 0)
      return { received: sum('received'), wrong: sum('wrong') }
    },
    inject: faults.inject,
    clearFaults: faults.clear,
    connections: () => sockets.size,
    moveLeader: topology.moveLeader,
    moveCoordinator: topology.moveCoordinator,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      forget()
      // Work still waiting on a delay is never done.
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
    },
  }
}

const early = (socket: Socket) => void socket.destroy()

function listening(port: number): Promise<Server> {
  const server = createServer()
  // Whoever comes before the brokers know each other comes again.
  server.on('connection', early)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => resolve(server))
  })
}
