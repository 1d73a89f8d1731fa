// The whole story with the built bot as a process of its own, in both dialects, over both of Slack's transports.
// @module-tag long

import { describe, it } from 'vitest'
import type { WorldCluster } from '../../../src/sandbox/world.ts'
import { startOwnWorld, walk } from './walked.ts'

const SHOWN = {
  both: [
    '⚠ Please complete this required field.',
    '⚠ There is no group “orders-biling” on ckafka-demo0001.',
    'alice types “bill”: orders-billing',
    'Only approvers can decide on R-1: ',
    'You asked for R-1 yourself',
    '⚠ Say why you reject it',
    '⚠ There is no topic “ordrs” on ckafka-demo0001. Did you mean “orders”?',
    'R-1 · done',
    'Offsets or logs have changed since R-2 was planned',
    'R-2 · approved, waiting for the group to be empty',
    'R-2 · done',
    'the offset did not move',
    'R-3 · failed',
    'Undo of R-2.',
    '⚠ Please complete this required field.',
    'R-4 · done',
    'platform: 0 of 1 approval (from @platform).',
    'Approved so far by @bob for audit. Also approved by @dave, whose team has enough approvals.',
    'R-5 · done',
    'The policy does not let you run R-6 without approval.',
    'R-6 · done · without approval',
    'Reviewed by @carol:',
    '> Right call',
    'alice types “demo”: orders-demo (ckafka-demo0001), events-demo (kafka-demo)',
    'Message counts of profiles are upper limits',
    'Kafka said',
    'R-7 · done',
    'Undo of R-7.',
    'R-8 · done',
    'R-9 waits for your decision.',
    'R-9 is not decided yet. Now asked as well: @on-call',
    'R-9 · done',
    'R-10: the consumers are back',
    'R-10: the group has caught up',
    'R-11: a partition does not move: payments p2 at',
  ],
  v2: ['Replays at most', 'known when it runs', 'R-1 cannot be undone exactly'],
  v3: ['Plan ', 'Replays 1', 'Exact offsets', 'Puts back what R-1 moved'],
}

/** Every write that came of an approval, and none besides: each partition once for each request that moved it. */
function writes({ cluster }: WorldCluster): Record<string, number> {
  const times: Record<string, number> = {}
  for (const { group, written } of cluster.effects())
    for (const { topic, partition } of written) {
      const place = `${group} ${topic} ${partition}`
      times[place] = (times[place] ?? 0) + 1
    }
  return times
}

/** The last two acts write shipments and payments once more. */
function timesOf(place: string): number {
  if (place.startsWith('orders-audit')) return 2
  return place.startsWith('orders-billing orders') ? 1 : 3
}

describe.concurrent('the walkthrough', { timeout: 120_000 }, () => {
  for (const [api, delivery] of [
    ['v3', 'socket'],
    ['v3', 'http'],
    ['v2', 'socket'],
    ['v2', 'http'],
  ] as const) {
    it(`holds from plan to watch over ${delivery}, with API ${api}`, async test => {
      const { expect } = test
      const world = await startOwnWorld(test, { delivery, env: { CKAFKA_API: api } })
      const { ok, failures, lines } = await walk(world)
      expect(failures).toEqual([])
      expect(ok).toBe(true)
      const steps = lines.filter(line => /^\d+\. /.test(line))
      expect(steps.map(step => Number.parseInt(step, 10))).toEqual(steps.map((_, index) => index + 1))
      expect(lines.filter(line => line.startsWith('== Act '))).toHaveLength(11)
      expect(lines.filter(line => line.startsWith('✓')).length).toBeGreaterThanOrEqual(97)
      for (const shown of [...SHOWN.both, ...SHOWN[api]]) expect(lines.join('\n')).toContain(shown)
      const [onCkafka, onKafka] = world.clusters.map(writes)
      const once = Object.entries(onCkafka ?? {})
      expect(once).toHaveLength(17)
      for (const [place, times] of once) expect([place, times]).toEqual([place, timesOf(place)])
      expect(onKafka).toEqual({
        'invoices-mail invoices 0': 2,
        'invoices-mail invoices 1': 2,
        'invoices-mail profiles 0': 2,
        'invoices-mail profiles 1': 2,
      })
    })
  }

  it('holds with the bot and the worker in processes of their own', async test => {
    const { failures } = await walk(await startOwnWorld(test, { roles: ['bot', 'worker'] }))
    test.expect(failures).toEqual([])
  })
})
