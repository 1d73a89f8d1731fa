// The long storm, `npm run test:faults`: FAULTS_SEED, FAULTS_DIALECT, FAULTS_KILLS and FAULTS_MINUTES choose another one.

import { expect, it } from 'vitest'
import { z } from 'zod'
import { runStorm } from './storm.ts'
import { STORM_DIALECTS } from './storm-clusters.ts'

const numberOf = (name: string, otherwise: number) => Number(process.env[name] || otherwise)

const CALM_MS = 300_000
const kills = numberOf('FAULTS_KILLS', 2_000)
const minutes = numberOf('FAULTS_MINUTES', 90)

it(
  'loses, doubles, invents and leaves unanswered nothing, whatever fails around it',
  async () => {
    const { problems } = await runStorm({
      seed: numberOf('FAULTS_SEED', Math.floor(Math.random() * 1e9)),
      dialect: z.enum(STORM_DIALECTS).parse(process.env.FAULTS_DIALECT || 'v3'),
      kills,
      minutes,
      calm: { patience: 'over', timeoutMs: CALM_MS },
      otherBuild: process.env.FAULTS_OTHER_BUILD || undefined,
      log: line => console.log(line),
    })
    expect(problems.map(({ failing, id = '', what }) => `${failing} ${id} ${what}`)).toEqual([])
  },
  minutes * 60_000 + 2 * CALM_MS,
)
