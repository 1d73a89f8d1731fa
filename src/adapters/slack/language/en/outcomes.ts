// What came of a request, in English: how its execution ended, and what to do next.

import type { RefusalReason } from '../../../../request/api-answer.ts'
import { grouped } from '../../../../request/reset.ts'
import type { Counts } from '../../../../request/result.ts'
import { inQuotes, named } from '../../blocks/text.ts'
import type { ClusterInWords } from './cluster.ts'
import { capitalized, counted, listed } from './grammar.ts'
import { times } from './times.ts'

/** So many partitions, or whole topics, ended so. */
export interface Tally {
  kind: keyof Counts
  count: number
  of: 'partition' | 'topic'
}

const COUNTED: Record<keyof Counts, string> = {
  succeeded: 'succeeded',
  clamped: 'clamped',
  failed: 'failed',
  unreported: 'not confirmed',
  movedAfter: 'moved since',
}

export const outcomesOn = (on: ClusterInWords) => ({
  /** `7 partitions succeeded · 1 clamped · 1 topic failed`. @param tallies those that are not zero, topics last */
  counts: (tallies: readonly Tally[]) =>
    tallies.length === 0
      ? 'No partition had to be moved'
      : tallies
          .map(({ kind, count, of }, index) =>
            index === 0 || of === 'topic'
              ? `${counted(count, of)} ${COUNTED[kind]}`
              : `${grouped(count)} ${COUNTED[kind]}`,
          )
          .join(' · '),
  nothingReset: 'Nothing was reset.',
  /** Instead of it, where only an approver says that an earlier attempt had no effect. */
  nothingThisTime:
    'Nothing was written this time. An approver said that an earlier attempt had no effect; the offsets do not prove that.',
  done: (counts: string) => `${counts}.`,
  /** After `done`. @param topics the first of them @param left so many more */
  troubled: (topics: readonly string[], left: number) =>
    ` Not as planned: ${listed(topics, left)}. The thread says why.`,
  refused: (said: string, code: string, requestId: string | null, hint: string) => {
    const call = requestId === null ? code : `${code}, request id ${requestId}`
    return said === ''
      ? `${on.start} refused it with code ${call}, and no offset moved. ${hint}`
      : `${on.start} refused it, and no offset moved. It said: ${inQuotes(said)} (code ${call}). ${hint}`
  },
  /** By Rewind itself, so that nothing was called. */
  notCalled: (why: string, hint: string) =>
    `Rewind did not make the call: ${endless(why)}. No offset moved.${hint === '' ? '' : ` ${hint}`}`,
  refusalHints: {
    groupNotEmpty:
      'Consumers are still connected. Stop them, wait for the group to be empty, then ask again.',
    topicMissing: 'A topic does not exist. Check the spelling, then ask again.',
    instanceMissing: on.hints.instanceMissing,
    badRequest: `${on.start} did not accept a value. Check the names and the strategy, then ask again.`,
    unknownAction: on.hints.unknownAction,
    credentials: on.hints.credentials,
    notAllowed: on.hints.notAllowed,
    clock: 'The clock of the machine that runs Rewind is off. Have it set, then ask again.',
    quota: 'The account’s quota of calls is used up. Rewind does not try this again: ask again in a minute.',
    unavailable: `${on.start} is not available right now. Ask again later.`,
    other: `Look the code up in ${on.documentation} before you ask again.`,
  } satisfies Record<RefusalReason, string>,
  notSent: (cause: string) => `The reset was not carried out: ${cause}. Nothing was reset. Ask again later.`,
  /**
   * After the last attempt, where an earlier one was a call. @param isMade false: or only may have been
   * @param last of the last attempt: who shows that its call had no effect, or why it was not carried out
   */
  calledInVain: (attempts: number, isMade: boolean, last: 'offsets' | 'approver' | { cause: string }) => {
    const called = `${on.start} ${isMade ? 'was' : 'may have been'} called, and no call took effect`
    const why =
      last === 'offsets'
        ? `${called}: the offsets showed that twice after the last attempt`
        : last === 'approver'
          ? `${called}: an approver confirmed that of the last attempt`
          : `${called}; the last attempt was not carried out: ${last.cause}`
    return `None of ${counted(attempts, 'attempt')} took effect. ${why}. Nothing was reset. Ask again later.`
  },
  /** @param advice empty: the cause has its own */
  notPrepared: (cause: string, advice: string) =>
    `The plan could not be made: ${endless(cause)}. Nothing was reset.${advice === '' ? '' : ` ${advice}`}`,
  nothingToMove: (cause: string) => `${capitalized(cause)}. Nothing was reset.`,
  planAdvice: {
    names: 'Check the names, then ask again.',
    later: 'Ask again later.',
    operators: 'Tell the people who run Rewind.',
  },
  unknown: (cause: string) => `Rewind called ${on.name}, but the outcome is unknown: ${cause}.`,
  /** Before what the offsets show. */
  wasAccepted: `${on.start} accepted the call. `,
  /** @param isUnread whether it is because no offset could be read */
  accepted: (isUnread: boolean) =>
    isUnread
      ? `${on.start} accepted the call; its offsets could not be read back yet.`
      : `${on.start} accepted the call, and the offsets do not confirm it yet.`,
  /** After `done`, where all of it is there. */
  /** @param cause what came instead of an answer that confirms it; null: nothing did */
  provedByOffsets: (attempt: number, cause: string | null) =>
    attempt === 1
      ? ` ${silence(on, cause)}; the offsets prove that the call took effect.`
      : ` ${silence(on, cause)}. After attempt ${grouped(attempt)}, the offsets prove that the call took effect.`,
  /** @param took of so many partitions @param missed of so many it certainly did not; 0: that is not known */
  provedInPart: (took: number, missed: number, cause: string | null) =>
    ` ${silence(on, cause)}. The offsets show that the call took effect on ${counted(took, 'partition')}${missed === 0 ? '' : `, but not on ${grouped(missed)}`}.`,
  /** An earlier attempt was a call of which nobody knew, until it was known that it had done nothing. */
  earlierInVain: (attempt: number) =>
    attempt === 2
      ? ' This was attempt 2 of this plan; attempt 1 had no effect.'
      : ` This was attempt ${grouped(attempt)} of this plan; those before it had no effect.`,
  /** @param places topics, or partitions of them, that were reset @param left so many topics more */
  unconfirmed: (places: readonly string[], left: number) =>
    ` ${on.start} did not confirm ${listed(places, left)}; the offsets do.`,
  /** The offsets are there, and Rewind knows of no call. */
  notRecorded: (cause: string) => `Whether it took effect is not known: ${cause}.`,
  /** @param since null: the time is not known any more */
  wouldJump: (since: string | null, where: string, skipped: string) =>
    `There is no message ${since === null ? 'as late as asked for' : `at or after ${since}`} on ${where}: it would skip to the end there, past ${skipped}. Ask again with an earlier time, or tick the box that says so.`,
  /** @param holdMs 0: it is not known */
  neverEmpty: (connected: string, holdMs: number) =>
    `The group was never empty for ${holdMs === 0 ? 'long enough' : times.span(holdMs)}: ${connected}. Nothing was reset. Ask again when its consumers are stopped.`,
  /** Why a policy allows no such request. @param rule null: none is about it @param reason in the words of who wrote it */
  notAllowed: {
    denied: (rule: string | null, reason: string) =>
      `The policy does not allow it${byRule(rule)}.${reason === '' ? '' : ` It says: ${inQuotes(reason)}`} Nothing was reset.`,
    nothingMatches: (_rule: string | null, _reason: string) =>
      'No rule of the policy covers it, so it is not allowed. Nothing was reset. Ask the people who run Rewind.',
    notInChannel: (rule: string | null, _reason: string) =>
      `The policy lets it be asked for in other channels only${byRule(rule)}. Nothing was reset.`,
    notRequester: (rule: string | null, _reason: string) =>
      `The policy lets only other people ask for it here${byRule(rule)}. Nothing was reset.`,
    instanceLeftOut: (_rule: string | null, _reason: string) =>
      'Its instance is not among those that Rewind is set up to reset. Nothing was reset. Ask the people who run Rewind.',
    unreadable: (rule: string | null, _reason: string) =>
      `Whether the policy allows it is not known${byRule(rule)}: a user group cannot be read in Slack. Nothing was reset. Ask again in a minute, or ask the people who run Rewind.`,
  },
  /** Nothing vouches for the record. @param event of the trail with which that begins, where it is known */
  notVerified: {
    story: (event: number | null) =>
      `Its record does not verify: ${event === null ? 'it is not what the events of its audit trail lead to' : `event ${event} of its audit trail cannot have happened so`}. Rewind does not go by it any more and runs nothing on it. Tell the people who run Rewind, and ask again for a new decision.`,
    changed: (event: number | null) =>
      `Its record does not verify: ${event === null ? 'it' : `event ${event} of its audit trail`} was changed by something that does not have AUDIT_KEY. Rewind does not go by it any more and runs nothing on it. Tell the people who run Rewind, and ask again for a new decision.`,
    unsealed: (_event: number | null) =>
      'Its record does not verify: it is not sealed with AUDIT_KEY, at least in part. It was written before the key was set, or by something that does not have it. Rewind does not go by it any more and runs nothing on it. Ask again for a new decision.',
    otherKey: (_event: number | null) =>
      'Its record does not verify: it is sealed with a key that is neither AUDIT_KEY nor among AUDIT_KEYS_OLD. Rewind does not go by it any more and runs nothing on it. Ask again for a new decision.',
  },
  /** After a reset, for which the group had to be empty. */
  /** Another request may still wait for the same group to be empty. */
  startAgain: (id: string) =>
    `${id} is finished with the group: start its consumers again, unless another request still waits for them to be stopped.`,
  testified: 'Closed as done by an approver; the offsets could not prove it. The thread says who.',
  unclearAdvice:
    'Rewind won’t retry blindly: that could move the offsets twice. It reads the offsets back over the next minutes. If they show that the call took effect, the request is done, or partly done where only some partitions moved; if they show twice that it had no effect, it is tried again; otherwise an approver is asked in the thread.',
})

function silence(on: ClusterInWords, cause: string | null): string {
  return cause === null
    ? `No answer from ${on.name} was received`
    : `${on.start} did not confirm the call (${endless(cause)})`
}

function byRule(rule: string | null): string {
  return rule === null ? '' : ` (rule ${named(rule)})`
}

/** What an API says may be a sentence already. */
function endless(sentence: string): string {
  return sentence.replace(/[.!]$/, '')
}
