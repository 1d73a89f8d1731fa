// What a line of a message labels as a group, a topic or a partition: the whole value, however it is quoted or marked.
// It must never take a piece of a value for the value: `#`, `@`, `::` and blanks belong to names. What was cut short is none.

/** `special`: nothing but a consumer group is called so. `general`: "group" alone. `weak`: no sign stands between. */
export type Strength = 'weak' | 'general' | 'special'

export interface Value {
  kind: 'group' | 'topic' | 'partition'
  strength: Strength
  /** Of each name in it, what it can be read as: the longest first, and the likeliest last. */
  names: string[][]
  /** As they are typed after a topic, like `0,4-6`. */
  partitions: string | null
  /** Where the label begins in its line. */
  at: number
}

/** So much after a label can be its value. */
const VALUE_READ = 600
const NAME_MAX = 255
const ITEMS_MAX = 24
const LABELS_MAX = 40

const SPECIAL =
  'consumer[ _.-]?groups?(?:[ _.-]?(?:id|name)s?)?|group[ _.-]?(?:id|name)s?|消费者?分?组(?:名称?|id)?'
const TOPIC = 'topics?(?:[ _.-]?names?|名称?)?|主题(?:名称?)?'
const PARTITION = 'partitions?(?:[ _.-]?(?:id|no|number|index))?|分区(?:号|id|编号)?'
const KEYS = `(?<special>${SPECIAL})|(?<both>topic[ _./-]?partitions?)|(?<topic>${TOPIC})|(?<partition>${PARTITION})|(?<general>groups?)`
/** Before a key; `kafka_topic` and `labels.group` are keys too. */
const BEFORE = '(?<![A-Za-z0-9@/#.-]|[A-Za-z0-9.-]_)(?:(?:kafka|labels?|tags?|messaging)[ _.])?'
/** A name may follow a Chinese key at once. */
const NOT_LONGER = '(?:(?<=[^\\0-\\x7f])|(?![A-Za-z0-9@/#-]|_[A-Za-z0-9]|\\.[A-Za-z0-9]))'
/** `:` and `=`, but not `::`, `=~` and `==`; or as a pair of JSON, `"name":"Topic","value":`. */
const SIGN = '(?:=>|[:：](?![:：])|=(?![=~])|＝|,\\s?["\']?value["\']?\\s?[:=])'
const LABEL = new RegExp(
  `(?:${BEFORE}|(?<=[_.])(?=consumer))(?:${KEYS})${NOT_LONGER}["'*_\`~]{0,3}(?<gap>\\s{0,3})(?<sign>${SIGN})?`,
  'giu',
)
const NEXT_KEY = `(?:${KEYS.replace(/\?<\w+>/g, '?:')})${NOT_LONGER}`
/** With these a sentence goes on after a name. */
const GOES_ON = [
  ...[
    'is',
    "isn[’']t",
    'was',
    'are',
    'were',
    'has',
    'have',
    'had',
    'lags?',
    'lagging',
    'lagged',
    'behind',
    'on',
    'in',
  ],
  ...[
    'at',
    'for',
    'of',
    'to',
    'with',
    'from',
    'by',
    'since',
    'because',
    'after',
    'before',
    'until',
    'while',
    'when',
  ],
  ...[
    'which',
    'that',
    'who',
    'and',
    'but',
    'or',
    'not',
    'no',
    'cannot',
    'can',
    "can[’']t",
    'does',
    'do',
    'did',
    'fell',
  ],
  ...[
    'falls?',
    'falling',
    'keeps?',
    'stopped',
    'stops?',
    'stuck',
    'stalled',
    'exceeds?',
    'exceeded',
    'reached',
    'above',
  ],
  ...[
    'over',
    'under',
    'below',
    'needs?',
    'please',
    'now',
    'again',
    'consum(?:es|ed|ing)',
    'reads?',
    'reading',
    'as',
    'so',
  ],
  ...[
    'consumers?',
    'members?',
    'offsets?',
    'rebalanc(?:es|ed|ing)',
    'firing',
    'resolved',
    'recovered',
    'status',
    'state',
  ],
].join('|')
const GOES_ON_ZH = '堆积|积压|延迟|滞后|的|在|发生|出现|存在|消费|未消费|已|超过|有|未|告警|恢复|触发'
/** What ends a value that is not quoted, looked for behind its first character. */
const endOf = (key: string) =>
  new RegExp(
    [
      '[,，、;；|｜\\t：]|\\s{2}|\\s?[（(]|[。！？]|[\\]}】](?=\\s)|\\s[-–—→]{1,2}>?\\s|:\\s|\\s(?:&|和|与|及)\\s',
      `\\s(?=["'*_\`]{0,2}(?:${key}|(?:${GOES_ON})(?![\\w-])|[\\w.-]{1,40}["'*_\`]{0,2}(?:=|:(?!:))))`,
      `(?<=[A-Za-z0-9_\\s])(?:${GOES_ON_ZH})`,
    ].join('|'),
    'iu',
  )
