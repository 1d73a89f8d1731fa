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

/** What a file of offsets needs of each line, and whose offsets they are where it says so. */
export type FileColumn = 'topic' | 'partition' | 'offset' | 'group' | 'instance'

/** Of a file of offsets; lines and columns count from 1. */
export type FileProblem =
  | { kind: 'fileEmpty' }
  | { kind: 'fileTooLong'; lines: number }
  /** It is neither an offset nor a header. */
  | { kind: 'columnsUnknown'; line: number; cells: string }
  /** No header, and it can be read in two ways. */
  | { kind: 'columnsUnclear'; line: number; cells: string }
  | { kind: 'columnUnknown'; line: number; column: number; name: string }
  | { kind: 'columnMissing'; line: number; wanted: FileColumn }
  | {
      kind: 'columnTwice'
      line: number
      wanted: FileColumn
      columns: readonly number[]
      names: readonly string[]
    }
  | { kind: 'lineTooWide'; line: number; first: number; cells: string }
  | { kind: 'cellUnreadable'; line: number; column: number; wanted: FileColumn; cell: string; cells: string }
  | { kind: 'lineTwice'; line: number; place: string }
  | { kind: 'groupNotInFile'; group: string }
  /** `group` null: the file names none. `line` is the first of `said`, another instance. */
  | { kind: 'instanceNotInFile'; instance: string; group: string | null; line: number; said: string }
  /** Beside lines of others, which may have some. */
  | { kind: 'noOffsetsOfGroup'; group: string }
  /** Of the request that is edited: `instance` and `group` are what its offsets were asked for. */
  | { kind: 'offsetsOfAnother'; id: string; instance: string; group: string }
  | { kind: 'noOffsetsInFile' }
