// The settings of traces, which are OpenTelemetry's own: what each may be, and what they make together.
// Source: opentelemetry.io, specification, sdk-environment-variables and protocol/exporter.

import { z } from 'zod'
import { httpUrl, text } from './config-values.ts'

const SAMPLERS = [
  ...['always_on', 'always_off', 'traceidratio'],
  ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
] as const

export interface TracingSettings {
  /** Where spans are sent: the whole address. */
  url: string
  protocol: 'http/protobuf' | 'http/json'
  /** Secrets of the collector's. */
  headers: Record<string, string>
  serviceName: string
  sampler: (typeof SAMPLERS)[number]
  /** From 0 to 1: the share of traces that a sampler by ratio keeps. */
  ratio: number
}

export const tracesEndpoint = httpUrl
export const tracesProtocol = z.enum(['http/protobuf', 'http/json'], 'must be http/protobuf or http/json')
export const tracesSampler = z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`)
export const tracesRatio = z
  .string()
  .trim()
  .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, 'must be a number from 0 to 1, like 0.1')
  .transform(Number)
export const tracesService = text.regex(/^[\x20-\x7e]{1,100}$/, 'must be 100 plain characters at most')

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/
const VALUE = /^[\x20-\x7e]{0,4096}$/
const MOST_HEADERS = 20

/** `name=value,other=value`, with what a comma would end percent-encoded. */
export const tracesHeaders = z.string().transform((list, context): Record<string, string> => {
  const parts = list.split(',').filter(part => part.trim() !== '')
  const headers = parts.map(headerIn)
  if (parts.length > MOST_HEADERS || headers.some(header => header === null)) {
    context.addIssue({
      code: 'custom',
      message: 'must be a list like name=value,other=value, with values percent-encoded',
    })
    return z.NEVER
  }
  return Object.fromEntries(headers.filter(header => header !== null))
})

function headerIn(part: string): [string, string] | null {
  const at = part.indexOf('=')
  if (at < 0) return null
  const name = part.slice(0, at).trim()
  try {
    const value = decodeURIComponent(part.slice(at + 1).trim())
    return HEADER.test(name) && VALUE.test(value) ? [name, value] : null
  } catch {
    return null
  }
}

interface Given {
  OTEL_SDK_DISABLED: 'true' | 'false'
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined
  OTEL_EXPORTER_OTLP_PROTOCOL: TracingSettings['protocol']
  OTEL_EXPORTER_OTLP_HEADERS?: Record<string, string> | undefined
  OTEL_SERVICE_NAME: string
  OTEL_TRACES_SAMPLER: TracingSettings['sampler']
  OTEL_TRACES_SAMPLER_ARG: number
}

/** Null: nothing is traced. */
export function tracingOf(given: Given): TracingSettings | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = given
  if (endpoint === undefined || given.OTEL_SDK_DISABLED === 'true') return null
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    protocol: given.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: given.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: given.OTEL_SERVICE_NAME,
    sampler: given.OTEL_TRACES_SAMPLER,
    ratio: given.OTEL_TRACES_SAMPLER_ARG,
  }
}
