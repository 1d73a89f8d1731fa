// Act 8: the same on a Kafka cluster, by its own protocol: exact where it goes to a time, one commit for all topics, undone.

import type { KafkaCall } from '../kafka/connection.ts'
import type { RequestOf } from '../kafka/wire/messages.ts'
import type { SlackMessage } from '../slack/face.ts'
import { CHANNELS, clusterCalled } from '../world.ts'
import {
  type Check,
  calledTimes,
  type Places,
  placeOf,
  plannedIn,
  readAtOnce,
  says,
  standing,
  standsAt,
  tableProves,
  wroteOnce,
} from './checks.ts'
import {
  approve,
  cardNow,
  cards,
  type Happened,
  idOf,
  plannedCard,
  review,
  reviewAndApprove,
  type Stage,
  shows,
  sinceOn,
  untilEnded,
} from './stage.ts'

const KAFKA = 'kafka-demo'
const MAIL = 'invoices-mail'
const TOPICS = ['invoices', 'profiles']
const COMPACTED = 'profiles'
const REASON = 'Half an hour of mails was not sent'
const UNDO = 'Prepare Undo'
/** The group stopped five hours before the world began. */
const BACK_MS = 5.5 * 60 * 60_000
const MINUTE_MS = 60_000
const LOG_START = -2n

/** What to type for a first reset on Kafka. */
export const KAFKA_RESET = `/reset-offsets --instance ${KAFKA} --group ${MAIL} --all-topics --shift-by -100`

export async function resetOnKafka(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator, world, alice } = stage
  const { kafka } = world
  if (kafka === undefined) throw new Error('This world has no Kafka.')
  const { name, cluster } = clusterCalled(world, KAFKA)
  const standingNow = () => standing(cluster.positions(KAFKA, MAIL), TOPICS)
  const before = standingNow()
  const happened = sinceOn(cluster, () => kafka.tally('OffsetCommit').received)
  const onCkafka = world.ckafka.cluster.effects().length
  const readBefore = kafka.calls('ListOffsets').length
  const atMs = Math.floor((world.now() - BACK_MS) / MINUTE_MS) * MINUTE_MS
  const time = new Date(atMs).toISOString().replace('.000Z', 'Z')

  narrator.step(`Alice asks to take ${MAIL} back to a time, and is offered the clusters of both kinds`)
  const named = TOPICS.map(topic => `--topic ${topic}`).join(' ')
  const line = `/reset-offsets --group ${MAIL} ${named} --to-datetime ${time} --reason "${REASON}"`
  const cardsBefore = cards(stage).length
  narrator.say(`#kafka-ops  alice: ${line}`)
  const answer = await alice.command(CHANNELS.kafkaOps, line)
  if (!answer.ok) throw new Error(`Alice was told: ${answer.message}`)
  await alice.waitForView()
  const offered = await alice.suggestions('Cluster', 'demo')
  narrator.say(`alice types “demo”: ${offered.join(', ')}`)

  narrator.step('She picks the Kafka cluster, sees how the group stands, and sends the form')
  await alice.fill('Cluster', `${name} (${KAFKA})`)
  await alice.waitForView(view => shows(view, 'can be reset'), narrator.patienceMs)
  narrator.view(alice)
  narrator.outcome(alice, await alice.submit(), 'closed')
  const asked = await plannedCard(stage, cardsBefore)
  const looked = kafka.calls('ListOffsets').slice(readBefore)
  const expected = new Map(
    cluster
      .positions(KAFKA, MAIL, TOPICS)
      .map(each => [placeOf(each), cluster.offsetAt(KAFKA, each.topic, each.partition, atMs)]),
  )

  narrator.step(
    'Bob presses Review: every partition has an exact offset, for the time was looked up in the logs',
  )
  const reviewed = await review(stage, asked, 'can be reset')
  const commitsBefore = happened.calls()

  narrator.step('He approves it, and all topics are written in one commit')
  await approve(stage, 'The mails can be sent again.')
  const { title, report } = await untilEnded(stage, asked)
  narrator.message(report)
  const now = standingNow()
  const commits = happened.calls()
  const effects = happened.effects()
  const lines = narrator.render(report)

  const checks = [
    says('Alice was offered a cluster of either kind', offered.join(', '), ['ckafka-demo0001', KAFKA]),
    readAtOnce(
      'the time was looked up for all partitions in one call',
      partitionsAsked(looked, BigInt(atMs)),
      before.size,
    ),
    readAtOnce(
      'the start of every log was read in one call',
      partitionsAsked(looked, LOG_START),
      before.size,
    ),
    standsAt(
      'what Bob saw is the first message at that time, on every partition',
      plannedIn(reviewed),
      expected,
    ),
    says(`the card says that counts of ${COMPACTED}, a compacted log, are at most`, reviewed.join('\n'), [
      `Message counts of ${COMPACTED} are upper limits`,
      'replays at most',
    ]),
    calledTimes('Kafka got no commit before the approval', commitsBefore, 0),
    calledTimes('Kafka got one commit, for all topics', commits, 1),
    wroteOnce('each partition was written once, and no other', effects, before),
    standsAt('the group stands where the plan says, to the digit', now, expected),
    tableProves('planned, said and read back agree', lines, now, { planned: 'known', outcome: 'succeeded' }),
    says('the thread says what Kafka said', lines.join('\n'), ['Kafka said']),
    says('the card ended as done', title, ['done']),
    calledTimes('nothing was written on CKafka', world.ckafka.cluster.effects().length - onCkafka, 0),
  ]
  // What did not come about cannot be undone.
  if (checks.some(({ holds }) => !holds)) return { checks }
  return { checks: [...checks, ...(await putBack(stage, asked, { before, standingNow, happened }))] }
}

