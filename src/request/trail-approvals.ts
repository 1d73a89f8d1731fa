// Which approvals stood at each event of a trail, counted from the commands and by nothing that decides, so that a mistake
// there is not made here again.

import type { AuditEvent, Command, Submission } from './command.ts'
import { isBarredAsRequester } from './deciders.ts'
import { type Guard, guardSchema } from './guard.ts'
import { needsOf } from './quorum.ts'
import type { Finding } from './trail-findings.ts'

/** Whether each vote may fill what it is to fill, and is of somebody who may, is what the replay finds out. */
export function createApproval() {
  let digest: string | null = null
  /** The bounds that the plan was made within. */
  let within: string | null = null
  let isOfBounds = false
  let guard: Guard | null = null
  let requester = ''
  let group = ''
  let glass = false
  /** Whether it counts, by person. */
  const votes = new Map<string, boolean>()
  /** Who has approved bounds, and not the exact plan. */
  const onBounds = new Set<string>()

  function counting(): number {
    const ours = guard
    if (ours === null) return 0
    return [...votes].filter(([by, counts]) => counts && !isBarredAsRequester(by, { requester, guard: ours }))
      .length
  }

  function needed(): number {
    return guard === null ? 1 : needsOf(guard).reduce((sum, { count }) => sum + count, 0)
  }

  function begin(next: string | null): void {
    digest = next
    within = null
    glass = false
    votes.clear()
    onBounds.clear()
  }

  function voted(command: Extract<Command, { kind: 'decide' }>): Finding['kind'][] {
    if (command.verdict !== 'approve') return []
    if (command.digest !== digest && (within === null || command.digest !== within)) return ['otherPlan']
    if (guard?.typedGroup === true && command.typedGroup.trim() !== group) return ['notTyped']
    votes.set(command.by, true)
    if (isOfBounds || command.digest !== digest) onBounds.add(command.by)
    else onBounds.delete(command.by)
    return []
  }

  return {
    follow({ command }: AuditEvent): Finding['kind'][] {
      switch (command.kind) {
        case 'submit':
          ;({ requester, group } = peopleIn(command))
          guard = guardSchema.parse(command.guard)
          return []
        case 'prepare':
          guard = guardSchema.parse(command.guard)
          begin(command.plan.digest)
          isOfBounds = command.plan.execution === 'bounds'
          return []
        case 'settle':
          if (!isOfBounds) return ['otherPlan']
          within = digest
          digest = command.plan.digest
          isOfBounds = false
          return []
        case 'drifted':
          begin(null)
          isOfBounds = false
          return []
        case 'decide':
          return voted(command)
        case 'withdraw':
          votes.delete(command.by)
          return []
        case 'breakGlass':
          if (command.digest !== digest || isOfBounds) return ['otherPlan']
          if (command.typedGroup.trim() !== group) return ['notTyped']
          glass = true
          return []
        case 'reguard':
          guard = guardSchema.parse(command.guard)
          if (command.glassRevoked === true) glass = false
          if (guard.onBounds !== true) for (const by of onBounds) votes.delete(by)
          for (const by of [...votes.keys()]) {
            const fills = command.fills[by]
            const { through } = command
            // Cast since somebody looked at the votes: it stays.
            if (fills === undefined && through !== undefined) continue
            if (fills === undefined || (through !== undefined && through[by] === undefined)) votes.delete(by)
            else votes.set(by, fills.length > 0)
          }
          return []
        default:
          return []
      }
    },
    digest: () => digest,
    isExact: () => !isOfBounds,
    holds: () => glass || counting() >= needed(),
    inWords: () => `${counting()} of ${needed()} approvals stand`,
  }
}

function peopleIn({ requester, reset }: Submission) {
  return { requester, group: reset.target.group }
}
