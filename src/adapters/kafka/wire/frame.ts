// Requests and answers with their headers, as frames: for who asks and for who answers. A stream is cut into frames here,
// and one that says to be longer than allowed is refused before its bytes come.

import { BrokenMessage, ByteReader, ByteWriter } from './bytes.ts'
import type { Message } from './messages.ts'
import { type Form, nullable, read, skipTags, string, write } from './schema.ts'

export interface RequestHeader {
  key: number
  version: number
  correlationId: number
  clientId: string | null
}

const API_VERSIONS = 18
const UNSUPPORTED_VERSION = 35
const LENGTH_BYTES = 4
const CLASSIC: Form = { version: 0, flexible: false }
const clientIdType = nullable(string)

export function formOf({ flexible }: Pick<Message<never, never>, 'flexible'>, version: number): Form {
  return { version, flexible: flexible !== null && version >= flexible }
}

export function encodeRequest<Request>(
  { key, ...message }: Message<Request, unknown>,
  version: number,
  { correlationId, clientId }: Pick<RequestHeader, 'correlationId' | 'clientId'>,
  request: Request,
): Buffer {
  const form = formOf(message, version)
  const to = new ByteWriter()
  to.int32(0)
  to.int16(key)
  to.int16(version)
  to.int32(correlationId)
  // In every version of the header this text is a classic one.
  write(to, clientIdType, clientId, CLASSIC)
  if (form.flexible) to.unsigned(0)
  write(to, message.request, request, form)
  return framed(to)
}

/** The header of a frame without its length, and what is to be read with the message's own form. */
export function readRequestHeader(frame: Buffer): { header: RequestHeader; rest: ByteReader } {
  const rest = new ByteReader(frame)
  const [key, version, correlationId] = [rest.int16(), rest.int16(), rest.int32()]
  const clientId = read(rest, clientIdType, CLASSIC, 'clientId') as string | null
  return { header: { key, version, correlationId, clientId }, rest }
}

export function readRequest<Request>(
  message: Message<Request, unknown>,
  version: number,
  rest: ByteReader,
): Request {
  const form = formOf(message, version)
  if (form.flexible) skipTags(rest)
  const request = read(rest, message.request, form) as Request
  return ended(request, rest)
}

export function encodeResponse<Response>(
  message: Message<unknown, Response>,
  version: number,
  correlationId: number,
  response: Response,
): Buffer {
  const form = formOf(message, version)
  const to = new ByteWriter()
  to.int32(0)
  to.int32(correlationId)
  if (hasTags(message, form)) to.unsigned(0)
  write(to, message.response, response, form)
  return framed(to)
}

/** Of a frame without its length. */
export function correlationIdOf(frame: Buffer): number {
  return new ByteReader(frame).int32()
}

/** Of a frame without its length. */
export function readResponse<Response>(
  message: Pick<Message<never, Response>, 'key' | 'flexible' | 'response'>,
  version: number,
  frame: Buffer,
): Response {
  const from = new ByteReader(frame)
  from.int32()
  const form = formOf(message, isInOldestForm(message, frame) ? 0 : version)
  if (hasTags(message, form)) skipTags(from)
  return ended(read(from, message.response, form) as Response, from)
}

/** A broker that does not know our version of the question for versions says so in the form of the oldest. */
function isInOldestForm({ key }: Pick<Message<never, never>, 'key'>, frame: Buffer): boolean {
  return key === API_VERSIONS && frame.length >= 6 && frame.readInt16BE(4) === UNSUPPORTED_VERSION
}

/** Who asks for versions does not know yet which header is understood, so that its answer never has tags there. */
function hasTags({ key }: Pick<Message<never, never>, 'key'>, { flexible }: Form): boolean {
  return flexible && key !== API_VERSIONS
}

function ended<T>(value: T, from: ByteReader): T {
  if (from.left > 0) throw new BrokenMessage('more came than belongs to the message')
  return value
}

function framed(to: ByteWriter): Buffer {
  const frame = to.bytes()
  frame.writeInt32BE(frame.length - LENGTH_BYTES)
  return frame
}

/** Cuts a stream into frames, without their lengths. Throws BrokenMessage for one that cannot be, and is useless then. */
export class FrameReader {
  #pieces: Buffer[] = []
  #have = 0
  /** So many bytes at most. */
  largest: number

  constructor(largest: number) {
    this.largest = largest
  }

  take(piece: Buffer): Buffer[] {
    this.#pieces.push(piece)
    this.#have += piece.length
    const frames: Buffer[] = []
    for (;;) {
      if (this.#have < LENGTH_BYTES) return frames
      const length = this.#peek().readInt32BE()
      if (length < LENGTH_BYTES) throw new BrokenMessage('a frame is too short')
      if (length > this.largest) throw new BrokenMessage('a frame is too long')
      if (this.#have < LENGTH_BYTES + length) return frames
      const whole = this.#pieces.length === 1 ? this.#peek() : Buffer.concat(this.#pieces)
      frames.push(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      const rest = whole.subarray(LENGTH_BYTES + length)
      this.#pieces = rest.length === 0 ? [] : [rest]
      this.#have = rest.length
    }
  }

  /** The first piece, with the whole length in it. */
  #peek(): Buffer {
    while ((this.#pieces[0]?.length ?? 0) < LENGTH_BYTES) {
      const [first, second, ...others] = this.#pieces
      this.#pieces = [Buffer.concat([first ?? Buffer.alloc(0), second ?? Buffer.alloc(0)]), ...others]
    }
    return this.#pieces[0] ?? Buffer.alloc(0)
  }
}
