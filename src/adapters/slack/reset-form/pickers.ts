// The answers of the pickers: instances, groups and topics as options, and an option to type a name where the cluster
// cannot be asked. Pure but for the tokens of long names.

import type { Option, OptionGroup, PlainTextOption } from '@slack/types'
import type { LongNames } from '../../../ports/chat.ts'
import type { InstancesRead } from '../../../ports/cluster.ts'
import type { ReadOutcome } from '../../../request/api-answer.ts'
import type { Abilities, Instance, NamePage } from '../../../request/group.ts'
import { clip, splitPartitions } from '../../../request/reset.ts'
import { plainlyTyped } from '../../../request/typed.ts'
import { LIMITS } from '../blocks/limits.ts'
import { clipMiddle, plain } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { spelledRange } from '../wording/words.ts'

export type Choices = { options: Option[] } | { option_groups: OptionGroup[] }

/** A name as an option: shown shortened, and carried as a token where it is too long to be a value. */
export function nameOption(name: string, names: LongNames, text = name): PlainTextOption {
  const value = name.length <= LIMITS.optionValue ? name : names.tokenOf(name)
  return { text: plain(clipMiddle(text, LIMITS.optionText), LIMITS.optionText), value }
}

/** A topic, with its partitions where some are named: `orders:0,1` is shown as `orders, partitions 0 and 1`. */
export function topicOption({ pickers: say }: Words, typed: string, names: LongNames): PlainTextOption {
  const { topic, partitions } = splitPartitions(typed)
  if (!partitions) return nameOption(typed, names)
  const { count } = partitions
  const ranges = partitions.ranges.flatMap(({ low, high }) => spelledRange(low, high))
  const spelled = say.partitions(count, ranges)
  const chosen = `${say.comma}${spelled.length <= PARTITIONS_WIDTH ? spelled : say.manyPartitions(count)}`
  // The topic gives way: what is chosen of it must stay readable.
  return nameOption(typed, names, `${clipMiddle(topic, LIMITS.optionText - chosen.length)}${chosen}`)
}

const PARTITIONS_WIDTH = 34

export function instanceOption({ pickers: say }: Words, { id, name }: Instance): PlainTextOption {
  const shown = name === '' || name === id ? id : say.instance(clipMiddle(name, 40), id)
  return { text: plain(shown, LIMITS.optionText), value: id }
}

export function instanceChoices(words: Words, read: InstancesRead, typed: string, names: LongNames): Choices {
  if (read.kind !== 'read') return { options: asTyped(words, read, typed, names) }
  const wanted = typed.trim().toLowerCase()
  const found = read.value.filter(({ id, name }) =>
    words.pickers.instance(name, id).toLowerCase().includes(wanted),
  )
  const options = found.slice(0, LIMITS.options).map(each => instanceOption(words, each))
  if (read.untold === undefined || options.length === 0) return { options }
  // Whoever looks for one of theirs is told why it is not there.
  const untold = words.pickers.untold(read.untold.map(each => clipMiddle(each, 20)).join(', '))
  return { option_groups: [{ label: plain(clip(untold, LIMITS.optionText), LIMITS.optionText), options }] }
}

export function groupChoices(
  words: Words,
  read: ReadOutcome<NamePage>,
  typed: string,
  names: LongNames,
): Choices {
  if (read.kind !== 'read') return { options: asTyped(words, read, typed, names) }
  return { options: optionsOf(read.value.names, names) }
}

/** What somebody types to find a topic: a part of its name, or the whole name with partitions. */
export interface TopicSearch {
  /** To look for among the names. */
  name: string
  /** `orders:0,1`, when partitions were named and can be chosen. */
  partitions: string | null
}

export function topicSearch(typed: string, can: Pick<Abilities, 'writePartitions'>): TopicSearch {
  // Still being typed: `orders:` and `orders:0,` are on their way to `orders:0,1`.
  const word = withoutOpenEnd(plainlyTyped(typed).replace(/\s+/g, ''))
  if (!can.writePartitions || !word.includes(':')) return { name: typed.trim(), partitions: null }
  const { topic, partitions } = splitPartitions(word)
  return { name: topic, partitions: partitions ? word : null }
}

/** Of partitions that are still being typed: commas and dashes at the end of what follows the colon. */
function withoutOpenEnd(word: string): string {
  const colon = word.indexOf(':')
  let end = word.length
  while (colon >= 0 && end > colon + 1 && ',-'.includes(word.charAt(end - 1))) end -= 1
  return word.slice(0, end)
}

/** Topics the group has committed to come first: they are the ones a reset moves. */
export function topicChoices(
  words: Words,
  committed: ReadOutcome<string[]>,
  all: ReadOutcome<NamePage>,
  search: TopicSearch,
  names: LongNames,
): Choices {
  const { pickers: say } = words
  const wanted = search.name.toLowerCase()
  const own =
    committed.kind === 'read' ? committed.value.filter(name => name.toLowerCase().includes(wanted)) : []
  const isOwn = new Set(own)
  const others = all.kind === 'read' ? all.value.names.filter(name => !isOwn.has(name)) : []
  const chosen =
    search.partitions !== null && [...own, ...others].includes(search.name) ? search.partitions : null
  const groups: [string, Option[]][] =
    chosen !== null
      ? [[say.theseAlone, [topicOption(words, chosen, names)]]]
      : [
          [say.committed, optionsOf(own, names)],
          [say.otherTopics, optionsOf(others, names)],
          [say.notFromCluster, notFromCluster(words, all, search, names)],
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

function optionsOf(found: readonly string[], names: LongNames): PlainTextOption[] {
  return found.slice(0, LIMITS.options).map(name => nameOption(name, names))
}

/** A page may hold only some of the topics with that text in their names, and the one that was meant be among the rest. */
function notFromCluster(
  words: Words,
  all: ReadOutcome<NamePage>,
  { name, partitions }: TopicSearch,
  names: LongNames,
): PlainTextOption[] {
  if (all.kind !== 'read') return asTyped(words, all, partitions ?? name, names)
  return partitions !== null && all.value.total > all.value.names.length
    ? [topicOption(words, partitions, names)]
    : []
}

/** Typing must stay possible when the cluster cannot be asked; what is typed is checked when it is sent. */
function asTyped(
  { pickers: say }: Words,
  read: Exclude<ReadOutcome<unknown>, { kind: 'read' }>,
  typed: string,
  names: LongNames,
): PlainTextOption[] {
  const name = typed.trim()
  if (name === '') return []
  const why = read.kind === 'unavailable' ? say.silent : refusedInWords(say, read)
  return [nameOption(name, names, say.asTyped(clipMiddle(name, 36), why))]
}

/** Rewind itself refuses without a code, which then means that it serves no such instance. */
function refusedInWords(
  say: Words['pickers'],
  { reason, code }: Extract<ReadOutcome<unknown>, { kind: 'refused' }>,
): string {
  if (code !== 'none') return say.refused(code)
  return reason === 'instanceMissing' ? say.noInstance : say.silent
}
