// Thousands of faults on a fleet of processes, for an hour or so, apart from the tests: `npm run test:faults`.

import { defineConfig } from 'vitest/config'
import { BUILT, BY_NODE } from '../support/built.ts'

export default defineConfig({
  plugins: [BUILT],
  test: {
    server: BY_NODE,
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/faults/storm.run.ts'],
    // The table is the point of it.
    reporters: [['default', { summary: false }]],
    disableConsoleIntercept: true,
  },
})
