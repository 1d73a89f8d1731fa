// What a storm has left behind, counted from outside: records against Slack's messages and the simulator's effects.
// It must never take the record's word for what happened, nor forgive anything that it cannot explain.

import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { stateWords } from '../../src/adapters/slack/wording/words.ts'
import { type ChainedEvent, verifyChain } from '../../src/request/audit.ts'
import { noteKey } from '../../src/request/notes.ts'
import { owed } from '../../src/request/owed.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import { isFinal } from '../../src/request/state.ts'
import type { Effect } from '../../src/sandbox/cluster/model.ts'
import type { SlackMessage } from '../../src/sandbox/slack/face.ts'
import { type Fleet, markOf, patiently } from './fleet.ts'
import { LOG_END, LOG_START } from './fleet-seed.ts'
import type { Crowd } from './storm-people.ts'

export const FAILINGS = ['lost', 'doubled', 'unanswered', 'invented'] as const
export type Failing = (typeof FAILINGS)[number]

export interface Problem {
  failing: Failing
  what: string
  /** Absent: it belongs to no request. */
  id?: RequestId
  atMs: number
}

export interface Verdict {
  problems: Problem[]
  /** Requests by the state they ended in. */
  states: Map<string, number>
  effects: number
}

/**
 * When a request counts as settled: final, or its thread asks what happened; and nothing is owed but a further look, at the
 * offsets or at whether the card is still there.
 * `told` is enough where there is no time: an unclear one whose thread has heard of it.
 */
export type Patience = 'told' | 'over'

export function isSettled(request: ResetRequest, patience: Patience): boolean {
  const { state } = request
  const isOver = isFinal(state) || (state.name === 'unclear' && (state.asked || patience === 'told'))
  return isOver && owed(request, Date.now()).every(({ kind }) => kind === 'readBack' || kind === 'checkCard')
}

/** What is looked at so soon would go on while it is judged. */
const SOON_MS = 10_000

function isLookedAtSoon(request: ResetRequest): boolean {
  const soonMs = Date.now() + SOON_MS
  return owed(request, Date.now()).some(({ kind, dueAtMs }) => kind === 'readBack' && dueAtMs < soonMs)
}

