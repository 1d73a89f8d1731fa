// Act 5: what was done is put back, by a request of its own; and where an API cannot put back exactly, it is said why.

import type { SlackMessage } from '../slack/face.ts'
import { SHIFTED_TOPIC } from './act-drift.ts'
import {
  type Check,
  calledTimes,
  type Places,
  plannedIn,
  says,
  standsAt,
  tableProves,
  wroteOnce,
} from './checks.ts'
import {
  approve,
  cardNow,
  cards,
  decide,
  GROUP,
  idOf,
  plannedCard,
  review,
  type Stage,
  shows,
  since,
  standingOn,
  untilEnded,
} from './stage.ts'

const UNDO = 'Prepare Undo'

export async function undo(
  stage: Stage,
  { first, shifted, before }: { first: SlackMessage; shifted: SlackMessage; before: Places },
): Promise<{ checks: Check[] }> {
  const { narrator, alice, bob } = stage
  const happened = since(stage)
  const id = idOf(shifted)

  narrator.step(`Alice presses ${UNDO} on ${id}`)
  await alice.press(cardNow(stage, shifted), UNDO)
  await alice.waitForView(view => shows(view, id), narrator.patienceMs)
  narrator.view(alice)

  narrator.step('She says why, and sends it; it gets its own plan and its own approval')
  await alice.fill('Why undo?', 'It was the wrong topic.')
  const cardsBefore = cards(stage).length
  narrator.outcome(alice, await alice.submit(), 'closed')
  const asked = await plannedCard(stage, cardsBefore)

  narrator.step('Bob presses Review. It skips what was replayed, so the group’s name has to be typed')
  const reviewed = await review(stage, asked, 'can be reset')
  await decide(narrator, bob, 'Approve')
  const withoutName = await bob.submit()
  narrator.outcome(bob, withoutName, 'errors')
  const callsBeforeApproval = happened.calls()

  narrator.step('He types it, and approves')
  await bob.fill('typed_group', GROUP)
  await approve(stage, 'Back to where it was.')

  narrator.step('The group stands where it stood before')
  const { title, report } = await untilEnded(stage, asked)
  narrator.message(report)
  const now = standingOn(stage, SHIFTED_TOPIC)
  const calls = happened.calls()
  const askedLines = narrator.render(asked).join('\n')

  const ofFirst = await undoFirst(stage, first)
  const checks = [
    says('the request says what it undoes', askedLines, [
      `Undo of ${id}`,
      `When planned, every partition was still where ${id} left it`,
    ]),
    says('without the group’s name it was not approved', JSON.stringify(withoutName), [
      'Please complete this required field',
    ]),
    calledTimes('CKafka was not asked before the approval', callsBeforeApproval, 0),
    calledTimes('CKafka was asked once', calls, 1),
    wroteOnce('each partition was written once, and no other', happened.effects(), before),
    standsAt(`${SHIFTED_TOPIC} stands where it stood before ${id}, to the digit`, now, before),
    standsAt('what Bob saw in the plan is where the group stands', now, plannedIn(reviewed)),
    tableProves('planned, said and read back agree', narrator.render(report), now, {
      planned: 'known',
      outcome: 'succeeded',
    }),
    says('the card ended as done', title, ['done']),
    ...ofFirst,
  ]
  return { checks }
}

/** API 3.0 can put every partition back to an offset of its own; 2.0 cannot, and says so. */
async function undoFirst(stage: Stage, first: SlackMessage): Promise<Check[]> {
  const { narrator, world, alice } = stage
  const id = idOf(first)
  const before = cards(stage).length
  const notAsked = (): Check => ({
    claim: 'no request was made by looking',
    holds: cards(stage).length === before,
    instead: `${cards(stage).length - before} more cards`,
  })
  narrator.step(`Alice presses ${UNDO} on ${id}, whose partitions all had offsets of their own`)
  if (world.api === 'v2') {
    const told = await narrator.toldAfter(alice, cardNow(stage, first), UNDO)
    narrator.message(told)
    return [
      says(`Alice was told why API 2.0 cannot undo ${id} exactly`, told.text, [
        'cannot be undone exactly',
        'orders: its partitions had different offsets',
      ]),
      notAsked(),
    ]
  }
  await alice.press(cardNow(stage, first), UNDO)
  await alice.waitForView(view => shows(view, id), narrator.patienceMs)
  narrator.view(alice)
  const offered = narrator.renderView(alice).join('\n')
  narrator.step('She closes it again')
  await alice.closeView()
  return [says(`Alice was offered to undo ${id}`, offered, [`Puts back what ${id} moved`]), notAsked()]
}
