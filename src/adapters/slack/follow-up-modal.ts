// The modal in which an undo or a second try is asked for: what it would do, and what cannot be done and why. Pure.

import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import type { FollowUp, FollowUps } from '../../request/follow-up.ts'
import type { ResetRequest } from '../../request/request.ts'
import { clip, counted, grouped, REASON_MAX, strategyInWords } from '../../request/reset.ts'
import { parentInWords } from './facts.ts'
import { CALLBACKS, FOLLOW_UP_BLOCKS } from './ids.ts'
import { LIMITS } from './limits.ts'
import { bullets, clipMiddle, code, escaped, line, paragraph, plain, strong, words } from './text.ts'
import { topicsInWords } from './words.ts'

type Kind = 'undo' | 'retry'
type Impossible = FollowUps['impossible'][number]

const TOPICS_SHOWN = 5
const TOPICS_CHARACTERS = 1_300
const IMPOSSIBLE_SHOWN = 10
const IMPOSSIBLE_SAID = 3
/** Slack takes no more radio buttons; a menu takes more. */
const RADIOS_MAX = 10

/** @param followUps with one possible at least; otherwise there is only the sentence (noFollowUp) */
export function followUpModal(kind: Kind, request: ResetRequest, followUps: FollowUps): ModalView {
  const { id } = request
  const { possible, impossible } = followUps
  const [only] = possible
  return {
    type: 'modal',
    callback_id: CALLBACKS.followUp,
    title: plain(`${kind === 'undo' ? 'Undo' : 'Retry'} ${id}`, LIMITS.viewTitle),
    submit: plain('Ask for approval', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    private_metadata: JSON.stringify({ requestId: id, kind }),
    blocks: [
      ...(only !== undefined && possible.length === 1
        ? offer(kind, request, only)
        : choices(kind, request, possible)),
      ...impossibleBlocks(kind, impossible),
      paragraph(
        line(
          words('It is a request of its own: it gets a plan, somebody has to approve it, and it is proved.'),
        ),
      ),
      reasonInput(kind, request),
    ],
  }
}

function offer(kind: Kind, { id, reset }: ResetRequest, { reset: next, partitions }: FollowUp): KnownBlock[] {
  const isCounted = next.strategy.kind === 'offsets'
  const what = kind === 'undo' ? `Puts back what ${id} moved` : `Tries again what ${id} did not do`
  return [
    paragraph(
      line(
        strong(`${what}: `),
        code(clipMiddle(reset.target.group, 255)),
        words(
          ` ${strategyInWords(next.strategy)}${isCounted ? '' : `, ${counted(partitions, 'partition')}`}.`,
        ),
      ),
      line(strong('Topics: '), words(clip(topicsInWords(next.topics, TOPICS_SHOWN), TOPICS_CHARACTERS))),
    ),
  ]
}

function choices(kind: Kind, { id }: ResetRequest, possible: readonly FollowUp[]): KnownBlock[] {
  const shown = possible.slice(0, LIMITS.options)
  const left = possible.length - shown.length
  const options = shown.map(({ reset, partitions }, index): PlainTextOption => {
    const topics = clipMiddle(topicsInWords(reset.topics, 1), 40)
    return {
      value: `${index}`,
      text: plain(`${topics}, ${counted(partitions, 'partition')}`, LIMITS.optionText),
      description: plain(capitalized(strategyInWords(reset.strategy)), LIMITS.optionText),
    }
  })
  const why = `${kind === 'undo' ? 'Undoing' : 'Retrying'} ${id} takes ${counted(possible.length, 'request')}, because API 2.0 sends one number to all partitions of a request. Pick one; press the button on the card again for the next.`
  return [
    paragraph(line(words(why))),
    {
      type: 'input',
      block_id: FOLLOW_UP_BLOCKS.choice,
      label: plain('What to ask for', LIMITS.errorText),
      element:
        options.length <= RADIOS_MAX
          ? { type: 'radio_buttons', action_id: FOLLOW_UP_BLOCKS.choice, options }
          : { type: 'static_select', action_id: FOLLOW_UP_BLOCKS.choice, options },
    },
    ...(left > 0
      ? [paragraph(line(words(`… and ${grouped(left)} more than Slack can list. Ask for those by hand.`)))]
      : []),
  ]
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function impossibleBlocks(kind: Kind, impossible: readonly Impossible[]): KnownBlock[] {
  if (impossible.length === 0) return []
  const shown = impossible.slice(0, IMPOSSIBLE_SHOWN)
  const left = impossible.length - shown.length
  return [
    paragraph(line(strong(kind === 'undo' ? 'What cannot be put back:' : 'What cannot be tried again:'))),
    bullets([
      ...shown.map(each => line(code(clipMiddle(each.topic, 100)), words(`: ${whyNot(each)}`))),
      ...(left > 0 ? [line(words(`${counted(left, 'more topic')}.`))] : []),
    ]),
  ]
}

function whyNot({ partitions, why }: Impossible): string {
  switch (why) {
    case 'noCommitBefore':
      return `${counted(partitions, 'partition')} cannot go back: where nothing was committed before, a commit can be replaced but not taken away.`
    case 'severalOffsets':
      return 'its partitions stood at different offsets, and API 2.0 can only send one number.'
    case 'partly':
      return 'only a part of it was missed, and shifting the whole topic again would move the rest twice.'
    default:
      return why satisfies never
  }
}

/** Why there is nothing to ask for, in Slack's text format. @param followUps null: the execution left no result */
export function noFollowUp(kind: Kind, { id }: ResetRequest, followUps: FollowUps | null): string {
  const cannot = kind === 'undo' ? 'be undone' : 'be tried again'
  if (followUps === null) {
    return `${id} left no result to work from, so it cannot ${cannot}. Look at the offsets in the CKafka console, then ask with /reset-offsets.`
  }
  const { impossible } = followUps
  if (impossible.length === 0) {
    return kind === 'undo'
      ? `${id} moved no offset, so there is nothing to put back.`
      : `${id} missed no partition that could be tried again.`
  }
  const shown = impossible
    .slice(0, IMPOSSIBLE_SAID)
    .map(each => `• ${escaped(clipMiddle(each.topic, 100))}: ${whyNot(each)}`)
  const left = impossible.length - shown.length
  const more = left > 0 ? [`• ${counted(left, 'more topic')}.`] : []
  return [`${id} cannot ${cannot} exactly:`, ...shown, ...more].join('\n')
}

function reasonInput(kind: Kind, { id, reason }: ResetRequest): InputBlock {
  return {
    type: 'input',
    block_id: FOLLOW_UP_BLOCKS.reason,
    label: plain('Reason', LIMITS.errorText),
    hint: plain('The approver reads this, and it stays in the audit trail.', LIMITS.errorText),
    element: {
      type: 'plain_text_input',
      action_id: FOLLOW_UP_BLOCKS.reason,
      multiline: true,
      max_length: REASON_MAX,
      initial_value: plain(`${parentInWords({ id, kind })}: ${reason}`, REASON_MAX).text,
    },
  }
}

const stateSchema = z.object({
  [FOLLOW_UP_BLOCKS.reason]: z.object({
    [FOLLOW_UP_BLOCKS.reason]: z.object({ value: z.string().trim().min(1).max(REASON_MAX) }),
  }),
  [FOLLOW_UP_BLOCKS.choice]: z
    .object({
      [FOLLOW_UP_BLOCKS.choice]: z.object({
        selected_option: z.object({ value: z.string().regex(/^\d{1,4}$/) }),
      }),
    })
    .optional(),
})

/** `index` counts into what was possible. Undefined when the submission is not what the modal asks for. */
export function readFollowUp(state: unknown): { reason: string; index: number } | undefined {
  const { data } = stateSchema.safeParse(state)
  if (data === undefined) return undefined
  return {
    reason: data.reason.reason.value,
    index: Number(data.choice?.choice.selected_option.value ?? 0),
  }
}
