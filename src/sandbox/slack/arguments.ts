// Reading a request's body the ways Slack does: form, multipart or JSON, with JSON inside form fields.
// What the arguments mean is left to the methods.
import type { IncomingMessage } from 'node:http'
import { isObject, type Json } from './block-schema.ts'

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

// Arguments that arrive as JSON text in a form. Left as text when they do not parse, for the method to refuse.
const jsonArguments = new Set(['blocks', 'view', 'metadata', 'files', 'attachments'])

export async function readArguments(request: IncomingMessage, body: Buffer): Promise<Json> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const args: Json = Object.fromEntries(url.searchParams)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) {
    const parsed = parseJson(body.toString())
    if (isObject(parsed)) Object.assign(args, parsed)
  } else if (type.startsWith('multipart/form-data')) {
    const form = await readForm(type, body)
    for (const [key, value] of form) if (typeof value === 'string') args[key] = value
  } else {
    Object.assign(args, Object.fromEntries(new URLSearchParams(body.toString())))
  }
  for (const key of jsonArguments)
    if (typeof args[key] === 'string') args[key] = parseJson(args[key]) ?? args[key]
  return args
}

/** The bytes of an upload: the first file of a form, or the raw body. */
export async function readUpload(type: string, body: Buffer): Promise<Buffer> {
  if (!type.startsWith('multipart/form-data')) return body
  for (const [, value] of await readForm(type, body))
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return Buffer.alloc(0)
}

async function readForm(type: string, body: Buffer) {
  const bytes = new Uint8Array(body)
  return new Response(bytes, { headers: { 'content-type': type } }).formData()
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function textArgument(args: Json, name: string): string | undefined {
  const value = args[name]
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Forms carry booleans as text. */
export function flagArgument(args: Json, name: string): boolean {
  return args[name] === true || args[name] === 'true' || args[name] === '1'
}
