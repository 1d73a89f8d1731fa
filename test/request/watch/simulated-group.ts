// A group that reads, second by second, for the estimates of a watch to be held against: what it reads varies, it stops for
// rebalances, it comes back after a while, and producers write meanwhile. It shares nothing with the estimate.

export interface GroupTraits {
  /** Messages a second that it reads when nothing is in the way, of all partitions together. */
  readS: number
  /** That are written, as a part of what it reads. */
  writtenPart: number
  /** Seconds to catch up, on average. */
  nominalS: number
  /** Seconds until the first consumer is back. */
  backAfterS: number
  /** How much what is read in one second differs: standard deviation of its logarithm. */
  noise: number
  /** How long what slows it down lasts, in seconds. */
  memoryS: number
  /** Rebalances in an hour, and how long one takes. */
  rebalancesH: number
  rebalanceS: number
  seed: number
}

export interface Second {
  members: number
  committed: bigint
  end: bigint
}

/** As it is after so many seconds; at most `seconds` of them. */
export function simulate(traits: GroupTraits, seconds: number): Second[] {
  const random = randomOf(traits.seed)
  const { readS, writtenPart, nominalS, backAfterS, noise, memoryS, rebalancesH, rebalanceS } = traits
  const writtenS = readS * writtenPart
  let committed = 0
  let end = readS * (1 - writtenPart) * nominalS
  let slow = 0
  let stoppedS = 0
  const keep = Math.exp(-1 / memoryS)
  const told: Second[] = []
  for (let second = 0; second < seconds; second++) {
    const isBack = second >= backAfterS
    slow = slow * keep + normal(random) * noise * Math.sqrt(1 - keep * keep)
    if (stoppedS > 0) stoppedS -= 1
    else if (isBack && random() < rebalancesH / 3_600) stoppedS = Math.round(rebalanceS * (0.5 + random()))
    end += Math.max(0, writtenS * (1 + 0.3 * normal(random)))
    const read = isBack && stoppedS === 0 ? readS * Math.exp(slow - (noise * noise) / 2) : 0
    committed = Math.min(end, committed + read)
    told.push({
      members: isBack ? 3 : 0,
      committed: BigInt(Math.floor(committed)),
      end: BigInt(Math.floor(end)),
    })
  }
  return told
}

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
