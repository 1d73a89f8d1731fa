// Slack refuses the tokens of a process that has an execution in hand. It lives, carries out what was approved, says what
// is wrong, and tells everything once the tokens are taken again.
// @module-tag long

import { expect, inject, it } from 'vitest'
import type { SlackMessage } from '../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../src/sandbox/slack/render.ts'
import { CHANNELS, startWorld, USERS } from '../../src/sandbox/world.ts'
import { until } from '../support/product.ts'

const GROUP = 'orders-billing'
const ASK = `/reset-offsets --instance ckafka-demo0001 --group ${GROUP} --topic orders --shift-by -100 --reason why`
const OPS = CHANNELS.kafkaOps
const WRITE = 'BatchModifyGroupOffsets'
/** Longer than it takes to come back to Slack once, and to be refused. */
const OUTAGE_MS = 8_000

const textOf = (message: SlackMessage) => renderMessage(message, { userName: id => id }).join('\n')

it.concurrent.for([
  { bot: 'token_revoked', app: 'invalid_auth' },
  { bot: 'account_inactive', app: 'account_inactive' },
  { bot: 'invalid_auth', app: 'not_authed' },
  { bot: null, app: 'team_disabled' },
  { bot: null, app: 'user_removed_from_team' },
] as const)(
  'a process whose reconnect is answered $app, and whose calls $bot, ends nothing but its connection',
  { timeout: 120_000 },
  async ({ bot: revoked, app }, { onTestFinished }) => {
    const world = await startWorld({
      delivery: 'socket',
      redisUrl: inject('redisUrl'),
      env: { EMPTY_HOLD: '1s', CKAFKA_QUOTA_FACTOR: '100' },
    })
    onTestFinished(() => world.close())
    await world.waitForBot()
    const { slack, ckafka, bot } = world
    const cards = () => slack.messages(OPS)
    const thread = () => cards().flatMap(card => slack.thread(OPS, card.ts).map(textOf))
    const readiness = async () => {
      const answer = await fetch(`http://127.0.0.1:${bot.port}/readyz`)
      await answer.arrayBuffer()
      return answer.ok
    }

    const alice = slack.person(USERS.alice)
    await alice.command(OPS, ASK)
    await alice.waitForView()
    expect((await alice.submit()).kind).toBe('closed')
    await until(() => cards().some(card => textOf(card).includes('needs 1 approval')), 40_000)
    ckafka.inject(WRITE, { kind: 'delay', ms: 4_000 })
    const bob = slack.person(USERS.bob)
    await bob.command(OPS, '/offset-requests R-1')
    await bob.waitForView()
    await bob.fill('Decision', 'Approve')
    expect((await bob.submit()).kind).toBe('closed')
    await until(() => ckafka.calls(WRITE).length === 1, 20_000)

    if (revoked !== null) slack.revokeToken(revoked)
    slack.inject('apps.connections.open', { kind: 'error', error: app }, Number.POSITIVE_INFINITY)
    slack.disconnectApp('cut')
    const { pid } = bot
    await until(() => ckafka.cluster.effects(GROUP).length === 1, 20_000)
    await new Promise(resolve => setTimeout(resolve, OUTAGE_MS))
    expect(bot.exit, bot.logs().slice(-5).join('\n')).toBeUndefined()
    expect(await readiness()).toBe(false)
    if (revoked !== null) expect(thread().join('\n')).not.toContain('is done')
    // It goes on trying, and does not say so each time.
    const tries = slack.calls('apps.connections.open').filter(({ ok }) => !ok).length
    expect(tries).toBeGreaterThan(2)
    expect(tries).toBeLessThan(12)
    for (const code of new Set([app, revoked ?? app])) {
      const said = bot.logs().filter(line => line.includes(code))
      expect(said.length, said.join('\n')).toBeGreaterThan(0)
      // The connection, the token, a message that waits for it, and readiness: each once.
      expect(said.length, said.join('\n')).toBeLessThanOrEqual(4)
    }

    slack.restoreToken()
    slack.clearFaults()
    await until(() => cards().some(card => textOf(card).includes('R-1 · done')), 60_000)
    await until(() => thread().filter(text => text.includes('R-1 is done')).length === 1, 60_000)
    await until(readiness, 60_000)
    expect(bot.pid).toBe(pid)
    expect(cards()).toHaveLength(1)
    expect(ckafka.cluster.effects(GROUP)).toHaveLength(1)
    // People are answered again.
    await bob.command(OPS, '/offset-requests all')
    await until(() => bob.ephemerals().some(message => textOf(message).includes('R-1')))
  },
)
