// Kafka's primitive types, written and read. Whatever a length that was read says, no more is taken than is there, and
// nothing is allocated for it: everything that does not fit is a BrokenMessage.

import { Buffer } from 'node:buffer'

/** What came is not a message of the protocol. `what` says which part of it, never what it held. */
export class BrokenMessage extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'BrokenMessage'
  }
}

/** A message of the protocol that holds more than is read of any: `items` of them, above `most`. */
export class TooMany extends BrokenMessage {
  readonly items: string
  readonly most: number

  constructor(items: string, most: number) {
    super(`${items}: more than ${most}`)
    this.name = 'TooMany'
    this.items = items
    this.most = most
  }
}

/**
 * What one message may hold in all of its lists, without bare numbers, so that no answer keeps this process busy for long,
 * however its lists are nested. Two and a half times as many as a cluster of 200,000 partitions has.
 */
const ITEMS_MAX = 500_000
const INT32_MAX = 2 ** 31 - 1
const UNSIGNED_BYTES = 5

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256)
  #end = 0

  #grow(more: number): number {
    const start = this.#end
    this.#end += more
    if (this.#end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#end, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, start)
      this.#bytes = larger
    }
    return start
  }

  int8(value: number): void {
    const at = this.#grow(1)
    this.#bytes.writeInt8(value, at)
  }
  int16(value: number): void {
    const at = this.#grow(2)
    this.#bytes.writeInt16BE(value, at)
  }
  int32(value: number): void {
    const at = this.#grow(4)
    this.#bytes.writeInt32BE(value, at)
  }
  int64(value: bigint): void {
    const at = this.#grow(8)
    this.#bytes.writeBigInt64BE(value, at)
  }
  unsigned(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      const at = this.#grow(1)
      this.#bytes[at] = (rest % 0x80) + 0x80
      rest = Math.floor(rest / 0x80)
    }
    const at = this.#grow(1)
    this.#bytes[at] = rest
  }
  raw(value: Uint8Array): void {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end)
  }
}

export class ByteReader {
  readonly #bytes: Buffer
  #at = 0
  #items = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** To be told before so many items of a list are read. */
  count(items: number): void {
    this.#items += items
    if (this.#items > ITEMS_MAX) throw new TooMany('items', ITEMS_MAX)
  }

  #take(count: number, what: string): number {
    if (count > this.left) throw new BrokenMessage(`${what} is cut off`)
    const at = this.#at
    this.#at += count
    return at
  }

  int8(): number {
    const at = this.#take(1, 'a number')
    return this.#bytes.readInt8(at)
  }
  int16(): number {
    const at = this.#take(2, 'a number')
    return this.#bytes.readInt16BE(at)
  }
  int32(): number {
    const at = this.#take(4, 'a number')
    return this.#bytes.readInt32BE(at)
  }
  int64(): bigint {
    const at = this.#take(8, 'a number')
    return this.#bytes.readBigInt64BE(at)
  }
  unsigned(): number {
    let value = 0
    for (let index = 0; index < UNSIGNED_BYTES; index += 1) {
      const byte = this.#bytes[this.#take(1, 'a number')] ?? 0
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) {
        if (value > INT32_MAX) break
        return value
      }
    }
    throw new BrokenMessage('a length is too large')
  }
  raw(length: number, what: string): Buffer {
    const at = this.#take(length, what)
    return this.#bytes.subarray(at, at + length)
  }
}
