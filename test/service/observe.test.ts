// A look at the world: all of what a plan needs or an outcome, in the order that keeps it young, at the pace of the API.

import { afterEach, describe, expect, it } from 'vitest'
import { budgetsOf } from '../../src/adapters/ckafka/budgets.ts'
import { createQuota } from '../../src/adapters/redis/quota.ts'
import type { Bounds } from '../../src/request/bounds.ts'
import { causeOf } from '../../src/request/cause.ts'
import { placeOf } from '../../src/request/group.ts'
import { planRows } from '../../src/request/plan-rows.ts'
import type { Reset } from '../../src/request/reset.ts'
import { type Observed, type ObserveOptions, observe, TIMES_ASKED_MAX } from '../../src/service/observe.ts'
import { within } from '../../src/service/within.ts'
import {
  back100,
  GROUP,
  OTHER_GROUP,
  type Service,
  type ServiceOptions,
  startService,
} from '../support/service.ts'

let service: Service
afterEach(() => service.close())

async function start(options?: ServiceOptions): Promise<void> {
  service = await startService(options)
}

const look = (reset: Reset, options: Partial<ObserveOptions> = {}): Promise<Observed> =>
  observe(reset, { reader: service.reader, clock: service.clock, logsOf: () => true, ...options })

function seen(outcome: Observed) {
  if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

const LOGS = 'DescribeTopicSyncReplica'
const TIMES = 'FetchMessageListByTimestamp'
const KINDS = 'DescribeTopicAttributes'
const STATE = 'DescribeGroupInfo'
const OFFSETS = 'DescribeGroupOffsets'

const toTime = (agoMs: number): Reset => ({
  ...back100,
  strategy: { kind: 'time', timeMs: service.clock() - agoMs },
})
const toOther: Reset = { ...back100, strategy: { kind: 'group', group: OTHER_GROUP } }
const both: Reset = { ...back100, topics: ['orders', 'payments'] }

describe('what moves fastest', () => {
  it('is read last: the group and its positions come after the logs and the times', async () => {
    await start()
    seen(await look(toTime(60_000), { withTargets: true }))
    const actions = service.newActions()
    expect(actions.slice(0, 5)).toEqual([LOGS, TIMES, TIMES, TIMES, KINDS])
    expect(actions.slice(5).sort()).toEqual([STATE, OFFSETS].sort())
  })

  it('is read last also where another group shows the way', async () => {
    await start()
    seen(await look({ ...toOther, topics: both.topics }, { withTargets: true }))
    const calls = service.ckafka
      .calls()
      .map(({ action, params }) => [action, params.Group ?? params.GroupList ?? params.TopicName ?? ''])
    expect(calls.slice(0, 2)).toEqual([
      [LOGS, 'orders'],
      [LOGS, 'payments'],
    ])
    expect(calls.slice(2, 4).map(([, name]) => name)).toEqual(expect.arrayContaining([OTHER_GROUP]))
    expect(calls.slice(2, 4).some(([, name]) => name?.includes(GROUP))).toBe(false)
    expect(calls.slice(4, 6)).toEqual([
      [KINDS, 'orders'],
      [KINDS, 'payments'],
    ])
    expect(calls.slice(6).every(([, name]) => name?.includes(GROUP))).toBe(true)
    expect(calls).toHaveLength(8)
  })

  it('is seen as it is then: what was committed while the logs were read counts', async () => {
    await start()
    let isCommitted = false
    service.ckafka.onChange(() => {
      if (isCommitted || service.ckafka.calls(LOGS).length < 2) return
      isCommitted = true
      service.ckafka.cluster.commit(GROUP, 'orders', 0, 950n)
      service.ckafka.cluster.join(GROUP, { clientId: 'billing-1' })
    })
    const { group, facts } = seen(await look(both))
    expect(isCommitted).toBe(true)
    expect(facts.positions[0]).toMatchObject({ topic: 'orders', partition: 0, committed: 950n })
    expect(group.members).toHaveLength(1)
  })
})

describe('a look', () => {
  it('has every partition of the logs, also those that nothing is committed to', async () => {
    await start()
    const { facts, topics } = seen(await look(both))
    expect(topics).toEqual(['orders', 'payments'])
    expect(facts.positions.map(each => [each.topic, each.partition, each.committed, each.logStart])).toEqual([
      ['orders', 0, 900n, 0n],
      ['orders', 1, 800n, 0n],
      ['orders', 2, null, 0n],
      ['payments', 0, 700n, 0n],
    ])
    expect(facts).not.toHaveProperty('firstMessages')
    expect(facts).not.toHaveProperty('targets')
  })

  it('leaves the logs out where it is told to be quick, and knows no start then', async () => {
    await start()
    const { facts } = seen(await look(both, { logsOf: count => count < 2 }))
    expect(service.newActions().sort()).toEqual([STATE, OFFSETS].sort())
    expect(facts.positions.every(({ logStart }) => logStart === null)).toBe(true)
    expect(facts.positions.every(({ logEnd }) => logEnd === 1_000n)).toBe(true)
  })

  it('names all topics that the group has committed to, and no other', async () => {
    await start()
    const all: Reset = { ...back100, scope: 'allTopics', topics: [] }
    expect(seen(await look(all)).topics).toEqual(['orders', 'payments'])
    expect(seen(await look({ ...all, target: { ...all.target, group: 'nobody' } })).topics).toEqual([])
  })

  it('asks nothing of the logs in a dialect that cannot tell', async () => {
    await start({ dialect: 'v2' })
    const { facts } = seen(await look(toTime(60_000), { withTargets: true }))
    expect(facts.positions).toHaveLength(3)
    expect(facts).not.toHaveProperty('firstMessages')
  })
})

describe('what could not be read', () => {
  it('of one partition makes the whole look unavailable, though its log is known', async () => {
    await start()
    service.ckafka.cluster.failRead('orders', 1, 15)
    for (const logsOf of [() => true, () => false]) {
      expect(await look(both, { logsOf })).toEqual({
        kind: 'unavailable',
        cause: causeOf('offsetUnread', 'orders 1'),
      })
    }
    service.ckafka.cluster.heal()
    expect((await look(both)).kind).toBe('read')
  })

  it.each([LOGS, TIMES, STATE, OFFSETS])('of %s is an outcome, not a gap', async action => {
    await start()
    const code = { kind: 'code', code: 'UnauthorizedOperation', message: 'not you' } as const
    service.ckafka.inject(action, code, Number.POSITIVE_INFINITY)
    expect(await look(toTime(60_000), { withTargets: true })).toMatchObject({
      kind: 'refused',
      reason: 'notAllowed',
    })
    service.ckafka.clearFaults()
    service.ckafka.inject(
      action,
      { kind: 'status', status: 502, afterDoingIt: false },
      Number.POSITIVE_INFINITY,
    )
    expect(await look(toTime(60_000), { withTargets: true })).toMatchObject({ kind: 'unavailable' })
  })
})

describe('topics of which offsets are not messages', () => {
  it('are named for a plan, and those whose messages are too large to be found by their time', async () => {
    await start()
    service.ckafka.cluster.createTopic('table', 1, { 'cleanup.policy': 'compact' })
    service.ckafka.cluster.createTopic('videos', 1, { 'max.message.bytes': '8388608' })
    const reset: Reset = { ...back100, topics: ['orders', 'table', 'videos', 'nowhere'] }
    const { facts } = seen(await look(reset, { withTargets: true }))
    expect(facts.sparse).toEqual(new Set(['table', 'nowhere']))
    expect(facts.lateTimes).toEqual(new Set(['videos']))
    expect(seen(await look(reset)).facts).not.toHaveProperty('sparse')
  })

  it.each([
    { kind: 'code', code: 'UnauthorizedOperation', message: 'not you' },
    { kind: 'status', status: 502, afterDoingIt: false },
  ] as const)('may be all of them where the API does not tell: %o', async fault => {
    await start()
    service.ckafka.inject(KINDS, fault, Number.POSITIVE_INFINITY)
    const { facts } = seen(await look(both, { withTargets: true }))
    expect(facts.sparse).toEqual(new Set(['orders', 'payments']))
    expect(facts.lateTimes).toEqual(new Set())
    expect(service.ckafka.calls(KINDS).length).toBeLessThanOrEqual(2)
  })

  it('are not asked for where no log is read', async () => {
    await start()
    seen(await look(both, { withTargets: true, logsOf: () => false }))
    expect(service.ckafka.calls(KINDS)).toEqual([])
  })
})

describe('where another group is', () => {
  it('is known for what it has committed to, and only for that', async () => {
    await start()
    const { facts } = seen(await look(toOther, { withTargets: true }))
    expect(facts.targets).toEqual(new Map([['orders 0', 500n]]))
    expect(seen(await look(toOther)).facts).not.toHaveProperty('targets')
  })

  it('is nowhere when there is no such group', async () => {
    await start()
    const toNobody: Reset = { ...toOther, strategy: { kind: 'group', group: 'nobody' } }
    expect(await look(toNobody, { withTargets: true })).toEqual({
      kind: 'impossible',
      cause: causeOf('noOtherGroup', 'nobody'),
    })
  })

  it.each([STATE, OFFSETS])('is an outcome when %s of it could not be read', async action => {
    await start()
    service.ckafka.inject(
      action,
      { kind: 'status', status: 502, afterDoingIt: false },
      Number.POSITIVE_INFINITY,
    )
    expect(await look(toOther, { withTargets: true })).toMatchObject({ kind: 'unavailable' })
  })
})

describe('the messages at a time', () => {
  it('are asked for of each partition, and there is none where the time is past the newest', async () => {
    await start()
    service.ckafka.cluster.produce('orders', 1, 5)
    service.pass(60_000)
    service.ckafka.cluster.produce('orders', 2, 1)
    const { facts } = seen(await look(toTime(30_000), { withTargets: true }))
    expect(facts.firstMessages).toEqual(
      new Map([
        ['orders 0', null],
        ['orders 1', null],
        ['orders 2', 1_000n],
      ]),
    )
  })

  it('are asked for of the chosen partitions alone, however many there are besides', async () => {
    await start()
    service.ckafka.cluster.createTopic('wide', TIMES_ASKED_MAX + 1)
    const reset: Reset = { ...toTime(60_000), topics: ['wide'], partitions: { wide: [0, 300] } }
    const { facts } = seen(await look(reset, { withTargets: true }))
    expect([...(facts.firstMessages?.keys() ?? [])]).toEqual([placeOf('wide', 0), placeOf('wide', 300)])
  })

  it('are asked for of none when there are too many, and the look is whole all the same', async () => {
    await start()
    service.ckafka.cluster.createTopic('wide', TIMES_ASKED_MAX + 1)
    const { facts } = seen(await look({ ...toTime(60_000), topics: ['wide'] }, { withTargets: true }))
    expect(facts.positions).toHaveLength(TIMES_ASKED_MAX + 1)
    expect(facts).not.toHaveProperty('firstMessages')
    expect(service.ckafka.calls(TIMES)).toEqual([])
  })

  it('are asked for of as many as are not too many: one that fails is an outcome', async () => {
    await start()
    service.ckafka.cluster.createTopic('wide', TIMES_ASKED_MAX)
    // The third call tells; the others need not be made.
    service.ckafka.inject(TIMES, { kind: 'delay', ms: 0 }, 2)
    service.ckafka.inject(TIMES, { kind: 'code', code: 'UnauthorizedOperation', message: 'not you' })
    const outcome = await look({ ...toTime(60_000), topics: ['wide'] }, { withTargets: true })
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'notAllowed' })
    expect(service.ckafka.calls(TIMES)).toHaveLength(3)
  })
})

