// Reads a small text file of this machine for whoever attaches it at the terminal, or says in a sentence why not.
// It must only read, and never a file that was not named.
import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'

const MOST_BYTES = 1024 ** 2

export type LocalFile = { kind: 'read'; name: string; content: Buffer } | { kind: 'problem'; says: string }

export async function readLocalText(path: string): Promise<LocalFile> {
  const problem = (says: string): LocalFile => ({ kind: 'problem', says })
  const at = resolve(path.replace(/^~(?=\/|$)/, homedir()))
  try {
    const about = await stat(at)
    if (!about.isFile()) return problem(`"${path}" is not a file.`)
    if (about.size > MOST_BYTES) return problem(`"${path}" is larger than 1 MB.`)
    const content = await readFile(at)
    if (!isText(content)) return problem(`"${path}" is not a text file.`)
    return { kind: 'read', name: basename(at), content }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return problem(code === 'ENOENT' ? `There is no file "${path}".` : `"${path}" cannot be read (${code}).`)
  }
}

function isText(content: Buffer): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(content).includes('\0')
  } catch {
    return false
  }
}
