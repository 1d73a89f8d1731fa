// What could not be understood of the text after /reset-offsets: a kind, with what a sentence about it names.
// Whatever was typed comes shortened; it must never hold a sentence.

export type FlagProblem =
  | { kind: 'quoteOpen' }
  /** `lost`: the values that are left out with it. */
  | { kind: 'unknown'; flag: string; lost: readonly string[] }
  | { kind: 'takesNoValue'; flag: string }
  | { kind: 'needsValue'; flag: string }
  | { kind: 'givenTwice'; flag: string }
  | { kind: 'onlyOne'; flags: readonly string[] }
  | { kind: 'takesNoPath'; lost: readonly string[] }
  | { kind: 'needsPartitions'; flag: string }
  | { kind: 'reasonCut'; max: number }
  | { kind: 'tooLong'; flag: string; max: number }
  | { kind: 'skipWithoutTime' }
  | { kind: 'topicsWithFile' }
  | { kind: 'wholeTopicsOnly'; typed: string }
  | { kind: 'topicsAndAll' }
  | { kind: 'stray'; words: readonly string[]; left: number }
  | { kind: 'shiftUnreadable' }
  | { kind: 'offsetUnreadable' }
  | { kind: 'durationUnreadable' }
  | { kind: 'timeUnreadable' }
  | { kind: 'zoneMissing' }
  /** Null: it is beyond what any clock can say. */
  | { kind: 'timeOutOfReach'; timeMs: number | null }
