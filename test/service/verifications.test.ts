// A call that nobody answered, judged by the offsets afterwards: over the real store and the real API.

import { afterEach, expect, it } from 'vitest'
import type { ResetRequest } from '../../src/request/request.ts'
import { lookBack } from '../../src/service/verifications.ts'
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

const sighting = (request: ResetRequest) => lookBack(request, service)
const places = (rows: { topic: string; partition: number | null; outcome: string }[]) =>
  rows.map(({ topic, partition, outcome }) => `${topic}:${partition} ${outcome}`)

it('happened, where every partition stands where the plan leads', async () => {
  const { evidence, result } = await sighting(await unclear(true))
  expect(evidence).toBe('present')
  expect(result.every(row => row.readBack === row.planned && row.outcome === 'succeeded')).toBe(true)
})

it('did not, where every one stands where it was', async () => {
  expect((await sighting(await unclear(false))).evidence).toBe('absent')
})

it('did in part, where some stand there, and the others are said not to have been written', async () => {
  const request = await unclear(true)
  service.ckafka.cluster.commit(GROUP, 'orders', 1, 800n)
  const { evidence, result } = await sighting(request)
  expect(evidence).toBe('partly')
  expect(result.find(({ partition }) => partition === 1)).toMatchObject({
    outcome: 'failed',
    why: 'notWritten',
  })
  expect(places(result)).toContain('orders:0 succeeded')
})

it('is not known, where one partition stands elsewhere', async () => {
  const request = await unclear(true)
  service.ckafka.cluster.commit(GROUP, 'orders', 1, 5n)
  expect((await sighting(request)).evidence).toBe('neither')
})

it('is not judged by offsets that could not be read', async () => {
  const request = await unclear(true)
  service.ckafka.inject('GetGroupOffsets', { kind: 'status', status: 502, afterDoingIt: false }, 5)
  expect((await sighting(request)).evidence).toBe('unread')
})

it('is not judged without the rows that were approved', async () => {
  const request = await unclear(true)
  await service.redis.del(service.documentsKey(request))
  expect(await sighting(request)).toEqual({ evidence: 'neither', result: [] })
})
