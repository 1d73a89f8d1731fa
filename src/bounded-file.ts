// Reads a file that somebody names in the settings: only a regular one, and only up to a size. Neither a pipe, which would be
// waited for without end, nor a file that does not fit into memory, keeps a process from starting or from saying what is wrong.

import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

/** `why`: a code of the operating system, like ENOENT, or words that go on a sentence. */
export type FileText = { ok: true; text: string } | { ok: false; why: string }

export function readBounded(path: string, most: number): FileText {
  try {
    const problem = whyNot(statSync(path), most)
    return problem === null ? { ok: true, text: readFileSync(path, 'utf8') } : { ok: false, why: problem }
  } catch (error) {
    return { ok: false, why: codeOf(error) }
  }
}

export async function readBoundedLater(path: string, most: number): Promise<FileText> {
  try {
    const problem = whyNot(await stat(path), most)
    return problem === null ? { ok: true, text: await readFile(path, 'utf8') } : { ok: false, why: problem }
  } catch (error) {
    return { ok: false, why: codeOf(error) }
  }
}

/** A pipe or a device would be waited for without end. */
function whyNot(found: { isFile(): boolean; size: number }, most: number): string | null {
  if (!found.isFile()) return 'it is no regular file'
  return found.size > most ? `it is longer than ${sizeOf(most)}` : null
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? `${error.code}` : 'it cannot be read'
}

const KB = 1_024
const MB = 1_048_576

function sizeOf(bytes: number): string {
  return bytes % MB === 0 ? `${bytes / MB} MB` : `${bytes / KB} KB`
}
