import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Some promises are about time, and a shared machine can be slow for a moment. What is broken fails twice.
    retry: process.env.CI ? 1 : 0,
    // Most of the time goes by in waiting for sockets and timers, not in computing.
    maxWorkers: 3,
    // Files share the modules they load; none of them replaces one.
    isolate: false,
  },
})
