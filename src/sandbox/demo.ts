// `npm run demo`: the product and its whole world on one machine, played by one person from a page or a terminal, or
// walked through by itself. It must never leave anything running when it ends.

import { clearLine, createInterface, cursorTo } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { obey } from './demo-commands.ts'
import { demoSettings, leftOutOfWalkthrough } from './demo-settings.ts'
import { startPageServer } from './page-server.ts'
import { placeOf, whyUnreachable } from './redis/reach.ts'
import { createTerminal } from './slack/terminal.ts'
import { KAFKA_RESET } from './walkthrough/act-kafka.ts'
import { FIRST_RESET } from './walkthrough/act-plan.ts'
import { walkthrough, walkthroughEnv } from './walkthrough/walkthrough.ts'
import { CHANNELS, DEMO_POLICY, EMPTY_HOLD_MS, startWorld, USERS, type World } from './world.ts'

const PAGE_DIR = fileURLToPath(new URL('./page', import.meta.url))
/** Nobody who plays waits a minute to see what a call that never answers leads to. */
/** Its first looks come after seconds, and the last after ten minutes. */
const DEMO_WATCH = '10m'
const SHORT_DEADLINES = { CALL_DEADLINE: '10s', CALL_GRACE: '5s', CALL_LATE: '5s' }

const USAGE = `Usage: npm run demo [-- --walkthrough] [-- --http]

Starts Rewind with a local Slack, a simulated CKafka and Kafka, and a private Redis, and a page to play it all from.

  --walkthrough   plan, drift, wait, proof, undo, quorum, break glass, a Kafka cluster, reminder and watch by itself,
                  under a test clock, each with checks; in English; exits 0 only if all hold
  --http          Slack reaches Rewind over signed HTTP instead of Socket Mode
  --help          this text

Settings, from the environment:

  PORT             of the page (4400); another free one where it is taken
  REDIS_URL        a Redis to use instead of a private one
  CKAFKA_API       the API of CKafka: v3 (default) or v2
  REWIND_LANGUAGE  of what many people read: en (default) or zh
  EMPTY_HOLD       how long a group has to stay empty before a request that waited for it runs (2s here)

Everything ends with it, and nothing is kept: the next start begins from the beginning.`

const ENDING =
  'Ending: waiting for Rewind to finish what it has in hand, 5 seconds at most. Nothing of this demo is kept.'

/** After these lines the app acts on its own for a while: the next line has to wait for it, or comes too early. */
const ACTING = /^(\/|submit|press|yes|set|home|close|bot)/
const QUIET_MS = 500
const QUIET_AT_MOST_MS = 10_000
const GOES_ON = new Set(['preparing', 'approved', 'executing'])
/** What leaves a request in such a state until somebody or something else moves. */
const WAITS = new Set(['wait', 'postpone', 'standBack', 'prepareLater'])
/** What only tells people of it. */
const TELLS = /^(claim|post|card|parentTold)/
const changedLine = z.object({
  event: z.literal('changed'),
  requestId: z.string(),
  state: z.string(),
  command: z.string(),
})
/** Its plan is made next. */
const submittedLine = z.object({ event: z.literal('submitted'), requestId: z.string() })

