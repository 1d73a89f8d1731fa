// Files of offsets between Rewind and Kafka's own tool, in both directions; and the tool as people start it.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { planCsv, resultCsv } from '../../src/adapters/slack/thread/csv-files.ts'
import { placeOf } from '../../src/request/group.ts'
import { readOffsetsFile } from '../../src/request/offsets-file.ts'
import type { Driver } from './driver/driver.ts'
import { consumerGroupsScript } from './judge/script.ts'
import { judgementIn, withFile } from './judge/tool.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'
import { type Rewind, resetOf, startRewind } from './rewind.ts'

const run = promisify(execFile)

overEachKafka(kafka => {
  let driver: Driver
  let rewind: Rewind
  const orders = fresh('orders')
  // A spreadsheet would take its name for a formula, and the CSV says so.
  const odd = fresh('-odd')

  beforeAll(async () => {
    driver = await driverOf(kafka)
    rewind = await startRewind(kafka.bootstrap, inject('redisUrl'))
    await driver.createTopics({ name: orders, partitions: 2 }, { name: odd })
    await driver.produce([0, 0, 0, 1, 1].map(partition => ({ topic: orders, partition })))
    await driver.produce([0, 1].map(() => ({ topic: odd, partition: 0 })))
  })
  afterAll(() => rewind?.close())

  const standing = async (group: string) => {
    await driver.commit(group, [
      { topic: orders, partition: 0, offset: 3n },
      { topic: orders, partition: 1, offset: 2n },
      { topic: odd, partition: 0, offset: 2n },
    ])
    return group
  }
  const OFFSETS = new Map([
    [placeOf(orders, 0), 2n],
    [placeOf(orders, 1), 1n],
    [placeOf(odd, 0), 1n],
  ])
  const back = { kind: 'shift', direction: 'replay', count: 1n } as const

  it('the script that people run says the same as its class does in a process that is there already', async () => {
    const group = await standing(fresh('billing'))
    const args = ['--reset-offsets', '--group', group, '--all-topics', '--shift-by', '-1', '--export']
    const [script, inside] = await Promise.all([
      consumerGroupsScript(kafka.version, kafka.bootstrap, ...args, '--dry-run'),
      driver.consumerGroups(...args, '--dry-run'),
    ])
    expect(judgementIn(script, group)).toEqual({ kind: 'resets', offsets: OFFSETS })
    expect(judgementIn(inside, group)).toEqual({ kind: 'resets', offsets: OFFSETS })
    await consumerGroupsScript(kafka.version, kafka.bootstrap, ...args, '--execute')
    expect(new Map(Object.entries(await driver.offsets(group)))).toEqual(OFFSETS)
  })

  it('what the tool exports of several groups is read, and of each its own lines', async () => {
    const [one, other] = [await standing(fresh('one')), await standing(fresh('other'))]
    const exported = await driver.consumerGroups(
      ...['--reset-offsets', '--group', one, '--group', other, '--all-topics', '--shift-by', '-1'],
      ...['--dry-run', '--export'],
    )
    const rows = Papa.parse<string[]>(exported.trim()).data
    expect(rows).toHaveLength(6)
    for (const group of [one, other]) {
      expect(readOffsetsFile(rows, { group, instance: [] })).toMatchObject({
        ok: true,
        targets: OFFSETS,
        leftOut: { rows: 3 },
      })
    }
  })

  it('what the tool describes is no file of offsets, and is said to be none', async () => {
    const group = await standing(fresh('billing'))
    const shown = await driver.consumerGroups('--describe', '--group', group)
    expect(readOffsetsFile(Papa.parse<string[]>(shown).data, { group, instance: [] })).toMatchObject({
      ok: false,
    })
  })

  it('a plan as a file is read by the tool after the line that docs/kafka.md gives', async () => {
    // A comma in the name of a group must not shift the columns.
    const group = await standing(fresh('billing,eu'))
    const { request, rows } = await rewind.plan(await rewind.ask(resetOf(group, back)))
    const { name, content } = planCsv(wordsIn('en'), request, rows, 1)
    const line = await documented()
    const dry = await withFile('', async path => {
      const folder = dirname(path)
      await writeFile(join(folder, name), content)
      await run('sh', ['-c', line.replace('R-12-plan-1.csv', name)], { cwd: folder })
      return driver.consumerGroups(
        ...['--reset-offsets', '--group', group, '--from-file', path, '--dry-run', '--export'],
      )
    })
    expect(judgementIn(dry, group)).toEqual({ kind: 'resets', offsets: OFFSETS })
  })

  it('plan and result as files are read by Rewind as they are', async () => {
    const group = await standing(fresh('billing'))
    const { request, rows } = await rewind.plan(await rewind.ask(resetOf(group, back)))
    const ended = await rewind.execute(await rewind.approve(request))
    const result = await rewind.resultOf(ended)
    const whose = { group, instance: [request.reset.target.instanceId] }
    for (const { content } of [
      planCsv(wordsIn('en'), request, rows, 1),
      resultCsv(wordsIn('en'), ended, result),
    ]) {
      expect(readOffsetsFile(Papa.parse<string[]>(content).data, whose)).toEqual({
        ok: true,
        targets: OFFSETS,
      })
    }
  })
})

async function documented(): Promise<string> {
  const page = await readFile(new URL('../../docs/kafka.md', import.meta.url), 'utf8')
  const line = page.split('\n').find(each => each.startsWith('awk '))
  if (line === undefined) throw new Error('docs/kafka.md gives no line that starts with awk.')
  return line
}
