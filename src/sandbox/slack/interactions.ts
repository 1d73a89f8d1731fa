// Sending what a person does to the app: the same few steps for every click, pick and suggestion.
// It throws where the person would see a warning sign.
import type { Json } from './block-schema.ts'
import type { Delivery } from './delivery.ts'
import type { LocalSlackShortcut, LocalSlackUser } from './face.ts'
import { type Field, objectsIn, optionsOf } from './fields.ts'
import { blockActionsBody, blockSuggestionBody, type Source } from './payloads.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Triggers } from './triggers.ts'
import type { Views } from './views.ts'
import type { Call } from './web-api.ts'
import type { Workspace } from './workspace.ts'

export interface Outside {
  workspace: Workspace
  views: Views
  triggers: Triggers
  responseUrls: ResponseUrls
  delivery: Delivery
  /** What the app was allowed when it was installed. */
  granted: Call
  /** The app's slash commands. */
  commands: string[]
  shortcuts: readonly LocalSlackShortcut[]
}

export interface Interactions {
  /** Sends block_actions and waits for the acknowledgement. `state` is what the element now holds, if it holds anything. */
  act(source: Source, field: Field, state?: Json): Promise<void>
  /** Asks the app for options; an answer Slack cannot use leaves the last list on screen. */
  suggest(source: Source, field: Field, typed: string): Promise<Json[]>
  /** The list on screen under this field, as the app last gave it. */
  onScreen(source: Source, field: Field): Json[]
}

const MAX_OPTIONS = 100
// external_select asks nobody before this many characters, unless it says otherwise.
const MIN_QUERY_LENGTH = 3

function keyOf(source: Source, { blockId, actionId }: Field): string {
  const where = source.kind === 'view' ? source.view.id : source.message.ts
  return `${where}/${blockId}/${actionId}`
}

export function createInteractions(outside: Outside, user: LocalSlackUser): Interactions {
  const { workspace, triggers, responseUrls, delivery } = outside
  const shown = new Map<string, Json[]>()

  return {
    async act(source, field, state) {
      const inModal = source.kind === 'view' && source.view.type === 'modal'
      const body = blockActionsBody(workspace, user, source, field, state, {
        trigger_id: triggers.issue({
          userId: user.id,
          ...(inModal ? { viewId: source.view.id } : {}),
        }),
        ...(source.kind === 'message'
          ? {
              response_url: responseUrls.issue({
                channelId: source.channel.id,
                userId: user.id,
                messageTs: source.message.ts,
              }),
            }
          : {}),
      })
      const ack = await delivery.deliver('interactive', body)
      if (ack.kind === 'failed')
        throw new Error(
          `Slack shows a warning sign: "${field.actionId}" was not acknowledged (${ack.reason})`,
        )
    },
    async suggest(source, field, typed) {
      const least = field.element.min_query_length
      if (typed.length < (typeof least === 'number' ? least : MIN_QUERY_LENGTH)) return []
      const key = keyOf(source, field)
      const ack = await delivery.deliver(
        'interactive',
        blockSuggestionBody(workspace, user, source, field, typed),
      )
      const body = ack.kind === 'acked' ? ack.body : {}
      const usable =
        (Array.isArray(body.options) || Array.isArray(body.option_groups)) &&
        objectsIn(body.options).length <= MAX_OPTIONS &&
        objectsIn(body.option_groups).length <= MAX_OPTIONS
      if (usable) shown.set(key, optionsOf(body))
      return shown.get(key) ?? []
    },
    onScreen: (source, field) => shown.get(keyOf(source, field)) ?? [],
  }
}
