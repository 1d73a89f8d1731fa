// The approval modal, and the modal that only says a sentence. Pure.

import type { KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { ResetRequest } from '../../request/request.ts'
import { counted } from '../../request/reset.ts'
import { facts, NOTE_MAX, stateLine } from './card.ts'
import { type GroupSight, groupSight } from './group-sight.ts'
import { CALLBACKS, REVIEW_BLOCKS } from './ids.ts'
import { LIMITS } from './limits.ts'
import { clipMiddle, line, moment, type Piece, paragraph, plain, shown, words } from './text.ts'

const TOPICS_IN_FACTS = 5
/** Keeps the whole view under Slack's 250 KB however long the names are. */
const TOPIC_BLOCKS_MAX = 50
const TOPIC_BLOCK_BYTES = 2_900
const TOPIC_NAME_MAX = 249

export function reviewModal(request: ResetRequest, sight?: GroupSight): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.review,
    title: plain(`Review ${request.id}`, LIMITS.viewTitle),
    submit: plain('Send decision', LIMITS.viewTitle),
    close: plain('Not now', LIMITS.viewTitle),
    private_metadata: JSON.stringify({ requestId: request.id }),
    blocks: [
      facts(request, TOPICS_IN_FACTS),
      ...groupSight(sight),
      ...allTopics(request.reset.topics),
      paragraph(line(...standing(request))),
      {
        type: 'input',
        block_id: REVIEW_BLOCKS.verdict,
        label: plain('Decision', LIMITS.errorText),
        element: {
          type: 'radio_buttons',
          action_id: REVIEW_BLOCKS.verdict,
          options: [
            verdict('approve', 'Approve', 'It runs at once'),
            verdict('reject', 'Reject', 'Nothing is reset; say why below'),
          ],
        },
      },
      {
        type: 'input',
        block_id: REVIEW_BLOCKS.note,
        optional: true,
        label: plain('Note', LIMITS.errorText),
        hint: plain('Everybody sees it in the thread. A rejection needs one.', LIMITS.errorText),
        element: {
          type: 'plain_text_input',
          action_id: REVIEW_BLOCKS.note,
          multiline: true,
          max_length: NOTE_MAX,
        },
      },
    ],
  }
}

/** On the card it also says that an approver is needed; here one is reading. */
function standing(request: ResetRequest): Piece[] {
  return request.state.name === 'pending'
    ? [words('It expires '), moment(request.expiresAtMs), words('.')]
    : stateLine(request)
}

function verdict(value: 'approve' | 'reject', text: string, description: string) {
  return { value, text: plain(text, LIMITS.optionText), description: plain(description, LIMITS.optionText) }
}

/** Every name, because an approval covers exactly these. */
function allTopics(topics: readonly string[]): KnownBlock[] {
  if (topics.length <= TOPICS_IN_FACTS) return []
  const chunks: string[][] = [[]]
  let bytes = 0
  for (const topic of topics) {
    const name = shown(clipMiddle(topic, TOPIC_NAME_MAX))
    const size = Buffer.byteLength(JSON.stringify(name))
    if (bytes + size > TOPIC_BLOCK_BYTES) {
      chunks.push([])
      bytes = 0
    }
    chunks.at(-1)?.push(name)
    bytes += size
  }
  const listed = chunks.slice(0, TOPIC_BLOCKS_MAX)
  const left = topics.length - listed.flat().length
  return [
    paragraph(line(words(`All ${counted(topics.length, 'topic')}:`))),
    ...listed.map(
      (names): KnownBlock => ({
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: names.join('\n') }] }],
      }),
    ),
    ...(left > 0
      ? [paragraph(line(words(`… and ${counted(left, 'topic')} more than Slack can show here.`)))]
      : []),
  ]
}

const stateSchema = z.object({
  [REVIEW_BLOCKS.verdict]: z.object({
    [REVIEW_BLOCKS.verdict]: z.object({
      selected_option: z.object({ value: z.enum(['approve', 'reject']) }),
    }),
  }),
  [REVIEW_BLOCKS.note]: z.object({ [REVIEW_BLOCKS.note]: z.object({ value: z.string().nullish() }) }),
})

/** Undefined when the submission is not what the modal asks for. */
export function readReview(state: unknown): { verdict: 'approve' | 'reject'; note: string } | undefined {
  const { data } = stateSchema.safeParse(state)
  if (data === undefined) return undefined
  return { verdict: data.verdict.verdict.selected_option.value, note: data.note.note.value ?? '' }
}

/** A modal that answers: the decision came too late, or is not this person's to make. `text` may mention people. */
export function sentenceModal(title: string, text: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain(title, LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }],
  }
}
