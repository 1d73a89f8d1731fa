// Whether a line of a message says that something is firing, or that it is over: as monitors mark it, in English and in
// Chinese. It must never take a word in the middle of a sentence for such a mark, nor what something was for what it is.

export type Status = 'firing' | 'resolved'

export interface StatusSaid {
  /** Null: it heads alerts of both kinds, and what follows has to tell. `both`: it contradicts itself. */
  status: Status | 'both' | null
  /** It is a field or a sentence of an alert, as in `Status: resolved`; else it stands over or under others. */
  ofAlert: boolean
  /** Only a coloured sign says so. */
  isSign: boolean
  /** A word says so that may be the name of a field: `Alert: …`, `OK: …`. */
  isWeak: boolean
}

const LINE_READ = 400
/** Bullets, brackets and the marks of a chat before what a line says. */
const LEAD = /^[\s*_~`#>•·\-–—+[(【「"']{0,12}/

/** These say it wherever a line begins with them. */
const FIRING =
  'firing|(?:re-?)?triggered|re-?notified|告警触发|触发告警|报警触发|已触发|告警中|报警中|(?:仍|还|尚)?未恢复(?:正常)?|未解除|持续告警'
const RESOLVED = [
  '(?:auto(?:matically)?[ -]?)?(?:resolved|recovered)|auto[ -]?closed|no\\slonger\\s(?:firing|alerting|in\\salarm|active)|not\\sfiring',
  '(?:告警|报警|故障|异常|问题)(?:已|自动)?(?:恢复|解除|消除)(?:正常)?|(?:恢复|解除)(?:告警|报警|通知)|(?:已|自动)恢复(?:正常)?|恢复正常|已解除|已解决|已消除|已关闭|已修复|已结束|(?:告警|报警)(?:已)?(?:结束|关闭)',
].join('|')
/** And these where a sign or a bracket makes a mark of them, or a label says that they are one. */
const FIRING_WORDS = `${FIRING}|alarm|alerting|alert|problem|critical|warning|warn|error|err|trigger|stop|stall|open|active|down|异常|告警|报警|触发|故障`
const RESOLVED_WORDS = `${RESOLVED}|recovery|ok|closed|normal|cleared|clear|healthy|inactive|up|fixed|ended|(?:self-?)?healed|正常|恢复|解除|消除`
/** Of a label alone. */
const RESOLVED_VALUES = 'resolve|close|passing|green|completed?|done|mitigated'
const OTHER_WORDS =
  'insufficient[ _]?data|no[ _]?data|nodata|unknown|pending|acknowledged|数据不足|无数据|未知'
const WORD = `(?:(?<f>${FIRING_WORDS})|(?<r>${RESOLVED_WORDS})|(?:${OTHER_WORDS}))`
const PLAIN_WORD = WORD.replace(/\?<\w>/g, '?:')
const MARKS = '["\'“”‘’*_`~\\[\\]()【】（）]{0,4}'
const SIGN = '\\s{0,3}(?:[:：=＝]|\\s-\\s)\\s{0,6}'
const NOT_AFTER = '(?<![\\p{L}\\p{N}_.-])'
const NOT_BEFORE = '(?![\\p{L}\\p{N}_-])'

/** `ALARM -> OK`, `from ALARM to OK`, `changed to OK`, `由告警变为正常`: the last one is what it is. */
const ARROW = `\\s?(?:-{1,2}>|=>|→|⇒|➜|➔|➡\\ufe0f?|变为|变成|转为|变更为|恢复为)\\s?`
const TO =
  '(?:chang(?:ed?|ing)|transition(?:ed|ing)?|went|moved|switched|returned|back)\\s(?:(?:its\\s|the\\s)?(?:state|status)\\s)?(?:from\\s["\'*_`\\w ]{1,40}?\\s)?(?:in)?to\\s(?:the\\s)?'
/** Words that a sentence has for a state alone: "critical to resolve" and "up to" are none. */
const STATE =
  '(?:(?<f>firing|triggered|alarm|alerting|critical|warning|warn|problem|error|异常|告警)|(?<r>ok|resolved|recovered|normal|healthy|cleared|inactive|正常|恢复)|insufficient[ _]?data|no[ _]?data|unknown|pending)'
