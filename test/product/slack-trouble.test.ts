// Slack does not take what is to be said, for good: it is told in the fallback channel and in the log, and holds up nothing.
// @module-tag long

import { describe, expect } from 'vitest'
import { DEMO, FALLBACK, NO_WAITING, OPS, PRIVATE, textOf, until } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`

const { scene, product, start: startAny } = createScenes()

async function start(env: Record<string, string> = { FALLBACK_CHANNEL: FALLBACK }): Promise<void> {
  await startAny({ env: { ...NO_WAITING, ...env } })
}

const told = () => product().slack.messages(FALLBACK).map(textOf)
const refusals = () =>
  product().events.flatMap(event =>
    event.event === 'posted' && event.outcome === 'refused' ? [`${event.key} ${event.detail}`] : [],
  )

describe.concurrent('a channel that is archived after the card was posted', () => {
  scene(
    'has its replies told in the fallback channel, once each and in order, and the reset is carried out',
    async () => {
      await start()
      await product().ask(ASK)
      await product().threadSays('R-1-plan-1.csv')
      await product().openReview(product().bob)
      product().slack.setChannel(OPS, { archived: true })
      await product().bob.fill('Decision', 'Approve')
      expect((await product().bob.submit()).kind).toBe('closed')
      await until(() => told().some(text => text.includes('4 partitions succeeded')))
      expect(told().length, told().join('\n')).toBe(2)
      expect(told()[0]).toContain('approved R-1')
      expect(told()[1]).toContain('R-1 is done')
      expect(product().ckafka.cluster.effects(DEMO.group)).toHaveLength(1)
      expect(refusals()).toContain('note-1 is_archived')
    },
  )
})

describe.concurrent('a channel that the bot is not in', () => {
  async function askThere(): Promise<void> {
    await product().alice.command(PRIVATE, `/reset-offsets ${ASK}`)
    await product().alice.waitForView()
    expect((await product().alice.submit()).kind).toBe('closed')
  }

  async function approveByCommand(): Promise<void> {
    await until(async () => {
      await product().bob.command(PRIVATE, '/offset-requests R-1')
      return (
        (await product()
          .bob.waitForView(() => true, 500)
          .catch(() => undefined)) !== undefined
      )
    })
    await product().bob.fill('Decision', 'Approve')
    expect((await product().bob.submit()).kind).toBe('closed')
  }

  scene(
    'has its request told in the fallback channel, which can be decided and carried out from there',
    async () => {
      await start()
      await askThere()
      await until(() => told().some(text => text.includes('R-1 has no card')))
      await approveByCommand()
      await until(() => told().some(text => text.includes('R-1 is done')))
      expect(product().ckafka.cluster.effects(DEMO.group)).toHaveLength(1)
      expect(refusals()).toContain('card channel_not_found')
    },
  )

  scene('holds up nothing where there is no fallback channel', async () => {
    await start({})
    await askThere()
    await approveByCommand()
    await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
    expect(told()).toEqual([])
  })
})

describe.concurrent('a token that was revoked', () => {
  scene('keeps nothing from being carried out, and is in the log', async () => {
    await start()
    await product().ask(ASK)
    await product().openReview(product().bob)
    product().slack.revokeToken()
    await product().bob.fill('Decision', 'Approve')
    await product().bob.submit()
    await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
    const waits = () =>
      product().events.some(event => event.event === 'posted' && event.detail === 'token_revoked')
    await until(waits)
  })
})

describe.concurrent('an app that is uninstalled while it runs', () => {
  for (const delivery of ['socket', 'http'] as const) {
    const tags = delivery === 'socket' ? [] : ['long']
    scene(
      `over ${delivery}: is not ready until it is installed again, and then tells what it owes`,
      {
        tags,
        timeout: 60_000,
      },
      async () => {
        await startAny({ env: NO_WAITING, delivery })
        await product().ask(ASK)
        const isReady = async () => {
          const answer = await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)
          await answer.arrayBuffer()
          return answer.ok
        }
        await until(isReady)
        product().slack.revokeToken('account_inactive')
        await product().slack.tellApp({ type: 'tokens_revoked', tokens: { oauth: [], bot: ['U0LOCALBOT'] } })
        await product().slack.tellApp({ type: 'app_uninstalled' })
        await until(async () => !(await isReady()), 1_000)
        // Who presses something is answered all the same: what carries no token works.
        const before = product().bob.ephemerals().length
        await product().bob.command(OPS, '/offset-requests')
        await until(() => product().bob.ephemerals().length > before)
        await product().bob.press(product().card(), 'Cancel Request')
        await until(() => product().bob.ephemerals().length > before + 1)

        product().slack.restoreToken()
        await until(isReady, 15_000)
        await product().review(product().carol, 'Approve')
        await product().threadSays('R-1 is done', 30_000)
      },
    )
  }

  for (const event of [
    { type: 'app_uninstalled' },
    { type: 'tokens_revoked', tokens: { oauth: [], bot: ['U0LOCALBOT'] } },
  ]) {
    scene(`hears ${event.type} before anything else tells, and asks Slack whether it is so`, async () => {
      await start()
      const status = async () => (await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)).status
      await until(async () => (await status()) === 200)
      const before = product().slack.calls('auth.test').length
      await product().slack.tellApp(event)
      await until(async () => (await status()) === 503, 900)
      await until(async () => (await status()) === 200)
      expect(product().slack.calls('auth.test').length).toBeGreaterThan(before)
    })
  }

  scene('does not take the loss of somebody’s own token for the loss of its own', async () => {
    await start()
    await product().slack.tellApp({ type: 'tokens_revoked', tokens: { oauth: ['U0ALICE'] } })
    await product().slack.tellApp({ type: 'tokens_revoked' })
    const answer = await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)
    expect(answer.ok).toBe(true)
  })

  scene(
    'over http: is not ready either when it is started with a token that Slack does not take',
    async () => {
      await startAny({ env: { ...NO_WAITING, SLACK_BOT_TOKEN: 'xoxb-other' }, delivery: 'http' })
      const answers = async () => (await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)).status
      await until(async () => (await answers()) === 503)
      expect(await product().dave.command(OPS, '/offset-requests')).toEqual({ ok: true })
      await until(() => product().dave.ephemerals().length === 1)
    },
  )
})
