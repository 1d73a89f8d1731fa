// What the page shows, put together from the local Slack and the simulated clusters as one person sees them.
// It must only look: nothing here changes anything.

import type { Traffic } from './consumers.ts'
import type { FileInfo, Message, OpenView, Scene, SlackScene } from './page/protocol.ts'
import { clipped, clusterScenes } from './page-clusters.ts'
import type { FaultSwitches } from './page-faults.ts'
import type { Person, SlackFile, SlackMessage, SlackView } from './slack/face.ts'
import { attachmentLines } from './slack/render.ts'
import type { World } from './world.ts'

/** Where the page finds the person's direct messages with the app. */
export const DIRECT_MESSAGES = 'DM'
/** Three topics with lag. */
const FIRST_RESET =
  '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --topic payments --topic shipments ' +
  '--to-earliest --reason "Billing skipped orders since the deploy of 08:00"'
/** What is attached here is a list of offsets, not a backup; and the deed that carries it is one message. */
export const LARGEST_FILE = 1024 ** 2
const LINES_SHOWN = 6
/** The only one that the page's server serves as what it is. */
export const IMAGE_TYPE = 'image/png'
const LINE_SHOWN = 160

export interface Surroundings {
  world: World
  /** By the id of the cluster. */
  traffic: ReadonlyMap<string, Traffic>
  faults: FaultSwitches
}

export function sceneFor(surroundings: Surroundings, person: Person): Scene {
  const { world, traffic, faults } = surroundings
  return {
    slack: slackScene(world, person),
    clusters: clusterScenes(world, traffic),
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

function asFileInfo({ id, name, size, content, mimetype, alt = '' }: SlackFile): FileInfo {
  const href = `/files/${id}`
  const image = mimetype === IMAGE_TYPE ? { href: `${href}/image`, alt } : null
  const start = content.subarray(0, LINES_SHOWN * LINE_SHOWN * 4)
  if (start.includes(0)) return { id, name, size, href, text: null, image }
  const lines = start.toString().split(/\r?\n/)
  // A file ends with a line break, not with an empty line.
  if (lines.at(-1) === '') lines.pop()
  const shown = lines.slice(0, LINES_SHOWN).map(line => clipped(line, LINE_SHOWN))
  const more = lines.length > shown.length || content.length > start.length
  return { id, name, size, href, text: { lines: shown, more, href: `${href}/text` }, image }
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
