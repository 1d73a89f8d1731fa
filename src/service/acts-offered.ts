// What somebody would be refused if they pressed a button now, and so which buttons they are shown: the decision itself is
// tried, on the record as it stands. Nothing comes of it, but that who is refused a modal leaves that refusal behind.

import type { Clock } from '../ports/clock.ts'
import { NOWHERE, type Origin, type PersonsCommand } from '../request/command.ts'
import { decide } from '../request/decide.ts'
import { ACTS, type ActKind, isAct } from '../request/permissions.ts'
import { isHeld, owesReview, type ResetRequest } from '../request/request.ts'
import type { Refusal } from '../request/step.ts'
import type { Changes } from './changes.ts'
import type { Policies } from './policies.ts'

export interface Trials {
  /** Whether they may decide. With `from` a refusal is kept: who is refused the modal never gets to send it. */
  reviewRefusal(request: ResetRequest, userId: string, from?: Origin): Promise<Refusal | null>
  /** Whether the modal is opened for them; a refusal is kept. */
  modalRefusal(
    request: ResetRequest,
    kind: 'breakGlass' | 'review',
    by: string,
    from: Origin,
  ): Promise<Refusal | null>
  actsOpenTo(request: ResetRequest, by: string): Promise<ReadonlySet<ActKind>>
}

export function createTrials({
  changes,
  policies,
  clock,
}: {
  changes: Pick<Changes, 'keepRefusal'>
  policies: Pick<Policies, 'may'>
  clock: Clock
}): Trials {
  async function reviewRefusal(request: ResetRequest, userId: string, from?: Origin) {
    const command = {
      kind: 'decide',
      // What is held can be rejected, and the modal says what it waits for.
      verdict: isHeld(request) ? 'reject' : 'approve',
      by: userId,
      note: '–',
      ...(await policies.may(request, 'decide', userId, 'lately')),
      from: from ?? NOWHERE,
      digest: request.plan?.digest ?? '',
      typedGroup: request.reset.target.group,
    } as const
    const trial = decide(request, command, clock())
    // They can still reject it.
    if (trial.ok || trial.refusal === 'withdrawnOften') return null
    // Who is refused the modal never gets to send it.
    if (from !== undefined) await changes.keepRefusal(request.id, command, trial.refusal)
    return trial.refusal
  }

  /** As if they did it now, to the record as it stands, with everything typed that is asked for. */
  async function trialOf(
    request: ResetRequest,
    kind: Exclude<ActKind, 'decide'>,
    by: string,
    from: Origin,
  ): Promise<PersonsCommand> {
    const { state, plan, reset } = request
    const { policy } = await policies.may(request, kind, by, 'lately')
    const attempt = 'attempt' in state ? state.attempt : 0
    const shown = { digest: plan?.digest ?? '', typedGroup: reset.target.group }
    return {
      withdraw: { kind: 'withdraw', by, from } as const,
      checkAgain: { kind: 'checkAgain', attempt, by, from } as const,
      cancel: { kind: 'cancel', by, policy, from } as const,
      breakGlass: { kind: 'breakGlass', by, policy, from, ...shown, reason: '–' } as const,
      review: { kind: 'review', by, policy, from, note: '–' } as const,
      testify: { kind: 'testify', by, policy, from, attempt, happened: true } as const,
    }[kind]
  }

  async function modalRefusal(
    request: ResetRequest,
    kind: 'breakGlass' | 'review',
    by: string,
    from: Origin,
  ) {
    // The modal is of use only where a review is owed; what is sent nevertheless is taken, as ever.
    if (kind === 'review' && request.glass?.review === null && !owesReview(request)) return 'stale'
    const command = await trialOf(request, kind, by, from)
    const trial = decide(request, command, clock())
    if (trial.ok) return null
    // Who is refused the modal never gets to send it.
    await changes.keepRefusal(request.id, command, trial.refusal)
    return trial.refusal
  }

  async function actsOpenTo(request: ResetRequest, by: string): Promise<ReadonlySet<ActKind>> {
    const isOpen = async (kind: ActKind) =>
      kind === 'decide'
        ? (await reviewRefusal(request, by)) === null
        : decide(request, await trialOf(request, kind, by, NOWHERE), clock()).ok
    const kinds = Object.keys(ACTS).filter(isAct)
    const open = await Promise.all(kinds.map(isOpen))
    return new Set(kinds.filter((_kind, index) => open[index]))
  }

  return { reviewRefusal, modalRefusal, actsOpenTo }
}
