// The modal in which an undo or a second try is asked for, in English.

import { grouped } from '../../../../request/reset.ts'
import { code, type Piece, strong, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { counted, listed } from './grammar.ts'

function alreadyOpen(open: readonly string[], what: string): string {
  return open.length === 1
    ? `${listed(open)} is an open request to ${what}. Use that one, or wait until it has ended.`
    : `${listed(open)} are open requests to ${what}. Use those, or wait until they have ended.`
}

export const followUpOn = (on: ClusterInWords) => ({
  undo: {
    title: (id: string) => `Undo ${id}`,
    /** Over the field for the reason. */
    why: 'Why undo?',
    offer: (id: string) => `Puts back what ${id} moved: `,
    several: (id: string, requests: number) =>
      `Undoing ${id} takes ${counted(requests, 'request')}, because API 2.0 sends one number to all partitions of a request. Pick one; press ${buttons.undo} on the card again for the next.`,
    impossible: 'What cannot be put back:',
    noResult: (id: string) =>
      `${id} left no result to work from, so it cannot be undone. Look at the offsets ${on.there}, then ask with /reset-offsets.`,
    notWhole: (id: string) =>
      `What is kept of ${id} does not match its record, so no undo is made of it. Tell the people who run Rewind; look at the offsets ${on.there}, then ask with /reset-offsets.`,
    already: (id: string, by: readonly string[]) => `${listed(by)} undid ${id} already.`,
    open: (id: string, open: readonly string[]) => alreadyOpen(open, `undo ${id}`),
    nothing: (id: string) => `${id} moved no offset, so there is nothing to put back.`,
    notExactly: (id: string) => `${id} cannot be undone exactly:`,
  },
  retry: {
    title: (id: string) => `Retry ${id}`,
    why: 'Reason',
    offer: (id: string) => `Tries again what ${id} did not do: `,
    several: (id: string, requests: number) =>
      `Retrying ${id} takes ${counted(requests, 'request')}, because API 2.0 sends one number to all partitions of a request. Pick one; press ${buttons.retry} on the card again for the next.`,
    impossible: 'What cannot be tried again:',
    noResult: (id: string) =>
      `${id} left no result to work from, so it cannot be tried again. Look at the offsets ${on.there}, then ask with /reset-offsets.`,
    notWhole: (id: string) =>
      `What is kept of ${id} does not match its record, so no second try is made of it. Tell the people who run Rewind; look at the offsets ${on.there}, then ask with /reset-offsets.`,
    already: (id: string, by: readonly string[]) =>
      `${listed(by)} ${by.length === 1 ? 'has' : 'have'} already retried what ${id} did not do.`,
    open: (id: string, open: readonly string[]) => alreadyOpen(open, `retry what ${id} did not do`),
    nothing: (id: string) => `${id} missed no partition that could be tried again.`,
    notExactly: (id: string) => `${id} cannot be tried again exactly:`,
  },
  /** What was picked is not among what is left. */
  changed: (id: string) =>
    `What is left of ${id} has changed since you opened this, so nothing was requested. Press the button on its card again.`,
  /** @param partitions null: the strategy names them already */
  offered: (lead: string, group: string, strategy: string, partitions: number | null): Piece[] => [
    strong(lead),
    code(group),
    text(` ${strategy}${partitions === null ? '' : `, ${counted(partitions, 'partition')}`}.`),
  ],
  option: (topics: string, partitions: number) => `${topics}, ${counted(partitions, 'partition')}`,
  choice: 'What to ask for',
  moreOptions: (left: number) => `… and ${grouped(left)} more than Slack can list. Ask for those by hand.`,
  ofItsOwn: 'It gets its own plan and approval, and is verified afterwards.',
  because: (why: string) => `: ${why}`,
  moreTopics: (left: number) => `${counted(left, 'more topic')}.`,
  whys: {
    noCommitBefore: (partitions: number) =>
      `${counted(partitions, 'partition')} cannot go back: where nothing was committed before, a commit can be replaced but not taken away.`,
    severalOffsets: (_partitions: number) =>
      'its partitions had different offsets, and API 2.0 can only send one number.',
    partly: (_partitions: number) =>
      'only a part of it was missed, and shifting the whole topic again would move the rest twice.',
  },
  /**
   * What a retry is asked for. @param parent like `Retry of R-7` @param failed and @param unsure places, like `orders p1, p3`
   * @param reason of what is retried
   */
  reason: (
    parent: string,
    id: string,
    { failed, unsure }: Record<'failed' | 'unsure', string[]>,
    reason: string,
  ) => {
    const what = [
      ...(failed.length === 0 ? [] : [`${failed.join('; ')} failed`]),
      ...(unsure.length === 0 ? [] : [`${unsure.join('; ')} not confirmed`]),
    ]
    const why = what.length === 0 ? ', which was not carried out' : `: ${what.join('; ')}`
    return `${parent}${why}. Reason of ${id}: ${reason}`
  },
})
