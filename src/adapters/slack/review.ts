// The approval modal, what it turns into when the world has moved, and the modal that only says a sentence. Pure.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { Look } from '../../ports.ts'
import { NOWHERE, type Origin } from '../../request/command.ts'
import type { Difference } from '../../request/drift.ts'
import type { PlanRow } from '../../request/plan.ts'
import type { ResetRequest } from '../../request/request.ts'
import { clip, counted } from '../../request/reset.ts'
import { guardLines, NOTE_MAX, stateLine } from './card.ts'
import { differenceBullets } from './drift-words.ts'
import { facts } from './facts.ts'
import { CALLBACKS, REVIEW_BLOCKS } from './ids.ts'
import { LIMITS } from './limits.ts'
import { planTable } from './plan-table.ts'
import { planDetails, planHead } from './plan-words.ts'
import { preformatted } from './preformatted.ts'
import { clipMiddle, line, moment, type Piece, paragraph, plain, shown, strong, words } from './text.ts'
import { groupInWords, lossInWords } from './words.ts'

const TOPICS_IN_FACTS = 5
/** Keeps the whole view under Slack's 250 KB however long the names are. */
const TOPIC_BLOCKS_MAX = 50
const TOPIC_BLOCK_BYTES = 2_900
const TOPIC_NAME_MAX = 249
/** The longest name a group can have. */
const TYPED_MAX = 255

/**
 * @param look what a look at the world has found just now; absent while it is under way
 * @param from where it is opened, for the audit of the decision
 */
export function reviewModal(
  request: ResetRequest,
  rows: readonly PlanRow[],
  look?: Look,
  from: Origin = NOWHERE,
): ModalView {
  if (look?.kind === 'moved') return movedModal(request, look.differences)
  const { id, plan, guard } = request
  return {
    type: 'modal',
    callback_id: CALLBACKS.review,
    title: plain(`Review ${id}`, LIMITS.viewTitle),
    submit: plain('Send decision', LIMITS.viewTitle),
    close: plain('Not now', LIMITS.viewTitle),
    private_metadata: JSON.stringify({ requestId: id, digest: plan?.digest ?? '', from }),
    blocks: [
      facts(request, TOPICS_IN_FACTS),
      ...(plan === null ? [] : [paragraph(line(...planHead(plan)))]),
      ...planTable(rows),
      ...detailsBlocks(request),
      ...allTopics(request.reset.topics),
      ...lookBlocks(look),
      paragraph(...[standing(request), ...guardLines(request)].map(pieces => line(...pieces))),
      verdictInput(request),
      ...(guard.typedGroup ? [typedGroupInput(request)] : []),
      noteInput(),
    ],
  }
}

function detailsBlocks(request: ResetRequest): KnownBlock[] {
  const lines = planDetails(request)
  return lines.length === 0 ? [] : [paragraph(...lines.map(pieces => line(...pieces)))]
}

function lookBlocks(look: Exclude<Look, { kind: 'moved' }> | undefined): KnownBlock[] {
  if (look === undefined) {
    return [paragraph(line(words('Checking whether anything has moved since the plan…')))]
  }
  switch (look.kind) {
    case 'holds': {
      const { verdict, group } = look
      return [
        paragraph(
          line(strong('Just now: '), words(LOOK_WORDS[verdict])),
          line(strong('The group: '), words(groupInWords(group))),
        ),
      ]
    }
    case 'notSeen': {
      const why = clip(look.cause, 300)
      const text = `It could not be checked whether anything has moved since the plan (${why}). It will be checked again before it runs.`
      return [paragraph(line(strong('Just now: '), words(text)))]
    }
    default:
      return look satisfies never
  }
}

const LOOK_WORDS = {
  unchanged: 'Nothing has moved since the plan.',
  harmless: 'The logs have grown since the plan, and its targets hold.',
  consuming:
    'Its consumers go on committing, so the plan is old already. It is made anew once the group is empty, and needs a decision then.',
}

