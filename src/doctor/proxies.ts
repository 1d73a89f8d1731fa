// What to do where a proxy is on the way, or may be what gave no answer. It never shows a proxy's user or password.

import type { Config } from '../config.ts'
import { readCause } from '../request/cause.ts'

const LOOK = 'Look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy lets Rewind through.'

/**
 * What to do instead of, or beside, `otherwise`.
 * @param cause as request/cause.ts has it, or in the words of src/proxy/fault.ts
 */
export function adviceOf(cause: string, proxies: Config['proxies'], otherwise: string): string {
  const isOfProxy = readCause(cause)?.kind.startsWith('proxy') ?? / the proxy |^the proxy /.test(cause)
  if (isOfProxy) return LOOK
  const proxy = proxies?.https ?? proxies?.http
  return proxy === null || proxy === undefined
    ? otherwise
    : `${otherwise} Unless NO_PROXY names it, it is reached through the proxy ${new URL(proxy).host}, which may be what does not answer.`
}
