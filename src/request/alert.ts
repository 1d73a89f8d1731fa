// What a message may be about: the names in it that could be instances, groups and topics, the likeliest first.
// It never says that one of them exists: that is for the cluster to tell.

import type { Instance } from './group.ts'
import { clip } from './reset.ts'

export interface Candidates {
  /** Like `ckafka-demo0001`. */
  instances: string[]
  groups: string[]
  topics: string[]
}

/** So much of a message is read; an alert that says what it is about says so at its beginning. */
export const ALERT_MAX = 8_000
export const CANDIDATES_MAX = 24
const INSTANCES_MAX = 5
const LABEL_MAX = 40
const NAME_MAX = 249
const FIRST_LINE_MAX = 200

/** Before a name, in English and in Chinese, with `:` or `=` after it or without. */
const LABELS = {
  groups:
    /(?:groups?(?:[ ._-]?(?:id|name))?|消费者?分?组(?:名称?)?)["'`*_]{0,2}\s?([:=：]?)["'`*_“「\s]{0,3}$/i,
  topics: /(?:topics?(?:[ ._-]?name)?|主题(?:名称?)?)["'`*_]{0,2}\s?([:=：]?)["'`*_“「\s]{0,3}$/i,
} as const
type Kind = keyof typeof LABELS

const SAID_CLEARLY = 40
const SAID = 20
const LOOKS_LIKE_A_NAME = 10
/** `orders-0` is how Kafka writes partition 0 of orders. */
const WITHOUT_PARTITION = -1

/** @param text plain, without the marks of a chat */
export function candidatesIn(text: string): Candidates {
  const read = clip(text, ALERT_MAX)
  const instances: ReadonlySet<string> = new Set(read.match(/\bckafka-[a-z0-9]{1,57}\b/g) ?? [])
  const groups = new Map<string, number>()
  const topics = new Map<string, number>()
  for (const { 0: token, index } of read.matchAll(/[A-Za-z0-9._-]+/g)) {
    const name = withoutEnds(token)
    if (name === '' || name.length > NAME_MAX || instances.has(name)) continue
    const before = read.slice(Math.max(0, index - LABEL_MAX), index)
    const label = labelOf(before)
    for (const [kind, scores] of [
      ['groups', groups],
      ['topics', topics],
    ] as const) {
      if (label !== null && label.kind !== kind) continue
      const score = (label?.score ?? 0) + likeness(name)
      if (score <= 0) continue
      keep(scores, name, score)
      const [, whole] = /^(.+)-\d{1,4}$/.exec(name) ?? []
      if (kind === 'topics' && whole !== undefined) keep(scores, whole, score + WITHOUT_PARTITION)
    }
  }
  return {
    instances: [...instances].slice(0, INSTANCES_MAX),
    groups: likeliest(groups),
    topics: likeliest(topics),
  }
}

/** Dots and dashes around a name are no part of it. */
function withoutEnds(token: string): string {
  let [start, end] = [0, token.length]
  while (start < end && '.-'.includes(token.charAt(start))) start += 1
  while (end > start && '.-'.includes(token.charAt(end - 1))) end -= 1
  return token.slice(start, end)
}

function labelOf(before: string): { kind: Kind; score: number } | null {
  for (const kind of ['groups', 'topics'] as const) {
    const [found, sign] = LABELS[kind].exec(before) ?? []
    if (found !== undefined) return { kind, score: sign === '' ? SAID : SAID_CLEARLY }
  }
  return null
}

/** Numbers and short words are hardly ever names; a word with a dash, a dot or an underscore mostly is one. */
function likeness(name: string): number {
  if (/^[\d._-]+$/.test(name)) return -SAID
  if (/[a-z0-9][._-][a-z0-9]/i.test(name)) return LOOKS_LIKE_A_NAME
  return name.length < 3 ? -1 : 1
}

function keep(scores: Map<string, number>, name: string, score: number): void {
  scores.set(name, Math.max(score, scores.get(name) ?? 0))
}

/** Of equal ones the first in the text. */
function likeliest(scores: ReadonlyMap<string, number>): string[] {
  return [...scores]
    .sort(([, one], [, other]) => other - one)
    .slice(0, CANDIDATES_MAX)
    .map(([name]) => name)
}

/** Those that exist, spelled as they are spelled there, in the order of the candidates. */
export function existing(candidates: readonly string[], names: readonly string[]): string[] {
  const exact = new Set(names)
  const loose = new Map(names.map(name => [name.toLowerCase(), name]))
  const found = candidates.map(name => (exact.has(name) ? name : loose.get(name.toLowerCase())))
  return [...new Set(found.filter(name => name !== undefined))]
}

/** What the message is about in one line; empty when it has none. */
export function firstLine(text: string): string {
  const line = clip(text, ALERT_MAX)
    .split('\n')
    .map(each => each.replace(/\s+/g, ' ').trim())
    .find(each => each !== '')
  return clip(line ?? '', FIRST_LINE_MAX)
}

/** Which of the instances the message is about: by its id, else by its name, else the only one there is. */
export function instanceIn(
  text: string,
  { instances }: Candidates,
  known: readonly Instance[],
): string | undefined {
  const byId = known.find(({ id }) => instances.includes(id))
  const byName = known.find(({ name }) => name.length >= SHORTEST_NAME && text.includes(name))
  return (byId ?? byName ?? (known.length === 1 ? known[0] : undefined))?.id
}

const SHORTEST_NAME = 3
