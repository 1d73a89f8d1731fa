// One request from the slash command to the report, as the people of the workspace live it, and then the proof:
// what was said is compared with what the cluster holds. It must never look inside the bot.

import { setTimeout as delay } from 'node:timers/promises'
import type { Position } from './ckafka/model.ts'
import type { ApiCall, LocalSlack, Person, SlackMessage, SlackView, SubmitOutcome } from './slack/face.ts'
import { textOf } from './slack/fields.ts'
import { renderMessage, renderView } from './slack/render.ts'
import { CHANNELS, USERS, type World } from './world.ts'

const INSTANCE = 'ckafka-demo0001'
const GROUP = 'orders-billing'
const TOPICS = ['orders', 'payments']
const MISSING_TOPIC = 'orders-archive'
const UNTOUCHED_TOPIC = 'shipments'
const REASON = 'Billing skipped orders since the deploy of 08:00'

/** What to type for the first reset. `orders-archive` does not exist, so a part of it fails. */
export const FIRST_RESET = resetOf(GROUP)
const MISTYPED_GROUP = 'orders-biling'

function resetOf(group: string): string {
  const topics = [...TOPICS, MISSING_TOPIC].map(topic => `--topic ${topic}`)
  return ['/reset-offsets', `--instance ${INSTANCE} --group ${group}`, ...topics, '--to-earliest'].join(' ')
}

/** The calls that move offsets: one in each API. */
const RESET_ACTIONS = ['SetGroupOffsets', 'ModifyGroupOffsets']

const PATIENCE_MS = 15_000
const ENDED = /(done|failed|unclear)/

export interface Verdict {
  ok: boolean
  failures: string[]
}

/** Never rejects: a step that cannot be taken ends the walk, and is a failure like any other. */
export async function walkthrough(world: World, print: (line: string) => void): Promise<Verdict> {
  const failures: string[] = []
  let checks: Check[]
  try {
    checks = await walk(world, print)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    print(`✗ ${why}`)
    return { ok: false, failures: [why] }
  }
  print('')
  print('What holds now')
  for (const { holds, claim, instead } of checks) {
    print(`${holds ? '✓' : '✗'} ${claim}`)
    if (holds) continue
    print(`    ${instead}`)
    failures.push(`${claim}: ${instead}`)
  }
  return { ok: failures.length === 0, failures }
}

interface Check {
  claim: string
  holds: boolean
  /** What was found, for when it does not hold. */
  instead: string
}

