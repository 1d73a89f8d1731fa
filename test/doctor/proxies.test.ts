// Where a proxy has not let Rewind through, the advice is about the proxy; where one may be silent, it is named.

import { expect, it } from 'vitest'
import { adviceOf } from '../../src/doctor/proxies.ts'
import { ProxyFault } from '../../src/proxy/fault.ts'

const PROXIES = { https: 'http://me:hunter2@proxy.example:3128', http: null, except: '' }

it.each(['unreached', 'silent', 'refused', 'broke'] as const)('a proxy that is %s is looked at', kind => {
  const fault = new ProxyFault(kind, 'proxy.example:3128', '407')
  for (const cause of [fault.message, fault.why]) {
    expect(adviceOf(cause, PROXIES, 'Look elsewhere.')).toMatch(
      /^Look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY/,
    )
  }
})

it('a proxy that may be silent is named, without its user and password', () => {
  const advice = adviceOf('no answer within 5 s', PROXIES, 'Look elsewhere.')
  expect(advice).toContain(
    'Look elsewhere. Unless NO_PROXY names it, it is reached through the proxy proxy.example:3128',
  )
  expect(advice).not.toContain('hunter2')
  expect(adviceOf('no answer within 5 s', null, 'Look elsewhere.')).toBe('Look elsewhere.')
})
