// Rules of a policy that name everything, for tests to change what they are about.

import { type AllowRule, type DenyRule, EVERYBODY } from '../../src/request/policy.ts'

export const ANY = { instances: [EVERYBODY], groups: [EVERYBODY], topics: [EVERYBODY] }

/** Everybody may ask, and nobody has to approve. */
export function allowing(change: Partial<AllowRule> = {}): AllowRule {
  return {
    effect: 'allow',
    name: 'orders',
    match: ANY,
    request: { people: [EVERYBODY], channels: null },
    needs: [],
    ownVote: false,
    limits: [],
    window: null,
    expiryMs: null,
    reminders: [],
    escalation: null,
    card: null,
    tell: [],
    breakGlass: [],
    decideOnBounds: false,
    ...change,
  }
}

/** Nobody may ask. */
export function denying(change: Partial<DenyRule> = {}): DenyRule {
  return {
    effect: 'deny',
    name: 'freeze',
    match: ANY,
    people: [EVERYBODY],
    channels: null,
    reason: 'Not now.',
    ...change,
  }
}
