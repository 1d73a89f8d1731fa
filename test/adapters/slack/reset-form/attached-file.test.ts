// A file attached to the form becomes offsets or a sentence, whatever Slack and the file hold; the token stays home.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../../../src/adapters/slack/language/sentences.ts'
import {
  type AttachmentRead,
  createAttachedFileReader,
  isScopeMissing,
  type ReadAttachedFile,
  readOffsetsCsv,
} from '../../../../src/adapters/slack/reset-form/attached-file.ts'
import type { ProductEvent } from '../../../../src/ports/events.ts'

const words = wordsIn('en')

const TOKEN = 'xoxb-secret'
const GROUP = 'orders-billing'
const whose = (group: string) => ({ group, instance: ['ckafka-one'] })
const CSV = 'orders,0,1200\norders,1,9223372036854775807\n'
const OFFSETS = { 'orders 0': 1_200n, 'orders 1': 9_223_372_036_854_775_807n }

type Answer = (request: IncomingMessage, response: ServerResponse) => void
interface Server {
  origin: string
  asked: IncomingMessage[]
  close(): Promise<void>
}

let answer: Answer
let slack: Server
let faults: ProductEvent[]
let readFile: ReadAttachedFile

async function startServer(): Promise<Server> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

beforeEach(async () => {
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end(CSV)
  slack = await startServer()
  faults = []
  readFile = readerFor(`${slack.origin}/api/`)
})
afterEach(() => slack.close())

function readerFor(slackApiUrl: string | undefined): ReadAttachedFile {
  return createAttachedFileReader({ botToken: TOKEN, slackApiUrl, report: event => faults.push(event) })
}

const attached = (change: { size?: number; url?: string } = {}) => ({
  size: change.size ?? CSV.length,
  url_private_download: change.url ?? `${slack.origin}/files-pri/T1-F1/download/offsets.csv`,
})
const read = (change?: Parameters<typeof attached>[0], limitMs = 2_000) =>
  readFile(attached(change), whose(GROUP), limitMs)
const offsetsIn = (file: AttachmentRead) => (file.ok ? Object.fromEntries(file.targets) : file.problem)
const problemIn = (file: AttachmentRead) =>
  file.ok ? 'no problem' : sentenceOf(words.problems, file.problem)

