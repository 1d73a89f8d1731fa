// Act 4: what is called a success was read back; and an API that says success and moves nothing is found out.

import { RESET_ACTIONS } from '../reset-actions.ts'
import type { SlackMessage } from '../slack/face.ts'
import { SHIFTED_TOPIC } from './act-drift.ts'
import { type Check, calledTimes, says, standsAt, tableProves, wroteOnce } from './checks.ts'
import { approve, ask, review, type Stage, since, standingOn, untilEnded } from './stage.ts'

const TOPIC = 'payments'
const SKIPPED = 50

export async function prove(stage: Stage, proved: SlackMessage): Promise<{ checks: Check[] }> {
  const { narrator, world } = stage
  const { ckafka } = world

  narrator.step('The result of the last reset: what was planned is what was read back')
  narrator.message(proved)
  const provedNow = standingOn(stage, SHIFTED_TOPIC)

  narrator.step('Now CKafka is made to lie: the next reset is answered with success, and nothing is done')
  const before = standingOn(stage, TOPIC)
  const happened = since(stage)
  for (const action of RESET_ACTIONS) ckafka.inject(action, { kind: 'lie' })

  narrator.step(`Alice asks to skip ${SKIPPED} messages on every partition of ${TOPIC}`)
  const asked = await ask(
    stage,
    `--topic ${TOPIC} --shift-by ${SKIPPED} --reason "A batch of test payments at the start"`,
  )

  narrator.step('Bob reviews and approves it')
  await review(stage, asked, 'can be reset')
  await approve(stage, 'Go ahead.')

  narrator.step('It ends as failed, whatever CKafka said')
  const { title, report } = await untilEnded(stage, asked)
  narrator.message(report)
  ckafka.clearFaults()

  const lines = narrator.render(report)
  const now = standingOn(stage, TOPIC)
  const checks = [
    tableProves(
      'planned, said and read back agree for every partition that succeeded',
      narrator.render(proved),
      provedNow,
      { planned: 'known', outcome: 'succeeded' },
    ),
    calledTimes('CKafka was asked once, and not again', happened.calls(), 1),
    wroteOnce('nothing was written', happened.effects(), new Map()),
    standsAt(`${TOPIC} stands where it stood`, now, before),
    says('the card ended as failed', title, ['failed']),
    says('the thread says that CKafka said success and moved nothing', report.text, [
      'CKafka said it succeeded, but the offset did not move',
    ]),
    tableProves('the table shows what was planned beside where the group still stands', lines, now, {
      planned: 'known',
      outcome: 'failed',
    }),
  ]
  return { checks }
}
