// What the person at the page does, done: in Slack by the verbs of a Person, around it by the demo's own switches.
// It must never reach past those verbs: what works here works on Slack.

import { z } from 'zod'
import type { Deed, FromPage, FromServer } from './page/protocol.ts'
import { DIRECT_MESSAGES, LARGEST_FILE, type Surroundings } from './page-scene.ts'
import type { Person, SlackMessage } from './slack/face.ts'
import { clusterCalled } from './world.ts'

export type Done = Omit<Extract<FromServer, { kind: 'done' }>, 'kind' | 'number'>

/** Few enough that there is still something left to read in every log. */
const READ_AT_ONCE = 100

const text = z.string().max(40_000)

const deedSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('become'), user: text }),
  z.object({ do: z.literal('command'), channel: text, line: text }),
  z.object({ do: z.literal('say'), channel: text, text: text.min(1) }),
  z.object({
    do: z.literal('fill'),
    field: text,
    value: z.union([text, z.array(text), z.number(), z.null()]),
  }),
  z.object({ do: z.literal('attach'), field: text, name: text, content: z.base64() }),
  z.object({ do: z.literal('detach'), field: text, file: text }),
  z.object({ do: z.literal('suggest'), field: text, typed: text }),
  z.object({ do: z.literal('submit') }),
  z.object({ do: z.literal('close'), all: z.boolean() }),
  z.object({ do: z.literal('pressInView'), action: text }),
  z.object({ do: z.literal('press'), channel: text, ts: text, action: text, blockId: text }),
  z.object({ do: z.literal('shortcut'), channel: text, ts: text, shortcut: text }),
  z.object({ do: z.literal('openHome') }),
  z.object({ do: z.literal('pressInHome'), action: text, blockId: text }),
  z.object({ do: z.literal('members'), cluster: text, group: text, running: z.boolean() }),
  z.object({ do: z.literal('readOn'), cluster: text, group: text }),
  z.object({ do: z.literal('stick'), cluster: text, group: text, on: z.boolean() }),
  z.object({ do: z.literal('produce'), cluster: text, topic: text, running: z.boolean() }),
  z.object({ do: z.literal('fault'), id: text, on: z.boolean() }),
]) satisfies z.ZodType<Deed>

const fromPageSchema = z.object({ number: z.number(), deed: deedSchema }) satisfies z.ZodType<FromPage>

/** A message of the page, or the number to answer when it is none (0: not even that can be read). */
export function readFromPage(data: string): FromPage | { number: number; problem: string } {
  let said: unknown
  try {
    said = JSON.parse(data)
  } catch {
    return { number: 0, problem: 'This is not JSON.' }
  }
  const read = fromPageSchema.safeParse(said)
  if (read.success) return read.data
  const number = z.object({ number: z.number() }).safeParse(said).data?.number ?? 0
  return { number, problem: `This is not a deed: ${z.prettifyError(read.error)}` }
}

/** Every deed but becoming somebody, which is a matter of the connection. */
export async function performDeed(
  { world, traffic, faults }: Surroundings,
  person: Person,
  deed: Exclude<Deed, { do: 'become' }>,
): Promise<Done> {
  switch (deed.do) {
    case 'command': {
      const answer = await person.command(conversationOf(person, deed.channel), deed.line)
      return answer.ok ? {} : { said: answer.message }
    }
    case 'say':
      // It is Slack that decides what a message is; `&`, `<` and `>` are markup there.
      person.say(conversationOf(person, deed.channel), { text: escaped(deed.text) })
      return {}
    case 'fill':
      await person.fill(deed.field, deed.value)
      return {}
    case 'attach': {
      const content = Buffer.from(deed.content, 'base64')
      if (content.length > LARGEST_FILE)
        throw new Error(`"${deed.name}" cannot be attached: it is larger than 1 MB.`)
      await person.attach(deed.field, { name: deed.name, content })
      return {}
    }
    case 'detach':
      await person.detach(deed.field, deed.file)
      return {}
    case 'suggest':
      return { suggestions: await person.suggestions(deed.field, deed.typed) }
    case 'submit': {
      const outcome = await person.submit()
      const { kind } = outcome
      return kind === 'trouble' ? { outcome: kind, said: outcome.message } : { outcome: kind }
    }
    case 'close':
      await person.closeView(deed.all)
      return {}
    case 'pressInView':
      await person.pressInView(deed.action)
      return {}
    case 'press':
      await pressInMessage(person, deed)
      return {}
    case 'shortcut':
      await person.shortcut(messageOf(person, deed), deed.shortcut)
      return {}
    case 'openHome':
      await person.openHome()
      return {}
    case 'pressInHome':
      await person.pressInHome(deed.action, deed.blockId)
      return {}
    case 'members':
      if (deed.running) clusterCalled(world, deed.cluster).members.start(deed.group)
      else clusterCalled(world, deed.cluster).members.stop(deed.group)
      return {}
    case 'readOn':
      clusterCalled(world, deed.cluster).members.readOn(deed.group, READ_AT_ONCE)
      return {}
    case 'stick':
      traffic.get(clusterCalled(world, deed.cluster).id)?.stick(deed.group, deed.on)
      return {}
    case 'produce':
      traffic.get(clusterCalled(world, deed.cluster).id)?.produce(deed.topic, deed.running)
      return {}
    case 'fault':
      await faults.set(deed.id, deed.on)
      return {}
    default:
      return deed satisfies never
  }
}

/** As Slack's client sends what was typed. */
function escaped(typed: string): string {
  return typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Slack's id of the conversation; the one with the app is named after the person. */
function conversationOf(person: Person, channel: string): string {
  return channel === DIRECT_MESSAGES ? `D${person.user.id.slice(1)}` : channel
}

async function pressInMessage(
  person: Person,
  { action, blockId, ...at }: Extract<Deed, { do: 'press' }>,
): Promise<void> {
  const message = messageOf(person, at)
  const { blocks = [] } = message
  // A list may have the same button in every row; the row says which one is meant.
  const row = blocks.filter(block => block.block_id === blockId)
  await person.press({ ...message, blocks: row.length > 0 ? row : blocks }, action)
}

function messageOf(person: Person, { channel, ts }: { channel: string; ts: string }): SlackMessage {
  const message = findMessage(person, channel, ts)
  if (message === undefined) throw new Error('This message has gone.')
  return message
}

function findMessage(person: Person, channel: string, ts: string): SlackMessage | undefined {
  const top = channel === DIRECT_MESSAGES ? person.directMessages() : person.sees(channel)
  return (
    top.find(message => message.ts === ts) ??
    top.flatMap(message => person.seesInThread(message.channel, message.ts)).find(reply => reply.ts === ts)
  )
}