async function main(flags: string[]): Promise<void> {
  const unknown = flags.find(flag => !['--walkthrough', '--http', '--help'].includes(flag))
  if (unknown !== undefined) {
    console.error(`There is no flag ${unknown}: run npm run demo -- --help to see what there is.`)
    process.exit(2)
  }
  if (flags.includes('--help')) {
    console.log(USAGE)
    return
  }
  const alone = flags.includes('--walkthrough')
  // A walkthrough that was stopped has not shown that all holds.
  const whenStopped = alone ? 1 : 0
  // A reader that has gone (`| head`) must not leave the world running.
  process.stdout.on('error', () => process.exit(whenStopped))

  const delivery = flags.includes('--http') ? 'http' : 'socket'
  const read = demoSettings(process.env)
  if (!read.ok) {
    console.error(read.problem)
    process.exit(1)
  }
  const { port, redisUrl, env } = read.settings
  if (redisUrl !== undefined) {
    console.log(`Connecting to Redis at ${placeOf(redisUrl)} (REDIS_URL).`)
    const why = await whyUnreachable(redisUrl)
    if (why !== null) {
      console.error(
        `Redis at ${placeOf(redisUrl)} (REDIS_URL) cannot be used: ${why}. Without REDIS_URL the demo starts its own.`,
      )
      process.exit(1)
    }
  }
  const leftOut = alone ? leftOutOfWalkthrough(env) : null
  if (leftOut !== null) console.log(leftOut)
  let world: World | undefined
  const endings: (() => Promise<void> | void)[] = []
  let ended: Promise<never> | undefined
  const end = (code: number): Promise<never> => {
    ended ??= (async () => {
      if (world !== undefined && !alone) console.log(ENDING)
      for (const ending of endings) await ending()
      // A world that is only half there ends with this process.
      await world?.close()
      process.exit(code)
    })()
    return ended
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void end(whenStopped))

  try {
    const { CKAFKA_API } = env
    console.log(
      `Starting Rewind, Slack, CKafka, Kafka${redisUrl === undefined ? ' and a private Redis' : ''} …`,
    )
    world = await startWorld({
      delivery,
      log: console.log,
      policyFile: DEMO_POLICY,
      kafka: true,
      clock: alone ? 'movable' : 'real',
      ...(redisUrl ? { redisUrl } : {}),
      // What the walkthrough checks depends on its own.
      env: alone
        ? { PICTURES: 'on', ...(CKAFKA_API ? { CKAFKA_API } : {}), ...walkthroughEnv(CKAFKA_API) }
        : { PICTURES: 'on', ...SHORT_DEADLINES, WATCH: DEMO_WATCH, ...env },
    })
    await world.waitForBot()
    if (alone) {
      console.log(
        `Rewind, Slack (${delivery}), CKafka, Kafka and Redis run on this machine. This is what people see.`,
      )
      const { ok, failures } = await walkthrough(world, line => console.log(line))
      console.log(ok ? '\nAll of it holds.' : `\n${failures.length} of it did not hold.`)
      return await end(ok ? 0 : 1)
    }
    const page = await startPageServer({ world, port, pageDir: PAGE_DIR })
    endings.push(() => page.close())
    const used = Number(new URL(page.url).port)
    if (port !== 0 && used !== port) {
      console.log(
        `Port ${port} is in use, by another demo perhaps, so the page is on port ${used}. PORT sets another one.`,
      )
    }
    await play(
      world,
      {
        delivery,
        pageUrl: page.url,
        emptyHold: env.EMPTY_HOLD ?? `${EMPTY_HOLD_MS / 1000}s`,
        watch: env.WATCH ?? DEMO_WATCH,
      },
      endings,
    )
    await end(0)
  } catch (error) {
    if (ended === undefined) console.error(error instanceof Error ? error.message : error)
    await end(1)
  }
}

/** For the shortcut in the menu of a message. */
const ALERT =
  '[FIRING:1] Consumer lag is high: group orders-billing on ckafka-demo0001, topics orders, payments'

interface Shown {
  delivery: string
  pageUrl: string
  /** Like `2s`. */
  emptyHold: string
  /** `off`, or for how long. */
  watch: string
}

/** Resolves when the person has had enough. */
async function play(world: World, shown: Shown, endings: (() => Promise<void> | void)[]): Promise<void> {
  const tty = process.stdin.isTTY === true && process.stdout.isTTY === true
  const input = createInterface({ input: process.stdin, output: process.stdout, terminal: tty })
  let state: 'busy' | 'waiting' | 'quitting' = 'busy'
  let redraw: NodeJS.Immediate | undefined
  const prompt = () => {
    redraw = undefined
    if (state !== 'waiting') return
    input.setPrompt(terminal.prompt())
    if (tty) input.prompt(true)
  }
  const print = (text: string) => {
    if (tty) {
      cursorTo(process.stdout, 0)
      clearLine(process.stdout, 0)
    }
    console.log(text)
    if (tty && redraw === undefined) redraw = setImmediate(prompt)
  }
  world.slack.person(USERS.dave).say(CHANNELS.kafkaOps, { text: ALERT })
  const terminal = createTerminal(
    world.slack,
    { print },
    { channelId: CHANNELS.kafkaOps, startAs: 'alice', people: Object.values(USERS), appName: 'Rewind' },
  )
  endings.push(() => {
    state = 'quitting'
    terminal.close()
    input.close()
  })
  const activity = watchActivity(world)
  for (const line of welcome(world, shown)) print(line)

  await new Promise<void>(resolve => {
    let queue = Promise.resolve()
    let hasTyped = false
    input.on('line', line => {
      hasTyped = true
      queue = queue.then(async () => {
        if (state === 'quitting') return
        state = 'busy'
        const typed = line.trim()
        if (!tty) print(`${terminal.prompt()}${typed}`)
        if (typed === 'quit' || typed === 'exit') {
          state = 'quitting'
          return input.close()
        }
        await obey(typed, world, terminal, print)
        state = 'waiting'
        prompt()
        if (ACTING.test(typed)) await activity.quiet()
      })
    })
    // Ctrl-C of a raw terminal is a key, not a signal.
    input.on('SIGINT', () => input.close())
    input.on('close', () => {
      // Nobody can type here (`</dev/null`, a service): the page is all there is, and a signal ends it.
      if (!tty && !hasTyped && state !== 'quitting') {
        state = 'quitting'
        print('Nothing can be typed here: use the page. Ctrl-C, or SIGTERM, ends the demo.')
        return
      }
      void queue.then(resolve)
    })
    state = 'waiting'
    prompt()
  })
}

