// The codec: the bytes that Kafka's documentation gives, every message there and back in every version, and that whatever
// comes is either a message or a BrokenMessage.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BrokenMessage } from '../../../src/adapters/kafka/wire/bytes.ts'
import {
  correlationIdOf,
  encodeRequest,
  encodeResponse,
  FrameReader,
  formOf,
  readRequest,
  readRequestHeader,
  readResponse,
} from '../../../src/adapters/kafka/wire/frame.ts'
import {
  apiVersions,
  MESSAGES,
  type Message,
  metadata,
  offsetCommit,
} from '../../../src/adapters/kafka/wire/messages.ts'
import type { Form, Type } from '../../../src/adapters/kafka/wire/schema.ts'

type AnyMessage = Message<unknown, unknown>
const RUNS = { numRuns: Number(process.env.WIRE_RUNS ?? 30) }
const EACH = MESSAGES.flatMap(each => {
  const message = each as unknown as AnyMessage
  const [oldest, newest] = message.versions
  return Array.from({ length: newest - oldest + 1 }, (_, index) => ({
    name: `${message.name} ${oldest + index}`,
    message,
    version: oldest + index,
  }))
})

const COMMIT = {
  groupId: 'g',
  generationIdOrMemberEpoch: -1,
  memberId: '',
  groupInstanceId: null,
  topics: [
    {
      name: 't',
      partitions: [
        { partitionIndex: 0, committedOffset: 42n, committedLeaderEpoch: -1, committedMetadata: '' },
      ],
    },
  ],
}
const HEADER = { correlationId: 1, clientId: 'rewind' }
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('the bytes', () => {
  it('of a classic commit are those of the protocol', () => {
    expect(encodeRequest(offsetCommit, 7, HEADER, COMMIT)).toEqual(
      hex(
        '00000038 0008 0007 00000001 0006 726577696e64' +
          '0001 67 ffffffff 0000 ffff 00000001 0001 74 00000001 00000000 000000000000002a ffffffff 0000',
      ),
    )
  })

  it('of a flexible commit are those of the protocol', () => {
    expect(encodeRequest(offsetCommit, 8, HEADER, COMMIT)).toEqual(
      hex(
        '00000031 0008 0008 00000001 0006 726577696e64 00' +
          '02 67 ffffffff 01 00 02 02 74 02 00000000 000000000000002a ffffffff 01 00 00 00',
      ),
    )
  })

  it('of an answer are read, with tags that we do not know', () => {
    const frame = hex('00000001 00 00000000 02 02 74 02 00000003 0019 00 00 01 07 02 abcd')
    expect(readResponse(offsetCommit, 8, frame)).toEqual({
      throttleTimeMs: 0,
      topics: [{ name: 't', partitions: [{ partitionIndex: 3, errorCode: 25 }] }],
    })
  })

  it('of a broker that does not know our question for versions are read in the form of the oldest', () => {
    const frame = hex('00000001 0023 00000001 0012 0000 0002')
    expect(readResponse(apiVersions, 3, frame)).toEqual({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }],
      throttleTimeMs: 0,
    })
  })

  it('of an answer to the question for versions have no tags in the header, whatever the version', () => {
    const none = { errorCode: 0, apiKeys: [], throttleTimeMs: 0 }
    expect(encodeResponse(apiVersions, 3, 1, none)).toEqual(hex('0000000c 00000001 0000 01 00000000 00'))
  })
})

describe.each(EACH)('$name', ({ message, version }) => {
  const form = formOf(message, version)

  it('comes back as it went, as a request and as an answer', () => {
    fc.assert(
      fc.property(
        arbitraryOf(message.request, form),
        arbitraryOf(message.response, form),
        (request, response) => {
          const asked = readRequestHeader(encodeRequest(message, version, HEADER, request).subarray(4))
          expect(asked.header).toEqual({ key: message.key, version, ...HEADER })
          expect(readRequest(message, version, asked.rest)).toEqual(request)
          // Of a broker that does not know the question the answer has another form.
          if (message.key === apiVersions.key && (response as { errorCode: number }).errorCode === 35) return
          const answered = encodeResponse(message, version, 7, response).subarray(4)
          expect(correlationIdOf(answered)).toBe(7)
          expect(readResponse(message, version, answered)).toEqual(response)
        },
      ),
      RUNS,
    )
  })

  it('is a message or broken, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), piece => {
        isMessageOrBroken(() => readResponse(message, version, Buffer.from(piece)))
        isMessageOrBroken(() => readRequest(message, version, readRequestHeader(Buffer.from(piece)).rest))
      }),
      RUNS,
    )
  })

  it('is broken when it is cut off, wherever', () => {
    fc.assert(
      fc.property(arbitraryOf(message.response, form), fc.nat(), (response, cut) => {
        const whole = encodeResponse(message, version, 7, response).subarray(4)
        const part = whole.subarray(0, cut % whole.length)
        expect(() => readResponse(message, version, part)).toThrow(BrokenMessage)
      }),
      RUNS,
    )
  })
})

