// The product for one line of the fault table, with its record and its audit at hand. It ends with its test.

import { once } from 'node:events'
import { inject, type TestContext } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import type { AuditEvent } from '../../../src/request/command.ts'
import { type ResetRequest, requestIdSchema } from '../../../src/request/request.ts'
import type { Person, SlackMessage } from '../../../src/sandbox/slack/face.ts'
import {
  DEMO,
  NO_WAITING,
  OPS,
  type Product,
  type ProductOptions,
  textOf,
  until as untilInTime,
} from '../../support/product.ts'
import { startInTurn } from '../../support/scenes.ts'
import { type Front, startFront } from './front.ts'

/** So that a call nobody answers is settled within seconds, and one that is answered never runs out of time. */
const QUICK = { ...NO_WAITING, CALL_DEADLINE: '3s', CALL_GRACE: '1s', CALL_LATE: '2s' }
/** For what happens by itself: no line is about how soon, and many products share the machine. */
const PATIENCE_MS = 25_000
export const until: typeof untilInTime = (holds, timeoutMs = PATIENCE_MS) => untilInTime(holds, timeoutMs)

export const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`

type Kind = AuditEvent['command']['kind']
type CommandOf<K extends Kind> = Extract<AuditEvent['command'], { kind: K }>

export interface Stage extends Product {
  record(id?: string): Promise<ResetRequest>
  openIds(): Promise<string[]>
  audit(id?: string): Promise<AuditEvent[]>
  audited<K extends Kind>(kind: K, id?: string): Promise<CommandOf<K>[]>
  /** What happened to the execution, in order: `start`, `finish unknown`, `looked absent`, … */
  steps(id?: string): Promise<string[]>
  effects(group?: string): number
  heard(person: Person, words: string | RegExp): Promise<void>
  /** Of a request that need not be the newest. */
  approve(person: Person, id: string): Promise<void>
  /** Of a request by its number, where there is more than one. */
  cardOf(id: string): SlackMessage
  threadOf(id: string): string[]
}

export async function startStage(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: ProductOptions = {},
): Promise<Stage> {
  const product = await startInTurn({ ...options, env: { ...QUICK, ...options.env } })
  onTestFinished(() => product.stop())
  const redis = connectRedis({ mode: 'single', url: options.redisUrl ?? inject('redisUrl') }, () => {})
  onTestFinished(() => redis.disconnect())
  await once(redis, 'ready')
  const store = createRedisStore(redis, product.prefix)
  const { slack, ckafka } = product

  const audit = (id = 'R-1') => store.readEvents(requestIdSchema.parse(id))
  const cardOf = (id: string) => {
    const card = slack.messages(OPS).find(message => textOf(message).includes(`${id} ·`))
    if (card === undefined) throw new Error(`There is no card of ${id}.`)
    return card
  }
  return {
    ...product,
    cardSays: (words, timeoutMs = PATIENCE_MS) => product.cardSays(words, timeoutMs),
    threadSays: (words, timeoutMs = PATIENCE_MS) => product.threadSays(words, timeoutMs),
    async record(id = 'R-1') {
      const request = await store.read(requestIdSchema.parse(id))
      if (request === undefined) throw new Error(`There is no ${id}.`)
      return request
    },
    openIds: async () => (await store.openRequests(50)).requests.map(({ id }) => id),
    audit,
    async audited<K extends Kind>(kind: K, id?: string) {
      const commands = (await audit(id)).map(({ command }) => command)
      return commands.filter((command): command is CommandOf<K> => command.kind === kind)
    },
    async steps(id) {
      return (await audit(id)).flatMap(({ command }) => stepOf(command) ?? [])
    },
    effects: (group = DEMO.group) => ckafka.cluster.effects(group).length,
    heard: (person, words) =>
      until(() => person.ephemerals().some(message => new RegExp(words).test(textOf(message)))),
    async approve(person, id) {
      await person.press(cardOf(id), 'Review')
      await person.waitForView(view => view.title.text === `Review ${id}`)
      await person.fill('Decision', 'Approve')
      const outcome = await person.submit()
      if (outcome.kind !== 'closed') throw new Error(`It stayed open: ${JSON.stringify(outcome)}`)
    },
    cardOf,
    threadOf: id => slack.thread(OPS, cardOf(id).ts).map(textOf),
  }
}

/** With a server in front of CKafka that can be told what to answer. */
export async function startBehind(
  context: Pick<TestContext, 'onTestFinished'>,
  options: ProductOptions = {},
): Promise<{ stage: Stage; front: Front }> {
  let front: Front | undefined
  const stage = await startStage(context, {
    ...options,
    async ckafkaBehind(url) {
      const started = await startFront(url)
      context.onTestFinished(() => started.close())
      front = started
      return started.url
    },
  })
  if (front === undefined) throw new Error('Nothing is in front of CKafka.')
  return { stage, front }
}

function stepOf(command: AuditEvent['command']): string | null {
  switch (command.kind) {
    case 'decide':
      return command.verdict
    case 'start':
    case 'reguard':
    case 'expire':
      return command.kind
    case 'finish':
      return `finish ${command.outcome.kind}`
    case 'looked':
      return `looked ${command.evidence}`
    case 'testify':
      return command.happened ? 'it happened' : 'it did not'
    default:
      return null
  }
}

/** How often it is said. */
export function count(texts: readonly string[], words: string): number {
  return texts.join('\n').split(words).length - 1
}
