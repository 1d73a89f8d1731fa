// What a message is about: the groups, topics and partitions that it labels as such, alert by alert, and what of it is
// resolved. Only a whole labelled value counts. It never says that one of them exists: that is for the cluster to tell.

import { statusOf } from './alert-status.ts'
import { labelsIn, type Strength, type Value } from './alert-values.ts'
import type { Instance } from './group.ts'
import { clip } from './reset.ts'

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
  /** Whether the label is unmistakable, as in `group=x`; else it is a word before a name, as in "the group x". */
  isClear: boolean
  topics: TopicSaid[]
  /** Its lines. */
  text: string
}

export interface Alerts {
  /** Those that are firing, or do not say what they are: one for each group. */
  firing: OneAlert[]
  resolved: OneAlert[]
  /** All lines but those of what is resolved. */
  text: string
}

/** So much of a message is read; an alert that says what it is about says so at its beginning. */
export const ALERT_MAX = 8_000
/** Between the parts of a message that stand on their own: what the one says of its status is not said of the next. */
export const PART = '\f'
/** So many alerts of one message, and so many topics of one alert, are told apart. */
export const ALERTS_MAX = 24
const TOPICS_MAX = 24
const FIRST_LINE_MAX = 200

type Status = 'firing' | 'resolved' | null

interface Unit {
  status: Status
  group: { readings: string[]; strength: Strength } | null
  /** Of one label each. */
  topics: { names: string[][]; partitions: string | null | 'unclear'; line: number; at: number }[]
  /** Labelled before any topic. */
  partitions: { list: string; line: number } | null
  /** The kind of the first label in it: where that comes again on a line of its own, another alert begins. */
  begins: string | null
  /** Whether one of its own lines says its status. */
  hasStatus: boolean
  lines: string[]
}

/** @param text plain, as people see it but for marks like `*` and `_`; one part to a line */
export function readAlerts(text: string): Alerts {
  const units = unitsOf(
    clip(text, ALERT_MAX)
      .split(/\r\n?|\n/)
      .flatMap(apart),
  )
  // Beside "consumer group: x" another team's "group: y" is none, and beside either a word before a name is only a word.
  const strongest = Math.max(...units.map(rankOf))
  for (const unit of units) if (rankOf(unit) < strongest) unit.group = null
  const counting = units.filter(({ status }) => status !== 'resolved')
  const resolved = units.filter(({ status }) => status === 'resolved')
  return {
    firing: alertsOf(counting),
    resolved: alertsOf(resolved),
    text: counting.flatMap(({ lines }) => lines).join('\n'),
  }
}

