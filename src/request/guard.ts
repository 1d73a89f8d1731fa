// What the policy's rule asks of those who decide on a plan, as it is kept with the request, and whether two ask for the same.

import { z } from 'zod'
import { timeMsSchema } from './state.ts'
import { windowSchema } from './window.ts'

/** So many approvals by people of these user and user-group ids. */
const needSchema = z.object({
  label: z.string(),
  from: z.array(z.string()),
  count: z.int().positive(),
})
export type Need = z.output<typeof needSchema>

/** What the rule that applies asks for, with this plan (policy.ts). */
export const guardSchema = z.object({
  /** They type the group's name. */
  typedGroup: z.boolean(),
  /** In all. */
  approvals: z.int().positive(),
  /** The rule and the version of the policy; empty before there was one. */
  rule: z.string().default(''),
  version: z.string().default(''),
  needs: z.array(needSchema).default([]),
  /** Whether the requester's own vote counts. */
  ownVote: z.boolean().default(false),
  /** Null: it may run at any time. */
  window: windowSchema.nullable().default(null),
  /** Who may carry it out without approval. */
  breakGlass: z.array(z.string()).default([]),
  /** How long a plan waits for a decision; null: as the settings say. */
  expiryMs: z.int().positive().nullable().default(null),
  /** After so many milliseconds without a decision each approver is reminded. */
  reminders: z.array(z.int().positive()).default([]),
  escalation: z
    .object({ afterMs: z.int().positive(), label: z.string(), to: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Channels and people that are told besides. */
  tell: z.array(z.string()).default([]),
  /** The bounds of a plan may be approved before it is exact. */
  onBounds: z.literal(true).optional(),
  /** How long the group is watched after the result, 0 for not at all; absent: as the settings say. */
  watchMs: timeMsSchema.optional(),
})
export type Guard = z.output<typeof guardSchema>

/** Whether they ask for the same; the version only says which policy was read. */
export function isSameGuard(one: Guard, other: Guard): boolean {
  return guardKey(one) === guardKey(other)
}

const termsSchema = guardSchema.omit({ version: true })

function guardKey(guard: Guard): string {
  return JSON.stringify(termsSchema.parse(guard))
}
