// The modals of what is carried out without approval: before it, and for who looks at it afterwards. Pure.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import { z } from 'zod'
import type { Look } from '../../../ports/approvals.ts'
import type { Origin } from '../../../request/command.ts'
import { type Group, hasMembers } from '../../../request/group.ts'
import type { Plan } from '../../../request/plan.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import { brokeGlass, type ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { isFinal, type Outcome } from '../../../request/state.ts'
import { focusedOnEmpty } from '../blocks/focus.ts'
import { CALLBACKS, GLASS_BLOCKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { alert, type Line, line, paragraph, plain, text } from '../blocks/text.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { groupInUse, NOTE_MAX, overlapBlocks } from '../thread/card.ts'
import { facts, originLine } from '../wording/facts.ts'
import { outcomeAlone } from '../wording/outcome.ts'
import { moversInWords, planHead } from '../wording/plan.ts'
import { whoDecides } from '../wording/who-decides.ts'
import { connectedInWords } from '../wording/words.ts'
import { decisionModal } from './frame.ts'
import { movedModal } from './view.ts'

const TOPICS_IN_FACTS = 5
/** The longest name a group can have. */
const TYPED_MAX = 255

/** @param look what a look at the world has found just now; absent while it is under way */
export function glassModal(given: Words, request: ResetRequest, from: Origin, look?: Look): ModalView {
  const words = wordsAbout(given, request)
  const { id, plan, group, reset, votes } = request
  const { glass: say } = words
  if (look?.kind === 'moved') return movedModal(words, look.differences, plan?.digest ?? '')
  const now = look?.kind === 'holds' && hasMembers(look.group) ? look : null
  const about = { requestId: id, digest: plan?.digest ?? '', from }
  const { submit, cancel: close } = say
  return decisionModal({ callbackId: CALLBACKS.breakGlass, title: say.title(id), submit, close, about }, [
    // What it would run is planned anew once the group is empty, and is decided on then.
    ...(now?.verdict === 'consuming' ? [alert('warning', words.review.holds.consuming)] : []),
    paragraph(
      line(
        ...say.warning(
          clip(reset.target.group, TYPED_MAX),
          votes.length > 0,
          group?.state === 'Empty' && now === null ? null : (request.holdMs ?? 0),
        ),
      ),
    ),
    ...(plan === null ? [] : planBlocks(words, request, plan)),
    originLine(words, request),
    facts(words, request, TOPICS_IN_FACTS),
    ...groupInUse(words, request),
    ...(now === null ? [] : [paragraph(line(text(connectedNow(words, now.group))))]),
    ...overlapBlocks(words, request),
    ...whoDecides(words, request).map(pieces => paragraph(line(...pieces))),
    input(GLASS_BLOCKS.reason, say.reason, say.reasonHint, { multiline: true, max: NOTE_MAX }),
    input(GLASS_BLOCKS.typedGroup, say.typedGroup(clip(reset.target.group, TYPED_MAX)), null, {
      multiline: false,
      max: TYPED_MAX,
    }),
  ])
}

/** Nobody would look there otherwise: what it says of the group elsewhere is of when it was planned. */
function connectedNow(words: Words, group: Group): string {
  return words.glass.connectedNow(connectedInWords(words, group), group.members.length > 0)
}

/** Its totals, and the partitions that move most: the thread has all of them. */
function planBlocks(words: Words, request: ResetRequest, plan: Plan): KnownBlock[] {
  return [
    paragraph(line(...planHead(words, plan, request))),
    ...moversInWords(words, plan, skipsArriving(plan, request.reset)),
  ]
}

export function afterwardsModal(given: Words, request: ResetRequest, from: Origin): ModalView {
  const words = wordsAbout(given, request)
  const { id, glass, state } = request
  const { glass: say } = words
  const about = { requestId: id, digest: '', from }
  const { reviewSubmit: submit, cancel: close } = say
  const view = decisionModal(
    { callbackId: CALLBACKS.reviewGlass, title: say.reviewTitle(id), submit, close, about },
    [
      ...(glass === null
        ? []
        : [
            paragraph(
              line(...say.reviewLead(glass.by, id, clip(glass.reason, NOTE_MAX), hasRun(request))),
              ...outcomeLines(words, request),
            ),
          ]),
      originLine(words, request),
      facts(words, request, TOPICS_IN_FACTS),
      input(GLASS_BLOCKS.reason, say.reviewNote, say.reviewHint(isFinal(state)), {
        multiline: true,
        max: NOTE_MAX,
      }),
    ],
  )
  return focusedOnEmpty(view)
}

/** That it was carried out without approval, and not only meant to be. */
function hasRun(request: ResetRequest): boolean {
  const { state } = request
  return brokeGlass(request) && isFinal(state) && 'outcome' in state && RAN.has(state.outcome.kind)
}

const RAN: ReadonlySet<Outcome['kind']> = new Set(['done', 'testified'])

function outcomeLines(words: Words, request: ResetRequest): Line[] {
  const { state } = request
  if (!brokeGlass(request) || !isFinal(state) || !('outcome' in state)) return []
  return [line(text(outcomeAlone(words, state.outcome, request)))]
}

function input(
  block: string,
  label: string,
  hint: string | null,
  { multiline, max }: { multiline: boolean; max: number },
): InputBlock {
  return {
    type: 'input',
    block_id: block,
    label: plain(label, LIMITS.errorText),
    ...(hint === null ? {} : { hint: plain(hint, LIMITS.errorText) }),
    element: { type: 'plain_text_input', action_id: block, multiline, max_length: max },
  }
}

const typedSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z
      .object({
        value: z
          .string()
          .max(2 * NOTE_MAX)
          .nullish(),
      })
      .loose(),
  ),
)

/** What was typed; undefined for what is no such form. */
export function readGlass(values: unknown): { reason: string; typedGroup: string } | undefined {
  const typed = typedSchema.safeParse(values)
  if (!typed.success) return undefined
  const of = (block: string) => typed.data[block]?.[block]?.value ?? ''
  return { reason: of(GLASS_BLOCKS.reason), typedGroup: of(GLASS_BLOCKS.typedGroup) }
}
