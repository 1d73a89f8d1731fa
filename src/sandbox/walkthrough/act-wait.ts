// Act 3: the new plan is approved while a consumer is connected. It waits, says for whom, and runs by itself afterwards.

import type { SlackMessage } from '../slack/face.ts'
import { EMPTY_HOLD_MS } from '../world.ts'
import { REPLAYED, SHIFTED_TOPIC } from './act-drift.ts'
import {
  type Check,
  calledTimes,
  lastedAtLeast,
  moved,
  type Places,
  plannedIn,
  says,
  standsAt,
  wroteOnce,
} from './checks.ts'
import {
  approve,
  cardNow,
  GROUP,
  review,
  type Stage,
  since,
  standingOn,
  titleOf,
  untilEnded,
  untilTold,
} from './stage.ts'

const CONSUMER = { clientId: 'billing-1', host: '/10.0.4.11' }

export interface Waited {
  checks: Check[]
  card: SlackMessage
  report: SlackMessage
  /** Where the group stood before, which the undo is to restore. */
  before: Places
}

export async function waitForEmpty(stage: Stage, asked: SlackMessage): Promise<Waited> {
  const { narrator, world } = stage
  const { cluster } = world.ckafka
  const before = standingOn(stage, SHIFTED_TOPIC)
  const happened = since(stage)

  narrator.step(`A consumer of ${GROUP} connects, and commits nothing`)
  const partitions = [...before.keys()].map(place => Number(place.split(' ')[1]))
  cluster.join(GROUP, {
    ...CONSUMER,
    assignment: { [SHIFTED_TOPIC]: partitions },
  })
  narrator.say(`${CONSUMER.clientId} (10.0.4.11) is a member of ${GROUP}`)

  narrator.step('Bob presses Review: the plan holds, and the group is in use')
  const reviewed = await review(stage, asked, CONSUMER.clientId)

  narrator.step('He approves it all the same')
  await approve(stage, 'As soon as billing-1 is down.')

  narrator.step('It waits, and says for whom and until when')
  const told = await untilTold(stage, asked, /waits for its group to be empty/)
  narrator.message(told)
  const waiting = await narrator.until('the wait on the card', () => {
    const card = cardNow(stage, asked)
    return titleOf(card).includes('waiting for the group to be empty') ? card : undefined
  })
  narrator.message(waiting)
  const callsWhileInUse = happened.calls()

  narrator.step(`The consumer stops; the group has to stay empty for ${EMPTY_HOLD_MS / 1000} seconds`)
  cluster.leave(GROUP, CONSUMER.clientId)
  const leftAtMs = Date.now()

  narrator.step('Then it runs')
  const { card, title, report } = await untilEnded(stage, asked)

  const now = standingOn(stage, SHIFTED_TOPIC)
  const effects = happened.effects()
  const ranAtMs = effects[0]?.atMs
  const checks = [
    says('the thread named the consumer', told.text, [`${CONSUMER.clientId} (10.0.4.11)`]),
    says('the thread said when it would give up', narrator.render(told).join('\n'), ['gives up 2', 'UTC']),
    calledTimes('CKafka was not asked while a consumer was connected', callsWhileInUse, 0),
    lastedAtLeast(
      'it ran only after the group had stayed empty',
      ranAtMs === undefined ? undefined : ranAtMs - leftAtMs,
      EMPTY_HOLD_MS,
    ),
    calledTimes('CKafka was asked once', happened.calls(), 1),
    wroteOnce('each partition was written once, and no other', effects, before),
    standsAt(`every partition went back by ${REPLAYED}, to the digit`, now, moved(before, BigInt(-REPLAYED))),
    standsAt('what Bob saw in the plan is where the group stands', now, plannedIn(reviewed)),
    says('the card ended as done', title, ['done']),
  ]
  return { checks, card, report, before }
}
