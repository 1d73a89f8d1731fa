// The people of a storm: they ask, approve, reject, cancel, click twice and at the same instant, and note what they saw.
// They know nothing but what Slack shows them; only which requests are open they are told.

import { setTimeout as delay } from 'node:timers/promises'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import type { Person, SlackMessage, SubmitOutcome } from '../../src/sandbox/slack/face.ts'
import type { Disturbances } from './disturbances.ts'
import { APPROVERS, askLine, type Fleet, markOf, REQUESTERS } from './fleet.ts'
import { groupName } from './fleet-seed.ts'
import type { Random } from './random.ts'

export interface AskedFor {
  reason: string
  by: string
  group: string
  shiftBy: number
  atMs: number
  /** `closed`: the form closed, which says that it is saved. Anything else: the person was told that it may not be. */
  seen: 'closed' | 'told otherwise'
}

export interface Voted {
  id: RequestId
  by: string
  verdict: 'approve' | 'reject'
  atMs: number
}

/** A click or a command of which the person saw nothing: no window, no message, no change, no error. */
export interface Unanswered {
  deed: string
  by: string
  /** The process that had taken it. */
  process: number | undefined
  atMs: number
  id: RequestId | undefined
}

export interface Crowd {
  readonly asked: AskedFor[]
  /** Votes that Slack showed as taken. */
  readonly voted: Voted[]
  readonly unanswered: Unanswered[]
  /** Errors that Slack showed while nothing was done to the process that it had reached. */
  readonly late: Unanswered[]
  /**
   * How often a deed ended how. `answered`: a window, a message or a change. `error`: Slack showed one, because nobody
   * took it in time; `error for no reason`: nothing was done to the process that it reached. `excused`: taken and never
   * answered by a process that was killed, frozen or cut off from Slack meanwhile. `unanswered`: by one that was not.
   */
  readonly endings: Map<string, number>
  /** Why people gave up a deed half done: the screen had changed under their hands. */
  readonly troubles: Map<string, number>
  /** Resolves when nobody asks for anything any more; decisions go on. */
  stopAsking(): Promise<void>
  stop(): Promise<void>
}

export interface CrowdOptions {
  fleet: Fleet
  disturbances: Disturbances
  random: Random
  /** Each request gets one, and now and then the one before it. */
  groups: number
  channels: readonly string[]
  /** Between two requests of one person, on average. */
  pauseMs: number
}

/** Longer than anything that answers a person may take. */
const ANSWER_MS = 8_000
const LOOK_MS = 60
const REVIEW_MS = 4_000
const TRIES = 3
const ASK_WORDS = 'asks'

