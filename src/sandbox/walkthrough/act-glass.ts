// Act 7: what cannot wait for two teams is carried out by who is on call, in front of everybody, and reviewed afterwards.

import { CHANNELS } from '../world.ts'
import { type Check, calledTimes, moved, says, standing, standsAt, wroteOnce } from './checks.ts'
import {
  AUDIT,
  askFor,
  cardNow,
  idOf,
  positionsOf,
  type Stage,
  since,
  untilCardSays,
  untilEnded,
  untilTold,
} from './stage.ts'
import { auditedAs } from './trail.ts'

const TOPIC = 'orders'
const REPLAYED = 50
const REASON = 'The auditors are on the phone'
const MISTYPED_GROUP = 'orders-adit'

export async function breakGlass(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator, world, alice, bob, carol, dave } = stage
  const standingNow = () => standing(positionsOf(stage, AUDIT), [TOPIC])
  const before = standingNow()
  const happened = since(stage)

  narrator.step(
    `Alice asks to replay ${REPLAYED} more messages of ${AUDIT}, and nobody of either team is there`,
  )
  const asked = await askFor(
    stage,
    AUDIT,
    `--topic ${TOPIC} --shift-by -${REPLAYED} --reason "The audit missed another batch"`,
  )
  const id = idOf(asked)

  narrator.step('She presses Break Glass, which the policy lets only those on call do')
  const aliceWasTold = await narrator.toldAfter(alice, asked, 'Break Glass')
  narrator.message(aliceWasTold)
  const callsBefore = happened.calls()

  narrator.step('Dave, who is on call, presses it, says why it cannot wait, and mistypes the group')
  await dave.press(cardNow(stage, asked), 'Break Glass')
  await dave.waitForView(undefined, narrator.patienceMs)
  await dave.fill('Why it cannot wait', REASON)
  await dave.fill('typed_group', MISTYPED_GROUP)
  narrator.view(dave)
  narrator.outcome(dave, await dave.submit(), 'errors')

  narrator.step('He types it as it stands there, and it runs, as the group is empty')
  await dave.fill('typed_group', AUDIT)
  narrator.outcome(dave, await dave.submit(), 'closed')
  const { card, title } = await untilEnded(stage, asked)

  narrator.step('Those who would have decided are told in the thread')
  const told = await untilTold(stage, asked, /runs R-\d+ without approval/)
  narrator.message(told)

  narrator.step('It stays open: Bob asks what waits for somebody')
  const heard = bob.ephemerals().length
  const line = '/offset-requests'
  narrator.say(`#kafka-ops  bob: ${line}`)
  await bob.command(CHANNELS.kafkaOps, line)
  const listed = await narrator.until('the list of open requests', () => bob.ephemerals()[heard])
  narrator.message(listed)

  narrator.step('Dave would review it himself')
  const daveWasTold = await narrator.toldAfter(dave, cardNow(stage, asked), 'Review Afterwards')
  narrator.message(daveWasTold)

  narrator.step('Carol does, and that closes it')
  await carol.press(cardNow(stage, asked), 'Review Afterwards')
  await carol.waitForView(undefined, narrator.patienceMs)
  await carol.fill('Your assessment', 'Right call, it could not wait.')
  narrator.outcome(carol, await carol.submit(), 'closed')
  const reviewed = await untilCardSays(stage, asked, 'Reviewed by @carol')
  narrator.message(reviewed)

  narrator.step('The audit trail says who, why, and by which rule of which policy')
  const trail = await auditedAs(world, id, 'breakGlass')
  for (const event of trail) narrator.say(event)

  const checks = [
    says('Alice was told that the policy does not let her', aliceWasTold.text, [
      'The policy does not let you run',
    ]),
    calledTimes('CKafka was not asked before the glass was broken', callsBefore, 0),
    calledTimes('CKafka was asked once', happened.calls(), 1),
    wroteOnce('each partition was written once, and no other', happened.effects(), before),
    standsAt(
      `every partition went back by ${REPLAYED}, to the digit`,
      standingNow(),
      moved(before, BigInt(-REPLAYED)),
    ),
    says('the card ended as done, without approval', title, ['done', 'without approval']),
    says('the card asked for a review afterwards', narrator.render(card).join('\n'), [
      'Waiting for a review by @audit or @platform, other than @alice and @dave.',
    ]),
    says('the thread says who, why, and tells both teams', narrator.render(told).join('\n'), [
      `@dave runs ${id} without approval:\n  > ${REASON}`,
      '@audit @platform: one of you has to review it afterwards.',
    ]),
    says('it was still listed as open, for a review', narrator.render(listed).join('\n'), [
      `${id} · done, waiting for a review afterwards`,
    ]),
    says('Dave was told that somebody else has to review it', daveWasTold.text, ['another approver has to']),
    says('the card says who reviewed it, and what they think', narrator.render(reviewed).join('\n'), [
      'Reviewed by @carol:\n  > Right call',
    ]),
    says('the audit trail holds the reason, the rule and the version of the policy', trail.join('\n'), [
      `"by":"${dave.user.id}"`,
      REASON,
      '"verdict":"allow"',
      '"rule":"audit (',
    ]),
  ]
  return { checks }
}
