// A file on its way from the person's machine into a form: whether it fits, and its bytes as the deed carries them. Pure.

import type { Deed } from '../protocol.ts'
import { sizeInWords } from './message-list.ts'

/** What a field of files is changed by. The bytes are read when it is their turn to be sent. */
export type FileChange =
  | { kind: 'attach'; name: string; bytes(): Promise<ArrayBuffer> }
  | { kind: 'detach'; file: string }

export interface Allowed {
  /** Extensions in small letters, without the dot; empty: any. */
  types: string[]
  /** Files in the field at once. */
  most: number
  largestFile: number
}

/** Why these files are not taken beside those attached already, if they are not. */
export function attachProblem(
  files: readonly { name: string; size: number }[],
  attached: number,
  { types, most, largestFile }: Allowed,
): string | undefined {
  if (attached + files.length > most)
    return most === 1 ? 'Only one file can be attached.' : `Only ${most} files can be attached.`
  const other = files.find(({ name }) => types.length > 0 && !types.includes(extensionOf(name)))
  if (other) return `“${other.name}” cannot be attached: it is not a ${typesInWords(types, 'or')} file.`
  const large = files.find(({ size }) => size > largestFile)
  if (!large) return undefined
  const [size, limit] = [large.size, largestFile].map(sizeInWords)
  return `“${large.name}” cannot be attached: it has ${size}, and ${limit} is the most this page takes.`
}

/** `.csv or .tsv` */
export function typesInWords(types: readonly string[], word: 'or' | 'and'): string {
  const [last, ...before] = types.map(type => `.${type}`).reverse()
  return before.length === 0 ? (last ?? '') : `${before.reverse().join(', ')} ${word} ${last}`
}

export function isFileChange(value: unknown): value is FileChange {
  return typeof value === 'object' && value !== null && 'kind' in value
}

export async function deedOf(field: string, change: FileChange): Promise<Deed> {
  switch (change.kind) {
    case 'attach': {
      const content = base64Of(new Uint8Array(await change.bytes()))
      return { do: 'attach', field, name: change.name, content }
    }
    case 'detach':
      return { do: 'detach', field, file: change.file }
    default:
      return change satisfies never
  }
}

// A function takes only so many arguments.
const CHUNK = 0x2000

export function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(binary)
}

function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
}
