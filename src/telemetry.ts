// What operators see: one JSON log line per event, and Prometheus metrics. Never a token, a header or a raw payload; no
// label of a metric holds an id, a name or any other text from outside.

import { LRUCache } from 'lru-cache'
import { pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { createGauges, type ReadGauges } from './gauges.ts'
import {
  FAULT_PLACES,
  isReceipt,
  type ObservedCall,
  type ObservedSlackCall,
  type ProductEvent,
  type Report,
  type StoreTrouble,
} from './ports/events.ts'
import { VERSION } from './version.ts'

export interface Telemetry {
  report: Report
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  fatal(message: string, error: unknown): void
  /** What a library would print: each text once a minute. */
  printed(...message: unknown[]): void
  /** For Bolt and the Slack client, which log by themselves. */
  slackLogger: SlackLogger
  registry: Registry
  observeCall(call: ObservedCall): void
  observeSlackCall(call: ObservedSlackCall): void
  /** From then on the gauges of the whole installation are read there; until then they are absent. */
  gaugesFrom(read: ReadGauges): void
}

/** The shape @slack/logger asks for, without depending on it. */
export interface SlackLogger {
  debug(...message: unknown[]): void
  info(...message: unknown[]): void
  warn(...message: unknown[]): void
  error(...message: unknown[]): void
  setLevel(level: string): void
  getLevel(): never
  setName(name: string): void
}

export function createTelemetry(level: string, role: string): Telemetry {
  const log = pino({
    level,
    base: { service: 'rewind', version: VERSION, role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const groups = createGroupsUnread()
  const metrics = createMetrics(registry, groups.count)
  const gaugesFrom = createGauges(registry)
  const isRepeated = createRepeats()
  let storeTrouble: StoreTrouble | null = null

  function report(event: ProductEvent): void {
    switch (event.event) {
      case 'submitted':
        metrics.submitted.inc({})
        log.info(event, 'request submitted')
        return
      case 'changed':
        metrics.changes.inc({ command: event.command, state: event.state })
        log[isReceipt(event.command) ? 'debug' : 'info'](event, 'request changed')
        return
      case 'refused':
        metrics.refusals.inc({ refusal: event.refusal })
        log.info(event, 'change refused')
        return
      case 'asked':
        metrics.asked.inc({})
        log.warn(event, 'nobody knows what an execution did: the thread asks')
        return
      case 'unverified':
        metrics.unverified.inc({ why: event.why })
        log.error(event, 'the record of a request does not verify')
        return
      case 'called':
        metrics.executions.inc({ outcome: event.outcome })
        // It was decided long before, and nothing was called.
        if (event.outcome !== 'notSent') metrics.decidedSeconds.observe(event, event.decidedMs / 1000)
        log[event.outcome === 'done' ? 'info' : 'warn'](event, 'execution called the cluster')
        return
      case 'posted':
        metrics.posts.inc({ kind: postKind(event.key), outcome: event.outcome })
        log[event.outcome === 'posted' ? 'debug' : 'warn'](event, 'Slack called')
        return
      case 'groupRead': {
        const { groupId, error } = event
        const change = groups.note(groupId, error)
        if (change === 'lost') {
          log.warn(
            { event: 'groupUnreadable', groupId, error: plainError(error) },
            'a user group cannot be read',
          )
        }
        if (change === 'back') log.info({ event: 'groupReadable', groupId }, 'a user group can be read again')
        return
      }
      case 'store': {
        const { trouble, error } = event
        if (storeTrouble !== null) metrics.storeTrouble.set({ why: storeTrouble }, 0)
        if (trouble !== null) metrics.storeTrouble.set({ why: trouble }, 1)
        if (trouble !== null && !isRepeated(`${trouble} ${wordsOf(error)}`)) {
          log.error({ ...event, error: plainError(error) }, 'the store cannot be used')
        }
        if (trouble === null && storeTrouble !== null)
          log.info({ event: 'store' }, 'the store can be used again')
        storeTrouble = trouble
        return
      }
      case 'fault': {
        const { error, ...fields } = event
        metrics.faults.inc({ where: event.where })
        // Everybody who needs the store meets the same, over and over.
        if (event.trouble !== undefined && isRepeated(`${event.trouble} ${wordsOf(error)}`)) return
        log.error({ ...fields, error: plainError(error) }, 'fault')
        return
      }
      default:
        event satisfies never
    }
  }

  function slackSaid(level: 'warn' | 'error', words: string): void {
    if (!isRepeated(`slack ${words}`)) log[level]({ event: 'slack' }, words)
  }

  return {
    report,
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    fatal: (message, error) => log.fatal({ error: plainError(error) }, message),
    printed(...message) {
      const words = firstLine(message)
      if (!isRepeated(words)) log.warn({ event: 'printed' }, words)
    },
    slackLogger: {
      // Bolt's debug and info lines hold whole payloads.
      debug: () => {},
      info: () => {},
      // Every try to connect says the same, several times a minute.
      warn: (...message) => slackSaid('warn', firstLine(message)),
      error: (...message) => slackSaid('error', firstLine(message)),
      setLevel: () => {},
      getLevel: () => 'warn' as never,
      setName: () => {},
    },
    registry,
    observeCall({ action, outcome, code, apiRequestId = null, durationMs }) {
      metrics.apiCalls.inc({ action, outcome })
      metrics.apiSeconds.observe({ action }, durationMs / 1000)
      const hasFailed = outcome !== 'done' && outcome !== 'read' && code !== 'budget'
      const level = hasFailed && !isRepeated(`api ${action} ${outcome} ${code}`) ? 'info' : 'debug'
      const fields = { event: 'api', action, outcome, code, apiRequestId, durationMs }
      log[level](fields, hasFailed ? 'a call to the cluster failed' : 'cluster called')
    },
    observeSlackCall: call => metrics.slackCalls.inc(call),
    gaugesFrom,
  }
}

const TOLD_AGAIN_MS = 60_000
/** More than there are faults; told again too early when there are more. */
const REPEATS_KEPT = 500

/** Whether the same has been told within the last minute. */
function createRepeats(): (words: string) => boolean {
  const told = new LRUCache<string, true>({ max: REPEATS_KEPT, ttl: TOLD_AGAIN_MS })
  return words => {
    if (told.has(words)) return true
    told.set(words, true)
    return false
  }
}

/** The innermost, without what differs each time: numbers, and where in a script it was. */
function wordsOf(error: unknown): string {
  let each = error
  for (let depth = 0; each instanceof Error && each.cause instanceof Error && depth < 5; depth += 1) {
    each = each.cause
  }
  const message = each instanceof Error ? each.message : String(each)
  return message
    .replace(/\s*(?:script: |It may not: ).*$/s, '')
    .replace(/\b[0-9a-f]{8,}\b|\d+/g, '#')
    .slice(0, MESSAGE_MAX)
}

/** Nobody has asked for it since: an edited policy may not name it any more. */
const GROUP_FORGOTTEN_MS = 600_000

/** The user groups that could not be read when they were last asked for. */
function createGroupsUnread() {
  const unread = new Map<string, number>()

  /** Told once when it changes, however often somebody asks meanwhile. */
  function note(groupId: string, error: unknown): 'lost' | 'back' | null {
    const wasUnread = unread.has(groupId)
    if (error === null) return unread.delete(groupId) ? 'back' : null
    unread.set(groupId, Date.now())
    return wasUnread ? null : 'lost'
  }

  function count(): number {
    for (const [groupId, atMs] of unread) {
      if (Date.now() - atMs > GROUP_FORGOTTEN_MS) unread.delete(groupId)
    }
    return unread.size
  }

  return { note, count }
}

/** What a label may be: one of so many words. A label that could be any text makes its metric impossible to count with. */
type Closed<Labels> = {
  [Name in keyof Labels]: string extends Labels[Name] ? never : Labels[Name]
}

type Event<Name extends ProductEvent['event']> = Extract<ProductEvent, { event: Name }>

const EVERY_DISTRUST: Record<Event<'unverified'>['why'], true> = {
  story: true,
  unsealed: true,
  otherKey: true,
  changed: true,
}
const DISTRUSTS = Object.keys(EVERY_DISTRUST) as Event<'unverified'>['why'][]

function createMetrics(registry: Registry, groupsUnread: () => number) {
  const registers = [registry]

  function count<Labels extends Record<string, string>>(
    name: string,
    help: string,
    ...labelNames: Extract<keyof Labels, string>[]
  ): { inc(labels: Closed<Labels>): void; begin(labels: Labels): void } {
    const counter = new Counter({ name, help, labelNames, registers })
    return {
      inc: labels => counter.inc(labels as Labels),
      begin: labels => counter.inc(labels, 0),
    }
  }

  const apiSeconds = new Histogram({
    name: 'rewind_cluster_call_duration_seconds',
    help: 'Duration of calls to clusters, of the CKafka API or of Kafka’s protocol.',
    labelNames: ['action'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25],
    registers,
  })
  const decidedSeconds = new Histogram({
    name: 'rewind_approval_to_call_seconds',
    help: 'From the approval to the begin of the call, by what was waited for on purpose.',
    labelNames: ['waited_for'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 28_800, 86_400],
    registers,
  })
  const storeTrouble = new Gauge({
    name: 'rewind_store_trouble',
    help: '1 while Redis cannot be used, by why.',
    labelNames: ['why'],
    registers,
  })
  const faults = count<Pick<Event<'fault'>, 'where'>>(
    'rewind_faults_total',
    'Unexpected errors, by where they were caught.',
    'where',
  )
  const unverified = count<Pick<Event<'unverified'>, 'why'>>(
    'rewind_records_unverified_total',
    'Requests that were ended because nothing vouches for their record, by why.',
    'why',
  )
  // What an alert counts has to be there before its first time, or Prometheus sees no increase.
  for (const where of FAULT_PLACES) faults.begin({ where })
  for (const why of DISTRUSTS) unverified.begin({ why })
  return {
    groupsUnreadable: new Gauge({
      name: 'rewind_policy_groups_unreadable',
      help: 'User groups that the policy asks about and that could not be read when last asked for, in the last ten minutes.',
      registers,
      collect() {
        this.set(groupsUnread())
      },
    }),
    storeTrouble: {
      set: (labels: Closed<{ why: StoreTrouble }>, value: 0 | 1) => storeTrouble.set(labels, value),
    },
    submitted: count('rewind_requests_submitted_total', 'Requests submitted.'),
    changes: count<Pick<Event<'changed'>, 'command' | 'state'>>(
      'rewind_request_changes_total',
      'Changes of requests, by command and resulting state.',
      ...(['command', 'state'] as const),
    ),
    refusals: count<Pick<Event<'refused'>, 'refusal'>>(
      'rewind_refusals_total',
      'Changes refused, by reason.',
      'refusal',
    ),
    unverified,
    asked: count('rewind_unclear_asked_total', 'Executions of which people have to say what they did.'),
    executions: count<Pick<Event<'called'>, 'outcome'>>(
      'rewind_executions_total',
      'Executions, by how the mutating call ended.',
      'outcome',
    ),
    posts: count<{ kind: PostKind; outcome: Event<'posted'>['outcome'] }>(
      'rewind_slack_posts_total',
      'Messages owed to Slack, by kind and outcome.',
      ...(['kind', 'outcome'] as const),
    ),
    apiCalls: count<Pick<ObservedCall, 'action' | 'outcome'>>(
      'rewind_cluster_calls_total',
      'Calls to clusters, of the CKafka API or of Kafka’s protocol, by action and outcome.',
      ...(['action', 'outcome'] as const),
    ),
    apiSeconds: {
      observe: ({ action }: Closed<Pick<ObservedCall, 'action'>>, seconds: number) =>
        apiSeconds.observe({ action }, seconds),
    },
    decidedSeconds: {
      observe: ({ waitedFor }: Closed<Pick<Event<'called'>, 'waitedFor'>>, seconds: number) =>
        decidedSeconds.observe({ waited_for: waitedFor }, seconds),
    },
    slackCalls: count<ObservedSlackCall>(
      'rewind_slack_calls_total',
      'Calls of Slack’s Web API, by method and outcome.',
      ...(['method', 'outcome'] as const),
    ),
    faults,
  }
}

/** What a post is: its key has a number in it, or the id of a channel. */
export const POST_KINDS = [
  ...['card', 'cardUpdate', 'cardTrouble', 'note', 'direct', 'tell', 'ping', 'elsewhere'],
] as const
export type PostKind = (typeof POST_KINDS)[number]

function postKind(key: Event<'posted'>['key']): PostKind {
  const [kind] = key.split('-', 1)
  return POST_KINDS.find(each => each === kind) ?? 'note'
}

/** Message, code, stack and cause only: errors of HTTP clients carry headers and bodies as further properties. */
function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: withoutTokens(String(error)).slice(0, MESSAGE_MAX) }
  const { name, message, stack = '', cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return {
    name,
    message: withoutTokens(message).slice(0, MESSAGE_MAX),
    ...code,
    stack: withoutTokens(stack).slice(0, STACK_MAX),
    ...(cause === undefined || depth >= 4 ? {} : { cause: plainError(cause, depth + 1) }),
  }
}

const MESSAGE_MAX = 2_000
const STACK_MAX = 4_000

/** Tokens have fixed beginnings; libraries redact them, and this makes sure. */
function withoutTokens(text: string): string {
  return text.replace(/xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=Bearer )\S+/g, '[token]')
}

function firstLine(message: unknown[]): string {
  const text = message
    .map(part => (part instanceof Error ? part.message : typeof part === 'string' ? part : ''))
    .join(' ')
  return withoutTokens(text.split('\n')[0] ?? '').slice(0, 500)
}
