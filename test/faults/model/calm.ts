// The calm after a run: nothing goes wrong any more, every process runs, time goes on, and what is pending has to be done.

import { noteKey } from '../../../src/request/notes.ts'
import { owed } from '../../../src/request/owed.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import { isFinal } from '../../../src/request/state.ts'
import { holdAll, look, postsOf } from './invariants.ts'
import { deliver, leave, type Nth, passToNextDue, pump, waitingJobs } from './steps.ts'
import { SETTINGS, type World } from './world.ts'

/** More than any request takes: each round does all that is due. */
const ROUNDS = 150

export async function calmDown(world: World): Promise<void> {
  const { api, slack, bots, workers } = world
  api.clear()
  slack.clearFaults()
  for (const nth of [0, 1] as const) leave(world, nth)
  for (const process of [...bots, ...workers]) process.set(null)
  for (const process of [...bots]) await world.revive(process)
  // One worker is enough to get things done; one that is still stopped by then comes late for everything.
  const late = workers.find(each => each.state() === 'frozen')
  for (const process of [...workers]) if (process !== late) await world.revive(process)
  await settleAll(world)
  if (late !== undefined) await world.revive(late)
  await settleAll(world)
  if (api.underWay() > 0) await world.pass(SETTINGS.callMs + SETTINGS.graceMs)
  await settleAll(world)
  await holdAll(world)
  const untold = await untoldNotes(world)
  if (untold.length > 0) throw new Error(`Not told: ${untold.join('; ')}`)
}

async function settleAll(world: World): Promise<void> {
  for (let round = 0; ; round++) {
    const nth: Nth = round % 2 === 0 ? 0 : 1
    await pump(world, [nth])
    await world.pass(0)
    const due = waitingJobs(world).filter(job => job.dueAtMs <= world.clock())
    for (const job of due) await deliver(world, job, [nth, nth === 0 ? 1 : 0])
    const open = await unfinished(world)
    if (open.length === 0) return
    if (round === ROUNDS) throw new Error(`It does not come to rest: ${open.join('; ')}`)
    if (due.length === 0) await passToNextDue(world)
  }
}

/** What is not done yet, and does not wait for people who have been asked. */
async function unfinished(world: World): Promise<string[]> {
  const { records } = await look(world)
  return records.flatMap(record => {
    const debts = owed(record, world.clock()).filter(
      ({ kind }) => kind !== 'readBack' && kind !== 'checkCard',
    )
    if (!isSettled(record)) return [`${record.id} is ${record.state.name}`]
    return debts.length === 0 ? [] : [`${record.id} owes ${debts.map(({ kind }) => kind)}`]
  })
}

function isSettled({ state, notes }: ResetRequest): boolean {
  if (state.name !== 'unclear') return isFinal(state)
  return state.asked && notes.some(({ kind }) => kind === 'asked')
}

/** Every note, in the order in which it happened, and the card of the last revision. */
async function untoldNotes(world: World): Promise<string[]> {
  const { records } = await look(world)
  const posts = postsOf(world)
  return records
    .filter(({ id }) => !world.history.forgotten.has(id))
    .flatMap(({ id, notes, revision, cardRevision }) => {
      const wanted = notes.map((note, index) => {
        if (note.kind === 'planned') return `${id}-plan-${note.round}.csv`
        return note.kind === 'resultFile' ? `${id}-result.csv` : noteKey(index)
      })
      const told = posts.filter(each => each.id === id).map(({ key }) => key)
      const wrong = cardRevision === revision ? [] : [`${id}: the card shows ${cardRevision} of ${revision}`]
      const expected = ['card', ...wanted].join(' ')
      return told.join(' ') === expected ? wrong : [...wrong, `${id}: ${told.join(' ')}, and not ${expected}`]
    })
}
