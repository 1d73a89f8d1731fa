// Act 1: an exact plan, approved by somebody else, and a result that is proved partition by partition.

import type { SlackMessage } from '../slack/face.ts'
import { CHANNELS } from '../world.ts'
import {
  type Check,
  calledTimes,
  digestIn,
  isSame,
  says,
  standsAt,
  tableProves,
  wroteOnce,
} from './checks.ts'
import {
  approve,
  decide,
  GROUP,
  plannedCard,
  positionsOf,
  replies,
  resetLine,
  review,
  type Stage,
  shows,
  since,
  standingOn,
  untilEnded,
} from './stage.ts'

const TOPICS = ['orders', 'payments']
const UNTOUCHED_TOPIC = 'shipments'
const REASON = 'Billing skipped orders since the deploy of 08:00'
const MISTYPED = { group: 'orders-biling', topic: 'ordrs' }
const flagsFor = (topics: readonly string[]) => [...topics.map(topic => `--topic ${topic}`), '--to-earliest']

/** What to type for the first reset. */
export const FIRST_RESET = resetLine(GROUP, ...flagsFor(TOPICS))

export async function planAndApprove(stage: Stage): Promise<{ checks: Check[]; card: SlackMessage }> {
  const { narrator, world, alice, bob, dave } = stage
  const untouched = standingOn(stage, UNTOUCHED_TOPIC)
  const happened = since(stage)

  narrator.step('Alice types the command, mistypes the group and a topic, and forgets to say why')
  const mistyped = resetLine(MISTYPED.group, ...flagsFor([MISTYPED.topic, 'payments']))
  narrator.say(`#kafka-ops  alice: ${mistyped}`)
  const answer = await alice.command(CHANNELS.kafkaOps, mistyped)
  if (!answer.ok) throw new Error(`Alice was told: ${answer.message}`)
  await alice.waitForView()
  narrator.view(alice)

  narrator.step('She sends it without a reason')
  narrator.outcome(alice, await alice.submit(), 'errors')

  narrator.step('She gives the reason, and is told that there is no such group and no such topic')
  await alice.fill('Reason', REASON)
  narrator.outcome(alice, await alice.submit(), 'errors')

  narrator.step('She picks the right ones, and sees where the group is')
  narrator.say(`alice types “bill”: ${(await alice.suggestions('Consumer group', 'bill')).join(', ')}`)
  await alice.fill('Consumer group', GROUP)
  await alice.fill('Topic names', TOPICS)
  await alice.waitForView(view => shows(view, 'can be reset'), narrator.patienceMs)
  narrator.view(alice)

  narrator.step('She sends it; the card appears in #kafka-ops, with the plan')
  narrator.outcome(alice, await alice.submit(), 'closed')
  const asked = await plannedCard(stage, 0)

  narrator.step('Dave, who is no approver, presses Review')
  const daveWasTold = await narrator.toldAfter(dave, asked, 'Review')
  narrator.message(daveWasTold)

  narrator.step('Alice presses Review on her own request')
  const aliceWasTold = await narrator.toldAfter(alice, asked, 'Review')
  narrator.message(aliceWasTold)

  narrator.step('Bob, an approver, presses Review, and sees the plan partition by partition')
  const reviewed = await review(stage, asked, 'can be reset')

  narrator.step('He tries to reject it without a note')
  await decide(narrator, bob, 'Reject')
  narrator.outcome(bob, await bob.submit(), 'errors')
  const callsBeforeApproval = happened.calls()

  narrator.step('He approves it')
  await approve(stage, 'Billing is stopped, go ahead.')

  narrator.step('The reset runs, and the card says how it ended')
  const { card, title, report } = await untilEnded(stage, asked)

  narrator.step('The thread says what happened: planned, said by the API, read back')
  for (const reply of replies(stage, card)) narrator.message(reply)

  const now = standingOn(stage, ...TOPICS)
  const starts = new Map(
    positionsOf(stage)
      .filter(({ topic }) => TOPICS.includes(topic))
      .map(({ topic, partition, logStart }) => [`${topic} ${partition}`, logStart]),
  )
  const lines = narrator.render(report)
  const reported = lines.join('\n')
  const checks = [
    standsAt('the group stands at the start of every log of orders and payments', now, starts),
    standsAt(
      `${UNTOUCHED_TOPIC}, which nobody asked for, stands where it stood`,
      standingOn(stage, UNTOUCHED_TOPIC),
      untouched,
    ),
    calledTimes('CKafka was not asked to set an offset before the approval', callsBeforeApproval, 0),
    // API 2.0 takes all topics in one call; 3.0 takes the offsets of one topic in each.
    calledTimes(
      'CKafka was asked once for each topic, or once for all',
      happened.calls(),
      world.api === 'v2' ? 1 : TOPICS.length,
    ),
    wroteOnce('each partition was written once, and no other', happened.effects(), starts),
    isSame(
      'the plan that Bob saw is the plan on the card',
      digestIn(reviewed),
      digestIn(narrator.render(asked)),
    ),
    says('Dave was told that only approvers decide', daveWasTold.text, ['Only approvers']),
    says('Alice was told that somebody else has to decide', aliceWasTold.text, [
      'somebody else has to decide',
    ]),
    says('the thread says how many partitions succeeded', reported, [`${now.size} partitions succeeded`]),
    // With API 2.0 the start of a log is known only when it has been reset there.
    tableProves('the three columns of the result agree with each other and with the cluster', lines, now, {
      planned: world.api === 'v2' ? 'open' : 'known',
      outcome: 'succeeded',
    }),
    says('the card ended as done', title, ['done']),
  ]
  return { checks, card }
}
