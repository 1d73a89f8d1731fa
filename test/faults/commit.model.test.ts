// The commit script against a model of what must be in the store: two clients change, create, take groups and give them
// back, at once and with lost replies, and repeat with the same change id. FAULTS_RUNS and FAULTS_SEED as in model.test.ts.

import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { connectRedis, type RedisConnection, untilReady } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Commit, CommitOutcome, Store } from '../../src/ports/store.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import { commitOf, creationOf } from '../support/commits.ts'
import { draft, SOMEWHERE, T0 } from '../support/requests.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const RUNS = Number(process.env.FAULTS_RUNS ?? 3)
const SEED = process.env.FAULTS_SEED === undefined ? {} : { seed: Number(process.env.FAULTS_SEED) }
const RUN_MS = 30_000
/** Where the number of runs is not asked for, a slow machine makes fewer. */
const LIMIT = process.env.FAULTS_RUNS === undefined ? { interruptAfterTimeLimit: 25_000 } : {}
const GROUPS = ['billing', 'audit']
/** So many change ids of a request are kept. */
const CHANGES_KEPT = 32

/** What the store must hold of one request: its changes in order, each as it was committed. */
interface Kept {
  commits: Commit[]
}

interface Model {
  requests: Map<RequestId, Kept>
  /** Group → who writes to it. */
  writers: Map<string, RequestId>
  /** Group → each that took it or gave it back. */
  epochs: Map<string, RequestId[]>
  submissions: Map<string, RequestId>
}

interface Client {
  proxy: TcpProxy
  redis: RedisConnection
}

interface Real {
  prefix: string
  stores: Store[]
  /** Every commit that was ever sent, so that one can be sent again much later. */
  sent: Commit[]
}

let direct: RedisConnection
let clients: Client[] = []

beforeAll(async () => {
  const url = inject('redisUrl')
  direct = connectRedis({ mode: 'single', url }, () => {})
  // Each store listens to its connection, and here many of them share one.
  direct.setMaxListeners(0)
  await untilReady(direct, 5_000)
  clients = await Promise.all(
    [0, 1].map(async () => {
      const proxy = await startTcpProxy(Number(new URL(url).port))
      const redis = connectRedis({ mode: 'single', url: `redis://127.0.0.1:${proxy.port}` }, () => {})
      redis.setMaxListeners(0)
      await untilReady(redis, 5_000)
      return { proxy, redis }
    }),
  )
})

afterAll(async () => {
  direct.disconnect()
  for (const { redis, proxy } of clients) {
    redis.disconnect()
    await proxy.close()
  }
})

/** What the script must make of this commit, and answer. */
function apply(model: Model, commit: Commit): CommitOutcome {
  const { next, expectedVersion, changeId, submissionId, writer } = commit
  const kept = model.requests.get(next.id)
  if (kept?.commits.slice(-CHANGES_KEPT).some(each => each.changeId === changeId)) return { kind: 'applied' }
  if ((kept?.commits.at(-1)?.next.version ?? 0) !== expectedVersion) return { kind: 'conflict' }
  const earlier = submissionId === undefined ? undefined : model.submissions.get(submissionId)
  if (earlier !== undefined) return { kind: 'duplicate', id: earlier }
  if (writer !== undefined) {
    const { group } = writer.target
    const holder = model.writers.get(group)
    const epoch = model.epochs.get(group) ?? []
    if (writer.act === 'take') {
      if (holder !== undefined && holder !== next.id) return { kind: 'busy', id: holder }
      if (writer.epoch !== epoch.length) return { kind: 'busy', id: epoch.at(-1) ?? next.id }
      model.writers.set(group, next.id)
    } else if (holder === next.id) model.writers.delete(group)
    if (writer.act === 'take' || holder === next.id) model.epochs.set(group, [...epoch, next.id])
  }
  if (submissionId !== undefined) model.submissions.set(submissionId, next.id)
  model.requests.set(next.id, { commits: [...(kept?.commits ?? []), commit] })
  return { kind: 'applied' }
}

/** Sends it until it is answered, however often the reply is lost. */
async function commitSurely(real: Real, nth: number, commit: Commit, losses: number): Promise<CommitOutcome> {
  const { proxy, redis } = clients[nth] as Client
  real.sent.push(commit)
  for (let lost = 0; ; lost++) {
    if (redis.status !== 'ready') await untilReady(redis, 5_000)
    if (lost < losses) proxy.loseNextReply(commit.changeId)
    try {
      return await (real.stores[nth] as Store).commit(commit)
    } catch (error) {
      if (lost >= losses) throw error
      await new Promise(resolve => redis.once('ready', resolve))
    }
  }
}

