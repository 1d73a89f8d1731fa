// Where the product listens, of HOST and PORT: what they may be, why nothing can listen there, and how to reach it from the
// same machine.

import { isIP, isIPv6 } from 'node:net'
import { z } from 'zod'

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
/** The last part of a name is no number: what looks like an address and is none is no name either. */
const NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)*(?!\\d+\\.?$)${LABEL}\\.?$`, 'i')

const EXPECTED = 'must be an address or a name to listen on and nothing else, like 0.0.0.0, ::1 or localhost'

/** An address of IPv6 may stand in brackets, as in a URL. */
export const listenHost = z
  .string()
  .trim()
  .transform(host => (isIPv6(host.slice(1, -1)) ? host.replace(/^\[(.*)\]$/, '$1') : host))
  .refine(host => isIP(host) !== 0 || NAME.test(host), EXPECTED)

export interface Listening {
  host: string
  port: number
}

/** Of who listens everywhere, the machine itself. */
export function ownAddress({ host, port }: Listening): Listening {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return isIPv6(host) && /^[0:]+$/.test(host) ? { host: '::1', port } : { host, port }
}

/** Why nothing can listen there, by the names of the settings. @param error of the attempt */
export function whyNot(error: unknown, portName: 'PORT' | 'METRICS_PORT', { host, port }: Listening): string {
  const code = error instanceof Error && 'code' in error ? `${error.code}` : ''
  const [at, there] = [`HOST ${host}`, `${portName} ${port}`]
  switch (code) {
    case 'EADDRINUSE':
      return `${there} is in use by another process on ${at} (${code}).`
    case 'EACCES':
      return `This process may not listen on ${there} of ${at} (${code}).`
    case 'EADDRNOTAVAIL':
      return `${at} is no address of this machine, so nothing can listen on its ${there} (${code}).`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${at} is a name that was not found, so nothing can listen on its ${there} (${code}).`
    default:
      return `Nothing can listen on ${there} of ${at} (${code || error}).`
  }
}
