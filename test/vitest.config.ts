// Every test there is. `npm test` runs all but those tagged `long`, and `npm run test:long` those and the ones tagged
// `chance`.

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { BUILT, BY_NODE } from './support/built.ts'

/**
 * By turns a file that waits for processes, sockets and timers and one that computes, as long as there are both: with either
 * alone the processors would be idle, or what waits would be waited for at the end.
 */
class ByTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const doesWait = ({ moduleId }: TestSpecification) =>
      /\/test\/(faults|port|product|sandbox|doctor|retention)\//.test(moduleId)
    const waiting = sorted.filter(doesWait)
    const computing = sorted.filter(file => !doesWait(file))
    return [
      ...waiting.flatMap((file, index) => [file, ...computing.slice(index, index + 1)]),
      ...computing.slice(waiting.length),
    ]
  }
}

export const ALL = {
  root: new URL('..', import.meta.url).pathname,
  globalSetup: ['test/support/global-setup.ts'],
  server: BY_NODE,
  // Reached only where something is wrong: a busy machine may take its time.
  testTimeout: 30_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
  // Files share the modules they load; none of them replaces one.
  isolate: false,
  include: ['test/**/*.test.ts'],
  exclude: ['test/browser/**', 'test/kafka/**', 'test/image/**'],
  // Most of the time goes by in waiting for sockets and timers, not in computing; but a product that shares the machine
  // with too many others does not answer in the time that Slack gives it.
  maxWorkers: 5,
  maxConcurrency: 3,
  // A worker makes and drops a whole world for most tests; with Node's default some seven percent of its time is spent on collecting them.
  execArgv: ['--max-semi-space-size=64'],
  sequence: { sequencer: ByTurns },
  tags: [
    { name: 'long', description: 'Only in `npm run test:long`: a variant, or a wait of many seconds.' },
    { name: 'chance', description: 'In both, and with far more cases in `npm run test:long`.' },
  ],
}

/** What measures how its own process spends its time: in one that has run others, patterns are compiled over and over. */
export const MEASURING = 'test/outside-text.test.ts'

const { include, exclude, ...shared } = ALL

export default defineConfig({
  plugins: [BUILT],
  test: {
    ...shared,
    projects: [
      { extends: true, test: { name: 'shared', include, exclude: [...exclude, MEASURING] } },
      { extends: true, test: { name: 'alone', include: [MEASURING], isolate: true } },
    ],
  },
})
