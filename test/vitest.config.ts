// Every test there is. `npm test` runs all but those tagged `long`, whose promises have a quicker test each, and
// `npm run test:long` those and the ones tagged `chance`.

import type { ViteUserConfig } from 'vitest/config'

/** Of processes that are killed and frozen, each with servers of its own: after the rest, which would be slow beside them. */
const FAULTS = 'test/faults/**/*.test.ts'

const suite: ViteUserConfig = {
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Files share the modules they load; none of them replaces one.
    isolate: false,
    tags: [
      { name: 'long', description: 'Only in `npm run test:long`: a variant, or a wait of many seconds.' },
      { name: 'chance', description: 'In both, and with far more cases in `npm run test:long`.' },
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', FAULTS],
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
}

export default suite
