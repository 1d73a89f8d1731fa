// One request under random policies, with user groups that cannot be read at any moment: each question that Slack is asked
// may find one that does not answer. The questions are asked and the commands decided as the service does it; what may run
// is worked out here once more, by trying everything, from the policy and from who is really in which group.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import { type AllowRule, type DenyRule, EVERYBODY, type Policy, type Rule } from '../../src/request/policy.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { createPolicies, type Policies } from '../../src/service/policies.ts'
import { approve, asked, draft, following, prepare, SOMEWHERE, start, T0 } from '../support/requests.ts'
import { ANY, allowing, denying } from '../support/rules.ts'

const PEOPLE = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAVE'] as const
const [REQUESTER] = PEOPLE
/** Who approves is in others than who asks or is kept from it, so that they can be taken from one by one. */
const TEAMS = ['S0ONE', 'S0TWO', 'S0THREE'] as const
const CREWS = ['S0CREW', 'S0GUESTS'] as const
const GROUPS = [...TEAMS, ...CREWS]

type Members = Readonly<Record<string, readonly string[]>>

/** Which of the groups answer: one for each question, over and over. */
type Weather = readonly (readonly string[])[]

type Step =
  | { kind: 'vote'; by: string }
  | { kind: 'withdraw'; by: string }
  | { kind: 'edit'; policy: Policy }
  | { kind: 'weather'; weather: Weather }
  /** Slack is asked again about it, as it is now and then. */
  | { kind: 'ask' }
  /** The last look before it goes on the queue, and a worker that takes it from there, at some time after. */
  | { kind: 'dispatch' }
  | { kind: 'work' }
  | { kind: 'move'; members: Members }

interface Run {
  request: ResetRequest
  /** Whose approval was taken, and not taken back by them. */
  approvals: string[]
  policy: Policy
  members: Members
  weather: Weather
  /** Whether every group answered at the last look before the queue. */
  sawAll: boolean
  ran: boolean
}

const matches = fc.oneof(
  { weight: 5, arbitrary: fc.constant(ANY) },
  { weight: 1, arbitrary: fc.constant({ ...ANY, groups: ['orders-*'] }) },
  { weight: 1, arbitrary: fc.constant({ ...ANY, groups: ['payments-*'] }) },
)
const deciders = fc.uniqueArray(fc.constantFrom(...TEAMS, ...TEAMS, ...PEOPLE.slice(1)), {
  minLength: 1,
  maxLength: 2,
})
const needs = fc.array(
  fc
    .record({ from: deciders, count: fc.constantFrom(1, 1, 2) })
    .map(({ from, count }) => ({ label: from.join('+'), from, count })),
  { minLength: 1, maxLength: 2 },
)
const crews = fc.uniqueArray(fc.constantFrom(...CREWS, ...CREWS, REQUESTER, 'U0ZOE'), {
  minLength: 1,
  maxLength: 2,
})
const askers = fc.oneof({ weight: 2, arbitrary: fc.constant([EVERYBODY]) }, { weight: 1, arbitrary: crews })
const allowRules = fc
  .record({
    name: fc.constantFrom('first', 'second'),
    match: matches,
    people: askers,
    needs,
    ownVote: fc.boolean(),
  })
  .map(({ people, ...rule }): AllowRule => allowing({ ...rule, request: { people, channels: null } }))
const denyRules = fc
  .record({ match: matches, people: crews, channels: fc.constantFrom(null, null, ['C0OTHER']) })
  .map((rule): DenyRule => denying(rule))
const policies = fc
  .tuple(
    fc.array(allowRules, { minLength: 1, maxLength: 2 }),
    fc.array(denyRules, { maxLength: 1 }),
    fc.nat(999),
  )
  .map(([allows, denies, version]): Policy => ({ version: `v${version}`, rules: [...allows, ...denies] }))

const memberships = fc.record(
  Object.fromEntries(GROUPS.map(group => [group, fc.subarray([...PEOPLE])])),
) as fc.Arbitrary<Members>
const weathers: fc.Arbitrary<Weather> = fc.oneof(
  fc.constant([GROUPS]),
  fc.constant([[]]),
  fc.array(fc.subarray(GROUPS), { minLength: 1, maxLength: 4 }),
)
/** For two requests that are to be compared: both find the same, however many questions each of them asks. */
const steadyWeathers: fc.Arbitrary<Weather> = fc.subarray(GROUPS).map(answering => [answering])
const by = fc.constantFrom(...PEOPLE)

const calmUnder = (changing: fc.Arbitrary<Weather>): fc.Arbitrary<Step>[] => [
  by.map(each => ({ kind: 'vote', by: each })),
  by.map(each => ({ kind: 'vote', by: each })),
  by.map(each => ({ kind: 'withdraw', by: each })),
  changing.map(weather => ({ kind: 'weather', weather })),
  changing.map(weather => ({ kind: 'weather', weather })),
  fc.constant({ kind: 'ask' }),
]
const calm = calmUnder(weathers)
const going: fc.Arbitrary<Step>[] = [fc.constant({ kind: 'dispatch' }), fc.constant({ kind: 'work' })]
const editing: fc.Arbitrary<Step> = policies.map(policy => ({ kind: 'edit', policy }))
const moving: fc.Arbitrary<Step> = memberships.map(members => ({ kind: 'move', members }))
const script = (...steps: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...steps), { minLength: 4, maxLength: 24, size: 'max' })

