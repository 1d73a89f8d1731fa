// The command that exports the audit trail of every request, and of what was tried apart from them, and verifies such a
// file. It must never write to the store, but for what `restored --hold` is asked to.

import { createReadStream, createWriteStream, realpathSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { connectRedis, type RedisSettings, untilReady } from './adapters/redis/connect.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { addressesOf, connectionFault, unconnectedWords } from './adapters/redis/unconnected.ts'
import { createWorkers, type Workers } from './adapters/redis/workers.ts'
import { readAuditKeys, readStoreConfig } from './config.ts'
import { holdRestored } from './hold-restored.ts'
import type { Store } from './ports/store.ts'
import type { RequestId, ResetRequest } from './request/request.ts'
import { isHeldAfterRestore, unknownOnceRestored } from './request/restored.ts'
import { createSeals, type Seals } from './request/seals.ts'
import { createAuditExport } from './trail-file/export.ts'
import { type Selection, selectedIds, selectionIn } from './trail-file/selection.ts'
import { verifyLines } from './trail-file/verify.ts'
import { remarksInWords, totalsInWords } from './trail-file/words.ts'

const USAGE = `audit export [FILE]   Writes the audit trail of every request, and of every refused attempt, as JSON lines:
                      to FILE, or to stdout. Needs the settings of Redis (REDIS_URL, REDIS_PREFIX).
                      With --request R-7 of that one alone, with --since 2026-11-01 (a day as UTC has it, or
                      2026-11-01T08:00:00+08:00) of those that were asked for since; each with those that it follows.
audit verify FILE     Checks such a file, and exits 1 where it was changed or tells what cannot have happened. Needs
                      the file only; with AUDIT_KEY and REDIS_PREFIX it checks the seals as well.
audit restored        Of a Redis that was restored from a backup, before anything is started: which requests may have
                      run since, and exits 1 where there are any. Needs the settings of Redis. With --hold they become
                      unclear: nothing is called for them until an approver has said in the thread what happened. Then
                      it needs AUDIT_KEY too, where the records are sealed, and exits 1 where one could not be held.`

const CONNECT_MS = 5_000
const OPEN_LOOKED_AT = 10_000

async function exportTo(file: string | undefined, selection: Selection | null): Promise<number> {
  return withStore(async store => {
    const ids = selection === null ? undefined : await selectedIds(store, selection)
    if (selection?.kind === 'one' && ids?.length === 0) {
      console.error(`There is no ${selection.id}.`)
      return 1
    }
    const audit = createAuditExport(store, ids)
    const to = file === undefined ? process.stdout : createWriteStream(file)
    await pipeline(Readable.from(audit.lines()), to, { end: file !== undefined })
    console.error(`Exported ${totalsInWords(audit.totals())}`)
    return 0
  })
}

const ONCE_RESTORED = {
  approved:
    'was approved: it may have run since. It becomes unclear if the offsets are those of its plan, and it runs if they are those with which its plan began: cancel it before a worker is started, or look at the group.',
  executing: 'was being carried out: it becomes unclear, its offsets are read back, and people are asked.',
  unclear: 'was unclear: its offsets are read back, or people are asked, once more.',
}

/** Of the open ones: what had ended by then calls nothing. */
async function restored(hold: boolean): Promise<number> {
  const keys = readAuditKeys(process.env)
  if (!keys.ok) {
    for (const problem of keys.problems) console.error(problem)
    return 1
  }
  const seals =
    hold && keys.auditKeys !== null ? createSeals(keys.auditKeys, keys.redisPrefix, keys.auditKeysLost) : null
  return withStore(async (store, workers) => {
    const taking = hold ? await workers.count() : 0
    if (taking > 0) {
      console.error('A worker has taken jobs within 15 seconds. Stop every bot and worker, then try again.')
      return 1
    }
    const { requests, notRead, total } = await store.openRequests(OPEN_LOOKED_AT)
    const notSeen = { notRead, more: total - requests.length - notRead.length }
    if (hold) return holdAll(store, seals, requests, notSeen)
    const unknown = requests.flatMap(request => {
      const kind = unknownOnceRestored(request)
      return kind === null ? [] : [`${request.id} (${request.reset.target.group}) ${ONCE_RESTORED[kind]}`]
    })
    for (const said of unknown) console.log(said)
    sayNotSeen(notSeen)
    const waiting = requests.length - unknown.length
    console.log(
      `${openOnes(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a plan, a decision or a review: nothing is called before.`,
    )
    return unknown.length + notRead.length + notSeen.more === 0 ? 0 : 1
  }, seals)
}

/** `notRead`: their records cannot be read. `more`: there are so many that they were not asked for. */
interface NotSeen {
  notRead: readonly RequestId[]
  more: number
}

function sayNotSeen({ notRead, more }: NotSeen): void {
  if (notRead.length > 0) {
    const whose = notRead.length === 1 ? 'its record cannot be read' : 'their records cannot be read'
    console.log(`${openOnes(notRead.length)} could not be looked at, since ${whose}: ${notRead.join(', ')}.`)
  }
  if (more > 0) console.log(`${openOnes(more)} beyond the newest 10,000 could not be looked at.`)
}

function openOnes(count: number): string {
  return `${count} open ${count === 1 ? 'request' : 'requests'}`
}

async function holdAll(
  store: Store,
  seals: Seals | null,
  requests: readonly ResetRequest[],
  notSeen: NotSeen,
): Promise<number> {
  const unknown = requests.filter(
    request => unknownOnceRestored(request) !== null && !isHeldAfterRestore(request),
  )
  const { held, not } = await holdRestored(store, seals, unknown)
  for (const id of held) {
    const group = unknown.find(each => each.id === id)?.reset.target.group
    console.log(
      `${id} (${group}) is unclear now: nothing is called for it until an approver has answered in its thread.`,
    )
  }
  for (const { id, why } of not)
    console.log(`${id} could not be held: ${why}. Cancel it before a worker is started.`)
  sayNotSeen(notSeen)
  if (unknown.length === 0) console.log('No request has to be held.')
  return not.length + notSeen.notRead.length + notSeen.more === 0 ? 0 : 1
}

async function withStore(
  act: (store: Store, workers: Workers) => Promise<number>,
  seals: Seals | null = null,
): Promise<number> {
  const settings = readStoreConfig(process.env)
  if (!settings.ok) {
    for (const problem of settings.problems) console.error(problem)
    return 1
  }
  const redis = connectRedis(settings.redis, () => {})
  try {
    const problem = await untilReady(redis, CONNECT_MS).then(
      () => null,
      error => unreadyWords(settings.redis, error),
    )
    if (problem !== null) {
      console.error(problem)
      return 1
    }
    const { redisPrefix } = settings
    return await act(createRedisStore(redis, redisPrefix, { seals }), createWorkers(redis, redisPrefix))
  } finally {
    redis.disconnect()
  }
}

function unreadyWords(redis: RedisSettings, error: unknown): string {
  const fault = connectionFault(error)
  if (fault !== null) return unconnectedWords(redis, fault)
  if (error instanceof Error && error.name === 'AbortError') {
    return unconnectedWords(redis, `no answer within ${CONNECT_MS / 1_000} s`)
  }
  return `Redis at ${addressesOf(redis)} (REDIS_URL) refuses: ${error instanceof Error ? error.message : error}`
}

async function verifyFile(file: string): Promise<number> {
  const keys = readAuditKeys(process.env)
  if (!keys.ok) {
    for (const problem of keys.problems) console.error(problem)
    return 1
  }
  const verified = await verifyLines(
    createReadStream(file),
    keys.auditKeys === null ? null : createSeals(keys.auditKeys, keys.redisPrefix, keys.auditKeysLost),
  )
  if (verified.ok) {
    console.log(`${file} is whole: ${totalsInWords(verified.totals)}`)
    for (const said of remarksInWords(verified.remarks)) console.log(said)
    for (const { first, last, requests, file, sha256 } of verified.exported) {
      console.log(
        requests === 1
          ? `1 request, ${first}, was exported to ${file} before (SHA-256 ${sha256}).`
          : `${requests} requests from ${first} to ${last} were exported to ${file} before (SHA-256 ${sha256}).`,
      )
    }
    return 0
  }
  for (const { line, problem } of [verified, ...(verified.others ?? [])]) {
    console.error(`${file}, line ${line}: ${problem}.`)
  }
  return 1
}

/** What of the arguments cannot be understood. */
function wrongIn([command, ...rest]: readonly string[]): string {
  const [option = '', , ...more] = rest
  if (command === 'export' && option.startsWith('--') && more.length > 1)
    return 'export takes one file, or none.'
  switch (command) {
    case undefined:
      return 'Say what to do: export, verify or restored.'
    case 'verify':
      return 'verify takes one file.'
    case 'restored':
      return 'restored takes --hold, and nothing else.'
    case 'export':
      if (option === '--request') return '--request takes one request, like R-7.'
      if (option === '--since') {
        return '--since takes a day, like 2026-11-01, or an instant with its zone, like 2026-11-01T08:00:00+08:00.'
      }
      return option.startsWith('--')
        ? `export has no ${option}: it is --request or --since.`
        : 'export takes one file, or none.'
    default:
      return 'audit takes export, verify or restored.'
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [option = '', value = ''] = args.slice(1, 3)
  if (args[0] === 'export' && option.startsWith('--') && args.length <= 4) {
    const selection = selectionIn(option, value)
    if (selection !== null) return exportTo(args[3], selection)
  }
  const [command, file, ...more] = args
  if (command === '--help' || command === 'help') {
    console.log(USAGE)
    return 0
  }
  if (command === 'export' && more.length === 0 && !file?.startsWith('--')) return exportTo(file, null)
  if (command === 'restored' && file === undefined) return restored(false)
  if (command === 'restored' && file === '--hold' && more.length === 0) return restored(true)
  if (command === 'verify' && file !== undefined && more.length === 0) return verifyFile(file)
  console.error(`${wrongIn(args)}\n\n${USAGE}`)
  return 2
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  process.exitCode = await main(args).catch((error: unknown) => {
    const { code, path = args.at(-1) } = Object(error) as { code?: unknown; path?: string }
    if (code === 'ENOENT') console.error(`${path}: there is no such file or folder (ENOENT)`)
    else if (code === 'EISDIR') console.error(`${path}: it is a folder, and no file (EISDIR)`)
    else console.error(error instanceof Error ? error.message : error)
    return 1
  })
}
