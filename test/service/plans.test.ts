// The plan of a request: made once a round, refused where there is nothing to approve, and compared with the world again.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { areRowsOf } from '../../src/request/digest.ts'
import { planDocument, type RequestId, type ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import type { Comparison, Planned } from '../../src/service/plans.ts'
import { back100, GROUP, INSTANCE, OTHER_GROUP, type Service, startService } from '../support/service.ts'

let service: Service
beforeEach(async () => {
  service = await startService()
})
afterEach(() => service.close())

const cluster = () => service.ckafka.cluster
const make = async (request: ResetRequest | Promise<ResetRequest>) =>
  service.plans.make(await request, async () => {})
const compare = (request: ResetRequest, logTopics = 12) =>
  service.plans.compare(request, service.reader, logTopics)

function planned(made: Planned) {
  if (made.kind !== 'planned') throw new Error(JSON.stringify(made))
  return made
}

function verdictOf(seen: Comparison): string {
  if (seen.kind !== 'compared') return seen.kind
  return seen.drift.verdict === 'material'
    ? seen.drift.differences.map(({ kind }) => kind).join(', ')
    : seen.drift.verdict
}

/** The world has moved, and the request goes back to be planned anew. */
const drift = (request: ResetRequest) =>
  service.apply(request, {
    kind: 'drifted',
    at: 'opened',
    digest: request.plan?.digest ?? '',
    differences: [{ kind: 'committedMoved', partitions: 1, first: MOVED }],
    expiryMs: 3_600_000,
  })
const MOVED = { topic: 'orders', partition: 0, was: '900', is: '950' }

describe('a plan', () => {
  it('is kept whole beside the record: the rows that are read back are those of its digest', async () => {
    const request = await service.plan(await service.ask())
    expect(request).toMatchObject({ state: { name: 'pending' }, plan: { replays: 200n, moving: 2 } })
    const rows = await service.plans.rows(request)
    expect(rows?.map(({ partition, from, to }) => [partition, from, to])).toEqual([
      [0, 900n, 800n],
      [1, 800n, 700n],
      [2, null, null],
    ])
  })

  it('is not whole with a row missing, one too many or one changed, nor before it is made', async () => {
    const asked = await service.ask()
    expect(await service.plans.rows(asked)).toBe(undefined)
    const request = await service.plan(asked)
    const { plan } = request
    const [first, second, third] = (await service.plans.rows(request)) ?? []
    if (!first || !second || !third || !plan) throw new Error('It has three rows.')
    for (const rows of [
      [],
      [first, second],
      [first, second, third, third],
      [second, first, third],
      [{ ...first, to: 801n }, second, third],
      [{ ...first, from: 901n }, second, third],
      [{ ...first, topic: 'payments' }, second, third],
      [{ ...first, logEnd: 901n }, second, third],
      [{ ...first, logStart: 1n }, second, third],
      [{ ...first, note: 'atStart' } as const, second, third],
    ]) {
      expect(areRowsOf(request.reset, plan, rows)).toBe(false)
    }
    expect(areRowsOf(request.reset, plan, [first, second, third])).toBe(true)
  })

  it('names five of the requests that are open for the same topics, and counts the others', async () => {
    for (let each = 0; each < 8; each++) await service.ask()
    const { overlaps, overlapsLeft } = await service.plan(await service.ask())
    expect(overlaps).toHaveLength(5)
    expect(overlapsLeft).toBe(3)
  })

  it('of a slow planner of the round before does not become the plan of this round', async () => {
    const asked = await service.ask()
    const slow = planned(await make(asked))
    const first = await service.plan(asked)
    const second = await drift(first)
    cluster().commit(GROUP, 'orders', 0, 950n)

    const documents = { [planDocument(asked.round)]: slow.rows }
    const late = await service.changes.change(asked.id, slow.command, { documents })
    expect(late).toMatchObject({ kind: 'refused', refusal: 'stale' })
    expect(await service.now(second)).toMatchObject({ plan: null, round: 2, state: { name: 'preparing' } })

    const request = await service.plan(second)
    expect(request.plan?.digest).not.toBe(first.plan?.digest)
    const rows = await service.plans.rows(request)
    expect(rows?.[0]).toMatchObject({ from: 950n, to: 850n })
    expect(await service.store.readDocument(request.id, 'plan-1')).toMatchObject([{ from: 900n }, {}, {}])
  })

  it('of two planners of one round is that of the first', async () => {
    const asked = await service.ask()
    const slow = planned(await make(asked))
    cluster().commit(GROUP, 'orders', 0, 950n)
    const request = await service.plan(asked)
    const documents = { [planDocument(asked.round)]: slow.rows }
    expect((await service.changes.change(asked.id, slow.command, { documents })).kind).toBe('refused')
    expect(await service.plans.rows(request)).toMatchObject([{ from: 950n }, {}, {}])
  })
})

describe('a plan of what follows another', () => {
  const following = async (id: RequestId, kind: 'undo' | 'retry', reset: Reset = back100) =>
    ({ ...(await service.ask(reset)), parent: { id, kind } }) as ResetRequest
  const offsetOf = (offset: bigint): Reset => ({ ...back100, strategy: { kind: 'offset', offset } })
  const done = async (reset?: Reset) => service.execute(await service.approved(reset))

  it('says of a retry how many partitions have moved since, and which request has put them there', async () => {
    cluster().failPartition('orders', 1, 6, 'not the leader')
    const first = await done()
    cluster().heal()
    const retry = await following(first.id, 'retry', { ...offsetOf(700n), partitions: { orders: [1] } })
    expect(planned(await make(retry)).command.plan).toMatchObject({ movedSince: 0 })
    const other = await done({ ...offsetOf(650n), partitions: { orders: [1] } })
    const { plan } = planned(await make(retry)).command
    expect(plan).toMatchObject({ movedSince: 1, movedBy: [other.id] })
    cluster().commit(GROUP, 'orders', 1, 655n)
    const unknown = planned(await make(retry)).command.plan
    expect(unknown.movedSince).toBe(1)
    expect(unknown.movedBy).toBeUndefined()
  })

  it('is none where another request has put it there since, and names that', async () => {
    cluster().failPartition('orders', 1, 6, 'not the leader')
    const first = await done()
    cluster().heal()
    const reset = { ...offsetOf(700n), partitions: { orders: [1] } }
    const retry = await following(first.id, 'retry', reset)
    const other = await done(reset)
    expect(await make(retry)).toEqual({ kind: 'impossible', cause: causeOf('nothingMoves', '1', other.id) })
    // As far as anybody knows somebody else has, where no request of ours did.
    const edit = { ...retry, parent: null }
    expect(await make(edit)).toEqual({ kind: 'impossible', cause: causeOf('nothingMoves', '1') })
  })
})

describe('no plan is made, and it is said why,', () => {
  const withTopics = (topics: string[], change: Partial<Reset> = {}): Reset => ({
    ...back100,
    topics,
    ...change,
  })
  it.each<[string, Reset, string]>([
    [
      'of a shift where nothing is committed: nothing could be written',
      withTopics(['untouched']),
      causeOf('nothingToShift'),
    ],
    [
      'of a shift of the one partition without a commit',
      withTopics(['orders'], { partitions: { orders: [2] } }),
      causeOf('nothingToShift'),
    ],
    ['of a topic that is not there', withTopics(['nowhere']), causeOf('topicsNotSeen', 'nowhere')],
    [
      'of partitions that are not there',
      withTopics(['orders'], { partitions: { orders: [0, 3, 4, 5, 6] } }),
      causeOf('partitionsMissing', '1', 'orders 3', 'orders 4', 'orders 5'),
    ],
    [
      'of a group that nobody knows',
      { ...back100, target: { instanceId: INSTANCE, group: 'nobody' } },
      causeOf('noGroup'),
    ],
    [
      'of a group whose name is mistyped: the nearest is named',
      { ...back100, target: { instanceId: INSTANCE, group: 'biling' } },
      causeOf('noGroup', 'billing'),
    ],
    [
      'of where another group is when it is nowhere there',
      withTopics(['payments'], { strategy: { kind: 'group', group: OTHER_GROUP } }),
      causeOf('otherNothingCommitted', 'audit'),
    ],
    [
      'of where a group is that nobody knows',
      withTopics(['orders'], { strategy: { kind: 'group', group: 'nobody' } }),
      causeOf('noOtherGroup', 'nobody'),
    ],
  ])('%s', async (_, reset, cause) => {
    expect(await make(service.ask(reset))).toEqual({ kind: 'impossible', cause })
  })

  it('of all topics when the group has committed to none', async () => {
    cluster().join('fresh', { clientId: 'fresh-1' })
    cluster().leave('fresh', 'fresh-1')
    const reset: Reset = {
      ...back100,
      target: { instanceId: INSTANCE, group: 'fresh' },
      scope: 'allTopics',
      topics: [],
    }
    const cause = causeOf('nothingCommitted')
    expect(await make(service.ask(reset))).toEqual({ kind: 'impossible', cause })
  })

  it('where every partition is where it would be put', async () => {
    const reset: Reset = { ...back100, topics: ['orders'], strategy: { kind: 'latest' } }
    for (const { partition, end } of service.ckafka.cluster.logs(INSTANCE, 'orders'))
      cluster().commit(GROUP, 'orders', partition, end)
    expect(await make(service.ask(reset))).toEqual({
      kind: 'impossible',
      cause: causeOf('nothingMoves', '3'),
    })
  })

  it('while a partition cannot be read', async () => {
    cluster().failRead('orders', 0, 15)
    const made = await make(service.ask())
    expect(made).toMatchObject({ kind: 'unavailable', cause: causeOf('offsetUnread', 'orders 0') })
  })
})

describe('a plan that writes anything at all', () => {
  it('is made, though other partitions have nothing to count from', async () => {
    const made = planned(await make(service.ask()))
    expect(made.command.plan).toMatchObject({ partitions: 3, moving: 2, noCommit: 1 })
  })

  it('is made of an offset for a group that has no commit there', async () => {
    const reset: Reset = { ...back100, topics: ['untouched'], strategy: { kind: 'earliest' } }
    expect(planned(await make(service.ask(reset))).rows).toMatchObject([{ from: null, to: 0n }])
  })

  it('is made in the dialect that cannot tell what a shift does there', async () => {
    await service.close()
    service = await startService({ dialect: 'v2' })
    const made = planned(await make(service.ask({ ...back100, topics: ['untouched'] })))
    expect(made.command.plan).toMatchObject({ execution: 'native', certainty: 'unknown' })
  })
})

describe('a comparison', () => {
  it('finds nothing when nothing has happened, and calls growing logs harmless', async () => {
    const request = await service.plan(await service.ask())
    expect(verdictOf(await compare(request))).toBe('unchanged')
    expect(verdictOf(await compare(request, 0))).toBe('unchanged')
    cluster().produce('orders', 1, 10)
    expect(verdictOf(await compare(request))).toBe('harmless')
    expect(verdictOf(await compare(request, 0))).toBe('harmless')
  })

  it('has the rows with it, so that nothing has to be read again for the call', async () => {
    const request = await service.plan(await service.ask())
    const seen = await compare(request)
    expect(seen.kind === 'compared' && seen.rows).toEqual(await service.plans.rows(request))
  })

  it('finds consumers that go on, and the same difference is material once they are gone', async () => {
    const request = await service.plan(await service.ask())
    cluster().join(GROUP, { clientId: 'billing-1' })
    cluster().consume(GROUP, 'orders', 0, 5)
    expect(verdictOf(await compare(request))).toBe('consuming')
    cluster().leave(GROUP, 'billing-1')
    expect(verdictOf(await compare(request))).toBe('committedMoved')
  })

  it('sees a target that has left its log, unless it was told to be quick', async () => {
    const request = await service.plan(await service.ask())
    cluster().truncate('orders', 1, 701n)
    expect(verdictOf(await compare(request))).toBe('targetLeftLog')
    expect(verdictOf(await compare(request, 0))).toBe('unchanged')
  })

  it('says that it could not look, and takes no part for the whole', async () => {
    expect(verdictOf(await compare(await service.ask()))).toBe('unavailable')
    const request = await service.plan(await service.ask())
    cluster().failRead('orders', 2, 15)
    expect(verdictOf(await compare(request))).toBe('unavailable')
    cluster().heal()
    const code = { kind: 'code', code: 'UnauthorizedOperation', message: 'not you' } as const
    service.ckafka.inject('DescribeGroupInfo', code)
    expect(verdictOf(await compare(request))).toBe('refused')
  })
})
