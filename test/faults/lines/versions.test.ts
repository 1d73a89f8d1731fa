// Line 34 of the fault table: an old and a new version run side by side. What the old one cannot read, it leaves alone.
// @module-tag long

import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { DEMO, OPS, until } from '../../support/product.ts'
import { openJobs } from './jobs.ts'
import { approveIt, askFor } from './patient-people.ts'
import { ASK, count, type Stage, startStage } from './stage.ts'

const TEST_MS = 70_000
/** What an old version could not settle, it looks at again after twenty seconds. */
const TAKEN_UP_MS = 40_000
const OTHER_GROUP = '报表 a&b @x'
const ASK_OTHER = `--instance ${DEMO.instance} --group "${OTHER_GROUP}" --topic payments --shift-by -100 --reason why`
const LEFT_ALONE = 'A job of a newer version is left alone'

it.concurrent.for(['record', 'job'] as const)(
  '34: a %s of a newer version is left alone and said in the log, others go on, and who can read it carries it out',
  { timeout: TEST_MS },
  async (what, context) => {
    const stage = await startStage(context, { env: { ROLE: 'bot' } })
    const redis = new Redis(inject('redisUrl'))
    context.onTestFinished(() => redis.disconnect())
    const jobs = openJobs(inject('redisUrl'), stage.prefix)
    context.onTestFinished(() => jobs.close())
    const key = `{${stage.prefix}}:request:R-1`
    const stored = async () => (await redis.hget(key, 'json')) ?? ''

    await askFor(stage, ASK)
    await approveIt(stage)
    await until(() => stage.slack.messages(OPS).length === 1 && saidApproved(stage))
    await until(async () => (await stage.audited('dispatched')).length === 1)
    await until(async () => (await stage.record()).cardRevision === (await stage.record()).revision)
    await until(async () => (await stage.record()).posts['direct-1']?.state === 'posted')
    const readable = await stored()
    const newer = readable.replace('"schema":2', '"schema":4')
    if (what === 'job') await jobs.setVersion('R-1-1', 2)
    else {
      expect(newer).not.toBe(readable)
      await redis.hset(key, 'json', newer)
    }

    await stage.startAnother({ ROLE: 'worker' })
    await until(() => faults(stage).some(fault => fault.includes(LEFT_ALONE)))
    expect(await jobs.states()).toEqual({ 'R-1-1': 'delayed' })
    expect(stage.callsToReset()).toBe(0)
    if (what === 'record') {
      const version = await redis.hget(key, 'version')
      await stage.bob.press(stage.cardOf('R-1'), 'Cancel Request')
      await stage.heard(stage.bob, 'A newer version of Rewind has written this request')
      expect([await stored(), await redis.hget(key, 'version')]).toEqual([newer, version])
      expect(faults(stage).join()).toContain('The record of R-1 cannot be read by this version')
    }

    await askFor(stage, ASK_OTHER)
    await approveIt(stage, 'R-2')
    await until(async () => (await stage.record('R-2')).state.name === 'succeeded', 20_000)
    expect(stage.effects(OTHER_GROUP)).toBe(1)
    expect(stage.effects()).toBe(0)
    expect((await jobs.states())['R-1-1']).toMatch(/delayed|waiting|active/)

    // What the new version does with it is what this one does with what it can read.
    if (what === 'job') await jobs.setVersion('R-1-1', 1)
    else await redis.hset(key, 'json', readable)
    await until(async () => (await stage.record()).state.name === 'succeeded', TAKEN_UP_MS)
    await until(() => count(stage.threadOf('R-1'), 'R-1 is done') === 1, TAKEN_UP_MS)
    expect(await stage.steps()).toEqual(['approve', 'start', 'finish done'])
    expect(await stage.audited('decide')).toHaveLength(1)
    expect((await stage.audited('dispatched')).every(({ lost }) => lost !== true)).toBe(true)
    expect(stage.effects()).toBe(1)
    expect(stage.callsToReset()).toBe(2)
  },
)

const saidApproved = (stage: Stage) => count(stage.threadOf('R-1'), 'approved R-1') === 1

const faults = ({ events }: Stage) =>
  events.flatMap(event => (event.event === 'fault' ? [`${event.error}`] : []))