/** After a sign blanks belong to a name, and so may a word like "group"; else such a word is the next label. */
const END_SIGNED = endOf(`${NEXT_KEY}["'*_\`]{0,3}\\s{0,3}${SIGN}|partitions?\\s\\d|主题|分区|消费`)
const END_WEAK = endOf(NEXT_KEY)
const STARTS_ON = new RegExp(`^(?:(?:${GOES_ON})(?![\\w-])|${GOES_ON_ZH}|${NEXT_KEY})`, 'iu')
/** What a label and a general word may stand behind: others make something else of it, like "log group". */
const ARTICLES =
  /^(?:the|an?|of|for|in|on|by|from|to|at|with|and|or|this|that|our|kafka|ckafka|reset|restart|restarting|is|lags?|lagging|behind|stuck|affected|consumer|skip|replay|move|moves|reads?|check)$/i
/** What a template leaves where it has no value. */
const NOT_FILLED_IN = /^(?:\{\{|\$\{|<no value>|(?:null|none|undefined|n\/a)(?![\w-]))/i
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"”',
  "'": "'’",
  '`': '`',
  '“': '”"',
  '‘': "’'",
  '「': '」',
  '『': '』',
}
const BULLET = /^\s{0,8}(?:[•·*\-–]|\d{1,2}[.)])\s{1,4}/

/** @param at which of the lines; a label alone on its line has its value on the next */
export function labelsIn(lines: readonly string[], at: number): Value[] {
  const line = (lines[at] ?? '').replaceAll('\\"', '"')
  const values: Value[] = []
  /** What is before it is taken. */
  let end = 0
  for (const found of line.matchAll(LABEL)) {
    if (values.length >= LABELS_MAX) break
    if (found.index < end) continue
    const label = labelOf(found, line, end)
    if (label === null) continue
    const isAlone = /^[\s*_~`"'：:=]{0,8}$/.test(label.rest)
    if (isAlone && /^[^\p{L}\p{N}]{0,12}$/u.test(line.slice(0, found.index))) {
      values.push(...valueBelow(lines, at, label))
      break
    }
    if (label.sign === '' && label.gap === '' && !label.isChinese) continue
    const read = labelledBy(label, label.rest)
    if (read === null) continue
    values.push(...read.values)
    end = label.start + read.length
  }
  return values
}

interface Label {
  kind: 'group' | 'topic' | 'partition' | 'both'
  strength: Strength
  isPlural: boolean
  isChinese: boolean
  sign: string
  gap: string
  /** The mark of a chat that stands before the label, and again behind the sign or behind the value. */
  mark: string
  at: number
  start: number
  rest: string
}

function labelOf(found: RegExpExecArray, line: string, taken: number): Label | null {
  const { special, both, topic, partition, general, gap = '', sign = '' } = found.groups ?? {}
  const key = special ?? both ?? topic ?? partition ?? general ?? ''
  const before = line.slice(Math.max(taken, found.index - 40), found.index)
  const isChinese = /[^\0-\x7f]/.test(key)
  // A key of its own needs no leave; and neither does one that comes right after another's value.
  const isKey = special !== undefined || (sign !== '' && gap === '' && sign !== '：' && sign.startsWith('='))
  if (!isKey && !mayStandBehind(before, isChinese)) return null
  const start = found.index + found[0].length
  const strength = sign === '' ? 'weak' : special === undefined ? 'general' : 'special'
  return {
    kind:
      special !== undefined || general !== undefined
        ? 'group'
        : both !== undefined
          ? 'both'
          : topic !== undefined
            ? 'topic'
            : 'partition',
    ...{ strength, isChinese, sign, gap, start, at: found.index },
    isPlural: /s$/i.test(key),
    mark: /[*_~]{1,2}$/.exec(before)?.[0] ?? '',
    rest: line.slice(start, start + VALUE_READ),
  }
}

function mayStandBehind(before: string, isChinese: boolean): boolean {
  if (isChinese) return !/\p{Script=Han}$/u.test(before) || /[的在和与及为是将置阅例]$/.test(before)
  const [, word] = /([\p{L}\p{N}_.@#-]{1,40})\s{1,3}["'*_`]{0,2}$/u.exec(before) ?? []
  return word === undefined || ARTICLES.test(word) || /[\d_.@#-]|\p{Script=Han}/u.test(word)
}

/** Under a label that is alone on its line: one line is one value, and bullets are a list. */
function valueBelow(lines: readonly string[], at: number, label: Label): Value[] {
  const below: string[] = []
  for (const line of lines.slice(at + 1, at + 1 + ITEMS_MAX)) {
    const isBullet = BULLET.test(line)
    if (line.trim() === '' || (below.length > 0 && !isBullet)) break
    below.push(line.replace(BULLET, '').slice(0, VALUE_READ))
    if (!isBullet) break
  }
  const strength = label.kind === 'group' && label.strength === 'weak' ? 'general' : label.strength
  return below.flatMap(line => labelledBy({ ...label, strength, mark: '' }, line)?.values ?? [])
}

/** Null: nothing that can be its value follows. */
function labelledBy(label: Label, text: string): { values: Value[]; length: number } | null {
  const { kind, strength, mark, at } = label
  const opened = mark !== '' && text.startsWith(mark) ? mark.length : 0
  const { items, length } = itemsOf(text.slice(opened), label)
  if (items.length === 0) return null
  const value = { strength, at, names: [], partitions: null }
  const read = (values: Value[]) => ({ values, length: opened + length })
  if (kind === 'group') {
    const names = label.isPlural ? items : items.slice(0, 1)
    return read(names.map(item => ({ ...value, kind, names: [item.readings] })))
  }
  if (kind === 'topic') {
    const topics = items.map(topicOf).filter(topic => topic !== null)
    return read(topics.map(each => ({ ...value, kind: 'topic' as const, ...each })))
  }
  const [first] = items
  const numbers = leadingNumbers(items.map(item => item.readings.at(-1) ?? ''))
  if (numbers.length > 0) {
    // "Partitions: 12" says how many there are.
    const isCount = label.isPlural && numbers.length === 1 && /^\d+$/.test(numbers[0] ?? '')
    return isCount ? null : read([{ ...value, kind: 'partition', partitions: numbers.join(',') }])
  }
  const [, topic, number] = /^([A-Za-z0-9._-]{1,249})[-:/](\d{1,6})$/.exec(first?.readings.at(-1) ?? '') ?? []
  if (topic === undefined || number === undefined) return null
  return read([{ ...value, kind: 'partition', names: [[topic]], partitions: number }])
}

function leadingNumbers(items: readonly string[]): string[] {
  const plain = items.map(item => item.replace(/\s?[–—~]\s?|\s?-\s?/, '-'))
  const end = plain.findIndex(item => !/^\d{1,6}(?:-\d{1,6})?$/.test(item))
  return plain.slice(0, end < 0 ? plain.length : end)
}

/** A topic's name holds no blank, colon or bracket, so that what follows one is not of it. */
function topicOf({ readings }: Item): Pick<Value, 'names' | 'partitions'> | null {
  const [, name, partition] =
    /^([A-Za-z0-9._-]{1,249})(?::(\d{1,6})|\[(\d{1,6})\])?$/.exec(readings.at(-1) ?? '')?.map(part => part) ??
    []
  if (name === undefined) return null
  const plain = readings.filter(each => /^[A-Za-z0-9._-]{1,249}$/.test(each))
  return {
    names: [partition === undefined && plain.length > 0 ? plain : [name]],
    partitions: partition ?? null,
  }
}

interface Item {
  readings: string[]
}

/** A value, or several with commas or words between. */
function itemsOf(text: string, label: Label): { items: Item[]; length: number } {
  const items: Item[] = []
  let at = /^\s{0,5}/.exec(text)?.[0].length ?? 0
  let length = 0
  while (items.length < ITEMS_MAX) {
    const read = itemAt(text.slice(at), label, items.length === 0)
    if (read === null) break
    items.push({ readings: read.readings })
    at += read.length
    length = at
    const between = /^\s{0,2}(?:[,，、;；&]|和|与|及|and\s|or\s)\s{0,2}/.exec(text.slice(at))
    if (between === null) break
    at += between[0].length
    if (
      STARTS_ON.test(text.slice(at)) ||
      /^["'*_`]{0,2}[\w.-]{1,40}["'*_`]{0,2}\s?(?:=|:(?!:))/.test(text.slice(at))
    )
      break
  }
  return { items, length }
}

function itemAt(text: string, label: Label, isFirst: boolean): { readings: string[]; length: number } | null {
  const lead = /^[*_~]{0,2}(?=["'`“‘「『])/.exec(text)?.[0].length ?? 0
  const close = QUOTES[text.charAt(lead)]
  if (close !== undefined) {
    const end = [...text.slice(lead + 1)].findIndex(character => close.includes(character))
    const content = [...text.slice(lead + 1)].slice(0, Math.max(end, 0)).join('')
    if (end >= 0) {
      const length = lead + content.length + 2
      const tail = /^[*_~]{0,2}/.exec(text.slice(length))?.[0].length ?? 0
      const name = content.trim()
      return isName(name) ? { readings: readingsOf(name, ''), length: length + tail } : null
    }
  }
  if (STARTS_ON.test(text) || NOT_FILLED_IN.test(text)) return null
  const blank = label.kind === 'group' ? -1 : text.slice(1).search(/\s(?!\s?[-–—~]\s?\d)/)
  const found = text.slice(1).search(label.sign === '' ? END_WEAK : END_SIGNED)
  const end = Math.min(...[found, blank].filter(each => each >= 0).map(each => each + 1), text.length)
  const cut = withoutClosers(text.slice(0, end).trim())
  if (!isName(cut)) return null
  const readings = readingsOf(cut, label.mark)
  // What a sentence seems to go on with may be of the name after all.
  const whole = withoutClosers(text.trim())
  const mayBeWhole =
    label.kind === 'group' &&
    isFirst &&
    label.sign !== '' &&
    whole !== cut &&
    isName(whole) &&
    !/[,，;；|=]/.test(whole)
  return { readings: mayBeWhole ? [whole, ...readings] : readings, length: end }
}

function isName(name: string): boolean {
  return name !== '' && name.length <= NAME_MAX && /[\p{L}\p{N}]/u.test(name) && !/\p{Cc}/u.test(name)
}

const PAIRS: Readonly<Record<string, string>> = {
  ')': '(',
  ']': '[',
  '}': '{',
  '）': '（',
  '】': '【',
  '>': '<',
}

/** `[Consumer Group = x]` and its like: the bracket was opened before the value. */
function withoutClosers(text: string): string {
  let kept = text
  for (let last = kept.at(-1) ?? ''; kept !== ''; last = kept.at(-1) ?? '') {
    const opener = PAIRS[last]
    const isStray = opener === undefined ? /["'”’`!?]/.test(last) : !kept.includes(opener)
    if (!isStray) break
    kept = kept.slice(0, -1).trimEnd()
  }
  return kept
}

/** As it is; then without the marks of a chat around it, and without the full stop of a sentence. What was cut stays so. */
function readingsOf(name: string, mark: string): string[] {
  const readings = [name]
  const [, inner] = /^(?:\*{1,2}|_{1,2}|~)([^*~].*?)(?:\*{1,2}|_{1,2}|~)$/.exec(name) ?? []
  const [outer] = name.split(/(?<=[^*~`])[*~`]{1,2}$/)
  if (inner !== undefined && name.charAt(0) === name.at(-1)) readings.push(inner)
  else if (outer !== undefined && outer !== name) readings.push(outer)
  else if (mark.startsWith('_') && name.endsWith('_')) readings.push(name.replace(/_{1,2}$/, ''))
  const last = readings.at(-1) ?? name
  if (/[^.]\.$/.test(last)) readings.push(last.slice(0, -1))
  return readings
}
