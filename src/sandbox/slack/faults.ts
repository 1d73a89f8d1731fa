// The faults a test asked for, per method, in the order they were asked for. Deciding what a fault does is not its job.
import type { SlackFault } from './face.ts'

export interface Faults {
  inject(method: string, fault: SlackFault, times?: number): void
  /** The fault for this call, if one is due; each call uses one up. */
  take(method: string): SlackFault | undefined
  clear(): void
}

export function createFaults(): Faults {
  let due: { method: string; fault: SlackFault; left: number }[] = []
  return {
    inject(method, fault, times = 1) {
      due.push({ method, fault, left: times })
    },
    take(method) {
      const next = due.find(one => one.method === method || one.method === '*')
      if (!next) return undefined
      next.left -= 1
      if (next.left <= 0) due = due.filter(one => one !== next)
      return next.fault
    },
    clear() {
      due = []
    },
  }
}
