// What a record still owes the outside, paid here, one lane beside the other: plan-debts.ts, state-debts.ts, chat-debts.ts
// and watches.ts say how. Paying is repeatable and ends in a receipt, a change like any other. Nothing is remembered but
// what is under way. What only one process may do at a time, it claims before (claims.ts).

import type { Store } from '../ports/store.ts'
import { NO_TRACING, type Tracing } from '../ports/tracing.ts'
import { documentsKeptMs } from '../request/kept.ts'
import { type Debt, nextDueAt, owed } from '../request/owed.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import { type ChatDebtsDeps, createChatDebts } from './chat-debts.ts'
import { createClaims } from './claims.ts'
import { type Payment, paid } from './payment.ts'
import { createPlanDebts, type PlanDebtsDeps } from './plan-debts.ts'
import { createStateDebts, type StateDebtsDeps } from './state-debts.ts'
import type { Watches } from './watches.ts'

export interface DebtsDeps
  extends Omit<PlanDebtsDeps, 'pay' | 'startLane'>,
    Omit<StateDebtsDeps, 'pay'>,
    Omit<ChatDebtsDeps, 'claims'> {
  store: Store
  tracing?: Tracing
  /** Looks after a reset; absent: none are made. */
  watches?: Watches
}

export interface Debts {
  /** Starts paying what this request owes, and returns at once. */
  pay(id: RequestId): void
  /** Pays what is due now. Returns how many requests it looked at. */
  payDue(limit: number): Promise<number>
  /** Pays for requests that have no place in the due set, and gives old documents their end, some at a time. */
  payForgotten(): Promise<number>
  /** Resolves once no debt is being paid any more. */
  idle(): Promise<void>
}

/** Requests of before documents had an end, looked at in one pass. */
const OLD_AT_ONCE = 200

type Lane = 'state' | 'settle' | 'chat' | 'watch'

/**
 * State and chat have a lane each, so that Slack never holds up an execution, and what may take minutes while people decide
 * has one as well; looks after a reset hold up nothing.
 */
const LANES: readonly Lane[] = ['state', 'settle', 'chat', 'watch']

export function createDebts(deps: DebtsDeps): Debts {
  const { store, clock, report, processId, tracing = NO_TRACING } = deps
  const { change, read } = deps.changes
  const claims = createClaims({ change, store, clock, processId })
  const plans = createPlanDebts({ ...deps, pay, startLane })
  const states = createStateDebts({ ...deps, pay })
  const chats = createChatDebts({ ...deps, claims })
  const payments = new Map<string, { again: boolean; done: Promise<void> }>()

  function pay(id: RequestId): void {
    for (const lane of LANES) startLane(id, lane)
  }

  function startLane(id: RequestId, lane: Lane): void {
    const key = `${lane}:${id}`
    const running = payments.get(key)
    if (running !== undefined) {
      running.again = true
      return
    }
    const payment = { again: true, done: Promise.resolve() }
    payments.set(key, payment)
    payment.done = (async () => {
      try {
        while (payment.again) {
          payment.again = false
          await payAll(id, lane)
        }
      } catch (error) {
        // The lease runs out and the pump comes again.
        report({ event: 'fault', where: 'paying debts', about: lane, requestId: id, error })
      } finally {
        payments.delete(key)
      }
    })()
  }

  async function payAll(id: RequestId, lane: Lane): Promise<void> {
    for (;;) {
      const request = await read(id)
      if (request === undefined) return
      const nowMs = clock()
      const debt = owed(request, nowMs).find(each => laneOf(each) === lane && each.dueAtMs <= nowMs)
      if (debt === undefined) {
        await store.settle(id, request.version, nextDueAt(request, nowMs))
        return
      }
      const about = { request: id, instance: request.reset.target.instanceId }
      const outcome = await tracing.leg('pay', debt.kind, about, () => payOne(request, debt))
      if (outcome !== 'paid') return
    }
  }

  async function payOne(request: ResetRequest, debt: Debt): Promise<Payment> {
    switch (debt.kind) {
      case 'prepare':
        return plans.prepare(request)
      case 'settle':
        return plans.settle(request)
      case 'updateCard':
      case 'checkCard':
        return chats.updateCard(request)
      case 'post':
        return chats.post(request, debt.key, debt.look)
      case 'watch': {
        const command = (await deps.watches?.look(request)) ?? null
        return command === null ? 'left' : paid(await change(request.id, command))
      }
      default:
        return states.pay(request, debt)
    }
  }

  async function payDue(limit: number): Promise<number> {
    const ids = await claims.due(limit)
    for (const id of ids) pay(id)
    return ids.length
  }

  async function payForgotten(): Promise<number> {
    const ids = await store.findForgotten()
    for (const id of ids) pay(id)
    await store.endOldDocuments(OLD_AT_ONCE, documentsKeptMs)
    return ids.length
  }

  async function idle(): Promise<void> {
    while (payments.size > 0) await Promise.all([...payments.values()].map(payment => payment.done))
  }

  return { pay, payDue, payForgotten, idle }
}

function laneOf({ kind }: Debt): Lane {
  switch (kind) {
    case 'post':
    case 'updateCard':
    case 'checkCard':
      return 'chat'
    case 'settle':
    case 'watch':
      return kind
    default:
      return 'state'
  }
}
