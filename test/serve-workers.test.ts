import { expect, it } from 'vitest'
import { noWorker } from '../src/serve-workers.ts'

it.each([
  [0, ['No worker takes jobs: what is approved waits.']],
  [1, []],
])('a bot says of %i workers: %j', async (count, said) => {
  expect(await noWorker({ count: async () => count })).toEqual(said)
})

it('a bot says nothing of workers while Redis cannot be asked for them', async () => {
  const count = () => Promise.reject(new Error('Connection is closed.'))
  expect(await noWorker({ count })).toEqual([])
})
