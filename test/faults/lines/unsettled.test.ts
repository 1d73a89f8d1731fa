// Line 26 of the fault table: what became of a call cannot be told from the offsets, so that people are asked, once.
// @module-tag long

import { once } from 'node:events'
import { describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import { requestIdSchema } from '../../../src/request/request.ts'
import type { Person, SlackMessage } from '../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../src/sandbox/slack/render.ts'
import { CHANNELS, startWorld, USERS, type World } from '../../../src/sandbox/world.ts'
import { until } from './stage.ts'

const GROUP = 'orders-billing'
const WRITE = 'BatchModifyGroupOffsets'
const OPS = CHANNELS.kafkaOps
const ASK = `/reset-offsets --instance ckafka-demo0001 --group ${GROUP} --topic orders --shift-by -100 --reason why`
const ID = requestIdSchema.parse('R-1')

const textOf = (message: SlackMessage) => renderMessage(message, { userName: id => id }).join('\n')

interface LogLine {
  level: string
  event?: string
  requestId?: string
  time: string
}

/** What somebody who is called at night has to see. The line of the lost answer itself comes before any read-back. */
function alertsIn(world: World): LogLine[] {
  const lines = world.bot.logs().flatMap(line => {
    try {
      return [JSON.parse(line) as LogLine]
    } catch {
      return []
    }
  })
  return lines.filter(
    ({ level, event, requestId }) =>
      requestId === ID && ['warn', 'error', 'fatal'].includes(level) && event !== 'called',
  )
}

describe.concurrent('a call of which the offsets do not tell', () => {
  it.for([
    {
      name: 'they cannot be read',
      spoil: ({ ckafka }: World) => ckafka.cluster.failRead('orders', 0, 5),
      says: 'The offsets could not be read back',
      press: 'It Happened',
      told: 'confirmed that R-1 took effect',
    },
    {
      name: 'they contradict',
      spoil: ({ ckafka }: World) => ckafka.cluster.commit(GROUP, 'orders', 0, 12n),
      says: 'match neither the plan nor where they were before',
      press: 'It Did Not',
      told: 'confirmed that R-1 did not take effect',
    },
  ])(
    '26: as $name, stays unclear: one question, one alert, and either answer is in the audit',
    { timeout: 90_000 },
    async ({ spoil, says, press, told }, { onTestFinished }) => {
      const env = { CALL_DEADLINE: '3s', CALL_GRACE: '1s', CALL_LATE: '2s', EMPTY_HOLD: '1s' }
      const world = await startWorld({ delivery: 'socket', redisUrl: inject('redisUrl'), env })
      onTestFinished(() => world.close())
      await world.waitForBot()
      const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
      onTestFinished(() => redis.disconnect())
      await once(redis, 'ready')
      const store = createRedisStore(redis, world.redisPrefix)
      const commands = async () => (await store.readEvents(ID)).map(({ command }) => command)
      const stateName = async () => (await store.read(ID))?.state.name
      const { slack, ckafka } = world
      const [alice, bob] = [slack.person(USERS.alice), slack.person(USERS.bob)]
      const card = () => slack.messages(OPS)[0]
      const cardText = () => slack.messages(OPS).map(textOf).join('\n')
      const thread = () => slack.thread(OPS, card()?.ts ?? '')
      const questions = () => thread().filter(reply => textOf(reply).includes('Did R-1 take effect?'))
      const answer = async (person: Person) => {
        const [question] = questions()
        if (question === undefined) throw new Error('Nothing is asked.')
        await person.press(question, press)
      }

      await alice.command(OPS, ASK)
      await alice.waitForView()
      expect((await alice.submit()).kind).toBe('closed')
      await until(() => cardText().includes('needs 1 approval'))
      ckafka.inject(WRITE, { kind: 'hang', afterDoingIt: true })
      await bob.command(OPS, '/offset-requests R-1')
      await bob.waitForView()
      await bob.fill('Decision', 'Approve')
      expect((await bob.submit()).kind).toBe('closed')
      await until(() => ckafka.cluster.effects(GROUP).length === 1)
      spoil(world)

      await until(() => questions().length === 1)
      expect(textOf(questions()[0] as SlackMessage)).toContain(says)
      await until(() => cardText().includes('· unclear, waiting for an answer'))
      expect(await stateName()).toBe('unclear')
      const looks = (await commands()).filter(({ kind }) => kind === 'looked').length
      expect(looks).toBeGreaterThan(1)

      await answer(alice)
      await until(() => alice.ephemerals().some(each => textOf(each).includes('You asked for R-1 yourself')))
      expect(await stateName()).toBe('unclear')
      await answer(bob)
      await until(() => thread().some(reply => textOf(reply).includes(told)))
      const kept = await commands()
      expect(kept).toContainEqual(
        expect.objectContaining({
          kind: 'attempted',
          command: 'testify',
          by: USERS.alice,
          refusal: 'ownRequest',
        }),
      )
      const testimonies = kept.filter(command => command.kind === 'testify')
      expect(testimonies).toMatchObject([
        {
          by: USERS.bob,
          happened: press === 'It Happened',
          policy: { rule: 'APPROVERS (settings)' },
        },
      ])
      expect(questions()).toHaveLength(1)
      expect(world.ckafka.calls(WRITE)).toHaveLength(1)
      expect(ckafka.cluster.effects(GROUP)).toHaveLength(1)
      expect(alertsIn(world)).toHaveLength(1)
    },
  )
})
