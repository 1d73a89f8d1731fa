// Acts 10 and 11: the group is watched after its reset. Once it reads at an even pace until it has caught up, and the estimate
// on the card holds; and once a partition does not move. The clock is put forward from look to look.

import type { SlackMessage } from '../slack/face.ts'
import { type Check, says } from './checks.ts'
import {
  ask,
  cardNow,
  GROUP,
  idOf,
  positionsOf,
  putForward,
  replies,
  reviewAndApprove,
  type Stage,
  untilCardSays,
  untilEnded,
  untilTold,
} from './stage.ts'

const READ_TOPIC = 'shipments'
const STUCK_TOPIC = 'payments'
const STUCK_PARTITION = 2
const SECOND_MS = 1_000
/** So long it takes the consumer to read what there is. */
const CATCH_UP_S = 340
const UNITS_S: Record<string, number> = { s: 1, min: 60, h: 3_600 }
const CONSUMER = { clientId: 'billing-1', host: '/10.0.4.11' }

export async function watchUntilCaughtUp(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator } = stage
  const asked = await resetAndRun(stage, READ_TOPIC, 1_000)

  narrator.step('Half a minute later Rewind looks at the group, which nobody reads yet')
  await putForward(stage, 31 * SECOND_MS)
  narrator.message(await untilCardSays(stage, asked, 'the group has no members and no offset moves'))

  const partitions = partitionsOf(stage, READ_TOPIC).length
  /** Messages a second, of each partition. */
  const pace = Math.ceil(lagOf(stage, READ_TOPIC) / partitions / CATCH_UP_S)
  narrator.step(`A minute later its consumer is back, and reads ${pace} messages a second of each partition`)
  start(stage, READ_TOPIC)
  await putForward(stage, 60 * SECOND_MS)
  const back = await untilTold(stage, asked, /the consumers are back/)
  narrator.message(back)

  narrator.step('Two minutes later the card says how long it takes, and between which times')
  await readFor(stage, READ_TOPIC, 120, pace)
  const estimated = await untilCardSays(stage, asked, 'to catch up (')
  narrator.message(estimated)
  const leftS = lagOf(stage, READ_TOPIC) / (pace * partitions)

  narrator.step('The rest is read, and the watch is over')
  await readFor(stage, READ_TOPIC, 240, pace)
  const caughtUp = await untilTold(stage, asked, /the group has caught up/)
  narrator.message(caughtUp)
  const card = await untilCardSays(stage, asked, 'The group has caught up.')
  narrator.message(card)
  stop(stage)

  const told = watchReplies(stage, asked)
  return {
    checks: [
      estimateHolds('the time that it really took lies between those on the card', stage, estimated, leftS),
      says('the thread said when the consumers were back', back.text, [
        `${idOf(asked)}: the consumers are back`,
      ]),
      says('and when the group had caught up, with no lag', caughtUp.text, ['Lag: 0 messages.']),
      {
        claim: 'it said nothing else',
        holds: told.length === 2,
        instead: told.map(({ text }) => text).join(' / '),
      },
    ],
  }
}

export async function watchStuck(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator } = stage
  const asked = await resetAndRun(stage, STUCK_TOPIC, 10)
  const stands = partitionsOf(stage, STUCK_TOPIC)[STUCK_PARTITION]?.committed?.toLocaleString('en') ?? ''

  narrator.step(`Its consumer is back, and fails on the next message of partition ${STUCK_PARTITION}`)
  start(stage, STUCK_TOPIC)
  for (const seconds of [31, 61, 121, 241]) await readOthersFor(stage, asked, seconds)

  narrator.step('Rewind says which partition does not move, and where it stands')
  const stuck = await untilTold(stage, asked, /does not move/)
  narrator.message(stuck)
  const card = await untilCardSays(stage, asked, 'Not moving:')
  narrator.message(card)
  stop(stage)

  const place = `${STUCK_TOPIC} p${STUCK_PARTITION} at ${stands}`
  return {
    checks: [
      says('the thread names the partition and its offset', stuck.text, [
        `a partition does not move: ${place}`,
      ]),
      says('Alice, who asked for the reset, is mentioned', narrator.render(stuck).join('\n'), ['@alice']),
      says('the card says it as well', narrator.render(card).join('\n'), [place]),
    ],
  }
}

async function resetAndRun(stage: Stage, topic: string, messages: number): Promise<SlackMessage> {
  const { narrator, bob } = stage
  narrator.step(
    `Alice asks to replay ${messages.toLocaleString('en')} messages of every partition of ${topic}`,
  )
  const asked = await ask(stage, `--topic ${topic} --shift-by -${messages} --reason "Billed twice"`)

  narrator.step('Bob reviews and approves it, and it runs')
  await reviewAndApprove(stage, asked, bob, 'Yes, please.')
  await untilEnded(stage, asked)
  await untilCardSays(stage, asked, 'Rewind watches the group until')
  return cardNow(stage, asked)
}

function partitionsOf(stage: Stage, topic: string) {
  return positionsOf(stage).filter(each => each.topic === topic)
}

function lagOf(stage: Stage, topic: string): number {
  return partitionsOf(stage, topic).reduce((sum, { lag }) => sum + Number(lag ?? 0n), 0)
}

function start(stage: Stage, topic: string): void {
  const partitions = partitionsOf(stage, topic).map(({ partition }) => partition)
  stage.world.ckafka.cluster.join(GROUP, { ...CONSUMER, assignment: { [topic]: partitions } })
}

function stop({ world }: Stage): void {
  world.ckafka.cluster.leave(GROUP, CONSUMER.clientId)
}

async function readFor(stage: Stage, topic: string, seconds: number, pace: number): Promise<void> {
  for (const { partition } of partitionsOf(stage, topic))
    stage.world.ckafka.cluster.consume(GROUP, topic, partition, seconds * pace)
  await putForward(stage, seconds * SECOND_MS)
}

/** And waits until Rewind has looked. */
async function readOthersFor(stage: Stage, card: SlackMessage, seconds: number): Promise<void> {
  const { world } = stage
  for (const { partition } of partitionsOf(stage, STUCK_TOPIC))
    if (partition !== STUCK_PARTITION) world.ckafka.cluster.consume(GROUP, STUCK_TOPIC, partition, seconds)
  await putForward(stage, seconds * SECOND_MS)
  await untilCardSays(stage, card, `lag ${lagOf(stage, STUCK_TOPIC).toLocaleString('en')} messages`)
}

function watchReplies(stage: Stage, card: SlackMessage): SlackMessage[] {
  return replies(stage, card).filter(({ text }) => text.startsWith(`${idOf(card)}: `))
}

function estimateHolds(claim: string, stage: Stage, card: SlackMessage, leftS: number): Check {
  const shown = stage.narrator.render(card).join('\n')
  const [, from, fromUnit = '', to, toUnit = ''] =
    /to catch up \((\d+) (s|min|h) to (\d+) (s|min|h)\)/.exec(shown) ?? []
  const [least, most] = [Number(from) * (UNITS_S[fromUnit] ?? 0), Number(to) * (UNITS_S[toUnit] ?? 0)]
  return {
    claim,
    holds: least <= leftS && leftS <= most,
    instead: `${Math.round(leftS)} s, and the card said: ${shown}`,
  }
}
