// "Reset offsets from this alert", in the menu of a message: the form is open at once, and the names of the message that
// are on the cluster are filled in when they are found. It must never fill in a name that is not there.

import type { AllMiddlewareArgs, App, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt'
import { z } from 'zod'
import type { LongNames } from '../../../ports/chat.ts'
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Report } from '../../../ports/events.ts'
import {
  ALERT_MAX,
  type Alerts,
  firstLine,
  type OneAlert,
  readAlerts,
  shownName,
} from '../../../request/alert.ts'
import type { Instance } from '../../../request/group.ts'
import { clip, REASON_MAX, type ResetFields, splitPartitions } from '../../../request/reset.ts'
import { SHORTCUTS } from '../blocks/ids.ts'
import { clipMiddle, named } from '../blocks/text.ts'
import type { NamedInMessage } from '../language/en/shortcut.ts'
import type { Words } from '../language/language.ts'
import { answering, askedInOf } from '../platform/answering.ts'
import type { SlackPeople } from '../platform/people.ts'
import { spelledRange } from '../wording/words.ts'
import { abilitiesFor } from './abilities.ts'
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
const NAMES_NAMED = 3
const RANGES_NAMED = 5
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
        const alerts = readAlerts(text)
        const link = linkTo((await people.workspace(0))?.url, channel.id, message_ts)
        const reason = reasonOf(words, firstLine(alerts.text.trim() === '' ? text : alerts.text), link)
        const asked = { askedIn: askedInOf(shortcut), cardIn: channel.id, notes: [] }
        const { looking } = words.shortcut
        // The trigger lives three seconds: nothing is asked of CKafka before the form is open.
        const opened = await forms.openUnfilled(words, client, trigger_id, looking, reason, asked)
        if (opened === undefined) return
        const there = await findNames(alerts, deps)
        // Where the API resets whole topics, a partition alone cannot be, and the whole topic is not what it is about.
        const can = await abilitiesFor(deps.reader, there.instance ?? undefined)
        const refused = can.writePartitions ? [] : there.topics.filter(topic => topic.includes(':'))
        const found = { ...there, topics: there.topics.filter(topic => !refused.includes(topic)) }
        const notes = refused.map(typed =>
          words.flags.wholeTopicsOnly({ kind: 'wholeTopicsOnly', typed: clip(typed, 60) }),
        )
        const lead = leadOf(words, found, alerts)
        const metadata = { ...opened.metadata, notes: [...opened.metadata.notes, ...notes], lead }
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

function leadOf(words: Words, found: NamesThere, alerts: Alerts): string {
  const { shortcut } = words
  const { instance, otherInstance, group, topics, about, reached } = found
  if (group !== null || topics.length > 0) {
    const shown = topics.slice(0, TOPICS_NAMED).map(topic => spelled(words, topic))
    const rest = {
      firing: namedOf(alerts.firing.filter(alert => alert !== about)),
      resolved: namedOf(alerts.resolved),
      unclear: namedOf(alerts.unclear),
    }
    return `${shortcut.found({
      group: group === null ? null : named(clipMiddle(group, NAME_SHOWN)),
      topics: shown,
      topicsLeft: topics.length - shown.length,
    })}${found.isTopicCut ? shortcut.topicCut : ''}${shortcut.rest(rest)}`
  }
  if (reached === 'nothing') return shortcut.notReached
  if (otherInstance !== null) return shortcut.otherInstance(named(clipMiddle(otherInstance, NAME_SHOWN)))
  if (alerts.firing.length === 0 && alerts.unclear.length > 0)
    return shortcut.unclear(namedOf(alerts.unclear))
  if (alerts.firing.length === 0 && alerts.resolved.length > 0)
    return shortcut.allResolved(namedOf(alerts.resolved))
  if (instance === null) return shortcut.noInstance
  if (found.isGroupCut) return shortcut.groupCut
  if (reached === 'instances') return shortcut.notReached
  if (!found.isGroupMissing && found.isTopicCut) return shortcut.onlyTopicCut
  return found.isGroupMissing ? shortcut.groupMissing(instance) : shortcut.nothing(instance)
}

/** `orders:3` as people read it. */
function spelled({ pickers }: Words, typed: string): string {
  const { topic, partitions } = splitPartitions(typed)
  const name = named(clipMiddle(topic, NAME_SHOWN))
  if (!partitions) return name
  const { count } = partitions
  const ranges = partitions.ranges.flatMap(({ low, high }) => spelledRange(low, high))
  const shown =
    ranges.length <= RANGES_NAMED ? pickers.partitions(count, ranges) : pickers.manyPartitions(count)
  return `${name} (${shown})`
}

/** What each alert is about, as the message says it. */
function namedOf(alerts: readonly OneAlert[]): NamedInMessage {
  const groups = alerts.flatMap(({ group }) => (group === null ? [] : [shownName(group)]))
  const topics = alerts.flatMap(({ group, topics }) =>
    group === null ? topics.map(({ readings }) => shownName(readings)) : [],
  )
  const short = (names: readonly string[]) =>
    [...new Set(names)].slice(0, NAMES_NAMED).map(name => named(clipMiddle(name, NAME_SHOWN)))
  return {
    ...{ groups: short(groups), groupsLeft: Math.max(0, new Set(groups).size - NAMES_NAMED) },
    ...{ topics: short(topics), topicsLeft: Math.max(0, new Set(topics).size - NAMES_NAMED) },
  }
}

/** The link is kept whole, or left out: half of one leads nowhere. */
function reasonOf({ shortcut }: Words, line: string, link: string): string {
  return clip(`${shortcut.reason(line)}${link === '' ? '' : ` ${link}`}`, REASON_MAX)
}

/** As Slack itself writes it; empty where the workspace's address is not known. */
function linkTo(url: string | undefined, channel: string, ts: string): string {
  return url === undefined || url === '' ? '' : `${url}archives/${channel}/p${ts.replace('.', '')}`
}
