// What takes minutes: chance thrown at the product with far more of it than `npm test` has time for, and requests as wide as
// they come: `npm run test:long`.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/long/**/*.test.ts', 'test/port/garbage.test.ts', 'test/port/payloads.test.ts'],
    // Asked for by hand, the settings hold.
    env: { FUZZ_REQUESTS: process.env.FUZZ_REQUESTS ?? '250000', FUZZ_SEED: process.env.FUZZ_SEED ?? '1' },
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    disableConsoleIntercept: true,
  },
})
