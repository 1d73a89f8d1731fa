// What came of something that took longer than Slack waits: the person has been told that it may not be saved, and is told
// in a direct message what became of it once that is known. It is never said to be saved before the record says so.

import type { ChangeOutcome, Submitted } from '../../../ports/approvals.ts'
import type { FaultPlace, Report } from '../../../ports/events.ts'
import type { RequestId } from '../../../request/request.ts'
import { escaped } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { notSubmitted, stateSentence } from '../wording/words.ts'
import { ANSWER_MS, inTime, refusalOf } from './answering.ts'
import type { Client } from './pressing.ts'

export interface ToldLater {
  client: Client
  userId: string
  words: Promise<Words>
  report: Report
  where: FaultPlace
}

/** Rejects with TOLD_LATER when the change takes longer. @param saying what came of it; the change itself goes on */
export async function inTimeOrTold<T>(
  change: Promise<T>,
  to: ToldLater,
  saying: (words: Words, outcome: T) => string,
  ms = ANSWER_MS,
): Promise<T> {
  try {
    return await inTime(change, ms)
  } catch (error) {
    if ((Object(error) as { code?: unknown }).code !== 'TOO_SLOW') throw error
    void tellLater(change, to, saying)
    throw Object.assign(new Error('No answer in time; they are told later.'), { code: 'TOLD_LATER' })
  }
}

/** Of a change of this request. */
export function changeInTime(
  change: Promise<ChangeOutcome>,
  id: RequestId,
  to: ToldLater,
  ms = ANSWER_MS,
): Promise<ChangeOutcome> {
  return inTimeOrTold(change, to, (words, late) => changeInWords(words, late, id), ms)
}

async function tellLater<T>(
  change: Promise<T>,
  { client, userId, words, report, where }: ToldLater,
  saying: (words: Words, outcome: T) => string,
): Promise<void> {
  try {
    const say = await words
    const text = await change.then(
      outcome => saying(say, outcome),
      error => {
        report({ event: 'fault', where, error })
        return say.answers.late.unknown
      },
    )
    await client.chat.postMessage({ channel: userId, text })
  } catch (error) {
    report({ event: 'fault', where, error })
  }
}

function changeInWords(words: Words, outcome: ChangeOutcome, id: RequestId): string {
  const { late } = words.answers
  if (outcome.kind === 'changed') return late.saved(escaped(stateSentence(words, outcome.request)))
  return late.notSaved(refusalOf(words, outcome, id) ?? '')
}

export function submittedInWords(words: Words, submitted: Submitted): string {
  const { late } = words.answers
  if (submitted.kind !== 'submitted') return late.notSaved(escaped(notSubmitted(words, submitted)))
  return late.saved(escaped(stateSentence(words, submitted.request)))
}
