// An HTTP server in front of the CKafka simulator: passes calls on until it is told what to answer in its place.
// It must never change a call that it passes on, its Host header included, or the signature would not hold.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `work`: whether the simulator is asked first, and its answer thrown away. */
export type FrontAnswer = { work: 'done' | 'not done' } & (
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: string }
  /** A body of so many bytes, with no length told beforehand. */
  | { kind: 'flood'; bytes: number }
  /** The connection is reset (RST). */
  | { kind: 'reset' }
)

export interface Front {
  url: string
  /** The next call of the action is answered like this. */
  answerNext(action: string, answer: FrontAnswer): void
  /** Every call of the action that arrived here, in order. */
  calls(action: string): { atMs: number; body: string }[]
  /** How much of the last flood was taken. */
  flooded(): number
  close(): Promise<void>
}

const PIECE = Buffer.alloc(64 * 1_024, 'x')

export async function startFront(target: string): Promise<Front> {
  const orders: { action: string; answer: FrontAnswer }[] = []
  const calls: { action: string; atMs: number; body: string }[] = []
  let flooded = 0

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = Date.now()
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const action = actionOf(incoming, body.toString())
    calls.push({ action, atMs, body: body.toString() })
    const at = orders.findIndex(order => order.action === action)
    const answer = at < 0 ? undefined : orders.splice(at, 1)[0]?.answer
    if (answer === undefined) {
      const { status, headers, text } = await ask(incoming, body)
      response.writeHead(status, headers).end(text)
      return
    }
    if (answer.work === 'done') await ask(incoming, body)
    switch (answer.kind) {
      case 'answer':
        response.writeHead(answer.status, answer.headers ?? {}).end(answer.body)
        return
      case 'flood':
        return flood(response, answer.bytes)
      case 'reset':
        incoming.socket.resetAndDestroy()
        return
      default:
        return answer satisfies never
    }
  }

  function ask(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
    return new Promise((resolve, reject) => {
      const { method = 'POST', url = '/', headers } = incoming
      const asked = request(new URL(url, target), { method, headers, agent: false }, answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', piece => {
          text += piece
        })
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 502,
            headers: { 'content-type': 'application/json' },
            text,
          }),
        )
        answer.on('error', reject)
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  async function flood(response: ServerResponse, bytes: number): Promise<void> {
    flooded = 0
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"Response":{"Result":"')
    while (flooded < bytes && !response.destroyed) {
      const taken = response.write(PIECE)
      flooded += PIECE.length
      if (!taken) await new Promise(resolve => response.once('drain', resolve).once('close', resolve))
    }
    response.end('"}}')
  }

  const server = createServer((incoming, response) => {
    receive(incoming, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerNext: (action, answer) => void orders.push({ action, answer }),
    calls: action => calls.filter(call => call.action === action),
    flooded: () => flooded,
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/** API 3.0 names it in a header, 2.0 in its form or query. */
function actionOf({ headers, url = '' }: IncomingMessage, body: string): string {
  const named = headers['x-tc-action']
  if (typeof named === 'string') return named
  return new URLSearchParams(url.split('?')[1] ?? body).get('Action') ?? ''
}
