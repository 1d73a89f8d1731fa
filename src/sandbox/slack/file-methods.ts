// Files on their way in and out: uploading the current way (ask for a URL, send the bytes, complete), looking one up,
// and downloading one. It must never hand out a file's content to somebody without the token and the scope.
import { randomBytes } from 'node:crypto'
import { readUpload, textArgument } from './arguments.ts'
import { countCharacters } from './block-schema.ts'
import type { SlackFile } from './face.ts'
import { objectsIn } from './fields.ts'
import { fileIdIn, fileOnWire, mimetypeOf } from './file-object.ts'
import { refuse } from './message-content.ts'
import { rewriteMarkup } from './rewriting.ts'
import type { Methods } from './web-api.ts'
import { visibleToBot, type Workspace } from './workspace.ts'

export interface Files {
  methods: Methods
  /** Takes the bytes sent to an upload URL. */
  upload(path: string, contentType: string, body: Buffer): Promise<{ status: number; body: string }>
  /** Answers a GET of a file's `url_private` or `url_private_download`. */
  download(path: string, may: 'read' | 'nothing'): Download
}

export type Download =
  | { kind: 'file'; file: SlackFile }
  | { kind: 'missing' }
  /** Slack takes whoever is not allowed for a browser, and sends it to the login page (slackapi/deno-slack-sdk#285). */
  | { kind: 'login'; location: string }

interface Ticket {
  fileId: string
  name: string
  length: number
  alt: string | undefined
}

/** As the reference of files.getUploadURLExternal says. */
const ALT_CHARACTERS = 1_000

export function createFiles(workspace: Workspace): Files {
  const tickets = new Map<string, Ticket>()
  const uploaded = new Map<string, Pick<Ticket, 'name' | 'alt'> & { content: Buffer }>()
  const scopes = ['files:write']

  return {
    methods: {
      'files.getUploadURLExternal': {
        scopes,
        required: ['filename', 'length'],
        run(args) {
          const length = Number(args.length)
          if (!Number.isInteger(length) || length < 1) return refuse('invalid_arguments')
          const alt = textArgument(args, 'alt_txt')
          if (alt !== undefined && countCharacters(alt) > ALT_CHARACTERS) return refuse('alt_txt_too_large')
          const fileId = workspace.newId('F')
          const path = `/upload/v1/${randomBytes(16).toString('hex')}`
          tickets.set(path, { fileId, name: String(args.filename), length, alt })
          return { ok: true, upload_url: `${workspace.origin()}${path}`, file_id: fileId }
        },
      },
      'files.completeUploadExternal': {
        scopes,
        required: ['files'],
        run(args) {
          const wanted = objectsIn(args.files).map(one => ({
            id: String(one.id),
            title: textArgument(one, 'title'),
            bytes: uploaded.get(String(one.id)),
          }))
          if (wanted.length === 0) return refuse('invalid_arguments')
          const channelId = textArgument(args, 'channel_id')
          const channel = channelId ? workspace.channel(channelId) : undefined
          if (channelId && (!channel || !visibleToBot(channel))) return refuse('invalid_channel')
          // chat:write.public does not reach files.
          if (channel && !channel.botIsMember) return refuse('not_in_channel')
          if (channel?.archived) return refuse('posting_to_channel_denied')
          const threadTs = textArgument(args, 'thread_ts')
          const parent = channel && threadTs ? workspace.message(channel.id, threadTs) : undefined
          if (threadTs && (!parent || parent.ephemeralFor)) return refuse('thread_not_found')
          const files: SlackFile[] = []
          for (const { id, title, bytes } of wanted) {
            if (!bytes) return refuse('file_not_found')
            files.push({
              id,
              name: bytes.name,
              title: title ?? bytes.name,
              size: bytes.content.length,
              mimetype: mimetypeOf(bytes.name),
              user: workspace.botUserId,
              created: Math.floor(workspace.now() / 1000),
              content: bytes.content,
              ...(bytes.alt === undefined ? {} : { alt: bytes.alt }),
            })
          }
          for (const file of files) {
            uploaded.delete(file.id)
            workspace.addFile(file)
          }
          if (channel)
            workspace.addMessage({
              channel: channel.id,
              user: workspace.botUserId,
              text: rewriteMarkup(textArgument(args, 'initial_comment') ?? ''),
              files,
              ...(parent ? { thread_ts: parent.thread_ts ?? parent.ts } : {}),
            })
          return { ok: true, files: files.map(({ id, title }) => ({ id, title })) }
        },
      },
      'files.info': {
        scopes: ['files:read'],
        required: ['file'],
        run(args) {
          const file = workspace.file(String(args.file))
          if (!file) return refuse('file_not_found')
          const paging = { count: 100, total: 0, page: 1, pages: 0 }
          return { ok: true, file: fileOnWire(workspace, file), comments: [], paging }
        },
      },
    },
    download(path, may) {
      if (may === 'nothing')
        return { kind: 'login', location: `${workspace.origin()}/?redir=${encodeURIComponent(path)}` }
      const file = workspace.file(fileIdIn(path) ?? '')
      return file ? { kind: 'file', file } : { kind: 'missing' }
    },
    async upload(path, contentType, body) {
      const ticket = tickets.get(path)
      if (!ticket) return { status: 404, body: 'unknown upload url' }
      const content = await readUpload(contentType, body)
      if (content.length !== ticket.length)
        return { status: 400, body: `expected ${ticket.length} bytes, got ${content.length}` }
      uploaded.set(ticket.fileId, { name: ticket.name, alt: ticket.alt, content })
      return { status: 200, body: `OK - ${content.length}` }
    },
  }
}