async function walk(world: World, print: (line: string) => void): Promise<Check[]> {
  const { slack, ckafka } = world
  const { kafkaOps } = CHANNELS
  const alice = slack.person(USERS.alice)
  const bob = slack.person(USERS.bob)
  const dave = slack.person(USERS.dave)
  const narrator = createNarrator(world, print)
  const before = positionsIn(world)
  const callsBefore = ckafka.calls().length

  narrator.step('Alice types the command, mistypes the group, and forgets to say why')
  narrator.say(`#kafka-ops  alice: ${resetOf(MISTYPED_GROUP)}`)
  const answer = await alice.command(kafkaOps, resetOf(MISTYPED_GROUP))
  if (!answer.ok) throw new Error(`Alice was told: ${answer.message}`)
  await alice.waitForView()
  narrator.view(alice)

  narrator.step('She sends it without a reason')
  narrator.outcome(alice, await alice.submit(), 'errors')

  narrator.step('She gives the reason, and is told that there is no such group')
  await alice.fill('Reason', REASON)
  narrator.outcome(alice, await alice.submit(), 'errors')

  narrator.step('She picks the right one, and sees how it stands')
  narrator.say(`alice types “bill”: ${(await alice.suggestions('Consumer group', 'bill')).join(', ')}`)
  await alice.fill('Consumer group', GROUP)
  await alice.waitForView(view => shows(view, 'can be reset'), PATIENCE_MS)
  narrator.view(alice)

  narrator.step('She sends it; the card appears in #kafka-ops')
  narrator.outcome(alice, await alice.submit(), 'closed')
  const card = await narrator.until('the card', () =>
    alice.sees(kafkaOps).findLast(message => titleOf(message) !== ''),
  )
  narrator.message(card)

  narrator.step('Dave, who is no approver, presses Review')
  const daveWasTold = await narrator.toldAfter(dave, card)
  narrator.message(daveWasTold)

  narrator.step('Alice presses Review on her own request')
  const aliceWasTold = await narrator.toldAfter(alice, card)
  narrator.message(aliceWasTold)
  const callsBeforeApproval = resetsIn(world, callsBefore)

  narrator.step('Bob, an approver, presses Review')
  await bob.press(card, 'Review')
  await bob.waitForView(view => shows(view, 'can be reset'), PATIENCE_MS)
  narrator.view(bob)

  narrator.step('He tries to reject it without a note')
  await bob.fill('Decision', 'Reject')
  narrator.outcome(bob, await bob.submit(), 'errors')

  narrator.step('He approves it')
  await bob.fill('Decision', 'Approve')
  await bob.fill('Note', 'Billing is stopped, go ahead.')
  narrator.outcome(bob, await bob.submit(), 'closed')

  narrator.step('The reset runs, and the card says how it ended')
  const cardNow = () => alice.sees(kafkaOps).find(message => message.ts === card.ts) ?? card
  await narrator.until('the end of the request on the card', () =>
    ENDED.test(titleOf(cardNow())) ? true : undefined,
  )
  narrator.message(cardNow())

  narrator.step('The thread says what happened, partition by partition')
  const repliesNow = () => alice.seesInThread(kafkaOps, card.ts)
  const report = await narrator.until('the report in the thread', () =>
    repliesNow().find(reply => reply.user === slack.botUserId && ENDED.test(reply.text.split('.')[0] ?? '')),
  )
  for (const reply of repliesNow()) narrator.message(reply)

  const after = positionsIn(world)
  const resets = resetsIn(world, callsBefore)
  const refusals = (await finishedCalls(slack)).filter(call => !call.ok)
  const reset = after.filter(({ topic }) => TOPICS.includes(topic))
  const reportLines = narrator.render(report)
  const reported = reportLines.join('\n')
  return [
    ...TOPICS.map(topic => movedToStart(topic, after)),
    unchanged(before, after),
    {
      claim: 'CKafka was asked to set offsets exactly once, and only after the approval',
      holds: resets === 1 && callsBeforeApproval === 0,
      instead: `${resets} calls, ${callsBeforeApproval} of them before`,
    },
    says('Dave was told that only approvers decide', daveWasTold.text, ['Only approvers']),
    says('Alice was told that somebody else has to decide', aliceWasTold.text, [
      'somebody else has to decide',
    ]),
    says('the thread says how many partitions succeeded', reported, [
      `${reset.length} partitions succeeded`,
      '1 topic failed',
    ]),
    says('the thread names the failed topic, its code and a hint', reported, [
      `${MISSING_TOPIC} failed: 3 UNKNOWN_TOPIC_OR_PARTITION`,
      'Check the spelling',
    ]),
    {
      claim: 'the table in the thread shows the offsets that the cluster holds',
      ...missingRows(reset, reportLines),
    },
    says('the card ended as partly done', titleOf(cardNow()), ['partly done']),
    {
      claim: 'Slack granted every call: the scopes in the manifest are enough',
      holds: refusals.length === 0,
      instead: refusals.map(call => `${call.method}: ${call.error}`).join(', '),
    },
  ]
}

