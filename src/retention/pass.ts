// One pass over all requests: what has been over for so long is exported, noted in the log of attempts, and only then deleted,
// one request after the other. It may end at any point, in any process: the next pass does the rest, and exports some twice.

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { Place, Retention, Seen } from '../ports/retention.ts'
import type { RequestId } from '../request/request.ts'
import { familiesToGo, filesOf, type Standing, standingOf } from '../request/retention.ts'
import { type ExportDeps, UNFINISHED, type Written, writeExport } from './file.ts'

/** Requests to a file. */
const A_FILE = 500
/** Nobody else exports for so long after a process was last heard of. */
export const LEASE_MS = 300_000
/** Between two requests that are deleted, so that Redis serves others meanwhile. */
const REST_MS = 5
/** By more than this machine and the store may not be apart: one of them would take for old what is not. */
const CLOCKS_MS = 300_000

export interface PassDeps extends ExportDeps {
  retention: Retention
  clock: Clock
  /** What the clock of this machine says; a test moves `clock` alone. */
  machineMs?: Clock
  /** For how long after its end a request is kept. */
  keptMs: number
  /** Names this process in the claim. */
  processId: string
  /** A request, or its family, does not verify: it stays. */
  onLeft(ids: readonly RequestId[], problem: string): void
  /** With its folder; `removed` of those in it: others have changed meanwhile. */
  onExported(file: string, exported: { requests: number; removed: number }): void
  /** What was kept before in the log of attempts is not what was sealed. */
  onBroken(): void
  isStopped(): boolean
}

/** Another process has it: it does what there is to do. */
class Overtaken extends Error {}

/** @returns how many requests were deleted; null: another process is at it */
export async function retentionPass(deps: PassDeps): Promise<number | null> {
  try {
    await compareClocks(deps)
    await goOn(deps)
    await forgetUnfinished(deps)
    const found = await lookThrough(deps)
    let removed = 0
    for (const families of filesOf(found.families, A_FILE)) {
      if (deps.isStopped()) break
      await goOn(deps)
      const written = await writeExport(deps, families)
      for (const { ids, problem } of written.left) deps.onLeft(ids, problem)
      if (written.file !== null) removed += await removeExported(deps, written, families, found.seen)
    }
    return removed
  } catch (error) {
    if (error instanceof Overtaken) return null
    throw error
  }
}

async function goOn(deps: PassDeps): Promise<void> {
  const { retention, processId } = deps
  if (!(await retention.claim(processId, LEASE_MS))) throw new Overtaken()
}

/** Throws where nobody can say what is old. */
async function compareClocks({ retention, machineMs = Date.now }: PassDeps): Promise<void> {
  const beganMs = machineMs()
  const storeMs = await retention.timeMs()
  const aheadMs = (beganMs + machineMs()) / 2 - storeMs
  if (Math.abs(aheadMs) <= CLOCKS_MS) return
  const minutes = Math.round(Math.abs(aheadMs) / 60_000)
  throw new Error(
    `The clock of this machine is ${minutes} minutes ${aheadMs > 0 ? 'ahead of' : 'behind'} that of Redis: nothing is exported or deleted until they agree.`,
  )
}

/** What a process that ended has left: nobody writes to it any more. One that still verifies its own then deletes nothing. */
async function forgetUnfinished({ directory, prefix }: PassDeps): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(`${prefix}-R-`) && name.endsWith(UNFINISHED)) {
      const path = join(directory, name)
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
      if (Date.now() - mtimeMs > LEASE_MS) await rm(path, { force: true })
    }
  }
}

/**
 * `seen` of those that may go alone. What was made after the time that is kept has not been over for so long, and refers to
 * nothing that has been, unless it follows it: where something follows that is not among the old ones, all are looked at.
 */
async function lookThrough(deps: PassDeps) {
  const found = await lookAt(deps, deps.clock() - deps.keptMs)
  const all = hasUnseenFollowers(found) && !deps.isStopped() ? await lookAt(deps) : found
  return { families: deps.isStopped() ? [] : familiesToGo(all.standings), seen: all.over }
}

interface Looked {
  standings: Standing[]
  over: Map<RequestId, Place>
}

function hasUnseenFollowers({ standings, over }: Looked): boolean {
  const followers = new Map<RequestId, number>()
  for (const { parent } of standings) {
    if (parent !== null) followers.set(parent, (followers.get(parent) ?? 0) + 1)
  }
  return [...over.values()].some(place => place.followers > (followers.get(place.id) ?? 0))
}

async function lookAt(deps: PassDeps, madeUntilMs?: number): Promise<Looked> {
  const { retention, clock, keptMs } = deps
  const standings: Standing[] = []
  const over = new Map<RequestId, Place>()
  let claimedMs = clock()
  for await (const some of retention.look(madeUntilMs)) {
    if (deps.isStopped()) break
    for (const each of some) {
      const standing = standingOf(each.request, clock(), keptMs)
      standings.push(standing)
      if (standing.isOver) over.set(standing.id, placeOf(each))
    }
    if (Math.abs(clock() - claimedMs) > LEASE_MS / 3) {
      claimedMs = clock()
      await goOn(deps)
    }
  }
  return { standings, over }
}

async function removeExported(
  deps: PassDeps,
  { file, sha256, trails }: Written,
  families: readonly RequestId[][],
  seen: ReadonlyMap<RequestId, Place>,
): Promise<number> {
  const { retention, clock, directory } = deps
  const ids = [...trails.keys()]
  const [first, last] = [ids[0], ids.at(-1)]
  if (file === null || first === undefined || last === undefined) return 0
  await compareClocks(deps)
  // It may have taken long: whoever has overtaken this process exports them too, and deletes them.
  await goOn(deps)
  const exportedAtMs = clock()
  const kept = await retention.keepExport({
    ...{ atMs: exportedAtMs, first, last, requests: ids.length },
    ...{ file, sha256 },
  })
  if (!kept.isIntact) deps.onBroken()
  let removed = 0
  for (const family of families) {
    // The newest first: what undoes or retries another goes before it, so that no request is left without the one it follows.
    for (const id of family.toReversed()) {
      const [trail, place] = [trails.get(id), seen.get(id)]
      if (deps.isStopped() || trail === undefined || place === undefined) break
      // It has changed, or somebody follows it by now: it waits for a later pass, and those before it too.
      if ((await retention.remove({ ...place, ...trail, exportedAtMs })) === 'changed') break
      removed += 1
      if (removed % 100 === 0) await goOn(deps)
      await delay(REST_MS)
    }
  }
  deps.onExported(join(directory, file), { requests: ids.length, removed })
  return removed
}

function placeOf({ request, followers }: Seen): Place {
  const { id, createdAtMs, requester, reset } = request
  return { id, createdAtMs, requester, target: reset.target, followers }
}
