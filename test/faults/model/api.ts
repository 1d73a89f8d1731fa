// What goes wrong at the API of the model, and what is under way there: a call may arrive after its caller has given up,
// though never later than the grace allows, and a read may lag behind for a moment.

import type { RequestId } from '../../../src/request/request.ts'
import type { Effect } from '../../../src/sandbox/cluster/model.ts'
import type { CallFault, Front, ReadFault, WriteFault } from './front.ts'
import type { History, Noted } from './history.ts'

export interface ModelApi {
  failWrite(fault: WriteFault): void
  failRead(what: ReadFault): void
  /** The next read-back may show what was there before the last effect, where that is recent enough. */
  lag(): void
  /** Calls that are still under way and have to arrive by then do so, now. */
  arriveBy(sinceStartMs: number): void
  underWay(): number
  /** No call goes wrong any more; what is under way still arrives in its time, and a read may lag once more. */
  clear(): void
  noteSent(process: string): void
  noteAnswered(process: string): void
  staleRead(args: unknown[]): unknown
  /** Whose calls wrote, in the order of the cluster's effects. */
  callers(): readonly (Caller | undefined)[]
  /** Two calls at once for one group. */
  overlaps(): string[]
}

/** One execution: what was approved, and who carries it out. */
export interface Caller {
  process: string
  /** What the record calls its worker: another with each attempt. */
  execution: string
  id: RequestId
  digest: string
  group: string
}

interface Late {
  caller: Caller
  arrive: () => void
  byMs: number
}

/** A read lags no longer behind than this: read-backs that have to agree are further apart. */
const LAG_MS = 5_000

/**
 * Redis reads the real clock, so that what a slow run takes, and a write that waits for a limit, is missing from how long
 * it has groups wait.
 */
const MARGIN_MS = 8_000

export function createApi(
  front: Front,
  history: History,
  { sinceStartMs, clock }: { sinceStartMs: () => number; clock: () => number },
): ModelApi {
  /** In the order in which calls meet them. */
  let ordered: CallFault[] = []
  let late: Late[] = []
  /** By process. */
  const sent = new Map<string, Caller>()
  const callers: (Caller | undefined)[] = []
  const overlaps: string[] = []
  const effectAtMs: number[] = []
  let met = 0
  let lags = false
  let arriving: Caller | undefined

  const { cluster } = front
  const effects = () => cluster.effects()
  cluster.onChange(() => {
    for (const { group } of effects().slice(effectAtMs.length)) {
      effectAtMs.push(sinceStartMs())
      callers.push(arriving ?? [...sent.values()].findLast(each => each.group === group))
    }
  })

  /** What this process has started last. */
  function startedBy(process: string) {
    const isTheirs = ({ commit: { event } }: Noted) =>
      event.command.kind === 'start' && event.command.worker.startsWith(`${process}/`)
    const { state, id, reset, plan } = history.all().findLast(isTheirs)?.commit.next ?? {}
    if (state?.name !== 'executing' || id === undefined || reset === undefined) return undefined
    const { deadlineMs, abandonAtMs } = state
    const caller: Caller = {
      process,
      execution: state.worker,
      id,
      digest: plan?.digest ?? '',
      group: reset.target.group,
    }
    return { caller, deadlineMs, abandonAtMs }
  }

  function arrive(late: Late): void {
    arriving = late.caller
    late.arrive()
    arriving = undefined
  }

  function failWrite(fault: WriteFault): void {
    if (fault === 'onePartition') front.failPartition()
    else if (fault === 'moved') front.moveCoordinators()
    else {
      ordered.push(fault)
      front.failCall(fault)
    }
  }

  return {
    failWrite,
    failRead: front.failRead,
    lag() {
      lags = true
    },
    arriveBy(byMs) {
      const due = late.filter(each => each.byMs <= byMs)
      late = late.filter(each => each.byMs > byMs)
      for (const each of due) {
        arrive(each)
        const { length } = effects()
        if (Number.isFinite(byMs)) effectAtMs[length - 1] = Math.max(sinceStartMs(), each.byMs)
      }
    },
    underWay: () => late.length,
    clear() {
      front.clearFaults()
      front.heal()
      ordered = ordered.slice(0, met)
    },
    noteSent(process) {
      const started = startedBy(process)
      if (started === undefined) return
      const { caller, deadlineMs } = started
      // Past its deadline it is not to be sent any more, and the adapter looks at that next.
      if (clock() < deadlineMs) {
        const under = late.map(each => each.caller)
        for (const other of [...sent.values(), ...under]) {
          // An execution goes on to its next topic.
          if (other.group !== caller.group || other.execution === caller.execution) continue
          overlaps.push(
            `${process} calls for ${caller.id}, while a call of ${other.process} for ${other.id} is under way`,
          )
        }
      }
      sent.set(process, caller)
    },
    noteAnswered(process) {
      sent.delete(process)
      front.heal()
      const faulted = front.faulted()
      const started = startedBy(process)
      for (const arrive of faulted.slice(met)) {
        if (ordered[met] === 'late' && started !== undefined) {
          const { caller, abandonAtMs } = started
          late.push({ caller, arrive, byMs: sinceStartMs() + abandonAtMs - clock() - MARGIN_MS })
        }
        met += 1
      }
    },
    staleRead([target, topics]) {
      const { instanceId, group } = target as { instanceId: string; group: string }
      const index = effects().findLastIndex(each => each.group === group)
      const effect = effects()[index]
      if (!lags || effect === undefined || sinceStartMs() - (effectAtMs[index] ?? 0) >= LAG_MS)
        return undefined
      lags = false
      const value = cluster.positions(instanceId, group, topics as string[]).map(position => {
        const isOfIt = (each: Effect['written'][number]) =>
          each.topic === position.topic && each.partition === position.partition
        const before = effect.written.find(isOfIt)
        const { topic, partition, logStart, logEnd } = position
        const start = front.readsLogStart ? logStart : null
        return { topic, partition, logStart: start, logEnd, committed: before?.from ?? position.committed }
      })
      return { kind: 'read', value }
    },
    callers: () => callers,
    overlaps: () => overlaps,
  }
}
