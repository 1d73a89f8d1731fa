// Why Redis could not be reached, and what to do about it: nothing listens, TLS, a master that the Sentinels do not know, who
// it does not let in. It must never show a user or a password.

import type { RedisSettings } from '../adapters/redis/connect.ts'
import { masterNames } from '../adapters/redis/sentinels.ts'
import { addressesOf, connectionFault } from '../adapters/redis/unconnected.ts'
import { tlsAdvice } from './tls.ts'

const SENTINEL_MS = 3_000
const NAMES_SHOWN = 5
const CLOSED_ON_US = new Set(['ECONNRESET', 'EPIPE'])

export interface Away {
  found: string
  advice: string
}

/** @param error of the connection @param tookMs for which it was waited */
export async function whyAway(settings: RedisSettings, error: Error, tookMs: number): Promise<Away> {
  const at = `Redis at ${addressesOf(settings)} (REDIS_URL)`
  const said = saidIn(error)
  const ofTls = tlsAdvice(said, 'REDIS_CA_FILE')
  if (ofTls !== null) return { found: `${at} cannot be spoken to over TLS: ${said}.`, advice: ofTls }
  const unknown = settings.mode === 'sentinel' ? await unknownMaster(settings) : null
  if (unknown !== null) return unknown
  const fault = connectionFault(error)
  if (fault !== null) {
    const maybeTls =
      isPlain(settings) && CLOSED_ON_US.has(fault)
        ? ' Where it speaks TLS alone, REDIS_URL has to begin with rediss://.'
        : ''
    return {
      found: `${at} cannot be connected to: ${fault}.`,
      advice: `Start it, or set REDIS_URL.${maybeTls}`,
    }
  }
  if (error.name === 'AbortError' || /timed out|timeout/i.test(error.message)) {
    // What does not speak TLS takes the greeting for half a command, and waits for the rest.
    const maybePlain = isPlain(settings)
      ? ''
      : ' Where it does not speak TLS at this port, REDIS_URL has to begin with redis://.'
    return {
      found: `${at} does not answer within ${Math.max(1, Math.round(tookMs / 1_000))} s.`,
      advice: `Look whether it is there, and what is between.${maybePlain}${modeWords(settings)}`,
    }
  }
  return {
    found: `${at} refuses: ${error.message}.`,
    advice: `Look at the user, the password and the protocol in REDIS_URL.${modeWords(settings)}`,
  }
}

/** One server does not answer, or refuses, what a Cluster or a Sentinel is asked. */
function modeWords({ mode }: RedisSettings): string {
  return mode === 'single'
    ? ''
    : ` REDIS_MODE is ${mode}: for a server that is no ${mode === 'cluster' ? 'node of a Cluster' : 'Sentinel'} it has to be single.`
}

/** Null: they know it, or none of them says. */
async function unknownMaster(settings: Extract<RedisSettings, { mode: 'sentinel' }>): Promise<Away | null> {
  const names = await masterNames(settings, SENTINEL_MS)
  if (names === null || names.includes(settings.name)) return null
  const known = names.slice(0, NAMES_SHOWN).map(name => `“${name.slice(0, 100)}”`)
  const left = names.length - known.length
  const they =
    names.length === 0
      ? 'they watch none'
      : `they know ${known.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  return {
    found: `The Sentinels at ${addressesOf(settings)} know no master “${settings.name}”: ${they}.`,
    advice: names.length === 0 ? 'Have them watch the master.' : 'Set REDIS_SENTINEL_NAME to the right one.',
  }
}

/** The words and the code, of the error or of what caused it. */
function saidIn(error: Error): string {
  const { code } = Object(error.cause ?? error) as { code?: unknown }
  return typeof code === 'string' && !error.message.includes(code)
    ? `${error.message} (${code})`
    : error.message
}

function isPlain(settings: RedisSettings): boolean {
  return settings.mode === 'single' ? settings.url.startsWith('redis:') : !settings.tls
}
