// Exporting and deleting old requests, where the settings ask for it: put together with the store, and said in the log.

import { randomUUID } from 'node:crypto'
import { accessSync, constants, statSync } from 'node:fs'
import type { RedisConnection } from './adapters/redis/connect.ts'
import { createRetention } from './adapters/redis/retention.ts'
import type { Config } from './config.ts'
import type { Store } from './ports/store.ts'
import type { Seals } from './request/seals.ts'
import { type RetentionRun, startRetention } from './retention/retention.ts'
import { faultsOf, type Setup } from './setup.ts'
import { StartProblem } from './starting.ts'

const LONGEST_SHOWN = 20

/** Null: requests are kept for good, or by this process. Throws a StartProblem where nothing can be written to the folder. */
export function serveRetention(
  setup: Setup,
  { connection, store }: { connection: RedisConnection; store: Store },
  seals: Seals | null,
): RetentionRun | null {
  const { config, telemetry, clock, report } = setup
  const { retention, role, redisPrefix: prefix } = config
  if (retention === null || role === 'worker') return null
  const { keptMs, directory } = retention
  const problem = folderProblem(retention)
  if (problem !== null) throw new StartProblem(problem)
  const onFault = faultsOf(setup)('retention')
  return startRetention({
    ...{ store, seals, directory, prefix, clock, keptMs },
    retention: createRetention(connection, prefix, seals),
    processId: `${role}-${randomUUID()}`,
    onLeft(ids, problem) {
      const shown = ids.slice(0, LONGEST_SHOWN).join(', ')
      const error = new Error(`${shown} cannot be exported and stays: ${problem}.`)
      report({ event: 'fault', where: 'retention', error })
    },
    onExported(file, { requests, removed }) {
      telemetry.info('old requests were exported and deleted', {
        ...{ event: 'exported', file, requests, removed },
      })
    },
    onBroken() {
      const error = new Error(
        'What was tried before is not what was sealed: audit verify says what is wrong.',
      )
      report({ event: 'fault', where: 'keeping an attempt', error })
    },
    onFault,
  })
}

function folderProblem({ directory }: NonNullable<Config['retention']>): string | null {
  try {
    if (!statSync(directory).isDirectory()) return `RETENTION_DIRECTORY is no folder: ${directory}`
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const { code = 'unknown' } = Object(error) as { code?: string }
    return `RETENTION_DIRECTORY cannot be written to: ${directory} (${code})`
  }
}
