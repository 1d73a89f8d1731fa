// The Home tab of one person: what waits for them, what they asked for, what has run lately. Pure. Each request has the
// buttons of its card, so that nothing can be pressed here that could not be pressed there.

import type { ActionsBlock, HomeView, KnownBlock } from '@slack/types'
import type { ActKind } from '../../../request/permissions.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { ACTIONS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { context, line, paragraph, plain, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { requestLine } from '../lists/view.ts'
import { homeMetadataOf } from '../platform/sentence-views.ts'
import { buttonsOf, type ForReader, isOffered, questionButtons } from '../thread/buttons.ts'

/** Requests that are looked through for what waits for somebody, and as many that are over. */
export const LOOKED_THROUGH = 20
/** Of the person's own, and of those that have run. */
export const HOME_ROWS = 5
/** The one block that differs each time it is drawn. */
export const FRESH = 'fresh'
const NONE_OPEN: ReadonlySet<ActKind> = new Set()

export interface HomeShown {
  /** What they could decide on, review, or say what became of; newest first. */
  waiting: readonly ResetRequest[]
  /** Open requests, and those that nobody has looked through for them. */
  lookedThrough: number
  notLookedThrough: number
  mine: readonly ResetRequest[]
  /** Of theirs, those that are not shown. */
  mineLeft: number
  lately: readonly ResetRequest[]
  /** There are more that are over. */
  moreOver: boolean
  reader: ForReader
  /** When it was read. */
  atMs: number
  /** With this person, in direct messages. */
  conversation: string
}

export function homeView(words: Words, shown: HomeShown): HomeView {
  const { home: say } = words
  const {
    waiting,
    lookedThrough,
    notLookedThrough,
    mine,
    mineLeft,
    lately,
    moreOver,
    reader,
    atMs,
    conversation,
  } = shown
  return {
    type: 'home',
    private_metadata: homeMetadataOf(conversation),
    blocks: [
      askButton(words),
      heading(say.waiting),
      ...rows(
        words,
        reader,
        'waiting',
        waiting.slice(0, LOOKED_THROUGH),
        notLookedThrough > 0 ? say.nothingWaitsAmong(lookedThrough) : say.nothingWaits,
      ),
      ...(notLookedThrough > 0 ? [sentence(say.moreOpen(notLookedThrough))] : []),
      heading(say.mine),
      ...rows(words, reader, 'mine', mine.slice(0, HOME_ROWS), say.nothingAsked),
      ...(mineLeft > 0 ? [sentence(say.moreMine(mineLeft))] : []),
      heading(say.lately),
      ...rows(words, reader, 'lately', lately.slice(0, HOME_ROWS), say.nothingRan),
      ...(lately.length > 0 && moreOver ? [sentence(say.moreRan)] : []),
      { ...context(...say.fresh(atMs)), block_id: FRESH },
    ],
  }
}

/** By when they ended: a request that waited long has run later than a newer one. */
export function ranLately(requests: readonly ResetRequest[]): ResetRequest[] {
  return requests
    .filter(hasRun)
    .sort((one, other) => timeOf(other) - timeOf(one))
    .slice(0, HOME_ROWS)
}

/** Carried out, or at least tried: a request that failed before anybody approved it has not run. */
function hasRun({ state }: ResetRequest): boolean {
  return 'outcome' in state && state.decision !== null
}

function rows(
  words: Words,
  { acts, base }: ForReader,
  part: string,
  requests: readonly ResetRequest[],
  nothing: string,
): KnownBlock[] {
  if (requests.length === 0) return [sentence(nothing)]
  return requests.flatMap(request => [
    requestLine(words, request, base),
    // Slack would give it another id with every drawing, and who presses it just then would press nothing.
    { ...buttonsFor(words, request, acts.get(request.id) ?? NONE_OPEN), block_id: `${part}_${request.id}` },
  ])
}

/** The thread asks what happened; here it is asked beside the rest. */
function buttonsFor(words: Words, request: ResetRequest, acts: ReadonlySet<ActKind>): ActionsBlock {
  const { state } = request
  const offered = buttonsOf(words, request, acts)
  if (state.name !== 'unclear' || !state.asked) return offered
  const asked = questionButtons(words, request, state.attempt).elements.filter(
    each => 'action_id' in each && isOffered(each.action_id ?? '', acts),
  )
  return { ...offered, elements: [...asked, ...offered.elements] }
}

/** When it ended; else since when it waits; else when it was asked for. */
function timeOf({ state, pendingSinceMs, createdAtMs }: ResetRequest): number {
  if (state.name === 'rejected') return state.decision.atMs
  return 'atMs' in state ? state.atMs : (pendingSinceMs ?? createdAtMs)
}

function askButton({ home }: Words): ActionsBlock {
  return {
    type: 'actions',
    block_id: ACTIONS.ask,
    elements: [
      {
        type: 'button',
        action_id: ACTIONS.ask,
        text: plain(home.ask, LIMITS.optionText),
        value: ACTIONS.ask,
        style: 'primary',
      },
    ],
  }
}

function heading(said: string): KnownBlock {
  return { type: 'header', text: plain(said, LIMITS.headerText) }
}

function sentence(said: string): KnownBlock {
  return paragraph(line(text(said)))
}
