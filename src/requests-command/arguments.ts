// What the command `requests` was given, and what it asks then. Pure; the flags of a reset are read by the bot, as in Slack.

import { requestIdSchema } from '../request/request.ts'
import type { Question } from '../requests-api/questions.ts'

export const USAGE = `requests list [--group NAME] [--instance ID] [--state open|failed|over|any] [--json]
requests show R-7 [--json]                Its state, its plan and its result; with --json the rows as well.
requests ask FLAGS --reason "…" [--json] [--wait] [--wait-at-most 1h]
                                          Asks for a reset with the flags of /reset-offsets, in the name of the service
                                          account whose token it is. --wait: until it has ended.
requests cancel R-7 [--json]              Only what the same account has asked for.

With each: --token-file FILE (or REQUESTS_TOKEN_FILE, REQUESTS_TOKEN) and --address URL (or REQUESTS_ADDRESS).
It exits with 0 done, 1 the bot cannot be asked, 2 wrong usage, 3 refused, 4 rejected, 5 expired, 6 failed or partly done,
7 unclear, 8 not ended in time, 9 cancelled.`

export interface CommandLine {
  question: Question
  isJson: boolean
  /** How long to wait for its end; null: not at all. */
  waitMs: number | null
  address: string | undefined
  tokenFile: string | undefined
}

export type ArgumentsOutcome =
  | { kind: 'help' }
  | { kind: 'wrong'; problems: string[] }
  | { kind: 'given'; given: CommandLine }

const SWITCHES = ['json', 'wait']
const VALUED = ['wait-at-most', 'token-file', 'address']
const OF_LIST = ['group', 'instance', 'state']
const PARTS = ['open', 'failed', 'over', 'any'] as const
const UNITS_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const WAIT_MS = 3_600_000

/** @param once names this run, so that what it asks twice is one request */
export function readArguments(args: readonly string[], once: string): ArgumentsOutcome {
  const [command, ...given] = args
  if (command === undefined) return { kind: 'wrong', problems: [] }
  if (['help', '--help', '-h'].includes(command) || given.includes('--help')) return { kind: 'help' }
  const { own, words, problems } = takeOwn(given, command === 'list' ? [...VALUED, ...OF_LIST] : VALUED)
  const question = questionOf(command, words, own, once, problems)
  const waitMs = waitOf(own, command, problems)
  if (question === null || problems.length > 0) return { kind: 'wrong', problems }
  return {
    kind: 'given',
    given: {
      ...{ question, waitMs },
      isJson: own.has('json'),
      address: own.get('address'),
      tokenFile: own.get('token-file'),
    },
  }
}

/** The flags of the command itself; all other words are what it is about. */
function takeOwn(given: readonly string[], valued: readonly string[]) {
  const own = new Map<string, string>()
  const words: string[] = []
  const problems: string[] = []
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? ''
    const [, name = '', value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (SWITCHES.includes(name)) {
      if (value === undefined) own.set(name, '')
      else problems.push(`--${name} takes no value.`)
    } else if (valued.includes(name)) {
      const said = value ?? given[++at]
      if (said === undefined || said === '') problems.push(`--${name} needs a value.`)
      else if (own.has(name)) problems.push(`--${name} is given more than once.`)
      else own.set(name, said)
    } else words.push(word)
  }
  return { own, words, problems }
}

function questionOf(
  command: string,
  words: string[],
  own: ReadonlyMap<string, string>,
  once: string,
  problems: string[],
): Question | null {
  switch (command) {
    case 'ask':
      return { do: 'ask', words, once }
    case 'show':
    case 'cancel': {
      const [word = '', ...others] = words
      const id = requestIdSchema.safeParse(word.toUpperCase().replace(/^(?=\d)/, 'R-'))
      if (!id.success || others.length > 0) {
        problems.push(`${command} takes the number of one request, like R-7.`)
        return null
      }
      return command === 'show'
        ? { do: 'show', id: id.data, rows: own.has('json') }
        : { do: 'cancel', id: id.data }
    }
    case 'list': {
      if (words.length > 0) problems.push('list takes --group, --instance and --state, and no other word.')
      const part = PARTS.find(each => each === (own.get('state') ?? 'open'))
      if (part === undefined) problems.push(`--state must be one of ${PARTS.join(', ')}.`)
      const [group, instance] = [own.get('group'), own.get('instance')]
      return {
        do: 'list',
        part: part ?? 'open',
        ...(group === undefined ? {} : { group }),
        ...(instance === undefined ? {} : { instance }),
      }
    }
    default:
      problems.push('The command must be list, show, ask or cancel.')
      return null
  }
}

function waitOf(own: ReadonlyMap<string, string>, command: string, problems: string[]): number | null {
  const said = own.get('wait-at-most')
  if (command !== 'ask' && (own.has('wait') || said !== undefined)) problems.push('Only ask can wait.')
  if (said === undefined) return own.has('wait') ? WAIT_MS : null
  if (!/^[1-9]\d{0,4}[smhd]$/.test(said)) {
    problems.push('--wait-at-most must be a number above 0 with s, m, h or d, like 30m.')
    return null
  }
  return Number(said.slice(0, -1)) * (UNITS_MS[said.slice(-1)] as number)
}