interface Asked {
  run: Run
  take(step: Step): Promise<void>
}

async function begin(policy: Policy, members: Members): Promise<Asked> {
  let questions = 0
  const run: Run = {
    request: asked(),
    approvals: [],
    policy,
    members,
    weather: [GROUPS],
    sawAll: true,
    ran: false,
  }
  const chat = {
    async groupMembers(group: string) {
      const answering = run.weather[questions++ % run.weather.length] ?? []
      if (answering.includes(group)) return [...(run.members[group] ?? [])]
      run.sawAll = false
      return null
    },
  }
  const asks: Policies = createPolicies({
    chat,
    policy: () => run.policy,
    instances: [],
    requestExpiryMs: 3_600_000,
  })

  function apply(command: Command): boolean {
    const decided = decide(run.request, command, T0 + 1_000)
    if (decided.ok) run.request = decided.next
    return decided.ok
  }

  async function reconsidered(): Promise<void> {
    const command = await asks.reconsider(run.request)
    if (command !== null) apply(command)
  }

  const planned = prepare(run.request)
  const guarded = await asks.guardFor(
    run.request,
    following(run.request, planned).plan as NonNullable<ResetRequest['plan']>,
  )
  if (guarded.kind === 'refused') {
    apply({ kind: 'disallow', ruling: guarded.ruling, version: guarded.version })
  } else {
    const { kind: _, ...terms } = guarded
    apply({ ...planned, ...terms })
  }

  return {
    run,
    async take(step) {
      if (run.ran) return
      switch (step.kind) {
        case 'vote': {
          await reconsidered()
          const may = await asks.may(run.request, 'decide', step.by, 'now')
          const typedGroup = draft().reset.target.group
          if (apply({ ...approve, by: step.by, typedGroup, ...may })) run.approvals.push(step.by)
          return
        }
        case 'withdraw':
          if (apply({ kind: 'withdraw', by: step.by, from: SOMEWHERE })) {
            run.approvals = run.approvals.filter(each => each !== step.by)
          }
          return
        case 'edit':
          run.policy = step.policy
          return reconsidered()
        case 'weather':
          run.weather = step.weather
          return
        case 'move':
          run.members = step.members
          return
        case 'ask':
          return reconsidered()
        case 'dispatch': {
          run.sawAll = true
          // Each change is paid for first, and then it is looked at once more; a group that comes and goes ends that.
          for (let looks = 0; looks < 5; looks++) {
            const command = await asks.reconsider(run.request)
            if (command !== null) apply(command)
            else {
              apply({ kind: 'dispatched', number: run.request.dispatches + 1 })
              return
            }
          }
          return
        }
        case 'work':
          // A job that was put on the queue once may still be there.
          if (run.request.dispatches > 0) run.ran = apply(start)
          return
        default:
          step satisfies never
      }
    },
  }
}

/** Why it might not run, with everything known; null: it may. */
function obstacleIn({
  policy,
  members,
  approvals,
}: Pick<Run, 'policy' | 'members' | 'approvals'>): string | null {
  const isOf = (person: string, ids: readonly string[]) =>
    ids.some(id => id === EVERYBODY || id === person || (members[id] ?? []).includes(person))
  const covers = ({ match }: Rule) => !match.groups.includes('payments-*')
  const isDenied = policy.rules.some(
    rule => rule.effect === 'deny' && covers(rule) && rule.channels === null && isOf(REQUESTER, rule.people),
  )
  if (isDenied) return 'a rule denies it'
  const rule = policy.rules.find(
    (each): each is AllowRule =>
      each.effect === 'allow' && covers(each) && isOf(REQUESTER, each.request.people),
  )
  if (rule === undefined) return 'no rule allows it'
  const voters = approvals.filter(each => each !== REQUESTER || rule.ownVote)
  const places = rule.needs.flatMap(({ from, count }) => Array.from({ length: count }, () => from))
  return canBeSeated(places, voters, isOf) ? null : `the approvals of ${approvals} are not enough`
}

function canBeSeated(
  [place, ...rest]: (readonly string[])[],
  voters: readonly string[],
  isOf: (person: string, ids: readonly string[]) => boolean,
): boolean {
  if (place === undefined) return true
  return voters.some((voter, at) => isOf(voter, place) && canBeSeated(rest, voters.toSpliced(at, 1), isOf))
}

