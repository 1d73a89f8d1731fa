// /offset-requests: a list of requests, page by page, or the review of one. It changes nothing.

import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import type { Approvals } from '../../../ports/approvals.ts'
import type { People } from '../../../ports/chat.ts'
import type { Report } from '../../../ports/events.ts'
import type { RequestId } from '../../../request/request.ts'
import { ACTIONS, COMMANDS } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import { answering, inTime, onlyForYou, parseJson } from '../platform/answering.ts'
import type { LinkBase } from '../platform/link-base.ts'
import type { ButtonArgs, Client } from '../platform/pressing.ts'
import type { ReviewListeners } from '../review/listeners.ts'
import { card, type Message } from '../thread/card.ts'
import { missingSentence } from '../wording/words.ts'
import {
  dayIn,
  filterOf,
  firstPage,
  type ListAsked,
  type ListQuery,
  listPageSchema,
  readListCommand,
} from './query.ts'
import { LIST_PAGE, noList, requestList } from './view.ts'

export interface ListListenersDeps {
  approvals: Approvals
  report: Report
  people: People
  linkBase: LinkBase
  wordsFor: (userId: string) => Promise<Words>
  openReview: ReviewListeners['openReview']
}

type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs

/** A day is somebody's; where Slack does not say in time whose, it is UTC's, and the list says so. */
const ZONE_MS = 500

export function registerListListeners(app: App, deps: ListListenersDeps): void {
  const { approvals, report, people, linkBase, wordsFor, openReview } = deps

  app.command(COMMANDS.list, async ({ ack, command, client, respond }: CommandArgs) => {
    const wanted = wordsFor(command.user_id)
    await ack()
    await answering('list command', report, respond, wanted, async () => {
      const { user_id: userId, channel_id: channel, trigger_id: triggerId } = command
      /** The review, for whom it waits; else the request as it is, with what this person can do to it. */
      const show = async (id: RequestId) => {
        const request = await inTime(approvals.read(id))
        if (request === undefined) {
          const why = await inTime(approvals.whyGone(id))
          return void (await respond(onlyForYou(missingSentence(await wanted, id, why, true))))
        }
        const acts = await inTime(approvals.actsOpenTo(request, userId))
        if (acts.has('decide')) {
          const from = { channel, message: null }
          const refused = await openReview(id, userId, triggerId, client, from)
          if (refused !== null) await respond(onlyForYou(refused))
          return
        }
        const shown = card(await wanted, request, await linkBase(client), acts)
        await respond({ response_type: 'ephemeral', ...shown })
      }
      const typed = readListCommand(command.text)
      if (typed.kind === 'review') {
        await show(typed.id)
        return
      }
      const words = await wanted
      if (typed.kind === 'list') {
        const asked = await firstOf(typed.query, userId)
        await respond({ response_type: 'ephemeral', ...(await listed(words, asked, userId, client)) })
        return
      }
      await respond({ response_type: 'ephemeral', ...noList(words, typed) })
    })
  })

  for (const action of [ACTIONS.listOlder, ACTIONS.listNewest]) {
    app.action(action, async ({ ack, body, action: pressed, client, respond }: ButtonArgs) => {
      const wanted = wordsFor(body.user.id)
      await ack()
      await answering('list page', report, respond, wanted, async () => {
        const userId = body.user.id
        const asked = listPageSchema.parse(parseJson(pressed.value ?? ''))
        const page = await listed(await wanted, asked, userId, client)
        await respond({ response_type: 'ephemeral', replace_original: true, ...page })
      })
    })
  }

  async function firstOf({ of, part, day }: ListQuery, userId: string): Promise<ListAsked> {
    const zone = day === null ? null : ((await people.find(userId, ZONE_MS))?.timeZone ?? null)
    return { of, part, day: day === null ? null : dayIn(zone, day), ...firstPage() }
  }

  async function listed(words: Words, asked: ListAsked, userId: string, client: Client): Promise<Message> {
    const before = asked.before ?? undefined
    const page = await inTime(approvals.list(filterOf(asked, userId), LIST_PAGE, before))
    const acts = await Promise.all(
      page.requests.map(async each => [each.id, await approvals.actsOpenTo(each, userId)] as const),
    )
    return requestList(words, asked, page, { acts: new Map(acts), base: await linkBase(client) })
  }
}
