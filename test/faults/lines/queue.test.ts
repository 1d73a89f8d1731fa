// Lines 11, 12 and 37 of the fault table: what the queue says of a job is no memory. The record notices what is missing.

import { describe, expect, it } from 'vitest'
import { MAX_LOST_JOBS } from '../../../src/request/decide.ts'
import { until } from '../../support/product.ts'
import { back100, GROUP, OTHER_GROUP } from '../../support/service.ts'
import { startDelivery, TRUST_MS } from './delivery.ts'

const TEST_MS = 40_000
const AFTER = [800n, 700n, null]
const ofTheOther = { ...back100, target: { ...back100.target, group: OTHER_GROUP } }
/** BullMQ runs a job that throws so often before it gives it up. */
const TRIES = 3

describe('a job', () => {
  it.concurrent('11: that was lost with the queue is put there again, and the call is made once', {
    timeout: TEST_MS,
  }, async context => {
    const delivery = await startDelivery(context)
    const request = await delivery.queued()
    await delivery.jobs.loseAll()
    expect(await delivery.jobs.states()).toEqual({})
    delivery.startWorker()
    delivery.pass(TRUST_MS)
    await until(async () => (await delivery.stateOf(request)) === 'succeeded', 20_000)
    expect(await delivery.steps(request)).toEqual([
      'approve',
      'dispatched 2 for a lost job',
      'start',
      'finish done',
    ])
    expect((await delivery.now(request)).state).toMatchObject({ attempt: 1 })
    expect(delivery.deliveries.get(request.id)).toBe(1)
    expect(delivery.callsToReset()).toBe(1)
    expect(delivery.committed('orders')).toEqual(AFTER)
  })

  it.concurrent('12: that counts as failed though nobody ran it is followed by another, and the call is made once', {
    timeout: TEST_MS,
  }, async context => {
    const delivery = await startDelivery(context)
    const request = await delivery.queued()
    expect(await delivery.jobs.failNext()).toBe(`${request.id}-1`)
    expect(await delivery.jobs.states()).toEqual({ [`${request.id}-1`]: 'failed' })
    delivery.startWorker()
    delivery.pass(TRUST_MS)
    await until(async () => (await delivery.stateOf(request)) === 'succeeded', 20_000)
    await until(async () => (await delivery.jobs.states())[`${request.id}-2`] === 'completed')
    expect(await delivery.jobs.states()).toEqual({
      [`${request.id}-1`]: 'failed',
      [`${request.id}-2`]: 'completed',
    })
    expect(await delivery.steps(request)).toEqual([
      'approve',
      'dispatched 2 for a lost job',
      'start',
      'finish done',
    ])
    expect(delivery.deliveries.get(request.id)).toBe(1)
    expect(delivery.callsToReset()).toBe(1)
    expect(delivery.committed('orders')).toEqual(AFTER)
  })

  it.concurrent('37: that always throws is given up after a few more of its kind: its request has failed, and others go on', {
    timeout: TEST_MS,
  }, async context => {
    const delivery = await startDelivery(context)
    const [poisoned, before] = [await delivery.queued(), await delivery.queued(ofTheOther)]
    // What is kept there is no hash any more, so that nobody can read in it.
    await delivery.redis.set(delivery.documentsKey(poisoned), 'neither rows nor a hash')
    delivery.startWorker()
    await until(async () => (await delivery.stateOf(before)) === 'succeeded', 20_000)
    expect(await delivery.stateOf(poisoned)).toBe('approved')
    let rounds = 0
    while ((await delivery.stateOf(poisoned)) === 'approved' && rounds <= 2 * MAX_LOST_JOBS) {
      rounds += 1
      const { dispatches } = await delivery.now(poisoned)
      await until(async () => {
        await delivery.jobs.promoteAll()
        return (await delivery.jobs.states())[`${poisoned.id}-${dispatches}`] === 'failed'
      }, 20_000)
      delivery.pass(TRUST_MS)
      await until(async () => {
        const { state, dispatches: now } = await delivery.now(poisoned)
        return state.name !== 'approved' || now > dispatches
      })
    }

    expect((await delivery.now(poisoned)).state).toMatchObject({
      name: 'failed',
      outcome: { kind: 'notSent', cause: 'jobsLost' },
    })
    expect(rounds).toBe(MAX_LOST_JOBS + 1)
    expect(delivery.deliveries.get(poisoned.id)).toBeLessThanOrEqual(TRIES * (MAX_LOST_JOBS + 1) + 1)
    await until(() => delivery.cardOf(poisoned).includes('· failed'))
    expect(delivery.cardOf(poisoned)).toContain('no worker could carry it out')
    expect(delivery.ckafka.cluster.effects(GROUP)).toHaveLength(0)

    const after = await delivery.approved(ofTheOther)
    await until(async () => (await delivery.stateOf(after)) === 'succeeded', 20_000)
    expect(delivery.deliveries.get(after.id)).toBe(1)
    expect(delivery.callsToReset()).toBe(2)
    expect(delivery.ckafka.cluster.effects(OTHER_GROUP)).toHaveLength(2)
  })
})
