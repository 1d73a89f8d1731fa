// A file as Slack describes it: its type, told from its name, and the object that stands for it on the wire.
// Pure builders: nothing is stored here, and nothing looks into a file to guess what it is.
import type { Json } from './block-schema.ts'
import type { SlackFile } from './face.ts'
import type { Workspace } from './workspace.ts'

interface FileType {
  filetype: string
  mimetype: string
  pretty: string
  /** Slack keeps text as a snippet that people can edit, anything else as it is. */
  mode: 'snippet' | 'hosted'
}

// Those that somebody is likely to attach; Slack knows some hundred more.
const types: Record<string, FileType> = {
  csv: { filetype: 'csv', mimetype: 'text/csv', pretty: 'CSV', mode: 'snippet' },
  tsv: { filetype: 'tsv', mimetype: 'text/tab-separated-values', pretty: 'TSV', mode: 'snippet' },
  txt: { filetype: 'text', mimetype: 'text/plain', pretty: 'Plain Text', mode: 'snippet' },
  log: { filetype: 'text', mimetype: 'text/plain', pretty: 'Plain Text', mode: 'snippet' },
  json: { filetype: 'json', mimetype: 'application/json', pretty: 'JSON', mode: 'snippet' },
  pdf: { filetype: 'pdf', mimetype: 'application/pdf', pretty: 'PDF', mode: 'hosted' },
  png: { filetype: 'png', mimetype: 'image/png', pretty: 'PNG', mode: 'hosted' },
  jpg: { filetype: 'jpg', mimetype: 'image/jpeg', pretty: 'JPEG', mode: 'hosted' },
  zip: { filetype: 'zip', mimetype: 'application/zip', pretty: 'Zip', mode: 'hosted' },
}
const unknownType: FileType = {
  filetype: 'binary',
  mimetype: 'application/octet-stream',
  pretty: 'Binary',
  mode: 'hosted',
}

/** In small letters; empty for a name that has none. */
export function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
}

function typeOf(name: string): FileType {
  const extension = extensionOf(name)
  return (Object.hasOwn(types, extension) ? types[extension] : undefined) ?? unknownType
}

export function mimetypeOf(name: string): string {
  return typeOf(name).mimetype
}

/** Recorded from a real workspace: a view_submission with a file_input (talosgh/omega-slackbot, tmp.py). */
export function fileOnWire(workspace: Workspace, file: SlackFile): Json {
  const { filetype, mimetype, pretty, mode } = typeOf(file.name)
  const poster = workspace.user(file.user)
  const privateUrl = `${workspace.origin()}${privatePath(workspace, file)}`
  const name = urlName(file.name)
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype,
    filetype,
    pretty_type: pretty,
    user: file.user,
    user_team: poster?.teamId ?? workspace.teamId,
    editable: mode === 'snippet',
    size: file.size,
    mode,
    is_external: false,
    external_type: '',
    is_public: false,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: `${privateUrl}/${name}`,
    url_private_download: `${privateUrl}/download/${name}`,
    permalink: `https://${workspace.teamDomain}.slack.com/files/${file.user}/${file.id}/${name}`,
    comments_count: 0,
    shares: {},
    channels: [],
    groups: [],
    ims: [],
    has_more_shares: false,
    has_rich_preview: false,
    file_access: 'visible',
    ...(file.alt === undefined ? {} : { alt_txt: file.alt }),
  }
}

function privatePath(workspace: Workspace, { id }: SlackFile): string {
  return `/files-pri/${workspace.teamId}-${id}`
}

/** The file that a path of `url_private` or `url_private_download` names. Its last part is for people alone. */
export function fileIdIn(path: string): string | undefined {
  return /^\/files-pri\/[^/-]+-(\w+)(\/|$)/.exec(path)?.[1]
}

/** `780 3 AVENUE.pdf` stands in urls as `780_3_avenue.pdf`. */
function urlName(name: string): string {
  return encodeURIComponent(name.toLowerCase().replaceAll(' ', '_'))
}
