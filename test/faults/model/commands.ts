// The steps of the model as fast-check chooses them: what happens, to which request, by whom. A choice that makes no sense
// just then does nothing.

import fc from 'fast-check'
import type { RequestId } from '../../../src/request/request.ts'
import { ALICE, BOB, CAROL, SOMEWHERE } from '../../support/requests.ts'
import { type ModelCommand, of, one, step, two } from './choices.ts'
import { holdAll } from './invariants.ts'
import * as steps from './steps.ts'
import * as troubles from './troubles.ts'
import { GROUPS, TOPICS, type World } from './world.ts'

const people = fc.constantFrom(ALICE, BOB, CAROL, 'U0DAVE')
const verdicts = fc.constantFrom('approve', 'approve', 'reject')

const REQUESTS_MAX = 4

/** What is asked for before anything else happens. */
export const firstAsked = fc.array(
  fc.record({
    by: fc.constantFrom(...steps.REQUESTERS),
    group: fc.constantFrom<steps.Nth>(0, 0, 1),
    topics: fc.constantFrom<1 | 2>(1, 2, 2),
  }),
  { minLength: 1, maxLength: REQUESTS_MAX - 1 },
)

const asking = fc.tuple(fc.constantFrom(...steps.REQUESTERS), two, fc.constantFrom(1, 2, 2)).map(
  ([by, group, topics]): ModelCommand => ({
    check: ({ requests }) => requests < REQUESTS_MAX,
    async run(model, world) {
      model.requests += 1
      await steps.ask(world, by, group, topics as 1 | 2)
      await holdAll(world)
    },
    toString: () => `ask(${by}, ${GROUPS[group]}, ${topics})`,
  }),
)

/** `late`: when its time is up, and before anybody has marked it. */
const manners = fc.constantFrom('now', 'now', 'now', 'late', 'old plan')

const deciding = fc.tuple(one, people, verdicts, two, manners).map(([nth, by, verdict, at, manner]) =>
  step(`decide(${nth}, ${by}, ${verdict}, ${at}, ${manner})`, async world => {
    const record = await steps.recordOf(world, of(world, nth))
    const leftMs = record.expiresAtMs - world.clock()
    if (manner === 'late' && record.state.name === 'pending' && leftMs > 0) await world.pass(leftMs)
    const process = steps.ableBot(world, at)
    const digest = manner === 'old plan' ? earlierDigest(world, record.id) : undefined
    await process?.run(steps.vote(record, by, verdict as 'approve' | 'reject', digest)(process))
  }),
)

function earlierDigest(world: World, id: RequestId): string {
  const first = world.history.of(id).find(({ commit }) => commit.next.plan !== null)
  return first?.commit.next.plan?.digest ?? 'none'
}

const decidingTogether = fc.tuple(one, people, people, verdicts, verdicts).map(([nth, a, b, first, second]) =>
  step(`decideTogether(${nth}, ${a} ${first}, ${b} ${second})`, async world => {
    const record = await steps.recordOf(world, of(world, nth))
    const votes = [
      steps.vote(record, a, first as 'approve' | 'reject'),
      steps.vote(record, b, second as 'approve' | 'reject'),
    ]
    await Promise.all(
      votes.map((vote, index) => {
        const process = steps.bot(world, index === 0 ? 0 : 1)
        return process.state() === 'running' ? process.run(vote(process)) : undefined
      }),
    )
  }),
)

const cancelling = fc.tuple(one, people).map(([nth, by]) =>
  step(`cancel(${nth}, ${by})`, async world => {
    const process = steps.ableBot(world)
    await process?.run(() => process.approvals.cancel(of(world, nth), by, SOMEWHERE))
  }),
)

const clearing = fc.tuple(one, people, fc.boolean()).map(([nth, by, again]) =>
  step(`${again ? 'checkAgain' : 'testify'}(${nth}, ${by})`, async world => {
    const record = await steps.recordOf(world, of(world, nth))
    const process = steps.ableBot(world)
    const { state, id } = record
    if (!again) return steps.testify(world, record, by, 0)
    if (state.name !== 'unclear') return
    await process?.run(() => process.approvals.checkAgain(id, state.attempt, by, SOMEWHERE))
  }),
)

