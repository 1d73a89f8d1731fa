import { describe, expect, it } from 'vitest'
import { type Evidence, findingOf } from '../../src/request/evidence.ts'
import { placeOf } from '../../src/request/group.ts'
import type { Execution } from '../../src/request/plan.ts'
import type { PlanRow } from '../../src/request/plan-rows.ts'
import { rowsOf, someReset } from '../support/requests.ts'

const [template] = rowsOf(someReset)
if (template === undefined) throw new Error('There is no row.')

/** Each partition as from → to. */
const rows = (...moves: [bigint | null, bigint | null][]): PlanRow[] =>
  moves.map(([from, to], partition) => ({ ...template, partition, from, to }))

function evidence(planned: PlanRow[], stands: (bigint | null | 'unread')[], execution: Execution): Evidence {
  const read = new Map(
    stands.flatMap((offset, partition) =>
      offset === 'unread' ? [] : [[placeOf(template?.topic ?? '', partition), offset] as const],
    ),
  )
  return findingOf({ execution, unseenTopics: [] }, planned, read).evidence
}

describe('what the offsets tell of a call', () => {
  it.each<[string, PlanRow[], (bigint | null | 'unread')[], Evidence]>([
    ['all where it leads', rows([9n, 5n], [8n, 4n]), [5n, 4n], 'present'],
    ['all where they were', rows([9n, 5n], [8n, 4n]), [9n, 8n], 'absent'],
    ['some of each', rows([9n, 5n], [8n, 4n]), [5n, 8n], 'partly'],
    ['one elsewhere', rows([9n, 5n], [8n, 4n]), [5n, 6n], 'neither'],
    ['one elsewhere among what did not move', rows([9n, 5n], [8n, 4n]), [9n, 6n], 'neither'],
    ['one unread', rows([9n, 5n], [8n, 4n]), [5n, 'unread'], 'unread'],
    ['a commit where there was none', rows([null, 5n]), [5n], 'present'],
    ['still none', rows([null, 5n]), [null], 'absent'],
    ['nothing to write', [], [], 'neither'],
  ])('is right for %s', (_, planned, stands, expected) => {
    for (const execution of ['offsets', 'native'] as const) {
      expect(evidence(planned, stands, execution)).toBe(expected)
    }
  })

  it('is nothing where the plan does not lead anywhere else', () => {
    expect(evidence(rows([5n, 5n]), [5n], 'native')).toBe('absent')
    expect(evidence(rows([5n, 5n], [9n, 4n]), [5n, 4n], 'native')).toBe('present')
    expect(evidence(rows([5n, 5n], [9n, 4n]), [5n, 9n], 'native')).toBe('absent')
    expect(evidence(rows([5n, 5n], [9n, 4n]), [3n, 4n], 'offsets')).toBe('present')
  })

  it('is nothing where the plan cannot say where a call leads', () => {
    expect(evidence(rows([5n, null]), [7n], 'native')).toBe('neither')
    expect(evidence(rows([5n, null]), [5n], 'native')).toBe('absent')
    expect(evidence(rows([5n, null]), [null], 'native')).toBe('neither')
    expect(evidence(rows([5n, 4n], [9n, null]), [4n, null], 'native')).toBe('neither')
  })
})

describe('the rows that are kept of it', () => {
  const planned = rows([9n, 5n], [8n, 4n])
  const [topic] = [template.topic]
  const read = new Map([[placeOf(topic, 0), 5n as bigint | null]])
  const plan = { execution: 'offsets' as const, unseenTopics: [] }

  it('say why nobody knows, and never what an answer says that never came', () => {
    const { result } = findingOf(plan, planned, new Map([[placeOf(topic, 0), 7n]]), {
      cause: 'noAnswer ["10 s"]',
    })
    expect(result).toMatchObject([
      { partition: 0, outcome: 'unreported', why: 'unanswered', cause: 'noAnswer ["10 s"]' },
      { partition: 1, outcome: 'unreported', why: 'notRead' },
    ])
  })

  it('keep what the answer said, until they show what came of it', () => {
    const said = { offset: null, code: 0, message: '' }
    const told = findingOf(plan, planned, new Map()).result.map(row => ({ ...row, said }))
    expect(findingOf(plan, planned, read, { told }).result).toMatchObject([
      { partition: 1, said, outcome: 'unreported', why: 'notRead' },
      { partition: 0, said, readBack: 5n, outcome: 'succeeded' },
    ])
    const word = { offset: null, code: 'InternalError', message: 'no' }
    const refused = told.map(row => ({ ...row, said: word }))
    expect(findingOf(plan, planned, new Map(), { told: refused }).result).toMatchObject([
      { partition: 0, said: word, outcome: 'failed' },
      { partition: 1, said: word, outcome: 'failed' },
    ])
  })
})
