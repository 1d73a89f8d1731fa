// Whether anything could ever be approved: a rule of which nobody that it needs is there lets everything be asked and nothing
// run. Pure. Who is not known to be away counts as there.

import type { Presence } from '../adapters/slack/platform/who-is-there.ts'
import { type AllowRule, EVERYBODY, type Policy } from '../request/policy.ts'
import type { Finding } from './finding.ts'

const GONE: ReadonlySet<Presence> = new Set<Presence>([
  ...(['unknown', 'deactivated', 'guest', 'bot', 'stranger', 'disabled'] as const),
])

const AREA = 'Policy'
const WHAT = 'who can approve'
const SHOWN = 5

/** @param said what Slack says of each id that the policy names */
export function approvalFindings(
  { rules }: Policy,
  said: ReadonlyMap<string, Presence>,
  policyFile: string | null,
): Finding[] {
  const allowing = rules.filter(rule => rule.effect === 'allow')
  if (allowing.length === 0) {
    const found = 'No rule allows anything: whatever is asked for is refused.'
    return [{ area: AREA, what: WHAT, found, level: 'failure', advice: 'docs/policy.md has what a rule is.' }]
  }
  const dead = allowing.filter(rule => !canBeApproved(rule, said))
  if (dead.length === 0) return []
  const named = policyFile === null ? 'APPROVERS' : rulesIn(dead)
  const advice = 'Name somebody who is there, or a user group that is.'
  if (dead.length === allowing.length) {
    const whose = policyFile === null ? named : `POLICY_FILE (${named})`
    const found = `Nothing could ever be approved: of those that ${whose} names too few are there.`
    return [{ area: AREA, what: WHAT, found, level: 'failure', advice }]
  }
  const covers = dead.length === 1 ? 'covers' : 'cover'
  const found = `What ${named} ${covers} could never be approved: of those that are needed too few are there.`
  return [{ area: AREA, what: WHAT, found, level: 'warning', advice }]
}

/** A user group may have any number of members; who may be asked later may approve as well. */
function canBeApproved(rule: AllowRule, said: ReadonlyMap<string, Presence>): boolean {
  const isThere = (id: string) => id === EVERYBODY || !GONE.has(said.get(id) ?? 'unsaid')
  const isMany = (id: string) => id === EVERYBODY || id.startsWith('S')
  if (rule.escalation?.to.some(isThere)) return true
  return rule.needs.every(({ from, count }) => {
    const there = [...new Set(from)].filter(isThere)
    return there.some(isMany) || there.length >= count
  })
}

function rulesIn(rules: readonly AllowRule[]): string {
  const left = rules.length - SHOWN
  const names = rules.slice(0, SHOWN).map(({ name }) => `"${name}"`)
  const all = `${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  return rules.length === 1 ? `the rule ${all}` : `the rules ${all}`
}
