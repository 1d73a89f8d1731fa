// The card of a request, in English.

import type { Bounds } from '../../../../request/bounds.ts'
import type { Share } from '../../../../request/request.ts'
import { grouped } from '../../../../request/reset.ts'
import type { Progress } from '../../../../request/state.ts'
import type { Hold } from '../../../../request/waiting.ts'
import { mention, mentions, type Piece, person, quoted, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { askAgain, capitalized, counted, listed, messages, stopConsumers } from './grammar.ts'
import { times } from './times.ts'

export interface Approval {
  by: string
  /** Empty: none. */
  note: string
}

export interface SpokenCard {
  /** Null: it follows up nothing. */
  parent: string | null
  reset: string
  topics: string
  /** Null: there is no plan yet. */
  totals: string | null
}

function needsInWords(have: number, needed: number, labels: readonly string[]): string {
  if (labels.length > 0) return `needs approval from ${listed(labels)}`
  return have === 0
    ? `needs ${counted(needed, 'approval')}`
    : `${grouped(have)} of ${counted(needed, 'approval')}`
}

/** What of the other request keeps this one waiting. */
const HELD: Record<Exclude<Hold, 'wrote'>, (id: string) => string> = {
  writes: () => ', which is writing to the same group',
  unclear: id => `: it is not known yet what ${id} did to the same group`,
  asked: id => `: an approver has to say in the thread of ${id} what it did to the same group`,
  late: id => `: a call of ${id} to the same group was not answered, and may still take effect`,
}

/** Under several approvals each note says whose it is. */
function noted(votes: readonly Approval[]): Piece[] {
  const notes = votes.filter(({ note }) => note !== '')
  const [only] = notes
  if (only === undefined) return [text('. ')]
  if (votes.length === 1) return [text(':'), quoted(only.note)]
  return notes.flatMap(({ by, note }, index) => [
    ...(index === 0 ? [text('. ')] : []),
    person(by),
    text(':'),
    quoted(note),
  ])
}

function joined(by: readonly Piece[]): Piece[] {
  return by.flatMap((each, index) => [...(index === 0 ? [] : [text(' and ')]), each])
}

/** Of a plan that is not whole yet. */
function atMost({ atMs, partitions, exact, replays, skips }: Bounds): Piece[] {
  const moves = [
    ...(replays > 0n ? [`replays at most ${messages(replays)}`] : []),
    ...(skips > 0n ? [`skips at most ${messages(skips)}`] : []),
  ]
  const none = replays === 0n ? 'replays none' : 'skips none'
  const said =
    moves.length === 0
      ? 'replays and skips no messages'
      : (moves.length === 1 ? [...moves, none] : moves).join(' and ')
  return [
    text(' As of '),
    times.exact(atMs),
    text(
      `, it ${said}. The exact offset is known for ${grouped(exact)} of the ${counted(partitions, 'partition')} seen so far.`,
    ),
  ]
}

/** `2 of 3 partitions` */
function shared({ done, of }: Share): string {
  return `${grouped(done)} of ${counted(of, 'partition')}`
}

export const cardOn = (on: ClusterInWords) => ({
  title: (id: string, state: string) => `${id} · ${state}`,
  /**
   * What a request that waits for approval still needs, and until when.
   * @param labels of the teams whose approval is missing; empty where they have no names, or where there is only one
   */
  open: (
    id: string,
    have: number,
    needed: number,
    labels: readonly string[],
    expiresAtMs: number,
  ): Piece[] => [text(`${id} · ${needsInWords(have, needed, labels)} · expires `), times.brief(expiresAtMs)],
  /** One sentence for screen readers and notifications. */
  spoken: ({ parent, reset, topics, totals }: SpokenCard) =>
    `${parent === null ? '' : `${parent}: `}${reset}; topics: ${topics}.${totals === null ? '' : ` ${totals}`}`,
  /** Around a sentence that is escaped already. */
  spokenTitle: (title: string, sentence: string, requester: string) =>
    `${title}: ${sentence} (asked by ${mention(requester)})`,
  movedHeading: 'Changed since the previous plan:',
  overlapLabel: 'Overlap: ',
  /** @param left so many more that are not named */
  overlap: (ids: readonly string[], left: number) =>
    ids.length + left === 1
      ? `1 other request, ${listed(ids)}, was open for the same group and at least one of these topics when this was planned. Look at it first.`
      : `${grouped(ids.length + left)} other requests were open for the same group and at least one of these topics when this was planned: ${listed(ids, left)}. Look at those first.`,
  membersOnly:
    'When planned, the group had no members. Consumers that assign partitions themselves (Flink, Spark) do not show; make sure they are stopped.',
  /** After that; in short, the review says it in full. */
  mayExpire: ' If the group has been empty for days, its offsets may expire soon.',
  /** Some time, not necessarily when it was planned. */
  seenInUse: (holdMs: number) =>
    `The group has been seen with members, so it runs ${times.onceEmpty(holdMs)}.`,
  whenPlannedLabel: 'When planned: ',
  /** @param cause why the last try came to nothing */
  notPreparedYet: (cause: string, retryAtMs: number, expiresAtMs: number): Piece[] => [
    text(`The plan could not be made yet: ${cause}. The next try starts `),
    times.moment(retryAtMs),
    text('. Without a plan it expires '),
    times.moment(expiresAtMs),
    text('.'),
  ],
  preparing: (progress: Progress | null): Piece[] => {
    if (progress === null) return [text('Preparing the plan. An approver can review it when it’s ready.')]
    const { done, total, leftMs, bounds } = progress
    const left = leftMs === undefined ? '' : `, about ${times.span(leftMs)} left`
    return [
      text(`Preparing the plan: ${grouped(done)} of ${grouped(total)} reads done${left}.`),
      ...(bounds === undefined ? [] : atMost(bounds)),
    ]
  },
  /** Of a plan that can be decided on meanwhile. */
  settling: (progress: Progress | null): Piece[] => {
    const { done = 0, total = 0, leftMs } = progress ?? {}
    const left = leftMs === undefined ? '' : `, about ${times.span(leftMs)} left`
    const known = total === 0 ? '' : `: ${grouped(done)} of ${counted(total, 'partition')} known${left}`
    return [text(`The exact offsets are being read${known}.`)]
  },
  notSettledYet: (cause: string, retryAtMs: number): Piece[] => [
    text(`The exact offsets could not be read yet: ${cause}. The next try starts `),
    times.moment(retryAtMs),
    text('.'),
  ],
  /** Approved, once that is done. */
  runsOnceExact: ' It runs once they are known.',
  pending: (expiresAtMs: number): Piece[] => [
    text('Waiting for an approver. It expires '),
    times.moment(expiresAtMs),
    text('.'),
  ],
  rejected: (by: string, note: string): Piece[] => [
    text('Rejected by '),
    person(by),
    text(':'),
    quoted(note),
  ],
  cancelled: (by: string, nothing: string): Piece[] => [
    text('Cancelled by '),
    person(by),
    text(`. ${nothing}`),
  ],
  expiredUnplanned: (nothing: string) => `No plan could be made in time. ${nothing} ${askAgain}`,
  /** @param have of the approvals it needed */
  expired: (have: number, needed: number, nothing: string) =>
    `${have === 0 ? 'Nobody decided in time' : `Only ${grouped(have)} of ${counted(needed, 'approval')} in time`}. ${nothing} ${askAgain}`,
  /** Stands before what follows from it. @param votes in the order of the approvals */
  approved: (votes: readonly Approval[]): Piece[] => [
    text('Approved by '),
    ...votes.flatMap(({ by }, index) => [...(index === 0 ? [] : [text(' and ')]), person(by)]),
    ...noted(votes),
  ],
  /** @param by links to the requests, or their ids */
  undone: (by: readonly Piece[], isWhole: boolean, share: Share | undefined): Piece[] => [
    ...joined(by),
    text(
      isWhole
        ? ' undid this reset.'
        : share === undefined
          ? ' undid part of this reset.'
          : ` undid this reset on ${shared(share)}.`,
    ),
  ],
  /** All of it or a part; what became of that follows. */
  undoneOnce: (by: readonly Piece[]): Piece[] => [...joined(by), text(' undid this reset; ')],
  retried: (by: readonly Piece[], isWhole: boolean, share: Share | undefined): Piece[] => [
    ...joined(by),
    text(
      isWhole
        ? ' retried what failed, and all of it is done now.'
        : share === undefined
          ? ' retried what failed, and part of it is done now.'
          : ` retried what failed: ${shared(share)} ${share.done === 1 ? 'is' : 'are'} done now.`,
    ),
  ],
  retriedOnce: (by: readonly Piece[]): Piece[] => [...joined(by), text(' retried what failed; ')],
  retrying: (by: readonly Piece[]): Piece[] => [
    ...joined(by),
    text(
      by.length === 1
        ? ' is an open request to retry what failed.'
        : ' are open requests to retry what failed.',
    ),
  ],
  /** After what another request did. @param id of that one */
  undoneSince: (by: readonly Piece[], isWhole: boolean, share: Share | undefined, id: string): Piece[] => {
    const what = isWhole ? 'that' : share === undefined ? 'part of that' : `${shared(share)} of that`
    const then = isWhole ? `: the offsets went back to where they were before ${id}` : ''
    return [...joined(by), text(`${by.length === 1 ? ' has' : ' have'} undone ${what} since${then}.`)]
  },
  queued: 'Queued. The plan is checked once more, then it runs.',
  /** @param hadCalls whether an attempt before it was a call, that had no effect @param isVouched or only an approver says that */
  executing: (attempt: number, hadCalls: boolean, isVouched: boolean) =>
    attempt === 1
      ? `Calling ${on.name} now.`
      : `Attempt ${attempt}: calling ${on.name} now.${hadCalls ? ` ${isVouched ? 'An approver said that an earlier attempt had no effect.' : attempt === 2 ? 'Attempt 1 had no effect.' : 'None of the attempts before it had an effect.'}` : ''}`,
  /** @param deciders whom the rule names; empty: nobody in particular */
  unclearAsked: (deciders: readonly string[]): Piece[] => [
    text('Outcome unknown. An approver '),
    ...(deciders.length === 0 ? [] : [text('('), ...mentions(deciders), text(') ')]),
    text('has to answer in the thread.'),
  ],
  unclearChecking:
    'Outcome unknown. Reading the offsets back to find out what happened. Keep the consumers stopped meanwhile.',
  /** @param hold null: it is not known @param untilMs by then at most; null: that is not known */
  behind: (id: string, hold: Hold | null, untilMs: number | null): Piece[] =>
    hold === 'wrote'
      ? [
          text(
            `${id} has just written to the same group, so the plan is checked once more; it runs if the plan still holds.`,
          ),
        ]
      : [
          text(`It waits for ${id}${hold === null ? ', which holds the same group' : HELD[hold](id)}`),
          ...(untilMs === null
            ? [text('. Then the plan')]
            : [text('. Then, or '), times.moment(untilMs), text(' at the latest, the plan')]),
          text(' is checked once more; it runs if the plan still holds.'),
        ],
  /** What is waited for takes no attempt, so that nothing is said of the last. @param attempt the next, of so many */
  postponed: (cause: string, attempt: number, most: number, notBeforeMs: number): Piece[] => [
    text(
      `It is not carried out yet: ${cause}. ${attempt === 1 ? 'Retries ' : `Attempt ${attempt} of ${most} starts `}`,
    ),
    times.exact(notBeforeMs),
    text('.'),
  ],
  /** Somebody vouches for it. */
  testified: (by: string): Piece[] => [
    text('Closed as done by '),
    person(by),
    text('; the offsets could not prove it.'),
  ],
  /** The call was made, or may have been. @param by who says so */
  hadNoEffect: (attempt: number, by: 'offsets' | 'approver', most: number, notBeforeMs: number): Piece[] => [
    text(
      `Attempt ${attempt} of ${most} had no effect (${by === 'offsets' ? 'offsets read back twice' : 'confirmed by an approver'}). Retries `,
    ),
    times.exact(notBeforeMs),
    text('.'),
  ],
  /** @param utc the opening, like `2026-11-23 01:00 UTC`; the reader's own time stands beside it */
  waitingForWindow: (utc: string, opensMs: number): Piece[] => [
    text(`It waits for its window, and may run from ${utc} on (`),
    times.moment(opensMs),
    text(' where you are).'),
  ],
  /** @param areListed whether it names who is to be stopped */
  waitingForEmpty: (connected: string, areListed: boolean, untilMs: number, holdMs: number): Piece[] => [
    text(
      `${capitalized(connected)}. ${areListed ? stopConsumers : ''}It runs ${times.onceEmpty(holdMs)}, and gives up `,
    ),
    times.moment(untilMs),
    text('.'),
  ],
  /** As it was seen at each look since. */
  emptySince: (emptySinceMs: number, untilMs: number, holdMs: number): Piece[] => [
    text('The group has been seen empty since '),
    times.moment(emptySinceMs),
    text(
      `. It runs ${holdMs === 0 ? 'once the group has stayed empty' : times.onceEmpty(holdMs)}. If consumers connect again, it `,
    ),
    ...(untilMs > emptySinceMs
      ? [text('waits until '), times.moment(untilMs), text(' for them to stop, and then gives up.')]
      : [text('gives up.')]),
  ],
  typedGuard: (loss: string) => `Whoever approves it has to type the group’s name: ${loss}.`,
  approversGuard: (needed: number, by: readonly string[]): Piece[] => [
    text(`${grouped(by.length)} of ${counted(needed, 'approval')} so far`),
    ...by.flatMap((each, index) => [text(index === 0 ? ', by ' : ' and '), person(each)]),
    text('.'),
  ],
  buttons,
  /** For screen readers. */
  buttonOf: (button: string, id: string) => `${button} ${id}`,
  cancelTitle: (id: string) => `Cancel ${id}?`,
  cancelText: 'It will not run, and nobody can approve it afterwards. You can always ask again.',
  keepIt: buttons.keepIt,
  notNow: 'Cancel',
  happenedTitle: (id: string) => `Did ${id} take effect?`,
  didNotHappenTitle: (id: string) => `Did ${id} have no effect?`,
  happenedText:
    'You say that the offsets were moved as planned. This closes the request as done in your name, for good. Check the group’s offsets first.',
  didNotHappenText: (isShift: boolean) =>
    `You say that no offset was moved. It is tried again if nothing has changed since the plan, and needs a new decision otherwise. ${isShift ? 'If it did take effect, trying again moves the offsets a second time. ' : ''}Check the group’s offsets first.`,
})
