// What can be wrong with the flags of a request, as kinds with what a sentence about each names; the sentences are in the
// languages of the Slack adapter. Whatever was typed comes shortened; it must never hold a sentence.

/** Of the text after /reset-offsets, or of the arguments of `requests ask`. */
export type FlagProblem =
  | { kind: 'quoteOpen' }
  /** `lost`: the values that are left out with it; `nearest`: flags that it looks like. */
  | { kind: 'unknown'; flag: string; lost: readonly string[]; nearest: readonly string[] }
  /** `--dry-run` or `--execute` of Kafka's tool. */
  | { kind: 'ofItsRun'; flag: string; lost: readonly string[] }
  /** A flag of Kafka's tool that says what Rewind knows. */
  | { kind: 'notNeeded'; flag: string }
  | { kind: 'takesNoValue'; flag: string }
  | { kind: 'needsValue'; flag: string }
  | { kind: 'givenTwice'; flag: string }
  | { kind: 'onlyOne'; flags: readonly string[] }
  | { kind: 'takesNoPath'; lost: readonly string[] }
  | { kind: 'needsPartitions'; flag: string }
  | { kind: 'textCut'; max: number }
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
