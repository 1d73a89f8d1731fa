// Whether the key of a process is that of what is in Redis, by several seals: one that somebody plants decides nothing.

import { expect, it } from 'vitest'
import { sealed } from '../../src/request/audit.ts'
import { eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import { keyAdvice, keyProblem, keyStanding, type SealSample } from '../../src/request/key-standing.ts'
import { requestIdSchema } from '../../src/request/request.ts'
import { createSeals, keyId, type Seals, sealText } from '../../src/request/seals.ts'
import { draft, T0 } from '../support/requests.ts'

const [KEY, OTHER] = ['k'.repeat(32), 'o'.repeat(32)]
const OURS = createSeals([KEY], 'rewind')
const OTHERS = createSeals([OTHER], 'rewind')

function sample(number: number, seals: Seals | null): SealSample {
  const asked = draft({ id: requestIdSchema.parse(`R-${number}`) })
  const first = submit(asked, T0)
  const { next, event } = sealed(first, eventOf(null, first, submissionOf(asked), 'x', T0), seals)
  const json = JSON.stringify(next, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  const seal = seals === null ? null : sealText(seals.seal('record', next.id, json))
  return { id: next.id, json, seal, events: [JSON.stringify(event)] }
}

const several = (...all: (Seals | null)[]) => all.map((seals, i) => sample(i + 1, seals))

it.each([
  ['nothing is there', OURS, [], 'nothingSealed'],
  ['nothing is sealed yet', OURS, several(null, null), 'nothingSealed'],
  ['all is ours', OURS, several(OURS, OURS), 'fits'],
  ['one of several is ours', OURS, several(OTHERS, OTHERS, null, OURS), 'fits'],
  ['an old key holds', createSeals([OTHER, KEY], 'rewind'), several(OURS), 'fits'],
  ['none is ours', OURS, several(OTHERS, null, null), 'otherKey'],
  ['it is of another installation', createSeals([KEY], 'other'), several(OURS), 'otherKey'],
  [
    'nobody has that key any more',
    createSeals([KEY], 'rewind', [keyId(OTHER)]),
    several(OTHERS),
    'nothingSealed',
  ],
  ['there is no key, and most is sealed', null, several(OURS, OURS, null), 'noKey'],
  ['there is no key, and one was planted', null, several(OTHERS, null, null), 'noKeyOfSome'],
  ['there is no key and no seal', null, several(null), 'nothingSealed'],
] as const)('%s', (_, seals, samples, kind) => {
  expect(keyStanding(seals, samples).kind).toBe(kind)
})

it('goes by the last event as well: who changes a record or puts another seal on it stops nobody', () => {
  const [honest] = several(OURS)
  if (honest === undefined) throw new Error('no sample')
  expect(keyStanding(OURS, [{ ...honest, json: '{}' }]).kind).toBe('fits')
  expect(keyStanding(OURS, [{ ...honest, seal: `${keyId(OTHER)}:${'0'.repeat(64)}` }]).kind).toBe('fits')
  expect(keyStanding(OURS, [{ ...honest, events: ['nonsense', 'null'] }]).kind).toBe('fits')
  expect(keyStanding(OURS, [{ ...honest, json: '{}', events: ['null'] }]).kind).toBe('otherKey')
})

it('says which of AUDIT_KEY and REDIS_PREFIX it is, and never a key', () => {
  const wrong = keyStanding(OURS, several(OTHERS))
  const elsewhere = keyStanding(createSeals([KEY], 'other'), several(OURS))
  expect(keyProblem(wrong)).toContain(`sealed with ${keyId(OTHER)}`)
  expect(keyAdvice(wrong)).toContain(`AUDIT_KEYS_LOST=${keyId(OTHER)}`)
  expect(keyProblem(elsewhere)).toContain('another REDIS_PREFIX')
  expect(keyAdvice(elsewhere)).not.toContain('AUDIT_KEYS_LOST')
  for (const standing of [wrong, elsewhere]) {
    expect(`${keyProblem(standing)} ${keyAdvice(standing)}`).not.toMatch(new RegExp(`${KEY}|${OTHER}`))
  }
})

it('names no key of this process as lost, where some of what holds under none was sealed with it', () => {
  const standing = keyStanding(createSeals([KEY], 'other'), several(OURS, OTHERS, OTHERS))
  expect(standing).toEqual({ kind: 'otherKey', looked: 3, sealed: 2, keys: [keyId(OTHER)], ours: false })
  expect(keyProblem(standing)).not.toContain(keyId(KEY))
  // The settings refuse it.
  expect(keyAdvice(standing)).not.toContain(keyId(KEY))
})
