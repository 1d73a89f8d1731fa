// Act 2: the world moves between the plan and the decision, so that there is nothing to decide, and a new plan.

import type { SlackMessage } from '../slack/face.ts'
import { clusterCalled } from '../world.ts'
import { type Check, calledTimes, differs, digestIn, moved, says, standsAt, wroteOnce } from './checks.ts'
import {
  ask,
  cardNow,
  GROUP,
  INSTANCE,
  idOf,
  review,
  type Stage,
  since,
  standingOn,
  titleOf,
  untilTold,
} from './stage.ts'

export const SHIFTED_TOPIC = 'shipments'
export const REPLAYED = 500
/** More than is replayed, so that afterwards no partition is held back by the start of its log. */
const READ_ON = 600

export async function refuseDrift(stage: Stage): Promise<{ checks: Check[]; card: SlackMessage }> {
  const { narrator, world, bob } = stage
  const before = standingOn(stage, SHIFTED_TOPIC)
  const happened = since(stage)

  narrator.step(`Alice asks to replay ${REPLAYED} messages on every partition of ${SHIFTED_TOPIC}`)
  const asked = await ask(
    stage,
    `--topic ${SHIFTED_TOPIC} --shift-by -${REPLAYED} --reason "Labels of the last parcels were not printed"`,
  )
  const firstPlan = digestIn(narrator.render(asked))

  narrator.step(
    `Before anybody decides, a consumer of ${GROUP} comes, reads ${READ_ON} messages, commits, and goes`,
  )
  clusterCalled(world, INSTANCE).members.readOn(GROUP, READ_ON, [SHIFTED_TOPIC])
  const readOn = standingOn(stage, SHIFTED_TOPIC)
  for (const [place, at] of readOn) narrator.say(`${place}: committed ${before.get(place)} → ${at}`)

  narrator.step('Bob presses Review, and there is nothing to decide any more')
  const shown = await review(stage, asked, 'can no longer be approved')
  await bob.closeView()

  narrator.step('The thread says what has moved, and the card has a new plan')
  const told = await untilTold(stage, asked, /^Offsets or logs have changed/)
  narrator.message(told)
  const card = await narrator.until('a new plan on the card', () => {
    const now = cardNow(stage, asked)
    const digest = digestIn(narrator.render(now))
    const isPlanned = titleOf(now).includes('waiting for approval')
    return isPlanned && digest !== '' && digest !== firstPlan ? now : undefined
  })
  narrator.message(card)
  const lines = narrator.render(card)

  const whatMoved = 'The committed offset of shipments p0 moved from'
  const checks = [
    calledTimes('CKafka was not asked to set any offset', happened.calls(), 0),
    wroteOnce('nothing was written', happened.effects(), new Map()),
    standsAt(
      'the consumer’s commits stand',
      standingOn(stage, SHIFTED_TOPIC),
      moved(before, BigInt(READ_ON)),
    ),
    says('Bob was told that nothing was decided, and why', shown.join('\n').replace(/ *│\n│ */g, ' '), [
      'Nothing was decided',
      whatMoved,
    ]),
    says('the thread names what moved', told.text, [idOf(card), whatMoved, 'Nothing was reset']),
    says('the card shows what moved since the last plan', lines.join('\n'), [
      'Changed since the previous plan',
      whatMoved,
    ]),
    differs('the card has another plan now', digestIn(lines), firstPlan),
  ]
  return { checks, card }
}
