// From a slash command to the form, with 50 people at once: the trigger that opens it lives three seconds.

import { afterEach, expect, it } from 'vitest'
import { OPS, startInstallation, until } from './installation.ts'
import { type Measurement, percentile, printTable } from './measure.ts'

const PEOPLE = Array.from({ length: 50 }, (_, index) => `U0P${index}`)
const WARM_UPS = 3
const ROUNDS = 10

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('opens the form for everybody', async () => {
  const rows: Measurement[] = []
  for (const delivery of ['socket', 'http'] as const) {
    const tookMs = await formsOver(delivery)
    expect(tookMs).toHaveLength(ROUNDS * PEOPLE.length)
    const mode = delivery === 'socket' ? 'Socket Mode' : 'HTTP'
    const p50 = percentile(tookMs, 0.5)
    rows.push({ what: `command → views.open, ${mode}, p50`, unit: 'ms', measured: p50 })
    rows.push({
      what: `command → views.open, ${mode}, p99`,
      unit: 'ms',
      measured: percentile(tookMs, 0.99),
      target: { of: 'measured', atMost: 100 },
    })
  }
  printTable('Form', rows, [
    `${PEOPLE.length} people send /reset-offsets in the same instant, ${ROUNDS} times, to one process with ROLE=all.`,
    'From the command sent by the local Slack to the call that it receives; the local Slack takes part of the CPU.',
  ])
})

async function formsOver(delivery: 'socket' | 'http'): Promise<number[]> {
  const installation = await startInstallation({ delivery, people: PEOPLE })
  closers.push(installation.close)
  const { slack } = installation
  await installation.startProduct()
  const tookMs: number[] = []
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const seen = slack.calls('views.open').length
    const sentMs = new Map<string, number>()
    const commands = PEOPLE.map(id => {
      const mark = `bench ${id}.`
      sentMs.set(mark, Date.now())
      return slack.person(id).command(OPS, `/reset-offsets --reason "${mark}"`)
    })
    expect((await Promise.all(commands)).filter(({ ok }) => !ok)).toEqual([])
    const opened = () => slack.calls('views.open').slice(seen)
    await until(() => opened().length === PEOPLE.length && opened().every(call => call.ok))
    for (const { args, atMs } of opened()) {
      const [mark = ''] = /bench U0P\d+\./.exec(JSON.stringify(args)) ?? []
      const took = atMs - (sentMs.get(mark) ?? Number.NaN)
      sentMs.delete(mark)
      if (round >= 0) tookMs.push(took)
    }
    await Promise.all(PEOPLE.map(id => slack.person(id).closeView(true)))
  }
  await installation.close()
  return tookMs
}
