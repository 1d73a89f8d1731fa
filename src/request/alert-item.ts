// One labelled value, as far as it goes: quoted or not, with what it can be read as, and whether all of it is there.
// It must never make a shorter name of a longer one: what is cut short or glued to more text is not whole.

import { GOES_ON, GOES_ON_ZH, NEXT_KEY, SIGN } from './alert-keys.ts'

export interface Item {
  /** What it can be read as: the longest first, and the likeliest last. Of one that is not whole, all that stands there. */
  readings: string[]
  isWhole: boolean
  isStruck: boolean
}

/** What is known of the label that the value is behind. */
export interface Labelled {
  kind: 'group' | 'topic' | 'partition' | 'both'
  isPlural: boolean
  sign: string
  /** The mark of a chat that stands before the label, and again behind the sign or behind the value. */
  mark: string
  /** Of its line, what stands before it. */
  before: string
}

const NAME_MAX = 255
const SHOWN_MAX = 100

/** What ends a value that is not quoted, looked for behind its first character. */
const endOf = (key: string) =>
  new RegExp(
    [
      '[,，、;；|｜\\t：]|\\s{2}|&(?=[\\w.-]{1,40}=)|\\s[（(]|（|[。！？]|[.?!]\\s|\\s[[【](?=(?:resolved|recovered|firing|triggered|ok|alert)(?![\\w-]))|[\\]}】](?=\\s)|\\s[-–—→]{1,2}>?\\s|:\\s|\\s(?:&|和|与|及)\\s',
      `\\s(?=["'*_\`]{0,2}(?:${key}|(?:${GOES_ON})(?![\\w-]|\\.\\w)|[\\w.-]{1,40}["'*_\`]{0,2}(?:=|:(?!:))))`,
      `(?<=[A-Za-z0-9_\\s])(?:${GOES_ON_ZH})`,
    ].join('|'),
    'iu',
  )
