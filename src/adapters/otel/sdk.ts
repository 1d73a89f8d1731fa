// OpenTelemetry's SDK, as far as traces of Rewind need it: what makes spans, which of them are kept, and who sends them where.
// It is loaded only where the settings name a collector. Whatever that one does, nothing waits for it.

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  type ExportResult,
  ExportResultCode,
  setGlobalErrorHandler,
  suppressTracing,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { Telemetry } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { CLUSTER_ACTIONS, SLACK_METHODS } from '../../ports/events.ts'
import type { Tracing } from '../../ports/tracing.ts'
import { toldOf } from './allowed-attributes.ts'
import { createTracing, type Marks } from './tracing.ts'

export interface OtelSettings {
  /** Where spans are sent: the whole address. */
  url: string
  protocol: 'http/protobuf' | 'http/json'
  headers: Record<string, string>
  serviceName: string
  sampler:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio'
  ratio: number
}

export interface OtelDeps {
  version: string
  role: string
  /** Where the places of spans are kept; null: it is not there yet. */
  marks(): Marks | null
  /** A sentence for the log: the collector does not take what it is sent. */
  warn(sentence: string): void
  /** Milliseconds for one try with its repetitions; 5 s. */
  exportMs?: number
}

export interface Otel {
  tracing: Tracing
  /** For the queue, whose jobs carry the trace from process to process. */
  queue: Telemetry
  /** Sends what is left. Resolves within that time, whatever the collector does. */
  stop(withinMs: number): Promise<void>
}

/** One try, its repetitions with it, is over after this. */
const EXPORT_MS = 5_000
/** Of it, for an answer that goes on arriving: the exporter's own limit is one of silence. */
const ENDLESS = 1.2
/** Spans beyond are dropped. */
const MOST_SPANS = 2_048
const SENT_EVERY_MS = 2_000
/** A traceparent with its names, and somebody else's tracestate. */
const MOST_METADATA = 1_000

export function startOtel(settings: OtelSettings, deps: OtelDeps): Otel {
  const { exportMs = EXPORT_MS } = deps
  // What libraries have to say holds addresses and answers; that spans were not taken is told below.
  setGlobalErrorHandler(() => {})
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  propagation.setGlobalPropagator(onlyByJobs(new W3CTraceContextPropagator()))
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(
        resourceFromAttributes({
          'service.name': settings.serviceName,
          'service.version': deps.version,
          'rewind.role': deps.role,
        }),
      ),
    sampler: samplerOf(settings),
    spanProcessors: [
      new BatchSpanProcessor(onlyTold(exporterOf(settings, exportMs), deps.warn, exportMs * ENDLESS), {
        maxQueueSize: MOST_SPANS,
        scheduledDelayMillis: SENT_EVERY_MS,
        exportTimeoutMillis: exportMs,
      }),
    ],
  })
  trace.setGlobalTracerProvider(provider)
  const undici = new UndiciInstrumentation({
    // What nobody asked for is no part of a request's way.
    requireParentforSpans: true,
    requestHook(span, { path, headers }) {
      const action = actionIn(path, headers)
      if (action !== undefined) span.setAttribute('rewind.action', action)
    },
  })
  undici.setTracerProvider(provider)
  const tracing = createTracing(provider.getTracer('rewind', deps.version), deps.marks)
  return {
    tracing,
    queue: forQueue(new BullMQOtel({ tracerName: 'bullmq', version: deps.version })),
    async stop(withinMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>(resolve => {
        timer = setTimeout(resolve, withinMs)
      })
      const sent = tracing.settled().then(() => provider.shutdown())
      await Promise.race([sent.catch(() => {}), late])
      clearTimeout(timer)
      undici.disable()
      for (const each of [trace, context, propagation]) each.disable()
    },
  }
}

interface Exporting {
  exporter: SpanExporter
  /** Ends what is under way, whatever arrives. */
  breakOff(): void
}