/** `… firing: group=a; resolved: group=b` in one line are two, and so are two objects of JSON. */
function apart(line: string): string[] {
  return line
    .replace(
      /([;,|.])\s{1,3}(?=[[(【*]{0,3}(?:firing|resolved|recovered)(?:[\])】*]{1,3}|\s?:)(?!\s?\d))/gi,
      '$1\n',
    )
    .replace(/\},\s?(?=\{)/g, '},\n')
    .replace(/([{,])\s?(?=["']?(?:status|state)["']?\s?[:=])/gi, '$1\n')
    .split('\n')
}

function unitsOf(lines: readonly string[]): Unit[] {
  const units: Unit[] = []
  let section: Status = null
  /** As the message said before its first part. */
  let whole: Status | undefined
  let unit = emptyUnit(null)
  let abouts = 0
  const begin = () => {
    if (isAbout(unit)) abouts += 1
    if (unit.lines.length > 0 && (!isAbout(unit) || abouts <= ALERTS_MAX)) units.push(unit)
    unit = emptyUnit(section)
  }
  for (const [at, line] of lines.entries()) {
    if (line.includes(PART)) {
      whole ??= section
      section = whole
    }
    if (line.trim() === '') {
      begin()
      continue
    }
    const said = statusOf(line)
    const labels = labelsIn(lines, at)
    if (said?.ofAlert === true && labels.length === 0 && isAbout(unit) && !unit.hasStatus) {
      // One of the fields of an alert, after the others.
      unit.status = said.status
      unit.hasStatus = true
    } else if (said?.ofAlert === true && labels.length > 0) {
      if (isNext(unit, labels)) begin()
      unit.status = said.status
      unit.hasStatus = true
    } else if (said !== null) {
      section = said.status
      begin()
      unit.hasStatus = said.ofAlert
    } else if (isNext(unit, labels)) begin()
    unit.lines.push(line)
    let named = false
    for (const label of labels) {
      // Several groups in one line are several alerts.
      if (named && label.kind === 'group' && isOther(unit, label)) {
        begin()
        unit.lines.push(line)
      }
      named ||= label.kind === 'group'
      take(unit, label, at)
    }
  }
  begin()
  return units
}

function emptyUnit(status: Status): Unit {
  return { status, group: null, topics: [], partitions: null, begins: null, hasStatus: false, lines: [] }
}

function isAbout({ group, topics }: Unit): boolean {
  return group !== null || topics.length > 0
}

/** Another alert begins with another group, or where the topic that this one began with comes again. */
function isNext(unit: Unit, labels: readonly Value[]): boolean {
  const [first] = labels
  if (first === undefined || !isAbout(unit)) return false
  const group = labels.find(({ kind }) => kind === 'group')
  if (group !== undefined && isOther(unit, group)) return true
  const again = first.kind === 'topic' && unit.begins === 'topic' && unit.group !== null
  return again && first.at < LABEL_INDENT
}

function isOther({ group }: Unit, { names, strength }: Value): boolean {
  const [name] = names
  return (
    group !== null &&
    name !== undefined &&
    strength === group.strength &&
    shownName(name) !== shownName(group.readings)
  )
}

/** What a name most likely is, and is called to people. */
export function shownName(readings: readonly string[]): string {
  return readings.at(-1) ?? ''
}

/** A label that begins its line, after a bullet and marks. */
const LABEL_INDENT = 8

function take(unit: Unit, { kind, strength, names, partitions, at }: Value, line: number): void {
  unit.begins ??= kind
  if (kind === 'group') {
    const [first] = names
    if (first === undefined) return
    if (STRENGTHS.indexOf(strength) > rankOf(unit)) unit.group = { readings: first, strength }
  } else if (kind === 'topic') {
    const early = unit.partitions !== null && unit.partitions.line === line ? unit.partitions.list : null
    unit.partitions = early === null ? unit.partitions : null
    if (unit.topics.length < TOPICS_MAX) {
      unit.topics.push({ names, partitions: partitions ?? early, line, at })
    }
  } else if (partitions !== null) {
    const last = unit.topics.at(-1)
    if (names.length > 0) {
      if (unit.topics.length < TOPICS_MAX) unit.topics.push({ names, partitions, line, at })
    } else if (last === undefined) unit.partitions = { list: partitions, line }
    else {
      // Of a list of topics nobody knows which one it is of.
      const listed = unit.topics.filter(topic => topic.line === last.line && topic.at === last.at)
      for (const topic of listed) {
        const known = topic.partitions
        topic.partitions =
          listed.length > 1 ? 'unclear' : known === null ? partitions : joined(known, partitions)
      }
    }
  }
}

const STRENGTHS: Strength[] = ['weak', 'general', 'special']

function rankOf({ group }: Unit): number {
  return group === null ? -1 : STRENGTHS.indexOf(group.strength)
}

function joined(one: string, other: string): string {
  return [...new Set([...one.split(','), ...other.split(',')])].join(',')
}

/** One for each group. Topics without a group belong to the only one there is. */
function alertsOf(units: readonly Unit[]): OneAlert[] {
  const alerts = new Map<string, { alert: OneAlert; topics: Map<string, TopicSaid> }>()
  const groups = new Set(units.flatMap(({ group }) => (group === null ? [] : [shownName(group.readings)])))
  const [only] = groups.size === 1 ? groups : []
  for (const unit of units) {
    const name = unit.group === null ? (only ?? '') : shownName(unit.group.readings)
    if (unit.group === null && unit.topics.length === 0) continue
    const known = alerts.get(name)
    const alert = known?.alert ?? { group: null, isClear: false, topics: [], text: '' }
    const topics = known?.topics ?? new Map<string, TopicSaid>()
    alerts.set(name, { alert, topics })
    if (unit.group !== null) {
      alert.group ??= unit.group.readings
      alert.isClear ||= unit.group.strength !== 'weak'
    }
    alert.text = clip(`${alert.text}${alert.text === '' ? '' : '\n'}${unit.lines.join('\n')}`, ALERT_MAX)
    for (const topic of placesOf(unit)) add(topics, topic)
  }
  return [...alerts.values()].map(({ alert, topics }) => ({ ...alert, topics: [...topics.values()] }))
}

function placesOf({ topics, partitions }: Unit): TopicSaid[] {
  // Labelled before its topic, on another line: of the only topic there is, or of nobody knows which.
  const early =
    partitions === null
      ? null
      : topics.length === 1 && topics[0]?.names.length === 1
        ? partitions.list
        : 'unclear'
  return topics.flatMap(topic => {
    const own = topic.partitions ?? early
    return own === 'unclear' ? [] : topic.names.map(readings => ({ readings, partitions: own }))
  })
}

/** A topic is named by a title too, and its partition by a label alone. */
function add(topics: Map<string, TopicSaid>, { readings, partitions }: TopicSaid): void {
  const name = shownName(readings)
  const known = topics.get(name)
  if (known === undefined) {
    if (topics.size < TOPICS_MAX) topics.set(name, { readings, partitions })
  } else if (partitions !== null) {
    known.partitions = known.partitions === null ? partitions : joined(known.partitions, partitions)
  }
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
