// What goes wrong in a storm: a table of kinds with weights, from which a few hands draw and strike.

import type { Service } from '../../src/sandbox/world.ts'
import type { TcpLine } from '../support/tcp-lines.ts'
import type { Disturbances } from './disturbances.ts'
import type { Fleet } from './fleet.ts'
import type { Random } from './random.ts'
import { faultsOf, type Kind, type StormDialect, writeOf } from './storm-clusters.ts'
import { createStrikes, type Strikes } from './storm-strikes.ts'

export interface Weather {
  /** Processes killed so far, in any way that ends them at once. */
  kills(): number
  /** Stops inventing faults and ends those under way; what was killed is left as it is. */
  stop(): Promise<void>
}

export interface WeatherOptions {
  fleet: Fleet
  dialect: StormDialect
  disturbances: Disturbances
  random: Random
  /** No more than so many kills. */
  killsWanted: number
  /** Between two kills of one hand, on average; two hands work at the same time. */
  killPauseMs: number
  /** Between two faults of any other kind. */
  faultPauseMs: number
}

/** Steps of a request, as they stand in what is sent to Redis. */
const COMMITS = [
  ...['submit', 'prepare', 'decide', 'cancel', 'dispatched', 'start', 'start', 'finish', 'finish', 'wait'],
  ...['claimPost', 'posted', 'cardShown', 'abandon', 'looked'],
].map(kind => `"kind":"${kind}"`)
const SLACK_CALLS = [
  ...['chat.postMessage', 'chat.update', 'files.completeUploadExternal', 'views.open', 'views.update'],
  ...['conversations.history', 'conversations.replies'],
].map(method => `/api/${method}`)

export function startWeather(options: WeatherOptions): Weather {
  const { fleet, dialect, random, killsWanted, killPauseMs, faultPauseMs } = options
  const strikes = createStrikes(options)
  const enough = () => strikes.kills() >= killsWanted
  const never = () => false

  /** Each draws from a stream of its own, so that the same seed gives each the same kinds in the same order. */
  async function hand(name: string, kinds: Kind[], pauseMs: number, isEnough: () => boolean): Promise<void> {
    const mine = random.fork(name)
    for (;;) {
      // The pause comes first: two hands must not begin with the same stroke.
      await strikes.pauseFor(mine.between(pauseMs / 4, (pauseMs * 7) / 4))
      if (strikes.isOver() || isEnough()) return
      await drawn(kinds, mine).strike()
    }
  }

  const sparing = (kinds: Kind[]) =>
    kinds.map(kind => ({ ...kind, strike: strikes.whileOthersWork(kind.strike) }))
  const rest = otherFaults(strikes, fleet, random, dialect)
  const hands = [
    hand('one', sparing(deathsAtRandom(strikes)), killPauseMs, enough),
    hand('two', sparing(deathsAtSteps(strikes, dialect)), killPauseMs, enough),
    hand('three', rest, faultPauseMs, never),
    hand('four', rest, faultPauseMs, never),
  ]

  return {
    kills: strikes.kills,
    async stop() {
      strikes.stop()
      await Promise.all(hands)
      await strikes.heal()
    },
  }
}

function deathsAtRandom(strikes: Strikes): Kind[] {
  return [
    { name: 'worker', weight: 30, strike: strikes.killAnyone('worker') },
    { name: 'bot', weight: 15, strike: strikes.killAnyone('bot') },
  ]
}

function deathsAtSteps(strikes: Strikes, dialect: StormDialect): Kind[] {
  const { service, holds } = writeOf(dialect)
  return [
    { name: 'before a commit', weight: 10, strike: strikes.killAt('redis', COMMITS, 'before') },
    { name: 'after a commit', weight: 10, strike: strikes.killAt('redis', COMMITS, 'after') },
    { name: 'before the API call', weight: 5, strike: strikes.killAt(service, [holds], 'before') },
    { name: 'after the API call', weight: 8, strike: strikes.killAt(service, [holds], 'after') },
    { name: 'before a Slack call', weight: 5, strike: strikes.killAt('slack', SLACK_CALLS, 'before') },
    { name: 'after a Slack call', weight: 8, strike: strikes.killAt('slack', SLACK_CALLS, 'after') },
  ]
}