describe('what is known before the look is over', () => {
  it('are bounds that grow narrower with each read, for one more look at the committed offsets', async () => {
    await start()
    const bounds: (Bounds | null)[] = []
    const facts = seen(
      await look(toTime(60_000), {
        withTargets: true,
        onProgress: async progress => void bounds.push(await progress.bounds()),
      }),
    ).facts
    expect(bounds.map(each => each?.exact)).toEqual([0, 1, 2, 3])
    expect(bounds.map(each => each?.partitions)).toEqual([3, 3, 3, 3])
    const rows = planRows(toTime(60_000), facts)
    const sum = (of: 'replays' | 'skips') => rows.reduce((total, row) => total + row[of], 0n)
    for (const [index, each] of bounds.entries()) {
      if (each === null) throw new Error('bounds')
      expect(each.replays).toBeGreaterThanOrEqual(sum('replays'))
      expect(each.skips).toBeGreaterThanOrEqual(sum('skips'))
      expect(each.skips).toBeLessThanOrEqual(bounds[index - 1]?.skips ?? each.skips)
    }
    expect(service.ckafka.calls(OFFSETS)).toHaveLength(2)
  })

  it('cost no look of their own where all that the group has committed to has just been read', async () => {
    await start()
    const bounds: (Bounds | null)[] = []
    const outcome = await look(
      { ...back100, scope: 'allTopics', topics: [] },
      { onProgress: async progress => void bounds.push(await progress.bounds()) },
    )
    expect(outcome.kind).toBe('read')
    expect(bounds[0]).toMatchObject({ skips: 0n })
    // Which topics there are, and where the group is on them in the end.
    expect(service.ckafka.calls(OFFSETS)).toHaveLength(2)
  })
})

