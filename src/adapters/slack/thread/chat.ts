// The Chat port on Slack's Web API: posts and finds what a request owes, keeps to Slack's pace, looks groups up.

import type { WebClient } from '@slack/web-api'
import pLimit from 'p-limit'
import type { Chat, ChatOutcome, PostDocuments } from '../../../ports/chat.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Pictures } from '../../../ports/pictures.ts'
import { elsewhereKey, isDirect, isElsewhere, noteOf, type PostKey } from '../../../request/notes.ts'
import { cardTsOf, type ResetRequest } from '../../../request/request.ts'
import { POST_EVENT_TYPE, postMetadataSchema } from '../blocks/ids.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import type { FilesFetch } from '../platform/light-fetch.ts'
import { createLinkBase } from '../platform/link-base.ts'
import { outcomeOfError, refusalOfToken, SLACK_CALL_MS } from '../platform/web-client.ts'
import { card, type Message } from './card.ts'
import { planCsv, resultCsv } from './csv-files.ts'
import { directMessage, recipientOf } from './direct.ts'
import { elsewhereCard, elsewhereReply } from './elsewhere.ts'
import { pictureFile, pictureName } from './picture-files.ts'
import { cardTroubleMessage, noteReply } from './replies.ts'
import {
  type AttachedFile,
  type AttachedPicture,
  type Uploading,
  uploadFile,
  uploadPicture,
} from './upload.ts'

const CALLS_AT_ONCE = 8
const GROUP_CACHE_MS = 60_000
/** Slack allows few of these calls: a group that it does not show is not asked for by everybody who only looks. */
const UNREADABLE_CACHE_MS = 5_000
const PAGES_SEARCHED = 5
/** What the file itself may take of the time of a claim; the rest is the picture's. */
const FILE_MS = 1_500

export interface SlackChatDeps {
  client: WebClient
  clock: Clock
  /** What carries files; default: undici's fetch. */
  files?: FilesFetch
  /** Null: none are made. */
  pictures?: Pictures | null
  /** Each time it is asked for in vain, and each time it is read. */
  onGroupUnreadable(groupId: string, error: unknown): void
  onGroupRead?(groupId: string): void
  /** Of cards, their threads and what is told elsewhere, which everybody reads. */
  words: Words
  /** Of direct messages, which one person reads. */
  wordsFor(userId: string): Promise<Words>
  /** How long to leave Slack alone that does not take our token; default: as outcomeOfError says. */
  repairWaitMs?: () => number
}

