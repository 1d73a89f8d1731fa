// The one place that says whether Redis can be used, and if not, why: it calls every command that the product needs, over
// and over, and tells what it finds. It must never change what the product has written, nor end on a fault.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Report, StoreTrouble } from '../../ports/events.ts'
import { type Commands, KEY_TYPES, QUEUE_COMMANDS, STORE_COMMANDS } from './commands.ts'
import type { RedisConnection } from './connect.ts'
import { TRY_COMMANDS } from './scripts.ts'
import { troubleOf } from './trouble.ts'

export interface RedisTrouble {
  why: StoreTrouble
  /** What Redis, or the connection, said. */
  error: Error
}

export interface RedisKeeper {
  /** Asks now. Null: everything that the product needs can be done. */
  look(): Promise<RedisTrouble | null>
  stop(): void
}

export interface KeeperOptions {
  /** Both fail at once when Redis is away. */
  store: RedisConnection
  queue: RedisConnection
  prefix: string
  /** Why a connection could not be made, if one could not: whoever asks only hears that there is none. */
  unconnected(): Error | null
  /** Done whenever Redis was found to be usable. */
  whenUsable(): Promise<void>
  report: Report
}

const LOOK_EVERY_MS = 5_000
/** While it cannot be used. */
const LOOK_AGAIN_MS = 1_000

export function keepRedis({
  store,
  queue,
  prefix,
  unconnected,
  whenUsable,
  report,
}: KeeperOptions): RedisKeeper {
  let looking: Promise<RedisTrouble | null> | null = null
  let wasUsable = true
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function ask(): Promise<RedisTrouble | null> {
    try {
      const refusals = await refusalsOf(store, `{${prefix}}:probe`, STORE_COMMANDS)
      // To whom one right is missing, more may be; what else refuses refuses both.
      if (refusals.every(isForbidden)) {
        refusals.push(...(await refusalsOf(queue, `{${prefix}:queue}:probe`, QUEUE_COMMANDS)))
      }
      if (refusals.length === 0) await whenUsable()
      return inOne(refusals)
    } catch (error) {
      const why = whyOf(error)
      const cause = why === 'away' ? unconnected() : null
      return cause === null ? { why, error: asError(error) } : { why: whyOf(cause), error: cause }
    }
  }

  async function lookOnce(): Promise<RedisTrouble | null> {
    const trouble = await ask()
    looking = null
    if (!stopped && (trouble !== null || !wasUsable)) {
      report({ event: 'store', trouble: trouble?.why ?? null, error: trouble?.error ?? null })
    }
    wasUsable = trouble === null
    return trouble
  }

  function look(): Promise<RedisTrouble | null> {
    looking ??= lookOnce()
    return looking
  }

  async function goOn(): Promise<void> {
    const trouble = await look()
    if (!stopped) timer = setTimeout(goOn, trouble === null ? LOOK_EVERY_MS : LOOK_AGAIN_MS)
  }

  void goOn()
  return {
    look,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

interface Refusal {
  command: string
  error: Error
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
  for (const command of alone) {
    try {
      await callAlone(redis, key, command)
    } catch (error) {
      if (whyOf(error) === 'away') throw error
      const refusal = { command, error: asError(error) }
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
  const answer = refusedSchema.parse(await redis.eval(TRY_COMMANDS, keys.length, ...keys, ...calls))
  refusals.push(...answer.map(([command, words]) => ({ command, error: new Error(words) })))
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
  const names = [...new Set(refusals.map(({ command }) => command.toLowerCase()))].sort()
  return { why, error: new Error(`${first.error.message} It may not: ${names.join(', ')}`) }
}

function isForbidden({ error }: Refusal): boolean {
  return whyOf(error) === 'forbidden'
}

function whyOf(error: unknown): StoreTrouble {
  return troubleOf(error, 'redis') ?? 'away'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
