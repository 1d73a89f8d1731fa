// Finished requests as the product leaves them, nothing owed any more, for tests of what becomes of them much later.

import { randomUUID } from 'node:crypto'
import type { Store } from '../../src/ports/store.ts'
import type { Command } from '../../src/request/command.ts'
import type { Draft } from '../../src/request/decide.ts'
import { digestOf } from '../../src/request/digest.ts'
import { type Debt, owed } from '../../src/request/owed.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import type { Seals } from '../../src/request/seals.ts'
import { isFinal } from '../../src/request/state.ts'
import { createChanges } from '../../src/service/changes.ts'
import { createdIn } from './commits.ts'
import {
  allSucceeded,
  approve,
  DENIED,
  draft,
  finish,
  prepare,
  rowsOf,
  SOMEWHERE,
  someReset,
  start,
  T0,
} from './requests.ts'

const rows = rowsOf(someReset)
const digest = digestOf(someReset, 'offsets', rows)

export interface Desk {
  /** Asked for and planned. */
  ask(change?: Partial<Draft>): Promise<ResetRequest>
  change(id: RequestId, command: Command): Promise<ResetRequest>
  /** Carried out, and everything told. */
  carryOut(request: ResetRequest): Promise<ResetRequest>
  /** Rejected, and everything told. */
  reject(request: ResetRequest): Promise<ResetRequest>
  /** Asked for, and cancelled before there was a plan, and everything told: the smallest that the product leaves. */
  cancelUnplanned(): Promise<ResetRequest>
}

/** It begins at T0, and each execution takes some minutes. */
export function openDesk(store: Store, seals: Seals | null = null): Desk {
  let nowMs = T0
  const changes = createChanges({ store, clock: () => nowMs, report: () => {}, seals })

  async function change(id: RequestId, command: Command): Promise<ResetRequest> {
    const outcome = await changes.change(id, command)
    if (outcome.kind !== 'changed') throw new Error(`${command.kind} is ${outcome.kind}.`)
    return outcome.request
  }

  /** Until nothing is owed any more. */
  async function tellAll(request: ResetRequest): Promise<ResetRequest> {
    let told = request
    for (let [debt] = owed(told, nowMs); debt !== undefined; [debt] = owed(told, nowMs)) {
      told = await change(told.id, receiptFor(debt, told))
    }
    if (isFinal(told.state)) await store.settle(told.id, told.version, null)
    return told
  }

  return {
    change,
    async ask(asked = {}) {
      const { id: _, ...wanted } = draft({ expiresAtMs: nowMs + 3_600_000, ...asked })
      const request = createdIn(await changes.create(wanted, randomUUID()))
      const planned = await changes.change(request.id, prepare(request, { digest }), {
        documents: { 'plan-1': rows },
      })
      if (planned.kind !== 'changed') throw new Error(planned.kind)
      return planned.request
    },
    async carryOut({ id }) {
      const approved = await change(id, { ...approve, digest })
      const { epoch } = await store.writerOf(approved.reset.target)
      await changes.start(approved, { ...start, digest }, epoch)
      // A call of it can take effect no more, and the group is given back.
      nowMs += 600_000
      return tellAll(await change(id, finish(allSucceeded)))
    },
    async cancelUnplanned() {
      const { id: _, ...wanted } = draft({ expiresAtMs: nowMs + 3_600_000 })
      const { id, requester: by } = createdIn(await changes.create(wanted, randomUUID()))
      return tellAll(await change(id, { kind: 'cancel', by, policy: DENIED, from: SOMEWHERE }))
    },
    async reject({ id }) {
      return tellAll(await change(id, { ...approve, digest, verdict: 'reject', note: 'no' }))
    },
  }
}

function receiptFor(debt: Debt, { revision }: ResetRequest): Command {
  switch (debt.kind) {
    case 'post':
      return { kind: 'posted', key: debt.key, ts: `1700000000.${debt.key}`, revision }
    case 'updateCard':
      return { kind: 'cardShown', by: 'p1', revision }
    case 'tellParent':
      return { kind: 'parentTold', revision }
    default:
      throw new Error(`${debt.kind} is still owed.`)
  }
}
