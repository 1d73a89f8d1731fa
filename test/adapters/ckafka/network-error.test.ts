// What an error proves, on errors that Node itself raised. The faults on whole calls are in faults-v2.test.ts.

import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { classifyNetworkError } from '../../../src/adapters/ckafka/network-error.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { startRawServer } from './raw-server.ts'

const limits = { connectMs: 3_000, headersMs: 15_000, bodyMs: 10_000 }

/** The error of connecting to a host with these addresses, on a port where nobody listens. */
async function refusalBy(addresses: string[]): Promise<Error> {
  const { port, close } = await startRawServer(() => {})
  await close()
  const found = addresses.map(address => ({ address, family: 4 }))
  const socket = connect({
    host: 'several.invalid',
    port,
    autoSelectFamily: true,
    lookup: (_host, _options, done) => done(null, found),
  })
  return new Promise(resolve => socket.on('error', resolve))
}

/** The error of reading from a connection that the other side has reset. */
async function resetWhileReading(): Promise<Error> {
  const server = await startRawServer(socket => socket.resetAndDestroy())
  const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'))
  const error = await new Promise<Error>(resolve => socket.on('error', resolve))
  await server.close()
  return error
}

describe('a host with several addresses', () => {
  it('was not reached when every one of them refused', async () => {
    const error = await refusalBy(['127.0.0.1', '127.0.0.2'])
    expect(error).toBeInstanceOf(AggregateError)
    expect(classifyNetworkError(error, limits)).toEqual({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
      code: 'ECONNREFUSED',
    })
  })

  it('may have been reached when any of the errors came later than connecting', async () => {
    const errors = [await refusalBy(['127.0.0.1']), await resetWhileReading()]
    expect(classifyNetworkError(new AggregateError(errors), limits).kind).toBe('unknown')
    expect(classifyNetworkError(new AggregateError([]), limits).kind).toBe('unknown')
  })
})

it('ECONNRESET is unknown when reading, whatever its code means elsewhere', async () => {
  const error = await resetWhileReading()
  expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
  expect(classifyNetworkError(error, limits)).toMatchObject({ kind: 'unknown', code: 'ECONNRESET' })
  expect(classifyNetworkError(Object.assign(error, { syscall: 'connect' }), limits).kind).toBe('notSent')
})

it.each([undefined, null, 'text', {}, new Error('no code'), { code: 7, syscall: 7 }])(
  'what cannot be recognised is unknown: %s',
  error => expect(classifyNetworkError(error, limits).kind).toBe('unknown'),
)