describe('a length', () => {
  it.each<[string, number, string]>([
    ['of more topics than can come', 4, '00000001 00000000 7fffffff'],
    ['of a text that is longer than the message', 4, '00000001 00000000 00000001 00000001 7fff 61'],
    ['below zero', 4, '00000001 00000000 fffffffe'],
    ['of nothing where there must be something', 4, '00000001 00000000 ffffffff'],
    ['beyond what lengths can be', 9, '00000001 00 00000000 ffffffff7f'],
    ['that does not end', 9, '00000001 00 00000000 ffffffffffffff'],
  ])('%s is broken, and nothing is allocated for it', (_, version, bytes) => {
    const before = process.memoryUsage().arrayBuffers
    expect(() => readResponse(metadata, version, hex(bytes))).toThrow(BrokenMessage)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })

  it('promises no more items than bytes can hold', () => {
    // A topic takes nine bytes at least: a thousand bytes cannot be a thousand topics.
    const bytes = Buffer.concat([
      hex('00000001 00000000 00000000 ffff 00000000 000003e8'),
      Buffer.alloc(1_000),
    ])
    expect(() => readResponse(metadata, 4, bytes)).toThrow('topics is cut off')
  })
})

describe('a stream', () => {
  it('is cut into the same frames, whatever its pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 4, maxLength: 50 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (bodies, sizes) => {
          const stream = Buffer.concat(
            bodies.flatMap(body => {
              const length = Buffer.alloc(4)
              length.writeInt32BE(body.length)
              return [length, Buffer.from(body)]
            }),
          )
          const frames = new FrameReader(100)
          const found: Buffer[] = []
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1
            found.push(...frames.take(stream.subarray(at, at + size)))
            at += size
          }
          expect(found.map(each => [...each])).toEqual(bodies.map(each => [...each]))
        },
      ),
    )
  })

  it.each([
    ['longer than allowed', '00000065'],
    ['of a length below zero', 'ffffffff'],
    ['too short for a header', '00000003'],
  ])('with a frame %s is broken before it comes', (_, length) => {
    expect(() => new FrameReader(100).take(hex(length))).toThrow(BrokenMessage)
  })
})

function isMessageOrBroken(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof BrokenMessage)) throw error
  }
}

/** Any value of a type, as far as a version has it. */
function arbitraryOf(type: Type<unknown>, form: Form): fc.Arbitrary<unknown> {
  const orNull = (value: fc.Arbitrary<unknown>, since: number | undefined) =>
    since !== undefined && form.version >= since ? fc.option(value) : value
  switch (type.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
    case 'int16':
    case 'int32': {
      const half = 2 ** (Number(type.kind.slice(3)) - 1)
      return fc.integer({ min: -half, max: half - 1 })
    }
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'string':
      return orNull(fc.string({ unit: 'grapheme', maxLength: 20 }), type.nullable)
    case 'bytes':
      return orNull(
        fc.uint8Array({ maxLength: 20 }).map(each => Buffer.from(each)),
        type.nullable,
      )
    case 'array':
      return orNull(fc.array(arbitraryOf(type.of, form), { maxLength: 3 }), type.nullable)
    case 'struct':
      return fc.record(
        Object.fromEntries(
          Object.entries(type.fields).map(([name, field]) => {
            const { since = 0, until = Number.POSITIVE_INFINITY } = field
            const isIn = form.version >= since && form.version <= until
            return [name, isIn ? arbitraryOf(field, form) : fc.constant(field.absent)]
          }),
        ),
        { noNullPrototype: true },
      )
    default:
      return type satisfies never
  }
}
