// Lines 13 to 17 and 33 of the fault table: a worker is killed, frozen or stopped at each point of an execution.
// Wherever that is, one approval has one effect.

import { describe, expect, it } from 'vitest'
import type { CkafkaFault } from '../../../src/sandbox/ckafka/faults.ts'
import { GROUP, heldProcess, startLineFleet, WRITE } from './line-fleet.ts'

/** BullMQ's lock, and the round in which somebody looks for those that ran out. */
const LOCK_GONE_MS = 45_000
/** The deadline of a call, and a few seconds for the rest. */
const ENDED_MS = 14_000

describe('a worker', () => {
  it.concurrent('13: killed before it could begin leaves its job to another, which makes the call once', {
    tags: ['long'],
    timeout: 100_000,
  }, async context => {
    const fleet = await startLineFleet(context, { roles: ['all', 'all'] })
    const id = await fleet.asked()
    const held = fleet.lines.redis.holdNextRequest('"kind":"start"')
    await fleet.approve(id)
    const process = await heldProcess(held)
    await process.bot.kill()
    expect(await fleet.steps(id)).toEqual(['approve'])
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'active' })
    expect(fleet.calls()).toBe(0)
    // No second job: the one there was has come back.
    await fleet.expectOneEffect(id, {
      steps: ['approve', 'start', 'finish done'],
      withinMs: LOCK_GONE_MS,
    })
    expect(await fleet.jobs.states()).toEqual({ [`${id}-1`]: 'completed' })
    expect((await fleet.record(id)).state).toMatchObject({ attempt: 1 })
  })

  it.concurrent.for([
    { name: 'beyond its lock', grace: '60s', freezesAt: 'the start' },
    { name: 'beyond its deadline', grace: '1s', freezesAt: 'the start' },
    { name: 'with its call in flight', grace: '1s', freezesAt: 'the answer' },
  ] as const)(
    '17: frozen $name, and thawed when others have gone on, makes no second call and changes nothing',
    { tags: ['long'], timeout: 110_000 },
    async ({ name, grace, freezesAt }, context) => {
      const fleet = await startLineFleet(context, {
        roles: ['bot', 'worker', 'worker'],
        env: { CALL_GRACE: grace },
      })
      const id = await fleet.asked()
      // What the bot has to write about the decision is written, so that the start is committed at the first try.
      const workers = fleet.processes.filter(({ role }) => role === 'worker')
      for (const { bot } of workers) await bot.kill('SIGSTOP')
      await fleet.approve(id)
      await fleet.told(id)
      const held =
        freezesAt === 'the start'
          ? fleet.lines.redis.holdNextReply('"kind":"start"')
          : fleet.lines.ckafka.holdNextReply(WRITE)
      for (const { bot } of workers) await bot.kill('SIGCONT')
      const frozen = await heldProcess(held)
      await frozen.bot.kill('SIGSTOP')
      const callsBefore = freezesAt === 'the start' ? 0 : 1
      expect(fleet.calls()).toBe(callsBefore)
      // What was held may be the answer to an earlier question on the same connection.
      await fleet.until(async () => (await fleet.record(id)).state.name === 'executing')

      if (name === 'beyond its lock') {
        await fleet.until(async () => (await fleet.jobs.states())[`${id}-1`] === 'completed', LOCK_GONE_MS)
        // Another had the job in hand, and the record told it that somebody executes it.
        expect((await fleet.record(id)).state).toMatchObject({ name: 'executing', attempt: 1 })
        expect(fleet.calls()).toBe(0)
      } else {
        await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded', 30_000)
      }
      for (const line of [frozen.lines.redis, frozen.lines.ckafka]) line.clear()
      await frozen.bot.kill('SIGCONT')
      await fleet.until(() => frozen.bot.logs().some(line => line.includes('"called"')), 20_000)

      const steps = {
        'beyond its lock': ['approve', 'start', 'finish notSent', 'start', 'finish done'],
        'beyond its deadline': [
          ...['approve', 'start', 'abandon', 'looked absent', 'looked absent'],
          ...['start', 'finish done'],
        ],
        'with its call in flight': ['approve', 'start', 'abandon', 'finish done'],
      }[name]
      await fleet.expectOneEffect(id, { steps })
      if (freezesAt === 'the start') {
        expect(frozen.bot.logs().find(line => line.includes('"called"'))).toContain('notSent')
      }
      await frozen.bot.waitUntilReady()
    },
  )

  it.concurrent('14: killed after the commit and before the send, it is called once, by the next attempt', {
    tags: ['long'],
    timeout: 90_000,
  }, async context => {
    const fleet = await startLineFleet(context, { roles: ['all', 'all'] })
    const id = await fleet.asked()
    const held = fleet.lines.ckafka.holdNextRequest(WRITE)
    await fleet.approve(id)
    const process = await heldProcess(held)
    await process.bot.kill()
    expect((await fleet.record(id)).state).toMatchObject({ name: 'executing', attempt: 1 })
    expect(fleet.calls()).toBe(0)
    await fleet.expectOneEffect(id, {
      steps: [
        ...['approve', 'start', 'abandon', 'looked absent', 'looked absent'],
        ...['start', 'finish done'],
      ],
    })
    expect((await fleet.record(id)).state).toMatchObject({ attempt: 2 })
    expect(fleet.said(id, `${id} is unclear`)).toBe(1)
  })

  it.concurrent('15: killed after the send and before the answer, the offsets prove the call, and it is not made again', {
    tags: ['long'],
    timeout: 90_000,
  }, async context => {
    const fleet = await startLineFleet(context, { roles: ['all', 'all'] })
    const id = await fleet.asked()
    const held = fleet.lines.ckafka.holdNextReply(WRITE)
    await fleet.approve(id)
    const process = await heldProcess(held)
    await process.bot.kill()
    expect((await fleet.record(id)).state).toMatchObject({ name: 'executing', attempt: 1 })
    expect(fleet.effects(GROUP)).toHaveLength(1)
    await fleet.expectOneEffect(id, { steps: ['approve', 'start', 'abandon', 'finish done'] })
    expect((await fleet.record(id)).state).toMatchObject({ attempt: 1 })
  })

  it.concurrent('16: killed with the result saved and not yet told, the next process tells it, once', {
    tags: ['long'],
    timeout: 90_000,
  }, async context => {
    const fleet = await startLineFleet(context, {})
    const id = await fleet.asked()
    const held = fleet.lines.slack.holdNextRequest(THIRD_REPLY)
    await fleet.approve(id)
    const process = await heldProcess(held)
    expect((await fleet.record(id)).state.name).toBe('succeeded')
    await process.bot.kill()
    expect(fleet.said(id, `${id} is done`)).toBe(0)
    await process.bot.restart()
    await fleet.expectOneEffect(id, { steps: ['approve', 'start', 'finish done'] })
    await fleet.until(async () => (await fleet.record(id)).posts[THIRD_REPLY]?.state === 'posted')
    expect(fleet.said(id, `${id} is done`)).toBe(1)
  })

  for (const { name, fault, tags } of [
    { name: 'is answered in time', fault: { kind: 'delay', ms: 500 }, tags: [] },
    { name: 'hangs', fault: { kind: 'hang', afterDoingIt: true }, tags: ['long'] },
  ] as { name: string; fault: CkafkaFault; tags: string[] }[]) {
    it.concurrent(`33: stopped in order with a call in flight that ${name}, it takes nothing new, saves the end and exits 0`, {
      tags,
      timeout: 90_000,
    }, async context => {
      const fleet = await startLineFleet(context, {})
      const id = await fleet.asked()
      const [process] = fleet.processes
      if (process === undefined) throw new Error('There is no process.')
      fleet.ckafka.inject(WRITE, fault)
      await fleet.approve(id)
      await fleet.until(() => fleet.calls() === 1)
      const fromMs = performance.now()
      const ending = process.bot.kill('SIGTERM')
      if (fault.kind === 'hang') {
        await fleet.until(() => fleet.slack.connections() === 0)
        expect(process.bot.exit).toBeUndefined()
      }
      await ending
      expect(process.bot.exit).toEqual({ code: 0, signal: null })
      expect(performance.now() - fromMs).toBeLessThan(ENDED_MS)
      expect(fleet.slack.connections()).toBe(0)
      expect((await fleet.record(id)).state.name).toBe('succeeded')
      await process.bot.restart()
      await fleet.expectOneEffect(id, { steps: ['approve', 'start', 'finish done'] })
    })
  }
})

/** After the plan and the decision: the result. */
const THIRD_REPLY = 'note-2'
