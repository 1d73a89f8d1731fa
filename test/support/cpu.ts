// How long this process computes, in milliseconds of the processor: whatever else the machine does is not counted, as it
// would be by a clock on the wall.

/** Of this process since then, its threads that compile and collect included. */
export function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

/** Of work that waits for nothing: what waits lets others of the same process compute meanwhile. */
export function cpuMsOf(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  return cpuMsSince(start)
}

/** Of the longest turn of the event loop while this goes on: for so long nothing else could run. */
export async function longestTurnMs(act: () => Promise<void>): Promise<number> {
  let start = process.cpuUsage()
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, cpuMsSince(start))
    start = process.cpuUsage()
  }, 5)
  try {
    await act()
  } finally {
    clearInterval(timer)
  }
  return Math.max(longest, cpuMsSince(start))
}
