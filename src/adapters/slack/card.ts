// The card: the one message of a request, always drawn from the record. Pure; the review modal shares its lines.

import type { Button, KnownBlock } from '@slack/types'
import { didNothing } from '../../request/follow-up.ts'
import { isFinal, type ResetRequest, type State } from '../../request/request.ts'
import { clip, counted, grouped, strategyInWords } from '../../request/reset.ts'
import { differenceBullets } from './drift-words.ts'
import { facts, parentInWords, resetInWords } from './facts.ts'
import { ACTIONS } from './ids.ts'
import { LIMITS } from './limits.ts'
import { moverLine, planDetails, planHead, totalsInWords } from './plan-words.ts'
import {
  bullets,
  clipEscaped,
  clipMiddle,
  code,
  escaped,
  line,
  listed,
  moment,
  type Piece,
  paragraph,
  person,
  plain,
  strong,
  words,
} from './text.ts'
import {
  connectedInWords,
  groupInWords,
  lossInWords,
  outcomeSentence,
  scopeInWords,
  stateWords,
} from './words.ts'

export interface Message {
  text: string
  blocks: KnownBlock[]
}

const TOPICS_ON_CARD = 10
const TOPICS_SPOKEN = 3
/** Characters of a decision's note. */
export const NOTE_MAX = 1_000

export function card(request: ResetRequest): Message {
  const title = `${request.id} · ${stateWords(request.state)}`
  return {
    text: clipEscaped(`${title}: ${spokenFacts(request)}`, LIMITS.messageText),
    blocks: [
      { type: 'header', text: plain(title, LIMITS.headerText) },
      facts(request, TOPICS_ON_CARD),
      ...planBlocks(request),
      ...driftBlocks(request),
      ...groupInUse(request),
      ...overlapBlocks(request),
      paragraph(line(...stateLine(request)), ...guardLines(request).map(pieces => line(...pieces))),
      ...buttons(request),
    ],
  }
}

/** In full as long as somebody may still act on it; afterwards the thread has it. */
function planBlocks(request: ResetRequest): KnownBlock[] {
  const { plan } = request
  if (plan === null) return []
  const head = paragraph(line(...planHead(plan)))
  if (isOver(request.state)) return [head]
  const details = planDetails(request).map(pieces => line(...pieces))
  return [
    head,
    ...(plan.biggest.length === 0 ? [] : [bullets(plan.biggest.map(moverLine))]),
    paragraph(...details),
  ]
}

function isOver(state: State): boolean {
  return isFinal(state) || state.name === 'unclear'
}

function driftBlocks({ drift, state }: ResetRequest): KnownBlock[] {
  if (drift.length === 0 || !(state.name === 'preparing' || state.name === 'pending')) return []
  return [paragraph(line(strong('What has moved since the last plan:'))), differenceBullets(drift)]
}

/** For who decides: both may be right, and one after the other they do something else than each alone. */
function overlapBlocks({ overlaps, state }: ResetRequest): KnownBlock[] {
  if (overlaps.length === 0 || state.name !== 'pending') return []
  const [verb, which] = overlaps.length === 1 ? ['was', 'it'] : ['were', 'they']
  const text = `${listed(overlaps)} ${verb} open for the same group and topics when this was planned. Look at what ${which} would do first.`
  return [paragraph(line(strong('Overlap: '), words(text)))]
}

/** As it was when the plan was made; a request that waits for it says so itself. */
function groupInUse({ group, state }: ResetRequest): KnownBlock[] {
  if (group === null || group.state === 'Empty') return []
  const isShown = state.name === 'pending' || (state.name === 'approved' && state.wait === null)
  return isShown ? [paragraph(line(strong('When planned: '), words(groupInWords(group))))] : []
}

/** One sentence for screen readers and notifications, which read only the text. */
function spokenFacts(request: ResetRequest): string {
  const { reset, parent, plan } = request
  const lead = parent === null ? '' : `${parentInWords(parent)}: `
  const topics = clip(scopeInWords(reset, TOPICS_SPOKEN), 800)
  const totals = plan === null ? '' : ` ${totalsInWords(plan)}`
  const sentence = `${lead}${resetInWords(reset)}; topics: ${topics}.${totals} Why: ${clip(request.reason, 500)}`
  return `${escaped(sentence)} (asked by <@${request.requester}>)`
}

export function stateLine(request: ResetRequest): Piece[] {
  const { state } = request
  switch (state.name) {
    case 'preparing':
      return [words(`${progressInWords(state.progress)} Then it can be reviewed.`)]
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
      return [...approval(request, state.decision), ...nextInLine(state)]
    case 'executing':
      return [...approval(request, state.decision), words('Calling CKafka now.')]
    case 'unclear':
      return [
        ...(state.decision === null ? [] : approval(request, state.decision)),
        words(
          state.asked
            ? 'Nobody knows whether it happened. The thread asks what did.'
            : 'Nobody answered. The offsets are being read back to see what happened.',
        ),
      ]
    case 'succeeded':
    case 'partial':
    case 'failed':
      return [
        ...(state.decision === null ? [] : approval(request, state.decision)),
        words(outcomeSentence(state.outcome, request)),
      ]
    default:
      return state satisfies never
  }
}

function progressInWords(progress: { done: number; total: number } | null): string {
  return progress === null
    ? 'Working out the plan.'
    : `Working out the plan: ${grouped(progress.done)} of ${grouped(progress.total)} reads done.`
}

