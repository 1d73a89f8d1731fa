// The Home tab: opened, asked from, and kept up to date after what the person does. It changes nothing itself; the buttons
// of its requests are those of the cards, and are heard where those are.

import type { App } from '@slack/bolt'
import { z } from 'zod'
import { ACTIONS, homeMetadataSchema } from '../blocks/ids.ts'
import { askedInOf, parseJson } from '../platform/answering.ts'
import { onPress, type PressDeps } from '../platform/pressing.ts'
import { createOpenedForms, type OpenedFormDeps } from '../reset-form/opened.ts'
import type { HomeTabs } from './tabs.ts'

export interface HomeListenersDeps extends OpenedFormDeps, PressDeps {
  tabs: HomeTabs
  /** Where cards go; null: the channel that is asked in. */
  approvalsChannel: string | null
}

const openedSchema = z.object({ user: z.string(), channel: z.string(), tab: z.string().default('home') })
const actedSchema = z.object({
  type: z.enum(['block_actions', 'view_submission']),
  user: z.object({ id: z.string() }),
  view: z.object({ type: z.string(), private_metadata: z.string() }).optional(),
})

export function registerHomeListeners(app: App, deps: HomeListenersDeps): void {
  const { tabs, approvalsChannel } = deps
  const forms = createOpenedForms(deps)

  app.event('app_home_opened', async ({ event }) => {
    const { user, channel, tab } = openedSchema.parse(event)
    // The same event says that somebody reads their messages with Rewind.
    if (tab === 'home') await tabs.opened(user, channel)
  })

  app.use(async ({ body, next }) => {
    await next()
    const acted = actedSchema.safeParse(body)
    if (!acted.success) return
    const { user, view } = acted.data
    const home = view?.type === 'home' ? conversationIn(view.private_metadata) : undefined
    // It may have been opened before this process was there to hear of it.
    if (home === undefined) tabs.acted(user.id)
    else void tabs.opened(user.id, home)
  })

  onPress(app, ACTIONS.ask, 'ask button', deps, async ({ body, client, words: wanted }) => {
    const conversation = conversationIn(body.view?.private_metadata ?? '')
    if (conversation === undefined) throw new Error('The Home tab names no conversation.')
    const words = await wanted
    // No channel is where a Home tab is, so that a rule for one channel does not hold. The conversation with Rewind is
    // the one place that the requester surely reads; approvers find the request on their own Home tabs.
    const lead = approvalsChannel === null ? { lead: words.home.cardComesToYou } : {}
    const metadata = { askedIn: askedInOf(body), cardIn: conversation, notes: [], ...lead }
    await forms.open(words, client, body.trigger_id, {}, metadata)
  })
}

function conversationIn(metadata: string): string | undefined {
  return homeMetadataSchema.safeParse(parseJson(metadata)).data?.conversation
}
