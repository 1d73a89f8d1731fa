// Owns one connection: frames in, one answer after the other in their order, faults on the way, and the end of it.
// What is not the protocol closes this connection, as in Kafka, and nothing else.

import type { Socket } from 'node:net'
import type { FaultQueue } from '../cluster/fault-queue.ts'
import type { Asked } from './answers.ts'
import { CODES } from './codes.ts'
import { type KafkaFault, withCode } from './faults.ts'
import type { Session } from './sasl.ts'
import { Garbage, Reading } from './wire/bytes.ts'
import { Frames, frameOf, type RequestHeader, readBody, readHeader } from './wire/frames.ts'
import { type ApiName, apiOfKey, type RequestOf, type ResponseOf } from './wire/messages.ts'

export interface KafkaCall {
  api: ApiName
  version: number
  nodeId: number
  clientId: string | null
  /** As it was read. */
  request: unknown
  /** On the wire, with its length. */
  bytes: number
  atMs: number
  /** Whether a whole answer was sent. */
  answered: boolean
  fault: KafkaFault['kind'] | null
}

/** Which versions of a call are spoken; null: none. */
export type Spoken = (name: ApiName) => { oldest: number; newest: number } | null

export interface Broker {
  nodeId: number
  /** What whoever is connected here is told of each broker. */
  portOf(nodeId: number): number
  spoken: Spoken
  faults: FaultQueue<KafkaFault>
  largestFrame: number
  now(): number
  answer<Name extends ApiName>(
    name: Name,
    request: RequestOf<Name>,
    asked: Asked,
    session: Session,
  ): ResponseOf<Name>
  onCall(call: KafkaCall): void
  /** Once it was answered, or not. */
  onEnd(call: KafkaCall): void
  /** Resolves after so long, never when the broker has stopped. */
  wait(ms: number): Promise<void>
}

/** No client that waits for answers has more under way; the rest is read when some of them are answered. */
const QUEUED = 32

/** A frame without a byte in it. */
const NOTHING = Buffer.alloc(4)

type End = 'goesOn' | 'ends'

export function serve(socket: Socket, session: Session, broker: Broker): void {
  const frames = new Frames(broker.largestFrame)
  const queue: Buffer[] = []
  let isWorking = false
  let isOver = false

  const end = () => {
    isOver = true
    queue.length = 0
    socket.destroy()
  }
  socket.setNoDelay(true)
  socket.on('error', end)
  socket.on('data', piece => {
    if (isOver) return
    try {
      queue.push(...frames.take(piece))
    } catch (error) {
      if (!(error instanceof Garbage)) throw error
      end()
      return
    }
    if (queue.length > QUEUED) socket.pause()
    work().catch(end)
  })

  async function work(): Promise<void> {
    if (isWorking) return
    isWorking = true
    for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
      if ((await answerTo(frame)) === 'ends') isOver = true
      if (isOver) queue.length = 0
      else if (queue.length <= QUEUED) socket.resume()
    }
    isWorking = false
  }

  async function answerTo(frame: Buffer): Promise<End> {
    try {
      if (session.expectsBareProof()) {
        if (!session.takeBareProof(frame)) throw new Garbage('no proof')
        await send(NOTHING)
        return 'goesOn'
      }
      const from = new Reading(frame)
      const header = readHeader(from)
      const api = apiOfKey(header.apiKey)
      const spoken = api === undefined ? null : broker.spoken(api)
      if (api === undefined || spoken === null || !session.mayAsk(api))
        throw new Garbage('a call that is not spoken')
      if (header.version < spoken.oldest || header.version > spoken.newest) {
        if (api !== 'ApiVersions') throw new Garbage('a version that is not spoken')
        return await tellVersions(header)
      }
      return await take(api, header, readBody(api, header.version, from), frame.length + 4)
    } catch (error) {
      if (!(error instanceof Garbage)) throw error
      end()
      return 'ends'
    }
  }

  /** Whoever asks in a version that is too new is told in the oldest which ones there are. */
  async function tellVersions({ correlationId }: RequestHeader): Promise<End> {
    const { nodeId, portOf } = broker
    const asked = { version: 0, nodeId, portOf, effect: 'apply' as const }
    const request = { ClientSoftwareName: '', ClientSoftwareVersion: '' }
    const answer = broker.answer('ApiVersions', request, asked, session)
    await send(frameOf('ApiVersions', 0, correlationId, { ...answer, ErrorCode: CODES.UNSUPPORTED_VERSION }))
    return 'goesOn'
  }

  async function take<Name extends ApiName>(
    api: Name,
    { version, correlationId, clientId }: RequestHeader,
    request: RequestOf<Name>,
    bytes: number,
  ): Promise<End> {
    const { nodeId, portOf } = broker
    const fault = broker.faults.take(api)
    const call: KafkaCall = {
      ...{ api, version, nodeId, clientId, request, bytes },
      atMs: broker.now(),
      answered: false,
      fault: fault?.kind ?? null,
    }
    broker.onCall(call)
    const workAs = (effect: Asked['effect']) =>
      broker.answer(api, request, { version, nodeId, portOf, effect }, session)
    const workIf = (yes: boolean) => {
      if (yes) workAs('apply')
    }
    const frame = (answer: ResponseOf<Name>) => frameOf(api, version, correlationId, answer)
    const say = async (answer: ResponseOf<Name>): Promise<End> => {
      call.answered = await send(frame(answer))
      if (!session.hasFailed()) return 'goesOn'
      socket.end()
      return 'ends'
    }
    const isDone = await goWrong(fault)
    broker.onEnd(call)
    return isDone

    async function goWrong(how: KafkaFault | undefined): Promise<End> {
      switch (how?.kind) {
        case undefined:
          return await say(workAs('apply'))
        case 'delay':
          await broker.wait(how.ms)
          return await say(workAs('apply'))
        case 'hang':
          workIf(how.afterDoingIt)
          return 'ends'
        case 'cut':
          workIf(how.afterDoingIt)
          end()
          return 'ends'
        case 'halfAnswer': {
          const whole = frame(workAs('apply'))
          await send(whole.subarray(0, Math.floor(whole.length / 2)))
          end()
          return 'ends'
        }
        case 'code':
          return await say(withCode(api, workAs(how.afterDoingIt ? 'apply' : 'pretend'), how.code))
        case 'lie':
          return await say(workAs('pretend'))
        case 'pinned':
          workIf(how.afterDoingIt)
          await send(how.bytes)
          return 'goesOn'
        default:
          return how satisfies never
      }
    }
  }

  /** Whether it has left. */
  function send(bytes: Buffer): Promise<boolean> {
    return new Promise(resolve => {
      if (isOver || !socket.writable) resolve(false)
      else socket.write(bytes, error => resolve(!error))
    })
  }
}
