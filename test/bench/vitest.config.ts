// The benches, apart from the tests as they say nothing on a busy machine: `npm run bench`.

import { defineConfig } from 'vitest/config'
import { BUILT, BY_NODE } from '../support/built.ts'

export default defineConfig({
  plugins: [BUILT],
  test: {
    server: BY_NODE,
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/bench/**/*.bench.ts'],
    testTimeout: 300_000,
    hookTimeout: 30_000,
    fileParallelism: false,
    // The table is the point of it.
    reporters: [['default', { summary: false }]],
    disableConsoleIntercept: true,
  },
})
