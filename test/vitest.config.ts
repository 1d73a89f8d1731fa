// Every test there is. `npm test` runs all but those tagged `long`, and `npm run test:long` those and the ones tagged
// `chance`.

import { defineConfig, type ViteUserConfig } from 'vitest/config'

const FAULTS = 'test/faults/**/*.test.ts'

/** How many files run at once, and when. */
interface Turn {
  maxWorkers: number
  sequence: { groupOrder: number }
}

/** All tests in two projects, so that those of faults can have a turn of their own. */
export function suite({ product, faults }: { product: Turn; faults: Turn }): ViteUserConfig {
  return {
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
            exclude: ['test/browser/**', 'test/kafka/**', FAULTS],
            ...product,
          },
        },
        { extends: true, test: { name: 'faults', include: [FAULTS], ...faults } },
      ],
    },
  }
}

/** Most of the time goes by in waiting for sockets and timers, not in computing. */
const TOGETHER: Turn = { maxWorkers: 3, sequence: { groupOrder: 0 } }

export default defineConfig(suite({ product: TOGETHER, faults: TOGETHER }))
