// The temporary credentials of a role: the metadata service of the machine gives them, and new ones before they run out.
// It must never log or repeat what came, nor ask on behalf of each call.
// Source: TencentCloud/tencentcloud-sdk-go, tencentcloud/common/cvm_role_provider.go.

import { z } from 'zod'
import { causeOf } from '../../request/cause.ts'
import { check, digits, parseJson } from './fields.ts'
import { createHttp, type Exchange } from './http.ts'
import type { Credentials, Lender } from './settings.ts'

const METADATA_URL = 'http://metadata.tencentyun.com'

export interface RoleSettings {
  /** Of CAM, bound to the machine. */
  role: string
  /** Where the metadata service is. */
  url?: string
  /** One question from start to end. */
  askMs?: number
}

export interface RoleDeps {
  now: () => number
  /** Why a renewal failed, as request/cause.ts has it, told once for as long as it stays the same; null: it works again. */
  onRenewal?: (problem: string | null) => void
}

export interface RoleCredentials {
  /** The same object until there are new ones. Rejects with NoCredentials. */
  credentials: Lender
  close(): Promise<void>
}

/** `why`: as request/cause.ts has it. */
export class NoCredentials extends Error {
  readonly why: string

  constructor(why: string) {
    super(why)
    this.name = 'NoCredentials'
    this.why = why
  }
}

const ASK_MS = 3_000
const LARGEST_ANSWER_BYTES = 65_536
/** So long before they run out new ones are asked for, while the old go on. */
const RENEW_BEFORE_MS = 600_000
/** Not before this is a renewal tried again that brought nothing newer, while the old go on. */
const RENEW_AGAIN_MS = 20_000
/** What runs out sooner is not used: the call has to arrive, and clocks differ. */
const LAST_MS = 10_000

interface Kept {
  credentials: Credentials
  expiresAtMs: number
}

export function createRoleCredentials(
  { role, url = METADATA_URL, askMs = ASK_MS }: RoleSettings,
  { now, onRenewal = () => {} }: RoleDeps,
): RoleCredentials {
  // Of the machine itself: no proxy gets there, and none may see what comes.
  const limits = { connectMs: askMs, headersMs: askMs, bodyMs: askMs }
  const http = createHttp(limits, now, { largestBytes: LARGEST_ANSWER_BYTES, proxies: null })
  const place = new URL(`latest/meta-data/cam/security-credentials/${encodeURIComponent(role)}`, ending(url))
  let kept: Kept | undefined
  let underWay: Promise<Kept> | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  let told: string | null = null

  function tell(problem: string | null): void {
    if (problem === told) return
    told = problem
    onRenewal(problem)
  }

  /** @param refused nobody wants these any more, however long they were to last */
  async function ask(refused?: Credentials): Promise<Kept> {
    askedAtMs = now()
    const exchange = await http.exchange('fresh', { method: 'GET', url: place.href }, askMs)
    const read = readAnswer(exchange, now())
    if ('problem' in read) {
      tell(read.problem)
      throw new NoCredentials(read.problem)
    }
    tell(null)
    // What was asked for twice and is the same has to stay the same object.
    const isNewer = kept === undefined || read.expiresAtMs > kept.expiresAtMs
    const isInstead = kept?.credentials === refused && !isSame(read.credentials, kept?.credentials)
    if (kept === undefined || isNewer || isInstead) kept = read
    return kept
  }

  /** Whoever asks meanwhile waits for the same answer. */
  function renewed(refused?: Credentials): Promise<Kept> {
    underWay ??= ask(refused).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    async credentials(refused) {
      const leftMs = (kept?.expiresAtMs ?? 0) - now()
      if (kept === undefined || leftMs <= LAST_MS) return (await renewed()).credentials
      // A clock that was put back must not keep it from being asked.
      const sinceMs = Math.abs(now() - askedAtMs)
      // Who is refused at each call must not ask at each, and may wait for what somebody has asked.
      const mayAsk = underWay !== undefined || sinceMs >= RENEW_AGAIN_MS
      if (kept.credentials === refused && mayAsk) return (await renewed(refused)).credentials
      if (leftMs <= RENEW_BEFORE_MS && sinceMs >= RENEW_AGAIN_MS) renewed().catch(() => {})
      return kept.credentials
    },
    close: () => http.close(),
  }
}

function isSame(one: Credentials, other: Credentials | undefined): boolean {
  return one.secretId === other?.secretId && one.secretKey === other.secretKey && one.token === other.token
}

function ending(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

const secret = z
  .string('expected text')
  .regex(/^[\x21-\x7e]{1,8192}$/, 'expected letters, digits and signs alone')
const answerSchema = z.object({
  Code: z.literal('Success', 'expected Success'),
  TmpSecretId: secret,
  TmpSecretKey: secret,
  Token: secret,
  /** Seconds of the epoch. */
  ExpiredTime: digits.transform(Number),
})

function readAnswer(exchange: Exchange, nowMs: number): Kept | { problem: string } {
  if (exchange.kind !== 'answered') return { problem: exchange.cause }
  // 404: no such role is bound to the machine.
  if (exchange.status !== 200) return { problem: causeOf('httpStatus', `${exchange.status}`) }
  const json = parseJson(exchange.body)
  if (!json.ok) return { problem: causeOf('notDocumented', json.problem) }
  const read = check(answerSchema, json.value, '')
  if (!read.ok) return { problem: causeOf('notDocumented', read.problem) }
  const { TmpSecretId: secretId, TmpSecretKey: secretKey, Token: token, ExpiredTime } = read.value
  const expiresAtMs = ExpiredTime * 1_000
  if (!(expiresAtMs > nowMs + LAST_MS)) {
    return { problem: causeOf('notDocumented', 'ExpiredTime: expected a time to come') }
  }
  return { credentials: { secretId, secretKey, token }, expiresAtMs }
}
