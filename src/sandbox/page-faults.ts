// The faults that the page can switch on, each with a sentence about what to expect of Rewind then.
// It must never reach into Rewind: only its surroundings go wrong, or its process is killed.

import type { CkafkaFault } from './ckafka/faults.ts'
import type { FaultSwitch } from './page/protocol.ts'
import { AGAIN, FORBIDDEN, KAFKA_FAULTS, type PlantedKafkaFault, UNKNOWN_THEN } from './page-faults-kafka.ts'
import { RESET_ACTIONS } from './reset-actions.ts'
import type { SlackFault } from './slack/face.ts'
import type { World } from './world.ts'

const CHAT_METHODS = ['chat.postMessage', 'chat.update', 'chat.postEphemeral']
const FAILING_TOPIC = 'payments'
/** NOT_LEADER_OR_FOLLOWER */
const FAILING_CODE = 6

export interface FaultSwitches {
  list(): FaultSwitch[]
  /** Throws when there is no such fault, or Rewind does not come back. */
  set(id: string, on: boolean): Promise<void>
  close(): void
}

type Fault = Omit<FaultSwitch, 'on'> &
  (
    | { kind: 'ckafka'; plant: readonly (readonly [action: string, fault: CkafkaFault])[] }
    | { kind: 'kafka'; plant: PlantedKafkaFault['plant'] }
    | { kind: 'slack'; methods: string[]; fault: SlackFault }
    | { kind: 'state'; isOn(): boolean; set(on: boolean): Promise<void> }
  )

/** `changed` is called when faults were cleared by somebody else, e.g. at the terminal. */
export function createFaultSwitches(world: World, changed: () => void): FaultSwitches {
  const { ckafka, kafka, slack } = world
  const faults = faultsOf(world)
  /** Injected faults that are on, the newest first: it is the one that the next call meets. */
  let injected: Fault[] = []

  function forget(kind: 'ckafka' | 'kafka' | 'slack'): void {
    injected = injected.filter(fault => fault.kind !== kind)
    changed()
  }
  const clearing = {
    ckafka: followClearing(ckafka, () => forget('ckafka')),
    kafka: followClearing(kafka ?? { clearFaults() {} }, () => forget('kafka')),
    slack: followClearing(slack, () => forget('slack')),
  }

  function injectAgain(): void {
    for (const { clear } of Object.values(clearing)) clear()
    for (const fault of injected) {
      if (fault.kind === 'ckafka')
        for (const [action, what] of fault.plant) ckafka.inject(action, what, Number.POSITIVE_INFINITY)
      if (fault.kind === 'kafka')
        for (const [call, what] of fault.plant) kafka?.inject(call, what, Number.POSITIVE_INFINITY)
      if (fault.kind === 'slack')
        for (const method of fault.methods) slack.inject(method, fault.fault, Number.POSITIVE_INFINITY)
    }
  }

  return {
    list: () =>
      faults.map(fault => ({
        id: fault.id,
        where: fault.where,
        label: fault.label,
        says: fault.says,
        on: fault.kind === 'state' ? fault.isOn() : injected.includes(fault),
      })),
    async set(id, on) {
      const fault = faults.find(each => each.id === id)
      if (!fault) throw new Error(`There is no fault "${id}".`)
      if (fault.kind === 'state') return fault.set(on)
      injected = injected.filter(each => each !== fault)
      if (on) injected.unshift(fault)
      injectAgain()
    },
    close() {
      for (const { unfollow } of Object.values(clearing)) unfollow()
    },
  }
}

/**
 * Tells of every clearing but those by the returned `clear`. Neither simulator says by itself that its faults are gone,
 * and a switch that shows on when nothing goes wrong any more is a lie.
 */
function followClearing(simulator: { clearFaults(): void }, cleared: () => void) {
  const { clearFaults: clear } = simulator
  simulator.clearFaults = () => {
    clear()
    cleared()
  }
  return {
    clear,
    unfollow() {
      simulator.clearFaults = clear
    },
  }
}

function faultsOf(world: World): Fault[] {
  return [
    ...ckafkaFaults(world),
    ...kafkaFaults(world),
    ...slackFaults(),
    ...redisFault(world),
    rewindFault(world),
  ]
}

