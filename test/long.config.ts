// `npm run test:long`: what takes minutes. The tests tagged `long`, and those tagged `chance` with far more of it than
// `npm test` has time for.

import { mergeConfig } from 'vitest/config'
import suite from './vitest.config.ts'

export default mergeConfig(suite, {
  test: {
    // Asked for by hand, the settings hold.
    env: {
      FUZZ_REQUESTS: process.env.FUZZ_REQUESTS ?? '250000',
      FUZZ_SEED: process.env.FUZZ_SEED ?? '1',
      FAULTS_RUNS: process.env.FAULTS_RUNS ?? '40',
      POLICY_RUNS: process.env.POLICY_RUNS ?? '2000',
    },
    disableConsoleIntercept: true,
  },
})
