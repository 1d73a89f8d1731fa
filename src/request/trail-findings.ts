// What may be wrong with the audit events of a request, each in a sentence, and what of them is not known. Words and shapes
// only: trail-replay.ts finds it.

/** What cannot have happened, or is not what the events say. Each has a sentence in SENTENCES. */
export interface Finding {
  /** Of which event, counted from 1; null: of what is kept beside them. */
  event: number | null
  kind: keyof typeof SENTENCES
  /** What the sentence names. */
  about: string
}

const SENTENCES = {
  unreadable: () => 'it cannot be read as an event of a request',
  notSubmitted: () => 'the story does not begin with a submission',
  submittedTwice: () => 'it is a second submission',
  repeated: () => 'it is the same change as one before it',
  otherState: (about: string) =>
    `it does not begin in the state in which the event before it ended: ${about}`,
  refused: (about: string) => `that could not be done there: ${about}`,
  leadsElsewhere: (about: string) => `it does not lead where it says: ${about}`,
  otherPlan: () => 'it is about another plan than the one that stood there',
  notTyped: () => 'the group was not typed, which the rule asked for',
  notApproved: (about: string) =>
    `no approval that suffices and no broken glass for this plan comes before it: ${about}`,
  notStarted: () => 'no start of this worker comes before it',
  otherRecord: (about: string) => `the record is not what the events lead to: ${about}`,
  noRecord: () => 'there is no record that can be read',
  otherRows: (about: string) => `the rows of ${about} are not those that its digest stands for`,
  noRows: (about: string) => `the rows of ${about} are missing`,
  rowsOfNothing: (about: string) => `there are rows of ${about}, and no event made them`,
  otherResult: () => 'the rows of the result are not those that its digest stands for',
  otherTargets: () => 'the offsets that it was asked for with are not those that their digest stands for',
  noResult: () => 'the rows of the result are missing',
  noParent: (about: string) => `it follows ${about}, and there is no such request before it`,
  parentNotRun: (about: string) => `it undoes ${about}, and nothing of that was ever started`,
  copied: (about: string) => `it is the submission of ${about} once more`,
  unsealed: () => 'it is not sealed, and an event before it is',
  unsealedAfter: (about: string) =>
    `it begins without a seal, though ${about} before it is sealed from its first event: its seals were taken off, or a process without AUDIT_KEY took it`,
  otherKey: () => 'it is sealed with a key that is not given',
  broken: () => 'its seal is not over what is there',
} as const

export function findingInWords({ event, kind, about }: Finding): string {
  const said = SENTENCES[kind](about)
  return event === null ? said : `event ${event}: ${said}`
}

/** Rather not known than wrong: `event` is the first that it is about. */
export interface Remark {
  kind: 'otherRules' | 'unsealed' | 'notChecked' | 'offsetsNotChecked'
  event: number
}
