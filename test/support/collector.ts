// A collector of traces for a test: takes OTLP as JSON, keeps every byte, and can be slow, refuse, or answer nonsense.
// Source of the shapes: opentelemetry-proto, trace/v1/trace.proto, in its JSON encoding.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'

const attributeSchema = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() }),
})
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  kind: z.int(),
  attributes: z.array(attributeSchema).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
})
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

export interface SeenSpan extends Omit<z.output<typeof spanSchema>, 'attributes'> {
  attributes: Record<string, string | number>
  /** `bot`, `worker` or `all`. */
  role: string
}

export interface Collector {
  url: string
  spans(): SeenSpan[]
  /** Everything that came, with its headers. */
  /** Connections that are open. */
  open(): Promise<number>
  received(): { headers: IncomingHttpHeaders; path: string; body: Buffer }[]
  close(): Promise<void>
}

export type Conduct = 'takes' | 'silent' | 'refuses' | 'nonsense' | 'drips'

export async function startCollector(conduct: Conduct = 'takes'): Promise<Collector> {
  const received: { headers: IncomingHttpHeaders; path: string; body: Buffer }[] = []
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    received.push({ headers: request.headers, path: request.url ?? '', body })
    if (conduct === 'silent') return
    if (conduct === 'drips') {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drops = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(drops))
      return
    }
    if (conduct === 'refuses') response.writeHead(401).end('no')
    else if (conduct === 'nonsense') response.writeHead(200).end('<html>'.repeat(10_000))
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => received.flatMap(({ body }) => spansIn(bodySchema.parse(JSON.parse(body.toString())))),
    received: () => received,
    open: () => new Promise(resolve => server.getConnections((_, count) => resolve(count))),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function spansIn({ resourceSpans }: z.output<typeof bodySchema>): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const role = String(valuesOf(resource.attributes)['rewind.role'])
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(span => ({ ...span, attributes: valuesOf(span.attributes), role })),
    )
  })
}

function valuesOf(attributes: z.output<typeof attributeSchema>[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']),
  )
}
