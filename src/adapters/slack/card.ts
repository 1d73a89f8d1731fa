// The card: the one message of a request, always drawn from the record. Pure; the review modal shares its facts.

import type { Button, KnownBlock } from '@slack/types'
import type { ResetRequest, State } from '../../request/request.ts'
import { clip, counted, REASON_MAX, strategyInWords } from '../../request/reset.ts'
import { ACTIONS } from './ids.ts'
import { LIMITS } from './limits.ts'
import {
  clipEscaped,
  clipMiddle,
  code,
  escaped,
  line,
  moment,
  type Piece,
  paragraph,
  person,
  plain,
  strong,
  words,
} from './text.ts'
import { groupInWords, outcomeSentence, STATE_WORDS, topicsInWords } from './words.ts'

export interface Message {
  text: string
  blocks: KnownBlock[]
}

const TOPICS_ON_CARD = 10
const TOPICS_SPOKEN = 3
/** Characters of a decision's note. */
export const NOTE_MAX = 1_000
/** More than ten topics and one group of Kafka's longest names take, so that only names that cannot exist are cut. */
const TOPICS_CHARACTERS = 3_000
const NAME_CHARACTERS = 255

export function card(request: ResetRequest): Message {
  const title = `${request.id} · ${STATE_WORDS[request.state.name]}`
  return {
    text: clipEscaped(`${title}: ${spoken(request)}`, LIMITS.messageText),
    blocks: [
      { type: 'header', text: plain(title, LIMITS.headerText) },
      facts(request, TOPICS_ON_CARD),
      ...groupInUse(request),
      paragraph(line(...stateLine(request))),
      ...buttons(request),
    ],
  }
}

/** As it was when this was asked for; the approval modal shows it as it is. */
function groupInUse({ group, state }: ResetRequest): KnownBlock[] {
  if (group === null || group.state === 'Empty' || !['pending', 'approved'].includes(state.name)) return []
  return [paragraph(line(strong('When asked: '), words(groupInWords(group))))]
}

/** Who asks for what, where and why. */
export function facts(request: ResetRequest, topicsShown: number) {
  const { reset } = request
  return paragraph(
    line(
      person(request.requester),
      words(' asks to reset the offsets of '),
      code(clipMiddle(reset.target.group, NAME_CHARACTERS)),
      words(' on '),
      code(clipMiddle(reset.target.instanceId, NAME_CHARACTERS)),
      words(' '),
      strong(strategyInWords(reset.strategy)),
      words('.'),
    ),
    line(strong('Topics: '), words(clip(topicsInWords(reset.topics, topicsShown), TOPICS_CHARACTERS))),
    line(strong('Why: '), words(clip(request.reason, REASON_MAX))),
    line(strong('Asked: '), moment(request.createdAtMs)),
  )
}

/** One sentence for screen readers and notifications, which read only the text. */
function spoken(request: ResetRequest): string {
  const { reset } = request
  return escaped(
    `reset ${clip(reset.target.group, 100)} on ${clip(reset.target.instanceId, 100)} ${strategyInWords(reset.strategy)}; topics: ${clip(
      topicsInWords(reset.topics, TOPICS_SPOKEN),
      800,
    )}. Why: ${clip(request.reason, 500)}`,
  ).concat(` (asked by <@${request.requester}>)`)
}

export function stateLine(request: ResetRequest): Piece[] {
  const { state } = request
  switch (state.name) {
    case 'preparing':
      return [words('Looking at the group and its topics. Then it can be reviewed.')]
    case 'pending':
      return [words('An approver has to review it. It expires '), moment(request.expiresAtMs), words('.')]
    case 'rejected':
      return [
        words('Rejected by '),
        person(state.decision.by),
        words(`: ${clip(state.decision.note, NOTE_MAX)}`),
      ]
    case 'cancelled':
      return [words('Cancelled by '), person(state.by), words('. Nothing was reset.')]
    case 'expired':
      return [words('Nobody decided in time. Nothing was reset. Ask again with /reset-offsets.')]
    case 'approved':
      return [...approval(state.decision), ...waiting(state)]
    case 'executing':
      return [...approval(state.decision), words('Calling CKafka now.')]
    case 'unclear':
      return [
        ...(state.decision === null ? [] : approval(state.decision)),
        words('Nobody knows whether it happened. The thread says what to do.'),
      ]
    case 'succeeded':
    case 'partial':
    case 'failed':
      return [
        ...(state.decision === null ? [] : approval(state.decision)),
        words(outcomeSentence(state.outcome)),
      ]
    default:
      return state satisfies never
  }
}

function approval(decision: { by: string; note: string }): Piece[] {
  const note = decision.note === '' ? '. ' : `: ${clip(decision.note, NOTE_MAX)}\n`
  return [words('Approved by '), person(decision.by), words(note)]
}

function waiting(state: Extract<State, { name: 'approved' }>): Piece[] {
  if (state.lastCause === null) return [words('It is on the queue and runs next.')]
  return [
    words(
      `Attempt ${state.attempt - 1} was not carried out: ${clip(state.lastCause, 500)}. The next one starts `,
    ),
    moment(state.notBeforeMs),
    words('.'),
  ]
}

function buttons(request: ResetRequest): KnownBlock[] {
  const { id, state } = request
  const review = reviewButton(id)
  const cancel: Button = {
    type: 'button',
    action_id: ACTIONS.cancel,
    text: plain('Cancel request', LIMITS.optionText),
    value: id,
    confirm: {
      title: plain(`Cancel ${id}?`, 100),
      text: plain('Nobody can approve it afterwards. You can always ask again.', 300),
      confirm: plain('Cancel request', 30),
      deny: plain('Keep it', 30),
    },
  }
  if (state.name === 'pending') return [actions(review, cancel)]
  if (state.name === 'preparing') return [actions(cancel)]
  return []
}

function actions(...elements: Button[]): KnownBlock {
  return { type: 'actions', elements }
}

export function reviewButton(id: string): Button {
  return {
    type: 'button',
    action_id: ACTIONS.review,
    text: plain('Review', LIMITS.optionText),
    style: 'primary',
    value: id,
    accessibility_label: `Review ${id}`,
  }
}

const LISTED = 20

/** The answer to /offset-requests alone. */
export function openList(requests: readonly ResetRequest[], total: number): Message {
  if (requests.length === 0) {
    return message('No request is open. Ask for a reset with /reset-offsets.', [])
  }
  const listed = requests.slice(0, LISTED)
  const open = `${counted(total, 'request')} ${total === 1 ? 'is' : 'are'} open`
  const intro = total > listed.length ? `${open}. These are the newest ${listed.length}.` : `${open}.`
  return message(
    intro,
    listed.flatMap((request): KnownBlock[] => [
      paragraph(
        line(
          strong(`${request.id} · ${STATE_WORDS[request.state.name]}`),
          words(' · '),
          person(request.requester),
          words(' · '),
          code(clipMiddle(request.reset.target.group, 100)),
          words(` · ${strategyInWords(request.reset.strategy)} · `),
          moment(request.createdAtMs),
        ),
      ),
      ...(request.state.name === 'pending' ? [actions(reviewButton(request.id))] : []),
    ]),
  )
}

function message(intro: string, blocks: KnownBlock[]): Message {
  return { text: intro, blocks: [paragraph(line(words(intro))), ...blocks] }
}
