// Calls a second of the API client, against bare undici that sends the same bytes, and against the two SDKs as their
// users call them. A client that answered wrongly is an error, not a slow client.

import { afterEach, it } from 'vitest'
import { z } from 'zod'
import { startChild } from './child.ts'
import { type Measurement, median, printTable } from './measure.ts'

const CALLERS = ['undici', 'clientV3', 'sdkV3', 'clientV2', 'sdkV2'] as const
const EFFECTS = ['mutation', 'read'] as const
const AT_ONCE = 16
const FOR_MS = 500
const ROUNDS = 5

type Caller = (typeof CALLERS)[number]

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('calls the API', async () => {
  const api = await startChild('instant-api')
  closers.push(api.close)
  const callers = await startChild('callers', { API_URL: await api.ask('url', z.string()) })
  closers.push(callers.close)

  const rows: Measurement[] = []
  for (const effect of EFFECTS) {
    const rates = new Map<Caller, number[]>(CALLERS.map(caller => [caller, []]))
    for (let round = -1; round < ROUNDS; round++) {
      for (const caller of CALLERS) {
        const ask = { caller, effect, atOnce: AT_ONCE, forMs: FOR_MS }
        const rate = await callers.ask(ask, z.number())
        if (round >= 0) rates.get(caller)?.push(rate)
      }
    }
    const rateOf = (caller: Caller) => median(rates.get(caller) ?? [])
    const row = (what: string, caller: Caller, baseline: Caller, atLeast: number): Measurement => ({
      what: `${effect}, ${what}`,
      unit: '/s',
      measured: rateOf(caller),
      baseline: rateOf(baseline),
      target: { of: 'ratio', atLeast },
    })
    rows.push(
      row('API 3.0, against bare undici', 'clientV3', 'undici', 0.85),
      row('API 3.0, against its SDK', 'clientV3', 'sdkV3', 4),
      row('API 2.0, against its SDK', 'clientV2', 'sdkV2', 4),
    )
  }
  printTable('API client', rows, [
    `${AT_ONCE} calls at once, one process for all callers, one for the API; median of ${ROUNDS} rounds in turns.`,
    'Mutation: a connection for each call, as the client makes it. Read: connections are kept.',
    'Bare undici sends the same bytes, signed once, over connections of the same kind, and reads the answer as text.',
    'tencentcloud-sdk-nodejs-ckafka (3.0) and qcloudapi-sdk (2.0) as they come, with the connections that they choose.',
  ])
})
