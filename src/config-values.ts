// What the value of a setting may look like: times, numbers, lists, addresses, ids. Each is refused by what was expected,
// and never shown.

import { z } from 'zod'
import { wrongApprovers } from './request/policy-of-settings.ts'

const UNITS_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export const text = z.string().trim().min(1)

/** A token or a key: it goes into a header. */
export const secret = z
  .string('is missing')
  .trim()
  .min(1, 'is missing')
  .regex(/^[\x21-\x7e]*$/, 'must be of letters, digits and signs alone, without spaces or line breaks')

export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] as number)
}

/** @param most like `1h` */
export function duration(most: string) {
  return z
    .string()
    .trim()
    .regex(/^[1-9]\d{0,4}[smhd]$/, 'must be a number above 0 with s, m, h or d, like 30m or 24h')
    .transform(durationMs)
    .refine(ms => ms <= durationMs(most), `must be ${most} or less`)
}

/** So long what was rejected or has failed can be edited and asked for again. */
const LEAST_RETENTION = '31d'

export const retention = duration('36500d').refine(
  ms => ms >= durationMs(LEAST_RETENTION),
  `must be ${LEAST_RETENTION} or more`,
)

export interface RetentionSettings {
  keptMs: number
  directory: string
}

interface RetentionGiven {
  RETENTION?: number | undefined
  RETENTION_DIRECTORY?: string | undefined
}

export function retentionOf({
  RETENTION: keptMs,
  RETENTION_DIRECTORY: directory,
}: RetentionGiven): RetentionSettings | null {
  return keptMs === undefined || directory === undefined ? null : { keptMs, directory }
}

export function retentionProblems({ RETENTION, RETENTION_DIRECTORY }: RetentionGiven): string[] {
  if ((RETENTION === undefined) === (RETENTION_DIRECTORY === undefined)) return []
  return [
    RETENTION === undefined
      ? 'RETENTION is missing: RETENTION_DIRECTORY alone deletes nothing'
      : 'RETENTION_DIRECTORY is missing: nothing is deleted that is not exported before',
  ]
}

/**
 * In digits alone: what else a computer takes for a number is more often a mistake. One that is too small or too large is
 * told so by the bound that it misses.
 */
export function wholeNumber(expected: string, least: number, most: number) {
  return z
    .string()
    .trim()
    .regex(/^-?\d{1,16}$/, { error: expected, abort: true })
    .transform(Number)
    .refine(value => value >= least, `must be at least ${least}`)
    .refine(value => value <= most, `must be at most ${most}`)
}

export const messageCount = wholeNumber('must be a number of messages, like 1000', 0, Number.MAX_SAFE_INTEGER)
export const portNumber = wholeNumber('must be a port number, from 0 to 65535', 0, 65_535)

const noWatch = z
  .string()
  .trim()
  .pipe(z.literal('off').transform(() => 0))

/** In ms; 0: `off`. Shorter than half a minute there is nothing to see, but in a demo. */
export const watch = z.union([noWatch, duration('7d')], {
  error: 'must be off, or a number with s, m, h or d, like 2h, and at most 7d',
})

/** `off`: there is no such limit. None at all would let nobody ask. */
export const most = z
  .string()
  .trim()
  .regex(/^(?:off|[1-9]\d{0,5})$/, 'must be a whole number, 1 or more, or off')
  .transform(value => (value === 'off' ? null : Number(value)))

/** So long that nobody finds it by trying, and no word that was only made long. */
export const auditKey = z
  .string()
  .trim()
  .regex(/^[\x21-\x2b\x2d-\x7e]{32,512}$/, {
    error: 'must have 32 to 512 letters, digits and signs of ASCII, without spaces and commas',
    abort: true,
  })
  .refine(value => new Set(value).size >= 10, 'must be random, like the output of openssl rand -hex 32')

export const channelId = text.regex(/^[CG][A-Z0-9_]+$/, 'must be a channel id, like C0123ABCD')

/** A parser of addresses drops some of these without a word, and reads another address. */
export function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

export function isUrlOf(...protocols: string[]): (value: string) => boolean {
  return value => {
    try {
      return !hasControlCharacter(value) && protocols.includes(new URL(value).protocol)
    } catch {
      return false
    }
  }
}

function hasNothingBeside({ username, password, search, hash }: URL): boolean {
  return `${username}${password}${search}${hash}` === ''
}

/** What would be left out of a call is refused. */
export const httpUrl = z
  .string()
  .trim()
  .refine(isUrlOf('http:', 'https:'), { error: 'must be an http or https address', abort: true })
  .refine(value => hasNothingBeside(new URL(value)), {
    error: 'must hold no user, password, question mark or number sign',
    abort: true,
  })

export const httpOrigin = httpUrl.refine(
  value => new URL(value).pathname === '/',
  'must have no path, like https://ckafka.tencentcloudapi.com',
)

/** Commas between its parts; one too many changes nothing. */
const list = z
  .string()
  .transform(value => value.split(',').flatMap(part => (part.trim() === '' ? [] : [part.trim()])))

export const approverList = list.superRefine((ids, context) => {
  const wrong = ids.flatMap((id, i) => (wrongApprovers([id]).length > 0 ? [i + 1] : []))
  if (ids.length > 0 && wrong.length === 0) return
  const message = 'must hold user ids (U…) and user-group ids (S…), separated by commas'
  context.addIssue({ code: 'custom', message: `${message}${placesOf(wrong, ids.length)}` })
})

/** Which of them it is, and not what stands there: it may be anything. */
function placesOf(wrong: readonly number[], count: number): string {
  const [first] = wrong
  if (first === undefined || count === 1) return ''
  const more = wrong.length === 1 ? '' : `, and ${wrong.length - 1} more`
  return `: number ${first} of ${count} is none${more}`
}

const INSTANCE = /^(ckafka-[A-Za-z0-9]+)(?:\s*=\s*(.*))?$/s
/** What is in a name by mistake: another separator, or the next instance. */
const NEXT_IN_NAME = /[;=\n]|(^|\s|\|)ckafka-/

/** `ckafka-xxooa0=Orders` or just the id. */
export const instanceList = list.transform((parts, context): { id: string; name: string }[] => {
  const read = parts.map(part => {
    const [, id = '', name = ''] = INSTANCE.exec(part) ?? []
    return NEXT_IN_NAME.test(name) ? { id: '', name } : { id, name: name === '' ? id : name }
  })
  const ids = read.map(({ id }) => id)
  const expected =
    'must hold ids of instances, each with a name or without, like ckafka-a=Orders prod,ckafka-b'
  const wrong = ids.flatMap((id, i) => (id === '' ? [i + 1] : []))
  if (ids.length === 0 || wrong.length > 0)
    context.addIssue({ code: 'custom', message: `${expected}${placesOf(wrong, ids.length)}` })
  else if (new Set(ids).size < ids.length) {
    context.addIssue({ code: 'custom', message: 'must hold every instance once' })
  }
  return read
})