describe('a file that is attached', () => {
  it('is fetched with the token and read', async () => {
    expect(offsetsIn(await read())).toEqual(OFFSETS)
    expect(slack.asked.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['GET', '/files-pri/T1-F1/download/offsets.csv', `Bearer ${TOKEN}`],
    ])
    expect(faults).toEqual([])
  })

  it('is fetched from no other place than Slack, and the token is shown to nobody else', async () => {
    const other = await startServer()
    try {
      const urls = [
        `${other.origin}/files-pri/a.csv`,
        `${slack.origin.replace('http:', 'https:')}/a.csv`,
        `${slack.origin.replace('127.0.0.1', 'localhost')}/a.csv`,
        'http://files.slack.com/a.csv',
        'https://files.slack.com.example/a.csv',
        'https://files.slack.com@example.com/a.csv',
        'file:///etc/passwd',
        '/files-pri/a.csv',
        '',
      ]
      for (const url of urls)
        expect(problemIn(await read({ url }))).toContain('does not say where the file is')
      expect([...other.asked, ...slack.asked]).toEqual([])
      expect(faults).toHaveLength(urls.length)
    } finally {
      await other.close()
    }
  })

  it('that Slack answers with its login page wants the scope, and no redirect sees the token', async () => {
    const other = await startServer()
    try {
      answer = (_request, response) => response.writeHead(302, { location: `${other.origin}/?redir=x` }).end()
      expect(problemIn(await read())).toContain('lacks the scope files:read')
      answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!DOCTYPE html>')
      expect(problemIn(await read())).toContain('lacks the scope files:read')
      for (const status of [401, 403]) {
        answer = (_request, response) => response.writeHead(status).end()
        expect(problemIn(await read())).toContain('lacks the scope files:read')
      }
      expect(other.asked).toEqual([])
      expect(faults).toHaveLength(4)
      expect(JSON.stringify(faults)).not.toContain(TOKEN)
    } finally {
      await other.close()
    }
  })

  it('that is too large is not fetched when Slack says so, and let go of when it only turns out', async () => {
    expect(problemIn(await read({ size: 1_000_001 }))).toContain('larger than 1 MB')
    expect(slack.asked).toEqual([])

    const large = Buffer.alloc(1_000_001, 'a')
    answer = (_request, response) => response.writeHead(200, { 'content-length': large.length }).end(large)
    expect(problemIn(await read())).toContain('larger than 1 MB')

    let sent = 0
    answer = (_request, response) => {
      response.writeHead(200)
      const pump = () => {
        while (!response.destroyed && sent < 1_000_000_000) {
          sent += 100_000
          if (!response.write(Buffer.alloc(100_000, 'a'))) return void response.once('drain', pump)
        }
      }
      pump()
    }
    expect(problemIn(await read())).toContain('larger than 1 MB')
    expect(sent).toBeLessThan(100_000_000)
  })

  it('that does not come in time is given up, at once', async () => {
    for (const silent of [
      () => {},
      (_request: IncomingMessage, response: ServerResponse) => response.writeHead(200).write('orders,'),
    ] satisfies Answer[]) {
      answer = silent
      const startMs = performance.now()
      expect(problemIn(await read({}, 60))).toContain('Send the form again')
      expect(performance.now() - startMs).toBeLessThan(1_500)
    }
    expect(faults).toHaveLength(2)
  })

  it('that Slack cannot hand over just now may be sent again, and one that is gone attached again', async () => {
    for (const status of [500, 503, 429, 206]) {
      answer = (_request, response) => response.writeHead(status).end(CSV)
      expect(problemIn(await read())).toContain('Send the form again')
    }
    answer = request => request.socket.destroy()
    expect(problemIn(await read())).toContain('Send the form again')
    answer = (_request, response) => response.writeHead(404).end()
    expect(problemIn(await read())).toContain('not there any more')
    expect(faults).toHaveLength(6)
  })

  it('is never half of itself: one that is cut off is a problem', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 })
      response.write('orders,0,1200\n', () => response.socket?.destroy())
    }
    expect(problemIn(await read())).toContain('Send the form again')
  })
})

it('tells a missing scope from any other refusal', () => {
  expect(isScopeMissing({ data: { error: 'missing_scope' } })).toBe(true)
  for (const error of [{ data: { error: 'hash_conflict' } }, new Error('x'), null, undefined])
    expect(isScopeMissing(error)).toBe(false)
})

const csv = (text: string, group = GROUP) => readOffsetsCsv(Buffer.from(text), whose(group))

