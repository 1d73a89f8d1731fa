// Where the secrets of the clusters are: in environment variables and in files of their own, named in the file of
// clusters and never written there. It must never let a value, or what was given instead of a name, into a problem.

import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { type FileText, readBounded, readBoundedLater } from '../bounded-file.ts'

/** Longer than any key, token or chain of certificates. */
const MOST_BYTES = 65_536

export type Environment = Readonly<Record<string, string | undefined>>

/** What was read, to be compared: by file, a digest of its text or why there is none. */
export type Seen = ReadonlyMap<string, string>

export interface Sources {
  variable(name: string): string | undefined
  file(name: string): FileText
  /** As `file`, whenever it is asked. */
  later(name: string): () => Promise<FileText>
  seen(): Seen
}

/** Names of files are meant from where the file of clusters is. */
export function sourcesBeside(clustersFile: string, environment: Environment): Sources {
  const seen = new Map<string, string>()
  const pathOf = (name: string) => resolve(dirname(clustersFile), name)
  return {
    variable: name => environment[name],
    file(name) {
      const path = pathOf(name)
      const read = readBounded(path, MOST_BYTES)
      seen.set(path, markOf(read))
      return read
    },
    later: name => () => readBoundedLater(pathOf(name), MOST_BYTES),
    seen: () => seen,
  }
}

/** The same files again. */
export async function seeAgain(before: Seen, mostOf: (path: string) => number): Promise<Seen> {
  const again = new Map<string, string>()
  for (const path of before.keys()) again.set(path, markOf(await readBoundedLater(path, mostOf(path))))
  return again
}

export function isSame(one: Seen, other: Seen): boolean {
  return one.size === other.size && [...one].every(([path, mark]) => other.get(path) === mark)
}

export function markOf(read: FileText): string {
  return read.ok ? createHash('sha256').update(read.text).digest('hex') : read.why
}

export const MOST_BYTES_OF_SECRET = MOST_BYTES
