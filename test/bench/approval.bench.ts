// From the click that approves to the first byte of the reset at the API, against BullMQ's own way from add to process.
// The look at the group when the click arrives, and the one before the call, are part of it: nothing runs unseen.

import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { ALICE, BOB } from '../support/requests.ts'
import { INSTANCE } from './approved.ts'
import { startChild } from './child.ts'
import { type Installation, OPS, startInstallation, until } from './installation.ts'
import { percentile, printTable } from './measure.ts'

const APPROVALS = 100
/** First ones, in which the code is still being compiled. */
const WARM_UPS = 20
const TARGET = { of: 'ratio', atMost: 15 } as const

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('calls the API soon after the approval', async () => {
  const installation = await startInstallation({ delivery: 'socket' })
  closers.push(installation.close)
  const { api, redisUrl } = installation
  const bull = await startChild('bullmq', { REDIS_URL: redisUrl, QUEUE_PREFIX: '{baseline:queue}' })
  closers.push(bull.close)
  const baseline = (await bull.ask({ latency: APPROVALS + WARM_UPS }, z.array(z.number()))).slice(WARM_UPS)
  await bull.close()

  await installation.startProduct()
  const clickedMs: number[] = []
  for (let number = 1; number <= APPROVALS + WARM_UPS; number++) {
    clickedMs.push(await approve(installation, number))
  }
  // One each, in the order of the clicks: the next one is made when the last is done.
  const calledMs = await api.ask('mutations', z.array(z.number()))
  expect(calledMs).toHaveLength(clickedMs.length)
  const measured = clickedMs.map((atMs, index) => (calledMs[index] ?? Number.NaN) - atMs).slice(WARM_UPS)
  expect(measured.filter(ms => !(ms > 0))).toEqual([])

  const line = (name: string, share: number) => ({
    what: `click → first byte, ${name}`,
    unit: 'ms',
    measured: percentile(measured, share),
    baseline: percentile(baseline, share),
    target: TARGET,
  })
  printTable(
    'Approval',
    [line('p50', 0.5), line('p99', 0.99)],
    [
      `${APPROVALS} approvals one after the other, a modal each, over Socket Mode, one process with ROLE=all.`,
      'From the modal sent by the local Slack to the write at the API: look, commit, queue, look, commit, look, call.',
      'Baseline: one process that adds a job to BullMQ and takes it up, on the same Redis (appendfsync always).',
    ],
  )
})

/** @returns when the decision was sent, in milliseconds since 1970, to the microsecond. */
async function approve({ slack }: Installation, number: number): Promise<number> {
  const alice = slack.person(ALICE)
  const bob = slack.person(BOB)
  // Not the messages: copying all of them over and over would be most of what is measured.
  const says = (words: string) => {
    const last = slack.calls().slice(-20)
    return last.some(({ args }) => JSON.stringify(args).includes(`R-${number} · ${words}`))
  }
  const wanted = `--instance ${INSTANCE} --group billing-${number} --topic orders --shift-by -100 --reason bench`
  await alice.command(OPS, `/reset-offsets ${wanted}`)
  await alice.waitForView()
  expect((await alice.submit()).kind).toBe('closed')
  await until(() => says('waiting for approval'))
  await bob.command(OPS, `/offset-requests R-${number}`)
  await bob.waitForView()
  await bob.fill('Decision', 'Approve')
  const clickedMs = performance.timeOrigin + performance.now()
  expect((await bob.submit()).kind).toBe('closed')
  await until(() => says('done'))
  // What the thread is still to be told must not fall into the next approval.
  await pause(50)
  return clickedMs
}
