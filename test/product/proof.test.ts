// What is said of an execution is what the offsets show, whatever the API says of it.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { NO_WAITING, type Product, startProduct, textOf } from '../support/product.ts'

const INSTANCE = 'ckafka-proof001'
const SCENES = [
  'lie',
  'moved',
  'part',
  'clamped',
  'left-out',
  'told',
  'lost',
  'lost-half',
  'gone',
  'unread',
  'refused',
  'despite',
]
const WRITE = { v2: 'SetGroupOffsets', v3: 'BatchModifyGroupOffsets' } as const

/** For each scene a group of its own, with two topics of two partitions. */
function sceneSeed(): ClusterSeed {
  const log = {
    start: 0n,
    end: 5_000n,
    written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  }
  const topics = SCENES.flatMap(name => [
    { name, partitions: [log, log] },
    { name: `${name}-b`, partitions: [log, log] },
  ])
  const groups = SCENES.map(name => ({
    name: `${name}.reader`,
    commits: { [name]: [4_000n, 4_000n], [`${name}-b`]: [4_000n, 4_000n] },
  }))
  return { instances: [{ id: INSTANCE, name: 'proof', topics, groups }] }
}

let product: Product
const cluster = () => product.ckafka.cluster
const effectsOn = (name: string) => cluster().effects(`${name}.reader`).length

async function run(name: string, flags = '--shift-by -100', topics = `${name} ${name}-b`): Promise<void> {
  await product.ask(`--instance ${INSTANCE} --group ${name}.reader --topic ${topics} ${flags} --reason why`)
  await product.review(product.bob, 'Approve')
}

/** The row of one partition in the thread, from what was planned on: that, said, read back, outcome. */
function row(topic: string, partition: number): string[] {
  const line =
    product
      .threadText()
      .split('\n')
      .find(each => new RegExp(`^ *${topic} +${partition} `).test(each)) ?? ''
  const [, , outcome = '', , ...offsets] = line.trim().split(/ {2,}/)
  return [...offsets, outcome]
}

for (const dialect of ['v2', 'v3'] as const) {
  describe(`with API ${dialect}`, { tags: dialect === 'v3' ? [] : ['long'] }, () => proving(dialect))
}

