// What all commands of the model share: a step that is taken and after which every promise is looked at, and how one of
// the requests is chosen.

import fc from 'fast-check'
import type { RequestId } from '../../../src/request/request.ts'
import { holdAll } from './invariants.ts'
import type { Nth } from './steps.ts'
import type { World } from './world.ts'

/** What the choice of commands goes by: how many requests there are. */
export interface Asked {
  requests: number
}

export type ModelCommand = fc.AsyncCommand<Asked, World>

type Step = (world: World) => Promise<void> | void

export function step(name: string, take: Step): ModelCommand {
  return {
    check: ({ requests }) => requests > 0,
    async run(_, world) {
      await world.pass(0)
      await take(world)
      await holdAll(world)
    },
    toString: () => name,
  }
}

/** Whichever there are by then. */
export function of(world: World, nth: number): RequestId {
  return world.requests[nth % Math.max(1, world.requests.length)] as RequestId
}

export const one = fc.nat({ max: 3 })
export const two = fc.constantFrom<Nth>(0, 1)
