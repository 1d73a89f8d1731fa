// A storm: people at work on a fleet while everything around it fails, then a calm, then what is left is counted.
// The same seed gives the same people and the same faults; their timing is that of real processes.

import { createDisturbances, type Disturbances } from './disturbances.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { createRandom } from './random.ts'
import { type StormDialect, tallyOf } from './storm-clusters.ts'
import { startWeather } from './storm-faults.ts'
import { type Crowd, startCrowd } from './storm-people.ts'
import {
  FAILINGS,
  judge,
  type Patience,
  type Problem,
  type Verdict,
  waitUntilSettled,
} from './storm-verdict.ts'

export interface StormOptions {
  seed: number
  dialect: StormDialect
  /** It ends with this many kills, */
  kills: number
  /** or after this time, whichever comes first. */
  minutes: number
  /** Between two kills of one of two hands. */
  killPauseMs?: number
  faultPauseMs?: number
  /** Between two requests of one of four people. */
  askPauseMs?: number
  calm: { patience: Patience; timeoutMs: number }
  /** Of one bot and of one worker: the folder of another build. */
  otherBuild?: string | undefined
  log(line: string): void
}

export interface Storm {
  kills: number
  requests: number
  /** Lost, doubled, unanswered, invented: empty is what it is about. */
  problems: Problem[]
}

const GROUPS = 3_000
/** Short enough to be over when all has settled; nobody reads there, which each thread is told. */
const WATCHED = { WATCH: '20s', PICTURES: 'on' }
/** Each group and each partition can move from one to the other. */
const BROKERS = 2
const ENDED_BY_ITSELF = 'a process ended by itself'
const ROOMS = 100
/** A bot and a worker, beside a bot and two workers of this one. */
const OF_OTHER_BUILD = [1, 3]
const TOLD_EVERY_MS = 60_000

export async function runStorm(options: StormOptions): Promise<Storm> {
  const { seed, dialect, kills, minutes, calm, log } = options
  const again = `FAULTS_SEED=${seed} FAULTS_DIALECT=${dialect} FAULTS_KILLS=${kills} FAULTS_MINUTES=${minutes}`
  log(again)
  const random = createRandom(seed)
  const disturbances = createDisturbances()
  const channels = Array.from({ length: ROOMS }, (_, index) => `C0ROOM${index + 1}`)
  const fleet = await startFleet({
    roles: ['bot', 'bot', 'worker', 'worker', 'worker'],
    groups: GROUPS,
    rooms: ROOMS,
    ...(dialect === 'kafka'
      ? { kafkaBrokers: BROKERS, env: WATCHED }
      : { env: { CKAFKA_API: dialect, ...WATCHED } }),
    ...(options.otherBuild === undefined
      ? {}
      : { otherBuild: { folder: options.otherBuild, processes: OF_OTHER_BUILD } }),
    log,
  })
  try {
    await fleet.world.waitForBot(60_000)
    const startedMs = performance.now()
    const crowd = startCrowd({
      fleet,
      disturbances,
      random: random.fork('people'),
      groups: GROUPS,
      channels,
      pauseMs: options.askPauseMs ?? 5_000,
    })
    const weather = startWeather({
      fleet,
      dialect,
      disturbances,
      random: random.fork('faults'),
      killsWanted: kills,
      killPauseMs: options.killPauseMs ?? 1_200,
      faultPauseMs: options.faultPauseMs ?? 2_500,
    })

    const elapsedMs = () => performance.now() - startedMs
    for (let toldMs = 0; weather.kills() < kills && elapsedMs() < minutes * 60_000; ) {
      await pause(100)
      if (elapsedMs() < toldMs + TOLD_EVERY_MS) continue
      toldMs = elapsedMs()
      log(
        `${Math.round(toldMs / 1000)} s: ${weather.kills()} kills, ${crowd.asked.length} requests asked for`,
      )
    }
    const stormMs = elapsedMs()
    await crowd.stopAsking()
    await weather.stop()
    log(`the storm is over after ${Math.round(stormMs / 1000)} s; everything is started again`)
    // An upgrade ends: a bot of the build before takes its turn with what it cannot read, so that all of that is late while it runs.
    await fleet.restartAll(options.otherBuild === undefined ? [] : OF_OTHER_BUILD)
    const open = await waitUntilSettled(fleet, calm)
    if (open.length > 0) log(`not settled after the calm: ${open.join(' ')}`)
    await crowd.stop()

    const verdict = await judge(fleet, crowd, { patience: calm.patience, channels })
    for (const line of tableOf({
      dialect,
      disturbances,
      crowd,
      verdict,
      fleet,
      kills: weather.kills(),
      stormMs,
    }))
      log(line)
    for (const problem of verdict.problems) {
      for (const line of await storyOf(problem, fleet, disturbances)) log(line)
    }
    log(again)
    return { kills: weather.kills(), requests: crowd.asked.length, problems: verdict.problems }
  } finally {
    await fleet.close()
  }
}

