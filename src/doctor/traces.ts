// What is checked of the collector of traces: whether it is there and takes what has no span in it. Rewind works without it, so
// that nothing here is more than a warning.

import { request as plainly } from 'node:http'
import { request as overTls } from 'node:https'
import type { TracingSettings } from '../config-tracing.ts'
import type { Finding } from './finding.ts'

const ANSWER_MS = 5_000

const finding = (level: Finding['level'], found: string, advice?: string): Finding => ({
  ...{ area: 'Traces', what: 'collector', found, level },
  ...(advice === undefined ? {} : { advice }),
})

/** @param withinMs that an answer may take */
export async function tracesFindings(
  settings: TracingSettings | null,
  withinMs = ANSWER_MS,
): Promise<Finding[]> {
  if (settings === null) return []
  const { url, protocol } = settings
  const without = 'Rewind works without; the spans are lost.'
  const answer = await ask(settings, withinMs)
  if (typeof answer === 'string') {
    const found = `The collector at ${url} did not answer: ${answer}. ${without}`
    return [finding('warning', found, 'Look at OTEL_EXPORTER_OTLP_ENDPOINT. It is reached without a proxy.')]
  }
  if (answer >= 200 && answer < 300) return [finding('ok', `The collector at ${url} takes ${protocol}.`)]
  return [finding('warning', `The collector at ${url} answers HTTP ${answer}. ${without}`, adviceOn(answer))]
}

function adviceOn(status: number): string {
  if (status === 401 || status === 403) return 'Look at OTEL_EXPORTER_OTLP_HEADERS.'
  if (status === 415 || status === 400)
    return 'Look at OTEL_EXPORTER_OTLP_PROTOCOL: the collector may take the other one.'
  if (status === 404 || status === 405)
    return 'Look at OTEL_EXPORTER_OTLP_ENDPOINT: /v1/traces is added to it, and it is the address of OTLP over HTTP, often at port 4318.'
  return 'Ask again in a minute, and look at the collector.'
}

/** The status, or why there was none. No spans, in either form. */
function ask({ url, protocol, headers }: TracingSettings, withinMs: number): Promise<number | string> {
  const isJson = protocol === 'http/json'
  const body = isJson ? '{"resourceSpans":[]}' : ''
  const type = isJson ? 'application/json' : 'application/x-protobuf'
  const send = url.startsWith('https:') ? overTls : plainly
  return new Promise(resolve => {
    const asked = send(
      url,
      {
        ...{ method: 'POST', agent: false },
        headers: { ...headers, 'content-type': type, 'content-length': body.length },
        signal: AbortSignal.timeout(withinMs),
      },
      answer => {
        resolve(answer.statusCode ?? 0)
        answer.destroy()
      },
    )
    asked.on('error', error => resolve(whyOf(error, withinMs)))
    asked.end(body)
  })
}

function whyOf(error: Error & { code?: string }, withinMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `nothing came within ${withinMs / 1_000} s`
  return typeof error.code === 'string' ? error.code : error.name
}
