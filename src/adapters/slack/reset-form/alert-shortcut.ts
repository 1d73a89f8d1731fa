// "Reset offsets from this alert", in the menu of a message: the form is open at once, and the names of the message that
// are on the cluster are filled in when they are found. It must never fill in a name that is not there.

import type { AllMiddlewareArgs, App, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt'
import { z } from 'zod'
import type { LongNames } from '../../../ports/chat.ts'
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Report } from '../../../ports/events.ts'
import { ALERT_MAX, candidatesIn, firstLine } from '../../../request/alert.ts'
import type { Instance } from '../../../request/group.ts'
import { clip, REASON_MAX, type ResetFields } from '../../../request/reset.ts'
import { SHORTCUTS } from '../blocks/ids.ts'
import { clipMiddle, named } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { answering, askedInOf } from '../platform/answering.ts'
import type { SlackPeople } from '../platform/people.ts'
import { findNames, type NamesThere } from './alert-names.ts'
import { alertText } from './alert-text.ts'
import { createOpenedForms } from './opened.ts'

export interface AlertShortcutDeps {
  reader: ClusterReader
  names: LongNames
  report: Report
  instances: readonly Instance[]
  people: SlackPeople
  wordsFor: (userId: string) => Promise<Words>
}

type ShortcutArgs = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs

const TOPICS_NAMED = 3
const NAME_SHOWN = 60

const shortcutSchema = z.object({
  trigger_id: z.string(),
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }),
  message_ts: z.string().regex(/^\d+\.\d+$/),
  message: z.unknown(),
})

export function registerAlertShortcut(app: App, deps: AlertShortcutDeps): void {
  const { people, report, wordsFor } = deps
  const forms = createOpenedForms(deps)

  app.shortcut(
    { callback_id: SHORTCUTS.alert, type: 'message_action' },
    async ({ ack, shortcut, client, respond }: ShortcutArgs) => {
      await ack()
      const wording = wordsFor(shortcut.user.id)
      await answering('alert shortcut', report, respond, wording, async () => {
        const words = await wording
        const { trigger_id, channel, message, message_ts } = shortcutSchema.parse(shortcut)
        const text = alertText(message, ALERT_MAX)
        const candidates = candidatesIn(text)
        const link = linkTo((await people.workspace(0))?.url, channel.id, message_ts)
        const reason = reasonOf(words, firstLine(text), link)
        const asked = { askedIn: askedInOf(shortcut), cardIn: channel.id, notes: [] }
        const { looking } = words.shortcut
        // The trigger lives three seconds: nothing is asked of CKafka before the form is open.
        const opened = await forms.openUnfilled(words, client, trigger_id, looking, reason, asked)
        if (opened === undefined) return
        const found = await findNames(text, candidates, deps)
        const metadata = { ...opened.metadata, lead: leadOf(words, found) }
        const { viewId, hash } = opened
        await forms.redraw(words, client, viewId, hash, filled(reason, found), metadata, found.status)
      })
    },
  )
}

function filled(reason: string, { instance, group, topics }: NamesThere): ResetFields {
  return {
    reason,
    ...(instance === null ? {} : { instance }),
    ...(group === null ? {} : { group }),
    ...(topics.length === 0 ? {} : { scope: 'topics', topics: topics.join('\n') }),
  }
}

function leadOf({ shortcut }: Words, { instance, group, topics, reached }: NamesThere): string {
  if (group !== null || topics.length > 0) {
    const shown = topics.slice(0, TOPICS_NAMED).map(name => named(clipMiddle(name, NAME_SHOWN)))
    return shortcut.found({
      group: group === null ? null : named(clipMiddle(group, NAME_SHOWN)),
      topics: shown,
      topicsLeft: topics.length - shown.length,
    })
  }
  if (reached === 'nothing' || (reached === 'instances' && instance !== null)) return shortcut.notReached
  return instance === null ? shortcut.noInstance : shortcut.nothing(instance)
}

/** The link is kept whole, or left out: half of one leads nowhere. */
function reasonOf({ shortcut }: Words, line: string, link: string): string {
  return clip(`${shortcut.reason(line)}${link === '' ? '' : ` ${link}`}`, REASON_MAX)
}

/** As Slack itself writes it; empty where the workspace's address is not known. */
function linkTo(url: string | undefined, channel: string, ts: string): string {
  return url === undefined || url === '' ? '' : `${url}archives/${channel}/p${ts.replace('.', '')}`
}
