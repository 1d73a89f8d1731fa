// The history of a group: the button on a card, the pages of the modal, and its CSV file in a direct message.
// It changes nothing.

import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Approvals } from '../../../ports/approvals.ts'
import type { ListPage, ListPlace } from '../../../ports/store.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { Target } from '../../../request/reset.ts'
import { ACTIONS } from '../blocks/ids.ts'
import { cardUrl } from '../blocks/links.ts'
import type { Words } from '../language/language.ts'
import { firstPage, type HistoryAsked, historyMetadataSchema, historyPageSchema } from '../lists/query.ts'
import { inTime, isOvertaken, parseJson, sentenceFor } from '../platform/answering.ts'
import type { FilesFetch } from '../platform/light-fetch.ts'
import type { LinkBase } from '../platform/link-base.ts'
import {
  type ButtonArgs,
  type Client,
  onPress,
  type PressDeps,
  pressedRequest,
} from '../platform/pressing.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { uploadFile } from '../thread/upload.ts'
import { FILE_REQUESTS, FILE_ROWS, historyCsv, type RecordedReset } from './file.ts'
import { HISTORY_PAGE, type HistoryEntry, historyModal, topicMoves } from './view.ts'

export interface HistoryListenersDeps extends PressDeps {
  approvals: Approvals
  linkBase: LinkBase
  /** What carries files; default: undici's fetch. */
  files?: FilesFetch
}

/** Rows of plans that are looked through for one page, which has to be there within a trigger's life. */
const PAGE_ROWS = 10_000
const FILE_PAGE = 50

export function registerHistoryListeners(app: App, deps: HistoryListenersDeps): void {
  const { approvals, linkBase, report, wordsFor } = deps

  onPress(app, ACTIONS.history, 'history button', deps, async press => {
    const request = await pressedRequest(press, approvals)
    if (request === null) return
    const { body, client, words } = press
    const view = await inTime(drawn(client, await words, request.reset.target, firstPage()))
    await client.views.open({ trigger_id: body.trigger_id, view })
  })

  for (const action of [ACTIONS.historyOlder, ACTIONS.historyNewest]) {
    app.action(action, async ({ ack, body, action: pressed, client }: ButtonArgs) => {
      await ack()
      await inModal(body, client, async (words, target) => {
        const asked = historyPageSchema.parse(parseJson(pressed.value ?? ''))
        return drawn(client, words, target, asked)
      })
    })
  }

  app.action(ACTIONS.historyCsv, async ({ ack, body, action, client }: ButtonArgs) => {
    await ack()
    await inModal(body, client, async (words, target) => {
      const asked = historyPageSchema.parse(parseJson(action.value ?? ''))
      await saysMaking(client, body.view, await drawn(client, words, target, asked, words.history.making))
      const notice = await sendFile(client, words, target, body.user.id).then(
        () => words.history.sent,
        error => {
          report({ event: 'fault', where: 'history file', error })
          return words.history.notSent
        },
      )
      return drawn(client, words, target, asked, notice)
    })
  })

  /** A long history takes a while; the file comes whether or not Slack shows that it is made. */
  async function saysMaking(client: Client, view: BlockAction['view'], making: ModalView): Promise<void> {
    if (view === undefined) return
    await client.views.update({ view_id: view.id, view: making }).catch(error => {
      if (!isOvertaken(error)) report({ event: 'fault', where: 'history update', error })
    })
  }

  /** A modal has nowhere to answer but itself. */
  async function inModal(
    { view, user }: BlockAction,
    client: Client,
    redraw: (words: Words, target: Target) => Promise<ModalView>,
  ): Promise<void> {
    if (view === undefined) return
    const { private_metadata: metadata } = view
    const words = await wordsFor(user.id)
    async function next(): Promise<ModalView> {
      try {
        return await redraw(words, historyMetadataSchema.parse(parseJson(metadata)))
      } catch (error) {
        report({ event: 'fault', where: 'history', error })
        return sentenceModal(words, words.history.title, sentenceFor(words, error, true))
      }
    }
    try {
      await client.views.update({ view_id: view.id, view: await next() })
    } catch (error) {
      if (!isOvertaken(error)) report({ event: 'fault', where: 'history update', error })
    }
  }

  async function drawn(
    client: Client,
    words: Words,
    target: Target,
    asked: HistoryAsked,
    notice?: string,
  ): Promise<ModalView> {
    const [page, base] = await Promise.all([
      approvals.history(target, HISTORY_PAGE, asked.before ?? undefined),
      linkBase(client),
    ])
    const entries = await Promise.all(movesRead(page).map(each => entryOf(each, base)))
    return historyModal(words, target, asked, page, entries, notice)
  }

  async function entryOf({ request, isRead }: Read, base: string | null): Promise<HistoryEntry> {
    if (!isRead) return { request, moves: null, link: cardUrl(base, request), base }
    const rows = await approvals.readPlan(request)
    const moves = rows === null ? 'notWhole' : topicMoves(rows)
    return { request, moves, link: cardUrl(base, request), base }
  }

  async function sendFile(client: Client, words: Words, target: Target, userId: string): Promise<void> {
    const { recorded, total } = await collect(target)
    const { channel } = await client.conversations.open({ users: userId })
    if (channel?.id === undefined) throw new Error('Slack’s answer named no conversation.')
    const file = historyCsv(words, target, recorded, total - recorded.length)
    await uploadFile(client, file, { channel: channel.id }, { files: deps.files })
  }

  /** The newest, as far as they fit into a file. */
  async function collect(target: Target): Promise<{ recorded: RecordedReset[]; total: number }> {
    const recorded: RecordedReset[] = []
    let rows = 0
    let total = 0
    let before: ListPlace | null = null
    do {
      const page: ListPage = await approvals.history(target, FILE_PAGE, before ?? undefined)
      total = Math.max(total, page.total)
      for (const request of page.requests) {
        const one = await recordedReset(request)
        rows += Math.max(1, one.plan?.length ?? 0, one.result?.length ?? 0)
        if (recorded.length === FILE_REQUESTS || rows > FILE_ROWS) return { recorded, total }
        recorded.push(one)
      }
      before = page.next
    } while (before !== null)
    // What the lists counted and what is there may differ: nothing was cut.
    return { recorded, total: recorded.length }
  }

  async function recordedReset(request: ResetRequest): Promise<RecordedReset> {
    const isEnded = 'outcome' in request.state && request.state.outcome.kind === 'done'
    const [plan, result] = await Promise.all([
      approvals.readPlan(request),
      isEnded ? approvals.readResult(request) : [],
    ])
    return { request, plan, result }
  }
}

interface Read {
  request: ResetRequest
  isRead: boolean
}

/** Which plans are read for a page: the newest, as long as they are not too many rows together. */
function movesRead({ requests }: ListPage): Read[] {
  let rows = 0
  return requests.map(request => {
    rows += request.plan?.partitions ?? 0
    return { request, isRead: rows <= PAGE_ROWS }
  })
}
