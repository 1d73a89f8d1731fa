import { describe, expect, it } from 'vitest'
import { createCachedReader } from '../../../src/adapters/clusters/cached-reader.ts'
import type { ClusterReader } from '../../../src/ports/cluster.ts'
import type { ReadOutcome } from '../../../src/request/api-answer.ts'
import type { NamePage } from '../../../src/request/group.ts'

const GROUPS = ['orders-audit', 'orders-billing', 'payments']
const TARGET = { instanceId: 'i', group: 'g' }

/** A reader that counts, and answers as it is told to. */
function counting(answer: (search: string) => Promise<ReadOutcome<NamePage>>) {
  const asked: string[] = []
  const unused = () => Promise.reject(new Error('not asked for in this test'))
  const reader: ClusterReader = {
    abilitiesOf: async () => ({
      kind: 'read',
      value: {
        logStart: false,
        firstMessageAt: false,
        writePartitions: false,
        writeTopics: false,
        readMany: false,
      },
    }),
    groups: (_instanceId, search) => {
      asked.push(search)
      return answer(search)
    },
    group: async () => {
      asked.push('state')
      return { kind: 'read', value: { state: 'Empty', members: [] } }
    },
    instances: unused,
    topics: unused,
    positions: unused,
    logRanges: unused,
    firstMessageAt: unused,
  }
  return { reader, asked }
}

const found = async (search: string): Promise<ReadOutcome<NamePage>> => {
  const names = GROUPS.filter(name => name.includes(search))
  return { kind: 'read', value: { names, total: names.length } }
}
const silent: ReadOutcome<never> = { kind: 'unavailable', cause: 'no answer' }

describe('a remembered read', () => {
  it('asks once for the same text, however many people type it', async () => {
    const { reader, asked } = counting(found)
    const cached = createCachedReader(reader, { now: () => 0 })
    await Promise.all([cached.groups('i', 'ord'), cached.groups('i', 'ord')])
    await cached.groups('i', 'ord')
    expect(asked).toEqual(['ord'])
  })

  it('asks nothing while typing on, when all there is to find is known', async () => {
    const { reader, asked } = counting(found)
    const cached = createCachedReader(reader, { now: () => 0 })
    await cached.groups('i', '')
    expect(await cached.groups('i', 'bill')).toEqual({
      kind: 'read',
      value: { names: ['orders-billing'], total: 1 },
    })
    expect(asked).toEqual([''])
  })

  it('of all that the group has to do with serves for some of its topics, while it is new', async () => {
    let nowMs = 0
    const asked: unknown[] = []
    const at = (topic: string) => ({ topic, partition: 0, committed: 1n, logStart: null, logEnd: 2n })
    const { reader } = counting(found)
    const cached = createCachedReader(
      {
        ...reader,
        async positions(_target, topics) {
          asked.push(topics)
          return { kind: 'read', value: (topics ?? ['a', 'b']).map(at) }
        },
      },
      { now: () => nowMs },
    )
    await cached.positions(TARGET)
    expect(await cached.positions(TARGET, ['b'])).toEqual({ kind: 'read', value: [at('b')] })
    await cached.positions({ ...TARGET, group: 'other' }, ['b'])
    await cached.positions(TARGET, ['b', 'c'])
    nowMs = 3_000
    await cached.positions(TARGET, ['a'])
    expect(asked).toEqual([undefined, ['b'], ['b', 'c'], ['a']])
  })

  it('is forgotten when the clusters change, with what is under way', async () => {
    const { reader, asked } = counting(found)
    const cached = createCachedReader(reader, { now: () => 0 })
    const underWay = cached.groups('i', 'ord')
    cached.forget()
    await underWay
    await cached.groups('i', 'ord')
    cached.forget()
    await cached.groups('i', 'ord')
    expect(asked).toEqual(['ord', 'ord', 'ord'])
  })

  it('asks again while typing on, when a page was full', async () => {
    const { reader, asked } = counting(async search => ({
      kind: 'read',
      value: { names: ['a'], total: search === '' ? 5_000 : 1 },
    }))
    const cached = createCachedReader(reader, { now: () => 0 })
    await cached.groups('i', '')
    await cached.groups('i', 'bill')
    expect(asked).toEqual(['', 'bill'])
  })

  it('asks again when the answer is no longer fresh, sooner for a group’s state', async () => {
    let nowMs = 0
    const { reader, asked } = counting(found)
    const cached = createCachedReader(reader, { now: () => nowMs, freshMs: 1_000, freshStateMs: 100 })
    await cached.groups('i', 'x')
    await cached.group(TARGET)
    nowMs = 100
    await cached.groups('i', 'x')
    await cached.group(TARGET)
    nowMs = 1_000
    await cached.groups('i', 'x')
    expect(asked).toEqual(['x', 'state', 'state', 'x'])
  })

  it('gives an old answer rather than none, and not for ever', async () => {
    let nowMs = 0
    let answer = found
    const { reader } = counting(search => answer(search))
    const cached = createCachedReader(reader, { now: () => nowMs, freshMs: 10, staleMs: 1_000 })
    const first = await cached.groups('i', 'ord')
    answer = async () => silent
    nowMs = 500
    expect(await cached.groups('i', 'ord')).toEqual(first)
    nowMs = 1_000
    expect(await cached.groups('i', 'ord')).toEqual(silent)
  })

  it('answers in time whatever the API does, and keeps what comes late', async () => {
    let release: (outcome: ReadOutcome<NamePage>) => void = () => {}
    const { reader, asked } = counting(
      () =>
        new Promise(resolve => {
          release = resolve
        }),
    )
    const cached = createCachedReader(reader, { now: () => 0, patienceMs: 20 })
    expect(await cached.groups('i', 'ord')).toMatchObject({ kind: 'unavailable' })
    expect(await cached.groups('i', 'ord')).toMatchObject({ kind: 'unavailable' })
    expect(asked).toEqual(['ord'])
    release({ kind: 'read', value: { names: ['orders-audit'], total: 1 } })
    expect(await cached.groups('i', 'ord')).toMatchObject({
      kind: 'read',
      value: { names: ['orders-audit'] },
    })
    expect(asked).toEqual(['ord'])
  })

  it('keeps a refusal for nobody: the next one asks again', async () => {
    const refused: ReadOutcome<NamePage> = { kind: 'refused', reason: 'quota', code: '4400', message: '' }
    const { reader, asked } = counting(async () => refused)
    const cached = createCachedReader(reader, { now: () => 0 })
    expect(await cached.groups('i', 'a')).toEqual(refused)
    await cached.groups('i', 'a')
    expect(asked).toEqual(['a', 'a'])
  })
})
