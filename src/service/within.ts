// How long somebody waits for a look.

/** Who waits for a look can only wait so long; the look itself goes on, and its answer is dropped. */
export async function within<T>(ms: number, look: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(late), ms)
  })
  try {
    return await Promise.race([look, timeout])
  } finally {
    clearTimeout(timer)
  }
}
