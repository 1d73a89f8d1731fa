// What nobody ought to send to a port, drawn from a seed: noise, requests with something wrong in them, and signed nonsense.

import { signRequest } from '../../src/sandbox/slack/signature.ts'
import type { Random } from '../faults/random.ts'
import { requestOf, SECRETS } from './stage.ts'

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PRI',
  'get',
  'G T',
  '',
  'ÿ',
]
const PATHS = [
  ...['/', '//', '///', '/\\', '//[', '/healthz', '/readyz', '/metrics', '/slack/events', '/slack/events/'],
  ...[
    '*',
    'http://x/healthz',
    'http://[',
    'https://x:99999/',
    '?',
    '#',
    '/%',
    '/%00',
    '/%ff',
    '/../..',
    'x:y',
  ],
  ...['/__proto__', '/constructor', '/toString', '/slack/events?x=[', '/healthz#', ' /', '/ /'],
]
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/9',
  'http/1.1',
  '',
  'RTSP/1.0',
]
const TYPES = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'text/plain',
  ],
  ...['', ';', 'application/json, text/plain', 'multipart/form-data; boundary=x'],
]
const HEADERS: [string, string[]][] = [
  ['content-length', ['0', '1', '-1', '99999999999999999999', '1e3', 'x', ' 5', '5, 5', '4000000']],
  ['transfer-encoding', ['chunked', 'gzip, chunked', 'chunked, chunked', 'identity', 'x', 'chunked\x0b']],
  ['expect', ['100-continue', 'a-miracle', '']],
  ['connection', ['close', 'keep-alive', 'upgrade', 'close, upgrade', 'x']],
  ['upgrade', ['websocket', 'h2c', 'TLS/1.0']],
  ['host', ['', 'x', 'a, b', '[', '\x7f']],
  ['x-slack-signature', ['v0=', 'v0', `v0=${'0'.repeat(64)}`, 'x'.repeat(300), '', 'v0=\xff']],
  ['x-slack-request-timestamp', ['0', '-1', '1e9', 'now', '99999999999999', '', 'NaN']],
  ['x-slack-retry-num', ['1', 'x', '-1', '1e999']],
  ['authorization', ['Bearer', 'Basic eDp5', '']],
  ['cookie', ['a=b', 'x'.repeat(20_000)]],
  ['__proto__', ['x']],
  ['content-encoding', ['gzip', 'x']],
]
const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
const VIEW = '"id":"V1","type":"modal","callback_id":"reset_form","private_metadata":"","blocks":[]'
const JSONS = [
  `{"type":"view_submission","user":{"id":"U0DAVE"},"view":{${VIEW},"state":{"values":{"a":{"b":${DEEP}}}}}}`,
  ...['null', '[]', '1', '""', '{}', '{', '{"type":1}', '{"type":"url_verification"}', '{"event":null}'],
  ...['{"type":"event_callback","event":{"type":"app_home_opened"}}', '{"command":{}}', '{"ssl_check":"1"}'],
  ...['{"__proto__":{"type":"x"}}', `${'['.repeat(5_000)}`, '{"type":"block_actions","actions":[null]}'],
  ...[
    '{"type":"view_submission","view":null,"user":{"id":"U0ALICE"}}',
    '{"type":"event_callback","event":[]}',
  ],
]

export function garbage(random: Random): Buffer {
  const kind = random.between(0, 9)
  if (kind === 0) return noise(random, random.between(1, 2_000))
  if (kind === 1) return Buffer.concat(Array.from({ length: random.between(2, 40) }, () => request(random)))
  if (kind <= 4) return spoiled(random, request(random))
  return kind <= 6 ? signed(random) : request(random)
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.between(0, 255)))
}

function text(random: Random, length: number): string {
  return noise(random, length).toString('latin1')
}

function request(random: Random): Buffer {
  const path = random.chance(0.85) ? random.pick(PATHS) : `/${text(random, random.between(0, 60))}`
  const method = random.chance(0.85)
    ? random.pick(['GET', 'POST', 'POST', 'HEAD', 'PUT'])
    : random.pick(METHODS)
  const version = random.chance(0.92) ? 'HTTP/1.1' : random.pick(VERSIONS)
  const line = [method, path, version].join(' ')
  const headers: Record<string, string | string[]> = { 'content-type': random.pick(TYPES) }
  for (let more = random.between(-2, 2); more > 0; more--) {
    const [name, values] = random.pick(HEADERS)
    const value = random.chance(0.9) ? random.pick(values) : text(random, random.between(0, 40))
    headers[name] = random.chance(0.2) ? [value, random.pick(values)] : value
  }
  const sent = random.chance(0.5) ? body(random) : ''
  // Else it is taken for the next request.
  if (random.chance(0.8)) headers['content-length'] ??= `${Buffer.byteLength(sent)}`
  return requestOf(line, headers, sent)
}

function body(random: Random): string {
  const inner = random.chance(0.7) ? random.pick(JSONS) : text(random, random.between(0, 400))
  switch (random.between(0, 4)) {
    case 0:
      return `payload=${encodeURIComponent(inner)}`
    case 1:
      return `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
    case 2:
      return `ffffffffff\r\n${inner}`
    default:
      return inner
  }
}

/** Slack's signature is right, and what it has signed is not. */
function signed(random: Random): Buffer {
  const inner = random.chance(0.8) ? random.pick(JSONS) : text(random, random.between(0, 400))
  const isForm = random.chance(0.5)
  const sent = isForm
    ? `${random.pick(['payload', 'payload', 'command', 'ssl_check', ''])}=${encodeURIComponent(inner)}`
    : inner
  const seconds = Math.floor(Date.now() / 1000) + random.pick([0, 0, 0, -400, 400])
  return requestOf(
    'POST /slack/events HTTP/1.1',
    {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'content-length': `${Buffer.byteLength(sent)}`,
      'x-slack-request-timestamp': `${seconds}`,
      'x-slack-signature': signRequest(SECRETS.signingSecret, seconds, sent),
    },
    sent,
  )
}

/** Some bytes are changed, doubled, or gone. */
function spoiled(random: Random, bytes: Buffer): Buffer {
  let spoilt = bytes
  for (let times = random.between(1, 4); times > 0; times--) {
    const at = random.between(0, Math.max(0, spoilt.length - 1))
    const [before, after] = [spoilt.subarray(0, at), spoilt.subarray(at)]
    switch (random.between(0, 3)) {
      case 0:
        spoilt = Buffer.concat([before, noise(random, 1), after.subarray(1)])
        break
      case 1:
        spoilt = Buffer.concat([before, after.subarray(random.between(1, 30))])
        break
      case 2:
        spoilt = Buffer.concat([before, after.subarray(0, 20), after])
        break
      default:
        spoilt = before
    }
  }
  return spoilt
}
