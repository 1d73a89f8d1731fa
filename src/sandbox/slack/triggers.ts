// Trigger ids: three seconds, one use, one person. Slack counts from when it sent the payload.
import { randomBytes, randomInt } from 'node:crypto'

const LIFE_MS = 3000

export interface Trigger {
  userId: string
  /** The open modal that the interaction came from: views.push needs one. */
  viewId?: string
}

export interface Triggers {
  issue(trigger: Trigger): string
  /** Looks without using up, so that a view that is refused does not cost the trigger. */
  look(id: unknown): Trigger | { error: string }
  use(id: string): void
}

export function createTriggers(now: () => number): Triggers {
  const issued = new Map<string, Trigger & { atMs: number; used?: true }>()
  return {
    issue(trigger) {
      const id = `${randomInt(1e12)}.${randomInt(1e12)}.${randomBytes(16).toString('hex')}`
      issued.set(id, { ...trigger, atMs: now() })
      return id
    },
    look(id) {
      const trigger = typeof id === 'string' ? issued.get(id) : undefined
      if (!trigger) return { error: 'invalid_trigger_id' }
      if (trigger.used) return { error: 'exchanged_trigger_id' }
      if (now() - trigger.atMs > LIFE_MS) return { error: 'expired_trigger_id' }
      return trigger
    },
    use(id) {
      const trigger = issued.get(id)
      if (trigger) trigger.used = true
    },
  }
}