function welcome(
  { slack, ckafka, kafka, redisUrl, redisPrefix, bot }: World,
  { delivery, pageUrl, emptyHold, watch }: Shown,
): string[] {
  return [
    '',
    'Rewind resets Kafka consumer-group offsets, on CKafka and on Kafka, once a colleague has approved it.',
    'Here it runs with everything around it, and you play all the people of a small workspace.',
    '',
    `  ➜ Open ${pageUrl}`,
    '',
    `  Rewind   http://127.0.0.1:${bot.port}/readyz, /metrics (process ${bot.pid})`,
    `  Slack    ${slack.apiUrl} (${delivery === 'http' ? 'signed HTTP' : 'Socket Mode'})`,
    `  CKafka   ${ckafka.urlV2} (ckafka-demo0001)`,
    `  Kafka    ${kafka?.bootstrap} (kafka-demo)`,
    `  Redis    ${redisUrl} (REDIS_PREFIX=${redisPrefix})`,
    '',
    'Or stay in this terminal. You are alice, in #kafka-ops. bob and carol may approve, gina is a guest.',
    'For orders-audit it takes one of @audit (bob, dave) and one of @platform (carol), or dave, who is on call and may',
    'break the glass; nothing else may dave approve. src/sandbox/policy-demo.yml says so: edit it, and it holds two seconds later.',
    'A first reset, line by line:',
    '',
    `  ${FIRST_RESET} --reason "Billing skipped orders since the deploy of 08:00"`,
    '  submit',
    '  as bob',
    '  press Review',
    '  set Decision = Approve',
    '  submit',
    '  thread',
    '  cluster',
    '  as alice',
    '  press Prepare Undo',
    '',
    'On the Kafka cluster all topics are written in one commit: cluster invoices-mail shows where such a group stands.',
    '',
    `  ${KAFKA_RESET} --reason "Mails were not sent"`,
    '',
    'dave has passed on an alert, message 1: menu Reset offsets from alert on 1 opens the form with what it names.',
    'Between asking and deciding, cluster read orders-billing lets a consumer commit: then there is a new plan to review.',
    `A group that had consumers has to stay empty for ${emptyHold} here (EMPTY_HOLD; 45s in production).`,
    ...(watch === 'off'
      ? []
      : [
          `After a reset the group is watched for ${watch} here (WATCH; 2h in production): start its consumers and see.`,
        ]),
    'Requests, messages and offsets last as long as this process: the next start begins from the beginning.',
    'Type help to see what else there is, quit to end.',
    '',
  ]
}

function watchActivity({ slack, ckafka, kafka, bot }: World) {
  let lastMs = performance.now()
  const touch = () => {
    lastMs = performance.now()
  }
  slack.onChange(touch)
  ckafka.onChange(touch)
  kafka?.onChange(touch)
  return {
    /** Resolves once nothing has changed, Rewind has logged nothing for a while, and no request is about to go on. */
    async quiet(): Promise<void> {
      touch()
      const untilMs = performance.now() + QUIET_AT_MOST_MS
      let logged = 0
      const inHand = new Set<string>()
      while (performance.now() < untilMs) {
        const lines = bot.logs()
        if (lines.length !== logged) touch()
        for (const line of lines.slice(logged)) follow(line, inHand)
        logged = lines.length
        if (inHand.size === 0 && performance.now() - lastMs >= QUIET_MS) return
        await delay(50)
      }
    },
  }
}

/** Keeps in `inHand` the requests that go on without anybody: on a slow machine they can be silent for long. */
function follow(line: string, inHand: Set<string>): void {
  const told = parsed(line)
  const submitted = submittedLine.safeParse(told)
  if (submitted.success) inHand.add(submitted.data.requestId)
  const { success, data } = changedLine.safeParse(told)
  if (!success) return
  const { requestId, state, command } = data
  if (WAITS.has(command) || !GOES_ON.has(state)) inHand.delete(requestId)
  else if (!TELLS.test(command)) inHand.add(requestId)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

await main(process.argv.slice(2))
