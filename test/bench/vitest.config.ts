// What a plan of 10 000 partitions costs, apart from the tests as it says nothing on a busy machine: `npm run bench`.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/bench/**/*.bench.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
    // The table is the point of it.
    reporters: [['default', { summary: false }]],
    disableConsoleIntercept: true,
  },
})