interface Extra extends Pick<Commit, 'dueAtMs' | 'open' | 'submissionId'> {
  /** `behind`: so many have taken it or given it back since it was looked at. */
  writing?: { act: 'take' | 'giveBack'; group: string; behind: number }
}

/** A change that every request takes, made of one of its records. */
function changeOf(model: Model, before: ResetRequest, { writing, ...extra }: Extra): Commit {
  const command = {
    kind: 'attempted',
    command: 'decide',
    // Each another person: of one, only the first few are taken.
    by: `U0ALICE${before.version}`,
    refusal: 'ownRequest',
    from: SOMEWHERE,
  } as const
  const writer = writing === undefined ? {} : { writer: writerIn(model, writing) }
  return commitOf(before, command, { ...extra, ...writer })
}

function writerIn(model: Model, { act, group, behind }: NonNullable<Extra['writing']>) {
  const target = { ...draft().reset.target, group }
  const epoch = (model.epochs.get(group)?.length ?? 0) - behind
  return act === 'take' ? { target, act, epoch, untilMs: T0 + 600_000, settleMs: 1 } : { target, act }
}

async function newCommit(real: Real, extra: Extra): Promise<Commit> {
  return creationOf(draft({ id: await (real.stores[0] as Store).nextRequestId() }), extra)
}

/** Compares everything that there is with everything that should be. */
async function holds(model: Model, { prefix }: Real): Promise<void> {
  const store = createRedisStore(direct, prefix)
  const due = new Map<string, number>()
  const open = new Set<string>()
  for (const [id, { commits }] of model.requests) {
    const last = commits.at(-1)
    if (last?.dueAtMs !== null && last !== undefined) due.set(id, last.dueAtMs)
    if (last?.open) open.add(id)
    expect(await store.read(id), `the record of ${id}`).toEqual(last?.next)
    expect(await store.readEvents(id), `the events of ${id}`).toEqual(commits.map(({ event }) => event))
    expect(
      commits.map(({ next }) => next.version),
      `the versions of ${id}`,
    ).toEqual(commits.map((_, index) => index + 1))
  }
  const scores = await direct.zrangebyscore(`{${prefix}}:due`, '-inf', '+inf', 'WITHSCORES')
  const dueThere = new Map(scores.flatMap((id, i) => (i % 2 === 0 ? [[id, Number(scores[i + 1])]] : [])))
  expect(dueThere, 'the due set').toEqual(due)
  const openThere = await direct.zrangebyscore(`{${prefix}}:open`, '-inf', '+inf')
  expect(new Set(openThere), 'the open set').toEqual(open)
  for (const group of GROUPS) {
    const { instanceId } = draft().reset.target
    expect(await store.writerOf({ instanceId, group }), `who writes to ${group}`).toMatchObject({
      holder: model.writers.get(group) ?? null,
      epoch: model.epochs.get(group)?.length ?? 0,
    })
  }
  const created = [...model.requests.keys()].sort()
  const keys = (await direct.keys(`{${prefix}}:request:*`)).map(key => key.split(':').at(-1))
  expect(keys.sort(), 'the requests').toEqual(created)
}

type ModelCommand = fc.AsyncCommand<Model, Real>

function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  { needsRequest }: { needsRequest: boolean },
): ModelCommand {
  return {
    check: ({ requests }) => !needsRequest || requests.size > 0,
    async run(model, real) {
      await run(model, real)
      await holds(model, real)
    },
    toString: () => name,
  }
}

function pick({ requests }: Model, nth: number, back: number): ResetRequest {
  const kept = [...requests.values()][nth % requests.size]
  const at = Math.max(0, (kept?.commits.length ?? 0) - 1 - back)
  return kept?.commits[at]?.next as ResetRequest
}

const client = fc.nat({ max: 1 })
const losses = fc.constantFrom(0, 0, 1, 1, 2)
const submissions = fc.constantFrom('V1', 'V2', undefined)
const whichOne = fc.nat({ max: 3 })
/** Mostly the record as it is; else as somebody read it a while ago. */
const back = fc.constantFrom(0, 0, 0, 1, 3)
const extras = fc
  .tuple(
    fc.option(fc.integer({ min: T0, max: T0 + 9_999 })),
    fc.boolean(),
    fc.constantFrom('take', 'take', 'giveBack', undefined),
    fc.constantFrom(...GROUPS),
    fc.constantFrom(0, 0, 0, 1, 2),
  )
  .map(
    ([dueAtMs, open, act, group, behind]): Extra =>
      act === undefined ? { dueAtMs, open } : { dueAtMs, open, writing: { act, group, behind } },
  )