/** The note is the last approver's. */
function approval({ votes }: ResetRequest, decision: { by: string; note: string }): Piece[] {
  const others = votes.filter(({ by }) => by !== decision.by)
  const note = decision.note === '' ? '. ' : `: ${clip(decision.note, NOTE_MAX)}\n`
  return [
    words('Approved by '),
    ...others.flatMap(({ by }) => [person(by), words(' and ')]),
    person(decision.by),
    words(note),
  ]
}

function nextInLine(state: Extract<State, { name: 'approved' }>): Piece[] {
  const { wait, lastCause } = state
  if (wait === null && lastCause === null) return [words('It is on the queue and runs next.')]
  const failed =
    lastCause === null
      ? []
      : [
          words(
            state.attempt === 1
              ? `It is not carried out yet: ${clip(lastCause, 500)}. It is tried again `
              : `Attempt ${state.attempt - 1} was not carried out: ${clip(lastCause, 500)}. The next one starts `,
          ),
          moment(state.notBeforeMs),
          words('.'),
        ]
  return wait === null ? failed : [...failed, ...(failed.length > 0 ? [words(' ')] : []), ...waiting(wait)]
}

function waiting({
  group,
  emptySinceMs,
  untilMs,
}: NonNullable<Extract<State, { name: 'approved' }>['wait']>) {
  return emptySinceMs === null
    ? [
        words(`It runs once the group is empty: ${connectedInWords(group)}. Stop them. It waits until `),
        moment(untilMs),
        words('.'),
      ]
    : [
        words('The group has been empty since '),
        moment(emptySinceMs),
        words('. It runs once that has lasted long enough. If somebody connects again, it waits until '),
        moment(untilMs),
        words('.'),
      ]
}

/** What the plan asks of those who approve it, and how far that has got. */
export function guardLines({ guard, votes, state, plan }: ResetRequest): Piece[][] {
  if (state.name !== 'pending') return []
  const typed = guard.typedGroup
    ? [[words(`To approve it, the group’s name has to be typed: ${lossInWords({ plan })}.`)]]
    : []
  if (guard.approvals < 2) return typed
  return [
    ...typed,
    [
      words(`It takes ${counted(guard.approvals, 'approver')}: ${grouped(votes.length)} so far`),
      ...votes.flatMap(({ by }, index) => [words(index === 0 ? ', by ' : ' and '), person(by)]),
      words('.'),
    ],
  ]
}

function buttons(request: ResetRequest): KnownBlock[] {
  const { id, state } = request
  switch (state.name) {
    case 'pending':
      return [actions(reviewButton(id), cancelButton(id, 'Cancel request'))]
    case 'preparing':
      return [actions(cancelButton(id, 'Cancel request'))]
    case 'approved':
      return [actions(cancelButton(id, state.wait === null ? 'Cancel request' : 'Stop waiting'))]
    case 'succeeded':
    case 'partial':
    case 'failed':
    case 'unclear':
      return didNothing(request)
        ? [actions(button(ACTIONS.retry, 'Ask again', id))]
        : followUpButtons(request, state)
    default:
      return []
  }
}

/** Only an execution that came to a result has something to put back, or to try again. */
function followUpButtons(
  { id }: ResetRequest,
  { name, outcome }: Extract<State, { outcome: unknown }>,
): KnownBlock[] {
  if (outcome.kind !== 'done') return []
  const { failed, unreported } = outcome.counts
  const offered = [
    ...(name === 'failed' ? [] : [button(ACTIONS.undo, 'Prepare undo', id)]),
    ...(failed + unreported > 0 ? [button(ACTIONS.retry, 'Retry what failed', id)] : []),
  ]
  return offered.length === 0 ? [] : [actions(...offered)]
}

/** Of one attempt: a click under an older question is about nothing any more. */
export function questionButtons(id: string, attempt: number): KnownBlock {
  const value = `${id} ${attempt}`
  const asked = (action: string, text: string): Button => ({ ...button(action, text, id), value })
  return actions(
    asked(ACTIONS.happened, 'It happened'),
    asked(ACTIONS.didNotHappen, 'It did not'),
    asked(ACTIONS.checkAgain, 'Check again'),
  )
}

function cancelButton(id: string, text: string): Button {
  return {
    ...button(ACTIONS.cancel, text, id),
    confirm: {
      title: plain(`Cancel ${id}?`, 100),
      text: plain('It will not run, and nobody can approve it afterwards. You can always ask again.', 300),
      confirm: plain(text, 30),
      deny: plain('Keep it', 30),
    },
  }
}

function actions(...elements: Button[]): KnownBlock {
  return { type: 'actions', elements }
}

export function reviewButton(id: string): Button {
  return { ...button(ACTIONS.review, 'Review', id), style: 'primary' }
}

function button(action: string, text: string, id: string): Button {
  return {
    type: 'button',
    action_id: action,
    text: plain(text, LIMITS.optionText),
    value: id,
    accessibility_label: `${text} ${id}`,
  }
}

const LISTED = 20

/** The answer to /offset-requests alone. */
export function openList(requests: readonly ResetRequest[], total: number): Message {
  if (requests.length === 0) {
    return message('No request is open. Ask for a reset with /reset-offsets.', [])
  }
  const newest = requests.slice(0, LISTED)
  const open = `${counted(total, 'request')} ${total === 1 ? 'is' : 'are'} open`
  const intro = total > newest.length ? `${open}. These are the newest ${newest.length}.` : `${open}.`
  return message(
    intro,
    newest.flatMap((request): KnownBlock[] => [
      paragraph(
        line(
          strong(`${request.id} · ${stateWords(request.state)}`),
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
