// How the simulated endpoint goes wrong: whether the work was done, and what the caller gets to see.

import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { seedPageSeed } from '../../../src/sandbox/cluster/seed.ts'
import { call, credentials, signParams } from './caller.ts'

let simulator: CkafkaSimulator

beforeEach(async () => {
  simulator = await startCkafkaSimulator({ ...credentials, seed: seedPageSeed() })
})

afterEach(() => simulator.close())

const wordcount = { instanceId: 'ckafka-xxooa0', group: 'streams-wordcount' }
const shift = { Action: 'SetGroupOffsets', ...wordcount, strategy: '0', shift: '-5' }
const read = { Action: 'GetGroupOffsets', ...wordcount }
const committed = () =>
  simulator.cluster.positions('ckafka-xxooa0', 'streams-wordcount').map(each => each.committed)
const before = [20_000n, 90_000n, 0n, 100n]
const after = [19_995n, 89_995n, 0n, 95n]

const reset = () => call(simulator, shift)

it.each([
  [true, after],
  [false, before],
])('cut: the connection is gone; done: %s', async (afterDoingIt, expected) => {
  simulator.inject('SetGroupOffsets', { kind: 'cut', afterDoingIt })
  await expect(reset()).rejects.toThrow()
  expect(committed()).toEqual(expected)
  expect(simulator.calls()).toMatchObject([{ code: null, fault: 'cut' }])
})

it.each([
  [true, after],
  [false, before],
])('hang: no answer, and the caller has to give up; done: %s', async (afterDoingIt, expected) => {
  simulator.inject('SetGroupOffsets', { kind: 'hang', afterDoingIt })
  const body = new URLSearchParams(signParams(simulator, shift))
  const signal = AbortSignal.timeout(80)
  await expect(fetch(simulator.urlV2, { method: 'POST', body, signal })).rejects.toThrow(/timeout/)
  expect(committed()).toEqual(expected)
})

it('halfAnswer: the work is done and the answer stops in the middle', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'halfAnswer' })
  const body = new URLSearchParams(signParams(simulator, shift))
  const answer = await fetch(simulator.urlV2, { method: 'POST', body })
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
  expect(committed()).toEqual(after)
})

it.each([
  [true, after],
  [false, before],
])("status: a gateway's page; done: %s", async (afterDoingIt, expected) => {
  simulator.inject('SetGroupOffsets', { kind: 'status', status: 502, afterDoingIt })
  const answer = await reset()
  expect([answer.status, answer.text.slice(0, 6)]).toEqual([502, '<html>'])
  expect(committed()).toEqual(expected)
})

it('html: 200 and not a word of JSON, nothing done', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'html' })
  const answer = await reset()
  expect([answer.status, answer.text.slice(0, 6)]).toEqual([200, '<html>'])
  expect(committed()).toEqual(before)
})

it('code: a business error, nothing done', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'code', code: 6000, message: 'internal error' })
  expect((await reset()).said()).toEqual([6000, 'internal error'])
  expect(simulator.cluster.effects()).toEqual([])
  expect(simulator.calls()).toMatchObject([{ code: 6000, fault: 'code' }])
})

it('lie: says success and has no effect at all', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'lie' })
  const lied = await reset()
  expect(lied.said()).toEqual([0, ''])
  expect(committed()).toEqual(before)
  expect(simulator.cluster.effects()).toEqual([])
  expect((await reset()).text).toBe(lied.text)
  expect(simulator.cluster.effects()).toHaveLength(1)
})

it('unreported: the work is done and the topic not mentioned', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'unreported', topics: ['streams-wordcount-output'] })
  expect((await reset()).json()).toMatchObject({ code: 0, data: { succ: [], failed: [] } })
  expect(committed()).toEqual(after)
})

it('delay: the work is done late, even when the caller has gone', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'delay', ms: 500 })
  const done = new Promise<void>(resolve => simulator.onChange(resolve))
  const body = new URLSearchParams(signParams(simulator, shift))
  await expect(
    fetch(simulator.urlV2, { method: 'POST', body, signal: AbortSignal.timeout(250) }),
  ).rejects.toThrow()
  expect(committed()).toEqual(before)
  await done
  expect(committed()).toEqual(after)
})

it('pinAnswer: exactly these bytes, with or without the work', async () => {
  const bytes = '{"code":0, "msg" : "",\n"data":[]}'
  simulator.pinAnswer('SetGroupOffsets', bytes, { work: 'not-done', times: 2 })
  expect([(await reset()).text, (await reset()).text]).toEqual([bytes, bytes])
  expect(committed()).toEqual(before)
  simulator.pinAnswer('SetGroupOffsets', bytes)
  expect((await reset()).text).toBe(bytes)
  expect(committed()).toEqual(after)
})

it('faults take the calls of their action in turn, and stop when used up or cleared', async () => {
  const { inject } = simulator
  inject('SetGroupOffsets', { kind: 'code', code: 4400, message: 'quota' }, 2)
  inject('SetGroupOffsets', { kind: 'code', code: 6000, message: 'internal' })
  expect((await call(simulator, read)).said()[0]).toBe(0)
  const codes: unknown[] = []
  for (let index = 0; index < 4; index += 1) codes.push((await reset()).said()[0])
  expect(codes).toEqual([4400, 4400, 6000, 0])

  inject('*', { kind: 'code', code: 6200, message: 'maintenance' }, Number.POSITIVE_INFINITY)
  expect([(await reset()).said()[0], (await call(simulator, read)).said()[0]]).toEqual([6200, 6200])
  simulator.clearFaults()
  expect((await call(simulator, read)).said()[0]).toBe(0)
  expect(simulator.calls('SetGroupOffsets').map(each => each.code)).toEqual([4400, 4400, 6000, 0, 6200])
})

it('a refused caller has no effect under any fault that does the work', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'cut', afterDoingIt: true })
  const body = new URLSearchParams({ ...signParams(simulator, shift), Signature: 'bm90IGl0' })
  await expect(fetch(simulator.urlV2, { method: 'POST', body })).rejects.toThrow()
  expect(simulator.cluster.effects()).toEqual([])
})

it('close ends hanging calls, and delayed work is never done', async () => {
  simulator.inject('SetGroupOffsets', { kind: 'hang', afterDoingIt: false })
  simulator.inject('SetGroupOffsets', { kind: 'delay', ms: 40 })
  const ended = expect(Promise.allSettled([reset(), reset()])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  while (simulator.calls().length < 2) await wait(1)
  await simulator.close()
  await ended
  await wait(60)
  expect(committed()).toEqual(before)
})
