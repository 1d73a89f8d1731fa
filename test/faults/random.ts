// Chance from a seed: the same seed gives the same choices in the same order.

export interface Random {
  /** From 0, and below 1. */
  next(): number
  /** A whole number; both ends are possible. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** Its own stream, so that who draws more often does not change what others draw. */
  fork(name: string): Random
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: probability => next() < probability,
    pick<T>(from: readonly T[]): T {
      const index = Math.floor(next() * from.length)
      if (from.length === 0) throw new Error('There is nothing to pick from.')
      return from[index] as T
    },
    fork: name =>
      createRandom([...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)),
  }
}
