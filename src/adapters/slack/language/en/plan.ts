// What a plan would do, in English: direction is always a verb, and what is not certain is said to be so.

import { grouped } from '../../../../request/reset.ts'
import { type Piece, person, text } from '../../blocks/text.ts'
import { counted, listed, messages, uncapitalized } from './grammar.ts'
import { times } from './times.ts'

const MOVED_SINCE = {
  undoShift: () => 'The same shift backwards does not restore the old offsets.',
  undo: (parent: string) => `The undo sets those back as well, to where they were before ${parent}.`,
  retryShift: () => 'The retry shifts from the current offsets.',
  retry: () => 'The retry writes over that.',
}

export const plan = {
  messages,
  atMost: (amount: string) => `at most ${amount}`,
  /** @param moving of so many partitions, those on which messages are passed */
  where: (moving: number, partitions: number) =>
    `on ${moving === partitions ? '' : `${grouped(moving)} of `}${counted(partitions, 'partition')}`,
  /** Of what has ended without it, of what nobody knows, and of what is not proven whole. @param totals a sentence */
  planned: {
    notDone: (totals: string) => `Planned, not done: ${uncapitalized(totals)}`,
    unknown: (totals: string) => `Planned, outcome unknown: ${uncapitalized(totals)}`,
    notAllProven: (totals: string) => `Planned: ${uncapitalized(totals)}`,
  },
  unknownTotals: (where: string) => `Unknown before it runs: what it does ${where}.`,
  unknownTotalsAtMost: (replays: string, skips: string, where: string) =>
    `Unknown before it runs: replays at most ${replays}, skips at most ${skips}, ${where}.`,
  replaysAndSkips: (replays: string, skips: string, where: string) =>
    `Replays ${replays} and skips ${skips}, ${where}.`,
  replaysOnly: (replays: string, where: string) => `Replays ${replays} ${where}. Skips none.`,
  skipsOnly: (skips: string, where: string) => `Skips ${skips} ${where}. Replays none.`,
  /** @param noCommit of them, those that have no committed offset to move */
  movesNone: (partitions: number, noCommit: number) =>
    noCommit === 0
      ? `Nothing to move: ${partitions === 1 ? 'the partition is' : `all ${counted(partitions, 'partition')} are`} already there.`
      : `Nothing to move: of ${counted(partitions, 'partition')}, ${grouped(noCommit)} ${noCommit === 1 ? 'has' : 'have'} no committed offset, and the rest are already there.`,
  passesNone: (where: string) => `Replays none and skips none: only sets the group’s offsets ${where}.`,
  /** It goes to wherever the log ends when it runs. */
  skipsArriving: (skips: string, where: string, hasRun: boolean) =>
    `Skips ${skips} ${where} as of the plan, plus any that ${hasRun ? 'arrived before it ran' : 'arrive before it runs'}.`,
  /** Of a shift that the log's end holds back. @param most of each partition */
  skipsUpTo: (skips: string, where: string, most: string) =>
    `Skips ${skips} ${where} as of the plan, up to the log’s end; with those that arrive before it runs, up to ${most} per partition.`,
  andArriving: (skips: string) => `${skips} as of the plan, plus any that arrive before it runs`,
  asOfPlan: (amount: string) => `${amount} as of the plan`,
  /** What happens to one partition. */
  effects: {
    unknown: 'unknown before it runs',
    either: (replays: string, skips: string) => `replays at most ${replays} or skips at most ${skips}`,
    replays: (amount: string) => `replays ${amount}`,
    skips: (amount: string) => `skips ${amount}`,
    staysAsItIs: 'stays as it is',
    stays: 'stays',
    passesNone: 'moves past no message',
  },
  noted: {
    atStart: (effect: string) => `${effect}, log starts there`,
    atEnd: (effect: string) => `${effect}, log ends there`,
    noMessageSince: (effect: string) => `${effect}, to the end: no message is newer`,
    noCommit: (effect: string) => `${effect}, nothing committed yet`,
  },
  goesTo: (from: string, to: string | null, effect: string) =>
    `: ${from} → ${to ?? 'known when it runs'} (${effect})`,
  name: (digest: string) => `Plan ${digest}`,
  lag: (before: string, after: string) => `Lag: ${before} before, ${after} after.`,
  lagWhenPlanned: (lag: string) => `Lag when planned: ${lag}.`,
  /** What is written. */
  written: {
    offsets: 'Exact offsets: messages that arrive later are not affected.',
    native:
      'CKafka works the offsets out when it runs (API 2.0, or a plan that is not exact), so what arrives until then counts as well.',
    bounds:
      'Each partition goes to its first message at or after that time, and only within its log as of this plan (the CSV file in the thread has where each log starts and ends). The exact offsets are read before it runs; if one is outside, nothing is reset and a new plan is made.',
  },
  /** Which plan it is, and who asked for what; before a plan there is none. */
  origin: (plan: { name: string; madeAtMs: number } | null, by: string, askedAtMs: number): Piece[] => [
    ...(plan === null ? [] : [text(`${plan.name} · made `), times.brief(plan.madeAtMs), text(' · ')]),
    text(plan === null ? 'Asked ' : 'asked '),
    times.brief(askedAtMs),
    text(' by '),
    person(by),
  ],
  writing: (calls: number, atLeastMs: number, atMostMs: number) =>
    `Written with ${grouped(calls)} calls, one for each topic, which takes at least ${times.span(atLeastMs)} at the limits of the API. What is not sent within ${times.span(atMostMs)} is not sent any more.`,
  /** @param count of the partitions that `where` names */
  jumps: (where: string, skipped: string, count: number) =>
    `No message is newer than that time, so ${count === 1 ? 'this partition' : 'these partitions'} would jump to the end: ${where}. That skips ${skipped}.`,
  heldBack: (atStart: number, atEnd: number) => {
    const goes = (count: number) => `The target of ${counted(count, 'partition')} is the log’s`
    const held = [
      ...(atStart > 0 ? [`${goes(atStart)} start, because the log holds nothing older.`] : []),
      ...(atEnd > 0 ? [`${goes(atEnd)} end, because the log holds nothing newer.`] : []),
    ]
    return held.join(' ')
  },
  sparse: (topics: readonly string[], left: number) =>
    `Message counts of ${listed(topics, left)} are upper limits: ${topics.length + left === 1 ? 'it is' : 'they are'} compacted or transactional, or that could not be checked.`,
  timesMayBeLate: (topics: readonly string[], left: number) =>
    `CKafka finds messages of up to 1 MB by their time, and ${listed(topics, left)} ${topics.length + left === 1 ? 'takes' : 'take'} larger ones: a larger message at or after the time asked for may be skipped there.`,
  /** @param place the partition that may lose most */
  expiring: (all: bigint, partitions: number, place: string, most: bigint) =>
    partitions === 1
      ? `Within an hour after this plan was made, ${place} may lose up to ${messages(most)} of the replay to its topic’s retention time (retention.ms).`
      : `Within an hour after this plan was made, ${counted(partitions, 'partition')} may lose up to ${messages(all)} of the replay to their topics’ retention time (retention.ms), at most ${grouped(most)} on one partition (${place}).`,
  /** @param of so many partitions that may lose some as well */
  expiringLookedAt: (partitions: number, of: number) =>
    partitions === 1
      ? ` Only the largest replay was looked at, of ${counted(of, 'partition')}.`
      : ` Only the ${grouped(partitions)} largest replays were looked at, of ${counted(of, 'partition')}.`,
  unread: (where: string, cause: string) =>
    `Left out, because it could not be read: ${where} (${cause}). Nothing is written there.`,
  noCommit: (count: number) =>
    `${counted(count, 'partition')} ${count === 1 ? 'has' : 'have'} no committed offset.`,
  /** @param group whose offsets are taken over; null: the group's own are shifted */
  idleTopics: (topics: readonly string[], left: number, group: string | null) =>
    `Not reset: ${listed(topics, left)}, because ${group === null ? 'nothing is committed there' : `${group} has no committed offset there`}.`,
  idlePartitions: (count: number, group: string | null) =>
    `Not reset: ${counted(count, 'more partition')}, because ${group === null ? 'nothing is committed there' : `${group} has no committed offset there`}.`,
  /** @param groups the first of them */
  otherGroups: (rows: number, groups: readonly string[], left: number) =>
    `Not used: ${counted(rows, 'row')} of the file, which ${rows === 1 ? 'is' : 'are'} of ${groups.length + left === 1 ? 'another group' : 'other groups'}: ${listed(groups, left)}.`,
  unseen: (topics: readonly string[], left: number) =>
    `No partition of ${listed(topics, left)} could be seen, so it will fail there. Check the spelling.`,
  /** Of an undo that goes forward again. */
  onlyOffsets: 'Only offsets are put back: messages that were delivered again stay delivered.',
  stillThere: (parent: string, kind: 'undo' | 'retry' | 'edit') =>
    `When planned, every partition was still where ${kind === 'retry' ? `it was before ${parent}` : `${parent} left it`}.`,
  /** @param by the requests that have put all of them where they are; empty: that is not known */
  movedSince: (
    count: number,
    parent: string,
    by: readonly string[],
    then: 'undoShift' | 'undo' | 'retryShift' | 'retry',
  ) => {
    const put =
      by.length === 0 ? '' : `: ${listed(by)} ${by.length === 1 ? 'has' : 'have'} put the offsets there`
    return `${counted(count, 'partition')} moved on since ${parent} ran${put}. ${MOVED_SINCE[then](parent)}`
  },
  /** `partitions 3 and 7 of orders`. @param left so many more that are not named */
  partitionsOf: (topic: string, partitions: readonly string[], left: number) =>
    `${partitions.length + left === 1 ? 'partition' : 'partitions'} ${listed(partitions, left)} of ${topic}`,
  /** `orders 3, payments 0 and 4 more` */
  places: (places: readonly string[], left: number) => listed(places, left),
  /** Why approving asks for more than a click. */
  loss: (skips: string | null) =>
    skips === null
      ? 'it may skip messages, and they will not be delivered'
      : `it skips ${skips}, and they will not be delivered`,
  /** The same of a plan that skips nothing. */
  again: (replays: string) => `it replays ${replays}, and they will be delivered again`,
  wide: (partitions: number) => `it covers ${counted(partitions, 'partition')}`,
  header: ['Topic', 'Partition', 'Now', 'To', 'What it does'],
  /** After those that move most. */
  moreMove: (left: number) =>
    `and ${counted(left, 'more partition')}; the thread has the whole plan as a CSV file`,
  morePartitions: (left: number) =>
    `… and ${counted(left, 'more partition')}. The thread under the card has all of them as a CSV file.`,
}
