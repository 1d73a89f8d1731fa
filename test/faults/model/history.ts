// What has been committed in one run, in the order in which the store took it: the facts that the invariants are about.
// What a failover made the store forget stays here.

import type { Commit } from '../../../src/ports/store.ts'
import type { PlanRow } from '../../../src/request/plan-rows.ts'
import { planDocument, type RequestId } from '../../../src/request/request.ts'

export interface Noted {
  commit: Commit
  /** In real time, since the run began. */
  passedMs: number
  /** So many calls had written by then. */
  effects: number
}

/** A plan that was made, whatever became of it. */
export interface Planned {
  id: RequestId
  digest: string
  rows: readonly PlanRow[]
}

export interface Memory {
  /** The command that came next. */
  before: string
  keys: ReadonlyMap<string, Buffer | null>
  passedMs: number
  /** So many changes had been made by then. */
  noted: number
}

export interface History {
  note(noting: Noted): void
  all(): readonly Noted[]
  of(id: RequestId): readonly Noted[]
  /** Of every request, oldest first. */
  plans(): readonly Planned[]
  remember(id: RequestId, memory: Omit<Memory, 'noted'>): void
  /** Records of the request as they were, newest last. */
  memories(id: RequestId): readonly Memory[]
  /** Requests of which the store has forgotten something. */
  forgotten: Set<RequestId>
}

export function createHistory(): History {
  const noted: Noted[] = []
  const plans: Planned[] = []
  const changes = new Set<string>()
  const memories = new Map<RequestId, Memory[]>()
  return {
    note(noting) {
      const { commit } = noting
      // A commit that is repeated because its reply was lost is one change.
      if (changes.has(commit.changeId)) return
      changes.add(commit.changeId)
      noted.push(noting)
      const { next, documents = {}, event } = commit
      if (event.command.kind !== 'prepare' || next.plan === null) return
      plans.push({ id: next.id, digest: next.plan.digest, rows: documents[planDocument(next.round)] ?? [] })
    },
    all: () => noted,
    of: id => noted.filter(({ commit }) => commit.next.id === id),
    plans: () => plans,
    remember(id, memory) {
      memories.set(id, [...(memories.get(id) ?? []), { ...memory, noted: noted.length }])
    },
    memories: id => memories.get(id) ?? [],
    forgotten: new Set(),
  }
}
