// What is wrong with what somebody typed or attached: a kind, with what a sentence about it needs to name.
// It must never hold a sentence: each reader has it in their own language.

/** Of one field of the form. */
export type FieldProblem =
  | { kind: 'reasonMissing' }
  | { kind: 'reasonTooLong'; max: number }
  | { kind: 'instanceMissing' }
  | { kind: 'instanceNotSetUp'; instance: string; instances: readonly string[] }
  | { kind: 'groupMissing' }
  | { kind: 'groupTooLong'; max: number }
  | { kind: 'groupUnprintable' }
  | { kind: 'scopeMissing' }
  | { kind: 'topicsMissing' }
  | { kind: 'topicsUnreadable'; typed: string }
  | { kind: 'topicsTooMany'; max: number }
  | { kind: 'wholeTopicsOnly' }
  | { kind: 'topicTwice' }
  | { kind: 'partitionsTooMany'; max: number }
  | { kind: 'strategyMissing' }
  | { kind: 'needsPartitions' }
  | { kind: 'timeMissing' }
  | { kind: 'timeInFuture'; timeMs: number }
  | { kind: 'directionMissing' }
  | { kind: 'countUnreadable' }
  | { kind: 'offsetUnreadable' }
  | { kind: 'otherGroupMissing' }
  | { kind: 'otherGroupSame' }
  | { kind: 'fileMissing' }
  | { kind: 'fileTopicsTooMany'; max: number }

/** Of a file of offsets; lines count from 1. */
export type FileProblem =
  | { kind: 'fileEmpty' }
  | { kind: 'fileTooLong'; lines: number }
  | { kind: 'columnsUnknown' }
  | { kind: 'lineTooWide'; line: number; first: number; cells: string }
  | { kind: 'lineUnreadable'; line: number; cells: string }
  | { kind: 'lineTwice'; line: number; place: string }
  | { kind: 'groupNotInFile'; group: string }
  | { kind: 'noOffsetsInFile' }
