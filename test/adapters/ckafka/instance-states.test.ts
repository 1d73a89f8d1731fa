// Instances that are isolated or deleted, as the simulated CKafka lists them over either API: they are told as such, and
// nothing is read of a group there, until the listing says that they run again.

import { describe, expect, it, onTestFinished } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import { goneBy } from '../../../src/adapters/ckafka/instance-states.ts'
import type { CkafkaConfig } from '../../../src/adapters/ckafka/settings.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'

const instance = (id: string, status?: number) => ({
  ...{ id, name: id, topics: [], groups: [] },
  ...(status === undefined ? {} : { status }),
})

describe.each(['v2', 'v3'] as const)('over API %s', dialect => {
  it('an instance that is gone is told as such, and its groups are refused until it runs again', async () => {
    const key = { secretId: 'AKIDTEST', secretKey: 'SECRETTEST' }
    const instances = [instance('ckafka-runs'), instance('ckafka-isolated', 5), instance('ckafka-deleted', 3)]
    const simulator = await startCkafkaSimulator({ ...key, seed: { instances } })
    onTestFinished(simulator.close)
    const place = { endpoint: simulator.url, region: 'ap-guangzhou', ...key }
    const config: CkafkaConfig =
      dialect === 'v3'
        ? { dialect, ...place }
        : { dialect, signatureMethod: 'HmacSHA256', setOffsetsAction: 'SetGroupOffsets', ...place }
    const ckafka = createCkafka(config, { now: Date.now })
    onTestFinished(() => ckafka.close())
    const person = ckafka.reader({ urgency: 'person', readMs: 5_000 })
    const execution = ckafka.reader({ urgency: 'execution', readMs: 5_000 })

    expect(await person.instances()).toEqual({
      kind: 'read',
      value: [
        { id: 'ckafka-runs', name: 'ckafka-runs' },
        { id: 'ckafka-isolated', name: 'ckafka-isolated', gone: 'isolated' },
        { id: 'ckafka-deleted', name: 'ckafka-deleted', gone: 'deleted' },
      ],
    })
    const refused = (gone: string) => ({
      ...{ kind: 'refused', reason: 'instanceMissing', code: 'none', message: causeOf('instanceGone', gone) },
    })
    expect(await execution.group({ instanceId: 'ckafka-isolated', group: 'g' })).toEqual(refused('isolated'))
    expect(await person.group({ instanceId: 'ckafka-deleted', group: 'g' })).toEqual(refused('deleted'))
    expect(await person.group({ instanceId: 'ckafka-runs', group: 'g' })).toMatchObject({ kind: 'read' })

    simulator.cluster.in('ckafka-isolated').setStatus(1)
    expect(await execution.group({ instanceId: 'ckafka-isolated', group: 'g' })).toMatchObject({
      kind: 'read',
    })
  })
})

it.each<[unknown, object]>([
  [2, { gone: 'deleting' }],
  ['3', { gone: 'deleted' }],
  [5, { gone: 'isolated' }],
  ...[-1, 0, 1, 4, 7, 99, undefined, null, '', {}, 'isolated'].map((status): [unknown, object] => [
    status,
    {},
  ]),
])('the status %j', (status, expected) => expect(goneBy(status)).toEqual(expected))
