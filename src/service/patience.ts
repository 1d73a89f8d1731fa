// The store is asked again while it is away, for so long as whoever waits can wait.

import { z } from 'zod'
import { SEALED_RECORD, UNREADABLE_RECORD } from '../ports/store.ts'

/** A person waits at most about a second; a worker that holds evidence tries for ten minutes. */
export type Patience = 'person' | 'worker'

/** The store did not answer, even after trying again: the change may or may not have been saved. */
export class StoreAway extends Error {
  readonly code = 'STORE_AWAY'
  constructor(cause: unknown) {
    super('The store did not answer.', { cause })
    this.name = 'StoreAway'
  }
}

const PATIENCE_MS = { person: 1_000, worker: 600_000 } as const

/** Rejects with StoreAway when patience ends. */
export async function patiently<T>(ask: () => Promise<T>, patience: Patience = 'person'): Promise<T> {
  const giveUpAtMs = performance.now() + PATIENCE_MS[patience]
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 5_000)) {
    try {
      return await ask()
    } catch (error) {
      if (isOurFault(error)) throw error
      if (performance.now() + delayMs >= giveUpAtMs) throw new StoreAway(error)
      await new Promise(resolve => setTimeout(resolve, delayMs))
    }
  }
}

/** Asking again would not mend it: a record that cannot be written, or code that is wrong. */
function isOurFault(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  if (code === UNREADABLE_RECORD || code === SEALED_RECORD) return true
  return (
    error instanceof z.core.$ZodError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  )
}
