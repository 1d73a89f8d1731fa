// A file on its way into Slack, and a picture beside it: two calls for each, and only the last one, for both, shows them to
// anybody. It must never hold the file up for the picture's sake.

import type { WebClient } from '@slack/web-api'
import { fetch } from 'undici'
import type { FilesFetch } from '../platform/light-fetch.ts'
import { outcomeOfError, SLACK_CALL_MS } from '../platform/web-client.ts'

/** `comment` is said beside the file, in Slack's text format, and holds no words of people. */
export interface AttachedFile {
  name: string
  content: string
  comment: string
}

export interface AttachedPicture {
  name: string
  title: string
  content: Uint8Array
  /** For whoever cannot see it; Slack takes 1,000 characters. */
  alt: string
}

export interface FilePlace {
  channel: string
  /** Undefined: not in a thread. */
  threadTs?: string | undefined
}

export interface Uploaded {
  id: string
  /** Undefined: the file is there without one. */
  picture: string | undefined
}

export interface Uploading {
  /** Throws where it must not be shown any more. */
  beforeShown?: () => void
  /** What carries it; undici's fetch by default. */
  files?: FilesFetch | undefined
  /** Goes with it when Slack has it in time, in milliseconds from now. */
  picture?: AttachedPicture | null
  pictureWithinMs?: number
}

/**
 * Their ids, or undefined when Slack's answer named no place for the file. Rejects as the client does, and with `retryAfter`
 * where nothing is visible yet.
 */
export async function uploadFile(
  client: WebClient,
  { name, content, comment }: AttachedFile,
  { channel, threadTs }: FilePlace,
  how: Uploading = {},
): Promise<Uploaded | undefined> {
  const { beforeShown, files = fetch } = how
  const place = (file: Placed) => placeFile(client, file, files)
  const ofPicture = placePicture(how, place)
  const id = await place({ name, body: Buffer.from(content, 'utf8') })
  if (id === undefined) return undefined
  const picture = await ofPicture
  const show = async (shown: { id: string; title: string }[]) => {
    beforeShown?.()
    await client.files.completeUploadExternal({
      files: shown as [{ id: string; title: string }],
      channel_id: channel,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      initial_comment: comment,
    })
  }
  const file = { id, title: name }
  if (picture !== null) {
    try {
      await show([picture, file])
      return { id, picture: picture.id }
    } catch (error) {
      // It may be the picture that is not taken, and then nothing is shown yet.
      if (outcomeOfError(error).kind !== 'refused') throw error
    }
  }
  await show([file])
  return { id, picture: undefined }
}

/**
 * A picture with a reply beside it. Its id, or undefined: it is not there, and nothing is shown. Rejects where it may be shown,
 * or where Slack asks to wait.
 */
export async function uploadPicture(
  client: WebClient,
  comment: string,
  { channel, threadTs }: FilePlace,
  how: Uploading,
): Promise<string | undefined> {
  const { beforeShown, files = fetch } = how
  const picture = await placePicture(how, file => placeFile(client, file, files))
  if (picture === null) return undefined
  beforeShown?.()
  try {
    await client.files.completeUploadExternal({
      files: [picture],
      channel_id: channel,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      initial_comment: comment,
    })
    return picture.id
  } catch (error) {
    if (outcomeOfError(error).kind === 'refused') return undefined
    throw error
  }
}

interface Placed {
  name: string
  body: Uint8Array
  alt?: string
}

/** Its id; undefined when Slack's answer named no place for it. */
async function placeFile(
  client: WebClient,
  { name, body, alt }: Placed,
  files: FilesFetch,
): Promise<string | undefined> {
  const place = await client.files.getUploadURLExternal({
    filename: name,
    length: body.byteLength,
    // As Slack's reference spells it; the client's types have another name.
    ...(alt === undefined ? {} : { alt_txt: alt }),
  })
  if (place.upload_url === undefined || place.file_id === undefined) return undefined
  const sent = await files(place.upload_url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/octet-stream' },
    signal: AbortSignal.timeout(SLACK_CALL_MS),
  })
  await sent.arrayBuffer()
  // Nothing is visible yet, so a failed upload is simply tried again.
  if (!sent.ok) throw Object.assign(new Error('The upload was refused.'), { retryAfter: 15 })
  return place.file_id
}

/** Null: there is none, it is not taken, or not there in time. */
async function placePicture(
  { picture, pictureWithinMs = 0 }: Uploading,
  place: (file: Placed) => Promise<string | undefined>,
): Promise<{ id: string; title: string } | null> {
  if (!picture || pictureWithinMs <= 0) return null
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(resolve, pictureWithinMs, null)
  })
  const placed = (async () => {
    const { name, title, content, alt } = picture
    const id = await place({ name, body: content, alt })
    return id === undefined ? null : { id, title }
  })()
  try {
    return await Promise.race([placed.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
