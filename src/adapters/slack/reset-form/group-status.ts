// What can be seen of a group just now, as blocks for the form. Pure.

import type { KnownBlock } from '@slack/types'
import type { ReadOutcome } from '../../../request/api-answer.ts'
import type { Group, Position } from '../../../request/group.ts'
import { aligned, groupedWide, preformatted } from '../blocks/preformatted.ts'
import { clipMiddle, line, paragraph, strong, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords, messageInWords } from '../wording/cause.ts'
import { groupInWords } from '../wording/words.ts'

export type GroupStatus =
  | { kind: 'reading' }
  | { kind: 'seen'; group: ReadOutcome<Group>; positions: ReadOutcome<Position[]> }

const TOPICS_SHOWN = 12
const TOPIC_WIDTH = 40

export function groupStatus(words: Words, status: GroupStatus | undefined): KnownBlock[] {
  if (status === undefined) return []
  if (status.kind === 'reading') return [paragraph(line(text(words.group.looking)))]
  const { group, positions } = status
  const seen =
    group.kind === 'read' ? groupInWords(words, group.value) : words.group.unread(whyNot(words, group))
  return [paragraph(line(strong(words.group.label), text(seen))), ...positionsTable(words, positions)]
}

function whyNot(words: Words, read: Exclude<ReadOutcome<unknown>, { kind: 'read' }>): string {
  if (read.kind === 'unavailable') return causeInWords(words, read.cause)
  const said = messageInWords(words, read.code, read.message)
  return read.code === 'none' ? said : words.group.refused(said, read.code)
}

/** Most lag first. */
function positionsTable(words: Words, read: ReadOutcome<Position[]>): KnownBlock[] {
  if (read.kind !== 'read' || read.value.length === 0) return []
  const byTopic = new Map<string, Position[]>()
  for (const position of read.value) {
    const positions = byTopic.get(position.topic)
    if (positions === undefined) byTopic.set(position.topic, [position])
    else positions.push(position)
  }
  const topics = [...byTopic]
    .map(([topic, positions]) => ({ topic, partitions: positions.length, ...spreadOf(positions) }))
    .sort((a, b) => (a.lag < b.lag ? 1 : a.lag > b.lag ? -1 : a.topic < b.topic ? -1 : 1))
  const rows = topics
    .slice(0, TOPICS_SHOWN)
    .map(({ topic, partitions, committed, end, lag }) => [
      clipMiddle(topic, TOPIC_WIDTH),
      `${partitions}`,
      committed,
      end,
      groupedWide(lag),
    ])
  const left = topics.length - rows.length
  return [
    preformatted(aligned([words.group.header, ...rows])),
    ...(left > 0 ? [paragraph(line(text(words.group.moreTopics(left))))] : []),
  ]
}

function spreadOf(positions: readonly Position[]): { committed: string; end: string; lag: bigint } {
  const lag = positions.reduce(
    (sum, { committed, logEnd }) =>
      committed === null || logEnd === null ? sum : sum + (logEnd - committed),
    0n,
  )
  return {
    committed: range(positions.map(one => one.committed)),
    end: range(positions.map(one => one.logEnd)),
    lag,
  }
}

/** `12…90` over the partitions; one number when they agree. */
function range(offsets: readonly (bigint | null)[]): string {
  const known = offsets.filter(offset => offset !== null).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const [low] = known
  const high = known.at(-1)
  if (low === undefined || high === undefined) return '–'
  return low === high ? `${low}` : `${low}…${high}`
}