/** What is approved by then has its chance. */
const AT_LAST: Step[] = [{ kind: 'dispatch' }, { kind: 'work' }]
/** POLICY_RUNS lets it run longer; `npm run test:long` does. */
const RUNS = Number(process.env.POLICY_RUNS ?? 100)
/** Of what is met often, or is dear: two worlds at once. */
const FEWER_RUNS = Number(process.env.POLICY_RUNS ?? 50)

async function check(property: fc.IAsyncProperty<unknown>, numRuns = RUNS): Promise<void> {
  await fc.assert(property as fc.IAsyncProperty<[unknown]>, { numRuns })
}

const RUN_MS = 300

describe('whichever user groups cannot be read, whenever', { tags: ['chance'] }, () => {
  it(
    'what runs would also have run with all of them readable',
    async () => {
      let ran = 0
      await check(
        fc.asyncProperty(
          policies,
          memberships,
          script(...calm, editing, ...going, ...going),
          async (policy, members, steps) => {
            const { run, take } = await begin(policy, members)
            for (const step of [...steps, ...AT_LAST]) await take(step)
            if (!run.ran) return
            ran += 1
            expect(obstacleIn(run)).toBeNull()
          },
        ),
      )
      expect(ran).toBeGreaterThan(RUNS / 50)
    },
    RUNS * RUN_MS,
  )

  it(
    'nothing starts that an edit forbids, once the edit has been read',
    async () => {
      let forbidden = 0
      await check(
        fc.asyncProperty(
          policies,
          policies,
          memberships,
          script(...calm, fc.constant({ kind: 'dispatch' })),
          weathers,
          script(fc.constant({ kind: 'ask' }), ...going, ...calm.slice(2)),
          async (policy, edited, members, before, weather, after) => {
            const { run, take } = await begin(policy, members)
            for (const step of before) await take(step)
            const wasOpen = run.request.state.name === 'pending' || run.request.state.name === 'approved'
            await take({ kind: 'weather', weather })
            await take({ kind: 'edit', policy: edited })
            if (obstacleIn(run) === null || !wasOpen) return
            forbidden += 1
            // A worker that has it in hand may be the next to act.
            await take({ kind: 'work' })
            for (const step of after) await take(step)
            expect(run.ran).toBe(false)
          },
        ),
        FEWER_RUNS,
      )
      expect(forbidden).toBeGreaterThan(FEWER_RUNS / 10)
    },
    FEWER_RUNS * RUN_MS,
  )

  it(
    'taking a person or a group from those who approve never allows more',
    async () => {
      const without = (policy: Policy, taken: string): Policy => ({
        version: `${policy.version} without ${taken}`,
        rules: policy.rules.map(rule =>
          rule.effect === 'deny'
            ? rule
            : {
                ...rule,
                needs: rule.needs.map(need => ({ ...need, from: need.from.filter(id => id !== taken) })),
              },
        ),
      })
      let ran = 0
      await check(
        fc.asyncProperty(
          policies,
          memberships,
          script(...calmUnder(steadyWeathers)),
          fc.constantFrom(...TEAMS, ...PEOPLE.slice(1)),
          fc.nat(20),
          fc.boolean(),
          async (policy, members, steps, taken, at, isEdited) => {
            const few: Members = isEdited
              ? members
              : Object.fromEntries(
                  Object.entries(members).map(([group, all]) => [
                    group,
                    CREWS.includes(group as 'S0CREW') ? all : all.filter(each => each !== taken),
                  ]),
                )
            const [more, less] = [await begin(policy, members), await begin(policy, few)]
            for (const [index, step] of steps.entries()) {
              if (isEdited && index === at % steps.length) {
                await less.take({ kind: 'edit', policy: without(policy, taken) })
                await more.take({ kind: 'ask' })
              }
              for (const { take } of [more, less]) {
                await take(step)
                await take({ kind: 'dispatch' })
                await take({ kind: 'work' })
              }
            }
            if (!less.run.ran) return
            ran += 1
            expect(more.run.ran).toBe(true)
          },
        ),
        FEWER_RUNS,
      )
      expect(ran).toBeGreaterThan(FEWER_RUNS / 50)
    },
    FEWER_RUNS * RUN_MS,
  )

  it(
    'who has left a group that answers again counts for nothing any more',
    async () => {
      let ran = 0
      await check(
        fc.asyncProperty(
          policies,
          memberships,
          script(...calm, moving, editing),
          async (policy, members, steps) => {
            const { run, take } = await begin(policy, members)
            let seen: Members | null = null
            for (const step of [...steps, { kind: 'weather', weather: [GROUPS] } as const, ...AT_LAST]) {
              await take(step)
              if (step.kind === 'dispatch') seen = run.sawAll ? run.members : null
              else if (step.kind === 'move' || step.kind === 'edit') seen = null
              if (run.ran && seen !== null) {
                ran += 1
                expect(obstacleIn(run)).toBeNull()
              }
              if (run.ran) return
            }
          },
        ),
      )
      expect(ran).toBeGreaterThan(RUNS / 50)
    },
    RUNS * RUN_MS,
  )
})
