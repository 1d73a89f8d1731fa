// Lines 6 and 7 of the fault table: Redis is away when something is to be saved, or its answer is lost on the way.

import { Redis } from 'ioredis'
import { describe, expect, inject, it, type TestContext } from 'vitest'
import { OPS, until } from '../../support/product.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { approveIt, askFor } from './patient-people.ts'
import { ASK, count, type Stage, startStage } from './stage.ts'

const TEST_MS = 40_000
/** Slack shows an error of its own after three seconds. */
const SLACK_WAITS_MS = 3_000

async function startBehindProxy(
  context: TestContext,
  env: Record<string, string> = {},
): Promise<{ stage: Stage; proxy: TcpProxy; past: Redis }> {
  const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
  context.onTestFinished(() => proxy.close())
  const past = new Redis(inject('redisUrl'))
  context.onTestFinished(() => past.disconnect())
  const stage = await startStage(context, { redisUrl: `redis://127.0.0.1:${proxy.port}`, env })
  return { stage, proxy, past }
}

describe('Redis', () => {
  it.concurrent.for([
    { name: 'down', strike: (proxy: TcpProxy) => proxy.down(), mend: (proxy: TcpProxy) => proxy.up() },
    { name: 'frozen', strike: (proxy: TcpProxy) => proxy.hang(), mend: (proxy: TcpProxy) => proxy.resume() },
  ])(
    '6: $name at submit: the person is told in time that it is not saved, nothing is half there, and sent again it is one request',
    { timeout: TEST_MS },
    async ({ name, strike, mend }, context) => {
      const { stage, proxy, past } = await startBehindProxy(context)
      const { alice, slack } = stage
      const keys = async () =>
        (await past.keys(`{${stage.prefix}}:*`)).filter(key =>
          /:(request|events|documents|due|open)/.test(key),
        )
      await alice.command(OPS, `/reset-offsets ${ASK}`)
      await alice.waitForView()

      strike(proxy)
      const fromMs = performance.now()
      const outcome = await alice.submit()
      expect(performance.now() - fromMs).toBeLessThan(SLACK_WAITS_MS)
      expect(outcome).toMatchObject({
        kind: 'errors',
        errors: { field_reason: expect.stringContaining('may not have been saved') },
      })
      expect(await keys()).toEqual([])
      mend(proxy)
      if (name === 'down') {
        await until(async () => (await stage.openIds().catch(() => ['?'])).length === 0)
        expect(await keys()).toEqual([])
        expect(slack.messages(OPS)).toEqual([])
      }

      // What was frozen on its way may arrive now: then it is there as a whole, and what is sent again is the same.
      await until(async () => (await alice.submit()).kind === 'closed')
      await until(() => slack.messages(OPS).length === 1)
      await stage.cardSays('waiting for approval')
      const [id, ...more] = await stage.openIds()
      expect(more).toEqual([])
      expect((await stage.audit(id)).map(({ command }) => command.kind)).toContain('submit')
      expect(await past.keys(`{${stage.prefix}}:request:*`)).toEqual([`{${stage.prefix}}:request:${id}`])
    },
  )

  for (const kind of ['submit', 'prepare', 'decide', 'dispatched', 'start', 'finish', 'posted'] as const) {
    // One commit of a person and one of the worker: each goes through the same script.
    const tags = ['submit', 'start'].includes(kind) ? [] : ['long']
    it.concurrent(`7: whose answer to the commit of "${kind}" is lost is asked again with the same change: it counts once`, {
      tags,
      timeout: TEST_MS,
    }, async context => {
      const { stage, proxy } = await startBehindProxy(context, { ROLE: 'bot' })
      let losses = 0
      proxy.loseNextReply(`"command":{"kind":"${kind}"`, () => {
        losses += 1
      })
      await askFor(stage, ASK)
      await approveIt(stage)
      await until(async () => (await stage.audited('dispatched').catch(() => [])).length > 0, 30_000)
      await stage.startAnother({ ROLE: 'worker' })
      await stage.cardSays('· done', 30_000)
      await stage.threadSays('4 partitions succeeded')
      expect(losses).toBe(1)
      const events = await stage.audit()
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1))
      expect(new Set(events.map(({ changeId }) => changeId)).size).toBe(events.length)
      for (const once of ['submit', 'prepare', 'decide', 'start', 'finish'] as const) {
        expect(await stage.audited(once), once).toHaveLength(1)
      }
      expect(await stage.audited('dispatched')).toMatchObject([{ number: 1 }])
      const posted = (await stage.audited('posted')).map(({ key }) => key)
      expect(posted).toEqual([...new Set(posted)])
      expect(stage.slack.messages(OPS)).toHaveLength(1)
      for (const words of ['R-1-plan-1.csv', 'approved R-1', 'R-1 is done']) {
        expect(count(stage.threadOf('R-1'), words), words).toBe(1)
      }
      expect(stage.callsToReset()).toBe(1)
      expect(stage.effects()).toBe(1)
    })
  }
})
