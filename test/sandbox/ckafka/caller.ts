// Owns simulators and signed calls to them, for their tests. It must never retry or correct anything.

import { onTestFinished } from 'vitest'
import { signatureOf } from '../../../src/sandbox/ckafka/signature-v2.ts'
import {
  type CkafkaSimulator,
  type CkafkaSimulatorOptions,
  startCkafkaSimulator,
} from '../../../src/sandbox/ckafka/start.ts'
import { seedPageSeed } from '../../../src/sandbox/cluster/seed.ts'

export const credentials = { secretId: 'AKIDEXAMPLE', secretKey: 'SECRETEXAMPLE' }

/** With the cluster of the SetGroupOffsets page, until the test ends. */
export async function start(options: Partial<CkafkaSimulatorOptions> = {}): Promise<CkafkaSimulator> {
  const simulator = await startCkafkaSimulator({ ...credentials, seed: seedPageSeed(), ...options })
  onTestFinished(() => simulator.close())
  return simulator
}

export type Method = 'GET' | 'POST'

export interface Answered {
  status: number
  text: string
  /** The answer read as JSON; throws where it is something else. */
  json(): Record<string, unknown>
  /** [code, text of message or msg] of the envelope. */
  said(): [unknown, unknown]
}

let lastNonce = 1_000

export function signParams(
  simulator: CkafkaSimulator,
  params: Record<string, string>,
  { method = 'POST', key = credentials.secretKey }: { method?: Method; key?: string } = {},
): Record<string, string> {
  lastNonce += 1
  const all = {
    Region: 'ap-guangzhou',
    Timestamp: String(Math.floor(Date.now() / 1000)),
    Nonce: String(lastNonce),
    SecretId: credentials.secretId,
    SignatureMethod: 'HmacSHA256',
    ...params,
  }
  const { host, pathname: path } = new URL(simulator.urlV2)
  return { ...all, Signature: signatureOf({ method, host, path, params: all }, key) }
}

export async function send(
  simulator: CkafkaSimulator,
  params: Record<string, string>,
  method: Method = 'POST',
): Promise<Answered> {
  const form = new URLSearchParams(params)
  const answer =
    method === 'GET'
      ? await fetch(`${simulator.urlV2}?${form}`)
      : await fetch(simulator.urlV2, { method, body: form })
  const text = await answer.text()
  const json = () => JSON.parse(text) as Record<string, unknown>
  return {
    status: answer.status,
    text,
    json,
    said: () => [json().code, json().message ?? json().msg],
  }
}

export const call = (simulator: CkafkaSimulator, params: Record<string, string>, method: Method = 'POST') =>
  send(simulator, signParams(simulator, params, { method }), method)
