// Lines 18, 23 and 24 of the fault table: the API was not reached, said no, or asked to wait. Each is certain.

import { describe, expect, it } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import { wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { card } from '../../../src/adapters/slack/thread/card.ts'
import { causeInWords } from '../../../src/adapters/slack/wording/cause.ts'
import { MAX_ATTEMPTS } from '../../../src/request/finish.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import type { CkafkaFault } from '../../../src/sandbox/ckafka/faults.ts'
import { createExecutions } from '../../../src/service/executions.ts'
import { DEMO } from '../../support/product.ts'
import { SETTINGS, startService } from '../../support/service.ts'
import { closedPort, NO_SUCH_HOST, startDeafServer } from '../../support/unreachable.ts'
import type { FrontAnswer } from './front.ts'
import { ASK, count, startBehind, until } from './stage.ts'

const TEST_MS = 90_000
const WRITES = { v3: 'BatchModifyGroupOffsets', v2: 'SetGroupOffsets' } as const

describe.concurrent('an API that is not reached', () => {
  for (const [name, cause, broken, tags] of [
    ['refused connection', 'could not connect (ECONNREFUSED)', 'look and call', []],
    ['host that is not found', 'could not find the host', 'call', ['long']],
    ['connection that never comes about', 'could not connect within 300 ms', 'call', ['long']],
  ] as [string, string, string, string[]][]) {
    it(`18: (${name}) is tried again ever later, and after the last attempt it is a failure that says so and offers another try`, {
      tags,
      timeout: TEST_MS,
    }, async ({ onTestFinished }) => {
      const service = await startService()
      onTestFinished(() => service.close())
      const deaf = name.includes('never') ? await startDeafServer() : undefined
      onTestFinished(() => deaf?.close())
      const endpoint = name.includes('host')
        ? `http://${NO_SUCH_HOST}`
        : `http://127.0.0.1:${deaf?.port ?? (await closedPort())}`
      const connectMs = deaf === undefined ? 10_000 : 300
      const account = { secretId: 'AKIDSERVICE', secretKey: 'service-secret-key' }
      const cluster = createCkafka(
        { dialect: 'v3', endpoint, region: 'ap-guangzhou', ...account, timeouts: { connectMs } },
        { now: service.clock },
      )
      onTestFinished(() => cluster.close())
      const { changes, plans, movers, clock } = service
      const reader =
        broken === 'call' ? service.reader : cluster.reader({ urgency: 'execution', readMs: 2_000 })
      const deps = { changes, plans, movers, cluster, reader, clock, report: () => {}, processId: 'w2' }
      const { execute: carryOut } = createExecutions({ ...deps, pay: () => {} }, SETTINGS)

      let request: ResetRequest = await service.approved()
      const waits: number[] = []
      while (request.state.name === 'approved' && waits.length < 20) {
        waits.push(request.state.notBeforeMs - clock())
        service.pass(Math.max(0, request.state.notBeforeMs - clock()))
        await carryOut(request.id)
        request = await service.now(request)
      }
      expect(waits).toHaveLength(MAX_ATTEMPTS)
      for (const [index, wait] of waits.slice(2).entries()) {
        expect(wait).toBeGreaterThan((waits[index + 1] ?? 0) * 1.5)
      }
      expect(request.state).toMatchObject({
        name: 'failed',
        attempt: MAX_ATTEMPTS,
        outcome: { kind: 'notSent', cause: expect.any(String) },
      })
      const { outcome } = request.state as { outcome: { cause: string } }
      expect(causeInWords(wordsIn('en'), outcome.cause)).toContain(cause)
      const shown = JSON.stringify(card(wordsIn('en'), request))
      expect(shown).toContain(cause)
      expect(shown).toContain('Nothing was reset')
      expect(shown).toContain('"text":"Edit and Ask Again"')
      const events = await service.store.readEvents(request.id)
      expect(events.filter(({ command }) => command.kind === 'decide')).toHaveLength(1)
      expect(service.callsToReset()).toBe(0)
      expect(service.ckafka.cluster.effects()).toHaveLength(0)
    })
  }
})

const REFUSAL = '{"Response":{"Error":{"Code":"%c","Message":"no way"},"RequestId":"r-4711"}}'
const refusedBy = (code: string): string => REFUSAL.replace('%c', code)

describe.concurrent('an API that says no', () => {
  for (const { name, dialect, code, status, fault } of [
    { name: '3.0 in a 200', dialect: 'v3', code: 'UnauthorizedOperation', fault: 'code' },
    { name: '3.0 in a 403', dialect: 'v3', code: 'AuthFailure.UnauthorizedOperation', status: 403 },
    { name: '3.0 in a 400', dialect: 'v3', code: 'InvalidParameterValue', status: 400 },
    { name: '2.0 in a 200', dialect: 'v2', code: 4103, fault: 'code' },
  ] as { name: string; dialect: 'v2' | 'v3'; code: string | number; status?: number; fault?: 'code' }[]) {
    // One of each API; what else says no is only read by another line of the same adapter.
    const tags = status === 403 || dialect === 'v2' ? [] : ['long']
    it(`23: (${name}) ends the request as failed with its code, and is not asked again`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const { stage, front } = await startBehind(context, { dialect })
      await stage.ask(ASK)
      if (fault === 'code') stage.ckafka.inject(WRITES[dialect], { kind: 'code', code, message: 'no way' })
      if (status !== undefined) {
        const body = refusedBy(`${code}`)
        front.answerNext(WRITES[dialect], { kind: 'answer', work: 'not done', status, body })
      }
      await stage.review(stage.bob, 'Approve')
      await stage.cardSays('· failed')
      await stage.threadSays('CKafka refused it, and no offset moved')
      const { state } = await stage.record()
      expect(state).toMatchObject({
        name: 'failed',
        attempt: 1,
        outcome: { kind: 'refused', message: 'no way' },
      })
      const outcome = state.name === 'failed' && state.outcome.kind === 'refused' ? state.outcome : undefined
      expect(outcome?.code).toContain(`${code}`)
      const named = stage.threadText()
      expect(named).toContain(`${code}`)
      // API 2.0 gives its calls no names.
      if (dialect === 'v3') expect(named).toContain(`request id ${outcome?.requestId ?? 'without a name'}`)
      if (status !== undefined) expect(outcome?.requestId).toBe('r-4711')
      expect(await stage.steps()).toEqual(['approve', 'start', 'finish refused'])
      expect(count(stage.threadOf('R-1'), 'R-1 has failed')).toBe(1)
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(front.calls(WRITES[dialect])).toHaveLength(1)
      expect(stage.effects()).toBe(0)
    })
  }
})

