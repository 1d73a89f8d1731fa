// A call that nobody answered, judged by the offsets afterwards: over the real store and the real API.

import { afterEach, expect, it } from 'vitest'
import type { ResetRequest } from '../../src/request/request.ts'
import { evidenceOf } from '../../src/service/verifications.ts'
import { back100, GROUP, type Service, startService } from '../support/service.ts'

let service: Service
afterEach(() => service.close())

/** To one offset by API 2.0, whose answer is lost. */
async function unclear(afterDoingIt: boolean): Promise<ResetRequest> {
  service = await startService({ dialect: 'v2' })
  const request = await service.approved({ ...back100, strategy: { kind: 'offset', offset: 850n } })
  service.ckafka.inject('SetGroupOffsets', { kind: 'cut', afterDoingIt })
  const ended = await service.execute(request)
  expect(ended.state).toMatchObject({ name: 'unclear', outcome: { kind: 'unknown' }, looks: 0 })
  return ended
}

const evidence = (request: ResetRequest) => evidenceOf(request, service)

it('happened, where every partition stands where the plan leads', async () => {
  const found = await evidence(await unclear(true))
  expect(found?.outcome.counts).toMatchObject({ failed: 0, unreported: 0, movedAfter: 0 })
  expect(found?.result.every(row => row.readBack === row.planned)).toBe(true)
})

it('is not known to have happened where nothing has moved', async () => {
  expect(await evidence(await unclear(false))).toBeNull()
})

it('is not known to have happened where one partition stands elsewhere', async () => {
  const request = await unclear(true)
  service.ckafka.cluster.commit(GROUP, 'orders', 1, 5n)
  expect(await evidence(request)).toBeNull()
})

it('is not judged by offsets that could not be read', async () => {
  const request = await unclear(true)
  service.ckafka.inject('GetGroupOffsets', { kind: 'status', status: 502, afterDoingIt: false }, 5)
  expect(await evidence(request)).toBeNull()
})

it('is looked at when it has ended for sure, twice more, and then no more', async () => {
  const request = await unclear(false)
  if (request.state.name !== 'unclear') throw new Error('It is clear.')
  const { lookAtMs, attempt } = request.state
  expect(lookAtMs).toBeGreaterThan(service.clock())
  let now = request
  for (const looks of [1, 2]) {
    now = await service.apply(now, { kind: 'notShown', attempt })
    expect(now.state).toMatchObject({ name: 'unclear', looks })
    expect(now.state.name === 'unclear' && now.state.lookAtMs !== null).toBe(true)
  }
  now = await service.apply(now, { kind: 'notShown', attempt })
  expect(now.state).toMatchObject({ name: 'unclear', lookAtMs: null })
  expect(service.callsToReset()).toBe(1)
})
