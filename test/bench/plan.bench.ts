// The price of 10 000 partitions: CPU time of each step, and for how long it holds the event loop up. Prints a table.
// Each step is what the product does in one go, without a pause for anybody else.

import { performance } from 'node:perf_hooks'
import { setImmediate as breathe } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { reviewModal } from '../../src/adapters/slack/review/view.ts'
import { card } from '../../src/adapters/slack/thread/card.ts'
import { planCsv, resultCsv } from '../../src/adapters/slack/thread/csv-files.ts'
import { noteReply } from '../../src/adapters/slack/thread/replies.ts'
import type { TopicReport } from '../../src/request/api-answer.ts'
import { digestOf } from '../../src/request/digest.ts'
import { driftSince, type Observation } from '../../src/request/drift.ts'
import { retryOf, undoOf } from '../../src/request/follow-up.ts'
import { type Abilities, type Position, placeOf } from '../../src/request/group.ts'
import { type Execution, executionOf, type Plan, planOf, planSchema } from '../../src/request/plan.ts'
import { type Facts, type PlanRow, planRows, planRowsSchema } from '../../src/request/plan-rows.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { type Reset, type Strategy, targetsSchema } from '../../src/request/reset.ts'
import {
  countsOf,
  type PartitionResult,
  type ReadBack,
  resultOf,
  resultSchema,
} from '../../src/request/result.ts'
import { endedWith, pending } from '../support/requests.ts'

const words = wordsIn('en')

const TOPICS = 40
const PARTITIONS = 250
/** Topics by partitions of each; the last are the ones above. */
const GROWTH = [
  [2, 5],
  [10, 100],
  [TOPICS, PARTITIONS],
] as const
const LIMIT_TOGETHER_MS = 100
const LIMIT_STRETCH_MS = 50
const WARM_UPS = 5
const RUNS = 15

const V3: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }
const V2: Abilities = { logStart: false, firstMessageAt: false, writePartitions: false }

interface Case {
  name: string
  strategy: Strategy
  can: Abilities
  chosen: boolean
}

const shift = { kind: 'shift', direction: 'replay', count: 100_000n } as const
const CASES: Case[] = [
  { name: 'shift, 3.0', strategy: shift, can: V3, chosen: false },
  { name: 'shift, 2.0', strategy: shift, can: V2, chosen: false },
  { name: 'latest, 2.0', strategy: { kind: 'latest' }, can: V2, chosen: false },
  { name: 'time, 3.0', strategy: { kind: 'time', timeMs: 1_000 }, can: V3, chosen: true },
  {
    name: 'file, 3.0',
    strategy: { kind: 'offsets', source: 'file', partitions: 10_000 },
    can: V3,
    chosen: false,
  },
]

/** `counted`: part of what has to be done within LIMIT_TOGETHER_MS. */
interface Step {
  name: string
  counted: boolean
  run: () => unknown
}

/** Everything that the steps of one case work on, made once. */
function subjectOf({ strategy, can, chosen }: Case, howMany: number, ofEach: number) {
  const topics = Array.from({ length: howMany }, (_, topic) => `shop.orders.of-region-${topic}`)
  const numbers = Array.from({ length: ofEach }, (_, partition) => partition)
  const reset: Reset = {
    target: { instanceId: 'ckafka-one', group: 'billing' },
    strategy,
    scope: 'topics',
    topics,
    partitions: chosen ? Object.fromEntries(topics.map(topic => [topic, numbers])) : {},
  }
  const positions = topics.flatMap((topic, index) =>
    numbers.map((partition): Position => {
      const start = 1_000_000_000n + BigInt(index * 1_000 + partition)
      const committed = partition % 50 === 49 ? null : start + BigInt((partition * 7919) % 400_000)
      return { topic, partition, committed, logStart: can.logStart ? start : null, logEnd: start + 500_000n }
    }),
  )
  const halfway = new Map(
    positions.map(({ topic, partition, logEnd }) => [placeOf(topic, partition), (logEnd ?? 0n) - 250_000n]),
  )
  const facts: Facts = { atMs: 2_000, positions, firstMessages: halfway, targets: halfway }
  const later = positions.map(each => ({ ...each, logEnd: (each.logEnd ?? 0n) + 3n }))
  return { reset, facts, later, targets: halfway }
}

function planned(reset: Reset, facts: Facts, can: Abilities): { rows: PlanRow[]; plan: Plan } {
  const rows = planRows(reset, facts)
  const execution = executionOf(reset, rows, can)
  if (execution === null) throw new Error('there is no way to carry it out')
  const digest = digestOf(reset, execution, rows)
  return { rows, plan: planOf(reset, rows, { ...facts, execution, digest, movedSince: null }) }
}

function answered(rows: readonly PlanRow[], execution: Execution) {
  const reports = new Map<string, TopicReport>()
  for (const { topic, partition, to } of rows) {
    const report = reports.get(topic) ?? { topic, errorCode: 0, errorMessage: '', partitions: [] }
    const offset = execution === 'native' ? to : null
    report.partitions.push({ partition, offset, errorCode: partition % 100 === 7 ? 25 : 0, errorMessage: '' })
    reports.set(topic, report)
  }
  const readBack: ReadBack = new Map(
    rows.map(row => [placeOf(row.topic, row.partition), row.partition % 10 === 3 ? row.from : row.to]),
  )
  return { reports: [...reports.values()], readBack }
}

