// Who asks for what, where and why: the lines that the card and the approval modal share. Pure.

import type { ResetRequest } from '../../request/request.ts'
import {
  clip,
  counted,
  REASON_MAX,
  type Reset,
  type Strategy,
  strategyInWords,
  utc,
} from '../../request/reset.ts'
import { clipMiddle, code, line, moment, type Piece, paragraph, person, strong, words } from './text.ts'
import { scopeInWords } from './words.ts'

/** More than ten topics and one group of Kafka's longest names take, so that only names that cannot exist are cut. */
const TOPICS_CHARACTERS = 3_000
const NAME_CHARACTERS = 255

export function facts(request: ResetRequest, topicsShown: number) {
  const { reset, parent } = request
  return paragraph(
    ...(parent === null ? [] : [line(strong(`${parentInWords(parent)}.`))]),
    line(
      person(request.requester),
      words(' asks to reset the offsets of '),
      code(clipMiddle(reset.target.group, NAME_CHARACTERS)),
      words(' on '),
      code(clipMiddle(reset.target.instanceId, NAME_CHARACTERS)),
      words(' '),
      ...strategyPieces(reset.strategy, request.createdAtMs),
      words('.'),
    ),
    line(strong('Topics: '), words(clip(scopeInWords(reset, topicsShown), TOPICS_CHARACTERS))),
    line(strong('Why: '), words(clip(request.reason, REASON_MAX))),
    line(strong('Asked: '), moment(request.createdAtMs)),
  )
}

/** `Undo of R-12` */
export function parentInWords({ id, kind }: NonNullable<ResetRequest['parent']>): string {
  return `${kind === 'undo' ? 'Undo' : 'Retry'} of ${id}`
}

/** A time is said three ways: in UTC, in the reader's own zone, and by its age when it was asked for. */
export function strategyPieces(strategy: Strategy, askedAtMs: number): Piece[] {
  const said = strong(strategyInWords(strategy))
  if (strategy.kind !== 'time') return [said]
  const { timeMs } = strategy
  return [
    strong(`to ${utc(timeMs)}`),
    words(' ('),
    moment(timeMs),
    words(`, ${ageInWords(askedAtMs - timeMs)} it was asked)`),
  ]
}

/** `26 h before`; of what is still to come `3 h after`. */
function ageInWords(ageMs: number): string {
  const minutes = Math.floor(Math.abs(ageMs) / 60_000)
  const side = ageMs < 0 ? 'after' : 'before'
  if (minutes < 1) return `less than a minute ${side}`
  if (minutes < 120) return `${minutes} min ${side}`
  const hours = Math.floor(minutes / 60)
  return hours < 72 ? `${hours} h ${side}` : `${counted(Math.floor(hours / 24), 'day')} ${side}`
}

/** For plain text, where the reset is the end of a sentence. */
export function resetInWords({ target, strategy }: Reset): string {
  const group = clipMiddle(target.group, 100)
  return `reset ${group} on ${clipMiddle(target.instanceId, 100)} ${strategyInWords(strategy)}`
}
