// What goes wrong in the model, as fast-check chooses it: processes that stop, calls that are not answered, Slack, and a
// Redis that takes over from another.

import fc from 'fast-check'
import type { RequestId } from '../../../src/request/request.ts'
import { of, one, step, two } from './choices.ts'
import type { ReadFault, WriteFault } from './front.ts'
import type { Memory } from './history.ts'
import type { Trap } from './product-process.ts'
import * as steps from './steps.ts'
import type { World } from './world.ts'

const WRITE_FAULTS: WriteFault[] = [
  'doneNoAnswer',
  'lost',
  'late',
  'late',
  'gatewayDone',
  'gatewayNotDone',
  'refused',
  'throttled',
  'notEmpty',
  'slow',
  'onePartition',
  'moved',
]

export const WORKER_POINTS: Trap[] = [
  { point: 'commit start', when: 'before', what: 'kill' },
  { point: 'commit start', when: 'after', what: 'kill' },
  { point: 'commit start', when: 'after', what: 'loseReply' },
  { point: 'commit start', when: 'before', what: 'freeze' },
  { point: 'commit start', when: 'after', what: 'freeze' },
  { point: 'call', when: 'before', what: 'freeze' },
  { point: 'call', when: 'after', what: 'kill' },
  { point: 'call', when: 'after', what: 'freeze' },
  { point: 'commit finish', when: 'before', what: 'kill' },
  { point: 'commit finish', when: 'before', what: 'freeze' },
  { point: 'commit finish', when: 'after', what: 'loseReply' },
  { point: 'commit finish', when: 'after', what: 'kill' },
]

export const BOT_POINTS: Trap[] = [
  { point: 'commit decide', when: 'after', what: 'loseReply' },
  { point: 'commit decide', when: 'after', what: 'kill' },
  { point: 'enqueue', when: 'before', what: 'kill' },
  { point: 'enqueue', when: 'after', what: 'kill' },
  { point: 'takeDue', when: 'after', what: 'kill' },
  { point: 'post', when: 'before', what: 'kill' },
  { point: 'post', when: 'after', what: 'kill' },
  { point: 'post', when: 'before', what: 'freeze' },
  { point: 'post', when: 'after', what: 'freeze' },
  { point: 'commit posted', when: 'after', what: 'loseReply' },
  { point: 'commit claimPost', when: 'after', what: 'loseReply' },
  { point: 'look', when: 'after', what: 'freeze' },
  { point: 'commit looked', when: 'after', what: 'loseReply' },
  { point: 'commit finish', when: 'before', what: 'freeze' },
]

export const trapping = (role: 'bots' | 'workers', traps: readonly Trap[]) =>
  fc
    .tuple(two, fc.constantFrom(...traps))
    .map(([nth, trap]) => step(`trap(${role} ${nth}, ${nameOf(trap)})`, world => world[role][nth]?.set(trap)))

export const reviving = fc.tuple(fc.constantFrom('bots', 'workers'), two).map(([role, nth]) =>
  step(`revive(${role} ${nth})`, async world => {
    const process = world[role as 'bots' | 'workers'][nth]
    if (process !== undefined) await world.revive(process)
  }),
)

const someTrouble = fc.record({
  fault: fc.option(fc.constantFrom(...WRITE_FAULTS)),
  second: fc.option(fc.constantFrom(...WRITE_FAULTS)),
  trap: fc.option(fc.constantFrom(...WORKER_POINTS)),
  lags: fc.boolean(),
})

type Trouble = { fault: WriteFault | null; second: WriteFault | null; trap: Trap | null; lags: boolean }

/** An execution that does not go as it should, as far as there is one to come. */
async function executeIn(world: World, id: RequestId, at: steps.Nth, trouble: Trouble): Promise<void> {
  const nameNow = async () => (await steps.recordOf(world, id)).state.name
  if ((await nameNow()) === 'pending') await steps.bringOn(world, id, at)
  if ((await nameNow()) !== 'approved') return steps.bringOn(world, id, at)
  arm(world, at, trouble)
  await steps.bringOn(world, id, at)
}

function arm({ api, workers }: World, at: steps.Nth, { fault, second, trap, lags }: Trouble): void {
  if (fault !== null) api.failWrite(fault)
  if (fault !== null && second !== null) api.failWrite(second)
  if (trap !== null) workers[at]?.set(trap)
  if (lags) api.lag()
}

const nameOfAll = ({ fault, second, trap, lags }: Trouble) =>
  `${fault}, ${second}, ${trap === null ? null : nameOf(trap)}${lags ? ', lag' : ''}`