function submitted(extra: Extra, submissionId: string | undefined): Extra {
  const { dueAtMs, open } = extra
  return { dueAtMs, open, ...(submissionId === undefined ? {} : { submissionId }) }
}

const creating = fc.tuple(client, submissions, extras, losses).map(([by, submission, extra, lost]) =>
  command(
    `create(${by}, ${submission}, ${lost} lost)`,
    async (model, real) => {
      const commit = await newCommit(real, submitted(extra, submission))
      expect(await commitSurely(real, by, commit, lost)).toEqual(apply(model, commit))
    },
    { needsRequest: false },
  ),
)

const changing = fc.tuple(client, whichOne, back, extras, losses).map(([by, nth, behind, extra, lost]) =>
  command(
    `change(${by}, ${nth}, ${behind} behind, ${JSON.stringify(extra.writing)}, ${lost} lost)`,
    async (model, real) => {
      const commit = changeOf(model, pick(model, nth, behind), extra)
      expect(await commitSurely(real, by, commit, lost)).toEqual(apply(model, commit))
    },
    { needsRequest: true },
  ),
)

const repeating = fc.tuple(client, fc.nat({ max: 60 }), losses).map(([by, nth, lost]) =>
  command(
    `repeat(${by}, ${nth}, ${lost} lost)`,
    async (model, real) => {
      const commit = real.sent[nth % real.sent.length] as Commit
      expect(await commitSurely(real, by, commit, lost)).toEqual(apply(model, commit))
    },
    { needsRequest: true },
  ),
)

/** Both at the same moment: whichever the store took first, the other is answered by what it left. */
const together = fc
  .tuple(whichOne, extras, extras, losses, losses, submissions, fc.boolean())
  .map(([nth, one, other, lostOne, lostOther, submission, creates]) =>
    command(
      `together(${nth}, ${creates ? `create ${submission}` : 'change'}, ${lostOne} and ${lostOther} lost)`,
      async (model, real) => {
        const commits = await Promise.all(
          [one, other].map(extra =>
            creates
              ? newCommit(real, submitted(extra, submission))
              : changeOf(model, pick(model, nth, 0), extra),
          ),
        )
        const [a, b] = commits as [Commit, Commit]
        const outcomes = await Promise.all([
          commitSurely(real, 0, a, lostOne),
          commitSurely(real, 1, b, lostOther),
        ])
        const orders = [
          [a, b],
          [b, a],
        ].map(order => outcomesIn(model, order as [Commit, Commit]))
        const fits = orders.find(
          ({ of }) => sameOutcome(of.get(a), outcomes[0]) && sameOutcome(of.get(b), outcomes[1]),
        )
        expect(fits, `${JSON.stringify(outcomes)} in either order`).toBeDefined()
        for (const commit of fits?.order ?? []) apply(model, commit)
      },
      { needsRequest: true },
    ),
  )

function outcomesIn(model: Model, order: readonly Commit[]) {
  const trial: Model = {
    requests: new Map(model.requests),
    writers: new Map(model.writers),
    epochs: new Map(model.epochs),
    submissions: new Map(model.submissions),
  }
  return { order, of: new Map(order.map(commit => [commit, apply(trial, commit)] as const)) }
}

function sameOutcome(one: CommitOutcome | undefined, other: CommitOutcome | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

it('applies each change exactly once, whoever repeats it and whatever reply is lost', {
  tags: ['chance'],
  timeout: RUNS * RUN_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands([creating, changing, changing, changing, repeating, together, together], {
        maxCommands: 30,
        size: 'max',
      }),
      async sequence => {
        const prefix = `commit-${randomUUID()}`
        const stores = clients.map(({ redis }) => createRedisStore(redis, prefix))
        const model: Model = {
          requests: new Map(),
          writers: new Map(),
          epochs: new Map(),
          submissions: new Map(),
        }
        await fc.asyncModelRun(() => ({ model, real: { prefix, stores, sent: [] } }), sequence)
        const keys = await direct.keys(`{${prefix}}:*`)
        if (keys.length > 0) await direct.del(...keys)
      },
    ),
    { numRuns: RUNS, ...SEED, ...LIMIT },
  )
})
