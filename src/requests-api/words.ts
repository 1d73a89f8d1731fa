// What is said to a job instead of a person with a form in front of them, in English: what it typed wrong, what is refused.
// Sentences that are true of both come from the language of the Slack adapter. Pure.

import type { Words } from '../adapters/slack/language/language.ts'
import { type Sentences, sentenceOf } from '../adapters/slack/language/sentences.ts'
import { rulingSentence, stateSentence } from '../adapters/slack/wording/words.ts'
import type { Submitted } from '../ports/approvals.ts'
import type { FlagProblem } from '../request/flag-problem.ts'
import type { FieldProblem } from '../request/problem.ts'
import type { ResetRequest } from '../request/request.ts'
import { grouped } from '../request/reset.ts'
import type { Refusal } from '../request/step.ts'

/** Those that in Slack lead back to a field of the form. */
const OF_FLAGS: Partial<Sentences<FlagProblem>> = {
  givenTwice: ({ flag }) => `--${flag} is given more than once.`,
  onlyOne: ({ flags }) => `Only one of ${flags.map(flag => `--${flag}`).join(', ')} can be used.`,
  takesNoPath: () => NO_FILE,
  needsPartitions: ({ flag }) => `--${flag} cannot be used: API 2.0 sends one number for all partitions.`,
  topicsAndAll: () => '--topic and --all-topics exclude each other.',
  topicsWithFile: () => NO_FILE,
}
const NO_FILE = '--from-file can be used in Slack only, where the file is attached to the form.'

const OF_FIELDS: Partial<Sentences<FieldProblem>> = {
  reasonMissing: () => 'Say why with --reason. The approver and the audit trail need it.',
  instanceMissing: () => 'Give the instance id with --instance, like ckafka-xxooa0.',
  groupMissing: () => 'Give the name of the consumer group with --group.',
  scopeMissing: () => 'Name topics with --topic, or all of the group with --all-topics.',
  topicsMissing: () => 'Name at least one topic with --topic.',
  strategyMissing: () =>
    'Say where the offsets should go: --to-earliest, --to-latest, --shift-by, --to-offset, --by-duration, --to-datetime or --to-group.',
  needsPartitions: () => 'API 2.0 sends one number for all partitions, so this cannot be expressed.',
  timeMissing: () => 'Give the time to go to with --to-datetime or --by-duration.',
  timeInFuture: ({ timeMs }) =>
    `${new Date(timeMs).toISOString()} is in the future: it would jump to the end of every partition. Give an earlier time, or --allow-skip-to-end if that is meant.`,
  directionMissing: () => 'Give --shift-by a number like -100 or 100.',
  countUnreadable: () => 'Give --shift-by a number like -100 or 100.',
  offsetUnreadable: () => 'Give --to-offset a whole number, 0 or more.',
  otherGroupMissing: () => 'Name the group whose offsets are taken over with --to-group.',
  fileMissing: () => NO_FILE,
}

/** Each sentence once: what was typed wrong may be missing as well. */
export function problemsSaid(
  words: Words,
  flags: readonly FlagProblem[],
  fields: readonly FieldProblem[],
): string[] {
  return [
    ...new Set([
      ...flags.map(each => sentenceOf({ ...words.flags, ...OF_FLAGS }, each)),
      ...fields.map(each => sentenceOf<FieldProblem>({ ...words.problems, ...OF_FIELDS }, each)),
    ]),
  ]
}

export function notAsked(
  words: Words,
  account: string,
  outcome: Exclude<Submitted, { kind: 'submitted' }>,
): { why: string; said: string[] } {
  switch (outcome.kind) {
    case 'notAllowed': {
      const { ruling } = outcome
      const said =
        ruling.why === 'notRequester'
          ? `The policy does not let ${account} ask for it, by the rule "${ruling.rule}". Nothing was reset.`
          : rulingSentence(words, ruling)
      return { why: ruling.why, said: [said] }
    }
    case 'tooMany':
      return { why: outcome.tooMany.kind, said: [tooManySaid(account, outcome.tooMany)] }
    default:
      // Nothing is followed from here.
      return { why: outcome.kind, said: ['It is asked for already.'] }
  }
}

function tooManySaid(account: string, found: Extract<Submitted, { kind: 'tooMany' }>['tooMany']): string {
  switch (found.kind) {
    case 'tooManyOpen':
      return `${account} has ${requests(found.open)} open, and may have ${grouped(found.most)} (OPEN_PER_PERSON). Ask again when one has ended.`
    case 'tooManyInAll':
      return `${requests(found.open)} of everybody ${found.open === 1 ? 'is' : 'are'} open, and there may be ${grouped(found.most)} (OPEN_IN_ALL). Ask again when one has ended.`
    case 'tooOften':
      return `${account} may send ${requests(found.most)} a minute (SUBMISSIONS_A_MINUTE). Ask again in ${Math.ceil(found.waitMs / 1_000)} s.`
    default:
      return found satisfies never
  }
}

function requests(count: number): string {
  return `${grouped(count)} request${count === 1 ? '' : 's'}`
}

/** The key is of another question, so that neither is answered with the other. */
export function onceUsed({ id }: ResetRequest, differing: readonly string[]): string {
  return `The same \`once\` has made ${id} already, with something else: ${differing.join(', ')}. Nothing new was asked for: take another \`once\` for it.`
}

/** Why a cancellation was refused. */
export function notCancelled(words: Words, account: string, refusal: Refusal, request: ResetRequest): string {
  const { id, requester } = request
  if (refusal !== 'notRequester') return `${stateSentence(words, request)} It cannot be cancelled any more.`
  return `${id} was asked for by ${requester}. ${account} can cancel only what it has asked for itself.`
}
