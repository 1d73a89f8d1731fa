// Slack's request signature (v0), as the sender computes it. Knows nothing of how it is verified.
import { createHmac } from 'node:crypto'

/** `timestamp` is unix seconds; `body` is the raw body as sent. */
export function signRequest(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}
