// Of several that can answer a question, the first that does. Only for questions, which have no effect: more than one may be
// asked.

import { Fault } from './fault.ts'

export interface Try<T> {
  ask: () => Promise<T>
  /** If it has not answered by then, the next is asked beside it. */
  patienceMs: number
}

/**
 * Asks one after the other, and the next beside one that is silent. What one refuses, for who we are, the others would as
 * well: that ends it, and so does what is no Fault. Where none answers it rejects as the last of them did.
 */
export function firstAnswer<T>(tries: readonly [Try<T>, ...Try<T>[]]): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed: unknown[] = []
    let failures = 0
    let timer: NodeJS.Timeout | undefined
    let isOver = false

    function end(settle: () => void): void {
      isOver = true
      clearTimeout(timer)
      settle()
    }

    function begin(index: number): void {
      const one = tries[index]
      if (one === undefined || isOver) return
      let hasBegunNext = false
      const next = () => {
        if (hasBegunNext) return
        hasBegunNext = true
        begin(index + 1)
      }
      timer = setTimeout(next, one.patienceMs)
      one.ask().then(
        answer => end(() => resolve(answer)),
        error => {
          if (isOver) return
          if (!(error instanceof Fault) || error.end.kind === 'refused') return end(() => reject(error))
          failed[index] = error
          failures += 1
          if (failures === tries.length) return end(() => reject(failed.at(-1)))
          if (!hasBegunNext) clearTimeout(timer)
          next()
        },
      )
    }
    begin(0)
  })
}
