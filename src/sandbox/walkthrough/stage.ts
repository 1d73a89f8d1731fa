// Where the acts take place: the people, their group, and the steps that more than one act takes.
// People act by what Slack lets them do; only the cluster's own life (consumers, a lie) is moved from here.

import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Effect, Position } from '../cluster/model.ts'
import { RESET_ACTIONS } from '../reset-actions.ts'
import type { ApiCall, Person, SlackMessage, SlackView } from '../slack/face.ts'
import { CHANNELS, USERS, type World } from '../world.ts'
import { standing } from './checks.ts'
import { createNarrator, type Narrator } from './narrator.ts'

export const INSTANCE = 'ckafka-demo0001'
export const GROUP = 'orders-billing'
/** For which the policy asks for one of each of two teams, and lets who is on call break the glass. */
export const AUDIT = 'orders-audit'
const ENDED = /(done|failed|unclear)/

export interface Stage {
  world: World
  narrator: Narrator
  /** Asks for resets. */
  alice: Person
  /** Approves them. */
  bob: Person
  /** Approves them as well, in another zone; of the platform team. */
  carol: Person
  /** May do no more than look; but of the audit team, and on call. */
  dave: Person
}

export function setStage(world: World, print: (line: string) => void, patienceMs: number): Stage {
  const { slack } = world
  return {
    world,
    narrator: createNarrator(world, print, patienceMs),
    alice: slack.person(USERS.alice),
    bob: slack.person(USERS.bob),
    carol: slack.person(USERS.carol),
    dave: slack.person(USERS.dave),
  }
}

export function resetLine(group: string, ...flags: string[]): string {
  return ['/reset-offsets', `--instance ${INSTANCE} --group ${group}`, ...flags].join(' ')
}

/** Alice types the whole command, sends the form as it opens, and the card gets its plan. */
export function ask(stage: Stage, ...flags: string[]): Promise<SlackMessage> {
  return askFor(stage, GROUP, ...flags)
}

export async function askFor(stage: Stage, group: string, ...flags: string[]): Promise<SlackMessage> {
  const { narrator, alice } = stage
  const line = resetLine(group, ...flags)
  const before = cards(stage).length
  narrator.say(`#kafka-ops  alice: ${line}`)
  const answer = await alice.command(CHANNELS.kafkaOps, line)
  if (!answer.ok) throw new Error(`Alice was told: ${answer.message}`)
  await alice.waitForView(view => shows(view, 'can be reset'), narrator.patienceMs)
  narrator.outcome(alice, await alice.submit(), 'closed')
  return plannedCard(stage, before)
}

/** The card that comes next, once it has its plan. @param before how many cards there were */
export async function plannedCard(stage: Stage, before: number): Promise<SlackMessage> {
  const { narrator } = stage
  const card = await narrator.until('a card with a plan', () => {
    const found = cards(stage)[before]
    return found !== undefined && titleOf(found).includes('waiting for approval') ? found : undefined
  })
  narrator.message(card)
  return card
}

/** Bob, or another, presses Review, and sees what a look at the cluster finds just now. @returns what the dialog shows */
export async function review(
  stage: Stage,
  card: SlackMessage,
  sees: string,
  by: Person = stage.bob,
): Promise<string[]> {
  const { narrator } = stage
  await by.press(cardNow(stage, card), 'Review')
  await by.waitForView(view => shows(view, sees), narrator.patienceMs)
  narrator.view(by)
  return narrator.renderView(by)
}

/** Picks it, and waits for the submit button to say so. */
export async function decide(narrator: Narrator, by: Person, verdict: 'Approve' | 'Reject'): Promise<void> {
  await by.fill('Decision', verdict)
  await by.waitForView(view => view.submit?.text.startsWith(verdict) === true, narrator.patienceMs)
}

export async function approve({ narrator, bob }: Stage, note: string, by: Person = bob): Promise<void> {
  await decide(narrator, by, 'Approve')
  await by.fill('Note', note)
  narrator.outcome(by, await by.submit(), 'closed')
}

