// The settings of Redis: one server, Sentinels or a Cluster, with what has to agree between them. No value is ever shown.

import { z } from 'zod'
import { readBounded } from './bounded-file.ts'
import { hasControlCharacter, isUrlOf, text } from './config-values.ts'

export type RedisSettings =
  | { mode: 'single'; url: string; ca: string | undefined }
  | ({
      mode: 'sentinel'
      sentinels: RedisAddress[]
      name: string
      sentinelPassword: string | undefined
      db: number
    } & RedisAccess)
  | ({ mode: 'cluster'; nodes: RedisAddress[] } & RedisAccess)

export interface RedisAddress {
  host: string
  port: number
}

interface RedisAccess {
  username: string | undefined
  password: string | undefined
  tls: boolean
  /** The text of the file. */
  ca: string | undefined
}

export const redisUrls = z.string('is missing').transform(redisUrlsIn)
export const certificates = text.transform(readCertificates)
export const SENTINEL_NAME = 'mymaster'

/** Each as it was looked at alone. */
export interface RedisGiven {
  REDIS_URL: URL[]
  REDIS_MODE: RedisSettings['mode']
  REDIS_SENTINEL_NAME: string
  REDIS_SENTINEL_PASSWORD?: string | undefined
  REDIS_CA_FILE?: string | undefined
}

export type RedisOutcome = { ok: true; settings: RedisSettings } | { ok: false; problems: string[] }

/** What is wrong between the settings of Redis. */
export function redisOf(data: RedisGiven): RedisOutcome {
  const { REDIS_MODE: mode, REDIS_URL: urls, REDIS_CA_FILE: ca } = data
  const problems: string[] = []
  const one = (name: string, values: (string | undefined)[]) => {
    const different = [...new Set(values.filter(value => value !== undefined && value !== ''))]
    if (different.length > 1) problems.push(`REDIS_URL must name the same ${name} in every address`)
    return different[0]
  }
  const protocol = one(
    'protocol, redis: or rediss:,',
    urls.map(url => url.protocol),
  )
  const username = one(
    'user',
    urls.map(url => decodeURIComponent(url.username)),
  )
  const password = one(
    'password',
    urls.map(url => decodeURIComponent(url.password)),
  )
  const db = one(
    'database',
    urls.map(url => url.pathname.slice(1)),
  )
  const tls = protocol === 'rediss:'
  if (mode === 'single' && urls.length > 1) {
    problems.push('REDIS_URL must hold one address, unless REDIS_MODE is sentinel or cluster')
  }
  if (mode === 'cluster' && Number(db ?? 0) !== 0) {
    problems.push('REDIS_URL must name no database: a Cluster has only 0')
  }
  if (mode !== 'single' && urls.some(url => url.search !== '')) {
    problems.push('REDIS_URL must hold nothing after a question mark, unless REDIS_MODE is single')
  }
  if (mode !== 'sentinel') {
    const { REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_PASSWORD: sentinelPassword } = data
    const isFor = 'is for Sentinels: REDIS_MODE must be sentinel'
    if (name !== SENTINEL_NAME) problems.push(`REDIS_SENTINEL_NAME ${isFor}`)
    if (sentinelPassword !== undefined) problems.push(`REDIS_SENTINEL_PASSWORD ${isFor}`)
  }
  if (ca !== undefined && !tls) problems.push('REDIS_CA_FILE is for TLS: REDIS_URL must begin with rediss://')
  if (problems.length > 0) return { ok: false, problems }

  const access = { username, password, tls, ca }
  const addresses = (defaultPort: number) => urls.map(url => addressOf(url, defaultPort))
  switch (mode) {
    case 'single':
      return { ok: true, settings: { mode, url: urls[0]?.href ?? '', ca } }
    case 'sentinel': {
      const { REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_PASSWORD: sentinelPassword } = data
      const sentinels = addresses(26_379)
      return {
        ok: true,
        settings: { mode, sentinels, name, sentinelPassword, db: Number(db ?? 0), ...access },
      }
    }
    case 'cluster':
      return { ok: true, settings: { mode, nodes: addresses(6_379), ...access } }
    default:
      return mode satisfies never
  }
}

/** Each address begins with its protocol, so that a password may hold a comma. */
function redisUrlsIn(value: string, context: z.RefinementCtx): URL[] {
  const parts = value.split(/,(?=\s*rediss?:\/\/)/i).map(part => part.trim())
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (parts.some(hasControlCharacter)) {
    return refuse(
      'has a tab, a line break or another control character in it; in a user or a password it is percent-encoded: a tab is %09',
    )
  }
  if (parts.some(hasBareSign)) {
    return refuse(
      'has a #, / or ? in it that is not percent-encoded: in a user or a password # is written %23, / is %2F, ? is %3F and @ is %40',
    )
  }
  if (parts.every(isRedisUrl)) return parts.map(part => new URL(part))
  return refuse(
    'must look like redis://host:6379, or several such addresses, with commas between them; in a user or a password % is written %25',
  )
}

/** An address ends at such a sign, so that what was meant for the user would be taken for the host. */
function hasBareSign(part: string): boolean {
  return part.includes('#') || /^\w+:\/\/[^/?]*[/?].*@/s.test(part)
}

function isRedisUrl(part: string): boolean {
  if (!isUrlOf('redis:', 'rediss:')(part)) return false
  const url = new URL(part)
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    return false
  }
  return url.hostname !== '' && !url.hostname.includes(',') && /^(\/\d*)?$/.test(url.pathname)
}

function addressOf(url: URL, defaultPort: number): RedisAddress {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? defaultPort : Number(url.port) }
}

/** A bundle of every authority that Node knows has a quarter of it. */
const MOST_BYTES_OF_CERTIFICATES = 1_048_576

/** The text of the file, which is public. */
function readCertificates(file: string, context: z.RefinementCtx): string {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  const read = readBounded(file, MOST_BYTES_OF_CERTIFICATES)
  if (!read.ok) return refuse(`names a file that cannot be read (${read.why})`)
  return read.text.includes('-----BEGIN CERTIFICATE-----')
    ? read.text
    : refuse('names a file that holds no certificate (PEM)')
}
