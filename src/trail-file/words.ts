// What the commands say of a file of audit trails: its totals, and what of it could not be looked at.

import type { AuditTotals } from './lines.ts'
import type { Remarks } from './verify.ts'

/** What a file that is whole says nothing about. */
export function remarksInWords(remarks: Remarks): string[] {
  const {
    otherRules,
    unsealed,
    notChecked,
    offsetsNotChecked,
    noRecord,
    unsealedAttempts,
    notCheckedAttempts,
    unsealedCounted,
    notCheckedCounters,
  } = remarks
  const said: [number, string, string][] = [
    [
      noRecord,
      'request without its record and rows: the export is of before those were in it. Not compared.',
      'requests without their record and rows: the export is of before those were in it. Not compared.',
    ],
    [
      otherRules,
      'request that another version decided in part as this one would not. Not replayed from there on.',
      'requests that another version decided in part as this one would not. Not replayed from there on.',
    ],
    [
      offsetsNotChecked,
      'request of offsets that was submitted before their digest was kept: whether those are the ones is not known.',
      'requests of offsets that were submitted before their digest was kept: whether those are the ones is not known.',
    ],
    [
      notChecked,
      'request that is sealed, which nobody looked at: AUDIT_KEY is not set here.',
      'requests that are sealed, which nobody looked at: AUDIT_KEY is not set here.',
    ],
    [
      unsealed,
      'request that begins without a seal: of those events nothing is known but the hashes and the story.',
      'requests that begin without a seal: of those events nothing is known but the hashes and the story.',
    ],
    [
      notCheckedAttempts,
      'attempt apart that is sealed, which nobody looked at: AUDIT_KEY is not set here.',
      'attempts apart that are sealed, which nobody looked at: AUDIT_KEY is not set here.',
    ],
    [
      unsealedAttempts,
      'attempt apart without a seal, of before there was one: nothing is known but the hashes.',
      'attempts apart without a seal, of before there was one: nothing is known but the hashes.',
    ],
    [
      notCheckedCounters,
      'sealed counter of refused attempts, which nobody looked at: AUDIT_KEY is not set here.',
      'sealed counters of refused attempts, which nobody looked at: AUDIT_KEY is not set here.',
    ],
    [
      unsealedCounted,
      'refused attempt that was counted without a seal, before AUDIT_KEY was set or by a process without it: nothing vouches for the number.',
      'refused attempts that were counted without a seal, before AUDIT_KEY was set or by a process without it: nothing vouches for the number.',
    ],
  ]
  return said.flatMap(([count, one, more]) => (count === 0 ? [] : [`${count} ${count === 1 ? one : more}`]))
}

export function totalsInWords({ requests, events, attempts, more, hash }: AuditTotals): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  const only = more === 0 ? '' : ` and ${counted(more, 'more refused attempt')}, counted only`
  const all = [counted(requests, 'request'), counted(events, 'event')].join(', ')
  const apart = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} apart${only}`
  return `${all}, ${apart}, ${hash === '' ? 'no hash' : `hash ${hash}`}.`
}
