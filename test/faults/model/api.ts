// What goes wrong at the API of the model, and what is under way there: a call may arrive after its caller has given up,
// though never later than the grace allows, and a read may lag behind for a moment.

import type { RequestId } from '../../../src/request/request.ts'
import type { CkafkaFault } from '../../../src/sandbox/ckafka/faults.ts'
import type { CkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import type { Effect } from '../../../src/sandbox/cluster/model.ts'
import type { History, Noted } from './history.ts'
import { WRITE } from './product-process.ts'

/** `late`: nobody is answered, and it arrives later. `lost`: nor does it arrive. */
export type WriteFault =
  | 'doneNoAnswer'
  | 'lost'
  | 'late'
  | 'gatewayDone'
  | 'gatewayNotDone'
  | 'refused'
  | 'throttled'
  | 'notEmpty'
  | 'slow'

export interface ModelApi {
  failWrite(fault: WriteFault): void
  failRead(action: string): void
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
  params: Record<string, string>
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
  ckafka: CkafkaSimulator,
  history: History,
  { sinceStartMs, clock }: { sinceStartMs: () => number; clock: () => number },
): ModelApi {
  /** In the order in which calls meet them. */
  let ordered: WriteFault[] = []
  let late: Late[] = []
  /** By process. */
  const sent = new Map<string, Caller>()
  const callers: (Caller | undefined)[] = []
  const overlaps: string[] = []
  const effectAtMs: number[] = []
  let met = 0
  let lags = false
  let arriving: Caller | undefined

  const effects = () => ckafka.cluster.effects()
  ckafka.cluster.onChange(() => {
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

  function arrive({ params, caller }: Late): void {
    arriving = caller
    const { InstanceId: instance = '', GroupName: group = '', TopicName = '[]', Partitions = '[]' } = params
    const offsets = (JSON.parse(Partitions) as { Partition: number; Offset: number }[]).map(each => ({
      partition: each.Partition,
      offset: BigInt(each.Offset),
    }))
    const topics = JSON.parse(TopicName) as string[]
    ckafka.cluster.setGroupOffsets({ instance, group, topics, how: { strategy: 'each', offsets } })
    arriving = undefined
  }

  function failWrite(fault: WriteFault): void {
    ordered.push(fault)
    ckafka.inject(WRITE, FAULTS[fault])
  }

  return {
    failWrite,
    failRead: action => ckafka.inject(action, { kind: 'status', status: 502, afterDoingIt: false }),
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
      ckafka.clearFaults()
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
      const faulted = ckafka.calls(WRITE).filter(({ fault }) => fault !== null)
      const started = startedBy(process)
      for (const { params } of faulted.slice(met)) {
        if (ordered[met] === 'late' && started !== undefined) {
          const { caller, abandonAtMs } = started
          late.push({ caller, params, byMs: sinceStartMs() + abandonAtMs - clock() - MARGIN_MS })
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
      const value = ckafka.cluster.positions(instanceId, group, topics as string[]).map(position => {
        const isOfIt = (each: Effect['written'][number]) =>
          each.topic === position.topic && each.partition === position.partition
        const before = effect.written.find(isOfIt)
        const { topic, partition, logStart, logEnd } = position
        return { topic, partition, logStart, logEnd, committed: before?.from ?? position.committed }
      })
      return { kind: 'read', value }
    },
    callers: () => callers,
    overlaps: () => overlaps,
  }
}

const FAULTS: Record<WriteFault, CkafkaFault> = {
  doneNoAnswer: { kind: 'cut', afterDoingIt: true },
  lost: { kind: 'cut', afterDoingIt: false },
  late: { kind: 'cut', afterDoingIt: false },
  gatewayDone: { kind: 'status', status: 502, afterDoingIt: true },
  gatewayNotDone: { kind: 'status', status: 502, afterDoingIt: false },
  refused: { kind: 'code', code: 'InvalidParameterValue', message: 'no' },
  throttled: { kind: 'code', code: 'RequestLimitExceeded', message: 'slower' },
  notEmpty: { kind: 'code', code: 'FailedOperation', message: 'group is not empty' },
  slow: { kind: 'delay', ms: 15 },
}