function ckafkaFaults({ api, ckafka }: World): Fault[] {
  const onResets = (fault: CkafkaFault) => RESET_ACTIONS.map(action => [action, fault] as const)
  const tooMany: CkafkaFault =
    api === 'v2'
      ? { kind: 'code', code: 4400, message: '(10001)quota exceeded' }
      : {
          kind: 'code',
          code: 'RequestLimitExceeded',
          message: 'The request has exceeded the rate limit of the API.',
        }
  const membersRefusal: CkafkaFault =
    api === 'v2'
      ? { kind: 'code', code: 4000, message: '(1049)group not empty, reset offset refused' }
      : { kind: 'code', ...ckafka.behaviourV3.membersRefusal }
  const place = { kind: 'ckafka', where: 'ckafka' } as const
  let topicFails = false
  return [
    {
      ...place,
      id: 'ckafka-slow',
      label: 'Slow',
      says: 'Every call takes 3 seconds: the card and the result come late, and still come right.',
      plant: [['*', { kind: 'delay', ms: 3_000 }]],
    },
    {
      ...place,
      id: 'ckafka-hang-after',
      label: 'Hangs after the reset',
      says: `The reset is done but never answered: ${UNKNOWN_THEN} that it happened.`,
      plant: onResets({ kind: 'hang', afterDoingIt: true }),
    },
    {
      ...place,
      id: 'ckafka-hang-before',
      label: 'Hangs before the reset',
      says: `Nothing is done and nothing answered: ${UNKNOWN_THEN} twice that nothing was done, and then ${AGAIN}.`,
      plant: onResets({ kind: 'hang', afterDoingIt: false }),
    },
    {
      ...place,
      id: 'ckafka-throttled',
      label: 'Throttled',
      says: 'Every call is turned away as one too many: an approved reset waits, and is done once you switch this off.',
      plant: [['*', tooMany]],
    },
    {
      ...place,
      id: 'ckafka-refuses',
      label: 'Refuses: members',
      says: `The reset is refused because the group has members, though none shows: the card says that it waits, and Rewind ${AGAIN}, ever later.`,
      plant: onResets(membersRefusal),
    },
    {
      id: 'ckafka-fails-topic',
      where: 'ckafka',
      kind: 'state',
      label: `Fails ${FAILING_TOPIC}`,
      says: `The reset of ${FAILING_TOPIC} fails and the other topics succeed: the card says partly done, the thread says which.`,
      isOn: () => topicFails,
      async set(on) {
        topicFails = on
        if (on) ckafka.cluster.failTopic(FAILING_TOPIC, FAILING_CODE)
        else ckafka.cluster.heal(FAILING_TOPIC)
      },
    },
    {
      ...place,
      id: 'ckafka-lies',
      label: 'Lies',
      says: 'The reset is answered with success and nothing is done: Rewind reads the offsets back and says that it failed.',
      plant: onResets({ kind: 'lie' }),
    },
    {
      ...place,
      id: 'ckafka-nonsense',
      label: 'Answers nonsense',
      says: `A web page answers and nothing is done: ${UNKNOWN_THEN} twice that nothing was done, and then ${AGAIN}.`,
      plant: onResets({ kind: 'html' }),
    },
  ]
}

function kafkaFaults({ kafka }: World): Fault[] {
  if (kafka === undefined) return []
  const { topic, code } = FORBIDDEN
  let isForbidden = false
  return [
    ...KAFKA_FAULTS.map(fault => ({ kind: 'kafka' as const, where: 'kafka' as const, ...fault })),
    {
      id: 'kafka-forbids-topic',
      where: 'kafka',
      kind: 'state',
      label: `No READ on ${topic}`,
      says: `The user may not write offsets of ${topic}, and the other topics are written: the thread says which.`,
      isOn: () => isForbidden,
      async set(on) {
        isForbidden = on
        if (on) kafka.cluster.failTopic(topic, code)
        else kafka.cluster.heal(topic)
      },
    },
  ]
}

function slackFaults(): Fault[] {
  const place = { kind: 'slack', where: 'slack' } as const
  return [
    {
      ...place,
      id: 'slack-slow',
      label: 'Slow',
      says: 'Every Web API call takes 2 seconds: forms, cards and notes come late, and none comes twice.',
      methods: ['*'],
      fault: { kind: 'delay', ms: 2_000 },
    },
    {
      ...place,
      id: 'slack-rate-limited',
      label: 'Rate-limited',
      says: 'Slack takes no messages (429, Retry-After 5): resets go on, and the cards catch up when you switch this off.',
      methods: CHAT_METHODS,
      fault: { kind: 'rateLimited', retryAfterSeconds: 5 },
    },
  ]
}

/** A Redis that was here before the demo is not the demo's to stop. */
function redisFault({ redis }: World): Fault[] {
  if (redis === undefined) return []
  let stopped = false
  return [
    {
      id: 'redis-stopped',
      where: 'redis',
      kind: 'state',
      label: 'Stopped',
      says: 'Rewind cannot record what you ask, so the form says so; what it had recorded is there again after, and the next request has a higher number.',
      isOn: () => stopped,
      async set(on) {
        if (on === stopped) return
        stopped = on
        if (on) await redis.kill()
        else await redis.restart()
      },
    },
  ]
}

function rewindFault({ bot, waitForBot }: World): Fault {
  return {
    id: 'rewind-killed',
    where: 'rewind',
    kind: 'state',
    label: 'Killed',
    says: 'Rewind dies at once: Slack says that it did not answer, and after the restart it goes on where it was.',
    isOn: () => bot.exit !== undefined,
    async set(on) {
      if (on) return bot.kill()
      if (bot.exit === undefined) return
      await bot.restart()
      await waitForBot()
    },
  }
}
