// Slack's frames over Socket Mode, ahead of Bolt's client, which throws outside of any catch for what it does not expect.
// It must never let a frame reach Bolt that readPayload would keep out, nor acknowledge what was not understood as done.

import type { SocketModeReceiver } from '@slack/bolt'
import { z } from 'zod'
import type { Report } from '../../../ports/events.ts'
import { parseJson } from '../platform/answering.ts'
import { readPayload, unreadable } from './payload.ts'

/** What is used of the client: TypeScript calls the last two protected, and nothing else takes and answers a frame. */
interface Client {
  removeAllListeners(event: 'ws_message'): unknown
  on(event: 'ws_message', listener: (data: unknown, isBinary: boolean) => void): unknown
  emit(event: 'slack_event', event_: object): unknown
  onWebSocketMessage(data: unknown, isBinary: boolean): Promise<void>
  send(envelopeId: string, body?: unknown): Promise<void>
}

const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['hello', 'disconnect']) }),
  z.object({
    type: z.enum(['events_api', 'slash_commands', 'interactive']),
    envelope_id: z.string(),
    payload: z.unknown(),
    accepts_response_payload: z.boolean().optional(),
    retry_attempt: z.number().optional().catch(undefined),
    retry_reason: z.string().optional().catch(undefined),
  }),
])

export interface FramesDeps {
  report: Report
  /** Slack has said that it ends this connection. */
  onGoodbye(): void
}

/** Between the socket and the receiver. */
export function guardFrames(receiver: SocketModeReceiver, { report, onGoodbye }: FramesDeps): void {
  const client = receiver.client as unknown as Client

  function keepOut(problem: string): void {
    report({ event: 'fault', where: 'slack payload', error: unreadable(problem) })
  }

  async function take(data: unknown, isBinary: boolean): Promise<void> {
    if (isBinary || typeof data !== 'string') return keepOut('a frame without text')
    const frame = frameSchema.safeParse(parseJson(data)).data
    if (frame === undefined) return keepOut('no frame that is documented')
    // About the connection: the client's own affair.
    if (!('envelope_id' in frame)) {
      await client.onWebSocketMessage(data, isBinary)
      if (frame.type === 'disconnect') onGoodbye()
      return
    }
    const { envelope_id: envelopeId, type, retry_attempt, retry_reason } = frame
    const payload = readPayload(frame.payload)
    if (!payload.ok) {
      keepOut(payload.problem)
      // An event would come again and again. Of anything else an empty answer would say that it is done, so that there is
      // none, and Slack tells the person itself.
      if (type === 'events_api') await client.send(envelopeId)
      return
    }
    client.emit('slack_event', {
      ack: (said: unknown) => client.send(envelopeId, said),
      envelope_id: envelopeId,
      type,
      body: payload.body,
      retry_num: retry_attempt,
      retry_reason,
      accepts_response_payload: frame.accepts_response_payload,
    })
  }

  client.removeAllListeners('ws_message')
  client.on('ws_message', (data, isBinary) => {
    take(data, isBinary).catch(error => report({ event: 'fault', where: 'slack request', error }))
  })
}
