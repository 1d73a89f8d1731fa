// What Rewind plans is what Kafka's own tool would do, and what it leaves is what the tool leaves on a twin of the group,
// partition by partition: for every strategy and scope, over random topics, commits and kinds of groups. Where Rewind is
// stricter on purpose has a file of its own, stricter.test.ts.
//
// JUDGE_SEED runs the same again, JUDGE_ROUNDS more of it.

import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { readCause } from '../../src/request/cause.ts'
import { placeOf } from '../../src/request/group.ts'
import type { PlanRow } from '../../src/request/plan-rows.ts'
import { ID, value } from './adapter.ts'
import type { Driver } from './driver/driver.ts'
import { judged } from './judge/tool.ts'
import { type Case, caseOf, makeWorld, T0, WANTED, type Wanted, type World } from './judge/worlds.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'
import { type Rewind, startRewind } from './rewind.ts'

const SEED = Number(process.env.JUDGE_SEED ?? (process.env.CI ? 20_261_129 : Date.now() % 2 ** 31))
const ROUNDS = Number(process.env.JUDGE_ROUNDS ?? 2)
/** Never with members; and of either protocol, after their members have left. */
const KINDS = ['simple', 'classic', 'consumer'] as const

overEachKafka(kafka => {
  let driver: Driver
  let rewind: Rewind
  let world: World
  /** Of each kind one that Rewind resets, and one that the tool does. */
  const twins = new Map<string, [string, string]>()
  const seen = { rows: 0, clamped: 0, jumped: 0, uncommitted: 0, unmoved: 0, wholeTopics: 0, nothing: 0 }

  beforeAll(async () => {
    console.log(`JUDGE_SEED=${SEED} JUDGE_ROUNDS=${ROUNDS}`)
    driver = await driverOf(kafka)
    rewind = await startRewind(kafka.bootstrap, inject('redisUrl'))
    const reader = rewind.adapter.reader({ readMs: 10_000 })
    world = await makeWorld(driver, SEED, fresh, async topics => {
      const found = value(await reader.logRangesOf(ID, topics))
      return new Map(
        [...found].map(([topic, rows]) => [topic, rows.flatMap(row => ('unread' in row ? [] : [row]))]),
      )
    })
    for (const kind of KINDS) {
      const pair: [string, string] = [fresh(`${kind}-mine`), fresh(`${kind}-theirs`)]
      twins.set(kind, pair)
      if (kind === 'simple') continue
      for (const group of pair) {
        await driver.startReader(group, group, [world.table], kind)
        await driver.stopReader(group)
      }
    }
    // Until messages are gone from the middle of the log, which goes on starting where it did.
    await vi.waitFor(
      async () => expect(value(await reader.firstMessageAt(ID, world.table, 0, T0))).not.toBe(0n),
      { timeout: 30_000, interval: 200 },
    )
  })
  afterAll(async () => {
    await world?.close()
    rewind?.close()
    console.log(`${kafka.name}, of all rows:`, JSON.stringify(seen))
  })

  const stands = async (group: string, { commits, without }: Case) => {
    await driver.commit(group, commits)
    if (without.length > 0) await driver.deleteOffsets(group, without)
  }

  const named = (wanted: Wanted) => (wanted === 'file' ? 'a file' : `${wanted.strategy} of ${wanted.scope}`)
  const cases = Array.from({ length: ROUNDS }, (_, round) =>
    WANTED.map((wanted, index) => {
      const number = round * WANTED.length + index
      const kind = KINDS[(index + round) % KINDS.length] ?? 'simple'
      return { what: `${number + 1}. ${named(wanted)}, ${kind} group`, wanted, kind, seed: SEED + number }
    }),
  ).flat()

  describe('is judged as Kafka’s own tool does it', () => {
    it.for(cases.map(each => [each.what, each] as const))('%s', async ([, { wanted, kind, seed }]) => {
      const [mine = '', theirs = ''] = twins.get(kind) ?? []
      const each = caseOf(seed, world, wanted)
      await stands(mine, each)
      await stands(theirs, each)

      const asked = await rewind.ask(each.reset(mine), each.targets, true)
      const dry = await judged(driver, 'dry-run', each.reset(mine), each.targets)
      if (dry.kind === 'refuses') throw new Error(dry.said)
      const made = await rewind.make(asked)
      if (made.kind === 'impossible') {
        expect(readCause(made.cause)?.kind).toBe('nothingMoves')
        expect(await driver.offsets(mine)).toMatchObject(Object.fromEntries(dry.offsets))
        seen.nothing += 1
        return
      }
      const { request, rows } = await rewind.plan(asked)
      // `--all-topics` leaves out what has no commit; Rewind takes the topics whole, and says so on the card.
      const added = rows.filter(row => asked.reset.scope === 'allTopics' && row.from === null)
      expect(sorted(planned(rows.filter(row => !added.includes(row))))).toEqual(sorted(dry.offsets))
      expect(added.filter(row => dry.offsets.has(placeOf(row.topic, row.partition)))).toEqual([])

      const ended = await rewind.execute(await rewind.approve(request))
      expect(ended.state).toMatchObject({ name: 'succeeded' })
      const done = await judged(driver, 'execute', each.reset(theirs), each.targets)
      if (done.kind === 'refuses') throw new Error(done.said)
      const left = { ...(await driver.offsets(theirs)), ...Object.fromEntries(planned(added)) }
      expect(await driver.offsets(mine)).toEqual(left)
      for (const { outcome, planned: to, readBack } of await rewind.resultOf(ended)) {
        expect(['succeeded', 'clamped']).toContain(outcome)
        expect(readBack).toBe(to)
      }
      tally(rows, added.length)
    })
  })

  function tally(rows: readonly PlanRow[], added: number) {
    seen.rows += rows.length
    seen.wholeTopics += added
    seen.clamped += rows.filter(({ note }) => note === 'atStart' || note === 'atEnd').length
    seen.jumped += rows.filter(({ note }) => note === 'noMessageSince').length
    seen.uncommitted += rows.filter(({ from }) => from === null).length
    seen.unmoved += rows.filter(({ from, to }) => from === to).length
    // Where offsets are not messages, counts are bounds; where it goes is sure all the same.
    for (const { topic, certainty, from, to } of rows) {
      if (topic !== world.table && topic !== world.inTransactions) expect(certainty).toBe('exact')
      if (from !== null) expect(to).not.toBeNull()
    }
  }
})

const planned = (rows: readonly PlanRow[]) =>
  rows.flatMap(({ topic, partition, to }) => (to === null ? [] : [[placeOf(topic, partition), to] as const]))

const sorted = (offsets: Iterable<readonly [string, bigint]>) =>
  Object.fromEntries([...offsets].sort(([a], [b]) => (a < b ? -1 : 1)))