/** After a sign blanks belong to a name, and so may a word like "group"; else such a word is the next label. */
const END_SIGNED = endOf(
  `${NEXT_KEY}["'*_\`]{0,3}\\s{0,3}${SIGN}|partitions?\\s\\d|主题|分区|消费|状态|当前|级别|等级|实例|时间|类型`,
)
const END_WEAK = endOf(NEXT_KEY)
const STARTS_ON = new RegExp(`^(?:(?:${GOES_ON})(?![\\w-]|\\.\\w)|${GOES_ON_ZH}|${NEXT_KEY})`, 'iu')
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
/** The next label, or the next of a list. */
const KEY_VALUE = /^\s{0,2}["'*_`]{0,2}[\w./-]{1,60}(?:\s[\w./-]{1,30}){0,2}["'*_`]{0,2}\s?(?:=|[:：](?!:))/
/** A sign between, and then the next label. */
const NEXT_VALUE = /[,;|]["'*_`]{0,2}[\w./-]{1,60}["'*_`]{0,2}(?:=|:(?!:))/
/** Struck through, where a value begins. */
const STRUCK = /^[*_]{0,2}~{1,2}(?=[^\s~])([^~]{1,600})(?<=[^\s~])~{1,2}[*_]{0,2}/

/** Where a name was cut, by a person or a program: within it, or right behind it. */
const CUT_WORDS =
  '(?:was\\s|is\\s)?(?:trunc(?:ated|\\.)?|cut(?:\\s(?:off|short))?|shortened|abbreviated|clipped|trimmed|snipp?(?:ed)?|omitted)|(?:已|被)?(?:截断|省略)|不完整|…|\\.{2,}|\\+?\\d{1,6}\\s(?:more|char(?:acter)?s?|bytes)(?:\\s(?:char(?:acter)?s?|bytes))?|\\+\\d{1,6}'
const CUT = new RegExp(
  `…|⋯|。{2,}$|\\.{2,}$|^\\.{2,}|\\.{4,}|\\[\\.{2,3}\\]|\\*{3,}|[\\s（([【<](?:${CUT_WORDS})[)）\\]】>]?$`,
  'iu',
)
const CUT_BEHIND = new RegExp(
  `^\\s?(?:…|⋯|。{2,}|\\.{2,}|[（([【<]?\\s?(?:${CUT_WORDS})\\s?(?:[)）\\]】>.,]|$))`,
  'iu',
)
/** A quoted piece goes on without a blank. */
const GLUED = /^(?:[A-Za-z0-9_@#/\\+%&$^"'`“‘]|[.:=~*‐‑‒–—-]{1,3}[\p{L}\p{N}_@#"'`])/u
/** What is none of a blank, a sign and a list parts no two values. */
const GLUED_SIGN = /^[,;|，；：](?=[A-Za-z0-9_@#./\\~+$%…"'`-])/

/** A value, or several with commas or words between. */
export function itemsOf(text: string, label: Labelled, max: number): { items: Item[]; length: number } {
  const items: Item[] = []
  // "the group named x"; and `["x","y"]`, as JSON has several.
  const lead = label.sign === '' ? /^\s{0,5}(?:(?:named|called)\s{1,3})?/i : /^\s{0,5}(?:\[\s{0,2}(?=["']))?/
  let at = lead.exec(text)?.[0].length ?? 0
  let length = 0
  while (items.length < max) {
    const read = itemAt(text.slice(at), label, items.length === 0)
    if (read === null) break
    items.push(read.item)
    at += read.length
    length = at
    const between = /^\s{0,2}(?:[,，、;；&]|和|与|及|and\s|or\s)\s{0,2}/.exec(text.slice(at))
    if (between === null) break
    at += between[0].length
    // "0, 1, …"
    const last = items.at(-1)
    if (last !== undefined && /^(?:…|\.{2,})/.test(text.slice(at)) && label.kind === 'partition')
      last.isWhole = false
    if (STARTS_ON.test(text.slice(at)) || KEY_VALUE.test(text.slice(at))) break
  }
  return { items, length }
}

interface ItemRead {
  item: Item
  length: number
}

function itemAt(text: string, label: Labelled, isFirst: boolean): ItemRead | null {
  return struckAt(text, label, isFirst) ?? quotedAt(text, label) ?? plainAt(text, label, isFirst)
}

function struckAt(text: string, label: Labelled, isFirst: boolean): ItemRead | null {
  const [all, inner] = STRUCK.exec(text) ?? []
  if (all === undefined || inner === undefined) return null
  const { length } = all
  const behind = text.slice(length)
  const content = unquoted(inner.trim())
  if (GLUED.test(behind) || CUT_BEHIND.test(behind)) return notWhole(text)
  // What was put in its place counts.
  const next = /^\s/.test(behind) ? itemAt(behind.trimStart(), label, isFirst) : null
  if (next !== null) return { item: next.item, length: text.length - behind.trimStart().length + next.length }
  return isName(content) ? { item: { readings: [content], isWhole: true, isStruck: true }, length } : null
}

function quotedAt(text: string, label: Labelled): ItemRead | null {
  const lead = /^[*_~]{0,2}(?=["'`“‘「『])/.exec(text)?.[0].length ?? 0
  const close = QUOTES[text.charAt(lead)]
  if (close === undefined) return null
  const end = [...text.slice(lead + 1)].findIndex(character => close.includes(character))
  if (end < 0) return null
  const content = [...text.slice(lead + 1)].slice(0, end).join('')
  const quoted = lead + content.length + 2
  const length = quoted + (/^[*_~]{0,2}/.exec(text.slice(quoted))?.[0].length ?? 0)
  const name = unquoted(content.trim())
  if (!isName(name)) return CUT.test(name) ? notWhole(text) : null
  const behind = text.slice(length)
  const isGlued = GLUED.test(behind) && !(label.kind !== 'group' && /^:\d/.test(behind))
  if (isGlued || CUT.test(name) || CUT_BEHIND.test(behind)) return notWhole(text)
  return whole(readingsOf(name, { ...label, mark: '', before: '' }), length)
}

function plainAt(text: string, label: Labelled, isFirst: boolean): ItemRead | null {
  if (STARTS_ON.test(text) || NOT_FILLED_IN.test(text)) return null
  const blank = label.kind === 'group' ? -1 : text.slice(1).search(/\s(?!\s?[-–—~]\s?\d)/)
  const found = text.slice(1).search(label.sign === '' ? END_WEAK : END_SIGNED)
  const end = Math.min(...[found, blank].filter(each => each >= 0).map(each => each + 1), text.length)
  const cut = withoutClosers(text.slice(0, end).trim())
  // "the group alert `x`": a word stands between.
  if (!isName(cut) || (label.sign === '' && /\s["'`“‘]/.test(cut))) return null
  const readings = readingsOf(cut, label)
  const last = readings.at(-1) ?? cut
  const behind = text.slice(end)
  if (CUT.test(last) || CUT_BEHIND.test(behind) || holdsMarks(last) || isGluedTo(behind, label))
    return notWhole(text, end)
  // What a sentence seems to go on with may be of the name after all.
  const all = withoutClosers(text.trim())
  const mayBeWhole =
    label.kind === 'group' &&
    isFirst &&
    label.sign !== '' &&
    all !== cut &&
    isName(all) &&
    !/[,，;；|=]/.test(all)
  return whole(mayBeWhole ? [all, ...readings] : readings, end)
}

/** A piece of it is quoted or marked, and the rest is not. */
function holdsMarks(name: string): boolean {
  return /["`“”]|^'|[^*]\*[^*]/.test(name) || /^\*[^*]/.test(name)
}

function isGluedTo(behind: string, { kind, isPlural }: Labelled): boolean {
  const next = behind.slice(1)
  if (!GLUED_SIGN.test(behind) || isPlural || KEY_VALUE.test(next) || STARTS_ON.test(next)) return false
  return kind === 'group' || (kind === 'topic' && !/^(?:[,，]|：\d)/.test(behind))
}

function whole(readings: string[], length: number): ItemRead {
  return { item: { readings, isWhole: true, isStruck: false }, length }
}

/** All of it, up to a blank, and what says that it was cut: to be shown, not to be looked for. */
function notWhole(text: string, end = 0): ItemRead {
  const joined = /^\S{1,600}/.exec(text)?.[0] ?? text
  const next = joined.search(NEXT_VALUE)
  const token = text.slice(0, Math.max(next > 0 ? next : joined.length, end))
  const [behind] = CUT_BEHIND.exec(text.slice(token.length)) ?? []
  const all = `${token}${behind ?? ''}`
  const shown = all.replace(/[,，;；。]+$/, '').slice(0, SHOWN_MAX)
  return { item: { readings: [shown], isWhole: false, isStruck: false }, length: all.length }
}

function isName(name: string): boolean {
  return name !== '' && name.length <= NAME_MAX && /[\p{L}\p{N}]/u.test(name) && !/\p{Cc}/u.test(name)
}

/** Without further quotes around all of it. */
function unquoted(name: string): string {
  const close = QUOTES[name.charAt(0)]
  const isAround = close !== undefined && name.length > 2 && close.includes(name.charAt(name.length - 1))
  return isAround ? name.slice(1, -1).trim() : name
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
    const isStray =
      opener === undefined ? /["'”’`!?]/.test(last) && !isAroundPiece(kept, last) : !kept.includes(opener)
    if (!isStray) break
    kept = kept.slice(0, -1).trimEnd()
  }
  return kept
}

/** `pre-"fix"`: the quote was opened within the value. */
function isAroundPiece(text: string, quote: string): boolean {
  return Object.entries(QUOTES).some(
    ([open, close]) => close.includes(quote) && text.slice(1, -1).includes(open),
  )
}

/** As it is; then without the marks of a chat around it, and without the full stop of a sentence. What was cut stays so. */
function readingsOf(name: string, { mark, before }: Pick<Labelled, 'mark' | 'before'>): string[] {
  const readings = [name]
  const [, inner] = /^(?:\*{1,2}|_{1,2}|~)([^*~].*?)(?:\*{1,2}|_{1,2}|~)$/.exec(name) ?? []
  const [outer, closing] = name.split(/(?<=[^*~`])([*~`]{1,2})$/)
  const isOpened =
    closing !== undefined &&
    (mark.startsWith(closing.charAt(0)) || before.split(closing.charAt(0)).length % 2 === 0)
  if (inner !== undefined && name.charAt(0) === name.at(-1)) readings.push(inner)
  else if (outer !== undefined && outer !== name && isOpened) readings.push(outer)
  else if (mark.startsWith('_') && name.endsWith('_')) readings.push(name.replace(/_{1,2}$/, ''))
  const last = readings.at(-1) ?? name
  if (/[^.]\.$/.test(last)) readings.push(last.slice(0, -1))
  return readings
}
