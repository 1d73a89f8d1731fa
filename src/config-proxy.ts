// The proxies, under the names that every tool reads. Written in small letters they count as well, and first, as curl has it.

import { z } from 'zod'
import { isUrlOf } from './config-values.ts'
import type { Proxies } from './proxy/proxy.ts'

export type { Proxies }

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const

export type Given = Record<string, string | undefined>

/** Under the names in capitals alone. */
export function proxyNamesIn(given: Given): Given {
  const read = { ...given }
  for (const name of NAMES) {
    const small = name.toLowerCase()
    if (read[small] !== undefined) read[name] = read[small]
    delete read[small]
  }
  return read
}

/** What is read of an address: the rest has no meaning for a proxy, and would be left out without a word. */
function isOnlyPlace(value: string): boolean {
  const { pathname, search, hash } = new URL(value)
  return pathname === '/' && `${search}${hash}` === ''
}

function canBeShown(value: string): boolean {
  const { username, password } = new URL(value)
  try {
    // A colon in the user would begin the password; one without the other would not be shown to the proxy.
    const isWhole = (decodeURIComponent(username) === '') === (decodeURIComponent(password) === '')
    return isWhole && !decodeURIComponent(username).includes(':')
  } catch {
    return false
  }
}

/** A secret that was set under the wrong name would be looked up as a host, and be told as one. */
function isPlace(value: string): boolean {
  const hasPort = /:\d+\/?$/.test(value)
  return (value.includes('://') || hasPort) && !/^(https?:\/\/)?([^@]*@)?(xox[a-z.]|xapp-|akid)/i.test(value)
}

/** With a scheme, or with a port, as `proxy.example:3128`. Nothing of what was given is in a problem. */
export const proxyUrl = z
  .string()
  .trim()
  .refine(isPlace, {
    error:
      'must be the address of an HTTP proxy, with its scheme or its port, like http://proxy.example:3128',
    abort: true,
  })
  .transform(value => (value.includes('://') ? value : `http://${value}`))
  .refine(isUrlOf('http:', 'https:'), {
    error: 'must be the address of an HTTP proxy, like http://proxy.example:3128',
    abort: true,
  })
  .refine(isOnlyPlace, {
    error: 'must have no path, question mark or number sign: in a password they are percent-encoded',
    abort: true,
  })
  .refine(canBeShown, 'must have a user and a password, both percent-encoded, or neither')

/** This machine is never behind a proxy. */
const LOOPBACK = 'localhost,127.0.0.1,[::1]'

interface ProxySettings {
  HTTPS_PROXY?: string | undefined
  HTTP_PROXY?: string | undefined
  NO_PROXY?: string | undefined
}

/** Null: none is set. */
export function proxiesOf({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY }: ProxySettings): Proxies | null {
  if (HTTPS_PROXY === undefined && HTTP_PROXY === undefined) return null
  const isAll = NO_PROXY?.split(/[\s,]+/).includes('*') === true
  if (isAll) return null
  return {
    https: HTTPS_PROXY ?? null,
    http: HTTP_PROXY ?? null,
    except: NO_PROXY === undefined ? LOOPBACK : `${NO_PROXY},${LOOPBACK}`,
  }
}
