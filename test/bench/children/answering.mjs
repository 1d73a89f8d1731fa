// How a child of a bench answers what it is asked. It must never live on when the bench has gone.

/** @param {(message: any) => unknown} answer */
export function answering(answer) {
  process.on('disconnect', () => process.exit())
  process.on('message', async ({ ask }) => {
    try {
      process.send?.({ answer: (await answer(ask)) ?? null })
    } catch (error) {
      process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}
