// One process of the product in the model: the real service over the real adapters, with a gate at each of its ports, at
// which it can be frozen, killed, or kept from hearing that a change was saved. It must never change what passes.

import type { WebClient } from '@slack/web-api'
import { wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { createSlackChat } from '../../../src/adapters/slack/thread/chat.ts'
import type { Cluster, ClusterReader } from '../../../src/ports/cluster.ts'
import type { ProductEvent } from '../../../src/ports/events.ts'
import type { Commit, CommitOutcome, Store } from '../../../src/ports/store.ts'
import type { WorkQueue } from '../../../src/ports/work-queue.ts'
import type { Policy } from '../../../src/request/policy.ts'
import type { RequestId } from '../../../src/request/request.ts'
import { createSeals } from '../../../src/request/seals.ts'
import {
  type ApprovalsService,
  type ApprovalsSettings,
  createApprovals,
} from '../../../src/service/approvals.ts'
import type { Front } from './front.ts'

const words = wordsIn('en')

/** Where it meets the outside; after `commit ` the kind of the command. */
export interface Trap {
  point: string
  when: 'before' | 'after'
  /** `loseReply`: it happened, and the process hears that it failed. */
  what: 'freeze' | 'kill' | 'loseReply'
}

export interface ProcessDeps {
  store: Store
  queue: WorkQueue
  client: WebClient
  clock: () => number
  front: Front
  settings: ApprovalsSettings
  policy: Policy
  beforeCommit(commit: Commit): Promise<void>
  afterCommit(commit: Commit, outcome: CommitOutcome): void
  onEnqueued(id: RequestId, dispatch: number, delayMs: number): void
  onSend(process: string): void
  onAnswered(process: string): void
  /** May answer with what was there before, as a read that lags behind does. */
  staleRead(args: unknown[]): unknown
  report(event: ProductEvent): void
}

export interface ProductProcess {
  readonly name: string
  readonly approvals: ApprovalsService
  state(): 'running' | 'frozen' | 'dead'
  /** The next time it comes there. One trap at a time. */
  set(trap: Trap | null): void
  thaw(): void
  /** It never does anything again; what it has sent by then is on its way. */
  kill(): void
  /** Does it, and whatever comes of it, until that has ended or the process has stopped. */
  run(...works: (() => Promise<unknown>)[]): Promise<void>
  close(): Promise<void>
}

/** Every process has the key: whatever goes wrong, all of it verifies under it. */
export const SEALS = createSeals(['the model seals what it does 0123456789'], 'model')

export function startProcess(name: string, role: 'bot' | 'worker', deps: ProcessDeps): ProductProcess {
  const { clock, settings } = deps
  let state: 'running' | 'frozen' | 'dead' = 'running'
  let trap: Trap | null = null
  let stopped = signal()
  let thawed = signal()
  const works = new Set<Promise<unknown>>()

  function stop(how: 'frozen' | 'dead'): void {
    state = how
    stopped.give()
  }

  async function mayGoOn(): Promise<void> {
    while (state === 'frozen') await thawed.given
    // What a killed process was doing ends nowhere.
    if (state === 'dead') await new Promise(() => {})
  }

  function springs(point: string, when: Trap['when']): Trap['what'] | null {
    if (trap?.point !== point || trap.when !== when || state !== 'running') return null
    const { what } = trap
    trap = null
    if (what !== 'loseReply') stop(what === 'kill' ? 'dead' : 'frozen')
    return what
  }

  async function pass<T>(point: string, act: () => Promise<T>): Promise<T> {
    await mayGoOn()
    springs(point, 'before')
    await mayGoOn()
    const [outcome] = await Promise.allSettled([act()])
    const sprung = springs(point, 'after')
    await mayGoOn()
    if (sprung === 'loseReply') throw new Error('The reply was lost.')
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  /** Every method behind the gate. */
  function gated<T extends object>(real: T, pointOf = (method: string) => method): T {
    return new Proxy(real, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) =>
          pass(pointOf(String(key)), async () => Reflect.apply(value, target, args) as unknown)
      },
    })
  }

  const store: Store = {
    ...gated(deps.store),
    commit: commit =>
      pass(`commit ${commit.event.command.kind}`, async () => {
        await deps.beforeCommit(commit)
        const outcome = await deps.store.commit(commit)
        deps.afterCommit(commit, outcome)
        return outcome
      }),
  }
  const queue: WorkQueue = {
    enqueue: (id, dispatch, delayMs) =>
      pass('enqueue', async () => {
        await deps.queue.enqueue(id, dispatch, delayMs)
        deps.onEnqueued(id, dispatch, delayMs)
      }),
    isLive: (id, dispatch) => pass('isLive', () => deps.queue.isLive(id, dispatch)),
  }
  const opened = deps.front.open({ now: clock, onSend: () => deps.onSend(name) })
  const { reader } = opened
  const looks: ClusterReader = gated(reader, () => 'look')
  const readBacks: ClusterReader = {
    ...looks,
    positions: (...args) =>
      pass('look', async () => {
        const read = await reader.positions(...args)
        return (deps.staleRead(args) as typeof read | undefined) ?? read
      }),
  }
  const { writePaceOf, resetOffsets, writeOffsets, writeTopics } = opened.cluster
  const calls = <T>(call: () => Promise<T>) => pass('call', () => call().finally(() => deps.onAnswered(name)))
  const cluster: Cluster = {
    writePaceOf,
    resetOffsets: (...reset) => pass('call', () => resetOffsets(...reset)),
    writeOffsets: (...write) => calls(() => writeOffsets(...write)),
    ...(writeTopics === undefined ? {} : { writeTopics: (...write) => calls(() => writeTopics(...write)) }),
  }
  const chat =
    role === 'worker'
      ? null
      : gated(
          createSlackChat({
            client: deps.client,
            clock,
            onGroupUnreadable: () => {},
            words,
            wordsFor: async () => words,
          }),
        )
  const approvals = createApprovals(
    {
      store,
      rate: { take: async () => null },
      queue,
      cluster,
      readers: { person: looks, plan: looks, execution: role === 'bot' ? readBacks : looks },
      chat,
      people: null,
      policy: () => deps.policy,
      clock,
      report: deps.report,
      seals: SEALS,
      processId: name,
    },
    settings,
  )

  async function rest(): Promise<void> {
    while (works.size > 0) await Promise.all(works)
    await approvals.idle()
    if (works.size > 0) await rest()
  }

  return {
    name,
    approvals,
    state: () => state,
    set(next) {
      trap = next
    },
    thaw() {
      if (state !== 'frozen') return
      state = 'running'
      const { give } = thawed
      stopped = signal()
      thawed = signal()
      give()
    },
    kill() {
      stop('dead')
      thawed.give()
    },
    async run(...begun) {
      for (const begin of begun) {
        const work: Promise<unknown> = begin()
          .catch(error => deps.report({ event: 'fault', where: 'worker', about: name, error }))
          .finally(() => works.delete(work))
        works.add(work)
      }
      await Promise.race([rest(), stopped.given])
    },
    close: opened.close,
  }
}

function signal() {
  let give = () => {}
  const given = new Promise<void>(resolve => {
    give = resolve
  })
  return { given, give }
}