interface Result {
  dialect: StormDialect
  disturbances: Disturbances
  crowd: Crowd
  verdict: Verdict
  fleet: Fleet
  kills: number
  stormMs: number
}

function tableOf({ dialect, disturbances, crowd, verdict, fleet, kills, stormMs }: Result): string[] {
  const rows = (counts: Map<string, number>) =>
    [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => row(name, count))
  const faults = disturbances.counts()
  const { all, writes } = tallyOf(dialect, fleet)
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0)
  const saved = [...verdict.states.values()].reduce((sum, count) => sum + count, 0)
  return [
    `faults injected in ${Math.round(stormMs / 1000)} s: ${total}, of which kills: ${kills}`,
    ...rows(faults),
    ...disturbances
      .between(0, Number.POSITIVE_INFINITY)
      .filter(({ kind }) => kind === ENDED_BY_ITSELF)
      .map(({ atMs, detail }) => `          ${timeOf(atMs)} ${detail}`),
    `requests saved, by their end: ${saved}`,
    ...rows(verdict.states),
    'what people saw of what they did',
    ...rows(crowd.endings),
    ...crowd.late.map(
      ({ deed, by, process, atMs }) => `          ${timeOf(atMs)} ${by} ${deed}, process ${process}`,
    ),
    ...(crowd.troubles.size === 0 ? [] : ['why they gave up']),
    ...rows(crowd.troubles),
    'effects',
    row('calls to the cluster', all.received),
    row('that it let go wrong', all.wrong),
    row('calls to move offsets', writes.received),
    row('that it let go wrong', writes.wrong),
    row('effects in the cluster', verdict.effects),
    'verdict',
    ...FAILINGS.map(failing =>
      row(failing, verdict.problems.filter(problem => problem.failing === failing).length),
    ),
  ]
}

function row(name: string, count: number): string {
  return `${String(count).padStart(8)}  ${name}`
}

const AROUND_MS = 10_000
const FAULTS_TOLD = 25

/** What happened to the request, step by step, and what was done to the fleet around the time of it. */
async function storyOf(problem: Problem, fleet: Fleet, disturbances: Disturbances): Promise<string[]> {
  const { failing, what, id, atMs } = problem
  const events = id === undefined ? [] : await fleet.events(id)
  const endMs = failing === 'unanswered' ? atMs : (events.at(-1)?.atMs ?? atMs)
  const around = disturbances.between(atMs - AROUND_MS, endMs + AROUND_MS)
  const drawn = fleet.slack.calls('chat.update').filter(({ args }) => id !== undefined && isAbout(args, id))
  return [
    `${failing.toUpperCase()} ${id ?? ''} ${what} (${timeOf(atMs)})`,
    ...events.map(
      event =>
        `    ${timeOf(event.atMs)} ${event.version} ${event.state}: ${JSON.stringify(event.command).slice(0, 300)}`,
    ),
    ...drawn.map(
      call => `    ${timeOf(call.atMs)} SLACK chat.update ${titleIn(call.args)} ${call.error ?? 'ok'}`,
    ),
    ...around
      .slice(-FAULTS_TOLD)
      .map(one => `    ${timeOf(one.atMs)}–${timeOf(one.untilMs)} FAULT ${one.kind} ${one.detail}`),
  ]
}

function isAbout(args: Record<string, unknown>, id: string): boolean {
  return titleIn(args).startsWith(`${id} `)
}

/** `R-12 · running` */
function titleIn(args: Record<string, unknown>): string {
  return /R-\d+ · [a-z, ]+/.exec(JSON.stringify(args.blocks ?? ''))?.[0] ?? ''
}

function timeOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(11, 23) : '…'
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