function otherFaults(strikes: Strikes, fleet: Fleet, random: Random, dialect: StormDialect): Kind[] {
  const { slack } = fleet
  const { service, holds } = writeOf(dialect)
  const posts = ['chat.postMessage', 'chat.update', 'files.completeUploadExternal', 'upload']
  const asked = ['conversations.history', 'conversations.replies', 'usergroups.users.list']
  const isDone = () => random.chance(0.5)
  const lineFaults = (service: Service, weight: number): Kind[] => {
    const kind = (fault: string, share: number, ms: number, act: (line: TcpLine) => void): Kind => ({
      name: `${service}: ${fault}`,
      weight: weight * share,
      strike: strikes.onLine(service, fault, act, ms),
    })
    return [
      kind('slow', 2, 4_000, line => line.latency(random.between(20, 300))),
      kind('hangs', 2, 5_000, line => line.hang()),
      kind('connections reset', 2, 50, line => line.reset()),
      kind('half an answer', 2, 1_500, line => line.cutAnswerAfter(random.between(1, 200))),
      kind('reply lost', 4, 1_500, line => line.loseNextReply()),
      kind('away', 2, 3_000, line => line.down()),
    ]
  }

  return [
    { name: 'SIGTERM', weight: 6, strike: strikes.stopInOrder },
    { name: 'SIGSTOP', weight: 6, strike: strikes.freeze },
    { name: 'Redis killed', weight: 3, strike: strikes.killRedis },
    ...lineFaults('redis', 1),
    ...lineFaults('slack', 1),
    ...lineFaults(service, 1),
    // One that fails beside it must trouble nobody.
    ...(service === 'ckafka' ? [] : lineFaults('ckafka', 0.2)),
    { name: 'no answer from the API', weight: 4, strike: strikes.silentAt(service, [holds], 'before') },
    {
      name: 'the API did it and says nothing',
      weight: 4,
      strike: strikes.silentAt(service, [holds], 'after'),
    },
    { name: 'a commit is never sent', weight: 3, strike: strikes.silentAt('redis', COMMITS, 'before') },
    { name: 'a commit is never answered', weight: 3, strike: strikes.silentAt('redis', COMMITS, 'after') },
    {
      name: 'a Slack call is never answered',
      weight: 3,
      strike: strikes.silentAt('slack', SLACK_CALLS, 'after'),
    },
    {
      name: 'Slack 429',
      weight: 5,
      strike: strikes.ofSlack(
        'asks to wait',
        [...posts, ...asked],
        method => slack.inject(method, { kind: 'rateLimited', retryAfterSeconds: 1 }, random.between(1, 4)),
        2_000,
      ),
    },
    {
      name: 'Slack 500',
      weight: 5,
      strike: strikes.ofSlack(
        'answers 500',
        [...posts, ...asked, 'views.open', 'views.update'],
        method =>
          slack.inject(
            method,
            { kind: 'httpStatus', status: 500, afterDoingIt: isDone() },
            random.between(1, 3),
          ),
        2_000,
      ),
    },
    {
      name: 'Slack hangs',
      weight: 4,
      strike: strikes.ofSlack(
        'hangs',
        [...posts, ...asked, 'views.open'],
        method => slack.inject(method, { kind: 'hang', afterDoingIt: isDone() }, random.between(1, 2)),
        2_000,
      ),
    },
    {
      name: 'Slack cuts',
      weight: 4,
      strike: strikes.ofSlack(
        'cuts the connection',
        posts,
        method => slack.inject(method, { kind: 'cut', afterDoingIt: isDone() }, random.between(1, 3)),
        2_000,
      ),
    },
    {
      name: 'Slack outage',
      weight: 2,
      strike: strikes.ofSlack(
        'is down',
        ['*'],
        method => slack.inject(method, { kind: 'httpStatus', status: 503 }, Number.POSITIVE_INFINITY),
        6_000,
      ),
    },
    {
      name: 'Slack disconnects',
      weight: 3,
      strike: strikes.disconnectSockets,
    },
    ...faultsOf(dialect, { strikes, fleet, random }),
    { name: 'consumers', weight: 6, strike: strikes.consumersCome },
  ]
}

function drawn(kinds: readonly Kind[], random: Random): Kind {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0)
  let left = random.next() * total
  const found = kinds.find(({ weight }) => {
    left -= weight
    return left < 0
  })
  return found ?? random.pick(kinds)
}
