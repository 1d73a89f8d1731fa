// Which requests an export is of that is not of all: one, or those since some time; each with those that it follows, without
// which it could not be verified. What it costs grows with what is chosen, not with what is kept.

import type { Store } from '../ports/store.ts'
import { type RequestId, requestIdSchema } from '../request/request.ts'

export type Selection = { kind: 'one'; id: RequestId } | { kind: 'since'; atMs: number }

/** Clocks of processes that number requests differ by less. */
const CLOCKS_MS = 300_000

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/

/** `R-7`, a day as UTC has it, or an instant with its zone; null: neither. */
export function selectionIn(option: string, value: string): Selection | null {
  if (option === '--request') {
    const id = requestIdSchema.safeParse(value)
    return id.success ? { kind: 'one', id: id.data } : null
  }
  if (option !== '--since' || !(DAY.test(value) || INSTANT.test(value))) return null
  const atMs = Date.parse(value)
  // A day that the month does not have would be taken for one of the next.
  const isThere = !DAY.test(value) || (!Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(value))
  return Number.isNaN(atMs) || !isThere ? null : { kind: 'since', atMs }
}

/** In ascending order, as an export has them. Those that were exported and deleted are not among them. */
export async function selectedIds(
  store: Pick<Store, 'readTrails' | 'list'>,
  selection: Selection,
): Promise<RequestId[]> {
  const chosen = new Map<RequestId, RequestId | null>()
  const trails =
    selection.kind === 'one'
      ? store.readTrails([selection.id])
      : store.readTrails({ after: await lastBefore(store, selection.atMs - CLOCKS_MS) })
  for await (const { id, record } of trails) chosen.set(id, parentIn(record))
  let missing = missingIn(chosen)
  while (missing.length > 0) {
    for (const id of missing) chosen.set(id, null)
    for await (const { id, record } of store.readTrails(missing)) chosen.set(id, parentIn(record))
    missing = missingIn(chosen)
  }
  return [...chosen.keys()].sort((one, other) => numberOf(one) - numberOf(other))
}

function missingIn(chosen: ReadonlyMap<RequestId, RequestId | null>): RequestId[] {
  const parents = new Set([...chosen.values()].filter(id => id !== null))
  return [...parents].filter(id => !chosen.has(id)).sort((one, other) => numberOf(one) - numberOf(other))
}

/** Null: none was made before. */
async function lastBefore(store: Pick<Store, 'list'>, atMs: number): Promise<RequestId | null> {
  const filter = { of: { kind: 'all' }, part: 'any', untilMs: Math.max(0, atMs) } as const
  const { requests, next } = await store.list(filter, 1)
  return requests[0]?.id ?? next?.id ?? null
}

/** Of a record of any version of the product. */
function parentIn(record: string | null): RequestId | null {
  if (record === null) return null
  try {
    const { parent } = Object(JSON.parse(record)) as { parent?: unknown }
    return requestIdSchema.safeParse(Object(parent).id).data ?? null
  } catch {
    return null
  }
}

function numberOf(id: RequestId): number {
  return Number(id.slice(2))
}
