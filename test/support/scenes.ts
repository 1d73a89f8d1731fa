// Tests of one file that play side by side, because they wait for timers more than they compute: each has a product of its
// own, which ends with it. What they share of the file's helpers asks for the product of the test that is playing.

import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, it } from 'vitest'
import { type Product, type ProductOptions, startProduct } from './product.ts'

interface Stage {
  product: Product | undefined
  endings: (() => unknown)[]
}

interface SceneOptions {
  tags?: string[]
  timeout?: number
  /** Computes much, or has to be answered within a second: in a `describe` that is not concurrent. */
  alone?: boolean
}

export interface Scenes {
  scene(name: string, play: () => Promise<void>): void
  scene(name: string, options: SceneOptions, play: () => Promise<void>): void
  /** Of the scene that asks. Not for what an event calls back: that belongs to no scene. */
  product(): Product
  start(options?: ProductOptions): Promise<Product>
  /** Done once the product has stopped, the last first. */
  afterwards(ending: () => unknown): void
}

/** Many products share the machine. */
const SCENE_MS = 90_000

/** One after the other: a start takes more of the machine than anything that follows. */
let starting: Promise<unknown> = Promise.resolve()

export function startInTurn(options?: ProductOptions): Promise<Product> {
  const started = starting.then(() => startProduct(options))
  starting = started.catch(() => {})
  return started
}

export function createScenes(): Scenes {
  const stages = new AsyncLocalStorage<Stage>()
  // As long as it is there, each promise of the process costs more, also those of the files that come after.
  afterAll(() => stages.disable())

  function stage(): Stage {
    const now = stages.getStore()
    if (now === undefined) throw new Error('No scene is playing.')
    return now
  }

  async function close({ product, endings }: Stage): Promise<void> {
    await product?.stop()
    for (const ending of endings.reverse()) await ending()
  }

  return {
    scene(name: string, ...rest: [() => Promise<void>] | [SceneOptions, () => Promise<void>]) {
      const [{ alone = false, ...options }, play]: [SceneOptions, () => Promise<void>] =
        rest.length === 1 ? [{}, rest[0]] : rest
      const its = alone ? it.sequential : it.concurrent
      its(name, { timeout: SCENE_MS, ...options }, ({ onTestFinished }) => {
        const own: Stage = { product: undefined, endings: [] }
        onTestFinished(() => close(own))
        return stages.run(own, play)
      })
    },
    product() {
      const { product } = stage()
      if (product === undefined) throw new Error('No product was started.')
      return product
    },
    async start(options) {
      const own = stage()
      own.product = await startInTurn(options)
      return own.product
    },
    afterwards: ending => stage().endings.push(ending),
  }
}
