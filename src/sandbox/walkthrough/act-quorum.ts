// Act 6: the policy asks for one of the team that owns the group and one of the platform team, and counts nobody twice.

import { clusterCalled } from '../world.ts'
import { type Check, calledTimes, moved, says, standing, standsAt, wroteOnce } from './checks.ts'
import {
  AUDIT,
  askFor,
  cardNow,
  INSTANCE,
  positionsOf,
  reviewAndApprove,
  type Stage,
  since,
  titleOf,
  untilCardSays,
  untilEnded,
  untilTold,
} from './stage.ts'

const TOPIC = 'orders'
const REPLAYED = 100

export async function gatherQuorum(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator, world, bob, carol, dave } = stage
  const standingNow = () => standing(positionsOf(stage, AUDIT), [TOPIC])
  const before = standingNow()
  const happened = since(stage)

  narrator.step(`The consumers of ${AUDIT} are stopped, and Alice asks to replay ${REPLAYED} messages`)
  clusterCalled(world, INSTANCE).members.stop(AUDIT)
  const asked = await askFor(
    stage,
    AUDIT,
    `--topic ${TOPIC} --shift-by -${REPLAYED} --reason "The audit missed a batch"`,
  )

  narrator.step('Bob, of the audit team, approves; the card says who is still needed')
  await reviewAndApprove(stage, asked, bob, 'Audit can take them again.')
  const half = await untilCardSays(stage, asked, 'audit: 1 of 1 approval')
  narrator.message(half)

  narrator.step('He presses Review once more: nobody counts twice')
  const bobWasTold = await narrator.toldAfter(bob, half, 'Review')
  narrator.message(bobWasTold)

  narrator.step('Dave, of the audit team as well, approves: two of one team are not enough')
  await reviewAndApprove(stage, asked, dave, 'Fine with me.')
  const crowded = await untilCardSays(stage, asked, 'Also approved by @dave')
  narrator.message(crowded)
  const callsBefore = happened.calls()

  narrator.step('Bob takes his approval back')
  await bob.press(cardNow(stage, asked), 'Withdraw My Approval')
  const withdrawn = await untilTold(stage, asked, /took their approval of R-\d+ back/)
  narrator.message(withdrawn)
  await untilCardSays(stage, asked, 'so far by @dave for audit.')

  narrator.step('Carol, of the platform team, approves, and it runs')
  await reviewAndApprove(stage, asked, carol, 'The cluster can take it.')
  const { card, title } = await untilEnded(stage, asked)

  const checks = [
    says('the card named both teams that it takes', narrator.render(asked).join('\n'), [
      'audit: 0 of 1 approval (from @audit',
      'platform: 0 of 1 approval (from @platform',
    ]),
    says('Bob was told that he has approved already', bobWasTold.text, ['You have approved']),
    says('with two of one team it still waited', titleOf(crowded), ['waiting for approval']),
    calledTimes('CKafka was not asked before each team had approved', callsBefore, 0),
    says('the thread says that Bob took his approval back', narrator.render(withdrawn).join('\n'), [
      '@bob took their approval',
      '1 of 2 approvals',
    ]),
    says('the card names those whose approvals counted', narrator.render(card).join('\n'), [
      'Approved by @dave and @carol',
    ]),
    calledTimes('CKafka was asked once', happened.calls(), 1),
    wroteOnce('each partition was written once, and no other', happened.effects(), before),
    standsAt(
      `every partition went back by ${REPLAYED}, to the digit`,
      standingNow(),
      moved(before, BigInt(-REPLAYED)),
    ),
    says('the card ended as done', title, ['done']),
  ]
  return { checks }
}
