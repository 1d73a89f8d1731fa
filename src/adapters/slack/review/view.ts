// The approval modal, what it turns into when the world has moved, and the modal that only says a sentence. Pure.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { Look } from '../../../ports/approvals.ts'
import { NOWHERE, type Origin } from '../../../request/command.ts'
import { shortDigest } from '../../../request/digest.ts'
import type { Difference } from '../../../request/drift.ts'
import { hasMembers } from '../../../request/group.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import type { PlanRow } from '../../../request/plan-rows.ts'
import { filled } from '../../../request/quorum.ts'
import type { Rehearsal } from '../../../request/rehearsal.ts'
import { isHeld, planPictureOf, type ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { isOfBounds } from '../../../request/settling.ts'
import { ACTIONS, CALLBACKS, REVIEW_BLOCKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { preformatted } from '../blocks/preformatted.ts'
import { alert, clipMiddle, line, type Piece, paragraph, plain, shown, strong, text } from '../blocks/text.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { guardLines, NOTE_MAX, overlapBlocks, stateLine } from '../thread/card.ts'
import { ALT_MAX, planInWords } from '../thread/plan-picture.ts'
import { causeInWords } from '../wording/cause.ts'
import { differenceBullets } from '../wording/drift.ts'
import { facts, originLine, titleInWords } from '../wording/facts.ts'
import { planDetails, planHead, settlingLines } from '../wording/plan.ts'
import { planTable } from '../wording/plan-table.ts'
import { missingTeams } from '../wording/who-decides.ts'
import { groupInWords, lossInWords } from '../wording/words.ts'
import { decisionModal } from './frame.ts'

const TOPICS_IN_FACTS = 5
/** Keeps the whole view under Slack's 250 KB however long the names are. */
const TOPIC_BLOCKS_MAX = 50
const TOPIC_BLOCK_BYTES = 2_900
const TOPIC_NAME_MAX = 249
/** The longest name a group can have. */
const TYPED_MAX = 255

/**
 * @param rows null: those that are kept do not match the record, and it can only be rejected
 * @param look what a look at the world has found just now; absent while it is under way
 * @param from where it is opened, for the audit of the decision
 * @param isPictured false: Slack has refused the picture of this plan
 */
export function reviewModal(
  given: Words,
  request: ResetRequest,
  rows: readonly PlanRow[] | null,
  look?: Look,
  from: Origin = NOWHERE,
  isPictured = true,
): ModalView {
  const words = wordsAbout(given, request)
  const { id, plan, guard } = request
  if (look?.kind === 'moved') return movedModal(words, look.differences, plan?.digest ?? '')
  const { review: say } = words
  const about = { requestId: id, digest: plan?.digest ?? '', from }
  const { submit, cancel: close } = say
  return decisionModal({ callbackId: CALLBACKS.review, title: say.title(id), submit, close, about }, [
    ...(rows === null ? [alert('error', say.notWhole), paragraph(line(text(say.notWholeThen)))] : []),
    ...(rows !== null && look?.kind === 'holds' && look.verdict === 'consuming'
      ? [alert('warning', say.holds.consuming)]
      : []),
    { type: 'header', text: plain(titleInWords(words, request), LIMITS.headerText) },
    ...(rows === null || !isPictured ? [] : pictureBlocks(words, request, rows)),
    ...(plan === null ? [] : [paragraph(line(...planHead(words, plan, request)))]),
    originLine(words, request),
    ...(rows === null ? [] : planTable(words, rows, plan !== null && skipsArriving(plan, request.reset))),
    ...detailsBlocks(words, request, look?.kind === 'holds' ? look.rehearsal : undefined),
    facts(words, request, TOPICS_IN_FACTS),
    ...allTopics(words, request.reset.topics),
    ...overlapBlocks(words, request),
    ...(rows === null ? [] : lookBlocks(words, request, look)),
    paragraph(
      ...[expiryOrState(words, request), ...guardLines(words, request)].map(pieces => line(...pieces)),
    ),
    verdictInput(words, request, rows === null ? 'notWhole' : look),
    ...(guard.typedGroup ? [typedGroupInput(words, request)] : []),
    noteInput(words),
  ])
}

/** What is in the thread, where Slack has taken it. It stands beside the table, which is what is decided on. */
function pictureBlocks(words: Words, request: ResetRequest, rows: readonly PlanRow[]): KnownBlock[] {
  const picture = planPictureOf(request)
  if (picture === undefined) return []
  return [
    {
      type: 'image',
      block_id: REVIEW_BLOCKS.picture,
      slack_file: { id: picture },
      alt_text: planInWords(words, request, rows, ALT_MAX.block),
    },
  ]
}

function detailsBlocks(words: Words, request: ResetRequest, seenNow?: Rehearsal): KnownBlock[] {
  const lines = [
    ...planDetails(words, request, seenNow),
    ...(seenNow === undefined ? unrehearsed(words, request) : []),
    ...settlingLines(words, request),
  ]
  return lines.length === 0 ? [] : [paragraph(...lines.map(pieces => line(...pieces)))]
}

/** What an approver waits for afterwards, where that is not known. */
function unrehearsed(words: Words, { plan }: Pick<ResetRequest, 'plan'>): Piece[][] {
  if (plan === null || plan.rehearsal !== undefined || plan.replays === 0n || plan.lagAfter === 0n) return []
  return [[text(words.watch.unrehearsed)]]
}

function lookBlocks(
  words: Words,
  { plan, reset }: ResetRequest,
  look: Exclude<Look, { kind: 'moved' }> | undefined,
): KnownBlock[] {
  const { review: say } = words
  if (look === undefined) return [{ ...paragraph(line(text(say.checking))), block_id: REVIEW_BLOCKS.looking }]
  switch (look.kind) {
    case 'holds': {
      const { verdict, group } = look
      const grows = plan !== null && skipsArriving(plan, reset)
      const found = say.holds[verdict === 'harmless' && grows ? 'arriving' : verdict]
      return [
        paragraph(
          // That it is out of date stands over everything.
          ...(verdict === 'consuming' ? [] : [line(strong(say.justNowLabel), text(found))]),
          line(strong(words.group.label), text(groupInWords(words, group))),
        ),
      ]
    }
    case 'notSeen': {
      const why = causeInWords(words, look.cause, 300)
      return [paragraph(line(strong(say.justNowLabel), text(say.notSeen(why))))]
    }
    default:
      return look satisfies never
  }
}

/** On the card it also says that an approver is needed; here one is reading. */
function expiryOrState(words: Words, request: ResetRequest): Piece[] {
  return request.state.name === 'pending'
    ? words.review.expires(request.expiresAtMs)
    : stateLine(words, request)
}

/**
 * The values of its options stay the same however often it is drawn: Slack would drop what is picked of them. What is said
 * of an approval follows the look, where that shows members that were not there when it was planned.
 */
function verdictInput(words: Words, request: ResetRequest, look: Look | 'notWhole' | undefined): InputBlock {
  const { review: say } = words
  return {
    type: 'input',
    block_id: REVIEW_BLOCKS.verdict,
    // Picking names the submit button.
    dispatch_action: true,
    label: plain(say.decision, LIMITS.errorText),
    element: {
      type: 'radio_buttons',
      action_id: ACTIONS.verdict,
      options: [
        verdict('approve', say.approve, whatAnApprovalDoes(words, request, look)),
        verdict('reject', say.reject, say.rejectHint),
      ],
    },
  }
}

function whatAnApprovalDoes(
  { review: say }: Words,
  request: ResetRequest,
  look: Look | 'notWhole' | undefined,
): string {
  const { guard, votes, group } = request
  if (look === 'notWhole') return say.notWholeOption
  if (isHeld(request)) return say.held
  if (look?.kind === 'holds' && look.verdict === 'consuming') return say.replanned
  const missing = guard.approvals - filled(guard, votes)
  // Whose approval is missing may not be the reader's to give.
  const isOfTeams = guard.needs.length > 1
  const teams = missingTeams(request)
  const met = teams.length === 0 ? '' : say.runsWhenTeams(teams)
  // What does not fit is on the lines above it.
  if (met !== '' && met.length <= LIMITS.optionText) return met
  if (missing > 1) return say.needsMore(missing - 1, isOfTeams)
  if (isOfTeams) return say.runsWhenMet
  if (isOfBounds(request.plan)) return say.runsWhenExact
  if (guard.window !== null) return say.runsInWindow
  const isInUse = look?.kind === 'holds' && hasMembers(look.group)
  return group?.state === 'Empty' && !isInUse ? say.runsAtOnce : say.runsWhenEmpty(request.holdMs ?? 0)
}

function verdict(value: 'approve' | 'reject', label: string, description: string) {
  return { value, text: plain(label, LIMITS.optionText), description: plain(description, LIMITS.optionText) }
}

/** Slack asks for it until Reject is picked, which needs none: “(optional)” beside “to approve” would be false. */
function typedGroupInput(words: Words, request: ResetRequest): InputBlock {
  const { typedGroup, typedGroupHint } = words.review
  const group = clip(request.reset.target.group, TYPED_MAX)
  return {
    type: 'input',
    block_id: REVIEW_BLOCKS.typedGroup,
    label: plain(typedGroup(group), LIMITS.errorText),
    hint: plain(typedGroupHint(lossInWords(words, request)), LIMITS.errorText),
    element: { type: 'plain_text_input', action_id: REVIEW_BLOCKS.typedGroup, max_length: TYPED_MAX },
  }
}

function noteInput({ review: say }: Words): InputBlock {
  return {
    type: 'input',
    block_id: REVIEW_BLOCKS.note,
    optional: true,
    label: plain(say.note, LIMITS.errorText),
    hint: plain(say.noteHint, LIMITS.errorText),
    element: {
      type: 'plain_text_input',
      action_id: REVIEW_BLOCKS.note,
      multiline: true,
      max_length: NOTE_MAX,
    },
  }
}

/** Every name, because an approval covers exactly these. */
function allTopics({ review: say }: Words, topics: readonly string[]): KnownBlock[] {
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
    paragraph(line(text(say.allTopics(topics.length)))),
    ...named.map(names => preformatted(names.join('\n'))),
    ...(left > 0 ? [paragraph(line(text(say.moreTopics(left))))] : []),
  ]
}

/** The plan does not hold any more, so that there is nothing to decide on. @param digest of the plan that was shown */
export function movedModal(words: Words, differences: readonly Difference[], digest: string): ModalView {
  const { review: say } = words
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain(say.nothingDecided, LIMITS.viewTitle),
    close: plain(words.answers.close, LIMITS.viewTitle),
    blocks: [
      alert('warning', say.moved(words.plan.name(shortDigest(digest)))),
      ...(differences.length === 0 ? [] : [differenceBullets(words, differences)]),
      paragraph(line(text(say.newPlan))),
    ],
  }
}

/** Slack keeps to the lengths that the fields allow, and counts an emoji as one. */
const typedSchema = z.object({
  value: z
    .string()
    .max(2 * NOTE_MAX)
    .nullish(),
})
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
