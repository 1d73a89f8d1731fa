// What a message is about: the groups, topics and partitions that it labels as such, alert by alert, and what of it is
// resolved. Only a whole labelled value counts. It never says that one of them exists: that is for the cluster to tell.

import type { Status } from './alert-status.ts'
import {
  isAbout,
  joined,
  rankOf,
  shownName,
  statusOfUnit,
  TOPICS_MAX,
  type Unit,
  unitsOf,
} from './alert-units.ts'
import { UNCLEAR } from './alert-values.ts'
import type { Instance } from './group.ts'
import { clip } from './reset.ts'

export { ALERTS_MAX, PART, shownName } from './alert-units.ts'

/** A labelled topic, and the partitions of it that are labelled too; null: none are. */
export interface TopicSaid {
  readings: string[]
  /** As they are typed after a topic, like `0,4-6`. */
  partitions: string | null
}

/** One alert of a message. */
export interface OneAlert {
  /** What its label can be read as, the whole value first; null: no group is labelled. */
  group: string[] | null
  /** Its name is cut short, or glued to more text: it is only to be shown. */
  isCut: boolean
  /** Whether the label is unmistakable, as in `group=x`; else it is a word before a name, as in "the group x". */
  isClear: boolean
  topics: TopicSaid[]
  /** It labels a topic too whose name is not whole. */
  hasCutTopic: boolean
  /** Its lines. */
  text: string
}

export interface Alerts {
  /** Those that are firing, or do not say what they are: one for each group. */
  firing: OneAlert[]
  resolved: OneAlert[]
  /** Those that are said to be firing and resolved. */
  unclear: OneAlert[]
  /** All lines but those of what is resolved or unclear. */
  text: string
}

/** So much of a message is read; an alert that says what it is about says so at its beginning. */
export const ALERT_MAX = 8_000
const FIRST_LINE_MAX = 200

/** @param text plain, as people see it but for marks like `*` and `_`; one part to a line */
export function readAlerts(text: string): Alerts {
  const units = unitsOf(clip(text, ALERT_MAX))
  // Beside "consumer group: x" another team's "group: y" is none, and beside either a word before a name is only a word.
  const strongest = Math.max(...units.map(rankOf))
  for (const unit of units) if (rankOf(unit) < strongest) unit.group = null
  const status = statusesOf(units)
  const of = (wanted: (status: Status | 'both' | null) => boolean) =>
    units.filter(unit => wanted(status.get(unit) ?? null))
  const counting = of(said => said === 'firing' || said === null)
  return {
    firing: alertsOf(counting),
    resolved: alertsOf(of(said => said === 'resolved')).filter(isNamed),
    unclear: alertsOf(of(said => said === 'both')).filter(isNamed),
    text: counting.flatMap(({ lines }) => lines).join('\n'),
  }
}

/** Else there is nothing to say which one is left out. */
function isNamed({ group, topics }: OneAlert): boolean {
  return group !== null || topics.length > 0
}

type UnitStatus = Status | 'both' | null

/** Of each unit; what several of them say of the same group has to fit. */
function statusesOf(units: readonly Unit[]): Map<Unit, UnitStatus> {
  const abouts = units.filter(isAbout)
  const statuses = new Map<Unit, UnitStatus>(units.map(unit => [unit, statusOfUnit(unit)]))
  const groupOf = groupsOf(units)
  // A title may count those that fire where some do not any more; but not where there is only one.
  for (const unit of abouts) {
    const isOnly = abouts.every(each => each.heading !== unit.heading || groupOf(each) === groupOf(unit))
    const { said, isWeak } = unit.heading
    if (isOnly && said === 'firing' && !isWeak && statuses.get(unit) === 'resolved')
      statuses.set(unit, 'both')
  }
  for (const [at, unit] of abouts.entries()) {
    for (const other of abouts.slice(at + 1)) {
      if (groupOf(unit) !== groupOf(other)) continue
      const [one, two] = [statuses.get(unit) ?? null, statuses.get(other) ?? null]
      const said = one === null || two === null ? (one ?? two) : one === two ? one : 'both'
      if (said === 'firing' || said === null || !isSamePlace(unit, other)) continue
      statuses.set(unit, said)
      statuses.set(other, said)
    }
  }
  return statuses
}

/** Of the same group: whether they may be about the same topic and partition. */
function isSamePlace(one: Unit, other: Unit): boolean {
  const [places, others] = [placesIn(one), placesIn(other)]
  if (places.length === 0 || others.length === 0) return true
  return places.some(place =>
    others.some(
      each =>
        each.name === place.name &&
        (each.partitions === null || place.partitions === null || each.partitions === place.partitions),
    ),
  )
}

