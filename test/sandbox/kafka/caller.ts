// Calls of Kafka's protocol as they are, over one connection: to the simulated brokers, and to real ones for comparison.

import { once } from 'node:events'
import { connect } from 'node:net'
import { Reading, Written } from '../../../src/sandbox/kafka/wire/bytes.ts'
import { decode, encode, skipTagged } from '../../../src/sandbox/kafka/wire/codec.ts'
import type { Read, Sent } from '../../../src/sandbox/kafka/wire/declared.ts'
import { Frames } from '../../../src/sandbox/kafka/wire/frames.ts'
import {
  type ApiName,
  apiOf,
  type RequestOf,
  type ResponseOf,
} from '../../../src/sandbox/kafka/wire/messages.ts'

export interface Caller {
  /** Rejects when the connection ends before the answer. */
  ask<Name extends ApiName>(
    name: Name,
    version: number,
    request: RequestOf<Name>,
  ): Promise<Required<ResponseOf<Name>>>
  /** These bytes and nothing else. */
  write(bytes: Buffer): void
  /** The next whole frame, without its length. */
  frame(): Promise<Buffer>
  /** Resolves when the other side has ended it. */
  ended: Promise<void>
  close(): void
}

const HEADER = { Key: 'int16', Version: 'int16', Id: 'int32', Client: '?string' } as const

export function requestFrame<Name extends ApiName>(
  name: Name,
  version: number,
  id: number,
  request: RequestOf<Name>,
): Buffer {
  const api = apiOf(name)
  const flexible = version >= (api.flexibleFrom ?? Number.POSITIVE_INFINITY)
  const out = new Written()
  out.int32(0)
  const header = { Key: api.key, Version: version, Id: id, Client: 'a test' }
  encode(HEADER, out, header satisfies Sent<typeof HEADER>, { version: 0, flexible: false })
  if (flexible) out.unsignedVarint(0)
  encode(api.request, out, request as never, { version, flexible })
  const frame = Buffer.from(out.done())
  frame.writeInt32BE(frame.length - 4, 0)
  return frame
}

export function readAnswer(name: ApiName, version: number, frame: Buffer): { id: number; answer: unknown } {
  const api = apiOf(name)
  const flexible = version >= (api.flexibleFrom ?? Number.POSITIVE_INFINITY)
  const from = new Reading(frame)
  const id = from.int32()
  if (flexible && name !== 'ApiVersions') skipTagged(from)
  const answer: Read<typeof api.response> = decode(api.response, from, { version, flexible })
  if (from.left > 0) throw new Error(`${from.left} bytes are left of ${name} ${version}`)
  return { id, answer }
}

export async function callerOf(bootstrap: string): Promise<Caller> {
  const [host = '', port] = (bootstrap.split(',')[0] ?? '').split(':')
  const socket = connect({ host, port: Number(port) })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const frames = new Frames(2 ** 26)
  const come: Buffer[] = []
  const waiting: ((frame: Buffer | undefined) => void)[] = []
  let isOver = false
  socket.on('data', piece => {
    for (const frame of frames.take(piece)) {
      const first = waiting.shift()
      if (first === undefined) come.push(frame)
      else first(frame)
    }
  })
  const ended = new Promise<void>(resolve => {
    socket.on('close', () => {
      isOver = true
      for (const each of waiting.splice(0)) each(undefined)
      resolve()
    })
  })
  const caller: Caller = {
    async ask(name, version, request) {
      caller.write(requestFrame(name, version, 7, request))
      const { id, answer } = readAnswer(name, version, await caller.frame())
      if (id !== 7) throw new Error(`an answer to ${id}`)
      return answer as never
    },
    write: bytes => void socket.write(bytes),
    async frame() {
      const here = come.shift()
      if (here !== undefined) return here
      const next = isOver
        ? undefined
        : await new Promise<Buffer | undefined>(resolve => waiting.push(resolve))
      if (next === undefined) throw new Error('the connection ended')
      return next
    },
    ended,
    close: () => void socket.destroy(),
  }
  return caller
}
