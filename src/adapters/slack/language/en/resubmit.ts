// Asking again for what has ended, with something changed, in English.

import { buttons } from './buttons.ts'
import { counted } from './grammar.ts'

export const resubmit = {
  button: buttons.edit,
  lead: (id: string) => `Edit of ${id}. It is a request of its own, with its own plan and its own approval.`,
  /** @param partitions that the offsets are for */
  leadWithOffsets: (id: string, partitions: number) =>
    `Edit of ${id}. It keeps the offsets of ${id} (${counted(partitions, 'partition')}) unless you attach a file with others.`,
  leadWithoutOffsets: (id: string) =>
    `Edit of ${id}. Its offsets are not kept any more: attach a file with those to go to, or choose another strategy.`,
  leadWithOtherOffsets: (id: string) =>
    `Edit of ${id}. The offsets kept of it are not those it was asked for with: attach a file with those to go to, or choose another strategy.`,
  /** @param canBeCancelled nothing has been called */
  notYet: (id: string, canBeCancelled: boolean) =>
    `${id} has not ended, so there is nothing to ask again. ${canBeCancelled ? 'If it is wrong, it has to be cancelled first.' : 'Wait until it has.'}`,
  isDone: (id: string) =>
    `${id} is done, so there is nothing to edit. Ask for something else with /reset-offsets.`,
}
