// A file on its way into Slack: three calls, and only the last one shows it to anybody.

import type { WebClient } from '@slack/web-api'
import { fetch } from 'undici'
import type { FilesFetch } from '../platform/light-fetch.ts'
import { SLACK_CALL_MS } from '../platform/web-client.ts'

/** `comment` is said beside the file, in Slack's text format, and holds no words of people. */
export interface AttachedFile {
  name: string
  content: string
  comment: string
}

export interface FilePlace {
  channel: string
  /** Undefined: not in a thread. */
  threadTs?: string | undefined
}

/**
 * The file's id, or undefined when Slack's answer named no place for it. Rejects as the client does, and with
 * `retryAfter` where nothing is visible yet.
 * @param how `beforeShown` throws where it must not be shown any more; `files` carries it, undici's fetch by default
 */
export async function uploadFile(
  client: WebClient,
  { name, content, comment }: AttachedFile,
  { channel, threadTs }: FilePlace,
  how: { beforeShown?: () => void; files?: FilesFetch | undefined } = {},
): Promise<string | undefined> {
  const { beforeShown, files = fetch } = how
  const body = Buffer.from(content, 'utf8')
  const place = await client.files.getUploadURLExternal({ filename: name, length: body.length })
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
  beforeShown?.()
  await client.files.completeUploadExternal({
    files: [{ id: place.file_id, title: name }],
    channel_id: channel,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    initial_comment: comment,
  })
  return place.file_id
}
