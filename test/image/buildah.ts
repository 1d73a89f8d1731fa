// Calls of buildah, the engine that Debian has: with a store of its own, without a daemon, and with nothing of the
// kernel's that a container would not be given itself.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where images and containers are. */
export interface Store {
  root: string
}

/** Before any command of buildah. */
export const engine = ({ root }: Store) => ['--root', `${root}/store`, '--runroot', `${root}/run`]

/** What containers are isolated by: a root of their own, and no more. The network is that of the machine. */
export const ENGINE_ENV = {
  STORAGE_DRIVER: 'vfs',
  BUILDAH_ISOLATION: 'chroot',
}

/** Resolves with what it printed, without the last line break. Throws with what it said where it fails. */
export async function buildah(store: Store, ...args: string[]): Promise<string> {
  return command('buildah', ...engine(store), ...args)
}

/** Any of them takes a minute or two; what hangs is ended, and says no more. */
const PATIENCE_MS = 5 * 60_000

export async function command(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(file, args, {
    env: { ...process.env, ...ENGINE_ENV },
    maxBuffer: 64 * 1024 * 1024,
    timeout: PATIENCE_MS,
  })
  return stdout.trimEnd()
}
