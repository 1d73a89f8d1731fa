// Slack's requests over HTTP: who signed it, what it says, and the answer within Slack's three seconds. Bolt's own receiver
// throws for what it does not expect. It must never run a listener for what Slack has not signed, nor leave one unanswered.

import type { IncomingHttpHeaders } from 'node:http'
import { type App, isValidSlackRequest, type Logger, type Receiver, type ReceiverEvent } from '@slack/bolt'
import type { Clock } from '../../../ports/clock.ts'
import type { Report } from '../../../ports/events.ts'
import { parseJson } from '../platform/answering.ts'
import { readPayload, recordIn, unreadable } from './payload.ts'

export interface SlackAnswer {
  status: number
  type?: string
  body?: string
  headers?: Record<string, string>
}

export type SlackAdmission = { ok: true; maxBytes: number } | { ok: false; answer: SlackAnswer }

export interface SlackRequests {
  receiver: Receiver
  /** By its headers, before anything of its body is read. */
  admit(headers: IncomingHttpHeaders): SlackAdmission
  /** Never rejects. */
  answer(headers: IncomingHttpHeaders, body: Buffer): Promise<SlackAnswer>
}

export interface SlackRequestsDeps {
  signingSecret: string
  clock: Clock
  report: Report
  logger: Logger
  /** Whether a listener has thrown over this body, and the error is reported. */
  hasFailed(body: object): boolean
  isStopping(): boolean
}

/** A view of Slack's has 250 KB at most, and a form's percent signs make three bytes of one. */
const PAYLOAD_BYTES = 1024 * 1024
/** `ssl_check` is a few fields, and comes without a signature. */
const UNSIGNED_BYTES = 4_096
/** Slack waits three seconds. */
const ANSWER_MS = 2_900
const STALE_SECONDS = 300
const TELL_EVERY_MS = 600_000
const FORM = 'application/x-www-form-urlencoded'

export function createSlackRequests(deps: SlackRequestsDeps): SlackRequests {
  const { signingSecret, clock, report, logger, hasFailed, isStopping } = deps
  let app: App | undefined
  let toldAtMs = Number.NEGATIVE_INFINITY

  function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
    const claim = claimIn(headers, clock())
    if (claim === null) return false
    const isValid = isValidSlackRequest({
      signingSecret,
      body: body.toString(),
      headers: { 'x-slack-signature': claim.signature, 'x-slack-request-timestamp': claim.seconds },
      nowMilliseconds: clock(),
    })
    if (!isValid) tellOfMismatch()
    return isValid
  }

  /** A wrong secret among the settings looks like this; so does a stranger, who must not fill the log. */
  function tellOfMismatch(): void {
    const nowMs = clock()
    if (nowMs - toldAtMs < TELL_EVERY_MS) return
    toldAtMs = nowMs
    logger.warn('A request to /slack/events was signed with another secret than SLACK_SIGNING_SECRET.')
  }

  function dispatch(headers: IncomingHttpHeaders, body: Record<string, unknown>): Promise<SlackAnswer> {
    return new Promise(resolve => {
      let isAnswered = false
      const timer = setTimeout(() => {
        const error = new Error('No listener has answered Slack in time.')
        if (settle({ status: 500 })) report({ event: 'fault', where: 'slack request', error })
      }, ANSWER_MS)

      function settle(answer: SlackAnswer): boolean {
        if (isAnswered) return false
        isAnswered = true
        clearTimeout(timer)
        resolve(answer)
        return true
      }
      const event: ReceiverEvent = {
        body,
        // Bolt acknowledges by itself what it was not allowed to carry out.
        ack: async said => {
          if (!settle(hasFailed(body) ? { status: 500 } : answerOf(said))) {
            throw new Error('Slack has had its answer already, or does not wait for it any more.')
          }
        },
        ...retryOf(headers),
      }
      processed(event).then(
        () => settle({ status: hasFailed(body) ? 500 : 404 }),
        error => {
          report({ event: 'fault', where: 'slack request', error })
          settle({ status: 400 })
        },
      )
    })
  }

  async function processed(event: ReceiverEvent): Promise<void> {
    if (app === undefined) throw new Error('There is no app yet.')
    await app.processEvent(event)
  }

  return {
    receiver: {
      init(built) {
        app = built
      },
      // Requests come in through the product's own server.
      start: async () => {},
      stop: async () => {},
    },

    admit(headers) {
      const type = typeIn(headers)
      if (type !== FORM && type !== 'application/json') return { ok: false, answer: { status: 415 } }
      if (claimIn(headers, clock()) !== null) return { ok: true, maxBytes: PAYLOAD_BYTES }
      const isUnsigned =
        headers['x-slack-signature'] === undefined && headers['x-slack-request-timestamp'] === undefined
      return isUnsigned && type === FORM
        ? { ok: true, maxBytes: UNSIGNED_BYTES }
        : { ok: false, answer: { status: 401 } }
    },

    async answer(headers, bytes) {
      const isForm = typeIn(headers) === FORM
      if (!isSigned(headers, bytes)) {
        return { status: isForm && isCertificateCheck(bytes) ? 200 : 401 }
      }
      if (isStopping()) return { status: 503 }
      const read = isForm ? formIn(bytes.toString()) : parseJson(bytes.toString())
      const sent = recordIn(read)
      if (sent?.ssl_check === '1') return { status: 200 }
      if (sent?.type === 'url_verification' && typeof sent.challenge === 'string') {
        return json({ challenge: sent.challenge })
      }
      const payload = readPayload(read)
      if (payload.ok) return dispatch(headers, payload.body)
      report({ event: 'fault', where: 'slack payload', error: unreadable(payload.problem) })
      return { status: 400 }
    },
  }
}

/** What it says of its signature, where that can hold at all: a stale one needs no body to be refused. */
function claimIn(headers: IncomingHttpHeaders, nowMs: number): { signature: string; seconds: number } | null {
  const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } = headers
  if (typeof signature !== 'string' || !/^v0=[0-9a-f]{64}$/.test(signature)) return null
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return null
  const seconds = Number(timestamp)
  return Math.abs(nowMs / 1000 - seconds) > STALE_SECONDS ? null : { signature, seconds }
}

function typeIn({ 'content-type': type = '' }: IncomingHttpHeaders): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** Slack looks at the certificate of a command's address, without a signature; nothing comes of it. */
function isCertificateCheck(bytes: Buffer): boolean {
  return bytes.length <= UNSIGNED_BYTES && new URLSearchParams(bytes.toString()).get('ssl_check') === '1'
}

/** A command is a flat form; everything else is one field of JSON. */
function formIn(text: string): unknown {
  const form = new URLSearchParams(text)
  const payloads = form.getAll('payload')
  if (payloads.length > 1) return undefined
  return payloads.length === 1 ? parseJson(payloads[0] ?? '') : Object.fromEntries(form)
}

function retryOf(headers: IncomingHttpHeaders): Pick<ReceiverEvent, 'retryNum' | 'retryReason'> {
  const number = Number(headers['x-slack-retry-num'] ?? Number.NaN)
  const reason = headers['x-slack-retry-reason']
  return {
    ...(Number.isInteger(number) ? { retryNum: number } : {}),
    ...(typeof reason === 'string' ? { retryReason: reason } : {}),
  }
}

function answerOf(said: unknown): SlackAnswer {
  if (said === undefined || said === null || said === '') return { status: 200, body: '' }
  return typeof said === 'string' ? { status: 200, body: said } : json(said)
}

function json(value: unknown): SlackAnswer {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) }
}
