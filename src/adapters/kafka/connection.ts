// One connection to one broker: TCP or TLS, who we are, which versions both speak, and then calls, each with its own
// deadline. Whatever breaks, each call ends with what is certain about it: that it was not sent, or nothing.
// It must never send anything twice, nor go on after something came that is not the protocol.

import { AsyncResource } from 'node:async_hooks'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { causeOf } from '../../request/cause.ts'
import { type Address, problemWithAddress } from './address.ts'
import { Fault, notSent, refused, refusedHere, spelled, unknown } from './fault.ts'
import { type Ask, authenticate } from './sasl.ts'
import { CLIENT_ID, type KafkaCall, type KafkaSasl, type KafkaTls } from './settings.ts'
import { BrokenMessage, TooMany } from './wire/bytes.ts'
import { correlationIdOf, encodeRequest, FrameReader, readResponse } from './wire/frame.ts'
import { apiVersions, type Message } from './wire/messages.ts'

export interface ConnectionOptions {
  tls?: KafkaTls
  sasl?: KafkaSasl
  clientId?: string
  connectMs: number
  callMs: number
  now: () => number
  onCall?: (call: KafkaCall) => void
}

export interface Connection {
  /** Null when broker and we have no version in common. `least`: an older one would not do. */
  versionOf(message: AnyMessage, least?: number): number | null
  /** Sends it once. Rejects with a Fault. */
  call<Request, Response>(
    message: Message<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response>
  isOpen(): boolean
  /** So many calls have no answer yet. */
  underWay(): number
  usedAtMs(): number
  bytes(): { sent: number; received: number }
  close(): void
}

type AnyMessage = Pick<Message<never, never>, 'key' | 'name' | 'versions'>

/** Before who we are is known to the broker, and it to us, no answer needs to be long. */
const LARGEST_GREETING = 2 ** 20
const LARGEST_FRAME = 2 ** 25
const VERSION_NUMBER = '1'
/** A session is not used in the last part of its life, so that no call meets its end. */
const SHARE_OF_SESSION = 0.8

interface Waiting {
  take: (frame: Buffer) => void
  fail: (fault: Fault) => void
}

/** The code of what was under way on a connection that ended because of another call. */
export const OTHER_LATE = 'another call was late'
/** The code of an answer that holds more than is read: a second one would as well. */
export const TOO_LARGE = 'too large'

export async function openConnection(
  address: Address,
  options: ConnectionOptions,
  deadlineMs: number,
): Promise<Connection> {
  const { now, callMs, clientId = CLIENT_ID, onCall = () => {} } = options
  const untilMs = Math.min(deadlineMs, now() + options.connectMs)
  const socket = await dial(address, options.tls, untilMs - now())
  const frames = new FrameReader(LARGEST_GREETING)
  const waiting = new Map<number, Waiting>()
  const spoken = new Map<number, readonly [number, number]>()
  let lastId = 0
  let broken: Fault | undefined
  let usedAtMs = now()
  let expiresAtMs = Number.POSITIVE_INFINITY
  let sent = 0
  let received = 0

  /** Ends the connection; of every call under way nobody knows what became of it. */
  function end(fault: Fault): void {
    broken ??= fault
    socket.destroy()
    for (const { fail } of waiting.values()) fail(broken)
    waiting.clear()
  }

  socket.on('error', error => end(unknown(causeOf('connectionBroke'), codeOf(error))))
  socket.on('close', () => end(unknown(causeOf('connectionBroke'), 'closed')))
  socket.on('data', piece => {
    received += piece.length
    try {
      for (const frame of frames.take(piece)) {
        const id = correlationIdOf(frame)
        const asked = waiting.get(id)
        if (asked === undefined) throw new BrokenMessage('an answer to nothing came')
        waiting.delete(id)
        asked.take(frame)
      }
    } catch (error) {
      end(notProtocol(error))
    }
  })

  function exchange<Request, Response>(
    message: Message<Request, Response>,
    version: number,
    request: Request,
    callUntilMs: number,
  ): Promise<Response> {
    const startedMs = now()
    let length = 0
    // An answer comes by a socket that others have opened: it is told where it was asked.
    const told = AsyncResource.bind((outcome: KafkaCall['outcome'], code: string | null) => {
      const { name: api } = message
      onCall({ api, version, outcome, code, durationMs: now() - startedMs, bytes: length })
    })
    return new Promise<Response>((resolve, reject) => {
      const fail = (fault: Fault) => {
        told(fault.end.kind, fault.code)
        reject(fault)
      }
      if (broken !== undefined || socket.destroyed || !socket.writable) {
        fail(notSent(causeOf('connectionClosed'), 'closed'))
        return
      }
      const leftMs = callUntilMs - startedMs
      if (leftMs <= 0) {
        fail(notSent(causeOf('deadlinePassed'), 'deadline'))
        return
      }
      lastId = (lastId + 1) % 2 ** 31
      const correlationId = lastId
      let frame: Buffer
      try {
        frame = encodeRequest(message, version, { correlationId, clientId }, request)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        fail(refusedHere(`${message.name} cannot hold this: ${error.message}.`))
        return
      }
      length = frame.length
      // Nothing that comes later could be told from its late answer's absence: the connection goes with it, and whoever
      // else waits there has not been late.
      const timer = setTimeout(() => {
        waiting.delete(correlationId)
        fail(unknown(causeOf('noAnswer', spelled(leftMs)), 'timeout'))
        end(unknown(causeOf('connectionBroke'), OTHER_LATE))
      }, leftMs)
      waiting.set(correlationId, {
        take(answer) {
          clearTimeout(timer)
          usedAtMs = now()
          try {
            const response = readResponse(message, version, answer)
            told('answered', null)
            resolve(response)
          } catch (error) {
            const fault = notProtocol(error)
            fail(fault)
            // One that holds too much is whole: what comes behind it can be read.
            if (fault.code !== TOO_LARGE) end(fault)
          }
        },
        fail(fault) {
          clearTimeout(timer)
          fail(fault)
        },
      })
      usedAtMs = startedMs
      sent += length
      socket.write(frame)
    })
  }

  const connection: Connection = {
    versionOf({ key, versions: [oldest, newest] }, least = oldest) {
      const [from, to] = spoken.get(key) ?? [1, 0]
      const version = Math.min(newest, to)
      return version >= Math.max(from, oldest, least) ? version : null
    },
    async call(message, request, callDeadlineMs) {
      const version = connection.versionOf(message)
      if (version === null) {
        throw refused(
          'unknownAction',
          'UNSUPPORTED_VERSION',
          `The broker has no ${message.name} that Rewind speaks.`,
        )
      }
      return await exchange(message, version, request, Math.min(callDeadlineMs, now() + callMs))
    },
    isOpen: () => broken === undefined && !socket.destroyed && socket.writable && now() < expiresAtMs,
    underWay: () => waiting.size,
    usedAtMs: () => usedAtMs,
    bytes: () => ({ sent, received }),
    close: () => end(unknown(causeOf('connectionClosed'), 'closed')),
  }

  /** Nothing but greetings was sent until here, whatever becomes of them. */
  try {
    const software = { clientSoftwareName: CLIENT_ID, clientSoftwareVersion: VERSION_NUMBER }
    const greet = (version: number) => exchange(apiVersions, version, software, untilMs)
    const answer = await greetedBy(greet)
    for (const { apiKey, minVersion, maxVersion } of answer.apiKeys)
      spoken.set(apiKey, [minVersion, maxVersion])
    if (options.sasl !== undefined) {
      const startedMs = now()
      const ask: Ask = (message, request) => {
        const version = connection.versionOf(message)
        if (version === null)
          throw refused('credentials', 'UNSUPPORTED_VERSION', 'The broker has no SASL that Rewind speaks.')
        return exchange(message, version, request, untilMs)
      }
      const livesMs = await authenticate(options.sasl, ask, untilMs - startedMs)
      if (livesMs > 0) expiresAtMs = startedMs + livesMs * SHARE_OF_SESSION
    }
  } catch (error) {
    socket.destroy()
    if (!(error instanceof Fault)) throw error
    throw error.end.kind === 'refused' ? error : notSent(error.end.cause, error.code)
  }
  frames.largest = LARGEST_FRAME
  return connection
}

const UNSUPPORTED_VERSION = 35

/** A broker that does not know our newest says so in the form of the oldest. */
async function greetedBy<T extends { errorCode: number }>(
  greet: (version: number) => Promise<T>,
): Promise<T> {
  const [oldest, newest] = apiVersions.versions
  const first = await greet(newest)
  if (first.errorCode !== UNSUPPORTED_VERSION) return first
  return await greet(oldest)
}

/** Every fault here comes before the first byte of the protocol. */
function dial({ host, port }: Address, tls: KafkaTls | undefined, withinMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (withinMs <= 0) {
      reject(notSent(causeOf('deadlinePassed'), 'deadline'))
      return
    }
    const problem = problemWithAddress({ host, port })
    if (problem !== undefined) {
      reject(notSent(causeOf('notDocumented', problem), 'broken'))
      return
    }
    let socket: Socket
    try {
      socket =
        tls === undefined
          ? connectTcp({ host, port, noDelay: true })
          : connectTls({ ...(isIP(host) === 0 ? { servername: host } : {}), ...tls, host, port })
    } catch (error) {
      // Node throws at once for what it cannot even begin with.
      reject(notSent(causeOf('noConnection', codeOf(error)), codeOf(error)))
      return
    }
    const timer = setTimeout(
      () => fail(notSent(causeOf('noConnectionWithin', spelled(withinMs)), 'timeout')),
      withinMs,
    )
    const fail = (fault: Fault) => {
      clearTimeout(timer)
      socket.destroy()
      reject(fault)
    }
    const onError = (error: Error) => {
      const code = codeOf(error)
      const isLookUp = 'syscall' in error && error.syscall === 'getaddrinfo'
      fail(notSent(causeOf(isLookUp ? 'hostNotFound' : 'noConnection', code), code))
    }
    const onClose = () => fail(notSent(causeOf('connectionClosed'), 'closed'))
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', onError)
      socket.off('close', onClose)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, 30_000)
      resolve(socket)
    })
  })
}

function notProtocol(error: unknown): Fault {
  if (error instanceof TooMany) {
    return unknown(causeOf('answerTooLarge', error.items, error.most.toLocaleString('en-US')), TOO_LARGE)
  }
  if (!(error instanceof BrokenMessage)) throw error
  return unknown(causeOf('notDocumented', error.message), 'broken')
}

function codeOf(error: unknown): string {
  const one: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code: unknown = typeof one === 'object' && one !== null && 'code' in one ? one.code : undefined
  return typeof code === 'string' ? code : 'unknown error'
}
