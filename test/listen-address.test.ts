import { describe, expect, it } from 'vitest'
import { ownAddress, whyNot } from '../src/listen-address.ts'

describe('where the product is reached from its own machine', () => {
  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
    ['0:0:0:0:0:0:0:0', '::1'],
    ['::1', '::1'],
    ['127.0.0.2', '127.0.0.2'],
    ['10.0.0.7', '10.0.0.7'],
    ['localhost', 'localhost'],
  ])('when it listens on %s is %s', (host, own) => {
    expect(ownAddress({ host, port: 3_000 })).toEqual({ host: own, port: 3_000 })
  })
})

describe('why nothing can listen', () => {
  it.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'])(
    'names HOST and the port of either setting: %s',
    code => {
      for (const name of ['PORT', 'METRICS_PORT'] as const) {
        const said = whyNot(Object.assign(new Error('no'), { code }), name, { host: '192.0.2.1', port: 80 })
        for (const word of ['HOST 192.0.2.1', `${name} 80`, `(${code})`]) expect(said).toContain(word)
      }
    },
  )
})