function exporterOf({ url, headers, protocol }: OtelSettings, exportMs: number): Exporting {
  const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter
  const agent = url.startsWith('https:') ? new HttpsAgent(KEPT) : new HttpAgent(KEPT)
  const exporter = new Exporter({ url, headers, timeoutMillis: exportMs, httpAgentOptions: () => agent })
  return { exporter, breakOff: () => agent.destroy() }
}

const KEPT = { keepAlive: true }

/** Nothing else of a span leaves the process; and one that is refused is told, not thrown. */
function onlyTold(
  { exporter, breakOff }: Exporting,
  warn: (sentence: string) => void,
  withinMs: number,
): SpanExporter {
  return {
    export(spans, done) {
      let isOver = false
      const endless = setTimeout(() => {
        isOver = true
        warn(
          `The collector of traces has not ended its answer within ${withinMs / 1_000} s: its spans may be lost.`,
        )
        breakOff()
        done({ code: ExportResultCode.FAILED })
      }, withinMs)
      endless.unref()
      exporter.export(spans.map(toldOf), (result: ExportResult) => {
        if (isOver) return
        clearTimeout(endless)
        if (result.code !== ExportResultCode.SUCCESS) {
          warn(`The collector of traces did not take ${spans.length} spans: ${whyOf(result.error)}.`)
        }
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined
      ? {}
      : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  }
}

/** A code alone: what the collector answered may be anything. */
function whyOf(error: unknown): string {
  const { code, name = 'Error' } = Object(error) as { code?: unknown; name?: string }
  if (typeof code === 'number') return `HTTP ${code}`
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : name.slice(0, 40)
}

/** Slack, CKafka and the collector are not told where a call of theirs stands in a trace of ours; the next process is. */
function onlyByJobs(w3c: TextMapPropagator): TextMapPropagator {
  return {
    inject(from, carrier, setter) {
      const { kind } = (trace.getSpan(from) ?? {}) as Partial<ReadableSpan>
      if (kind !== SpanKind.CLIENT) w3c.inject(from, carrier, setter)
    },
    extract: (...args) => w3c.extract(...args),
    fields: () => w3c.fields(),
  }
}

/** A worker that waits for jobs would tell of it every few seconds; and what a job carries must never keep it from running. */
function forQueue({ tracer, contextManager }: BullMQOtel): Telemetry {
  return {
    tracer: {
      startSpan(name, options, given) {
        const parent = given ?? context.active()
        const isAlone = trace.getSpan(parent) === undefined
        return tracer.startSpan(name, options, isAlone && isIdle(name) ? suppressTracing(parent) : parent)
      },
    },
    contextManager: {
      with: (at, work) => contextManager.with(at, work),
      active: () => contextManager.active(),
      root: () => ROOT_CONTEXT,
      getMetadata: at => contextManager.getMetadata(at),
      fromMetadata(at, metadata) {
        if (metadata.length > MOST_METADATA) return at
        try {
          return contextManager.fromMetadata(at, metadata)
        } catch {
          return at
        }
      },
    },
  }
}

function isIdle(name: string): boolean {
  return !/^(add|process)\b/.test(name)
}

const ACTIONS = new Set<string>([...CLUSTER_ACTIONS, ...SLACK_METHODS])

/** Of the API of CKafka, in either of its dialects, or of Slack's: one of ours. */
function actionIn(path: string, headers: unknown): string | undefined {
  const named = [headers]
    .flat()
    .join('\n')
    .match(/x-tc-action[:\s]+(\w+)/i)?.[1]
  const [place = '', query = ''] = path.split('?', 2)
  const found = named ?? new URLSearchParams(query).get('Action') ?? place.split('/').at(-1)
  return found !== undefined && ACTIONS.has(found) ? found : undefined
}

function samplerOf({ sampler, ratio }: OtelSettings): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
    default:
      return sampler satisfies never
  }
}