/** Without what the dialog shows, which the story has told before. */
export async function reviewAndApprove(
  stage: Stage,
  card: SlackMessage,
  by: Person,
  note: string,
): Promise<void> {
  await by.press(cardNow(stage, card), 'Review')
  await by.waitForView(view => shows(view, 'can be reset'), stage.narrator.patienceMs)
  await approve(stage, note, by)
}

/** The card as soon as a person reads these words on it. */
export function untilCardSays(stage: Stage, card: SlackMessage, words: string): Promise<SlackMessage> {
  const { narrator } = stage
  return narrator.until(`“${words}” on the card`, () => {
    const now = cardNow(stage, card)
    return narrator.render(now).join('\n').includes(words) ? now : undefined
  })
}

/** How the request ended: its card, and the report in its thread. */
export async function untilEnded(stage: Stage, card: SlackMessage) {
  const { narrator } = stage
  await narrator.until('the end of the request on the card', () =>
    ENDED.test(titleOf(cardNow(stage, card))) ? true : undefined,
  )
  const ended = cardNow(stage, card)
  narrator.message(ended)
  const report = await untilTold(stage, card, / (is done|is partly done|has failed|is unclear)/)
  return { card: ended, title: titleOf(ended), report }
}

/** The first reply of the bot that begins like this. */
export function untilTold(stage: Stage, card: SlackMessage, pattern: RegExp): Promise<SlackMessage> {
  const { narrator, world } = stage
  return narrator.until(`“${pattern.source}” in the thread`, () =>
    replies(stage, card).find(
      reply => reply.user === world.slack.botUserId && pattern.test(reply.text.split('.')[0] ?? ''),
    ),
  )
}

export function replies({ alice }: Stage, card: SlackMessage): SlackMessage[] {
  return alice.seesInThread(CHANNELS.kafkaOps, card.ts)
}

export function cards({ alice }: Stage): SlackMessage[] {
  return alice.sees(CHANNELS.kafkaOps).filter(message => titleOf(message) !== '')
}

export function cardNow(stage: Stage, card: SlackMessage): SlackMessage {
  return cards(stage).find(message => message.ts === card.ts) ?? card
}

/** The header of a card; empty for any other message. */
export function titleOf(message: SlackMessage): string {
  const isCard = message.blocks?.some(block => block.type === 'header') === true
  return isCard ? (message.text.split(': ')[0] ?? '') : ''
}

/** `R-12` */
export function idOf(card: SlackMessage): string {
  return titleOf(card).split(' ')[0] ?? ''
}

export function shows(view: SlackView, words: string): boolean {
  return JSON.stringify(view.blocks).includes(words)
}

/** The clocks of everybody but Redis. */
export async function putForward({ narrator, world }: Stage, ms: number): Promise<void> {
  await world.advance(ms)
  narrator.say(`It is ${new Date(world.now()).toISOString().slice(0, 16).replace('T', ' ')} UTC now.`)
}

export function positionsOf({ world }: Stage, group = GROUP): Position[] {
  return world.ckafka.cluster.positions(INSTANCE, group)
}

/** Where the group stands on these topics just now. */
export function standingOn(stage: Stage, ...topics: string[]): Map<string, bigint | null> {
  return standing(positionsOf(stage), topics)
}

export interface Happened {
  /** How many calls were to move offsets. */
  calls(): number
  effects(): Effect[]
}

/** Remembers how far CKafka's story has got, and tells what has happened since. */
export function since({ world: { ckafka } }: Stage): Happened {
  return sinceOn(
    ckafka.cluster,
    () => ckafka.calls().filter(call => RESET_ACTIONS.includes(call.action)).length,
  )
}

/** @param calls how many calls were to move offsets there, in all */
export function sinceOn(cluster: Cluster, calls: () => number): Happened {
  const callsBefore = calls()
  const effectsBefore = cluster.effects().length
  return {
    calls: () => calls() - callsBefore,
    effects: () => cluster.effects().slice(effectsBefore),
  }
}

/** A message is on the screen a moment before the app has its answer. */
export async function finishedCalls({ world }: Stage): Promise<ApiCall[]> {
  const { slack } = world
  for (let tries = 0; tries < 100; tries++) {
    if (slack.calls().every(call => call.error !== 'unfinished')) break
    await delay(10)
  }
  return slack.calls()
}
