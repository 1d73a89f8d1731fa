// Owns the bytes of one message: what is written grows, what is read is never read past its end.
// It must never know which message it is.

/** What came is not the protocol. */
export class Garbage extends Error {}

export class Written {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  /** Where the next `count` bytes go. */
  #next(count: number): number {
    if (this.#length + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    const at = this.#length
    this.#length += count
    return at
  }

  int8(value: number): void {
    const at = this.#next(1)
    this.#bytes.writeInt8(value, at)
  }
  int16(value: number): void {
    const at = this.#next(2)
    this.#bytes.writeInt16BE(value, at)
  }
  int32(value: number): void {
    const at = this.#next(4)
    this.#bytes.writeInt32BE(value, at)
  }
  int64(value: bigint): void {
    const at = this.#next(8)
    this.#bytes.writeBigInt64BE(value, at)
  }
  /** Seven bits at a time, the lowest first; a set eighth bit says that more follow. */
  unsignedVarint(value: number): void {
    let left = value
    while (left > 127) {
      const at = this.#next(1)
      this.#bytes[at] = (left % 128) + 128
      left = Math.floor(left / 128)
    }
    const at = this.#next(1)
    this.#bytes[at] = left
  }
  raw(value: Buffer): void {
    const at = this.#next(value.length)
    value.copy(this.#bytes, at)
  }
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}

export class Reading {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(count: number): number {
    if (count < 0 || count > this.left)
      throw new Garbage(`${count} bytes are wanted and ${this.left} are there`)
    const at = this.#at
    this.#at += count
    return at
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }
  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }
  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }
  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8))
  }
  unsignedVarint(): number {
    let value = 0
    for (let factor = 1; factor <= 128 ** 4; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#take(1))
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
    throw new Garbage('a varint has no end')
  }
  raw(count: number): Buffer {
    const at = this.#take(count)
    return this.#bytes.subarray(at, at + count)
  }
}