/** On the card it also says that an approver is needed; here one is reading. */
function standing(request: ResetRequest): Piece[] {
  return request.state.name === 'pending'
    ? [words('It expires '), moment(request.expiresAtMs), words('.')]
    : stateLine(request)
}

function verdictInput({ guard, votes }: ResetRequest): InputBlock {
  const more = guard.approvals - votes.length - 1
  const then =
    more > 0 ? `It then needs ${counted(more, 'more approval')}` : 'It runs as soon as the group is empty'
  return {
    type: 'input',
    block_id: REVIEW_BLOCKS.verdict,
    label: plain('Decision', LIMITS.errorText),
    element: {
      type: 'radio_buttons',
      action_id: REVIEW_BLOCKS.verdict,
      options: [
        verdict('approve', 'Approve', then),
        verdict('reject', 'Reject', 'Nothing is reset; say why below'),
      ],
    },
  }
}

function verdict(value: 'approve' | 'reject', text: string, description: string) {
  return { value, text: plain(text, LIMITS.optionText), description: plain(description, LIMITS.optionText) }
}

/** Optional for Slack, because a rejection needs none; an approval without it is refused. */
function typedGroupInput(request: ResetRequest): InputBlock {
  const loss = lossInWords(request)
  return {
    type: 'input',
    block_id: REVIEW_BLOCKS.typedGroup,
    optional: true,
    label: plain('Type the group’s name to approve', LIMITS.errorText),
    hint: plain(`${loss.charAt(0).toUpperCase()}${loss.slice(1)}.`, LIMITS.errorText),
    element: { type: 'plain_text_input', action_id: REVIEW_BLOCKS.typedGroup, max_length: TYPED_MAX },
  }
}

function noteInput(): InputBlock {
  return {
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
  }
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
  const named = chunks.slice(0, TOPIC_BLOCKS_MAX)
  const left = topics.length - named.flat().length
  return [
    paragraph(line(words(`All ${counted(topics.length, 'topic')}:`))),
    ...named.map(names => preformatted(names.join('\n'))),
    ...(left > 0
      ? [paragraph(line(words(`… and ${counted(left, 'topic')} more than Slack can show here.`)))]
      : []),
  ]
}

/** The plan does not hold any more, so that there is nothing to decide on. */
export function movedModal({ id }: Pick<ResetRequest, 'id'>, differences: readonly Difference[]): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain('Nothing was decided', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    blocks: [
      paragraph(line(strong(`Something has moved since the plan of ${id}, so nothing was decided.`))),
      ...(differences.length === 0 ? [] : [differenceBullets(differences)]),
      paragraph(line(words('A new plan is being made. Review it again from the card.'))),
    ],
  }
}

const typedSchema = z.object({ value: z.string().nullish() })
const stateSchema = z.object({
  [REVIEW_BLOCKS.verdict]: z.object({
    [REVIEW_BLOCKS.verdict]: z.object({
      selected_option: z.object({ value: z.enum(['approve', 'reject']) }),
    }),
  }),
  [REVIEW_BLOCKS.note]: z.object({ [REVIEW_BLOCKS.note]: typedSchema }),
  [REVIEW_BLOCKS.typedGroup]: z.object({ [REVIEW_BLOCKS.typedGroup]: typedSchema }).optional(),
})

export interface Review {
  verdict: 'approve' | 'reject'
  note: string
  /** Empty where the modal does not ask for it. */
  typedGroup: string
}

/** Undefined when the submission is not what the modal asks for. */
export function readReview(state: unknown): Review | undefined {
  const { data } = stateSchema.safeParse(state)
  if (data === undefined) return undefined
  return {
    verdict: data.verdict.verdict.selected_option.value,
    note: data.note.note.value ?? '',
    typedGroup: data.typed_group?.typed_group.value ?? '',
  }
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