export const executingInTrouble = fc
  .tuple(one, two, someTrouble)
  .map(([nth, at, trouble]) =>
    step(`execute(${nth}, ${at}, ${nameOfAll(trouble)})`, world =>
      executeIn(world, of(world, nth), at, trouble),
    ),
  )

/** And Redis forgets that it has begun, before anything else has happened; the other worker may be told next. */
export const executingForgotten = fc
  .tuple(one, two, someTrouble, someTrouble)
  .map(([nth, at, trouble, next]) =>
    step(`executeAndForget(${nth}, ${at}, ${nameOfAll(trouble)}; ${nameOfAll(next)})`, async world => {
      const id = of(world, nth)
      await executeIn(world, id, at, trouble)
      if (!(await failOver(world, id, ({ before }) => before === 'start'))) return
      const other = at === 0 ? 1 : 0
      arm(world, other, next)
      await steps.deliverAgain(world, id, [other])
    }),
  )

/** A worker stops between its look and its turn; others are carried out before it goes on. */
export const overtaking = fc.tuple(one, one, two).map(([nth, other, at]) =>
  step(`overtake(${nth}, ${other}, ${at})`, async world => {
    const slow = world.workers[at]
    const bringOn = async (which: number, by: steps.Nth) => {
      for (let times = 0; times < 3; times++) await steps.bringOn(world, of(world, which), by)
    }
    slow?.set({ point: 'commit start', when: 'before', what: 'freeze' })
    await bringOn(nth, at)
    await bringOn(other, at === 0 ? 1 : 0)
    if (slow !== undefined) await world.revive(slow)
  }),
)

/** A bot that stops while it tells what has happened. */
export const tellingInTrouble = fc.tuple(one, two, fc.constantFrom(...BOT_POINTS)).map(([nth, at, trap]) =>
  step(`tell(${nth}, ${at}, ${nameOf(trap)})`, async world => {
    world.bots[at]?.set(trap)
    await steps.bringOn(world, of(world, nth), at)
    await steps.pump(world, [at])
  }),
)

const nameOf = ({ point, when, what }: Trap) => `${what} ${when} ${point}`

export const failing = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...WRITE_FAULTS)
      .map(fault => step(`failWrite(${fault})`, world => world.api.failWrite(fault))),
  },
  fc
    .constantFrom<ReadFault>('group', 'committed', 'logs')
    .map(what => step(`failRead(${what})`, world => world.api.failRead(what))),
  fc.constant(step('lag()', world => world.api.lag())),
  fc
    .tuple(
      fc.constantFrom(
        'chat.postMessage',
        'chat.postMessage',
        'files.completeUploadExternal',
        'chat.update',
        'conversations.replies',
        'usergroups.users.list',
        'usergroups.users.list',
      ),
      fc.constantFrom(
        { kind: 'cut', afterDoingIt: true } as const,
        { kind: 'cut', afterDoingIt: false } as const,
        { kind: 'rateLimited', retryAfterSeconds: 20 } as const,
        { kind: 'httpStatus', status: 503, afterDoingIt: true } as const,
      ),
    )
    .map(([method, fault]) =>
      step(`failSlack(${method}, ${JSON.stringify(fault)})`, world => world.slack.inject(method, fault)),
    ),
)

export const arriving = fc.constant(step('arrive()', world => world.api.arriveBy(Number.POSITIVE_INFINITY)))

/** A Redis that took over has lost about a second; what was committed before that it has. */
const LOST_MS = 1_000

async function failOver(world: World, id: RequestId, isIt: (memory: Memory) => boolean): Promise<boolean> {
  const memory = world.history
    .memories(id)
    .filter(each => world.sinceStartMs() - each.passedMs <= LOST_MS && [...each.keys.values()].some(Boolean))
    .findLast(isIt)
  // Redis forgets in order: nobody else can have had the group since.
  if (memory === undefined || hasHadOther(world, id, memory)) return false
  world.history.forgotten.add(id)
  await world.failOver(id, memory.keys)
  return true
}

function hasHadOther({ history }: World, id: RequestId, { noted }: Memory): boolean {
  return history
    .all()
    .slice(noted)
    .some(({ commit: { next, writer } }) => next.id !== id && writer !== undefined)
}

export const failingOver = fc
  .tuple(one, fc.constantFrom('decide', 'start', 'start', 'finish', 'claimPost', 'posted'))
  .map(([nth, before]) =>
    step(`failOver(${nth}, before ${before})`, async world => {
      await failOver(world, of(world, nth), memory => memory.before === before)
    }),
  )
