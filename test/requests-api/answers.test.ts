// What is asked for and is not there counts as what is sent: nobody searches the clusters by asking.

import { expect, it } from 'vitest'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { type AnswersDeps, createAnswers } from '../../src/requests-api/answers.ts'

it('counts what is not there, and says when the account has asked for too much of it', async () => {
  const left = [null, null, { most: 2, waitMs: 30_000 }]
  const taken: string[] = []
  const read = { kind: 'read', value: { names: [], total: 0 } } as never
  const answer = createAnswers({
    approvals: {} as AnswersDeps['approvals'],
    reader: {
      abilitiesOf: async () => ({ kind: 'read', value: { writePartitions: true } }),
      group: async () => ({ kind: 'read', value: { state: 'Dead', members: [] } }),
      positions: async () => ({ kind: 'read', value: [] }),
      groups: async () => read,
      topics: async () => read,
    } as unknown as AnswersDeps['reader'],
    rate: {
      async take(what, account) {
        taken.push(`${what} ${account}`)
        return left.shift() ?? null
      },
    },
    ...{
      instances: [],
      cardIn: 'C0OPS',
      clock: () => 1_700_000_000_000,
      words: () => wordsIn('en', 'kafka'),
    },
  })
  const words = [
    '--instance',
    'own',
    '--group',
    'gone',
    '--topic',
    'orders',
    '--to-earliest',
    '--reason',
    'why',
  ]
  const ask = () => answer('svc:deploys', { do: 'ask', words, once: '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f' })
  expect(await ask()).toMatchObject({ kind: 'refused', why: 'noGroup' })
  expect(await ask()).toMatchObject({ kind: 'refused', why: 'noGroup' })
  expect(await ask()).toEqual({
    kind: 'refused',
    why: 'tooOften',
    said: ['svc:deploys may send 2 requests a minute (SUBMISSIONS_A_MINUTE). Ask again in 30 s.'],
  })
  expect(taken).toEqual(Array(3).fill('submission svc:deploys'))
})
