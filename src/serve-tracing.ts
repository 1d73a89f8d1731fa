// Traces, where the settings name a collector: what makes them is loaded only then.

import type { Telemetry as QueueTelemetry } from 'bullmq'
import type { RedisConnection } from './adapters/redis/connect.ts'
import { createTraceMarks, type TraceMarks } from './adapters/redis/traces.ts'
import type { Config } from './config.ts'
import { NO_TRACING, type Tracing } from './ports/tracing.ts'
import type { Telemetry } from './telemetry.ts'
import { VERSION } from './version.ts'

export interface Traces {
  tracing: Tracing
  /** For the queue: jobs carry the trace from process to process. */
  ofQueue: { telemetry?: QueueTelemetry }
  /** From then on legs are linked to those of other processes. */
  linkedBy(redis: RedisConnection): void
  /** Sends what is left, for a moment. */
  stop(): Promise<void>
}

const STOP_MS = 2_000

const NONE: Traces = { tracing: NO_TRACING, ofQueue: {}, linkedBy() {}, stop: async () => {} }

export async function serveTraces(
  { tracing: settings, role, redisPrefix }: Config,
  telemetry: Pick<Telemetry, 'printed'>,
): Promise<Traces> {
  if (settings === null) return NONE
  const { startOtel } = await import('./adapters/otel/sdk.ts')
  let marks: TraceMarks | null = null
  const { tracing, queue, stop } = startOtel(settings, {
    ...{ version: VERSION, role, warn: telemetry.printed },
    marks: () => marks,
  })
  return {
    tracing,
    ofQueue: { telemetry: queue },
    linkedBy(redis) {
      marks = createTraceMarks(redis, redisPrefix)
    },
    stop: () => stop(STOP_MS),
  }
}
