// What operators see: one JSON log line per event, Prometheus metrics, health. Never a token, a header or a raw payload.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ProductEvent, Report } from './ports.ts'

export interface Telemetry {
  report: Report
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  fatal(message: string, error: unknown): void
  /** For Bolt and the Slack client, which log by themselves. */
  slackLogger: SlackLogger
  registry: Registry
  observeCall(call: { action: string; outcome: string; code: string | null; durationMs: number }): void
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
    base: { service: 'rewind', role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const groups = createGroupsUnread()
  const metrics = createMetrics(registry, groups.count)

  function report(event: ProductEvent): void {
    switch (event.event) {
      case 'submitted':
        metrics.submitted.inc()
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
        metrics.asked.inc()
        log.warn(event, 'nobody knows what an execution did: the thread asks')
        return
      case 'called':
        metrics.executions.inc({ outcome: event.outcome })
        log[event.outcome === 'done' ? 'info' : 'warn'](event, 'execution called CKafka')
        return
      case 'posted':
        metrics.posts.inc({ key: event.key, outcome: event.outcome })
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
      case 'fault': {
        const { error, ...fields } = event
        metrics.faults.inc({ where: event.where })
        log.error({ ...fields, error: plainError(error) }, 'fault')
        return
      }
      default:
        event satisfies never
    }
  }

  return {
    report,
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    fatal: (message, error) => log.fatal({ error: plainError(error) }, message),
    slackLogger: {
      // Bolt's debug and info lines hold whole payloads.
      debug: () => {},
      info: () => {},
      warn: (...message) => log.warn({ event: 'slack' }, firstLine(message)),
      error: (...message) => log.error({ event: 'slack' }, firstLine(message)),
      setLevel: () => {},
      getLevel: () => 'warn' as never,
      setName: () => {},
    },
    registry,
    observeCall({ action, outcome, code, durationMs }) {
      metrics.apiCalls.inc({ action, outcome })
      metrics.apiSeconds.observe({ action }, durationMs / 1000)
      log.debug({ event: 'api', action, outcome, code, durationMs }, 'CKafka called')
    },
  }
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

function createMetrics(registry: Registry, groupsUnread: () => number) {
  const registers = [registry]
  return {
    groupsUnreadable: new Gauge({
      name: 'rewind_policy_groups_unreadable',
      help: 'User groups that the policy asks about and that could not be read when last asked for, in the last ten minutes.',
      registers,
      collect() {
        this.set(groupsUnread())
      },
    }),
    submitted: new Counter({
      name: 'rewind_requests_submitted_total',
      help: 'Requests submitted.',
      registers,
    }),
    changes: new Counter({
      name: 'rewind_request_changes_total',
      help: 'Changes of requests, by command and resulting state.',
      labelNames: ['command', 'state'],
      registers,
    }),
    refusals: new Counter({
      name: 'rewind_refusals_total',
      help: 'Changes refused, by reason.',
      labelNames: ['refusal'],
      registers,
    }),
    asked: new Counter({
      name: 'rewind_unclear_asked_total',
      help: 'Executions of which people have to say what they did.',
      registers,
    }),
    executions: new Counter({
      name: 'rewind_executions_total',
      help: 'Executions, by how the mutating call ended.',
      labelNames: ['outcome'],
      registers,
    }),
    posts: new Counter({
      name: 'rewind_slack_posts_total',
      help: 'Messages owed to Slack, by key and outcome.',
      labelNames: ['key', 'outcome'],
      registers,
    }),
    apiCalls: new Counter({
      name: 'rewind_cluster_calls_total',
      help: 'Calls to the CKafka API, by action and outcome.',
      labelNames: ['action', 'outcome'],
      registers,
    }),
    apiSeconds: new Histogram({
      name: 'rewind_cluster_call_duration_seconds',
      help: 'Duration of calls to the CKafka API.',
      labelNames: ['action'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25],
      registers,
    }),
    faults: new Counter({
      name: 'rewind_faults_total',
      help: 'Unexpected errors, by where they were caught.',
      labelNames: ['where'],
      registers,
    }),
  }
}

/** Receipts of what was delivered: many, and only of interest when something is wrong. */
function isReceipt(command: string): boolean {
  return [
    'claimPost',
    'posted',
    'postLater',
    'claimCard',
    'cardShown',
    'cardLater',
    'dispatched',
    'prepareLater',
    'reguardLater',
  ].includes(command)
}

/** Message, code, stack and cause only: errors of HTTP clients carry headers and bodies as further properties. */
function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) }
  const { name, message, stack, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return {
    name,
    message,
    ...code,
    stack,
    ...(cause === undefined || depth >= 4 ? {} : { cause: plainError(cause, depth + 1) }),
  }
}

function firstLine(message: unknown[]): string {
  const text = message
    .map(part => (part instanceof Error ? part.message : typeof part === 'string' ? part : ''))
    .join(' ')
  // Tokens have fixed beginnings; libraries redact them, and this makes sure.
  return (text.split('\n')[0] ?? '').replace(/xox[a-z]-[\w-]+|xapp-[\w-]+/g, '[token]').slice(0, 500)
}

export interface HttpServerOptions {
  host: string
  port: number
  /** What is not ready yet, in words; empty when all is. */
  unready(): Promise<string[]>
  /** False when the process ought to be restarted. */
  alive(): boolean
  registry: Registry
  /** Takes Slack's requests in HTTP mode. */
  slack: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
}

/** One server for health, metrics and, in HTTP mode, Slack. Resolves when it listens. */
export async function startHttpServer(options: HttpServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname
    if (path === '/slack/events' && options.slack !== undefined) return options.slack(request, response)
    answer(path, options).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return server
}

async function answer(
  path: string,
  options: HttpServerOptions,
): Promise<{ status: number; type: string; body: string }> {
  const type = 'text/plain; charset=utf-8'
  switch (path) {
    case '/healthz':
      return options.alive() ? { status: 200, type, body: 'ok\n' } : { status: 503, type, body: 'stuck\n' }
    case '/readyz': {
      const missing = await options.unready()
      return missing.length === 0
        ? { status: 200, type, body: 'ready\n' }
        : { status: 503, type, body: `${missing.join('\n')}\n` }
    }
    case '/metrics':
      return { status: 200, type: options.registry.contentType, body: await options.registry.metrics() }
    default:
      return { status: 404, type, body: 'not found\n' }
  }
}