describe('the offsets in a file', () => {
  it.each([
    ['as the Kafka tool exports one group', CSV],
    [
      'as it exports more than one',
      `other,orders,0,7\n${GROUP},orders,0,1200\n${GROUP},orders,1,9223372036854775807`,
    ],
    ['with a mark of byte order and lines as Windows ends them', `\ufeff${CSV.replaceAll('\n', '\r\n')}`],
    ['with a header, in any order', `Offset,Topic,Partition\n1200,orders,0\n9223372036854775807,orders,1\n`],
    ['with semicolons between', CSV.replaceAll(',', ';')],
    ['with tabs between', CSV.replaceAll(',', '\t')],
    ['with semicolons, and a header', `topic;partition;offset\n${CSV.replaceAll(',', ';')}`],
    ['with tabs, blank lines and a mark of byte order', `\ufeff\n\n${CSV.replaceAll(',', '\t')}`],
    [
      'with a line that says what is between',
      `sep=;\r\n${CSV.replaceAll(',', ';').replaceAll('\n', '\r\n')}`,
    ],
    [
      'with semicolons, and commas in a quoted name',
      `"a,b";orders;9;7\n${GROUP};orders;0;1200\n${GROUP};orders;1;9223372036854775807`,
    ],
    [
      'with quotes, blanks and empty lines',
      '\n"orders", 0 ,"1200"\n\n ,,\norders,1,9223372036854775807,\n\n',
    ],
  ])('%s', (_name, text) => {
    expect(offsetsIn(csv(text))).toEqual(OFFSETS)
  })

  it('are read back from a file that was guarded against formulas', () => {
    const rows = [
      { group: '=cmd()', topic: '-dash', partition: 0, to: 5n, note: '' },
      { group: '=cmd()', topic: 'plain', partition: 1, to: '', note: 'stays, as it is' },
      { group: '@other', topic: '-dash', partition: 1, to: 6n, note: '' },
    ]
    const text = Papa.unparse(rows, { escapeFormulae: true })
    expect(text).toContain("'-dash")
    expect(offsetsIn(csv(text, '=cmd()'))).toEqual({ '-dash 0': 5n })
  })

  it.each([
    ['nothing', '', 'The file is empty.'],
    ['empty lines', '\n\n', 'The file is empty.'],
    ['two cells', 'orders,0\n', 'Each line needs topic, partition and offset'],
    ['JSON', '{"topic":"orders"}', 'Each line needs topic, partition and offset'],
    ['a web page', '<!DOCTYPE html><html lang=en></html>', 'Each line needs'],
    [
      'a sign',
      'orders,0,5\norders,1,-1\n',
      'Line 2 has no topic, partition and offset: “orders,1,-1”. Column 3 should be the offset',
    ],
    ['half an offset', 'orders,0,5\norders,1,1.5\n', 'Line 2'],
    ['an offset beyond 64 bits', 'orders,0,9223372036854775808\n', 'Line 1'],
    ['no topic name', 'orders,0,5\na/b,1,5\n', 'Line 2'],
    ['a partition twice', 'orders,0,5\norders,0,6\n', 'Line 2 names orders 0 a second time.'],
    ['a comma within a number', 'orders,0,5\norders,1,12,000\n', 'Line 2 has more cells than line 1'],
    ['other groups alone', 'other,orders,0,5\n', `no line of the group ${GROUP}`],
    ['a header alone', 'topic,partition,offset\n', 'The file has no offsets.'],
    ['an open quote', 'orders,0,"5\norders,1,6\n', 'opens a quote that is never closed'],
    ['an endless line', `orders,0,${'5'.repeat(30_000)}`, 'has no topic, partition and offset'],
    ['too many lines', '\n'.repeat(20_001), 'more than 20000 lines'],
    ['too many cells', ','.repeat(300_001), 'far more cells'],
    ['too many cells between semicolons', ';'.repeat(300_001), 'far more cells'],
    [
      'a number with a comma between semicolons',
      'orders;0;5\norders;1;12,000\n',
      'Column 3 should be the offset',
    ],
    ['a quoted number in threes', 'orders,0,5\norders,1,"12,000"\n', 'and is “12,000”'],
    ['cells with blanks between', 'TOPIC PARTITION OFFSET\norders 0 5\n', 'with commas, semicolons or tabs'],
    [
      'a column that is none',
      'topic;partition;offset;shard\norders;0;5;6\n',
      'Line 1, column 4: no column is known by the name “shard”',
    ],
  ])('are never guessed out of %s', (_name, text, said) => {
    expect(problemIn(csv(text))).toContain(said)
  })

  it('are not looked for in what is no UTF-8 text', () => {
    expect(
      problemIn(readOffsetsCsv(Buffer.from('orders,0,5\n', 'utf16le').subarray(0, 21), whose(GROUP))),
    ).toContain('Line 1')
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(CSV, 'utf16le')])
    expect(problemIn(readOffsetsCsv(utf16, whose(GROUP)))).toContain('no UTF-8 text')
  })

  it('of 10 000 partitions fit', () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `topic-${index % 100},${index},${index * 1000}`,
    )
    const file = csv(lines.join('\n'))
    expect(file.ok && file.targets.size).toBe(10_000)
  })
})
