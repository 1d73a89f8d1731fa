// The modal in which an undo or a second try is asked for: what it would do, and what cannot be done and why. Pure.

import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import type { AskedIn } from '../../../request/asked-in.ts'
import { keyOfFollowUp } from '../../../request/digest.ts'
import type { FollowUp, FollowUps } from '../../../request/follow-up.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { clip, REASON_MAX } from '../../../request/reset.ts'
import { focusedOnEmpty } from '../blocks/focus.ts'
import { CALLBACKS, FOLLOW_UP_BLOCKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import {
  bullets,
  clipMiddle,
  code,
  escaped,
  line,
  paragraph,
  plain,
  strong,
  text,
  typed,
} from '../blocks/text.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { parentInWords } from '../wording/facts.ts'
import { topicsInWords } from '../wording/words.ts'

type Kind = 'undo' | 'retry'
type Impossible = FollowUps['impossible'][number]

const TOPICS_SHOWN = 5
const TOPICS_CHARACTERS = 1_300
const IMPOSSIBLE_SHOWN = 10
const IMPOSSIBLE_SAID = 3
/** Slack takes no more radio buttons; a menu takes more. */
const RADIOS_MAX = 10

/** @param followUps with one possible at least; otherwise there is only the sentence (noFollowUp) */
export function followUpModal(
  given: Words,
  kind: Kind,
  request: ResetRequest,
  followUps: FollowUps,
  askedIn: AskedIn,
  common: Words = given,
): ModalView {
  const words = wordsAbout(given, request)
  const { id } = request
  const { possible, impossible } = followUps
  const [only] = possible
  return focusedOnEmpty({
    type: 'modal',
    callback_id: CALLBACKS.followUp,
    title: plain(words.followUp[kind].title(id), LIMITS.viewTitle),
    submit: plain(words.form.submit, LIMITS.viewTitle),
    close: plain(words.form.close, LIMITS.viewTitle),
    private_metadata: JSON.stringify({
      ...{ requestId: id, kind, askedIn },
      ...(only !== undefined && possible.length === 1 ? { offered: keyOfFollowUp(only) } : {}),
    }),
    blocks: [
      ...(only !== undefined && possible.length === 1
        ? offer(words, kind, request, only)
        : choices(words, kind, request, possible)),
      ...(kind === 'undo' && (request.plan?.replays ?? 0n) > 0n
        ? [paragraph(line(text(words.plan.onlyOffsets)))]
        : []),
      ...impossibleBlocks(words, kind, impossible),
      paragraph(line(text(words.followUp.ofItsOwn))),
      reasonInput(words, kind, request, followUps, wordsAbout(common, request)),
    ],
  })
}

function offer(
  words: Words,
  kind: Kind,
  { id, reset }: ResetRequest,
  { reset: next, partitions }: FollowUp,
): KnownBlock[] {
  const isCounted = next.strategy.kind === 'offsets'
  const strategy = words.reset.strategy(next.strategy)
  const topics = clip(topicsInWords(words, next.topics, TOPICS_SHOWN), TOPICS_CHARACTERS)
  const group = clipMiddle(reset.target.group, 255)
  const { offered, [kind]: say } = words.followUp
  return [
    paragraph(
      line(...offered(say.offer(id), group, strategy, isCounted ? null : partitions)),
      line(strong(words.reset.topicsLabel), text(topics)),
    ),
  ]
}

function choices(
  words: Words,
  kind: Kind,
  { id }: ResetRequest,
  possible: readonly FollowUp[],
): KnownBlock[] {
  const { followUp: say } = words
  const shown = possible.slice(0, LIMITS.options)
  const left = possible.length - shown.length
  const options = shown.map((each): PlainTextOption => {
    const { reset, partitions } = each
    const topics = clipMiddle(topicsInWords(words, reset.topics, 1), 40)
    return {
      value: keyOfFollowUp(each),
      text: plain(say.option(topics, partitions), LIMITS.optionText),
      description: plain(words.reset.strategyAlone(reset.strategy), LIMITS.optionText),
    }
  })
  return [
    paragraph(line(text(say[kind].several(id, possible.length)))),
    {
      type: 'input',
      block_id: FOLLOW_UP_BLOCKS.choice,
      label: plain(say.choice, LIMITS.errorText),
      element:
        options.length <= RADIOS_MAX
          ? { type: 'radio_buttons', action_id: FOLLOW_UP_BLOCKS.choice, options }
          : { type: 'static_select', action_id: FOLLOW_UP_BLOCKS.choice, options },
    },
    ...(left > 0 ? [paragraph(line(text(say.moreOptions(left))))] : []),
  ]
}

function impossibleBlocks(
  { followUp: say }: Words,
  kind: Kind,
  impossible: readonly Impossible[],
): KnownBlock[] {
  if (impossible.length === 0) return []
  const shown = impossible.slice(0, IMPOSSIBLE_SHOWN)
  const left = impossible.length - shown.length
  const why = ({ why, partitions }: Impossible) => say.because(say.whys[why](partitions))
  return [
    paragraph(line(strong(say[kind].impossible))),
    bullets([
      ...shown.map(each => line(code(clipMiddle(each.topic, 100)), text(why(each)))),
      ...(left > 0 ? [line(text(say.moreTopics(left)))] : []),
    ]),
  ]
}

/** Why there is nothing to ask for, in Slack's text format. @param followUps null: the execution left no result; `notWhole`: or another than its record says */
export function noFollowUp(
  words: Words,
  kind: Kind,
  request: ResetRequest,
  followUps: FollowUps | 'notWhole' | null,
): string {
  const { followUp: say } = wordsAbout(words, request)
  const { id } = request
  if (followUps === null) return say[kind].noResult(id)
  if (followUps === 'notWhole') return say[kind].notWhole(id)
  const { impossible, by = [], open = [] } = followUps
  if (impossible.length === 0 && open.length > 0) return say[kind].open(id, open)
  if (impossible.length === 0 && by.length > 0) return say[kind].already(id, by)
  if (impossible.length === 0) return say[kind].nothing(id)
  const shown = impossible
    .slice(0, IMPOSSIBLE_SAID)
    .map(({ topic, why, partitions }) => `${clipMiddle(topic, 100)}${say.because(say.whys[why](partitions))}`)
  const left = impossible.length - shown.length
  const lines = [...shown, ...(left > 0 ? [say.moreTopics(left)] : [])]
  const others = open.length === 0 ? [] : [say[kind].open(id, open)]
  return [...others, say[kind].notExactly(id), ...lines.map(each => `• ${escaped(each)}`)].join('\n')
}

/** Why something is put back is another reason than the one it was done for; of a retry it is what failed, and that one. */
function reasonInput(
  words: Words,
  kind: Kind,
  { id, reason }: ResetRequest,
  { missed = [] }: FollowUps,
  common: Words,
): InputBlock {
  const places = (outcome: 'failed' | 'unreported') =>
    placesOf(
      common,
      missed.filter(each => each.outcome === outcome),
    )
  const what = { failed: places('failed'), unsure: places('unreported') }
  const before = common.followUp.reason(parentInWords(common, { id, kind }), id, what, reason)
  return {
    type: 'input',
    block_id: FOLLOW_UP_BLOCKS.reason,
    label: plain(words.followUp[kind].why, LIMITS.errorText),
    hint: plain(words.form.reasonHint, LIMITS.errorText),
    element: {
      type: 'plain_text_input',
      action_id: FOLLOW_UP_BLOCKS.reason,
      multiline: true,
      max_length: REASON_MAX,
      ...(kind === 'undo' ? {} : { initial_value: clip(typed(before), REASON_MAX) }),
    },
  }
}

/** `orders p1, p3`, by topic, and how many topics more. */
function placesOf({ followUp: say }: Words, missed: NonNullable<FollowUps['missed']>): string[] {
  const left = missed.length - MISSED_NAMED
  return [
    ...missed.slice(0, MISSED_NAMED).map(({ topic, partitions }) => {
      const first = partitions.slice(0, MISSED_NAMED).map(each => `p${each}`)
      const more = partitions.length - first.length
      return `${clipMiddle(topic, 100)} ${first.join(', ')}${more > 0 ? ` +${more}` : ''}`
    }),
    ...(left > 0 ? [say.moreTopics(left).replace(/[.。]$/, '')] : []),
  ]
}

const MISSED_NAMED = 5

const stateSchema = z.object({
  [FOLLOW_UP_BLOCKS.reason]: z.object({
    [FOLLOW_UP_BLOCKS.reason]: z.object({ value: z.string().trim().min(1).max(REASON_MAX) }),
  }),
  [FOLLOW_UP_BLOCKS.choice]: z
    .object({
      [FOLLOW_UP_BLOCKS.choice]: z.object({
        selected_option: z.object({ value: z.string().regex(/^[0-9a-f]{16}$/) }),
      }),
    })
    .optional(),
})

/** `key`: which of what was possible; null: there was one. Undefined when the submission is not what the modal asks for. */
export function readFollowUp(state: unknown): { reason: string; key: string | null } | undefined {
  const { data } = stateSchema.safeParse(state)
  if (data === undefined) return undefined
  return {
    reason: data.reason.reason.value,
    key: data.choice?.choice.selected_option.value ?? null,
  }
}