export function createSlackChat(deps: SlackChatDeps): Chat {
  const { client, clock, onGroupUnreadable, onGroupRead = () => {}, words, wordsFor, repairWaitMs } = deps
  const { pictures = null } = deps
  const limit = pLimit(CALLS_AT_ONCE)
  /** Channel → when Slack wants to hear from us again; a fact about this minute, not worth keeping. */
  const pausedUntil = new Map<string, number>()
  const groups = new Map<string, { members: Promise<string[] | null>; untilMs: number }>()

  async function paced(channel: string, call: () => Promise<Sent | undefined>): Promise<ChatOutcome> {
    const pausedMs = (pausedUntil.get(channel) ?? 0) - clock()
    if (pausedMs > 0) return { kind: 'later', afterMs: pausedMs, cause: 'Slack asked to wait' }
    try {
      const sent = await limit(call)
      return sent === undefined
        ? { kind: 'unknown', cause: 'Slack’s answer named no message' }
        : { kind: 'posted', ...sent }
    } catch (error) {
      const outcome = endOf(error)
      if (outcome.kind === 'later') pausedUntil.set(channel, clock() + outcome.afterMs)
      return outcome
    }
  }

  function endOf(error: unknown): ChatOutcome {
    const outcome = outcomeOfError(error)
    const isRefused = outcome.kind === 'later' && refusalOfToken(error) !== null
    return isRefused && repairWaitMs !== undefined ? { ...outcome, afterMs: repairWaitMs() } : outcome
  }

  async function post(
    request: ResetRequest,
    key: PostKey,
    documents: PostDocuments,
    untilMs: number,
  ): Promise<ChatOutcome> {
    const { channel, threadTs } = placeOf(request, key)
    // Before a place among the calls is taken: others must not wait for it.
    const picture = await pictureOf(request, key, documents, untilMs)
    const file = fileOf(words, request, key, documents)
    if (file !== null)
      return paced(channel, async () => {
        const sent = await uploadFile(client, file, { channel, threadTs }, uploading(picture, untilMs))
        if (sent === undefined) return undefined
        return { ts: sent.id, ...(isFileId(sent.picture) ? { picture: sent.picture } : {}) }
      })
    return paced(channel, async () => {
      const read = isPerson(channel) ? await wordsFor(channel) : words
      const base = isDirect(key) ? await linkBase(client) : null
      const { text, blocks } = messageOf(read, request, key, documents, base)
      if (picture !== null) {
        // The reply is said beside it then.
        const sent = await uploadPicture(client, text, { channel, threadTs }, uploading(picture, untilMs))
        if (sent !== undefined) return { ts: sent }
      }
      requireTime(untilMs)
      const answer = await client.chat.postMessage({
        channel,
        text,
        blocks,
        metadata: { event_type: POST_EVENT_TYPE, event_payload: { request_id: request.id, key } },
        unfurl_links: false,
        unfurl_media: false,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      })
      return answer.ts === undefined ? undefined : { ts: answer.ts }
    })
  }

  /** Null: it has none, or none in time. */
  async function pictureOf(
    request: ResetRequest,
    key: PostKey,
    documents: PostDocuments,
    untilMs: number,
  ): Promise<AttachedPicture | null> {
    const waitMs = untilMs - clock() - SLACK_CALL_MS - 2 * FILE_MS
    if (pictures === null || waitMs <= 0 || pictureName(request, key) === null) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>(resolve => {
      timer = setTimeout(resolve, waitMs, null)
    })
    const drawn = pictureFile(pictures, words, request, key, documents).catch(() => null)
    return Promise.race([drawn, late]).finally(() => clearTimeout(timer))
  }

  function uploading(picture: AttachedPicture | null, untilMs: number): Uploading {
    return {
      beforeShown: () => requireTime(untilMs),
      files: deps.files,
      picture,
      pictureWithinMs: untilMs - clock() - SLACK_CALL_MS - FILE_MS,
    }
  }

  /** A post that ends after its claim could meet a second one; waiting for a free place must not eat the time. */
  function requireTime(untilMs: number): void {
    if (clock() + SLACK_CALL_MS > untilMs)
      throw Object.assign(new Error('Too late to start.'), { retryAfter: 1 })
  }

  async function updateCard(request: ResetRequest, untilMs: number): Promise<ChatOutcome> {
    const ts = cardTsOf(request)
    if (ts === undefined) return { kind: 'refused', code: 'no_card' }
    return paced(request.channel, async () => {
      const { text, blocks } = card(
        words,
        request,
        request.undone === undefined && request.retried === undefined ? null : await linkBase(client),
      )
      requireTime(untilMs)
      await client.chat.update({ channel: request.channel, ts, text, blocks, parse: 'none' })
      return { ts }
    })
  }

  let knownSelf: string | undefined
  async function self(): Promise<string> {
    knownSelf ??= (await client.auth.test()).user_id
    if (knownSelf === undefined) throw new Error('Slack did not say who this app is.')
    return knownSelf
  }

  /** Without it a card says the same, only without links. */
  const linkBase = createLinkBase(() => {})

  /** Messages are posted to a person, and read in the conversation with them. */
  async function conversationWith(userId: string): Promise<string> {
    const { channel } = await client.conversations.open({ users: userId })
    if (channel?.id === undefined) throw new Error('Slack did not name the conversation.')
    return channel.id
  }

  async function find(request: ResetRequest, key: PostKey): ReturnType<Chat['find']> {
    const { channel: place, threadTs } = placeOf(request, key)
    let cursor: string | undefined
    try {
      const me = await self()
      const channel = isPerson(place) ? await conversationWith(place) : place
      for (let page = 0; page < PAGES_SEARCHED; page++) {
        const query = {
          channel,
          include_all_metadata: true,
          limit: 200,
          ...(cursor ? { cursor } : {}),
        }
        const answer =
          threadTs === undefined
            ? await client.conversations.history({
                ...query,
                oldest: secondsOf(request.createdAtMs - 60_000),
              })
            : await client.conversations.replies({ ...query, ts: threadTs })
        for (const message of answer.messages ?? []) {
          const posted = postedAs(words, message, request, key, me)
          if (posted !== undefined) return { kind: 'found', ...posted }
        }
        cursor = answer.response_metadata?.next_cursor
        if (!cursor) break
      }
      return { kind: 'found', ts: null }
    } catch (error) {
      return endOf(error)
    }
  }

  function groupMembers(groupId: string, as: 'now' | 'lately'): Promise<string[] | null> {
    const cached = groups.get(groupId)
    if (as === 'lately' && cached !== undefined && clock() < cached.untilMs) return cached.members
    const entry = { members: readGroup(groupId), untilMs: clock() + GROUP_CACHE_MS }
    groups.set(groupId, entry)
    void entry.members.then(read => {
      if (read === null) entry.untilMs = clock() + UNREADABLE_CACHE_MS
    })
    return entry.members
  }

  async function readGroup(groupId: string): Promise<string[] | null> {
    try {
      const { users } = await client.usergroups.users.list({ usergroup: groupId })
      if (!Array.isArray(users)) throw new Error('Slack’s answer named no users.')
      onGroupRead(groupId)
      return users
    } catch (error) {
      onGroupUnreadable(groupId, error)
      return null
    }
  }

  return { post, find, updateCard, groupMembers }
}