describe('the pace of the API', () => {
  it('of five logs a second is kept to: many topics take longer, and none is left out', async () => {
    await start()
    service.ckafka.behaviourV3.rates = 'enforced'
    const topics = Array.from({ length: 8 }, (_, index) => `many-${index}`)
    for (const topic of topics) service.ckafka.cluster.createTopic(topic, 1)
    const progress: string[] = []
    const outcome = await look(
      { ...back100, topics },
      { onProgress: async ({ done, total }) => void progress.push(`${done}/${total}`) },
    )
    expect(seen(outcome).facts.positions.map(({ topic }) => topic)).toEqual(topics)
    expect(progress).toEqual(topics.map((_, index) => `${index + 1}/8`))
    const calls = service.ckafka.calls(LOGS)
    expect(calls.filter(({ code }) => code === 0)).toHaveLength(8)
    // Who was asked to wait waits: it does not knock on and on.
    expect(calls.length).toBeLessThan(12)
  })

  it('is what the account’s own budget says, before the API has to', async () => {
    await start({ quota: (redis, prefix) => createQuota(redis, prefix, budgetsOf('v3', 'service')) })
    const topics = Array.from({ length: 7 }, (_, index) => `many-${index}`)
    for (const topic of topics) service.ckafka.cluster.createTopic(topic, 1)
    const startedMs = performance.now()
    expect(seen(await look({ ...back100, topics })).facts.positions).toHaveLength(7)
    expect(service.ckafka.calls(LOGS)).toHaveLength(7)
    expect(performance.now() - startedMs).toBeGreaterThan(500)
  })
})

describe('somebody who waits for a look', () => {
  it('waits no longer than they can, and is told that it is late', async () => {
    await start()
    service.ckafka.inject(STATE, { kind: 'hang', afterDoingIt: false })
    const late = { kind: 'unavailable', cause: 'too slow' } as const
    expect(await within(30, look(back100), late)).toBe(late)
    expect(await within(5_000, look(back100), late)).toMatchObject({ kind: 'read' })
  })
})
