// What a check of an installation finds, and how it is shown: as lines, or as JSON. Pure. What stands in a finding was
// chosen by who made it; it must never be a secret.

import { printable } from '../request/printable.ts'

/**
 * `failure`: something that Rewind needs does not work. `warning`: it works, with less or at a risk, or it could not be
 * found out. `notMade`: an earlier check failed, and counts.
 */
export type Level = 'ok' | 'warning' | 'failure' | 'notMade'

export interface Finding {
  /** `Slack`, `Redis`, the name of a cluster. */
  area: string
  /** What was checked. */
  what: string
  /** Whole sentences. */
  found: string
  /** What to do, as whole sentences. */
  advice?: string
  level: Level
}

const WORDS: Record<Level, string> = {
  ok: 'ok',
  warning: 'WARNING',
  failure: 'FAILURE',
  notMade: 'not made',
}
const WIDTH = Math.max(...Object.values(WORDS).map(word => word.length))

export function asLines(findings: readonly Finding[]): string[] {
  return [...findings.map(tidy).map(lineOf), totalOf(findings)].map(printable)
}

/** What an API or the system said may end with a full stop of its own. */
function tidy(finding: Finding): Finding {
  return { ...finding, found: finding.found.replace(/([^.])\.\.(?=\s|$)/g, '$1.') }
}

/** One object, with the findings in their order. */
export function asJson(findings: readonly Finding[]): string {
  return JSON.stringify({
    exitCode: exitCodeOf(findings),
    counts: countsOf(findings),
    findings: findings.map(tidy),
  })
}

/** 0: all is well; 1: there are warnings; 2: there are failures. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  const { warning, failure } = countsOf(findings)
  return failure > 0 ? 2 : warning > 0 ? 1 : 0
}

function lineOf({ area, what, found, advice, level }: Finding): string {
  return `${WORDS[level].padEnd(WIDTH)}  ${area}, ${what}: ${found}${advice === undefined ? '' : ` → ${advice}`}`
}

function countsOf(findings: readonly Finding[]): Record<Level, number> {
  const of = (level: Level) => findings.filter(each => each.level === level).length
  return { ok: of('ok'), warning: of('warning'), failure: of('failure'), notMade: of('notMade') }
}

function totalOf(findings: readonly Finding[]): string {
  const { ok, warning, failure, notMade } = countsOf(findings)
  const several = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`
  const total = `${several(findings.length, 'check')}: ${ok} ok, ${several(warning, 'warning')}, ${several(failure, 'failure')}`
  return `${total}${notMade === 0 ? '' : `, ${notMade} not made`}.`
}
