// What a person enters into a form on its way to Slack: one field after another, in the order entered, and all of it
// before the form is submitted. Typing waits until the fingers rest. It must never lose the last thing typed.

import type { FileChange } from './attachment.ts'

export type Value = string | string[] | number | null

export interface Fills {
  /** Resolves when Slack has it; rejects when the app did not take it. */
  now(field: string, value: Value | FileChange): Promise<void>
  /** Once nothing more was typed into the field for a moment, or on `flush`. */
  later(field: string, value: Value): void
  /** Resolves when nothing is left to send. What was refused has been told by then. */
  flush(): Promise<void>
  /** The field is no longer there: what was typed into it has nowhere to go. */
  forget(field: string): void
}

export function createFills(
  send: (field: string, value: Value | FileChange) => Promise<void>,
  restMs = 250,
): Fills {
  const waiting = new Map<string, { value: Value; timer: ReturnType<typeof setTimeout> }>()
  let last: Promise<void> = Promise.resolve()

  function now(field: string, value: Value | FileChange): Promise<void> {
    forget(field)
    const sent = last.then(() => send(field, value))
    last = sent.catch(() => {})
    return sent
  }

  function forget(field: string): void {
    clearTimeout(waiting.get(field)?.timer)
    waiting.delete(field)
  }

  const sendQuietly = (field: string, value: Value) => void now(field, value).catch(() => {})

  return {
    now,
    later(field, value) {
      forget(field)
      waiting.set(field, { value, timer: setTimeout(() => sendQuietly(field, value), restMs) })
    },
    async flush() {
      for (const [field, { value }] of [...waiting]) sendQuietly(field, value)
      await last
    },
    forget,
  }
}
