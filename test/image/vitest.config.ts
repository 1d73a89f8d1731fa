// The container image, built and started by an engine, apart from the tests because it needs root and Debian: `npm run test:image`.

import { defineConfig } from 'vitest/config'
import { BUILT, BY_NODE } from '../support/built.ts'

export default defineConfig({
  plugins: [BUILT],
  test: {
    server: BY_NODE,
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/image/**/*.test.ts'],
    globalSetup: ['test/image/global-setup.ts', 'test/support/global-setup.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    maxWorkers: 1,
  },
})