const OTHER_GROUP = '报表 a&b @x'
const ASK_OTHER = `--instance ${DEMO.instance} --group "${OTHER_GROUP}" --topic payments --shift-by -100 --reason why`
const RETRY_AFTER_MS = 4_000

describe.concurrent('an API that asks to wait', () => {
  for (const { name, answer, fault, waitMs } of [
    {
      name: 'HTTP 429 with Retry-After',
      answer: { kind: 'answer', work: 'not done', status: 429, headers: { 'retry-after': '4' }, body: '' },
      waitMs: RETRY_AFTER_MS,
    },
    {
      name: 'RequestLimitExceeded',
      fault: { kind: 'code', code: 'RequestLimitExceeded', message: 'slow down' },
      waitMs: 1_000,
    },
  ] as { name: string; answer?: FrontAnswer; fault?: CkafkaFault; waitMs: number }[]) {
    // Both wait for as long as the API asks, beside a fleet of processes.
    const tags = ['long']
    it(`24: (${name}) is left alone by every process for so long; no attempt is used up, and the order is kept`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const { stage, front } = await startBehind(context, { env: { ROLE: 'bot' } })
      const first = await stage.startAnother({ ROLE: 'worker' })
      await stage.ask(ASK)
      await stage.ask(ASK_OTHER)
      if (answer !== undefined) front.answerNext(WRITES.v3, answer)
      if (fault !== undefined) stage.ckafka.inject(WRITES.v3, fault)
      await stage.approve(stage.bob, 'R-1')
      await until(async () => (await stage.steps()).includes('finish notSent'))
      const [turnedAway] = front.calls(WRITES.v3)
      // Who comes next has not been told by anybody but the store.
      await stage.startAnother({ ROLE: 'worker' })
      await Promise.all([first.stop(), stage.approve(stage.bob, 'R-2')])
      await until(() => stage.effects() + stage.effects(OTHER_GROUP) === 2)

      const [, next, last, ...more] = front.calls(WRITES.v3)
      expect(more).toEqual([])
      expect((next?.atMs ?? 0) - (turnedAway?.atMs ?? 0)).toBeGreaterThanOrEqual(waitMs)
      for (const id of ['R-1', 'R-2']) {
        await until(async () => (await stage.record(id)).state.name === 'succeeded')
        expect((await stage.record(id)).state).toMatchObject({ attempt: 1 })
        expect(await stage.audited('decide', id)).toHaveLength(1)
        await until(() => count(stage.threadOf(id), `${id} is done`) === 1)
      }
      expect(await stage.steps()).toEqual(['approve', 'start', 'finish notSent', 'start', 'finish done'])
      expect([next?.body, last?.body]).toEqual([
        expect.stringContaining(DEMO.group),
        expect.stringContaining(OTHER_GROUP),
      ])
    })
  }
})
