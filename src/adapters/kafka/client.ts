// The cluster as a whole: its brokers, who leads and who coordinates, and a connection to whom it takes. Connections that
// read are shared; one that writes belongs to its write alone, so that nothing else that breaks can leave it unanswered.

import { causeOf } from '../../request/cause.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import { type Address, addressOf, placeOf, problemWithAddress } from './address.ts'
import { isClusterId } from './cluster-ids.ts'
import { isCoordinatorMoved, meaningToReaders, reasonOf } from './codes.ts'
import {
  type Connection,
  type ConnectionOptions,
  OTHER_LATE,
  openConnection,
  TOO_LARGE,
} from './connection.ts'
import { Fault, notSent } from './fault.ts'
import { firstAnswer } from './first-answer.ts'
import { DEFAULT_TIMEOUTS, type KafkaDeps, type KafkaSettings } from './settings.ts'
import { findCoordinator, type Message, metadata, type ResponseOf } from './wire/messages.ts'

export type Metadata = ResponseOf<typeof metadata>

export interface Client {
  /** From any broker. `topics` null: all there are. None is ever made by asking. */
  metadata(topics: readonly string[] | null, deadlineMs: number): Promise<Metadata>
  /** One question to one broker, over a shared connection; asked a second time when an old connection breaks. */
  ask<Request, Response>(
    node: Node,
    message: Message<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response>
  /** Any broker that answers. */
  askAny<Request, Response>(
    message: Message<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response>
  /** What that broker and we both speak. */
  versionsOf(node: Node, deadlineMs: number): Promise<Connection['versionOf']>
  /**
   * Does something with the group's coordinator, again with the next one while it says that it is not the one, or once
   * when the one that was remembered cannot be reached. Only for what may be done again.
   */
  withCoordinator<T>(group: string, deadlineMs: number, act: (coordinator: Node) => Promise<T>): Promise<T>
  /** A connection for one write alone, kept for the next when it is still open then. */
  exclusively<T>(node: Node, deadlineMs: number, act: (connection: Connection) => Promise<T>): Promise<T>
  close(): void
}

export type Node = Address & { nodeId: number }

const GROUP_KEY = 0
const RETRY_MS = 100
/** The next broker is asked beside one that is silent for so long, or, of many, within so long of them all. */
const SLOW_MS = 1_000
const ALL_ASKED_MS = 3_000
const SHORTEST_MS = 150
/** Connections kept for later writes, of each broker. */
const SPARES = 4
/** Coordinators that are remembered. */
const GROUPS_KNOWN = 1_000

/** Thrown when the answer to a question holds an error code about the whole of what was asked. */
export class CodeFault extends Fault {
  readonly number: number

  constructor(code: number) {
    const reason = reasonOf(code)
    const name = kafkaErrorName(code)
    const end =
      reason === null
        ? ({ kind: 'notSent', cause: causeOf('apiSaid', name) } as const)
        : ({ kind: 'refused', reason, code: name, message: meaningToReaders(code) } as const)
    super(end, name)
    this.number = code
  }
}

/** Of a question: that there was an error is an error. */
export function unlessError(code: number): void {
  if (code !== 0) throw new CodeFault(code)
}

export function createClient(settings: KafkaSettings, { now, onCall, onClusterId }: KafkaDeps): Client {
  // Node would trust every authority that it knows.
  if (settings.tls?.ca === '') throw new TypeError('tls.ca is empty')
  const timeouts = { ...DEFAULT_TIMEOUTS, ...settings.timeouts }
  const options: ConnectionOptions = {
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    ...(settings.sasl === undefined ? {} : { sasl: settings.sasl }),
    ...(settings.clientId === undefined ? {} : { clientId: settings.clientId }),
    connectMs: timeouts.connectMs,
    callMs: timeouts.callMs,
    now,
    ...(onCall === undefined ? {} : { onCall }),
  }
  const bootstrap = settings.bootstrap.map(addressOf)
  /** Of those that read, by address. */
  const shared = new Map<string, Promise<Connection>>()
  /** Of those, the last that was opened to each address. */
  const opened = new Map<string, Connection>()
  /** Of those that write, the ones that nobody uses now. */
  const spare = new Map<string, Connection[]>()
  const inUse = new Set<Connection>()
  const coordinators = new Map<string, Node>()
  /** Those that are being asked for, so that reads side by side ask once. */
  const finding = new Map<string, { found: Promise<Node>; deadlineMs: number }>()
  let brokers: Node[] = []
  let isClosed = false

  const isFresh = (connection: Connection) =>
    connection.isOpen() && (connection.underWay() > 0 || now() - connection.usedAtMs() < timeouts.idleMs)

  async function open(address: Address, deadlineMs: number): Promise<Connection> {
    if (isClosed) throw notSent(causeOf('connectionClosed'), 'closed')
    const connection = await openConnection(address, options, deadlineMs)
    if (isClosed) {
      connection.close()
      throw notSent(causeOf('connectionClosed'), 'closed')
    }
    return connection
  }

  /** `isNew`: it was opened for this. */
  async function sharedTo(
    address: Address,
    deadlineMs: number,
  ): Promise<{ connection: Connection; isNew: boolean }> {
    const place = placeOf(address)
    const known = shared.get(place)
    if (known !== undefined) {
      const connection = await known.catch(() => undefined)
      if (connection !== undefined && isFresh(connection)) return { connection, isNew: false }
      if (shared.get(place) === known) {
        shared.delete(place)
        if (connection?.underWay() === 0) connection.close()
      } else if (shared.has(place)) return await sharedTo(address, deadlineMs)
    }
    const opening = open(address, deadlineMs)
    shared.set(place, opening)
    opening.then(
      connection => opened.set(place, connection),
      () => {
        if (shared.get(place) === opening) shared.delete(place)
      },
    )
    return { connection: await opening, isNew: true }
  }

  /** Questions have no effect: one that an old connection took along when it broke is asked again over a new one. */
  async function askAt<Request, Response>(
    address: Address,
    message: Message<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    const { connection, isNew } = await sharedTo(address, deadlineMs)
    try {
      return await connection.call(message, request, deadlineMs)
    } catch (error) {
      if (!(error instanceof Fault) || error.end.kind === 'refused') throw error
      const isOver = error.code === 'timeout' || error.code === TOO_LARGE
      if (isOver || (isNew && error.code !== OTHER_LATE)) throw error
      const again = await sharedTo(address, deadlineMs)
      return await again.connection.call(message, request, deadlineMs)
    }
  }

  /**
   * Whoever answers first, in this order: those with an open connection, those that are known, those of the settings. Behind
   * servers that are silent one that is there is asked within seconds, however many they are.
   */
  async function askAny<Request, Response>(
    message: Message<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    const known = new Map([...brokers, ...bootstrap].map(each => [placeOf(each), each]))
    // Those that are being opened may be silent.
    const connected = [...opened].flatMap(([place, { isOpen }]) => (isOpen() ? (known.get(place) ?? []) : []))
    const leftMs = deadlineMs - now()
    const candidates = [...new Set([...connected, ...known.values()])]
    const inTime = Math.min(leftMs / 2, ALL_ASKED_MS) / candidates.length
    const tries = candidates.map(address => ({
      ask: () => askAt(address, message, request, deadlineMs),
      // An answer that is only slow is not asked for all over the cluster.
      patienceMs: connected.includes(address) ? SLOW_MS : Math.min(SLOW_MS, Math.max(SHORTEST_MS, inTime)),
    }))
    const [first, ...others] = tries
    if (first === undefined || leftMs <= 0) throw notSent(causeOf('deadlinePassed'), 'deadline')
    return await firstAnswer([first, ...others])
  }

  async function coordinatorOf(group: string, deadlineMs: number): Promise<Node> {
    const known = coordinators.get(group)
    if (known !== undefined) return known
    const underWay = finding.get(group)
    // Nobody waits for longer than their own deadline, nor fails by that of another.
    if (underWay !== undefined && underWay.deadlineMs <= deadlineMs) {
      const found = await underWay.found.catch(() => undefined)
      if (found !== undefined) return found
    }
    const found = findCoordinatorOf(group, deadlineMs)
    const asked = { found, deadlineMs }
    finding.set(group, asked)
    try {
      return await found
    } finally {
      if (finding.get(group) === asked) finding.delete(group)
    }
  }

  async function findCoordinatorOf(group: string, deadlineMs: number): Promise<Node> {
    const found = await askAny(findCoordinator, { key: group, keyType: GROUP_KEY }, deadlineMs)
    unlessError(found.errorCode)
    const { nodeId, host, port } = found
    const problem = problemWithAddress(found)
    if (problem !== undefined) throw notSent(causeOf('notDocumented', problem), 'broken')
    if (coordinators.size >= GROUPS_KNOWN) coordinators.clear()
    coordinators.set(group, { nodeId, host, port })
    return { nodeId, host, port }
  }

  return {
    async metadata(topics, deadlineMs) {
      const request = {
        topics: topics === null ? null : topics.map(name => ({ name })),
        allowAutoTopicCreation: false,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      }
      const answer = await askAny(metadata, request, deadlineMs)
      if (isClusterId(answer.clusterId)) onClusterId?.(answer.clusterId)
      const reachable = answer.brokers.filter(each => problemWithAddress(each) === undefined)
      if (reachable.length > 0) brokers = reachable
      return answer
    },
    ask: askAt,
    askAny,
    async versionsOf(node, deadlineMs) {
      const { connection } = await sharedTo(node, deadlineMs)
      return connection.versionOf
    },
    async withCoordinator(group, deadlineMs, act) {
      for (;;) {
        const wasKnown = coordinators.has(group)
        try {
          return await act(await coordinatorOf(group, deadlineMs))
        } catch (error) {
          if (!(error instanceof Fault) || error.end.kind === 'refused') throw error
          coordinators.delete(group)
          const hasMoved = error instanceof CodeFault && isCoordinatorMoved(error.number)
          if (!(hasMoved || wasKnown) || now() + RETRY_MS >= deadlineMs) throw error
        }
        await new Promise(resolve => setTimeout(resolve, RETRY_MS))
      }
    },
    async exclusively(node, deadlineMs, act) {
      const place = placeOf(node)
      const spares = spare.get(place) ?? []
      spare.set(place, spares)
      let connection: Connection | undefined
      while (connection === undefined && spares.length > 0) {
        const found = spares.pop()
        if (found !== undefined && isFresh(found)) connection = found
        else found?.close()
      }
      connection ??= await open(node, deadlineMs)
      inUse.add(connection)
      try {
        return await act(connection)
      } finally {
        inUse.delete(connection)
        if (isClosed || !connection.isOpen() || spares.length >= SPARES) connection.close()
        else spares.push(connection)
      }
    },
    close() {
      isClosed = true
      for (const opening of shared.values()) opening.then(each => each.close()).catch(() => {})
      for (const each of [...spare.values()].flat()) each.close()
      for (const each of inUse) each.close()
      shared.clear()
      spare.clear()
    },
  }
}
