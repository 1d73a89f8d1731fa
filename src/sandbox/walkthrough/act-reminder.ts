// Act 9: nobody decides. Approvers are reminded once and by day, then others are asked as well. The clock is put forward.

import type { Person, SlackMessage } from '../slack/face.ts'
import { type Check, calledTimes, moved, saidByDay, says, standsAt, wroteOnce } from './checks.ts'
import {
  ask,
  idOf,
  putForward,
  reviewAndApprove,
  type Stage,
  since,
  standingOn,
  untilEnded,
  untilTold,
} from './stage.ts'

const TOPIC = 'payments'
const SKIPPED = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Ten in the morning where Bob is, and before dawn where Carol is, all the year. */
const MORNING_UTC_MS = 2 * HOUR_MS

export async function remind(stage: Stage): Promise<{ checks: Check[] }> {
  const { narrator, world, bob, carol, dave } = stage
  const before = standingOn(stage, TOPIC)
  const happened = since(stage)
  const heardBy = newMessages(stage)

  narrator.step('The clock is put forward to ten in the morning in Shanghai, where Bob is')
  await putForward(stage, (MORNING_UTC_MS - (world.now() % DAY_MS) + DAY_MS) % DAY_MS)

  narrator.step(`Alice asks to skip ${SKIPPED} messages on every partition of ${TOPIC}`)
  const asked = await ask(
    stage,
    `--topic ${TOPIC} --shift-by ${SKIPPED} --reason "Test payments of last night"`,
  )
  const id = idOf(asked)

  narrator.step('Nobody decides for a quarter of an hour: Bob gets a message of his own')
  await putForward(stage, 15 * MINUTE_MS)
  const toBob = await narrator.until('a direct message to bob', () => heardBy(bob)[0])
  narrator.message(toBob)

  narrator.step('Dave, who is on call, is not asked yet')
  const daveWasTold = await narrator.toldAfter(dave, asked, 'Review')
  narrator.message(daveWasTold)
  const toCarolByNight = heardBy(carol).length
  narrator.say('In Stockholm it is night: Carol has no message.')

  narrator.step('Seven hours later it is day in Stockholm: Carol gets hers')
  await putForward(stage, 7 * HOUR_MS)
  const toCarol = await narrator.until('a direct message to carol', () => heardBy(carol)[0])
  narrator.message(toCarol)

  narrator.step('Twelve hours after it was asked, those on call are asked as well')
  await putForward(stage, 5 * HOUR_MS)
  const escalated = await untilTold(stage, asked, / is not decided yet/)
  narrator.message(escalated)
  const callsBefore = happened.calls()

  narrator.step('Dave reviews and approves it')
  await reviewAndApprove(stage, asked, dave, 'Nobody else is there, and it is right.')
  const { card, title } = await untilEnded(stage, asked)

  const checks = [
    says('Bob was told what waits for him', narrator.render(toBob).join('\n'), [
      `${id} waits for your decision`,
      '[ Review',
    ]),
    saidByDay('Bob was told by day', toBob.ts, zoneOf(bob)),
    calledTimes('Carol had no message while it was night where she is', toCarolByNight, 0),
    saidByDay('Carol was told by day', toCarol.ts, zoneOf(carol)),
    oneEach('each of them got one message, and no other', heardBy, [bob, carol]),
    says('before that, Dave was told that only approvers decide', daveWasTold.text, ['Only approvers']),
    says('the thread says that those on call are asked as well', narrator.render(escalated).join('\n'), [
      `${id} is not decided yet`,
      '@on-call',
    ]),
    calledTimes('CKafka was not asked before somebody decided', callsBefore, 0),
    calledTimes('CKafka was asked once', happened.calls(), 1),
    wroteOnce('each partition was written once, and no other', happened.effects(), before),
    standsAt(
      `every partition went on by ${SKIPPED}, to the digit`,
      standingOn(stage, TOPIC),
      moved(before, BigInt(SKIPPED)),
    ),
    says('the card says who approved it', narrator.render(card).join('\n'), ['Approved by @dave']),
    says('the card ended as done', title, ['done']),
  ]
  return { checks }
}

type HeardBy = (person: Person) => SlackMessage[]

/** What each person was told directly since the act began. */
function newMessages({ bob, carol }: Stage): HeardBy {
  const had = new Map([bob, carol].map(person => [person.user.id, person.directMessages().length]))
  return person => person.directMessages().slice(had.get(person.user.id) ?? 0)
}

function oneEach(claim: string, heardBy: HeardBy, people: Person[]): Check {
  const counts = people.map(person => `${person.user.name}: ${heardBy(person).length}`)
  return { claim, holds: people.every(person => heardBy(person).length === 1), instead: counts.join(', ') }
}

function zoneOf({ user }: Person): string {
  if (user.tz === undefined) throw new Error(`Nobody knows in which zone ${user.name} is.`)
  return user.tz
}
