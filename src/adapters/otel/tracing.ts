// The Tracing port on OpenTelemetry: each leg is a span. Where it begins a trace, it is linked to the leg that changed the same
// request last, whichever process that was in; until that is found, the span stays open and keeps the time at which it ended.

import {
  type Attributes,
  context,
  createContextKey,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { KAFKA_ACTIONS, type ObservedCall } from '../../ports/events.ts'
import type { LegFacts, LegKind, Tracing } from '../../ports/tracing.ts'
import { contextIn, traceparentOf } from './traceparent.ts'

/** Where the place of a span is kept for other processes. */
export interface Marks {
  keep(name: string, traceparent: string): void
  /** Never rejects. */
  find(name: string): Promise<string | null>
}

export interface LinkedTracing extends Tracing {
  /** Resolves once every leg that has ended has its links. */
  settled(): Promise<void>
}

/** Of the further requests that one leg comes across. */
const MOST_LINKS = 5
const LEG = createContextKey('rewind leg')

interface Leg {
  span: Span
  told: LegFacts
  /** Null: it is inside another leg, which has the links. */
  links: { from: Set<string>; under: Set<Promise<void>> } | null
  outer: Leg | undefined
}

const KAFKA = new Set<string>(KAFKA_ACTIONS)

/** @param marksNow null: they are not there yet */
export function createTracing(tracer: Tracer, marksNow: () => Marks | null): LinkedTracing {
  const ending = new Set<Promise<void>>()

  async function leg<T>(kind: LegKind, name: string, facts: LegFacts, work: () => Promise<T>): Promise<T> {
    const here = context.active()
    const isInside = hasPlace(trace.getSpan(here))
    const span = tracer.startSpan(
      `${kind} ${name}`,
      { kind: kind === 'slack' ? SpanKind.SERVER : SpanKind.INTERNAL, attributes: attributesOf(facts) },
      here,
    )
    const outer = here.getValue(LEG) as Leg | undefined
    const links = isInside ? null : { from: new Set<string>(), under: new Set<Promise<void>>() }
    const mine: Leg = { span, told: { ...facts }, links, outer }
    if (facts.request !== undefined) link(mine, facts.request)
    try {
      return await context.with(trace.setSpan(here, span).setValue(LEG, mine), work)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.setAttribute('error.type', error instanceof Error ? error.name : 'other')
      throw error
    } finally {
      end(mine)
    }
  }

  function end({ span, links }: Leg): void {
    if (links === null || links.under.size === 0) {
      span.end()
      return
    }
    const atMs = Date.now()
    const linked = Promise.all(links.under).then(() => {
      span.end(atMs)
      ending.delete(linked)
    })
    ending.add(linked)
  }

  function link({ span, links }: Leg, name: string): void {
    const marks = marksNow()
    if (links === null || marks === null || !span.isRecording()) return
    if (links.from.has(name) || links.from.size >= MOST_LINKS) return
    links.from.add(name)
    const found = marks.find(name).then(traceparent => {
      const place = traceparent === null ? undefined : contextIn(traceparent)
      if (place !== undefined && place.traceId !== span.spanContext().traceId)
        span.addLink({ context: place })
      links.under.delete(found)
    })
    links.under.add(found)
  }

  function about(facts: LegFacts): void {
    const here = context.active()
    const mine = here.getValue(LEG) as Leg | undefined
    // Inside a span that is not ours, as that of a job which is taken: there is no leg then, and it has what came before.
    if (mine === undefined) {
      trace.getSpan(here)?.setAttributes(attributesOf(facts))
      return
    }
    tell(mine, facts)
    const { request } = facts
    const first = outermost(mine)
    if (request === undefined || !first.span.isRecording()) return
    if (first !== mine) tell(first, { request })
    link(first, request)
  }

  /** Of several requests the first is the one that a leg is about. */
  function tell({ span, told }: Leg, facts: LegFacts): void {
    // What a leg has begun may go on after it.
    if (!span.isRecording()) return
    const isOther =
      facts.request !== undefined && told.request !== undefined && facts.request !== told.request
    if (isOther) return
    Object.assign(told, facts)
    span.setAttributes(attributesOf(facts))
  }

  return {
    leg,
    about,
    keep: id => keep(id),
    keepView: viewId => keep(`view:${viewId}`),
    fromView(viewId) {
      const mine = context.active().getValue(LEG) as Leg | undefined
      if (mine !== undefined) link(outermost(mine), `view:${viewId}`)
    },
    called,
    async settled() {
      await Promise.all(ending)
    },
  }

  function keep(name: string): void {
    const place = trace.getSpan(context.active())?.spanContext()
    if (place === undefined || !isSpanContextValid(place)) return
    if ((place.traceFlags & TraceFlags.SAMPLED) !== 0) marksNow()?.keep(name, traceparentOf(place))
  }

  /** What goes by HTTP has a span already. */
  function called({ action, outcome, code, durationMs }: ObservedCall): void {
    if (!KAFKA.has(action) || !hasPlace(trace.getSpan(context.active()))) return
    const endMs = Date.now()
    const span = tracer.startSpan(`kafka ${action}`, {
      kind: SpanKind.CLIENT,
      startTime: endMs - Math.max(0, durationMs),
      attributes: {
        ...{ 'rpc.system': 'kafka', 'rpc.method': action, 'rewind.outcome': outcome },
        ...(code === null ? {} : { 'rewind.code': code }),
      },
    })
    if (outcome !== 'read' && outcome !== 'done') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(endMs)
  }
}

function outermost(leg: Leg): Leg {
  let each = leg
  while (each.outer !== undefined) each = each.outer
  return each
}

function hasPlace(span: Span | undefined): boolean {
  return span !== undefined && isSpanContextValid(span.spanContext())
}

function attributesOf(facts: LegFacts): Attributes {
  const named = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(named.map(([name, value]) => [`rewind.${name}`, value]))
}
