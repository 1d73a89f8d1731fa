// `npm run test:long`: what takes minutes. The tests tagged `long`, and those tagged `chance` with far more of it than
// `npm test` has time for.

import { defineConfig, mergeConfig } from 'vitest/config'
import { BUILT } from './support/built.ts'
import { ALL, MEASURING } from './vitest.config.ts'

const { env } = process
const FAULTS = 'test/faults/**/*.test.ts'
const { include, exclude, maxWorkers: _, ...shared } = ALL

export default mergeConfig(
  {
    plugins: [BUILT],
    test: {
      ...shared,
      projects: [
        {
          extends: true,
          test: {
            name: 'product',
            include,
            exclude: [...exclude, FAULTS, MEASURING],
            maxWorkers: 3,
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: true,
          test: {
            name: 'alone',
            include: [MEASURING],
            isolate: true,
            maxWorkers: 3,
            sequence: { groupOrder: 0 },
          },
        },
        // Of processes that are killed and frozen, each with servers of its own: the rest would be slow beside them.
        {
          extends: true,
          test: { name: 'faults', include: [FAULTS], maxWorkers: 2, sequence: { groupOrder: 1 } },
        },
      ],
    },
  },
  defineConfig({
    test: {
      // Asked for by hand, the settings hold.
      env: {
        FUZZ_REQUESTS: env.FUZZ_REQUESTS ?? '250000',
        FUZZ_SEED: env.FUZZ_SEED ?? '1',
        FAULTS_RUNS: env.FAULTS_RUNS ?? '40',
        POLICY_RUNS: env.POLICY_RUNS ?? '2000',
        WATCH_RUNS: env.WATCH_RUNS ?? '1000',
        WIRE_RUNS: env.WIRE_RUNS ?? '300',
        PLAN_RUNS: env.PLAN_RUNS ?? '1000',
        HISTORY_RUNS: env.HISTORY_RUNS ?? '1000',
      },
      disableConsoleIntercept: true,
    },
  }),
)
