// A process of a bench's own, so that what is measured does not share a core with what measures it. It is asked one
// thing at a time, and must never outlive the bench: children end when the channel to them does.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'

export interface Child {
  readonly pid: number
  /** Sends the message and resolves with the answer to it. Rejects when the child says `failed`, or ends. */
  ask<Schema extends z.ZodType>(message: unknown, schema: Schema): Promise<z.output<Schema>>
  close(): Promise<void>
}

/** @param name a file in `children/`. It may see these variables, the PATH and nothing else. */
export async function startChild(
  name: string,
  env: Record<string, string> = {},
  execArgv: string[] = [],
): Promise<Child> {
  const file = fileURLToPath(new URL(`children/${name}.mjs`, import.meta.url))
  const child = fork(file, {
    env: { PATH: process.env.PATH ?? '', ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'spawn')
  return {
    pid: child.pid ?? -1,
    async ask(message, schema) {
      const answer = answerOf(child, name)
      child.send({ ask: message })
      return schema.parse(await answer)
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function answerOf(child: ChildProcess, name: string): Promise<unknown> {
  const stop = new AbortController()
  const { signal } = stop
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => {
        if ('failed' in message) throw new Error(`${name}: ${message.failed}`)
        return message.answer
      }),
      once(child, 'exit', { signal }).then(([code, killedBy]) => {
        throw new Error(`${name} ended (${code ?? killedBy}) before it answered.`)
      }),
    ])
  } finally {
    stop.abort()
  }
}