function stepsOf(each: Case, topics: number = TOPICS, partitions: number = PARTITIONS): Step[] {
  const { reset, facts, later, targets } = subjectOf(each, topics, partitions)
  const { rows, plan } = planned(reset, facts, each.can)
  const { reports, readBack } = answered(rows, plan.execution)
  const result: PartitionResult[] = resultOf(plan, rows, reports, readBack)
  const storedRows = JSON.stringify(z.encode(planRowsSchema, rows))
  const storedResult = JSON.stringify(z.encode(resultSchema, result))
  const storedTargets = JSON.stringify(z.encode(targetsSchema, targets))
  const sight: Observation = { group: { state: 'Empty', members: [] }, facts: { ...facts, positions: later } }
  const counted = true
  const request: ResetRequest = { ...pending(), reset, plan }
  const ended: ResetRequest = { ...endedWith(result), reset, plan }
  return [
    {
      name: 'plan, digest, totals',
      counted,
      run: () => z.encode(planSchema, planned(reset, facts, each.can).plan),
    },
    { name: 'drift', counted, run: () => driftSince(reset, plan, rows, sight) },
    { name: 'card', counted, run: () => card(words, request) },
    { name: 'review modal', counted, run: () => reviewModal(words, request, rows) },
    { name: 'plan as a file', counted, run: () => planCsv(words, request, rows, 1) },
    {
      name: 'result in the thread',
      counted: false,
      run: () => noteReply(words, ended, { kind: 'ended' }, { result }),
    },
    { name: 'result as a file', counted: false, run: () => resultCsv(words, ended, result) },
    { name: 'result, counts', counted: false, run: () => countsOf(resultOf(plan, rows, reports, readBack)) },
    {
      name: 'undo and retry',
      counted: false,
      run: () => [undoOf(reset, result, each.can), retryOf(reset, result, each.can)],
    },
    { name: 'keep plan rows', counted: false, run: () => JSON.stringify(z.encode(planRowsSchema, rows)) },
    { name: 'read plan rows', counted: false, run: () => planRowsSchema.decode(JSON.parse(storedRows)) },
    { name: 'keep result', counted: false, run: () => JSON.stringify(z.encode(resultSchema, result)) },
    { name: 'read result', counted: false, run: () => resultSchema.decode(JSON.parse(storedResult)) },
    { name: 'keep targets', counted: false, run: () => JSON.stringify(z.encode(targetsSchema, targets)) },
    { name: 'read targets', counted: false, run: () => targetsSchema.decode(JSON.parse(storedTargets)) },
  ]
}

interface Cost {
  cpuMs: number
  stretchMs: number
}

async function costOf(run: () => unknown): Promise<Cost> {
  const cpu: number[] = []
  const stretch: number[] = []
  for (let turn = -WARM_UPS; turn < RUNS; turn++) {
    await breathe()
    const usedBefore = process.cpuUsage()
    const began = performance.now()
    run()
    const tookMs = performance.now() - began
    const used = process.cpuUsage(usedBefore)
    if (turn < 0) continue
    const cpuMs = (used.user + used.system) / 1_000
    cpu.push(cpuMs)
    // The clock also counts what others on this machine have taken, and the CPU what collects garbage beside us.
    stretch.push(Math.min(tookMs, cpuMs))
  }
  return { cpuMs: median(cpu), stretchMs: median(stretch) }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function print(name: string, costs: (Cost & { name: string; counted: boolean })[], togetherMs: number): void {
  const line = (step: string, cpu: string, stretch: string) =>
    `  ${step.padEnd(24)}${cpu.padStart(10)}${stretch.padStart(12)}`
  const lines = costs.map(({ name: step, counted, cpuMs, stretchMs }) =>
    line(`${counted ? '*' : ' '} ${step}`, cpuMs.toFixed(1), stretchMs.toFixed(1)),
  )
  const head = line(`${TOPICS * PARTITIONS} partitions: ${name}`, 'CPU ms', 'at once ms')
  console.log([head, ...lines, line('* together', togetherMs.toFixed(1), '')].join('\n'))
}

describe.each(CASES)('10 000 partitions, $name', each => {
  it('are planned, compared and kept without holding anybody up', async () => {
    const costs: (Cost & { name: string; counted: boolean })[] = []
    for (const { name, counted, run } of stepsOf(each)) costs.push({ name, counted, ...(await costOf(run)) })
    const togetherMs = costs.reduce((sum, { counted, cpuMs }) => sum + (counted ? cpuMs : 0), 0)
    print(each.name, costs, togetherMs)
    expect(togetherMs).toBeLessThan(LIMIT_TOGETHER_MS)
    expect(costs.filter(({ stretchMs }) => stretchMs >= LIMIT_STRETCH_MS)).toEqual([])
  })
})

it('costs no more for each partition when there are more of them', async () => {
  const [shifted] = CASES
  if (shifted === undefined) throw new Error('There is no case.')
  const lines: string[] = []
  for (const [topics, partitions] of GROWTH) {
    let cpuMs = 0
    for (const { counted, run } of stepsOf(shifted, topics, partitions)) {
      if (counted) cpuMs += (await costOf(run)).cpuMs
    }
    const all = topics * partitions
    lines.push(
      `  ${String(all).padStart(10)} ${cpuMs.toFixed(2).padStart(10)} ${((1_000 * cpuMs) / all).toFixed(1).padStart(14)}`,
    )
  }
  console.log([`  partitions     CPU ms   µs a partition (* together, ${shifted.name})`, ...lines].join('\n'))
})
