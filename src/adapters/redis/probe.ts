// The one place that finds out whether Redis can be used: it calls every command that the product needs, once, on keys of
// its own. It must never change what the product has written.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { StoreTrouble } from '../../ports/events.ts'
import { type Commands, KEY_TYPES, QUEUE_COMMANDS, STORE_COMMANDS } from './commands.ts'
import type { RedisConnection } from './connect.ts'
import { TRY_COMMANDS } from './scripts.ts'
import { troubleOf } from './trouble.ts'

export interface RedisTrouble {
  why: StoreTrouble
  /** What Redis, or the connection, said. */
  error: Error
}

/** Null: everything that the product needs can be done. Throws when it could not be asked at all. */
export async function probeRedis(
  store: RedisConnection,
  queue: RedisConnection,
  prefix: string,
): Promise<RedisTrouble | null> {
  const refusals = await refusalsOf(store, `{${prefix}}:probe`, STORE_COMMANDS)
  // To whom one right is missing, more may be; what else refuses refuses both.
  if (refusals.every(isForbidden)) {
    refusals.push(...(await refusalsOf(queue, `{${prefix}:queue}:probe`, QUEUE_COMMANDS)))
  }
  return inOne(refusals)
}

interface Refusal {
  command: string
  error: Error
  /** What the keys that were tried begin with, as an ACL has it. */
  pattern: string
}

const refusedSchema = z.array(z.tuple([z.string(), z.string()]))
/** Of no script that there is: the answer to it is that there is none. */
const NO_SCRIPT = createHash('sha1').update('').digest('hex')
const SOON_S = 0.01
/** The transaction is not open any more. */
const ENDED = /^EXECABORT|EXEC without MULTI/

/** Throws when it could not be asked at all. */
async function refusalsOf(
  redis: RedisConnection,
  key: string,
  { inScripts, alone }: Commands,
): Promise<Refusal[]> {
  const keys = KEY_TYPES.map(type => `${key}:${type}`)
  const lines = inScripts.map(line => line.replace(/@(\w+)/g, `${key}:$1`).split(' '))
  const refusals: Refusal[] = []
  const pattern = `~${key.replace(/:probe$/, '')}:*`
  for (const command of alone) {
    try {
      await callAlone(redis, key, command)
    } catch (error) {
      if (whyOf(error) === 'away') throw error
      const refusal = { command, error: asError(error), pattern }
      refusals.push(refusal)
      // A connection that has met a replica is closed, to find the master.
      if (!isForbidden(refusal)) return refusals
      if (command !== 'MULTI' || ENDED.test(refusal.error.message)) continue
      // A transaction that may not end keeps all that comes after it, so that it would be done much later.
      redis.disconnect(true)
      return refusals
    }
  }
  const calls = lines.map(line => JSON.stringify(line))
  try {
    const answer = refusedSchema.parse(await redis.eval(TRY_COMMANDS, keys.length, ...keys, ...calls))
    refusals.push(...answer.map(([command, words]) => ({ command, error: new Error(words), pattern })))
  } catch (error) {
    const refusal = { command: 'EVAL', error: asError(error), pattern }
    if (!isForbidden(refusal)) throw error
    refusals.push(refusal)
  }
  return refusals
}

async function callAlone(redis: RedisConnection, key: string, command: Commands['alone'][number]) {
  switch (command) {
    case 'EVALSHA':
      await redis.evalsha(NO_SCRIPT, 1, key).catch((error: Error) => {
        if (!error.message.startsWith('NOSCRIPT')) throw error
      })
      return
    case 'MULTI': {
      const answers = await redis.multi().exists(key).exec()
      for (const [error] of answers ?? []) if (error !== null) throw error
      return
    }
    case 'BZPOPMIN':
      await redis.bzpopmin(`${key}:sorted`, SOON_S)
      return
    default:
      command satisfies never
  }
}

/** What keeps every write from happening comes before what this user may not. */
function inOne(refusals: readonly Refusal[]): RedisTrouble | null {
  const first = refusals.find(each => !isForbidden(each)) ?? refusals[0]
  if (first === undefined) return null
  const why = whyOf(first.error)
  if (why !== 'forbidden') return { why, error: first.error }
  return { why, error: new Error(`${first.error.message} ${lacksOf(refusals)}`) }
}

/** Redis names the command that it refused, and of a key that it is one: which pattern is missing it does not say. */
const NAMED = /run the '([^']+)' command/
const OF_A_KEY = /access (?:a|one of the) keys?\b/

function lacksOf(refusals: readonly Refusal[]): string {
  const isOfKey = ({ error: { message } }: Refusal) => OF_A_KEY.test(message)
  const names = refusals
    .filter(each => !isOfKey(each))
    .map(({ command, error }) => (NAMED.exec(error.message)?.[1] ?? command).toLowerCase())
  const commands = [...new Set(names)].sort()
  const patterns = [...new Set(refusals.filter(isOfKey).map(({ pattern }) => pattern))].sort()
  return [
    ...(commands.length === 0 ? [] : [`It may not: ${commands.join(', ')}`]),
    ...(patterns.length === 0 ? [] : [`It lacks the keys ${patterns.join(' and ')}`]),
    ...(commands.includes('eval') ? ['Without eval the other commands could not be tried'] : []),
  ].join('. ')
}

function isForbidden({ error }: Refusal): boolean {
  return whyOf(error) === 'forbidden'
}

export function whyOf(error: unknown): StoreTrouble {
  return troubleOf(error, 'redis') ?? 'away'
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
