// Owns which of the next calls go wrong, and in which order.
// It must never know what a fault does.

export interface FaultQueue<Fault> {
  /** `action` may be `*`. `times` may be Infinity. */
  inject(action: string, fault: Fault, times?: number): void
  /** The fault for this call, if one is due; each take uses one up. */
  take(action: string): Fault | undefined
  clear(): void
}

export function createFaultQueue<Fault>(): FaultQueue<Fault> {
  let queue: { action: string; fault: Fault; left: number }[] = []
  return {
    inject(action, fault, times = 1) {
      queue.push({ action, fault, left: times })
    },
    take(action) {
      const due = queue.find(each => each.action === action || each.action === '*')
      if (!due) return undefined
      due.left -= 1
      queue = queue.filter(each => each.left > 0)
      return due.fault
    },
    clear() {
      queue = []
    },
  }
}