function proving(dialect: 'v2' | 'v3'): void {
  beforeAll(async () => {
    product = await startProduct({ dialect, seed: sceneSeed(), env: { ...NO_WAITING, CALL_DEADLINE: '5s' } })
  })
  afterEach(() => {
    product.ckafka.clearFaults()
    cluster().heal()
  })
  afterAll(() => product.stop())

  const said = (offset: number) => (dialect === 'v2' ? `${offset}` : 'accepted')

  it('a success that changed nothing comes out as failed', async () => {
    product.ckafka.inject(WRITE[dialect], { kind: 'lie' }, 2)
    await run('lie')
    await product.cardSays('· failed')
    await product.threadSays('4 partitions failed')
    expect(product.threadText()).toContain('CKafka said it succeeded, but the offset did not move')
    expect(row('lie', 1)).toEqual(['3900', said(3_900), '4000', 'failed'])
    expect(textOf(product.card())).toContain('[ Retry What Failed ]')
    expect(textOf(product.card())).not.toContain('Prepare Undo')
  })

  it('an offset that somebody committed over right after the call has moved after', async () => {
    const stop = cluster().onChange(() => {
      const [effect] = cluster().effects('moved.reader')
      if (effect === undefined) return
      stop()
      cluster().commit('moved.reader', 'moved', 1, 3_950n)
    })
    await run('moved')
    await product.cardSays('· partly done')
    await product.threadSays('3 partitions succeeded · 1 moved since')
    expect(row('moved', 1)).toEqual(['3900', said(3_900), '3950', 'moved since'])
    expect(product.threadText()).toContain(
      'the group is at 3,950 now: somebody has committed since, or the log no longer holds',
    )
  })

  it('a partition that failed is told with its reason, beside those that did not', {
    tags: ['long'],
  }, async () => {
    cluster().failPartition('part', 1, 6, 'not the leader')
    await run('part')
    await product.cardSays('· partly done')
    await product.threadSays('3 partitions succeeded · 1 failed')
    expect(row('part', 1)).toEqual(
      dialect === 'v2'
        ? ['3900', expect.stringContaining('6 NOT_LEADER'), '4000', 'failed']
        : ['3900', 'accepted', '4000', 'failed'],
    )
    expect(row('part', 0)).toEqual(['3900', said(3_900), '3900', 'succeeded'])
    // API 2.0 gives its calls no names, and says itself that it failed.
    const calls = /For Tencent support, the request ids of the calls: \S+ and \S+\./
    if (dialect === 'v3') expect(product.threadText()).toMatch(calls)
    else expect(product.threadText()).not.toContain('Tencent support, the request')
  })

  it('a partition that the end of its log has held back is clamped', { tags: ['long'] }, async () => {
    await run('clamped', '--shift-by -4500')
    await product.cardSays('· done')
    await product.threadSays('4 partitions clamped')
    expect(row('clamped', 0)).toEqual(['0', said(0), '0', 'clamped'])
    expect(product.threadText()).toContain('Clamped: the requested offset is outside the log')
  })

  it('what could not be read back is unreported, and not a success', { tags: ['long'] }, async () => {
    const stop = cluster().onChange(() => {
      if (effectsOn('unread') < (dialect === 'v2' ? 1 : 2)) return
      stop()
      cluster().failRead('unread', 0, 5)
    })
    await run('unread')
    await product.cardSays('· partly done', 14_000)
    await product.threadSays('not confirmed: could not be read back')
    expect(row('unread', 0).at(-1)).toBe('not confirmed')
    expect(row('unread', 1).at(-1)).toBe('succeeded')
  })
}

describe('with API 2.0', () => {
  beforeAll(async () => {
    product = await startProduct({ dialect: 'v2', seed: sceneSeed(), env: NO_WAITING })
  })
  afterAll(() => product.stop())

  it('a topic that the answer leaves out is unreported, and where it stands is shown', {
    tags: ['long'],
  }, async () => {
    product.ckafka.inject('SetGroupOffsets', { kind: 'unreported', topics: ['left-out-b'] })
    await run('left-out')
    await product.cardSays('· partly done')
    await product.threadSays('2 partitions succeeded · 2 not confirmed')
    expect(product.threadText()).toContain('CKafka’s answer does not name it')
    expect(row('left-out-b', 0)).toEqual(['3900', '–', '3900', 'not confirmed'])
    expect(textOf(product.card())).toContain('[ Retry What Failed ]')
  })

  it('what stands where planned does so, although the API reports an error of it, and is not offered again', async () => {
    const partitions = [
      { partition: 0, offset: 3_900, error_code: 0 },
      { partition: 1, offset: 3_900, error_code: 25, error_msg: 'no such member' },
    ]
    const data = {
      succ: ['despite', 'despite-b'].map(topic => ({ topic, error_code: 0, partitions })),
      failed: [],
    }
    product.ckafka.pinAnswer('SetGroupOffsets', JSON.stringify({ code: 0, message: '', data }))
    await run('despite')
    await product.cardSays('· done')
    await product.threadSays('is where planned, although CKafka reported 25 UNKNOWN_MEMBER_ID')
    expect(product.threadText()).not.toMatch(/ask again/i)
    expect(row('despite', 1)).toEqual(['3900', '25 UNKNOWN_MEMBER_ID', '3900', 'succeeded'])
    expect(textOf(product.card())).not.toContain('[ Retry What Failed ]')
  })
})

