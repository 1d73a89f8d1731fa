// The answers of the pickers: instances, groups and topics as options, and an option to type a name where the cluster
// cannot be asked. Pure but for the tokens of long names.

import type { Option, OptionGroup, PlainTextOption } from '@slack/types'
import Fuse from 'fuse.js'
import type { LongNames } from '../../ports.ts'
import type { Instance, NamePage } from '../../request/group.ts'
import type { ReadOutcome } from '../../request/result.ts'
import { LIMITS } from './limits.ts'
import { clipMiddle, plain } from './text.ts'

export type Choices = { options: Option[] } | { option_groups: OptionGroup[] }

/** A name as an option: shown shortened, and carried as a token where it is too long to be a value. */
export function nameOption(name: string, names: LongNames, text = name): PlainTextOption {
  const value = name.length <= LIMITS.optionValue ? name : names.tokenOf(name)
  return { text: plain(clipMiddle(text, LIMITS.optionText), LIMITS.optionText), value }
}

export function instanceOption({ id, name }: Instance): PlainTextOption {
  return {
    text: plain(name === '' || name === id ? id : `${clipMiddle(name, 40)} (${id})`, LIMITS.optionText),
    value: id,
  }
}

export function instanceChoices(read: ReadOutcome<Instance[]>, typed: string, names: LongNames): Choices {
  if (read.kind !== 'read') return { options: asTyped(read, typed, names) }
  const wanted = typed.trim().toLowerCase()
  const found = read.value.filter(({ id, name }) => `${name} (${id})`.toLowerCase().includes(wanted))
  return { options: found.slice(0, LIMITS.options).map(instanceOption) }
}

export function groupChoices(read: ReadOutcome<NamePage>, typed: string, names: LongNames): Choices {
  if (read.kind !== 'read') return { options: asTyped(read, typed, names) }
  return { options: read.value.names.slice(0, LIMITS.options).map(name => nameOption(name, names)) }
}

/** Topics the group has committed to come first: they are the ones a reset moves. */
export function topicChoices(
  committed: ReadOutcome<string[]>,
  all: ReadOutcome<NamePage>,
  typed: string,
  names: LongNames,
): Choices {
  const wanted = typed.trim().toLowerCase()
  const own =
    committed.kind === 'read' ? committed.value.filter(name => name.toLowerCase().includes(wanted)) : []
  const others = all.kind === 'read' ? all.value.names.filter(name => !own.includes(name)) : []
  const groups: [string, Option[]][] = [
    ['The group has committed offsets', own.slice(0, LIMITS.options).map(name => nameOption(name, names))],
    ['Other topics', others.slice(0, LIMITS.options).map(name => nameOption(name, names))],
    ['Not from the cluster', all.kind === 'read' ? [] : asTyped(all, typed, names)],
  ]
  const filled = groups.filter(([, options]) => options.length > 0)
  return filled.length === 0
    ? { options: [] }
    : {
        option_groups: filled.map(([label, options]) => ({
          label: plain(label, LIMITS.optionText),
          options,
        })),
      }
}

/** Typing must stay possible when the cluster cannot be asked; what is typed is checked when it is sent. */
function asTyped(
  read: Exclude<ReadOutcome<unknown>, { kind: 'read' }>,
  typed: string,
  names: LongNames,
): PlainTextOption[] {
  const name = typed.trim()
  if (name === '') return []
  const why = read.kind === 'unavailable' ? 'CKafka does not answer' : `CKafka refused: ${read.code}`
  return [nameOption(name, names, `${clipMiddle(name, 36)} – as typed, ${why}`)]
}

/** Up to three names that look like the one typed, the likeliest first. */
export function nearestNames(typed: string, candidates: readonly string[]): string[] {
  const fuse = new Fuse([...new Set(candidates)], { threshold: 0.5, ignoreLocation: true })
  return fuse.search(typed, { limit: 3 }).map(found => found.item)
}

/** Pieces of a name to search for when the whole is not there: a slip of the finger spoils one of them, not all. */
export function searchPieces(name: string): string[] {
  const pieces = name.split(/[^\p{L}\p{N}]+/u).filter(piece => piece.length >= 3)
  return [...new Set([...pieces.sort((a, b) => b.length - a.length), name.slice(0, 3)])].slice(0, 4)
}
