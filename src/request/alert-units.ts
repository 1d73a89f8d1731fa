// The alerts of a message, told apart line by line, each with what it labels and with what the message says of its status:
// above it, in it or under it. What could be a status of it and of another is taken for neither, so that it counts as unclear.

import { STRUCK, type Status, type StatusSaid, statusOf } from './alert-status.ts'
import { labelsIn, type Strength, UNCLEAR, type Value } from './alert-values.ts'

/** Between the parts of a message that stand on their own: what the one says of its status is not said of the next. */
export const PART = '\f'
/** So many alerts of one message, and so many topics of one alert, are told apart. */
export const ALERTS_MAX = 24
export const TOPICS_MAX = 24

export interface Unit {
  /** What stands over it, and perhaps over others. */
  heading: Heading
  /** What its own lines say, or what stands under it. */
  own: Said[]
  /** What stands right above it may be said of it, or of the one before. */
  isEither: boolean
  group: { readings: string[]; strength: Strength; isWhole: boolean } | null
  /** Of one label each. */
  topics: { names: string[][]; partitions: string | null; line: number; at: number }[]
  /** A topic is labelled whose name is not whole. */
  hasCutTopic: boolean
  /** Labelled before any topic. */
  partitions: { list: string; line: number } | null
  /** The kind of the first label in it: where that comes again on a line of its own, another alert begins. */
  begins: string | null
  lines: string[]
}

type Said = StatusSaid['status']
/** Compared by identity: the same one may stand over several. */
export interface Heading {
  said: Said
  isWeak: boolean
}
const NOTHING: Heading = { said: null, isWeak: true }

/** A status that stands alone, over what follows or under what is before it. */
interface Mark {
  said: Said
  over: Heading
  /** How many units there were before it. */
  units: number
  /** Whether what is before it stands right above it. */
  isClose: boolean
  isSign: boolean
  line: number
}

interface Line {
  text: string
  isStruck: boolean
}

