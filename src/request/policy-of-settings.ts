// The policy where there is no file: what the settings say of who decides, as one rule.

import { ANY_NAME } from './name-pattern.ts'
import { type AllowRule, EVERYBODY, type Policy } from './policy.ts'

/** Skips are losses, so that skipping more messages than this asks for more. Null: never. */
export interface SkipLimits {
  /** The approver types the group's name. */
  typedAbove: number | null
  /** Two people have to approve. */
  secondApproverAbove: number | null
}

/** What the settings say where there is no file: everybody may ask, and any of these may decide. */
export function policyOfSettings(approvers: readonly string[], limits: SkipLimits): Policy {
  const { typedAbove, secondApproverAbove } = limits
  const need = { label: '', from: [...approvers], count: 1 }
  const above = (skips: number) => ({ skips: BigInt(skips), replays: null, partitions: null })
  const name = 'APPROVERS'
  const rule: AllowRule = {
    effect: 'allow',
    name,
    match: { instances: [ANY_NAME], groups: [ANY_NAME], topics: [ANY_NAME] },
    request: { people: [EVERYBODY], channels: null },
    needs: [need],
    ownVote: false,
    limits: [
      ...(typedAbove === null ? [] : [{ above: above(typedAbove), typedGroup: true, needs: [] }]),
      ...(secondApproverAbove === null
        ? []
        : [{ above: above(secondApproverAbove), typedGroup: false, needs: [need] }]),
    ],
    window: null,
    expiryMs: null,
    reminders: [],
    escalation: null,
    card: null,
    tell: [],
    breakGlass: [],
    decideOnBounds: false,
  }
  return { version: 'settings', rules: [rule] }
}

/** Of ids that are neither a user's (`U…`, `W…`) nor a user group's (`S…`). */
export function wrongApprovers(ids: readonly string[]): string[] {
  return ids.filter(id => !/^[UWS][A-Z0-9_]+$/.test(id))
}