async function putBack(
  stage: Stage,
  done: SlackMessage,
  { before, standingNow, happened }: { before: Places; standingNow(): Places; happened: Happened },
): Promise<Check[]> {
  const { narrator, alice } = stage
  const id = idOf(done)
  const commitsBefore = happened.calls()
  const effectsBefore = happened.effects().length

  narrator.step(`Alice presses ${UNDO} on ${id}, and sends it`)
  await alice.press(cardNow(stage, done), UNDO)
  await alice.waitForView(view => shows(view, id), narrator.patienceMs)
  await alice.fill('Why undo?', 'The mails have been sent by hand.')
  const cardsBefore = cards(stage).length
  narrator.outcome(alice, await alice.submit(), 'closed')
  const asked = await plannedCard(stage, cardsBefore)

  narrator.step('Bob approves it, and the group stands where it stood before')
  await reviewAndApprove(stage, asked, stage.bob, 'Back to where it was.')
  const { title, report } = await untilEnded(stage, asked)
  narrator.message(report)
  const now = standingNow()
  return [
    says('the undo says what it undoes', narrator.render(asked).join('\n'), [`Undo of ${id}`]),
    calledTimes('Kafka got one commit for the undo', happened.calls() - commitsBefore, 1),
    wroteOnce(
      'the undo wrote each partition once, and no other',
      happened.effects().slice(effectsBefore),
      before,
    ),
    standsAt(`the group stands where it stood before ${id}, to the digit`, now, before),
    says('the card of the undo ended as done', title, ['done']),
  ]
}

/** Of each call that asked for this time (-2: where the log starts), how many partitions it named. */
function partitionsAsked(calls: readonly KafkaCall[], time: bigint): number[] {
  return calls
    .map(({ request }) =>
      (request as RequestOf<'ListOffsets'>).Topics.flatMap(({ Partitions }) =>
        Partitions.filter(({ Timestamp }) => Timestamp === time),
      ),
    )
    .filter(asked => asked.length > 0)
    .map(asked => asked.length)
}
