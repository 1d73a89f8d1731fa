import { defineConfig } from 'vitest/config'

/** Of processes that are killed and frozen, each with servers of its own: after the rest, which would be slow beside them. */
const FAULTS = 'test/faults/**/*.test.ts'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Files share the modules they load; none of them replaces one.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/long/**', FAULTS],
          // Most of the time goes by in waiting for sockets and timers, not in computing.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'faults', include: [FAULTS], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
