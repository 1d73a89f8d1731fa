import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import { createRoleCredentials, NoCredentials } from '../../../src/adapters/ckafka/credentials.ts'
import type { Credentials, LentV2, LentV3 } from '../../../src/adapters/ckafka/settings.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { ACCEPTED, answering, EMPTY, error, type Respond, result, seen, serve } from './scripted-v3.ts'

const START_MS = Date.UTC(2026, 10, 29, 12)
const HOUR_MS = 3_600_000

interface Metadata {
  url: string
  asked: string[]
  answer: (response: ServerResponse, request: IncomingMessage) => void
}

async function startMetadata(answer: Metadata['answer']): Promise<Metadata> {
  const metadata: Metadata = { url: '', asked: [], answer }
  const server = createServer((request, response) => {
    metadata.asked.push(request.url ?? '')
    metadata.answer(response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  metadata.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return metadata
}

const given = (name: string, untilMs: number, more: object = {}) => ({
  TmpSecretId: `AKID${name}`,
  TmpSecretKey: `key-${name}`,
  ExpiredTime: Math.floor(untilMs / 1000),
  Expiration: new Date(untilMs).toISOString(),
  Token: `token-${name}`,
  Code: 'Success',
  ...more,
})
const saying =
  (body: unknown, status = 200): Metadata['answer'] =>
  response => {
    response.writeHead(status, { 'content-type': 'text/plain' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

function roleAt(metadata: Metadata, askMs = 2_000) {
  const clock = { nowMs: START_MS }
  const told: (string | null)[] = []
  const role = createRoleCredentials(
    { role: 'rewind role', url: metadata.url, askMs },
    { now: () => clock.nowMs, onRenewal: problem => void told.push(problem) },
  )
  onTestFinished(() => role.close())
  const idOf = async () => (await role.credentials()).secretId
  return { role, clock, told, idOf }
}

describe('the credentials of a role', () => {
  it('are asked for at the metadata service, by the name of the role, once for whoever asks side by side', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { role, told } = roleAt(metadata)
    const all = await Promise.all(Array.from({ length: 5 }, () => role.credentials()))
    expect(all[0]).toEqual({ secretId: 'AKID1', secretKey: 'key-1', token: 'token-1' })
    expect(new Set(all).size).toBe(1)
    expect(await role.credentials()).toBe(all[0])
    expect(metadata.asked).toEqual(['/latest/meta-data/cam/security-credentials/rewind%20role'])
    expect(told).toEqual([])
  })

  it('are renewed well before they run out, and nobody waits for that', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { clock, idOf } = roleAt(metadata)
    expect(await idOf()).toBe('AKID1')
    clock.nowMs = START_MS + HOUR_MS - 601_000
    expect(await idOf()).toBe('AKID1')
    expect(metadata.asked).toHaveLength(1)
    metadata.answer = saying(given('2', START_MS + 2 * HOUR_MS))
    clock.nowMs = START_MS + HOUR_MS - 599_000
    expect(await idOf()).toBe('AKID1')
    await vi.waitUntil(async () => (await idOf()) === 'AKID2')
    expect(metadata.asked).toHaveLength(2)
  })

  it('are not asked for at each call while the metadata service has none that are newer', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { role, clock } = roleAt(metadata)
    const first = await role.credentials()
    clock.nowMs = START_MS + HOUR_MS - 500_000
    for (let call = 0; call < 5; call += 1) expect(await role.credentials()).toBe(first)
    await vi.waitUntil(() => metadata.asked.length === 2)
    for (let call = 0; call < 5; call += 1) expect(await role.credentials()).toBe(first)
    clock.nowMs += 21_000
    await role.credentials()
    await vi.waitUntil(() => metadata.asked.length === 3)
  })

  it('go on while they hold when a renewal fails, which is told once, and that it works again', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { role, clock, told, idOf } = roleAt(metadata)
    await role.credentials()
    metadata.answer = saying('busy', 503)
    clock.nowMs = START_MS + HOUR_MS - 300_000
    expect(await idOf()).toBe('AKID1')
    await vi.waitUntil(() => told.length === 1)
    clock.nowMs += 30_000
    expect(await idOf()).toBe('AKID1')
    await vi.waitUntil(() => metadata.asked.length === 3)
    expect(told).toEqual([causeOf('httpStatus', '503')])
    clock.nowMs = START_MS + HOUR_MS - 5_000
    await expect(role.credentials()).rejects.toThrow(NoCredentials)
    metadata.answer = saying(given('2', START_MS + 2 * HOUR_MS))
    expect(await idOf()).toBe('AKID2')
    expect(told).toEqual([causeOf('httpStatus', '503'), null])
  })

  const wrong: [what: string, answer: Metadata['answer'], cause: string][] = [
    ['there is no such role', saying('<html>404</html>', 404), causeOf('httpStatus', '404')],
    [
      'it is sent elsewhere',
      response => void response.writeHead(302, { location: '/x' }).end(),
      causeOf('httpStatus', '302'),
    ],
    ['the answer is no JSON', saying('hunter2 {'), causeOf('notDocumented', 'not JSON')],
    ['it is empty', saying(''), causeOf('notDocumented', 'not JSON')],
    ['it is a list', saying([1]), causeOf('notDocumented', 'expected object')],
    [
      'it is no success',
      saying(given('1', START_MS + HOUR_MS, { Code: 'Failed' })),
      causeOf('notDocumented', 'Code: expected Success'),
    ],
    [
      'there is no key in it',
      saying(given('1', START_MS + HOUR_MS, { TmpSecretKey: '' })),
      causeOf('notDocumented', 'TmpSecretKey: expected letters, digits and signs alone'),
    ],
    [
      'the token would break a header',
      saying(given('1', START_MS + HOUR_MS, { Token: 'hunter2\r\nx: y' })),
      causeOf('notDocumented', 'Token: expected letters, digits and signs alone'),
    ],
    [
      'they have run out',
      saying(given('1', START_MS)),
      causeOf('notDocumented', 'ExpiredTime: expected a time to come'),
    ],
    [
      'it does not say until when',
      saying(given('1', 0, { ExpiredTime: 'soon' })),
      causeOf('notDocumented', 'ExpiredTime: expected a whole number'),
    ],
    ['it has no end', response => void response.write('x'.repeat(100_000)), causeOf('answerTooLarge')],
    ['the connection breaks', response => void response.destroy(), causeOf('connectionBroke')],
  ]
  it.each(wrong)('are refused, and not shown, where %s', async (_what, answer, cause) => {
    const { role, told } = roleAt(await startMetadata(answer))
    await expect(role.credentials()).rejects.toThrow(new NoCredentials(cause))
    await expect(role.credentials()).rejects.toThrow(NoCredentials)
    expect(told).toEqual([cause])
    expect(told.join()).not.toMatch(/hunter2|key-1/)
  })

  it('are asked for anew where the API has refused them, but not at each refusal, and others that last less are taken', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { role, clock } = roleAt(metadata)
    const first = await role.credentials()
    // They have just come: asking once more brings the same.
    expect(await role.credentials(first)).toBe(first)
    expect(metadata.asked).toHaveLength(1)
    clock.nowMs += 21_000
    expect(await role.credentials(first)).toBe(first)
    expect(metadata.asked).toHaveLength(2)
    clock.nowMs += 21_000
    metadata.answer = saying(given('2', START_MS + HOUR_MS / 2))
    const all = await Promise.all(Array.from({ length: 3 }, () => role.credentials(first)))
    expect(all.map(({ secretId }) => secretId)).toEqual(['AKID2', 'AKID2', 'AKID2'])
    expect(metadata.asked).toHaveLength(3)
    // Who was refused before that gets the new ones, and nobody is asked.
    clock.nowMs += 21_000
    expect(await role.credentials(first)).toMatchObject({ secretId: 'AKID2' })
    expect(metadata.asked).toHaveLength(3)
  })

  it('go on where the API has refused them and the metadata service does not answer', async () => {
    const metadata = await startMetadata(saying(given('1', START_MS + HOUR_MS)))
    const { role, clock } = roleAt(metadata)
    const first = await role.credentials()
    metadata.answer = saying('busy', 503)
    clock.nowMs += 21_000
    await expect(role.credentials(first)).rejects.toThrow(NoCredentials)
    expect(await role.credentials()).toBe(first)
  })

  it('are given up in time where the answer is slow, and asked for anew by who comes later', async () => {
    const metadata = await startMetadata(() => {})
    const { role, told } = roleAt(metadata, 100)
    await expect(role.credentials()).rejects.toThrow(NoCredentials)
    expect(told).toEqual([causeOf('noAnswer', '100 ms')])
    metadata.answer = saying(given('1', START_MS + HOUR_MS))
    expect(await role.credentials()).toMatchObject({ secretId: 'AKID1' })
  })
})

describe('calls with credentials that somebody gives', () => {
  const TARGET = { instanceId: 'ckafka-a', group: 'g' }

  function reading(config: LentV2 | LentV3) {
    const cluster = createCkafka(config, { now: Date.now })
    onTestFinished(() => cluster.close())
    return cluster.reader({ urgency: 'person', readMs: 2_000 })
  }

  const REFUSED = error('AuthFailure.TokenFailure')
  const keyOf = ({ headers }: { headers: string }) => /Credential=(\w+)\//.exec(headers)?.[1]
  /** Refuses those of the first. */
  const refusing =
    (then: string): Respond =>
    (socket, _number, request) =>
      void socket.write(keyOf(request) === 'AKID1' ? REFUSED : then)
  /** Lends others where these were refused. */
  const lending = (most: number) => {
    let current = { secretId: 'AKID1', secretKey: 'key-1', token: 'token-1' }
    let number = 1
    return async (refused?: Credentials) => {
      if (refused === current && number < most) {
        number += 1
        current = { secretId: `AKID${number}`, secretKey: `key-${number}`, token: `token-${number}` }
      }
      return current
    }
  }
  const offsets = [{ partition: 0, offset: 60n }]
  const place = { dialect: 'v3', region: 'ap-guangzhou' } as const

  it('go on with others, once, where the API refuses these: a read and a write', async () => {
    const server = await serve({ info: refusing(EMPTY), write: refusing(ACCEPTED) })
    const cluster = createCkafka(
      { ...place, endpoint: server.url, credentials: lending(2) },
      { now: Date.now },
    )
    onTestFinished(() => cluster.close())
    const reader = cluster.reader({ urgency: 'person', readMs: 2_000 })
    expect(await reader.group(TARGET)).toMatchObject({ kind: 'read' })
    expect(server.requests.map(keyOf)).toEqual(['AKID1', 'AKID2'])

    const writing = await serve({ write: refusing(ACCEPTED) })
    const writer = createCkafka(
      { ...place, endpoint: writing.url, credentials: lending(2) },
      { now: Date.now },
    )
    onTestFinished(() => writer.close())
    const done = await writer.writeOffsets({ ...TARGET, group: 'g' }, 't', offsets, Date.now() + 5_000)
    expect(done).toMatchObject({ kind: 'done' })
    expect(seen(writing, 'BatchModifyGroupOffsets').map(keyOf)).toEqual(['AKID1', 'AKID2'])
  })

  it('are refused where there are no others, or where those are refused as well', async () => {
    for (const most of [1, 9]) {
      const server = await serve({ write: answering(REFUSED) })
      const cluster = createCkafka(
        { ...place, endpoint: server.url, credentials: lending(most) },
        { now: Date.now },
      )
      onTestFinished(() => cluster.close())
      const outcome = await cluster.writeOffsets(TARGET, 't', offsets, Date.now() + 5_000)
      expect(outcome).toMatchObject({ kind: 'refused', reason: 'credentials' })
      expect(seen(server, 'BatchModifyGroupOffsets')).toHaveLength(most === 1 ? 1 : 2)
    }
  })

  it('are not asked for anew by what may have been carried out, nor by another refusal', async () => {
    for (const [answer, kind] of [
      [error('InternalError'), 'unknown'],
      [error('UnauthorizedOperation'), 'refused'],
    ] as const) {
      const server = await serve({ write: answering(answer) })
      const cluster = createCkafka(
        { ...place, endpoint: server.url, credentials: lending(9) },
        { now: Date.now },
      )
      onTestFinished(() => cluster.close())
      expect((await cluster.writeOffsets(TARGET, 't', offsets, Date.now() + 5_000)).kind).toBe(kind)
      expect(seen(server, 'BatchModifyGroupOffsets')).toHaveLength(1)
    }
  })

  it('are signed with those that count now', async () => {
    const server = await serve()
    let number = 0
    const credentials = async () => {
      number += 1
      return { secretId: `AKID${number}`, secretKey: `key-${number}`, token: `token-${number}` }
    }
    const reader = reading({ dialect: 'v3', endpoint: server.url, region: 'ap-guangzhou', credentials })
    expect(await reader.group(TARGET)).toMatchObject({ kind: 'read' })
    expect(await reader.group(TARGET)).toMatchObject({ kind: 'read' })
    const signed = server.requests.map(({ headers }) => [
      /Credential=(\w+)\//.exec(headers)?.[1],
      /^x-tc-token: *(\S+)/im.exec(headers)?.[1],
    ])
    expect(signed).toEqual([
      ['AKID1', 'token-1'],
      ['AKID2', 'token-2'],
    ])
  })

  it('never repeat them where the API quotes the call', async () => {
    const server = await serve({ info: answering(error('AuthFailure', 'AKID7 with token-7 and key-7')) })
    const credentials = async () => ({ secretId: 'AKID7', secretKey: 'key-7', token: 'token-7' })
    const read = await reading({ dialect: 'v3', endpoint: server.url, region: 'r', credentials }).group(
      TARGET,
    )
    expect(JSON.stringify(read)).not.toMatch(/AKID7|key-7|token-7/)
    expect(read).toMatchObject({ kind: 'refused' })
  })

  it.each([
    ['v3', { dialect: 'v3' }],
    ['v2', { dialect: 'v2', signatureMethod: 'HmacSHA256', setOffsetsAction: 'SetGroupOffsets' }],
  ] as const)('are not sent without any, and say why (%s)', async (_name, dialect) => {
    const server = await serve({ info: answering(result([])) })
    const why = causeOf('httpStatus', '404')
    const credentials = async () => Promise.reject(new NoCredentials(why))
    const config = { ...dialect, endpoint: server.url, region: 'ap-guangzhou', credentials }
    const cluster = createCkafka(config, { now: Date.now })
    onTestFinished(() => cluster.close())
    const cause = causeOf('noCredentials', why)
    const read = await cluster.reader({ urgency: 'person', readMs: 2_000 }).group(TARGET)
    expect(read).toEqual({ kind: 'unavailable', cause })
    const reset = { target: TARGET, topics: ['t'], strategy: { kind: 'earliest' } } as never
    const done = await cluster.resetOffsets(reset, Date.now() + 2_000)
    expect(done).toMatchObject({ kind: 'notSent' })
    expect(JSON.stringify(done)).toContain('noCredentials')
    expect(server.requests).toEqual([])
  })

  it('end by their deadline when whoever gives them keeps silent', async () => {
    const server = await serve()
    const credentials = () => new Promise<never>(() => {})
    const cluster = createCkafka(
      { dialect: 'v3', endpoint: server.url, region: 'r', credentials },
      { now: Date.now },
    )
    onTestFinished(() => cluster.close())
    const read = await cluster.reader({ urgency: 'person', readMs: 100 }).group(TARGET)
    expect(read).toEqual({ kind: 'unavailable', cause: causeOf('noCredentials', causeOf('deadlinePassed')) })
    expect(server.requests).toEqual([])
  })
})