function createNarrator(world: World, print: (line: string) => void) {
  const { slack } = world
  const lookup = { userName: nameOf }
  let steps = 0

  function nameOf(id: string): string {
    if (id === slack.botUserId) return 'Rewind'
    try {
      return slack.person(id).user.name
    } catch {
      return id
    }
  }

  const show = (lines: string[]) => {
    for (const line of lines) print(`  ${line}`.trimEnd())
  }
  const view = (person: Person) => show(renderView(openView(person), lookup))

  /** Resolves with the first thing found, now or after a change that a person could see. */
  function until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        unsubscribe()
      }
      const look = () => {
        const found = find()
        if (found === undefined) return
        end()
        resolve(found)
      }
      const timer = setTimeout(() => {
        end()
        reject(new Error(`Nobody saw ${what} within ${PATIENCE_MS / 1000} seconds.`))
      }, PATIENCE_MS)
      const unsubscribe = slack.onChange(look)
      look()
    })
  }

  return {
    until,
    view,
    say: (line: string) => show([line]),
    message: (message: SlackMessage) => show(renderMessage(message, lookup)),
    render: (message: SlackMessage) => renderMessage(message, lookup),
    step(title: string) {
      steps += 1
      print('')
      print(`${steps}. ${title}`)
    },
    /** What a person sees after sending a dialog. Throws when Slack shows something else than was expected. */
    outcome(person: Person, outcome: SubmitOutcome, expected: SubmitOutcome['kind']) {
      if (outcome.kind === 'errors') show(renderView(onlyWrongFields(openView(person)), lookup))
      else show([outcome.kind === 'closed' ? '(the dialog closes)' : `(the dialog: ${outcome.kind})`])
      if (outcome.kind === expected) return
      const found = outcome.kind === 'trouble' ? outcome.message : JSON.stringify(outcome)
      throw new Error(`${person.user.name} sent the dialog and expected ${expected}, not: ${found}`)
    },
    /** Presses Review and waits for the answer that only this person sees. */
    async toldAfter(person: Person, card: SlackMessage): Promise<SlackMessage> {
      const seen = person.ephemerals().length
      await person.press(card, 'Review')
      return until(`the answer to ${person.user.name}`, () => person.ephemerals()[seen])
    },
  }
}

function openView(person: Person): SlackView {
  const view = person.view()
  if (view === undefined) throw new Error(`${person.user.name} has no dialog open.`)
  return view
}

function onlyWrongFields(view: SlackView): SlackView {
  return { ...view, blocks: view.blocks.filter(block => view.errors?.[block.block_id ?? ''] !== undefined) }
}

/** The header of a card; empty for any other message. */
function titleOf(message: SlackMessage): string {
  return textOf(message.blocks?.find(block => block.type === 'header')?.text)
}

/** A message is on the screen a moment before the app has its answer. */
async function finishedCalls(slack: LocalSlack): Promise<ApiCall[]> {
  for (let tries = 0; tries < 100; tries++) {
    if (slack.calls().every(call => call.error !== 'unfinished')) break
    await delay(10)
  }
  return slack.calls()
}

function resetsIn(world: World, since: number): number {
  return world.ckafka
    .calls()
    .slice(since)
    .filter(call => RESET_ACTIONS.includes(call.action)).length
}

function shows(view: SlackView, words: string): boolean {
  return JSON.stringify(view.blocks).includes(words)
}

function positionsIn(world: World): Position[] {
  return world.ckafka.cluster.positions(INSTANCE, GROUP)
}

function movedToStart(topic: string, after: Position[]): Check {
  const off = after.filter(each => each.topic === topic && each.committed !== each.logStart)
  return {
    claim: `${topic}: the group stands at the start of every partition's log`,
    holds: off.length === 0,
    instead: off
      .map(each => `partition ${each.partition} at ${each.committed}, not ${each.logStart}`)
      .join('; '),
  }
}

function unchanged(before: Position[], after: Position[]): Check {
  const committedIn = (positions: Position[]) =>
    positions
      .filter(({ topic }) => topic === UNTOUCHED_TOPIC)
      .map(({ committed }) => String(committed))
      .join(' ')
  return {
    claim: `${UNTOUCHED_TOPIC}, which nobody asked for, stands where it stood`,
    holds: committedIn(before) === committedIn(after),
    instead: `${committedIn(before)} became ${committedIn(after)}`,
  }
}

function says(claim: string, text: string, parts: string[]): Check {
  const missing = parts.filter(part => !text.includes(part))
  return { claim, holds: missing.length === 0, instead: `no “${missing.join('”, no “')}” in: ${text}` }
}

function missingRows(positions: Position[], lines: string[]): Pick<Check, 'holds' | 'instead'> {
  const missing = positions.filter(
    ({ topic, partition, committed }) =>
      !lines.some(line => new RegExp(`\\b${topic}\\s+${partition}\\s+${committed}\\s+succeeded`).test(line)),
  )
  return {
    holds: positions.length > 0 && missing.length === 0,
    instead: `no row for ${missing.map(each => `${each.topic} ${each.partition} at ${each.committed}`).join(', ')}`,
  }
}