const CHANGES = [
  new RegExp(
    `${NOT_AFTER}(?:${PLAIN_WORD})(?:${MARKS}${ARROW}${MARKS}(?:${PLAIN_WORD})){0,5}?${MARKS}${ARROW}${MARKS}${WORD}${NOT_BEFORE}(?!${MARKS}${ARROW})`,
    'iu',
  ),
  new RegExp(`${NOT_AFTER}${TO}${MARKS}${STATE}${NOT_BEFORE}`, 'iu'),
  new RegExp(
    `${NOT_AFTER}(?:${STATE.replace(/\?<\w>/g, '?:')})${MARKS}\\sto\\s${MARKS}${STATE}${NOT_BEFORE}`,
    'iu',
  ),
  new RegExp(
    `(?:由|从)\\s?${MARKS}(?:${PLAIN_WORD})${MARKS}(?:状态)?\\s?(?:变为|变成|转为|变更为|恢复为|到|至)\\s?${MARKS}${WORD}`,
    'iu',
  ),
]
/** `now in OK status`, `entered the ALARM state`, `is now OK`. */
const IN_STATE = [
  new RegExp(
    `${NOT_AFTER}(?:in|entered|entering|into|has)\\s(?:the\\s|an?\\s)?${MARKS}${WORD}${MARKS}\\s(?:state|status)${NOT_BEFORE}`,
    'iu',
  ),
  new RegExp(
    `${NOT_AFTER}(?:now|currently)\\s(?:back\\s)?(?:in\\s|at\\s)?(?:the\\s)?${MARKS}${STATE}${NOT_BEFORE}`,
    'iu',
  ),
  new RegExp(
    `${NOT_AFTER}(?:alert|alarm|monitor|check|status|state|trigger|lag)\\sis\\s${MARKS}(?<r>ok|normal|healthy|green)${NOT_BEFORE}`,
    'iu',
  ),
]
/** Sentences that say that it is over, wherever they stand. */
const OVER = [
  /\bno\slonger\s(?:\p{L}{1,20}\s){0,2}?(?:firing|alerting|alarm|active|triggered|critical|lagging|behind|breach(?:ed|ing)|above|exceed(?:s|ed|ing)?)(?![\p{L}\p{N}])/iu,
  /\b(?:stopped\s(?:firing|alerting)|not\s(?:firing|alerting)\sany\s?(?:more|longer))(?![\p{L}\p{N}])/iu,
  /\b(?:is|are|has|have)\s(?:(?:now|since|been|just|automatically)\s){0,3}(?:auto[ -]?|self-)?(?:resolved|recovered|healed|fixed|ended)(?![\p{L}\p{N}_-])(?!,?\s(?:but|however|though|yet)\b)/iu,
  /\b(?:incident|alert|alarm|issue|problem|case|trigger|monitor)\s(?:#?[\w.-]{1,40}\s)?(?:(?:is|was|has|been|now)\s){0,3}(?:auto[ -]?|self-)?(?:resolved|recovered|closed|cleared|ended|fixed|healed)(?![\p{L}\p{N}_-]|["'*_]{0,2}\s?[:：])/iu,
  /\b(?:back|return(?:s|ed)?)\s(?:to\s)?(?:normal|ok|healthy)(?![\p{L}\p{N}_-])/iu,
  /\bhealthy\sagain\b|\bback\s(?:below|under|within)\b|\blag\b.{0,80}?\b(?:dropped|fell|fallen|now)\s(?:back\s)?(?:below|under|within)\b/iu,
  /\b(?:incident|alert|alarm|issue|problem|case)\b.{1,120}?\sis\s(?:now\s)?(?:closed|cleared)(?![\p{L}\p{N}_-])/iu,
  /(?<![未没不法能待请若果到可快前等])(?:已经?|均已|全部|自动|现)恢复(?:正常)?(?:消费)?了?(?!\p{Script=Han}|[，,]\s?(?:但|不过|然而|仍|可))/u,
  /(?<![未没不法能待请若果到可快前等])恢复正常(?:消费)?了?(?!\p{Script=Han}|[，,]\s?(?:但|不过|然而|仍|可))/u,
  /(?<![未没不法能待请若果到可快前等])(?:告警|报警|故障|异常|问题|堆积|积压)(?:已经?|现已|均已)?(?:自动)?(?:恢复|解除|消除|解决|修复|结束)(?:正常|通知)?了?(?!\p{Script=Han}|[，,]\s?(?:但|不过|然而|仍|可))/u,
  /不再(?:告警|报警|触发|堆积|积压|异常)/u,
]
/** A program shouts it, wherever it stands. */
const SHOUTED =
  /(?<![\p{L}\p{N}_.:="'`/-])(?:(?<f>FIRING|TRIGGERED)|(?<r>RESOLVED|RECOVERED))(?![\p{L}\p{N}_./-]|\s?[:：=])/u
/** Such a sentence only says when it would be. */
const CONDITION =
  /\b(?:if|once|until|till|unless|when|whenever|after|before|ensure|should|must|will|would|can|may|please|not|never|never\sbeen)\b|n['’]t\b|如果|若|直到|等待|请|尽快|之后|以后/iu

/** `[FIRING:2]`, `**Resolved**`, `Alerts Firing:`, `Resolved by Bob`; not `Resolved at: –`, which is a time without one. */
const AT_START = new RegExp(
  `^(?:(?:alerts?|alarm|incident|issue|problem)\\s|(?:告警|报警)\\s?)?(?:(?<f>${FIRING})|(?<r>${RESOLVED}))(?![\\p{L}\\p{N}]|时间)(?!\\s(?:at|by|in|on|time)\\b\\s?(?:[:：]\\s?)?(?:[-–—]|$|n/?a\\b|none\\b|null\\b|0001-))(?!\\s(?:at|by|in|on|time)\\s(?:hand|last|then)\\b)`,
  'iu',
)
/** `Resolved at: 2026-…`, `恢复时间：2026-…`; a time that is not there yet is a dash or the year 1. */
const OVER_SINCE =
  /^(?:resolved|recovered|recovery|cleared|ended|closed|恢复|解除|关闭)(?:\s?(?:at|time|on)|时间)\s?[:：=]?\s?["'`*_]{0,2}(?!0001-)\d{2}/iu
/** `OK: "lag"`, `ALARM: …`, `【恢复】`. */
const MARK = new RegExp(
  `^(?:(?<f>${FIRING_WORDS})|(?<r>${RESOLVED_WORDS}))(?:\\s?[:：\\])】]|[*_]{1,2}$|$)`,
  'iu',
)
/** `… [RESOLVED]`, `… (firing)`. */
const BRACKETED = new RegExp(
  `[[(【（](?:[\\p{L} ]{1,20}[:：]\\s?)?(?:(?<f>${FIRING})|(?<r>${RESOLVED}|恢复|ended|fixed|closed))(?:[:：]\\s?\\d{1,6}|\\s(?:at|by|in|since|after|on)\\s[^\\])】）\\n]{1,60})?[\\])】）]`,
  'iu',
)
/** `FIRING:1, RESOLVED:1`, `1 firing, 1 resolved`: so many of each. */
const COUNTED = [
  new RegExp(
    `(?:${FIRING})["'*_]{0,2}\\s?[:：]\\s?["'*_]{0,2}(?<f>\\d{1,6})\\W{0,6}?(?:alerts\\s)?(?:${RESOLVED})["'*_]{0,2}\\s?[:：]\\s?["'*_]{0,2}(?<r>\\d{1,6})?`,
    'iu',
  ),
  new RegExp(
    `(?<![\\w.])(?<f>\\d{1,6})\\s(?:alerts?\\s)?(?:${FIRING})\\W{1,6}?(?:and\\s)?(?<r>\\d{1,6})\\s(?:alerts?\\s)?(?:${RESOLVED})`,
    'iu',
  ),
]
function BOOLEAN(keys: string): string {
  return `(?<![\\p{L}\\p{N}.-])(?:${keys})["'*_\`]{0,3}\\s?[:=：]\\s?["'*_\`]{0,3}(?:(?<yes>true|yes|是)|(?:false|no|否))(?![\\p{L}\\p{N}_])`
}
const NONE = new RegExp(
  `^(?:alerts?\\s)?(?:${FIRING}|${RESOLVED})(?:\\salerts?)?["'*_]{0,2}\\s?[:：]?\\s?["'*_]{0,2}(?:0|none|nil|n/?a|无|[-–—])["'*_)\\]】]{0,3}$`,
  'iu',
)
/** `Status: resolved`, `"state":"alerting"`, `状态：已恢复`, `通知类型：恢复`. */
const KEY = [
  '(?:(?:alert|alarm|new|current|monitor|incident|event|notification|check|group)[ _]?)?(?:status|state)(?:[ _]?value)?(?:\\s(?:is|now|is\\snow))?|NewStateValue|(?:current|now|new)(?=["\'*_`]{0,3}\\s?[:=])',
  '(?:notification|alert|alarm|event)[ _]?(?:type|transition|action)|transition|event|action|outcome|result|health',
  '(?:告警|报警|通知|事件|当前|消息|推送|监控)?(?:状态|类型|结果|动作)',
].join('|')
const LABELLED = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?<!(?:previous|old|last|former|prior|before|was|cluster|broker|topic|instance|member|node|host|job|task|connector)["'*_\`]{0,2}\\s)(?:${KEY})["'*_\`]{0,3}(?:${SIGN}|(?<=状态)[为是])(?:(?:[^\\w\\s]{1,2}|:[a-z_]{2,30}:)\\s)?${MARKS}(?:[a-z]{1,20}[._]){0,3}(?:${WORD}|(?<v>${RESOLVED_VALUES}))${NOT_BEFORE}`,
  'giu',
)
/** `Severity: OK`; what else a severity is says nothing of a status. */
const LEVEL = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?:(?:alert[ _]?)?(?:severity|level)|(?:告警|事件)?(?:等级|级别))["'*_\`]{0,3}${SIGN}${MARKS}(?<r>ok|resolved|recovered|cleared|recovery|closed|已?恢复)${NOT_BEFORE}`,
  'iu',
)
/** `resolved: true`, `是否恢复：是`. */
const BOOLEANS: [RegExp, Status, Status][] = [
  [
    new RegExp(`${BOOLEAN('(?:is_?)?(?:resolved|recovered|closed)|是否(?:已)?恢复')}`, 'giu'),
    'resolved',
    'firing',
  ],
  [
    new RegExp(`${BOOLEAN('(?:is_?)?(?:firing|active|alerting|triggered)|触发状态|是否(?:在)?告警')}`, 'giu'),
    'firing',
    'resolved',
  ],
]
/** Its value on the line of another: `Previous state: ALARM` says what it was. */
const WAS =
  /(?:(?:previous|old|last|former|prior)(?:[ _]?(?:state|status)(?:[ _]?value)?|(?=["'*_`]{0,3}\s?[:=]))|\b(?:was|from)(?=\s?[:=])|OldStateValue|(?:之前|上次|原)状态|[(（]\s?(?:was|previously)[:\s])["'*_`]{0,3}\s?[:：=]?\s?["'*_`(]{0,3}[\p{L}_]{1,24}/giu
/** `… is resolved`, `… – firing`. */
const AT_END = new RegExp(
  `(?:(?:\\s(?:is|has|was|been|now)|\\s?[:：–—→|-]>?)\\s["'*_]{0,2}(?:(?<f>${FIRING})|(?<r>${RESOLVED}))|\\s(?<z>恢复|解除))["'*_]{0,2}[.!。]?\\s{0,3}$`,
  'iu',
)
const EMOJI_FIRING = /🔥|🚨|🔴|:(?:fire|rotating_light|red_circle|large_red_circle|alert):/gu
const EMOJI_RESOLVED =
  /✅|🟢|💚|:(?:white_check_mark|large_green_circle|green_circle|heavy_check_mark|green_heart):/gu
/** `Status: 🟢`. */
const LABELLED_SIGN = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?:${KEY})["'*_\`]{0,3}${SIGN}(?:\\p{Extended_Pictographic}|:[a-z_]{2,30}:)`,
  'iu',
)
/** Struck through, as a chat writes it. */
export const STRUCK = /(?<![\p{L}\p{N}~])~{1,2}(?=[^\s~])([^~\n]{1,600})(?<=[^\s~])~{1,2}(?![\p{L}\p{N}~])/gu

/** Null: it says nothing of it. What is struck through is not said. */
export function statusOf(line: string): StatusSaid | null {
  const all = line.slice(0, LINE_READ).replace(STRUCK, ' ').trimEnd()
  const { said: changed, left } = changesIn(all)
  const booleans: Status[] = []
  let read = left.replace(WAS, ' ')
  for (const [pattern, yes, no] of BOOLEANS) {
    for (const { groups } of read.matchAll(pattern)) booleans.push(groups?.yes === undefined ? no : yes)
    read = read.replace(pattern, ' ')
  }
  const bare = read.replace(/(?:\p{Extended_Pictographic}\ufe0f?|:[a-z_]{2,30}:)\s?/gu, '').replace(LEAD, '')
  if (NONE.test(bare)) return null
  const counted = COUNTED.map(pattern => pattern.exec(read)).find(found => found !== null)
  if (counted !== undefined) {
    const { f = '', r = '1' } = counted.groups ?? {}
    if (Number(f) > 0 === Number(r) > 0) return { status: null, ofAlert: false, isSign: false, isWeak: false }
    return { status: Number(f) > 0 ? 'firing' : 'resolved', ofAlert: false, isSign: false, isWeak: false }
  }
  const labelled = [...read.matchAll(LABELLED)].flatMap(wordIn)
  const own = [...changed, ...booleans, ...labelled, ...wordIn(LEVEL.exec(read)), ...overIn(read, bare)]
  const heads = [
    AT_START.exec(bare),
    BRACKETED.exec(read),
    isConditional(read, read.length) ? null : AT_END.exec(read),
  ].flatMap(wordIn)
  if (heads.length === 0 && !isConditional(read, read.length)) heads.push(...wordIn(SHOUTED.exec(read)))
  const strong = new Set([...own, ...heads])
  if (strong.size > 0) {
    const [first = 'firing'] = strong
    return { status: strong.size > 1 ? 'both' : first, ofAlert: own.length > 0, isSign: false, isWeak: false }
  }
  const [weak] = wordIn(MARK.exec(bare))
  if (weak !== undefined) return { status: weak, ofAlert: false, isSign: false, isWeak: true }
  const seen = emojiIn(all)
  if (seen !== null && LABELLED_SIGN.test(all))
    return { status: seen, ofAlert: true, isSign: false, isWeak: false }
  return seen === null ? null : { status: seen, ofAlert: false, isSign: true, isWeak: false }
}

/** What it has become, and the line without it: what it was is no status. */
function changesIn(line: string): { said: Status[]; left: string } {
  let left = line
  const said: Status[] = []
  for (const pattern of CHANGES) {
    const found = pattern.exec(left)
    if (found === null || isConditional(left, found.index)) continue
    said.push(...wordIn(found))
    left = `${left.slice(0, found.index)} ${left.slice(found.index + found[0].length)}`
  }
  return { said, left }
}

function overIn(read: string, bare: string): Status[] {
  const found = OVER.map(pattern => pattern.exec(read)).find(
    each => each !== null && !isConditional(read, each.index),
  )
  const inState = IN_STATE.flatMap(pattern => {
    const each = pattern.exec(read)
    return each === null || isConditional(read, each.index) ? [] : wordIn(each)
  })
  return [...(found === undefined && !OVER_SINCE.test(bare) ? [] : ['resolved' as const]), ...inState]
}

/** In the same sentence, before it. */
function isConditional(line: string, at: number): boolean {
  const [sentence = ''] = line
    .slice(Math.max(0, at - 120), at)
    .split(/[.;!?。；！？]\s?/)
    .slice(-1)
  return CONDITION.test(sentence)
}

function emojiIn(line: string): Status | null {
  const [firing, resolved] = [EMOJI_FIRING, EMOJI_RESOLVED].map(each =>
    Math.max(...[...line.matchAll(each)].map(({ index }) => index), -1),
  ) as [number, number]
  if (firing < 0 && resolved < 0) return null
  const isChange =
    firing >= 0 &&
    resolved >= 0 &&
    /→|->|=>|➜|➡/u.test(line.slice(Math.min(firing, resolved), Math.max(firing, resolved)))
  if (firing >= 0 && resolved >= 0 && !isChange) return null
  return firing > resolved ? 'firing' : 'resolved'
}

function wordIn(found: RegExpExecArray | null): Status[] {
  if (found?.groups?.f !== undefined) return ['firing']
  return (found?.groups?.r ?? found?.groups?.z ?? found?.groups?.v) === undefined ? [] : ['resolved']
}
