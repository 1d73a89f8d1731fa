// What the page shows, put together from the local Slack and the CKafka simulator as one person sees them.
// It must only look: nothing here changes anything.

import type { CkafkaCall } from './ckafka/server.ts'
import type { Traffic } from './consumers.ts'
import type {
  ClusterScene,
  FileInfo,
  Message,
  OpenView,
  PartitionScene,
  Scene,
  SlackScene,
} from './page/protocol.ts'
import type { FaultSwitches } from './page-faults.ts'
import { RESET_ACTIONS } from './reset-actions.ts'
import type { Person, SlackFile, SlackMessage, SlackView } from './slack/face.ts'
import { attachmentLines } from './slack/render.ts'
import type { World } from './world.ts'

/** Where the page finds the person's direct messages with the app. */
export const DIRECT_MESSAGES = 'DM'
/** Three topics with lag, and one that does not exist, so that a part of it fails. */
const FIRST_RESET =
  '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --topic payments --topic shipments ' +
  '--topic orders-archive --to-earliest --reason "Billing skipped orders since the deploy of 08:00"'
/** What is attached here is a list of offsets, not a backup; and the deed that carries it is one message. */
export const LARGEST_FILE = 1024 ** 2
const LINES_SHOWN = 6
const LINE_SHOWN = 160
const CALLS_SHOWN = 60
const PARAMS_SHOWN = 160
const ANSWER_SHOWN = 160

export interface Surroundings {
  world: World
  traffic: Traffic
  faults: FaultSwitches
}

export function sceneFor(surroundings: Surroundings, person: Person): Scene {
  const { world, faults } = surroundings
  return {
    slack: slackScene(world, person),
    cluster: clusterScene(surroundings),
    faults: faults.list(),
    run: {
      api: world.api,
      delivery: world.delivery === 'http' ? 'signed HTTP' : 'Socket Mode',
      firstReset: FIRST_RESET,
    },
    nowMs: Date.now(),
  }
}

function slackScene({ slack, workspace, delivery, bots }: World, person: Person): SlackScene {
  const me = person.user.id
  const channels = workspace.channels.filter(
    channel => channel.private !== true || channel.members.includes(me),
  )
  const threads: Record<string, Message[]> = {}
  const conversation = (messages: SlackMessage[]): Message[] =>
    messages.map(message => {
      const replies = message.thread_ts === undefined ? person.seesInThread(message.channel, message.ts) : []
      if (replies.length > 0) threads[message.ts] = replies.map(reply => asMessage(reply, 0))
      return asMessage(message, replies.length)
    })
  const messages = Object.fromEntries(channels.map(({ id }) => [id, conversation(person.sees(id))]))
  const isTop = ({ ts, thread_ts }: SlackMessage) => thread_ts === undefined || thread_ts === ts
  messages[DIRECT_MESSAGES] = conversation(person.directMessages().filter(isTop))
  const view = person.view()
  const home = person.home()
  return {
    me,
    botUserId: slack.botUserId,
    people: workspace.people.map(({ id, name, realName, part }) => ({ id, name, realName, part })),
    userGroups: workspace.userGroups.map(({ id, handle }) => ({ id, handle })),
    channels: channels.map(({ id, name, members, ...rest }) => ({
      id,
      name,
      private: rest.private === true,
      joined: members.includes(me),
    })),
    commands: workspace.commands,
    shortcuts: workspace.shortcuts,
    messages,
    threads,
    view: view === undefined ? null : asOpenView(view),
    largestFile: LARGEST_FILE,
    home: home === undefined ? null : { blocks: home.blocks },
    connected: delivery === 'http' ? bots.some(bot => bot.exit === undefined) : slack.connections() > 0,
  }
}

function asMessage(message: SlackMessage, replyCount: number): Message {
  const { ts, thread_ts, user, blocks = [], files = [], attachments = [] } = message
  const text = [message.text, ...attachments.flatMap(attachmentLines)].filter(line => line !== '').join('\n')
  return {
    ts,
    ...(thread_ts === undefined || thread_ts === ts ? {} : { threadTs: thread_ts }),
    user,
    text,
    blocks,
    files: files.map(asFileInfo),
    ephemeral: message.ephemeralFor !== undefined,
    edited: message.edited === true,
    replyCount,
  }
}

