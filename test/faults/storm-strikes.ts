// The hands of a storm: each strike does one thing to a process, a connection or a service, and notes it in the diary.
// It must never touch what the verdict is read from: records, Slack's messages, the simulator's effects.

import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from '../../src/sandbox/world.ts'
import type { TcpLine } from '../support/tcp-lines.ts'
import type { Disturbances } from './disturbances.ts'
import type { Fleet, FleetProcess } from './fleet.ts'
import type { Random } from './random.ts'

/** Resolves when it is done: false when it found nothing to strike. */
export type Strike = () => Promise<boolean>

export interface StrikesDeps {
  fleet: Fleet
  disturbances: Disturbances
  random: Random
}

export type Strikes = ReturnType<typeof createStrikes>

/** Lines of its log that tell why a process ended by itself. */
const LAST_WORDS = 4
const TRIGGER_MS = 4_000
/** Nothing is held for longer: what arrives after a call and its grace would be a call that nobody can wait for. */
const HANG_MS = 5_000
const TERM_MS = 20_000
const MOST_AWAY = 2
const SUPERVISE_MS = 500

export function createStrikes({ fleet, disturbances, random }: StrikesDeps) {
  const { processes, slack, ckafka, kafka, cluster, redis, lines } = fleet
  const busy = new Set<FleetProcess>()
  /** Being started again. */
  const away = new Set<FleetProcess>()
  /** How many have struck it and not yet seen it ready again. */
  const hands = new Map<FleetProcess, number>()
  const starts = new Map<FleetProcess, Promise<void>>()
  const underway = new Set<Promise<unknown>>()
  const stopping = new AbortController()
  let kills = 0

  const nameOf = ({ role, index }: FleetProcess) => `${role} ${index}`
  const pauseFor = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {})
  const upTo = (ms: number) => pauseFor(random.between(Math.ceil(ms / 4), ms))
  const beside = (work: Promise<unknown>) => {
    const mine = work.catch(() => {})
    underway.add(mine)
    void mine.then(() => underway.delete(mine))
  }
  function idle(role?: 'bot' | 'worker'): FleetProcess | undefined {
    const free = processes.filter(
      process =>
        !busy.has(process) &&
        process.bot.exit === undefined &&
        (role === undefined || process.role === role || process.role === 'all'),
    )
    return free.length === 0 ? undefined : random.pick(free)
  }

  /** Who strikes it while another still has it in hand must not see it let go by that one. */
  function seize(process: FleetProcess): void {
    hands.set(process, (hands.get(process) ?? 0) + 1)
    busy.add(process)
    away.add(process)
  }

  function release(process: FleetProcess): void {
    const left = (hands.get(process) ?? 1) - 1
    hands.set(process, left)
    if (left > 0) return
    busy.delete(process)
    away.delete(process)
  }

  /** Ends the process at once, and starts it again. It is free for the next fault when it is ready, or sooner. */
  async function kill(process: FleetProcess, kind: string, detail: string): Promise<boolean> {
    kills += 1
    seize(process)
    const end = disturbances.begin(kind, `${nameOf(process)} ${detail}`, process.index)
    await process.bot.kill('SIGKILL')
    await revive(process, end)
    return true
  }

  /** Two hands may have struck the same process: it is started once. */
  async function start(process: FleetProcess): Promise<void> {
    const mine = (starts.get(process) ?? Promise.resolve()).then(async () => {
      if (process.bot.exit !== undefined) await process.bot.restart()
    })
    starts.set(process, mine)
    await mine
  }

  async function revive(process: FleetProcess, end: (settleMs?: number) => void): Promise<void> {
    if (random.chance(0.3)) await upTo(1_000)
    await start(process)
    const ready = process.bot
      .waitUntilReady(30_000)
      .catch(() => {})
      .finally(() => {
        release(process)
        end(500)
      })
    if (random.chance(0.15)) {
      await upTo(600)
      busy.delete(process)
    }
    beside(ready)
  }

  const killAnyone = (role: 'bot' | 'worker'): Strike => {
    return async () => {
      // Most of the time somebody is to be there to answer people.
      const isLast = role === 'bot' && [...away].some(({ role: gone }) => gone === 'bot')
      const process = isLast && random.chance(0.8) ? undefined : idle(role)
      return process !== undefined && kill(process, `SIGKILL of a ${role}`, 'at random')
    }
  }

  /** At a chosen step: whoever comes to it first is struck before it is sent, or before its answer is there. */
  function atStep(
    service: Service,
    patterns: readonly string[],
    moment: 'before' | 'after',
    strike: (process: FleetProcess, pattern: string) => boolean | Promise<boolean>,
  ): Strike {
    return async () => {
      const pattern = random.pick(patterns)
      const line = lines[service]
      const held = moment === 'before' ? line.holdNextRequest(pattern) : line.holdNextReply(pattern)
      const process = await Promise.race([held, pauseFor(TRIGGER_MS).then(() => 'cleared' as const)])
      if (process !== 'cleared') return strike(process, pattern)
      line.forget()
      return false
    }
  }

  const killAt = (service: Service, patterns: readonly string[], moment: 'before' | 'after'): Strike =>
    atStep(service, patterns, moment, (process, pattern) =>
      kill(process, `SIGKILL ${moment} a step with ${service}`, `${moment} ${pattern}`),
    )

  /** It lives on with a connection that says nothing. */
  const silentAt = (service: Service, patterns: readonly string[], moment: 'before' | 'after'): Strike =>
    atStep(service, patterns, moment, (process, pattern) => {
      const mutes = service === 'slack' ? process.index : 'nobody'
      const end = disturbances.begin(
        `silence ${moment} a step with ${service}`,
        `${nameOf(process)} ${moment} ${pattern}`,
        mutes,
      )
      beside(
        pauseFor(HANG_MS).then(() => {
          process.lines[service]?.clear()
          end(3_000)
        }),
      )
      return true
    })

  async function stopInOrder(): Promise<boolean> {
    const process = idle()
    if (process === undefined) return false
    seize(process)
    const end = disturbances.begin('SIGTERM', nameOf(process), process.index)
    await Promise.race([process.bot.kill('SIGTERM'), delay(TERM_MS, undefined, { ref: false })])
    await process.bot.kill('SIGKILL')
    await revive(process, end)
    return true
  }

  async function freeze(): Promise<boolean> {
    const process = idle()
    if (process === undefined) return false
    busy.add(process)
    const end = disturbances.begin('SIGSTOP and SIGCONT', nameOf(process), process.index)
    await process.bot.kill('SIGSTOP')
    await upTo(6_000)
    await process.bot.kill('SIGCONT')
    end(3_000)
    busy.delete(process)
    return true
  }

  async function killRedis(): Promise<boolean> {
    const end = disturbances.begin('Redis killed and started again', '', 'nobody')
    await redis.kill('SIGKILL')
    await upTo(1_500)
    // Another process of this machine may have its port for a moment.
    for (let tries = 1; ; tries++) {
      try {
        await redis.restart()
        break
      } catch (error) {
        if (tries === 5) throw error
      }
    }
    end(500)
    return true
  }

  /** On the line of one process, or of all. */
  const onLine = (service: Service, fault: string, act: (line: TcpLine) => void, ms: number): Strike => {
    return async () => {
      const process = random.chance(0.6) ? idle(service === 'slack' ? 'bot' : undefined) : undefined
      const struck = process === undefined ? processes : [process]
      const where = process === undefined ? 'everybody' : nameOf(process)
      const mutes = service !== 'slack' ? 'nobody' : (process?.index ?? 'everybody')
      const end = disturbances.begin(`${service}: ${fault}`, where, mutes)
      const mine = struck.flatMap(({ lines: own }) => own[service] ?? [])
      for (const line of mine) act(line)
      await upTo(ms)
      for (const line of mine) line.clear()
      end(3_000)
      return true
    }
  }
  /** Of Slack itself. Only what keeps it from showing an answer mutes anybody. */
  const ofSlack = (
    fault: string,
    methods: readonly string[],
    inject: (method: string) => void,
    ms: number,
  ): Strike => {
    return async () => {
      const method = random.pick(methods)
      const mutes = method === '*' || method.startsWith('views.') ? 'everybody' : 'nobody'
      const end = disturbances.begin(`Slack: ${fault}`, method, mutes)
      inject(method)
      await upTo(ms)
      slack.clearFaults()
      end(3_000)
      return true
    }
  }
  const clearClusters = () => {
    ckafka.clearFaults()
    kafka?.clearFaults()
  }
  /** `fault` with the name of the cluster. */
  const ofCluster = (fault: string, calls: readonly string[], inject: (call: string) => void): Strike => {
    return async () => {
      const call = random.pick(calls)
      const end = disturbances.begin(fault, call, 'nobody')
      inject(call)
      await upTo(3_000)
      clearClusters()
      end(3_000)
      return true
    }
  }

  /** `move` says where to, and gives what is to be done after a while, when there is anything. */
  const ofPlace = (fault: string, move: (group: string) => (() => void) | undefined): Strike => {
    return async () => {
      const group = await someGroup()
      if (group === undefined) return false
      const end = disturbances.begin(fault, group, 'nobody')
      const after = move(group)
      beside(
        upTo(3_000).then(() => {
          after?.()
          end(3_000)
        }),
      )
      return true
    }
  }

  /** Of a request that is soon to be executed, as far as there is one. */
  async function someGroup(): Promise<string | undefined> {
    const open = await fleet.store.openRequests(40).catch(() => ({ requests: [] }))
    const waiting = open.requests.filter(({ state }) => ['pending', 'approved'].includes(state.name))
    return waiting.length === 0 ? undefined : random.pick(waiting).reset.target.group
  }

  async function disconnectSockets(): Promise<boolean> {
    const how = random.pick(['refresh', 'cut'] as const)
    disturbances.begin('Slack: ends Socket Mode connections', how, 'nobody')(1_000)
    slack.disconnectApp(how)
    return true
  }

  async function consumersCome(): Promise<boolean> {
    const group = await someGroup()
    if (group === undefined) return false
    const end = disturbances.begin('consumers join and leave', group, 'nobody')
    cluster.join(group, { clientId: 'late-1' })
    beside(
      upTo(4_000).then(() => {
        cluster.leave(group, 'late-1')
        end()
      }),
    )
    return true
  }

  /** Others are to be at work while one dies; only now and then nearly all are away. A slow machine gets fewer deaths. */
  const whileOthersWork = (strike: Strike): Strike => {
    return async () => {
      while (away.size >= MOST_AWAY && !stopping.signal.aborted && !random.chance(0.01)) await pauseFor(50)
      return stopping.signal.aborted ? false : strike()
    }
  }

  /** Who ends without having been struck is started again, as a supervisor would, and it is in the diary. */
  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pauseFor(SUPERVISE_MS)
      for (const process of processes) {
        const { exit } = process.bot
        if (exit === undefined || busy.has(process) || away.has(process)) continue
        seize(process)
        const said = process.bot.logs().slice(-LAST_WORDS).join(' | ').slice(0, 1_000)
        const how = `${nameOf(process)} with ${exit.code ?? exit.signal}: ${said}`
        await revive(process, disturbances.begin('a process ended by itself', how, process.index))
      }
    }
  }
  beside(supervise())

  return {
    killAnyone,
    killAt,
    silentAt,
    stopInOrder,
    freeze,
    killRedis,
    onLine,
    ofSlack,
    ofCluster,
    ofPlace,
    disconnectSockets,
    consumersCome,
    whileOthersWork,
    pauseFor,
    kills: () => kills,
    isOver: () => stopping.signal.aborted,
    /** Cuts every pause short; what is under way ends soon after. */
    stop(): void {
      stopping.abort()
      for (const line of Object.values(lines)) line.forget()
    },
    /** Resolves when nothing that has been struck is being mended any more, with every connection and service healed. */
    async heal(): Promise<void> {
      const clear = () => {
        for (const line of Object.values(lines)) line.clear()
        slack.clearFaults()
        clearClusters()
      }
      // Before, because who is being started again needs them to be ready; and after, because they were striking still.
      clear()
      await Promise.all(underway)
      clear()
    },
  }
}
