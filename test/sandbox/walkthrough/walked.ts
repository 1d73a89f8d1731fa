// Walks through the whole story in a world of its own, which ends with the test.

import { inject, type TestContext } from 'vitest'
import { walkthrough, walkthroughEnv } from '../../../src/sandbox/walkthrough/walkthrough.ts'
import { DEMO_POLICY, startWorld, type World, type WorldOptions } from '../../../src/sandbox/world.ts'

export async function startOwnWorld(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Partial<WorldOptions> = {},
): Promise<World> {
  const world = await startWorld({
    delivery: 'socket',
    redisUrl: inject('redisUrl'),
    clock: 'movable',
    kafka: true,
    policyFile: DEMO_POLICY,
    ...options,
    env: { ...walkthroughEnv(options.env?.CKAFKA_API), ...options.env },
  })
  onTestFinished(() => world.close())
  await world.waitForBot()
  return world
}

export interface Walk {
  ok: boolean
  failures: string[]
  lines: string[]
}

/** `meddle` runs when the line is printed, before what it tells is done. */
export async function walk(
  world: World,
  options: { meddle?: { at: RegExp; run(): void }; patienceMs?: number } = {},
): Promise<Walk> {
  const { meddle, ...rest } = options
  const lines: string[] = []
  const print = (line: string) => {
    lines.push(line)
    if (meddle?.at.test(line)) meddle.run()
  }
  return { ...(await walkthrough(world, print, rest)), lines }
}