export function startCrowd(options: CrowdOptions): Crowd {
  const { fleet, disturbances, random, groups, channels, pauseMs } = options
  const { slack, store } = fleet
  const asked: AskedFor[] = []
  const voted: Voted[] = []
  const unanswered: Unanswered[] = []
  const late: Unanswered[] = []
  const endings = new Map<string, number>()
  const troubles = new Map<string, number>()
  const hands = new Map<string, Promise<unknown>>()
  let asking = true
  let working = true
  let lastGroup = 0

  const count = (ending: string) => endings.set(ending, (endings.get(ending) ?? 0) + 1)
  const processAt = (through: string | undefined) =>
    fleet.processes.find(
      ({ lines }) => lines.slack !== undefined && through === `127.0.0.1:${lines.slack.port}`,
    )?.index

  /** One thing at a time by each person. */
  async function alone<T>(who: readonly string[], act: () => Promise<T>): Promise<T> {
    const mine = (async () => {
      await Promise.allSettled(who.map(each => hands.get(each)))
      return act()
    })()
    const free = mine.catch(() => {})
    for (const each of who) hands.set(each, free)
    return mine
  }

  /** Does it, and waits for something to be seen of it. */
  async function watch(
    { person, channel, deed, id }: { person: Person; channel: string; deed: string; id?: RequestId },
    act: () => Promise<'acked' | 'error'>,
    isShown: () => boolean | Promise<boolean>,
  ): Promise<'answered' | 'error' | 'nothing'> {
    const atMs = Date.now()
    const whispers = () =>
      person.sees(channel).filter(({ ephemeralFor }) => ephemeralFor !== undefined).length
    const before = whispers()
    const how = await act()
    const through = () =>
      slack
        .sent(person.user.id)
        .filter(sent => sent.atMs >= atMs)
        .at(-1)?.through
    if (how === 'error') {
      noteError({ deed, by: person.user.id, process: processAt(through()), atMs, id })
      return 'error'
    }
    for (let looks = 1; Date.now() < atMs + ANSWER_MS; looks++) {
      if ((await isShown()) || (looks % 4 === 0 && whispers() > before)) {
        count('answered')
        return 'answered'
      }
      await delay(LOOK_MS)
    }
    const process = processAt(through())
    if (disturbances.muted(process, atMs, Date.now())) count('excused')
    else {
      count('unanswered')
      unanswered.push({ deed, by: person.user.id, process, atMs, id })
    }
    return 'nothing'
  }

  function noteError(one: Unanswered): void {
    const isExplained = disturbances.muted(one.process, one.atMs, Date.now())
    count(isExplained ? 'error' : 'error for no reason')
    if (!isExplained) late.push(one)
  }

  async function putDown(person: Person): Promise<void> {
    if (person.view() !== undefined) await person.closeView(true)
  }

  /** As people do: again when it did not work, and now and then twice in a row. */
  async function send(person: Person, deed: string): Promise<SubmitOutcome['kind']> {
    for (let tries = 1; ; tries++) {
      const atMs = Date.now()
      const sent = [person.submit()]
      if (random.chance(0.15)) sent.push(person.submit())
      const outcomes = await Promise.allSettled(sent)
      const kinds = outcomes.map(each => (each.status === 'fulfilled' ? each.value.kind : 'trouble'))
      const through = slack
        .sent(person.user.id)
        .filter(one => one.atMs >= atMs)
        .at(-1)?.through
      for (const kind of kinds) {
        if (kind !== 'trouble') count('answered')
        else noteError({ deed, by: person.user.id, process: processAt(through), atMs, id: undefined })
      }
      const best = kinds.find(kind => kind === 'closed') ?? kinds[0] ?? 'trouble'
      const again = best === 'trouble' || (best === 'errors' && deed === ASK_WORDS)
      if (!again || tries === TRIES || person.view() === undefined) return best
      await delay(300)
    }
  }

  async function ask(by: string): Promise<void> {
    const person = slack.person(by)
    const channel = channels[Math.floor(asked.length / 25) % channels.length] as string
    const again = lastGroup > 0 && random.chance(0.15)
    if (!again) lastGroup = (lastGroup % groups) + 1
    const number = asked.length + 1
    // Its own distance tells it from every other request for the group.
    const what = { group: groupName(lastGroup), shiftBy: -number, reason: `storm ${number}` }
    const mine: AskedFor = { ...what, by, atMs: Date.now(), seen: 'told otherwise' }
    asked.push(mine)
    await putDown(person)
    const opened = await watch(
      { person, channel, deed: `${ASK_WORDS} for ${what.reason}` },
      async () =>
        (await person.command(channel, askLine({ ...what, instance: fleet.instance }))).ok
          ? 'acked'
          : 'error',
      () => person.view() !== undefined,
    )
    if (opened !== 'answered' || person.view() === undefined) return
    if ((await send(person, ASK_WORDS)) === 'closed') mine.seen = 'closed'
  }

  /** With the list command, or with the button of the card. */
  async function openReview(person: Person, request: ResetRequest): Promise<boolean> {
    const { id, channel } = request
    await putDown(person)
    const card = random.chance(0.4) ? cardOf(request) : undefined
    const clicks = random.chance(0.15) ? 2 : 1
    const opened = await watch(
      {
        person,
        channel,
        deed: card === undefined ? `opens ${id} with the command` : `presses Review of ${id}`,
        id,
      },
      async () => {
        if (card === undefined) {
          return (await person.command(channel, `/offset-requests ${id}`)).ok ? 'acked' : 'error'
        }
        const pressed = await Promise.allSettled(
          Array.from({ length: clicks }, () => person.press(card, 'Review')),
        )
        return pressed.some(({ status }) => status === 'fulfilled') ? 'acked' : 'error'
      },
      () => person.view() !== undefined,
    )
    if (opened !== 'answered' || person.view() === undefined) return false
    try {
      await person.waitForView(view => view.blocks.some(({ block_id }) => block_id === 'verdict'), REVIEW_MS)
      return true
    } catch {
      return false
    }
  }

  async function vote(person: Person, id: RequestId, verdict: Voted['verdict']): Promise<void> {
    await person.fill('Decision', verdict === 'approve' ? 'Approve' : 'Reject')
    if (verdict === 'reject') await person.fill('Note', 'not now')
    if ((await send(person, 'decides')) === 'closed') {
      voted.push({ id, by: person.user.id, verdict, atMs: Date.now() })
    }
  }

  const verdict = () => (random.chance(0.9) ? 'approve' : 'reject')

  /** Each for themselves, at the same instant. */
  async function decide(request: ResetRequest, who: readonly string[]): Promise<void> {
    const people = who.map(each => slack.person(each))
    const open = await Promise.all(
      people.map(async person => ((await openReview(person, request)) ? [person] : [])),
    )
    await Promise.all(open.flat().map(person => vote(person, request.id, verdict())))
  }

  async function cancel(request: ResetRequest): Promise<void> {
    const { id, channel } = request
    const card = cardOf(request)
    if (card === undefined || !JSON.stringify(card.blocks).includes('Cancel Request')) return
    const person = slack.person(request.requester)
    await watch(
      { person, channel, deed: `cancels ${id}`, id },
      async () => {
        const clicks = Array.from({ length: random.chance(0.2) ? 2 : 1 }, () =>
          person.press(card, 'Cancel Request'),
        )
        const pressed = await Promise.allSettled(clicks)
        return pressed.some(({ status }) => status === 'fulfilled') ? 'acked' : 'error'
      },
      () => cardOf(request)?.text !== card.text,
    )
  }

  function cardOf({ id, channel }: ResetRequest): SlackMessage | undefined {
    return slack.messages(channel).find(message => {
      const mark = markOf(message)
      return mark?.key === 'card' && mark.id === id
    })
  }

  const pending = async (): Promise<ResetRequest[]> => {
    try {
      const { requests } = await store.openRequests(60)
      return requests.filter(({ state }) => state.name === 'pending')
    } catch {
      return []
    }
  }

  const requesters = REQUESTERS.map(async by => {
    while (asking) {
      await delay(random.between(pauseMs / 4, (pauseMs * 7) / 4))
      if (!asking) return
      const mine = random.chance(0.12) ? (await pending()).filter(({ requester }) => requester === by) : []
      await alone([by], async () => {
        if (mine.length > 0) await cancel(random.pick(mine))
        else await ask(by)
      }).catch(noteTrouble)
    }
  })
  const approvers = APPROVERS.map(async by => {
    while (working) {
      await delay(random.between(100, 600))
      const all = await pending()
      if (all.length === 0) continue
      const rivals = random.chance(0.15) ? [random.pick(APPROVERS.filter(each => each !== by))] : []
      const who = [by, ...rivals]
      await alone(who, () => decide(random.pick(all), who)).catch(noteTrouble)
    }
  })

  /** The screen changed under somebody's hands: a window closed, a button gone. Nothing was done. */
  function noteTrouble(error: Error): void {
    count('gave up')
    const what = error.message.replace(/R-\d+|storm \d+/g, '…').slice(0, 120)
    troubles.set(what, (troubles.get(what) ?? 0) + 1)
  }

  return {
    asked,
    voted,
    unanswered,
    late,
    endings,
    troubles,
    async stopAsking() {
      asking = false
      await Promise.all(requesters)
    },
    async stop() {
      working = false
      await Promise.all(approvers)
    },
  }
}
