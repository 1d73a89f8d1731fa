// response_urls: five uses in thirty minutes, speaking into the conversation that an interaction came from.
import { randomBytes } from 'node:crypto'
import { textArgument } from './arguments.ts'
import type { Json } from './block-schema.ts'
import { changedContent, isRefusal, readContent, storedContent } from './message-content.ts'
import type { Workspace } from './workspace.ts'

const LIFE_MS = 30 * 60_000
const USES = 5

export interface Conversation {
  channelId: string
  userId: string
  /** The message the interaction came from; a slash command has none. */
  messageTs?: string
}

export interface ResponseUrls {
  issue(conversation: Conversation): string
  /** Answers with the HTTP status and body. */
  respond(path: string, body: Json): { status: number; body: string }
  /** What a command's acknowledgement shows, which follows the same rules and costs no use. */
  show(conversation: Conversation, body: Json): { status: number; body: string }
}

export function createResponseUrls(workspace: Workspace, baseUrl: () => string): ResponseUrls {
  const issued = new Map<string, Conversation & { atMs: number; uses: number }>()

  function show(conversation: Conversation, body: Json): { status: number; body: string } {
    const { channelId, userId, messageTs } = conversation
    const original = messageTs === undefined ? undefined : workspace.message(channelId, messageTs)
    const yes = (name: string) => body[name] === true || body[name] === 'true'
    if (yes('delete_original')) {
      if (original) workspace.deleteMessage(channelId, original.ts)
      return { status: 200, body: 'ok' }
    }
    const content = readContent(body, workspace)
    if (isRefusal(content)) return { status: 400, body: content.error }
    if (yes('replace_original') && original) {
      workspace.changeMessage(channelId, original.ts, changedContent(content))
      return { status: 200, body: 'ok' }
    }
    const visible = body.response_type === 'in_channel'
    const asked = visible && !yes('replace_original') ? textArgument(body, 'thread_ts') : undefined
    workspace.addMessage({
      channel: channelId,
      user: workspace.botUserId,
      ...storedContent(content),
      ...(visible ? {} : { ephemeralFor: userId }),
      // An ephemeral answer appears where the person clicked.
      ...threadOf(visible ? asked : original?.thread_ts),
    })
    return { status: 200, body: 'ok' }
  }

  return {
    issue(conversation) {
      const path = `/responses/${workspace.teamId}/${randomBytes(12).toString('hex')}`
      issued.set(path, { ...conversation, atMs: workspace.now(), uses: 0 })
      return `${baseUrl()}${path}`
    },
    respond(path, body) {
      const known = issued.get(path)
      if (!known) return { status: 404, body: 'invalid_url' }
      if (workspace.now() - known.atMs > LIFE_MS) return { status: 404, body: 'expired_url' }
      if (known.uses >= USES) return { status: 404, body: 'used_url' }
      known.uses += 1
      return show(known, body)
    },
    show,
  }
}

function threadOf(threadTs: string | undefined): { thread_ts?: string } {
  return threadTs === undefined ? {} : { thread_ts: threadTs }
}