function asFileInfo({ id, name, size, content }: SlackFile): FileInfo {
  const href = `/files/${id}`
  const start = content.subarray(0, LINES_SHOWN * LINE_SHOWN * 4)
  if (start.includes(0)) return { id, name, size, href, text: null }
  const lines = start.toString().split(/\r?\n/)
  // A file ends with a line break, not with an empty line.
  if (lines.at(-1) === '') lines.pop()
  const shown = lines.slice(0, LINES_SHOWN).map(line => clipped(line, LINE_SHOWN))
  const more = lines.length > shown.length || content.length > start.length
  return { id, name, size, href, text: { lines: shown, more, href: `${href}/text` } }
}

function asOpenView(view: SlackView): OpenView {
  const { id, hash, title, submit, close, blocks, state, errors = {} } = view
  return {
    id,
    hash,
    title: title.text,
    submit: submit?.text ?? null,
    close: close?.text ?? null,
    blocks,
    values: state.values,
    errors,
    depth: depthOf(view),
  }
}

/** Slack stacks three views at most, so its two ids say all of it. */
function depthOf({ previous_view_id, root_view_id }: SlackView): number {
  if (previous_view_id === null) return 0
  return previous_view_id === root_view_id ? 1 : 2
}

function clusterScene({ world, traffic }: Surroundings): ClusterScene {
  const { cluster } = world.ckafka
  const [instance] = cluster.instances()
  if (instance === undefined) throw new Error('a cluster needs an instance')
  const calls = world.ckafka.calls()
  const before = Math.max(0, calls.length - CALLS_SHOWN)
  return {
    instance: { id: instance.id, name: instance.name },
    groups: instance.groups.map(({ name }) => {
      const { state, members } = cluster.group(instance.id, name)
      return {
        name,
        state,
        members: members.map(({ clientId, host }) => ({ clientId, host })),
        stopped: members.length === 0,
        topics: topicsOf(cluster.positions(instance.id, name)),
      }
    }),
    topics: instance.topics.map(({ name, partitions }) => ({
      name,
      partitions,
      producing: traffic.producing(name),
    })),
    resets: calls.filter(({ action }) => RESET_ACTIONS.includes(action)).length,
    calls: calls.slice(before).map((call, index) => ({
      number: before + index + 1,
      atMs: call.atMs,
      action: call.action,
      api: call.dialect,
      params: sayParams(call.params),
      ...answerOf(call),
    })),
  }
}

type Positions = ReturnType<World['ckafka']['cluster']['positions']>

function topicsOf(positions: Positions): { topic: string; partitions: PartitionScene[] }[] {
  const topics = new Map<string, PartitionScene[]>()
  for (const { topic, partition, logStart, logEnd, committed, lag } of positions) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({
      partition,
      start: String(logStart),
      end: String(logEnd),
      committed: committed === null ? null : String(committed),
      lag: lag === null ? null : String(lag),
    })
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}

/** Of API 2.0 the parameters that every call has; nobody reads a call for them. */
const EVERYWHERE = /^(Action|Nonce|Region|SecretId|Signature|SignatureMethod|Timestamp|Token|Version)$/

function sayParams(params: Record<string, string>): string {
  const said = Object.entries(params)
    .filter(([name]) => !EVERYWHERE.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  return clipped(said, PARAMS_SHOWN)
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function answerOf({ code, answer, fault }: CkafkaCall): { answer: string; failed: boolean } {
  if (code === 0) return { answer: `success ${clipped(answer, ANSWER_SHOWN)}`, failed: false }
  if (code !== null) return { answer: `error ${code} ${clipped(answer, ANSWER_SHOWN)}`, failed: true }
  switch (fault) {
    case null:
    case 'delay':
      return { answer: 'no answer yet', failed: false }
    case 'hang':
      return { answer: 'never answered', failed: true }
    case 'cut':
      return { answer: 'connection cut', failed: true }
    case 'halfAnswer':
      return { answer: 'half an answer', failed: true }
    case 'status':
      return { answer: 'a gateway’s error page', failed: true }
    case 'html':
      return { answer: 'a web page', failed: true }
    case 'code':
    case 'lie':
    case 'unreported':
    case 'pinned':
      return { answer: fault, failed: true }
    default:
      return fault satisfies never
  }
}