/** @returns what is still under way when time is up; empty when all has settled. */
export async function waitUntilSettled(
  fleet: Fleet,
  { patience, timeoutMs }: { patience: Patience; timeoutMs: number },
): Promise<RequestId[]> {
  const settled = new Set<RequestId>()
  for (const end = performance.now() + timeoutMs; ; ) {
    const open: RequestId[] = []
    for (const id of await fleet.requestIds()) {
      if (settled.has(id)) continue
      const request = await patiently(() => fleet.store.read(id))
      if (request === undefined) settled.add(id)
      else if (!isSettled(request, patience) || isLookedAtSoon(request)) open.push(id)
      // What is unclear may go on, and be carried out and watched, while others are waited for.
      else if (isFinal(request.state)) settled.add(id)
    }
    if (open.length === 0 || performance.now() > end) return open
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

export async function judge(
  fleet: Fleet,
  crowd: Crowd,
  { patience, channels }: { patience: Patience; channels: readonly string[] },
): Promise<Verdict> {
  const problems: Problem[] = []
  const states = new Map<string, number>()
  const requests: ResetRequest[] = []
  const approved = new Set<RequestId>()
  for (const id of await fleet.requestIds()) {
    const request = await patiently(() => fleet.store.read(id))
    if (request === undefined) continue
    requests.push(request)
    const events = await patiently(() => fleet.store.readEvents(id))
    if (events.some(({ state }) => state === 'approved')) approved.add(id)
  }
  const said = readSlack(fleet, channels, new Set(requests.map(({ requester }) => requester)))
  const effects = effectsOf(fleet, requests, approved, problems)

  for (const request of requests) {
    const { id, state } = request
    states.set(state.name, (states.get(state.name) ?? 0) + 1)
    const problem = (failing: Failing, what: string) =>
      problems.push({ failing, what, id, atMs: request.createdAtMs })
    const events = await patiently(() => fleet.store.readEvents(id))

    if (!isSettled(request, patience)) problem('lost', `it never ended: it is ${state.name}`)
    const broken = verifyChain(events as ChainedEvent[], request.auditHash)
    if (broken.length > 0) problem('invented', `its audit trail is broken: ${JSON.stringify(broken)}`)

    const approvals = events.filter(
      event => event.command.kind === 'decide' && event.state === 'approved',
    ).length
    const done = effects.get(id) ?? []
    if (done.length > Math.min(approvals, 1)) {
      problem('doubled', `${done.length} effects in the cluster for ${approvals} approvals`)
    }
    const claimsEffect = state.name === 'succeeded' || state.name === 'partial'
    if (claimsEffect && done.length === 0)
      problem('invented', `it is ${state.name}, and the cluster has no effect of it`)
    if (!claimsEffect && isFinal(state) && done.length > 0) {
      problem('invented', `it is ${state.name}, and the cluster has an effect of it`)
    }
    for (const { failing, what } of problemsInSlack(request, said.get(id) ?? [])) problem(failing, what)
  }

  for (const { reason, seen, atMs } of crowd.asked) {
    const found = requests.filter(request => request.reason === reason)
    if (seen === 'closed' && found.length === 0) {
      problems.push({ failing: 'lost', what: `${reason} was sent, and there is no request`, atMs })
    }
    const [first, second] = found
    if (first !== undefined && second !== undefined) {
      problems.push({
        failing: 'doubled',
        what: `${reason} is ${first.id} and ${second.id}`,
        id: second.id,
        atMs,
      })
    }
  }
  for (const { id, by, verdict, atMs } of crowd.voted) {
    const events = await patiently(() => fleet.store.readEvents(id))
    const counted = events.some(
      ({ command }) => command.kind === 'decide' && command.by === by && command.verdict === verdict,
    )
    if (!counted)
      problems.push({ failing: 'lost', what: `${by} saw ${verdict} taken, and it is not there`, id, atMs })
  }
  for (const { deed, by, process, atMs, id } of crowd.unanswered) {
    const what = `${by} ${deed}, process ${process} took it, and nothing was to be seen`
    problems.push({ failing: 'unanswered', what, atMs, ...(id === undefined ? {} : { id }) })
  }
  return { problems, states, effects: fleet.cluster.effects().length }
}

/**
 * Each request moves by a distance of its own, unless the log holds it back: that tells whose effect it is. Where it may
 * be of several, it is looked for whether each can have its own: an approved one first. No effect is left over for that,
 * so that one too many is still one too many.
 */
function effectsOf(
  fleet: Fleet,
  requests: ResetRequest[],
  approved: ReadonlySet<RequestId>,
  problems: Problem[],
): Map<RequestId, Effect[]> {
  const effects = new Map<RequestId, Effect[]>()
  for (const effect of fleet.cluster.effects()) {
    const distances = new Set(effect.written.map(({ from, to }) => to - (from ?? 0n)))
    const candidates = requests.filter(
      ({ reset }) => reset.target.group === effect.group && effect.written.every(each => isBy(each, reset)),
    )
    const free = candidates.filter(({ id }) => !effects.has(id))
    const owner = free.find(({ id }) => approved.has(id)) ?? free[0] ?? candidates[0]
    if (owner !== undefined) effects.set(owner.id, [...(effects.get(owner.id) ?? []), effect])
    else {
      const what = `an effect on ${effect.group} by ${[...distances].join()} that no request asked for`
      const other = requests.find(({ reset }) => reset.target.group === effect.group)
      problems.push({
        failing: 'doubled',
        what,
        atMs: effect.atMs,
        ...(other === undefined ? {} : { id: other.id }),
      })
    }
  }
  return effects
}

function isBy({ from, to }: Effect['written'][number], { strategy }: Reset): boolean {
  if (strategy.kind !== 'shift') return false
  const { direction, count } = strategy
  const wanted = (from ?? 0n) + (direction === 'replay' ? -count : count)
  return to === (wanted < LOG_START ? LOG_START : wanted > LOG_END ? LOG_END : wanted)
}

interface Said {
  key: string
  message: SlackMessage
}

/** By request: what was posted for it, by key, to people as well; a file is found by its name. */
function readSlack(
  { slack }: Fleet,
  channels: readonly string[],
  people: ReadonlySet<string>,
): Map<string, Said[]> {
  const said = new Map<string, Said[]>()
  const note = (message: SlackMessage) => {
    const mark = markOf(message)
    if (mark !== undefined) add(mark.id, { key: mark.key, message })
    for (const { name } of message.files ?? []) {
      const id = /^(R-\d+)-/.exec(name)?.[1]
      if (id !== undefined) add(id, { key: name, message })
    }
  }
  const add = (id: string, one: Said) => said.set(id, [...(said.get(id) ?? []), one])
  for (const userId of people) slack.person(userId).directMessages().forEach(note)
  for (const channel of channels) {
    for (const message of slack.messages(channel)) {
      note(message)
      for (const reply of slack.thread(channel, message.ts)) note(reply)
    }
  }
  return said
}

function problemsInSlack(request: ResetRequest, said: Said[]): { failing: Failing; what: string }[] {
  const { id, state, notes } = request
  const problems: { failing: Failing; what: string }[] = []
  const expectOne = (key: string, instead = key) => {
    const found = said.filter(one => one.key === key || one.key === instead)
    if (found.length === 0) problems.push({ failing: 'lost', what: `${key} was never posted` })
    if (found.length > 1)
      problems.push({ failing: 'doubled', what: `${key} was posted ${found.length} times` })
    return found[0]
  }
  const card = expectOne('card')
  if (
    card !== undefined &&
    !JSON.stringify(card.message.blocks).includes(`${id} · ${stateWords(wordsIn('en'), request)}`)
  ) {
    problems.push({ failing: 'lost', what: `the card does not say that it is ${state.name}` })
  }
  for (const [key, { state: sent }] of Object.entries(request.posts)) {
    if (key.startsWith('direct-') && sent === 'posted') expectOne(key)
  }
  for (const [index, note] of notes.entries()) {
    if (note.kind === 'planned') expectOne(`${id}-plan-${note.round}.csv`)
    else if (note.kind === 'resultFile') expectOne(`${id}-result.csv`)
    // With its picture, where that could be drawn, or as a message.
    else if (note.kind === 'watched') expectOne(noteKey(index), `${id}-lag-${note.told}.png`)
    else expectOne(noteKey(index))
  }
  return problems
}