describe('with API 3.0', () => {
  const LOST: CkafkaFault[] = [
    { kind: 'cut', afterDoingIt: true },
    { kind: 'halfAnswer' },
    { kind: 'status', status: 502, afterDoingIt: true },
    { kind: 'hang', afterDoingIt: true },
  ]

  beforeAll(async () => {
    product = await startProduct({
      seed: sceneSeed(),
      env: { ...NO_WAITING, CALL_DEADLINE: '2s', CALL_GRACE: '1s' },
    })
  })
  afterEach(() => {
    product.ckafka.clearFaults()
    cluster().heal()
  })
  afterAll(() => product.stop())

  for (const [index, fault] of LOST.entries()) {
    const name = SCENES[index] ?? ''
    // How an answer is lost makes no difference once it is: the adapters' tests have each.
    const tags = fault.kind === 'cut' ? [] : ['long']
    it(`a call whose answer was lost (${fault.kind}) is proved by the offsets, and not made again`, {
      tags,
    }, async () => {
      const calls = product.callsToReset()
      product.ckafka.inject('BatchModifyGroupOffsets', fault)
      await run(name, '--to-earliest', name)
      await product.cardSays('· done', 12_000)
      await product.threadSays('2 partitions succeeded')
      expect(row(name, 0)).toEqual(['0', '–', '0', 'succeeded'])
      expect(product.callsToReset()).toBe(calls + 1)
      expect(effectsOn(name)).toBe(1)
    })
  }

  it('a call that was lost with no trace of it is unclear, and not made again', async () => {
    const calls = product.callsToReset()
    product.ckafka.inject('BatchModifyGroupOffsets', { kind: 'cut', afterDoingIt: false }, 2)
    await run('lost')
    await product.cardSays('· unclear')
    await product.threadSays('won’t retry blindly')
    expect(product.callsToReset()).toBe(calls + 2)
    expect(effectsOn('lost')).toBe(0)
  })

  it('half of it lost is partly done: what shows in the offsets, and what does not', {
    tags: ['long'],
  }, async () => {
    product.ckafka.inject('BatchModifyGroupOffsets', { kind: 'cut', afterDoingIt: false })
    await run('lost-half')
    await product.cardSays('· partly done')
    await product.threadSays('2 partitions succeeded · 2 not confirmed')
    expect(effectsOn('lost-half')).toBe(1)
  })

  it('a refusal of the second topic leaves the first as it is proved to be', { tags: ['long'] }, async () => {
    product.ckafka.inject('BatchModifyGroupOffsets', { kind: 'delay', ms: 0 })
    product.ckafka.inject('BatchModifyGroupOffsets', {
      kind: 'code',
      code: 'UnauthorizedOperation',
      message: 'not allowed on this topic',
    })
    await run('refused')
    await product.cardSays('· partly done')
    await product.threadSays('2 partitions succeeded · 2 failed')
    expect(product.threadText()).toContain('not allowed on this topic')
  })

  it('a refusal of the first topic is a refusal of all, and no offset moved', {
    tags: ['long'],
  }, async () => {
    product.ckafka.inject('BatchModifyGroupOffsets', {
      kind: 'code',
      code: 'UnauthorizedOperation',
      message: 'not allowed at all',
    })
    const calls = product.callsToReset()
    await run('gone')
    await product.cardSays('· failed')
    await product.threadSays('CKafka refused it, and no offset moved. It said: “not allowed at all”')
    expect(product.callsToReset()).toBe(calls + 1)
    expect(effectsOn('gone')).toBe(0)
  })

  it('a failure that its return code tells of is judged by the offsets all the same', {
    tags: ['long'],
  }, async () => {
    product.ckafka.behaviourV3.failures = 'told'
    cluster().failPartition('told', 0, 6, 'not the leader')
    await run('told')
    await product.cardSays('· partly done')
    await product.threadSays(/3 partitions succeeded · 1 (failed|not confirmed)/)
    product.ckafka.behaviourV3.failures = 'silent'
  })
})