export function unitsOf(text: string): Unit[] {
  const lines = text
    .split(/\r\n?|\n/)
    .flatMap(apart)
    .flatMap(struckApart)
  const texts = lines.map(line => line.text)
  const units: Unit[] = []
  let marks: Mark[] = []
  /** Where the present part begins, and what stands over it. */
  let part = { line: 0, units: 0, over: NOTHING }
  let section = NOTHING
  /** As the message said before its first part. */
  let whole: Heading | undefined
  let unit = emptyUnit(NOTHING)
  let abouts = 0
  /** The line that says of the alert above it that it is over. */
  let endedAt = -1

  const begin = () => {
    if (isAbout(unit)) abouts += 1
    if (unit.lines.length > 0 && (!isAbout(unit) || abouts <= ALERTS_MAX)) units.push(unit)
    unit = emptyUnit(section)
  }
  const endPart = (to: number) => {
    begin()
    const over = settle(units, part.units, marks, texts.slice(part.line, to), part.over)
    if (over !== undefined) section = over
    whole ??= section
    // A part that only says a status says it of the next one too.
    const isOnlyStatus = !units.slice(part.units).some(isAbout) && marks.length > 0
    if (!isOnlyStatus) section = whole
    marks = []
    part = { line: to + 1, units: units.length, over: section }
    unit = emptyUnit(section)
  }

  for (const [at, { text: line, isStruck }] of lines.entries()) {
    if (line.includes(PART)) {
      endPart(at)
      continue
    }
    if (line.trim() === '') {
      begin()
      continue
    }
    const labels = labelsIn(texts, at)
    const read = isStruck ? struckSaid(line, labels) : statusOf(line)
    // Under `[RESOLVED]` the field `Alert: …` begins nothing that fires.
    const said = read?.isWeak === true && section.said === 'resolved' && !section.isWeak ? null : read
    if (isStruck && labels.length > 0) {
      begin()
      unit.own.push('resolved')
    } else if (said?.ofAlert === true && labels.length === 0 && isAbout(unit) && unit.own.length === 0) {
      // One of the fields of an alert, after the others.
      unit.own.push(said.status)
      if (said.status !== 'firing') endedAt = at
    } else if (said?.ofAlert === true && labels.length > 0) {
      if (isNext(unit, labels) || (isAbout(unit) && unit.own.length > 0)) begin()
      unit.own.push(said.status)
    } else if (said !== null) {
      const isClose = unit.lines.length > 0
      section = { said: said.status, isWeak: said.isWeak }
      begin()
      if (labels.length === 0) {
        const { isSign } = said
        marks.push({ ...section, over: section, units: units.length, isClose, isSign, line: at - part.line })
      }
      if (said.ofAlert) unit.own.push(said.status)
    } else if (isNext(unit, labels)) {
      begin()
      unit.isEither = endedAt === at - 1
    }
    unit.lines.push(line)
    let named = false
    for (const label of labels) {
      // Several groups in one line are several alerts.
      if (named && label.kind === 'group' && isOther(unit, label)) {
        const { own } = unit
        begin()
        unit.own.push(...own)
        unit.lines.push(line)
      }
      named ||= label.kind === 'group'
      take(unit, label, at)
    }
    if (isStruck) begin()
  }
  endPart(lines.length)
  return units
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

/** What is struck through and labels something is a line of its own, and so is a line that is struck through as a whole. */
function struckApart(line: string): Line[] {
  if (!line.includes('~')) return [{ text: line, isStruck: false }]
  const rest = line.replace(STRUCK, ' ')
  const plain = line.replace(STRUCK, '$1')
  if (!/[\p{L}\p{N}]/u.test(rest)) return [{ text: plain, isStruck: plain !== line }]
  const struck: Line[] = []
  const left = line.replace(STRUCK, (all, inner: string) => {
    if (labelsIn([inner], 0).length === 0) return all
    struck.push({ text: inner, isStruck: true })
    return ' '
  })
  return [...struck, { text: left, isStruck: false }]
}

/** What says that something fires is struck through when it is over. */
function struckSaid(line: string, labels: readonly Value[]): StatusSaid | null {
  const said = labels.length > 0 ? null : statusOf(line)
  return said?.status === 'firing' ? { ...said, status: 'resolved', ofAlert: false } : null
}

/**
 * The last status of a part stands under what is before it, if nothing that it could stand over comes after it; and then so
 * do the others, but for one that begins the part. Returns what stands over what follows the part; undefined: the last one.
 */
function settle(
  units: readonly Unit[],
  first: number,
  marks: readonly Mark[],
  lines: readonly string[],
  over: Heading,
): Heading | undefined {
  const [earliest] = marks
  const last = marks.at(-1)
  if (earliest === undefined || last === undefined) return undefined
  // A part that only says a status says it of all that came before.
  if (!units.slice(first).some(isAbout)) {
    const isAlone = lines.filter(line => line.trim() !== '').length === marks.length
    for (const unit of isAlone ? units.slice(0, first) : [])
      if (unit.own.length === 0) unit.own.push(last.said)
    return undefined
  }
  const isUnderFirst = units.slice(first, earliest.units).some(isAbout)
  const isLast =
    !last.isSign &&
    !units.slice(last.units).some(isAbout) &&
    !/[:：]["'*_\s]{0,3}$/.test(lines[last.line] ?? '') &&
    !lines.slice(last.line + 1).some(isOfAnother)
  if (!isLast) {
    // It may be said of what stands right above it as well.
    const isEither = isUnderFirst && earliest.isClose && !earliest.isSign && earliest.said !== 'firing'
    for (const unit of isEither ? units.slice(first, earliest.units) : [])
      if (unit.own.length === 0) unit.own.push('both')
    return undefined
  }
  const heading = isUnderFirst ? over : earliest.over
  for (const [index, mark] of marks.entries()) {
    if (index === 0 && !isUnderFirst) continue
    for (const unit of units.slice(marks[index - 1]?.units ?? first, mark.units)) {
      unit.heading = heading
      unit.own.push(mark.said)
    }
  }
  return heading
}

/** Something that names no group or topic, or nothing at all. */
function isOfAnother(line: string): boolean {
  const read = line.replace(/\b[a-z]{2,10}:\/\/\S{1,2000}/gi, '').slice(0, 400)
  return (
    /^\s{0,8}(?:none|n\/a|无)\s{0,8}$/i.test(read) ||
    /^\s{0,8}[•·*-]\s.{0,200}[:=：＝]/.test(read) ||
    /[\w.-]{1,60}["']?\s?=\s?\S/.test(read)
  )
}

function emptyUnit(heading: Heading): Unit {
  return {
    ...{
      heading,
      own: [],
      isEither: false,
      group: null,
      topics: [],
      hasCutTopic: false,
      partitions: null,
      begins: null,
    },
    lines: [],
  }
}

export function isAbout({ group, topics, hasCutTopic }: Unit): boolean {
  return group !== null || topics.length > 0 || hasCutTopic
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

function take(unit: Unit, value: Value, line: number): void {
  const { kind, strength, names, at, isWhole, isStruck } = value
  const { partitions } = value
  unit.begins ??= kind
  if (kind === 'group') {
    const [first] = names
    if (first === undefined) return
    if (STRENGTHS.indexOf(strength) > rankOf(unit)) unit.group = { readings: first, strength, isWhole }
    if (isStruck) unit.own.push('resolved')
  } else if (kind === 'topic') {
    const early = unit.partitions !== null && unit.partitions.line === line ? unit.partitions.list : null
    unit.partitions = early === null ? unit.partitions : null
    if (!isWhole) unit.hasCutTopic = true
    else if (!isStruck && unit.topics.length < TOPICS_MAX) {
      unit.topics.push({ names, partitions: partitions ?? early, line, at })
    }
  } else if (partitions !== null) {
    const last = unit.topics.at(-1)
    if (names.length > 0) {
      if (!isStruck && unit.topics.length < TOPICS_MAX) unit.topics.push({ names, partitions, line, at })
    } else if (last === undefined) unit.partitions = { list: partitions, line }
    else {
      // Of a list of topics nobody knows which one it is of.
      const listed = unit.topics.filter(topic => topic.line === last.line && topic.at === last.at)
      for (const topic of listed) {
        topic.partitions = listed.length > 1 ? UNCLEAR : joined(topic.partitions, partitions)
      }
    }
  }
}

const STRENGTHS: Strength[] = ['weak', 'general', 'special']

export function rankOf({ group }: Pick<Unit, 'group'>): number {
  return group === null ? -1 : STRENGTHS.indexOf(group.strength)
}

/** Of partitions that are labelled more than once. */
export function joined(one: string | null, other: string): string {
  if (one === null || one === other) return other
  if (one === UNCLEAR || other === UNCLEAR) return UNCLEAR
  return [...new Set([...one.split(','), ...other.split(',')])].join(',')
}

/** Null: it does not say; that counts as firing. */
export function statusOfUnit({ own, isEither, heading: { said: heading } }: Unit): Status | 'both' | null {
  const said = new Set(own)
  if (said.size === 0 && isEither && heading !== 'resolved') return 'both'
  if (
    said.has('both') ||
    (said.has('firing') && (said.has('resolved') || heading === 'resolved' || heading === 'both'))
  )
    return 'both'
  if (said.has('resolved')) return 'resolved'
  return said.has('firing') ? 'firing' : heading
}
