// What is found on the way through one entry of the file of clusters: its secrets, fetched from where it says they are,
// and its problems, each with its line. It must never let a value into a problem.

import type { Path, RawEntry } from './document.ts'
import type { Sources } from './secrets.ts'

/** Where a secret is. */
export interface Secret {
  what: string
  from: 'variable' | 'file' | 'metadata service'
  name: string
}

/** `says` begins with the name of a field. */
export interface EntryProblem {
  line: number
  says: string
}

/** What is found on the way through one entry. */
export class Findings {
  readonly secrets: Secret[] = []
  readonly notices: string[] = []
  readonly raw: RawEntry
  readonly sources: Sources
  readonly problems: EntryProblem[]
  readonly nowMs: number

  constructor(raw: RawEntry, sources: Sources, problems: EntryProblem[], nowMs: number) {
    this.raw = raw
    this.sources = sources
    this.problems = problems
    this.nowMs = nowMs
  }

  refuse(path: Path, says: string): null {
    this.problems.push({ line: this.raw.lineOf(path), says: `${path.map(String).join('.') || 'it'} ${says}` })
    return null
  }

  /** Of `password-env` or `password-file`; null where there is a problem; undefined where neither is there. */
  secret(path: Path, block: object, what: string): string | null | undefined {
    const [variable, file] = [textAt(block, `${what}-env`), textAt(block, `${what}-file`)]
    if (variable !== undefined && file !== undefined) {
      return this.refuse(path, `has ${what}-env and ${what}-file: only one of them can be meant`)
    }
    if (variable !== undefined) {
      const value = this.sources.variable(variable)
      this.secrets.push({ what, from: 'variable', name: variable })
      const at = [...path, `${what}-env`]
      if (value === undefined || value.trim() === '') {
        return this.refuse(at, 'names an environment variable that is not set')
      }
      return this.oneLine(at, value)
    }
    if (file === undefined) return undefined
    const at = [...path, `${what}-file`]
    this.secrets.push({ what, from: 'file', name: file })
    const text = this.file(at, file)
    return text === null ? null : this.oneLine(at, text)
  }

  file(at: Path, name: string): string | null {
    const read = this.sources.file(name)
    return read.ok ? read.text : this.refuse(at, `names a file that cannot be read (${read.why})`)
  }

  oneLine(at: Path, text: string): string | null {
    const value = secretIn(text)
    return value ?? this.refuse(at, 'names what is empty, or is more than one line')
  }
}

/** Editors and `echo` end a line; whatever else is in it belongs to it. */
export function secretIn(text: string): string | null {
  const value = text.replace(/^\ufeff/, '').replace(/(\r?\n)+$/, '')
  return value === '' || /\p{Cc}/u.test(value) ? null : value
}

export function textAt(block: object, key: string): string | undefined {
  const value: unknown = Object.hasOwn(block, key) ? (block as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' ? value : undefined
}

/** It goes into a header. */
export function isHeaderText(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value)
}