const bringingOn = fc
  .tuple(one, two)
  .map(([nth, at]) => step(`bringOn(${nth}, ${at})`, world => steps.bringOn(world, of(world, nth), at)))

const workers = fc.constantFrom<readonly steps.Nth[]>([0], [1], [0, 1])

const delivering = fc.tuple(one, workers).map(([nth, to]) =>
  step(`deliver(${nth}, ${to})`, async world => {
    const [job] = steps.waitingJobs(world, of(world, nth))
    if (job !== undefined) await steps.deliver(world, job, to)
  }),
)

const deliveringAgain = fc
  .tuple(one, workers)
  .map(([nth, to]) =>
    step(`deliverAgain(${nth}, ${to})`, world => steps.deliverAgain(world, of(world, nth), to)),
  )

/** Each its own request, so that they may meet in one group. */
const deliveringAll = fc.constant(null).map(() =>
  step('deliverAll()', async world => {
    const jobs = steps.waitingJobs(world).filter(job => job.dueAtMs <= world.clock())
    await Promise.all(jobs.slice(0, 2).map((job, index) => steps.deliver(world, job, [index === 0 ? 0 : 1])))
  }),
)

const pumping = workers.map(which => step(`pump(${which})`, world => steps.pump(world, which)))

const passing = fc.oneof(
  { weight: 3, arbitrary: fc.constant(step('passToNextDue()', steps.passToNextDue)) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(1_000, 4_000, 16_000, 31_000, 300_000, 3_600_000)
      .map(ms => step(`pass(${ms})`, world => world.pass(ms))),
  },
)

const jumping = fc
  .constantFrom(60_000, 3_600_000, -3_600_000)
  .map(ms => step(`jump(${ms})`, world => void (canJump(world) && world.jump(ms))))

/**
 * KNOWN LIMIT: the deadline and the grace of a call, and the claim of a post, are read off the clocks of the machines. One
 * that jumps while a call is under way, or a process is stopped, makes them pass early or late.
 */
function canJump({ api, bots, workers: both }: World): boolean {
  return api.underWay() === 0 && [...bots, ...both].every(each => each.state() !== 'frozen')
}

/** Time goes on to what is due next, and somebody does it. */
const goingOn = fc.tuple(two, fc.nat({ max: 2 })).map(([at, more]) =>
  step(`goOn(${at}, ${more})`, async world => {
    for (let times = 0; times <= more; times++) {
      await steps.passToNextDue(world)
      await steps.pump(world, [at])
    }
  }),
)

const moving = fc.tuple(two, fc.constantFrom('join', 'leave', 'commit')).map(([nth, what]) =>
  step(`${what}(${GROUPS[nth]})`, world => {
    if (what === 'commit') return world.cluster.commit(GROUPS[nth] ?? '', TOPICS[0], 0, world.nextMark())
    return what === 'join' ? steps.join(world, nth) : steps.leave(world, nth)
  }),
)

const weighted: [number, fc.Arbitrary<ModelCommand>][] = [
  [1, asking],
  [12, bringingOn],
  [9, troubles.executingInTrouble],
  [3, troubles.executingForgotten],
  [4, troubles.tellingInTrouble],
  [4, troubles.overtaking],
  [8, goingOn],
  [5, deciding],
  [1, decidingTogether],
  [1, cancelling],
  [1, clearing],
  [2, delivering],
  [2, deliveringAgain],
  [2, deliveringAll],
  [2, pumping],
  [2, passing],
  [1, jumping],
  [1, troubles.trapping('workers', troubles.WORKER_POINTS)],
  [1, troubles.trapping('bots', troubles.BOT_POINTS)],
  [4, troubles.reviving],
  [3, troubles.failing],
  [1, troubles.arriving],
  [2, moving],
  [2, troubles.failingOver],
]

export const commands = (maxCommands: number) =>
  fc.commands(
    weighted.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary)),
    { maxCommands, size: 'max' },
  )
