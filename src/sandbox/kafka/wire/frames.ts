// Owns what stands around a message: the length before each frame, the header of a request and that of an answer.
// It must never hold more of a frame than is allowed.

import { Garbage, type Reading, Written } from './bytes.ts'
import { decode, encode, skipTagged } from './codec.ts'
import { type ApiName, apiOf, type RequestOf, type ResponseOf } from './messages.ts'

const LENGTH_BYTES = 4

/** Puts the pieces of a stream together. */
export class Frames {
  readonly #largest: number
  #held: Buffer[] = []
  #length = 0

  constructor(largest: number) {
    this.#largest = largest
  }

  /** The frames that are whole with this piece, without their lengths. Throws Garbage. */
  take(piece: Buffer): Buffer[] {
    this.#held.push(piece)
    this.#length += piece.length
    const whole: Buffer[] = []
    for (let size = this.#size(); size !== null && this.#length >= LENGTH_BYTES + size; size = this.#size()) {
      const all = this.#joined()
      whole.push(all.subarray(LENGTH_BYTES, LENGTH_BYTES + size))
      this.#held = [all.subarray(LENGTH_BYTES + size)]
      this.#length -= LENGTH_BYTES + size
    }
    return whole
  }

  #size(): number | null {
    if (this.#length < LENGTH_BYTES) return null
    const first = this.#held[0]
    const start = first !== undefined && first.length >= LENGTH_BYTES ? first : this.#joined()
    const size = start.readInt32BE(0)
    if (size < 0 || size > this.#largest) throw new Garbage(`a frame of ${size} bytes`)
    return size
  }

  #joined(): Buffer {
    const [only] = this.#held
    if (only !== undefined && this.#held.length === 1) return only
    const all = Buffer.concat(this.#held)
    this.#held = [all]
    return all
  }
}

export interface RequestHeader {
  apiKey: number
  version: number
  correlationId: number
  clientId: string | null
}

const HEADER = { ApiKey: 'int16', Version: 'int16', CorrelationId: 'int32', ClientId: '?string' } as const

/** Throws Garbage. The client's name has a length of a fixed size in every version. */
export function readHeader(from: Reading): RequestHeader {
  const read = decode(HEADER, from, { version: 0, flexible: false })
  return {
    apiKey: read.ApiKey,
    version: read.Version,
    correlationId: read.CorrelationId,
    clientId: read.ClientId,
  }
}

const isFlexible = (name: ApiName, version: number) =>
  version >= (apiOf(name).flexibleFrom ?? Number.POSITIVE_INFINITY)

/** What follows the header, to the last byte. Throws Garbage. */
export function readBody<Name extends ApiName>(name: Name, version: number, from: Reading): RequestOf<Name> {
  const flexible = isFlexible(name, version)
  if (flexible) skipTagged(from)
  const request = decode(apiOf(name).request, from, { version, flexible })
  if (from.left > 0) throw new Garbage(`${from.left} bytes too many`)
  return request as RequestOf<Name>
}

/** With its length. */
export function frameOf<Name extends ApiName>(
  name: Name,
  version: number,
  correlationId: number,
  response: ResponseOf<Name>,
): Buffer {
  const out = new Written()
  out.int32(0)
  out.int32(correlationId)
  const flexible = isFlexible(name, version)
  // Whoever asks for the versions knows none of them yet: that answer's header is always the oldest.
  if (flexible && name !== 'ApiVersions') out.unsignedVarint(0)
  encode(apiOf(name).response, out, response as never, { version, flexible })
  const frame = out.done()
  frame.writeInt32BE(frame.length - LENGTH_BYTES, 0)
  return frame
}