/** What is there now; `ts` is the id of a file where it is one. */
interface Sent {
  ts: string
  picture?: string
}

/** As Slack's own rule for a block has it. */
function isFileId(id: string | undefined): id is string {
  return id !== undefined && /^F[A-Z0-9]{8,40}$/.test(id)
}

function isPerson(place: string): boolean {
  return /^[UW]/.test(place)
}

/** Where it is posted. Only the notes of a card that is there have a thread. */
function placeOf(request: ResetRequest, key: PostKey): { channel: string; threadTs: string | undefined } {
  const { channel, elsewhere, requester } = request
  if (key === 'cardTrouble') return { channel: requester, threadTs: undefined }
  if (isElsewhere(key)) return { channel: elsewhere ?? channel, threadTs: undefined }
  if (isDirect(key)) return { channel: recipientOf(request, key) ?? requester, threadTs: undefined }
  return { channel, threadTs: key === 'card' ? undefined : cardTsOf(request) }
}

/** @param base of the link to the card, for those who are told apart from it */
function messageOf(
  given: Words,
  request: ResetRequest,
  key: PostKey,
  documents: PostDocuments,
  base: string | null,
): Message {
  const words = wordsAbout(given, request)
  if (key === 'card') return card(words, request)
  if (isDirect(key)) return directMessage(words, request, key, base)
  if (key === 'cardTrouble') return cardTroubleMessage(words, request)
  if (key === elsewhereKey('card')) return elsewhereCard(words, request)
  if (isElsewhere(key)) return elsewhereReply(words, request, noteMessage(words, request, key, documents))
  return noteMessage(words, request, key, documents)
}

function noteMessage(words: Words, request: ResetRequest, key: PostKey, documents: PostDocuments): Message {
  const note = noteOf(request, key)
  if (note === undefined) throw new Error(`There is no ${key} in ${request.id}.`)
  return noteReply(words, request, note, documents)
}

/** Null: this one is a message. */
function fileOf(
  given: Words,
  request: ResetRequest,
  key: PostKey,
  { plan = [], result = [] }: PostDocuments,
): AttachedFile | null {
  const words = wordsAbout(given, request)
  const note = noteOf(request, key)
  // A message says then that they are not shown.
  if (plan === null || result === null) return null
  if (note?.kind === 'planned') return planCsv(words, request, plan, note.round)
  return note?.kind === 'resultFile' ? resultCsv(words, request, result) : null
}

/** Metadata is anybody's to write: only what this app has said itself counts. */
function postedAs(
  words: Words,
  message: unknown,
  request: ResetRequest,
  key: PostKey,
  me: string,
): Sent | undefined {
  const { user, ts, metadata, files } = message as {
    user?: string
    ts?: string
    metadata?: unknown
    files?: { id?: string; name?: string }[]
  }
  if (user !== me) return undefined
  const idOf = (wanted: string | null) => files?.find(({ name }) => name === wanted)?.id
  const picture = idOf(pictureName(request, key))
  const file = fileOf(words, request, key, {})
  const fileId = file === null ? picture : idOf(file.name)
  if (fileId !== undefined) return { ts: fileId, ...(file !== null && isFileId(picture) ? { picture } : {}) }
  const marked = postMetadataSchema.safeParse(metadata)
  if (!marked.success) return undefined
  const { request_id, key: markedKey } = marked.data.event_payload
  return request_id === request.id && markedKey === key && ts !== undefined ? { ts } : undefined
}

function secondsOf(timeMs: number): string {
  return (timeMs / 1000).toFixed(6)
}
