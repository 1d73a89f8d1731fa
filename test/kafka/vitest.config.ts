// The protocol adapter over a real Apache Kafka, apart from the tests because it needs Java: `npm run test:kafka`.

import { defineConfig } from 'vitest/config'
import { BUILT, BY_NODE } from '../support/built.ts'

export default defineConfig({
  plugins: [BUILT],
  test: {
    server: BY_NODE,
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/kafka/**/*.test.ts'],
    globalSetup: ['test/kafka/global-setup.ts', 'test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // What comes by itself is waited for on a machine that may be busy.
    expect: { poll: { timeout: 15_000 } },
    // Files share the driver of each broker.
    isolate: false,
    maxWorkers: 1,
  },
})
