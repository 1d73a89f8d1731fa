// The fleet for one line of the fault table, and what must be true of a request in the end: one approval, one effect.

import { expect, type TestContext } from 'vitest'
import type { AuditEvent } from '../../../src/request/command.ts'
import type { RequestId } from '../../../src/request/request.ts'
import { CHANNELS, USERS } from '../../../src/sandbox/world.ts'
import { textOf } from '../../support/product.ts'
import { askLine, type Fleet, type FleetOptions, type FleetProcess, startFleet } from '../fleet.ts'
import { type Jobs, openJobs } from './jobs.ts'

export const WRITE = 'BatchModifyGroupOffsets'
export const GROUP = 'group-1'
/** What the writes of the fleet's one reset are, in each of its two partitions. */
const WRITTEN = [
  { from: 5_000n, to: 4_900n },
  { from: 5_000n, to: 4_900n },
]

/** A machine that runs many tests at once is slow; none of this is about how fast it is. */
const SLOW_MS = 30_000
/** Time enough for a call that nothing is wrong with. */
const CALL_DEADLINE = '4s'

/** Something of a process that was held on its way. */
type Held = Promise<FleetProcess | 'cleared'>

export interface LineFleet extends Fleet {
  readonly jobs: Jobs
  /** Asked for, by somebody who sends it again when told to, and planned, with its plan in the thread. */
  asked(group?: string): Promise<RequestId>
  /** Resolves when an approved request is on the queue, and there is nothing more to tell of it. */
  told(id: RequestId): Promise<void>
  /** What happened to the execution, in order: `approve`, `start`, `abandon`, `looked absent`, … */
  steps(id: RequestId): Promise<string[]>
  calls(): number
  /** How often the thread says it. */
  said(id: RequestId, words: string): number
  /** The request is done, its group was written to once, by so many calls in these steps, and it is told once. */
  expectOneEffect(
    id: RequestId,
    expected: { steps: string[]; calls?: number; withinMs?: number },
  ): Promise<void>
}

export async function startLineFleet(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: FleetOptions,
): Promise<LineFleet> {
  const fleet = await startFleet({ groups: 2, ...options, env: { CALL_DEADLINE, ...options.env } })
  onTestFinished(() => fleet.close())
  const jobs = openJobs(fleet.world.redisUrl, fleet.world.redisPrefix)
  onTestFinished(() => jobs.close())
  await fleet.world.waitForBot(40_000)
  const steps = async (id: RequestId) =>
    (await fleet.events(id)).flatMap(({ command }) => stepOf(command) ?? [])
  const calls = () => fleet.ckafka.calls(WRITE).length
  const said = (id: RequestId, words: string) =>
    fleet.replies(id).map(textOf).join('\n').split(words).length - 1

  return {
    ...fleet,
    jobs,
    async asked(group = GROUP) {
      const alice = fleet.slack.person(USERS.alice)
      const typed = await alice.command(CHANNELS.kafkaOps, askLine({ group, shiftBy: -100, reason: 'why' }))
      if (!typed.ok) throw new Error(typed.message)
      await alice.waitForView()
      await fleet.until(async () => (await alice.submit()).kind === 'closed', SLOW_MS)
      const { requests } = await fleet.store.openRequests(10)
      const id = requests.find(({ reset }) => reset.target.group === group)?.id
      if (id === undefined) throw new Error('It is not there.')
      await fleet.planned(id, SLOW_MS)
      await fleet.until(async () => (await fleet.record(id)).posts['note-0']?.state === 'posted', SLOW_MS)
      return id
    },
    async approve(id, by) {
      for (let tries = 1; ; tries++) {
        try {
          return await fleet.approve(id, by)
        } catch (error) {
          // On a slow machine the answer can be late, and the decision is taken all the same.
          if ((await steps(id)).includes('approve')) return
          if (tries === 3) throw error
        }
      }
    },
    told: id =>
      fleet.until(async () => {
        const { state, posts, revision, cardRevision } = await fleet.record(id)
        const isQueued = state.name === 'approved' && state.dispatch !== null
        const isSaid = posts['note-1']?.state === 'posted' && posts['direct-1']?.state === 'posted'
        return isQueued && isSaid && cardRevision === revision
      }, SLOW_MS),
    steps,
    calls,
    said,
    async expectOneEffect(id, expected) {
      const { withinMs = 40_000 } = expected
      await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded', withinMs)
      await fleet.until(() => said(id, `${id} is done`) === 1, 40_000)
      await fleet.until(() => fleet.cards(id).some(card => textOf(card).includes(`${id} · done`)), 40_000)
      expect(await steps(id)).toEqual(expected.steps)
      expect(fleet.effects(GROUP).map(({ written }) => written)).toMatchObject([WRITTEN])
      expect(calls()).toBe(expected.calls ?? 1)
      expect(fleet.cards(id)).toHaveLength(1)
      expect(said(id, `${id} is done`)).toBe(1)
      expect(said(id, `approved ${id}`)).toBe(1)
    },
  }
}

export async function heldProcess(held: Held): Promise<FleetProcess> {
  const process = await held
  if (process === 'cleared') throw new Error('No process came to this point.')
  return process
}

export function stepOf(command: AuditEvent['command']): string | null {
  switch (command.kind) {
    case 'decide':
      return command.verdict
    case 'start':
    case 'abandon':
    case 'alreadyThere':
    case 'drifted':
      return command.kind
    case 'dispatched':
      return command.lost === true ? `dispatched ${command.number} for a lost job` : null
    case 'finish':
      return `finish ${command.outcome.kind}`
    case 'looked':
      return `looked ${command.evidence}`
    case 'testify':
      return command.happened ? 'it happened' : 'it did not'
    default:
      return null
  }
}