function placesIn({ topics }: Unit): { name: string; partitions: string | null }[] {
  return topics.flatMap(({ names, partitions }) =>
    names.map(readings => ({ name: shownName(readings), partitions })),
  )
}

/** What an alert is of: topics without a group belong to the only one there is. */
function groupsOf(units: readonly Unit[]): (unit: Unit) => string {
  const groups = new Set(units.flatMap(({ group }) => (group === null ? [] : [shownName(group.readings)])))
  const [only = ''] = groups.size === 1 ? groups : []
  return ({ group }) => (group === null ? only : shownName(group.readings))
}

/** One for each group. */
function alertsOf(units: readonly Unit[]): OneAlert[] {
  const alerts = new Map<string, { alert: OneAlert; topics: Map<string, TopicSaid> }>()
  const groupOf = groupsOf(units)
  for (const unit of units) {
    if (!isAbout(unit)) continue
    const name = groupOf(unit)
    const empty = { group: null, isCut: false, isClear: false, topics: [], hasCutTopic: false, text: '' }
    const { alert, topics } = alerts.get(name) ?? { alert: empty, topics: new Map<string, TopicSaid>() }
    alerts.set(name, { alert, topics })
    if (unit.group !== null) {
      alert.group ??= unit.group.readings
      alert.isCut ||= !unit.group.isWhole
      alert.isClear ||= unit.group.strength !== 'weak'
    }
    alert.hasCutTopic ||= unit.hasCutTopic
    alert.text = clip(`${alert.text}${alert.text === '' ? '' : '\n'}${unit.lines.join('\n')}`, ALERT_MAX)
    for (const topic of placesOf(unit)) add(topics, topic)
  }
  // Where nobody knows which partitions of a topic are meant, all of them are not.
  const known = (topics: Map<string, TopicSaid>) =>
    [...topics.values()].filter(({ partitions }) => partitions !== UNCLEAR)
  return [...alerts.values()].map(({ alert, topics }) => ({ ...alert, topics: known(topics) }))
}

function placesOf({ topics, partitions }: Unit): TopicSaid[] {
  // Labelled before its topic, on another line: of the only topic there is, or of nobody knows which.
  const early =
    partitions === null
      ? null
      : topics.length === 1 && topics[0]?.names.length === 1
        ? partitions.list
        : UNCLEAR
  return topics.flatMap(topic => {
    const own = topic.partitions ?? early
    return topic.names.map(readings => ({ readings, partitions: own }))
  })
}

/** A topic is named by a title too, and its partition by a label alone. */
function add(topics: Map<string, TopicSaid>, { readings, partitions }: TopicSaid): void {
  const name = shownName(readings)
  const known = topics.get(name)
  if (known === undefined) {
    if (topics.size < TOPICS_MAX) topics.set(name, { readings, partitions })
  } else if (partitions !== null) known.partitions = joined(known.partitions, partitions)
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

export type InstanceSaid =
  | { kind: 'known'; id: string }
  /** It names none, or several. */
  | { kind: 'unsaid' }
  /** It names one that is not among those known. */
  | { kind: 'other'; id: string }

/** Which of the instances a text is about: by its id, else by its name, else the only one there is. */
export function instanceIn(text: string, known: readonly Instance[]): InstanceSaid {
  const ids = [...new Set(text.match(/(?<![\w-])ckafka-[a-z0-9]{1,57}(?![\w-])/g) ?? [])]
  const byId = known.filter(({ id }) => ids.includes(id))
  const found =
    byId.length > 0
      ? byId
      : known.filter(({ name }) => name.length >= SHORTEST_NAME && holdsWhole(text, name))
  const [first] = found
  if (first !== undefined) return found.length === 1 ? { kind: 'known', id: first.id } : { kind: 'unsaid' }
  const [other] = ids
  if (other !== undefined) return { kind: 'other', id: other }
  const [only] = known
  return known.length === 1 && only !== undefined ? { kind: 'known', id: only.id } : { kind: 'unsaid' }
}

const SHORTEST_NAME = 3
const OF_NAMES = /[\w#@/-]/

/** Not as a piece of a longer name. */
function holdsWhole(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const end = at + name.length
    const goesOn = OF_NAMES.test(text.charAt(end)) || /^\.\w/.test(text.slice(end, end + 2))
    if (!OF_NAMES.test(text.charAt(at - 1)) && text.charAt(at - 1) !== '.' && !goesOn) return true
  }
  return false
}
