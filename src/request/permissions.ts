// Whether this person may do this to this request or target, under the policy and the settings of this moment: the table of
// acts, and the instances that may be reset. Pure. No other place may grant an act, nor grant one without asking here.

import type { PersonsCommand } from './command.ts'
import type { AllowRule, Policy } from './policy.ts'
import { covers } from './policy.ts'
import { owesReview, type ResetRequest } from './request.ts'
import type { Target } from './reset.ts'
import type { RefusedRuling } from './state.ts'

/** What a person does to a request that is there. Asking for one, whether an undo, a retry or an edit, is ruled on. */
export type ActKind = PersonsCommand['kind']

export interface Act {
  /** Who may: those who may decide under today's rule, those whom it names to break the glass, or everybody. */
  who: 'approvers' | 'breakGlass' | 'everybody'
  /** Who asked for it may always, as others may, as the rule's `own-vote` says, or never. */
  requester: 'always' | 'asOthers' | 'ownVote' | 'never'
  /** It leads to a call by itself, so that today's policy has to allow the request as well. */
  leadsToCall: boolean
}

/**
 * A person's command that is not in it does not compile. What may be done to a request only in some states, or only to
 * one's own vote, says decide.ts.
 */
export const ACTS = {
  decide: { who: 'approvers', requester: 'ownVote', leadsToCall: true },
  breakGlass: { who: 'breakGlass', requester: 'asOthers', leadsToCall: true },
  /** Also stops the wait of what is approved. */
  cancel: { who: 'approvers', requester: 'always', leadsToCall: false },
  /** Afterwards, of what was carried out without approval. */
  review: { who: 'approvers', requester: 'never', leadsToCall: false },
  /** What it leads to is ruled on again before it runs. */
  testify: { who: 'approvers', requester: 'never', leadsToCall: false },
  /** Only one's own vote. */
  withdraw: { who: 'everybody', requester: 'asOthers', leadsToCall: false },
  /** Only reads. */
  checkAgain: { who: 'everybody', requester: 'asOthers', leadsToCall: false },
} as const satisfies Record<ActKind, Act>

export function isAct(kind: string): kind is ActKind {
  return Object.hasOwn(ACTS, kind)
}

/**
 * Whether a request asks somebody to decide on it, to review its broken glass, or to say what became of it. Reading the
 * offsets back once more is open to everybody, and is nobody's to do.
 */
export function asksSomebody(request: ResetRequest): boolean {
  return request.state.name === 'pending' || owesReview(request) || isAskedAbout(request)
}

/** Whether it asks this of one of those to whom these acts are open. */
export function waitsFor(request: ResetRequest, open: ReadonlySet<ActKind>): boolean {
  if (!asksSomebody(request)) return false
  return open.has('decide') || open.has('review') || (isAskedAbout(request) && open.has('testify'))
}

function isAskedAbout({ state }: ResetRequest): boolean {
  return state.name === 'unclear' && state.asked
}

/**
 * The rule that a request was last asked under, as it reads today, or null: it still says who may clear up what has run,
 * where the policy would not allow to ask for it any more. Another rule must not lend its approvers to it.
 */
export function sameRuleToday(
  { rules }: Policy,
  { reset, guard }: Pick<ResetRequest, 'reset' | 'guard'>,
): AllowRule | null {
  const rule = rules.find(each => each.effect === 'allow' && each.name === guard.rule)
  if (rule?.effect !== 'allow') return null
  return covers(rule.match, { target: reset.target, topics: reset.topics }) ? rule : null
}

/** Why nothing may be done to this instance, or null. @param instances those that may be reset; empty: all */
export function instanceRefusal(
  instances: readonly { id: string }[],
  { instanceId }: Target,
): RefusedRuling | null {
  if (instances.length === 0 || instances.some(({ id }) => id === instanceId)) return null
  return { why: 'instanceLeftOut', rule: null, reason: '' }
}
