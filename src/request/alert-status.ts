// Whether a line of a message says that something is firing, or that it is over: as monitors mark it, in English and in
// Chinese. It must never take a word in the middle of a sentence for such a mark.

export interface StatusSaid {
  status: 'firing' | 'resolved' | null
  /** It is a field of an alert, as in `Status: resolved`; else it stands over what follows. */
  ofAlert: boolean
}

const LINE_READ = 400
/** Bullets, brackets and the marks of a chat before what a line says. */
const LEAD = /^[\s*_~`#>•·\-–—+[(【「"']{0,12}/

/** These say it wherever a line begins with them. */
const FIRING = 'firing|triggered|告警触发|触发告警|已触发|告警中|未恢复'
const RESOLVED = 'resolved|recovered|告警恢复|恢复告警|恢复通知|已恢复|告警解除|已解除|已解决'
/** And these where a sign or a bracket makes a mark of them, or a label says that they are one. */
const FIRING_WORDS = `${FIRING}|alarm|alerting|alert|problem|critical|warning|warn|error|err|stop|stall|open|active|down|异常|告警|触发`
const RESOLVED_WORDS = `${RESOLVED}|ok|closed|close|normal|cleared|healthy|inactive|up|正常|恢复|解除`
const SIGN = '\\s?[:：=＝]\\s?'

/** `[FIRING:2]`, `**Resolved**`, `Alerts Firing:`, `Resolved alerts`; not `Resolved at: –`, which is a time. */
const AT_START = new RegExp(
  `^(?:alerts?\\s|告警\\s?)?(?:(${FIRING})|(${RESOLVED}))(?![\\p{L}\\p{N}]|时间|\\s(?:at|by|in|on|time)\\b)`,
  'iu',
)
/** `OK: "lag"`, `ALARM: …`, `【恢复】`. */
const MARK = new RegExp(`^(?:(${FIRING_WORDS})|(${RESOLVED_WORDS}))(?:\\s?[:：\\])】]|[*_]{1,2}$|$)`, 'iu')
/** `… [RESOLVED]`, `… (firing)`. */
const BRACKETED = new RegExp(`[[(【](?:(${FIRING})|(${RESOLVED}))(?:[:：]\\s?\\d{1,6})?[\\])】]`, 'iu')
const BOTH = new RegExp(`(?:${FIRING})[:：]\\s?\\d{1,6},?\\s?(?:${RESOLVED})[:：]`, 'iu')
/** `Status: resolved`, `"state":"alerting"`, `状态：已恢复`. */
const LABELLED = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?:alert\\s?|告警)?(?:status|state|状态)["'*_\`]{0,3}${SIGN}["'*_\`]{0,3}\\s?["'*_\`]{0,2}(?:(${FIRING_WORDS})|(${RESOLVED_WORDS}))(?![\\p{L}\\p{N}_-])`,
  'iu',
)
/** `… is resolved`, `… – firing`. */
const AT_END = new RegExp(
  `(?:\\s(?:is|has|was|been|now)|\\s?[:：–—→-]>?)\\s["'*_]{0,2}(?:(${FIRING})|(${RESOLVED}))["'*_]{0,2}[.!。]?\\s{0,3}$`,
  'iu',
)
const EMOJI_FIRING = /🔥|🚨|🔴|:(?:fire|rotating_light|red_circle|large_red_circle|alert):/u
const EMOJI_RESOLVED =
  /✅|🟢|💚|:(?:white_check_mark|large_green_circle|green_circle|heavy_check_mark|green_heart):/u

/** Null: it says nothing of it. A status of null: it says both, and what follows has to tell. */
export function statusOf(line: string): StatusSaid | null {
  const read = line.slice(0, LINE_READ).trimEnd()
  const labelled = LABELLED.exec(read)
  if (labelled !== null) return { status: said(labelled), ofAlert: true }
  if (BOTH.test(read)) return { status: null, ofAlert: false }
  const isFiring = EMOJI_FIRING.test(read)
  const isResolved = EMOJI_RESOLVED.test(read)
  const bare = read.replace(/(?:\p{Extended_Pictographic}\ufe0f?|:[a-z_]{2,30}:)\s?/gu, '').replace(LEAD, '')
  const found = AT_START.exec(bare) ?? MARK.exec(bare) ?? BRACKETED.exec(read) ?? AT_END.exec(read)
  if (found !== null) return { status: said(found), ofAlert: false }
  if (isFiring === isResolved) return null
  return { status: isFiring ? 'firing' : 'resolved', ofAlert: false }
}

function said([, firing]: RegExpExecArray): 'firing' | 'resolved' {
  return firing === undefined ? 'resolved' : 'firing'
}
