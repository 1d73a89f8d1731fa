import { expect, it } from 'vitest'
import { contextIn, traceparentOf } from '../../../src/adapters/otel/traceparent.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

it('is written and read again', () => {
  const text = traceparentOf({ traceId, spanId, traceFlags: 1 })
  expect(text).toBe(`00-${traceId}-${spanId}-01`)
  expect(contextIn(text)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true })
})

it.each([
  ...['', 'x', `00-${traceId}-${spanId}`, `01-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01-more`],
  ...[`00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${'0'.repeat(16)}-01`],
  `00-${traceId.toUpperCase()}-${spanId}-01`,
])('%j is none', text => {
  expect(contextIn(text)).toBeUndefined()
})
